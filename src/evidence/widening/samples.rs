//! Values that a test tells apart: some that pass it, some that just do not; and what must stand where for a condition to
//! come out one way or the other.

use super::place::filled;
use super::texts;
use crate::decide::condition::value_truth;
use crate::matcher::condition::{Condition, Matcher, Test, Type};
use crate::matcher::truth::Truth;
use crate::sorted::sorted_by;
use crate::value::field::Way;
use crate::value::value::{Map, Value};

/// The most values of one field; more are not told apart.
const VALUES_MAX: usize = 40;

/// How deep tests may stand in tests for values to be made for them.
const DEPTH_MAX: usize = 4;

/// The longest text or list that is made for a length.
const LENGTH_MAX: f64 = 300.0;

/// The fewest values that the first matchers of a field may have each, however much those before them ask for.
const SHARE_MIN: usize = 8;

/// Values for a field of which `matchers` ask, in the order of what they say; no value is there twice.
pub(super) fn values_for(matchers: &[&Matcher]) -> Values {
    values_within(matchers, DEPTH_MAX)
}

fn values_within(matchers: &[&Matcher], depth: usize) -> Values {
    let mut values = Values { all: Vec::new(), most: VALUES_MAX, is_cut: false };
    let share = (VALUES_MAX / matchers.len().max(1)).max(SHARE_MIN);
    // First some of each, so that a long list of one does not keep out what the others ask for.
    for is_first in [true, false] {
        for matcher in matchers {
            values.most = if is_first { VALUES_MAX.min(values.all.len() + share) } else { VALUES_MAX };
            for value in texts::together(&matcher.tests) {
                values.add(Value::Text(value));
            }
            matcher.tests.iter().for_each(|test| of_test(test, depth, &mut values));
        }
    }
    for number in between(matchers) {
        values.add(Value::Number(number));
    }
    values
}

/// Some values, none of them twice.
pub(super) struct Values {
    pub(super) all: Vec<Value>,
    /// How many there may be by now.
    most: usize,
    /// Whether there were more than there may be at all.
    pub(super) is_cut: bool,
}

impl Values {
    fn add(&mut self, value: Value) {
        if self.all.len() >= VALUES_MAX {
            self.is_cut |= !self.all.contains(&value);
        } else if self.all.len() < self.most && !self.all.contains(&value) {
            self.all.push(value);
        }
    }

    /// Those for `inner`, which a test of this field asks of what is in it.
    fn inner(&mut self, inner: &Matcher, depth: usize) -> Vec<Value> {
        let values = values_within(&[inner], depth);
        self.is_cut |= values.is_cut;
        values.all
    }

    fn add_texts(&mut self, texts: Vec<String>) {
        texts.into_iter().for_each(|text| self.add(Value::Text(text)));
    }
}

/// One number between each two bounds that stand next to each other, one below and one above all.
fn between(matchers: &[&Matcher]) -> Vec<f64> {
    let bounds = matchers.iter().flat_map(|matcher| &matcher.tests).flat_map(numbers).collect();
    let mut bounds: Vec<f64> = sorted_by(bounds, f64::total_cmp);
    bounds.dedup();
    let middles = bounds.windows(2).filter_map(|pair| match pair {
        [low, high] => Some(f64::midpoint(*low, *high)),
        _ => None,
    });
    let around = [bounds.first().map(|low| low - 1.0), bounds.last().map(|high| high + 1.0)];
    let mut all: Vec<f64> = bounds.clone();
    all.extend(middles);
    all.extend(around.into_iter().flatten());
    all
}

fn numbers(test: &Test) -> Vec<f64> {
    match test {
        Test::Number(_, number) => vec![*number],
        Test::Equals(values) => values
            .iter()
            .filter_map(|value| if let Value::Number(number) = value { Some(*number) } else { None })
            .collect(),
        Test::Not(inner) => inner.tests.iter().flat_map(numbers).collect(),
        _ => Vec::new(),
    }
}

