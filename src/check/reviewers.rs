//! Fields for reviewers, to type or to edit, that nothing else in the policy speaks of: most are misspelt.

use std::collections::BTreeSet;

use super::found::Found;
use crate::matcher::condition::{Condition, Matcher, Test};
use crate::policy::model::{Policy, Rule};
use crate::policy::terms::{FieldAt, ReviewTerms, Segment};
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::slips::nearest;
use crate::value::field::{Field, Root, Step};

/// Finds arguments in `confirm` and `editable` that no condition, no `only_keys` and no `consequence` names.
///
/// Arguments are known by their first key. A policy that names none is left alone: there is nothing to compare with.
pub(super) fn unknown_fields(policy: &Policy, text: &str, found: &mut Found) {
    let mut known = BTreeSet::new();
    for rule in &policy.rules {
        arguments_of(rule, &mut known);
    }
    if known.is_empty() {
        return;
    }
    let reviews = std::iter::once(&policy.review).chain(policy.rules.iter().map(|rule| &rule.review));
    found.extend(reviews.flat_map(fields).filter_map(|at| unknown(at, &known, text)));
}

fn fields(review: &ReviewTerms) -> impl Iterator<Item = &FieldAt> {
    review.confirm.iter().flatten().chain(review.editable.iter().flatten())
}

fn unknown(at: &FieldAt, known: &BTreeSet<&str>, text: &str) -> Option<Diagnostic> {
    let key = argument(&at.field).filter(|key| !known.contains(key))?;
    let message = format!("nothing else in this policy knows an argument `{key}`");
    let diagnostic = Diagnostic::new(Code::UnknownField, at.span, message)
        .help("check its spelling: a call without it can only be rejected if it is to be typed");
    let known: Vec<&str> = known.iter().copied().collect();
    Some(match nearest(key, &known).map(|near| format!("args.{near}")) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace_fix(&near, at.span, text),
        None => diagnostic,
    })
}

/// The first key of a field of arguments.
fn argument(field: &Field) -> Option<&str> {
    match field.way.steps.first() {
        Some(Step::Key(key)) if field.root == Root::Args => Some(key),
        _ => None,
    }
}

fn arguments_of<'a>(rule: &'a Rule, known: &mut BTreeSet<&'a str>) {
    if let Some(when) = &rule.when {
        of_condition(&when.condition, known);
    }
    let segments = rule.consequence.iter().flat_map(|consequence| &consequence.segments);
    known.extend(segments.filter_map(|segment| match segment {
        Segment::Field(at) => argument(&at.field),
        Segment::Text(_) => None,
    }));
}

fn of_condition<'a>(condition: &'a Condition<Field>, known: &mut BTreeSet<&'a str>) {
    match condition {
        Condition::Field { field, matcher, .. } => {
            known.extend(argument(field));
            if field.root == Root::Args && field.way.steps.is_empty() {
                of_arguments(matcher, known);
            }
        }
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| of_condition(part, known)),
        Condition::Not(part) => of_condition(part, known),
    }
}

/// What a matcher of the map of all arguments names.
fn of_arguments<'a>(matcher: &'a Matcher, known: &mut BTreeSet<&'a str>) {
    for test in &matcher.tests {
        if let Test::OnlyKeys(keys) = test {
            known.extend(keys.iter().map(String::as_str));
        }
    }
}
