//! Comparison of histories: what people said of held calls, and for what a comparison fails.

use std::rc::Rc;

use countersign::decide::compile::Stack;
use countersign::evidence::compare::{Change, FailOn};
use countersign::evidence::people::Said;
use countersign::review::edit::{self, edit};
use countersign::review::event::{Entry, Event, Verdict};
use countersign::review::history::Head;
use countersign::review::next::advance;
use countersign::value::value::Value;
use countersign::wire::Failure;
use countersign::wire::compare::{ComparedLine, Comparison};
use countersign::wire::event::EventOut;
use countersign::wire::history::{head_from, redact, seal};
use countersign::wire::json::to_json;
use countersign::wire::read_value::read_value;
use serde_json::{Value as Json, json};

use crate::lifecycle::{MINUTE_MS, answer, call, opened, stack};

const HELD: &str = "rules: [{ id: r, tool: mail, action: escalate, review: { expires: 30m, editable: [args.n] } }, { tool: gone, action: block }]";
const FREE: &str = "rules: [{ id: r, tool: mail, action: allow }, { tool: gone, action: block }]";

/// A history that is written in order of time.
#[derive(Default)]
struct Book {
    head: Head,
    lines: Vec<Json>,
    /// The entries of each escalation.
    held: Vec<Vec<Entry>>,
}

impl Book {
    fn seal(&mut self, id: &Json, event: &Json, at_ms: u64) {
        let unsealed = json!([{ "id": id, "event": event, "salt": format!("{:032x}", self.lines.len()) }]);
        let events = value(&unsealed);
        let sealed = seal(&self.head, &events, at_ms).expect("it can be sealed");
        let sealed: Json = serde_json::from_str(&to_json(&sealed).unwrap()).unwrap();
        self.head = head_from(&value(&sealed["head"])).unwrap();
        self.lines.extend(sealed["entries"].as_array().unwrap().clone());
    }

    fn add(&mut self, escalation: usize, entry: Entry) {
        let event = serde_json::from_str(&to_json(&EventOut::from(&entry.event)).unwrap()).unwrap();
        self.seal(&json!(format!("e{escalation}")), &event, entry.at_ms);
        if escalation == self.held.len() {
            self.held.push(Vec::new());
        }
        self.held[escalation].push(entry);
    }

