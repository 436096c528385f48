//! How much a rule allows: `limit`, `relaxed`, and durations.

use super::model::Action;
use super::reader::{Reader, find_key, is_misspelt, missing_key};
use super::terms::{FieldAt, Limit, Relaxed};
use super::value_advice;
use crate::sorted::sorted_by;
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::prose::prose;
use crate::text::yaml::{MapEntry, Node, NodeValue};
use crate::value::field::Root;

/// The keys of `limit`.
pub(super) const LIMIT_KEYS: &[&str] = &["calls", "sum", "at_most", "per", "by", "then"];
/// The keys of `relaxed`.
pub(super) const RELAXED_KEYS: &[&str] = &["until", "evidence", "share", "audit"];
/// Whose use a limit can count together.
pub(super) const LIMIT_BY: &[&str] = &["agent", "user", "session"];
/// What can become of a call past a limit.
pub(super) const LIMIT_THEN: &[&str] = &["escalate", "block"];

/// The longest duration: 365 days.
const DURATION_MS_MAX: u64 = 365 * DAY_MS;
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// The share of what a relaxed rule allows that is reviewed all the same, unless it is written.
const AUDIT: f64 = 0.05;

impl Reader<'_> {
    pub(super) fn limit(&mut self, node: &Node) -> Option<Limit> {
        let entries = self.filled_map(node, "`limit`", "write how much is allowed: `{ calls: 10, per: 1h }`")?;
        self.check_keys(entries, LIMIT_KEYS, "`limit`", |_| false);
        let sum = self.at_some(entries, "sum", |reader, node| {
            Some(FieldAt { field: reader.field(node, "`sum`")?, span: node.span })
        });
        let calls = self.at_some(entries, "calls", Self::calls);
        let at_most = self.at_some(entries, "at_most", |reader, node| {
            reader.number_in(node, "`at_most`", |number| number >= 0.0, "0 or more")
        });
        let per = self.at_some(entries, "per", |reader, node| reader.duration(node, "`per`"));
        let by = self.at(entries, "by", |reader, node| {
            reader.each(node, "`by`", |reader, item| {
                reader.word(item, "`by`", (Code::UnknownWord, "word"), LIMIT_BY, Root::from_word)
            })
        });
        let then = self.at_some(entries, "then", |reader, node| {
            reader.word(node, "`then`", (Code::UnknownAction, "action"), LIMIT_THEN, Action::from_word)
        });
        let counts_calls = self.limit_measure(node, entries)?;
        let is_misspelt = |key: &str| is_misspelt(entries, key, &["calls", "sum", "at_most", "per"], "`limit`");
        if find_key(entries, "per").is_none() && !is_misspelt("per") {
            self.report(missing_key(node, entries, "per", "`limit`"));
        }
        let mut by = sorted_by(by?, |a, b| a.as_str().cmp(b.as_str()));
        by.dedup();
        Some(Limit {
            sum: sum?,
            at_most: if counts_calls { calls?? } else { at_most?? },
            per_ms: per??,
            by,
            then: then?.unwrap_or(Action::Escalate),
        })
    }

    /// Whether calls are counted and nothing is added up; the map must say one of the two.
    fn limit_measure(&mut self, node: &Node, entries: &[MapEntry]) -> Option<bool> {
        let Some(calls) = find_key(entries, "calls") else {
            match (find_key(entries, "sum"), find_key(entries, "at_most")) {
                (Some(_), Some(_)) => return Some(false),
                (Some(_), None) => self.report(missing_key(node, entries, "at_most", "a `limit` with `sum`")),
                (None, _) if is_misspelt(entries, "calls", &["calls", "sum", "at_most", "per"], "`limit`") => {}
                (None, _) => self.report(
                    missing_key(node, entries, "calls", "`limit`")
                        .help("to limit a sum, write `{ sum: args.amount, at_most: 1000, per: 1d }`"),
                ),
            }
            return None;
        };
        let other = ["sum", "at_most"].into_iter().find_map(|key| find_key(entries, key));
        let Some(other) = other else { return Some(true) };
        let message = prose!("`{}` in a limit of calls", other.key);
        let diagnostic = Diagnostic::new(Code::Misplaced, other.key_span, message);
        self.report(
            diagnostic
                .related(calls.key_span, "calls are counted here")
                .help("write a rule each: one with `calls`, one with `sum` and `at_most`"),
        );
        None
    }

    fn calls(&mut self, node: &Node) -> Option<f64> {
        let is_count = |number: f64| number >= 1.0 && number.fract() == 0.0;
        self.number_in(node, "`calls`", is_count, "an integer, 1 or more")
    }

    pub(super) fn relaxed(&mut self, node: &Node) -> Option<Relaxed> {
        let help = "write on what evidence and until when: `{ evidence: TEXT, until: 2027-01-31 }`";
        let entries = self.filled_map(node, "`relaxed`", help)?;
        self.check_keys(entries, RELAXED_KEYS, "`relaxed`", |_| false);
        let share = self.at_some(entries, "share", |reader, node| {
            reader.number_in(node, "`share`", |number| (0.0..=1.0).contains(&number), "from 0 to 1")
        });
        let audit = self.at_some(entries, "audit", |reader, node| {
            // Nobody would see any more whether the rule is still right.
            reader.number_in(node, "`audit`", |number| number > 0.0 && number <= 1.0, "above 0 and at most 1")
        });
        let until = self.at_some(entries, "until", Self::date);
        let evidence = self.at_some(entries, "evidence", |reader, node| reader.text_value(node, "`evidence`"));
        for required in ["until", "evidence"] {
            if find_key(entries, required).is_none() {
                self.report(missing_key(node, entries, required, "`relaxed`"));
            }
        }
        Some(Relaxed {
            share: share?.unwrap_or(1.0),
            audit: audit?.unwrap_or(AUDIT),
            until: until??,
            evidence: evidence??,
        })
    }

    fn date(&mut self, node: &Node) -> Option<String> {
        let text = self.text_value(node, "`until`")?;
        if is_date(&text) {
            return Some(text);
        }
        let diagnostic = Diagnostic::new(Code::Date, node.span, prose!("`{text}` is no date"));
        self.report(diagnostic.help("write year, month and day: `2027-01-31`"));
        None
    }

    /// A duration in milliseconds: an integer and `s`, `m`, `h` or `d`.
    pub(super) fn duration(&mut self, node: &Node, what: &str) -> Option<u64> {
        const HELP: &str = "write an integer and `s`, `m`, `h` or `d`: `30m`";
        let text = match &node.value {
            NodeValue::Number(_) => {
                let message = prose!("{what} is a duration, but this number has no unit");
                self.report(Diagnostic::new(Code::Duration, node.span, message).help(HELP));
                return None;
            }
            _ => self.text_value(node, what)?,
        };
        match duration_ms(&text) {
            Some(0) => {
                let message = prose!("{what} is longer than nothing");
                self.report(Diagnostic::new(Code::OutOfRange, node.span, message));
                None
            }
            None => {
                let message = prose!("`{text}` is no duration");
                let diagnostic = Diagnostic::new(Code::Duration, node.span, message).help(HELP);
                self.report(value_advice::duration(diagnostic, &text, node.span, self.text));
                None
            }
            Some(ms) if ms > DURATION_MS_MAX => {
                self.report(Diagnostic::new(Code::OutOfRange, node.span, prose!("{what} is at most `365d`")));
                None
            }
            Some(ms) => Some(ms),
        }
    }
}

