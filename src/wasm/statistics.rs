//! What numbers of people's answers say. JavaScript passes counts as numbers that it has checked.

use wasm_bindgen::prelude::*;

use super::escalations::decode;
use super::{encode, fail};
use crate::evidence::attention::{Observed, attention};
use crate::evidence::statistics::{self, sequential};
use crate::wire::attention::AttentionOut;
use crate::wire::bottleneck;
use crate::wire::value::ValueOut;

/// Both ends of the Wilson interval of 95 %; none if nothing was counted.
#[wasm_bindgen]
#[must_use]
pub fn wilson(hits: f64, all: f64) -> Vec<f64> {
    statistics::wilson(hits as u64, all as u64).map(|(low, high)| vec![low, high]).unwrap_or_default()
}

/// How many approvals the mixture e-process asks for; nothing if none is enough.
#[wasm_bindgen(js_name = approvalsNeeded)]
#[must_use]
pub fn approvals_needed(bar: f64, alpha: f64, against: f64) -> Option<f64> {
    sequential::approvals_needed(against as u64, bar, alpha).map(|needed| needed as f64)
}

/// How attentive reviewers are. `check_cards` has a 1 for each that was caught, and `paces` one for each approval that came
/// too fast; 0 for the others.
#[wasm_bindgen(js_name = attentionReport)]
pub fn attention_report(
    check_cards: &[u8],
    paces: &[u8],
    approvals: f64,
    too_fast: f64,
    good_approved: f64,
    good_rejected: f64,
) -> Result<JsValue, JsValue> {
    let [check_cards, paces] =
        [check_cards, paces].map(|bytes| bytes.iter().map(|byte| *byte != 0).collect::<Vec<bool>>());
    encode(&AttentionOut::from(&attention(Observed {
        check_cards: &check_cards,
        paces: &paces,
        approvals: approvals as u64,
        too_fast: too_fast as u64,
        good_approved: good_approved as u64,
        good_rejected: good_rejected as u64,
    })))
}

/// Where agents wait, by what a summary counts.
#[wasm_bindgen(js_name = bottleneckReport)]
pub fn bottleneck_report(counts: JsValue, goal: JsValue) -> Result<JsValue, JsValue> {
    let found = bottleneck::bottleneck_from(&decode(&counts)?, &decode(&goal)?).map_err(fail)?;
    encode(&ValueOut(&found))
}
