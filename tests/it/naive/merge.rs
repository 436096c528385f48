//! What a decision carries beside its action: the strictest of everything that contributes.

use serde_json::{Value, json};

use super::evaluate::{Contributors, Judged, Looked};
use super::matchers::{Call, Found};
use super::policy::{Action, Field, Measure, Piece, Review};

pub(crate) fn rest(
    action: Action,
    deciding: Option<(usize, usize)>,
    contributors: &Contributors<'_, '_>,
    looked: &[Looked<'_>],
    call: &Call,
) -> Value {
    let rules: Vec<&Judged<'_>> = contributors.iter().flat_map(|(rules, _)| rules).copied().collect();
    json!({
        "risk": risk(&rules),
        "reversible": reversible(&rules),
        "marks": if action == Action::Block { Vec::new() } else { marks(&rules) },
        "charge": rules.iter().filter_map(|rule| charge(rule)).collect::<Vec<_>>(),
        "review": (action == Action::Escalate).then(|| review(contributors, looked)),
        "consequence": if action == Action::Escalate { consequence(deciding, &rules, looked, call) } else { Value::Null },
    })
}

/// The highest; one that is not written counts as high, behind one that says so.
fn risk(rules: &[&Judged<'_>]) -> Option<&'static str> {
    let order = [Some("low"), Some("medium"), None, Some("high"), Some("critical")];
    let place = |risk| order.iter().position(|one| *one == risk);
    rules.iter().map(|rule| rule.rule.risk).max_by_key(|risk| place(*risk)).flatten()
}

fn reversible(rules: &[&Judged<'_>]) -> Option<bool> {
    if rules.iter().any(|rule| rule.rule.reversible == Some(false)) {
        return Some(false);
    }
    (!rules.is_empty() && rules.iter().all(|rule| rule.rule.reversible == Some(true))).then_some(true)
}

fn marks(rules: &[&Judged<'_>]) -> Vec<String> {
    let mut marks: Vec<String> = rules.iter().flat_map(|rule| rule.rule.marks.clone()).collect();
    marks.sort();
    marks.dedup();
    marks
}

fn charge(judged: &Judged<'_>) -> Option<Value> {
    let limit = judged.rule.limit.as_ref()?;
    let judgement = judged.limit.as_ref()?;
    Some(json!({
        "policy": judged.policy,
        "rule": judged.id,
        "bucket": judgement.bucket.as_ref()?,
        "amount": judgement.amount,
        "atMost": match limit.measure { Measure::Calls(calls) => calls as f64, Measure::Sum { at_most, .. } => at_most },
        "perMs": limit.per.ms,
        "then": if limit.then_blocks { "block" } else { "escalate" },
    }))
}

fn review(contributors: &Contributors<'_, '_>, looked: &[Looked<'_>]) -> Value {
    let mut terms: Vec<Review> = Vec::new();
    // The earliest counts; who wrote none has the usual one of its own risk.
    let mut expiries: Vec<u64> = Vec::new();
    let mut add = |own: Review, risk: Option<&str>| {
        expiries.push(own.expires.map_or_else(|| usual_expiry_ms(risk), |expires| expires.ms));
        terms.push(own);
    };
    for ((rules, default_has_a_say), looked) in contributors.iter().zip(looked) {
        let of_policy = looked.policy.review.clone().unwrap_or_default();
        for rule in rules {
            add(over(rule.rule.review.clone().unwrap_or_default(), of_policy.clone()), rule.rule.risk);
        }
        if *default_has_a_say {
            add(of_policy, None);
        }
    }
    let mut reviewers: Vec<Vec<&str>> = Vec::new();
    for mut set in terms.iter().map(|terms| terms.reviewers.clone()).filter(|set| !set.is_empty()) {
        set.sort_unstable();
        if !reviewers.contains(&set) {
            reviewers.push(set);
        }
    }
    let mut confirm: Vec<&str> = Vec::new();
    for field in terms.iter().flat_map(|terms| &terms.confirm) {
        if !confirm.contains(&field.text.as_str()) {
            confirm.push(&field.text);
        }
    }
    let mut editable: Vec<Field> = terms.first().and_then(|terms| terms.editable.clone()).unwrap_or_default();
    editable.retain(|field| terms.iter().all(|terms| terms.editable.as_ref().is_some_and(|own| own.contains(field))));
    json!({
        "reviewers": reviewers,
        "quorum": terms.iter().filter_map(|terms| terms.quorum).max().unwrap_or(1),
        "expiresMs": expiries.iter().min().copied().unwrap_or_else(|| usual_expiry_ms(None)),
        "confirm": confirm,
        "editable": editable.iter().map(|field| &field.text).collect::<Vec<_>>(),
    })
}

fn usual_expiry_ms(risk: Option<&str>) -> u64 {
    match risk {
        Some("low") => 3_600_000,
        Some("high" | "critical") => 600_000,
        _ => 1_800_000,
    }
}

/// A rule's own terms, key by key before its policy's.
fn over(own: Review, of_policy: Review) -> Review {
    Review {
        expires: own.expires.or(of_policy.expires),
        reviewers: if own.reviewers.is_empty() { of_policy.reviewers } else { own.reviewers },
        quorum: own.quorum.or(of_policy.quorum),
        confirm: if own.confirm.is_empty() { of_policy.confirm } else { own.confirm },
        editable: own.editable.or(of_policy.editable),
    }
}

fn consequence(deciding: Option<(usize, usize)>, rules: &[&Judged<'_>], looked: &[Looked<'_>], call: &Call) -> Value {
    let own = deciding.and_then(|(policy, at)| looked[policy].policy.rules[at].consequence.as_ref());
    let Some(pieces) = own.or_else(|| rules.iter().find_map(|rule| rule.rule.consequence.as_ref())) else {
        return Value::Null;
    };
    let mut segments: Vec<Value> = Vec::new();
    for piece in pieces {
        match (piece, segments.last_mut().and_then(|last| last.get_mut("text"))) {
            (Piece::Text(text), Some(Value::String(before))) => before.push_str(text),
            (Piece::Text(text), _) => segments.push(json!({ "text": text })),
            (Piece::Field(field), _) => segments.push(match call.written(field) {
                Found::Is(value) => json!({ "field": field.text, "value": value }),
                Found::Absent | Found::Unknown | Found::Session(_) | Found::NoSession => json!({ "field": field.text }),
            }),
        }
    }
    Value::from(segments)
}
