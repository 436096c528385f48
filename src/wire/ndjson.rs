//! Recorded calls, one JSON object a line, decided as their bytes arrive.

use std::fmt::Write as _;
use std::io::BufRead as _;
use std::rc::Rc;

use serde::Serialize;

use super::Failure;
use super::counts::CountsOut;
use super::decision::DecisionOut;
use super::replay::{Made, Replay};
use crate::decide::compile::Stack;
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
        Self { replay: Replay::new(stack), partial: Vec::new(), too_long: false, offset: 0, length: 0, lines: 0 }
    }

    /// Decides the lines that `chunk` completes.
    pub fn push(&mut self, chunk: &[u8], on_line: &mut impl FnMut(Line)) {
        let mut rest = chunk;
        while !rest.is_empty() {
            let (piece, after) = after_line_end(rest);
            rest = after;
            match piece.strip_suffix(b"\n") {
                None => self.keep(piece),
                Some(end) if self.partial.is_empty() && !self.too_long && end.len() <= LINE_BYTES_MAX => {
                    self.length += end.len() as u64;
                    self.line(end, on_line);
                    self.begin_next(1);
                }
                Some(end) => {
                    self.keep(end);
                    self.kept_line(on_line);
                    self.begin_next(1);
                }
            }
        }
    }

    /// Decides a last line that has no end.
    pub fn finish(&mut self, on_line: &mut impl FnMut(Line)) {
        if self.length > 0 {
            self.kept_line(on_line);
            self.begin_next(0);
        }
    }

    /// What was decided so far.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        self.replay.counts()
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

    fn kept_line(&mut self, on_line: &mut impl FnMut(Line)) {
        let line = std::mem::take(&mut self.partial);
        self.line(&line, on_line);
    }

    fn begin_next(&mut self, line_end_bytes: u64) {
        self.offset += self.length + line_end_bytes;
        self.length = 0;
        self.lines += 1;
        self.too_long = false;
    }

    fn line(&mut self, line: &[u8], on_line: &mut impl FnMut(Line)) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = if self.lines == 0 { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line) } else { line };
        if !self.too_long && line.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let decided = match self.text(line) {
            Ok(text) => self.replay.decide(text),
            Err(failure) => {
                self.replay.add_error();
                Err(failure)
            }
        };
        let (tool, result) = match decided {
            Ok((tool, made)) => (Some(tool), Ok(made)),
            Err(failure) => (None, Err(failure)),
        };
        on_line(Line { number: self.lines + 1, offset: self.offset, length: self.length, tool, result });
    }

    fn text<'a>(&self, line: &'a [u8]) -> Result<&'a str, Failure> {
        if self.too_long {
            return Err(Failure::new("too-long", format!("longer than {LINE_BYTES_MAX} bytes")));
        }
        let explain = |error: std::str::Utf8Error| {
            Failure::new("not-utf8", format!("byte {} of the line is not UTF-8", error.valid_up_to() + 1))
        };
        std::str::from_utf8(line).map_err(explain)
    }
}

/// `bytes` up to the end of its first line, and the rest.
fn after_line_end(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = bytes;
    // It finds the end faster than a search byte by byte, and of bytes in memory reading never fails.
    let length = rest.skip_until(b'\n').unwrap_or(bytes.len());
    (bytes.get(..length).unwrap_or(bytes), rest)
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
