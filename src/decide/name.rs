//! Tool names that are not known, but could be taken for known ones.

use super::index::Hit;
use super::patterns::Patterns;
use crate::matcher::glob::Glob;
use crate::names::NameMap;
use crate::policy::model::Rule;
use crate::text::chars::is_hidden;

/// Finds the known name that an unknown one could be taken for.
///
/// Two names fold together if they are the same but for letter case, width, separators (`.`, `_`, `-`, white space),
/// characters that cannot be seen, and characters that look alike.
/// Nobody can list all characters that look like ASCII ones. So one outside ASCII in the unknown name may stand for up to
/// two ASCII characters, and one in the known name for one; characters of East Asian scripts only for themselves.
#[derive(Clone, Debug, Default)]
pub struct KnownNames {
    /// The first rule with each exact name, by its fold: names in ASCII, and others.
    ascii: NameMap<Vec<char>, Hit>,
    other: Vec<(Vec<char>, Hit)>,
    /// Patterns other than those that match every name, with their folds: those in ASCII, and others.
    ascii_globs: Vec<FoldedGlob>,
    other_globs: Vec<FoldedGlob>,
    /// Those in ASCII by the text of their folds.
    by_text: Patterns,
}

/// A pattern with its fold.
#[derive(Clone, Debug)]
struct FoldedGlob {
    folded: Vec<char>,
    glob: Glob,
    hit: Hit,
}

impl KnownNames {
    /// Reads `rules` once.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        let mut known = Self::default();
        for (rule, tools) in rules.iter().map(|rule| &rule.tools).enumerate() {
            for (pattern, tool) in tools.iter().enumerate() {
                known.add(&tool.text, tool.is_glob(), Hit { rule, pattern });
            }
        }
        known
    }

    fn add(&mut self, name: &str, is_glob: bool, hit: Hit) {
        if is_glob {
            if !name.chars().all(|c| c == '*') {
                self.add_glob(FoldedGlob { folded: fold(name, Separators::One), glob: Glob::new(name), hit });
            }
            return;
        }
        let folded = fold(name, Separators::LeftOut);
        if folded.is_empty() {
            return;
        }
        if is_ascii(&folded) {
            self.ascii.entry(folded).or_insert(hit);
        } else {
            self.other.push((folded, hit));
        }
    }

    fn add_glob(&mut self, glob: FoldedGlob) {
        if is_ascii(&glob.folded) {
            self.by_text.add(&glob.folded);
            self.ascii_globs.push(glob);
        } else {
            self.other_globs.push(glob);
        }
    }

    /// The first rule with a name or pattern that `tool`, which is no exact name of any rule, folds to.
    ///
    /// Among names and patterns of ASCII one of ASCII is looked up; all others are compared one by one.
    #[must_use]
    pub fn folds_to(&self, tool: &str) -> Option<Hit> {
        let folded = fold(tool, Separators::LeftOut);
        let equal = self.ascii.get(&folded).copied();
        let ascii = if is_ascii(&folded) { None } else { Some(&self.ascii) };
        let others = self.other.iter().map(|(known, hit)| (known, hit));
        let alike = ascii.into_iter().flatten().chain(others).filter(|(known, _)| reaches(known, &folded));
        equal.into_iter().chain(alike.map(|(_, hit)| *hit)).chain(self.glob_folds_to(tool)).min()
    }

    /// The first rule with a pattern that matches what `tool` folds to, but not `tool` itself.
    fn glob_folds_to(&self, tool: &str) -> Option<Hit> {
        if self.ascii_globs.is_empty() && self.other_globs.is_empty() {
            return None;
        }
        let readings = [Separators::One, Separators::OneWithCase].map(|separators| fold(tool, separators));
        let found = readings.iter().flat_map(|folded| {
            let others = self.other_globs.iter();
            self.globs_like(folded).chain(others).filter(|known| reaches(&known.folded, folded))
        });
        found.filter(|known| !known.glob.matches(tool)).map(|known| known.hit).min()
    }

    /// The patterns in ASCII that may match `folded`.
    fn globs_like(&self, folded: &[char]) -> impl Iterator<Item = &FoldedGlob> {
        // What is not ASCII may stand for what a pattern begins or ends with.
        let places =
            if is_ascii(folded) { self.by_text.candidates(folded) } else { (0..self.ascii_globs.len()).collect() };
        places.into_iter().filter_map(|at| self.ascii_globs.get(at))
    }
}

