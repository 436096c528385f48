//! What a reviewer types to confirm a value of the call.

use super::event::Held;
use crate::decide::call::Facts as _;
use crate::value::canonical::push_number;
use crate::value::field::{Field, Found};
use crate::value::value::Value;

/// What a reviewer has to type to confirm `field`; `None` if that cannot be typed, or nothing stands there.
///
/// Text is typed as it is, a number as JSON writes it, a list of those one after the other with commas between.
#[must_use]
pub fn typed_form(held: &Held, field: &Field) -> Option<String> {
    let Found::Value(value) = held.call.find(field) else { return None };
    match value {
        Value::List(items) if !items.is_empty() => {
            Some(items.iter().map(scalar).collect::<Option<Vec<_>>>()?.join(", "))
        }
        other => scalar(other),
    }
}

/// Whether `typed` confirms `field`. Space around it, and around commas of a list, does not matter.
#[must_use]
pub fn confirms(typed: &str, held: &Held, field: &Field) -> bool {
    let Some(form) = typed_form(held, field) else { return false };
    let Found::Value(value) = held.call.find(field) else { return false };
    if typed.trim() == form {
        return true;
    }
    let Value::List(items) = value else { return false };
    let parts: Vec<&str> = typed.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty()).collect();
    parts.len() == items.len() && parts.iter().zip(items).all(|(part, item)| scalar(item).as_deref() == Some(*part))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => {
            let mut out = String::new();
            push_number(*number, &mut out);
            Some(out)
        }
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}
