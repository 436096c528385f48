//! Recorded calls, one JSON object a line, decided as their bytes arrive.

use serde::Serialize;

use super::Failure;
use super::call_json::call_from_json;
use super::counts::CountsOut;
use super::decision::DecisionOut;
use crate::decide::compile::Stack;
use crate::decide::decide::{Decision, decide};
use crate::decide::limit::Usage;
use crate::evidence::simulate::Counts;

/// The longest line that is read, in bytes: 16 MiB.
pub const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Decides lines of recorded calls, holding no more than one line in memory.
///
/// ```
/// use countersign::decide::compile::compile;
/// use countersign::policy::parse::parse;
/// use countersign::wire::ndjson::Simulation;
///
/// let (policy, _) = parse("rules: [{ tool: a, action: allow }]", Default::default());
/// let stack = compile(policy.into_iter().collect()).map_err(|_| "no digest")?;
/// let mut simulation = Simulation::default();
/// let mut actions = Vec::new();
/// for chunk in [&br#"{"tool":"a"}"#[..], b"\n{\"to", b"ol\":\"b\"}\nnonsense\n"] {
///     simulation.push(&stack, chunk, &mut |line| actions.push(line.result.map(|decision| decision.action.as_str()).ok()));
/// }
/// assert_eq!(actions, [Some("allow"), Some("escalate"), None]);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Default)]
pub struct Simulation {
    /// The beginning of a line whose end has not come yet.
    partial: Vec<u8>,
    /// Whether the line at hand is longer than is read: then `partial` stays empty until it ends.
    too_long: bool,
    /// Bytes before the line at hand.
    offset: u64,
    /// Bytes of the line at hand so far, kept or not.
    length: u64,
    /// Lines before the one at hand.
    lines: u64,
    counts: Counts,
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
    pub tool: Option<String>,
    /// The decision, or why there is none.
    pub result: Result<Decision, Failure>,
}

impl Simulation {
    /// Decides the lines that `chunk` completes.
    pub fn push(&mut self, stack: &Stack, chunk: &[u8], on_line: &mut impl FnMut(Line)) {
        for piece in chunk.split_inclusive(|&byte| byte == b'\n') {
            match piece.strip_suffix(b"\n") {
                None => self.keep(piece),
                Some(end) if self.partial.is_empty() && !self.too_long && end.len() <= LINE_BYTES_MAX => {
                    self.length += end.len() as u64;
                    self.line(stack, end, on_line);
                    self.begin_next(1);
                }
                Some(end) => {
                    self.keep(end);
                    self.kept_line(stack, on_line);
                    self.begin_next(1);
                }
            }
        }
    }

    /// Decides a last line that has no end.
    pub fn finish(&mut self, stack: &Stack, on_line: &mut impl FnMut(Line)) {
        if self.length > 0 {
            self.kept_line(stack, on_line);
            self.begin_next(0);
        }
    }

    /// What was decided so far.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    fn keep(&mut self, piece: &[u8]) {
        self.length += piece.len() as u64;
        if self.too_long || self.partial.len() + piece.len() > LINE_BYTES_MAX {
            self.too_long = true;
            self.partial = Vec::new();
        } else {
            self.partial.extend_from_slice(piece);
        }
    }

    fn kept_line(&mut self, stack: &Stack, on_line: &mut impl FnMut(Line)) {
        let line = std::mem::take(&mut self.partial);
        self.line(stack, &line, on_line);
    }

    fn begin_next(&mut self, line_end_bytes: u64) {
        self.offset += self.length + line_end_bytes;
        self.length = 0;
        self.lines += 1;
        self.too_long = false;
    }

    fn line(&mut self, stack: &Stack, line: &[u8], on_line: &mut impl FnMut(Line)) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = if self.lines == 0 { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line) } else { line };
        if !self.too_long && line.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let (tool, result) = match self.call(line) {
            Ok(call) => {
                let decision = decide(stack, &call, &Usage::default());
                self.counts.add(&decision);
                (Some(call.tool), Ok(decision))
            }
            Err(failure) => {
                self.counts.add_error();
                (None, Err(failure))
            }
        };
        on_line(Line { number: self.lines + 1, offset: self.offset, length: self.length, tool, result });
    }

    fn call(&self, line: &[u8]) -> Result<crate::decide::call::Call, Failure> {
        if self.too_long {
            return Err(Failure::new("too-long", format!("longer than {LINE_BYTES_MAX} bytes")));
        }
        match std::str::from_utf8(line) {
            Ok(text) => call_from_json(text),
            Err(error) => {
                Err(Failure::new("not-utf8", format!("byte {} of the line is not UTF-8", error.valid_up_to() + 1)))
            }
        }
    }
}

/// A line on its way out as a line of NDJSON.
#[derive(Serialize)]
#[serde(untagged)]
enum LineOut<'a> {
    Decision {
        line: u64,
        #[serde(flatten)]
        decision: Box<DecisionOut<'a>>,
    },
    Failure {
        line: u64,
        error: &'a Failure,
    },
}

/// Appends `line` to `out` as a line of NDJSON.
pub fn write_line(line: &Line, out: &mut String) {
    let line = match &line.result {
        Ok(decision) => LineOut::Decision { line: line.number, decision: Box::new(decision.into()) },
        Err(error) => LineOut::Failure { line: line.number, error },
    };
    // Text and numbers always have a JSON form.
    out.push_str(&serde_json::to_string(&line).unwrap_or_default());
    out.push('\n');
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
            decision: line.result.as_ref().ok().map(DecisionOut::from),
            error: line.result.as_ref().err(),
        }
    }
}

/// What `simulation` decided so far, on its way out.
#[must_use]
pub fn counts_out(simulation: &Simulation) -> CountsOut {
    simulation.counts().into()
}
