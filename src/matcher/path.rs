//! Paths, compared by their text alone: names between `/`, as POSIX reads them. Links on disk cannot be seen.
//!
//! What a file system, or a tool in front of it, could read in another way is undecidable: an escape, a wildcard, a
//! drive letter, a character that cannot be seen. So is a difference that some file systems do not make: case, and
//! the ways of writing one non-ASCII character.

use std::fmt;

use crate::matcher::glob::Glob;
use crate::matcher::truth::Truth;

/// The longest path that is looked at, in bytes: Linux opens none that is longer.
pub const PATH_BYTES_MAX: usize = 4096;

/// The longest pattern, in bytes. With [`PATH_BYTES_MAX`] it bounds the time that a match takes.
pub const PATTERN_BYTES_MAX: usize = 1024;

/// A path without `.`, without empty names, and with `..` only at the start of a relative one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NormalPath<'a> {
    absolute: bool,
    /// How many folders above its start a relative path begins.
    climbs: usize,
    names: Vec<&'a str>,
}

/// The normal form of the path that `text` writes.
///
/// The root's parent is the root; a trailing `/` says nothing.
///
/// # Errors
///
/// Why the path cannot be decided.
///
/// ```
/// use countersign::matcher::path::normalise;
///
/// assert_eq!(normalise("src//./lib/../main.rs")?.to_string(), "src/main.rs");
/// assert_eq!(normalise("out/../../x")?.to_string(), "../x");
/// assert!(normalise("~/.ssh").is_err());
/// # Ok::<(), &str>(())
/// ```
pub fn normalise(text: &str) -> Result<NormalPath<'_>, &'static str> {
    if text.is_empty() {
        return Err("the path is empty");
    }
    if text.len() > PATH_BYTES_MAX {
        return Err("the path is longer than 4,096 bytes");
    }
    readable(text)?;
    if text.contains(['*', '?', '{']) {
        return Err("the path holds a wildcard");
    }

    let absolute = text.starts_with('/');
    let mut climbs = 0;
    let mut names = Vec::new();
    for name in text.split('/') {
        if name.starts_with(char::is_whitespace) || name.ends_with(char::is_whitespace) {
            return Err("white space stands at the edge of a name in the path");
        }
        match name {
            "" | "." => {}
            ".." if names.pop().is_none() && !absolute => climbs += 1,
            ".." => {}
            name => names.push(name),
        }
    }
    Ok(NormalPath { absolute, climbs, names })
}

impl<'a> NormalPath<'a> {
    /// Whether it begins at the root.
    #[must_use]
    pub fn is_absolute(&self) -> bool {
        self.absolute
    }

    /// How many folders above its start a relative path begins; 0 for an absolute one.
    #[must_use]
    pub fn climbs(&self) -> usize {
        self.climbs
    }

    /// The names from the start to the end. None is empty, `.` or `..`.
    #[must_use]
    pub fn names(&self) -> &[&'a str] {
        &self.names
    }

    /// This path as it stands in the folder `base`; an absolute path stays as it is.
    fn joined_to(self, base: Option<&'a str>) -> Result<Self, &'static str> {
        let Some(base) = base.filter(|_| !self.absolute) else { return Ok(self) };
        let mut base = normalise(base)?;
        if !base.absolute {
            return Err("`base` is not an absolute path");
        }
        base.names.truncate(base.names.len().saturating_sub(self.climbs));
        base.names.extend(self.names);
        Ok(base)
    }
}

impl fmt::Display for NormalPath<'_> {
    /// Writes a text that normalises to this path again.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let climbs = std::iter::repeat_n("..", self.climbs);
        let text = climbs.chain(self.names.iter().copied()).collect::<Vec<_>>().join("/");
        match text.as_str() {
            text if self.absolute => write!(out, "/{text}"),
            "" => out.write_str("."),
            text if reads_as_more_than_a_path(text) => write!(out, "./{text}"),
            text => out.write_str(text),
        }
    }
}

/// Whether `path` is `folder` or stands in it, at any depth.
///
/// `base` is the absolute folder that relative paths stand in. Without it a relative path can be compared only with a
/// relative folder. A relative path that climbs out of its start is not under a relative folder; where it could come
/// back in by another name, as `../app/src` could be `src`, that is undecidable.
///
/// `ignore_case` is for file systems that ignore case. Without it, names that differ only by case are undecidable:
/// it cannot be seen whether they are one name.
///
/// ```
/// use countersign::matcher::{path::under, truth::Truth};
///
/// assert_eq!(under("/home/app/x", "/home/app", None, false), Truth::Holds);
/// assert_eq!(under("/home/app-evil/x", "/home/app", None, false), Truth::DoesNotHold);
/// assert_eq!(under("../x", "/home/app", Some("/home/app/src"), false), Truth::Holds);
/// assert!(matches!(under("x", "/home/app", None, false), Truth::Undecidable(_)));
/// ```
#[must_use]
pub fn under(path: &str, folder: &str, base: Option<&str>, ignore_case: bool) -> Truth {
    settle(|| {
        let path = normalise_value(path, ignore_case)?.joined_to(base)?;
        let folder = normalise(folder)?.joined_to(base)?;
        match (path.absolute, folder.absolute) {
            (true, true) => Ok(begins_with(&path.names, &folder.names, ignore_case)),
            (false, false) => Ok(relative_under(&path, &folder, ignore_case)),
            (false, true) => Err("the path is relative, the folder is not, and no `base` is known"),
            (true, false) => Err("the folder is relative, the path is not, and no `base` is known"),
        }
    })
}

