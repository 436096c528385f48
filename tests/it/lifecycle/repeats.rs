//! A call that was rejected comes back.

use countersign::decide::limit::Usage;
use countersign::review::escalation::{Escalation, fold};
use countersign::review::event::{Entry, Event, Links, Outcome, Verdict};
use countersign::review::next::{Holder, open};
use countersign::review::repeat::{COOLDOWN_MS, RepeatVerdict, keys, repeats};

use super::{GUARD, START_MS, answer, call, stack};

const POLICY: &str = "rules: [{ tool: '*', action: escalate }]";

/// An escalation of `json` with `links`, and what happened to it afterwards.
fn past(json: &str, links: Links, at_ms: u64, events: &[Event]) -> Escalation {
    let stack = stack(POLICY);
    let holder = Holder { guard: GUARD.to_owned(), links, ..Holder::default() };
    let event = open(&stack, call(json), &Usage::default(), holder).expect("it escalates");
    let mut entries = vec![Entry { at_ms, event }];
    entries.extend(events.iter().map(|event| Entry { at_ms, event: event.clone() }));
    fold(&entries, None, at_ms).expect("it is whole")
}

fn rejected(json: &str, links: Links, at_ms: u64) -> Escalation {
    let digest = past(json, Links::default(), at_ms, &[]).held.digest;
    past(json, links, at_ms, &[Event::Review(answer(Verdict::Reject, digest))])
}

fn links(rejected: &[&str]) -> Links {
    Links { rejected: rejected.iter().map(ToString::to_string).collect(), unknown: Vec::new() }
}

const FIRST: &str = r#"{"tool":"pay","args":{"to":"bob","amount":40}}"#;
const NEAR: &str = r#"{"tool":"pay","args":{"to":"bob","amount":41}}"#;
const FAR: &str = r#"{"tool":"pay","args":{"to":"eve","amount":41}}"#;

