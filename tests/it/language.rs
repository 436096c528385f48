//! Completion and explanation of policy texts, finished and unfinished.

use std::fs;
use std::path::Path;

use countersign::catalogue::model::Catalogue;
use countersign::catalogue::read::{CATALOGUE_LIMITS, read};
use countersign::language::{EXAMPLES, Suggestion, complete, describe};
use countersign::policy::parse::parse;
use countersign::text::diagnostic::Code;
use countersign::text::yaml::Limits;
use proptest::prelude::*;

/// Splits `text` at its `|`, where the cursor is.
fn at_cursor(text: &str) -> (String, usize) {
    let offset = text.find('|').expect("a cursor");
    (text.replacen('|', "", 1), offset)
}

fn options(text: &str, catalogue: Option<&Catalogue>) -> Vec<Suggestion> {
    let (text, offset) = at_cursor(text);
    complete(&text, offset, catalogue).map(|completions| completions.options).unwrap_or_default()
}

fn labels(text: &str) -> Vec<String> {
    options(text, None).into_iter().map(|option| option.label).collect()
}

/// The text with the option called `label` put in, and `|` where one goes on writing.
fn with(text: &str, label: &str) -> String {
    let (text, offset) = at_cursor(text);
    let completions = complete(&text, offset, None).expect("completions");
    let option = completions.options.iter().find(|option| option.label == label);
    let option = option.unwrap_or_else(|| panic!("no `{label}` in {:?}", completions.options));
    let (before, after) = option.insert.split_at(option.cursor);
    format!("{}{before}|{after}{}", &text[..completions.span.start], &text[completions.span.end..])
}

fn catalogue() -> Catalogue {
    let text = r#"[
        { "name": "refund.create", "description": "Pays money back",
          "inputSchema": { "properties": { "amount": { "type": "number" }, "currency": { "enum": ["EUR", "USD"] },
                                           "lines": { "type": "array" } } } },
        { "name": "file.read", "inputSchema": { "properties": { "path": { "type": "string" } } } }
    ]"#;
    read(text, CATALOGUE_LIMITS).0.expect("a catalogue")
}

#[track_caller]
fn check(text: &str, expected: &[&str], unexpected: &[&str]) {
    let found = labels(text);
    for label in expected {
        assert!(found.iter().any(|found| found == label), "no `{label}` at {text:?}, but {found:?}");
    }
    for label in unexpected {
        assert!(!found.iter().any(|found| found == label), "`{label}` at {text:?}");
    }
}

#[test]
fn keys_stand_where_they_belong_and_once() {
    check("|", &["rules", "name", "default", "tests"], &["tool"]);
    check("rul|", &["rules"], &["tool"]);
    check("name: a\n|", &["rules"], &["name"]);
    check("rules:\n  - |", &["tool", "action", "id"], &["name"]);
    check("rules:\n  - tool: a\n    |", &["action", "when", "limit"], &["tool"]);
    check("rules:\n  - tool: a\n    ac|\n    risk: low\n", &["action"], &["tool", "risk"]);
    check("rules:\n  - tool: a\n    action: allow\n    limit:\n      |", &["calls", "sum", "per"], &["tool"]);
    check("rules: [{ tool: a, | }]", &["action"], &["tool"]);
    check("rules: [{ tool: a, |", &["action"], &["tool"]);
    check("rules:\n  - { tool: a, action: allow, review: { |\n", &["expires", "confirm"], &["tool"]);
    check("{\"rules\": [{\"tool\": \"a\", \"|\"}]}", &["action"], &["tool"]);
    check("rules:\n  - tool: a\n    action: allow\ntests:\n  - name: x\n    |", &["call", "expect"], &["name"]);
    check("rules:\n  - tool: a\n    action: allow\nx-y: { | }", &[], &["tool"]);
}

