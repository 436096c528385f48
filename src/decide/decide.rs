//! The decision about one call.

use super::call::Facts;
use super::compile::{Candidates, Compiled, Stack};
use super::condition::{condition_truth, first_doubt, first_field};
use super::draw::idle;
use super::effort::{Metered, TOO_MUCH};
use super::index::Hit;
use super::limit::{Charge, Past, Usage, past};
use super::protection::{ConsequencePart, Contributor, Protection, Review, protection};
use crate::catalogue::fit::{Misfit, misfit};
use crate::matcher::truth::Truth;
use crate::policy::model::{Action, Cause, Default, Policy, Rule};
use crate::policy::terms::Risk;
use crate::sorted::sorted;
use crate::value::digest::Digest;
use crate::value::field::{Field, Found, Root, Way};
use crate::value::value::Value;

/// The engine's answer to one call.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// What happens to the call.
    pub action: Action,
    /// The policy that decided; `None` if every policy abstained, or if the call does not fit the catalogue.
    pub policy: Option<Digest>,
    /// Id of the rule that decided; `None` if none matched.
    pub rule: Option<String>,
    /// Why.
    pub cause: Cause,
    /// The rule's reason.
    pub reason: Option<String>,
    /// The highest risk of the rules that contribute; `None` if the highest is not written, which counts as high.
    pub risk: Option<Risk>,
    /// Whether it can be undone, by the rules that contribute; `None` if one of them does not say so.
    pub reversible: Option<bool>,
    /// The rules that could not be decided.
    pub undecidable: Vec<Doubt>,
    /// What follows if the call runs; only of a held call.
    pub consequence: Option<Vec<ConsequencePart>>,
    /// What a review must be like; only of a held call.
    pub review: Option<Review>,
    /// The marks that the call's session carries from before it runs.
    pub marks: Vec<String>,
    /// The limits to charge before the call runs.
    pub charge: Vec<Charge>,
}

/// A rule that could not be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Its policy.
    pub policy: Digest,
    /// Its id.
    pub rule: String,
    /// The field whose value settles nothing; `limit` if it is the rule's limit.
    pub field: String,
    /// Why not.
    pub why: String,
}

/// What one policy says of a call on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Say {
    /// `None`: the policy abstains.
    pub(super) action: Option<Action>,
    /// The rule that says so, if one does.
    pub(super) hit: Option<Hit>,
    /// Why.
    pub(super) cause: Cause,
    /// Whether it abstains in some way of settling its doubts.
    pub(super) may_abstain: bool,
    /// The first rule that certainly matches.
    pub(super) definite: Option<Hit>,
    /// The rules before it that could match.
    pub(super) undecided: Vec<Hit>,
}

/// Decides `call` under `stack`, with what was used of its limits.
///
/// Within a policy the first rule that matches decides; of several policies the strictest decision wins, of equally
/// strict ones that of the earliest. If every policy abstains, the call escalates.
///
/// What the policies allow, but does not fit the catalogue of the stack, escalates.
///
/// A limit whose use is not in `usage` counts as reached. The decision's `charge` names the buckets that a second try
/// needs.
///
/// ```
/// use countersign::decide::{call::Call, compile::compile, decide::decide, limit::Usage};
/// use countersign::policy::{model::Action, parse::parse};
///
/// let text = "
/// rules:
///   - tool: file.read
///     action: allow
///   - { id: mail, tool: email.send, action: allow, limit: { calls: 3, per: 1h } }
/// ";
/// let (policy, _) = parse(text, Default::default());
/// let stack = compile(policy.into_iter().collect()).map_err(|_| "no digest")?;
/// let call = |tool: &str| Call { tool: tool.to_owned(), ..Call::default() };
/// let mut usage = Usage::default();
/// assert_eq!(decide(&stack, &call("file.read"), &usage).action, Action::Allow);
/// assert_eq!(decide(&stack, &call("file.write"), &usage).action, Action::Escalate);
///
/// let held = decide(&stack, &call("email.send"), &usage);
/// assert_eq!(held.action, Action::Escalate);
/// usage.insert(held.charge.first().ok_or("no charge")?.bucket, 2.0);
/// assert_eq!(decide(&stack, &call("email.send"), &usage).action, Action::Allow);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn decide(stack: &Stack, call: &dyn Facts, usage: &Usage) -> Decision {
    decide_among(stack, &stack.candidates(call.tool()), call, usage, Hold::Flagged)
}

