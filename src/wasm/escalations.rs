//! Escalations: opened, reviewed, and read back from their entries.

use wasm_bindgen::prelude::*;

use super::{Stack, decode_usage, encode, fail};
use crate::decide::call::{CALL_DEPTH_MAX, Call};
use crate::review::escalation;
use crate::value::value::{Map, Value};
use crate::wire::Failure;
use crate::wire::call::call_from;
use crate::wire::escalation::{ENTRIES_DEPTH_MAX, EntryOut, EscalationOut, digest_from, entries_from, verdict_from};

/// The first entry of an escalation of `call`.
#[wasm_bindgen(js_name = openEscalation)]
pub fn open_escalation(stack: &Stack, call: JsValue, usage: JsValue, now_ms: f64) -> Result<JsValue, JsValue> {
    let (call, usage) = (decode_call(&call)?, decode_usage(usage)?);
    let entry = escalation::open(&stack.stack, call, &usage, unix_ms(now_ms)).map_err(refuse)?;
    encode(&EntryOut::from(&entry))
}

/// The entry that answers the escalation of `entries`.
#[wasm_bindgen(js_name = reviewEscalation)]
pub fn review_escalation(
    entries: JsValue,
    verdict: &str,
    note: Option<String>,
    digest: &str,
    now_ms: f64,
) -> Result<JsValue, JsValue> {
    let entries = decode_entries(&entries)?;
    let verdict = verdict_from(verdict)
        .ok_or_else(|| fail(Failure::new("unknown-verdict", "a verdict is `approve` or `reject`")))?;
    let seen = digest_from(digest).map_err(fail)?;
    let entry = escalation::review(&entries, verdict, note, seen, unix_ms(now_ms)).map_err(refuse)?;
    encode(&EntryOut::from(&entry))
}

/// The escalation that `entries` are the history of.
#[wasm_bindgen(js_name = foldEscalation)]
pub fn fold_escalation(entries: JsValue) -> Result<JsValue, JsValue> {
    let entries = decode_entries(&entries)?;
    encode(&EscalationOut::from(&escalation::fold(&entries).map_err(refuse)?))
}

pub(super) fn decode_call(value: &JsValue) -> Result<Call, JsValue> {
    let call =
        plain_value(value, CALL_DEPTH_MAX).ok_or_else(|| fail(Failure::new("not-plain", "it is no plain data")))?;
    call_from(&call).map_err(fail)
}

/// Entries come from a store: whatever is wrong with them, they are not what was written there.
fn decode_entries(value: &JsValue) -> Result<Vec<escalation::Entry>, JsValue> {
    let entries = plain_value(value, ENTRIES_DEPTH_MAX);
    entries_from(&entries.ok_or_else(|| refuse(escalation::EscalationError::BrokenHistory))?).map_err(fail)
}

/// The data that `value` is; `None` for what JSON does not have, and beyond `depth_max` lists and maps in each other.
///
/// A reader of JSON text would make the engine a tenth larger.
fn plain_value(value: &JsValue, depth_max: usize) -> Option<Value> {
    if value.is_null() {
        return Some(Value::Null);
    }
    let scalar = value.as_bool().map(Value::Bool).or_else(|| value.as_f64().map(Value::Number));
    if let Some(scalar) = scalar.or_else(|| value.as_string().map(Value::Text)) {
        return Some(scalar);
    }
    let depth_max = depth_max.checked_sub(1)?;
    if js_sys::Array::is_array(value) {
        let items = js_sys::Array::from(value);
        return items.iter().map(|item| plain_value(&item, depth_max)).collect::<Option<_>>().map(Value::List);
    }
    let mut entries = Vec::new();
    for entry in js_sys::Object::entries(js_sys::Object::try_from(value)?) {
        let entry = js_sys::Array::from(&entry);
        let (key, value) = (entry.get(0).as_string()?, entry.get(1));
        if key == "__proto__" {
            return None;
        }
        // As everywhere in JavaScript, it might as well not be there.
        if !value.is_undefined() {
            entries.push((key, plain_value(&value, depth_max)?));
        }
    }
    Map::new(entries).map(Value::Map).ok()
}

fn refuse(error: escalation::EscalationError) -> JsValue {
    fail(error.into())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` keeps within bounds")]
fn unix_ms(now_ms: f64) -> u64 {
    now_ms as u64
}