    /// Holds the call `n` and answers its place.
    fn open(&mut self, n: u64, at_ms: u64) -> usize {
        let call = call(&format!(r#"{{"tool":"mail","args":{{"n":{n}}},"agent":"a"}}"#));
        let escalation = self.held.len();
        self.add(escalation, opened(&stack(HELD), call, at_ms));
        escalation
    }

    fn then(&mut self, escalation: usize, event: Event, at_ms: u64) {
        let event = advance(&self.held[escalation], None, event, at_ms).expect("it can happen");
        self.add(escalation, Entry { at_ms, event });
    }

    fn review(&mut self, escalation: usize, verdict: Verdict, at_ms: u64) {
        let held = self.held[escalation].iter().rev().find_map(|entry| match &entry.event {
            Event::Open { held, .. } | Event::Edit { held, .. } => Some(held.digest),
            _ => None,
        });
        self.then(escalation, Event::Review(answer(verdict, held.unwrap())), at_ms);
    }

    fn edit(&mut self, escalation: usize, n: u64, at_ms: u64) {
        let args = value(&json!({ "n": n }));
        let change = edit::Change { args, by: None, note: None };
        let event = edit(&stack(HELD), &self.held[escalation], None, change, &Default::default(), at_ms).unwrap();
        self.add(escalation, Entry { at_ms, event });
    }

    fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

fn value(json: &Json) -> Value {
    let explain = |error: serde_json::Error| Failure::new("not-json", error.to_string());
    read_value(&mut serde_json::Deserializer::from_str(&json.to_string()), 100, explain).expect("it is JSON")
}

fn compared(before: &str, after: &str, texts: &[&str]) -> (Comparison, Vec<ComparedLine>) {
    let stack = |text| -> Rc<Stack> { Rc::new(stack(text)) };
    let mut comparison = Comparison::new(stack(before), stack(after)).with_histories().keeping(100);
    let mut told = Vec::new();
    for text in texts {
        for chunk in text.as_bytes().chunks(997) {
            comparison.push(chunk, &mut |line| told.push(line));
        }
        comparison.next_input(&mut |line| told.push(line));
    }
    (comparison, told)
}

fn said(line: &ComparedLine) -> (u64, Option<Said>) {
    (line.place.number, line.result.as_ref().expect("it changed").said)
}

fn fails(comparison: &Comparison) -> Vec<&'static str> {
    let fails = FailOn::ALL.into_iter().filter(|fail_on| comparison.tally().fails(*fail_on));
    fails.map(FailOn::as_str).collect()
}

#[test]
fn what_people_said_of_a_held_call_is_found_whenever_they_say_it() {
    let mut book = Book::default();
    let calls: Vec<usize> = (0..7).map(|n| book.open(n, 1_000 + n)).collect();
    book.review(calls[0], Verdict::Approve, 2_000);
    book.review(calls[1], Verdict::Reject, 3_000);
    book.edit(calls[2], 40, 4_000);
    book.review(calls[2], Verdict::Approve, 5_000);
    book.review(calls[3], Verdict::Approve, 6_000);
    book.then(calls[3], Event::Revoke { by: None, note: Some("wrong one".to_owned()) }, 7_000);
    book.then(calls[4], Event::Withdraw { note: None }, 8_000);
    book.review(calls[5], Verdict::Approve, 9_000);
    book.then(calls[5], Event::Revoke { by: None, note: Some("imported".to_owned()) }, 10_000);
    let text = book.text();
    let (comparison, told) = compared(HELD, FREE, &[&text]);
    let mut found: Vec<_> = told.iter().map(said).collect();
    found.sort_unstable();
    // Line 10 is the edited call, which is a call of its own.
    let expected = [
        (1, Some(Said::Approved)),
        (2, Some(Said::Rejected)),
        (3, Some(Said::Edited)),
        (4, Some(Said::Revoked)),
        (5, None),
        (6, None),
        (7, None),
        (10, Some(Said::Approved)),
    ];
    assert_eq!(found, expected);
    let tally = comparison.tally();
    assert_eq!((tally.calls(), tally.errors(), tally.of(Change::EscalateToAllow)), (8, 0, 8));
    assert_eq!(Said::ALL.map(|said| tally.said(Change::EscalateToAllow, said)), [2, 1, 1, 1]);
    assert_eq!((tally.refused_runs(), tally.refused_stays()), (2, 0));
    // What people refused comes first, then what nobody approved.
    let worst: Vec<u64> = comparison.worst().changed().map(|line| line.place.number).collect();
    assert_eq!(worst, [2, 4, 3, 5, 6, 7, 1, 10]);
}

#[test]
fn what_waits_too_long_is_let_go_of_and_nobody_said_anything_of_it() {
    let mut book = Book::default();
    let late = book.open(0, 1_000);
    let next = book.open(1, 1_000 + 40 * MINUTE_MS);
    book.review(next, Verdict::Reject, 1_000 + 41 * MINUTE_MS);
    book.then(late, Event::Expire, 1_000 + 42 * MINUTE_MS);
    let text = book.text();
    let (comparison, told) = compared(HELD, FREE, &[&text]);
    assert_eq!(told.iter().map(said).collect::<Vec<_>>(), [(1, None), (2, Some(Said::Rejected))]);
    assert_eq!(comparison.tally().errors(), 0);
}

#[test]
fn a_comparison_fails_for_what_it_is_asked_to_and_always_for_what_people_refused() {
    let one = |verdict: Option<Verdict>| {
        let mut book = Book::default();
        let held = book.open(0, 1_000);
        verdict.into_iter().for_each(|verdict| book.review(held, verdict, 2_000));
        book.text()
    };
    let looser = "rules: [{ id: r, tool: mail, action: escalate, review: { expires: 31m, editable: [args.n] } }, { tool: gone, action: block }]";
    let blocked = "rules: [{ id: r, tool: mail, action: block }, { tool: gone, action: block }]";
    let rows: [(Option<Verdict>, &str, &str, &[&str]); 9] = [
        (None, HELD, HELD, &[]),
        (None, HELD, blocked, &["change"]),
        (None, HELD, looser, &["change", "widen", "unapproved"]),
        (None, HELD, FREE, &["change", "widen", "unapproved"]),
        (Some(Verdict::Approve), HELD, FREE, &["change", "widen"]),
        (Some(Verdict::Approve), HELD, blocked, &["change"]),
        (Some(Verdict::Reject), HELD, blocked, &["change"]),
        (Some(Verdict::Reject), HELD, FREE, &["change", "widen", "unapproved"]),
        // It runs by both: that is told, but is nothing that this change does.
        (Some(Verdict::Reject), FREE, FREE, &[]),
    ];
    for (verdict, before, after, expected) in rows {
        let (comparison, _) = compared(before, after, &[&one(verdict)]);
        assert_eq!(fails(&comparison), expected, "{verdict:?}: {before} → {after}");
    }
    let (comparison, told) = compared(FREE, FREE, &[&one(Some(Verdict::Reject))]);
    assert_eq!((comparison.tally().refused_stays(), comparison.tally().refused_runs(), told.len()), (1, 0, 0));
}

#[test]
fn a_rule_that_replaces_review_is_looser_than_none_and_the_same_as_itself() {
    let relaxed = "rules: [{ id: q, tool: mail, action: allow, relaxed: { until: 2030-01-01, evidence: e } }, { id: r, tool: mail, action: escalate }]";
    let plain = "rules: [{ id: r, tool: mail, action: escalate }]";
    let call = "{\"tool\":\"mail\"}\n";
    assert_eq!(fails(&compared(plain, relaxed, &[call]).0), ["change", "widen", "unapproved"]);
    assert_eq!(fails(&compared(relaxed, plain, &[call]).0), ["change"]);
    assert!(fails(&compared(relaxed, relaxed, &[call]).0).is_empty());
}

#[test]
fn calls_that_were_not_held_are_compared_too_and_other_entries_are_none() {
    let mut book = Book::default();
    let decision = json!({ "action": "block", "policy": null });
    let gone = json!({ "type": "decision", "call": { "tool": "gone" }, "digest": null, "decision": decision });
    book.seal(&Json::Null, &gone, 1_000);
    book.seal(&Json::Null, &json!({ "type": "policy", "stack": "s", "note": null }), 1_001);
    book.seal(&json!("pause"), &json!({ "type": "pause", "agent": null, "paused": true }), 1_002);
    let checkpoint = r#"{"checkpoint":{"origin":"o","size":3,"root":"r","atMs":1002}}"#;
    let text = format!("{}{checkpoint}\n{{\"tool\":\"gone\",\"event\":{{}}}}\n", book.text());
    let (comparison, told) = compared(HELD, "rules: [{ tool: gone, action: allow }]", &[&text]);
    assert_eq!(told.iter().map(said).collect::<Vec<_>>(), [(1, None), (5, None)]);
    assert_eq!((comparison.tally().calls(), comparison.tally().errors()), (2, 0));
}

#[test]
fn e01_an_entry_that_is_not_what_was_sealed_is_an_error_and_says_nothing_of_a_call() {
    let mut book = Book::default();
    let held = book.open(0, 1_000);
    book.review(held, Verdict::Reject, 2_000);
    let lines: Vec<String> = book.lines.iter().map(Json::to_string).collect();
    let forged = lines[1].replace("reject", "approve");
    let redacted = to_json(&redact(&value(&book.lines[1])).unwrap()).unwrap();
    type Errors = &'static [(u64, &'static str)];
    let rows: [(Vec<&str>, Errors); 6] = [
        (vec![&lines[0], &lines[1]], &[]),
        (vec![&lines[0], &forged], &[(2, "broken-history")]),
        (vec![&lines[1], &lines[0]], &[(2, "broken-history")]),
        (vec![&lines[0], &lines[1], &lines[1]], &[(3, "broken-history")]),
        (vec![&lines[0], &redacted], &[(2, "left-out")]),
        (vec![&lines[0], r#"{"event":{"type":"open"}}"#], &[(2, "broken-history")]),
    ];
    for (lines, expected) in rows {
        let (comparison, told) = compared(HELD, FREE, &[&lines.join("\n")]);
        let errors = told.iter().filter_map(|line| Some((line.place.number, line.result.as_ref().err()?.code)));
        assert_eq!(errors.collect::<Vec<_>>(), expected, "{lines:?}");
        assert_eq!(comparison.worst().unread.len(), expected.len());
        // No error makes an approval.
        assert_eq!(comparison.tally().said(Change::EscalateToAllow, Said::Approved), 0);
        assert!(comparison.tally().calls() == 0 || fails(&comparison).contains(&"unapproved"));
    }
}

#[test]
fn each_input_is_read_by_itself_and_the_worst_of_all_are_kept() {
    let mut book = Book::default();
    let held = book.open(0, 1_000);
    let opened = book.text();
    book.review(held, Verdict::Reject, 2_000);
    let both = book.text();
    let answered = both.strip_prefix(&opened).unwrap().to_owned();
    // A review without its `open` is about a call that is not in the input.
    let calls = "{\"tool\":\"mail\"}\n\n{\"tool\":\"mail\"}\n";
    let (comparison, told) = compared(HELD, FREE, &[calls, &opened, &answered, &both]);
    let places: Vec<_> = told.iter().map(|line| (line.input, said(line))).collect();
    assert_eq!(places, [(0, (1, None)), (0, (3, None)), (1, (1, None)), (3, (1, Some(Said::Rejected)))]);
    assert_eq!(comparison.tally().errors(), 0);
    let worst = comparison.worst().changed().map(|line| (line.input, line.place.number));
    assert_eq!(worst.collect::<Vec<_>>(), [(3, 1), (0, 1), (0, 3), (1, 1)]);
    let stack = |text| -> Rc<Stack> { Rc::new(stack(text)) };
    let mut few = Comparison::new(stack(HELD), stack(FREE)).with_histories().keeping(2);
    for text in [calls, "nonsense\n{}\n[]\n", &both] {
        few.push(text.as_bytes(), &mut drop);
        few.next_input(&mut drop);
    }
    let worst = few.worst().changed().map(|line| (line.input, line.place.number));
    assert_eq!(worst.collect::<Vec<_>>(), [(2, 1), (0, 1)]);
    assert_eq!(few.worst().unread.iter().map(|line| line.place.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(few.tally().errors(), 3);
}

#[test]
fn entries_are_no_calls_where_nobody_asked_for_histories() {
    let mut book = Book::default();
    book.open(0, 1_000);
    let stack = |text| -> Rc<Stack> { Rc::new(stack(text)) };
    let mut comparison = Comparison::new(stack(HELD), stack(FREE));
    comparison.push(book.text().as_bytes(), &mut drop);
    assert_eq!((comparison.tally().calls(), comparison.tally().errors()), (0, 1));
}