fn duration_ms(text: &str) -> Option<u64> {
    let unit_ms = match text.chars().next_back()? {
        's' => 1_000,
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => DAY_MS,
        _ => return None,
    };
    let digits = text.get(..text.len() - 1)?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // More digits than a number has: longer than any duration.
    Some(digits.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(unit_ms))
}

/// Whether `text` is a day of the Gregorian calendar as `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    let has_form = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    let part = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(0);
    let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 0,
    };
    has_form && (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_an_integer_and_a_unit() {
        let rows = [
            ("1s", Some(1_000)),
            ("30m", Some(1_800_000)),
            ("2h", Some(7_200_000)),
            ("365d", Some(DURATION_MS_MAX)),
            ("007s", Some(7_000)),
            ("99999999999999999999d", Some(u64::MAX)),
            ("", None),
            ("m", None),
            ("30", None),
            ("30 m", None),
            ("-1s", None),
            ("1.5h", None),
            ("1M", None),
            ("1ms", None),
            ("1µ", None),
            ("١s", None),
        ];
        for (text, ms) in rows {
            assert_eq!(duration_ms(text), ms, "`{text}`");
        }
    }

    #[test]
    fn dates_are_days_of_the_calendar() {
        for text in ["2027-01-31", "2024-02-29", "2000-02-29", "0001-12-31"] {
            assert!(is_date(text), "`{text}`");
        }
        for text in [
            "2027-02-29",
            "1900-02-29",
            "2027-13-01",
            "2027-00-10",
            "2027-01-00",
            "2027-1-1",
            "20270131",
            "2027-04-31",
            "2027-01-3١",
            "",
        ] {
            assert!(!is_date(text), "`{text}`");
        }
    }
}
