//! Commands for a shell: which programs a text runs, with which words.
//!
//! Nothing is guessed: a text that is not words, quotes, `&&`, `||`, `;` and `|` is undecidable.
//! What a text does not show cannot be seen: aliases, functions, `PATH` and other variables, links and files on disk,
//! what a program reads from files, its input or its configuration, and what earlier commands, `cd` or `export` among
//! them, have changed.

mod words;
mod star;
mod pattern;
mod programs;
mod git;
mod interpreters;
mod builtins;
mod known;
mod open;
#[cfg(feature = "full")]
mod unseen;
#[cfg(test)]
mod tests;

use self::builtins::has_subscript;
use self::pattern::{Command, Match, folded_name};
use self::programs::Inside;
use crate::matcher::truth::Truth;

pub use self::open::lets_words_run;
pub use self::pattern::{CommandPattern, command_pattern};
#[cfg(feature = "full")]
pub use self::unseen::unseen;

const TOO_MANY: &str = "programs that run others are nested too deeply";
const SUBSCRIPT: &str = "a shell runs code in the subscript that its builtin is given";
const NAMED: &str = "a program that may run its arguments is given words of a pattern";
const INPUT: &str = "a program that may run its arguments takes them from elsewhere, as from its input";

/// How many commands one command may run in turn, as `sudo find -exec` does two.
const INSIDE_MAX: usize = 64;

/// Whether every simple command of `text` is one of `patterns`.
///
/// Programs are compared exactly, and none is looked through: `sudo git status` is no `git status`.
/// `*` and `**` stand for words that do not start with `-`; a `*` within a word that the pattern does not start with
/// `-` stands for none that does; `-*` and `-**` include them.
///
/// ```
/// use countersign::matcher::shell::{command_pattern, only};
/// use countersign::matcher::truth::Truth;
///
/// let patterns = [command_pattern("git log **")?, command_pattern("npm test")?];
/// assert_eq!(only(&patterns, "git log main && npm test"), Truth::Holds);
/// assert_eq!(only(&patterns, "git log --output=x"), Truth::DoesNotHold);
/// assert!(matches!(only(&patterns, "git log $(id)"), Truth::Undecidable(_)));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn only(patterns: &[CommandPattern], text: &str) -> Truth {
    match words::commands(text) {
        Ok(words) => Truth::all(words.commands(&words.all()).map(|command| is_covered(patterns, command))),
        Err(why) => Truth::Undecidable(why),
    }
}

fn is_covered(patterns: &[CommandPattern], command: &[&str]) -> Truth {
    match Truth::any(patterns.iter().map(|pattern| pattern.covers(command))) {
        Truth::Holds if has_subscript(command) => Truth::Undecidable(SUBSCRIPT),
        truth => truth,
    }
}

/// Whether some simple command of `text` is one of `patterns`.
///
/// Programs are compared by the last segment of their path; `*` and `**` cover options too; programs that run others
/// (`sudo`, `xargs`, `find -exec`) are looked through.
/// Undecidable besides: code for an interpreter, a program that is not known here and is followed by words of a
/// pattern, and a pattern's words in another order or with options among them.
///
/// ```
/// use countersign::matcher::shell::{command_pattern, runs};
/// use countersign::matcher::truth::Truth;
///
/// let patterns = [command_pattern("rm **")?];
/// assert_eq!(runs(&patterns, "cd build && sudo -u root /bin/rm -rf ."), Truth::Holds);
/// assert_eq!(runs(&patterns, "echo rm -rf ."), Truth::DoesNotHold);
/// assert!(matches!(runs(&patterns, "sh -c 'r''m -rf .'"), Truth::Undecidable(_)));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn runs(patterns: &[CommandPattern], text: &str) -> Truth {
    match words::commands(text) {
        Ok(words) => Truth::any(words.commands(&words.all()).map(|command| is_found(patterns, command))),
        Err(why) => Truth::Undecidable(why),
    }
}

fn is_found(patterns: &[CommandPattern], words: &[&str]) -> Truth {
    let mut next = Some(Command { words, open: false });
    let mut waiting = Vec::new();
    let mut doubt = None;
    let mut seen = 0;
    while let Some(command) = next.take().or_else(|| waiting.pop()) {
        seen += 1;
        if seen > INSIDE_MAX {
            doubt.get_or_insert(TOO_MANY);
            break;
        }
        let name = folded_name(command.words.first().unwrap_or(&""));
        for pattern in patterns {
            match pattern.finds(command, &name) {
                Match::Certain => return Truth::Holds,
                Match::Possible(why) => _ = doubt.get_or_insert(why),
                Match::None => {}
            }
        }
        if has_subscript(command.words) {
            doubt.get_or_insert(SUBSCRIPT);
        }
        match programs::inside(command, &name) {
            Inside::Nothing => {}
            Inside::Doubt(why) => _ = doubt.get_or_insert(why),
            Inside::Commands { commands, doubt: further } => {
                waiting.extend(commands);
                doubt = doubt.or(further);
            }
            Inside::Search(_) if command.open => _ = doubt.get_or_insert(INPUT),
            Inside::Search(given) => {
                let behind = if name == "git" { git::behind_unknown(given) } else { None };
                let is_named = |pattern: &CommandPattern| {
                    pattern.is_named_in(given, &name) || behind.is_some_and(|words| pattern.follows_in_git(words))
                };
                if patterns.iter().any(is_named) {
                    doubt.get_or_insert(NAMED);
                } else if interpreters::has_code_behind(given) {
                    doubt.get_or_insert(interpreters::CODE);
                }
            }
        }
    }
    doubt.map_or(Truth::DoesNotHold, Truth::Undecidable)
}
