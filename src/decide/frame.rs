//! What of one call a plan reads.

use super::call::{Facts, MARKS};
use super::plan::{Depth, Plan, is_inside};
use crate::value::field::{Field, Found, Root, Step, Way};
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

/// A call as the rules for its tool see it: a slot for each field that its plan asks for, in that order.
///
/// A field that was not read is undecidable, so that a slot too few can only make a decision stricter.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The plan for the call's tool.
    pub plan: &'a Plan,
    /// What stands at its fields.
    pub slots: &'a [Slot],
    /// What the agent reports about itself, if the plan asks for it.
    pub confidence: Option<&'a Value>,
}

impl Facts for Frame<'_> {
    fn tool(&self) -> &str {
        &self.plan.tool
    }

    fn confidence(&self) -> Option<&Value> {
        self.confidence
    }

    fn find(&self, field: &Field) -> Found<'_> {
        let asked = self.plan.asked.iter().zip(self.slots);
        let same = asked.clone().find(|(asked, _)| asked.field == *field).map(|(_, slot)| (slot, &[][..]));
        let outer = || {
            let (asked, slot) =
                asked.clone().find(|(asked, _)| asked.depth == Depth::Whole && is_inside(field, &asked.field))?;
            Some((slot, field.way.steps.get(asked.field.way.steps.len()..)?))
        };
        match same.or_else(outer) {
            Some((Slot::Value(value), steps)) => Way::follow(steps, value),
            Some((Slot::Absent, _)) => Found::Absent,
            Some((Slot::Blocked, _)) | None => Found::Blocked,
        }
    }

    fn has_marks(&self) -> bool {
        let marks = Field { root: Root::Session, way: Way { steps: vec![Step::Key(MARKS.to_owned())] } };
        matches!(self.find(&marks), Found::Value(Value::List(_)))
    }
}

/// The slots of `plan` for `call`.
///
/// ```
/// use countersign::decide::{call::Call, compile::compile, decide::decide, frame::{Frame, slots}, limit::Usage, plan::Plan};
/// use countersign::policy::parse::parse;
///
/// let text = "rules: [{ tool: pay, when: { args.amount: { at_most: 50 } }, action: allow }]";
/// let stack = compile(parse(text, Default::default()).0.into_iter().collect()).map_err(|_| "no digest")?;
/// let call = Call { tool: "pay".to_owned(), ..Call::default() };
/// let plan = Plan::new(&stack, "pay");
/// let frame = Frame { plan: &plan, slots: &slots(&plan, &call), confidence: None };
/// assert_eq!(plan.decide(&stack, &frame, &Usage::default()), decide(&stack, &call, &Usage::default()));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn slots(plan: &Plan, call: &dyn Facts) -> Vec<Slot> {
    let slot = |found: Found<'_>, depth: Depth| match (found, depth) {
        (Found::Absent, _) => Slot::Absent,
        (Found::Blocked, _) => Slot::Blocked,
        (Found::Value(value), Depth::Whole) => Slot::Value(value.clone()),
        (Found::Value(value), Depth::Outline) => Slot::Value(outline(value)),
    };
    plan.asked.iter().map(|asked| slot(call.find(&asked.field), asked.depth)).collect()
}

/// `value` with `null` for what a list or map holds.
fn outline(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(vec![Value::Null; items.len()]),
        Value::Map(map) => Value::Map(map.outline()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => value.clone(),
    }
}