#[test]
fn words_stand_where_they_belong() {
    check("default: |", &["allow", "escalate", "block", "abstain"], &[]);
    check("default:|", &["abstain"], &[]);
    check("rules:\n  - tool: a\n    action: |\n    risk: low\n", &["allow", "escalate", "block"], &["abstain"]);
    check("rules:\n  - tool: a\n    risk: h|", &["high"], &[]);
    check("rules:\n  - tool: a\n    reversible: |", &["true", "false"], &[]);
    check("rules:\n  - tool: a\n    review: { expires: | }", &["10m", "1h"], &[]);
    check("rules:\n  - tool: a\n    limit: { calls: 1, per: 1h, by: [| ] }", &["user", "agent", "session"], &[]);
    check(
        "rules: [{ tool: a, action: allow }]\ntests: [{ name: x, call: { tool: a }, expect: | }]",
        &["allow"],
        &["default"],
    );
    check(
        "rules: [{ tool: a, action: allow }]\ntests: [{ name: x, call: { tool: a }, expect: { cause: | } }]",
        &["default", "misfit"],
        &["hold"],
    );
    check("rules:\n  - tool: a\n    reason: |", &[], &["allow"]);
    check("rules: # |", &[], &["rules", "tool"]);
}

#[test]
fn names_come_from_rules_tests_and_the_catalogue() {
    let text = "rules:\n  - { id: mail, tool: email.send, action: escalate }\n  - { tool: [\"file.*\", |], action: allow }\n  - { tool: \"file.*\", action: block }\ntests:\n  - { name: x, call: { tool: db.query }, expect: block }\n";
    check(text, &["email.send", "db.query", "file.*"], &["mail"]);
    let in_test = "rules:\n  - { id: mail, tool: email.send, action: escalate }\n  - { tool: \"file.*\", action: block }\ntests:\n  - { name: x, call: { tool: | }, expect: block }\n";
    check(in_test, &["email.send"], &["file.*"]);
    let expect = "rules:\n  - { id: mail, tool: email.send, action: escalate }\n  - { tool: a, action: block }\n  - { tool: a, action: block }\ntests:\n  - { name: x, call: { tool: a }, expect: { rule: | } }\n";
    check(expect, &["mail", "a", "a#2"], &["email.send"]);
    let case = "rules:\n  - { id: mail, tool: email.send, action: escalate }\ntests:\n  - name: x\n    call: { tool: a }\n    cases:\n      - { tool: db.query, expect: { rule: mail } }\n      - { tool: | }\n";
    check(case, &["email.send", "db.query", "a"], &["mail"]);
    check(&case.replace("rule: mail", "rule: |").replace("tool: | }", "tool: b }"), &["mail"], &["a"]);
    check(&case.replace("tool: | }", "| }"), &["args", "expect", "name", "session"], &["cases", "call"]);
    let known = catalogue();
    let tools = options("rules:\n  - tool: |", Some(&known));
    let refund = tools.iter().find(|tool| tool.label == "refund.create").expect("the tool");
    assert_eq!(refund.documentation.as_deref(), Some("Pays money back"));
}

#[test]
fn fields_and_matchers_fit_the_tool() {
    let known = catalogue();
    let labels =
        |text: &str| -> Vec<String> { options(text, Some(&known)).into_iter().map(|option| option.label).collect() };
    let fields = labels("rules:\n  - tool: refund.*\n    when:\n      |");
    assert_eq!(fields[..3], ["args.amount", "args.currency", "args.lines"]);
    assert!(fields.contains(&"session.marks".to_owned()) && fields.contains(&"any".to_owned()));
    assert!(!fields.contains(&"args.path".to_owned()));

    let number = labels("rules:\n  - tool: refund.create\n    when:\n      args.amount: { | }");
    assert!(number.contains(&"above".to_owned()) && !number.contains(&"starts_with".to_owned()), "{number:?}");
    let list = labels("rules:\n  - tool: refund.create\n    when:\n      args.lines: { | }");
    assert!(list.contains(&"each".to_owned()) && !list.contains(&"above".to_owned()), "{list:?}");
    let length = labels("rules:\n  - tool: refund.create\n    when:\n      args.lines: { length: { | } }");
    assert!(length.contains(&"above".to_owned()) && !length.contains(&"each".to_owned()), "{length:?}");
    let values = labels("rules:\n  - tool: refund.create\n    when:\n      args.currency: |");
    assert_eq!(values[..2], ["EUR", "USD"]);
    let in_list = labels("rules:\n  - tool: refund.create\n    when:\n      args.currency: [EUR, |]");
    assert_eq!(in_list, ["EUR", "USD"]);
    let args = labels(
        "rules: [{ tool: a, action: allow }]\ntests:\n  - name: x\n    call:\n      tool: refund.create\n      args:\n        |",
    );
    assert_eq!(args, ["amount", "currency", "lines"]);
    // A test's call tells the types of its arguments too.
    let of_test = labels(
        "rules:\n  - tool: x\n    when:\n      args.n: { | }\ntests:\n  - { name: y, call: { tool: x, args: { n: 1 } }, expect: allow }\n",
    );
    assert!(of_test.contains(&"below".to_owned()) && !of_test.contains(&"glob".to_owned()), "{of_test:?}");
}

