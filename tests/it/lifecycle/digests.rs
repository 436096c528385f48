//! What an approval covers: calls that mean something else have another digest.

use countersign::catalogue::read::{CATALOGUE_LIMITS, read};
use countersign::check::load_for;
use countersign::decide::compile::compile;
use countersign::decide::decide::decide;
use countersign::decide::limit::Usage;
use countersign::review::error::EscalationError;
use countersign::review::escalation::fold;
use countersign::review::event::{Event, Held, Verdict};
use countersign::review::next::{Holder, advance, open};
use countersign::wire::call_json::call_from_json;

use super::{START_MS, answer, call, opened, stack};

fn held(policy: &str, json: &str) -> Held {
    match open(&stack(policy), call(json), &Usage::default(), Holder::default()).expect("it escalates") {
        Event::Open { held, .. } => *held,
        other => panic!("{other:?}"),
    }
}

const ALL: &str = "rules: [{ tool: '*', action: escalate }]";

/// Digests of calls that are all different.
fn all_differ(calls: &[&str]) {
    let digests: Vec<_> = calls.iter().map(|json| held(ALL, json).digest).collect();
    for (at, digest) in digests.iter().enumerate() {
        assert!(!digests[..at].contains(digest), "{}", calls[at]);
    }
}

#[test]
fn b08_absent_null_and_empty_are_three_and_what_is_absent_cannot_be_approved() {
    all_differ(&[r#"{"tool":"t"}"#, r#"{"tool":"t","args":{}}"#, r#"{"tool":"t","args":{"a":null}}"#]);
    let approve = |json: &str| {
        let entries = [opened(&stack(ALL), call(json), START_MS)];
        let digest = fold(&entries, None, START_MS)?.held.digest;
        advance(&entries, None, Event::Review(answer(Verdict::Approve, digest)), START_MS + 1).map(drop)
    };
    assert!(matches!(approve(r#"{"tool":"t"}"#), Err(EscalationError::Unapprovable(_))));
    assert_eq!(approve(r#"{"tool":"t","args":{}}"#), Ok(()));
}

#[test]
fn b09_types_are_told_apart() {
    all_differ(&[
        r#"{"tool":"t","args":{"n":40}}"#,
        r#"{"tool":"t","args":{"n":"40"}}"#,
        r#"{"tool":"t","args":{"n":"40.0"}}"#,
        r#"{"tool":"t","args":{"n":true}}"#,
        r#"{"tool":"t","args":{"n":"true"}}"#,
        r#"{"tool":"t","args":{"n":[40]}}"#,
        r#"{"tool":"t","args":{"n":{"n":40}}}"#,
    ]);
}

#[test]
fn b10_a_key_that_is_written_twice_is_no_call() {
    for json in [
        r#"{"tool":"t","args":{"a":1,"a":2}}"#,
        r#"{"tool":"t","tool":"u"}"#,
        "{\"tool\":\"t\",\"args\":{\"a\":1,\"\\u0061\":2}}",
    ] {
        assert_eq!(call_from_json(json).map_err(|failure| failure.code), Err("duplicate-key"), "{json}");
    }
}

#[test]
fn b11_neither_the_order_of_keys_nor_space_matters_but_that_of_lists_does() {
    let one = held(ALL, r#"{"tool":"t","args":{"a":1,"b":[1,2]}}"#).digest;
    assert_eq!(held(ALL, "{ \"args\": { \"b\": [ 1.0, 2 ], \"a\": 1e0 },\n \"tool\": \"t\" }").digest, one);
    assert_ne!(held(ALL, r#"{"tool":"t","args":{"a":1,"b":[2,1]}}"#).digest, one);
}

#[test]
fn b06_b07_b16_whose_call_it_is_and_of_which_tool_is_covered() {
    all_differ(&[
        r#"{"tool":"mail","args":{}}"#,
        r#"{"tool":"Mail","args":{}}"#,
        r#"{"tool":"mаil","args":{}}"#,
        r#"{"tool":"other/mail","args":{}}"#,
        r#"{"tool":"mail","args":{},"agent":"a"}"#,
        r#"{"tool":"mail","args":{},"agent":"b"}"#,
        r#"{"tool":"mail","args":{},"user":"a"}"#,
        r#"{"tool":"mail","args":{},"session":"a"}"#,
        r#"{"tool":"mail","args":{},"tenant":"a"}"#,
        r#"{"tool":"mail","args":{},"toolDigest":"sha256:0000000000000000000000000000000000000000000000000000000000000000"}"#,
    ]);
}

#[test]
fn of_the_context_that_is_covered_which_the_policy_reads() {
    let reads =
        "rules: [{ tool: t, when: { context.place.country: se }, action: block }, { tool: '*', action: escalate }]";
    let whole = "rules: [{ tool: t, when: { context: { only_keys: [place] } }, action: block }, { tool: '*', action: escalate }]";
    let of = |policy: &str, context: &str| held(policy, &format!(r#"{{"tool":"t","args":{{}},"context":{context}}}"#));
    let (one, time) = (r#"{"place":{"country":"no"},"time":1}"#, r#"{"place":{"country":"no"},"time":2}"#);
    let place = r#"{"place":{"country":"dk"},"time":1}"#;
    assert_eq!(of(reads, one).covers, ["place"]);
    assert_eq!(of(reads, one).digest, of(reads, time).digest);
    assert_ne!(of(reads, one).digest, of(reads, place).digest);
    assert_eq!(of(ALL, one).digest, of(ALL, place).digest);
    assert_eq!(of(whole, one).covers, ["*"]);
    assert_ne!(of(whole, one).digest, of(whole, time).digest);
}

#[test]
fn b12_what_json_cannot_carry_exactly_is_not_held() {
    for number in ["9007199254740992", "-9007199254740993", "1e300"] {
        let call = call(&format!(r#"{{"tool":"t","args":{{"n":{number}}}}}"#));
        let opened = open(&stack(ALL), call, &Usage::default(), Holder::default());
        assert_eq!(opened, Err(EscalationError::NoDigest), "{number}");
    }
    let zero = held(ALL, r#"{"tool":"t","args":{"n":-0.0}}"#).digest;
    assert_eq!(zero, held(ALL, r#"{"tool":"t","args":{"n":0}}"#).digest, "as RFC 8785 has it");
}

#[test]
fn b17_what_a_tool_says_of_itself_changes_no_decision() {
    let policy = "rules: [{ tool: delete, action: escalate, risk: high }]";
    let with = |annotations: &str| {
        let tools = format!(r#"[{{"name":"delete","inputSchema":{{"type":"object"}}{annotations}}}]"#);
        let (catalogue, problems) = read(&tools, CATALOGUE_LIMITS);
        let catalogue = catalogue.unwrap_or_else(|| panic!("{problems:?}"));
        let (policy, problems) = load_for(policy, Default::default(), Some(&catalogue));
        let stack = compile(policy.into_iter().collect()).unwrap_or_else(|_| panic!("{problems:?}"));
        let stack = stack.with_catalogue(catalogue);
        decide(&stack, &call(r#"{"tool":"delete","args":{}}"#), &Usage::default())
    };
    let harmless = r#","annotations":{"readOnlyHint":true,"destructiveHint":false}"#;
    assert_eq!(with(harmless), with(""));
}
