//! Calibration: what histories prove about the rules that ask people.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::escalations::{decode, unix_ms};
use super::{Stack, encode, fail};
use crate::wire::calibrate;
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

    /// What was found.
    pub fn report(&self, grounds: JsValue, goal: JsValue, now_ms: f64) -> Result<JsValue, JsValue> {
        let (grounds, goal) = (decode(&grounds)?, decode(&goal)?);
        let report = self.calibration.report(&self.loaded.sources, &grounds, &goal, unix_ms(now_ms)).map_err(fail)?;
        encode(&ValueOut(&report))
    }
}
