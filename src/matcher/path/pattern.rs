//! Patterns for whole paths.

use serde::{Deserialize, Serialize};

use super::{
    BY_CASE, BY_WRITING, PATTERN_BYTES_MAX, begins_with, climbed, is_slippery, normalise, normalise_value, readable,
    same_name, settle,
};
use crate::matcher::glob::Glob;
use crate::matcher::truth::Truth;

/// A pattern for whole paths: `*` stands for any run of characters in a name, the name `**` for any names, also none.
/// Everything else stands for itself; a leading dot is nothing special.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathGlob {
    absolute: bool,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Whether the whole of `path` is one that the pattern stands for; `base` and `ignore_case` as for
    /// [`under`](super::under).
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

    /// A path that it stands for, with `extension` behind it if its last name is open.
    #[cfg(feature = "full")]
    #[must_use]
    pub fn example(&self, extension: &str) -> String {
        let name = |part: &Part| match part {
            Part::Name(name) => name.clone(),
            Part::Stars { text, .. } => text.replace('*', "x"),
            Part::Any => "x".to_owned(),
        };
        let names: Vec<String> = self.parts.iter().map(name).collect();
        let open = if matches!(self.parts.last(), Some(Part::Any)) { extension } else { "" };
        let root = if self.absolute { "/" } else { "" };
        format!("{root}{}{open}", names.join("/"))
    }

    /// Whether it is a pattern for absolute paths.
    #[must_use]
    pub fn is_absolute(&self) -> bool {
        self.absolute
    }

    /// Whether the pattern stands for `names`. Walks a nondeterministic automaton whose states are the places in
    /// `parts`; `reached` says how surely each is one of those possible so far.
    pub(in crate::matcher) fn matches_names(&self, names: &[&str], ignore_case: bool) -> Truth {
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
