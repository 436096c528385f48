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
    // What `find` and `xargs` fill in.
    let text = &text.replace("{}", "_");
    if text.contains("<(") || text.contains(">(") || text.contains("<<<") {
        return Some("a command is given what another prints");
    }
    let mut is_piped = false;
    let mut quotes = Quotes::default();
    let mut start = 0;
    let mut before = None;
    for command in text.split(SEPARATORS) {
        let end = start + command.len();
        let rest = text.get(end..).unwrap_or_default();
        let at = Place {
            is_piped,
            begins: quotes.lets_begin(before, text.get(..start).unwrap_or_default()),
            behind: text.get(start..).unwrap_or_default(),
            next: rest.chars().next(),
        };
        if let Some(why) = in_command(command, &at) {
            return Some(why);
        }
        quotes.pass(command);
        quotes.pass(rest.get(..1).unwrap_or_default());
        // A second bar is “or”, and between two commands then stands an empty one; behind a bar the line may end.
        let is_empty = command.trim().is_empty();
        is_piped = match at.next {
            Some('|') => !rest.starts_with("||") && !text.get(..end).unwrap_or_default().ends_with('|'),
            Some('\n' | '&') if is_empty => is_piped,
            _ => false,
        };
        before = at.next;
        start = end + 1;
    }
    let has_hex = text.contains("$'") && text.contains('\\');
    has_hex.then_some("characters of a command are written as codes")
}

const SEPARATORS: [char; 9] = ['|', ';', '&', '\n', '(', ')', '`', '{', '}'];

/// Programs that run what stands behind them.
const RUNNERS: [&str; 19] = [
    "builtin", "busybox", "command", "doas", "env", "exec", "ionice", "nice", "nohup", "parallel", "setsid", "stdbuf",
    "su", "sudo", "time", "timeout", "tsocks", "unbuffer", "xargs",
];
/// Words of the shell before a command.
const RESERVED: [&str; 8] = ["!", "do", "elif", "else", "if", "then", "until", "while"];

/// Where in a text a part of it stands.
struct Place<'a> {
    is_piped: bool,
    /// Whether a command begins with it.
    begins: bool,
    /// The text from there.
    behind: &'a str,
    /// The separator at its end.
    next: Option<char>,
}

/// Which quotes are open.
#[derive(Default)]
struct Quotes {
    open: Option<char>,
    is_escaped: bool,
    in_backticks: bool,
}

impl Quotes {
    fn pass(&mut self, text: &str) {
        for c in text.chars() {
            match (c, self.open) {
                _ if std::mem::take(&mut self.is_escaped) => {}
                ('\\', None | Some('"')) => self.is_escaped = true,
                ('`', None | Some('"')) => self.in_backticks = !self.in_backticks,
                ('\'' | '"', None) => self.open = Some(c),
                (c, Some(open)) if c == open => self.open = None,
                _ => {}
            }
        }
    }

    /// Whether a command may begin behind the separator `before`, with which `text` ends.
    fn lets_begin(&self, before: Option<char>, text: &str) -> bool {
        let is_open = self.open.is_none();
        match before {
            None | Some('|' | ';' | '&') => is_open,
            Some('\n') => is_open && !text.ends_with("\\\n"),
            // Two are arithmetic.
            Some('(') => (is_open || self.open == Some('"') && text.ends_with("$(")) && !text.ends_with("(("),
            Some('`') => self.in_backticks,
            Some('{') => is_open && !text.ends_with("${"),
            _ => false,
        }
    }
}

/// Whether `word`, as it is written, is a name that a reader can see.
fn is_seen(word: &str) -> bool {
    let inner = word.strip_prefix(['"', '\'']).unwrap_or(word);
    let inner = inner.strip_suffix(['"', '\'']).unwrap_or(inner);
    matches!(word, "[" | "[[") || !inner.contains(['$', '\\', '*', '?', '[', '"', '\''])
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+'))
    })
}