/// What becomes of separators in a fold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Separators {
    LeftOut,
    /// All are one and the same.
    One,
    /// The same, and an upper-case letter after a lower-case one is separated from it.
    OneWithCase,
}

fn is_ascii(folded: &[char]) -> bool {
    folded.iter().all(char::is_ascii)
}

fn fold(name: &str, separators: Separators) -> Vec<char> {
    let mut folded: Vec<char> = Vec::new();
    let mut after_lower_case = false;
    // To a program that ends texts at NUL, the name ends there.
    for c in name.chars().take_while(|&c| c != '\0').filter(|&c| !is_invisible(c)) {
        let c = narrow(c);
        if matches!(c, '.' | '_' | '-') || c.is_whitespace() {
            if separators != Separators::LeftOut && !(c.is_whitespace() && folded.is_empty()) {
                folded.push('_');
            }
            after_lower_case = false;
            continue;
        }
        if separators == Separators::OneWithCase && after_lower_case && c.is_uppercase() {
            folded.push('_');
        }
        after_lower_case = c.is_lowercase();
        folded.extend(c.to_lowercase().map(look_alike));
    }
    pairs(&folded)
}

/// Whether `c` cannot be seen, and does not separate words either.
fn is_invisible(c: char) -> bool {
    is_hidden(c) || (c.is_control() && !c.is_whitespace())
}

/// A full-width character in its usual width.
fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    }
}

/// One of the ASCII characters that look alike.
fn look_alike(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | 'i' | '|' => 'l',
        c => c,
    }
}

/// With pairs of letters that look like one replaced by it.
fn pairs(folded: &[char]) -> Vec<char> {
    let mut paired: Vec<char> = Vec::with_capacity(folded.len());
    for &c in folded {
        let pair = match (paired.last(), c) {
            (Some('r'), 'n') => Some('m'),
            (Some('v'), 'v') => Some('w'),
            _ => None,
        };
        match (pair, paired.last_mut()) {
            (Some(one), Some(last)) => *last = one,
            _ => paired.push(c),
        }
    }
    paired
}

/// Whether `c` could be taken for ASCII characters.
fn is_ambiguous(c: char) -> bool {
    let is_east_asian = matches!(
        u32::from(c),
        0x1100..=0x11FF | 0x2E80..=0xA4CF | 0xA960..=0xA97F | 0xAC00..=0xD7FF | 0xF900..=0xFAFF | 0xFF66..=0xFFDC
            | 0x20000..=0x3FFFF
    );
    // Dots, dashes and spaces of those scripts.
    let is_punctuation = matches!(u32::from(c), 0x3000..=0x303F | 0x30A0 | 0x30FB | 0x30FC);
    !c.is_ascii() && (!is_east_asian || is_punctuation)
}

/// Whether `c` is the half-width form of a letter of an East Asian script.
fn is_half_width(c: char) -> bool {
    matches!(c, '\u{FF66}'..='\u{FFDC}')
}

/// Whether `c` is a sound mark that a half-width letter before it takes in.
fn is_sound_mark(c: char) -> bool {
    matches!(c, '\u{FF9E}' | '\u{FF9F}')
}

/// How many ASCII characters one outside ASCII may stand for.
const STANDS_FOR_MAX: usize = 2;

