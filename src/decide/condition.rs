//! Whether a condition holds of a call.

use super::call::{Call, Facts, MARKS, carries_marks};
use super::effort::{Effort, FIELD_STEPS_MAX, TOO_MUCH, steps};
use crate::matcher::compare::{UNSAFE_NUMBER, equals_any};
use crate::matcher::condition::{Bound, Condition, Matcher, PathTest, Test, TextOrField, Type};
use crate::matcher::regex::TEXT_BYTES_MAX;
use crate::matcher::truth::Truth;
use crate::matcher::{email, path, shell};
use crate::text::span::Span;
use crate::value::field::{Field, Found, Root, Step, Way};
use crate::value::value::{Map, SAFE_INTEGER_MAX, Value};

const BLOCKED: &str = "the way to it goes through a value of another type";
const MARKS_NOT_GIVEN: &str = "nobody said which marks the session carries";
const OTHER_ABSENT: &str = "the other field is absent";

/// Whether `condition` holds of `call`.
#[must_use]
pub fn condition_truth(condition: &Condition<Field>, call: &dyn Facts) -> Truth {
    truth(condition, &|field, matcher| field_truth(field, matcher, call))
}

/// Whether `matcher` holds of what stands at `field` of `call`.
#[must_use]
pub fn field_truth(field: &Field, matcher: &Matcher, call: &dyn Facts) -> Truth {
    found_field_truth(About::of(field), call.find(field), matcher, call)
}

/// What [`field_truth`] says of a field that is `about` this and where `found` stands.
pub(super) fn found_field_truth(about: About, found: Found<'_>, matcher: &Matcher, call: &dyn Facts) -> Truth {
    if about == About::Marks && !call.has_marks() {
        return Truth::Undecidable(MARKS_NOT_GIVEN);
    }
    let is_session = about == About::Session;
    found_truth(found, matcher, Scope { call, is_session, effort: &Effort::new(FIELD_STEPS_MAX) })
}

/// Whether each test of `matcher` holds of what stands at `field` of `call`, in their order.
#[must_use]
pub fn test_truths(field: &Field, matcher: &Matcher, call: &dyn Facts) -> Vec<Truth> {
    let alone = |test: &Test| Matcher { tests: vec![test.clone()], span: matcher.span };
    match matcher.tests.as_slice() {
        [_] => vec![field_truth(field, matcher, call)],
        tests => tests.iter().map(|test| field_truth(field, &alone(test), call)).collect(),
    }
}

/// What a field is about, as far as marks go that nobody gave.
///
/// The guard always gives them and an agent never does: if they are absent, they were not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// The session as a whole.
    Session,
    /// The marks that it carries.
    Marks,
    /// Anything else.
    Other,
}

impl About {
    pub(super) fn of(field: &Field) -> Self {
        match field.root {
            Root::Session if field.way.steps.is_empty() => Self::Session,
            Root::Session if begins_with_marks(&field.way) => Self::Marks,
            Root::Session | Root::Args | Root::Agent | Root::User | Root::Context => Self::Other,
        }
    }
}

/// Whether `test`, which asks about no other field, holds of `value`.
#[must_use]
pub fn value_truth(value: &Value, test: &Test) -> Truth {
    test_truth(value, test, Scope { call: &Call::default(), is_session: false, effort: &Effort::new(FIELD_STEPS_MAX) })
}

/// What the tests of a matcher see beside the value.
#[derive(Clone, Copy)]
struct Scope<'a> {
    call: &'a dyn Facts,
    /// Whether the value is the session, whose marks are undecidable where they were not given.
    is_session: bool,
    /// What is left of the steps that the field may take.
    effort: &'a Effort,
}

impl Scope<'_> {
    /// The scope of a part of the value.
    fn inside(self) -> Self {
        Self { is_session: false, ..self }
    }
}

/// Kleene's logic over what `leaf` says of each field.
pub(super) fn truth<F>(condition: &Condition<F>, leaf: &impl Fn(&F, &Matcher) -> Truth) -> Truth {
    match condition {
        Condition::Field { field, matcher, .. } => leaf(field, matcher),
        Condition::All(conditions) => Truth::all(conditions.iter().map(|condition| truth(condition, leaf))),
        Condition::Any(conditions) => Truth::any(conditions.iter().map(|condition| truth(condition, leaf))),
        Condition::Not(condition) => truth(condition, leaf).negated(),
    }
}

