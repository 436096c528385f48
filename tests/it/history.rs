//! The history: what was sealed can be verified, and what was done to it is told apart.

use countersign::review::history::{Checkpoint, Head};
use countersign::review::verify::{ProblemKind, Report, Verification};
use countersign::value::value::Value;
use countersign::wire::Failure;
use countersign::wire::history::{checkpoint_from, head_from, redact, seal};
use countersign::wire::json::to_json;
use countersign::wire::read_value::read_value;
use countersign::wire::verify::push;
use serde_json::{Value as Json, json};

fn value(json: &Json) -> Value {
    let text = json.to_string();
    let explain = |error: serde_json::Error| Failure::new("not-json", error.to_string());
    read_value(&mut serde_json::Deserializer::from_str(&text), 100, explain).expect("it is JSON")
}

/// A history of `size` entries: of no escalation, so that nothing but their order matters.
fn history(size: u64) -> (Vec<Json>, Head) {
    let events: Vec<Json> = (0..size)
        .map(|at| json!({ "id": null, "event": { "type": "policy", "n": at }, "salt": format!("{at:032x}") }))
        .collect();
    sealed(&Head::default(), &events)
}

fn sealed(head: &Head, events: &[Json]) -> (Vec<Json>, Head) {
    let events = value(&Json::Array(events.to_vec()));
    let sealed = seal(head, &events, 1_000).expect("they can be sealed");
    let sealed: Json = serde_json::from_str(&to_json(&sealed).expect("it is plain")).expect("it is JSON");
    let head = head_from(&value(&sealed["head"])).expect("it is a head");
    (sealed["entries"].as_array().expect("a list").clone(), head)
}

fn verified(entries: &[Json], checkpoint: Option<Checkpoint>) -> Report {
    let mut verification = Verification::new(checkpoint);
    for part in entries.chunks(3) {
        push(&mut verification, &value(&Json::Array(part.to_vec()))).expect("they are entries");
    }
    verification.finish()
}

fn found(entries: &[Json], checkpoint: Option<Checkpoint>) -> Vec<(ProblemKind, u64)> {
    verified(entries, checkpoint).problems.into_iter().map(|problem| (problem.kind, problem.seq)).collect()
}

#[test]
fn a_whole_history_has_no_problems_and_its_checkpoint_is_that_of_its_head() {
    for size in 0..40 {
        let (entries, head) = history(size);
        let report = verified(&entries, head.checkpoint());
        assert_eq!((report.problems, report.checkpoint), (Vec::new(), head.checkpoint()), "{size}");
        for earlier in 1..=size {
            let (_, before) = history(earlier);
            assert_eq!(found(&entries, before.checkpoint()), [], "{size} against {earlier}");
        }
    }
}

#[test]
fn e01_an_edited_entry_is_told() {
    let (entries, head) = history(9);
    for at in 0..9 {
        for key in ["event", "salt", "atMs", "id", "previous", "hash"] {
            let mut edited = entries.clone();
            edited[at][key] = match key {
                "event" => json!({ "type": "policy", "n": 99 }),
                "atMs" => json!(1_001),
                "hash" | "previous" => json!(format!("sha256:{}", "ab".repeat(32))),
                _ => json!("f".repeat(32)),
            };
            let found = found(&edited, head.checkpoint());
            assert!(found.contains(&(ProblemKind::Edited, at as u64)), "{at} {key}: {found:?}");
        }
    }
}

#[test]
fn an_entry_that_was_edited_and_sealed_again_does_not_fit_the_next() {
    let (entries, _) = history(9);
    for at in 0..8 {
        let (before, head) = history(at as u64);
        let other = json!({ "id": null, "event": { "type": "policy", "n": 99 }, "salt": "0".repeat(32) });
        let forged = [before, sealed(&head, &[other]).0, entries[at + 1..].to_vec()].concat();
        assert_eq!(found(&forged, None), [(ProblemKind::Edited, at as u64 + 1)]);
    }
}

#[test]
fn missing_reordered_and_repeated_entries_are_told_apart() {
    let (entries, head) = history(9);
    for at in 0..8 {
        let mut missing = entries.clone();
        missing.remove(at);
        assert_eq!(found(&missing, None), [(ProblemKind::Missing, at as u64 + 1)], "{at}");

        let mut swapped = entries.clone();
        swapped.swap(at, at + 1);
        assert_eq!(found(&swapped, None), [(ProblemKind::Reordered, at as u64)], "{at}");

        let mut repeated = entries.clone();
        repeated.insert(at + 1, entries[at].clone());
        assert_eq!(found(&repeated, head.checkpoint()), [(ProblemKind::Repeated, at as u64)], "{at}");
    }
    let mut several = entries.clone();
    several.drain(2..5);
    let report = verified(&several, None);
    assert_eq!(report.problems.len(), 1);
    assert_eq!(report.problems[0].message, "the 3 entries from 2 on are missing");
    let moved = [&entries[..2], &entries[5..], &entries[2..5]].concat();
    let moved = found(&moved, None);
    assert_eq!(moved, [(ProblemKind::Reordered, 2), (ProblemKind::Reordered, 3), (ProblemKind::Reordered, 4)]);
}

