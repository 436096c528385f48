//! Policy texts in; diagnostics and spans out. Byte offsets become UTF-16 offsets on the way.

use std::rc::Rc;

use serde::Serialize;

use super::words::DiagnosticOut;
use crate::catalogue::model::Catalogue;
use crate::catalogue::read::{CATALOGUE_LIMITS, read};
use crate::check;
use crate::policy::model::Policy;
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::prose::WRITTEN;
use crate::text::span::{Positions, Span};
use crate::text::yaml::Limits;

/// A policy's text and what it is called.
#[derive(Clone, Debug)]
pub struct SourceText {
    /// Usually the file's path.
    pub name: String,
    /// The text.
    pub text: String,
}

impl SourceText {
    /// For turning byte offsets into positions.
    #[must_use]
    pub fn positions(&self) -> Positions<'_> {
        Positions::new(&self.text)
    }
}

/// Texts that were read, the policies in them, and every problem.
#[derive(Debug)]
pub struct Loaded {
    /// The texts: those of the policies, and after them that of the catalogue. Shared with who tells their places later.
    pub sources: Rc<Vec<SourceText>>,
    /// One policy a text; `None` if anything has an error.
    pub policies: Option<Vec<Policy>>,
    /// The catalogue, if there is one without an error.
    pub catalogue: Option<Catalogue>,
    /// The problems of each text.
    pub problems: Vec<Vec<Diagnostic>>,
}

/// Reads the policies of `sources`: a name, and the text or the bytes of UTF-8; and checks them against the catalogue
/// that `tools` writes, if there is one.
#[must_use]
pub fn load(sources: Vec<(String, Vec<u8>)>, tools: Option<(String, Vec<u8>)>, limits: Limits) -> Loaded {
    let tools = tools.map(|(name, bytes)| read_source(name, bytes, |text| read(text, catalogue_limits(limits))));
    let catalogue = tools.as_ref().and_then(|(_, catalogue, _)| catalogue.as_ref());
    let (mut texts, mut policies, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    for (name, bytes) in sources {
        let (text, policy, found) = read_source(name, bytes, |text| check::load_for(text, limits, catalogue));
        texts.push(text);
        policies.push(policy);
        problems.push(found);
    }
    let catalogue = tools.and_then(|(text, catalogue, found)| {
        texts.push(text);
        problems.push(found);
        catalogue
    });
    let is_usable = !problems.iter().flatten().any(Diagnostic::is_error);
    let policies = if is_usable { policies.into_iter().collect() } else { None };
    Loaded { sources: Rc::new(texts), policies, catalogue, problems }
}

/// The text of `bytes`, what `reader` makes of it, and its problems.
fn read_source<T>(
    name: String,
    bytes: Vec<u8>,
    reader: impl FnOnce(&str) -> (Option<T>, Vec<Diagnostic>),
) -> (SourceText, Option<T>, Vec<Diagnostic>) {
    match String::from_utf8(bytes) {
        Ok(text) => {
            let (made, problems) = reader(&text);
            (SourceText { name, text }, made, problems)
        }
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            // The text up to the broken byte is kept for its line numbers.
            let mut bytes = error.into_bytes();
            bytes.truncate(valid);
            let text = String::from_utf8(bytes).unwrap_or_default();
            (SourceText { name, text }, None, vec![not_utf8(valid)])
        }
    }
}

/// What was asked for, where it is more than catalogues are given anyway.
fn catalogue_limits(limits: Limits) -> Limits {
    Limits {
        bytes: limits.bytes.max(CATALOGUE_LIMITS.bytes),
        depth: limits.depth.max(CATALOGUE_LIMITS.depth),
        nodes: limits.nodes.max(CATALOGUE_LIMITS.nodes),
    }
}

fn not_utf8(at: usize) -> Diagnostic {
    Diagnostic::new(Code::DamagedText, Span::new(at, at), format!("byte {at} is not UTF-8"))
        .help("save the file as UTF-8; a binary file is no policy")
}

impl Loaded {
    /// Every problem as data, by text and place; warnings only where they say what is wrong.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<DiagnosticOut<'_>> {
        let of_source = |(source, (text, problems))| {
            let positions = SourceText::positions(text);
            let problems: &Vec<Diagnostic> = problems;
            let problems = problems.iter().filter(|problem| WRITTEN || problem.is_error());
            problems.map(move |problem| DiagnosticOut::new(problem, source, &positions)).collect::<Vec<_>>()
        };
        self.sources.iter().zip(&self.problems).enumerate().flat_map(of_source).collect()
    }
}

/// Twin of [`Span`]: UTF-16 offsets, and line and column of the start, from 1.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SpanOut {
    start: usize,
    end: usize,
    line: usize,
    column: usize,
}

impl SpanOut {
    /// The twin of `span` in the text behind `positions`.
    #[must_use]
    pub fn new(span: Span, positions: &Positions<'_>) -> Self {
        let start = positions.at(span.start);
        let end = positions.at(span.end);
        Self { start: start.utf16, end: end.utf16, line: start.line, column: start.column }
    }
}
