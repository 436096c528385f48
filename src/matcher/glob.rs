//! Patterns with `*` and `**`.

use serde::{Deserialize, Serialize};

/// Text at one side of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Affix {
    /// The text begins so.
    Beginning(String),
    /// The text ends so.
    End(String),
}

/// A pattern, compiled once and matched many times.
///
/// `*` stands for any run of characters except `/`, `**` for any run; everything else for itself, code point by code
/// point. A lone `*` matches every name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Glob {
    parts: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Part {
    Char(char),
    /// Any run of characters except `/`.
    Star,
    /// Any run of characters.
    DoubleStar,
}

impl Glob {
    /// The pattern that `text` writes. Runs of more than two stars must have been refused before.
    #[must_use]
    pub fn new(text: &str) -> Self {
        if text == "*" {
            return Self { parts: vec![Part::DoubleStar] };
        }
        let mut parts = Vec::new();
        for c in text.chars() {
            match (c, parts.last()) {
                ('*', Some(Part::Star)) => {
                    parts.pop();
                    parts.push(Part::DoubleStar);
                }
                ('*', _) => parts.push(Part::Star),
                (c, _) => parts.push(Part::Char(c)),
            }
        }
        Self { parts }
    }

    /// The pattern that `text` writes for a value that is no path: `*` and `**` both stand for any run of characters.
    #[must_use]
    pub fn across(text: &str) -> Self {
        let mut parts = Vec::new();
        for c in text.chars() {
            match (c, parts.last()) {
                ('*', Some(Part::DoubleStar)) => {}
                ('*', _) => parts.push(Part::DoubleStar),
                (c, _) => parts.push(Part::Char(c)),
            }
        }
        Self { parts }
    }

    /// The text that is all it asks for at the beginning, or at the end, if it is text and stars on one side.
    #[must_use]
    pub fn affix(&self) -> Option<Affix> {
        let is_star = |part: &&Part| matches!(part, Part::Star | Part::DoubleStar);
        let text: String =
            self.parts.iter().filter_map(|part| if let Part::Char(c) = part { Some(*c) } else { None }).collect();
        let stars = |at_end: bool| {
            if at_end {
                self.parts.iter().rev().take_while(is_star).count()
            } else {
                self.parts.iter().take_while(is_star).count()
            }
        };
        let is_one_sided = |stars: usize| stars > 0 && stars + text.chars().count() == self.parts.len();
        match (stars(true), stars(false)) {
            (after, 0) if is_one_sided(after) => Some(Affix::Beginning(text)),
            (0, before) if is_one_sided(before) => Some(Affix::End(text)),
            _ => None,
        }
    }

    /// Texts that it stands for: with something for each star, and with nothing.
    #[cfg(feature = "full")]
    #[must_use]
    pub fn examples(&self) -> Vec<String> {
        let with = |star: &str, double: &str| -> String {
            let piece = |part: &Part| match part {
                Part::Char(c) => c.to_string(),
                Part::Star => star.to_owned(),
                Part::DoubleStar => double.to_owned(),
            };
            self.parts.iter().map(piece).collect()
        };
        let mut examples = vec![with("x", "x"), with("", ""), with("x", "x/y")];
        examples.dedup();
        examples
    }

    /// How many parts it has: characters and stars.
    #[must_use]
    pub fn size(&self) -> usize {
        self.parts.len()
    }

    /// Whether the whole of `name` is one that the pattern stands for.
    ///
    /// Takes time proportional to the length of `name` times that of the pattern, at worst.
    ///
    /// ```
    /// use countersign::matcher::glob::Glob;
    ///
    /// assert!(Glob::new("file.*").matches("file.read"));
    /// assert!(!Glob::new("github/*").matches("github/repos/delete"));
    /// assert!(Glob::new("github/**").matches("github/repos/delete"));
    /// ```
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match self.parts.as_slice() {
            [Part::DoubleStar] => true,
            parts => from_start(parts, name.chars().map(Part::Char)),
        }
    }

    /// Whether this pattern surely stands for every name that `other` stands for.
    ///
    /// Where it is not sure it says no: the stars of `other` are taken as a whole.
    /// Takes time proportional to the length of `other` times that of the pattern, at worst.
    ///
    /// ```
    /// use countersign::matcher::glob::Glob;
    ///
    /// assert!(Glob::new("file.*").includes(&Glob::new("file.read*")));
    /// assert!(!Glob::new("github/*").includes(&Glob::new("github/**")));
    /// ```
    #[must_use]
    pub fn includes(&self, other: &Self) -> bool {
        match self.parts.as_slice() {
            [Part::DoubleStar] => true,
            parts => from_start(parts, other.parts.iter().copied()),
        }
    }
}