#[test]
fn what_is_put_in_goes_on_at_the_right_place() {
    assert_eq!(with("rul|", "rules"), "rules:\n  - |");
    assert_eq!(with("rules:\n  - |", "tool"), "rules:\n  - tool: |");
    assert_eq!(with("rules:\n  - tool: a\n    |", "when"), "rules:\n  - tool: a\n    when:\n      |");
    assert_eq!(with("rules:\n  - tool: a\n    ac|: x", "action"), "rules:\n  - tool: a\n    action|: x");
    assert_eq!(with("rules: [{ tool: a, wh| }]", "when"), "rules: [{ tool: a, when: | }]");
    assert_eq!(with("default:|", "block"), "default: block|");
    assert_eq!(with("{\"rules\": [{\"|\"}]}", "tool"), "{\"rules\": [{\"tool\": |}]}");
    let amount = "rules:\n  - tool: a\n    when:\n      args.amount: |";
    assert_eq!(with(amount, "above"), "rules:\n  - tool: a\n    when:\n      args.amount: { above: | }");
    assert_eq!(with(amount, "path"), "rules:\n  - tool: a\n    when:\n      args.amount: { path: { | } }");
    let quoted = "rules:\n  - { tool: \"file.*\", action: allow }\n  - tool: f|";
    assert_eq!(with(quoted, "file.*"), "rules:\n  - { tool: \"file.*\", action: allow }\n  - tool: \"file.*\"|");
}

#[test]
fn words_are_explained() {
    let known = catalogue();
    let text = "rules:\n  - tool: refund.create\n    when:\n      args.amount: { above: 0 }\n      any: [{ user.id: a }]\n    action: allow\n    limit: { calls: 1, per: 1h }\ntests:\n  - { name: x, call: { tool: a }, expect: { cause: misfit } }\n";
    let at = |word: &str| {
        describe(text, text.find(word).expect("the word") + 1, Some(&known))
            .map(|found| (found.title, found.text, found.example))
    };
    let row = |word: &str, says: &str| {
        let (title, text, _) = at(word).unwrap_or_else(|| panic!("nothing about {word}"));
        assert!(title == word && text.contains(says), "{word}: {title}: {text}");
    };
    row("tool", "A tool's name, a pattern");
    row("refund.create", "Pays money back");
    row("args.amount", "a number");
    row("above", "greater than");
    row("any", "One of these holds");
    row("allow", "The call runs");
    row("per", "length of the window");
    row("misfit", "does not fit the tool catalogue");
    assert_eq!(at("above").and_then(|(.., example)| example), Some("args.amount: { above: 0 }"));
    assert_eq!(at("0 }"), None);
    // Also while the text is unfinished.
    let unfinished = describe("rules:\n  - tool: a\n    action: [", 24, None).expect("an explanation");
    assert_eq!(unfinished.title, "action");
}

