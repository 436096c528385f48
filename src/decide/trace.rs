//! The walk through the rules behind one decision. Computed only when asked for.

use super::call::Facts;
use super::compile::{Candidates, Compiled, Stack};
use super::condition::{Leaf, leaves};
use super::decide::{Decision, Hold, Say, contribution, decide_among, misfit_of, rule_truth, say};
use super::draw::{Idle, idle};
use super::effort::Metered;
use super::limit::Usage;
use super::relaxing::Relaxing;
use crate::catalogue::fit::Misfit;
use crate::matcher::truth::Truth;
use crate::policy::model::{Action, Cause, Rule, ToolPattern};
use crate::value::digest::Digest;

/// The walk through the rules that led to a decision.
#[derive(Clone, Debug)]
pub struct Trace<'stack> {
    /// The decision.
    pub decision: Decision,
    /// What of the call does not fit the catalogue, whether or not that decides; `None` if it fits, or there is none.
    pub misfit: Option<Misfit>,
    /// The walk through each policy of the stack.
    pub policies: Vec<PolicyTrace<'stack>>,
}

/// The walk through one policy.
#[derive(Clone, Debug)]
pub struct PolicyTrace<'stack> {
    /// Which policy.
    pub policy: Digest,
    /// Its name.
    pub name: Option<&'stack str>,
    /// What it says on its own; `None` if it abstains.
    pub action: Option<Action>,
    /// The rule that matched.
    pub rule: Option<&'stack str>,
    /// Why it says so.
    pub cause: Cause,
    /// The known name or pattern that the tool's unknown name could be taken for.
    pub known_name: Option<&'stack ToolPattern>,
    /// Whether its say became the decision.
    pub decides: bool,
    /// Every rule in order.
    pub rules: Vec<RuleTrace<'stack>>,
}

/// How one rule met the call.
#[derive(Clone, Debug)]
pub struct RuleTrace<'stack> {
    /// The rule.
    pub rule: &'stack Rule,
    /// Whether the walk came to it: no rule before it certainly matched.
    pub reached: bool,
    /// The name or pattern that is about the tool; `None` if the rule is about others.
    pub tool: Option<&'stack ToolPattern>,
    /// Whether the rule matched.
    pub truth: Truth,
    /// What it contributes, after confidence and limit, and why; `None` if it does not match or was not reached.
    pub says: Option<(Action, Cause)>,
    /// Why it is not in force, if it is about the tool and replaces review; `None` if it is in force.
    pub idle: Option<Idle>,
    /// The fields of its condition, if it is about the tool.
    pub leaves: Vec<Leaf<'stack>>,
}

/// Decides `call` under `stack` as [`decide`](super::decide::decide) does, and tells how.
#[must_use]
pub fn trace<'stack>(stack: &'stack Stack, call: &'stack dyn Facts, usage: &Usage) -> Trace<'stack> {
    let candidates = stack.candidates(call.tool());
    let decision = decide_among(stack, &candidates, call, usage, Hold::Flagged);
    // Metered as in `decide`, over all policies in their order.
    let decided = Metered::new(call, &stack.relaxing);
    let walks = stack.policies.iter().zip(&candidates);
    let mut policies: Vec<PolicyTrace<'_>> = walks
        .map(|(compiled, candidates)| {
            let said = say(compiled, candidates, &decided, usage);
            walk((compiled, candidates, &stack.relaxing), &said, call, usage)
        })
        .collect();
    // The same order of precedence as in `decide`: the strictest, of equals the earliest.
    let deciding = policies.iter_mut().find(|trace| decision.policy.is_some() && trace.action == Some(decision.action));
    if let Some(trace) = deciding {
        trace.decides = true;
    }
    Trace { decision, misfit: misfit_of(stack, call), policies }
}

/// The rules of one policy that have a part in a decision, by their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The rule that the policy's say is of; `None` if it is its default's, or it has none.
    pub says: Option<usize>,
    /// Every rule that matches, or may match, and was reached; in order.
    pub matches: Vec<usize>,
    /// The rules before this place were reached.
    pub reached: usize,
}

/// The rules of each policy that have a part in the decision about `call`; what [`trace`] tells in short, in the time
/// that deciding takes.
#[must_use]
pub fn parts(stack: &Stack, call: &dyn Facts, usage: &Usage) -> Vec<Part> {
    let candidates = stack.candidates(call.tool());
    let decided = Metered::new(call, &stack.relaxing);
    let said = stack.policies.iter().zip(&candidates).map(|(compiled, candidates)| {
        let said = say(compiled, candidates, &decided, usage);
        let matches = said.undecided.iter().copied().chain(said.definite).map(|hit| hit.rule).collect();
        let reached = said.definite.map_or(compiled.policy.rules.len(), |hit| hit.rule + 1);
        Part { says: said.hit.map(|hit| hit.rule), matches, reached }
    });
    said.collect()
}

fn walk<'stack>(
    (compiled, candidates, relaxing): (&'stack Compiled, &Candidates, &Relaxing),
    said: &Say,
    call: &'stack dyn Facts,
    usage: &Usage,
) -> PolicyTrace<'stack> {
    let told = Metered::new(call, relaxing);
    let policy = &compiled.policy;
    let rules = &policy.rules;
    let reached = said.definite.map_or(rules.len(), |hit| hit.rule + 1);
    let mut hits = candidates.hits.iter().peekable();
    let traces = rules.iter().enumerate().map(|(place, rule)| {
        let hit = hits.next_if(|hit| hit.rule == place);
        let trace = rule_trace(rule, hit.and_then(|hit| rule.tools.get(hit.pattern)), call, &told);
        let reached = place < reached;
        let says = if reached { contribution(policy, rule, trace.truth, call, usage) } else { None };
        RuleTrace { reached, says, ..trace }
    });
    PolicyTrace {
        policy: policy.digest,
        name: policy.name.as_deref(),
        action: said.action,
        rule: said.hit.and_then(|hit| rules.get(hit.rule)).map(|rule| rule.id.as_str()),
        cause: said.cause,
        known_name: candidates.known_name.and_then(|hit| rules.get(hit.rule)?.tools.get(hit.pattern)),
        decides: false,
        rules: traces.collect(),
    }
}

fn rule_trace<'stack>(
    rule: &'stack Rule,
    tool: Option<&'stack ToolPattern>,
    call: &'stack dyn Facts,
    metered: &dyn Facts,
) -> RuleTrace<'stack> {
    let truth = match tool {
        None => Truth::DoesNotHold,
        Some(_) => rule_truth(rule, metered),
    };
    let idle = tool.and_then(|_| idle(rule, metered));
    let asked = tool.and(rule.when.as_ref());
    let leaves = asked.map_or_else(Vec::new, |when| leaves(&when.condition, call, metered));
    RuleTrace { rule, reached: false, tool, truth, says: None, idle, leaves }
}