/// Both start in one unknown folder.
fn relative_under(path: &NormalPath<'_>, folder: &NormalPath<'_>, ignore_case: bool) -> Truth {
    // What both climb leads to one folder, from which the rest can be read.
    let climbs = path.climbs.saturating_sub(folder.climbs);
    match folder.climbs.saturating_sub(path.climbs) {
        0 => climbed(climbs, &path.names, |names| begins_with(names, &folder.names, ignore_case)),
        _ if folder.names.is_empty() => Truth::Holds,
        _ => Truth::Undecidable("the folder climbs further than the path, and no `base` is known"),
    }
}

/// Whether `names`, which begin `climbs` folders above the start, pass `test` seen from the start.
///
/// Above the start the names are unknown, so the first of `names` may lead back in: `climbs` of them, or fewer where
/// the climb ends at the root.
fn climbed(climbs: usize, names: &[&str], test: impl Fn(&[&str]) -> Truth) -> Truth {
    if climbs == 0 {
        return test(names);
    }
    let may_come_back =
        (0..=climbs).filter_map(|back| names.get(back..)).any(|names| test(names) != Truth::DoesNotHold);
    if may_come_back {
        Truth::Undecidable("the path climbs out of its start and may come back in, and no `base` is known")
    } else {
        Truth::DoesNotHold
    }
}

fn begins_with(names: &[&str], beginning: &[&str], ignore_case: bool) -> Truth {
    if names.len() < beginning.len() {
        return Truth::DoesNotHold;
    }
    Truth::all(names.iter().zip(beginning).map(|(name, wanted)| same_name(name, wanted, ignore_case)))
}

/// A pattern for whole paths: `*` stands for any run of characters in a name, the name `**` for any names, also none.
/// Everything else stands for itself; a leading dot is nothing special.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathGlob {
    absolute: bool,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Name(String),
    /// A name with stars; `folded` is in lower case.
    Stars {
        text: String,
        exact: Glob,
        folded: Glob,
    },
    /// Any names, also none.
    Any,
}

/// The pattern that `text` writes.
///
/// # Errors
///
/// Why it is no pattern: what [`normalise`] could not decide, `..`, wildcards other than `*` and `**`, `**` as a part
/// of a name, `/` at the end, more than [`PATTERN_BYTES_MAX`] bytes.
///
/// ```
/// use countersign::matcher::{path::path_glob, truth::Truth};
///
/// let sources = path_glob("src/**/*.rs")?;
/// assert_eq!(sources.matches("src/main.rs", None, false), Truth::Holds);
/// assert_eq!(sources.matches("src/../main.rs", None, false), Truth::DoesNotHold);
/// # Ok::<(), &str>(())
/// ```
pub fn path_glob(text: &str) -> Result<PathGlob, &'static str> {
    if text.is_empty() {
        return Err("the pattern is empty");
    }
    if text.len() > PATTERN_BYTES_MAX {
        return Err("the pattern is longer than 1,024 bytes");
    }
    readable(text)?;
    if text.contains(['?', '[', ']', '{', '}']) || text.starts_with('!') {
        return Err("a path pattern has no wildcards but `*` and `**`");
    }
    if text.len() > 1 && text.ends_with('/') {
        return Err("a path pattern does not end in `/`; for all that is in a folder it ends in `/**`");
    }
    let mut parts = Vec::new();
    for name in text.split('/') {
        match name {
            "" | "." => {}
            ".." => return Err("a path pattern holds no `..`"),
            "**" if parts.last() == Some(&Part::Any) => {}
            "**" => parts.push(Part::Any),
            name if name.contains("**") => return Err("`**` stands for whole names only, as in `src/**`"),
            name if name.trim() != name => return Err("white space stands at the edge of a name in the pattern"),
            name if name.contains('*') => parts.push(Part::Stars {
                text: name.to_owned(),
                exact: Glob::new(name),
                folded: Glob::new(&name.to_ascii_lowercase()),
            }),
            name => parts.push(Part::Name(name.to_owned())),
        }
    }
    Ok(PathGlob { absolute: text.starts_with('/'), parts })
}

impl PathGlob {
    /// Whether the whole of `path` is one that the pattern stands for; `base` and `ignore_case` as for [`under`].
    ///
    /// A relative pattern says where a path stands from its start, so an absolute path is compared with it only if
    /// `base` is known.
    #[must_use]
    pub fn matches(&self, path: &str, base: Option<&str>, ignore_case: bool) -> Truth {
        settle(|| {
            let path = normalise_value(path, ignore_case)?.joined_to(base)?;
            match (path.absolute, self.absolute, base) {
                (true, true, _) => Ok(self.matches_names(&path.names, ignore_case)),
                (false, false, _) => {
                    Ok(climbed(path.climbs, &path.names, |names| self.matches_names(names, ignore_case)))
                }
                (true, false, Some(base)) => {
                    let base = normalise(base)?;
                    if !base.absolute {
                        return Err("`base` is not an absolute path");
                    }
                    let inside = path.names.get(base.names.len()..).unwrap_or_default();
                    Ok(Truth::all([
                        begins_with(&path.names, &base.names, ignore_case),
                        self.matches_names(inside, ignore_case),
                    ]))
                }
                (false, true, _) => Err("the path is relative, the pattern is not, and no `base` is known"),
                (true, false, None) => Err("the pattern is relative, the path is not, and no `base` is known"),
            }
        })
    }

