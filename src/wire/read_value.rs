//! Values in, with the limits that keep them harmless.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::Failure;
use crate::value::value::{Map, Value};

/// Reads a value from `deserializer`.
///
/// # Errors
///
/// `too-deep` beyond `depth_max` lists and maps in each other, `duplicate-key`, `forbidden-key` for `__proto__`; what the format itself
/// refuses is given to `explain`.
pub fn read_value<'de, D: Deserializer<'de>>(
    deserializer: D,
    depth_max: usize,
    explain: impl FnOnce(D::Error) -> Failure,
) -> Result<Value, Failure> {
    let refusal = RefCell::new(None);
    let seed = ValueSeed { depth_left: depth_max, depth_max, refusal: &refusal };
    seed.deserialize(deserializer).map_err(|error| refusal.take().unwrap_or_else(|| explain(error)))
}

/// Reads one value at a depth; says in `refusal` why it refused, as a format's own errors carry no codes.
#[derive(Clone, Copy)]
pub(super) struct ValueSeed<'a> {
    pub(super) depth_left: usize,
    pub(super) depth_max: usize,
    pub(super) refusal: &'a RefCell<Option<Failure>>,
}

impl ValueSeed<'_> {
    fn refuse<E: serde::de::Error>(self, code: &'static str, message: String) -> E {
        let error = E::custom(&message);
        *self.refusal.borrow_mut() = Some(Failure::new(code, message));
        error
    }

    /// The seed for what a list or map at this depth holds.
    pub(super) fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.depth_left.checked_sub(1) {
            Some(depth_left) => Ok(Self { depth_left, ..self }),
            None => Err(self.refuse("too-deep", format!("nested deeper than {} lists and maps", self.depth_max))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, true, false, a number, text, a list or a map")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, bool: bool) -> Result<Value, E> {
        Ok(Value::Bool(bool))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "JavaScript reads the same number; unsafe ones are seen by their size"
    )]
    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "JavaScript reads the same number; unsafe ones are seen by their size"
    )]
    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut entries = Vec::new();
        while let Some(key) = access.next_key::<String>()? {
            if key == "__proto__" {
                return Err(self.refuse("forbidden-key", "the key `__proto__` is not accepted".to_owned()));
            }
            let value = access.next_value_seed(inner)?;
            entries.push((key, value));
        }
        let twice = |key: String| self.refuse("duplicate-key", format!("key `{}` written twice", shorten(&key, 60)));
        Map::new(entries).map(Value::Map).map_err(twice)
    }
}

/// The first `chars` characters of a text from outside, for a message or a trace.
pub(super) fn shorten(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text.to_owned(),
    }
}
