//! Programs that run code: shells, languages, `awk` and `sed`.

use super::git;
use super::known::{Kind, kind};
use super::pattern::folded_name;
use super::programs::Inside;

/// Why nothing is said about a program that is given code.
pub(super) const CODE: &str = "a program is given code";

#[rustfmt::skip]
pub(super) const SHELLS: [&str; 40] = [
    "ash", "bash", "bash-static", "bosh", "brush", "csh", "dash", "elvish", "es", "fish", "hush", "ion", "ksh",
    "lksh", "loksh", "mksh", "mrsh", "nu", "oksh", "osh", "pbosh", "pdksh", "posh", "powershell", "pwsh", "rbash",
    "rc", "rksh", "rzsh", "sash", "scsh", "sh", "static-sh", "tcsh", "xonsh", "yash", "ysh", "zsh", "zsh-beta",
    "zsh-static",
];

#[rustfmt::skip]
pub(super) const LANGUAGES: [&str; 72] = [
    "babashka", "bb", "bun", "clisp", "clj", "clojure", "clojure-clr", "coffee", "csi", "dart", "deno", "ecl",
    "elixir", "erl", "escript", "expect", "fennel", "gdb", "ghci", "gnuplot", "gosh", "groovy", "guile", "hy",
    "iex", "ipython", "irb", "janet", "jimsh", "jruby", "jshell", "julia", "kotlin", "lldb", "lua", "luajit",
    "maxima", "micropython", "mongo", "mongosh", "mruby", "node", "nodejs", "ocaml", "octave", "osascript", "perl",
    "php", "php-cgi", "pike", "pypy", "python", "qjs", "racket", "raku", "rakudo", "rscript", "ruby", "runghc",
    "runhaskell", "sage", "sbcl", "scala", "swift", "swipl", "tclsh", "truffleruby", "ts-node", "tsx", "utop",
    "wish", "yap",
];

/// Subcommands that are given code.
const SUBCOMMANDS: [(&str, &[&str]); 7] = [
    ("bun", &["exec", "repl"]),
    ("deno", &["eval", "repl"]),
    ("dotnet", &["fsi", "script"]),
    ("gh", &["alias"]),
    ("mix", &["eval", "run"]),
    ("rails", &["c", "console", "r", "runner"]),
    ("stack", &["eval", "exec", "ghci", "runghc"]),
];

/// Programs and builtins whose arguments are code, or words that a shell elsewhere reads as code.
#[rustfmt::skip]
pub(super) const TAKE_CODE: [&str; 26] = [
    ".", "at", "batch", "bind", "compgen", "complete", "crontab", "dbclient", "eval", "fc", "hist", "mosh",
    "newgrp", "parallel", "pee", "r", "rsh", "runuser", "screen", "script", "sg", "source", "ssh", "su", "tmux",
    "trap",
];

/// Modules that `python -m` may run as a program that is not known: their arguments are no code.
#[rustfmt::skip]
const MODULES: [&str; 12] = [
    "black", "build", "compileall", "http.server", "json.tool", "mypy", "pip", "pylint", "pytest", "ruff", "unittest",
    "venv",
];

/// Options of interpreters that take no code and no value: letters, and long names.
const PLAIN_OPTIONS: [(&str, &str, &[&str]); 8] = [
    ("ash", "xeuvn", &[]),
    ("bash", "xeuvn", &[]),
    ("dash", "xeuvn", &[]),
    ("ksh", "xeuvn", &[]),
    ("node", "", &["--check", "--test", "--watch"]),
    ("php", "l", &[]),
    ("python", "uxvBsEq", &[]),
    ("sh", "xeuvn", &[]),
];

/// Options besides `--version` with which an interpreter only says what it is.
const TELLS: [(&str, &str); 3] = [("node", "-v"), ("php", "-v"), ("python", "-V")];

