//! Random YAML documents, rich and mostly valid: a tree of parts, each with a `look`, written out as text.
//!
//! A `look` is a handful of bits; each writer reads the ones it needs. 0 is always the simplest look, which is where proptest shrinks to.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A node of a document that is to be written.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Empty,
    Plain(String),
    /// Pieces of text between single quotes; `\n` begins a new line.
    Single(Vec<&'static str>),
    /// Pieces of text between double quotes, escapes included; `\n` begins a new line.
    Double(Vec<&'static str>),
    /// The lines of a literal or folded scalar.
    Lines(Vec<&'static str>, u8),
    /// An alias of some anchor that is finished by then.
    Alias(u8),
    Anchored(Box<Part>),
    List(Vec<Part>, u8),
    Map(Vec<(Part, Part, u8)>, u8),
}

/// A document with what stands around it.
#[derive(Clone, Debug)]
pub(super) struct Document {
    root: Part,
    before: &'static str,
    after: &'static str,
    line_break: &'static str,
}

/// What looks like another type to some version of YAML, or nearly.
#[rustfmt::skip]
const LOOK_ALIKES: &[&str] = &[
    "no", "yes", "on", "off", "y", "n", "No", "YES", "true", "False", "TRUE", "tRUE", "null", "Null", "NULL",
    "nULL", "~", "0", "7", "-1", "+1", "-0", "-0.0", "00", "010", "-08", "+007", "0.10", "01.5", "0o7", "0o17",
    "0o8", "0o", "-0o7", "+0o7", "0O7", "0x1F", "0xfG", "0x", "0X1F", "-0x1F", "+0x1f", "0b11", "-0b1", "0b2",
    "1e3", "1E-3", "1e+3", "1.", "-.5", ".5", "+.5e3", "1.e2", "1e", "e3", "1e400", "-1e400", "5e-324", "1_000",
    "0x_1", "1_0.5", "12345678901234567890", "123456789012345678901234567890", "9007199254740993",
    "-9223372036854775808", "0.1", ".inf", "-.Inf", "+.INF", ".iNF", ".nan", ".NaN", "-.nan", "inf", "nan",
    "infinity", "NaN", "1:30", "190:20:30", "2020-01-01", "2001-12-14t21:59:43.10-05:00", "=", "<<", "1.2.3", "--1",
    "+-1", ".", "-.", "..", "+", "1,000",
];

#[rustfmt::skip]
const WORDS: &[&str] = &[
    "foo", "a b  c", "http://x.y/z?q=1#f", "x#y", "a:b", "x::y", "é", "😀 x", "日本", "-x", "?x", ":x", "a'b", "a\"b",
    "x&y", "x*", "x!", "x %y", "x @y", "a-b", "-- x", "... x", "x\u{a0}y", "x\u{85}y", "x\u{2028}y", "x|", "x>",
    "a\tb", "x,y", "x]", "{x", "a [b]", "\\n", "x\\", "<", "\u{301}x", "file.read", "payments.*", "x\u{FEFF}", "-",
    "?", "x:", "@x", "`x", "%x",
];

#[rustfmt::skip]
const KEYS: &[&str] = &[
    "a", "b", "c", "d", "tool", "two words", "é", "😀", "a-b", "-x", "a.b", "x#y", "a:b", "id", "k1", "k2", "k3",
    "true-ish", "=",
];

#[rustfmt::skip]
const SINGLE: &[&str] = &[
    "a", " ", "  ", "''", "\"", "\\n", " #", "é", "\n", "\n\n", ": ", "- ", "\t", "{", "😀", "  \n", "x",
];

#[rustfmt::skip]
const DOUBLE: &[&str] = &[
    "a", " ", "  ", "\\n", "\\t", "\\\"", "\\\\", "\\/", "\\x41", "\\u00e9", "\\U0001F600", "\\0", "\\a", "\\b",
    "\\e", "\\f", "\\v", "\\r", "\\_", "\\N", "\\L", "\\P", "\\ ", "é", "😀", "'", " # x", ": ", "\n", "\n\n",
    "\\\n", "  \n", "{", "\t", "x",
];

#[rustfmt::skip]
const LINES: &[&str] = &[
    "foo", "  more", "", "# no comment", "- x", "a: b", "\ttab", "é 😀", "blanks  ", "---x", "  ", "'x", " one",
    "b  c",
];

/// Any part.
pub(super) fn part() -> impl Strategy<Value = Part> {
    let leaf = prop_oneof![
        1 => Just(Part::Empty),
        8 => select(LOOK_ALIKES).prop_map(|text| Part::Plain(text.to_owned())),
        6 => select(WORDS).prop_map(|text| Part::Plain(text.to_owned())),
        2 => "[a-zA-Z0-9_.+/-]{1,8}".prop_map(Part::Plain),
        2 => vec(select(&["foo", "bar baz", "no", "1", "é", "a:b", "x#"][..]), 2..4).prop_map(|words| Part::Plain(words.join("\n"))),
        3 => vec(select(SINGLE), 0..6).prop_map(Part::Single),
        4 => vec(select(DOUBLE), 0..8).prop_map(Part::Double),
        4 => (vec(select(LINES), 0..6), any::<u8>()).prop_map(|(lines, look)| Part::Lines(lines, look)),
        2 => any::<u8>().prop_map(Part::Alias),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            4 => (vec(inner.clone(), 0..6), any::<u8>()).prop_map(|(items, look)| Part::List(items, look)),
            5 => (vec((key(), inner.clone(), any::<u8>()), 0..6), any::<u8>()).prop_map(|(entries, look)| Part::Map(entries, look)),
            2 => inner.prop_map(|part| Part::Anchored(Box::new(part))),
        ]
    })
}

