//! In what two policies differ, change by change, and one policy with a single one of them.

use crate::check::implies::same_condition;
use crate::names::{NameMap, NameSet};
use crate::policy::digest::rule_meaning;
use crate::policy::model::{Policy, Rule, When};
use crate::policy::terms::{FieldAt, Limit, ReviewTerms};
use crate::value::value::Value;

/// What became of a rule, or of what a policy says of all calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A rule that was not there.
    Added,
    /// A rule that is no more there.
    Removed,
    /// A rule that says something else.
    Changed,
    /// A rule that stands elsewhere among the others.
    Moved,
    /// What the policy says of all calls.
    Policy,
}

impl Kind {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Moved => "moved",
            Self::Policy => "policy",
        }
    }
}

/// One difference between two policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What kind it is.
    pub kind: Kind,
    /// Id of the rule, the new one where it has another; `None` of what a policy says of all calls.
    pub rule: Option<String>,
    /// The keys whose values differ, of a rule that changed or of the policy.
    pub keys: Vec<&'static str>,
    /// Place of the rule in the old policy, from 0.
    pub(super) before: Option<usize>,
    /// Place of the rule in the new policy.
    pub(super) after: Option<usize>,
    /// Where it stands in the old policy, if it is one that was added or moved: behind this rule, or first.
    behind: Option<usize>,
}

/// In what `after` differs from `before`: first what it says of all calls, then its rules in their order, then what is
/// gone. Rules are the same if they have one id, or else one meaning.
pub(super) fn changes(before: &Policy, after: &Policy) -> Vec<Change> {
    let of_policy = policy_keys(before, after).into_iter().map(|key| Change {
        kind: Kind::Policy,
        rule: None,
        keys: vec![key],
        before: None,
        after: None,
        behind: None,
    });
    let mut changes: Vec<Change> = of_policy.collect();
    let pairs = pairs(before, after);
    let stays = staying(&pairs);
    let mut behind = None;
    for (place, rule) in after.rules.iter().enumerate() {
        let old = pairs.get(place).copied().flatten();
        let mut add = |kind, keys: Vec<&'static str>| {
            let rule = Some(rule.id.clone());
            changes.push(Change { kind, rule, keys, before: old, after: Some(place), behind });
        };
        let Some((old, old_rule)) = old.and_then(|old| Some((old, before.rules.get(old)?))) else {
            add(Kind::Added, Vec::new());
            continue;
        };
        let keys = rule_keys(old_rule, rule);
        if !keys.is_empty() {
            add(Kind::Changed, keys);
        }
        if stays.contains(&old) {
            behind = Some(old);
        } else {
            add(Kind::Moved, Vec::new());
        }
    }
    let kept: NameSet<usize> = pairs.iter().flatten().copied().collect();
    let gone = before.rules.iter().enumerate().filter(|(place, _)| !kept.contains(place));
    changes.extend(gone.map(|(place, rule)| Change {
        kind: Kind::Removed,
        rule: Some(rule.id.clone()),
        keys: Vec::new(),
        before: Some(place),
        after: None,
        behind: None,
    }));
    changes
}

/// `before` with this one change, which leads to `after` together with others.
pub(super) fn with_change(before: &Policy, after: &Policy, change: &Change) -> Policy {
    let mut policy = before.clone();
    let new = || change.after.and_then(|place| after.rules.get(place)).cloned();
    let first_behind = change.behind.map_or(0, |place| place + 1);
    match (change.kind, change.before) {
        (Kind::Policy, _) => change.keys.iter().for_each(|key| take_key(&mut policy, after, key)),
        (Kind::Added, _) => policy.rules.splice(first_behind..first_behind, new()).for_each(drop),
        (Kind::Removed, Some(place)) if place < policy.rules.len() => drop(policy.rules.remove(place)),
        (Kind::Changed, Some(place)) => {
            if let (Some(rule), Some(new)) = (policy.rules.get_mut(place), new()) {
                *rule = new;
            }
        }
        (Kind::Moved, Some(place)) if place < policy.rules.len() => {
            let rule = policy.rules.remove(place);
            let at = if place < first_behind { first_behind - 1 } else { first_behind };
            policy.rules.insert(at.min(policy.rules.len()), rule);
        }
        (Kind::Removed | Kind::Changed | Kind::Moved, _) => {}
    }
    policy
}

/// For each rule of `before` the place in `after` of the one that says the same in all; `None` if what the policies say of
/// all calls differs, but for their descriptions.
pub(super) fn same_rules(before: &Policy, after: &Policy) -> Option<Vec<Option<usize>>> {
    if policy_keys(before, after).iter().any(|key| *key != "description") {
        return None;
    }
    let by_id: NameMap<&str, (usize, &Rule)> =
        after.rules.iter().enumerate().map(|(at, rule)| (rule.id.as_str(), (at, rule))).collect();
    let same = |rule: &Rule| {
        let (place, other) = by_id.get(rule.id.as_str())?;
        rule_keys(rule, other).is_empty().then_some(*place)
    };
    Some(before.rules.iter().map(same).collect())
}

