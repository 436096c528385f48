//! Deciding from what JavaScript reads of a call by a plan, without carrying the call over.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::{decode_usage, encode, fail};
use crate::decide::call::Call;
use crate::decide::compile::Stack;
use crate::decide::decide::decide;
use crate::decide::frame::{Frame, Slot, empty_slots};
use crate::decide::limit::Usage;
use crate::decide::plan::Plan;
use crate::value::value::Value;
use crate::wire::Failure;
use crate::wire::decision::DecisionOut;
use crate::wire::frame::{PlanOut, read_slot};

/// How many tools that no rule names are remembered beside those that some does.
const OTHER_TOOLS_MAX: usize = 4_096;

#[wasm_bindgen(raw_module = "../reading.js")]
extern "C" {
    /// Reads a field of the call that is decided, in the form of [`crate::wire::frame`]; the bytes are in the scratch
    /// memory. Never throws. It may come to decide another call meanwhile.
    #[wasm_bindgen(js_name = readField)]
    fn read_field(slot: usize) -> u32;
}

thread_local! {
    /// The memory through which what was read of a call comes in.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Where in memory at least `bytes` bytes can be written; what was written before stands there too.
#[wasm_bindgen]
#[must_use]
#[expect(unreachable_pub, reason = "only public functions can be exported")]
pub fn scratch(bytes: usize) -> *const u8 {
    SCRATCH.with_borrow_mut(|scratch| {
        scratch.resize(bytes.max(scratch.len()), 0);
        scratch.as_ptr()
    })
}

/// Plans of a stack.
#[wasm_bindgen]
pub struct Planner {
    stack: Rc<Stack>,
    plans: RefCell<Vec<Rc<Ready>>>,
    /// The name of the first plan: names are not used again.
    first: Cell<usize>,
}

/// A plan, and memory that its calls use one after another.
struct Ready {
    plan: Plan,
    slots: Cell<Vec<OnceCell<Slot>>>,
    spare: Cell<String>,
}

impl Ready {
    /// What `decide` makes of the call that is read now.
    fn decided<T>(&self, decide: impl FnOnce(&Frame<'_>) -> T) -> T {
        let mut slots = self.slots.take();
        // While another call of the tool is decided, its slots are not here.
        if slots.is_empty() {
            slots = empty_slots(&self.plan);
        }
        let read = |slot| {
            let number = read_field(slot);
            let read = SCRATCH.with_borrow(|bytes| read_slot(number, bytes, || self.spare.take()));
            read.unwrap_or(Slot::Blocked)
        };
        let decided = decide(&Frame { plan: &self.plan, slots: &slots, read: &read });
        for slot in &mut slots {
            if let Some(Slot::Value(Value::Text(text))) = slot.take() {
                self.spare.set(text);
            }
        }
        self.slots.set(slots);
        decided
    }
}

impl Planner {
    pub(super) fn new(stack: Rc<Stack>) -> Self {
        Self { stack, plans: RefCell::default(), first: Cell::new(0) }
    }

    fn ready(&self, plan: usize) -> Option<Rc<Ready>> {
        self.plans.borrow().get(plan.checked_sub(self.first.get())?).cloned()
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
    pub fn plan(&self, tool: &str) -> Result<JsValue, JsValue> {
        let plan = Plan::new(&self.stack, tool);
        if plan.is_constant(&self.stack) {
            let call = Call { tool: plan.tool, ..Call::default() };
            return encode(&PlanOut::constant((&decide(&self.stack, &call, &Usage::default())).into()));
        }
        let mut plans = self.plans.borrow_mut();
        let id = u32::try_from(self.first.get() + plans.len()).map_err(|_| unknown_plan())?;
        let out = encode(&PlanOut::new(&plan, &self.stack, id));
        plans.push(Rc::new(Ready { slots: Cell::new(empty_slots(&plan)), plan, spare: Cell::default() }));
        out
    }

    /// Forgets all plans.
    pub fn forget(&self) {
        let mut plans = self.plans.borrow_mut();
        self.first.set(self.first.get() + plans.len());
        plans.clear();
    }

    /// The outcome of the call that is read now; -1 if calls do not share the decision.
    #[must_use]
    pub fn outcome(&self, plan: usize) -> i32 {
        let outcome = self
            .ready(plan)
            .and_then(|ready| ready.decided(|frame| i32::try_from(frame.plan.outcome(&self.stack, frame)?).ok()));
        outcome.unwrap_or(-1)
    }

    /// Decides the call that is read now.
    pub fn decide(&self, plan: usize, usage: JsValue) -> Result<JsValue, JsValue> {
        let usage = decode_usage(usage)?;
        let ready = self.ready(plan).ok_or_else(unknown_plan)?;
        ready.decided(|frame| encode(&DecisionOut::from(&frame.plan.decide(&self.stack, frame, &usage))))
    }
}

fn unknown_plan() -> JsValue {
    fail(Failure::new("not-plain", "there is no such plan"))
}
