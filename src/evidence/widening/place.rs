//! Values at the end of a way, and without them.

use crate::value::field::Step;
use crate::value::value::{Map, Value};

/// `value` with `inner` at the end of `steps`; unchanged if another value is in the way.
pub(super) fn filled(value: Value, steps: &[Step], inner: Value) -> Value {
    let Some((step, rest)) = steps.split_first() else { return inner };
    match (step, value) {
        (Step::Key(key), Value::Map(map)) => {
            let below = map.get(key).cloned().unwrap_or_else(|| empty_for(rest));
            let below = if below == Value::Null { empty_for(rest) } else { below };
            Value::Map(map.with(key, filled(below, rest, inner)))
        }
        (Step::Index(index), Value::List(mut items)) if *index < LIST_MAX => {
            while items.len() <= *index {
                items.push(items.last().cloned().unwrap_or_else(|| empty_for(rest)));
            }
            if let Some(item) = items.get_mut(*index) {
                let below = std::mem::replace(item, Value::Null);
                *item = filled(below, rest, inner);
            }
            Value::List(items)
        }
        (_, value) => value,
    }
}

/// The longest list that is made for a field of an item.
const LIST_MAX: usize = 50;

/// What `steps` can lead into.
pub(super) fn empty_for(steps: &[Step]) -> Value {
    match steps.first() {
        Some(Step::Key(_)) | None => Value::Map(Map::default()),
        Some(Step::Index(_)) => Value::List(Vec::new()),
    }
}

/// `value` without what stands at the end of `way`.
pub(super) fn without(value: Value, steps: &[Step]) -> Value {
    match (steps, value) {
        ([Step::Key(key)], Value::Map(map)) => Value::Map(map.only(|other| other != key)),
        ([Step::Key(key), rest @ ..], Value::Map(map)) => match map.get(key).cloned() {
            Some(inner) => Value::Map(map.with(key, without(inner, rest))),
            None => Value::Map(map),
        },
        ([Step::Index(index)], Value::List(items)) => Value::List(items.into_iter().take(*index).collect()),
        ([Step::Index(index), rest @ ..], Value::List(mut items)) => {
            if let Some(item) = items.get_mut(*index) {
                let inner = std::mem::replace(item, Value::Null);
                *item = without(inner, rest);
            }
            Value::List(items)
        }
        (_, value) => value,
    }
}
