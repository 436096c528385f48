//! The regular expressions of schemas.

use serde::{Deserialize, Serialize};

use crate::matcher::regex::{Regex, Regexes, TEXT_BYTES_MAX};

/// A regular expression of a schema, which other engines read in their own ways.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pattern {
    /// `None` if it is none for this engine, such as one that looks around.
    regex: Option<Regex>,
    /// Whether `.`, or a class that knows white space, is in it: there engines differ over other than ASCII.
    has_wide_class: bool,
    /// Steps that each byte of a text takes.
    cost_per_byte: usize,
}

impl Pattern {
    /// The pattern `text`, if this engine can read it; else one of which nobody can tell what matches it.
    #[must_use]
    pub fn new(text: &str, regexes: &mut Regexes) -> Self {
        Self {
            regex: regexes.get(text).ok(),
            has_wide_class: text.contains(['.', '\\']),
            // What is repeated is compiled as often as it is repeated.
            cost_per_byte: if text.contains('{') { 64 } else { 1 + text.len() / 16 },
        }
    }

    /// How many steps matching `text` takes.
    #[must_use]
    pub fn cost(&self, text: &str) -> usize {
        if self.regex.is_none() || text.len() > TEXT_BYTES_MAX {
            1
        } else {
            text.len().saturating_mul(self.cost_per_byte)
        }
    }

    /// Whether it matches some part of `text`; `None` if nobody can tell, because the engine cannot read the pattern,
    /// the text is too long, or other engines would say otherwise.
    #[must_use]
    pub fn matches(&self, text: &str) -> Option<bool> {
        let is_disputed = |c: char| c == '\r' || c == '\u{FEFF}' || !c.is_ascii() && c.is_whitespace();
        let regex = self.regex.as_ref().filter(|_| text.len() <= TEXT_BYTES_MAX)?;
        if self.has_wide_class && text.contains(is_disputed) { None } else { Some(regex.matches(text)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_engines_read_in_their_own_ways_is_nobody_s_to_tell() {
        let regexes = &mut Regexes::new(Regex::anywhere);
        let rows = [
            ("^[a-z]+$", "abc", Some(true)),
            ("^[a-z]+$", "abc\n", Some(false)),
            ("b", "abc", Some(true)),
            ("^.$", "\n", Some(false)),
            ("^.$", "\r", None),
            (r"^\S$", "\u{A0}", None),
            ("^[a-z]$", "\u{A0}", Some(false)),
            ("(?=a)", "a", None),
            (r"(a)\1", "aa", None),
            (r"\p{L}", "a", None),
            ("[", "a", None),
        ];
        for (pattern, text, expected) in rows {
            assert_eq!(Pattern::new(pattern, regexes).matches(text), expected, "{pattern:?} and {text:?}");
        }
        assert_eq!(Pattern::new("a", regexes).matches(&"a".repeat(TEXT_BYTES_MAX + 1)), None);
    }
}
