//! Whether evidence that was kept and read again can be what a history said of a stack.
//!
//! Each call in it is decided once more, and what counts must come to the same. Whoever makes evidence up can make it fit;
//! what is damaged, cut short or of other policies does not.

use super::answer::{Answer, occasion};
use super::evidence::{Evidence, LANES_MAX, RuleEvidence, RuleKey, RuleUse, Staged, TOOLS_MAX, rule_of};
use super::sample::{AGAINST_MAX, APPROVALS_MAX, Observation, REFUSED_MAX, STAGED_MAX, Sample, is_large};
use crate::decide::call::{Call, call_digest};
use crate::decide::compile::Stack;
use crate::decide::decide::decide;
use crate::decide::limit::Usage;
use crate::decide::relaxing::Relaxing;
use crate::policy::model::{Action, Cause};
use crate::policy::terms::Risk;

/// What in `evidence` contradicts itself or what `stack` decides, as a clause; `None` if nothing does.
///
/// ```
/// use countersign::decide::compile::compile;
/// use countersign::evidence::calibrate::{evidence::Evidence, kept::contradiction};
///
/// let stack = compile(Vec::new()).map_err(|_| "no digest")?;
/// assert_eq!(contradiction(&stack, &Evidence::default()), None);
/// let evidence = Evidence { elsewhere: 1, ..Evidence::default() };
/// assert!(contradiction(&stack, &evidence).is_some());
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn contradiction(stack: &Stack, evidence: &Evidence) -> Option<String> {
    let rules = evidence
        .rules
        .iter()
        .find_map(|(key, rule)| in_rule(stack, evidence, key, rule).map(|why| format!("of {}, {why}", named(key))));
    let staged = || {
        evidence.staged.iter().find_map(|(key, staged)| {
            in_staged(stack, evidence, key, staged).map(|why| format!("of {}, {why}", named(key)))
        })
    };
    let refused = || {
        evidence.refused.iter().find_map(|(tool, sample)| {
            let is_of_tool = |seen: &Observation| &seen.call.tool == tool;
            let is_itself = |(key, seen): (&str, &Observation)| {
                seen.is_large || call_digest(&seen.call, &[]).is_ok_and(|digest| digest.to_string() == key)
            };
            let is_each = sample.entries().all(is_itself);
            let other = (!is_each).then(|| "a call stands where another should".to_owned());
            let why = other.or_else(|| in_sample(evidence, sample, REFUSED_MAX, is_of_tool));
            why.map(|why| format!("of the tool `{tool}`, {why}"))
        })
    };
    rules.or_else(staged).or_else(refused).or_else(|| in_sums(stack, evidence))
}

fn in_rule(stack: &Stack, evidence: &Evidence, key: &RuleKey, rule: &RuleEvidence) -> Option<String> {
    if !is_known(stack, key) {
        return Some("which the policies do not have, answers are told".to_owned());
    }
    let approved = rule.answers.get(&Answer::For).copied().unwrap_or_default();
    let (against, all) = (rule.against_all(), rule.all());
    let said = |is: bool, why: &str| (!is).then(|| why.to_owned());
    said(all > 0 && rule.answers.values().all(|count| *count > 0), "an answer is told that nobody gave")
        .or_else(|| said(rule.approvals.iter().len() as u64 <= approved, "more calls were approved than approvals are"))
        .or_else(|| said(rule.against.iter().len() as u64 <= against, "more calls are against it than answers are"))
        .or_else(|| {
            let is_told = against == 0 || rule.against.is_cut || rule.against.iter().len() > 0;
            said(is_told, "answers are against it and no call is told")
        })
        .or_else(|| {
            let is_same = rule.load.calls == all && rule.load.closed == all && rule.load.timed <= all;
            said(is_same, "not as many calls waited as were answered")
        })
        .or_else(|| said(rule.risk.is_some() && rule.is_reversible.is_some(), "no risk is told"))
        .or_else(|| {
            let decided = |seen: &Observation| seen.is_large || is_asked_by(stack, key, rule, &seen.call);
            let is_for = |seen: &Observation| seen.answer == Answer::For && decided(seen);
            let is_against = |seen: &Observation| matches!(seen.answer, Answer::Against(_)) && decided(seen);
            in_approvals(&rule.approvals)
                .or_else(|| in_sample(evidence, &rule.approvals, APPROVALS_MAX, is_for))
                .or_else(|| in_sample(evidence, &rule.against, AGAINST_MAX, is_against))
        })
}

fn in_staged(stack: &Stack, evidence: &Evidence, key: &RuleKey, staged: &Staged) -> Option<String> {
    let in_force = stack.with_relaxing(Relaxing::InForce);
    let is_allowed = |seen: &Observation| {
        let decision = decide(&in_force, &seen.call, &Usage::default());
        let is_relaxed = rule_of(stack, &decision).is_some_and(|rule| rule.relaxed.is_some());
        seen.is_large || decision.action == Action::Allow && is_relaxed && RuleKey::of(&decision) == *key
    };
    if !is_known(stack, key) {
        return Some("which the policies do not have, a stage is told".to_owned());
    }
    let is_for = |seen: &Observation| seen.answer == Answer::For && is_allowed(seen);
    in_approvals(&staged.approvals).or_else(|| in_sample(evidence, &staged.approvals, STAGED_MAX, is_for))
}

