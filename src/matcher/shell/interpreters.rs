//! Programs that run code: shells, languages, `awk` and `sed`.

use super::git;
use super::pattern::last_segment;
use super::programs::Inside;

/// Why nothing is said about a program that is given code.
pub(super) const CODE: &str = "a program is given code";

#[rustfmt::skip]
const SHELLS: [&str; 16] = [
    "ash", "bash", "csh", "dash", "elvish", "fish", "ksh", "mksh", "nu", "posh", "powershell", "pwsh", "rbash", "sh",
    "tcsh", "zsh",
];

#[rustfmt::skip]
const LANGUAGES: [&str; 22] = [
    "bun", "deno", "elixir", "expect", "groovy", "guile", "jshell", "julia", "lua", "luajit", "node", "nodejs", "octave",
    "osascript", "perl", "php", "pypy", "python", "racket", "rscript", "ruby", "tclsh",
];

/// Programs and builtins whose arguments are code, or words that a shell elsewhere reads as code.
#[rustfmt::skip]
const TAKE_CODE: [&str; 19] = [
    ".", "at", "batch", "bind", "complete", "compgen", "crontab", "eval", "fc", "mosh", "parallel", "runuser", "screen",
    "script", "source", "ssh", "su", "tmux", "trap",
];

/// Modules that `python -m` may run as a program that is not known: their arguments are no code.
#[rustfmt::skip]
const MODULES: [&str; 12] = [
    "black", "build", "compileall", "http.server", "json.tool", "mypy", "pip", "pylint", "pytest", "ruff", "unittest",
    "venv",
];

/// What the program `name`, in lower case, runs with the words it is `given`, if it is one that runs code.
pub(super) fn inside<'a>(name: &str, given: &'a [String], open: bool) -> Option<Inside<'a>> {
    let base = without_version(name);
    match base {
        "awk" | "gawk" | "mawk" | "nawk" => Some(harmless(!open && is_harmless_awk(given))),
        "sed" | "gsed" => Some(harmless(!open && is_harmless_sed(given))),
        _ if TAKE_CODE.contains(&name) => Some(Inside::Doubt(CODE)),
        _ if SHELLS.contains(&base) || LANGUAGES.contains(&base) => Some(interpreted(base, given, open)),
        _ => None,
    }
}

/// Whether a program that is given code stands among `words`, which a program that is not known here may run: a shell
/// or language with options, a shell without a script, `awk` or `sed`.
pub(super) fn has_code_behind(words: &[String]) -> bool {
    let mut rest = words;
    let mut has_script = false;
    while let [word, behind @ ..] = rest {
        rest = behind;
        let name = last_segment(word).to_ascii_lowercase();
        let base = without_version(&name);
        let has_options = behind.first().is_some_and(|next| next.starts_with('-'));
        if has_options
            && (SHELLS.contains(&base) || LANGUAGES.contains(&base) || matches!(base, "su" | "ssh" | "runuser"))
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

/// `python` for `python3.12`.
fn without_version(name: &str) -> &str {
    name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-')
}

fn harmless(is_harmless: bool) -> Inside<'static> {
    if is_harmless { Inside::Nothing } else { Inside::Doubt(CODE) }
}

fn interpreted<'a>(base: &str, given: &'a [String], open: bool) -> Inside<'a> {
    let Some((first, rest)) = given.split_first() else { return Inside::Doubt(CODE) };
    let is_alone = rest.is_empty() && !open;
    if first == "--version" && is_alone {
        return Inside::Nothing;
    }
    if base == "python"
        && first == "-m"
        && let Some((module, given)) = rest.split_first()
        && MODULES.contains(&module.as_str())
    {
        return Inside::Search(given);
    }
    // The rest name a script: code too, but none that the text shows.
    let is_code = first.starts_with(['-', '+']) || first == "eval";
    let is_input = first.starts_with("/dev/") || first.starts_with("/proc/");
    if is_code || is_input { Inside::Doubt(CODE) } else { Inside::Search(given) }
}

/// Whether an awk program has no way to run another.
fn is_harmless_awk(given: &[String]) -> bool {
    let mut given = given.iter().map(String::as_str);
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
fn is_harmless_sed(given: &[String]) -> bool {
    let mut given = given.iter().map(String::as_str);
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
