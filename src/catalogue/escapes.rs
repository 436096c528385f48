//! Characters that JSON writes as two escapes, which YAML does not know: `\ud83e\udd80` is a crab.

use crate::text::diagnostic::Diagnostic;
use crate::text::span::Span;

/// Bytes that are saved by writing such a character itself: two escapes of 6 bytes become 4.
const SAVED_BYTES: usize = 8;

/// A text of JSON with such characters written as themselves.
pub(super) struct Joined {
    pub(super) text: String,
    /// Where each of those characters ends in it.
    ends: Vec<usize>,
}

impl Joined {
    /// `text` with such characters written as themselves; `None` if there are none, or if it is not written as JSON is.
    pub(super) fn new(text: &str) -> Option<Self> {
        if !text.contains("\\u") {
            return None;
        }
        let mut joined = Self { text: String::with_capacity(text.len()), ends: Vec::new() };
        let mut rest = text;
        let mut in_quotes = false;
        while let Some(c) = rest.chars().next() {
            let mut length = c.len_utf8();
            match c {
                '\\' if in_quotes => {
                    if let Some(c) = pair(rest) {
                        joined.text.push(c);
                        joined.ends.push(joined.text.len());
                        rest = rest.get(12..)?;
                        continue;
                    }
                    length += rest.chars().nth(1).map_or(0, char::len_utf8);
                }
                '"' => in_quotes = !in_quotes,
                _ if in_quotes || is_json(c) => {}
                _ => return None,
            }
            let (piece, after) = rest.split_at_checked(length)?;
            joined.text.push_str(piece);
            rest = after;
        }
        if joined.ends.is_empty() { None } else { Some(joined) }
    }

    /// `problem` of the joined text as one of the text as it was.
    pub(super) fn place_back(&self, mut problem: Diagnostic) -> Diagnostic {
        let offset = |at: usize| at + SAVED_BYTES * self.ends.partition_point(|&end| end <= at);
        let place_back = |span: &mut Span| *span = Span::new(offset(span.start), offset(span.end));
        place_back(&mut problem.span);
        problem.words.place(place_back);
        problem
    }
}

/// Whether JSON has `c` outside quotes.
fn is_json(c: char) -> bool {
    c.is_ascii_digit() || " \t\r\n[]{},:+-.eEtrufalsn".contains(c)
}

/// The character that two escapes at the beginning of `rest` stand for.
fn pair(rest: &str) -> Option<char> {
    let high = unit(rest.get(..6)?).filter(|high| (0xD800..0xDC00).contains(high))?;
    let low = unit(rest.get(6..12)?).filter(|low| (0xDC00..0xE000).contains(low))?;
    char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))
}

fn unit(escape: &str) -> Option<u32> {
    let digits = escape.strip_prefix("\\u").filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_pairs_in_quotes_of_json_are_joined() {
        let rows = [
            (r#"["\ud83e\uDD80"]"#, Some(r#"["🦀"]"#)),
            (r#"{"a": "\u00e4\ud83e\udd80\n\"\ud83e\udd80"}"#, Some(r#"{"a": "\u00e4🦀\n\"🦀"}"#)),
            (r#"["\\ud83e\udd80"]"#, None),
            (r#"["\ud83e"]"#, None),
            (r#"["\udd80\ud83e"]"#, None),
            (r#"["\ud83e\u0041"]"#, None),
            (r#"['\ud83e\udd80']"#, None),
            (r#"[a, "\ud83e\udd80"] # note"#, None),
        ];
        for (text, expected) in rows {
            assert_eq!(Joined::new(text).map(|joined| joined.text).as_deref(), expected, "{text}");
        }
    }
}