/// Whether `parts` stand for all that `word` does.
fn from_start(parts: &[Part], mut word: impl Iterator<Item = Part>) -> bool {
    // Most names fail at the literal beginning: see that before any memory is taken.
    let literal = parts.iter().take_while(|part| matches!(part, Part::Char(_))).count();
    let (beginning, rest) = parts.split_at_checked(literal).unwrap_or((parts, &[]));
    if !beginning.iter().all(|part| word.next().is_some_and(|given| *part == given)) {
        return false;
    }
    match rest {
        [] => word.next().is_none(),
        [Part::Star] => word.all(|given| !matches!(given, Part::Char('/') | Part::DoubleStar)),
        [Part::DoubleStar] => true,
        rest => walk(rest, word),
    }
}

/// Whether `parts` stand for all that `word` does.
///
/// Walks a nondeterministic automaton whose states are the places in `parts`; `reached` holds those possible so far.
fn walk(parts: &[Part], word: impl Iterator<Item = Part>) -> bool {
    let mut reached = vec![false; parts.len() + 1];
    let mut next = reached.clone();
    reach(parts, &mut reached, 0);
    for given in word {
        next.fill(false);
        for (at, part) in parts.iter().enumerate() {
            if !reached.get(at).copied().unwrap_or(false) {
                continue;
            }
            match (part, given) {
                (Part::Char(wanted), given) if Part::Char(*wanted) == given => reach(parts, &mut next, at + 1),
                (Part::Star, Part::Char('/') | Part::DoubleStar) | (Part::Char(_), _) => {}
                (Part::Star | Part::DoubleStar, _) => reach(parts, &mut next, at),
            }
        }
        std::mem::swap(&mut reached, &mut next);
        if !reached.contains(&true) {
            return false;
        }
    }
    reached.last().copied().unwrap_or(false)
}

/// Marks place `at` as possible, and those after it that need no character.
fn reach(parts: &[Part], reached: &mut [bool], at: usize) {
    let stars = parts.iter().skip(at).take_while(|part| matches!(part, Part::Star | Part::DoubleStar)).count();
    for place in reached.iter_mut().skip(at).take(stars + 1) {
        *place = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_what_the_language_says() {
        let rows = [
            ("*", "a/b", true),
            ("*", "", true),
            ("**", "a/b", true),
            ("a*", "a", true),
            ("a*", "ab/c", false),
            ("a**", "ab/c", true),
            ("*.read", "file.read", true),
            ("*.read", "a/file.read", false),
            ("**.read", "a/file.read", true),
            ("a*b*c", "a__b__c", true),
            ("a*b*c", "a__b__", false),
            ("a*b**c", "a_b/b/c", true),
            ("a*b**c", "a/b/c", false),
            ("**/x", "x", false),
            ("é*", "éa", true),
            ("file.read", "file.read", true),
            ("file.read", "file.reads", false),
            ("file.read", "file_read", false),
            ("", "", true),
        ];
        for (pattern, name, expected) in rows {
            assert_eq!(Glob::new(pattern).matches(name), expected, "`{pattern}` against `{name}`");
        }
    }

    #[test]
    fn a_pattern_includes_what_it_surely_stands_for() {
        let rows = [
            ("*", "**", true),
            ("**", "a/*", true),
            ("a*", "a", true),
            ("a*", "a*b", true),
            ("a*", "a*/b", false),
            ("a*", "a**", false),
            ("a**", "a*/b", true),
            ("*.read", "file.read", true),
            ("*.read", "*", false),
            ("a*b*c", "a*c", false),
            ("a*c", "a*b*c", true),
            ("a", "a*", false),
            ("a**c", "a/*/c", true),
            ("*a*", "*a", true),
        ];
        for (pattern, other, expected) in rows {
            assert_eq!(Glob::new(pattern).includes(&Glob::new(other)), expected, "`{pattern}` includes `{other}`");
        }
    }

    #[test]
    fn text_with_stars_on_one_side_is_an_affix() {
        let rows = [
            ("/srv/**", Some(Affix::Beginning("/srv/".to_owned()))),
            ("git *", Some(Affix::Beginning("git ".to_owned()))),
            ("*.md", Some(Affix::End(".md".to_owned()))),
            ("a*b", None),
            ("*a*", None),
            ("abc", None),
            ("*", None),
        ];
        for (pattern, expected) in rows {
            assert_eq!(Glob::across(pattern).affix(), expected, "`{pattern}`");
        }
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        let pattern = "*a".repeat(200);
        assert!(!Glob::new(&pattern).matches(&"a".repeat(199)));
        assert!(Glob::new(&pattern).matches(&"a".repeat(400)));
    }
}
