//! Help for who writes a policy, and the tests in it.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::text::source;
use super::{Stack, encode};
use crate::catalogue::model::Catalogue;
use crate::catalogue::read::{CATALOGUE_LIMITS, read};
use crate::wire::language::{complete, describe};
use crate::wire::mutate;
use crate::wire::policy_test::with_tests;

/// What is known beside the text: the tools.
#[wasm_bindgen]
pub struct Language {
    catalogue: Option<Catalogue>,
}

#[wasm_bindgen]
impl Language {
    /// `tools` is a catalogue, `{name: string, text: Uint8Array}`, or nothing. One with errors says nothing.
    #[wasm_bindgen(constructor)]
    pub fn new(tools: JsValue) -> Result<Self, JsValue> {
        if tools.is_undefined() {
            return Ok(Self { catalogue: None });
        }
        let (_, bytes) = source(tools)?;
        let catalogue = String::from_utf8(bytes).ok().and_then(|text| read(&text, CATALOGUE_LIMITS).0);
        Ok(Self { catalogue })
    }

    /// What can stand at `offset`, in UTF-16 code units; `null` if there is nothing to say.
    pub fn complete(&self, text: &str, offset: usize) -> Result<JsValue, JsValue> {
        encode(&complete(text, offset, self.catalogue.as_ref()))
    }

    /// What the word at `offset` means; `null` if there is nothing to say.
    pub fn describe(&self, text: &str, offset: usize) -> Result<JsValue, JsValue> {
        encode(&describe(text, offset, self.catalogue.as_ref()))
    }
}

#[wasm_bindgen]
impl Stack {
    /// What became of the tests of each policy.
    #[wasm_bindgen(js_name = runTests)]
    pub fn run_tests(&self) -> Result<JsValue, JsValue> {
        with_tests(&self.stack, &self.loaded.sources, |runs| encode(&runs))
    }

    /// Begins to change the policy of the text `source` in small ways; nothing if there is no such text.
    pub fn mutation(&self, source: usize, most: usize) -> Option<Mutation> {
        mutate::Mutation::new(&self.stack, Rc::clone(&self.loaded.sources), source, most).map(Mutation)
    }
}

/// Asks the tests of a policy which small changes of it they notice.
#[wasm_bindgen]
pub struct Mutation(mutate::Mutation);

#[wasm_bindgen]
impl Mutation {
    /// Tries up to `most` more changes; whether there are more.
    pub fn step(&mut self, most: usize) -> bool {
        self.0.step(most)
    }

    /// How far it is.
    pub fn progress(&self) -> Result<JsValue, JsValue> {
        encode(&self.0.progress())
    }

    /// The changes that no test noticed so far.
    pub fn survivors(&self) -> Result<JsValue, JsValue> {
        self.0.with_survivors(|survivors| encode(&survivors))
    }
}
