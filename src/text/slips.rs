//! What was most likely meant by a word that is none.

use super::diagnostic::Diagnostic;
use super::prose::{WRITTEN, prose};
use super::span::Span;

impl Diagnostic {
    /// With `word` in place of what stands at `span` of `source` as a change, if the text there is replaced so easily.
    #[must_use]
    pub fn replace_fix(self, word: &str, span: Span, source: &str) -> Self {
        if !WRITTEN {
            return self;
        }
        if is_block_text(span, source) || span.of(source).starts_with(['*', '&', '!']) {
            return self;
        }
        self.fix(prose!("replace it with `{word}`"), span, word)
    }

    /// As [`Diagnostic::replace_fix`] for a word that is text: where double quotes stand, they stay.
    #[must_use]
    pub fn replace_word(self, word: &str, span: Span, source: &str) -> Self {
        if !WRITTEN {
            return self;
        }
        if span.of(source).starts_with('"') {
            self.fix(prose!("replace it with `{word}`"), span, prose!("\"{word}\""))
        } else {
            self.replace_fix(word, span, source)
        }
    }

    /// With quotes around the plain word at `span` of `source` as a change, if it is one.
    #[must_use]
    pub fn quote_fix(self, span: Span, source: &str) -> Self {
        if !WRITTEN {
            return self;
        }
        let written = span.of(source);
        let is_word = written.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"~.+-_".contains(&byte));
        if written.is_empty() || !is_word { self } else { self.fix("quote it", span, prose!("\"{written}\"")) }
    }

    /// With the nearest of `known` as advice and change, if one is close to `written`, which stands at `span` of `source`.
    #[must_use]
    pub fn did_you_mean(self, written: &str, known: &[&str], span: Span, source: &str) -> Self {
        if !WRITTEN {
            return self;
        }
        match nearest(written, known) {
            Some(near) => self.help(prose!("did you mean `{near}`?")).replace_word(near, span, source),
            None => self,
        }
    }

    /// As [`Diagnostic::did_you_mean`]; but first, if `others` has `written`, with what it says of it: see
    /// [`Diagnostic::called`].
    #[must_use]
    pub fn here_called(self, written: &str, others: &[(&str, &str)], known: &[&str], span: Span, source: &str) -> Self {
        if !WRITTEN {
            return self;
        }
        match other_word(written, others) {
            Some(ours) => self.called(ours, known, span, source),
            None => self.did_you_mean(written, known, span, source),
        }
    }

    /// With `ours` as advice: advice in words as it is; our word for what stands at `span` of `source` also as a change,
    /// if it is one of those that are `free`.
    #[must_use]
    pub fn called(self, ours: &str, free: &[&str], span: Span, source: &str) -> Self {
        if !WRITTEN {
            return self;
        }
        if ours.contains(' ') {
            return self.help(ours);
        }
        let diagnostic = self.help(prose!("here this is called `{ours}`"));
        if free.contains(&ours) { diagnostic.replace_word(ours, span, source) } else { diagnostic }
    }
}

/// Whether what stands at `span` is text in block form: it begins after `|` or `>` on a line before.
fn is_block_text(span: Span, source: &str) -> bool {
    let before = source.get(..span.start).unwrap_or_default();
    // A line may be as long as the whole text: what is no indentation is not looked through.
    let above = before.trim_end_matches([' ', '\t']);
    if !above.is_empty() && !above.ends_with(['\n', '\r']) {
        return false;
    }
    let (before, indentation) = before.rsplit_once(['\n', '\r']).unwrap_or(("", before));
    let header = before.rsplit(['\n', '\r']).find(|line| !line.trim().is_empty()).unwrap_or_default();
    let header = header.split(" #").next().unwrap_or_default().trim_end();
    let marker = header.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
    indentation.trim().is_empty() && marker.ends_with(['|', '>'])
}

/// The one of `known` that `written` is most likely a slip of, if any is close.
#[must_use]
pub fn nearest<'known>(written: &str, known: &[&'known str]) -> Option<&'known str> {
    nearest_within(written, known, usize::MAX)
}

/// As [`nearest`], and no more than `most` letters away.
#[must_use]
pub fn nearest_within<'known>(written: &str, known: &[&'known str], most: usize) -> Option<&'known str> {
    let written = written.trim().to_ascii_lowercase().replace('-', "_");
    if written.is_empty() || written.len() > 40 {
        return None;
    }
    known
        .iter()
        .map(|&word| (edit_distance(&written, word), word))
        .filter(|&(distance, word)| distance <= word.chars().count().div_ceil(3).min(most))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, word)| word)
}

/// What `others` says of `written`; letter case, `_`, `-` and `$` make no difference.
#[must_use]
pub fn other_word<'ours>(written: &str, others: &[(&str, &'ours str)]) -> Option<&'ours str> {
    let fold = |word: &str| -> String {
        word.trim().chars().filter(|c| !matches!(c, '_' | '-' | '$')).map(|c| c.to_ascii_lowercase()).collect()
    };
    let folded = fold(written);
    others.iter().find(|(other, _)| fold(other) == folded).map(|(_, ours)| *ours)
}

/// Damerau–Levenshtein distance (optimal string alignment): insertions, deletions, substitutions and swaps of neighbours.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous_a = None;
    for (i, a_char) in a.chars().enumerate() {
        let mut row = vec![i + 1];
        let mut previous_b = None;
        for (j, &b_char) in b.iter().enumerate() {
            let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
            let substituted = at(&last, j) + usize::from(a_char != b_char);
            let mut best = substituted.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            if previous_a == Some(b_char) && previous_b == Some(a_char) && j > 0 {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
            previous_b = Some(b_char);
        }
        before = std::mem::replace(&mut last, row);
        previous_a = Some(a_char);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let known = &["allow", "escalate", "block"];
        assert_eq!(nearest("escalte", known), Some("escalate"));
        assert_eq!(nearest("Allow", known), Some("allow"));
        assert_eq!(nearest("alolw", known), Some("allow"));
        assert_eq!(nearest("deny", known), None);
        assert_eq!(nearest("", known), None);
    }
}
