//! The walk through the rules behind one decision. Computed only when asked for.

use super::call::Call;
use super::compile::{Compiled, Stack};
use super::decide::{Cause, Decision, decide, say};
use crate::policy::model::{Action, Rule, ToolPattern};
use crate::value::digest::Digest;

/// A decision with the walk that led to it.
#[derive(Clone, Debug)]
pub struct Explanation<'stack> {
    /// The decision.
    pub decision: Decision,
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
    /// Whether its say became the decision.
    pub decides: bool,
    /// The rules in order, up to the first that matched.
    pub rules: Vec<RuleTrace<'stack>>,
    /// How many rules stand after the one that matched.
    pub unreached: usize,
}

/// How one rule met the call.
#[derive(Clone, Copy, Debug)]
pub struct RuleTrace<'stack> {
    /// The rule.
    pub rule: &'stack Rule,
    /// The name or pattern that matched; `None` if none did.
    pub matched: Option<&'stack ToolPattern>,
}

/// Decides `call` under `stack` and tells how.
#[must_use]
pub fn explain<'stack>(stack: &'stack Stack, call: &Call) -> Explanation<'stack> {
    let decision = decide(stack, call);
    let mut policies: Vec<PolicyTrace<'_>> = stack.policies.iter().map(|compiled| walk(compiled, call)).collect();
    // The same order of precedence as in `decide`: the strictest, of equals the earliest.
    let deciding = policies.iter_mut().find(|trace| decision.policy.is_some() && trace.action == Some(decision.action));
    if let Some(trace) = deciding {
        trace.decides = true;
    }
    Explanation { decision, policies }
}

fn walk<'stack>(compiled: &'stack Compiled, call: &Call) -> PolicyTrace<'stack> {
    let said = say(compiled, call);
    let rules = &compiled.policy.rules;
    let reached = said.hit.map_or(rules.len(), |hit| hit.rule + 1);
    let traces = rules.iter().enumerate().take(reached).map(|(place, rule)| {
        let matched = said.hit.filter(|hit| hit.rule == place).and_then(|hit| rule.tools.get(hit.pattern));
        RuleTrace { rule, matched }
    });
    PolicyTrace {
        policy: compiled.policy.digest,
        name: compiled.policy.name.as_deref(),
        action: said.action,
        rule: said.hit.and_then(|hit| rules.get(hit.rule)).map(|rule| rule.id.as_str()),
        cause: if said.hit.is_some() { Cause::Rule } else { Cause::Default },
        decides: false,
        rules: traces.collect(),
        unreached: rules.len() - reached,
    }
}
