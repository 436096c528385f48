//! What is known of a program by its name.

use std::sync::LazyLock;

use super::interpreters::{LANGUAGES, SHELLS, TAKE_CODE};
use super::programs::{RUN_NOTHING, WRAPPERS, Wrapper};
use crate::names::NameMap;

/// What a program does with its words.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// It runs a command behind its options.
    Wrapper(&'static Wrapper),
    /// Its words are code, or a shell elsewhere reads them.
    TakesCode,
    /// It is a shell or a language.
    Interpreter,
    /// It runs nothing.
    RunsNothing,
}

/// A text can have very many commands, and the lists are long.
static KINDS: LazyLock<NameMap<&'static str, Kind>> = LazyLock::new(|| {
    let wrappers = WRAPPERS.iter().map(|wrapper| (wrapper.name, Kind::Wrapper(wrapper)));
    let take_code = TAKE_CODE.iter().map(|name| (*name, Kind::TakesCode));
    let interpreters = SHELLS.iter().chain(&LANGUAGES).map(|name| (*name, Kind::Interpreter));
    let run_nothing = RUN_NOTHING.iter().map(|name| (*name, Kind::RunsNothing));
    wrappers.chain(take_code).chain(interpreters).chain(run_nothing).collect()
});

pub(super) fn kind(name: &str) -> Option<Kind> {
    KINDS.get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_in_one_list() {
        let listed = WRAPPERS.len() + TAKE_CODE.len() + SHELLS.len() + LANGUAGES.len() + RUN_NOTHING.len();
        assert_eq!(KINDS.len(), listed);
    }
}
