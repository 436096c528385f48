//! What deciding may cost: time is bounded, for one field of a condition and for a whole decision.

use std::cell::Cell;

use super::call::Facts;
use super::relaxing::Relaxing;
use crate::matcher::condition::{PathTest, Test};
use crate::value::field::{Field, Found};
use crate::value::value::Value;

/// The most steps that one field of a condition takes; a step is some 20 nanoseconds.
///
/// What would take more is undecidable. As each field has its own, most decisions do not depend on the order of keys.
pub const FIELD_STEPS_MAX: u64 = 2_000_000;

/// The most steps that all fields of a decision take together.
///
/// What comes after that, in the order of the rules and their keys, is undecidable.
pub const DECISION_STEPS_MAX: u64 = 8_000_000;

/// Why a test that would take too many steps settles nothing.
pub(super) const TOO_MUCH: &str = "it would take too long to decide";

/// Steps for each byte of a text that a test reads as its target would.
const STEPS_A_BYTE: u64 = 8;

/// Steps that are left.
#[derive(Debug)]
pub(super) struct Effort {
    left: Cell<u64>,
}

impl Effort {
    pub(super) const fn new(steps_max: u64) -> Self {
        Self { left: Cell::new(steps_max) }
    }

    /// Takes `steps`, if there are as many left; after that there are none.
    pub(super) fn take(&self, steps: u64) -> bool {
        let left = self.left.get().checked_sub(steps);
        self.left.set(left.unwrap_or(0));
        left.is_some()
    }
}

/// A call with the steps that are left for deciding it, and with what its stack knows of rules that replace review.
pub(super) struct Metered<'a> {
    call: &'a dyn Facts,
    relaxing: &'a Relaxing,
    effort: Effort,
}

impl<'a> Metered<'a> {
    pub(super) const fn new(call: &'a dyn Facts, relaxing: &'a Relaxing) -> Self {
        Self { call, relaxing, effort: Effort::new(DECISION_STEPS_MAX) }
    }
}

impl Facts for Metered<'_> {
    fn tool(&self) -> &str {
        self.call.tool()
    }

    fn confidence(&self) -> Option<&Value> {
        self.call.confidence()
    }

    fn find(&self, field: &Field) -> Found<'_> {
        self.call.find(field)
    }

    fn has_marks(&self) -> bool {
        self.call.has_marks()
    }

    fn relaxing(&self) -> &Relaxing {
        self.relaxing
    }

    fn take(&self, steps: u64) -> bool {
        self.effort.take(steps)
    }
}

/// How many steps `test` takes on `value`, without those of the matchers inside it.
pub(super) fn steps(test: &Test, value: &Value, call: &dyn Facts) -> u64 {
    let bytes = match value {
        Value::Text(text) => text.len() as u64,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_) => 0,
    };
    let each_byte = |factor: u64| 1 + bytes.saturating_mul(factor);
    match test {
        Test::Equals(operands) => compared(value, operands.len()),
        Test::SameAs(_) => compared(value, 1),
        Test::InField(field) => compared(value, items(call, field)),
        Test::Glob(glob) => each_byte(1 + glob.size() as u64 / 4),
        // An expression of many states has few of them at once on nearly every text.
        Test::Regex(regex) => each_byte(STEPS_A_BYTE * (1 + regex.weight() / 4)),
        Test::ShellOnly(patterns) | Test::ShellRuns(patterns) => each_byte(STEPS_A_BYTE + patterns.len() as u64),
        Test::Path(PathTest { under, glob, .. }) => each_byte(STEPS_A_BYTE + (under.len() + glob.len()) as u64),
        Test::Url(_) | Test::Email(_) => each_byte(STEPS_A_BYTE),
        Test::OnlyKeys(keys) => entries(value).saturating_mul(keys.len() as u64),
        Test::Keys(_) | Test::Values(_) => 1 + entries(value),
        Test::Exists(_)
        | Test::Empty(_)
        | Test::Type(_)
        | Test::Number(..)
        | Test::StartsWith(_)
        | Test::EndsWith(_)
        | Test::Contains(_)
        | Test::Length(_)
        | Test::Each(_)
        | Test::Some(_)
        | Test::Where(_)
        | Test::Not(_) => 1 + bytes / 32,
    }
}

/// The steps of comparing `value` with `operands` others.
fn compared(value: &Value, operands: usize) -> u64 {
    // What is equal in its first bytes and entries only is rare.
    1 + size(value).saturating_mul(operands as u64) / 4
}

/// How much there is to compare of a value: its parts, and 32 bytes of text as one more.
fn size(value: &Value) -> u64 {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
        Value::Text(text) => 1 + text.len() as u64 / 32,
        Value::List(items) => 1 + items.iter().map(size).sum::<u64>(),
        Value::Map(map) => 1 + map.iter().map(|(_, value)| 1 + size(value)).sum::<u64>(),
    }
}

/// How many entries a list or map has.
fn entries(value: &Value) -> u64 {
    match value {
        Value::List(items) => items.len() as u64,
        Value::Map(map) => map.iter().len() as u64,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => 0,
    }
}

fn items(call: &dyn Facts, field: &Field) -> usize {
    match call.find(field) {
        Found::Value(Value::List(items)) => items.len(),
        Found::Value(_) | Found::Absent | Found::Blocked => 1,
    }
}
