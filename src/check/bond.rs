//! How the truths of two conditions bind each other, doubts included.
//!
//! What is ruled out here is ruled out for every call of which deciding does not take too long; where it cannot be seen,
//! nothing is ruled out.

use super::implies::{
    Place, asks_more, bound_implies, implies, is_short, is_subset, looks_elsewhere, same_condition, same_test,
    test_implies,
};
use super::kinds::{Kind, kinds};
use crate::decide::condition::value_truth;
use crate::matcher::condition::{Bound, Condition, Matcher, PathTest, Test, TextOrField, Type};
use crate::matcher::path;
use crate::matcher::truth::Truth;
use crate::matcher::url::UrlMatcher;
use crate::value::value::Value;

/// Whether `lower` is never truer than `upper`, where what does not hold is less true than what is undecidable, and that
/// less than what holds.
pub(crate) fn at_most<F: Place>(lower: &Condition<F>, upper: &Condition<F>) -> bool {
    if same_condition(lower, upper) {
        return true;
    }
    match (lower, upper) {
        (Condition::Any(parts), _) => parts.iter().all(|part| at_most(part, upper)),
        (_, Condition::All(parts)) => parts.iter().all(|part| at_most(lower, part)),
        (Condition::Not(lower), Condition::Not(upper)) => at_most(upper, lower),
        (
            Condition::Field { field, matcher: lower, .. },
            Condition::Field { field: upper_field, matcher: upper, .. },
        ) => field == upper_field && !field.is_session() && matcher_at_most(lower, upper),
        (lower, upper) => {
            let by_part = matches!(lower, Condition::All(parts) if parts.iter().any(|part| at_most(part, upper)));
            by_part || matches!(upper, Condition::Any(parts) if parts.iter().any(|part| at_most(lower, part)))
        }
    }
}

/// Whether `wanted` holds wherever `given` does.
pub(crate) fn holds_with<F: Place>(given: &Condition<F>, wanted: &Condition<F>) -> bool {
    if implies(given, wanted) {
        return true;
    }
    match (given, wanted) {
        (Condition::Any(parts), _) => parts.iter().all(|part| holds_with(part, wanted)),
        (_, Condition::All(parts)) => parts.iter().all(|part| holds_with(given, part)),
        (Condition::Not(given), Condition::Not(wanted)) => at_most(wanted, given),
        (given, wanted) => {
            let by_not = matches!(wanted, Condition::Not(inner) if excludes(given, inner));
            by_not
                || matches!(given, Condition::All(parts) if parts.iter().any(|part| holds_with(part, wanted)))
                || matches!(wanted, Condition::Any(parts) if parts.iter().any(|part| holds_with(given, part)))
        }
    }
}

/// Whether `other` certainly does not hold wherever `given` holds.
pub(crate) fn excludes<F: Place>(given: &Condition<F>, other: &Condition<F>) -> bool {
    match (given, other) {
        (Condition::Any(parts), _) => parts.iter().all(|part| excludes(part, other)),
        (_, Condition::Any(parts)) => parts.iter().all(|part| excludes(given, part)),
        (
            Condition::Field { field, matcher: given, .. },
            Condition::Field { field: other_field, matcher: other, .. },
        ) => {
            let clash = |test: &Test| given.tests.iter().any(|given| test_excludes(given, test));
            field == other_field && !field.is_session() && other.tests.iter().any(clash)
        }
        (given, other) => {
            let by_not = matches!(other, Condition::Not(inner) if holds_with(given, inner))
                || matches!(given, Condition::Not(inner) if at_most(other, inner));
            by_not
                || matches!(given, Condition::All(parts) if parts.iter().any(|part| excludes(part, other)))
                || matches!(other, Condition::All(parts) if parts.iter().any(|part| excludes(given, part)))
        }
    }
}

/// Whether two conditions are surely undecidable for the same calls. It is seen only where each asks of one field.
pub(crate) fn same_doubts<F: Place>(a: &Condition<F>, b: &Condition<F>) -> bool {
    if same_condition(a, b) {
        return true;
    }
    match (a, b) {
        (Condition::Not(a), b) | (b, Condition::Not(a)) => same_doubts(a, b),
        (Condition::All(parts) | Condition::Any(parts), other)
        | (other, Condition::All(parts) | Condition::Any(parts)) => {
            matches!(parts.as_slice(), [part] if same_doubts(part, other))
        }
        (Condition::Field { field, matcher: a, .. }, Condition::Field { field: b_field, matcher: b, .. }) => {
            let doubts = || matcher_doubts(a).zip(matcher_doubts(b)).is_some_and(|(a, b)| a == b);
            field == b_field && !field.is_session() && doubts()
        }
    }
}