/// Whether `known`, a folded name or pattern, is what the folded `name` could be taken for.
///
/// Most names differ from most others plainly, at the beginning or at the end.
fn reaches(known: &[char], name: &[char]) -> bool {
    let differs = differs_plainly(known.iter().zip(name)) || differs_plainly(known.iter().rev().zip(name.iter().rev()));
    !differs && walk(known, name)
}

/// Whether the first of `pairs`, of characters of a known name and of another, that are not the same are both plain. Then
/// nothing around them matters, as up to there each stands for itself.
fn differs_plainly<'a>(mut pairs: impl Iterator<Item = (&'a char, &'a char)>) -> bool {
    let is_plain = |(known, c): &(&char, &char)| known.is_ascii() && c.is_ascii() && **known != '*';
    pairs.find(|pair| pair.0 != pair.1 || !is_plain(pair)).is_some_and(|pair| is_plain(&pair))
}

/// Walks an automaton whose states are the places in `known`.
fn walk(known: &[char], name: &[char]) -> bool {
    let mut reached = vec![false; known.len() + 1];
    let mut next = reached.clone();
    mark(known, &mut reached, 0);
    for &c in name {
        next.fill(false);
        for at in (0..reached.len()).filter(|&at| reached.get(at) == Some(&true)) {
            step(known, at, c, &mut next);
        }
        std::mem::swap(&mut reached, &mut next);
        if !reached.contains(&true) {
            return false;
        }
    }
    reached.last() == Some(&true)
}

/// Marks where `c` leads from the place `at`.
fn step(known: &[char], at: usize, c: char, next: &mut [bool]) {
    match known.get(at) {
        Some('*') if c != '/' || known.get(at + 1) == Some(&'*') || (at > 0 && known.get(at - 1) == Some(&'*')) => {
            mark(known, next, at);
        }
        Some(&wanted) if wanted == c => mark(known, next, at + 1),
        Some(&wanted) if is_ambiguous(wanted) && c.is_ascii() => mark(known, next, at + 1),
        Some(&wanted) if (is_half_width(wanted) || is_half_width(c)) && !wanted.is_ascii() && !c.is_ascii() => {
            mark(known, next, at + 1);
        }
        _ => {}
    }
    if is_sound_mark(c) {
        mark(known, next, at);
    }
    if is_ambiguous(c) {
        let ascii = known.iter().skip(at).take(STANDS_FOR_MAX).take_while(|&&c| c.is_ascii() && c != '*').count();
        (0..=ascii).for_each(|skipped| mark(known, next, at + skipped));
    }
}