/// A key; text in nearly all cases, as ours have to be.
fn key() -> impl Strategy<Value = Part> {
    prop_oneof![
        40 => select(KEYS).prop_map(|text| Part::Plain(text.to_owned())),
        4 => select(KEYS).prop_map(|text| Part::Single(vec![text])),
        4 => vec(select(&["a", " ", "\\n", "\\x41", "é", "\\\""][..]), 1..4).prop_map(Part::Double),
        1 => select(LOOK_ALIKES).prop_map(|text| Part::Plain(text.to_owned())),
    ]
}

/// Any document.
pub(super) fn document() -> impl Strategy<Value = Document> {
    let before = select(
        &["", "", "", "", "", "", "---\n", "# first\n", "\n\n", "%YAML 1.2\n---\n", "\u{FEFF}", "--- # c\n", "  # c\n"]
            [..],
    );
    let after = select(&["", "", "", "\n", "# last", "...\n", "...", "\n\n# x\n", "cut"][..]);
    let line_break = select(&["\n", "\n", "\n", "\r\n"][..]);
    // Mostly lists and maps at the root: a lone scalar exercises little.
    let root = prop_oneof![
        1 => part(),
        8 => (vec((key(), part(), any::<u8>()), 1..5), any::<u8>()).prop_map(|(entries, look)| Part::Map(entries, look)),
        3 => (vec(part(), 1..5), any::<u8>()).prop_map(|(items, look)| Part::List(items, look)),
    ];
    (root, before, after, line_break).prop_map(|(root, before, after, line_break)| Document {
        root,
        before,
        after,
        line_break,
    })
}

