//! Builtins that set variables. Shells run code in subscripts, at once, and in the values of `PS4`, `PROMPT_COMMAND` and
//! others, later; other variables choose what a name stands for.

const SETS: &str = "a builtin sets what the shell may run later";

/// Builtins that take a variable's name or an expression, in which bash, ksh or zsh runs `a[$(code)]`.
#[rustfmt::skip]
const WITH_SUBSCRIPTS: [&str; 26] = [
    "[", "break", "continue", "declare", "exit", "export", "float", "getopts", "integer", "let", "local", "mapfile",
    "print", "printf", "read", "readarray", "readonly", "return", "set", "shift", "test", "typeset", "ulimit", "unset",
    "vared", "wait",
];

/// Builtins that set variables to what their words or their input say.
const SETTERS: [&str; 10] =
    ["getopts", "let", "mapfile", "read", "readarray", "strftime", "sysread", "vared", "zformat", "zparseopts"];

/// Builtins that do so for words like `NAME=value`.
const DECLARE: [&str; 8] = ["alias", "declare", "export", "float", "integer", "local", "readonly", "typeset"];

/// Builtins that do so with an option of one of these letters; of `printf` it can only be the first word.
const WITH_OPTIONS: [(&str, &str); 4] = [("enable", "f"), ("hash", "p"), ("print", "svz"), ("set", "A")];

/// Why the builtin `name` may set what the shell runs later, if it may.
pub(super) fn sets(name: &str, given: &[&str], open: bool) -> Option<&'static str> {
    let is_option = |word: &str| word.len() > 1 && word.starts_with(['-', '+']);
    let sets = if name == "printf" {
        given.first().is_some_and(|first| is_option(first) && *first != "--")
    } else if let Some((_, letters)) = WITH_OPTIONS.iter().find(|(known, _)| *known == name) {
        given.iter().any(|word| is_option(word) && word.contains(|letter| letters.contains(letter)))
    } else {
        SETTERS.contains(&name) || DECLARE.contains(&name) && (open || given.iter().any(|word| word.contains('=')))
    };
    sets.then_some(SETS)
}

/// Whether a shell may run code in a subscript that a builtin is given; it may put its words together first.
pub(super) fn has_subscript(command: &[&str]) -> bool {
    command.split_first().is_some_and(|(program, words)| {
        words.iter().any(|word| word.contains('['))
            && words.iter().any(|word| word.contains(['$', '`', '<', '>']))
            && WITH_SUBSCRIPTS.contains(program)
    })
}
