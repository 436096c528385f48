//! Pending calls on one screen, and those that leave it.

use countersign::review::batch::{BATCH_MAX, Batch, Item, batches};
use countersign::value::value::Value;
use serde_json::{Value as Json, json};

use super::{call, drawn, held, stack, value};

const POLICY: &str = "
rules:
  - { tool: email.send, when: { args.to: { email: { domain: odd.com } } }, action: escalate, risk: high }
  - { tool: '*', action: escalate, risk: medium }
";

fn items(calls: &[Json]) -> Vec<Item> {
    let stack = stack(POLICY);
    let item = |(place, json): (usize, &Json)| {
        let held = held(&stack, call(json));
        Item { id: format!("e{place}"), held, guard: "g".to_owned(), is_plain: true }
    };
    calls.iter().enumerate().map(item).collect()
}

fn pay(to: &str, amount: i64) -> Json {
    json!({ "tool": "pay", "args": { "to": to, "amount": amount, "currency": "EUR" }, "agent": "a" })
}

fn members(batch: &Batch) -> Vec<usize> {
    batch.rows.iter().map(|row| row.item).collect()
}

fn alone(batch: &Batch) -> Vec<(usize, String)> {
    batch.outliers.iter().map(|(place, why)| (*place, drawn(&why[0]))).collect()
}

fn all(calls: &[Json]) -> Vec<Batch> {
    batches(&items(calls), |_| None, 100)
}

#[test]
fn c09_what_sticks_out_leaves_its_batch_and_says_why() {
    let mut calls: Vec<Json> = (0..8).map(|n| pay("ann@acme.com", 10 + n)).collect();
    calls.push(pay("ann@acme.com", 9_000));
    let found = all(&calls);
    assert_eq!(found.len(), 1);
    assert_eq!(members(&found[0]), [0, 1, 2, 3, 4, 5, 6, 7]);
    let left = alone(&found[0]);
    let [(8, why)] = left.as_slice() else { panic!("one leaves") };
    assert_eq!(why, "args.amount is 9000, far above the others, which are from 10 to 17");
    assert_eq!(drawn(&found[0].summary), "Approve 8 · largest args.amount 17");
    let constant: Vec<&str> = found[0].constant.iter().map(|row| row.field.as_str()).collect();
    assert_eq!(constant, ["args.currency", "args.to", "agent.id"]);
    let keys: Vec<String> = found[0].constant.iter().map(|row| drawn(&row.key)).collect();
    assert_eq!(keys, constant, "what they stand in is not drawn above them, so it is in their key");

    for (odd, why) in [
        (pay("ann@evil.io", 12), "args.to is the only one with “evil.io”"),
        (pay("аnn@acme.com", 12), "args.to the address is not ASCII, so that no policy can tell who receives it"),
        (pay("ann@acme.com", -1), "args.amount is below zero"),
        (
            json!({ "tool": "pay", "args": { "to": "ann@acme.com", "amount": 12, "currency": "EUR", "bcc": "x" }, "agent": "a" }),
            "the others have nothing of this type at args.bcc",
        ),
        (
            json!({ "tool": "pay", "args": { "to": "ann@acme.com", "amount": "12", "currency": "EUR" }, "agent": "a" }),
            "the others have nothing of this type at args.amount",
        ),
        (
            json!({ "tool": "pay", "args": { "to": "ann@acme.com", "amount": 12, "currency": "EUR" }, "agent": "b" }),
            "another agent calls than for the others",
        ),
        (
            json!({ "tool": "pay", "args": { "to": "ann@acme.com", "amount": 12, "currency": "E\u{200B}UR" }, "agent": "a" }),
            "args.currency holds 1 character that would not be seen",
        ),
    ] {
        calls.truncate(8);
        calls.push(odd);
        let found = all(&calls);
        assert_eq!((members(&found[0]).len(), alone(&found[0])), (8, vec![(8, why.to_owned())]));
    }
}

#[test]
fn c09_another_rule_or_risk_is_another_group() {
    let mail = |to: &str| json!({ "tool": "email.send", "args": { "to": to } });
    let found = all(&[mail("a@x.com"), mail("a@x.com"), mail("b@odd.com"), mail("a@x.com")]);
    assert_eq!(members(&found[0]), [0, 1, 3]);
    assert_eq!(alone(&found[0])[0].0, 2);
    assert_eq!(drawn(&found[0].outliers[0].1[1]), "its risk is another than that of the others");
}

#[test]
fn c09_what_was_never_approved_leaves_the_batch() {
    let past: Vec<Value> =
        (0..20).map(|n| value(&json!({ "to": "ann@acme.com", "amount": 10 + n, "currency": "EUR" }))).collect();
    let calls = [pay("ann@acme.com", 12), pay("eve@evil.io", 13), pay("ann@acme.com", 14), pay("ann@acme.com", 200)];
    let found = batches(&items(&calls), |tool| (tool == "pay").then_some(past.as_slice()), 100);
    assert_eq!(members(&found[0]), [0, 2]);
    let why: Vec<String> = alone(&found[0]).into_iter().map(|(_, why)| why).collect();
    assert_eq!(why[0], "args.to: nothing was sent to the domain “evil.io” in 20 approved calls");
    assert!(why[1].contains("× the median of 20 past values"), "{why:?}");
}

#[test]
fn c10_a_batch_lists_the_calls_that_it_covers_and_its_key_stays() {
    let mut calls: Vec<Json> = (0..4).map(|n| pay("ann@acme.com", 10 + n)).collect();
    let before = all(&calls);
    calls.push(pay("ann@acme.com", 12));
    let after = all(&calls);
    assert_eq!((before[0].rows.len(), after[0].rows.len()), (4, 5));
    assert_eq!(before[0].key, after[0].key);
    let items = items(&calls);
    let digests: Vec<_> = after[0].rows.iter().map(|row| items[row.item].held.digest).collect();
    assert_eq!(digests.len(), 5);
    assert!(digests[..3].windows(2).all(|pair| pair[0] != pair[1]), "each call has a digest of its own");
}

#[test]
fn c01_five_hundred_calls_with_a_bad_one_are_a_few_screens_and_the_bad_one_stands_alone() {
    let mut calls: Vec<Json> = (0..500).map(|n| pay("ann@acme.com", 10 + n % 7)).collect();
    calls[321] = pay("mallory@evil.io", 11);
    let found = all(&calls);
    assert!(found.iter().all(|batch| batch.rows.len() <= BATCH_MAX));
    assert!(found.iter().all(|batch| !members(batch).contains(&321)));
    assert_eq!(found.iter().flat_map(|batch| &batch.outliers).map(|(place, _)| *place).collect::<Vec<_>>(), [321]);
    assert_eq!(found[0].outliers.len(), 1, "it comes with the first");
    let keys: std::collections::BTreeSet<String> = found.iter().map(|batch| batch.key.to_string()).collect();
    assert_eq!(keys.len(), found.len());
}

#[test]
fn what_needs_more_than_a_click_is_in_no_batch() {
    let mut items = items(&[pay("ann@acme.com", 1), pay("ann@acme.com", 1), pay("ann@acme.com", 1)]);
    items[1].is_plain = false;
    assert_eq!(members(&batches(&items, |_| None, 100)[0]), [0, 2]);
    items[2].is_plain = false;
    assert!(batches(&items, |_| None, 100).is_empty());
}