    /// Whether it is a pattern for absolute paths.
    #[must_use]
    pub fn is_absolute(&self) -> bool {
        self.absolute
    }

    /// Whether the pattern stands for `names`. Walks a nondeterministic automaton whose states are the places in
    /// `parts`; `reached` says how surely each is one of those possible so far.
    pub(super) fn matches_names(&self, names: &[&str], ignore_case: bool) -> Truth {
        let none = vec![Truth::DoesNotHold; self.parts.len() + 1];
        let mut reached = none.clone();
        reach(&self.parts, &mut reached, 0, Truth::Holds);
        for name in names {
            let mut next = none.clone();
            for (at, (part, so_far)) in self.parts.iter().zip(&reached).enumerate() {
                if *so_far == Truth::DoesNotHold {
                    continue;
                }
                match part {
                    Part::Any => reach(&self.parts, &mut next, at, *so_far),
                    Part::Name(_) | Part::Stars { .. } => {
                        let here = Truth::all([*so_far, part.is(name, ignore_case)]);
                        reach(&self.parts, &mut next, at + 1, here);
                    }
                }
            }
            reached = next;
        }
        reached.last().copied().unwrap_or(Truth::DoesNotHold)
    }
}

/// Marks place `at` as possible, as surely as `truth` says, and those after it that need no name.
fn reach(parts: &[Part], reached: &mut [Truth], at: usize, truth: Truth) {
    let free = parts.iter().skip(at).take_while(|part| **part == Part::Any).count();
    for place in reached.iter_mut().skip(at).take(free + 1) {
        *place = Truth::any([*place, truth]);
    }
}

impl Part {
    fn is(&self, name: &str, ignore_case: bool) -> Truth {
        match self {
            Self::Any => Truth::Holds,
            Self::Name(wanted) => same_name(name, wanted, ignore_case),
            Self::Stars { text, exact, folded } => {
                if exact.matches(name) {
                    Truth::Holds
                } else if folded.matches(&name.to_ascii_lowercase()) {
                    if ignore_case { Truth::Holds } else { Truth::Undecidable(BY_CASE) }
                } else if name.contains(is_slippery)
                    || text.contains(|c: char| !c.is_ascii() && (is_slippery(c) || !name.is_ascii()))
                {
                    Truth::Undecidable(BY_WRITING)
                } else {
                    Truth::DoesNotHold
                }
            }
        }
    }
}

/// Whether `text` can be the extension that [`extension`] looks for.
///
/// # Errors
///
/// Why no path could have it: it is empty, holds a dot, or is not plain text of one name.
pub fn extension_name(text: &str) -> Result<(), &'static str> {
    if text.contains('.') {
        return Err("an extension is written without dots: the part after the last one");
    }
    if text.contains('/') {
        return Err("an extension holds no `/`");
    }
    if text.contains('[') {
        return Err("an extension holds no wildcards");
    }
    normalise(text).map(|_| ())
}

/// Whether the last name in `path` has one of the `wanted` extensions: what follows its last dot, without the dot.
/// A name whose only dot is its first character has none.
///
/// ```
/// use countersign::matcher::{path::extension, truth::Truth};
///
/// assert_eq!(extension("notes/a.tar.gz", &["gz"], false), Truth::Holds);
/// assert_eq!(extension("notes/.gz", &["gz"], false), Truth::DoesNotHold);
/// ```
#[must_use]
pub fn extension(path: &str, wanted: &[&str], ignore_case: bool) -> Truth {
    settle(|| {
        let path = normalise_value(path, ignore_case)?;
        let Some(name) = path.names.last() else {
            return if path.absolute {
                Ok(Truth::DoesNotHold)
            } else {
                Err("the path ends in a folder whose name is not known")
            };
        };
        match name.rsplit_once('.') {
            Some((_, "")) => Err("the path ends in a dot, which some file systems drop"),
            None | Some(("", _)) => Ok(Truth::DoesNotHold),
            Some((_, found)) => Ok(Truth::any(wanted.iter().map(|wanted| same_name(found, wanted, ignore_case)))),
        }
    })
}

fn settle(decide: impl FnOnce() -> Result<Truth, &'static str>) -> Truth {
    decide().unwrap_or_else(Truth::Undecidable)
}

/// The normal form of a path in a call, unless a file system that ignores case, as those of Windows do, reads it
/// otherwise.
fn normalise_value(text: &str, ignore_case: bool) -> Result<NormalPath<'_>, &'static str> {
    let path = normalise(text)?;
    if ignore_case && path.names.iter().any(|name| windows_reads_otherwise(name)) {
        return Err("a name in the path is read otherwise on Windows");
    }
    Ok(path)
}

