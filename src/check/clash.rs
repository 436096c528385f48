//! Tests that can never hold together.

use super::budget::Budget;
use super::implies::{Place, is_short, looks_elsewhere, matcher_size, test_size, tests_imply};
use super::kinds::{Kind, Kinds, kinds, kinds_of_all};
use crate::decide::condition::value_truth;
use crate::matcher::condition::{Bound, Condition, Matcher, Test, Type};
use crate::matcher::truth::Truth;
use crate::names::NameMap;
use crate::text::span::Span;
use crate::value::canonical::number_text;
use crate::value::field::{Step, Way};
use crate::value::value::{SAFE_INTEGER_MAX, Value};

/// A test, and the matcher in which it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fact<'a> {
    pub(super) test: &'a Test,
    pub(super) span: Span,
}

/// A field of a condition with what is asked of it.
#[derive(Debug)]
pub(super) struct Leaf<'a, F> {
    pub(super) field: &'a F,
    pub(super) span: Span,
    pub(super) matcher: &'a Matcher,
}

/// Two things that cannot both hold.
#[derive(Debug)]
pub(super) struct Clash {
    pub(super) span: Span,
    /// The other of the two, if it is written elsewhere.
    pub(super) other: Option<Span>,
    pub(super) message: String,
    /// Whether it is a `not` that only wants absence.
    pub(super) wants_absence: bool,
}

/// What the number is that bounds are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Domain {
    Value,
    /// An integer that is not negative.
    Length,
}

/// Adds to `leaves` the fields of which all must hold for `condition` to hold.
pub(super) fn conjuncts<'a, F>(condition: &'a Condition<F>, leaves: &mut Vec<Leaf<'a, F>>) {
    match condition {
        Condition::Field { field, span, matcher } => leaves.push(Leaf { field, span: *span, matcher }),
        Condition::All(parts) => parts.iter().for_each(|part| conjuncts(part, leaves)),
        Condition::Any(_) | Condition::Not(_) => {}
    }
}

/// The first clash among what is asked of `leaves`, all of which must hold.
pub(super) fn clash_of_leaves<F: Place>(leaves: &[Leaf<'_, F>], budget: &mut Budget) -> Option<Clash> {
    let mut place_of: NameMap<&F, usize> = NameMap::default();
    let mut groups: Vec<(&Leaf<'_, F>, Vec<Fact<'_>>)> = Vec::new();
    for leaf in leaves {
        let place = *place_of.entry(leaf.field).or_insert(groups.len());
        if place == groups.len() {
            groups.push((leaf, Vec::new()));
        }
        if let Some((_, facts)) = groups.get_mut(place) {
            facts.extend(facts_of(leaf.matcher));
        }
    }
    let among_tests = groups.iter().find_map(|(_, facts)| clash_of_facts(facts, Domain::Value, budget));
    among_tests.or_else(|| clash_of_fields(&groups, budget))
}

fn facts_of(matcher: &Matcher) -> impl Iterator<Item = Fact<'_>> {
    matcher.tests.iter().map(|test| Fact { test, span: matcher.span })
}

/// A field that must be there, although one that it is part of is absent or has no such key.
fn clash_of_fields<F: Place>(groups: &[(&Leaf<'_, F>, Vec<Fact<'_>>)], budget: &mut Budget) -> Option<Clash> {
    for (outer, facts) in groups {
        let is_absent = kinds_of_all(facts.iter().map(|fact| fact.test)).is_within(kinds(&Test::Exists(false)));
        let only_keys = facts.iter().find_map(|fact| match fact.test {
            Test::OnlyKeys(keys) => Some((keys, fact.span)),
            _ => None,
        });
        if !is_absent && only_keys.is_none() {
            continue;
        }
        for (inner, inner_facts) in groups {
            if !budget.take(inner_facts.len()) {
                return None;
            }
            let Some([next, ..]) = below(outer.field, inner.field) else { continue };
            if kinds_of_all(inner_facts.iter().map(|fact| fact.test)).contains(Kind::Absent) {
                continue;
            }
            let found = |other: Span, message: String| {
                Some(Clash { span: inner.span, other: Some(other), message, wants_absence: false })
            };
            match (next, only_keys) {
                (Step::Key(key), Some((keys, span))) if !keys.contains(key) => {
                    return found(
                        span,
                        format!("`{}` must be there, but `only_keys` does not list `{key}`", inner.field),
                    );
                }
                _ if is_absent => {
                    let message = format!("`{}` must be there, but `{}` must be absent", inner.field, outer.field);
                    return found(outer.span, message);
                }
                _ => {}
            }
        }
    }
    None
}

