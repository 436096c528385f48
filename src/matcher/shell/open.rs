//! Patterns with which whoever writes the command chooses what else runs.

use super::pattern::{Command, CommandPattern, Open, last_segment};
use super::programs::{Inside, inside};

/// Programs whose plain words may be commands, or lead to some: targets, `+!command`, editors' scripts.
const BY_WORDS: [&str; 14] =
    ["ed", "emacs", "ex", "gmake", "just", "less", "make", "man", "more", "nano", "ninja", "vi", "view", "vim"];

/// Programs with options that run others, or write where others are run from.
const BY_OPTIONS: [&str; 14] =
    ["ag", "bat", "curl", "find", "git", "gpg", "man", "rg", "rsync", "sort", "tar", "wget", "zip", "fd"];

/// Whether words that `pattern` leaves open may choose a program to run; no if that cannot be told.
///
/// ```
/// use countersign::matcher::shell::{command_pattern, lets_words_run};
///
/// assert!(lets_words_run(&command_pattern("env **")?));
/// assert!(lets_words_run(&command_pattern("git log -**")?));
/// assert!(!lets_words_run(&command_pattern("git log **")?));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn lets_words_run(pattern: &CommandPattern) -> bool {
    let (words, open) = pattern.known_words();
    let Some(program) = words.first().filter(|_| open != Open::Nothing) else { return false };
    let name = last_segment(program).to_ascii_lowercase();
    if BY_WORDS.contains(&name.as_str()) {
        return true;
    }
    if BY_OPTIONS.contains(&name.as_str()) {
        return open == Open::Words;
    }
    match inside(Command { words: &words, open: true }) {
        Inside::Nothing | Inside::Search(_) => false,
        Inside::Doubt(_) => true,
        Inside::Commands { commands, doubt } => doubt.is_some() || commands.iter().any(|command| command.open),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::shell::command_pattern;

    #[test]
    fn what_is_open_may_run() {
        let rows = [
            ("env", false),
            ("env **", true),
            ("sudo git status", false),
            ("sudo **", true),
            ("xargs *", true),
            ("sh **", true),
            ("sed -n **", true),
            ("awk *", true),
            ("make test", false),
            ("make -**", true),
            ("find *", false),
            ("find -**", true),
            ("rg **", false),
            ("rg -* **", true),
            ("ls -**", false),
            ("cat **", false),
            ("npm test", false),
            ("python build.py", false),
            ("python **", true),
            ("ssh *", true),
            ("*-lint **", false),
        ];
        for (pattern, expected) in rows {
            assert_eq!(lets_words_run(&command_pattern(pattern).expect("a pattern")), expected, "`{pattern}`");
        }
    }
}
