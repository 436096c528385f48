//! Paths, compared by their text alone: names between `/`, as POSIX reads them. Links on disk cannot be seen.
//!
//! What a file system, or a tool in front of it, could read in another way is undecidable: an escape, a wildcard, a
//! drive letter, a character that cannot be seen. So is a difference that some file systems do not make: case, and
//! the ways of writing one non-ASCII character.

mod plain;
mod pattern;

use std::fmt;

use crate::matcher::truth::Truth;
pub use pattern::{PathGlob, path_glob};
pub(crate) use plain::is_plain;
use plain::plain_under;

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
    match plain_under(path, folder) {
        Some(holds) if !ignore_case => holds.into(),
        Some(_) | None => under_by_names(path, folder, base, ignore_case),
    }
}

/// What [`under`] says, by the names of both.
fn under_by_names(path: &str, folder: &str, base: Option<&str>, ignore_case: bool) -> Truth {
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
            | '\u{2100}'
            | '\u{2101}'
            | '\u{2105}'
            | '\u{2106}'
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
mod tests;