fn of_test(test: &Test, depth: usize, values: &mut Values) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match test {
        Test::Equals(operands) => {
            operands.iter().for_each(|operand| values.add(operand.clone()));
            values.add(operands.first().map_or(Value::Null, other_than));
        }
        Test::Exists(_) => values.add(Value::from("x")),
        Test::Empty(_) => {
            [Value::from(""), Value::from("x"), Value::List(Vec::new())]
                .into_iter()
                .for_each(|value| values.add(value));
        }
        Test::Type(types) => {
            types.iter().for_each(|of| values.add(of_type(*of)));
            if let Some(other) = Type::ALL.into_iter().find(|of| !types.contains(of) && *of != Type::Null) {
                values.add(of_type(other));
            }
        }
        // Bounds are told apart together with those of other matchers.
        Test::Number(..) => {}
        Test::Length(inner) => of_length(inner, values),
        Test::Each(inner) | Test::Some(inner) => of_items(inner, depth, values),
        Test::Where(condition) => of_where(condition, values),
        Test::OnlyKeys(keys) => {
            values.add(map_of(keys.iter().map(|key| (key.clone(), Value::from("x")))));
            let first = keys.first().map(|key| (key.clone(), Value::from("x")));
            values.add(map_of(first.into_iter().chain([(UNLISTED.to_owned(), Value::from("x"))])));
            values.add(Value::Map(Map::default()));
        }
        Test::Keys(inner) => {
            for list in values.inner(inner, depth) {
                let Value::List(keys) = list else { continue };
                let keys = keys.into_iter().filter_map(|key| if let Value::Text(key) = key { Some(key) } else { None });
                values.add(map_of(keys.map(|key| (key, Value::from("x")))));
            }
            values.add(map_of([(UNLISTED.to_owned(), Value::from("x"))]));
            values.add(Value::Map(Map::default()));
        }
        Test::Values(inner) => {
            for list in values.inner(inner, depth) {
                let Value::List(items) = list else { continue };
                values.add(map_of(items.into_iter().enumerate().map(|(at, item)| (format!("k{at}"), item))));
            }
            values.add(Value::Map(Map::default()));
        }
        Test::Not(inner) => {
            values.inner(inner, depth).into_iter().for_each(|value| values.add(value));
            values.add(Value::from("x"));
        }
        // What the other field holds is chosen together with this one.
        Test::SameAs(_) | Test::InField(_) => {
            [Value::from("x"), Value::from("y")].into_iter().for_each(|value| values.add(value))
        }
        Test::StartsWith(_)
        | Test::EndsWith(_)
        | Test::Contains(_)
        | Test::Glob(_)
        | Test::Regex(_)
        | Test::Path(_)
        | Test::Url(_)
        | Test::Email(_)
        | Test::ShellOnly(_)
        | Test::ShellRuns(_) => {
            values.add_texts(texts::of_test(test));
            values.is_cut |= texts::leaves_out(test);
        }
    }
}

/// A key that no policy is likely to list.
pub(super) const UNLISTED: &str = "unlisted";

/// A value of the same type as `value`, but not that one.
fn other_than(value: &Value) -> Value {
    match value {
        Value::Null => Value::from("x"),
        Value::Bool(yes) => Value::Bool(!yes),
        Value::Number(number) => Value::Number(number + 1.0),
        Value::Text(text) => Value::Text(format!("{text}x")),
        Value::List(items) => Value::List(items.iter().cloned().chain([Value::from("x")]).collect()),
        Value::Map(map) => Value::Map(map.clone().with(UNLISTED, Value::from("x"))),
    }
}

fn of_type(of: Type) -> Value {
    match of {
        Type::Null => Value::Null,
        Type::Boolean => Value::Bool(true),
        Type::Number => Value::Number(1.0),
        Type::String => Value::from("x"),
        Type::List => Value::List(vec![Value::from("x")]),
        Type::Map => map_of([("x".to_owned(), Value::Number(1.0))]),
    }
}

