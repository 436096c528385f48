//! The tables of Unicode that the engine carries, made from those of the crates, which take ten times the room.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use unicode_normalization::char::{canonical_combining_class, compose};
use unicode_normalization::{IsNormalized, is_nfc_quick};
use unicode_script::{Script, UnicodeScript as _};

/// Scripts that the engine knows by their number; all others are numbered after them.
const KNOWN: [Script; 9] = [
    Script::Unknown,
    Script::Common,
    Script::Inherited,
    Script::Latin,
    Script::Han,
    Script::Hiragana,
    Script::Katakana,
    Script::Bopomofo,
    Script::Hangul,
];

fn number(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn class_of(c: char) -> u8 {
    canonical_combining_class(c)
}

fn script_of(c: char) -> Script {
    c.script()
}

/// How long the runs of characters with the same value are, and these.
fn runs<T: PartialEq>(of: impl Fn(u32) -> T, byte: &mut impl FnMut(&T) -> u8) -> Vec<u8> {
    let mut out = Vec::new();
    let mut start = 0;
    for code in 1..=0x11_0000_u32 {
        if code == 0x11_0000 || of(code) != of(start) {
            number(&mut out, code - start);
            out.push(byte(&of(start)));
            start = code;
        }
    }
    out
}

fn scripts() -> Vec<u8> {
    let mut numbered: Vec<Script> = KNOWN.to_vec();
    let script = |code| char::from_u32(code).map_or(Script::Unknown, script_of);
    runs(script, &mut |script| {
        let place = numbered.iter().position(|known| known == script).unwrap_or_else(|| {
            numbered.push(*script);
            numbered.len() - 1
        });
        u8::try_from(place).unwrap()
    })
}

fn classes() -> Vec<u8> {
    // 255 is no class: such a character is in no composed text.
    let class = |code| {
        let Some(c) = char::from_u32(code) else { return 0 };
        if is_nfc_quick(std::iter::once(c)) == IsNormalized::No { 255 } else { class_of(c) }
    };
    runs(class, &mut |class: &u8| *class)
}

/// For each character that composes with one before it, those; Hangul is left to arithmetic.
fn pairs() -> Vec<u8> {
    let mut out = Vec::new();
    let mut last = 0;
    for second in ('\0'..=char::MAX).filter(|c| is_nfc_quick(std::iter::once(*c)) == IsNormalized::Maybe) {
        if matches!(second, '\u{1100}'..='\u{11FF}') {
            continue;
        }
        let firsts: Vec<u32> =
            ('\0'..'\u{20000}').filter(|first| compose(*first, second).is_some()).map(u32::from).collect();
        number(&mut out, u32::from(second) - last);
        last = u32::from(second);
        number(&mut out, u32::try_from(firsts.len()).unwrap());
        let mut before = 0;
        for first in firsts {
            number(&mut out, first - before);
            before = first;
        }
    }
    out
}

fn constant(name: &str, doc: &str, bytes: &[u8]) -> String {
    let mut text = format!("\n/// {doc}\n#[rustfmt::skip]\npub(super) const {name}: &[u8] = b\"\\\n");
    for line in bytes.chunks(28) {
        for byte in line {
            write!(text, "\\x{byte:02x}").unwrap();
        }
        text.push_str("\\\n");
    }
    text.push_str("\";\n");
    text
}

/// The text of `src/review/present/tables.rs`.
pub(crate) fn source() -> String {
    let head =
        "//! Tables of Unicode: written by `COUNTERSIGN_TABLES=write cargo test --test it tables`, never by hand.\n";
    [
        head.to_owned(),
        constant("SCRIPTS", "How long runs of characters of one script are, and its number.", &scripts()),
        constant("CLASSES", "The same for combining classes; 255 is of what is in no composed text.", &classes()),
        constant("PAIRS", "What composes with what stands before it: characters, how many, and which.", &pairs()),
    ]
    .concat()
}

#[test]
fn the_tables_are_those_of_the_crates() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/review/present/tables.rs");
    if std::env::var("COUNTERSIGN_TABLES").as_deref() == Ok("write") {
        fs::write(&path, source()).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap() == source(), "run this test once with COUNTERSIGN_TABLES=write");
}
