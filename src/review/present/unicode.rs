//! Properties of characters, read from compact tables when they are first needed.

use std::sync::OnceLock;

use super::tables::{CLASSES, PAIRS, SCRIPTS};

/// The script of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Script(u8);

/// As the tables number them.
impl Script {
    /// Of what is private, unassigned or no character.
    pub(super) const UNKNOWN: Self = Self(0);
    /// Of what stands in texts of all scripts.
    pub(super) const COMMON: Self = Self(1);
    /// Of what takes the script of what it stands on.
    pub(super) const INHERITED: Self = Self(2);
    pub(super) const LATIN: Self = Self(3);
    pub(super) const HAN: Self = Self(4);
    pub(super) const HIRAGANA: Self = Self(5);
    pub(super) const KATAKANA: Self = Self(6);
    pub(super) const BOPOMOFO: Self = Self(7);
    pub(super) const HANGUL: Self = Self(8);

    /// That of `c`.
    pub(super) fn of(c: char) -> Self {
        static READ: OnceLock<Runs> = OnceLock::new();
        Self(at(READ.get_or_init(|| runs(SCRIPTS)), c))
    }
}

/// Where each run of characters begins, and its value.
type Runs = Vec<(u32, u8)>;

/// The runs of `table`.
fn runs(table: &[u8]) -> Runs {
    let mut bytes = table.iter().copied();
    let mut runs = Vec::new();
    let mut start = 0;
    while let Some(length) = number(&mut bytes) {
        runs.push((start, bytes.next().unwrap_or_default()));
        start += length;
    }
    runs
}

fn at(runs: &[(u32, u8)], c: char) -> u8 {
    let after = runs.partition_point(|(start, _)| *start <= u32::from(c));
    after.checked_sub(1).and_then(|place| runs.get(place)).map_or(0, |(_, value)| *value)
}

/// Seven bits a byte, the lowest first; all but the last have the highest bit set.
fn number(bytes: &mut impl Iterator<Item = u8>) -> Option<u32> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = bytes.next()?;
        number |= u32::from(byte & 0x7F) << shift;
        shift += 7;
        if byte < 0x80 {
            return Some(number);
        }
    }
}

/// The class of what is in no composed text.
const NEVER: u8 = 255;

/// Whether `text` is in its composed form (NFC).
///
/// Says so wrongly of few: where a mark stands behind a composed character, and belongs before a mark that is part of it.
#[must_use]
pub fn is_nfc(text: &str) -> bool {
    static READ: OnceLock<(Runs, Vec<(u32, u32)>)> = OnceLock::new();
    if text.is_ascii() {
        return true;
    }
    let (classes, pairs) = READ.get_or_init(|| (runs(CLASSES), pairs()));
    // The last character that others may stand on, and whether anything stands between it and the next.
    let mut base: Option<char> = None;
    let mut last_class = 0;
    let mut is_next = false;
    for c in text.chars() {
        let class = at(classes, c);
        if class == NEVER || class != 0 && last_class > class {
            return false;
        }
        let is_blocked = !is_next && last_class >= class;
        if base.is_some_and(|base| !is_blocked && composes(base, c, pairs)) {
            return false;
        }
        if class == 0 {
            base = Some(c);
        }
        is_next = class == 0;
        last_class = class;
    }
    true
}

/// Pairs that compose, the second first, in order.
fn pairs() -> Vec<(u32, u32)> {
    let mut bytes = PAIRS.iter().copied();
    let mut pairs = Vec::new();
    let mut second = 0;
    while let (Some(step), Some(count)) = (number(&mut bytes), number(&mut bytes)) {
        second += step;
        let mut first = 0;
        for _ in 0..count {
            first += number(&mut bytes).unwrap_or_default();
            pairs.push((second, first));
        }
    }
    pairs
}

fn composes(first: char, second: char, pairs: &[(u32, u32)]) -> bool {
    let is_syllable = |c: char| matches!(c, '\u{AC00}'..='\u{D7A3}') && (u32::from(c) - 0xAC00).is_multiple_of(28);
    match second {
        '\u{1161}'..='\u{1175}' => matches!(first, '\u{1100}'..='\u{1112}'),
        '\u{11A8}'..='\u{11C2}' => is_syllable(first),
        _ => pairs.binary_search(&(u32::from(second), u32::from(first))).is_ok(),
    }
}