#[test]
fn every_example_is_a_policy() {
    for (owner, key, example) in EXAMPLES {
        let indented = |by: usize| example.replace('\n', &format!("\n{}", " ".repeat(by)));
        let block = *key == "undecidable";
        let action = if block {
            "block"
        } else if matches!(*key, "review" | "risk") {
            "escalate"
        } else {
            "allow"
        };
        let rule = format!("rules:\n  - id: i\n    tool: a\n    action: {action}\n");
        let text = match *owner {
            "policy" if *key == "rules" => (*example).to_owned(),
            "policy" => format!("{rule}{example}\n"),
            "rule" if *key == "tool" => format!("rules:\n  - action: allow\n    {}\n", indented(4)),
            "rule" if *key == "id" => format!("rules:\n  - tool: a\n    action: allow\n    {}\n", indented(4)),
            "rule" if *key == "action" => format!("rules:\n  - tool: a\n    {}\n", indented(4)),
            "rule" => format!("{rule}    {}\n", indented(4)),
            "condition" | "matcher" => format!("{rule}    when:\n      {}\n", indented(6)),
            "path" | "url" | "email" | "shell" => format!("{rule}    when:\n      args.x:\n        {}\n", indented(8)),
            "review" => format!("{rule}    review:\n      {}\n", indented(6)),
            "limit" => format!("{rule}    {}\n", indented(4)),
            "test" if *key == "call" => format!("{rule}tests:\n  - name: x\n    expect: allow\n    {}\n", indented(4)),
            "test" => format!("{rule}tests:\n  - name: x\n    call: {{ tool: a }}\n    {}\n", indented(4)),
            other => panic!("an example of nobody's: {other}"),
        };
        let (policy, problems) = parse(&text, Limits::default());
        assert!(policy.is_some(), "{owner} {key}:\n{text}\n{problems:?}");
        let written = [format!("  {key}:"), format!("{{ {key}:"), format!(", {key}:"), format!("\n{key}:")];
        let found = written.iter().filter_map(|key| text.rfind(key)).max();
        let at = found.map_or(0, |at| at + 2);
        assert!(
            describe(&text, at, None).is_some_and(|found| found.example == Some(*example)),
            "{owner} {key}: never shown"
        );
    }
}

fn policies() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/policies");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// Whether `text` has a key or matcher that the language does not know.
fn unknown_keys(text: &str) -> Vec<Code> {
    let (_, problems) = parse(text, Limits::default());
    let is_unknown = |code: &Code| matches!(code.as_str(), "unknown-key" | "unknown-matcher" | "misspelt-key");
    problems.into_iter().map(|problem| problem.code).filter(is_unknown).collect()
}

#[test]
fn no_completion_of_a_policy_makes_a_key_that_is_unknown() {
    let mut tried = 0;
    for text in policies() {
        for offset in (0..text.len()).step_by(61).filter(|offset| text.is_char_boundary(*offset)) {
            let Some(completions) = complete(&text, offset, None) else { continue };
            for option in &completions.options {
                let (before, after) = (&text[..completions.span.start], &text[completions.span.end..]);
                // A key that takes the place of another one has the other's value.
                if after.starts_with(':') {
                    continue;
                }
                let changed = format!("{before}{}{after}", option.insert);
                assert_eq!(unknown_keys(&changed), [], "{} at {offset} of\n{changed}", option.label);
                tried += 1;
            }
        }
    }
    assert!(tried > 1_000, "only {tried}");
}

#[test]
fn every_beginning_of_a_policy_is_answered() {
    for text in policies() {
        for offset in (0..=text.len()).step_by(7).filter(|offset| text.is_char_boundary(*offset)) {
            let beginning = &text[..offset];
            if let Some(completions) = complete(beginning, offset, None) {
                assert!(completions.span.end <= beginning.len() && completions.span.start <= completions.span.end);
            }
            let _ = describe(beginning, offset / 2, None);
        }
    }
}

proptest! {
    #[test]
    fn any_text_and_place_is_answered(text in "(\\PC|[ \n\t:\\-\\[\\]{}'\"#&*,|>]){0,60}", offset in 0usize..120) {
        let found = complete(&text, offset, None);
        if let Some(found) = found {
            prop_assert!(text.get(found.span.start..found.span.end).is_some());
            prop_assert!(found.options.iter().all(|option| option.insert.is_char_boundary(option.cursor)));
        }
        let _ = describe(&text, offset, None);
    }

    #[test]
    fn a_policy_with_pieces_missing_is_answered(from in 0usize..4_000, length in 0usize..200, offset in 0usize..4_000, which in 0usize..10) {
        let policies = policies();
        let text = &policies[which % policies.len()];
        let kept: String = text.chars().enumerate().filter(|(at, _)| *at < from || *at >= from + length).map(|(_, c)| c).collect();
        if let Some(found) = complete(&kept, offset, None) {
            prop_assert!(kept.get(found.span.start..found.span.end).is_some());
        }
        let _ = describe(&kept, offset, None);
    }
}
