//! Problems on their way out.

use serde::Serialize;

use super::diagnostic::SpanOut;
use crate::text::diagnostic::Diagnostic;
use crate::text::span::Positions;
use crate::text::words::Fix;

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

/// Twin of [`Fix`].
#[derive(Serialize)]
pub(super) struct FixOut<'a> {
    title: &'a str,
    span: SpanOut,
    replacement: &'a str,
}

impl<'a> FixOut<'a> {
    pub(super) fn new(fix: &'a Fix, positions: &Positions<'_>) -> Self {
        Self { title: &fix.title, span: SpanOut::new(fix.span, positions), replacement: &fix.replacement }
    }
}

impl<'a> DiagnosticOut<'a> {
    pub(super) fn new(problem: &'a Diagnostic, source: usize, positions: &Positions<'_>) -> Self {
        let span = |span| SpanOut::new(span, positions);
        let related = problem
            .words
            .related
            .iter()
            .map(|related| RelatedOut { span: span(related.span), message: &related.message });
        let fixes = problem.words.fixes.iter().map(|fix| FixOut::new(fix, positions));
        Self {
            code: problem.code.as_str(),
            severity: problem.code.severity().as_str(),
            source,
            span: span(problem.span),
            message: &problem.words.message,
            label: problem.words.label.as_deref(),
            related: related.collect(),
            help: problem.words.help.as_deref(),
            fixes: fixes.collect(),
        }
    }
}