/// What the program `name`, in lower case, runs with the words it is `given`, if it is one that runs code.
pub(super) fn inside<'a>(name: &str, given: &'a [&'a str], open: bool) -> Option<Inside<'a>> {
    let base = without_version(name);
    if takes_code(base, given) {
        return Some(Inside::Doubt(CODE));
    }
    match base {
        "awk" | "gawk" | "mawk" | "nawk" => Some(harmless(!open && is_harmless_awk(given))),
        "sed" | "gsed" => Some(harmless(!open && is_harmless_sed(given))),
        "crontab" if given == ["-l"] && !open => Some(Inside::Nothing),
        _ if matches!(kind(name), Some(Kind::TakesCode)) => Some(Inside::Doubt(CODE)),
        _ if is_interpreter(base) => Some(interpreted(base, given, open)),
        _ => None,
    }
}

/// Whether a program that is given code stands among `words`, which a program that is not known here may run: a shell
/// or language with options, a shell without a script, `awk` or `sed`.
pub(super) fn has_code_behind(words: &[&str]) -> bool {
    let mut rest = words;
    let mut has_script = false;
    while let [word, behind @ ..] = rest {
        rest = behind;
        let name = folded_name(word);
        let base = without_version(&name);
        let has_options = behind.first().is_some_and(|next| next.starts_with('-'));
        let has_code = || has_options && matches!(interpreted(base, behind, false), Inside::Doubt(_));
        let has_input = || behind.first().is_some_and(|next| is_input(next));
        let takes_code = || takes_code(base, behind.get(..1).unwrap_or(&[]));
        if is_interpreter(base) && (has_code() || has_input() || takes_code())
            || has_options && matches!(base, "su" | "ssh" | "runuser")
            || behind.is_empty() && matches!(base, "ash" | "bash" | "dash" | "ksh" | "sh" | "zsh")
            || base == "git" && git::behind_options(behind).is_none()
        {
            return true;
        }
        let is_harmless = match base {
            _ if behind.is_empty() => continue,
            "awk" | "gawk" | "mawk" | "nawk" => is_harmless_awk(behind),
            "sed" | "gsed" => is_harmless_sed(behind),
            _ => continue,
        };
        // One is enough to read: many would take long.
        if has_script || !is_harmless {
            return true;
        }
        has_script = true;
    }
    false
}

fn is_interpreter(base: &str) -> bool {
    matches!(kind(base), Some(Kind::Interpreter))
}

/// `python` for `python3.12` and for `python.exe`.
pub(super) fn without_version(name: &str) -> &str {
    let name = name.strip_suffix(".exe").unwrap_or(name);
    let name = name.find(|c: char| c.is_ascii_digit()).and_then(|at| name.get(..at)).unwrap_or(name);
    name.trim_end_matches(['.', '-'])
}

/// Whether a program hands its words to a shell or a language because of a subcommand or an option.
fn takes_code(base: &str, given: &[&str]) -> bool {
    let Some(&first) = given.first() else { return false };
    let is_short_or = |word: &str, long: &str| word.starts_with("-c") || word.starts_with(long);
    match base {
        "flock" => given.iter().any(|word| is_short_or(word, "--command")),
        "make" | "gmake" | "bmake" => given.iter().any(|word| is_for_make(word)),
        "npm" if !matches!(first, "exec" | "x") && !first.starts_with('-') => false,
        "npm" | "npx" | "pnpm" | "pnpx" => {
            let own = given.get(usize::from(!first.starts_with('-') && base.ends_with('m'))..).unwrap_or(&[]);
            own_options(own).any(|word| is_short_or(word, "--call") || word.starts_with("--shell"))
        }
        "bun" | "deno" if given.iter().any(|word| *word == "-" || word.starts_with("data:")) => true,
        "bun" | "deno" if own_options(given.get(1..).unwrap_or(&[])).any(is_evaluated) => true,
        _ => SUBCOMMANDS.iter().any(|(name, known)| *name == base && known.contains(&first)),
    }
}

/// Whether `make` may run what `word` says: with `$(shell …)`, in another shell, or as lines of a make file.
fn is_for_make(word: &str) -> bool {
    word.contains('$') || ["SHELL", ".SHELLFLAGS", "--ev", "-E", "-f-"].iter().any(|start| word.starts_with(start))
}

fn is_evaluated(option: &str) -> bool {
    ["-e", "-p", "--eval", "--print"].iter().any(|known| option.starts_with(known))
}

/// The options before the first word that is neither one nor the value of one.
fn own_options<'a>(words: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let mut is_value = false;
    words.iter().copied().take_while(move |word| {
        let is_own = is_value || word.starts_with('-');
        is_value = matches!(*word, "-p" | "--package" | "-w" | "--workspace" | "--prefix");
        is_own && *word != "--"
    })
}

fn harmless(is_harmless: bool) -> Inside<'static> {
    if is_harmless { Inside::Nothing } else { Inside::Doubt(CODE) }
}