#[test]
fn b24_a_rejected_call_with_a_tiny_change_is_linked_to_the_rejection() {
    let before = [("a".to_owned(), rejected(FIRST, Links::default(), START_MS))];
    let later_ms = START_MS + 100 * COOLDOWN_MS;
    for (json, expected) in [
        (FIRST, links(&["a"])),
        (NEAR, links(&["a"])),
        (r#"{"tool":"pay","args":{"amount":40,"to":"bob"}}"#, links(&["a"])),
        (FAR, links(&[])),
        (r#"{"tool":"pay","args":{"to":"bob","amount":40,"memo":null}}"#, links(&["a"])),
        (r#"{"tool":"pay","args":{"to":"bob","amount":null}}"#, links(&[])),
        (r#"{"tool":"pay","args":{"to":"bob","amount":40,"memo":""}}"#, links(&[])),
        (r#"{"tool":"pay","args":{"to":"bob"}}"#, links(&[])),
        (r#"{"tool":"pay"}"#, links(&[])),
        (r#"{"tool":"Pay","args":{"to":"bob","amount":40}}"#, links(&[])),
    ] {
        assert_eq!(repeats(&call(json), &before, &[], later_ms).links, expected, "{json}");
    }
}

#[test]
fn c02_the_cooldown_doubles_and_the_third_rejection_blocks_the_tool() {
    let offered = |past: &[(String, Escalation)], json: &str, now_ms| repeats(&call(json), past, &[], now_ms).verdict;
    let mut past = vec![("a".to_owned(), rejected(FIRST, Links::default(), START_MS))];
    assert_eq!(offered(&past, NEAR, START_MS + 1), RepeatVerdict::Cooling(START_MS + COOLDOWN_MS));
    assert_eq!(offered(&past, NEAR, START_MS + COOLDOWN_MS), RepeatVerdict::None);
    assert_eq!(offered(&past, FAR, START_MS + 1), RepeatVerdict::None, "another call need not wait");

    let second_ms = START_MS + 2 * COOLDOWN_MS;
    past.insert(0, ("b".to_owned(), rejected(NEAR, links(&["a"]), second_ms)));
    assert_eq!(offered(&past, NEAR, second_ms + COOLDOWN_MS), RepeatVerdict::Cooling(second_ms + 2 * COOLDOWN_MS));
    assert_eq!(offered(&past, NEAR, second_ms + 2 * COOLDOWN_MS), RepeatVerdict::None);

    let third_ms = second_ms + 3 * COOLDOWN_MS;
    past.insert(0, ("c".to_owned(), rejected(FIRST, links(&["a", "b"]), third_ms)));
    for json in [FIRST, NEAR, FAR] {
        assert_eq!(offered(&past, json, third_ms + 1_000 * COOLDOWN_MS), RepeatVerdict::Blocked, "{json}");
    }
}

#[test]
fn c02_calls_that_waited_at_the_same_time_and_were_all_rejected_block_the_tool() {
    let near = |n: u32| format!(r#"{{"tool":"pay","args":{{"to":"bob","amount":{n}}}}}"#);
    let past: Vec<_> = (0..3).map(|n| (n.to_string(), rejected(&near(n), Links::default(), START_MS))).collect();
    assert_eq!(repeats(&call(FAR), &past[..2], &[], START_MS + 1).verdict, RepeatVerdict::None);
    assert_eq!(repeats(&call(FAR), &past, &[], START_MS + 1).verdict, RepeatVerdict::Blocked);
}

#[test]
fn a_broken_history_counts_as_a_rejection() {
    let damaged = ["x".to_owned(), "y".to_owned(), "z".to_owned()];
    assert_eq!(repeats(&call(FIRST), &[], &damaged[..1], START_MS).links, links(&["x"]));
    assert_eq!(repeats(&call(FIRST), &[], &damaged, START_MS).verdict, RepeatVerdict::Blocked);
}

#[test]
fn withdrawing_a_call_does_not_clear_the_memory() {
    let withdrawn = past(NEAR, links(&["a"]), START_MS + 2, &[Event::Withdraw { note: None }]);
    let past = [("b".to_owned(), withdrawn), ("a".to_owned(), rejected(FIRST, Links::default(), START_MS))];
    assert_eq!(repeats(&call(NEAR), &past, &[], START_MS + 3).links, links(&["a"]));
}

#[test]
fn what_is_the_very_same_and_what_has_no_known_outcome_is_told() {
    let digest = past(FIRST, Links::default(), START_MS, &[]).held.digest;
    let stack = stack(POLICY).digest;
    let run = [
        Event::Review(answer(Verdict::Approve, digest)),
        Event::Consume { digest, stack, marks: Vec::new(), charge: Vec::new() },
    ];
    let with = |more: &[Event]| past(FIRST, Links::default(), START_MS, &[&run[..], more].concat());
    let outcome = |outcome| Event::Outcome { outcome, note: None };
    let before = [
        ("pending".to_owned(), past(FIRST, Links::default(), START_MS, &[])),
        ("running".to_owned(), with(&[])),
        ("unknown".to_owned(), with(&[outcome(Outcome::Unknown)])),
        ("ran".to_owned(), with(&[outcome(Outcome::Ran)])),
    ];
    let mut found = repeats(&call(NEAR), &before, &[], START_MS + 1);
    found.links.unknown.sort();
    assert_eq!(found.links.unknown, ["running", "unknown"]);
    assert!(found.identical.is_empty());
    assert_eq!(repeats(&call(FIRST), &before, &[], START_MS + 1).identical, ["pending"]);
}

#[test]
fn keys_tell_tenants_agents_sessions_and_tools_apart_and_not_marks() {
    let of = |json: &str| keys(&call(json)).expect("it has some");
    let base = of(r#"{"tool":"t","agent":"a","session":"s"}"#);
    let marked = of(r#"{"tool":"t","agent":"a","session":{"id":"s","marks":["seen"]},"args":{"n":1}}"#);
    assert_eq!(base, marked);
    let tenant = of(r#"{"tool":"t","agent":"a","session":"s","tenant":"x"}"#);
    assert!(tenant.lane != base.lane && tenant.agent != base.agent && tenant.session != base.session);
    let agent = of(r#"{"tool":"t","agent":"b","session":"s"}"#);
    assert!(agent.lane != base.lane && agent.agent != base.agent && agent.session == base.session);
    let session = of(r#"{"tool":"t","agent":"a","session":"z"}"#);
    assert!(session.lane != base.lane && session.agent == base.agent && session.session != base.session);
    assert_ne!(of(r#"{"tool":"u","agent":"a","session":"s"}"#).lane, base.lane);
}
