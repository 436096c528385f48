//! `git`, which runs programs that its configuration, some options and some subcommands name.

use super::interpreters::CODE;
use super::programs::Inside;

/// More options than this before a subcommand are not read.
const OPTIONS_MAX: usize = 32;

/// Subcommands that run nothing their arguments say.
#[rustfmt::skip]
const RUN_NOTHING: [&str; 15] = [
    "add", "branch", "checkout", "commit", "diff", "log", "mv", "reset", "restore", "rm", "show", "stash", "status",
    "switch", "tag",
];

/// Subcommands that are given code in any case.
const TAKE_CODE: [&str; 5] = ["filter-branch", "for-each-repo", "instaweb", "send-email", "subtree"];

/// Other subcommands of git's own; any further one may be an alias or a program, and run what follows it.
#[rustfmt::skip]
const KNOWN: [&str; 64] = [
    "am", "apply", "archive", "bisect", "blame", "bundle", "cat-file", "check-attr", "check-ignore", "cherry",
    "cherry-pick", "clean", "clone", "commit-graph", "commit-tree", "config", "count-objects", "describe",
    "diff-files", "diff-index", "diff-tree", "difftool", "fast-export", "fetch", "for-each-ref", "format-patch",
    "fsck", "gc", "grep", "hash-object", "help", "init", "ls-files", "ls-remote", "ls-tree", "maintenance", "merge",
    "merge-base", "merge-file", "mergetool", "name-rev", "notes", "pack-refs", "prune", "pull", "push", "range-diff",
    "rebase", "reflog", "remote", "repack", "replace", "rev-list", "rev-parse", "revert", "shortlog", "show-branch",
    "show-ref", "sparse-checkout", "submodule", "symbolic-ref", "update-index", "whatchanged", "worktree",
];

/// Subcommands with options that are given code: their long names, and their letters.
const CODE_OPTIONS: [(&str, &[&str], &str); 10] = [
    ("archive", &["exec"], ""),
    ("clone", &["upload-pack", "config"], "uc"),
    ("difftool", &["extcmd"], "x"),
    ("fetch", &["upload-pack"], ""),
    ("grep", &["open-files-in-pager"], "O"),
    ("ls-remote", &["upload-pack", "exec"], ""),
    ("pull", &["upload-pack"], ""),
    ("push", &["receive-pack", "exec"], ""),
    ("rebase", &["exec"], "x"),
    ("submodule", &["upload-pack"], ""),
];

/// Settings, or beginnings of their names, that name no program and give no word another meaning.
#[rustfmt::skip]
const HARMLESS_SETTINGS: [&str; 10] = [
    "advice.", "color.", "commit.gpgsign", "core.autocrlf", "core.quotepath", "init.defaultbranch", "pull.rebase",
    "safe.directory", "user.email", "user.name",
];

/// What `git` runs with the words it is `given`; only if it is the one that is `known` are some sure to run nothing.
pub(super) fn inside<'a>(given: &'a [&'a str], known: bool) -> Inside<'a> {
    let Some(behind) = behind_options(given) else { return Inside::Doubt(CODE) };
    let Some((&subcommand, rest)) = behind.split_first() else { return Inside::Search(given) };
    let is_code = match subcommand {
        "config" => sets(rest),
        // It runs `submodule.*.update`.
        "submodule" if rest.iter().any(|word| matches!(*word, "foreach" | "update")) => true,
        "bisect" if rest.contains(&"run") => true,
        _ => TAKE_CODE.contains(&subcommand) || has_code_option(subcommand, rest),
    };
    if is_code || rest.iter().any(|word| word.starts_with("ext::")) {
        Inside::Doubt(CODE)
    } else if known && RUN_NOTHING.contains(&subcommand) {
        Inside::Nothing
    } else {
        Inside::Search(given)
    }
}

/// The words behind a subcommand of `git` that is not known here.
pub(super) fn behind_unknown<'a>(given: &'a [&'a str]) -> Option<&'a [&'a str]> {
    let (subcommand, rest) = behind_options(given)?.split_first()?;
    let is_known = [&RUN_NOTHING[..], &TAKE_CODE, &KNOWN].iter().any(|known| known.contains(subcommand));
    (!is_known).then_some(rest)
}

/// The subcommand and what follows it; nothing if an option before it may name programs or give words another meaning,
/// as a setting `alias.p=push` does.
pub(super) fn behind_options<'a>(given: &'a [&'a str]) -> Option<&'a [&'a str]> {
    let mut words = given;
    for _ in 0..OPTIONS_MAX {
        let Some((&option, rest)) = words.split_first().filter(|(word, _)| word.starts_with('-')) else {
            return Some(words);
        };
        let takes_next = match option {
            "-c" if rest.first().is_some_and(|setting| is_harmless(setting)) => true,
            "-C" | "--git-dir" | "--work-tree" | "--namespace" | "--super-prefix" | "--attr-source" => true,
            "--exec-path" => false,
            _ if option.starts_with("-c") || option.starts_with("--config") || option.starts_with("--exec") => {
                return None;
            }
            _ => false,
        };
        words = if takes_next { rest.get(1..).unwrap_or(&[]) } else { rest };
    }
    None
}

fn is_harmless(setting: &str) -> bool {
    let name = setting.split_once('=').map_or(setting, |(name, _)| name).to_ascii_lowercase();
    HARMLESS_SETTINGS.iter().any(|known| *known == name || known.ends_with('.') && name.starts_with(known))
}

/// Whether `git config` may change a setting that is not harmless.
fn sets(words: &[&str]) -> bool {
    let reads = |word: &&str| matches!(*word, "-l" | "--list") || word.starts_with("--get");
    let mut plain = words.iter().copied().filter(|word| !word.starts_with('-')).peekable();
    match plain.next_if(|word| matches!(*word, "get" | "list" | "set")) {
        Some("get" | "list") => false,
        None if plain.peek() == Some(&"edit") => true,
        _ if words.iter().any(reads) => false,
        None if plain.clone().count() == 1 && !words.iter().any(|word| word.starts_with('-')) => false,
        _ => !plain.next().is_some_and(is_harmless),
    }
}

fn has_code_option(subcommand: &str, words: &[&str]) -> bool {
    let Some((_, names, letters)) = CODE_OPTIONS.iter().find(|(name, ..)| *name == subcommand) else { return false };
    words.iter().filter_map(|word| word.strip_prefix('-')).any(|option| match option.strip_prefix('-') {
        // Long names may be cut short.
        Some(long) => {
            let name = long.split_once('=').map_or(long, |(name, _)| name);
            !name.is_empty() && names.iter().any(|known| known.starts_with(name))
        }
        None => option.contains(|letter| letters.contains(letter)),
    })
}
