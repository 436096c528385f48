//! Every value of a policy that uses every key is replaced by values of every kind: whatever is taken is listed in
//! `tests/golden/odd-values.txt`, everything else is an error at the value or beside it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use countersign::check::load;
use countersign::policy::schema::schema;
use countersign::text::yaml::Limits;
use countersign::wire::value::ValueOut;
use serde_json::{Map, Value, json};

/// Values of every kind, as they are written.
const ODD: &[&str] = &[
    "null",
    "true",
    "0",
    "1",
    "-1",
    "1.5",
    "1e400",
    ".inf",
    "-.inf",
    ".nan",
    "9007199254740993",
    "0o17",
    "0x1F",
    "\"\"",
    "\" \"",
    "word",
    "\"5\"",
    "allow",
    "2027-01-31",
    "1h",
    "args.x",
    "\"*\"",
    "\"\\u0000\"",
    "\"\\u202e\"",
    "\"\\ud800\"",
    "\"é👩‍👩‍👧\"",
    "[]",
    "[[]]",
    "[null]",
    "[word]",
    "[1, 2]",
    "[word, word]",
    "{}",
    "{ x: 1 }",
    "{ x: { x: 1 } }",
    "{ equals: 1 }",
    "{ : 1 }",
    "{ 1: x }",
    "!!str x",
    "&a x",
    "*a",
    "[1",
    "\"",
    "@",
    "`",
];

const HERE: &str = "@@here@@";

/// A policy that uses every key of the language.
fn whole() -> Value {
    let matchers = json!({
        "args.a": { "equals": "x" }, "args.b": { "in": ["x", 1] }, "args.c": { "same_as": "args.a" },
        "args.d": { "in_field": "context.list" }, "args.e": { "exists": true }, "args.f": { "empty": false },
        "args.g": { "type": "string" }, "args.h": { "above": 1, "at_most": 5 }, "args.i": { "at_least": 1, "below": 5 },
        "args.j": { "starts_with": "x" }, "args.k": { "ends_with": "x" }, "args.l": { "contains": "x" },
        "args.m": { "glob": "x*" }, "args.n": { "regex": "x+" }, "args.o": { "length": { "at_most": 5 } },
        "args.p": { "each": "x" }, "args.q": { "some": "x" }, "args.r": { "where": { "k": 1, "all": [{ "k": 1 }], "any": [{ "k": 1 }], "not": { "l": 1 } } },
        "args.s": { "only_keys": ["x"] }, "args.t": { "keys": { "each": "x" } }, "args.u": { "values": { "each": "x" } },
        "args.v": { "not": "x" }, "args.w": { "has": "x" },
        "args.path": { "path": { "under": ["/srv", { "field": "context.home" }], "glob": "/srv/**", "extension": ["md"], "base": "/srv", "ignore_case": true } },
        "args.path2": { "path": { "glob": "src/*", "base": { "field": "context.home" } } },
        "args.url": { "url": { "scheme": "https", "host": ["acme.com"], "port": 443, "path": "/x/**", "address": ["private", "10.0.0.0/8"] } },
        "args.mail": { "email": { "domain": ["acme.com"], "address": "ann@acme.org" } },
        "args.sh": { "shell": { "only": ["git log **"] } }, "args.sh2": { "shell": { "runs": "rm **" } },
        "all": [{ "args.x": 1 }], "any": [{ "args.x": 1 }], "not": { "args.x": 1 },
    });
    let review = json!({ "expires": "1h", "reviewers": ["ann", "bob"], "quorum": 2, "confirm": "args.a", "editable": ["args.b"] });
    json!({
        "version": 1, "name": "whole", "description": "Every key", "default": "escalate", "min_confidence": 0.8,
        "missing_confidence": "ignore", "review": review, "x-ours": ["acme.com"],
        "rules": [
            { "id": "one", "tool": ["a", "b.*"], "when": matchers, "action": "allow", "min_confidence": 0.9, "reason": "why",
              "consequence": "Sends {{args.a}}", "risk": "low", "reversible": true, "marks": ["m"], "review": review,
              "limit": { "calls": 5, "per": "1h", "by": ["user"], "then": "block" } },
            { "id": "two", "tool": "c", "action": "allow", "limit": { "sum": "args.a", "at_most": 5, "per": "1h" },
              "relaxed": { "until": "2027-01-31", "evidence": "none", "share": 0.5, "audit": 0.1 } },
            { "id": "three", "tool": "d", "when": { "args.x": "x" }, "action": "block", "undecidable": "escalate" },
        ],
        "tests": [
            { "name": "t", "call": { "tool": "a", "args": { "a": 1 }, "context": { "k": 1 }, "agent": "x", "user": { "id": "x" },
              "session": "s", "reason": "r", "confidence": 0.5 }, "expect": { "action": "allow", "rule": "one", "cause": "rule" } },
            { "name": "u", "call": { "tool": "a" }, "expect": "block" },
            { "name": "v", "call": { "tool": "a", "args": { "a": 1 } }, "expect": "block", "cases": [
                { "name": "c", "tool": "b", "args": { "b": 2 }, "context": { "k": 1 }, "agent": "x", "user": { "id": "x" },
                  "session": "s", "reason": "r", "confidence": 0.5, "expect": { "action": "allow", "rule": "one", "cause": "rule" } },
                { "args": { "a": 2 } },
            ] },
        ],
    })
}

/// Calls `see` with the way to every value in `value`.
fn ways(value: &Value, way: &mut Vec<String>, see: &mut impl FnMut(&[String])) {
    if !way.is_empty() {
        see(way);
    }
    let parts: Vec<(String, &Value)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect(),
        Value::Object(map) => map.iter().map(|(key, part)| (key.clone(), part)).collect(),
        _ => Vec::new(),
    };
    for (step, part) in parts {
        way.push(step);
        ways(part, way, see);
        way.pop();
    }
}