/// What contradicts in approvals: each counts once for its call and day.
fn in_approvals(approvals: &Sample) -> Option<String> {
    let is_once = |(key, seen): (&str, &Observation)| {
        seen.is_large || occasion(&seen.call, seen.at_ms).is_some_and(|occasion| occasion.to_string() == key)
    };
    (!approvals.entries().all(is_once))
        .then(|| "an approval stands where that of another call or day should".to_owned())
}

fn in_sample(evidence: &Evidence, sample: &Sample, most: usize, fits: impl Fn(&Observation) -> bool) -> Option<String> {
    if sample.iter().len() > most || sample.is_cut && sample.iter().len() < most {
        return Some("more or fewer calls are kept than are ever kept".to_owned());
    }
    let is_within = |seen: &Observation| evidence.span.is_some_and(|(from, to)| (from..=to).contains(&seen.at_ms));
    let is_whole = |seen: &Observation| if seen.is_large { is_bare(&seen.call) } else { !is_large(&seen.call) };
    sample.iter().find_map(|seen| {
        let why = if !is_within(seen) {
            "was held at another time than anything was"
        } else if !is_whole(seen) || seen.call.reason.is_some() {
            "holds what is never kept"
        } else if !fits(seen) {
            "is not decided like that"
        } else {
            return None;
        };
        Some(format!("a call of `{}` {why}", seen.call.tool))
    })
}

/// Whether nothing is left of `call` but its tool.
fn is_bare(call: &Call) -> bool {
    *call == Call { tool: call.tool.clone(), ..Call::default() }
}

/// Whether the rule asks about `call`, and what it says of it is no worse than what is told of the rule.
fn is_asked_by(stack: &Stack, key: &RuleKey, rule: &RuleEvidence, call: &Call) -> bool {
    let decision = decide(stack, call, &Usage::default());
    let rank = |risk: Option<Risk>| risk.unwrap_or(Risk::High);
    decision.action == Action::Escalate
        && matches!(decision.cause, Cause::Rule | Cause::Default)
        && RuleKey::of(&decision) == *key
        && rank(decision.risk) <= rank(rule.risk.flatten())
        && (decision.reversible == Some(true) || rule.is_reversible == Some(false))
}

fn in_sums(stack: &Stack, evidence: &Evidence) -> Option<String> {
    let unknown = evidence.used.keys().find(|key| !is_known(stack, key));
    if let Some(key) = unknown {
        return Some(format!("calls are told of {}, which the policies do not have", named(key)));
    }
    let is_like = |used: &RuleUse| {
        let tools = used.tools.len();
        used.calls >= tools as u64 && (1..=TOOLS_MAX).contains(&tools) && (!used.is_cut || tools == TOOLS_MAX)
    };
    if let Some((key, _)) = evidence.used.iter().find(|(_, used)| !is_like(used)) {
        return Some(format!("the tools of {} are not those of its calls", named(key)));
    }
    let sum = |counts: &mut dyn Iterator<Item = u64>| counts.fold(0, u64::saturating_add);
    let asked = sum(&mut evidence.rules.values().map(RuleEvidence::all));
    let used = sum(&mut evidence.used.values().map(|used| used.calls));
    let held = sum(&mut evidence.hours.iter().map(|(_, calls)| calls));
    let of_rule = |key: &RuleKey| evidence.used.get(key).map_or(0, |used| used.calls);
    let why = if used != sum(&mut [asked, evidence.elsewhere, evidence.unasked].into_iter())
        || evidence.rules.iter().any(|(key, rule)| rule.all() > of_rule(key))
    {
        "the calls of the rules do not come to those that there were"
    } else if held > asked || held < asked && !evidence.hours.is_full() {
        "the calls of the hours do not come to those that were held"
    } else if evidence.lanes.len() > LANES_MAX || evidence.lanes.is_empty() != (used == 0) {
        "the agents are not those of the calls"
    } else if evidence.span.is_none() != (used == 0) || evidence.span.is_some_and(|(from, to)| from > to) {
        "the times are not those of the calls"
    } else if evidence.lanes.values().any(|lane| evidence.span.is_none_or(|(_, to)| lane.at_ms > to)) {
        "an agent changed later than anything was held"
    } else {
        return None;
    };
    Some(why.to_owned())
}

/// Whether `stack` has the rule, or the default.
fn is_known(stack: &Stack, key: &RuleKey) -> bool {
    let Some(digest) = &key.policy else { return key.rule.is_none() };
    let policy = stack.policies.iter().find(|compiled| compiled.policy.digest.to_string() == *digest);
    policy.is_some_and(|compiled| {
        key.rule.as_ref().is_none_or(|id| compiled.policy.rules.iter().any(|rule| &rule.id == id))
    })
}

fn named(key: &RuleKey) -> String {
    key.rule.as_ref().map_or_else(|| "the default".to_owned(), |rule| format!("the rule `{rule}`"))
}
