//! Everything that a condition asks, matcher by matcher.

use std::fmt::Write as _;

use crate::matcher::condition::{Condition, Matcher, Test};
use crate::policy::model::{Policy, Rule};
use crate::text::span::Span;
use crate::value::field::{Field, Root, Step, Way};

/// A matcher of a condition, and what it is about.
#[derive(Debug)]
pub(super) struct Spot<'a> {
    pub(super) root: Root,
    /// The place of the value as text: the same for the same place, with `[]` for the items of a list.
    pub(super) place: String,
    /// The last key on the way to the value.
    pub(super) key: Option<&'a str>,
    /// Places of lists of which one item is looked at.
    pub(super) indexed: Vec<String>,
    /// Where the nearest field is written.
    pub(super) span: Span,
    pub(super) matcher: &'a Matcher,
    /// Whether it counts the other way round: it stands within `not` on a field.
    pub(super) negated: bool,
    /// Whether it stands within a `not` around a whole condition.
    pub(super) in_not: bool,
}

/// A rule with a condition, and what that asks.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    pub(super) rule: &'a Rule,
    pub(super) condition: &'a Condition<Field>,
    pub(super) spots: Vec<Spot<'a>>,
}

/// The rules of `policy` that have a condition.
pub(super) fn asking(policy: &Policy) -> Vec<Asking<'_>> {
    let conditions = policy.rules.iter().filter_map(|rule| Some((rule, &rule.when.as_ref()?.condition)));
    conditions.map(|(rule, condition)| Asking { rule, condition, spots: spots(condition) }).collect()
}

/// The matchers of `condition` in the order of the text, those within others behind them.
fn spots(condition: &Condition<Field>) -> Vec<Spot<'_>> {
    let mut spots = Vec::new();
    walk(condition, false, &mut |field, span, matcher, in_not| {
        let mut spot = Spot {
            root: field.root,
            place: field.root.as_str().to_owned(),
            key: None,
            indexed: Vec::new(),
            span,
            matcher,
            negated: false,
            in_not,
        };
        go(&mut spot, &field.way.steps);
        inside(spot, &mut spots);
    });
    spots
}

/// The place of the value of `field` as text, as in [`Spot`].
pub(super) fn place_of(field: &Field) -> String {
    let mut place = field.root.as_str().to_owned();
    field.way.steps.iter().for_each(|step| push_step(&mut place, step));
    place
}

fn push_step(place: &mut String, step: &Step) {
    match step {
        // The length in front keeps keys with dots apart.
        Step::Key(key) => {
            let _ = write!(place, ".{}:{key}", key.len());
        }
        Step::Index(_) => place.push_str("[]"),
    }
}

/// Calls `leaf` with every field of `condition`, and whether it stands within an odd number of `not`.
fn walk<'a, F>(condition: &'a Condition<F>, in_not: bool, leaf: &mut impl FnMut(&'a F, Span, &'a Matcher, bool)) {
    match condition {
        Condition::Field { field, span, matcher } => leaf(field, *span, matcher, in_not),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| walk(part, in_not, leaf)),
        Condition::Not(part) => walk(part, !in_not, leaf),
    }
}

/// Moves `spot` by `steps`.
fn go<'a>(spot: &mut Spot<'a>, steps: &'a [Step]) {
    for step in steps {
        match step {
            Step::Key(key) => spot.key = Some(key),
            Step::Index(_) => spot.indexed.push(spot.place.clone()),
        }
        push_step(&mut spot.place, step);
    }
}

/// Adds `spot` and the matchers within its own.
fn inside<'a>(spot: Spot<'a>, spots: &mut Vec<Spot<'a>>) {
    let at = |suffix: &str, matcher: &'a Matcher, negated: bool| Spot {
        place: format!("{}{suffix}", spot.place),
        indexed: Vec::new(),
        matcher,
        negated: spot.negated != negated,
        ..spot
    };
    let mut inner = Vec::new();
    for test in &spot.matcher.tests {
        if let Test::Each(matcher) | Test::Some(matcher) = test {
            inside(at("[]", matcher, false), &mut inner);
        } else if let Test::Not(matcher) = test {
            inside(at("", matcher, true), &mut inner);
        } else if let Test::Values(matcher) = test {
            inside(Spot { key: None, ..at("{}", matcher, false) }, &mut inner);
        } else if let Test::Where(condition) = test {
            walk(condition, spot.in_not, &mut |way: &'a Way, span, matcher, in_not| {
                let mut part = Spot { span, in_not, ..at("", matcher, false) };
                go(&mut part, &way.steps);
                inside(part, &mut inner);
            });
        }
    }
    spots.push(spot);
    spots.append(&mut inner);
}