/// For each rule of `after` the place of the same rule in `before`.
fn pairs(before: &Policy, after: &Policy) -> Vec<Option<usize>> {
    let by_id: NameMap<&str, usize> =
        before.rules.iter().enumerate().map(|(at, rule)| (rule.id.as_str(), at)).collect();
    let mut pairs: Vec<Option<usize>> = after.rules.iter().map(|rule| by_id.get(rule.id.as_str()).copied()).collect();
    let taken: NameSet<usize> = pairs.iter().flatten().copied().collect();
    let meaning = |rule: &Rule| rule_meaning(rule).ok().map(|digest| digest.to_string());
    let mut by_meaning: NameMap<String, Vec<usize>> = NameMap::default();
    for (place, rule) in before.rules.iter().enumerate().rev().filter(|(place, _)| !taken.contains(place)) {
        if let Some(meaning) = meaning(rule) {
            by_meaning.entry(meaning).or_default().push(place);
        }
    }
    for (pair, rule) in pairs.iter_mut().zip(&after.rules) {
        if pair.is_none() {
            *pair = meaning(rule).and_then(|meaning| by_meaning.get_mut(&meaning)?.pop());
        }
    }
    pairs
}

/// The places in the old policy of as many rules as can be said to stay where they are.
fn staying(pairs: &[Option<usize>]) -> NameSet<usize> {
    let places: Vec<usize> = pairs.iter().flatten().copied().collect();
    // The longest increasing run, by patience sorting: the last of each pile, and what each was laid on.
    let mut piles: Vec<usize> = Vec::new();
    let mut below: NameMap<usize, usize> = NameMap::default();
    for &place in &places {
        let pile = piles.partition_point(|top| *top < place);
        if let Some(under) = pile.checked_sub(1).and_then(|pile| piles.get(pile)) {
            below.insert(place, *under);
        }
        match piles.get_mut(pile) {
            Some(top) => *top = place,
            None => piles.push(place),
        }
    }
    std::iter::successors(piles.last().copied(), |place| below.get(place).copied()).collect()
}

/// The keys of a policy whose values differ.
fn policy_keys(before: &Policy, after: &Policy) -> Vec<&'static str> {
    let differs = [
        ("name", before.name != after.name),
        ("description", before.description != after.description),
        ("default", before.default != after.default),
        ("min_confidence", before.confidence.min != after.confidence.min),
        ("missing_confidence", before.confidence.missing_escalates != after.confidence.missing_escalates),
        ("review", !same_review(&before.review, &after.review)),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
}

fn take_key(policy: &mut Policy, after: &Policy, key: &str) {
    match key {
        "name" => policy.name.clone_from(&after.name),
        "description" => policy.description.clone_from(&after.description),
        "default" => policy.default = after.default,
        "min_confidence" => policy.confidence.min = after.confidence.min,
        "missing_confidence" => policy.confidence.missing_escalates = after.confidence.missing_escalates,
        "review" => policy.review = after.review.clone(),
        _ => {}
    }
}

/// The keys of a rule whose values differ.
fn rule_keys(before: &Rule, after: &Rule) -> Vec<&'static str> {
    let tools = |rule: &'_ Rule| rule.tools.iter().map(|tool| tool.text.clone()).collect::<Vec<_>>();
    let consequence = |rule: &'_ Rule| rule.consequence.as_ref().map(|consequence| consequence.written.clone());
    let differs = [
        ("id", before.id != after.id),
        ("tool", tools(before) != tools(after)),
        ("when", !same_when(before.when.as_ref(), after.when.as_ref())),
        ("action", before.action != after.action),
        ("undecidable", own_undecidable(before) != own_undecidable(after)),
        ("reason", before.reason != after.reason),
        ("consequence", consequence(before) != consequence(after)),
        ("risk", before.risk != after.risk),
        ("reversible", before.reversible != after.reversible),
        ("min_confidence", before.min_confidence != after.min_confidence),
        ("limit", !same_limit(before.limit.as_ref(), after.limit.as_ref())),
        ("marks", before.marks != after.marks),
        ("review", !same_review(&before.review, &after.review)),
        ("relaxed", before.relaxed != after.relaxed),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
}

/// What `undecidable` says, where that is not what `action` says.
fn own_undecidable(rule: &Rule) -> Option<&'static str> {
    (rule.undecidable != rule.action).then(|| rule.undecidable.as_str())
}

fn same_when(before: Option<&When>, after: Option<&When>) -> bool {
    match (before, after) {
        (None, None) => true,
        (Some(before), Some(after)) => {
            let is_written = before.written != Value::Null && before.written == after.written;
            is_written || same_condition(&before.condition, &after.condition)
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}

fn same_limit(before: Option<&Limit>, after: Option<&Limit>) -> bool {
    let said = |limit: &'_ Limit| {
        let Limit { sum, at_most, per_ms, by, then } = limit;
        (sum.as_ref().map(|at| at.field.clone()), *at_most, *per_ms, by.clone(), *then)
    };
    before.map(said) == after.map(said)
}

fn same_review(before: &ReviewTerms, after: &ReviewTerms) -> bool {
    let fields = |fields: &Option<Vec<FieldAt>>| {
        fields.as_ref().map(|fields| fields.iter().map(|at| at.field.clone()).collect::<Vec<_>>())
    };
    (before.expires_ms, &before.reviewers, before.quorum) == (after.expires_ms, &after.reviewers, after.quorum)
        && fields(&before.confirm) == fields(&after.confirm)
        && fields(&before.editable) == fields(&after.editable)
}
