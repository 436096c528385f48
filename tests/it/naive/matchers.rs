//! Whether a condition holds of a call, from `docs/language.md`, straight down.

use serde_json::{Map, Value};

use super::domain;
use super::policy::{Condition, Entry, Field, Matcher, Step, Test};

/// Three-valued, in such an order that `all` is the least and `any` the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    No,
    Maybe,
    Yes,
}

use Truth::{Maybe, No, Yes};

impl Truth {
    pub(crate) fn of(yes: bool) -> Self {
        if yes { Yes } else { No }
    }

    fn not(self) -> Self {
        match self {
            No => Yes,
            Maybe => Maybe,
            Yes => No,
        }
    }
}

pub(crate) fn all(truths: impl IntoIterator<Item = Truth>) -> Truth {
    truths.into_iter().min().unwrap_or(Yes)
}

pub(crate) fn any(truths: impl IntoIterator<Item = Truth>) -> Truth {
    truths.into_iter().max().unwrap_or(No)
}

/// What stands at a field.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found<'a> {
    Absent,
    /// Nobody can tell: behind a value of another type, or marks that were not given.
    Unknown,
    Is(&'a Value),
    /// No session was given: it may have marks.
    NoSession,
    /// The session's map without its marks: it may have that key too.
    Session(&'a Map<String, Value>),
}

/// A call, with text for agent, user and session as a map.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) all: Value,
}

impl Call {
    pub(crate) fn new(call: &Value) -> Self {
        let mut all = call.clone();
        for who in ["agent", "user", "session"] {
            if let Some(id @ Value::String(_)) = all.get(who) {
                all[who] = serde_json::json!({ "id": id });
            }
        }
        Self { all }
    }

    pub(crate) fn tool(&self) -> &str {
        self.all["tool"].as_str().expect("a call has a tool")
    }

    /// What is written there, whatever it may mean.
    pub(crate) fn written(&self, field: &Field) -> Found<'_> {
        walk(&self.all, &field.steps)
    }

    pub(crate) fn find(&self, field: &Field) -> Found<'_> {
        let session = self.all.get("session");
        let marks_known = session.is_some_and(|session| session.get("marks").is_some_and(Value::is_array));
        if field.steps[0] == Step::Key("session".to_owned()) && !marks_known {
            match field.steps.get(1) {
                Some(step) if *step == Step::Key("marks".to_owned()) => return Found::Unknown,
                None => {
                    return session.and_then(Value::as_object).map_or(Found::NoSession, Found::Session);
                }
                Some(_) => {}
            }
        }
        walk(&self.all, &field.steps)
    }
}

fn walk<'a>(value: &'a Value, steps: &[Step]) -> Found<'a> {
    let Some((step, rest)) = steps.split_first() else { return Found::Is(value) };
    let next = match (value, step) {
        (Value::Null, _) => return Found::Absent,
        (Value::Object(map), Step::Key(key)) => map.get(key),
        (Value::Array(items), Step::Index(index)) => items.get(*index),
        _ => return Found::Unknown,
    };
    next.map_or(Found::Absent, |next| walk(next, rest))
}

/// Whether the condition of a rule holds, and the fields that leave it in doubt.
pub(crate) fn condition_of_call(condition: &Condition, call: &Call) -> (Truth, Vec<String>) {
    let mut doubtful = Vec::new();
    let truth = condition_at(condition, call, &|field| call.find(field), &mut |field, truth| {
        if truth == Maybe {
            doubtful.push(field.text.clone());
        }
    });
    (truth, doubtful)
}

/// `find` says what stands at a field; `tell` hears what each entry came to.
fn condition_at<'a>(
    condition: &Condition,
    call: &Call,
    find: &dyn Fn(&Field) -> Found<'a>,
    tell: &mut dyn FnMut(&Field, Truth),
) -> Truth {
    let mut truths = Vec::new();
    for entry in &condition.0 {
        truths.push(match entry {
            Entry::Field(field, matcher) => {
                let truth = matches(matcher, find(field), call);
                tell(field, truth);
                truth
            }
            Entry::All(conditions) => {
                let inner: Vec<Truth> = conditions.iter().map(|one| condition_at(one, call, find, tell)).collect();
                all(inner)
            }
            Entry::Any(conditions) => {
                let inner: Vec<Truth> = conditions.iter().map(|one| condition_at(one, call, find, tell)).collect();
                any(inner)
            }
            Entry::Not(inner) => condition_at(inner, call, find, tell).not(),
        });
    }
    all(truths)
}

