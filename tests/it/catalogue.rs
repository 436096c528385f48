//! Hostile and oversized catalogues: a clear answer, in bounded time and memory, never a crash.

use std::time::{Duration, Instant};

use countersign::catalogue::fit::{Misfit, fits};
use countersign::catalogue::model::Catalogue;
use countersign::catalogue::read::{CATALOGUE_LIMITS, read};
use countersign::check::catalogue::check_tools;
use countersign::check::{load, load_for};
use countersign::policy::parse::parse;
use countersign::text::yaml::Limits;
use countersign::value::value::Value;
use countersign::wire::call_json::call_from_json;
use serde_json::json;

/// Far above what any of these takes; what is not bounded takes hours.
const LONG: Duration = Duration::from_secs(20);

fn catalogue(text: &str) -> Catalogue {
    let (catalogue, problems) = read(text, CATALOGUE_LIMITS);
    catalogue.unwrap_or_else(|| panic!("{problems:?}"))
}

/// The one tool `t` with `schema`.
fn tool(schema: &serde_json::Value) -> Catalogue {
    catalogue(&json!([{ "name": "t", "inputSchema": schema }]).to_string())
}

fn args(args: &serde_json::Value) -> Value {
    call_from_json(&json!({ "tool": "t", "args": args }).to_string()).unwrap().args.unwrap()
}

fn misfit(catalogue: &Catalogue, value: &serde_json::Value) -> Option<Misfit> {
    fits(catalogue.tool("t").unwrap(), Some(&args(value))).err()
}

#[test]
fn a_schema_that_branches_without_end_does_not_fit() {
    let begun = Instant::now();
    let circle = json!({
        "$defs": { "a": { "anyOf": [{ "$ref": "#/$defs/a" }, { "$ref": "#/$defs/a" }, { "$ref": "#/$defs/a" }] } },
        "properties": { "x": { "$ref": "#/$defs/a" } },
    });
    assert!(misfit(&tool(&circle), &json!({ "x": 1 })).unwrap().why.contains("too long"));

    let schema = json!({
        "$defs": { "n": { "anyOf": [{ "properties": { "k": { "$ref": "#/$defs/n" } }, "required": ["m"] },
                                     { "properties": { "k": { "$ref": "#/$defs/n" } }, "required": ["m"] }] } },
        "properties": { "x": { "$ref": "#/$defs/n" } },
    });
    let mut chain = json!({});
    for _ in 0..90 {
        chain = json!({ "k": chain });
    }
    assert!(misfit(&tool(&schema), &json!({ "x": chain })).is_some());
    assert!(begun.elapsed() < LONG, "took {:?}", begun.elapsed());
}

#[test]
fn many_keys_a_long_text_and_many_values_take_no_long_time() {
    let begun = Instant::now();
    let keys: serde_json::Map<String, serde_json::Value> =
        (0..100_000).map(|key| (format!("key{key}"), json!(key))).collect();
    let numbers = tool(&json!({ "additionalProperties": { "type": "number" } }));
    assert_eq!(misfit(&numbers, &json!(keys)), None);

    let long = "a".repeat(5 * 1024 * 1024);
    assert_eq!(misfit(&tool(&json!({ "properties": { "x": { "maxLength": 9e6 } } })), &json!({ "x": long })), None);
    assert!(misfit(&tool(&json!({ "properties": { "x": { "pattern": "a" } } })), &json!({ "x": long })).is_some());

    let values: Vec<String> = (0..20_000).map(|value| format!("value {value}")).collect();
    let enums = tool(&json!({ "additionalProperties": { "enum": values } }));
    assert!(misfit(&enums, &json!(keys)).unwrap().field.is_some());

    let slow = tool(&json!({ "items": { "pattern": "^(a{1,50}){1,50}b$" }, "properties": {
        "x": { "items": { "pattern": "^([a-z]{1,20}-?){1,20}$" } } } }));
    let texts = vec!["a".repeat(60_000); 50];
    assert!(misfit(&slow, &json!({ "x": texts })).is_some());
    assert!(begun.elapsed() < LONG, "took {:?}", begun.elapsed());
}

#[test]
fn large_and_deep_catalogues_are_read_or_refused() {
    let begun = Instant::now();
    let schema = json!({ "type": "object", "properties": { "a": { "type": "string", "description": "x".repeat(300) },
        "b": { "type": "array", "items": { "type": "number" } } }, "required": ["a"] });
    let tools: Vec<_> =
        (0..10_000).map(|tool| json!({ "name": format!("tool{tool}"), "inputSchema": schema })).collect();
    let text = json!({ "tools": tools }).to_string();
    assert!(text.len() > 4_000_000, "{} bytes", text.len());
    assert_eq!(catalogue(&text).tools().len(), 10_000);

    let (refused, problems) = read(&format!("[{}]", "{\"a\":".repeat(500_000)), CATALOGUE_LIMITS);
    assert!(refused.is_none() && !problems.is_empty());
    let (refused, problems) = read(&" ".repeat(CATALOGUE_LIMITS.bytes + 1), CATALOGUE_LIMITS);
    assert!(refused.is_none() && problems[0].code.as_str() == "too-large");

    let mut deep = json!({ "type": "number" });
    for _ in 0..40 {
        deep = json!({ "anyOf": [deep] });
    }
    assert_eq!(misfit(&tool(&json!({ "properties": { "x": deep } })), &json!({ "x": 1 })), None);
    assert!(begun.elapsed() < LONG, "took {:?}", begun.elapsed());
}

