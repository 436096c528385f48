//! A text as the scanner takes it, character by character: quick where it is ASCII, as nearly all of a policy is.
//!
//! The scanner's own input decodes a character anew at each of its many looks at it. What is not written out here is
//! made by the scanner's trait of what is.

use saphyr_parser::Input;
use saphyr_parser::input::{is_blank_or_breakz, is_flow};

/// How many characters the scanner asks for at once; it reserves as many for each text that it reads.
const AT_ONCE: usize = 16;

/// The rest of a text.
pub(super) struct TextInput<'a> {
    text: &'a str,
    /// Offset of the next character, in bytes.
    at: usize,
    /// How many characters the scanner has asked for at once so far.
    asked: usize,
}

impl<'a> TextInput<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, asked: 0 }
    }

    #[inline(always)]
    fn next_byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }
}

impl Input for TextInput<'_> {
    fn lookahead(&mut self, count: usize) {
        self.asked = self.asked.max(count);
    }

    fn buflen(&self) -> usize {
        self.asked
    }

    fn bufmaxlen(&self) -> usize {
        AT_ONCE
    }

    fn raw_read_ch(&mut self) -> char {
        let next = self.peek();
        self.skip();
        next
    }

    fn raw_read_non_breakz_ch(&mut self) -> Option<char> {
        let next = self.peek_opt().filter(|c| !matches!(c, '\0' | '\n' | '\r' | '\u{FEFF}'))?;
        self.skip();
        Some(next)
    }

    fn skip(&mut self) {
        self.at += match self.next_byte() {
            None => 0,
            Some(0x00..=0x7F) => 1,
            Some(0x80..=0xDF) => 2,
            Some(0xE0..=0xEF) => 3,
            Some(0xF0..) => 4,
        };
    }

    fn skip_n(&mut self, count: usize) {
        (0..count).for_each(|_| self.skip());
    }

    fn peek(&self) -> char {
        match self.next_byte() {
            None => '\0',
            Some(byte @ 0x00..=0x7F) => char::from(byte),
            Some(0x80..) => self.rest().chars().next().unwrap_or('\0'),
        }
    }

    fn peek_nth(&self, n: usize) -> char {
        match self.text.as_bytes().get(self.at..=self.at + n) {
            Some(bytes) if bytes.is_ascii() => bytes.last().map_or('\0', |&byte| char::from(byte)),
            Some(_) | None => self.rest().chars().nth(n).unwrap_or('\0'),
        }
    }

    fn peek_opt(&self) -> Option<char> {
        self.next_byte().map(|_| self.peek())
    }

    fn next_can_be_plain_scalar(&self, in_flow: bool) -> bool {
        match self.peek() {
            // Of a value, or a part of the text.
            ':' => {
                let next = self.peek_nth(1);
                !(is_blank_or_breakz(next) || in_flow && is_flow(next))
            }
            '\u{FEFF}' => false,
            c => !(in_flow && is_flow(c)),
        }
    }

    fn next_is_blank(&self) -> bool {
        matches!(self.next_byte(), Some(b' ' | b'\t'))
    }

    fn next_is_break(&self) -> bool {
        matches!(self.next_byte(), Some(b'\n' | b'\r'))
    }

    fn next_is_blank_or_break(&self) -> bool {
        matches!(self.next_byte(), Some(b' ' | b'\t' | b'\n' | b'\r'))
    }

    fn next_is_blank_or_breakz(&self) -> bool {
        matches!(self.next_byte(), None | Some(b' ' | b'\t' | b'\n' | b'\r' | b'\0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use saphyr_parser::Parser;

    /// All that the scanner says of what it reads, up to its first complaint.
    fn events<'a>(mut parser: Parser<'a, impl Input>) -> Vec<String> {
        let mut events = Vec::new();
        while let Some(event) = parser.next_event() {
            let is_last = event.is_err();
            events.push(format!("{event:?}"));
            if is_last {
                break;
            }
        }
        events
    }

    fn agree(text: &str) -> bool {
        events(Parser::new(TextInput::new(text))) == events(Parser::new_from_str(text))
    }

    #[test]
    fn long_and_odd_texts_are_read_as_with_the_scanners_own_input() {
        let long = "x".repeat(300);
        let rows = [
            format!("a: |\n{}b\n{}c\n", " ".repeat(20), " ".repeat(20)),
            format!("- >\n{}\n  {long}\n  {long} é\n...\n", " ".repeat(40)),
            format!("{long}: {long}\n# {long}\n'{long}': \"{long}\\u00e9\"\n"),
            "\u{FEFF}a: b\u{FEFF}\n".to_owned(),
            "a\0b: c\0".to_owned(),
            "%YAML 1.2\n---\na: &x !t b\n...\n--- *x\n".to_owned(),
            "🦀: [é, 'ö', {ü: ß}] # ∎\r\n\u{85}\u{2028}: \t-\r".to_owned(),
        ];
        for text in rows {
            assert!(agree(&text), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) })]

        /// But directives: there its own input counts bytes as characters, so that such texts are refused before.
        #[test]
        fn any_text_is_read_as_with_the_scanners_own_input(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "a", "é", "🦀", "key", ": ", ":", "- ", "-", "? ", "\n", "\r\n", "\r", "  ", " ", "\t", "\n  ", "\n- ",
                    "[", "]", "{", "}", ", ", "'", "\"", "\\", "\\u00e9", "# ", "#", "|", ">", "|2-\n", "&a ", "*a", "!t ",
                    "---", "...", "\n---\n", "\0", "\u{FEFF}", "\u{85}", "~", "1.5", "<<: ", "x: y\n",
                ]),
                0..40,
            )
        ) {
            let text = parts.concat();
            prop_assert!(agree(&text), "{text:?}");
        }
    }
}