/// How deep conditions nest in `condition`, also those of parts of a value: 0 of a field alone.
pub(crate) fn depth<F>(condition: &Condition<F>) -> usize {
    match condition {
        Condition::Field { matcher, .. } => matcher_depth(matcher),
        Condition::All(parts) | Condition::Any(parts) => 1 + parts.iter().map(depth).max().unwrap_or(0),
        Condition::Not(part) => 1 + depth(part),
    }
}

fn matcher_depth(matcher: &Matcher) -> usize {
    let of = |test: &Test| match test {
        Test::Where(condition) => 1 + depth(condition),
        Test::Each(inner)
        | Test::Some(inner)
        | Test::Keys(inner)
        | Test::Values(inner)
        | Test::Length(inner)
        | Test::Not(inner) => matcher_depth(inner),
        _ => 0,
    };
    matcher.tests.iter().map(of).max().unwrap_or(0)
}

/// Of which values tests are undecidable, where that is simple. Of a field that is absent they never are; where the way to
/// it is blocked they always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubts {
    None,
    /// All that is no exact number.
    NoNumber,
    /// All that is no text.
    NoText,
    /// All that is no map.
    NoMap,
    /// All that has no length.
    NoLength,
}

/// Of which values all tests of `matcher` are undecidable, and so it is; of others none is.
fn matcher_doubts(matcher: &Matcher) -> Option<Doubts> {
    let (first, others) = matcher.tests.split_first()?;
    let doubts = test_doubts(first)?;
    others.iter().all(|test| test_doubts(test) == Some(doubts)).then_some(doubts)
}

fn test_doubts(test: &Test) -> Option<Doubts> {
    match test {
        Test::Exists(_) | Test::Empty(_) | Test::Type(_) => Some(Doubts::None),
        Test::Number(..) => Some(Doubts::NoNumber),
        Test::StartsWith(_) | Test::EndsWith(_) | Test::Contains(_) => Some(Doubts::NoText),
        Test::OnlyKeys(_) => Some(Doubts::NoMap),
        // A length is an exact number.
        Test::Length(inner) => (matcher_doubts(inner)? == Doubts::NoNumber).then_some(Doubts::NoLength),
        Test::Not(inner) => matcher_doubts(inner),
        _ => None,
    }
}

fn matcher_at_most(lower: &Matcher, upper: &Matcher) -> bool {
    upper.tests.iter().all(|upper| lower.tests.iter().any(|lower| test_at_most(lower, upper)))
}

/// As [`at_most`], for tests of one value.
fn test_at_most(lower: &Test, upper: &Test) -> bool {
    if same_test(lower, upper) {
        return true;
    }
    match (lower, upper) {
        (lower, Test::Exists(true)) => !matches!(lower, Test::Exists(false) | Test::Empty(true)),
        (Test::Number(bound, at), Test::Number(upper, upper_at)) => bound_implies((*bound, *at), (*upper, *upper_at)),
        (Test::StartsWith(_), Test::StartsWith(_))
        | (Test::EndsWith(_), Test::EndsWith(_))
        | (Test::StartsWith(_) | Test::EndsWith(_) | Test::Contains(_), Test::Contains(_))
        // These are decidable for the same values, so it is enough that one holds with the other.
        | (Test::OnlyKeys(_), Test::OnlyKeys(_))
        | (Test::Type(_), Test::Type(_)) => test_implies(lower, upper),
        (Test::Length(lower), Test::Length(upper))
        | (Test::Each(lower), Test::Each(upper) | Test::Some(upper))
        | (Test::Some(lower), Test::Some(upper))
        | (Test::Keys(lower), Test::Keys(upper))
        | (Test::Values(lower), Test::Values(upper)) => matcher_at_most(lower, upper),
        (Test::Not(lower), Test::Not(upper)) => matcher_at_most(upper, lower),
        (Test::Where(lower), Test::Where(upper)) => at_most(lower, upper),
        (Test::Equals(lower), Test::Equals(upper)) => equals_at_most(lower, upper),
        (Test::Equals(values), upper) => is_asked_of_the_same(values, upper) && all_pass(values, upper, Truth::Holds),
        (Test::Email(lower), Test::Email(upper)) => {
            asks_more(&lower.domains, &upper.domains) && asks_more(&lower.addresses, &upper.addresses)
        }
        (Test::ShellOnly(lower), Test::ShellOnly(upper)) | (Test::ShellRuns(lower), Test::ShellRuns(upper)) => {
            is_subset(lower, upper)
        }
        (Test::Url(lower), Test::Url(upper)) => url_at_most(lower, upper),
        (Test::Path(lower), Test::Path(upper)) => path_at_most(lower, upper),
        _ => false,
    }
}

