//! Text in which nothing hides, and from which nothing is missing.

use countersign::review::present::unicode::is_nfc;
use countersign::review::present::written::{Form, quoted, segments, written};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization as _;
use unicode_script::{Script, UnicodeScript as _};

use super::{decoded, drawn};

/// Characters of which texts that deceive are made.
const PIECES: &[&str] = &[
    "a",
    "Z",
    "9",
    " ",
    "  ",
    "                    ",
    "\n",
    "\n\n\n\n\n",
    "\r\n",
    "\r\n\r\n\r\n\r\n\r\n",
    "\t",
    "\"",
    "\\",
    "‹",
    "›",
    "‹U+202E›",
    "⏎×9",
    "×",
    "“",
    "”",
    "\u{202E}",
    "\u{2066}",
    "\u{200B}",
    "\u{200B}\u{200B}\u{200B}\u{200B}\u{200B}",
    "\u{FEFF}",
    "\u{E0041}",
    "\u{E0001}",
    "\u{1B}[2K",
    "\u{85}",
    "\u{7}",
    "о",
    "bоb",
    "é",
    "e\u{301}",
    "\u{301}",
    "\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "１",
    "٣",
    "𝐩",
    "\u{3000}",
    "\u{A0}",
    "ㅤ",
    "\u{E000}",
    "\u{10FFFF}",
    "\u{378}",
    "シ",
    "漢",
    "א",
    "🦀",
    "\u{FE0F}",
    "\0",
    "\u{7F}",
];

fn texts() -> impl Strategy<Value = String> {
    let pieces = proptest::collection::vec(proptest::sample::select(PIECES), 0..30).prop_map(|pieces| pieces.concat());
    prop_oneof![pieces, any::<String>()]
}

/// Whether `c` draws nothing of its own, or turns what stands around it, by the tables of others.
fn hides(c: char) -> bool {
    c.is_control()
        || c.script() == Script::Unknown
        || c != ' ' && c.is_whitespace()
        || matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}' | '\u{2800}')
}

proptest! {
    #[test]
    fn joining_the_segments_gives_exactly_what_was_written(text in texts()) {
        for form in [Form::Value, Form::Prose] {
            let parts = written(&text, form);
            prop_assert_eq!(decoded(&parts), text.clone());
            prop_assert!(!drawn(&parts).contains(hides), "{:?}", drawn(&parts));
        }
        prop_assert!(!drawn(&quoted(&text)).contains(hides));
        prop_assert_eq!(drawn(&quoted(&text)).matches(['“', '”']).count(), 2);
    }

    #[test]
    fn what_is_in_normal_form_is_told_as_the_library_tells_it(text in texts()) {
        prop_assert_eq!(is_nfc(&text), text.nfc().eq(text.chars()));
    }
}

#[test]
fn every_character_alone_is_shown_and_can_be_told() {
    for c in '\0'..=char::MAX {
        let text = format!("a{c}b");
        let parts = written(&text, Form::Value);
        assert_eq!(decoded(&parts), text, "U+{:04X}", u32::from(c));
        assert!(!drawn(&parts).contains(hides), "U+{:04X}", u32::from(c));
    }
}

#[test]
fn every_pair_that_has_a_composed_form_is_told() {
    for c in '\u{80}'..'\u{30000}' {
        for text in [c.to_string(), c.nfd().collect(), format!("a{c}")] {
            assert_eq!(is_nfc(&text), text.nfc().eq(text.chars()), "{text:?}");
        }
        for mark in ['\u{301}', '\u{323}', '\u{345}'] {
            let text = format!("{c}{mark}");
            assert!(is_nfc(&text) || !text.nfc().eq(text.chars()), "no false alarm: {text:?}");
        }
    }
}

#[test]
fn a_long_run_is_one_token_and_takes_no_long_time() {
    for (text, shown) in [
        ("\n".repeat(50_000), "⏎×50000".to_owned()),
        ("\u{200B}".repeat(50_000), "‹U+200B›×50000".to_owned()),
        (format!("a{}b", " ".repeat(50_000)), "a␠×50000b".to_owned()),
        ("-".repeat(100_000), "-".repeat(100_000)),
        ("\"".repeat(100_000), "\\\"×100000".to_owned()),
    ] {
        assert_eq!(drawn(&segments(&text, Form::Value).0), shown);
    }
}

#[test]
fn blank_lines_do_not_push_what_follows_out_of_sight() {
    let text = format!("pay bob\n{}rm -rf /", " \n".repeat(100));
    let breaks = written(&text, Form::Value).iter().filter(|segment| segment.breaks).count();
    assert_eq!(breaks, 1);
}