fn matches(matcher: &Matcher, found: Found<'_>, call: &Call) -> Truth {
    match found {
        Found::Unknown => Maybe,
        Found::Absent => {
            all(matcher.0.iter().map(|test| Truth::of(matches!(test, Test::Exists(false) | Test::Empty(true)))))
        }
        Found::NoSession => all(matcher.0.iter().map(|test| match test {
            Test::Exists(wanted) => Truth::of(!wanted),
            Test::Type(_) => No,
            _ => Maybe,
        })),
        Found::Is(value) => all(matcher.0.iter().map(|test| holds(test, value, call))),
        Found::Session(map) => all(matcher.0.iter().map(|test| holds_of_session(test, map, call))),
    }
}

/// What holds of a session whether or not it has marks.
fn holds_of_session(test: &Test, map: &Map<String, Value>, call: &Call) -> Truth {
    match test {
        Test::Exists(yes) => Truth::of(*yes),
        Test::Type(types) => Truth::of(types.contains(&"map")),
        Test::Not(matcher) => matches(matcher, Found::Session(map), call).not(),
        Test::Where(condition) => {
            let find = |field: &Field| match field.steps.split_first() {
                Some((Step::Key(first), _)) if first == "marks" => Found::Unknown,
                Some((Step::Key(first), rest)) => map.get(first).map_or(Found::Absent, |value| walk(value, rest)),
                _ => Found::Unknown,
            };
            condition_at(condition, call, &find, &mut |_, _| {})
        }
        _ => Maybe,
    }
}