#[test]
fn a_policy_of_many_rules_is_checked_in_bounded_time() {
    let begun = Instant::now();
    let circle = json!({
        "$defs": { "a": { "anyOf": [{ "$ref": "#/$defs/b" }, { "$ref": "#/$defs/b" }, { "$ref": "#/$defs/b" }] },
                   "b": { "allOf": [{ "$ref": "#/$defs/a" }, { "$ref": "#/$defs/a" }] } },
        "properties": { "x": { "$ref": "#/$defs/a" } },
    });
    let tools: Vec<_> = (0..200).map(|tool| json!({ "name": format!("t{tool}"), "inputSchema": circle })).collect();
    let rules: Vec<_> = (0..4_000)
        .map(|rule| {
            json!({ "id": format!("r{rule}"), "tool": ["t*", format!("unknown{rule}")],
            "when": { "args.x.y": { "in": ["a", "b", "c"] } }, "action": "allow" })
        })
        .collect();
    let text = json!({ "rules": rules }).to_string();
    let (policy, problems) = parse(&text, Limits::default());
    let policy = policy.unwrap_or_else(|| panic!("{problems:?}"));
    let found = check_tools(&policy, &catalogue(&json!(tools).to_string()), &text);
    // The last says how many more there are.
    assert_eq!(found.len(), 1_001);
    let more = found.last().map(|problem| (problem.code.as_str(), problem.words.message.as_str()));
    assert_eq!(more, Some(("too-many-warnings", "the catalogue rules out 3000 things more")));
    assert!(begun.elapsed() < LONG, "took {:?}", begun.elapsed());
}

/// Warnings that are there without a catalogue, and are not so with it.
#[test]
fn what_the_catalogue_rules_out_is_not_told() {
    let amount = json!({ "properties": { "amount": { "type": "number" } }, "required": ["amount"] });
    let closed = json!({ "properties": { "to": {} }, "additionalProperties": false });
    let absent = "rules: [{ tool: t, when: { args.amount: { above: 5 } }, action: block }, { tool: t, action: allow }]";
    let pattern = absent.replace("tool: t", "tool: \"t*\"");
    let deep = absent.replace("args.amount", "args.m.amount");
    let either = "rules: [{ tool: t, when: { any: [{ args.x: 5 }, { args.amount: 5 }] }, action: block }, { tool: t, action: allow }]";
    let open = "rules: [{ tool: t, when: { args.to: ann }, action: allow }]";
    let within = |schema: &serde_json::Value| json!({ "properties": { "m": schema }, "required": ["m"] });
    let nullable = json!({ "type": ["object", "null"], "required": ["amount"] });
    let mut map = amount.clone();
    map["type"] = json!("object");
    let rows = [
        (absent, "field-may-be-absent", amount.clone(), true),
        (absent, "field-may-be-absent", json!({ "allOf": [amount] }), true),
        (absent, "field-may-be-absent", json!({ "anyOf": [amount, {}] }), false),
        (absent, "field-may-be-absent", json!({ "properties": { "amount": {} } }), false),
        (pattern.as_str(), "field-may-be-absent", amount.clone(), true),
        (deep.as_str(), "field-may-be-absent", within(&map), true),
        (deep.as_str(), "field-may-be-absent", within(&nullable), false),
        (either, "field-may-be-absent", amount.clone(), true),
        (either, "field-may-be-absent", closed.clone(), false),
        (open, "open-keys", closed, true),
        (open, "open-keys", json!({ "properties": { "to": {} } }), false),
        (open, "open-keys", json!({ "additionalProperties": false, "patternProperties": { ".*": {} } }), false),
    ];
    for (text, code, schema, is_settled) in rows {
        let count = |problems: &[countersign::text::diagnostic::Diagnostic]| {
            problems.iter().filter(|problem| problem.code.as_str() == code).count()
        };
        assert_eq!(count(&load(text, Limits::default()).1), 1, "{text}");
        let (_, problems) = load_for(text, Limits::default(), Some(&tool(&schema)));
        assert_eq!(count(&problems), usize::from(!is_settled), "{text} with {schema}: {problems:?}");
    }
}
