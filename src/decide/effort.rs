//! What deciding one field of a condition may cost: time is bounded, whatever a call holds.

use std::cell::Cell;

use super::call::Facts;
use crate::matcher::condition::{PathTest, Test};
use crate::value::field::{Field, Found};
use crate::value::value::Value;

/// The most steps that one field of a condition takes; a step is some nanoseconds.
///
/// What would take more is undecidable. As each field has its own, a decision does not depend on the order of keys.
pub const STEPS_MAX: u64 = 5_000_000;

/// Why a test that would take too many steps settles nothing.
pub(super) const TOO_MUCH: &str = "it would take too long to decide";

/// Steps for each byte of a text that a test reads as its target would.
const STEPS_A_BYTE: u64 = 20;

/// The steps that are left for one field.
#[derive(Debug)]
pub(super) struct Effort {
    left: Cell<u64>,
}

impl Effort {
    pub(super) const fn new() -> Self {
        Self { left: Cell::new(STEPS_MAX) }
    }

    /// Takes `steps`, if there are as many left; after that there are none.
    pub(super) fn take(&self, steps: u64) -> bool {
        let left = self.left.get().checked_sub(steps);
        self.left.set(left.unwrap_or(0));
        left.is_some()
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
        Test::Regex(regex) => each_byte(STEPS_A_BYTE * regex.weight()),
        Test::ShellOnly(patterns) | Test::ShellRuns(patterns) => each_byte(STEPS_A_BYTE * (1 + patterns.len() as u64)),
        Test::Path(PathTest { under, glob, .. }) => each_byte(STEPS_A_BYTE * (1 + (under.len() + glob.len()) as u64)),
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
    let once = match value {
        Value::Text(text) => 1 + text.len() as u64 / 32,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_) => 1 + entries(value),
    };
    once.saturating_mul(operands as u64)
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
