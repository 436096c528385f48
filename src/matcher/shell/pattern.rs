//! One pattern for a command.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::interpreters::without_version;
use super::star::{Glob, is_option, slashes};
use super::words;
use crate::matcher::truth::Truth;

const STARS_IN_WORD: &str = "`**` can only be a word of its own, or `-**`";
const STARS_NOT_LAST: &str = "`**` can only be the last word";
const NO_PROGRAM: &str = "the first word is a program, so it cannot be `**`";
const AMONG: &str = "the words of a pattern stand among other options";
const HYPHEN: &str = "a program's name has a word of a pattern behind a hyphen";
const CASE: &str = "a program differs from a pattern's only in letter case";
const OPEN: &str = "a command takes further words from elsewhere, as from its input";

/// Programs that take one to run right behind several letters of options, as `tar -cIrm` does.
#[rustfmt::skip]
const BUNDLES: [&str; 18] = [
    "bsdtar", "cpio", "cvs", "env", "fd", "fdfind", "gtar", "man", "nc", "ncat", "netcat", "rsync", "scp", "script",
    "sftp", "su", "tar", "zip",
];

/// One command, with stars, compiled once and matched many times.
///
/// Words are written as in a shell: quotes keep spaces together, and make a `*` mean itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandPattern {
    program: Glob,
    /// The last path segment of `program`.
    name: Glob,
    /// The same in lower case.
    folded_name: Glob,
    /// The same with anything before it.
    folded_end: Glob,
    words: Vec<WordPattern>,
    rest: Option<Rest>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum WordPattern {
    /// `*`
    Operand,
    /// `-*`
    Any,
    /// Any other.
    Glob(Glob),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Rest {
    /// `**`
    Operands,
    /// `-**`
    Any,
}

/// A command that `runs` looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Command<'a> {
    /// Program first.
    pub(super) words: &'a [&'a str],
    /// Whether more words may follow that the text does not show.
    pub(super) open: bool,
}

/// Whether a command is what a pattern says.
pub(super) enum Match {
    Certain,
    Possible(&'static str),
    None,
}

/// The pattern that `text` writes: a program, and words with stars.
///
/// # Errors
///
/// Why it is no pattern, in words for a diagnostic.
pub fn command_pattern(text: &str) -> Result<CommandPattern, &'static str> {
    let mut words = words::pattern_words(text)?;
    let rest = match words.last() {
        Some(last) if is_written(last, &["", "", ""]) => Some(Rest::Operands),
        Some(last) if is_written(last, &["-", "", ""]) => Some(Rest::Any),
        Some(_) | None => None,
    };
    if rest.is_some() {
        words.pop();
    }
    let mut words = words.into_iter();
    let program = glob(words.next().ok_or(NO_PROGRAM)?)?;
    let name = program.last_segment();
    let folded_name = Glob { pieces: name.pieces.iter().map(|piece| piece.to_ascii_lowercase()).collect() };
    let folded_end = folded_name.with_anything_before();
    let words = words.map(word_pattern).collect::<Result<_, _>>()?;
    Ok(CommandPattern { program, name, folded_name, folded_end, words, rest })
}

fn word_pattern(word: Vec<String>) -> Result<WordPattern, &'static str> {
    if is_written(&word, &["", ""]) {
        Ok(WordPattern::Operand)
    } else if is_written(&word, &["-", ""]) {
        Ok(WordPattern::Any)
    } else {
        glob(word).map(WordPattern::Glob)
    }
}

fn glob(word: Vec<String>) -> Result<Glob, &'static str> {
    if is_written(&word, &["", "", ""]) || is_written(&word, &["-", "", ""]) {
        return Err(STARS_NOT_LAST);
    }
    let mut inner = word.iter().skip(1).rev().skip(1);
    if inner.any(String::is_empty) {
        return Err(STARS_IN_WORD);
    }
    Ok(Glob { pieces: word })
}

fn is_written(word: &[String], pieces: &[&str]) -> bool {
    word == pieces
}