/// Decides `call` as [`decide`] does, but what would be allowed escalates, with the cause `hold`.
#[cfg(feature = "guard")]
#[must_use]
pub fn decide_held(stack: &Stack, call: &dyn Facts, usage: &Usage) -> Decision {
    decide_among(stack, &stack.candidates(call.tool()), call, usage, Hold::All)
}

/// The rule of each policy of `stack` that certainly matches `call`, by its place; `None` where none does.
#[cfg(feature = "guard")]
#[must_use]
pub fn matched(stack: &Stack, call: &dyn Facts, usage: &Usage) -> Vec<Option<usize>> {
    let candidates = stack.candidates(call.tool());
    let decided = Metered::new(call, &stack.relaxing);
    let policies = stack.policies.iter().zip(&candidates);
    policies.map(|(compiled, candidates)| Some(say(compiled, candidates, &decided, usage).definite?.rule)).collect()
}

/// Which calls wait for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// Those that the policies escalate.
    Flagged,
    /// Those that the policies allow too.
    #[cfg_attr(not(feature = "guard"), expect(dead_code, reason = "only guards hold calls"))]
    All,
}

/// Decides as [`decide`] does; `candidates` are the rules that are about the tool of `call`.
pub(super) fn decide_among(
    stack: &Stack,
    candidates: &[Candidates],
    call: &dyn Facts,
    usage: &Usage,
    hold: Hold,
) -> Decision {
    // Why something is in doubt is found out apart, so that it takes nothing of what deciding may take.
    let (decided, told) = (Metered::new(call, &stack.relaxing), Metered::new(call, &stack.relaxing));
    let mut strictest: Option<(Action, &Compiled, Say)> = None;
    let mut undecidable = Vec::new();
    let mut contributors = Vec::new();
    let mut all_may_abstain = true;
    for (compiled, candidates) in stack.policies.iter().zip(candidates) {
        let say = say(compiled, candidates, &decided, usage);
        undecidable.extend(doubts(compiled, &say, &told, usage));
        contributors.extend(contributors_of(compiled, candidates, &say));
        all_may_abstain &= say.may_abstain;
        let Some(action) = say.action else { continue };
        if strictest.as_ref().is_none_or(|(so_far, ..)| action > *so_far) {
            strictest = Some((action, compiled, say));
        }
    }
    // If every policy may abstain, then all of them may, and the call would escalate.
    let strictest = strictest.filter(|(action, ..)| !all_may_abstain || *action >= Action::Escalate);
    let (action, policy, rule, cause) = match strictest {
        Some((action, compiled, say)) => {
            let rule = say.hit.and_then(|hit| compiled.policy.rules.get(hit.rule));
            (action, Some(compiled.policy.digest), rule, say.cause)
        }
        None if undecidable.is_empty() => (Action::Escalate, None, None, Cause::Default),
        None => (Action::Escalate, None, None, Cause::Undecidable),
    };
    let (action, policy, rule, cause) = if action < Action::Escalate && misfit_of(stack, call).is_some() {
        (Action::Escalate, None, None, Cause::Misfit)
    } else {
        (action, policy, rule, cause)
    };
    let (action, cause) = match (action, hold) {
        (Action::Allow, Hold::All) => (Action::Escalate, Cause::Hold),
        _ => (action, cause),
    };
    let Protection { risk, reversible, consequence, review, marks, charge } =
        protection(&contributors, rule, action, call);
    Decision {
        action,
        policy,
        rule: rule.map(|rule| rule.id.clone()),
        cause,
        reason: rule.and_then(|rule| rule.reason.clone()).filter(|_| cause != Cause::Name),
        risk,
        reversible,
        undecidable,
        consequence,
        review,
        marks,
        charge,
    }
}

