//! Replay: reading only what rules ask about decides as reading the whole call does, whatever the order of its keys.

use std::rc::Rc;

use countersign::catalogue::read::{CATALOGUE_LIMITS, read};
use countersign::decide::compile::{Stack, compile};
use countersign::decide::decide::{Decision, decide};
use countersign::decide::limit::Usage;
use countersign::policy::parse::parse;
use countersign::text::yaml::Limits;
use countersign::wire::Failure;
use countersign::wire::call_json::call_from_json;
use countersign::wire::replay::Replay;
use serde_json::Value;

use crate::naive::choices::{self, Choices};
use crate::naive::document::{Wording, document};
use crate::naive::generate;
use crate::naive::print::{Style, print};
use crate::vector_files;

#[test]
fn a_replay_decides_as_reading_the_whole_call_does() {
    let mut runner = choices::runner(0);
    let (mut calls, mut refused) = (0, 0);
    while calls < 12_000 {
        let choices = &mut Choices::random(&mut runner);
        let texts: Vec<String> = generate::stack(choices)
            .iter()
            .map(|policy| print(&document(policy, Wording::Short), Style::Json))
            .collect();
        let stack = stack(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        let mut replay = Replay::new(Rc::clone(&stack));
        for asked in generate::calls(choices) {
            calls += 3;
            let written = shuffled(&asked.call, choices);
            check(&stack, &mut replay, &written, &texts);
            // The second time it is by what is known.
            check(&stack, &mut replay, &shuffled(&asked.call, choices), &texts);
            refused += usize::from(!check(&stack, &mut replay, &damaged(&written, choices), &texts));
        }
    }
    assert!(refused > calls / 10, "only {refused} of {calls} calls were refused");
}

#[test]
fn a_replay_decides_the_vectors() {
    let mut calls = 0;
    for case in vector_files::read().iter().flat_map(|file| &file.cases) {
        let texts: Vec<&str> = match &case["policies"] {
            Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect(),
            _ => case["policy"].as_str().into_iter().collect(),
        };
        if !texts.iter().all(|text| parse(text, Limits::default()).0.is_some()) {
            continue;
        }
        let mut stack = stack(&texts);
        if let Some(tools) = case["tools"].as_str() {
            let Some(catalogue) = read(tools, CATALOGUE_LIMITS).0 else { continue };
            stack = Rc::new(Stack::clone(&stack).with_catalogue(catalogue));
        }
        let mut replay = Replay::new(Rc::clone(&stack));
        for call in case["calls"].as_array().into_iter().flatten().chain([case]).filter_map(|case| case.get("call")) {
            calls += 1;
            check(&stack, &mut replay, &call.to_string(), &texts);
        }
    }
    assert!(calls > 500, "only {calls} calls were found");
}

/// What is wrong with the call itself, or with a list or map that is gone through, is found as ever.
#[test]
fn what_a_replay_reads_is_refused_as_ever() {
    let policy = "rules: [{ tool: a, when: { args: { only_keys: [n] }, args.m.k: { some: { equals: 1 } }, user.id: u }, action: allow }]";
    let stack = stack(&[policy]);
    let mut replay = Replay::new(Rc::clone(&stack));
    let deep = format!(r#"{{"tool":"a","args":{{"m":{{"k":{}{}}}}}}}"#, "[".repeat(120), "]".repeat(120));
    let many: String = (0..100).map(|at| format!(r#""k{at}":1,"#)).collect();
    let many = format!(r#"{{"tool":"a","args":{{{many}"k9":1}}}}"#);
    let lines = [
        (r#"{"tool":"a","tool":"a"}"#, "duplicate-key"),
        (r#"{"args":{},"tool":"a","more":1,"more":2}"#, "duplicate-key"),
        (r#"{"tool":"a","to\u006fl":"b"}"#, "duplicate-key"),
        (r#"{"tool":"a","args":{"x":1,"x":1}}"#, "duplicate-key"),
        (r#"{"tool":"a","args":{"m":{"x":1,"\u0078":1}}}"#, "duplicate-key"),
        (r#"{"tool":"a","args":{"m":{"k":{"x":1,"x":1}}}}"#, "duplicate-key"),
        (r#"{"tool":"a","__proto__":1}"#, "forbidden-key"),
        (r#"{"tool":"a","user":{"__proto__":1}}"#, "forbidden-key"),
        (r#"{"tool":"a","args":[]}"#, "wrong-type"),
        (r#"{"tool":"a","args":null}"#, "wrong-type"),
        (r#"{"tool":"a","args":"x"}"#, "wrong-type"),
        (r#"{"tool":"a","context":"x"}"#, "wrong-type"),
        (r#"{"tool":"a","agent":1}"#, "wrong-type"),
        (r#"{"tool":"a","session":true}"#, "wrong-type"),
        (r#"{"tool":"a","reason":1}"#, "wrong-type"),
        (r#"{"tool":1}"#, "wrong-type"),
        (r#"{"tool":""}"#, "missing-tool"),
        (r#"{"args":{}}"#, "missing-tool"),
        (r#"["tool"]"#, "not-an-object"),
        (r#"{"tool":"a"} x"#, "not-json"),
        (r#"{"tool":"a","args":{"x":{"y":[1,]}}}"#, "not-json"),
        (r#"{"tool":"a","args":{"x":tru}}"#, "not-json"),
        (r#"{"tool":"a""#, "not-json"),
        (deep.as_str(), "too-deep"),
        (many.as_str(), "duplicate-key"),
    ];
    for (line, code) in lines {
        let failure = replay.decide(line).map(|(_, made)| made.decision.action).expect_err(line);
        assert_eq!(failure.code, code, "{line}");
        assert_eq!(Some(failure), plain(&stack, line).err(), "{line}");
    }
    assert_eq!(replay.counts().errors(), lines.len() as u64);
}

/// The opposite: it is checked to be JSON and nothing more.
#[test]
fn what_no_rule_asks_about_is_only_json_to_a_replay() {
    let stack = stack(&["rules: [{ tool: a, when: { args.n: 1 }, action: allow }]"]);
    let mut replay = Replay::new(stack);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for inside in [r#"{"x":1,"x":2}"#, r#"{"__proto__":{}}"#, "1e999", r#""\ud800""#, deep.as_str()] {
        let line = format!(r#"{{"tool":"a","args":{{"n":1,"more":{inside}}}}}"#);
        let action = replay.decide(&line).map(|(_, made)| made.decision.action.as_str());
        assert_eq!(action, Ok("allow"), "{}", &inside[..20.min(inside.len())]);
    }
}

fn stack(texts: &[&str]) -> Rc<Stack> {
    let policies = texts.iter().map(|text| parse(text, Limits::default()).0.expect("a policy")).collect();
    Rc::new(compile(policies).expect("a stack"))
}

fn plain(stack: &Stack, line: &str) -> Result<Decision, Failure> {
    call_from_json(line).map(|call| decide(stack, &call, &Usage::default()))
}

/// Whether `line` is decided, by both ways alike.
fn check<T: std::fmt::Debug>(stack: &Stack, replay: &mut Replay, line: &str, texts: &[T]) -> bool {
    let replayed = replay.decide(line);
    let plain = plain(stack, line);
    assert_eq!(replayed.as_ref().map(|(_, made)| &made.decision), plain.as_ref(), "{texts:#?}\n{line}");
    plain.is_ok()
}

/// `value` as JSON, the keys in any order, some with escapes and with blanks.
fn shuffled(value: &Value, choices: &mut Choices) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| shuffled(item, choices)).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(map) => {
            let mut entries: Vec<String> = Vec::new();
            for (key, value) in map {
                let key = match (choices.chance(2), key.chars().next()) {
                    (true, Some(first)) => format!("\"\\u{:04x}{}\"", u32::from(first), &key[first.len_utf8()..]),
                    _ => Value::from(key.as_str()).to_string(),
                };
                let blank = if choices.chance(5) { " " } else { "" };
                let at = choices.below(entries.len() + 1);
                entries.insert(at, format!("{key}{blank}:{blank}{}", shuffled(value, choices)));
            }
            format!("{{{}}}", entries.join(","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// `line` with a byte less, or one for another.
fn damaged(line: &str, choices: &mut Choices) -> String {
    let mut bytes = line.as_bytes().to_vec();
    let at = choices.below(bytes.len());
    match choices.pick(b"\0\",{}[]:x") {
        0 => drop(bytes.remove(at)),
        byte => bytes[at] = byte,
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
