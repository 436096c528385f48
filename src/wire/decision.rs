//! Decisions, traces and counts on their way out.

use serde::Serialize;

use super::diagnostic::{SourceText, SpanOut};
use super::value::{ValueOut, shorten};
use crate::decide::compile::{Compiled, Stack};
use crate::decide::condition::Leaf;
use crate::decide::decide::{Decision, Doubt};
use crate::decide::trace::{Explanation, PolicyTrace, RuleTrace};
use crate::evidence::simulate::Counts;
use crate::matcher::truth::Truth;
use crate::policy::model::Action;
use crate::text::span::Positions;
use crate::value::field::Found;

/// Twin of [`Decision`].
#[derive(Clone, Debug, Serialize)]
pub struct DecisionOut {
    action: &'static str,
    policy: Option<String>,
    rule: Option<String>,
    cause: &'static str,
    reason: Option<String>,
    undecidable: Vec<DoubtOut>,
}

#[derive(Clone, Debug, Serialize)]
struct DoubtOut {
    policy: String,
    rule: String,
    field: String,
    why: String,
}

impl From<&Doubt> for DoubtOut {
    fn from(doubt: &Doubt) -> Self {
        let Doubt { policy, rule, field, why } = doubt;
        Self { policy: policy.to_string(), rule: rule.clone(), field: field.clone(), why: why.clone() }
    }
}

impl From<&Decision> for DecisionOut {
    fn from(decision: &Decision) -> Self {
        Self {
            action: decision.action.as_str(),
            policy: decision.policy.map(|digest| digest.to_string()),
            rule: decision.rule.clone(),
            cause: decision.cause.as_str(),
            reason: decision.reason.clone(),
            undecidable: decision.undecidable.iter().map(DoubtOut::from).collect(),
        }
    }
}

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

/// Twin of [`Explanation`].
#[derive(Serialize)]
pub struct ExplanationOut<'a> {
    decision: DecisionOut,
    policies: Vec<PolicyTraceOut<'a>>,
}

#[derive(Serialize)]
struct PolicyTraceOut<'a> {
    policy: String,
    source: usize,
    name: Option<&'a str>,
    action: &'static str,
    rule: Option<&'a str>,
    cause: &'static str,
    decides: bool,
    rules: Vec<RuleTraceOut<'a>>,
    unreached: usize,
}

#[derive(Serialize)]
struct RuleTraceOut<'a> {
    id: &'a str,
    action: &'static str,
    span: SpanOut,
    outcome: &'static str,
    pattern: Option<PatternOut<'a>>,
    conditions: Vec<ConditionOut>,
}

#[derive(Serialize)]
struct ConditionOut {
    field: String,
    span: SpanOut,
    outcome: &'static str,
    why: Option<&'static str>,
    value: Option<String>,
}

/// How much of a value a trace shows, in characters.
const SHOWN_CHARS: usize = 200;

impl ConditionOut {
    fn new(leaf: &Leaf<'_>, positions: &Positions<'_>) -> Self {
        let value = match leaf.found {
            Found::Value(value) => serde_json::to_string(&ValueOut(value)).ok().map(|json| shorten(&json, SHOWN_CHARS)),
            Found::Absent | Found::Blocked => None,
        };
        Self {
            field: leaf.field.to_string(),
            span: SpanOut::new(leaf.span, positions),
            outcome: outcome(leaf.truth),
            why: if let Truth::Undecidable(why) = leaf.truth { Some(why) } else { None },
            value,
        }
    }
}

const fn outcome(truth: Truth) -> &'static str {
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

impl<'a> ExplanationOut<'a> {
    /// The twin of `explanation`; `sources` are the texts that the stack came from.
    #[must_use]
    pub fn new(explanation: &Explanation<'a>, sources: &[SourceText]) -> Self {
        let policies = explanation.policies.iter().zip(sources).enumerate();
        Self {
            decision: (&explanation.decision).into(),
            policies: policies.map(|(source, (trace, text))| policy_trace(trace, source, text)).collect(),
        }
    }
}

fn policy_trace<'a>(trace: &PolicyTrace<'a>, source: usize, text: &SourceText) -> PolicyTraceOut<'a> {
    let positions = text.positions();
    let rule_trace = |trace: &RuleTrace<'a>| RuleTraceOut {
        id: &trace.rule.id,
        action: trace.rule.action.as_str(),
        span: SpanOut::new(trace.rule.span, &positions),
        outcome: outcome(trace.truth),
        pattern: trace.tool.map(|tool| PatternOut { text: &tool.text, span: SpanOut::new(tool.span, &positions) }),
        conditions: trace.leaves.iter().map(|leaf| ConditionOut::new(leaf, &positions)).collect(),
    };
    PolicyTraceOut {
        policy: trace.policy.to_string(),
        source,
        name: trace.name,
        action: trace.action.map_or("abstain", Action::as_str),
        rule: trace.rule,
        cause: trace.cause.as_str(),
        decides: trace.decides,
        rules: trace.rules.iter().map(rule_trace).collect(),
        unreached: trace.unreached,
    }
}

/// Twin of [`Counts`].
#[derive(Serialize)]
pub struct CountsOut {
    calls: u64,
    allow: u64,
    escalate: u64,
    block: u64,
    errors: u64,
    rules: Vec<RuleCountOut>,
}

#[derive(Serialize)]
struct RuleCountOut {
    policy: Option<String>,
    rule: Option<String>,
    action: &'static str,
    calls: u64,
}

impl From<&Counts> for CountsOut {
    fn from(counts: &Counts) -> Self {
        let rules = counts.rules().into_iter().map(|count| RuleCountOut {
            policy: count.policy.map(|digest| digest.to_string()),
            rule: count.rule,
            action: count.action.as_str(),
            calls: count.calls,
        });
        Self {
            calls: counts.calls(),
            allow: counts.of(Action::Allow),
            escalate: counts.of(Action::Escalate),
            block: counts.of(Action::Block),
            errors: counts.errors(),
            rules: rules.collect(),
        }
    }
}