fn holds(test: &Test, value: &Value, call: &Call) -> Truth {
    match test {
        Test::Equals(other) => is_in(value, &[other]),
        Test::In(others) => is_in(value, &others.iter().collect::<Vec<_>>()),
        Test::SameAs(field) => match call.find(field) {
            Found::Is(other) => same(value, other),
            Found::Absent | Found::Unknown | Found::Session(_) | Found::NoSession => Maybe,
        },
        Test::InField(field) => match call.find(field) {
            Found::Is(Value::Array(others)) => is_in(value, &others.iter().collect::<Vec<_>>()),
            Found::Absent | Found::Unknown | Found::Session(_) | Found::NoSession | Found::Is(_) => Maybe,
        },
        Test::Exists(yes) => Truth::of(*yes),
        Test::Empty(yes) => Truth::of(*yes == is_empty(value)),
        Test::Type(types) => Truth::of(types.contains(&type_of(value))),
        Test::Above(bound) => number(value, |number| number > *bound),
        Test::AtLeast(bound) => number(value, |number| number >= *bound),
        Test::Below(bound) => number(value, |number| number < *bound),
        Test::AtMost(bound) => number(value, |number| number <= *bound),
        Test::StartsWith(part) => text(value, |text| text.starts_with(part)),
        Test::EndsWith(part) => text(value, |text| text.ends_with(part)),
        Test::Contains(part) => text(value, |text| text.contains(part)),
        Test::Glob(pattern) => text(value, |text| domain::glob(pattern, text, true)),
        Test::Regex(regex) => text(value, regex.matches),
        Test::Length(matcher) => match value {
            Value::String(text) => with_number(matcher, text.chars().count(), call),
            Value::Array(items) => with_number(matcher, items.len(), call),
            Value::Object(map) => with_number(matcher, map.len(), call),
            Value::Null | Value::Bool(_) | Value::Number(_) => Maybe,
        },
        Test::Each(matcher) => match value {
            Value::Array(items) if items.is_empty() => No,
            Value::Array(items) => all(items.iter().map(|item| matches(matcher, Found::Is(item), call))),
            _ => Maybe,
        },
        Test::Some(matcher) => match value {
            Value::Array(items) => any(items.iter().map(|item| matches(matcher, Found::Is(item), call))),
            _ => Maybe,
        },
        Test::Has(other) => match value {
            Value::Array(items) => any(items.iter().map(|item| is_in(item, &[other]))),
            _ => Maybe,
        },
        Test::Where(condition) => match value {
            Value::Object(_) => condition_at(condition, call, &|field| walk(value, &field.steps), &mut |_, _| {}),
            _ => Maybe,
        },
        Test::OnlyKeys(keys) => match value {
            Value::Object(map) => Truth::of(map.keys().all(|key| keys.contains(&key.as_str()))),
            _ => Maybe,
        },
        Test::Keys(matcher) => match value {
            Value::Object(map) => {
                let keys = Value::Array(map.keys().map(|key| Value::from(key.as_str())).collect());
                matches(matcher, Found::Is(&keys), call)
            }
            _ => Maybe,
        },
        Test::Values(matcher) => match value {
            Value::Object(map) => {
                let values = Value::Array(map.values().cloned().collect());
                matches(matcher, Found::Is(&values), call)
            }
            _ => Maybe,
        },
        Test::Not(matcher) => matches(matcher, Found::Is(value), call).not(),
        Test::Path(test) => match value {
            Value::String(text) => domain::path(text, test, call),
            _ => Maybe,
        },
        Test::Url(test) => match value {
            Value::String(text) => domain::url(text, test),
            _ => Maybe,
        },
        Test::Email { domain, address } => match value {
            Value::String(text) => domain::email(text, domain, address),
            _ => Maybe,
        },
        Test::ShellOnly(patterns) => match value {
            Value::String(text) => domain::shell_only(text, patterns),
            _ => Maybe,
        },
        Test::ShellRuns(patterns) => match value {
            Value::String(text) => domain::shell_runs(text, patterns),
            _ => Maybe,
        },
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "map",
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A number that every reader of JSON takes for the same one.
pub(crate) fn exact(value: &Value) -> Option<f64> {
    value.as_f64().filter(|number| number.abs() <= 9_007_199_254_740_991.0)
}

fn number(value: &Value, test: impl Fn(f64) -> bool) -> Truth {
    exact(value).map_or(Maybe, |number| Truth::of(test(number)))
}

fn text(value: &Value, test: impl Fn(&str) -> bool) -> Truth {
    value.as_str().map_or(Maybe, |text| Truth::of(test(text)))
}

fn with_number(matcher: &Matcher, number: usize, call: &Call) -> Truth {
    matches(matcher, Found::Is(&Value::from(number)), call)
}

/// `null` equals only `null`; values of two types may be the same to some tool.
fn same(one: &Value, other: &Value) -> Truth {
    match (one, other) {
        (Value::Null, Value::Null) => Yes,
        (Value::Null, _) | (_, Value::Null) => No,
        (Value::Bool(one), Value::Bool(other)) => Truth::of(one == other),
        (Value::String(one), Value::String(other)) => Truth::of(one == other),
        (Value::Number(_), Value::Number(_)) => match (exact(one), exact(other)) {
            (Some(one), Some(other)) => Truth::of(one == other),
            _ => Maybe,
        },
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            all(one.iter().zip(other).map(|(one, other)| same(one, other)))
        }
        (Value::Array(_), Value::Array(_)) => No,
        (Value::Object(one), Value::Object(other)) if one.keys().eq(other.keys()) => {
            all(one.iter().map(|(key, one)| same(one, &other[key])))
        }
        (Value::Object(_), Value::Object(_)) => No,
        _ => Maybe,
    }
}

/// A value of a type that none of the others has is undecidable, not unequal.
fn is_in(value: &Value, others: &[&Value]) -> Truth {
    let of_its_type: Vec<&&Value> = others.iter().filter(|other| type_of(other) == type_of(value)).collect();
    let nothing_but_null = value.is_null() || others.iter().all(|other| other.is_null());
    if of_its_type.is_empty() && !nothing_but_null {
        return Maybe;
    }
    any(of_its_type.into_iter().map(|other| same(value, other)))
}
