//! Patterns with which whoever writes the command chooses what else runs.

use super::git;
use super::interpreters::without_version;
use super::pattern::{Command, CommandPattern, Open, folded_name};
use super::programs::{FIND_ACTIONS, Inside, inside};

/// Programs whose plain words may be commands, or lead to some: targets, `+!command`, `@file` with options, scripts,
/// packages that run when they are installed.
#[rustfmt::skip]
const BY_WORDS: [&str; 85] = [
    "ansible", "ansible-playbook", "ant", "ar", "bmake", "c++", "cc", "clang", "clang++", "cmake", "concurrently",
    "convert", "dc", "easy_install", "ed", "emacs", "emacsclient", "ex", "fab", "ftp", "g++", "gcc", "gfortran",
    "ghc", "gmake", "gradle", "gradlew", "gvim", "hx", "identify", "inv", "invoke", "java", "javac", "joe", "just",
    "kak", "latex", "ld", "lein", "less", "lp", "m4", "magick", "make", "man", "mg", "micro", "mocha", "mogrify",
    "more", "most", "mvn", "mvnw", "nano", "ninja", "nmake", "nvim", "open", "pdflatex", "phpunit", "pico",
    "pytest", "rake", "rspec", "run-parts", "rustc", "rvim", "sbt", "scons", "sftp", "socat", "sqlite3", "start",
    "task", "tex", "vi", "view", "vim", "vimdiff", "waf", "wine", "xdg-open", "xelatex", "xetex",
];

/// Programs with options that run others, or write where others are run from.
#[rustfmt::skip]
const BY_OPTIONS: [&str; 28] = [
    "ag", "bat", "curl", "enable", "fd", "fzf", "git", "gpg", "hash", "man", "mysql", "nc", "ncat", "nmap", "print",
    "printf", "psql", "rg", "rsync", "scp", "set", "sort", "split", "tar", "tcpdump", "wget", "zip", "zstd",
];

/// Programs that run others because of the first plain word, which is open if none is known: those with subcommands of
/// users' own, and `tar`, whose first word may be options. Behind these subcommands, words do.
#[rustfmt::skip]
const BY_FIRST_WORD: [(&str, &[&str]); 45] = [
    ("apt", &["install"]),
    ("apt-get", &["install"]),
    ("asdf", &["exec"]),
    ("bazel", &["run"]),
    ("brew", &["install"]),
    ("bundle", &["exec"]),
    ("bundler", &["exec"]),
    ("cabal", &["exec", "install", "run"]),
    ("cargo", &["install"]),
    ("composer", &["exec", "require", "run", "run-script"]),
    ("conda", &["install", "run"]),
    ("corepack", &["npm", "pnpm", "yarn"]),
    ("dnf", &["install"]),
    ("docker", &["build", "buildx", "compose", "container", "create", "exec", "plugin", "run"]),
    ("docker-compose", &["exec", "run"]),
    ("dotnet", &["exec", "run", "tool"]),
    ("gem", &["exec", "install"]),
    ("gh", &["alias", "extension"]),
    ("git", &["bisect", "config", "filter-branch", "help", "hook", "submodule", "web--browse"]),
    ("go", &["generate", "install", "run", "tool"]),
    ("hatch", &["run"]),
    ("helm", &["plugin"]),
    ("hg", &[]),
    ("jj", &[]),
    ("kubectl", &["debug", "exec", "plugin", "run"]),
    ("mise", &["exec", "run", "x"]),
    ("mix", &["cmd", "eval", "run"]),
    ("nix", &["develop", "run", "shell"]),
    ("npm", &["add", "exec", "explore", "i", "init", "install", "run", "run-script", "x"]),
    ("pdm", &["run"]),
    ("perf", &["record", "stat", "trace"]),
    ("pip", &["install"]),
    ("pipenv", &["install", "run"]),
    ("pipx", &["install", "run"]),
    ("pixi", &["run"]),
    ("pnpm", &["add", "dlx", "exec", "i", "install", "run"]),
    ("podman", &["build", "compose", "container", "create", "exec", "run"]),
    ("poetry", &["add", "run"]),
    ("rustup", &["run"]),
    ("stack", &["exec", "runghc"]),
    ("systemctl", &["start"]),
    ("tar", &[]),
    ("uv", &["run", "tool"]),
    ("volta", &["run"]),
    ("yarn", &["add", "dlx", "exec", "run"]),
];

