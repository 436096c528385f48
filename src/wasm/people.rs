//! What only people ask for: why a call was decided so, what became of many, how a policy reads.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::escalations::{decode, decode_call, refuse};
use super::text::Loaded;
use super::{Stack, decode_usage, encode, fail};
use crate::decide::trace::trace;
use crate::review::error::EscalationError;
use crate::review::event::Event;
use crate::review::plant;
use crate::review::verify::Verification;
use crate::value::value::Value;
use crate::wire::call::CallOut;
use crate::wire::call_json::call_from_json;
use crate::wire::compiled::write_compiled;
use crate::wire::event::EventOut;
use crate::wire::history::{checkpoint_from, head_from};
use crate::wire::ndjson::{self, SimulatedLine, counts_out, write_line};
use crate::wire::read_event::event_from;
use crate::wire::shown::tokens;
use crate::wire::trace::{TraceOut, summaries};
use crate::wire::verify;

#[wasm_bindgen]
impl Loaded {
    /// The problems of each text as text with carets; empty for one that has none.
    #[must_use]
    pub fn rendered(&self) -> Vec<String> {
        self.loaded.rendered()
    }
}

#[wasm_bindgen]
impl Stack {
    /// What the policies say, for people.
    pub fn policies(&self) -> Result<JsValue, JsValue> {
        encode(&summaries(&self.stack, &self.loaded.sources))
    }

    /// The bytes that the engine without a reader of texts loads.
    pub fn compiled(&self) -> Result<Vec<u8>, JsValue> {
        write_compiled(&self.stack).map_err(fail)
    }

    /// Decides a call and tells how.
    pub fn trace(&self, call: JsValue, usage: JsValue) -> Result<JsValue, JsValue> {
        let call = decode_call(&call)?;
        encode(&TraceOut::new(&trace(&self.stack, &call, &decode_usage(usage)?), &self.loaded.sources))
    }

    /// Begins to decide recorded calls.
    #[must_use]
    pub fn simulation(&self) -> Simulation {
        Simulation(ndjson::Simulation::new(Rc::clone(&self.stack)))
    }
}

/// Decides recorded calls from chunks of NDJSON.
#[wasm_bindgen]
pub struct Simulation(ndjson::Simulation);

#[wasm_bindgen]
impl Simulation {
    /// Decisions of the lines that `chunk` completes, as NDJSON.
    #[wasm_bindgen(js_name = pushNdjson)]
    #[must_use]
    pub fn push_ndjson(&mut self, chunk: &[u8]) -> String {
        let mut out = String::new();
        self.0.push(chunk, &mut |line| write_line(&line, &mut out));
        out
    }

    /// The decision of a last line without an end, as NDJSON.
    #[wasm_bindgen(js_name = finishNdjson)]
    #[must_use]
    pub fn finish_ndjson(&mut self) -> String {
        let mut out = String::new();
        self.0.finish(&mut |line| write_line(&line, &mut out));
        out
    }

    /// What became of the lines that `chunk` completes.
    #[wasm_bindgen(js_name = pushRows)]
    pub fn push_rows(&mut self, chunk: &[u8]) -> Result<JsValue, JsValue> {
        let mut lines = Vec::new();
        self.0.push(chunk, &mut |line| lines.push(line));
        encode(&lines.iter().map(SimulatedLine::from).collect::<Vec<_>>())
    }

    /// What became of a last line without an end.
    #[wasm_bindgen(js_name = finishRows)]
    pub fn finish_rows(&mut self) -> Result<JsValue, JsValue> {
        let mut lines = Vec::new();
        self.0.finish(&mut |line| lines.push(line));
        encode(&lines.iter().map(SimulatedLine::from).collect::<Vec<_>>())
    }

    /// Counts the decisions of the lines that `chunk` completes, and tells nothing of them.
    pub fn count(&mut self, chunk: &[u8]) {
        self.0.push(chunk, &mut drop);
    }

    /// Counts the decision of a last line without an end.
    #[wasm_bindgen(js_name = finishCount)]
    pub fn finish_count(&mut self) {
        self.0.finish(&mut drop);
    }

    /// What was decided so far.
    pub fn counts(&self) -> Result<JsValue, JsValue> {
        encode(&counts_out(&self.0))
    }
}

/// Verifies a history while it is read.
#[wasm_bindgen]
pub struct HistoryVerification(Option<Verification>);

#[wasm_bindgen]
impl HistoryVerification {
    /// Begins with the entries after `head`, or with the first if it is `null`; against `checkpoint` if it is not `null`.
    #[wasm_bindgen(constructor)]
    pub fn new(head: JsValue, checkpoint: JsValue) -> Result<Self, JsValue> {
        let checkpoint = decode(&checkpoint)?;
        let checkpoint =
            if checkpoint == Value::Null { None } else { Some(checkpoint_from(&checkpoint).map_err(fail)?) };
        let head = decode(&head)?;
        Ok(Self(Some(if head == Value::Null {
            Verification::new(checkpoint)
        } else {
            Verification::after(head_from(&head).map_err(fail)?, checkpoint)
        })))
    }

    /// Takes the next entries.
    pub fn push(&mut self, entries: JsValue) -> Result<(), JsValue> {
        let entries = decode(&entries)?;
        self.0.as_mut().map_or(Ok(()), |verification| verify::push(verification, &entries).map_err(fail))
    }

    /// Says what is wrong, now that all were taken.
    pub fn finish(&mut self) -> Result<JsValue, JsValue> {
        encode(&verify::ReportOut::from(self.0.take().unwrap_or_default().finish()))
    }
}

/// How the engine read a policy's text, for colouring it.
#[wasm_bindgen]
pub fn highlight(text: &str) -> Result<JsValue, JsValue> {
    encode(&tokens(text))
}

/// The call that a JSON text writes; refuses what two readers could read in two ways, such as a key written twice.
#[wasm_bindgen(js_name = readCall)]
pub fn read_call(json: &str) -> Result<JsValue, JsValue> {
    encode(&CallOut(&call_from_json(json).map_err(fail)?))
}

/// An `open` event with other arguments, as a check card shows it.
#[wasm_bindgen(js_name = plantCall)]
pub fn plant_call(event: JsValue, args: JsValue) -> Result<JsValue, JsValue> {
    let unknown = || refuse(EscalationError::UnknownWord);
    let Some(Event::Open { held, guard, batch, links }) = event_from(&decode(&event)?) else { return Err(unknown()) };
    let args = decode(&args)?;
    if !matches!(args, Value::Map(_)) {
        return Err(unknown());
    }
    let held = Box::new(plant::plant(&held, args).map_err(refuse)?);
    encode(&EventOut::from(&Event::Open { held, guard, batch, links }))
}