/// A change to a text.
#[derive(Clone, Debug)]
enum Edit {
    Insert(&'static str),
    Delete(usize),
    /// Writes so many bytes from here once more, somewhere else.
    Repeat(usize, Index),
    Byte(u8),
    Cut,
}

/// What a slip of the hand or an attacker puts into a text.
#[rustfmt::skip]
const TOKENS: &[&str] = &[
    ":", ": ", "- ", "? ", ",", "[", "]", "{", "}", "'", "\"", "\\", "#", " #", "&x ", "*x", "*n0", "!t ", "!!str ",
    "|", ">-", "\n", "\r", "\r\n", "\t", " ", "  ", "---\n", "\n...\n", "\n--- ", "%YAML 1.1\n", "<<: ", "\u{FEFF}",
    "\u{85}", "\u{202E}", "\0", "\u{7}", "😀", "@", "`", "~", "0",
];

/// A document with a few changes, so that it is mostly no YAML any more, but nearly.
pub(super) fn mutated() -> impl Strategy<Value = String> {
    let edit = prop_oneof![
        6 => select(TOKENS).prop_map(Edit::Insert),
        4 => (1_usize..6).prop_map(Edit::Delete),
        2 => (1_usize..40, any::<Index>()).prop_map(|(length, to)| Edit::Repeat(length, to)),
        1 => any::<u8>().prop_map(Edit::Byte),
        1 => Just(Edit::Cut),
    ];
    (document(), vec((edit, any::<Index>()), 1..4)).prop_map(|(document, edits)| {
        let mut bytes = document.text().into_bytes();
        for (edit, at) in edits {
            let at = at.index(bytes.len() + 1);
            match edit {
                Edit::Insert(token) => drop(bytes.splice(at..at, token.bytes())),
                Edit::Delete(length) => drop(bytes.drain(at..(at + length).min(bytes.len()))),
                Edit::Repeat(length, to) => {
                    let copied = bytes.get(at..(at + length).min(bytes.len())).unwrap_or_default().to_vec();
                    let to = to.index(bytes.len() + 1);
                    bytes.splice(to..to, copied);
                }
                Edit::Byte(byte) => drop(bytes.get_mut(at).map(|old| *old = byte)),
                Edit::Cut => bytes.truncate(at),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

impl Document {
    /// The document as text.
    pub(super) fn text(&self) -> String {
        let mut writer = Writer { out: self.before.to_owned(), anchors: 0, finished: Vec::new() };
        writer.block(&self.root, -1);
        if !writer.out.ends_with('\n') {
            writer.out.push('\n');
        }
        match self.after {
            "cut" => writer.out.truncate(writer.out.trim_end_matches('\n').len()),
            after => writer.out.push_str(after),
        }
        writer.out.replace('\n', self.line_break)
    }
}

struct Writer {
    out: String,
    anchors: usize,
    /// Anchors whose node is complete, so that an alias of them is not recursive.
    finished: Vec<usize>,
}

fn bit(look: u8, bit: u8) -> bool {
    look >> bit & 1 == 1
}

fn spaces(count: i32) -> String {
    " ".repeat(usize::try_from(count).unwrap_or(0))
}

impl Writer {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn at_line_start(&self) -> bool {
        self.out.is_empty() || self.out.ends_with(['\n', '\u{FEFF}'])
    }

    /// Ends the line, with a comment if the look asks for one.
    fn end_line(&mut self, look: u8) {
        self.push(match look & 0b111 {
            1 => " # c\n",
            2 => "  \n",
            3 => "\n\n",
            4 => "\n# c\n",
            5 => "\t# c: [\n",
            _ => "\n",
        });
    }

    /// Writes `part` after `key:` or `-` in column `column`, or as the root (`column` -1), and ends its line.
    fn block(&mut self, part: &Part, column: i32) {
        match part {
            Part::List(items, look) if !bit(*look, 7) && !items.is_empty() => self.block_list(items, *look, column),
            Part::Map(entries, look) if !bit(*look, 7) && !entries.is_empty() => self.block_map(entries, *look, column),
            Part::Lines(lines, look) => self.lines(lines, *look, column),
            Part::Anchored(inner) => {
                let name = self.anchors;
                self.anchors += 1;
                if !self.at_line_start() {
                    self.push(" ");
                }
                self.push(&format!("&n{name}"));
                self.block(&inner_of(inner), column);
                self.finished.push(name);
            }
            Part::Empty => self.push("\n"),
            _ => {
                if !self.at_line_start() {
                    self.push(" ");
                }
                self.flow(part, column, false);
                let look = self.out.len().to_le_bytes();
                self.end_line(look.first().copied().unwrap_or(0) >> 1);
            }
        }
    }

    fn block_list(&mut self, items: &[Part], look: u8, column: i32) {
        let column = self.begin_collection(column, look);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.push(&spaces(column));
            }
            self.push("-");
            match item {
                // `- - x` and `- k: v`: the inner collection begins in the line of the dash.
                Part::List(inner, look) if bit(*look, 5) && !bit(*look, 7) && !inner.is_empty() => {
                    self.push(" ");
                    self.block_list(inner, *look, column + 1);
                }
                Part::Map(inner, look) if bit(*look, 5) && !bit(*look, 7) && !inner.is_empty() => {
                    self.push(" ");
                    self.block_map(inner, *look, column + 1);
                }
                _ => self.block(item, column),
            }
        }
    }

    fn block_map(&mut self, entries: &[(Part, Part, u8)], look: u8, column: i32) {
        let column = self.begin_collection(column, look);
        let mut seen = Vec::new();
        for (key, value, look) in entries {
            let Some(written) = written_key(key, &mut seen) else { continue };
            if seen.len() > 1 {
                if look & 0b1111 == 9 {
                    self.push("  # between\n\n");
                }
                self.push(&spaces(column));
            }
            if look & 0b1_1111 == 21 {
                self.push(&format!("? {written}\n{}:", spaces(column)));
            } else {
                self.push(&written);
                self.push(if look & 0b1_1111 == 22 { " :" } else { ":" });
            }
            if look & 0b111_1111 == 23 {
                self.push("\t");
            }
            self.block(value, column);
        }
    }

    /// Goes to where a block collection inside column `column` begins; its own column.
    fn begin_collection(&mut self, column: i32, look: u8) -> i32 {
        if self.out.ends_with("- ") {
            return column + 1;
        }
        // The root begins in column 0 of its line, after an anchor in the next one.
        let own = if column < 0 { 0 } else { column + [2, 2, 1, 4][usize::from(look & 0b11)] };
        if !self.at_line_start() {
            self.end_line(look >> 2 & 0b111);
        }
        self.push(&spaces(own));
        own
    }

    fn lines(&mut self, lines: &[&str], look: u8, column: i32) {
        let column = column.max(0);
        let first = lines.iter().find(|line| !line.trim_matches(' ').is_empty());
        let told = bit(look, 4) || first.is_none_or(|line| line.starts_with(' ')) || lines.contains(&"  ");
        if !self.at_line_start() {
            self.push(" ");
        }
        self.push(if bit(look, 0) { ">" } else { "|" });
        self.push(["", "-", "+", ""][usize::from(look >> 1 & 0b11)]);
        if told {
            self.push("2");
        }
        self.push(if bit(look, 3) { " # c\n" } else { "\n" });
        for line in lines {
            if !line.is_empty() {
                self.push(&spaces(column + 2));
                self.push(line);
            }
            self.push("\n");
        }
    }

    /// Writes `part` in flow style; `inside` brackets or at their place in a block.
    fn flow(&mut self, part: &Part, column: i32, inside: bool) {
        let continuation = format!("\n{}", spaces(column + 1));
        match part {
            Part::Empty => self.push(if inside { "''" } else { "" }),
            Part::Plain(text) if is_plain(text, inside) => self.push(&text.replace('\n', &continuation)),
            Part::Plain(text) => self.push(&format!("'{}'", text.replace('\'', "''").replace('\n', &continuation))),
            Part::Single(pieces) => self.push(&format!("'{}'", pieces.concat().replace('\n', &continuation))),
            Part::Double(pieces) => self.push(&format!("\"{}\"", pieces.concat().replace('\n', &continuation))),
            Part::Lines(lines, _) => self.push(&format!("'{}'", lines.join(" ").replace('\'', "''"))),
            Part::Alias(index) => match self.finished.get(usize::from(*index) % self.finished.len().max(1)) {
                Some(name) => self.push(&format!("*n{name}")),
                None => self.push("none"),
            },
            Part::Anchored(inner) => {
                let name = self.anchors;
                self.anchors += 1;
                self.push(&format!("&n{name} "));
                self.flow(&inner_of(inner), column, inside);
                self.finished.push(name);
            }
            Part::List(items, look) => self.flow_list(items, *look, column),
            Part::Map(entries, look) => self.flow_map(entries, *look, column),
        }
    }

    fn flow_list(&mut self, items: &[Part], look: u8, column: i32) {
        self.push(if bit(look, 0) { "[ " } else { "[" });
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.separator(look, column);
            }
            match item {
                // `[a: b]`: a map of one entry without its braces.
                Part::Map(entries, look) if bit(*look, 6) && entries.len() == 1 => {
                    self.flow_entries(entries, 0, column)
                }
                _ => self.flow(item, column, true),
            }
        }
        self.end_flow(look, column, items.is_empty(), "]");
    }

    fn flow_map(&mut self, entries: &[(Part, Part, u8)], look: u8, column: i32) {
        self.push(if bit(look, 0) { "{ " } else { "{" });
        self.flow_entries(entries, look, column);
        self.end_flow(look, column, entries.is_empty(), "}");
    }

    fn flow_entries(&mut self, entries: &[(Part, Part, u8)], look: u8, column: i32) {
        let mut seen = Vec::new();
        for (key, value, entry_look) in entries {
            let Some(written) = written_key(key, &mut seen) else { continue };
            if seen.len() > 1 {
                self.separator(look, column);
            }
            let adjacent = written.ends_with(['"', '\'']) && bit(*entry_look, 0);
            self.push(&written);
            match value {
                Part::Empty if bit(*entry_look, 1) && entries.len() > 1 => {}
                Part::Empty => self.push(": "),
                _ => {
                    self.push(if adjacent { ":" } else { ": " });
                    self.flow(value, column, true);
                }
            }
        }
    }

    fn separator(&mut self, look: u8, column: i32) {
        let line = format!("\n{}", spaces(column + 1 + i32::from(look >> 5 & 0b11)));
        match look >> 1 & 0b111 {
            1 => self.push(&format!(",{line}")),
            2 => self.push(&format!(" , # c{line}")),
            3 => self.push(&format!("{line}, ")),
            4 => self.push(" ,\t"),
            _ => self.push(", "),
        }
    }

    fn end_flow(&mut self, look: u8, column: i32, empty: bool, bracket: &str) {
        if bit(look, 4) && !empty {
            self.push(", ");
        }
        if bit(look, 3) {
            self.push(&format!("\n{}", spaces(column + 1)));
        }
        self.push(bracket);
    }
}

/// What an anchor can stand before: an alias or another anchor it cannot.
fn inner_of(part: &Part) -> Part {
    match part {
        Part::Anchored(inner) => inner_of(inner),
        Part::Alias(_) => Part::Plain("anchored".to_owned()),
        other => other.clone(),
    }
}

/// `key` as it is written, `None` if it was there before.
fn written_key(key: &Part, seen: &mut Vec<String>) -> Option<String> {
    let (name, written) = match key {
        Part::Single(pieces) => (pieces.concat(), format!("'{}'", pieces.concat())),
        Part::Double(pieces) => (pieces.concat(), format!("\"{}\"", pieces.concat())),
        Part::Plain(text) if is_plain(text, true) => (text.clone(), text.clone()),
        Part::Plain(text) => (text.clone(), format!("'{text}'")),
        _ => return None,
    };
    // Names that differ only in how they are escaped stay in: both readers have to see that they are the same.
    if seen.contains(&name) {
        return None;
    }
    seen.push(name);
    Some(written)
}

/// Whether `text` can be written without quotes; what libyaml reads otherwise stays in as long as YAML 1.2 allows it.
fn is_plain(text: &str, inside_flow: bool) -> bool {
    let never = ["-", "?", "x:", "@x", "`x", "%x", "{x", "x\u{FEFF}"];
    let broken_off = inside_flow && text.contains([',', '[', ']', '{', '}']);
    !never.contains(&text) && !broken_off
}