/// Marks the place `at`, and those after it that need no character.
fn mark(known: &[char], reached: &mut [bool], at: usize) {
    let optional = known.iter().skip(at).take_while(|&&c| c == '*' || is_ambiguous(c) || is_sound_mark(c)).count();
    for place in reached.iter_mut().skip(at).take(optional + 1) {
        *place = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::patterns::samples::{name, rules};
    use crate::policy::parse::parse;
    use crate::text::yaml::Limits;
    use proptest::prelude::*;

    fn folds_to(known: &str, tool: &str) -> bool {
        let text = format!("rules: [{{ tool: \"{known}\", action: block }}]");
        let rules = parse(&text, Limits::default()).0.map(|policy| policy.rules).unwrap_or_default();
        assert!(!rules.is_empty(), "`{known}` is no pattern");
        known != tool && KnownNames::new(&rules).folds_to(tool).is_some()
    }

    #[test]
    fn names_that_could_be_taken_for_known_ones_are_found() {
        let rows = [
            ("shell.execute", "shell.execute", false),
            ("shell.execute", "Shell.Execute", true),
            ("shell.execute", "shell_execute", true),
            ("shell.execute", "shell-execute", true),
            ("shell.execute", "shellExecute", true),
            ("shell.execute", " shell.execute", true),
            ("shell.execute", "shell.execute\n", true),
            ("shell.execute", "shell.\u{200B}execute", true),
            ("shell.execute", "ｓｈｅｌｌ.ｅｘｅｃｕｔｅ", true),
            ("shell.execute", "ѕhell.execute", true),
            ("shell.execute", "ѕһеӏӏ.ехесutе", true),
            ("shell.execute", "she11.execute", true),
            ("shell.execute", "shel\u{301}l.execute", true),
            ("shell.execute", "shell.executor", false),
            ("shell.execute", "shell/execute", false),
            ("shell.execute", "shell", false),
            ("file.read", "ﬁle.read", true),
            ("file.read", "file.write", false),
            ("file.read", "文件.读取", false),
            ("文件.读取", "文件.写入", false),
            ("文件.读取", "文件_读取", true),
            ("ファイル.read", "ﾌｧｲﾙ.read", true),
            ("ガード.read", "ｶﾞｰﾄﾞ.read", true),
            ("ｶﾞｰﾄﾞ.read", "ガード.read", true),
            ("ファイル.read", "ﾌｧｲ.read", false),
            ("shell.execute", "shell。execute", true),
            ("shell.execute", "shell・execute", true),
            ("shell.execute", "shell.execute\0", true),
            ("shell.execute", "shell.execute\0.harmless", true),
            ("shell.execute", "shell.\u{1b}execute\u{7f}", true),
            ("café.open", "cafe.open", true),
            ("cafe.open", "café.open", true),
            ("modern.io", "modem.io", true),
            ("file.*", "file.read", false),
            ("file.*", "File.read", true),
            ("file.*", "file_read", true),
            ("file.*", "fileRead", true),
            ("file.*", "files", false),
            ("file.*", "filesystem.read", false),
            ("file.*", "fіle.read", true),
            ("github/*", "GitHub/delete", true),
            ("github/*", "GitHub/repos/delete", false),
            ("github/**", "GitHub/repos/delete", true),
            ("*", "anything", false),
            ("**", "any/thing", false),
        ];
        for (known, tool, expected) in rows {
            assert_eq!(folds_to(known, tool), expected, "`{tool}` for `{known}`");
        }
    }

    /// The first rule that `tool` folds to, every name and pattern asked.
    fn plainly(rules: &[Rule], tool: &str) -> Option<Hit> {
        let named = fold(tool, Separators::LeftOut);
        let readings = [Separators::One, Separators::OneWithCase].map(|separators| fold(tool, separators));
        let folds = |known: &str| {
            if !known.contains('*') {
                let known = fold(known, Separators::LeftOut);
                return !known.is_empty() && (known == named || walk(&known, &named));
            }
            let folded = fold(known, Separators::One);
            let is_reached = readings.iter().any(|name| walk(&folded, name));
            known.chars().any(|c| c != '*') && is_reached && !Glob::new(known).matches(tool)
        };
        let all = rules.iter().enumerate().flat_map(|(rule, Rule { tools, .. })| {
            tools.iter().enumerate().map(move |(pattern, known)| (&known.text, Hit { rule, pattern }))
        });
        all.into_iter().find(|(known, _)| folds(known)).map(|(_, hit)| hit)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

        #[test]
        fn the_index_finds_what_asking_every_name_and_pattern_does(known in rules(), tool in name()) {
            let names = KnownNames::new(&known);
            prop_assert_eq!(names.folds_to(&tool), plainly(&known, &tool));
            for tool in known.iter().flat_map(|rule| &rule.tools).map(|known| known.text.replace('*', &tool)) {
                prop_assert_eq!(names.folds_to(&tool), plainly(&known, &tool), "{}", tool);
            }
        }
    }

    #[test]
    fn long_names_take_no_long_time() {
        let known = format!("{}{}", "a*".repeat(15), "a".repeat(900));
        assert!(folds_to(&known, &"é".repeat(500)));
        assert!(!folds_to(&"ab".repeat(400), &"é".repeat(150)));
    }
}
