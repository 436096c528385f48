//! A test that is added to a policy's text: nothing else changes, and it passes.

use std::fs;

use countersign::decide::compile::compile;
use countersign::decide::decide::decide;
use countersign::decide::limit::Usage;
use countersign::policy::edit::{EditError, NewTest, add_test};
use countersign::policy::model::{Action, Cause, Expectation, Policy};
use countersign::policy::parse::parse;
use countersign::text::words::Fix;
use countersign::text::yaml::Limits;
use countersign::value::value::{Map, Value};
use countersign::wire::call::call_from;

use crate::naive::choices::{self, Choices};

fn parsed(text: &str) -> Policy {
    let (policy, problems) = parse(text, Limits::default());
    policy.unwrap_or_else(|| panic!("{problems:#?}\n{text}"))
}

fn map(entries: Vec<(&str, Value)>) -> Map {
    Map::new(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()).unwrap()
}

/// The test of what `text` decides about `call`.
fn test_of(text: &str, name: &str, call: &Map) -> NewTest {
    let stack = compile(vec![parsed(text)]).unwrap();
    let decision = decide(&stack, &call_from(Value::Map(call.clone())).unwrap(), &Usage::default());
    let expect = Expectation { action: Some(decision.action), rule: decision.rule, cause: Some(decision.cause) };
    NewTest { name: name.to_owned(), call: call.clone(), expect }
}

fn edited(text: &str, fix: &Fix) -> String {
    assert_eq!(fix.span.start, fix.span.end, "it only inserts");
    let (before, after) = text.split_at(fix.span.start);
    [before, &fix.replacement, after].concat()
}

/// Adds the test and checks everything that is promised of it.
fn add(text: &str, name: &str, call: &Map) -> String {
    let test = test_of(text, name, call);
    let fix = add_test(text, &test, Limits::default()).unwrap_or_else(|error| panic!("{error:?}\n{text}"));
    let new = edited(text, &fix);
    let (before, after) = (parsed(text), parsed(&new));
    assert_eq!(before.digest, after.digest);
    let (last, others) = after.tests.split_last().unwrap();
    assert_eq!(others.len(), before.tests.len());
    assert_eq!((&last.name, &last.call, &last.expect), (&test.name, &Value::Map(call.clone()), &test.expect), "{new}");
    let passes = test_of(&new, name, call);
    assert_eq!(passes.expect, last.expect);
    let breaks = |text: &str| (text.matches("\r\n").count(), text.matches('\n').count());
    if breaks(text).0 > 0 && breaks(text).0 == breaks(text).1 {
        assert_eq!(breaks(&new).0, breaks(&new).1, "line ends stay what they are");
    }
    new
}

fn random_text(choices: &mut Choices) -> String {
    const PARTS: [&str; 18] = [
        "a", "yes", "null", "-", "# no", ": ", "\"", "\\", "'", "\n", "\t", "\u{202E}", "é", "🦀", "\u{7F}", "*x",
        "{ }", " ",
    ];
    (0..choices.below(6)).map(|_| PARTS[choices.below(PARTS.len())]).collect()
}

fn random_value(choices: &mut Choices, depth: usize) -> Value {
    match choices.below(if depth == 0 { 5 } else { 7 }) {
        0 => Value::Null,
        1 => Value::Bool(choices.chance(2)),
        2 => Value::Number([0.0, -0.5, 1e15, 12.25, 1e-7, 9_007_199_254_740_991.0][choices.below(6)]),
        3 | 4 => Value::Text(random_text(choices)),
        5 => Value::List((0..choices.below(3)).map(|_| random_value(choices, depth - 1)).collect()),
        _ => Value::Map(random_map(choices, depth - 1)),
    }
}

fn random_map(choices: &mut Choices, depth: usize) -> Map {
    let entries = (0..choices.below(3)).map(|at| {
        let key = format!("{}{at}", random_text(choices));
        (key, random_value(choices, depth))
    });
    Map::new(entries.collect()).unwrap()
}

#[test]
fn a_test_of_any_call_can_be_added_to_any_example_again_and_again() {
    let mut runner = choices::runner(0);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policies");
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let original = fs::read_to_string(entry.unwrap().path()).unwrap();
        files += 1;
        for round in 0..12 {
            let choices = &mut Choices::random(&mut runner);
            let policy = parsed(&original);
            let mut text = if round % 3 == 1 { original.replace('\n', "\r\n") } else { original.clone() };
            if round % 4 == 2 {
                text.truncate(text.trim_end().len());
            }
            for _ in 0..3 {
                let tools: Vec<&str> =
                    policy.rules.iter().flat_map(|rule| &rule.tools).map(|tool| tool.text.as_str()).collect();
                let tool = tools[choices.below(tools.len())].replace('*', "x");
                let mut call = vec![("tool", Value::Text(tool)), ("args", Value::Map(random_map(choices, 3)))];
                if choices.chance(2) {
                    call.push(("agent", Value::Text(format!("a{}", random_text(choices)))));
                    call.push(("context", Value::Map(random_map(choices, 1))));
                }
                text = add(&text, &format!("case {}", random_text(choices)), &map(call));
            }
        }
    }
    assert!(files > 5);
}

