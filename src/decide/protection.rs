//! What a decision carries beside its action, merged to the strictest over everything that contributes to it.

use super::call::Facts;
use super::compile::Compiled;
use super::limit::{Charge, charge};
use crate::policy::model::{Action, Rule};
use crate::policy::terms::{Consequence, FieldAt, ReviewTerms, Risk, Segment};
use crate::sorted::sorted;
use crate::value::field::{Field, Found};
use crate::value::value::Value;

/// What a review of a held call must be like, merged over all that asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Sets of reviewers, of each of which the reviewer must be one; without any, anybody may review.
    pub reviewers: Vec<Vec<String>>,
    /// How many reviewers must approve.
    pub quorum: u32,
    /// How long the call waits for an answer, in milliseconds.
    pub expires_ms: u64,
    /// Fields whose value the reviewer types.
    pub confirm: Vec<Field>,
    /// Arguments that the reviewer may change.
    pub editable: Vec<Field>,
}

/// A part of what follows if the call runs.
#[derive(Clone, Debug, PartialEq)]
pub enum ConsequencePart {
    /// Text of the policy's author.
    Text(String),
    /// What stands at a field of the call; without a value nothing does.
    Field(Field, Option<Value>),
}

/// What a decision carries beside its action.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Protection {
    pub(super) risk: Option<Risk>,
    pub(super) reversible: Option<bool>,
    pub(super) consequence: Option<Vec<ConsequencePart>>,
    pub(super) review: Option<Review>,
    pub(super) marks: Vec<String>,
    pub(super) charge: Vec<Charge>,
}

/// A policy that has a say in a decision, by one of its rules or by its default.
#[derive(Clone, Copy)]
pub(super) struct Contributor<'a> {
    pub(super) compiled: &'a Compiled,
    pub(super) rule: Option<&'a Rule>,
}

/// What the decision `action`, made by `deciding`, carries.
pub(super) fn protection(
    contributors: &[Contributor<'_>],
    deciding: Option<&Rule>,
    action: Action,
    call: &dyn Facts,
) -> Protection {
    let rules = || contributors.iter().filter_map(|contributor| contributor.rule);
    let risk = highest_risk(rules());
    let is_held = action == Action::Escalate;
    let consequence = deciding.into_iter().chain(rules()).find_map(|rule| rule.consequence.as_ref());
    Protection {
        risk,
        reversible: merged_reversible(rules()),
        consequence: consequence.filter(|_| is_held).map(|consequence| filled(consequence, call)),
        review: is_held.then(|| merged_review(contributors)),
        marks: if action == Action::Block { Vec::new() } else { merged_marks(rules()) },
        charge: contributors
            .iter()
            .filter_map(|contributor| charge(&contributor.compiled.policy, contributor.rule?, call))
            .collect(),
    }
}

/// A risk that is not written counts as high, and stays unwritten.
fn highest_risk<'a>(rules: impl Iterator<Item = &'a Rule>) -> Option<Risk> {
    let rank = |risk: &Option<Risk>| (risk.unwrap_or(Risk::High), risk.is_some());
    rules.map(|rule| rule.risk).max_by_key(rank).flatten()
}

fn merged_reversible<'a>(rules: impl Iterator<Item = &'a Rule>) -> Option<bool> {
    let strictness = |reversible: &Option<bool>| match reversible {
        Some(true) => 0,
        None => 1,
        Some(false) => 2,
    };
    rules.map(|rule| rule.reversible).max_by_key(strictness).flatten()
}

fn merged_marks<'a>(rules: impl Iterator<Item = &'a Rule>) -> Vec<String> {
    let mut marks: Vec<String> = sorted(rules.flat_map(|rule| rule.marks.iter().cloned()).collect());
    marks.dedup();
    marks
}

fn merged_review(contributors: &[Contributor<'_>]) -> Review {
    let terms: Vec<ReviewTerms> = contributors
        .iter()
        .map(|Contributor { compiled, rule }| {
            let of_policy = compiled.policy.review.clone();
            rule.map_or_else(ReviewTerms::default, |rule| rule.review.clone()).or(of_policy)
        })
        .collect();
    let mut reviewers: Vec<Vec<String>> = Vec::new();
    let mut confirm: Vec<Field> = Vec::new();
    for terms in &terms {
        if let Some(set) = terms.reviewers.as_ref().filter(|set| !reviewers.contains(set)) {
            reviewers.push(set.clone());
        }
        for FieldAt { field, .. } in terms.confirm.iter().flatten() {
            if !confirm.contains(field) {
                confirm.push(field.clone());
            }
        }
    }
    // What one contributor leaves unwritten is not for another to prolong.
    let risks = contributors.iter().map(|contributor| contributor.rule.and_then(|rule| rule.risk));
    let expiries = terms.iter().zip(risks).map(|(terms, risk)| terms.expires_ms.unwrap_or(usual_expiry_ms(risk)));
    Review {
        reviewers,
        quorum: terms.iter().filter_map(|terms| terms.quorum).max().unwrap_or(1),
        // Nothing contributes where every policy abstains.
        expires_ms: expiries.min().unwrap_or(usual_expiry_ms(None)),
        confirm,
        editable: merged_editable(&terms),
    }
}

/// What every contributor lets the reviewer change.
fn merged_editable(terms: &[ReviewTerms]) -> Vec<Field> {
    let Some((first, others)) = terms.split_first() else { return Vec::new() };
    let fields = |terms: &ReviewTerms| -> Vec<Field> {
        terms.editable.iter().flatten().map(|FieldAt { field, .. }| field.clone()).collect()
    };
    let mut editable: Vec<Field> = Vec::new();
    for field in fields(first) {
        if others.iter().all(|terms| fields(terms).contains(&field)) && !editable.contains(&field) {
            editable.push(field);
        }
    }
    editable
}

/// How long a call waits where nothing is written: the worse, the shorter.
pub(crate) const fn usual_expiry_ms(risk: Option<Risk>) -> u64 {
    const MINUTE_MS: u64 = 60_000;
    match risk {
        Some(Risk::Low) => 60 * MINUTE_MS,
        Some(Risk::Medium) | None => 30 * MINUTE_MS,
        Some(Risk::High | Risk::Critical) => 10 * MINUTE_MS,
    }
}

fn filled(consequence: &Consequence, call: &dyn Facts) -> Vec<ConsequencePart> {
    let part = |segment: &Segment| match segment {
        Segment::Text(text) => ConsequencePart::Text(text.clone()),
        Segment::Field(FieldAt { field, .. }) => {
            let value = match call.find(field) {
                Found::Value(value) => Some(value.clone()),
                Found::Absent | Found::Blocked => None,
            };
            ConsequencePart::Field(field.clone(), value)
        }
    };
    consequence.segments.iter().map(part).collect()
}