/// Trailing dots are dropped, `:` begins a stream, `~1` ends a short name.
fn windows_reads_otherwise(name: &str) -> bool {
    let short = name.split('~').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    short || name.ends_with('.') || name.contains(':')
}

/// Refuses what stands for something else than itself before a file system sees it, or cannot be seen by a reader.
fn readable(text: &str) -> Result<(), &'static str> {
    for c in text.chars() {
        match c {
            '\0' => return Err("the path holds NUL"),
            '\\' => return Err("the path holds a backslash"),
            '%' => return Err("the path holds `%`, which may begin an escape"),
            c if c.is_control() => return Err("the path holds a control character"),
            c if is_invisible(c) => return Err("the path holds a character that cannot be seen"),
            c if looks_like_syntax(c) => return Err("the path holds a look-alike of `/`, `\\` or `.`"),
            _ => {}
        }
    }
    if text.starts_with('~') {
        return Err("the path begins with `~`");
    }
    if text.starts_with('$') || text.contains("${") || text.contains("$(") {
        return Err("the path holds a variable");
    }
    if text.starts_with("//") && !text.starts_with("///") {
        return Err("the path begins with `//`, which may name a machine");
    }
    if reads_as_more_than_a_path(text) {
        return Err("the path begins like a URL, a drive or a machine");
    }
    Ok(())
}

