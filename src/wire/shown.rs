//! What people see of policy texts: problems with carets, and tokens for colouring.

use serde::Serialize;

use super::diagnostic::Loaded;
use crate::text::highlight::{TokenKind, highlight};
use crate::text::render::render;
use crate::text::span::Positions;

impl Loaded {
    /// The problems of each text as text with carets; empty for one that has none.
    #[must_use]
    pub fn rendered(&self) -> Vec<String> {
        let parts = self.sources.iter().zip(&self.problems);
        parts.map(|(source, problems)| render(problems, &source.name, &source.positions())).collect()
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