/// The steps from `outer` on to `inner`, if that is a part of it.
pub(super) fn below<'a, F: Place>(outer: &F, inner: &'a F) -> Option<&'a [Step]> {
    let steps = inner.steps().strip_prefix(outer.steps())?;
    (outer.root() == inner.root() && !steps.is_empty()).then_some(steps)
}

/// The first clash among the tests of one matcher.
pub(super) fn clash_of_matcher(matcher: &Matcher, budget: &mut Budget) -> Option<Clash> {
    clash_of_facts(&facts_of(matcher).collect::<Vec<_>>(), Domain::Value, budget)
}

fn clash_of_facts(facts: &[Fact<'_>], domain: Domain, budget: &mut Budget) -> Option<Clash> {
    clash_of_kinds(facts, domain)
        .or_else(|| clash_of_bounds(facts, domain))
        .or_else(|| clash_of_ends(facts))
        .or_else(|| clash_of_values(facts, budget))
        .or_else(|| clash_of_not(facts, budget))
        .or_else(|| clash_inside(facts, budget))
}

/// A clash of two facts, told at the later one.
fn clash(a: Span, b: Span, message: String) -> Option<Clash> {
    let (first, second) = if a <= b { (a, b) } else { (b, a) };
    Some(Clash { span: second, other: (first != second).then_some(first), message, wants_absence: false })
}

fn clash_of_kinds(facts: &[Fact<'_>], domain: Domain) -> Option<Clash> {
    let mut so_far = match domain {
        Domain::Value => Kinds::ALL,
        Domain::Length => Kind::of_types(&[Type::Number]),
    };
    for (at, fact) in facts.iter().enumerate() {
        let wanted = kinds(fact.test);
        if wanted.is_none() {
            let message = "`not` wants the field to be there, so this never holds".to_owned();
            return Some(Clash { span: fact.span, other: None, message, wants_absence: true });
        }
        so_far = so_far.and(wanted);
        if so_far.is_none() {
            let before = facts.get(..at).unwrap_or_default();
            let other = before.iter().find(|other| kinds(other.test).and(wanted).is_none()).or(before.first());
            let asks_absence = |fact: &Fact<'_>| matches!(fact.test, Test::Exists(false));
            let message = if domain == Domain::Length {
                "a length is a number, and this wants another type"
            } else if asks_absence(fact) || other.is_some_and(asks_absence) {
                "a field that is absent passes no other test"
            } else {
                "these tests want values of different types"
            };
            return clash(other.map_or(fact.span, |other| other.span), fact.span, message.to_owned());
        }
    }
    None
}

fn clash_of_bounds(facts: &[Fact<'_>], domain: Domain) -> Option<Clash> {
    let start = match domain {
        Domain::Value => (Bound::AtLeast, -SAFE_INTEGER_MAX),
        Domain::Length => (Bound::AtLeast, 0.0),
    };
    let (mut lower, mut upper) = ((start, None), ((Bound::AtMost, SAFE_INTEGER_MAX), None));
    for fact in facts {
        let Test::Number(bound, limit) = fact.test else { continue };
        match bound {
            Bound::Above | Bound::AtLeast => {
                if *limit > lower.0.1 || *limit >= lower.0.1 && *bound == Bound::Above {
                    lower = ((*bound, *limit), Some(fact.span));
                }
            }
            Bound::Below | Bound::AtMost => {
                if *limit < upper.0.1 || *limit <= upper.0.1 && *bound == Bound::Below {
                    upper = ((*bound, *limit), Some(fact.span));
                }
            }
        }
        if !is_empty_range(lower.0, upper.0, domain) {
            continue;
        }
        let what = if domain == Domain::Length { "length" } else { "number" };
        let said = |((bound, limit), _): ((Bound, f64), Option<Span>)| {
            format!("{} {}", bound_words(bound), number_text(limit))
        };
        let message = match (lower.1, upper.1) {
            (Some(_), Some(_)) => format!("no {what} is {} and {}", said(lower), said(upper)),
            (Some(_), None) => format!("no {what} is {}", said(lower)),
            (None, _) => format!("no {what} is {}", said(upper)),
        };
        return clash(lower.1.unwrap_or(fact.span), upper.1.unwrap_or(fact.span), message);
    }
    None
}

fn is_empty_range(lower: (Bound, f64), upper: (Bound, f64), domain: Domain) -> bool {
    let is_open = lower.0 == Bound::Above || upper.0 == Bound::Below;
    if domain == Domain::Length {
        // Whole numbers: the next one within each bound.
        let least = if lower.0 == Bound::Above { lower.1.floor() + 1.0 } else { lower.1.ceil() };
        let most = if upper.0 == Bound::Below { upper.1.ceil() - 1.0 } else { upper.1.floor() };
        return least > most;
    }
    lower.1 > upper.1 || is_open && lower.1 >= upper.1
}

fn bound_words(bound: Bound) -> &'static str {
    match bound {
        Bound::Above => "above",
        Bound::AtLeast => "at least",
        Bound::Below => "below",
        Bound::AtMost => "at most",
    }
}

/// Two beginnings, or two ends, that no text has both.
fn clash_of_ends(facts: &[Fact<'_>]) -> Option<Clash> {
    let mut start: Option<(&str, Span)> = None;
    let mut end: Option<(&str, Span)> = None;
    for fact in facts {
        let (text, longest, is_start) = match fact.test {
            Test::StartsWith(text) => (text.as_str(), &mut start, true),
            Test::EndsWith(text) => (text.as_str(), &mut end, false),
            _ => continue,
        };
        if let Some((other, span)) = *longest {
            let is_end = |a: &str, b: &str| if is_start { a.starts_with(b) } else { a.ends_with(b) };
            if !is_end(text, other) && !is_end(other, text) {
                let verb = if is_start { "begins with" } else { "ends in" };
                return clash(span, fact.span, format!("no text {verb} both `{other}` and `{text}`"));
            }
        }
        if longest.is_none_or(|(other, _)| other.len() < text.len()) {
            *longest = Some((text, fact.span));
        }
    }
    None
}

/// Listed values, none of which passes the other tests.
fn clash_of_values(facts: &[Fact<'_>], budget: &mut Budget) -> Option<Clash> {
    let (values, listed) = facts.iter().find_map(|fact| match fact.test {
        Test::Equals(values) => Some((values, fact)),
        _ => None,
    })?;
    let mut left: Vec<&Value> = values.iter().collect();
    for fact in facts {
        if std::ptr::eq(fact.test, listed.test) || looks_elsewhere(fact.test) {
            continue;
        }
        if !budget.take(left.len().saturating_mul(test_size(fact.test))) {
            return None;
        }
        left.retain(|value| !is_short(value) || value_truth(value, fact.test) == Truth::Holds);
        if left.is_empty() {
            let message = match values.as_slice() {
                [_] => "the value that is asked for does not pass the other tests",
                _ => "none of the values that are asked for passes the other tests",
            };
            return clash(listed.span, fact.span, message.to_owned());
        }
    }
    None
}

/// A `not` around what the other tests ask for.
fn clash_of_not(facts: &[Fact<'_>], budget: &mut Budget) -> Option<Clash> {
    facts.iter().enumerate().find_map(|(at, fact)| {
        let Test::Not(excluded) = fact.test else { return None };
        if !budget.take(facts.len().saturating_mul(matcher_size(excluded))) {
            return None;
        }
        let excluded_holds = excluded.tests.iter().all(|excluded| {
            let given = facts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, fact)| fact.test);
            tests_imply(given, excluded)
        });
        let other = facts.iter().find(|other| other.span != fact.span).map_or(fact.span, |other| other.span);
        excluded_holds.then(|| clash(other, fact.span, "`not` excludes what the other tests ask for".to_owned()))?
    })
}

/// A clash among what is asked of lengths, items, keys, values and parts.
fn clash_inside(facts: &[Fact<'_>], budget: &mut Budget) -> Option<Clash> {
    let mut lengths = Vec::new();
    let mut items = Vec::new();
    let mut parts: Vec<Leaf<'_, Way>> = Vec::new();
    for fact in facts {
        if let Test::Length(matcher) = fact.test {
            lengths.extend(facts_of(matcher));
        } else if let Test::Each(matcher) = fact.test {
            items.extend(facts_of(matcher));
        } else if let Test::Where(condition) = fact.test {
            conjuncts(condition, &mut parts);
        }
    }
    let of_list = clash_of_nested(&lengths, Domain::Length, budget)
        .or_else(|| clash_of_nested(&items, Domain::Value, budget))
        .or_else(|| if parts.is_empty() { None } else { clash_of_leaves(&parts, budget) });
    of_list.or_else(|| {
        facts.iter().find_map(|fact| {
            let (Test::Some(matcher) | Test::Keys(matcher) | Test::Values(matcher)) = fact.test else { return None };
            // An item that is looked for is one of those of which all is asked.
            let all_items = if matches!(fact.test, Test::Some(_)) { items.as_slice() } else { &[] };
            if !budget.take(all_items.len()) {
                return None;
            }
            let inner: Vec<Fact<'_>> = facts_of(matcher).chain(all_items.iter().copied()).collect();
            clash_of_nested(&inner, Domain::Value, budget)
        })
    })
}

fn clash_of_nested(facts: &[Fact<'_>], domain: Domain, budget: &mut Budget) -> Option<Clash> {
    if facts.is_empty() { None } else { clash_of_facts(facts, domain, budget) }
}
