//! How the engine read a text, for colouring it: a colour that says `no` is text is right by construction.

use super::diagnostic::Problems;
use super::span::Span;
use super::yaml::{Limits, Node, NodeValue, parse};
use crate::sorted::sorted_by;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// From `#` to the end of its line.
    Comment,
    /// The key of a map.
    Key,
    /// Text, plain or quoted.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null` or `~`.
    Null,
    /// `*name`.
    Alias,
}

/// A piece of text and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// The tokens of `text` in order, without overlaps; after a syntax error only those before it, and comments.
///
/// ```
/// use countersign::text::highlight::{TokenKind, highlight};
///
/// let kinds: Vec<TokenKind> = highlight("a: no # text\n").iter().map(|token| token.kind).collect();
/// assert_eq!(kinds, [TokenKind::Key, TokenKind::Text, TokenKind::Comment]);
/// ```
#[must_use]
pub fn highlight(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    if let Some(root) = parse(text, Limits::default(), &mut Problems::default()) {
        collect(&root, text, &mut found);
    }
    found.retain(|token| token.span.start < token.span.end);
    let by_span = |a: &Token, b: &Token| a.span.cmp(&b.span);
    let mut tokens = sorted_by(found, by_span);
    tokens.extend(comments(text, &tokens));
    let mut tokens = sorted_by(tokens, by_span);
    tokens.dedup_by(|next, kept| next.span.start < kept.span.end);
    tokens
}

fn collect(node: &Node, text: &str, tokens: &mut Vec<Token>) {
    let mut push = |kind| tokens.push(Token { kind, span: node.span });
    if node.span.of(text).starts_with('*') {
        return push(TokenKind::Alias);
    }
    match &node.value {
        NodeValue::Null => push(TokenKind::Null),
        NodeValue::Bool(_) => push(TokenKind::Bool),
        NodeValue::Number(_) => push(TokenKind::Number),
        NodeValue::Text(_) => push(TokenKind::Text),
        NodeValue::List(items) => items.iter().for_each(|item| collect(item, text, tokens)),
        NodeValue::Map(entries) => {
            for entry in entries {
                tokens.push(Token { kind: TokenKind::Key, span: entry.key_span });
                collect(&entry.value, text, tokens);
            }
        }
    }
}

/// Every `#` at the start of a line or after white space begins a comment, unless it stands inside a token.
fn comments(text: &str, tokens: &[Token]) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = tokens.iter().peekable();
    let mut before = '\n';
    let mut skip_to = 0;
    for (at, c) in text.char_indices() {
        while rest.peek().is_some_and(|token| token.span.end <= at) {
            rest.next();
        }
        let inside_token = rest.peek().is_some_and(|token| token.span.start <= at);
        if at >= skip_to && c == '#' && before.is_whitespace() && !inside_token {
            let length = text.get(at..).and_then(|tail| tail.find(['\n', '\r'])).unwrap_or(text.len() - at);
            found.push(Token { kind: TokenKind::Comment, span: Span::new(at, at + length) });
            skip_to = at + length;
        }
        before = c;
    }
    found
}
