//! Values as the answers of the engine are made of: a serialisable twin of each shape would take three times the room.

use crate::value::value::{Map, Value};

/// A map. Its keys are written in our own code, so none occurs twice.
pub(super) fn object(entries: Vec<(&'static str, Value)>) -> Value {
    let entries = entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    Value::Map(Map::new(entries).unwrap_or_default())
}

/// What `one` makes of each of `items`.
pub(super) fn list_of<T>(items: &[T], one: impl Fn(&T) -> Value) -> Value {
    Value::List(items.iter().map(one).collect())
}

/// `null` for nothing.
pub(super) fn or_null(value: Option<Value>) -> Value {
    value.unwrap_or(Value::Null)
}

/// A count.
pub(super) fn number(count: usize) -> Value {
    long(count as u64)
}

/// A count or a time, which are safe integers.
#[expect(clippy::cast_precision_loss, reason = "counts and times are safe integers")]
pub(super) fn long(count: u64) -> Value {
    Value::Number(count as f64)
}

/// Words of ours.
pub(super) fn words(text: &'static str) -> Value {
    Value::from(text)
}
