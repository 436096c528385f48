//! Rules that replace review, as far as a history proves them.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::escalations::{decode, decode_call, unix_ms};
use super::{Stack, fail};
use crate::decide::relaxing::DrawKey;
use crate::review::watch::Watch as CoreWatch;
use crate::value::value::Value;
use crate::wire::Failure;
use crate::wire::history::checkpoint_from;
use crate::wire::watch::take;

/// Follows a history from its first entry, for the rules of one stack.
#[wasm_bindgen]
pub struct Watch {
    watch: CoreWatch,
    /// What the stack came from.
    #[cfg(feature = "full")]
    loaded: Rc<crate::wire::diagnostic::Loaded>,
}

/// Follows a history for the rules of `stack`, against `checkpoint` if it is not `null`; `key` are the 32 bytes that draws
/// are made with.
#[wasm_bindgen(js_name = watchOf)]
pub fn watch_of(stack: &Stack, key: &[u8], checkpoint: JsValue) -> Result<Watch, JsValue> {
    let key = key.try_into().map_err(|_| fail(Failure::new("wrong-type", "the key must have 32 bytes")))?;
    let checkpoint = decode(&checkpoint)?;
    let checkpoint = if checkpoint == Value::Null { None } else { Some(checkpoint_from(&checkpoint).map_err(fail)?) };
    Ok(Watch {
        watch: CoreWatch::new(&stack.stack, DrawKey(key), checkpoint),
        #[cfg(feature = "full")]
        loaded: Rc::clone(&stack.loaded),
    })
}

#[wasm_bindgen]
impl Watch {
    /// Takes the next entries; answers the rules that they end, each as its id, why, and the id of the escalation.
    pub fn take(&mut self, entries: JsValue) -> Result<Vec<String>, JsValue> {
        let tightened = take(&mut self.watch, &decode(&entries)?).map_err(fail)?;
        let ended = tightened.into_iter();
        Ok(ended.flat_map(|ended| [ended.rule, ended.why.as_str().to_owned(), ended.escalation]).collect())
    }

    /// How many entries were taken.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "nobody can write so many entries")]
    pub fn size(&self) -> f64 {
        self.watch.head().size as f64
    }

    /// Hash of the last of them; nothing if there is none.
    #[must_use]
    pub fn hash(&self) -> Option<String> {
        Some(self.watch.head().hash?.to_string())
    }

    /// Why the history proves nothing; nothing if it is whole so far.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        self.watch.problem().map(str::to_owned)
    }

    /// What the rules of the stack claim.
    #[must_use]
    pub fn claims(&self) -> Vec<String> {
        self.watch.claims().map(|claim| claim.to_string()).collect()
    }

    /// Whether a rule that replaces review is about `tool`.
    #[must_use]
    pub fn concerns(&self, tool: &str) -> bool {
        self.watch.concerns(tool)
    }

    /// The stack for `call` at this time, with the rules that are in force for it.
    #[wasm_bindgen(js_name = stackFor)]
    pub fn stack_for(&self, call: JsValue, now_ms: f64) -> Result<Stack, JsValue> {
        Ok(Stack {
            stack: Rc::new(self.watch.stack_for(&decode_call(&call)?, unix_ms(now_ms))),
            #[cfg(feature = "full")]
            loaded: Rc::clone(&self.loaded),
        })
    }
}
