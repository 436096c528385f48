//! Whether one condition holds wherever another does.
//!
//! What is said here is certain: where it cannot be seen, the answer is no. It is about conditions that *hold*; what is
//! undecidable for one may well be undecidable for both.

use std::fmt::Display;
use std::hash::Hash;

use super::kinds::{Kind, kinds};
use crate::decide::condition::value_truth;
use crate::matcher::condition::{Bound, Condition, EmailTest, Matcher, PathTest, Test, TextOrField};
use crate::matcher::path;
use crate::matcher::truth::Truth;
use crate::matcher::url::UrlMatcher;
use crate::value::field::{Field, Root, Step, Way};
use crate::value::value::Value;

/// The longest text of a policy that is tried on other tests, in bytes: a regular expression may take its time.
const TRIED_BYTES_MAX: usize = 1_000;

/// What a condition's fields are: those of a call, or ways into a map.
pub(crate) trait Place: Clone + Eq + Hash + Display {
    fn steps(&self) -> &[Step];
    /// What it begins with; `None` for a way.
    fn root(&self) -> Option<Root>;
    /// Whether its value is the session, whose marks may not have been given.
    fn is_session(&self) -> bool {
        self.root() == Some(Root::Session) && self.steps().is_empty()
    }
}

impl Place for Field {
    fn steps(&self) -> &[Step] {
        &self.way.steps
    }

    fn root(&self) -> Option<Root> {
        Some(self.root)
    }
}

impl Place for Way {
    fn steps(&self) -> &[Step] {
        &self.steps
    }

    fn root(&self) -> Option<Root> {
        None
    }
}

/// Whether `wanted` holds wherever `given` does.
///
/// Takes time proportional to the product of their [`size`]s.
pub(crate) fn implies<F: Place>(given: &Condition<F>, wanted: &Condition<F>) -> bool {
    match (given, wanted) {
        (Condition::Any(given), _) => given.iter().all(|given| implies(given, wanted)),
        (_, Condition::All(wanted)) => wanted.iter().all(|wanted| implies(given, wanted)),
        (_, Condition::Any(wanted)) => wanted.iter().any(|wanted| implies(given, wanted)),
        (Condition::All(given), Condition::Field { .. } | Condition::Not(_)) => {
            given.iter().any(|given| implies(given, wanted))
        }
        (
            Condition::Field { field: given_field, matcher: given, .. },
            Condition::Field { field: wanted_field, matcher: wanted, .. },
        ) => {
            let same_tests = same_matcher(given, wanted);
            given_field == wanted_field
                && (same_tests || !given_field.is_session() && matcher_implies(&given.tests, wanted))
        }
        (Condition::Not(given), Condition::Not(wanted)) => same_condition(given, wanted),
        (Condition::Field { .. }, Condition::Not(_)) | (Condition::Not(_), Condition::Field { .. }) => false,
    }
}

/// Whether all of `wanted` holds of a value of which `given` hold.
fn matcher_implies(given: &[Test], wanted: &Matcher) -> bool {
    wanted.tests.iter().all(|wanted| tests_imply(given.iter(), wanted))
}

/// Whether `wanted` holds of a value of which `given` hold.
pub(super) fn tests_imply<'a>(mut given: impl Iterator<Item = &'a Test>, wanted: &Test) -> bool {
    given.any(|given| test_implies(given, wanted))
}

pub(super) fn test_implies(given: &Test, wanted: &Test) -> bool {
    if same_test(given, wanted) {
        return true;
    }
    if let (Test::Equals(values), false) = (given, looks_elsewhere(wanted)) {
        return values.iter().all(|value| is_short(value) && value_truth(value, wanted) == Truth::Holds);
    }
    match (given, wanted) {
        (_, Test::Exists(true)) => !kinds(given).contains(Kind::Absent),
        (_, Test::Exists(false) | Test::Empty(_)) => empty_is_implied(given, wanted),
        (_, Test::Type(types)) => kinds(given).is_within(Kind::of_types(types)),
        (Test::Number(bound, limit), Test::Number(wanted, wanted_limit)) => {
            bound_implies((*bound, *limit), (*wanted, *wanted_limit))
        }
        (Test::StartsWith(given), Test::StartsWith(wanted)) => given.starts_with(wanted.as_str()),
        (Test::EndsWith(given), Test::EndsWith(wanted)) => given.ends_with(wanted.as_str()),
        (Test::StartsWith(given) | Test::EndsWith(given) | Test::Contains(given), Test::Contains(wanted)) => {
            given.contains(wanted.as_str())
        }
        (Test::Length(given), Test::Length(wanted))
        | (Test::Each(given), Test::Each(wanted) | Test::Some(wanted))
        | (Test::Some(given), Test::Some(wanted))
        | (Test::Keys(given), Test::Keys(wanted))
        | (Test::Values(given), Test::Values(wanted)) => matcher_implies(&given.tests, wanted),
        (Test::Where(given), Test::Where(wanted)) => implies(given, wanted),
        (Test::OnlyKeys(given), Test::OnlyKeys(wanted)) => is_subset(given, wanted),
        (Test::Path(given), Test::Path(wanted)) => path_implies(given, wanted),
        (Test::Url(given), Test::Url(wanted)) => url_implies(given, wanted),
        (Test::Email(given), Test::Email(wanted)) => {
            let EmailTest { domains, addresses } = wanted;
            asks_more(&given.domains, domains) && asks_more(&given.addresses, addresses)
        }
        (Test::ShellOnly(given), Test::ShellOnly(wanted)) | (Test::ShellRuns(given), Test::ShellRuns(wanted)) => {
            is_subset(given, wanted)
        }
        _ => false,
    }
}