#[test]
fn e02_e03_a_history_cut_short_or_set_back_does_not_fit_its_checkpoint() {
    let (entries, head) = history(9);
    for size in 0..9 {
        assert_eq!(found(&entries[..size], None), [], "without a checkpoint nothing shows");
        assert_eq!(found(&entries[..size], head.checkpoint()), [(ProblemKind::Truncated, size as u64)]);
    }
}

#[test]
fn a_history_written_anew_does_not_fit_its_checkpoint() {
    let (entries, head) = history(9);
    for at in 0..9 {
        let (before, head_before) = history(at as u64);
        let events: Vec<Json> = (at..9)
            .map(|_| json!({ "id": null, "event": { "type": "policy", "n": 99 }, "salt": "0".repeat(32) }))
            .collect();
        let forged = [before, sealed(&head_before, &events).0].concat();
        assert_eq!(found(&forged, None), [], "without a checkpoint nothing shows");
        let found = found(&forged, head.checkpoint());
        assert!(found.iter().all(|(kind, _)| *kind == ProblemKind::Rewritten) && !found.is_empty(), "{found:?}");
    }
    assert_eq!(found(&entries, head.checkpoint()), []);
}

#[test]
fn e24_an_entry_without_its_event_is_still_verified() {
    let (entries, head) = history(9);
    let redacted: Vec<Json> = entries
        .iter()
        .map(|entry| {
            let redacted = redact(&value(entry)).expect("it is whole");
            serde_json::from_str(&to_json(&redacted).expect("it is plain")).expect("it is JSON")
        })
        .collect();
    assert!(redacted.iter().all(|entry| entry.get("event").is_none() && entry.get("salt").is_none()));
    assert_eq!(found(&redacted, head.checkpoint()), []);
    let mixed = [&entries[..4], &redacted[4..]].concat();
    assert_eq!(found(&mixed, head.checkpoint()), []);
    let mut edited = redacted;
    edited[3]["type"] = json!("decision");
    assert_eq!(found(&edited, None), [(ProblemKind::Edited, 3)]);
}

#[test]
fn verifying_goes_on_after_a_head_that_was_verified() {
    let (entries, head) = history(20);
    for known in 1..20 {
        let (_, before) = history(known);
        let mut verification = Verification::after(before, head.checkpoint());
        push(&mut verification, &value(&Json::Array(entries[known as usize..].to_vec()))).expect("they are entries");
        let report = verification.finish();
        assert_eq!((report.entries, report.problems, report.checkpoint), (20 - known, Vec::new(), head.checkpoint()));
    }
}

#[test]
fn what_cannot_have_happened_to_an_escalation_is_told() {
    let event = |id: &str, event: Json| json!({ "id": id, "event": event, "salt": "0".repeat(32) });
    let (entries, _) = sealed(&Head::default(), &[event("a", json!({ "type": "withdraw", "note": null }))]);
    assert_eq!(found(&entries, None), [(ProblemKind::Impossible, 0)]);
    let pause = json!({ "type": "pause", "agent": null, "paused": true, "by": null, "note": null });
    let policy = json!({ "type": "policy", "stack": "s", "note": null });
    for (id, told) in
        [("a", json!({ "type": "nonsense" })), ("a", policy), ("a", pause), ("pause", json!({ "type": "open" }))]
    {
        let (entries, _) = sealed(&Head::default(), &[event(id, told)]);
        assert_eq!(found(&entries, None), [(ProblemKind::Impossible, 0)], "{entries:?}");
    }
}

#[test]
fn of_an_escalation_that_was_partly_left_out_nothing_is_said() {
    let event = |event: Json| json!({ "id": "a", "event": event, "salt": "0".repeat(32) });
    let withdraw = json!({ "type": "withdraw", "note": null });
    let (mut entries, _) = sealed(&Head::default(), &[event(withdraw.clone()), event(withdraw)]);
    let redacted = to_json(&redact(&value(&entries[0])).expect("it is whole")).expect("it is plain");
    entries[0] = serde_json::from_str(&redacted).expect("it is JSON");
    let report = verified(&entries, None);
    assert_eq!((report.entries, report.left_out, report.problems), (2, 1, Vec::new()));
}

#[test]
fn what_is_no_entry_head_or_checkpoint_is_refused() {
    let mut verification = Verification::new(None);
    for nonsense in [json!({}), json!([{}]), json!([null]), json!([{ "seq": -1 }]), json!([{ "seq": 0.5 }])] {
        assert!(push(&mut verification, &value(&nonsense)).is_err(), "{nonsense}");
    }
    let (_, head) = history(5);
    let (head_json, checkpoint) =
        (json!({ "size": 5, "origin": null, "hash": null, "atMs": 0, "peaks": [] }), json!({}));
    assert!(head_from(&value(&head_json)).is_err() && checkpoint_from(&value(&checkpoint)).is_err());
    assert_eq!(head.peaks.len(), 2);
}
