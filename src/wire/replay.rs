//! Recorded calls by plans: what calls share is found out once.

use std::cell::OnceCell;
use std::rc::Rc;

use super::Failure;
use super::call_json::call_from_json;
use super::decision::DecisionOut;
use super::scan::{Tree, read, tool_of};
use crate::decide::call::Call;
use crate::decide::compile::Stack;
use crate::decide::decide::{Decision, decide};
use crate::decide::frame::{Frame, Slot, empty_slots};
use crate::decide::limit::Usage;
use crate::decide::plan::{Outcome, Plan};
use crate::evidence::simulate::{Counts, Place};

/// How much is kept of plans and decisions, in rules, fields and decisions; beyond that all is forgotten.
///
/// Names that no rule writes have no end; those that some does fit in again.
const KEPT_MAX: usize = 100_000;

/// Decides and counts calls one after another.
///
/// Of a call it reads what the rules for its tool ask about. The rest is checked to be JSON and nothing more, but for
/// the call itself and the lists and maps that are read or gone through: they are read as
/// [`call_from_json`] does, and so is a call in which anything is odd.
///
/// ```
/// use countersign::decide::compile::compile;
/// use countersign::policy::parse::parse;
/// use countersign::wire::replay::Replay;
///
/// let (policy, _) = parse("rules: [{ tool: a, when: { args.n: 1 }, action: allow }]", Default::default());
/// let stack = compile(policy.into_iter().collect()).map_err(|_| "no digest")?;
/// let mut replay = Replay::new(stack.into());
/// let mut action = |line: &str| replay.decide(line).map(|(_, made)| made.decision.action.as_str()).map_err(|why| why.code);
/// assert_eq!(action(r#"{"tool":"a","args":{"n":1}}"#), Ok("allow"));
/// assert_eq!(action(r#"{"tool":"a","args":{"n":2,"more":{"x":1,"x":2}}}"#), Ok("escalate"));
/// assert_eq!(action(r#"{"tool":"a","args":{"n":1,"n":2}}"#), Err("duplicate-key"));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct Replay {
    stack: Rc<Stack>,
    counts: Counts,
    /// Sorted by tool.
    plans: Vec<Planned>,
    /// How much is kept.
    kept: usize,
}

/// A plan, and what its calls have in common.
#[derive(Debug)]
struct Planned {
    tool: Rc<str>,
    plan: Plan,
    tree: Tree,
    /// The memory that its calls use one after another.
    slots: Vec<OnceCell<Slot>>,
    /// The decisions that its calls share, sorted by outcome.
    shared: Vec<(Outcome, Rc<Made>)>,
}

/// A decision that was made.
#[derive(Debug)]
pub struct Made {
    /// The decision.
    pub decision: Decision,
    place: Place,
    json: OnceCell<String>,
}

impl Replay {
    /// Decides by `stack`.
    #[must_use]
    pub fn new(stack: Rc<Stack>) -> Self {
        Self { stack, counts: Counts::default(), plans: Vec::new(), kept: 0 }
    }

    /// Decides the call in `line` and counts it; gives its tool as well.
    ///
    /// # Errors
    ///
    /// Those of [`call_from_json`]; they are counted too.
    pub fn decide(&mut self, line: &str) -> Result<(Rc<str>, Rc<Made>), Failure> {
        let decided = match self.by_plan(line) {
            Some(decided) => Ok(decided),
            None => self.plainly(line),
        };
        match &decided {
            Ok((_, made)) => self.counts.add(&made.decision, made.place),
            Err(_) => self.counts.add_error(),
        }
        decided
    }

    /// As [`Replay::decide`], of a line that may be no text.
    ///
    /// # Errors
    ///
    /// Those too, and what `line` is instead; it is counted as well.
    pub fn decide_line(&mut self, line: Result<&str, Failure>) -> Result<(Rc<str>, Rc<Made>), Failure> {
        line.inspect_err(|_| self.counts.add_error()).and_then(|line| self.decide(line))
    }

    /// Decides `call` and counts it.
    pub fn decide_call(&mut self, call: &Call) -> Rc<Made> {
        let decision = decide(&self.stack, call, &Usage::default());
        let place = self.counts.place(&decision);
        self.counts.add(&decision, place);
        Rc::new(Made { place, decision, json: OnceCell::new() })
    }

    /// What was decided so far.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// What the plan for the tool makes of the call; `None` if anything about it is odd.
    fn by_plan(&mut self, line: &str) -> Option<(Rc<str>, Rc<Made>)> {
        let place = self.place(tool_of(line)?);
        let Self { stack, counts, plans, kept, .. } = self;
        let planned = plans.get_mut(place)?;
        let made = planned.decide(line, stack, |decision, is_shared| {
            *kept += usize::from(is_shared);
            Rc::new(Made { place: counts.place(&decision), decision, json: OnceCell::new() })
        });
        planned.slots.iter_mut().for_each(|slot| drop(slot.take()));
        Some((Rc::clone(&planned.tool), made?))
    }

    fn plainly(&mut self, line: &str) -> Result<(Rc<str>, Rc<Made>), Failure> {
        let call = call_from_json(line)?;
        let decision = decide(&self.stack, &call, &Usage::default());
        let made = Made { place: self.counts.place(&decision), decision, json: OnceCell::new() };
        Ok((call.tool.into(), made.into()))
    }

    /// Where the plan for `tool` is, which is made if it is not there.
    fn place(&mut self, tool: &str) -> usize {
        if self.kept > KEPT_MAX {
            (self.plans, self.kept) = (Vec::new(), 0);
        }
        self.plans.binary_search_by(|planned| (*planned.tool).cmp(tool)).unwrap_or_else(|place| {
            let planned = Planned::new(&self.stack, tool);
            self.kept += 1 + planned.plan.size();
            self.plans.insert(place, planned);
            place
        })
    }
}

impl Planned {
    fn new(stack: &Stack, tool: &str) -> Self {
        let plan = Plan::new(stack, tool);
        let (tree, slots) = (Tree::new(&plan.asked), empty_slots(&plan));
        Self { tool: tool.into(), plan, tree, slots, shared: Vec::new() }
    }

    /// The decision about the call in `line`; `make` is told whether it is one that calls share. Leaves the slots full.
    fn decide(
        &mut self,
        line: &str,
        stack: &Stack,
        mut make: impl FnMut(Decision, bool) -> Rc<Made>,
    ) -> Option<Rc<Made>> {
        read(line, &self.tree, &self.slots)?;
        let frame = Frame { plan: &self.plan, slots: &self.slots, read: &|_| Slot::Absent };
        let decision = || self.plan.decide(stack, &frame, &Usage::default());
        let Some(outcome) = self.plan.outcome(stack, &frame) else { return Some(make(decision(), false)) };
        let at = self.shared.binary_search_by_key(&outcome, |(known, _)| *known).unwrap_or_else(|at| {
            self.shared.insert(at, (outcome, make(decision(), true)));
            at
        });
        self.shared.get(at).map(|(_, made)| Rc::clone(made))
    }
}

impl Made {
    /// Where it is counted.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place
    }

    /// The decision as JSON, made once.
    #[must_use]
    pub fn json(&self) -> &str {
        // Text and numbers always have a JSON form.
        self.json.get_or_init(|| serde_json::to_string(&DecisionOut::from(&self.decision)).unwrap_or_default())
    }
}
