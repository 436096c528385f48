//! What programs run besides themselves: wrappers such as `sudo`, `find -exec`, and those known to run nothing.

use super::known::{Kind, kind};
use super::pattern::Command;
use super::words;
use super::{builtins, git, interpreters};

const OPTION: &str = "a program that runs another has an option that is not known here";
const VARIABLES: &str = "a program that runs another sets variables for it";
const JOINED: &str = "a program joins its words to a text that a shell reads";
const INPUT: &str = "a program that runs another takes words from elsewhere, as from its input";
const FIND: &str = "what `find` runs is not clear";

/// What a command runs besides its own program.
pub(super) enum Inside<'a> {
    /// Nothing that its words tell.
    Nothing,
    /// It cannot be told.
    Doubt(&'static str),
    /// These; and perhaps others, where there is a doubt.
    Commands { commands: Vec<Command<'a>>, doubt: Option<&'static str> },
    /// The program is not known here; these are the words it is given.
    Search(&'a [&'a str]),
}

/// A program that runs the command behind its options, assignments and operands.
pub(super) struct Wrapper {
    pub(super) name: &'static str,
    /// Short options without a value; `-` if that stands alone for an option.
    flags: &'static str,
    /// Short options with a value, attached or in the next word.
    values: &'static str,
    /// Short options with which nothing is run.
    tells: &'static str,
    long_flags: &'static [&'static str],
    long_values: &'static [&'static str],
    /// Words of its own that precede the command.
    operands: usize,
    /// Whether `NAME=value` may precede the command.
    variables: bool,
    /// Whether it adds words from its input.
    input: bool,
    /// Whether a shell reads the command's words, joined.
    joins: bool,
}

const PLAIN: Wrapper = Wrapper {
    name: "",
    flags: "",
    values: "",
    tells: "",
    long_flags: &[],
    long_values: &[],
    operands: 0,
    variables: false,
    input: false,
    joins: false,
};

/// By GNU, BSD and BusyBox manuals; where they differ, an option is left out.
pub(super) const WRAPPERS: &[Wrapper] = &[
    Wrapper { name: "builtin", ..PLAIN },
    Wrapper { name: "busybox", ..PLAIN },
    Wrapper { name: "toybox", ..PLAIN },
    Wrapper { name: "command", flags: "p", tells: "vV", ..PLAIN },
    // Not `-a`: a program of many uses, as BusyBox is, goes by the name it is given.
    Wrapper { name: "exec", flags: "cl", ..PLAIN },
    Wrapper { name: "nohup", ..PLAIN },
    Wrapper { name: "doas", flags: "n", values: "uaC", ..PLAIN },
    Wrapper {
        name: "sudo",
        flags: "ABbEHknNPS",
        values: "CDghpRrTtUu",
        long_flags: &[
            "askpass",
            "background",
            "non-interactive",
            "preserve-env",
            "reset-timestamp",
            "set-home",
            "stdin",
        ],
        long_values: &["chdir", "chroot", "close-from", "command-timeout", "group", "host", "prompt", "user"],
        variables: true,
        ..PLAIN
    },
    Wrapper {
        name: "env",
        flags: "-i0v",
        values: "uC",
        long_flags: &["ignore-environment", "null", "debug"],
        long_values: &["unset", "chdir"],
        variables: true,
        ..PLAIN
    },
    Wrapper {
        name: "xargs",
        flags: "0oprtx",
        values: "adEILnPs",
        long_flags: &["null", "interactive", "no-run-if-empty", "open-tty", "verbose", "exit"],
        long_values: &["arg-file", "delimiter", "max-args", "max-procs", "max-chars", "process-slot-var"],
        input: true,
        ..PLAIN
    },
    // `-10` is an old way to write `-n 10`.
    Wrapper { name: "nice", flags: "0123456789", values: "n", long_values: &["adjustment"], ..PLAIN },
    Wrapper {
        name: "ionice",
        flags: "t",
        values: "cn",
        long_flags: &["ignore"],
        long_values: &["class", "classdata"],
        ..PLAIN
    },
    Wrapper { name: "setsid", flags: "cfw", long_flags: &["ctty", "fork", "wait"], ..PLAIN },
    Wrapper {
        name: "timeout",
        flags: "v",
        values: "ks",
        long_flags: &["foreground", "preserve-status", "verbose"],
        long_values: &["kill-after", "signal"],
        operands: 1,
        ..PLAIN
    },
    // As a word of bash it runs a whole pipeline, with variables.
    Wrapper {
        name: "time",
        flags: "pvaq",
        values: "fo",
        long_flags: &["portability", "verbose", "append", "quiet"],
        long_values: &["format", "output"],
        variables: true,
        ..PLAIN
    },
    Wrapper { name: "stdbuf", values: "ioe", long_values: &["input", "output", "error"], ..PLAIN },
    Wrapper {
        name: "watch",
        flags: "bcdegptwx",
        values: "nq",
        long_flags: &["beep", "color", "differences", "errexit", "chgexit", "precise", "no-title", "no-wrap", "exec"],
        long_values: &["interval", "equexit"],
        joins: true,
        ..PLAIN
    },
    // Not `-o`, which can be a command.
    Wrapper { name: "strace", flags: "CcFfiqrTtvxyzZ", values: "aeIPpsSu", ..PLAIN },
];