/// Whether `wanted`, which asks for absence or emptiness, holds where `given` does.
fn empty_is_implied(given: &Test, wanted: &Test) -> bool {
    match (given, wanted) {
        (Test::Exists(false), Test::Empty(true))
        | (Test::Number(..) | Test::Each(_) | Test::Some(_), Test::Empty(false)) => true,
        (Test::StartsWith(text) | Test::EndsWith(text) | Test::Contains(text), Test::Empty(false)) => !text.is_empty(),
        _ => false,
    }
}

pub(super) fn bound_implies((given, at): (Bound, f64), (wanted, wanted_at): (Bound, f64)) -> bool {
    match (given, wanted) {
        (Bound::Above, Bound::Above | Bound::AtLeast) | (Bound::AtLeast, Bound::AtLeast) => at >= wanted_at,
        (Bound::AtLeast, Bound::Above) => at > wanted_at,
        (Bound::Below, Bound::Below | Bound::AtMost) | (Bound::AtMost, Bound::AtMost) => at <= wanted_at,
        (Bound::AtMost, Bound::Below) => at < wanted_at,
        (Bound::Above | Bound::AtLeast, Bound::Below | Bound::AtMost)
        | (Bound::Below | Bound::AtMost, Bound::Above | Bound::AtLeast) => false,
    }
}

fn path_implies(given: &PathTest, wanted: &PathTest) -> bool {
    if given.base != wanted.base || given.ignore_case != wanted.ignore_case {
        return false;
    }
    let base = match &given.base {
        None => None,
        Some(TextOrField::Text(base)) => Some(base.as_str()),
        Some(TextOrField::Field(_)) => return given == wanted,
    };
    let lies_under = |folder: &TextOrField, other: &TextOrField| match (folder, other) {
        (TextOrField::Text(folder), TextOrField::Text(other)) => {
            path::under(folder, other, base, given.ignore_case) == Truth::Holds
        }
        (TextOrField::Field(folder), TextOrField::Field(other)) => folder == other,
        (TextOrField::Text(_), TextOrField::Field(_)) | (TextOrField::Field(_), TextOrField::Text(_)) => false,
    };
    let nested = !given.under.is_empty()
        && given.under.iter().all(|folder| wanted.under.iter().any(|other| lies_under(folder, other)));
    (wanted.under.is_empty() || nested)
        && asks_more(&given.glob, &wanted.glob)
        && asks_more(&given.extension, &wanted.extension)
}

fn url_implies(given: &UrlMatcher, wanted: &UrlMatcher) -> bool {
    let UrlMatcher { schemes, hosts, ports, paths, addresses } = wanted;
    let is_web = |scheme: &String| scheme == "http" || scheme == "https";
    let by_scheme = match (given.schemes.as_slice(), schemes.as_slice()) {
        ([], []) => true,
        (given, []) => given.iter().all(is_web),
        ([], wanted) => ["http", "https"].into_iter().all(|scheme| wanted.iter().any(|wanted| wanted == scheme)),
        (given, wanted) => is_subset(given, wanted),
    };
    by_scheme
        && asks_more(&given.hosts, hosts)
        && asks_more(&given.ports, ports)
        && asks_more(&given.paths, paths)
        && asks_more(&given.addresses, addresses)
}

/// Whether the entries of `given`, any of which will do, ask at least as much as those of `wanted`; without any entries
/// nothing is asked.
pub(super) fn asks_more<T: PartialEq>(given: &[T], wanted: &[T]) -> bool {
    wanted.is_empty() || !given.is_empty() && is_subset(given, wanted)
}

pub(super) fn is_subset<T: PartialEq>(given: &[T], wanted: &[T]) -> bool {
    given.iter().all(|given| wanted.contains(given))
}

