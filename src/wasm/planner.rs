//! Deciding from what JavaScript reads of a call by a plan, without carrying the call over.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::{decode_usage, encode, fail};
use crate::decide::call::Call;
use crate::decide::compile::Stack;
use crate::decide::decide::decide;
use crate::decide::frame::{Frame, Slot};
use crate::decide::limit::Usage;
use crate::decide::plan::Plan;
use crate::wire::Failure;
use crate::wire::decision::DecisionOut;
use crate::wire::frame::{PlanOut, read_slots};

/// How many tools that no rule names are remembered beside those that some does.
const OTHER_TOOLS_MAX: usize = 4_096;

/// Plans of a stack, and the memory through which what was read of a call comes in.
#[wasm_bindgen]
pub struct Planner {
    stack: Rc<Stack>,
    plans: Vec<Plan>,
    scratch: Vec<u8>,
    slots: Vec<Slot>,
}

impl Planner {
    pub(super) fn new(stack: Rc<Stack>) -> Self {
        Self { stack, plans: Vec::new(), scratch: Vec::new(), slots: Vec::new() }
    }

    /// Reads the slots of `plan`, the first of which is the confidence if it asks for that.
    fn read(&mut self, plan: usize, bytes: usize, count: impl FnOnce(&Plan) -> usize) -> Option<()> {
        let plan = self.plans.get(plan)?;
        let count = count(plan) + usize::from(plan.asks_confidence);
        read_slots(self.scratch.get(..bytes)?, count, &mut self.slots)
    }

    fn frame(&self, plan: usize) -> Option<Frame<'_>> {
        let plan = self.plans.get(plan)?;
        if !plan.asks_confidence {
            return Some(Frame { plan, slots: &self.slots, confidence: None });
        }
        let (confidence, slots) = self.slots.split_first()?;
        let confidence = match confidence {
            Slot::Value(value) => Some(value),
            Slot::Absent | Slot::Blocked => None,
        };
        Some(Frame { plan, slots, confidence })
    }
}

#[wasm_bindgen]
impl Planner {
    /// How many plans are worth keeping: beyond that they are for names that nobody wrote down.
    #[wasm_bindgen(getter, js_name = plansMax)]
    #[must_use]
    pub fn plans_max(&self) -> usize {
        OTHER_TOOLS_MAX + self.stack.policies.iter().map(|compiled| compiled.index.names()).sum::<usize>()
    }

    /// The plan for the calls of `tool`.
    pub fn plan(&mut self, tool: &str) -> Result<JsValue, JsValue> {
        let plan = Plan::new(&self.stack, tool);
        if plan.constant(&self.stack).is_some() {
            let call = Call { tool: plan.tool, ..Call::default() };
            return encode(&PlanOut::constant((&decide(&self.stack, &call, &Usage::default())).into()));
        }
        let id = u32::try_from(self.plans.len()).map_err(|_| malformed())?;
        let out = encode(&PlanOut::new(&plan, id));
        self.plans.push(plan);
        out
    }

    /// Forgets all plans.
    pub fn forget(&mut self) {
        self.plans.clear();
    }

    /// Where in memory at least `bytes` bytes can be written; what was written before stands there too.
    #[must_use]
    pub fn scratch(&mut self, bytes: usize) -> *const u8 {
        self.scratch.resize(bytes.max(self.scratch.len()), 0);
        self.scratch.as_ptr()
    }

    /// The outcome of a call by the decisive slots in the first `bytes` bytes; -1 if calls do not share the decision, or
    /// the bytes are malformed, which [`Self::decide`] tells.
    #[must_use]
    pub fn outcome(&mut self, plan: usize, bytes: usize) -> i32 {
        let outcome = self.read(plan, bytes, |plan| plan.decisive).and_then(|()| {
            let frame = self.frame(plan)?;
            i32::try_from(frame.plan.outcome(&self.stack, &frame)?).ok()
        });
        outcome.unwrap_or(-1)
    }

    /// Decides a call by all slots, which stand in the first `bytes` bytes.
    pub fn decide(&mut self, plan: usize, bytes: usize, usage: JsValue) -> Result<JsValue, JsValue> {
        let usage = decode_usage(usage)?;
        self.read(plan, bytes, |plan| plan.asked.len()).ok_or_else(malformed)?;
        let frame = self.frame(plan).ok_or_else(malformed)?;
        encode(&DecisionOut::from(&frame.plan.decide(&self.stack, &frame, &usage)))
    }
}

fn malformed() -> JsValue {
    fail(Failure::new("not-plain", "what was read of the call is malformed"))
}