fn map_of(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
    entries.into_iter().fold(Value::Map(Map::default()), |map, (key, value)| match map {
        Value::Map(map) => Value::Map(map.with(&key, value)),
        other => other,
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 300")]
fn of_length(inner: &Matcher, values: &mut Values) {
    let lengths = between(&[inner]);
    for length in lengths.into_iter().map(f64::ceil).filter(|length| (0.0..=LENGTH_MAX).contains(length)) {
        let length = length as usize;
        values.add(Value::Text("x".repeat(length)));
        values.add(Value::List(vec![Value::from("x"); length]));
        if length < 8 {
            values.add(map_of((0..length).map(|at| (format!("k{at}"), Value::Number(1.0)))));
        }
    }
}

fn of_items(inner: &Matcher, depth: usize, values: &mut Values) {
    let items = values.inner(inner, depth);
    items.iter().for_each(|item| values.add(Value::List(vec![item.clone()])));
    if let [first, .., last] = items.as_slice() {
        values.add(Value::List(vec![first.clone(), last.clone()]));
    }
    values.add(Value::List(Vec::new()));
}

fn of_where(condition: &Condition<Way>, values: &mut Values) {
    let empty = Value::Map(Map::default());
    for wanted in [true, false] {
        for parts in fill_condition(condition, wanted) {
            let mut map = empty.clone();
            for (way, value) in parts {
                map = match value {
                    Some(value) => filled(map, &way.steps, value),
                    None => map,
                };
            }
            values.add(map);
        }
    }
    values.add(empty);
}

/// What stands at some fields; `None`: nothing.
pub(super) type Filling<F> = Vec<(F, Option<Value>)>;

/// The most ways in which one condition is brought about.
const WAYS_MAX: usize = 8;

/// The most values that are tried for one field.
const PASSING_MAX: usize = 3;

/// Ways in which `condition` may come out as `wanted`. They are tried before anything is said of them: fields that look
/// at others, or lie in one another, may come out otherwise.
pub(super) fn fill_condition<F: Clone>(condition: &Condition<F>, wanted: bool) -> Vec<Filling<F>> {
    match (condition, wanted) {
        (Condition::Field { field, matcher, .. }, _) => {
            let values = outcomes(matcher, wanted).into_iter();
            values.map(|value| vec![(field.clone(), value)]).collect()
        }
        (Condition::All(parts), true) | (Condition::Any(parts), false) => together(parts, wanted),
        (Condition::Any(parts), true) | (Condition::All(parts), false) => {
            let ways: Vec<Vec<Filling<F>>> = parts.iter().map(|part| fill_condition(part, wanted)).collect();
            // One way of each part before the second of any.
            let most = ways.iter().map(Vec::len).max().unwrap_or(0);
            let in_turn = (0..most).flat_map(|at| ways.iter().filter_map(move |ways| ways.get(at)));
            in_turn.take(WAYS_MAX).cloned().collect()
        }
        (Condition::Not(inner), _) => fill_condition(inner, !wanted),
    }
}

/// The parts, each in some way.
fn together<F: Clone>(parts: &[Condition<F>], wanted: bool) -> Vec<Filling<F>> {
    let mut so_far: Vec<Filling<F>> = vec![Vec::new()];
    for part in parts {
        let ways = fill_condition(part, wanted);
        let joined = ways.iter().flat_map(|way| so_far.iter().map(move |filling| [filling.as_slice(), way].concat()));
        so_far = joined.take(WAYS_MAX).collect();
    }
    so_far
}

/// What may stand at a field for `matcher` to come out as `wanted`; where nothing is found, what comes near.
fn outcomes(matcher: &Matcher, wanted: bool) -> Vec<Option<Value>> {
    let comes_out = |value: &Value| {
        let truth = Truth::all(matcher.tests.iter().map(|test| value_truth(value, test)));
        truth == Truth::from(wanted)
    };
    let values = values_for(&[matcher]).all;
    let passing: Vec<Option<Value>> =
        values.iter().filter(|value| comes_out(value)).take(PASSING_MAX).cloned().map(Some).collect();
    let near = values.into_iter().take(PASSING_MAX).map(Some);
    let absent = std::iter::once(None);
    if passing.is_empty() { near.chain(absent).collect() } else { passing.into_iter().chain(absent).collect() }
}
