//! Calibration: what histories prove about the rules that ask people.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::escalations::{decode, plain_value, unix_ms};
use super::{Stack, encode, fail};
use crate::wire::Failure;
use crate::wire::calibrate::{self, EVIDENCE_DEPTH_MAX};
use crate::wire::diagnostic;
use crate::wire::value::ValueOut;

/// Reads histories for what they say of the rules of a stack.
#[wasm_bindgen]
pub struct Calibration {
    calibration: calibrate::Calibration,
    loaded: Rc<diagnostic::Loaded>,
}

#[wasm_bindgen]
impl Calibration {
    /// Begins to read a first history.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(stack: &Stack) -> Self {
        Self { calibration: calibrate::Calibration::new(Rc::clone(&stack.stack)), loaded: Rc::clone(&stack.loaded) }
    }

    /// Begins a history, of which a checkpoint that was kept elsewhere vouches for `covered` entries.
    #[wasm_bindgen(js_name = beginHistory)]
    pub fn begin_history(&mut self, covered: Option<f64>) {
        self.calibration.begin_history(covered.map(unix_ms));
    }

    /// Takes the next entries of the history.
    pub fn push(&mut self, entries: JsValue) -> Result<(), JsValue> {
        self.calibration.push(&decode(&entries)?).map_err(fail)
    }

    /// Ends the history; what is pushed after is another one.
    #[wasm_bindgen(js_name = endHistory)]
    pub fn end_history(&mut self, now_ms: f64) {
        self.calibration.end_history(unix_ms(now_ms));
    }

    /// Adds evidence that was saved elsewhere, and whose digest was `kept`.
    #[wasm_bindgen(js_name = addEvidence)]
    pub fn add_evidence(&mut self, evidence: JsValue, kept: Option<String>) -> Result<(), JsValue> {
        let evidence = plain_value(&evidence, EVIDENCE_DEPTH_MAX);
        let message = "the evidence is no plain data, or nested too deeply";
        let evidence = evidence.ok_or_else(|| fail(Failure::new("broken-evidence", message)))?;
        self.calibration.add_evidence(evidence, kept.as_deref()).map_err(fail)
    }

    /// What was found, to carry elsewhere.
    pub fn evidence(&self, is_verified: bool) -> Result<JsValue, JsValue> {
        encode(&ValueOut(&self.calibration.evidence_out(is_verified).map_err(fail)?))
    }

    /// What was found.
    pub fn report(&self, grounds: JsValue, goal: JsValue, now_ms: f64) -> Result<JsValue, JsValue> {
        let (grounds, goal) = (decode(&grounds)?, decode(&goal)?);
        let report = self.calibration.report(&self.loaded.sources, &grounds, &goal, unix_ms(now_ms)).map_err(fail)?;
        encode(&ValueOut(&report))
    }
}
