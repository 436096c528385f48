//! One word of a pattern, with stars within.

use serde::{Deserialize, Serialize};

use crate::matcher::truth::Truth;

const CLIMBS: &str = "a word climbs with `..` where the pattern has a `*`";

/// A word in which any run of characters may stand between two pieces; one piece stands for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Glob {
    pub(super) pieces: Vec<String>,
}

impl Glob {
    /// The word, if there is no star.
    pub(super) fn literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [word] => Some(word),
            _ => None,
        }
    }

    pub(super) fn matches(&self, word: &str) -> bool {
        let mut pieces = self.pieces.iter().map(String::as_str);
        let Some(first) = pieces.next() else { return false };
        let Some(last) = pieces.next_back() else { return first == word };
        let Some(mut rest) = word.strip_prefix(first) else { return false };
        for piece in pieces {
            match rest.split_once(piece) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        rest.ends_with(last)
    }

    /// Whether it, which is in lower case, matches `word` in lower case.
    pub(super) fn matches_folded(&self, word: &str) -> bool {
        match self.pieces.as_slice() {
            [piece] => piece.eq_ignore_ascii_case(word),
            _ => self.matches(&word.to_ascii_lowercase()),
        }
    }

    /// Whether it matches, and no star swallows a `..` that leads out of what the pattern names.
    pub(super) fn covers(&self, word: &str) -> Truth {
        let own = self.pieces.iter().map(|piece| climbs(piece)).sum();
        match self.matches(word) {
            true if self.pieces.len() > 1 && climbs(word) > own => Truth::Undecidable(CLIMBS),
            matches => Truth::from(matches),
        }
    }

    pub(super) fn with_anything_before(&self) -> Self {
        let anything = Some(String::new()).filter(|_| self.pieces.first().is_some_and(|piece| !piece.is_empty()));
        Self { pieces: anything.into_iter().chain(self.pieces.iter().cloned()).collect() }
    }

    /// Whether `text` has it with no letter or the like next to it, except where a star is.
    pub(super) fn is_word_in(&self, text: &str) -> bool {
        let Some((first, others)) = self.pieces.split_first().filter(|_| !self.is_blank()) else { return false };
        let is_part = |c: char| c.is_alphanumeric() || "_.-".contains(c);
        let begins = |at: usize| !text.get(..at).is_some_and(|before| before.ends_with(is_part));
        let ends = |after: &str| !others.is_empty() || !after.starts_with(is_part);
        let behind_first = text.match_indices(first.as_str()).find_map(|(at, found)| {
            let behind = text.get(at + found.len()..)?;
            (begins(at) && ends(behind)).then_some(behind)
        });
        let behind_all = others.iter().try_fold(behind_first.unwrap_or(""), |behind, piece| {
            behind.split_once(piece.as_str()).map(|(_, behind)| behind)
        });
        behind_first.is_some() && behind_all.is_some()
    }

    /// How many bytes a word has at least that it matches.
    pub(super) fn length(&self) -> usize {
        self.pieces.iter().map(String::len).sum()
    }

    pub(super) fn is_option(&self) -> bool {
        self.pieces.first().is_some_and(|piece| is_option(piece))
    }

    pub(super) fn is_anything(&self) -> bool {
        self.pieces.len() > 1 && self.is_blank()
    }

    fn is_blank(&self) -> bool {
        self.pieces.iter().all(String::is_empty)
    }

    pub(super) fn slashes(&self) -> usize {
        self.pieces.iter().map(|piece| slashes(piece)).sum()
    }

    pub(super) fn last_segment(&self) -> Self {
        let mut segment = Vec::new();
        for piece in &self.pieces {
            match piece.rsplit_once('/') {
                Some((_, after)) => segment = vec![after.to_owned()],
                None => segment.push(piece.clone()),
            }
        }
        Self { pieces: segment }
    }
}

pub(super) fn is_option(word: &str) -> bool {
    word.starts_with('-')
}

pub(super) fn slashes(word: &str) -> usize {
    word.matches('/').count()
}

fn climbs(word: &str) -> usize {
    word.split('/').filter(|segment| *segment == "..").count()
}