/// What `compiled` says of `call` on its own; `candidates` are its rules about the tool of `call`.
///
/// A rule that cannot be decided could match or not, so it contributes what it would say, and the walk goes on to the
/// first rule that certainly matches. The strictest of all these counts: of equally strict ones the certain one, then
/// the earliest. That is the strictest decision over every way in which the doubts could have come out.
pub(super) fn say(compiled: &Compiled, candidates: &Candidates, call: &dyn Facts, usage: &Usage) -> Say {
    let policy = &compiled.policy;
    let mut definite = None;
    let mut undecided = Vec::new();
    let mut strictest_doubt: Option<(Action, Hit)> = None;
    for &hit in &candidates.hits {
        let Some(rule) = policy.rules.get(hit.rule) else { continue };
        let truth = rule_truth(rule, call);
        let Some((action, cause)) = contribution(policy, rule, truth, call, usage) else { continue };
        if truth == Truth::Holds {
            definite = Some((action, cause, hit));
            break;
        }
        undecided.push(hit);
        if strictest_doubt.is_none_or(|(so_far, _)| action > so_far) {
            strictest_doubt = Some((action, hit));
        }
    }
    let (certain, cause) = match (definite, policy.default) {
        (Some((action, cause, _)), _) => (Some(action), cause),
        (None, Default::Action(Action::Allow)) if is_too_unsure(policy, None, call) => {
            (Some(Action::Escalate), Cause::LowConfidence)
        }
        (None, Default::Action(action)) => (Some(action), Cause::Default),
        (None, Default::Abstain) => (None, Cause::Default),
    };
    let definite = definite.map(|(.., hit)| hit);
    let mut say = Say { action: certain, hit: definite, cause, may_abstain: certain.is_none(), definite, undecided };
    if let Some((action, hit)) = strictest_doubt.filter(|(action, _)| certain.is_none_or(|certain| *action > certain)) {
        say = Say { action: Some(action), hit: Some(hit), cause: Cause::Undecidable, ..say };
    }
    if candidates.known_name.is_some() {
        say.may_abstain = false;
        // That a default holds it as well says less than what its name looks like.
        let says_less = say.action == Some(Action::Escalate) && say.cause == Cause::Default;
        if says_less || say.action.is_none_or(|action| action < Action::Escalate) {
            say = Say { action: Some(Action::Escalate), hit: candidates.known_name, cause: Cause::Name, ..say };
        }
    }
    say
}

/// What `rule`, whose condition comes out as `truth`, contributes to a decision, and why; `None` if it does not match.
pub(super) fn contribution(
    policy: &Policy,
    rule: &Rule,
    truth: Truth,
    call: &dyn Facts,
    usage: &Usage,
) -> Option<(Action, Cause)> {
    match (truth, rule.action) {
        (Truth::DoesNotHold, _) => None,
        (Truth::Holds, _) => Some(standing(policy, rule, call, usage)),
        (Truth::Undecidable(_), Action::Block) => Some((rule.undecidable, Cause::Undecidable)),
        (Truth::Undecidable(_), Action::Allow | Action::Escalate) => {
            Some((standing(policy, rule, call, usage).0, Cause::Undecidable))
        }
    }
}

/// What `rule` says of a call that it matches, and why: confidence and limits can only hold what it allows.
fn standing(policy: &Policy, rule: &Rule, call: &dyn Facts, usage: &Usage) -> (Action, Cause) {
    if rule.action != Action::Allow {
        return (rule.action, Cause::Rule);
    }
    let by_confidence = if is_too_unsure(policy, Some(rule.min_confidence), call) {
        (Action::Escalate, Cause::LowConfidence)
    } else {
        (Action::Allow, Cause::Rule)
    };
    let by_limit = rule.limit.as_ref().and_then(|limit| match past(policy, rule, limit, call, usage) {
        Past::No => None,
        Past::Yes => Some((limit.then, Cause::Limit)),
        Past::Unknown(_) => Some((limit.then, Cause::Undecidable)),
    });
    by_limit.filter(|(action, _)| *action > by_confidence.0).unwrap_or(by_confidence)
}

