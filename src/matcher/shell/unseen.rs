//! What a shell text runs that a reader cannot see in it.

use super::interpreters::{LANGUAGES, SHELLS, without_version};
use super::pattern::folded_name;

/// Options with which the programs that have them are given code.
const CODE_OPTIONS: [&str; 12] =
    ["-c", "-e", "-pe", "-ne", "-le", "-r", "-E", "--eval", "--command", "-command", "-enc", "-encodedcommand"];

/// Why a reader of `text`, which a shell runs, cannot see what it runs; `None` if nothing of that kind stands in it.
///
/// Sees what is usual: text that is decoded or fetched and piped into an interpreter, `eval`, code that an interpreter is
/// given, shells in shells. It reads words wherever they stand, in quotes too, and so rather says too much.
///
/// ```
/// use countersign::matcher::shell::unseen;
///
/// assert!(unseen("echo cm0gLXJmIC8= | base64 -d | sh").is_some());
/// assert!(unseen("bash -c 'sh -c \"rm -rf /\"'").is_some());
/// assert_eq!(unseen("git status && npm test"), None);
/// ```
#[must_use]
pub fn unseen(text: &str) -> Option<&'static str> {
    let commands = text.split(['|', ';', '&', '\n', '(', ')', '`', '{', '}']);
    let mut is_piped = false;
    let mut at = 0;
    for command in commands {
        let words: Vec<&str> = command
            .split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"'))
            .filter(|word| !word.is_empty())
            .collect();
        if let Some(why) = in_command(&words, is_piped) {
            return Some(why);
        }
        at += command.len();
        let rest = text.get(at..).unwrap_or_default();
        // A second bar is “or”, and between two commands then stands an empty one.
        is_piped =
            rest.starts_with('|') && !rest.starts_with("||") && !text.get(..at).unwrap_or_default().ends_with('|');
        at += rest.chars().next().map_or(0, char::len_utf8);
    }
    let has_hex = text.contains("$'") && text.contains("\\x");
    has_hex.then_some("characters of a command are written as codes")
}

fn in_command(words: &[&str], is_piped: bool) -> Option<&'static str> {
    for (place, word) in words.iter().enumerate() {
        let name = folded_name(word);
        let base = without_version(&name);
        let behind = words.get(place + 1..).unwrap_or_default();
        let options = || behind.iter().take_while(|word| word.starts_with(['-', '/']));
        let has =
            |wanted: &[&str]| options().any(|option| wanted.iter().any(|wanted| option.eq_ignore_ascii_case(wanted)));
        let is_interpreter = SHELLS.contains(&base) || LANGUAGES.contains(&base);
        if matches!(base, "eval" | "iex" | "invoke-expression") && (place == 0 || behind.is_empty() || base == "eval") {
            return Some("`eval` runs text as code");
        }
        if is_interpreter && (has(&CODE_OPTIONS) || options().any(|option| is_bundle(option))) {
            return Some("an interpreter is given code");
        }
        if is_interpreter && is_piped && options().count() == behind.len() {
            return Some("text is piped into an interpreter");
        }
        let decodes = match base {
            "base" | "base64" | "base32" | "basenc" => has(&["-d", "-D", "--decode"]),
            "xxd" => has(&["-r", "-p", "-rp", "-ps"]),
            "openssl" => behind.contains(&"-d"),
            _ => false,
        };
        if decodes {
            return Some("a command is written in a code that is decoded when it runs");
        }
    }
    None
}

/// Whether `option` is letters with a `c` at their end, as in `bash -lc`.
fn is_bundle(option: &str) -> bool {
    option.len() > 2 && !option.starts_with("--") && option.ends_with('c') && option.len() < 6
}