/// What of a command a pattern leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Open {
    /// Nothing.
    Nothing,
    /// Words that do not start with `-`.
    Operands,
    /// Any words.
    Words,
}

impl fmt::Display for CommandPattern {
    /// As it was written, but for quotes and runs of spaces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.program.pieces.join("*"))?;
        for word in &self.words {
            match word {
                WordPattern::Operand => f.write_str(" *")?,
                WordPattern::Any => f.write_str(" -*")?,
                WordPattern::Glob(glob) => write!(f, " {}", glob.pieces.join("*"))?,
            }
        }
        match self.rest {
            None => Ok(()),
            Some(Rest::Operands) => f.write_str(" **"),
            Some(Rest::Any) => f.write_str(" -**"),
        }
    }
}

impl CommandPattern {
    /// The words before the first that is open, program first, and what is open.
    pub(super) fn known_words(&self) -> (Vec<&str>, Open) {
        let rest = match self.rest {
            None => Open::Nothing,
            Some(Rest::Operands) => Open::Operands,
            Some(Rest::Any) => Open::Words,
        };
        let open = self.words.iter().map(|word| word.known().1).chain([rest]).max().unwrap_or(Open::Nothing);
        let words = self.words.iter().map_while(|word| word.known().0);
        (self.program.literal().into_iter().chain(words).collect(), open)
    }

    /// Whether `only` takes `command` for this one.
    pub(super) fn covers(&self, command: &[&str]) -> Truth {
        let Some((program, words)) = command.split_first() else { return Truth::DoesNotHold };
        let Some((front, further)) = words.split_at_checked(self.words.len()) else { return Truth::DoesNotHold };
        let further = match self.rest {
            None => further.is_empty(),
            Some(Rest::Operands) => further.iter().all(|word| !is_option(word)),
            Some(Rest::Any) => true,
        };
        // A star in a program's name stays within a path segment: `npm-*` is no `npm-x/../../evil`.
        let segments = Truth::from(slashes(program) == self.program.slashes());
        let words_are = self.words.iter().zip(front).map(|(pattern, word)| match pattern {
            WordPattern::Operand => Truth::from(!is_option(word)),
            WordPattern::Any => Truth::Holds,
            WordPattern::Glob(glob) if is_option(word) && !glob.is_option() => Truth::DoesNotHold,
            WordPattern::Glob(glob) => glob.covers(word),
        });
        Truth::all([Truth::from(further), segments, self.program.covers(program)].into_iter().chain(words_are))
    }

    /// Whether `runs` takes `command`, whose program has this `folded_name`, for this one.
    pub(super) fn finds(&self, command: Command<'_>, folded_name: &str) -> Match {
        let Some((program, words)) = command.words.split_first() else { return Match::None };
        if !self.folded_name.matches(folded_name) {
            return if self.is_hyphenated(folded_name, words) { Match::Possible(HYPHEN) } else { Match::None };
        }
        let name = last_segment(program);
        let strict = self.walk_strictly(words);
        let open_end = command.open && self.rest.is_none();
        if !self.name.matches(name) && (strict.whole || command.open && strict.alive) {
            Match::Possible(CASE)
        } else if strict.whole && !open_end {
            Match::Certain
        } else if command.open && strict.alive {
            Match::Possible(OPEN)
        } else {
            let loose = self.walk_loosely(words);
            let found = loose.whole || command.open && loose.alive;
            if found { Match::Possible(AMONG) } else { Match::None }
        }
    }

    /// Whether `words`, which a program of this `folded_name` is given, have the words of this pattern in them, as words
    /// that follow each other or its program's name in a text such as code.
    pub(super) fn is_named_in(&self, words: &[&str], folded_name: &str) -> bool {
        let mut bundles = takes_bundles(folded_name);
        // Most commands do not name it.
        let mut places: Option<Places> = None;
        for word in words {
            let bundled = bundles;
            bundles = bundles || takes_bundles(last_segment(word));
            if let Some(places) = &mut places {
                places.go_on(word, self);
            } else if word.len() < self.folded_end.length() {
                continue;
            }
            if self.folded_name.matches_folded(last_segment(word)) {
                places.get_or_insert_with(|| Places::none(self.words.len())).mark(0);
            }
            if places.as_ref().is_some_and(Places::is_whole) || self.is_named_inside(word, bundled) {
                return true;
            }
        }
        false
    }