/// One field of a condition, and how it came out.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'a> {
    /// Which field.
    pub field: &'a Field,
    /// Where it is written.
    pub span: Span,
    /// What is asked of it.
    pub matcher: &'a Matcher,
    /// Whether what is asked of it holds.
    pub truth: Truth,
    /// What stands there.
    pub found: Found<'a>,
    /// Whether it counts the other way round: it stands within an odd number of `not` around conditions.
    pub negated: bool,
}

/// The fields of `condition` in the order of the text, and how each came out for `call`; `metered` is the same call, with
/// the steps that telling may take.
pub fn leaves<'a>(condition: &'a Condition<Field>, call: &'a dyn Facts, metered: &dyn Facts) -> Vec<Leaf<'a>> {
    let mut out = Vec::new();
    add_leaves(condition, (call, metered), false, &mut out);
    out
}

fn add_leaves<'a>(
    condition: &'a Condition<Field>,
    (call, metered): (&'a dyn Facts, &dyn Facts),
    negated: bool,
    out: &mut Vec<Leaf<'a>>,
) {
    match condition {
        Condition::Field { field, span, matcher } => {
            let (truth, found) = (field_truth(field, matcher, metered), call.find(field));
            out.push(Leaf { field, span: *span, matcher, truth, found, negated });
        }
        Condition::All(conditions) | Condition::Any(conditions) => {
            conditions.iter().for_each(|condition| add_leaves(condition, (call, metered), negated, out));
        }
        Condition::Not(condition) => add_leaves(condition, (call, metered), !negated, out),
    }
}

/// The field of `condition` whose doubt is the reason that `condition` cannot be decided for `call`, and why; of several
/// the first by name, so that a decision does not depend on the order of keys in its policy.
#[must_use]
pub fn first_doubt<'a>(condition: &'a Condition<Field>, call: &dyn Facts) -> Option<(&'a Field, &'static str)> {
    match condition {
        Condition::Field { field, matcher, .. } => match field_truth(field, matcher, call) {
            Truth::Undecidable(why) => Some((field, why)),
            Truth::Holds | Truth::DoesNotHold => None,
        },
        // Of a settled part no doubt comes, even if parts of it are in doubt.
        Condition::All(conditions) | Condition::Any(conditions) => conditions
            .iter()
            .filter(|part| matches!(condition_truth(part, call), Truth::Undecidable(_)))
            .filter_map(|part| first_doubt(part, call))
            .min_by_key(|(field, why)| (field.to_string(), *why)),
        Condition::Not(condition) => first_doubt(condition, call),
    }
}

/// The first field of `condition` by its text.
#[must_use]
pub fn first_field(condition: &Condition<Field>) -> Option<&Field> {
    match condition {
        Condition::Field { field, .. } => Some(field),
        Condition::All(conditions) | Condition::Any(conditions) => conditions.iter().find_map(first_field),
        Condition::Not(condition) => first_field(condition),
    }
}

/// Whether `field` is about the marks of a session, and nobody said which those are.
fn lacks_marks(field: &Field, call: &dyn Facts) -> bool {
    About::of(field) == About::Marks && !call.has_marks()
}

fn begins_with_marks(way: &Way) -> bool {
    matches!(way.steps.first(), Some(Step::Key(key)) if key == MARKS)
}

fn found_truth(found: Found<'_>, matcher: &Matcher, scope: Scope<'_>) -> Truth {
    match found {
        Found::Value(value) => matcher_truth(value, matcher, scope),
        Found::Absent if scope.is_session => Truth::all(matcher.tests.iter().map(absent_session_truth)),
        Found::Absent => Truth::all(matcher.tests.iter().map(absent_truth)),
        Found::Blocked => Truth::Undecidable(BLOCKED),
    }
}

/// A test of a field that is not there: only these two see absence.
fn absent_truth(test: &Test) -> Truth {
    matches!(test, Test::Exists(false) | Test::Empty(true)).into()
}

/// A test of a session that is not there: then nobody said which marks it carries either, and all but these two may ask
/// about those.
fn absent_session_truth(test: &Test) -> Truth {
    match test {
        Test::Exists(_) | Test::Type(_) => absent_truth(test),
        _ => Truth::Undecidable(MARKS_NOT_GIVEN),
    }
}

