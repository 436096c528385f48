//! Escalations: opened, moved on, used, and read back from their entries; and the entries themselves.

use wasm_bindgen::prelude::*;

use super::{Stack, decode_usage, encode, fail};
use crate::decide::call::{CALL_DEPTH_MAX, Call};
use crate::review::error::EscalationError;
use crate::review::event::{Entry, Event, Verified};
use crate::review::{edit, escalation, grant, next, repeat};
use crate::value::canonical::canonical;
use crate::value::digest::{Subject, digest};
use crate::value::value::{Map, Value, record};
use crate::wire::Failure;
use crate::wire::call::call_from;
use crate::wire::escalation::{
    EscalationOut, KeysOut, RepeatsOut, change_from, claimant_from, holder_from, proposal_from,
};
use crate::wire::event::EventOut;
use crate::wire::history::{CheckpointOut, ENTRIES_DEPTH_MAX, entries_from, head_from, redact, seal};
use crate::wire::read_event::verified_from;

/// The event that holds a call.
#[wasm_bindgen(js_name = openEscalation)]
pub fn open_escalation(stack: &Stack, call: JsValue, usage: JsValue, holder: JsValue) -> Result<JsValue, JsValue> {
    let (call, usage) = (decode_call(&call)?, decode_usage(usage)?);
    let holder = holder_from(&decode(&holder)?).map_err(fail)?;
    answer(next::open(&stack.stack, call, &usage, holder))
}

/// The event that changes a held call.
#[wasm_bindgen(js_name = editEscalation)]
pub fn edit_escalation(
    stack: &Stack,
    entries: JsValue,
    verified: JsValue,
    change: JsValue,
    usage: JsValue,
    now_ms: f64,
) -> Result<JsValue, JsValue> {
    let (entries, verified) = (decode_entries(&entries)?, decode_verified(&verified)?);
    let change = change_from(&decode(&change)?).map_err(fail)?;
    let usage = decode_usage(usage)?;
    answer(edit::edit(&stack.stack, &entries, verified.as_ref(), change, &usage, unix_ms(now_ms)))
}

/// The event that uses a grant.
#[wasm_bindgen(js_name = consumeGrant)]
pub fn consume_grant(
    stack: &Stack,
    entries: JsValue,
    verified: JsValue,
    claimant: JsValue,
    now_ms: f64,
) -> Result<JsValue, JsValue> {
    let (entries, verified) = (decode_entries(&entries)?, decode_verified(&verified)?);
    let usage = js_sys::Reflect::get(&claimant, &JsValue::from_str("usage")).unwrap_or_default();
    let usage = decode_usage(usage)?;
    let claimant = claimant_from(&decode(&claimant)?).map_err(fail)?;
    answer(grant::consume(&stack.stack, &entries, verified.as_ref(), &claimant, &usage, unix_ms(now_ms)))
}

/// What may happen next to the escalation of `entries`.
#[wasm_bindgen(js_name = advanceEscalation)]
pub fn advance_escalation(
    entries: JsValue,
    verified: JsValue,
    proposal: JsValue,
    now_ms: f64,
) -> Result<JsValue, JsValue> {
    let (entries, verified) = (decode_entries(&entries)?, decode_verified(&verified)?);
    let event = proposal_from(&decode(&proposal)?).map_err(fail)?;
    answer(next::advance(&entries, verified.as_ref(), event, unix_ms(now_ms)))
}

/// The escalation that `entries` are the history of.
#[wasm_bindgen(js_name = foldEscalation)]
pub fn fold_escalation(entries: JsValue, verified: JsValue, now_ms: f64) -> Result<JsValue, JsValue> {
    let (entries, verified) = (decode_entries(&entries)?, decode_verified(&verified)?);
    let now_ms = unix_ms(now_ms);
    let escalation = escalation::fold(&entries, verified.as_ref(), now_ms).map_err(refuse)?;
    encode(&EscalationOut::new(&escalation, verified.is_some(), now_ms))
}

/// What earlier escalations, a list of `{id, entries}`, the newest first, say about `call`.
#[wasm_bindgen(js_name = repeatsOf)]
pub fn repeats_of(call: JsValue, past: JsValue, now_ms: f64) -> Result<JsValue, JsValue> {
    let (call, now_ms) = (decode_call(&call)?, unix_ms(now_ms));
    let (mut escalations, mut damaged) = (Vec::new(), Vec::new());
    for stored in js_sys::Array::from(&past).iter() {
        let part = |key| js_sys::Reflect::get(&stored, &JsValue::from_str(key)).unwrap_or_default();
        let id = part("id").as_string().unwrap_or_default();
        let entries = decode_entries(&part("entries"));
        match entries.and_then(|entries| escalation::fold(&entries, None, now_ms).map_err(refuse)) {
            Ok(escalation) => escalations.push((id, escalation)),
            Err(_) => damaged.push(id),
        }
    }
    encode(&RepeatsOut::from(&repeat::repeats(&call, &escalations, &damaged, now_ms)))
}