    /// Whether this pattern is for `git`, and its words are among `words`, which follow a subcommand that is not known.
    pub(super) fn follows_in_git(&self, words: &[&str]) -> bool {
        if self.words.is_empty() || !self.folded_name.matches("git") {
            return false;
        }
        let mut places = Places::none(self.words.len());
        words.iter().any(|word| {
            places.mark(0);
            places.go_on(word, self);
            places.is_whole()
        })
    }

    fn is_named_inside(&self, word: &str, bundled: bool) -> bool {
        if self.name.is_anything() {
            return false;
        }
        let is_part = |c: char| c.is_ascii_alphanumeric() || "_.+-@".contains(c) || !c.is_ascii();
        let is_name = |part: &str| {
            // `make` takes these before a command.
            let name = part.trim_start_matches(['@', '-', '+']);
            !name.is_empty() && self.folded_name.matches_folded(name)
        };
        // A path is a word, not a text with words inside.
        let is_path = word.chars().all(|c| is_part(c) || c == '/');
        if !is_path && word.split(|c| !is_part(c)).any(is_name) {
            return true;
        }
        // A value can stand right behind a short option, `-I`, and behind several, `-cI`; but `-Dalarm=1` and `-confirm`
        // are options of their own.
        let Some(letters) = word.strip_prefix('-').filter(|rest| !rest.starts_with('-')) else { return false };
        let end = letters.find(|c| !is_part(c)).unwrap_or(letters.len());
        let (first, further) = letters.split_at_checked(end).unwrap_or((letters, ""));
        let behind_one = first.char_indices().nth(1).and_then(|(at, _)| first.get(at..)).unwrap_or("");
        let ends_with_name = match further.chars().next() {
            Some('=') => false,
            Some(' ' | '\n') => self.folded_end.matches_folded(behind_one),
            _ if bundled => self.folded_end.matches_folded(behind_one),
            _ => is_name(behind_one),
        };
        !behind_one.is_empty() && ends_with_name || further.split(|c| !is_part(c)).any(is_name)
    }

    /// Whether the program is `git-push`, as git itself calls it, where the pattern is `git push`.
    fn is_hyphenated(&self, folded_name: &str, words: &[&str]) -> bool {
        let behind = self.folded_name.literal().and_then(|name| folded_name.strip_prefix(name)?.strip_prefix('-'));
        let Some(word) = behind.filter(|_| !self.words.is_empty()) else { return false };
        let words: Vec<&str> = [word].into_iter().chain(words.iter().copied()).collect();
        self.walk_loosely(&words).whole
    }

    /// Goes through `words`, each of which must be the next of the pattern.
    fn walk_strictly(&self, words: &[&str]) -> Walked {
        let are_next = self.words.iter().zip(words).all(|(pattern, word)| pattern.finds(word, false));
        let whole = match self.rest {
            None => words.len() == self.words.len(),
            Some(_) => words.len() >= self.words.len(),
        };
        Walked { whole: are_next && whole, alive: are_next && (whole || words.len() < self.words.len()) }
    }

    /// Goes through `words`, passing over options that the pattern does not have.
    fn walk_loosely(&self, words: &[&str]) -> Walked {
        let mut places = Places::none(self.words.len());
        places.mark(0);
        for word in words {
            places.go_on(word, self);
            if !places.is_alive() || places.hinted {
                break;
            }
        }
        Walked { whole: places.is_whole(), alive: places.is_alive() }
    }
}

/// What a walk over all words came to.
struct Walked {
    /// They are the whole pattern.
    whole: bool,
    /// They are the pattern's beginning or the whole.
    alive: bool,
}