fn at<'a>(value: &'a mut Value, way: &[String]) -> &'a mut Value {
    way.iter().fold(value, |value, step| match value {
        Value::Array(items) => &mut items[step.parse::<usize>().expect("a place in a list")],
        value => value.get_mut(step).expect("the key"),
    })
}

#[test]
fn whatever_stands_in_place_of_a_value_is_an_error_or_listed() {
    let mut taken = String::new();
    let mut tried = 0;
    ways(&whole(), &mut Vec::new(), &mut |way| {
        let mut policy = whole();
        *at(&mut policy, way) = json!(HERE);
        let text = policy.to_string();
        let (before, after) = text.split_once(&format!("\"{HERE}\"")).expect("the value stands in the text");
        let is_taken = |odd: &&&str| {
            tried += 1;
            // What begins a quote or a bracket swallows what follows: only that there is an error can be asked then.
            let text = format!("{before} {odd} {after}");
            let (policy, problems) = load(&text, Limits::default());
            let is_refused = problems.iter().any(countersign::text::diagnostic::Diagnostic::is_error);
            assert_eq!(policy.is_none(), is_refused, "{text}\n{problems:?}");
            policy.is_some()
        };
        let odd: Vec<&str> = ODD.iter().filter(is_taken).copied().collect();
        taken.push_str(&format!("{}: {}\n", way.join("/"), odd.join("  ")));
    });
    assert!(tried > 4_000, "only {tried} values were tried");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/odd-values.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &taken).expect("the list can be written");
    }
    let listed = fs::read_to_string(&path).unwrap_or_default();
    let changed: Vec<&str> = taken.lines().filter(|line| !listed.lines().any(|listed| listed == *line)).collect();
    assert!(
        taken == listed,
        "other odd values are taken than tests/golden/odd-values.txt lists:\n{}",
        changed.join("\n")
    );
}

#[test]
fn without_a_key_the_policy_is_the_same_looser_nowhere_or_refused() {
    let (policy, problems) = load(&whole().to_string(), Limits::default());
    assert!(policy.is_some(), "{problems:?}");
    let mut refused = Vec::new();
    ways(&whole(), &mut Vec::new(), &mut |way| {
        let Some((last, outer)) = way.split_last() else { return };
        let mut policy = whole();
        let is_key = matches!(at(&mut policy, outer), Value::Object(_));
        if is_key {
            at(&mut policy, outer).as_object_mut().and_then(|map: &mut Map<String, Value>| map.remove(last));
            if load(&policy.to_string(), Limits::default()).0.is_none() {
                refused.push(way.join("/"));
            }
        }
    });
    for required in
        ["rules", "rules/0/tool", "rules/0/action", "rules/0/id", "rules/0/limit/per", "rules/1/relaxed/until"]
    {
        assert!(refused.iter().any(|way| way == required), "`{required}` can be left out");
    }
}

/// Under which key the keys of a part of the schema stand in the policy; those of a matcher under a field.
const ABOVE: &[(&str, &str)] = &[
    ("call", "call"),
    ("case", "cases"),
    ("condition", "when"),
    ("expectation", "expect"),
    ("inner_condition", "where"),
    ("limit", "limit"),
    ("matcher", "(field)"),
    ("relaxed", "relaxed"),
    ("review", "review"),
    ("rule", "rules"),
    ("test", "tests"),
];

/// So that a new key cannot be forgotten here: every key that the schema knows stands in the policy, under the key that
/// it belongs to; `address` is a key of `url` and of `email`.
#[test]
fn the_policy_uses_every_key() {
    let schema = serde_json::to_value(ValueOut(&schema())).expect("a schema is JSON");
    let mut known = BTreeSet::new();
    keys_of(&schema, "", &mut known);
    for (name, part) in schema["$defs"].as_object().expect("definitions") {
        let above = ABOVE.iter().find(|(of, _)| of == name).map(|(_, above)| *above);
        let own = known.len();
        keys_of(part, above.unwrap_or("?"), &mut known);
        assert!(above.is_some() || known.len() == own, "`{name}` of the schema has keys: add it to `ABOVE`");
    }
    let mut used = BTreeSet::new();
    ways(&whole(), &mut Vec::new(), &mut |way| {
        let mut keys = way.iter().rev().filter(|step| step.parse::<usize>().is_err());
        let (key, above) = (keys.next().map_or("", String::as_str), keys.next().map_or("", String::as_str));
        used.insert(format!("{}.{key}", if above.starts_with("args.") { "(field)" } else { above }));
    });
    let missing: Vec<&String> = known.iter().filter(|way| !used.contains(*way)).collect();
    assert!(known.len() > 80 && missing.is_empty(), "of {} keys these are missing: {missing:?}", known.len());
}

/// Collects the keys that `part` names, each behind the key that it stands under.
fn keys_of(part: &Value, above: &str, found: &mut BTreeSet<String>) {
    match part {
        Value::Object(map) => {
            for (key, part) in map.get("properties").and_then(Value::as_object).into_iter().flatten() {
                found.insert(format!("{above}.{key}"));
                keys_of(part, key, found);
            }
            let others = map.iter().filter(|(key, _)| !matches!(key.as_str(), "properties" | "$defs"));
            others.for_each(|(_, part)| keys_of(part, above, found));
        }
        Value::Array(items) => items.iter().for_each(|part| keys_of(part, above, found)),
        _ => {}
    }
}
