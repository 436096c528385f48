//! Values on their way out.

use serde::ser::{Serialize, Serializer};

use crate::value::value::{SAFE_INTEGER_MAX, Value};

/// A value on its way out.
pub struct ValueOut<'a>(pub &'a Value);

impl Serialize for ValueOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(bool) => serializer.serialize_bool(*bool),
            Value::Number(number) => serialize_number(*number, serializer),
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(items) => serializer.collect_seq(items.iter().map(ValueOut)),
            Value::Map(map) => serializer.collect_map(map.iter().map(|(key, value)| (key, ValueOut(value)))),
        }
    }
}

/// Integers are written without a fraction, as JavaScript writes them.
#[expect(clippy::cast_possible_truncation, reason = "only safe integers are cast")]
fn serialize_number<S: Serializer>(number: f64, serializer: S) -> Result<S::Ok, S::Error> {
    let is_integer =
        number.fract() == 0.0 && number.abs() <= SAFE_INTEGER_MAX && !(number == 0.0 && number.is_sign_negative());
    if is_integer { serializer.serialize_i64(number as i64) } else { serializer.serialize_f64(number) }
}
