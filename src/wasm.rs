//! What JavaScript can call: decode, call, encode. `pkg/src/core.ts` and `pkg/src/engines/` are its only callers;
//! `planner.rs` calls back `readField` of `pkg/src/reading.ts`.
//!
//! Answers cross as objects in the whole engine, and in the smaller ones as JSON, which they write anyway.

mod planner;
#[cfg(feature = "guard")]
pub mod escalations;
#[cfg(feature = "guard")]
pub mod watch;
#[cfg(feature = "guard")]
pub mod text;
#[cfg(feature = "full")]
pub mod people;
#[cfg(feature = "full")]
pub mod language;
#[cfg(feature = "full")]
pub mod card;
#[cfg(feature = "full")]
pub mod compare;
#[cfg(feature = "full")]
pub mod statistics;
#[cfg(feature = "full")]
pub mod calibrate;

use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::decide::compile::Stack as CoreStack;
use crate::decide::limit::Usage;
use crate::wire::Failure;
#[cfg(not(feature = "full"))]
use crate::wire::json::to_json;
use crate::wire::usage::add_usage;
use planner::Planner;

/// Policies ready to decide.
#[wasm_bindgen]
pub struct Stack {
    stack: Rc<CoreStack>,
    /// What it came from, for showing places in it.
    #[cfg(feature = "full")]
    loaded: Rc<crate::wire::diagnostic::Loaded>,
}

#[wasm_bindgen]
impl Stack {
    /// Digest of the policy, or of all of them.
    #[must_use]
    pub fn digest(&self) -> String {
        self.stack.digest.to_string()
    }

    /// What decides calls of this stack.
    #[must_use]
    pub fn planner(&self) -> Planner {
        Planner::new(Rc::clone(&self.stack))
    }
}

/// What was used of limits: an object of numbers by bucket, or nothing.
fn decode_usage(value: JsValue) -> Result<Usage, JsValue> {
    let mut usage = Usage::default();
    let Some(used) = js_sys::Object::try_from(&value) else { return Ok(usage) };
    for entry in js_sys::Object::entries(used) {
        let entry = js_sys::Array::from(&entry);
        let bucket = entry.get(0).as_string().unwrap_or_default();
        add_usage(&mut usage, &bucket, entry.get(1).as_f64()).map_err(fail)?;
    }
    Ok(usage)
}

/// The policies in the bytes of a compiled policy.
#[cfg(not(feature = "guard"))]
#[wasm_bindgen(js_name = loadCompiled)]
pub fn load_compiled(bytes: &[u8]) -> Result<Stack, JsValue> {
    let stack = crate::wire::compiled::read_compiled(bytes).map_err(fail)?;
    Ok(Stack { stack: Rc::new(stack) })
}

#[cfg(feature = "full")]
fn encode(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).map_err(|_| JsValue::from_str("the engine's answer cannot be carried over"))
}

#[cfg(not(feature = "full"))]
fn encode(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let json = to_json(value).map_err(|_| JsValue::from_str("the engine's answer cannot be carried over"))?;
    js_sys::JSON::parse(&json)
}

fn fail(failure: Failure) -> JsValue {
    encode(&failure).unwrap_or_else(|_| JsValue::from_str(&failure.message))
}