/// How many words of a pattern can have been met so far: a nondeterministic automaton's places.
struct Places {
    met: Vec<bool>,
    /// The same, just after an option that was passed over and may take the next word as its value.
    met_and_option: Vec<bool>,
    /// Whether a word that was passed over has one of the pattern in it, as the value of an option that gives words
    /// another meaning has.
    hinted: bool,
}

impl Places {
    fn none(words: usize) -> Self {
        Self { met: vec![false; words + 1], met_and_option: vec![false; words + 1], hinted: false }
    }

    fn mark(&mut self, place: usize) {
        if let Some(met) = self.met.get_mut(place) {
            *met = true;
        }
    }

    fn is_whole(&self) -> bool {
        self.hinted || self.met.last() == Some(&true) || self.met_and_option.last() == Some(&true)
    }

    fn is_alive(&self) -> bool {
        self.hinted || self.met.contains(&true) || self.met_and_option.contains(&true)
    }

    /// Goes on by `word`. Options that the pattern does not have are passed over with their values, and anything is
    /// before an option that the pattern has.
    fn go_on(&mut self, word: &str, pattern: &CommandPattern) {
        // From the last: a word leads from a place to itself or to the next.
        for place in (0..self.met.len()).rev() {
            let met = self.met.get_mut(place).is_some_and(std::mem::take);
            let after_option = self.met_and_option.get_mut(place).is_some_and(std::mem::take);
            if !met && !after_option {
                continue;
            }
            let wanted = pattern.words.get(place);
            if wanted.is_some_and(|wanted| wanted.finds(word, true)) {
                self.mark(place + 1);
            }
            let stays = match wanted {
                None => pattern.rest.is_some(),
                Some(wanted) => wanted.is_option(),
            };
            if stays || after_option {
                self.mark(place);
            }
            if is_option(word)
                && let Some(met) = self.met_and_option.get_mut(place)
            {
                *met = true;
            }
            let mut missing = pattern.words.iter().skip(place);
            self.hinted |= (after_option || is_option(word)) && missing.any(|wanted| wanted.is_inside(word));
        }
    }
}

impl WordPattern {
    /// The word that it is, and what it leaves open.
    fn known(&self) -> (Option<&str>, Open) {
        match self {
            Self::Operand => (None, Open::Operands),
            Self::Any => (None, Open::Words),
            Self::Glob(glob) => match glob.literal() {
                Some(word) => (Some(word), Open::Nothing),
                None => (None, if glob.is_option() { Open::Words } else { Open::Operands }),
            },
        }
    }

    fn is_option(&self) -> bool {
        matches!(self, Self::Glob(glob) if glob.is_option())
    }

    fn finds(&self, word: &str, loose: bool) -> bool {
        match self {
            Self::Operand | Self::Any => true,
            Self::Glob(glob) if glob.matches(word) => true,
            // `--url=X` and `-uX` where the pattern has `X`.
            Self::Glob(glob) if loose && is_option(word) => {
                let value = word.split_once('=').map(|(_, value)| value);
                let attached = word.char_indices().nth(2).and_then(|(at, _)| word.get(at..));
                value.is_some_and(|value| glob.matches(value)) || attached.is_some_and(|value| glob.matches(value))
            }
            Self::Glob(_) => false,
        }
    }

    /// Whether `word` has this one in it, as a word of a text such as `alias.p=push`.
    fn is_inside(&self, word: &str) -> bool {
        match self {
            Self::Operand | Self::Any => false,
            Self::Glob(glob) => !glob.is_option() && glob.is_word_in(word),
        }
    }
}

fn takes_bundles(name: &str) -> bool {
    let name = without_version(name);
    BUNDLES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// What follows the last `/` of `path`.
pub(super) fn last_segment(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The last segment of a program's path in lower case.
pub(super) fn folded_name(program: &str) -> Cow<'_, str> {
    let name = last_segment(program);
    let has_upper = name.contains(|c: char| c.is_ascii_uppercase());
    if has_upper { Cow::Owned(name.to_ascii_lowercase()) } else { Cow::Borrowed(name) }
}
