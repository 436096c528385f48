//! Policy texts in; diagnostics, spans and tokens out. Byte offsets become UTF-16 offsets here, and only here.

use std::rc::Rc;

use serde::Serialize;

use crate::catalogue::model::Catalogue;
use crate::catalogue::read::{CATALOGUE_LIMITS, read};
use crate::check;
use crate::policy::model::Policy;
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::highlight::{TokenKind, highlight};
use crate::text::render::render;
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
    problems: Vec<Vec<Diagnostic>>,
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
    /// Every problem as data, by text and place.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<DiagnosticOut<'_>> {
        let of_source = |(source, (text, problems))| {
            let positions = SourceText::positions(text);
            let problems: &Vec<Diagnostic> = problems;
            problems.iter().map(move |problem| DiagnosticOut::new(problem, source, &positions)).collect::<Vec<_>>()
        };
        self.sources.iter().zip(&self.problems).enumerate().flat_map(of_source).collect()
    }

    /// The problems of each text as text with carets; empty for one that has none.
    #[must_use]
    pub fn rendered(&self) -> Vec<String> {
        let parts = self.sources.iter().zip(&self.problems);
        parts.map(|(source, problems)| render(problems, &source.name, &source.positions())).collect()
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

/// Twin of [`Diagnostic`].
#[derive(Serialize)]
pub struct DiagnosticOut<'a> {
    code: &'static str,
    severity: &'static str,
    source: usize,
    span: SpanOut,
    message: &'a str,
    label: Option<&'a str>,
    related: Vec<RelatedOut<'a>>,
    help: Option<&'a str>,
    fixes: Vec<FixOut<'a>>,
}

#[derive(Serialize)]
struct RelatedOut<'a> {
    span: SpanOut,
    message: &'a str,
}

#[derive(Serialize)]
struct FixOut<'a> {
    title: &'a str,
    span: SpanOut,
    replacement: &'a str,
}

impl<'a> DiagnosticOut<'a> {
    fn new(problem: &'a Diagnostic, source: usize, positions: &Positions<'_>) -> Self {
        let span = |span| SpanOut::new(span, positions);
        let related =
            problem.related.iter().map(|related| RelatedOut { span: span(related.span), message: &related.message });
        let fixes = problem.fixes.iter().map(|fix| FixOut {
            title: &fix.title,
            span: span(fix.span),
            replacement: &fix.replacement,
        });
        Self {
            code: problem.code.as_str(),
            severity: problem.code.severity().as_str(),
            source,
            span: span(problem.span),
            message: &problem.message,
            label: problem.label.as_deref(),
            related: related.collect(),
            help: problem.help.as_deref(),
            fixes: fixes.collect(),
        }
    }
}

/// Twin of [`crate::text::highlight::Token`].
#[derive(Serialize)]
pub struct TokenOut {
    kind: &'static str,
    start: usize,
    end: usize,
}

/// The tokens of `text`, in order.
#[must_use]
pub fn tokens(text: &str) -> Vec<TokenOut> {
    let positions = Positions::new(text);
    let token_out = |token: crate::text::highlight::Token| TokenOut {
        kind: match token.kind {
            TokenKind::Comment => "comment",
            TokenKind::Key => "key",
            TokenKind::Text => "string",
            TokenKind::Number => "number",
            TokenKind::Bool => "boolean",
            TokenKind::Null => "null",
            TokenKind::Alias => "alias",
        },
        start: positions.at(token.span.start).utf16,
        end: positions.at(token.span.end).utf16,
    };
    highlight(text).into_iter().map(token_out).collect()
}
