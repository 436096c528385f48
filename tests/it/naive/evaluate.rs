//! The decision, by its definition: every way in which what is undecidable could come out is tried, and the strictest wins.

use serde_json::{Value, json};

use super::generate::Asked;
use super::matchers::{Call, Found, Truth, condition_of_call, exact};
use super::merge;
use super::names::{folded, matches};
use super::policy::{Action, Limit, Measure, Otherwise, Policy, Rule};

/// What the naive engine decides.
#[derive(Clone, Debug)]
pub(crate) struct Decided {
    pub(crate) action: Action,
    /// Which policy of the stack; `None`: all abstain.
    pub(crate) policy: Option<usize>,
    pub(crate) rule: Option<String>,
    pub(crate) cause: &'static str,
    pub(crate) reason: Option<String>,
    pub(crate) undecidable: Vec<Doubt>,
    /// The rest of the decision, as the package returns it; policies are numbers.
    pub(crate) rest: Value,
    /// How many rules contribute.
    pub(crate) rules: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Doubt {
    pub(crate) policy: usize,
    pub(crate) rule: String,
    /// Any of these may be named.
    pub(crate) fields: Vec<String>,
}

/// A rule about the tool of the call, looked at.
#[derive(Debug)]
pub(crate) struct Judged<'a> {
    pub(crate) policy: usize,
    pub(crate) at: usize,
    pub(crate) rule: &'a Rule,
    pub(crate) id: String,
    truth: Truth,
    fields: Vec<String>,
    pub(crate) limit: Option<Judgement>,
}

/// A limit, looked at.
#[derive(Clone, Debug)]
pub(crate) struct Judgement {
    pub(crate) bucket: Option<String>,
    pub(crate) amount: f64,
    past: Truth,
}

/// One policy, looked at.
pub(crate) struct Looked<'a> {
    pub(crate) policy: &'a Policy,
    /// Its rules about the tool, in order.
    rules: Vec<Judged<'a>>,
    /// The rule that names what the tool could be taken for.
    pub(crate) known_name: Option<Judged<'a>>,
}

/// What a policy says in one of the ways, and what names it: the least of equally strict ones names the decision.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Say {
    policy: usize,
    /// 0: it matches or is the default, 1: it may match, 2: the name.
    rank: u8,
    /// Index of the rule.
    at: Option<usize>,
    cause: &'static str,
}

/// Decides a call; also tells what was used of every bucket of its limits, if the guard knows.
pub(crate) fn evaluate(policies: &[Policy], asked: &Asked) -> (Decided, Vec<(String, f64)>) {
    let call = Call::new(&asked.call);
    let mut known: Vec<(String, Option<f64>)> = Vec::new();
    let mut told = asked.usage.iter();
    let mut usage = |bucket: &str| {
        if let Some((_, amount)) = known.iter().find(|(known, _)| known == bucket) {
            return *amount;
        }
        let amount = *told.next().unwrap_or(&None);
        known.push((bucket.to_owned(), amount));
        amount
    };
    let looked: Vec<Looked<'_>> =
        policies.iter().enumerate().map(|(at, policy)| look(policy, at, &call, &mut usage)).collect();
    let (action, say) = strictest(&looked, &call);
    let (policy, rule) = match &say {
        None => (None, None),
        Some(say) => (Some(say.policy), say.at.map(|at| rule_of(&policies[say.policy], at))),
    };
    let contributors = contributors(&looked);
    let undecidable = doubts(&looked);
    let deciding = say.as_ref().and_then(|say| Some((say.policy, say.at?)));
    let decided = Decided {
        action,
        policy,
        rule: rule.as_ref().map(|(id, _)| id.clone()),
        // All abstain, or all may.
        cause: say.as_ref().map_or(if undecidable.is_empty() { "default" } else { "undecidable" }, |say| say.cause),
        // A rule that is only named for its tool has not said why.
        reason: rule
            .filter(|_| say.as_ref().is_some_and(|say| say.cause != "name"))
            .and_then(|(_, rule)| rule.reason.clone()),
        undecidable,
        rest: merge::rest(action, deciding, &contributors, &looked, &call),
        rules: contributors.iter().map(|(rules, _)| rules.len()).sum(),
    };
    (decided, known.into_iter().filter_map(|(bucket, amount)| Some((bucket, amount?))).collect())
}

