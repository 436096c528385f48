//! Comparisons, what a change widens, forms and changes to a policy's text.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::escalations::decode;
use super::{Stack, encode, fail};
use crate::catalogue::form::forms;
use crate::catalogue::read::CATALOGUE_LIMITS;
use crate::evidence::widening::widening;
use crate::text::yaml::Limits;
use crate::wire::compare::{self, ComparedLineOut, WorstOut};
use crate::wire::edit::add_test_to;
use crate::wire::form::ToolFormOut;
use crate::wire::widening::WideningOut;

/// Decides recorded calls from chunks of NDJSON by two stacks.
#[wasm_bindgen]
pub struct Comparison(compare::Comparison);

#[wasm_bindgen]
impl Comparison {
    /// Compares decisions by `before` with those by `after`, also those of exported histories if `histories` is so;
    /// remembers so many of the worst changes.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(before: &Stack, after: &Stack, histories: bool, keep: usize) -> Self {
        let comparison = compare::Comparison::new(Rc::clone(&before.stack), Rc::clone(&after.stack)).keeping(keep);
        Self(if histories { comparison.with_histories() } else { comparison })
    }

    /// The lines that `chunk` completes whose decision changed, or that are no calls.
    #[wasm_bindgen(js_name = pushRows)]
    pub fn push_rows(&mut self, chunk: &[u8]) -> Result<JsValue, JsValue> {
        let mut lines = Vec::new();
        self.0.push(chunk, &mut |line| lines.push(line));
        encode(&lines.iter().map(ComparedLineOut::from).collect::<Vec<_>>())
    }

    /// A last line without an end, if its decision changed or it is no call.
    #[wasm_bindgen(js_name = finishRows)]
    pub fn finish_rows(&mut self) -> Result<JsValue, JsValue> {
        let mut lines = Vec::new();
        self.0.finish(&mut |line| lines.push(line));
        encode(&lines.iter().map(ComparedLineOut::from).collect::<Vec<_>>())
    }

    /// Counts the lines that `chunk` completes, and tells nothing of them.
    pub fn count(&mut self, chunk: &[u8]) {
        self.0.push(chunk, &mut drop);
    }

    /// Counts a last line without an end.
    #[wasm_bindgen(js_name = finishCount)]
    pub fn finish_count(&mut self) {
        self.0.finish(&mut drop);
    }

    /// Counts a last line without an end; what comes after it is another input, whose lines count from 1.
    #[wasm_bindgen(js_name = nextInput)]
    pub fn next_input(&mut self) {
        self.0.next_input(&mut drop);
    }

    /// The worst changes so far, and the first lines that are no calls.
    pub fn worst(&self) -> Result<JsValue, JsValue> {
        encode(&WorstOut::from(self.0.worst()))
    }

    /// What was found so far.
    pub fn counts(&self) -> Result<JsValue, JsValue> {
        encode(&self.0.counts())
    }
}

/// What becomes looser from `before` to `after`, told from the two alone.
#[wasm_bindgen(js_name = wideningOf)]
pub fn widening_of(before: &Stack, after: &Stack) -> Result<JsValue, JsValue> {
    let stacks = [before, after].map(|each| each.stack.as_ref());
    let [before, after] = stacks;
    encode(&WideningOut::new(&widening(before, after), stacks))
}

/// Forms for the tools of a catalogue; none where it cannot be read.
#[wasm_bindgen(js_name = toolForms)]
pub fn tool_forms(text: &str) -> Result<JsValue, JsValue> {
    encode(&forms(text, CATALOGUE_LIMITS).iter().map(ToolFormOut::from).collect::<Vec<_>>())
}

/// The change to a policy's text that adds `test`.
#[wasm_bindgen(js_name = addTest)]
pub fn add_test(text: &str, test: JsValue) -> Result<JsValue, JsValue> {
    encode(&add_test_to(text, &decode(&test)?, Limits::default()).map_err(fail)?)
}
