//! Tool names that are not known, but could be taken for known ones.

use super::index::Hit;
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
    /// The first rule with each ASCII name, by its fold.
    ascii: NameMap<Vec<char>, Hit>,
    /// Folds of all exact names, and of those outside ASCII, in the order of the rules.
    folds: Vec<(Vec<char>, Hit)>,
    other: Vec<(Vec<char>, Hit)>,
    /// Patterns other than those that match every name, with their folds.
    globs: Vec<(Vec<char>, Glob, Hit)>,
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
                self.globs.push((fold(name, Separators::One), Glob::new(name), hit));
            }
            return;
        }
        let folded = fold(name, Separators::LeftOut);
        if folded.is_empty() {
            return;
        }
        if folded.iter().all(char::is_ascii) {
            self.ascii.entry(folded.clone()).or_insert(hit);
        } else {
            self.other.push((folded.clone(), hit));
        }
        self.folds.push((folded, hit));
    }

    /// The first rule with a name or pattern that `tool`, which is no exact name of any rule, folds to.
    #[must_use]
    pub fn folds_to(&self, tool: &str) -> Option<Hit> {
        let folded = fold(tool, Separators::LeftOut);
        let exact = self.ascii.get(&folded).copied();
        // Only names outside ASCII, known or asked for, need a look at each.
        let slow = if folded.iter().all(char::is_ascii) { &self.other } else { &self.folds };
        let slow = slow.iter().find(|(known, _)| reaches(known, &folded)).map(|&(_, hit)| hit);
        let by_glob = if self.globs.is_empty() { None } else { self.glob_folds_to(tool) };
        exact.into_iter().chain(slow).chain(by_glob).min()
    }

    /// The first rule with a pattern that matches what `tool` folds to, but not `tool` itself.
    fn glob_folds_to(&self, tool: &str) -> Option<Hit> {
        let folded = [Separators::One, Separators::OneWithCase].map(|separators| fold(tool, separators));
        let found = self
            .globs
            .iter()
            .find(|(known, glob, _)| folded.iter().any(|folded| reaches(known, folded)) && !glob.matches(tool));
        found.map(|&(_, _, hit)| hit)
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
/// Walks an automaton whose states are the places in `known`.
fn reaches(known: &[char], name: &[char]) -> bool {
    let mut reached = vec![false; known.len() + 1];
    mark(known, &mut reached, 0);
    for &c in name {
        let mut next = vec![false; known.len() + 1];
        for at in (0..reached.len()).filter(|&at| reached.get(at) == Some(&true)) {
            step(known, at, c, &mut next);
        }
        reached = next;
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
    use crate::policy::parse::parse;
    use crate::text::yaml::Limits;

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

    #[test]
    fn long_names_take_no_long_time() {
        let known = format!("{}{}", "a*".repeat(15), "a".repeat(900));
        assert!(folds_to(&known, &"é".repeat(500)));
        assert!(!folds_to(&"ab".repeat(400), &"é".repeat(150)));
    }
}