/// The words behind the options that take no code.
fn behind_plain_options<'a>(base: &str, given: &'a [&'a str]) -> &'a [&'a str] {
    let Some((_, letters, names)) = PLAIN_OPTIONS.iter().find(|(name, ..)| *name == base) else { return given };
    let is_plain = |word: &str| {
        let bundle = word.strip_prefix('-').filter(|bundle| !bundle.is_empty());
        names.contains(&word) || bundle.is_some_and(|bundle| bundle.chars().all(|letter| letters.contains(letter)))
    };
    let plain = given.iter().take_while(|word| is_plain(word)).count();
    given.get(plain..).unwrap_or(&[])
}

fn interpreted<'a>(base: &str, given: &'a [&'a str], open: bool) -> Inside<'a> {
    let behind = behind_plain_options(base, given);
    let Some((&first, rest)) = behind.split_first() else {
        // It finds the tests by itself.
        return harmless(!open && base == "node" && given.contains(&"--test"));
    };
    let is_alone = rest.is_empty() && !open;
    if is_alone && (first == "--version" || TELLS.contains(&(base, first))) {
        return Inside::Nothing;
    }
    if base == "python"
        && first == "-m"
        && let Some((module, given)) = rest.split_first()
        && MODULES.contains(module)
    {
        return Inside::Search(given);
    }
    // The rest name a script: code too, but none that the text shows.
    let is_code = first.starts_with(['-', '+']) || first == "eval";
    if is_code || is_input(first) { Inside::Doubt(CODE) } else { Inside::Search(given) }
}

/// Whether a script's `path` may be the input, or something else that is no file: `/dev/stdin`, or `stdin` after
/// `cd /dev`.
fn is_input(path: &str) -> bool {
    let segments = || path.split('/').filter(|segment| !matches!(*segment, "" | "."));
    let last = segments().next_back().unwrap_or("");
    let is_device = |segment: &str| matches!(segment, "dev" | "proc");
    path.starts_with('/') && segments().next().is_some_and(is_device)
        || segments().any(is_device) && segments().any(|segment| segment == "..")
        || matches!(last, "stdin" | "stdout" | "stderr" | "tty" | "console" | "environ" | "cmdline" | "comm")
        || !last.is_empty() && last.chars().all(|c| c.is_ascii_digit())
}

/// Whether an awk program has no way to run another.
fn is_harmless_awk(given: &[&str]) -> bool {
    let mut given = given.iter().copied();
    let mut word = given.next();
    while let Some(option) = word.filter(|word| word.starts_with('-')) {
        match option {
            "-F" | "-v" => _ = given.next(),
            "--" => {
                word = given.next();
                break;
            }
            _ if option.starts_with("-F") || option.starts_with("-v") => {}
            _ => return false,
        }
        word = given.next();
    }
    word.is_some_and(|code| !code.contains("system") && !code.contains(['|', '@']) && !code.contains("\\\n"))
}

/// Whether a sed script has no way to run a program: `e` does, as a command and as a flag of `s`.
fn is_harmless_sed(given: &[&str]) -> bool {
    let mut given = given.iter().copied();
    let mut operand = None;
    let mut scripts = Vec::new();
    while let Some(word) = given.next() {
        match word {
            "-e" => match given.next() {
                Some(script) => scripts.push(script),
                None => return false,
            },
            _ if word.starts_with('-') => {
                // What follows `i` is the ending of a copy's name.
                let flags = word.split_once('i').map_or(word, |(flags, _)| flags);
                if word.starts_with("--") || !flags.chars().skip(1).all(|c| "nErsuz".contains(c)) {
                    return false;
                }
            }
            _ => _ = operand.get_or_insert(word),
        }
    }
    if scripts.is_empty() {
        scripts.extend(operand);
    }
    !scripts.is_empty() && scripts.into_iter().all(is_harmless_sed_script)
}

/// Whether `script` only selects lines, or is one `s` command.
fn is_harmless_sed_script(script: &str) -> bool {
    let command = script.trim_start_matches(|c: char| c.is_ascii_digit() || c == ',' || c == '$');
    if matches!(command, "p" | "d" | "q" | "=" | "!d" | "!p") {
        return true;
    }
    let Some(rest) = command.strip_prefix('s') else { return false };
    let Some(delimiter) = rest.chars().next().filter(|c| "/|#,:@%+_~".contains(*c)) else { return false };
    let parts: Vec<&str> = rest.split(delimiter).collect();
    match parts.as_slice() {
        ["", _, _, flags] => !rest.contains('\n') && flags.chars().all(|c| c.is_ascii_digit() || "gpIiM".contains(c)),
        _ => false,
    }
}