/// Whether no rule of the policy certainly matches the call and the policy then has, in writing, no say.
pub(crate) fn may_abstain(policy: &Policy, asked: &Asked) -> bool {
    let looked = look(policy, 0, &Call::new(&asked.call), &mut |_| None);
    let matched = looked.rules.iter().any(|rule| rule.truth == Truth::Yes);
    policy.default == Some(Otherwise::Abstains) && !matched && looked.known_name.is_none()
}

/// Whether a rule of the policy certainly matches the call.
pub(crate) fn matched(policy: &Policy, asked: &Asked) -> bool {
    look(policy, 0, &Call::new(&asked.call), &mut |_| None).rules.iter().any(|rule| rule.truth == Truth::Yes)
}

fn look<'a>(policy: &'a Policy, index: usize, call: &Call, usage: &mut impl FnMut(&str) -> Option<f64>) -> Looked<'a> {
    let mut judge = |at: usize| {
        let (id, rule) = rule_of(policy, at);
        let (truth, fields) = match &rule.when {
            _ if rule.relaxed.as_ref().is_some_and(|relaxed| !relaxed.is_in_force) => (Truth::No, Vec::new()),
            None => (Truth::Yes, Vec::new()),
            Some(condition) => condition_of_call(condition, call),
        };
        let limit = rule.limit.as_ref().map(|limit| judge_limit(policy, &id, limit, call, usage));
        Judged { policy: index, at, rule, id, truth, fields, limit }
    };
    let about = |at: &usize| policy.rules[*at].tools.iter().any(|pattern| matches(pattern, call.tool()));
    let rules = (0..policy.rules.len()).filter(about).map(&mut judge).collect();
    Looked { policy, rules, known_name: folded(policy, call.tool()).map(judge) }
}

/// A rule and its id: the written one, or the first pattern, with a number where that is taken.
fn rule_of(policy: &Policy, at: usize) -> (String, &Rule) {
    let mut ids: Vec<Option<String>> = policy.rules.iter().map(|rule| rule.id.clone()).collect();
    for at in 0..ids.len() {
        if ids[at].is_none() {
            let first = &policy.rules[at].tools[0];
            let numbered = (2..).map(|number| format!("{first}#{number}"));
            let free = std::iter::once(first.clone()).chain(numbered).find(|id| !ids.contains(&Some(id.clone())));
            ids[at] = free;
        }
    }
    (ids[at].clone().expect("every rule has one"), &policy.rules[at])
}

fn judge_limit(
    policy: &Policy,
    id: &str,
    limit: &Limit,
    call: &Call,
    usage: &mut impl FnMut(&str) -> Option<f64>,
) -> Judgement {
    let mut by = serde_json::Map::new();
    let known = limit.by.iter().all(|who| match call.find(&super::policy::Field::new(&format!("{who}.id"))) {
        Found::Is(Value::String(id)) if !id.is_empty() => {
            by.insert((*who).to_owned(), json!(id));
            true
        }
        _ => false,
    });
    let (measure, amount, at_most) = match &limit.measure {
        Measure::Calls(calls) => ("calls".to_owned(), Some(1.0), *calls as f64),
        Measure::Sum { field, at_most } => {
            let amount = match call.find(field) {
                Found::Is(value) => exact(value).filter(|amount| *amount >= 0.0),
                _ => None,
            };
            (format!("sum:{}", field.text), amount, *at_most)
        }
    };
    let bucket = json!({ "policy": policy.name, "rule": id, "measure": measure, "by": by });
    let bucket = known.then(|| digest(&format!("countersign/limit/1\0{bucket}")));
    let used = bucket.as_deref().and_then(usage).filter(|used| *used >= 0.0 && used.is_finite());
    let past = match (amount, used) {
        (None, _) => Truth::Yes,
        (Some(_), None) => Truth::Maybe,
        (Some(amount), Some(used)) => Truth::of(used + amount > at_most),
    };
    Judgement { bucket, amount: amount.unwrap_or(at_most), past }
}

