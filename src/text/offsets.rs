//! The scanner's offsets.

use super::span::Span;

/// Turns the scanner's offsets in characters into offsets in bytes.
pub(super) enum CharOffsets {
    /// Every character is one byte.
    Ascii { length: usize },
    /// Byte offset of each character, and the length of the text at the end.
    Table(Vec<usize>),
}

impl CharOffsets {
    pub(super) fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Ascii { length: text.len() };
        }
        Self::Table(text.char_indices().map(|(at, _)| at).chain([text.len()]).collect())
    }

    pub(super) fn byte(&self, char_index: usize) -> usize {
        match self {
            Self::Ascii { length } => char_index.min(*length),
            Self::Table(offsets) => offsets.get(char_index).or(offsets.last()).copied().unwrap_or(0),
        }
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.byte(start), self.byte(end))
    }
}