/// Whether `test` asks about other fields than the one that it stands at.
pub(super) fn looks_elsewhere(test: &Test) -> bool {
    let is_field = |wanted: &TextOrField| matches!(wanted, TextOrField::Field(_));
    match test {
        Test::SameAs(_) | Test::InField(_) => true,
        Test::Path(path) => path.under.iter().chain(&path.base).any(is_field),
        Test::Length(matcher)
        | Test::Each(matcher)
        | Test::Some(matcher)
        | Test::Keys(matcher)
        | Test::Values(matcher)
        | Test::Not(matcher) => matcher.tests.iter().any(looks_elsewhere),
        Test::Where(condition) => condition_looks_elsewhere(condition),
        Test::Equals(_)
        | Test::Exists(_)
        | Test::Empty(_)
        | Test::Type(_)
        | Test::Number(..)
        | Test::StartsWith(_)
        | Test::EndsWith(_)
        | Test::Contains(_)
        | Test::Glob(_)
        | Test::Regex(_)
        | Test::OnlyKeys(_)
        | Test::Url(_)
        | Test::Email(_)
        | Test::ShellOnly(_)
        | Test::ShellRuns(_) => false,
    }
}

fn condition_looks_elsewhere(condition: &Condition<Way>) -> bool {
    match condition {
        Condition::Field { matcher, .. } => matcher.tests.iter().any(looks_elsewhere),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(condition_looks_elsewhere),
        Condition::Not(part) => condition_looks_elsewhere(part),
    }
}

/// Whether `value` is short enough to be tried on any test.
pub(super) fn is_short(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.len() <= TRIED_BYTES_MAX,
        Value::List(items) => items.len() <= TRIED_BYTES_MAX && items.iter().all(is_short),
        Value::Map(map) => map.iter().len() <= TRIED_BYTES_MAX && map.iter().all(|(_, value)| is_short(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Whether two conditions are the same wherever they stand.
pub(crate) fn same_condition<F: Place>(a: &Condition<F>, b: &Condition<F>) -> bool {
    match (a, b) {
        (Condition::Field { field: a_field, matcher: a, .. }, Condition::Field { field: b_field, matcher: b, .. }) => {
            a_field == b_field && same_matcher(a, b)
        }
        (Condition::All(a), Condition::All(b)) | (Condition::Any(a), Condition::Any(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_condition(a, b))
        }
        (Condition::Not(a), Condition::Not(b)) => same_condition(a, b),
        (Condition::Field { .. } | Condition::All(_) | Condition::Any(_) | Condition::Not(_), _) => false,
    }
}

/// Whether two matchers ask the same wherever they stand.
pub(super) fn same_matcher(a: &Matcher, b: &Matcher) -> bool {
    a.tests.len() == b.tests.len() && a.tests.iter().zip(&b.tests).all(|(a, b)| same_test(a, b))
}

pub(super) fn same_test(a: &Test, b: &Test) -> bool {
    match (a, b) {
        (Test::Length(a), Test::Length(b))
        | (Test::Each(a), Test::Each(b))
        | (Test::Some(a), Test::Some(b))
        | (Test::Keys(a), Test::Keys(b))
        | (Test::Values(a), Test::Values(b))
        | (Test::Not(a), Test::Not(b)) => same_matcher(a, b),
        (Test::Where(a), Test::Where(b)) => same_condition(a, b),
        (a, b) => a == b,
    }
}

/// How much there is to compare in `condition`: its tests, and the entries of their lists.
pub(crate) fn size<F>(condition: &Condition<F>) -> usize {
    match condition {
        Condition::Field { matcher, .. } => matcher_size(matcher),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().map(size).sum::<usize>() + 1,
        Condition::Not(part) => size(part) + 1,
    }
}

pub(super) fn matcher_size(matcher: &Matcher) -> usize {
    matcher.tests.iter().map(test_size).sum()
}

pub(super) fn test_size(test: &Test) -> usize {
    let entries = match test {
        Test::Equals(values) => values.iter().map(value_size).sum(),
        Test::Length(matcher)
        | Test::Each(matcher)
        | Test::Some(matcher)
        | Test::Keys(matcher)
        | Test::Values(matcher)
        | Test::Not(matcher) => matcher_size(matcher),
        Test::Where(condition) => size(condition),
        Test::OnlyKeys(keys) => keys.len(),
        Test::Path(PathTest { under, glob, extension, .. }) => under.len() + glob.len() + extension.len(),
        Test::Url(UrlMatcher { schemes, hosts, ports, paths, addresses }) => {
            schemes.len() + hosts.len() + ports.len() + paths.len() + addresses.len()
        }
        Test::Email(EmailTest { domains, addresses }) => domains.len() + addresses.len(),
        Test::ShellOnly(patterns) | Test::ShellRuns(patterns) => patterns.len(),
        Test::SameAs(_)
        | Test::InField(_)
        | Test::Exists(_)
        | Test::Empty(_)
        | Test::Type(_)
        | Test::Number(..)
        | Test::StartsWith(_)
        | Test::EndsWith(_)
        | Test::Contains(_)
        | Test::Glob(_)
        | Test::Regex(_) => 0,
    };
    entries + 1
}

fn value_size(value: &Value) -> usize {
    match value {
        Value::List(items) => items.iter().map(value_size).sum::<usize>() + 1,
        Value::Map(map) => map.iter().map(|(_, value)| value_size(value)).sum::<usize>() + 1,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => 1,
    }
}
