//! Whether two values are the same.

use super::condition::Type;
use super::truth::Truth;
use crate::value::value::{SAFE_INTEGER_MAX, Value};

const OTHER_TYPE: &str = "the value is of a type that the policy does not expect";
/// Why a number settles nothing.
pub const UNSAFE_NUMBER: &str = "the number is too large to be exact";

/// Whether `value` equals one of `operands`.
///
/// Numbers are compared by value, text code point by code point, lists and maps item by item.
/// `null` equals only `null`; a value of a type that none of the operands has settles nothing: a tool may well take
/// `"40"` for `40`.
#[must_use]
pub fn equals_any<'a>(value: &Value, operands: impl Iterator<Item = &'a Value> + Clone) -> Truth {
    if let Value::Text(text) = value {
        return equals_any_text(text, operands);
    }
    let mut of_its_type = operands.clone().filter(|operand| Type::of(operand) == Type::of(value)).peekable();
    if of_its_type.peek().is_some() {
        return Truth::any(of_its_type.map(|operand| equals(value, operand)));
    }
    let settled = *value == Value::Null || operands.clone().all(|operand| *operand == Value::Null);
    if settled { Truth::DoesNotHold } else { Truth::Undecidable(OTHER_TYPE) }
}

/// Most values are text, and most lists of operands are: they are gone through once.
fn equals_any_text<'a>(text: &str, operands: impl Iterator<Item = &'a Value>) -> Truth {
    let (mut are_null, mut is_of_its_type) = (true, false);
    for operand in operands {
        match operand {
            Value::Text(operand) if operand == text => return Truth::Holds,
            Value::Text(_) => (are_null, is_of_its_type) = (false, true),
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_) => are_null = false,
        }
    }
    if are_null || is_of_its_type { Truth::DoesNotHold } else { Truth::Undecidable(OTHER_TYPE) }
}

/// Whether two values are the same.
#[must_use]
pub fn equals(a: &Value, b: &Value) -> Truth {
    match (a, b) {
        (Value::Null, Value::Null) => Truth::Holds,
        (Value::Null, _) | (_, Value::Null) => Truth::DoesNotHold,
        (Value::Bool(a), Value::Bool(b)) => (a == b).into(),
        (Value::Number(a), Value::Number(b)) => {
            if a.abs() > SAFE_INTEGER_MAX || b.abs() > SAFE_INTEGER_MAX || a.is_nan() || b.is_nan() {
                return Truth::Undecidable(UNSAFE_NUMBER);
            }
            (a == b).into()
        }
        (Value::Text(a), Value::Text(b)) => (a == b).into(),
        (Value::List(a), Value::List(b)) if a.len() == b.len() => {
            Truth::all(a.iter().zip(b).map(|(a, b)| equals(a, b)))
        }
        (Value::Map(a), Value::Map(b)) if a.iter().len() == b.iter().len() => {
            let of_key = |(key, a): (&str, &Value)| b.get(key).map_or(Truth::DoesNotHold, |b| equals(a, b));
            Truth::all(a.iter().map(of_key))
        }
        (Value::List(_), Value::List(_)) | (Value::Map(_), Value::Map(_)) => Truth::DoesNotHold,
        (
            Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) | Value::Map(_),
            Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) | Value::Map(_),
        ) => Truth::Undecidable(OTHER_TYPE),
    }
}