/// Whether what a rule with `min_confidence`, or without one the default of `policy`, allows is held for want of
/// confidence.
///
/// Confidence is the agent's own word, so it only ever holds calls: what is no number from 0 to 1 holds them too.
pub(super) fn is_too_unsure(policy: &Policy, rule: Option<Option<f64>>, call: &dyn Facts) -> bool {
    let Some(min) = rule.flatten().or(policy.confidence.min) else { return false };
    match call.confidence() {
        None => policy.confidence.missing_escalates,
        Some(Value::Number(confidence)) if (0.0..=1.0).contains(confidence) => *confidence < min,
        Some(_) => true,
    }
}

/// Whether the condition of `rule` holds of `call`; that of a rule that replaces review and is not in force does not.
pub(super) fn rule_truth(rule: &Rule, call: &dyn Facts) -> Truth {
    if idle(rule, call).is_some() {
        return Truth::DoesNotHold;
    }
    rule.when.as_ref().map_or(Truth::Holds, |when| condition_truth(&when.condition, call))
}

/// What of `call` does not fit the catalogue of `stack`; `None` if it fits, or there is none.
pub(super) fn misfit_of(stack: &Stack, call: &dyn Facts) -> Option<Misfit> {
    let catalogue = stack.catalogue.as_ref()?;
    let args = Field { root: Root::Args, way: Way::default() };
    match call.find(&args) {
        Found::Value(args) => misfit(catalogue, call.tool(), Some(args)),
        Found::Absent | Found::Blocked => misfit(catalogue, call.tool(), None),
    }
}

/// The rules that contribute to what `compiled` says, in their order; its default if none of them certainly matches.
fn contributors_of<'a>(compiled: &'a Compiled, candidates: &Candidates, say: &Say) -> Vec<Contributor<'a>> {
    if say.action.is_none() {
        return Vec::new();
    }
    let hits = say.undecided.iter().copied().chain(say.definite).chain(candidates.known_name);
    let mut hits: Vec<Hit> = sorted(hits.collect());
    hits.dedup_by_key(|hit| hit.rule);
    let of_rule = |hit: &Hit| Contributor { compiled, rule: compiled.policy.rules.get(hit.rule) };
    let has_default = say.definite.is_none() && compiled.policy.default != Default::Abstain;
    let by_default = has_default.then_some(Contributor { compiled, rule: None });
    hits.iter().map(of_rule).chain(by_default).collect()
}

/// The rules that could not be decided, in their order.
fn doubts(compiled: &Compiled, say: &Say, call: &dyn Facts, usage: &Usage) -> Vec<Doubt> {
    let doubt = |rule: &Rule, field: String, why: &str| Doubt {
        policy: compiled.policy.digest,
        rule: rule.id.clone(),
        field,
        why: why.to_owned(),
    };
    let undecided = say.undecided.iter().filter_map(|hit| {
        let rule = compiled.policy.rules.get(hit.rule)?;
        let condition = &rule.when.as_ref()?.condition;
        // A doubt that cannot be found again came of the steps that were left.
        let found = first_doubt(condition, call).or_else(|| Some((first_field(condition)?, TOO_MUCH)));
        found.map(|(field, why)| doubt(rule, field.to_string(), why))
    });
    let unknown_limit = say.definite.and_then(|hit| {
        let rule = compiled.policy.rules.get(hit.rule)?;
        match past(&compiled.policy, rule, rule.limit.as_ref()?, call, usage) {
            Past::Unknown(why) => Some(doubt(rule, "limit".to_owned(), why)),
            Past::Yes | Past::No => None,
        }
    });
    undecided.chain(unknown_limit).collect()
}
