//! What JavaScript can call: decode, call, encode. `pkg/src/core.ts` is its only caller.

mod planner;

use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::decide::call::{CALL_DEPTH_MAX, Call};
use crate::decide::compile::{Stack as CoreStack, compile};
use crate::decide::limit::Usage;
use crate::decide::trace::trace;
use crate::review::escalation;
use crate::text::yaml::Limits;
use crate::value::value::Value;
use crate::wire::Failure;
use crate::wire::call::{CallOut, USAGE_DEPTH_MAX, call_from, call_from_json, usage_from};
use crate::wire::decision::{TraceOut, summaries};
use crate::wire::diagnostic::{self, SourceText};
use crate::wire::escalation::{ENTRIES_DEPTH_MAX, EntryOut, EscalationOut, digest_from, entries_from, verdict_from};
use crate::wire::ndjson::{self, SimulatedLine, counts_out, write_line};
use crate::wire::value::read_value;
use planner::Planner;

/// Texts that were read; gives the problems, and the stack if there is one.
#[wasm_bindgen]
pub struct Loaded {
    loaded: diagnostic::Loaded,
    stack: Option<CoreStack>,
}

/// Reads `sources`, a list of `{name: string, text: Uint8Array}`, and `tools`, a tool catalogue in the same form or
/// nothing. Never fails for what a text says.
#[wasm_bindgen]
pub fn load(sources: js_sys::Array, tools: JsValue, limits: &JsValue) -> Result<Loaded, JsValue> {
    let sources = sources.iter().map(source).collect::<Result<Vec<_>, JsValue>>()?;
    let tools = if tools.is_undefined() { None } else { Some(source(tools)?) };
    let mut loaded = diagnostic::load(sources, tools, limits_from(limits));
    let stack = loaded.policies.take().and_then(|policies| compile(policies).ok());
    let stack = match loaded.catalogue.take() {
        Some(catalogue) => stack.map(|stack| stack.with_catalogue(catalogue)),
        None => stack,
    };
    Ok(Loaded { loaded, stack })
}

#[wasm_bindgen]
impl Loaded {
    /// Every problem, by text and place.
    pub fn diagnostics(&self) -> Result<JsValue, JsValue> {
        encode(&self.loaded.diagnostics())
    }

    /// The problems of each text as text with carets; empty for one that has none.
    #[must_use]
    pub fn rendered(&self) -> Vec<String> {
        self.loaded.rendered()
    }

    /// The stack, once; nothing if a text has an error.
    pub fn stack(&mut self) -> Option<Stack> {
        let stack = Rc::new(self.stack.take()?);
        Some(Stack { stack, sources: Rc::clone(&self.loaded.sources) })
    }
}

/// Policies ready to decide.
#[wasm_bindgen]
pub struct Stack {
    stack: Rc<CoreStack>,
    sources: Rc<Vec<SourceText>>,
}

#[wasm_bindgen]
impl Stack {
    /// Digest of the policy, or of all of them.
    #[must_use]
    pub fn digest(&self) -> String {
        self.stack.digest.to_string()
    }

    /// What the policies say, for people.
    pub fn policies(&self) -> Result<JsValue, JsValue> {
        encode(&summaries(&self.stack, &self.sources))
    }

    /// What decides calls of this stack.
    #[must_use]
    pub fn planner(&self) -> Planner {
        Planner::new(Rc::clone(&self.stack))
    }

