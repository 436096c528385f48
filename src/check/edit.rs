//! Changes to conditions as text.

use crate::text::span::Span;

/// The text that begins an entry in front of what stands at `at`, the key of an entry of a map; and whether the map is
/// in JSON. `None` if it cannot be told how the map is written.
pub(super) fn entry_before(at: usize, entry: &str, text: &str) -> Option<String> {
    let before = text.get(..at)?;
    if before.trim_end().ends_with(['{', ',']) {
        return Some(format!("{entry}, "));
    }
    // In block form only spaces and the dashes of lists stand in front. Lines may be long: they are not looked through.
    let above = before.trim_end_matches([' ', '-']);
    let newline = match above.as_bytes() {
        [.., b'\r', b'\n'] => "\r\n",
        [] | [.., b'\r' | b'\n'] => "\n",
        _ => return None,
    };
    Some(format!("{entry}{newline}{}", " ".repeat(before.len() - above.len())))
}

/// Whether the map entry whose key stands at `at` is written as JSON writes it.
pub(super) fn is_json(at: usize, text: &str) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_end();
    text.get(at..).is_some_and(|text| text.starts_with('"')) && before.ends_with(['{', ','])
}

/// Whether the value at `span` can be replaced as a whole: no anchor or tag stands with it.
pub(super) fn is_plain(span: Span, text: &str) -> bool {
    let before = text.get(..span.start).unwrap_or_default().trim_end();
    let last_word = before.rsplit([' ', '\t', '\n', '\r', ',', '{', '[']).next().unwrap_or_default();
    !span.of(text).is_empty() && !span.of(text).starts_with(['&', '!']) && !last_word.starts_with(['&', '!'])
}

/// `text` as YAML reads it in any place, in quotes unless it is a plain word.
pub(super) fn quoted(text: &str) -> Option<String> {
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    if is_plain { Some(text.to_owned()) } else { in_quotes(text) }
}

/// `text` in double quotes; `None` if it holds what needs escapes.
pub(super) fn in_quotes(text: &str) -> Option<String> {
    let is_simple = !text.chars().any(|c| matches!(c, '"' | '\\') || c.is_control());
    is_simple.then(|| format!("\"{text}\""))
}
