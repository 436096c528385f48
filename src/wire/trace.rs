//! Policies and traces on their way out.

use serde::Serialize;

use super::decision::DecisionOut;
use super::diagnostic::{SourceText, SpanOut};
use super::excerpt::shown;
use crate::catalogue::fit::Misfit;
use crate::decide::compile::{Compiled, Stack};
use crate::decide::condition::Leaf;
use crate::decide::draw::Idle;
use crate::decide::trace::{PolicyTrace, RuleTrace, Trace};
use crate::matcher::truth::Truth;
use crate::policy::model::{Action, Cause, ToolPattern};
use crate::text::span::Positions;
use crate::value::field::Found;

/// One policy of a stack, for people who look at it.
#[derive(Serialize)]
pub struct PolicySummary<'a> {
    digest: String,
    source: usize,
    name: Option<&'a str>,
    description: Option<&'a str>,
    default: &'static str,
    rules: Vec<RuleSummary<'a>>,
}

#[derive(Serialize)]
struct RuleSummary<'a> {
    id: &'a str,
    tools: Vec<&'a str>,
    action: &'static str,
    reason: Option<&'a str>,
    span: SpanOut,
}

/// Summaries of the policies of `stack`; `sources` are the texts that they came from.
#[must_use]
pub fn summaries<'a>(stack: &'a Stack, sources: &[SourceText]) -> Vec<PolicySummary<'a>> {
    let summary = |(source, (compiled, text)): (usize, (&'a Compiled, &SourceText))| {
        let positions = text.positions();
        let rules = compiled.policy.rules.iter().map(|rule| RuleSummary {
            id: &rule.id,
            tools: rule.tools.iter().map(|tool| tool.text.as_str()).collect(),
            action: rule.action.as_str(),
            reason: rule.reason.as_deref(),
            span: SpanOut::new(rule.span, &positions),
        });
        PolicySummary {
            digest: compiled.policy.digest.to_string(),
            source,
            name: compiled.policy.name.as_deref(),
            description: compiled.policy.description.as_deref(),
            default: compiled.policy.default.as_str(),
            rules: rules.collect(),
        }
    };
    stack.policies.iter().zip(sources).enumerate().map(summary).collect()
}

/// Twin of [`Trace`].
#[derive(Serialize)]
pub struct TraceOut<'a> {
    decision: DecisionOut<'a>,
    misfit: Option<MisfitOut<'a>>,
    policies: Vec<PolicyTraceOut<'a>>,
}

#[derive(Serialize)]
struct MisfitOut<'a> {
    field: String,
    why: &'a str,
}

impl<'a> From<&'a Misfit> for MisfitOut<'a> {
    fn from(Misfit { field, why }: &'a Misfit) -> Self {
        Self { field: field.as_ref().map_or_else(|| "tool".to_owned(), ToString::to_string), why }
    }
}

#[derive(Serialize)]
struct PolicyTraceOut<'a> {
    policy: String,
    source: usize,
    name: Option<&'a str>,
    action: &'static str,
    rule: Option<&'a str>,
    cause: &'static str,
    #[serde(rename = "knownName")]
    known_name: Option<PatternOut<'a>>,
    decides: bool,
    rules: Vec<RuleTraceOut<'a>>,
}

#[derive(Serialize)]
struct RuleTraceOut<'a> {
    id: &'a str,
    action: &'static str,
    span: SpanOut,
    reached: bool,
    outcome: &'static str,
    says: Option<SaysOut>,
    idle: Option<&'static str>,
    pattern: Option<PatternOut<'a>>,
    conditions: Vec<ConditionOut>,
}

#[derive(Serialize)]
struct SaysOut {
    action: &'static str,
    cause: &'static str,
}

#[derive(Serialize)]
struct ConditionOut {
    field: String,
    span: SpanOut,
    negated: bool,
    outcome: &'static str,
    why: Option<&'static str>,
    value: Option<String>,
}

/// How much of a value a trace shows, in characters.
const SHOWN_CHARS: usize = 200;

impl ConditionOut {
    fn new(leaf: &Leaf<'_>, positions: &Positions<'_>) -> Self {
        let value = match leaf.found {
            Found::Value(value) => Some(shown(value, SHOWN_CHARS)),
            Found::Absent | Found::Blocked => None,
        };
        Self {
            field: leaf.field.to_string(),
            span: SpanOut::new(leaf.span, positions),
            negated: leaf.negated,
            outcome: outcome(leaf.truth),
            why: if let Truth::Undecidable(why) = leaf.truth { Some(why) } else { None },
            value,
        }
    }
}

pub(super) const fn outcome(truth: Truth) -> &'static str {
    match truth {
        Truth::Holds => "matched",
        Truth::DoesNotHold => "not-matched",
        Truth::Undecidable(_) => "undecidable",
    }
}

#[derive(Serialize)]
struct PatternOut<'a> {
    text: &'a str,
    span: SpanOut,
}

impl<'a> TraceOut<'a> {
    /// The twin of `trace`; `sources` are the texts that the stack came from.
    #[must_use]
    pub fn new(trace: &'a Trace<'a>, sources: &[SourceText]) -> Self {
        let policies = trace.policies.iter().zip(sources).enumerate();
        Self {
            decision: (&trace.decision).into(),
            misfit: trace.misfit.as_ref().map(MisfitOut::from),
            policies: policies.map(|(source, (trace, text))| policy_trace(trace, source, text)).collect(),
        }
    }
}

fn policy_trace<'a>(trace: &PolicyTrace<'a>, source: usize, text: &SourceText) -> PolicyTraceOut<'a> {
    let positions = text.positions();
    let pattern = |tool: &'a ToolPattern| PatternOut { text: &tool.text, span: SpanOut::new(tool.span, &positions) };
    let says = |(action, cause): (Action, Cause)| SaysOut { action: action.as_str(), cause: cause.as_str() };
    let rule_trace = |trace: &RuleTrace<'a>| RuleTraceOut {
        id: &trace.rule.id,
        action: trace.rule.action.as_str(),
        span: SpanOut::new(trace.rule.span, &positions),
        reached: trace.reached,
        outcome: outcome(trace.truth),
        says: trace.says.map(says),
        idle: trace.idle.map(Idle::as_str),
        pattern: trace.tool.map(pattern),
        conditions: trace.leaves.iter().map(|leaf| ConditionOut::new(leaf, &positions)).collect(),
    };
    PolicyTraceOut {
        policy: trace.policy.to_string(),
        source,
        name: trace.name,
        action: trace.action.map_or("abstain", Action::as_str),
        rule: trace.rule,
        cause: trace.cause.as_str(),
        known_name: trace.known_name.map(pattern),
        decides: trace.decides,
        rules: trace.rules.iter().map(rule_trace).collect(),
    }
}