fn in_command(command: &str, at: &Place<'_>) -> Option<&'static str> {
    let own = || command.split_whitespace().skip_while(|word| is_assignment(word) || RESERVED.contains(word));
    let is_built = match own().next() {
        Some(word) => !is_seen(word),
        // A command is put together from what another prints, or from braces.
        None => at.next == Some('`') || at.next == Some('{') && !at.behind.trim_start().starts_with("{ "),
    };
    if at.begins && is_built && !(own().next().is_none() && command.contains('=')) {
        return Some("the name of a command is put together when it runs");
    }
    let is_quote = |c: char| c.is_whitespace() || matches!(c, '\'' | '"');
    let words: Vec<&str> = command.split(is_quote).filter(|word| !word.is_empty()).collect();
    let first = words.iter().position(|word| !is_assignment(word) && !RESERVED.contains(word)).unwrap_or(0);
    let runner = folded_name(words.get(first).unwrap_or(&""));
    let is_runner = RUNNERS.contains(&runner.as_ref());
    for (place, word) in words.iter().enumerate() {
        let name = folded_name(word);
        let base = without_version(&name);
        let behind = words.get(place + 1..).unwrap_or_default();
        let options = || behind.iter().take_while(|word| word.starts_with(['-', '/']));
        let has =
            |wanted: &[&str]| options().any(|option| wanted.iter().any(|wanted| option.eq_ignore_ascii_case(wanted)));
        let is_interpreter = SHELLS.contains(&base) || LANGUAGES.contains(&base);
        let is_program = place == first || is_runner && place > first;
        if matches!(base, "eval" | "iex" | "invoke-expression") && (place == 0 || behind.is_empty() || base == "eval") {
            return Some("`eval` runs text as code");
        }
        if is_interpreter && (has(&CODE_OPTIONS) || options().any(|option| is_bundle(option))) {
            return Some("an interpreter is given code");
        }
        if is_interpreter && is_program && (at.is_piped || command.contains("<<")) && !is_script(behind) {
            return Some("text is piped into an interpreter");
        }
        if is_interpreter && place > first && matches!(runner.as_ref(), "xargs" | "parallel") {
            return Some("an interpreter is given what another command prints");
        }
        if matches!(*word, "source" | ".") && place == first && at.begins {
            let is_built = behind.first().is_none_or(|file| !is_seen(file) || file.starts_with("/dev/"));
            if is_built || at.is_piped || at.next == Some('`') {
                return Some("a shell reads commands from what is no file");
            }
        }
        let runs_others = |text: &str| text.contains("system") || text.contains("getline") || text.contains("| \"");
        if matches!(base, "awk" | "gawk" | "mawk" | "nawk") && is_program && runs_others(at.behind) {
            return Some("a program of awk may run others");
        }
        let has_short = |letters: [char; 2]| {
            behind.iter().any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains(letters))
        };
        let decodes = match base {
            "base" | "base64" | "base32" | "basenc" => {
                has_short(['d', 'D']) || behind.iter().any(|word| word.starts_with("--d"))
            }
            "xxd" => has_short(['r', 'p']),
            "openssl" => behind.contains(&"-d"),
            _ => false,
        };
        if decodes {
            return Some("a command is written in a code that is decoded when it runs");
        }
    }
    None
}

/// Whether an interpreter that is given these words reads its code from a file that they name first: then what is piped
/// into it is data.
fn is_script(words: &[&str]) -> bool {
    words.first().is_some_and(|word| {
        word.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '.' | '/' | '_' | '~'))
            && !word.starts_with("/dev/")
            && !word.starts_with("/proc/")
            && is_seen(word)
    })
}

/// Whether `option` is letters with a `c` at their end, as in `bash -lc`.
fn is_bundle(option: &str) -> bool {
    option.len() > 2 && !option.starts_with("--") && option.ends_with('c') && option.len() < 6
}
