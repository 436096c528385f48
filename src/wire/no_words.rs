//! Problems on their way out, where only their codes and places are told.

use serde::Serialize;

use super::diagnostic::SpanOut;
use crate::text::diagnostic::Diagnostic;
use crate::text::span::Positions;

/// Twin of [`Diagnostic`].
#[derive(Serialize)]
pub struct DiagnosticOut<'a> {
    code: &'a str,
    severity: &'a str,
    source: usize,
    span: SpanOut,
}

impl DiagnosticOut<'_> {
    pub(super) fn new(problem: &Diagnostic, source: usize, positions: &Positions<'_>) -> Self {
        Self {
            code: problem.code.as_str(),
            severity: problem.code.severity().as_str(),
            source,
            span: SpanOut::new(problem.span, positions),
        }
    }
}