    /// Decides a call and tells how.
    pub fn trace(&self, call: JsValue, usage: JsValue) -> Result<JsValue, JsValue> {
        let call = decode_call(call)?;
        encode(&TraceOut::new(&trace(&self.stack, &call, &decode_usage(usage)?), &self.sources))
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

/// How the engine read a policy's text, for colouring it.
#[wasm_bindgen]
pub fn highlight(text: &str) -> Result<JsValue, JsValue> {
    encode(&diagnostic::tokens(text))
}

/// The call that a JSON text writes; refuses what two readers could read in two ways, such as a key written twice.
#[wasm_bindgen(js_name = readCall)]
pub fn read_call(json: &str) -> Result<JsValue, JsValue> {
    encode(&CallOut(&call_from_json(json).map_err(fail)?))
}

/// The first entry of an escalation of `call`.
#[wasm_bindgen(js_name = openEscalation)]
pub fn open_escalation(stack: &Stack, call: JsValue, usage: JsValue, now_ms: f64) -> Result<JsValue, JsValue> {
    let (call, usage) = (decode_call(call)?, decode_usage(usage)?);
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
    let entries = decode_entries(entries)?;
    let verdict = verdict_from(verdict)
        .ok_or_else(|| fail(Failure::new("unknown-verdict", "a verdict is `approve` or `reject`")))?;
    let seen = digest_from(digest).map_err(fail)?;
    let entry = escalation::review(&entries, verdict, note, seen, unix_ms(now_ms)).map_err(refuse)?;
    encode(&EntryOut::from(&entry))
}

/// The escalation that `entries` are the history of.
#[wasm_bindgen(js_name = foldEscalation)]
pub fn fold_escalation(entries: JsValue) -> Result<JsValue, JsValue> {
    let entries = decode_entries(entries)?;
    encode(&EscalationOut::from(&escalation::fold(&entries).map_err(refuse)?))
}

fn source(value: JsValue) -> Result<(String, Vec<u8>), JsValue> {
    let name = js_sys::Reflect::get(&value, &"name".into())?.as_string().unwrap_or_else(|| "policy".to_owned());
    let text = js_sys::Reflect::get(&value, &"text".into())?;
    match text.dyn_into::<js_sys::Uint8Array>() {
        Ok(bytes) => Ok((name, bytes.to_vec())),
        Err(_) => Err(fail(Failure::new("wrong-type", "a policy's text must be a string or bytes"))),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` keeps within bounds")]
fn limits_from(value: &JsValue) -> Limits {
    let limit = |key: &str, unwritten: usize| {
        let written = js_sys::Reflect::get(value, &key.into()).ok().and_then(|number| number.as_f64());
        written.map_or(unwritten, |number| number as usize)
    };
    let unwritten = Limits::default();
    Limits {
        bytes: limit("bytes", unwritten.bytes),
        depth: limit("depth", unwritten.depth),
        nodes: limit("nodes", unwritten.nodes),
    }
}

fn decode(value: JsValue, depth_max: usize) -> Result<Value, JsValue> {
    let explain = |error: serde_wasm_bindgen::Error| Failure::new("not-plain", error.to_string());
    read_value(serde_wasm_bindgen::Deserializer::from(value), depth_max, explain).map_err(fail)
}

fn decode_call(value: JsValue) -> Result<Call, JsValue> {
    call_from(&decode(value, CALL_DEPTH_MAX)?).map_err(fail)
}

fn decode_usage(value: JsValue) -> Result<Usage, JsValue> {
    if value.is_undefined() { Ok(Usage::default()) } else { usage_from(&decode(value, USAGE_DEPTH_MAX)?).map_err(fail) }
}

/// Entries come from a store: whatever is wrong with them, they are not what was written there.
fn decode_entries(value: JsValue) -> Result<Vec<escalation::Entry>, JsValue> {
    let broken = |_| refuse(escalation::EscalationError::BrokenHistory);
    entries_from(&decode(value, ENTRIES_DEPTH_MAX).map_err(broken)?).map_err(fail)
}

fn encode(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value
        .serialize(&serializer)
        .map_err(|error| JsValue::from_str(&format!("the engine's answer cannot be carried over: {error}")))
}

fn fail(failure: Failure) -> JsValue {
    encode(&failure).unwrap_or_else(|_| JsValue::from_str(&failure.message))
}

fn refuse(error: escalation::EscalationError) -> JsValue {
    fail(error.into())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` keeps within bounds")]
fn unix_ms(now_ms: f64) -> u64 {
    now_ms as u64
}