/// Actions of `find` that run a command.
pub(super) const FIND_ACTIONS: [&str; 4] = ["-exec", "-execdir", "-ok", "-okdir"];

/// Programs and builtins that run nothing, whatever their arguments; `printf` can set variables besides.
#[rustfmt::skip]
pub(super) const RUN_NOTHING: [&str; 76] = [
    ":", "base64", "basename", "cal", "cat", "cd", "chgrp", "chmod", "chown", "cksum", "cmp", "column", "comm",
    "cp", "cut", "date", "df", "diff", "dirname", "du", "echo", "egrep", "exit", "expand", "expr", "false", "fgrep",
    "file", "fmt", "fold", "grep", "groups", "head", "hexdump", "hostname", "id", "join", "jq", "kill", "ln", "ls",
    "md5sum", "mkdir", "mktemp", "mv", "nl", "nproc", "od", "paste", "printf", "ps", "pwd", "readlink", "realpath",
    "return", "rev", "rm", "rmdir", "seq", "sha256sum", "sleep", "stat", "strings", "tac", "tail", "tee", "test",
    "touch", "tr", "true", "type", "uname", "uniq", "wc", "which", "whoami",
];

/// Subcommands that run nothing their arguments say, if they come first.
const RUN_NOTHING_WITH: [(&str, &[&str]); 3] =
    [("cargo", &["rm", "remove"]), ("docker", &["rm", "rmi"]), ("npm", &["rm", "uninstall"])];

/// What `command` runs besides its own program, which is called `name` in lower case.
pub(super) fn inside<'a>(command: Command<'a>, name: &str) -> Inside<'a> {
    let Some((program, given)) = command.words.split_first() else { return Inside::Doubt(INPUT) };
    if let Err(why) = words::check_name(program) {
        return Inside::Doubt(why);
    }
    if let Some(Kind::Wrapper(wrapper)) = kind(name) {
        return look_through(wrapper, given, command.open);
    }
    if name == "find" {
        return look_into_find(given, command.open);
    }
    if name == "git" {
        return git::inside(given, plain_name(program) == "git");
    }
    if let Some(why) = builtins::sets(name, given, command.open) {
        return Inside::Doubt(why);
    }
    if let Some(inside) = interpreters::inside(name, given, command.open) {
        return inside;
    }
    if runs_nothing(program, given) { Inside::Nothing } else { Inside::Search(given) }
}

/// Without the system's folders; any other path may be another program.
fn plain_name(program: &str) -> &str {
    let name = program.strip_prefix("/usr").unwrap_or(program);
    name.strip_prefix("/bin/").unwrap_or(program)
}

fn runs_nothing(program: &str, given: &[&str]) -> bool {
    let name = plain_name(program);
    let subcommand = given.first().copied().unwrap_or("");
    matches!(kind(name), Some(Kind::RunsNothing))
        || RUN_NOTHING_WITH.iter().any(|(known, subcommands)| *known == name && subcommands.contains(&subcommand))
}