/// Under what a store finds what belongs together with `call`.
#[wasm_bindgen(js_name = keysOf)]
pub fn keys_of(call: JsValue) -> Result<JsValue, JsValue> {
    let keys = repeat::keys(&decode_call(&call)?).ok_or_else(|| refuse(EscalationError::NoDigest))?;
    encode(&KeysOut::from(keys))
}

/// The digest of what a tool says of itself.
#[wasm_bindgen(js_name = digestOfTool)]
pub fn digest_of_tool(description: JsValue) -> Result<String, JsValue> {
    let digest = digest(Subject::Tool, &decode(&description)?).map_err(|_| refuse(EscalationError::NoDigest))?;
    Ok(digest.to_string())
}

/// Events as entries of a history.
#[wasm_bindgen(js_name = sealEntries)]
pub fn seal_entries(head: JsValue, events: JsValue, now_ms: f64) -> Result<JsValue, JsValue> {
    let (head, events) = (head_from(&decode(&head)?).map_err(fail)?, decode(&events)?);
    encode(&seal(&head, &events, unix_ms(now_ms)).map_err(fail)?)
}

/// An entry with what happened left out.
#[wasm_bindgen(js_name = redactEntry)]
pub fn redact_entry(entry: JsValue) -> Result<JsValue, JsValue> {
    encode(&redact(&decode(&entry)?).map_err(fail)?)
}

/// What `head` says of its history.
#[wasm_bindgen(js_name = checkpointOf)]
pub fn checkpoint_of(head: JsValue) -> Result<JsValue, JsValue> {
    encode(&head_from(&decode(&head)?).map_err(fail)?.checkpoint().map(CheckpointOut::from))
}

/// What a reviewer signs: the canonical form of what a review says. `held` is the hash of the entry that holds the call as
/// the reviewer sees it, the `open` or the last `edit`; with it the text is about that history, call, decision and place.
#[wasm_bindgen(js_name = reviewText)]
pub fn review_text(held: &str, review: JsValue) -> Result<String, JsValue> {
    let Event::Review(answered) = proposal_from(&decode(&review)?).map_err(fail)? else {
        return Err(refuse(EscalationError::UnknownWord));
    };
    let texts = answered.confirmed.iter().map(|(field, typed)| (field.clone(), Value::from(typed.as_str()))).collect();
    let confirmed = Map::new(texts).map_err(|_| refuse(EscalationError::UnknownWord))?;
    let signed = record([
        ("held", Some(Value::from(held))),
        ("by", answered.by.as_deref().map(Value::from)),
        ("verdict", Some(Value::from(answered.verdict.as_str()))),
        ("note", answered.note.as_deref().map(Value::from)),
        ("digest", Some(Value::Text(answered.digest.to_string()))),
        ("confirmed", Some(Value::Map(confirmed))),
        ("undoMs", Some(number(answered.undo_ms))),
        ("shownMs", answered.shown_ms.map(number)),
        ("inBatch", Some(Value::Bool(answered.in_batch))),
    ]);
    let mut text = String::from("countersign/review/1\n");
    canonical(&signed, &mut text).map_err(|_| refuse(EscalationError::NoDigest))?;
    Ok(text)
}

pub(super) fn decode_call(value: &JsValue) -> Result<Call, JsValue> {
    let call =
        plain_value(value, CALL_DEPTH_MAX).ok_or_else(|| fail(Failure::new("not-plain", "it is no plain data")))?;
    call_from(call).map_err(fail)
}

/// What comes from a store: whatever is wrong with it, it is not what was written there.
pub(super) fn decode(value: &JsValue) -> Result<Value, JsValue> {
    plain_value(value, ENTRIES_DEPTH_MAX).ok_or_else(|| refuse(EscalationError::BrokenHistory))
}

fn decode_entries(value: &JsValue) -> Result<Vec<Entry>, JsValue> {
    entries_from(&decode(value)?).map_err(fail)
}

fn decode_verified(value: &JsValue) -> Result<Option<Verified>, JsValue> {
    verified_from(&decode(value)?).ok_or_else(|| refuse(EscalationError::UnknownWord))
}

fn answer(event: Result<Event, EscalationError>) -> Result<JsValue, JsValue> {
    encode(&EventOut::from(&event.map_err(refuse)?))
}

/// The data that `value` is; `None` for what JSON does not have, and beyond `depth_max` lists and maps in each other.
///
/// A reader of JSON text would make the engine a tenth larger.
pub(super) fn plain_value(value: &JsValue, depth_max: usize) -> Option<Value> {
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

#[expect(clippy::cast_precision_loss, reason = "it came as a safe integer")]
fn number(number: u64) -> Value {
    Value::Number(number as f64)
}

pub(super) fn refuse(error: EscalationError) -> JsValue {
    fail(error.into())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` keeps within bounds")]
pub(super) fn unix_ms(now_ms: f64) -> u64 {
    now_ms as u64
}