#[test]
fn a_test_stands_where_its_author_would_write_it() {
    let call = map(vec![("tool", "a".into()), ("args", Value::Map(map(vec![("to", "b c".into())])))]);
    let written = "call: { tool: a, args: { to: \"b c\" } }";
    let expect = "expect: { action: block, rule: a, cause: rule }";
    let cases = [
        // No tests yet.
        (
            "rules:\n  - { tool: a, action: block }\n",
            format!("rules:\n  - {{ tool: a, action: block }}\ntests:\n  - name: case\n    {written}\n    {expect}\n"),
        ),
        (
            "rules:\n- tool: a\n  action: block\n\n# the end",
            format!(
                "rules:\n- tool: a\n  action: block\n\n# the end\n\ntests:\n  - name: case\n    {written}\n    {expect}\n"
            ),
        ),
        (
            "---\nrules: [{ tool: a, action: block }]\n...\n",
            format!(
                "---\nrules: [{{ tool: a, action: block }}]\ntests:\n  - name: case\n    {written}\n    {expect}\n...\n"
            ),
        ),
        // Tests in the middle, with what stands after them.
        (
            "tests: # of mine\n- name: m # one\n  call: { tool: a } # two\n  expect: block # three\n# four\nrules: [{ tool: a, action: block }]\n",
            format!(
                "tests: # of mine\n- name: m # one\n  call: {{ tool: a }} # two\n  expect: block # three\n- name: case\n  {written}\n  {expect}\n# four\nrules: [{{ tool: a, action: block }}]\n"
            ),
        ),
        // Flow style.
        (
            "rules: [{ tool: a, action: block }]\ntests: [{ name: m, call: { tool: a }, expect: block, }, ] # x\n",
            format!(
                "rules: [{{ tool: a, action: block }}]\ntests: [{{ name: m, call: {{ tool: a }}, expect: block, }}, {{ name: case, {written}, {expect} }}, ] # x\n"
            ),
        ),
        (
            "{ rules: [{ tool: a, action: block }] }",
            format!("{{ rules: [{{ tool: a, action: block }}], tests: [{{ name: case, {written}, {expect} }}] }}"),
        ),
    ];
    for (before, after) in cases {
        assert_eq!(add(before, "case", &call), after);
    }
}

#[test]
fn a_policy_in_json_stays_json() {
    let text = "{\n  \"rules\": [\n    { \"tool\": \"a\", \"action\": \"block\" }\n  ]\n}\n";
    let call = map(vec![("tool", "a".into()), ("args", Value::Map(map(vec![("n", Value::Number(1.0))])))]);
    let first = add(text, "one", &call);
    let second = add(&first, "two", &call);
    let read: serde_json::Value = serde_json::from_str(&second).unwrap();
    assert_eq!(read["tests"][1]["name"], "two");
    assert_eq!(read["tests"][0]["call"]["args"]["n"], 1);
    assert_eq!(second.lines().count(), text.lines().count() + 4, "{second}");
}

/// A text that goes on to the end of its document takes in the blank lines after it.
#[test]
fn texts_that_go_on_keep_what_they_say() {
    let call = map(vec![("tool", "a".into())]);
    for text in [
        "rules:\n  - tool: a\n    action: block\n    reason: |\n      one\n      two\n",
        "rules:\n  - tool: a\n    action: block\n    reason: |+\n      one\n\n\n",
        "tests:\n  - name: m\n    call: { tool: a }\n    expect:\n      action: block\nrules:\n  - { tool: a, action: block }\n",
        "rules: [{ tool: a, action: block }]\ntests:\n  - call: { tool: a }\n    expect: block\n    name: |+\n      one\n\n\n",
        "  rules:\n    - { tool: a, action: block }\n",
        "\u{FEFF}rules:\n  - { tool: a, action: block }\n",
    ] {
        add(text, "n", &call);
    }
}

#[test]
fn what_cannot_be_added_is_refused() {
    let text = "rules: [{ tool: a, action: block }]\n";
    let expect = Expectation { action: Some(Action::Block), rule: None, cause: None };
    let test = NewTest { name: "n".to_owned(), call: map(vec![("tool", "a".into())]), expect };
    let refused = |text: &str, test: &NewTest| add_test(text, test, Limits::default()).unwrap_err();
    assert_eq!(refused("rules: [{ tool: a, action: blok }]", &test), EditError::PolicyErrors);
    assert_eq!(refused("", &test), EditError::PolicyErrors);
    assert_eq!(refused(text, &NewTest { name: String::new(), ..test.clone() }), EditError::UnfitTest);
    assert_eq!(refused(text, &NewTest { call: map(vec![]), ..test.clone() }), EditError::UnfitTest);
    let nothing = Expectation { action: None, rule: None, cause: None };
    assert_eq!(refused(text, &NewTest { expect: nothing, ..test.clone() }), EditError::UnfitTest);
    let huge = map(vec![("tool", "a".into()), ("args", Value::Map(map(vec![("n", Value::Number(1e300))])))]);
    assert_eq!(refused(text, &NewTest { call: huge, ..test.clone() }), EditError::UnfitTest);
    let other_rule = Expectation { action: None, rule: Some("nowhere".to_owned()), cause: Some(Cause::Rule) };
    assert_eq!(refused(text, &NewTest { expect: other_rule, ..test.clone() }), EditError::UnusualText);
    // What an alias stands for is where the tests are.
    let alias =
        "x-t: &t\n  - { name: m, call: { tool: a }, expect: block }\nrules: [{ tool: a, action: block }]\ntests: *t\n";
    add(alias, "n", &map(vec![("tool", "a".into())]));
}
