//! Escalations: opened, reviewed, and read back from their entries.

use wasm_bindgen::prelude::*;

use super::{Stack, decode_usage, encode, fail};
use crate::decide::call::{CALL_DEPTH_MAX, Call};
use crate::review::escalation;
use crate::value::value::Value;
use crate::wire::Failure;
use crate::wire::call::call_from;
use crate::wire::escalation::{ENTRIES_DEPTH_MAX, EntryOut, EscalationOut, digest_from, entries_from, verdict_from};
use crate::wire::read_value::read_value;

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

fn decode(value: &JsValue, depth_max: usize) -> Result<Value, JsValue> {
    let json = js_sys::JSON::stringify(value)?.as_string().unwrap_or_default();
    let explain = |_| Failure::new("not-plain", "this is no plain data");
    read_value(&mut serde_json::Deserializer::from_str(&json), depth_max, explain).map_err(fail)
}

pub(super) fn decode_call(value: &JsValue) -> Result<Call, JsValue> {
    call_from(&decode(value, CALL_DEPTH_MAX)?).map_err(fail)
}

/// Entries come from a store: whatever is wrong with them, they are not what was written there.
fn decode_entries(value: &JsValue) -> Result<Vec<escalation::Entry>, JsValue> {
    let broken = |_| refuse(escalation::EscalationError::BrokenHistory);
    entries_from(&decode(value, ENTRIES_DEPTH_MAX).map_err(broken)?).map_err(fail)
}

fn refuse(error: escalation::EscalationError) -> JsValue {
    fail(error.into())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` keeps within bounds")]
fn unix_ms(now_ms: f64) -> u64 {
    now_ms as u64
}
