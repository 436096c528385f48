//! Policies from their texts.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::{Stack, encode, fail};
use crate::decide::compile::{Stack as CoreStack, compile};
use crate::text::yaml::Limits;
use crate::wire::Failure;
use crate::wire::diagnostic;

/// Texts that were read; gives the problems, and the stack if there is one.
#[wasm_bindgen]
pub struct Loaded {
    pub(super) loaded: Rc<diagnostic::Loaded>,
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
    Ok(Loaded { loaded: Rc::new(loaded), stack })
}

#[wasm_bindgen]
impl Loaded {
    /// Every problem, by text and place.
    pub fn diagnostics(&self) -> Result<JsValue, JsValue> {
        encode(&self.loaded.diagnostics())
    }

    /// The stack, once; nothing if a text has an error.
    pub fn stack(&mut self) -> Option<Stack> {
        Some(Stack {
            stack: Rc::new(self.stack.take()?),
            #[cfg(feature = "full")]
            loaded: Rc::clone(&self.loaded),
        })
    }
}

pub(super) fn source(value: JsValue) -> Result<(String, Vec<u8>), JsValue> {
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
