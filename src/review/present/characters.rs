//! Characters that deceive a reader, by the tables of Unicode.

use super::unicode::Script;
use crate::text::chars::{is_foreign_space, is_hidden};

/// What a character is to a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It is seen as what it is.
    Plain,
    /// It has an escape in JSON.
    Escaped(&'static str),
    /// It draws nothing, or something other than a character that is in use.
    Hidden,
    /// It turns the direction of the text around it.
    Direction,
    /// It is a tag character, which hides a letter.
    Tag,
    /// It controls a terminal.
    Terminal,
    /// It is a letter or digit in another dress, such as a full-width or a mathematical one.
    Dressed,
    /// It is a digit, but none of 0 to 9.
    OddDigit,
    /// It is drawn onto the character before it.
    Mark,
}

/// What `c` is to a reader.
#[must_use]
pub(super) fn look(c: char) -> Look {
    match c {
        '"' => return Look::Escaped("\\\""),
        '\\' => return Look::Escaped("\\\\"),
        '\n' => return Look::Escaped("\\n"),
        '\r' => return Look::Escaped("\\r"),
        '\t' => return Look::Escaped("\\t"),
        '\u{8}' => return Look::Escaped("\\b"),
        '\u{C}' => return Look::Escaped("\\f"),
        ' '..='~' => return Look::Plain,
        '\u{1B}' | '\u{80}'..='\u{9F}' => return Look::Terminal,
        '\u{E0000}'..='\u{E007F}' => return Look::Tag,
        c if crate::text::chars::is_reordering(c) => return Look::Direction,
        // What our own tokens begin with.
        '‹' | '⏎' | '␠' => return Look::Hidden,
        c if is_hidden(c) || is_foreign_space(c) || draws_nothing(c) => return Look::Hidden,
        _ => {}
    }
    match Script::of(c) {
        // Private, unassigned, or no character at all.
        Script::UNKNOWN => Look::Hidden,
        Script::INHERITED => Look::Mark,
        _ if is_dressed(c) => Look::Dressed,
        _ if c.is_numeric() => Look::OddDigit,
        _ => Look::Plain,
    }
}

/// Control and format characters, spaces and fillers that are not in the lists of `text::chars`.
const fn draws_nothing(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{1F}'
            | '\u{7F}'
            | '\u{85}'
            | '\u{0600}'..='\u{0605}'
            | '\u{06DD}'
            | '\u{070F}'
            | '\u{0890}'..='\u{0891}'
            | '\u{08E2}'
            | '\u{2800}'
            | '\u{FFFC}'
            | '\u{110BD}'
            | '\u{110CD}'
            | '\u{13430}'..='\u{1343F}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
    )
}

/// Whether `c` is a letter or digit in another dress, so that it looks like one in use.
const fn is_dressed(c: char) -> bool {
    matches!(
        c,
        '\u{FF01}'..='\u{FF5E}' | '\u{1D400}'..='\u{1D7FF}' | '\u{2460}'..='\u{249B}' | '\u{24B6}'..='\u{24FF}'
            | '\u{1F130}'..='\u{1F189}' | '\u{2102}' | '\u{210A}'..='\u{2113}' | '\u{2115}' | '\u{2119}'..='\u{211D}'
            | '\u{2124}' | '\u{2128}' | '\u{212A}'..='\u{212D}' | '\u{212F}'..='\u{2131}' | '\u{2133}' | '\u{2134}'
    )
}

/// Whether `c` belongs to a word.
#[must_use]
pub(super) fn is_of_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    c.is_alphanumeric() || Script::of(c) == Script::INHERITED && !matches!(look(c), Look::Hidden)
}

/// The script of `c` if words are told apart by it.
fn script_of(c: char) -> Option<Script> {
    if c.is_ascii() {
        return c.is_ascii_alphabetic().then_some(Script::LATIN);
    }
    match Script::of(c) {
        Script::COMMON | Script::INHERITED | Script::UNKNOWN => None,
        script => Some(script),
    }
}

/// Scripts that are written together in one word: as in “highly restrictive” of Unicode's UTS 39.
const TOGETHER: [&[Script]; 3] = [
    &[Script::LATIN, Script::HAN, Script::HIRAGANA, Script::KATAKANA],
    &[Script::LATIN, Script::HAN, Script::BOPOMOFO],
    &[Script::LATIN, Script::HAN, Script::HANGUL],
];

/// The script of `word`, if it has letters of others that are not written together with it: that of most letters, of
/// equally many that of the first. `None` if nothing is mixed.
#[must_use]
pub(super) fn mixed_with(word: &str) -> Option<Script> {
    if word.is_ascii() {
        return None;
    }
    let mut counts: Vec<(Script, usize)> = Vec::new();
    for script in word.chars().filter_map(script_of) {
        match counts.iter_mut().find(|(known, _)| *known == script) {
            Some((_, count)) => *count += 1,
            None => counts.push((script, 1)),
        }
    }
    let are_together = TOGETHER.iter().any(|set| counts.iter().all(|(script, _)| set.contains(script)));
    if counts.len() < 2 || are_together {
        return None;
    }
    let most = counts.iter().map(|(_, count)| *count).max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(script, _)| script)
}

/// Whether `c` is a letter of another script than `own`.
#[must_use]
pub(super) fn is_foreign(c: char, own: Script) -> bool {
    script_of(c).is_some_and(|script| script != own)
}

/// `U+202E`.
#[must_use]
pub(super) fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// `‹U+202E›`; a tag character also tells the letter that it stands for.
#[must_use]
pub(super) fn token(c: char) -> String {
    match tag_letter(c) {
        Some(letter) => format!("‹{} tag {letter}›", code_point(c)),
        None => format!("‹{}›", code_point(c)),
    }
}

/// The letter that a tag character stands for.
#[must_use]
pub(super) fn tag_letter(c: char) -> Option<char> {
    let letter = u32::from(c).checked_sub(0xE_0000).and_then(char::from_u32)?;
    (' ' < letter && letter <= '~').then_some(letter)
}