/// Whether a relative path cannot begin like `text` without `./` before it.
fn reads_as_more_than_a_path(text: &str) -> bool {
    text.starts_with(['~', '$']) || text.split('/').next().is_some_and(|first| first.contains(':'))
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn looks_like_syntax(c: char) -> bool {
    matches!(
        c,
        '\u{2024}'
            | '\u{2025}'
            | '\u{2044}'
            | '\u{2215}'
            | '\u{2216}'
            | '\u{29f5}'
            | '\u{29f8}'
            | '\u{29f9}'
            | '\u{fe30}'
            | '\u{fe52}'
            | '\u{fe68}'
            | '\u{ff0e}'
            | '\u{ff0f}'
            | '\u{ff3c}'
            | '\u{ff61}'
    )
}

const BY_CASE: &str = "a name in the path differs only by case, which some file systems ignore";
const BY_WRITING: &str = "a name in the path may be another way to write the one compared with";

/// Whether `name`, of a call, and `wanted`, of a policy, are one name.
fn same_name(name: &str, wanted: &str, ignore_case: bool) -> Truth {
    if name == wanted {
        return Truth::Holds;
    }
    let (mut left, mut right) = (name.chars(), wanted.chars());
    loop {
        let (a, b) = (left.next(), right.next());
        match (a, b) {
            (None, None) if ignore_case => return Truth::Holds,
            (None, None) => return Truth::Undecidable(BY_CASE),
            (Some(a), Some(b)) if a.eq_ignore_ascii_case(&b) => {}
            (a, b) => {
                let slippery = a.is_some_and(is_slippery) || b.is_some_and(|b| b != '[' && b != '$' && is_slippery(b));
                return if !slippery && surely_different((a, left.next()), (b, right.next())) {
                    Truth::DoesNotHold
                } else {
                    Truth::Undecidable(BY_WRITING)
                };
            }
        }
    }
}

/// Whether texts that first differ here, `(character, the one after it)`, differ also after folding case and
/// composing or decomposing characters, where neither is slippery.
///
/// A plain character stays what it is unless a combining one follows, and what another decomposes to begins with a
/// plain one at most if combining ones follow.
fn surely_different(a: (Option<char>, Option<char>), b: (Option<char>, Option<char>)) -> bool {
    let plain = |c: Option<char>| c.is_none_or(|c| c.is_ascii() || matches!(c, '\u{3400}'..='\u{9fff}'));
    match (plain(a.0), plain(b.0)) {
        (true, true) => true,
        (true, false) => plain(a.1),
        (false, true) => plain(b.1),
        (false, false) => false,
    }
}

/// Whether a tool or file system may read `c` as other characters, some of them plain: a wildcard, a variable, or a
/// character that case folding or decomposition makes plain.
fn is_slippery(c: char) -> bool {
    matches!(c,
        '[' | '$' | '\u{df}' | '\u{130}' | '\u{131}' | '\u{17f}' | '\u{37e}' | '\u{1e9e}' | '\u{1fef}' | '\u{212a}'
        | '\u{2e80}'..='\u{2fdf}' | '\u{f900}'..='\u{faff}' | '\u{fb00}'..='\u{fb06}' | '\u{ff01}'..='\u{ff5e}'
        | '\u{2f800}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const YES: &str = "holds";
    const NO: &str = "does not hold";
    const MAYBE: &str = "undecidable";

    fn said(truth: Truth) -> &'static str {
        match truth {
            Truth::Holds => YES,
            Truth::DoesNotHold => NO,
            Truth::Undecidable(_) => MAYBE,
        }
    }

    #[test]
    fn normal_forms() {
        let rows = [
            ("a", "a"),
            (".", "."),
            ("./", "."),
            ("a/..", "."),
            ("/", "/"),
            ("/.", "/"),
            ("/..", "/"),
            ("/../../etc", "/etc"),
            ("///etc", "/etc"),
            ("/a//b///c/", "/a/b/c"),
            ("a/./b/.", "a/b"),
            ("a/b/../c", "a/c"),
            ("..", ".."),
            ("../", ".."),
            ("a/../..", ".."),
            ("a/../../b/../..", "../.."),
            ("...", "..."),
            ("a/.../b", "a/.../b"),
            (".git/config", ".git/config"),
            ("./~x", "./~x"),
            ("./a:b/c", "./a:b/c"),
            ("./$x/y", "./$x/y"),
            ("a b/c d", "a b/c d"),
            ("ü/ﬀ", "ü/ﬀ"),
            ("a~/b", "a~/b"),
            ("-rf", "-rf"),
        ];
        for (text, expected) in rows {
            assert_eq!(normalise(text).map(|path| path.to_string()).as_deref(), Ok(expected), "`{text}`");
        }
    }

    #[test]
    fn what_cannot_be_normalised_says_why() {
        let rows = [
            ("", "empty"),
            ("a\0b", "NUL"),
            ("a\\b", "backslash"),
            ("..\\..\\x", "backslash"),
            ("\\\\server\\share", "backslash"),
            ("%2e%2e/x", "escape"),
            ("a%2fb", "escape"),
            ("100%", "escape"),
            ("~", "`~`"),
            ("~/x", "`~`"),
            ("~root/x", "`~`"),
            ("a\nb", "control"),
            ("a\tb", "control"),
            ("a\u{7f}", "control"),
            ("a\u{85}b", "control"),
            ("a/.g\u{200c}it", "cannot be seen"),
            ("\u{feff}a", "cannot be seen"),
            ("a\u{202e}b", "cannot be seen"),
            ("a\u{2215}b", "look-alike"),
            ("\u{ff0e}\u{ff0e}/x", "look-alike"),
            ("\u{2025}/x", "look-alike"),
            (" a", "white space"),
            ("a ", "white space"),
            ("a/ b", "white space"),
            ("a/.. /b", "white space"),
            ("a\u{3000}/b", "white space"),
            ("$HOME/x", "variable"),
            ("a/${X}/b", "variable"),
            ("a/$(id)", "variable"),
            ("src/*.rs", "wildcard"),
            ("/et?/passwd", "wildcard"),
            ("a/{b,../c}", "wildcard"),
            ("//server/share", "machine"),
            ("C:/Windows", "drive"),
            ("c:x", "drive"),
            ("file:///etc/passwd", "URL"),
            ("https://example.com", "URL"),
            ("host:/etc", "machine"),
        ];
        for (text, part) in rows {
            let why = normalise(text).err().unwrap_or_default();
            assert!(why.contains(part), "`{text}` gives `{why}`, not {part}");
        }
        assert!(normalise(&"a".repeat(PATH_BYTES_MAX)).is_ok());
        assert!(normalise(&"a".repeat(PATH_BYTES_MAX + 1)).is_err());
    }

    #[test]
    fn paths_under_folders() {
        let rows = [
            // Absolute.
            ("/home/app", "/home/app", YES),
            ("/home/app/", "/home/app", YES),
            ("/home/app/x", "/home/app/", YES),
            ("/home/app/x/y", "/home/app", YES),
            ("/home/app/../app/x", "/home/app", YES),
            ("/home/other/../app/x", "/home/app", YES),
            ("/../home/app/x", "/home/app", YES),
            ("/home//app/./x", "/home/app", YES),
            ("/x", "/", YES),
            ("/", "/", YES),
            ("/home/app-evil", "/home/app", NO),
            ("/home/app.evil/x", "/home/app", NO),
            ("/home/ap", "/home/app", NO),
            ("/home", "/home/app", NO),
            ("/", "/home/app", NO),
            ("/home/app/../x", "/home/app", NO),
            ("/home/app/../../etc/passwd", "/home/app", NO),
            ("/home/app/..", "/home/app", NO),
            ("/x/home/app", "/home/app", NO),
            // Relative.
            ("src", "src", YES),
            ("./src/x", "src", YES),
            ("src/x", "./src/", YES),
            ("a/../src/x", "src", YES),
            ("x", ".", YES),
            (".", ".", YES),
            ("x/..", ".", YES),
            ("x", "a/..", YES),
            ("src-evil/x", "src", NO),
            ("vendor/src/x", "src", NO),
            ("src/../x", "src", NO),
            ("src/../../x", "src", NO),
            ("../x", "src", NO),
            ("../../etc/passwd", "src", NO),
            ("out/../../.bashrc", "out", NO),
            (".", "src", NO),
            // Out and perhaps back in, by the name of the folder the path starts in.
            ("../app/src/x", "src", MAYBE),
            ("../../a/b/src/x", "src", MAYBE),
            ("../src/x", "src", MAYBE),
            ("../app/x", ".", MAYBE),
            ("..", ".", MAYBE),
            ("../a/b/c/src", "src", NO),
            // Folders that climb.
            ("../lib/x", "../lib", YES),
            ("../lib/../lib/x", "../lib", YES),
            ("x", "..", YES),
            ("../x", "..", YES),
            ("../../x", "../lib", NO),
            ("../../a/lib/x", "../lib", MAYBE),
            ("x", "../lib", MAYBE),
            ("../liberty", "../lib", NO),
            // One of each.
            ("src/x", "/home/app", MAYBE),
            ("../x", "/home/app", MAYBE),
            ("/home/app/src", "src", MAYBE),
            ("/src/x", "src", MAYBE),
            ("/x", ".", MAYBE),
            // What is not read.
            ("", "/", MAYBE),
            ("~/x", "/", MAYBE),
            ("/a/%2e%2e/x", "/a", MAYBE),
            ("/a/..\\x", "/a", MAYBE),
            ("/a/x\0.txt", "/a", MAYBE),
            ("//a/x", "/a", MAYBE),
            ("/a/x", "~/a", MAYBE),
            ("file:///a/x", "/a", MAYBE),
            // Characters that may be others.
            ("/home/APP/x", "/home/app", MAYBE),
            ("/Home/b", "/home/app", NO),
            ("/home/ap\u{ff50}/x", "/home/app", MAYBE),
            ("/home/\u{212a}ey", "/home/key", MAYBE),
            ("/home/.\u{17f}sh/id", "/home/.ssh", MAYBE),
            ("/et[c]/passwd", "/etc", MAYBE),
            ("/$X/passwd", "/etc", MAYBE),
            ("/app/[slug]/x", "/app", YES),
            ("/app/[slug]/x", "/lib", NO),
            ("/b\u{e9}/x", "/b\u{e9}", YES),
            ("/be\u{301}/x", "/b\u{e9}", MAYBE),
            ("/b\u{e9}/x", "/be", NO),
            ("/be\u{301}/x", "/be", NO),
            ("/büro/x", "/docs", NO),
            ("/gürtel/x", "/günther", NO),
            ("/書類/x", "/写真", NO),
            ("/写\u{fa30}/x", "/写侮", MAYBE),
            ("/Übersicht", "/.git", NO),
            ("/é/x", "/ê", MAYBE),
        ];
        for (path, folder, expected) in rows {
            assert_eq!(said(under(path, folder, None, false)), expected, "`{path}` under `{folder}`");
        }
    }

    #[test]
    fn paths_under_folders_with_a_base() {
        let rows = [
            ("x", "/home/app", "/home/app", YES),
            ("src/x", "/home/app", "/home/app", YES),
            ("x", "/home/app", "/home/app/src", YES),
            ("../x", "/home/app", "/home/app/src", YES),
            ("../../x", "/home/app", "/home/app/src", NO),
            ("../app/x", "/home/app", "/home/app", YES),
            ("../app-evil/x", "/home/app", "/home/app", NO),
            ("../../../../../etc/passwd", "/etc", "/home/app", YES),
            ("/home/app/src/x", "src", "/home/app", YES),
            ("/home/app/x", "src", "/home/app", NO),
            ("../app/src/x", "src", "/home/app", YES),
            ("x", "../lib", "/home/app", NO),
            ("../lib/x", "../lib", "/home/app", YES),
            ("/etc/x", "/etc", "no/base", YES),
            ("x", "/etc", "no/base", MAYBE),
            ("x", "/etc", "~", MAYBE),
            ("x", "src", "", MAYBE),
            ("x", "/home/app", "/home/app/", YES),
            ("x", "/", "/", YES),
        ];
        for (path, folder, base, expected) in rows {
            assert_eq!(
                said(under(path, folder, Some(base), false)),
                expected,
                "`{path}` under `{folder}` from `{base}`"
            );
        }
    }

    #[test]
    fn paths_under_folders_without_case() {
        let rows = [
            ("/Home/APP/x", "/home/app", YES),
            ("/home/app/x", "/HOME/App", YES),
            ("/home/app2/x", "/home/APP", NO),
            ("/home/app./x", "/home/app", MAYBE),
            ("/home/app:stream", "/home/app", MAYBE),
            ("/PROGRA~1/x", "/program files", MAYBE),
            ("/home/ſrc", "/home/src", MAYBE),
            ("/stra\u{df}e", "/strasse", MAYBE),
            ("/Ä/x", "/ä", MAYBE),
            ("/a/~x", "/a", YES),
        ];
        for (path, folder, expected) in rows {
            assert_eq!(said(under(path, folder, None, true)), expected, "`{path}` under `{folder}`");
        }
    }

    #[test]
    fn paths_that_patterns_stand_for() {
        let rows = [
            ("src/*.rs", "src/main.rs", YES),
            ("src/*.rs", "src/.rs", YES),
            ("src/*.rs", "src/a/main.rs", NO),
            ("src/*.rs", "src/main.rs.bak", NO),
            ("src/*.rs", "./src//main.rs", YES),
            ("src/*", "src", NO),
            ("src/*", "src/a", YES),
            ("src/*", "src/a/b", NO),
            ("src/*", "src/.env", YES),
            ("src/**", "src", YES),
            ("src/**", "src/a", YES),
            ("src/**", "src/a/b/c", YES),
            ("src/**", "src/../x", NO),
            ("src/**", "srcs/a", NO),
            ("src/**", "vendor/src/a", NO),
            ("**/src/**", "vendor/src/a", YES),
            ("**/src/**", "src", YES),
            ("**", "a/b", YES),
            ("**", ".", YES),
            ("**/.env", ".env", YES),
            ("**/.env", "a/b/.env", YES),
            ("**/.env", "a/b/x.env", NO),
            ("a/**/b", "a/b", YES),
            ("a/**/b", "a/x/y/b", YES),
            ("a/**/b", "a/x/y/c", NO),
            ("a/**/**/b", "a/b", YES),
            ("a*c", "abc", YES),
            ("a*c", "a/c", NO),
            ("*", "a", YES),
            ("*", ".", NO),
            (".", ".", YES),
            ("/etc/*", "/etc/passwd", YES),
            ("/etc/*", "/etc/ssh/x", NO),
            ("/etc/*", "/x/../etc/passwd", YES),
            ("/**/id_*", "/root/.ssh/id_rsa", YES),
            ("/**", "/", YES),
            ("/", "/", YES),
            ("out/**", "out/../../.bashrc", NO),
            ("*.txt", "../a.txt", MAYBE),
            ("a/*.txt", "../b.txt", NO),
            ("**", "../x", MAYBE),
            ("a/**", "../b/a/x", MAYBE),
            ("/etc/*", "passwd", MAYBE),
            ("**/*.md", "/a/b.md", MAYBE),
            ("*.md", "A.MD", MAYBE),
            ("readme", "README", MAYBE),
            ("*.md", "a.\u{ff4d}d", MAYBE),
            ("*.md", "ä.txt", NO),
            ("*ä", "ü", MAYBE),
            ("*ä", "u", NO),
            ("*ä", "xä", YES),
            ("e*", "\u{e9}", NO),
            ("*.md", "~/a.md", MAYBE),
            ("*.md", "*.md", MAYBE),
            ("a/b", "a/b", YES),
            ("a/b/", "a/b", MAYBE),
            ("~/x", "a", MAYBE),
        ];
        for (pattern, path, expected) in rows {
            let truth = path_glob(pattern).map_or(Truth::Undecidable(""), |glob| glob.matches(path, None, false));
            assert_eq!(said(truth), expected, "`{pattern}` against `{path}`");
        }
        let rows = [
            ("src/*.rs", "/home/app/src/a.rs", YES),
            ("**/*.rs", "/home/app/src/a.rs", YES),
            ("**/*.rs", "/home/other/a.rs", NO),
            ("src/*.rs", "../app/src/a.rs", YES),
            ("src/*.rs", "../a.rs", NO),
            ("/home/app/*.rs", "a.rs", YES),
            ("/home/app/*.rs", "../a.rs", NO),
            ("**", "/home", NO),
            ("**", "/home/app", YES),
            ("**", "/home/APP/x", MAYBE),
        ];
        for (pattern, path, expected) in rows {
            let truth = path_glob(pattern).unwrap().matches(path, Some("/home/app"), false);
            assert_eq!(said(truth), expected, "`{pattern}` against `{path}` from /home/app");
        }
        assert_eq!(path_glob("*.md").unwrap().matches("A.MD", None, true), Truth::Holds);
        assert_eq!(said(path_glob("**").unwrap().matches("/a", Some("b"), false)), MAYBE);
    }

    #[test]
    fn patterns_that_are_none() {
        for text in [
            "",
            "a?",
            "[ab]",
            "{a,b}",
            "!a",
            "a/",
            "a/../b",
            "..",
            "a**",
            "**b/c",
            "***",
            "a\\b",
            "a\0",
            "%41",
            "~/a",
            "$HOME/*",
            "//a/*",
            "C:/*",
            "https://a/*",
            " a",
            "a /b",
            "a\u{200b}b",
        ] {
            assert!(path_glob(text).is_err(), "`{text}`");
        }
        assert!(path_glob(&"a".repeat(PATTERN_BYTES_MAX)).is_ok());
        assert!(path_glob(&"a".repeat(PATTERN_BYTES_MAX + 1)).is_err());
    }

    #[test]
    fn extensions() {
        let rows = [
            ("a.txt", YES),
            ("/x/y/a.txt", YES),
            ("a.md", YES),
            ("a.b.txt", YES),
            ("a.txt/", YES),
            ("a.txt/.", YES),
            ("../a.txt", YES),
            ("x/../a.txt", YES),
            ("a", NO),
            ("a.txt.exe", NO),
            ("a.txtx", NO),
            ("a.tx", NO),
            (".txt", NO),
            ("a.txt/b", NO),
            ("a.txt/..", MAYBE),
            ("x/a.txt/..", NO),
            ("/", NO),
            (".", MAYBE),
            ("..", MAYBE),
            ("a.txt.", MAYBE),
            ("a.TXT", MAYBE),
            ("a.txt ", MAYBE),
            ("a.txt\0.exe", MAYBE),
            ("a.t\u{ff58}t", MAYBE),
            ("a.exe%00.txt", MAYBE),
            ("..txt", YES),
        ];
        for (path, expected) in rows {
            assert_eq!(said(extension(path, &["txt", "md"], false)), expected, "`{path}`");
        }
        assert_eq!(extension("a.TXT", &["txt"], true), Truth::Holds);
        assert_eq!(said(extension("a.exe:x.txt", &["txt"], true)), MAYBE);
        assert_eq!(extension("a.txt", &[], false), Truth::DoesNotHold);
        assert!(["txt", "7z", "tar-gz", "ä"].iter().all(|text| extension_name(text).is_ok()));
        assert!(
            ["", ".txt", "tar.gz", "a/b", "*", "[a]", "a ", "%41"].iter().all(|text| extension_name(text).is_err())
        );
    }

    #[test]
    fn long_paths_and_patterns_take_bounded_time() {
        let path = "a/".repeat(PATH_BYTES_MAX / 2);
        let pattern = "**/a/".repeat(PATTERN_BYTES_MAX / 5);
        assert_eq!(said(path_glob(pattern.trim_end_matches('/')).unwrap().matches(&path, None, false)), YES);
        let pattern = "*a".repeat(PATTERN_BYTES_MAX / 2);
        assert_eq!(said(path_glob(&pattern).unwrap().matches(&"a".repeat(PATH_BYTES_MAX), None, true)), YES);
        let climbing = "../".repeat(600) + &"a/".repeat(1_000);
        assert_eq!(said(path_glob("**/a/**/b").unwrap().matches(&climbing, None, false)), NO);
    }

    /// Where a path leads, naively: one step at a time from a folder, `None` once it is above that.
    fn walk(path: &str) -> Option<Vec<String>> {
        let mut at: Vec<String> = Vec::new();
        for step in path.split('/') {
            if step == ".." {
                at.pop()?;
            } else if !step.is_empty() && step != "." {
                at.push(step.to_owned());
            }
        }
        Some(at)
    }

    fn path_text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            3 => "[ab]{1,2}",
            3 => Just("..".to_owned()),
            1 => Just(".".to_owned()),
            1 => Just(String::new()),
            1 => "[ a.~:$%\\\\é*]{1,3}",
        ];
        (any::<bool>(), prop::collection::vec(piece, 0..8))
            .prop_map(|(absolute, pieces)| (if absolute { "/" } else { "" }).to_owned() + &pieces.join("/"))
    }

    proptest! {
        #[test]
        fn a_normal_form_stays_as_it_is(text in path_text()) {
            if let Ok(path) = normalise(&text) {
                let printed = path.to_string();
                prop_assert_eq!(normalise(&printed), Ok(path.clone()), "`{}`", printed);
            }
        }

        #[test]
        fn any_text_is_read_without_trouble(text in any::<String>(), folder in any::<String>()) {
            let _ = under(&text, &folder, Some("/x"), true);
            let _ = extension(&text, &["x"], false);
            if let Ok(glob) = path_glob(&folder) {
                let _ = glob.matches(&text, None, false);
            }
        }

        #[test]
        fn what_leaves_the_folder_is_not_under_it(path in path_text(), folder in "[ab]{1,2}(/[ab]{1,2}){0,2}") {
            let truth = under(&path, &folder, None, false);
            match walk(&path) {
                _ if path.starts_with('/') => {
                    prop_assert!(matches!(truth, Truth::Undecidable(_)));
                    let truth = under(&path, &format!("/{folder}"), None, false);
                    let mut steps: Vec<String> = Vec::new();
                    for step in path.split('/').filter(|step| !step.is_empty() && *step != ".") {
                        if step == ".." { steps.pop(); } else { steps.push(step.to_owned()); }
                    }
                    let inside = steps.join("/") == folder || steps.join("/").starts_with(&format!("{folder}/"));
                    prop_assert!(truth == inside.into() || matches!(truth, Truth::Undecidable(_)));
                }
                None => prop_assert_ne!(truth, Truth::Holds),
                Some(steps) => {
                    let inside = steps.join("/") == folder || steps.join("/").starts_with(&format!("{folder}/"));
                    prop_assert!(truth == inside.into() || matches!(truth, Truth::Undecidable(_)));
                }
            }
        }

        #[test]
        fn a_base_shows_that_what_was_said_without_it_is_right(
            path in "(\\.\\./){0,3}[ab](/[ab]){0,4}",
            folder in "(\\.\\./){0,2}[ab](/[ab]){0,1}",
            base in "(/[ab]){0,4}",
        ) {
            let base = format!("/{}", base.trim_start_matches('/'));
            let without = under(&path, &folder, None, false);
            let with = under(&path, &folder, Some(&base), false);
            prop_assert!(without == with || matches!(without, Truth::Undecidable(_)), "{:?}, {:?}", without, with);
            prop_assert!(!matches!(with, Truth::Undecidable(_)));
        }

        #[test]
        fn under_is_the_pattern_with_two_stars(
            path in path_text(),
            folder in "/?[ab]{1,2}(/[ab]{1,2}){0,2}",
            base in prop::option::of(Just("/a/b")),
        ) {
            let glob = path_glob(&format!("{folder}/**")).unwrap();
            prop_assert_eq!(said(glob.matches(&path, base, false)), said(under(&path, &folder, base, false)));
        }
    }
}
