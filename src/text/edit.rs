//! Changes to a text: what can be put where.

use super::prose::prose;
use super::span::Span;

/// The text that begins an entry in front of what stands at `at`, the key of an entry of a map; and whether the map is
/// in JSON. `None` if it cannot be told how the map is written.
#[must_use]
pub fn entry_before(at: usize, entry: &str, text: &str) -> Option<String> {
    let before = text.get(..at)?;
    if before.trim_end().ends_with(['{', ',']) {
        return Some(prose!("{entry}, "));
    }
    // In block form only spaces and the dashes of lists stand in front. Lines may be long: they are not looked through.
    let above = before.trim_end_matches([' ', '-']);
    let newline = match above.as_bytes() {
        [.., b'\r', b'\n'] => "\r\n",
        [] | [.., b'\r' | b'\n'] => "\n",
        _ => return None,
    };
    Some(prose!("{entry}{newline}{}", " ".repeat(before.len() - above.len())))
}

/// Whether the map entry whose key stands at `at` is written as JSON writes it.
#[must_use]
pub fn is_json(at: usize, text: &str) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_end();
    text.get(at..).is_some_and(|text| text.starts_with('"')) && before.ends_with(['{', ','])
}

/// The part `word` of what stands at `span` of `text`, if it is written there as it is; else the whole span.
#[must_use]
pub fn inside(span: Span, word: &str, text: &str) -> Span {
    match span.of(text).find(word) {
        Some(at) => Span::new(span.start + at, span.start + at + word.len()),
        None => span,
    }
}

/// `span` up to the end of its first line.
#[must_use]
pub fn first_line(span: Span, text: &str) -> Span {
    let length = span.of(text).bytes().position(|byte| matches!(byte, b'\n' | b'\r'));
    length.map_or(span, |length| Span::new(span.start, span.start + length))
}

/// What stands at `span` of `text`, if it is on one line and can be written again elsewhere: no alias, anchor or tag.
#[must_use]
pub fn movable(span: Span, text: &str) -> Option<&str> {
    let written = span.of(text);
    let is_movable = is_plain(span, text) && !written.contains(['\n', '\r', '#', '*', '&', '!']);
    is_movable.then_some(written)
}

/// Whether the value at `span` can be replaced as a whole: no anchor or tag stands with it.
#[must_use]
pub fn is_plain(span: Span, text: &str) -> bool {
    let before = text.get(..span.start).unwrap_or_default().trim_end();
    let last_word = before.rsplit([' ', '\t', '\n', '\r', ',', '{', '[']).next().unwrap_or_default();
    !span.of(text).is_empty() && !span.of(text).starts_with(['&', '!']) && !last_word.starts_with(['&', '!'])
}

/// `text` as YAML reads it in any place, in quotes unless it is a plain word.
#[must_use]
pub fn quoted(text: &str) -> Option<String> {
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    if is_plain { Some(text.to_owned()) } else { in_quotes(text) }
}

/// `text` in double quotes; `None` if it holds what needs escapes.
#[must_use]
pub fn in_quotes(text: &str) -> Option<String> {
    let is_simple = !text.chars().any(|c| matches!(c, '"' | '\\') || c.is_control());
    is_simple.then(|| prose!("\"{text}\""))
}