fn matcher_truth(value: &Value, matcher: &Matcher, scope: Scope<'_>) -> Truth {
    Truth::all(matcher.tests.iter().map(|test| test_truth(value, test, scope)))
}

fn test_truth(value: &Value, test: &Test, scope: Scope<'_>) -> Truth {
    let steps = steps(test, value, scope.call);
    if !scope.effort.take(steps) || !scope.call.take(steps) {
        return Truth::Undecidable(TOO_MUCH);
    }
    // These go on to parts of the session, or ask only whether it is there.
    let sees_no_marks = matches!(test, Test::Exists(_) | Test::Type(_) | Test::Where(_) | Test::Not(_));
    if scope.is_session && !sees_no_marks && !carries_marks(value) {
        return Truth::Undecidable(MARKS_NOT_GIVEN);
    }
    match test {
        Test::Equals(operands) => equals_any(value, operands.iter()),
        Test::SameAs(field) => other_field(field, scope.call, |other| equals_any(value, std::iter::once(other))),
        Test::InField(field) => other_field(field, scope.call, |other| match other {
            Value::List(items) => equals_any(value, items.iter()),
            _ => Truth::Undecidable("the other field is no list"),
        }),
        Test::Exists(wanted) => (*wanted).into(),
        Test::Empty(wanted) => (is_empty(value) == *wanted).into(),
        Test::Type(types) => types.contains(&Type::of(value)).into(),
        Test::Number(bound, limit) => number_truth(value, *bound, *limit),
        Test::StartsWith(start) => text_truth(value, |text| text.starts_with(start.as_str())),
        Test::EndsWith(end) => text_truth(value, |text| text.ends_with(end.as_str())),
        Test::Contains(part) => text_truth(value, |text| text.contains(part.as_str())),
        Test::Glob(glob) => bounded_truth(value, |text| glob.matches(text).into()),
        Test::Regex(regex) => bounded_truth(value, |text| regex.matches(text).into()),
        Test::Length(matcher) => match length(value) {
            Some(length) => matcher_truth(&Value::Number(length), matcher, scope.inside()),
            None => Truth::Undecidable("the value has no length"),
        },
        Test::Each(matcher) => list_truth(value, |items| match items {
            [] => Truth::DoesNotHold,
            items => Truth::all(items.iter().map(|item| matcher_truth(item, matcher, scope.inside()))),
        }),
        Test::Some(matcher) => {
            list_truth(value, |items| Truth::any(items.iter().map(|item| matcher_truth(item, matcher, scope.inside()))))
        }
        Test::Where(condition) => map_truth(value, |_| {
            truth(condition, &|way: &Way, matcher: &Matcher| {
                if scope.is_session && begins_with_marks(way) && !carries_marks(value) {
                    return Truth::Undecidable(MARKS_NOT_GIVEN);
                }
                found_truth(way.find(value), matcher, scope.inside())
            })
        }),
        Test::OnlyKeys(keys) => {
            map_truth(value, |map| map.iter().all(|(key, _)| keys.iter().any(|known| known == key)).into())
        }
        Test::Keys(matcher) => map_truth(value, |map| {
            let keys = map.iter().map(|(key, _)| Value::from(key)).collect();
            matcher_truth(&Value::List(keys), matcher, scope.inside())
        }),
        Test::Values(matcher) => map_truth(value, |map| {
            let values = map.iter().map(|(_, value)| value.clone()).collect();
            matcher_truth(&Value::List(values), matcher, scope.inside())
        }),
        Test::Not(matcher) => matcher_truth(value, matcher, scope).negated(),
        Test::Path(path) => bounded_truth(value, |text| path_truth(text, path, scope.call)),
        Test::Url(url) => bounded_truth(value, |text| url.matches(text)),
        Test::Email(email) => bounded_truth(value, |text| email::matches(text, &email.domains, &email.addresses)),
        Test::ShellOnly(patterns) => bounded_truth(value, |text| shell::only(patterns, text)),
        Test::ShellRuns(patterns) => bounded_truth(value, |text| shell::runs(patterns, text)),
    }
}