/// Programs that run the command behind their options and so many operands.
#[rustfmt::skip]
const RUNNERS: [(&str, usize); 40] = [
    ("bunx", 0), ("catchsegv", 0), ("chronic", 0), ("chroot", 1), ("chrt", 1), ("cross-env", 0), ("dbus-run-session", 0),
    ("dotenv", 0), ("eatmydata", 0), ("entr", 0), ("envdir", 1), ("fakeroot", 0), ("firejail", 0), ("flock", 1),
    ("gosu", 1), ("ifne", 0), ("ltrace", 0), ("nocorrect", 0), ("nodemon", 0), ("noglob", 0), ("npx", 0), ("nsenter", 0),
    ("numactl", 0), ("pkexec", 0), ("pnpx", 0), ("prlimit", 0), ("proot", 0), ("proxychains", 0), ("rlwrap", 0),
    ("setpriv", 0), ("setuidgid", 1), ("sshpass", 0), ("su-exec", 1), ("systemd-run", 0), ("taskset", 1), ("torsocks", 0),
    ("unbuffer", 0), ("unshare", 0), ("uvx", 0), ("valgrind", 0),
];

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
    chooses(&words, open)
}

/// Whether what is `open` behind `words`, program first, may choose a program to run.
fn chooses(words: &[&str], open: Open) -> bool {
    let Some((program, given)) = words.split_first().filter(|_| open != Open::Nothing) else { return false };
    let name = folded_name(program);
    let base = without_version(&name);
    let is = |known: &str| known == name || known == base;
    if BY_WORDS.iter().any(|known| is(known)) || open == Open::Words && BY_OPTIONS.iter().any(|known| is(known)) {
        return true;
    }
    if name == "find" {
        return open == Open::Words || given.iter().any(|word| FIND_ACTIONS.contains(word));
    }
    let behind_options = || given.iter().position(|word| !word.starts_with('-')).and_then(|at| given.get(at..));
    if let Some((_, operands)) = RUNNERS.iter().find(|(known, _)| is(known)) {
        return match behind_options().and_then(|behind| behind.get(*operands..)) {
            None | Some([]) => true,
            Some(command) => chooses(command, open),
        };
    }
    if let Some((_, subcommands)) = BY_FIRST_WORD.iter().find(|(known, _)| is(known)) {
        let behind = if name == "git" { git::behind_options(given) } else { behind_options() };
        let subcommand = behind.and_then(<[&str]>::first);
        return subcommand.is_none_or(|word| subcommands.contains(word));
    }
    match inside(Command { words, open: true }, &name) {
        Inside::Nothing | Inside::Search(_) => false,
        Inside::Doubt(_) => true,
        // Words from the input may be options.
        Inside::Commands { commands, doubt } => {
            let open = if name == "xargs" { Open::Words } else { open };
            doubt.is_some() || commands.iter().any(|command| command.open && chooses(command.words, open))
        }
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
            ("find . -exec * ';'", true),
            ("gcc-12 *", true),
            ("rg **", false),
            ("rg -* **", true),
            ("ls -**", false),
            ("cat **", false),
            ("npm test", false),
            ("git **", true),
            ("git *", true),
            ("git -C . **", true),
            ("git --no-pager **", true),
            ("git -c a=b status **", true),
            ("git -C . log **", false),
            ("git config **", true),
            ("git submodule *", true),
            ("git submodule update", false),
            ("git bisect run *", true),
            ("tar **", true),
            ("tar *f x", true),
            ("tar xf **", false),
            ("tar xf x -**", true),
            ("tar xf x", false),
            ("npm **", true),
            ("npm exec **", true),
            ("npm run *", true),
            ("npm ls **", false),
            ("npx **", true),
            ("npx eslint **", false),
            ("npx -c *", true),
            ("docker **", true),
            ("docker run **", true),
            ("docker ps **", false),
            ("cargo **", true),
            ("cargo test **", false),
            ("go **", true),
            ("go run **", true),
            ("go test *", false),
            ("flock **", true),
            ("flock f **", true),
            ("flock f ls **", false),
            ("flock f git **", true),
            ("sudo ls **", false),
            ("sudo git **", true),
            ("xargs ls", false),
            ("xargs git log **", true),
            ("pip3 install **", true),
            ("pytest **", true),
            ("gcc **", true),
            ("export **", true),
            ("read *", true),
            ("printf **", false),
            ("printf -**", true),
            ("yash **", true),
            ("bun **", true),
            ("bun run build", false),
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
