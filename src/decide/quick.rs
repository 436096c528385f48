//! The tests of a plan that need no judgement, so that whoever holds a call can make them without the engine.
//!
//! Such a test is settled where it compares plain values of the expected type; of any other value only the engine can
//! say what it means. Who makes them must ask the engine about everything that they do not settle.

use super::asked::Place;
use super::call::Call;
use super::condition::About;
use super::effort::steps;
use crate::matcher::condition::{Bound, Condition, PathTest, Test, TextOrField};
use crate::matcher::path;
use crate::value::value::Value;

/// The most operands of a quick test.
pub const OPERANDS_MAX: usize = 64;

/// The longest text that a quick test settles, in UTF-16 code units.
pub const TEXT_UNITS_MAX: usize = 4_096;

/// What one policy comes to by quick tests.
#[derive(Clone, Debug, PartialEq)]
pub struct QuickWays<'a> {
    /// The rules in their order: the first whose tests all hold decides.
    pub rules: Vec<QuickRule<'a>>,
    /// What is decided if none does; `None`: the engine must be asked.
    pub none: Option<u32>,
    /// The ways are below this.
    pub count: u32,
}

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub struct QuickRule<'a> {
    /// Its tests, all of which must hold.
    pub tests: Vec<QuickTest<'a>>,
    /// What it decides; `None`: the engine must be asked.
    pub way: Option<u32>,
}

/// The longest values that quick tests settle.
#[derive(Debug)]
pub(super) struct Longest {
    text: Value,
    /// A path that is quick is ASCII.
    path: Value,
}

impl Default for Longest {
    fn default() -> Self {
        // A code unit is at most three bytes of UTF-8.
        let text = |bytes: usize| Value::Text("x".repeat(bytes));
        Self { text: text(3 * TEXT_UNITS_MAX), path: text(TEXT_UNITS_MAX) }
    }
}

/// A test of what belongs in a slot.
#[derive(Clone, Debug, PartialEq)]
pub struct QuickTest<'a> {
    /// The slot.
    pub slot: usize,
    /// What must hold.
    pub test: Quick<'a>,
    /// The most steps that it takes the engine, where it is quick.
    pub(super) steps_max: u64,
}

/// What a quick test compares.
///
/// Nothing at the field settles all of them but [`Self::Engine`]: they do not hold. So does a value of the named type.
#[derive(Clone, Debug, PartialEq)]
pub enum Quick<'a> {
    /// A number that is a safe integer or between two of them lies in the bound.
    Number(Bound, f64),
    /// Text, a number (as above) or a Boolean is one of these, which are all of its type.
    In(&'a [Value]),
    /// Text begins so.
    StartsWith(&'a str),
    /// Text ends so.
    EndsWith(&'a str),
    /// Text has this in it.
    Contains(&'a str),
    /// Text that is a plain path (`path::is_plain`) is under one of these folders, which are so too. If its beginning is
    /// the folder but for letter case, that settles nothing.
    Under(Vec<&'a str>),
    /// Only the engine can tell.
    Engine,
}

/// The tests that settle `condition`, all of which must hold.
pub(super) fn quick_tests<'a>(condition: &'a Condition<Place>, longest: &Longest) -> Vec<QuickTest<'a>> {
    match condition {
        Condition::Field { field: Place { slot: Some(slot), inside, about: About::Other }, matcher, .. }
            if inside.is_empty() =>
        {
            matcher.tests.iter().map(|test| quick_test(*slot, test, longest)).collect()
        }
        Condition::All(parts) => parts.iter().flat_map(|part| quick_tests(part, longest)).collect(),
        Condition::Field { .. } | Condition::Any(_) | Condition::Not(_) => {
            vec![QuickTest { slot: 0, test: Quick::Engine, steps_max: 0 }]
        }
    }
}

fn quick_test<'a>(slot: usize, test: &'a Test, longest: &Longest) -> QuickTest<'a> {
    let value = if matches!(test, Test::Path(_)) { &longest.path } else { &longest.text };
    match quick(test) {
        Quick::Engine => QuickTest { slot, test: Quick::Engine, steps_max: 0 },
        quick => QuickTest { slot, test: quick, steps_max: steps(test, value, &Call::default()) },
    }
}

fn quick(test: &Test) -> Quick<'_> {
    match test {
        Test::Number(bound, limit) => Quick::Number(*bound, *limit),
        Test::Equals(operands) if operands.len() <= OPERANDS_MAX && are_of_one_plain_type(operands) => {
            Quick::In(operands)
        }
        Test::StartsWith(start) => Quick::StartsWith(start),
        Test::EndsWith(end) => Quick::EndsWith(end),
        Test::Contains(part) => Quick::Contains(part),
        Test::Path(path) => plain_folders(path).map_or(Quick::Engine, Quick::Under),
        Test::Equals(_)
        | Test::SameAs(_)
        | Test::InField(_)
        | Test::Exists(_)
        | Test::Empty(_)
        | Test::Type(_)
        | Test::Glob(_)
        | Test::Regex(_)
        | Test::Length(_)
        | Test::Each(_)
        | Test::Some(_)
        | Test::Where(_)
        | Test::OnlyKeys(_)
        | Test::Keys(_)
        | Test::Values(_)
        | Test::Not(_)
        | Test::Url(_)
        | Test::Email(_)
        | Test::ShellOnly(_)
        | Test::ShellRuns(_) => Quick::Engine,
    }
}

fn are_of_one_plain_type(operands: &[Value]) -> bool {
    let all = |is_so: fn(&Value) -> bool| !operands.is_empty() && operands.iter().all(is_so);
    all(|value| matches!(value, Value::Text(_)))
        || all(|value| matches!(value, Value::Number(_)))
        || all(|value| matches!(value, Value::Bool(_)))
}

/// The folders of `test`, if it asks for nothing else and they need no judgement.
fn plain_folders(test: &PathTest) -> Option<Vec<&str>> {
    let PathTest { under, glob, extension, base, ignore_case } = test;
    let is_simple = glob.is_empty() && extension.is_empty() && !ignore_case && under.len() <= OPERANDS_MAX;
    // A base says nothing of absolute paths, but one that is no text leaves all undecided.
    let has_settled_base = matches!(base, None | Some(TextOrField::Text(_)));
    if !is_simple || !has_settled_base || under.is_empty() {
        return None;
    }
    under.iter().map(plain_text).collect()
}

fn plain_text(folder: &TextOrField) -> Option<&str> {
    match folder {
        TextOrField::Text(text) => path::is_plain(text).then_some(text.as_str()),
        TextOrField::Field(_) => None,
    }
}