fn other_field(field: &Field, call: &dyn Facts, compare: impl FnOnce(&Value) -> Truth) -> Truth {
    let about = About::of(field);
    match call.find(field) {
        _ if about == About::Marks && !call.has_marks() => Truth::Undecidable(MARKS_NOT_GIVEN),
        Found::Value(session) if about == About::Session && !carries_marks(session) => {
            Truth::Undecidable(MARKS_NOT_GIVEN)
        }
        Found::Value(other) => compare(other),
        // Nobody can say that a value differs from one that was not given: a `not` around it would let everything pass.
        Found::Absent => Truth::Undecidable(OTHER_ABSENT),
        Found::Blocked => Truth::Undecidable(BLOCKED),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.iter().len() == 0,
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn number_truth(value: &Value, bound: Bound, limit: f64) -> Truth {
    let Value::Number(number) = *value else { return Truth::Undecidable("the value is no number") };
    if number.is_nan() || number.abs() > SAFE_INTEGER_MAX {
        return Truth::Undecidable(UNSAFE_NUMBER);
    }
    let holds = match bound {
        Bound::Above => number > limit,
        Bound::AtLeast => number >= limit,
        Bound::Below => number < limit,
        Bound::AtMost => number <= limit,
    };
    holds.into()
}

fn text_truth(value: &Value, holds: impl FnOnce(&str) -> bool) -> Truth {
    match value {
        Value::Text(text) => holds(text).into(),
        _ => Truth::Undecidable("the value is no text"),
    }
}

/// For tests whose time grows with more than the text's length.
fn bounded_truth(value: &Value, of_text: impl FnOnce(&str) -> Truth) -> Truth {
    match value {
        Value::Text(text) if text.len() > TEXT_BYTES_MAX => Truth::Undecidable("the text is longer than is matched"),
        Value::Text(text) => of_text(text),
        _ => Truth::Undecidable("the value is no text"),
    }
}

fn path_truth(text: &str, test: &PathTest, call: &dyn Facts) -> Truth {
    let PathTest { under, glob, extension, base, ignore_case } = test;
    let base = match base.as_ref().map(|base| text_of(base, call)) {
        None => None,
        Some(Ok(base)) => Some(base),
        // A base asks nothing: one that is not there makes no path stand elsewhere.
        Some(Err(OTHER_ABSENT)) => None,
        Some(Err(why)) => return Truth::Undecidable(why),
    };
    let mut asked = Vec::new();
    if !under.is_empty() {
        asked.push(Truth::any(under.iter().map(|folder| match text_of(folder, call) {
            Ok(folder) => path::under(text, folder, base, *ignore_case),
            Err(why) => Truth::Undecidable(why),
        })));
    }
    if !glob.is_empty() {
        asked.push(Truth::any(glob.iter().map(|glob| glob.matches(text, base, *ignore_case))));
    }
    if !extension.is_empty() {
        let wanted: Vec<&str> = extension.iter().map(String::as_str).collect();
        asked.push(path::extension(text, &wanted, *ignore_case));
    }
    Truth::all(asked)
}

/// The text that `wanted` stands for; why it stands for none.
fn text_of<'a>(wanted: &'a TextOrField, call: &'a dyn Facts) -> Result<&'a str, &'static str> {
    let field = match wanted {
        TextOrField::Text(text) => return Ok(text),
        TextOrField::Field(field) => field,
    };
    match call.find(field) {
        _ if lacks_marks(field, call) => Err(MARKS_NOT_GIVEN),
        Found::Value(Value::Text(text)) => Ok(text),
        Found::Value(_) => Err("the other field is no text"),
        Found::Absent => Err(OTHER_ABSENT),
        Found::Blocked => Err(BLOCKED),
    }
}

fn list_truth(value: &Value, of_items: impl FnOnce(&[Value]) -> Truth) -> Truth {
    match value {
        Value::List(items) => of_items(items),
        _ => Truth::Undecidable("the value is no list"),
    }
}

fn map_truth(value: &Value, of_map: impl FnOnce(&Map) -> Truth) -> Truth {
    match value {
        Value::Map(map) => of_map(map),
        _ => Truth::Undecidable("the value is no map"),
    }
}

/// Code points of text, entries of a list or map.
#[expect(clippy::cast_precision_loss, reason = "what fits into memory is a safe integer")]
fn length(value: &Value) -> Option<f64> {
    match value {
        Value::Text(text) => Some(text.chars().count() as f64),
        Value::List(items) => Some(items.len() as f64),
        Value::Map(map) => Some(map.iter().len() as f64),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
