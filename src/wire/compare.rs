//! Recorded calls decided by two stacks as their bytes arrive, and how the decisions differ.

use std::rc::Rc;

use serde::Serialize;

use super::Failure;
use super::counts::RuleCountOut;
use super::decision::DecisionOut;
use super::ndjson::{Line, Simulation};
use super::replay::Made;
use crate::decide::compile::Stack;
use crate::evidence::compare::{Change, Difference, PairCount, Tally};
use crate::policy::model::Action;

/// Decides lines of recorded calls by two stacks.
///
/// A line that one of the stacks cannot read as a call is an error, whatever the other makes of it.
///
/// ```
/// use std::rc::Rc;
/// use countersign::decide::compile::compile;
/// use countersign::policy::parse::parse;
/// use countersign::wire::compare::Comparison;
///
/// let stack = |text| compile(parse(text, Default::default()).0.into_iter().collect()).map(Rc::new);
/// let before = stack("rules: [{ tool: a, action: block }]").map_err(|_| "no digest")?;
/// let after = stack("rules: [{ tool: a, action: allow }]").map_err(|_| "no digest")?;
/// let mut comparison = Comparison::new(before, after);
/// let mut changes = Vec::new();
/// for chunk in [&br#"{"tool":"a"}"#[..], b"\n{\"to", b"ol\":\"b\"}\nnonsense\n"] {
///     comparison.push(chunk, &mut |line| changes.extend(line.result.map(|changed| changed.difference.change.as_str())));
/// }
/// assert_eq!(changes, ["block-to-allow"]);
/// assert_eq!((comparison.tally().calls(), comparison.tally().errors()), (2, 1));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct Comparison {
    before: Simulation,
    after: Simulation,
    tally: Tally,
}

/// A line whose decision changed, or that is no call.
#[derive(Debug)]
pub struct ComparedLine {
    /// Counted from 1; blank lines count, but give no result.
    pub number: u64,
    /// Bytes of the input before the line.
    pub offset: u64,
    /// Bytes of the line without its end.
    pub length: u64,
    /// The call's tool, if there was a call.
    pub tool: Option<Rc<str>>,
    /// What changed, or why nothing was decided.
    pub result: Result<Changed, Failure>,
}

/// A decision that changed.
#[derive(Debug)]
pub struct Changed {
    /// How it differs.
    pub difference: Difference,
    /// The decision by the first stack.
    pub before: Rc<Made>,
    /// The decision by the second stack.
    pub after: Rc<Made>,
}

impl Comparison {
    /// Compares decisions by `before` with those by `after`.
    #[must_use]
    pub fn new(before: Rc<Stack>, after: Rc<Stack>) -> Self {
        Self { before: Simulation::new(before), after: Simulation::new(after), tally: Tally::default() }
    }

    /// Decides the lines that `chunk` completes; tells those whose decision changed, and those that are no calls.
    pub fn push(&mut self, chunk: &[u8], on_line: &mut impl FnMut(ComparedLine)) {
        let mut olds = Vec::new();
        self.before.push(chunk, &mut |line| olds.push(line));
        let Self { after, tally, .. } = self;
        let mut olds = olds.into_iter();
        after.push(chunk, &mut |new| told(tally, olds.next(), new).into_iter().for_each(&mut *on_line));
    }

    /// Decides a last line that has no end.
    pub fn finish(&mut self, on_line: &mut impl FnMut(ComparedLine)) {
        let mut old = None;
        self.before.finish(&mut |line| old = Some(line));
        let Self { after, tally, .. } = self;
        after.finish(&mut |new| told(tally, old.take(), new).into_iter().for_each(&mut *on_line));
    }

    /// What was found so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The same on its way out.
    #[must_use]
    pub fn counts(&self) -> ComparisonOut {
        let Self { before, after, tally } = self;
        let row = |before| Action::ALL.map(|after| tally.from_to(before, after)).into();
        ComparisonOut {
            calls: tally.calls(),
            errors: tally.errors(),
            matrix: ActionsOut::from(Action::ALL.map(row)),
            changes: Change::ALL.map(|change| ChangeCountOut { change: change.as_str(), calls: tally.of(change) }),
            rules: tally.rules(before.counts(), after.counts()).into_iter().map(PairCountOut::from).collect(),
        }
    }
}

/// Counts one line, decided by both stacks; what is to be told of it.
fn told(tally: &mut Tally, old: Option<Line>, new: Line) -> Option<ComparedLine> {
    let Line { number, offset, length, tool, result } = new;
    let result = match (old.map(|line| line.result)?, result) {
        (Ok(before), Ok(after)) => {
            let difference = tally.add((&before.decision, before.place()), (&after.decision, after.place()))?;
            Ok(Changed { difference, before, after })
        }
        (Err(failure), _) | (_, Err(failure)) => {
            tally.add_error();
            Err(failure)
        }
    };
    Some(ComparedLine { number, offset, length, tool, result })
}

/// Something for each action.
#[derive(Serialize)]
struct ActionsOut<T> {
    allow: T,
    escalate: T,
    block: T,
}

impl<T> From<[T; 3]> for ActionsOut<T> {
    fn from([allow, escalate, block]: [T; 3]) -> Self {
        Self { allow, escalate, block }
    }
}

/// What a comparison found, on its way out.
#[derive(Serialize)]
pub struct ComparisonOut {
    calls: u64,
    errors: u64,
    matrix: ActionsOut<ActionsOut<u64>>,
    changes: [ChangeCountOut; 9],
    rules: Vec<PairCountOut>,
}

#[derive(Serialize)]
struct ChangeCountOut {
    change: &'static str,
    calls: u64,
}

#[derive(Serialize)]
struct PairCountOut {
    before: RuleCountOut,
    after: RuleCountOut,
    change: &'static str,
    calls: u64,
}

impl From<PairCount> for PairCountOut {
    fn from(pair: PairCount) -> Self {
        let PairCount { before, after, change, calls } = pair;
        Self { before: before.into(), after: after.into(), change: change.as_str(), calls }
    }
}

/// Twin of [`ComparedLine`].
#[derive(Serialize)]
pub struct ComparedLineOut<'a> {
    line: u64,
    offset: u64,
    length: u64,
    tool: Option<&'a str>,
    change: Option<&'static str>,
    terms: Vec<TermOut>,
    before: Option<DecisionOut<'a>>,
    after: Option<DecisionOut<'a>>,
    error: Option<&'a Failure>,
}

#[derive(Serialize)]
struct TermOut {
    term: &'static str,
    looser: bool,
}

impl<'a> From<&'a ComparedLine> for ComparedLineOut<'a> {
    fn from(line: &'a ComparedLine) -> Self {
        let changed = line.result.as_ref().ok();
        let terms = changed.iter().flat_map(|changed| &changed.difference.terms);
        Self {
            line: line.number,
            offset: line.offset,
            length: line.length,
            tool: line.tool.as_deref(),
            change: changed.map(|changed| changed.difference.change.as_str()),
            terms: terms.map(|term| TermOut { term: term.term, looser: term.is_looser }).collect(),
            before: changed.map(|changed| DecisionOut::from(&changed.before.decision)),
            after: changed.map(|changed| DecisionOut::from(&changed.after.decision)),
            error: line.result.as_ref().err(),
        }
    }
}
