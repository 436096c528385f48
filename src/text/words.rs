//! What there is to say of a problem.

use std::fmt::Write as _;

use super::chars::is_hidden;
use super::span::Span;

/// A second place that a problem speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub span: Span,
    /// What is there, such as "first used here".
    pub message: String,
}

/// A change to the text that would mend a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the change does, such as "replace it with `escalate`".
    pub title: String,
    /// What to replace.
    pub span: Span,
    /// What to put there.
    pub replacement: String,
}

/// What there is to say of a problem: the message, and what helps to mend it.
///
/// The message is one line in lower case without a full stop; text of the user's stands in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What is wrong.
    pub message: String,
    /// What stands under the carets, if anything.
    pub label: Option<String>,
    /// Other places that matter.
    pub related: Vec<Related>,
    /// Advice, if there is any.
    pub help: Option<String>,
    /// Changes that would mend it; the first is the likeliest.
    pub fixes: Vec<Fix>,
}

impl Words {
    /// Nothing more than `message`.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: one_line(&message.into()), label: None, related: Vec::new(), help: None, fixes: Vec::new() }
    }

    pub(super) fn label(&mut self, label: impl Into<String>) {
        self.label = Some(one_line(&label.into()));
    }

    pub(super) fn related(&mut self, span: Span, message: impl Into<String>) {
        self.related.push(Related { span, message: message.into() });
    }

    pub(super) fn help(&mut self, help: impl Into<String>) {
        self.help = Some(one_line(&help.into()));
    }

    /// Whether there is advice.
    pub(crate) fn has_help(&self) -> bool {
        self.help.is_some()
    }

    pub(super) fn fix(&mut self, title: impl Into<String>, span: Span, replacement: impl Into<String>) {
        self.fixes.push(Fix { title: one_line(&title.into()), span, replacement: replacement.into() });
    }

    /// Moves every place in them.
    pub(crate) fn place(&mut self, place: impl Fn(&mut Span)) {
        self.related.iter_mut().for_each(|related| place(&mut related.span));
        self.fixes.iter_mut().for_each(|fix| place(&mut fix.span));
    }
}

/// How many characters of a message are worth reading.
const MESSAGE_CHARS: usize = 300;

/// `text` as one line of bounded length, with everything that could deceive a reader shown as a token.
fn one_line(text: &str) -> String {
    if text.len() <= MESSAGE_CHARS {
        return visible(text);
    }
    match text.char_indices().nth(MESSAGE_CHARS) {
        Some((cut, _)) => format!("{}…", visible(text.get(..cut).unwrap_or_default())),
        None => visible(text),
    }
}

/// `text` with everything that could act on a terminal or deceive a reader shown as a token.
pub(super) fn visible(text: &str) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => shown.push_str("    "),
            c if c.is_control() || is_hidden(c) => {
                let _ = write!(shown, "<U+{:04X}>", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    shown
}
