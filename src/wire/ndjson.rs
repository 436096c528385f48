//! Recorded calls, one JSON object a line, decided as their bytes arrive.

use std::fmt::Write as _;
use std::rc::Rc;

use serde::Serialize;

use super::Failure;
use super::counts::CountsOut;
use super::decision::DecisionOut;
use super::lines::{Lines, Place};
use super::replay::{Made, Replay};
use crate::decide::compile::Stack;
use crate::evidence::simulate::Counts;

/// Decides lines of recorded calls, holding no more than one line in memory.
///
/// ```
/// use countersign::decide::compile::compile;
/// use countersign::policy::parse::parse;
/// use countersign::wire::ndjson::Simulation;
///
/// let (policy, _) = parse("rules: [{ tool: a, action: allow }]", Default::default());
/// let stack = compile(policy.into_iter().collect()).map_err(|_| "no digest")?;
/// let mut simulation = Simulation::new(stack.into());
/// let mut actions = Vec::new();
/// for chunk in [&br#"{"tool":"a"}"#[..], b"\n{\"to", b"ol\":\"b\"}\nnonsense\n"] {
///     simulation.push(chunk, &mut |line| actions.push(line.result.map(|made| made.decision.action.as_str()).ok()));
/// }
/// assert_eq!(actions, [Some("allow"), Some("escalate"), None]);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct Simulation {
    replay: Replay,
    lines: Lines,
}

/// What became of one line.
#[derive(Debug)]
pub struct Line {
    /// Counted from 1; blank lines count, but give no result.
    pub number: u64,
    /// Bytes of the input before the line.
    pub offset: u64,
    /// Bytes of the line without its end.
    pub length: u64,
    /// The call's tool, if there was a call.
    pub tool: Option<Rc<str>>,
    /// The decision, or why there is none.
    pub result: Result<Rc<Made>, Failure>,
}

impl Simulation {
    /// Decides by `stack`.
    #[must_use]
    pub fn new(stack: Rc<Stack>) -> Self {
        Self { replay: Replay::new(stack), lines: Lines::default() }
    }

    /// Decides the lines that `chunk` completes.
    pub fn push(&mut self, chunk: &[u8], on_line: &mut impl FnMut(Line)) {
        let Self { replay, lines } = self;
        lines.push(chunk, &mut |place, text| on_line(decided(replay, place, text)));
    }

    /// Decides a last line that has no end.
    pub fn finish(&mut self, on_line: &mut impl FnMut(Line)) {
        let Self { replay, lines } = self;
        lines.finish(&mut |place, text| on_line(decided(replay, place, text)));
    }

    /// What was decided so far.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        self.replay.counts()
    }
}

fn decided(replay: &mut Replay, place: Place, text: Result<&str, Failure>) -> Line {
    let Place { number, offset, length } = place;
    let (tool, result) = match replay.decide_line(text) {
        Ok((tool, made)) => (Some(tool), Ok(made)),
        Err(failure) => (None, Err(failure)),
    };
    Line { number, offset, length, tool, result }
}

/// A line without a decision on its way out as a line of NDJSON.
#[derive(Serialize)]
struct FailureLine<'a> {
    line: u64,
    error: &'a Failure,
}

/// Appends `line` to `out` as a line of NDJSON.
pub fn write_line(line: &Line, out: &mut String) {
    let number = line.number;
    // Writing to text never fails, and text and numbers always have a JSON form.
    let _ = match &line.result {
        Ok(made) => writeln!(out, "{{\"line\":{number},{}", made.json().get(1..).unwrap_or_default()),
        Err(error) => {
            let line = FailureLine { line: number, error };
            writeln!(out, "{}", serde_json::to_string(&line).unwrap_or_default())
        }
    };
}

/// Twin of [`Line`].
#[derive(Serialize)]
pub struct SimulatedLine<'a> {
    line: u64,
    offset: u64,
    length: u64,
    tool: Option<&'a str>,
    decision: Option<DecisionOut<'a>>,
    error: Option<&'a Failure>,
}

impl<'a> From<&'a Line> for SimulatedLine<'a> {
    fn from(line: &'a Line) -> Self {
        Self {
            line: line.number,
            offset: line.offset,
            length: line.length,
            tool: line.tool.as_deref(),
            decision: line.result.as_ref().ok().map(|made| DecisionOut::from(&made.decision)),
            error: line.result.as_ref().err(),
        }
    }
}

/// What `simulation` decided so far, on its way out.
#[must_use]
pub fn counts_out(simulation: &Simulation) -> CountsOut {
    simulation.counts().into()
}