fn look_through<'a>(wrapper: &Wrapper, given: &'a [&'a str], open: bool) -> Inside<'a> {
    let BehindOptions { mut words, replaced, tells } = match behind_options(wrapper, given) {
        Ok(behind) => behind,
        Err(why) => return Inside::Doubt(why),
    };
    if tells {
        return Inside::Nothing;
    }
    let mut doubt = None;
    while wrapper.variables
        && let [first, rest @ ..] = words
        && first.contains('=')
    {
        doubt = Some(VARIABLES);
        words = rest;
    }
    words = words.get(wrapper.operands..).unwrap_or(&[]);
    if words.is_empty() {
        // Most print something then, as `env` does, and `xargs` runs `echo`.
        return doubt.or(open.then_some(INPUT)).map_or(Inside::Nothing, Inside::Doubt);
    }
    if let Some(replaced) = replaced {
        words = before(words, |word| word.contains(replaced));
        if words.is_empty() {
            return Inside::Doubt(INPUT);
        }
    }
    let open = open || wrapper.input;
    let is_simple = |c: char| c.is_ascii_alphanumeric() || "_-./:,@%+".contains(c);
    if wrapper.joins && (open || words.iter().any(|word| word.is_empty() || !word.chars().all(is_simple))) {
        return Inside::Doubt(JOINED);
    }
    Inside::Commands { commands: vec![Command { words, open }], doubt }
}

struct BehindOptions<'a> {
    words: &'a [&'a str],
    /// The text that `xargs -I` replaces.
    replaced: Option<&'a str>,
    /// Whether an option is among them with which nothing is run.
    tells: bool,
}

/// The words of a wrapper that follow its options, or why they cannot be told apart.
fn behind_options<'a>(wrapper: &Wrapper, given: &'a [&'a str]) -> Result<BehindOptions<'a>, &'static str> {
    let mut behind = BehindOptions { words: given, replaced: None, tells: false };
    while let [word, rest @ ..] = behind.words {
        if *word == "--" {
            behind.words = rest;
            break;
        }
        let Some(letters) = word.strip_prefix('-') else { break };
        if letters.is_empty() && !wrapper.flags.contains('-') {
            break;
        }
        behind.words = rest;
        if let Some(long) = letters.strip_prefix('-') {
            let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            match wrapper.long_values.contains(&name) {
                true if value.is_none() => behind.words = rest.get(1..).unwrap_or(&[]),
                true => {}
                false if wrapper.long_flags.contains(&name) => {}
                false => return Err(OPTION),
            }
        } else {
            let letter = letters.find(|letter| !wrapper.flags.contains(letter));
            let mut letters = letter.and_then(|at| letters.get(at..)).unwrap_or("").chars();
            match letters.next() {
                None => {}
                Some(letter) if wrapper.tells.contains(letter) => behind.tells = true,
                Some(letter) if wrapper.values.contains(letter) => {
                    let mut value = letters.as_str();
                    if value.is_empty() {
                        value = rest.first().copied().unwrap_or("");
                        behind.words = rest.get(1..).unwrap_or(&[]);
                    }
                    if wrapper.input && letter == 'I' {
                        behind.replaced = Some(value);
                    }
                }
                Some(_) => return Err(OPTION),
            }
        }
    }
    Ok(behind)
}

fn look_into_find<'a>(mut given: &'a [&'a str], open: bool) -> Inside<'a> {
    let is_action = |word: &&str| FIND_ACTIONS.contains(word);
    let mut commands = Vec::new();
    if open {
        return Inside::Doubt(FIND);
    }
    while let Some(at) = given.iter().position(is_action) {
        let behind = given.get(at + 1..).unwrap_or(&[]);
        let Some(length) = find_command_length(behind) else { return Inside::Doubt(FIND) };
        let (command, rest) = behind.split_at_checked(length).unwrap_or((behind, &[]));
        let words = before(command, |word| word.contains("{}"));
        if words.is_empty() || command.iter().any(is_action) {
            return Inside::Doubt(FIND);
        }
        commands.push(Command { words, open: words.len() < command.len() });
        given = rest;
    }
    Inside::Commands { commands, doubt: None }
}

/// How many words the command has that ends with `;`, or with `+` behind `{}`.
fn find_command_length(words: &[&str]) -> Option<usize> {
    let mut last = "";
    words.iter().position(|&word| {
        let ends = word == ";" || word == "+" && last == "{}";
        last = word;
        ends
    })
}

/// The words before the first that `is_end`.
fn before<'a>(words: &'a [&'a str], is_end: impl Fn(&str) -> bool) -> &'a [&'a str] {
    let length = words.iter().position(|word| is_end(word)).unwrap_or(words.len());
    words.get(..length).unwrap_or(words)
}
