//! Parts of what stores and JavaScript hand over, one by one. `None`: something else stands there.

use crate::value::digest::Digest;
use crate::value::value::{Map, SAFE_INTEGER_MAX, Value};

/// The map that `value` is.
pub(super) const fn map(value: &Value) -> Option<&Map> {
    if let Value::Map(map) = value { Some(map) } else { None }
}

/// The text at `key`.
pub(super) fn text<'a>(map: &'a Map, key: &str) -> Option<&'a str> {
    if let Some(Value::Text(text)) = map.get(key) { Some(text) } else { None }
}

/// The text at `key`; within, `None` if it is `null` or not there.
pub(super) fn optional_text(map: &Map, key: &str) -> Option<Option<String>> {
    match map.get(key) {
        Some(Value::Text(text)) => Some(Some(text.clone())),
        Some(Value::Null) | None => Some(None),
        Some(Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_)) => None,
    }
}

/// Whether it is so at `key`; within, `None` if it is `null` or not there.
pub(super) fn optional_bool(map: &Map, key: &str) -> Option<Option<bool>> {
    match map.get(key) {
        Some(Value::Bool(value)) => Some(Some(*value)),
        Some(Value::Null) | None => Some(None),
        Some(Value::Number(_) | Value::Text(_) | Value::List(_) | Value::Map(_)) => None,
    }
}

/// The digest at `key`.
pub(super) fn digest(map: &Map, key: &str) -> Option<Digest> {
    Digest::parse(text(map, key)?)
}

/// The digest at `key`; within, `None` if it is `null` or not there.
pub(super) fn optional_digest(map: &Map, key: &str) -> Option<Option<Digest>> {
    match optional_text(map, key)? {
        None => Some(None),
        Some(text) => Some(Some(Digest::parse(&text)?)),
    }
}

/// The number at `key`: a safe integer, not negative.
pub(super) fn count(map: &Map, key: &str) -> Option<u64> {
    integer(map.get(key)?)
}

/// The number at `key`; within, `None` if it is `null` or not there.
pub(super) fn optional_count(map: &Map, key: &str) -> Option<Option<u64>> {
    match map.get(key) {
        None | Some(Value::Null) => Some(None),
        Some(value) => Some(Some(integer(value)?)),
    }
}

/// What `read` makes of each item of the list at `key`.
pub(super) fn list<T>(map: &Map, key: &str, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    if let Some(Value::List(items)) = map.get(key) { items.iter().map(read).collect() } else { None }
}

/// The list of texts at `key`.
pub(super) fn texts(map: &Map, key: &str) -> Option<Vec<String>> {
    list(map, key, |item| if let Value::Text(text) = item { Some(text.clone()) } else { None })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "only safe integers are cast")]
fn integer(value: &Value) -> Option<u64> {
    match *value {
        Value::Number(number) if (0.0..=SAFE_INTEGER_MAX).contains(&number) && number.fract() == 0.0 => {
            Some(number as u64)
        }
        _ => None,
    }
}
