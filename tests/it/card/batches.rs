//! Pending calls on one screen, and those that leave it.

use std::rc::Rc;

use countersign::review::batch::{BATCH_MAX, Batch, Item, batches};
use countersign::review::event::Held;
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
    let item = |json: &Json| {
        let Held { call, decision, .. } = held(&stack, call(json));
        Item { call, decision: Rc::new(decision), guard: "g".to_owned() }
    };
    calls.iter().map(item).collect()
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
    assert_eq!(members(&after[0]), [0, 1, 2, 3, 4]);
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
fn c09_the_largest_groups_come_first_also_when_many_leave_them() {
    let mut calls = Vec::new();
    for n in 0..9 {
        // Half of these hide something; what is left is less than the others.
        let hidden = if n % 2 == 0 { "\u{200B}" } else { "" };
        calls.push(json!({ "tool": "a", "args": { "name": format!("x{hidden}") } }));
    }
    (0..6).for_each(|_| calls.push(json!({ "tool": "b", "args": { "name": "y" } })));
    (0..4).for_each(|_| calls.push(json!({ "tool": "c", "args": { "name": "z" } })));
    let found = all(&calls);
    let tools: Vec<String> = found.iter().map(|batch| drawn(&batch.headline.tool)).collect();
    assert_eq!(tools, ["b", "a", "c"], "of equally large ones the first");
    assert_eq!((members(&found[1]).len(), found[1].outliers.len()), (4, 5));
    assert_eq!(batches(&items(&calls), |_| None, 1).len(), 1);
}

#[test]
fn c09_tenants_guards_and_agents_are_apart_whatever_they_are_called() {
    let of = |tenant: &str, tool: &str| json!({ "tool": tool, "tenant": tenant, "args": { "x": 1 } });
    let found = all(&[of("a", "bc"), of("ab", "c"), of("a", "bc"), of("ab", "c"), of("", "abc")]);
    assert_eq!(found.iter().map(members).collect::<Vec<_>>(), [[0, 2], [1, 3]]);
    assert!(found.iter().all(|batch| batch.outliers.is_empty()));
}

#[test]
fn c09_secrets_and_keys_that_are_new_are_alone() {
    let note = |text: &str| json!({ "tool": "note", "args": { "q": text } });
    let token = format!("ghp_{}", "0a".repeat(20));
    let found = all(&[note("a"), note(&token), note("a"), note(&format!("x {token}"))]);
    assert_eq!(members(&found[0]), [0, 2]);
    assert!(all(&[note("-----BEGIN"), note(&token), note(&token)]).is_empty());
    let login = |word: &str| json!({ "tool": "login", "args": { "password": word } });
    assert!(all(&[login("a"), login("a")]).is_empty());

    let past = [value(&json!({ "q": "a" }))];
    let with = json!({ "tool": "note", "args": { "q": "a", "more": true } });
    let found = batches(&items(&[with.clone(), with]), |_| Some(past.as_slice()), 100);
    assert!(found.is_empty(), "no approved call had this key");
}

#[test]
fn c09_what_goes_elsewhere_or_runs_something_else_is_no_batch() {
    let get = |url: &str| json!({ "tool": "http.get", "args": { "url": url } });
    let calls = ["https://acme.com/a", "https://acme.com/b", "https://evil.io/c", "https://evil.io/d"].map(get);
    assert_eq!(all(&calls).iter().map(members).collect::<Vec<_>>(), [[0, 1], [2, 3]]);
    let keys: std::collections::BTreeSet<String> = all(&calls).iter().map(|batch| batch.key.to_string()).collect();
    assert_eq!(keys.len(), 2);
    let mail = |to: &[&str]| json!({ "tool": "email.send", "args": { "to": to } });
    let found = all(&[mail(&["a@acme.com"]), mail(&["b@acme.com"]), mail(&["c@acme.com", "eve@evil.io"])]);
    assert_eq!(members(&found[0]), [0, 1]);
    assert_eq!(found[0].outliers.len(), 1);
    let run = |command: &str| json!({ "tool": "shell.run", "args": { "command": command } });
    let found = all(&["ls a", "ls a", "git push", "git status", "ls a; rm a", "sudo ls a"].map(run));
    assert_eq!(found.iter().map(members).collect::<Vec<_>>(), [[0, 1]]);
    assert!(all(&["ls", "rm x/y"].map(run)).is_empty());
}

#[test]
fn c09_booleans_and_numbers_of_all_signs_and_forms_are_compared() {
    let of = |value: Json| json!({ "tool": "set", "args": { "x": value } });
    assert_eq!(members(&all(&[of(json!(true)), of(json!(false)), of(json!(false))])[0]), [1, 2]);
    assert!(all(&[of(json!(true)), of(json!(false))]).is_empty());
    assert_eq!(members(&all(&[0, 0, 9_000].map(|n| of(json!(n))))[0]), [0, 1]);
    assert_eq!(members(&all(&["10", "20", "999,999"].map(|n| of(json!(n))))[0]), [0, 1]);
    assert_eq!(members(&all(&[0, 0, 0, 1, 50].map(|n| of(json!(n))))[0]), [0, 1, 2, 3]);
    let past = [value(&json!({ "x": null }))];
    let calls = items(&["b", "a", "a", "a"].map(|n| of(json!(n))));
    assert!(batches(&calls, |_| Some(past.as_slice()), 100).is_empty(), "none was ever approved with a text there");
}

#[test]
fn c10_a_batch_has_few_columns_and_its_summary_says_how_many_it_leaves_out() {
    let of = |n: usize, count: usize| {
        let args: serde_json::Map<String, Json> = (0..count).map(|at| (format!("k{at}"), json!(10 + n))).collect();
        json!({ "tool": "set", "args": args })
    };
    let found = all(&[of(1, 8), of(2, 8)]);
    let summary = drawn(&found[0].summary);
    assert_eq!(found[0].columns.len(), 8);
    assert!(summary.contains("args.k3 12") && summary.ends_with(" and 4 more fields"), "{summary}");
    assert!(all(&[of(1, 9), of(2, 9)]).is_empty());
}
