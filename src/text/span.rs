//! Places in a text: byte offsets inside the core, lines and UTF-16 offsets at its border.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A part of a text, in bytes: `start` inclusive, `end` exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` up to `end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The text that the span covers; empty if it does not lie in `text`.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// Compiled policies know nothing of their texts: a span is written as nothing, and read as the empty one.
impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer).map(|()| Self::default())
    }
}

/// A place as people and editors count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Offset in UTF-16 code units.
    pub utf16: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in UTF-16 code units, from 1.
    pub column: usize,
}

/// How many bytes of text one entry of [`Positions::utf16_marks`] stands for.
const MARK_BYTES: usize = 256;

/// Turns byte offsets of one text into [`Position`]s.
///
/// ```
/// use countersign::text::span::Positions;
///
/// let positions = Positions::new("é: 🦀\nb");
/// let b = positions.at("é: 🦀\n".len());
/// assert_eq!((b.utf16, b.line, b.column), (6, 2, 1));
/// ```
pub struct Positions<'text> {
    text: &'text str,
    /// Byte offset at which each line starts. `\n`, `\r\n` and `\r` end a line, as in YAML.
    line_starts: Vec<usize>,
    /// UTF-16 offset at every [`MARK_BYTES`]th byte, so that one look-up reads few bytes, however long a line is.
    /// `None` if all of the text is ASCII: then the offsets are those in bytes.
    utf16_marks: Option<Vec<usize>>,
}

impl<'text> Positions<'text> {
    /// Reads `text` once.
    #[must_use]
    pub fn new(text: &'text str) -> Self {
        Self { text, line_starts: line_starts(text), utf16_marks: (!text.is_ascii()).then(|| utf16_marks(text)) }
    }

    /// The position of the byte at `offset`; the end of the text if `offset` lies beyond it.
    #[must_use]
    pub fn at(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.line_starts.partition_point(|&start| start <= offset);
        let utf16 = self.utf16(offset);
        let line_utf16 = self.utf16(self.line_start(line));
        Position { utf16, line, column: utf16 - line_utf16 + 1 }
    }

    /// The text of `line`, counted from 1, without its end; empty if there is no such line.
    #[must_use]
    pub fn line(&self, line: usize) -> &'text str {
        let end = self.line_starts.get(line).copied().unwrap_or(self.text.len());
        self.text.get(self.line_start(line)..end).unwrap_or_default().trim_end_matches(['\r', '\n'])
    }

    /// Byte offset at which `line`, counted from 1, starts.
    #[must_use]
    pub fn line_start(&self, line: usize) -> usize {
        self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len())
    }

    /// The byte at which the character begins that has the UTF-16 code unit at `utf16`; the end of the text if there is
    /// none.
    ///
    /// ```
    /// use countersign::text::span::Positions;
    ///
    /// let positions = Positions::new("é🦀b");
    /// assert_eq!([0, 1, 2, 3, 9].map(|utf16| positions.byte_at(utf16)), [0, 2, 2, 6, 7]);
    /// ```
    #[must_use]
    pub fn byte_at(&self, utf16: usize) -> usize {
        let Some(marks) = &self.utf16_marks else { return utf16.min(self.text.len()) };
        let mark = marks.partition_point(|&start| start <= utf16).saturating_sub(1);
        // A mark may stand inside a character, whose units were counted where it begins.
        let mut at = (mark * MARK_BYTES).min(self.text.len());
        let mut units = marks.get(mark).copied().unwrap_or(0);
        while !self.text.is_char_boundary(at) {
            at += 1;
        }
        for c in self.text.get(at..).unwrap_or_default().chars() {
            units += c.len_utf16();
            if units > utf16 {
                return at;
            }
            at += c.len_utf8();
        }
        at
    }

    fn utf16(&self, offset: usize) -> usize {
        let Some(marks) = &self.utf16_marks else { return offset };
        // The end of a text whose length is a multiple of MARK_BYTES has no mark of its own.
        let mark = (offset / MARK_BYTES).min(marks.len().saturating_sub(1));
        let behind = self.text.as_bytes().get(mark * MARK_BYTES..offset).unwrap_or_default();
        marks.get(mark).copied().unwrap_or(0) + utf16_length(behind)
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let mut starts = vec![0];
    let mut after_return = false;
    for (at, byte) in text.bytes().enumerate() {
        if after_return && byte != b'\n' {
            starts.push(at);
        }
        if byte == b'\n' {
            starts.push(at + 1);
        }
        after_return = byte == b'\r';
    }
    if after_return {
        starts.push(text.len());
    }
    starts
}

fn utf16_marks(text: &str) -> Vec<usize> {
    let mut utf16 = 0;
    let mark = |part: &[u8]| {
        let mark = utf16;
        utf16 += utf16_length(part);
        mark
    };
    text.as_bytes().chunks(MARK_BYTES).map(mark).collect()
}

/// How many UTF-16 code units `bytes` of a UTF-8 text are.
fn utf16_length(bytes: &[u8]) -> usize {
    bytes.iter().map(|&byte| utf16_units(byte)).sum()
}

/// How many UTF-16 code units begin with `byte` of a UTF-8 text.
fn utf16_units(byte: u8) -> usize {
    match byte {
        0x80..=0xBF => 0,
        0xF0..=0xFF => 2,
        _ => 1,
    }
}