fn digest(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let bytes: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

/// Tries every way; the strictest of all, and what names it.
fn strictest(looked: &[Looked<'_>], call: &Call) -> (Action, Option<Say>) {
    let unknown_rules = looked.iter().flat_map(|one| &one.rules).filter(|rule| rule.truth == Truth::Maybe).count();
    let unknown_limits = looked.iter().flat_map(|one| &one.rules).filter(|rule| is_doubtful(rule)).count();
    let mut best: Option<(Action, Option<Say>)> = None;
    for way in 0..1_u64 << (unknown_rules + unknown_limits) {
        let mut bits = (0..).map(|bit| way >> bit & 1 == 1);
        let says: Vec<(Action, Say)> =
            looked.iter().enumerate().filter_map(|(index, one)| in_one_way(one, index, call, &mut bits)).collect();
        let action = says.iter().map(|(action, _)| *action).max();
        // If all abstain the call escalates.
        let Some(action) = action else {
            best = best.max_by_strictness((Action::Escalate, None));
            continue;
        };
        for (_, say) in says.into_iter().filter(|(own, _)| *own == action) {
            best = best.max_by_strictness((action, Some(say)));
        }
    }
    best.expect("there is at least one way")
}

trait Strictness {
    fn max_by_strictness(self, other: (Action, Option<Say>)) -> Self;
}

impl Strictness for Option<(Action, Option<Say>)> {
    fn max_by_strictness(self, other: (Action, Option<Say>)) -> Self {
        Some(match self {
            None => other,
            Some(own) if own.0 != other.0 => {
                if own.0 > other.0 {
                    own
                } else {
                    other
                }
            }
            Some((action, own)) => {
                let say = match (own, other.1) {
                    (Some(own), Some(other)) => Some(own.min(other)),
                    (own, other) => own.or(other),
                };
                (action, say)
            }
        })
    }
}

fn is_doubtful(rule: &Judged<'_>) -> bool {
    rule.truth != Truth::No && rule.limit.as_ref().is_some_and(|limit| limit.past == Truth::Maybe)
}

/// What one policy says if what is undecidable comes out as the bits say; nothing if it abstains.
fn in_one_way(
    looked: &Looked<'_>,
    index: usize,
    call: &Call,
    bits: &mut impl Iterator<Item = bool>,
) -> Option<(Action, Say)> {
    let mut decided = None;
    for judged in &looked.rules {
        let matches = judged.truth == Truth::Yes || (judged.truth == Truth::Maybe && bits.next().expect("endless"));
        let limit_doubtful = is_doubtful(judged);
        let past = match &judged.limit {
            Some(_) if limit_doubtful => bits.next().expect("endless"),
            Some(limit) => limit.past == Truth::Yes,
            None => false,
        };
        if !matches || decided.is_some() {
            continue;
        }
        let doubtful = judged.truth == Truth::Maybe;
        let (action, cause) = says(looked.policy, judged.rule, call, past.then_some(limit_doubtful), doubtful);
        let cause = if doubtful { "undecidable" } else { cause };
        decided = Some((action, Say { policy: index, rank: u8::from(doubtful), at: Some(judged.at), cause }));
    }
    let own = decided.or_else(|| {
        let Otherwise::Says(action) = looked.policy.default.unwrap_or(Otherwise::Says(Action::Escalate)) else {
            return None;
        };
        let low = action == Action::Allow && is_unsure(looked.policy, looked.policy.min_confidence, call);
        let (action, cause) = if low { (Action::Escalate, "low-confidence") } else { (action, "default") };
        Some((action, Say { policy: index, rank: 0, at: None, cause }))
    });
    let Some(known) = &looked.known_name else { return own };
    // That a default holds the call says less than what its name looks like.
    let by_default = own.as_ref().is_some_and(|(action, say)| *action == Action::Escalate && say.cause == "default");
    let rank = if by_default { 0 } else { 2 };
    let name = (Action::Escalate, Say { policy: index, rank, at: Some(known.at), cause: "name" });
    own.filter(|(action, _)| !by_default && *action >= Action::Escalate).or(Some(name))
}

/// What a rule says as it stands; `past` is whether the call is past the limit, and that only maybe.
fn says(policy: &Policy, rule: &Rule, call: &Call, past: Option<bool>, doubtful: bool) -> (Action, &'static str) {
    if rule.action != Action::Allow {
        let soft = doubtful && rule.doubt_escalates;
        return (if soft { Action::Escalate } else { rule.action }, "rule");
    }
    let low = is_unsure(policy, rule.min_confidence.or(policy.min_confidence), call);
    let held = low.then_some((Action::Escalate, "low-confidence"));
    let limited = past.map(|maybe| {
        let then =
            if rule.limit.as_ref().is_some_and(|limit| limit.then_blocks) { Action::Block } else { Action::Escalate };
        (then, if maybe { "undecidable" } else { "limit" })
    });
    match (held, limited) {
        (Some(held), Some(limited)) => {
            if limited.0 > held.0 {
                limited
            } else {
                held
            }
        }
        (held, limited) => held.or(limited).unwrap_or((Action::Allow, "rule")),
    }
}

/// Whether the agent is too unsure of itself where this minimum applies.
fn is_unsure(policy: &Policy, min: Option<f64>, call: &Call) -> bool {
    let Some(min) = min else { return false };
    match call.all.get("confidence") {
        None => !policy.ignores_missing_confidence,
        Some(reported) => !reported.as_f64().is_some_and(|reported| reported <= 1.0 && reported >= min),
    }
}

/// The undecided rules before the first that matches, and that one.
fn considered<'a, 'b>(looked: &'b Looked<'a>) -> Vec<&'b Judged<'a>> {
    let first = looked.rules.iter().position(|rule| rule.truth == Truth::Yes);
    let reached = &looked.rules[..first.map_or(looked.rules.len(), |first| first + 1)];
    reached.iter().filter(|rule| rule.truth != Truth::No).collect()
}

/// Of each policy the rules that contribute, in order, and whether its default has a say.
pub(crate) type Contributors<'a, 'b> = Vec<(Vec<&'b Judged<'a>>, bool)>;

fn contributors<'a, 'b>(looked: &'b [Looked<'a>]) -> Contributors<'a, 'b> {
    let one = |looked: &'b Looked<'a>| {
        let mut rules = considered(looked);
        let matched = rules.iter().any(|rule| rule.truth == Truth::Yes);
        if let Some(known) = &looked.known_name
            && !rules.iter().any(|rule| rule.at == known.at)
        {
            rules.push(known);
        }
        rules.sort_by_key(|rule| rule.at);
        (rules, !matched && looked.policy.default != Some(Otherwise::Abstains))
    };
    looked.iter().map(one).collect()
}

fn doubts(looked: &[Looked<'_>]) -> Vec<Doubt> {
    let doubt = |rule: &Judged<'_>| {
        let fields = match rule.truth {
            Truth::Maybe => rule.fields.clone(),
            Truth::Yes if is_doubtful(rule) => vec!["limit".to_owned()],
            Truth::Yes | Truth::No => return None,
        };
        Some(Doubt { policy: rule.policy, rule: rule.id.clone(), fields })
    };
    looked.iter().flat_map(considered).filter_map(doubt).collect()
}
