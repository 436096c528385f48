//! What of one call a plan reads.

use std::cell::OnceCell;

use super::asked::{Depth, Place};
use super::call::Facts;
use super::plan::Plan;
use crate::value::field::{Field, Found, Way};
use crate::value::value::Value;

/// What stands at a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot {
    /// Nothing.
    Absent,
    /// It cannot be told, see [`Found::Blocked`].
    Blocked,
    /// This value, or its outline.
    Value(Value),
}

impl Slot {
    /// What `found` is, read to `depth`.
    #[must_use]
    pub fn of(found: Found<'_>, depth: Depth) -> Self {
        match (found, depth) {
            (Found::Absent, _) => Self::Absent,
            (Found::Blocked, _) => Self::Blocked,
            (Found::Value(value), Depth::Whole) => Self::Value(value.clone()),
            (Found::Value(value), Depth::Outline) => Self::Value(outline(value)),
        }
    }
}

/// A call as the rules for its tool see it: a slot for each field that its plan asks for, in that order, and one more
/// for what the agent reports about itself. A slot is read when it is first needed.
///
/// A field without a slot is undecidable, so that a slot too few can only make a decision stricter.
///
/// ```
/// use countersign::decide::{call::Call, compile::compile, decide::decide, limit::Usage, plan::Plan};
/// use countersign::decide::frame::{Frame, empty_slots, slot_of};
/// use countersign::policy::parse::parse;
///
/// let text = "rules: [{ tool: pay, when: { args.amount: { at_most: 50 } }, action: allow }]";
/// let stack = compile(parse(text, Default::default()).0.into_iter().collect()).map_err(|_| "no digest")?;
/// let call = Call { tool: "pay".to_owned(), ..Call::default() };
/// let plan = Plan::new(&stack, "pay");
/// let frame = Frame { plan: &plan, slots: &empty_slots(&plan), read: &|slot| slot_of(&plan, &call, slot) };
/// assert_eq!(plan.decide(&stack, &frame, &Usage::default()), decide(&stack, &call, &Usage::default()));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// The plan for the call's tool.
    pub plan: &'a Plan,
    /// What was read so far.
    pub slots: &'a [OnceCell<Slot>],
    /// Reads what belongs in a slot.
    pub read: &'a dyn Fn(usize) -> Slot,
}

impl<'a> Frame<'a> {
    /// What stands at `place`, which is one in the slots of the plan.
    pub(super) fn at(&self, place: &Place) -> Found<'a> {
        match place.slot.and_then(|slot| self.slot(slot)) {
            Some(Slot::Value(value)) => Way::follow(&place.inside, value),
            Some(Slot::Absent) => Found::Absent,
            Some(Slot::Blocked) | None => Found::Blocked,
        }
    }

    fn slot(&self, slot: usize) -> Option<&'a Slot> {
        Some(self.slots.get(slot)?.get_or_init(|| (self.read)(slot)))
    }
}

impl Facts for Frame<'_> {
    fn tool(&self) -> &str {
        &self.plan.tool
    }

    fn confidence(&self) -> Option<&Value> {
        match self.slot(self.plan.asked.len()) {
            Some(Slot::Value(value)) => Some(value),
            Some(Slot::Absent) => None,
            // As something that is no number.
            Some(Slot::Blocked) | None => Some(&Value::Null),
        }
    }

    fn find(&self, field: &Field) -> Found<'_> {
        self.at(&self.plan.places.of(field))
    }

    fn has_marks(&self) -> bool {
        matches!(self.at(&self.plan.marks), Found::Value(Value::List(_)))
    }
}

/// Slots for a call by `plan`, of which nothing was read.
#[must_use]
pub fn empty_slots(plan: &Plan) -> Vec<OnceCell<Slot>> {
    std::iter::repeat_with(OnceCell::new).take(plan.asked.len() + 1).collect()
}

/// What belongs in the `slot`th slot of `plan` for `call`.
#[must_use]
pub fn slot_of(plan: &Plan, call: &dyn Facts, slot: usize) -> Slot {
    let Some(asked) = plan.asked.get(slot) else {
        return call.confidence().map_or(Slot::Absent, |value| Slot::Value(value.clone()));
    };
    Slot::of(call.find(&asked.field), asked.depth)
}

/// `value` with `null` for what a list or map holds.
fn outline(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(vec![Value::Null; items.len()]),
        Value::Map(map) => Value::Map(map.outline()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => value.clone(),
    }
}
