//! What reviewers see: cards of single calls, and batches of them.

use wasm_bindgen::prelude::*;

use super::escalations::decode;
use super::{Stack, encode, fail};
use crate::review::error::EscalationError;
use crate::review::present::why::Policies;
use crate::review::present::written::{Form, written};
use crate::review::present::{Shown, card};
use crate::value::value::Value;
use crate::wire::card::{CardOut, ShownIn, approved_from, out, shown_from};
use crate::wire::diagnostic::SourceText;

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

/// A text in which nothing hides.
#[wasm_bindgen(js_name = segmentsOf)]
pub fn segments_of(text: &str) -> Result<JsValue, JsValue> {
    encode(&out(&written(text, Form::Prose)))
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
    encode(&CardOut::new(&card(shown, approved.as_deref(), policies), sources))
}