/// A value of a type that no operand has settles nothing, so the types that are known must be the same.
fn equals_at_most(lower: &[Value], upper: &[Value]) -> bool {
    let is_null = |value: &Value| *value == Value::Null;
    let knows = |value: &Value| lower.iter().any(|known| Type::of(known) == Type::of(value));
    let types_are_known = lower.iter().all(is_null) || upper.iter().all(|value| is_null(value) || knows(value));
    is_subset(lower, upper) && types_are_known
}

/// Whether equality to `values` and `test` are both undecidable for values of the same types.
fn is_asked_of_the_same(values: &[Value], test: &Test) -> bool {
    match test {
        Test::Number(..) => values.iter().all(|value| matches!(value, Value::Number(_))),
        Test::StartsWith(_)
        | Test::EndsWith(_)
        | Test::Contains(_)
        | Test::Glob(_)
        | Test::Regex(_)
        | Test::Path(_)
        | Test::Url(_)
        | Test::Email(_)
        | Test::ShellOnly(_)
        | Test::ShellRuns(_) => values.iter().all(|value| matches!(value, Value::Text(_))),
        _ => false,
    }
}

/// Whether `test` comes out as `truth` for each of `values`.
fn all_pass(values: &[Value], test: &Test, truth: Truth) -> bool {
    !looks_elsewhere(test) && values.iter().all(|value| is_short(value) && value_truth(value, test) == truth)
}

fn url_at_most(lower: &UrlMatcher, upper: &UrlMatcher) -> bool {
    let UrlMatcher { schemes, hosts, ports, paths, addresses } = upper;
    // Without any, other schemes than those of the web are undecidable.
    let by_scheme = lower.schemes == *schemes
        || !schemes.is_empty() && !lower.schemes.is_empty() && is_subset(&lower.schemes, schemes);
    by_scheme
        && asks_more(&lower.hosts, hosts)
        && asks_more(&lower.ports, ports)
        && asks_more(&lower.paths, paths)
        && asks_more(&lower.addresses, addresses)
}

fn path_at_most(lower: &PathTest, upper: &PathTest) -> bool {
    let lies_under = |folder: &TextOrField, other: &TextOrField| match (folder, other) {
        (TextOrField::Text(folder), TextOrField::Text(other)) => {
            let are_absolute = folder.starts_with('/') && other.starts_with('/');
            are_absolute && path::under(folder, other, None, false) == Truth::Holds
        }
        (TextOrField::Text(_), TextOrField::Field(_)) | (TextOrField::Field(_), _) => false,
    };
    let is_within = |folder: &TextOrField| upper.under.iter().any(|other| folder == other || lies_under(folder, other));
    lower.base == upper.base
        && lower.ignore_case == upper.ignore_case
        && (upper.under.is_empty() || !lower.under.is_empty() && lower.under.iter().all(is_within))
        && asks_more(&lower.glob, &upper.glob)
        && asks_more(&lower.extension, &upper.extension)
}

/// Whether `other` certainly does not hold of a value of which `given` holds.
fn test_excludes(given: &Test, other: &Test) -> bool {
    let absent = kinds(&Test::Exists(false));
    match (given, other) {
        (Test::Equals(values), other) if all_pass(values, other, Truth::DoesNotHold) => true,
        (Test::Not(inner), other) if inner.tests.iter().all(|test| test_at_most(other, test)) => true,
        (Test::Exists(false), other) => !matches!(other, Test::Exists(false) | Test::Empty(true)),
        (given, Test::Exists(false)) => !kinds(given).contains(Kind::Absent),
        (given, Test::Exists(true)) => kinds(given).is_within(absent),
        (given, Test::Type(types)) => kinds(given).and(Kind::of_types(types)).is_none(),
        (given, Test::Not(inner)) => inner.tests.iter().all(|test| test_implies(given, test)),
        (Test::Number(bound, at), Test::Number(other, other_at)) => {
            bound_implies((*bound, *at), (complement(*other), *other_at))
        }
        (Test::StartsWith(given), Test::StartsWith(other)) => {
            !given.starts_with(other.as_str()) && !other.starts_with(given.as_str())
        }
        (Test::EndsWith(given), Test::EndsWith(other)) => {
            !given.ends_with(other.as_str()) && !other.ends_with(given.as_str())
        }
        _ => false,
    }
}

/// The bound that holds of the numbers for which `bound` does not.
const fn complement(bound: Bound) -> Bound {
    match bound {
        Bound::Above => Bound::AtMost,
        Bound::AtLeast => Bound::Below,
        Bound::Below => Bound::AtLeast,
        Bound::AtMost => Bound::Above,
    }
}
