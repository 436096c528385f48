//! A trace tells the decision that it is the trace of: it is worked out beside it, so the two could part.

use countersign::decide::compile::{Compiled, Stack};
use countersign::decide::decide::Decision;
use countersign::decide::trace::{PolicyTrace, RuleTrace, Trace};
use countersign::matcher::truth::Truth;
use countersign::policy::model::{Action, Cause, Default};

/// An error if the walks of `trace` do not lead to its decision.
pub(crate) fn trace_tells(stack: &Stack, trace: &Trace<'_>) -> Result<(), String> {
    let decision = &trace.decision;
    for (compiled, walk) in stack.policies.iter().zip(&trace.policies) {
        leads_to_what_it_says(compiled, walk)?;
    }
    let strictest = trace.policies.iter().filter_map(|walk| walk.action).max();
    let deciding = trace.policies.iter().find(|walk| walk.action == strictest && strictest.is_some());
    let marked: Vec<&PolicyTrace<'_>> = trace.policies.iter().filter(|walk| walk.decides).collect();
    match (decision.policy, deciding) {
        (Some(_), Some(walk)) => {
            let told = (Some(walk.policy), walk.rule, walk.action, walk.cause);
            expect(
                "the strictest policy",
                told,
                (decision.policy, decision.rule.as_deref(), Some(decision.action), decision.cause),
            )?;
            expect("marked as deciding", marked.iter().map(|walk| walk.policy).collect::<Vec<_>>(), vec![walk.policy])?;
        }
        (Some(_), None) => return Err("a policy decides, and all abstain in the trace".to_owned()),
        (None, _) => {
            expect("marked as deciding", marked.len(), 0)?;
            expect("without a policy", decision.action, Action::Escalate)?;
            let nobody_says_more = strictest.is_none_or(|action| action < Action::Escalate);
            expect("what the policies say is not the decision", nobody_says_more, true)?;
        }
    }
    expect(
        "a misfit decides",
        decision.cause == Cause::Misfit,
        trace.misfit.is_some() && strictest == Some(Action::Allow),
    )?;
    let doubtful: Vec<_> =
        trace.policies.iter().flat_map(|walk| reached_in_doubt(walk).map(|id| (walk.policy, id))).collect();
    expect("undecidable rules", doubtful, doubts(decision))
}

/// The strictest of what the rules, the default and the tool's name say is what the policy says.
fn leads_to_what_it_says(compiled: &Compiled, walk: &PolicyTrace<'_>) -> Result<(), String> {
    let said: Vec<(&RuleTrace<'_>, Action, Cause)> =
        walk.rules.iter().filter_map(|rule| rule.says.map(|(action, cause)| (rule, action, cause))).collect();
    if let Some((rule, ..)) = said.iter().find(|(_, action, _)| walk.action.is_none_or(|own| own < *action)) {
        return Err(format!("rule `{}` says more than its policy", rule.rule.id));
    }
    for (rule, _, cause) in &said {
        let is_in_doubt = matches!(rule.truth, Truth::Undecidable(_));
        // Of a rule that matches, the limit may still be in doubt.
        let fits = if is_in_doubt { *cause == Cause::Undecidable } else { rule.truth == Truth::Holds };
        expect(&format!("why rule `{}` says so", rule.rule.id), fits, true)?;
    }
    let has_match = said.iter().any(|(rule, ..)| rule.truth == Truth::Holds);
    let own = walk.rule.map(|id| said.iter().find(|(rule, ..)| rule.rule.id == id));
    match (walk.action, own) {
        (Some(action), _) if walk.cause == Cause::Name => expect(
            "a name that could be taken for another",
            (action, walk.known_name.is_some()),
            (Action::Escalate, true),
        ),
        (Some(action), Some(Some((_, says, cause)))) => {
            expect("the rule that it names", (action, walk.cause), (*says, *cause))
        }
        (_, Some(_)) => Err("it names a rule that says nothing".to_owned()),
        (action, None) => {
            let by_default = match compiled.policy.default {
                Default::Abstain => (None, Cause::Default),
                Default::Action(Action::Allow) if walk.cause == Cause::LowConfidence => {
                    (Some(Action::Escalate), Cause::LowConfidence)
                }
                Default::Action(own) => (Some(own), Cause::Default),
            };
            expect("its default", (action, walk.cause, has_match), (by_default.0, by_default.1, false))
        }
    }
}

fn reached_in_doubt<'a>(walk: &'a PolicyTrace<'_>) -> impl Iterator<Item = &'a str> {
    let in_doubt = |rule: &&RuleTrace<'_>| rule.says.is_some() && matches!(rule.truth, Truth::Undecidable(_));
    walk.rules.iter().filter(in_doubt).map(|rule| rule.rule.id.as_str())
}

/// The rules whose condition is in doubt, by the decision.
fn doubts(decision: &Decision) -> Vec<(countersign::value::digest::Digest, &str)> {
    let conditions = decision.undecidable.iter().filter(|doubt| doubt.field != "limit");
    conditions.map(|doubt| (doubt.policy, doubt.rule.as_str())).collect()
}

fn expect<T: PartialEq + std::fmt::Debug>(what: &str, told: T, expected: T) -> Result<(), String> {
    if told == expected { Ok(()) } else { Err(format!("{what}: the trace tells {told:?}, not {expected:?}")) }
}
