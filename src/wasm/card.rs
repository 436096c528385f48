//! What reviewers see: cards of single calls, and batches of them.

use wasm_bindgen::prelude::*;

use super::escalations::decode;
use super::{Stack, encode, fail};
use crate::decide::call::CALL_DEPTH_MAX;
use crate::review::batch::batches;
use crate::review::error::EscalationError;
use crate::review::present::why::Policies;
use crate::review::present::written::{Form, written};
use crate::review::present::{Shown, card};
use crate::value::value::Value;
use crate::wire::Failure;
use crate::wire::card::{ShownIn, approved_from, batches_out, card_out, items_from, segments_out, shown_from};
use crate::wire::diagnostic::SourceText;
use crate::wire::json::to_json;
use crate::wire::read_value::read_value;
use crate::wire::value::ValueOut;

/// The card of a record, with what is known of earlier calls.
#[wasm_bindgen(js_name = presentCard)]
pub fn present_card(record: JsValue, context: JsValue) -> Result<JsValue, JsValue> {
    present(&record, &context, None)
}

#[wasm_bindgen]
impl Stack {
    /// The same where these policies decided.
    #[wasm_bindgen(js_name = presentCard)]
    pub fn present_card(&self, record: JsValue, context: JsValue) -> Result<JsValue, JsValue> {
        present(&record, &context, Some(self))
    }
}

/// Batches among `items`, as JSON both ways, in UTF-8 on its way in: many items are carried over faster so.
///
/// `approved` are the arguments of approved calls by tool.
#[wasm_bindgen(js_name = batchesOf)]
pub fn batches_of(items: &[u8], approved: &[u8], most: usize) -> Result<String, JsValue> {
    let unknown = || fail(EscalationError::UnknownWord.into());
    let items = items_from(read_json(items)?).ok_or_else(unknown)?;
    let Value::Map(approved) = read_json(approved)? else { return Err(unknown()) };
    let of_tool = |tool: &str| {
        if let Some(Value::List(calls)) = approved.get(tool) { Some(calls.as_slice()) } else { None }
    };
    let out = batches_out(&batches(&items, of_tool, most));
    to_json(&ValueOut(&out)).map_err(|_| unknown())
}

fn read_json(json: &[u8]) -> Result<Value, JsValue> {
    let refuse = || Failure::from(EscalationError::UnknownWord);
    let text = std::str::from_utf8(json).map_err(|_| fail(refuse()))?;
    read_value(&mut serde_json::Deserializer::from_str(text), CALL_DEPTH_MAX + 4, |_| refuse()).map_err(fail)
}

/// A text in which nothing hides.
#[wasm_bindgen(js_name = segmentsOf)]
pub fn segments_of(text: &str) -> Result<JsValue, JsValue> {
    encode(&ValueOut(&segments_out(&written(text, Form::Prose))))
}

fn present(record: &JsValue, context: &JsValue, stack: Option<&Stack>) -> Result<JsValue, JsValue> {
    let unknown = || fail(EscalationError::UnknownWord.into());
    let ShownIn { held, original, links, unapprovable } = shown_from(&decode(record)?).ok_or_else(unknown)?;
    let context = if context.is_undefined() { Value::Null } else { decode(context)? };
    let approved = approved_from(&context).ok_or_else(unknown)?;
    let sources: &[SourceText] = stack.map_or(&[], |stack| &stack.loaded.sources);
    let texts: Vec<&str> = sources.iter().map(|source| source.text.as_str()).collect();
    let policies = stack.map(|stack| Policies { stack: &stack.stack, texts: &texts });
    let shown =
        Shown { held: &held, original: original.as_ref(), links: &links, unapprovable: unapprovable.as_deref() };
    encode(&ValueOut(&card_out(&card(shown, approved.as_deref(), policies), sources)))
}
