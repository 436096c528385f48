//! The change of a policy's text that a proposal is: it only inserts, and the policy then says what it said and this more.

use countersign::decide::compile::compile;
use countersign::decide::decide::decide;
use countersign::decide::limit::Usage;
use countersign::decide::relaxing::Relaxing;
use countersign::evidence::policy_test::run_tests;
use countersign::policy::edit::rule::add_rule;
use countersign::policy::model::{Action, Policy};
use countersign::policy::parse::parse;
use countersign::text::yaml::Limits;
use countersign::value::value::{Map, Value};
use countersign::wire::call::call_from;

use super::{ATTENTIVE, Past, proposed, refund};
use crate::lifecycle::{call, stack};
use crate::naive::choices::{self, Choices};
use crate::naive::document::{Document, Wording, document};
use crate::naive::generate;
use crate::naive::policy;
use crate::naive::print::{Style, print, shuffled};

fn parsed(text: &str) -> Option<Policy> {
    parse(text, Limits::default()).0
}

#[test]
fn a_rule_is_added_in_any_style_and_nothing_else_changes() {
    let rule = Map::new(vec![
        ("id".to_owned(), "new".into()),
        ("tool".to_owned(), "x".into()),
        ("action".to_owned(), "allow".into()),
    ])
    .unwrap();
    for (text, before) in [
        ("rules:\n- tool: a\n  action: block\n- tool: b\n  action: allow\n", Some(1)),
        ("rules:\n  - { tool: a, action: block } # no\n  # of b\n  # more\n  - tool: b\n    action: allow\n", Some(1)),
        ("rules: [{ tool: a, action: block }, { tool: b, action: allow }] # x\n", Some(1)),
        ("rules:\n  [\n    { tool: a, action: block },\n    { tool: b, action: allow },\n  ]\n", None),
        (r#"{"rules":[{"tool":"a","action":"block"}],"default":"block"}"#, Some(0)),
        ("\u{FEFF}rules:\r\n  -   tool: a\r\n      action: block\r\n", Some(0)),
        ("rules:\n  -\n    tool: a\n    action: block\ntests: [{name: a, call: {tool: a}, expect: block}]", None),
        ("rules:\n  - tool: a\n    action: block\nname: last", None),
    ] {
        let fix = add_rule(text, &rule, before, Limits::default()).unwrap_or_else(|error| panic!("{error:?} {text}"));
        assert_eq!(fix.span.start, fix.span.end);
        let edited = [&text[..fix.span.start], &fix.replacement, &text[fix.span.start..]].concat();
        let (policy, problems) = parse(&edited, Limits::default());
        let policy = policy.unwrap_or_else(|| panic!("{problems:?} {edited}"));
        let at = before.unwrap_or(policy.rules.len() - 1);
        assert_eq!(policy.rules[at].id, "new", "{edited}");
    }
}

/// `rule` as a value.
fn map_of(rule: &policy::Rule, choices: &mut Choices) -> Map {
    let alone = policy::Policy { rules: vec![rule.clone()], ..generate::policy(choices) };
    let Document::Map(entries) = document(&alone, Wording::Short) else { panic!("a policy is a map") };
    let rules = entries.into_iter().find(|(key, _)| key == "rules").map(|(_, rules)| rules);
    let Some(Document::List(rules)) = rules else { panic!("it has rules") };
    let json = format!("{{\"tool\":\"x\",\"args\":{}}}", print(&rules[0], Style::Json));
    let Some(Value::Map(rule)) = call(&json).args else { panic!("{json}") };
    rule
}

/// `text` with comments and blank lines wherever those may stand, and with other line ends.
fn commented(text: &str, choices: &mut Choices) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        for _ in 0..choices.pick(&[0, 0, 0, 1, 2]) {
            let indent = choices.pick(&[indent, indent, 0, indent + 2]);
            lines.push(format!("{}# about what follows: [ {{ - \" {}", " ".repeat(indent), lines.len()));
        }
        if choices.chance(10) {
            lines.push(choices.pick(&["", "", "  "]).to_owned());
        }
        lines.push(if choices.chance(25) { format!("{line}  # says: \"{}\"", lines.len()) } else { line.to_owned() });
    }
    if choices.chance(30) {
        lines.push("# the end".to_owned());
    }
    let newline = if choices.chance(30) { "\r\n" } else { "\n" };
    let text = lines.join(newline) + if choices.chance(80) { newline } else { "" };
    if choices.chance(10) { format!("\u{FEFF}{text}") } else { text }
}

/// A random policy as a text that somebody may have written.
fn written(policy: &policy::Policy, choices: &mut Choices) -> String {
    let style = choices.pick(&Style::ALL);
    let document = document(policy, choices.pick(&[Wording::Short, Wording::Long]));
    let document = if choices.chance(40) { shuffled(&document, choices) } else { document };
    let text = print(&document, style);
    if style != Style::Json {
        return commented(&text, choices);
    }
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    if choices.chance(50) { serde_json::to_string_pretty(&value).unwrap() } else { text }
}

#[test]
fn a_rule_that_is_added_to_any_policy_leaves_every_byte_and_is_the_rule_that_was_meant() {
    let mut runner = choices::runner(0);
    let mut added = 0;
    for _ in 0..700 {
        let choices = &mut Choices::random(&mut runner);
        let policy = generate::policy(choices);
        let text = written(&policy, choices);
        if parsed(&text).is_none() {
            continue;
        }
        let rule = policy::Rule { id: Some("added".to_owned()), ..generate::rule(choices, None) };
        let before = choices.pick(&[Some(0), Some(policy.rules.len() - 1), Some(policy.rules.len() / 2), None]);
        let at = before.unwrap_or(policy.rules.len());
        let mut wanted = policy.clone();
        wanted.rules.insert(at, rule.clone());
        let wanted = parsed(&print(&document(&wanted, Wording::Short), Style::Json));
        let fix = match (add_rule(&text, &map_of(&rule, choices), before, Limits::default()), &wanted) {
            (Ok(fix), Some(_)) => fix,
            (Ok(_), None) => panic!("no policy has this rule\n{text}"),
            (Err(_), None) => continue,
            (Err(error), Some(_)) => panic!("{error:?}, {before:?}\n{text}"),
        };
        added += 1;
        assert_eq!(fix.span.start, fix.span.end, "it only inserts");
        let (head, tail) = text.split_at(fix.span.start);
        let edited = [head, &fix.replacement, tail].concat();
        let (edited_policy, wanted) = (parsed(&edited).unwrap(), wanted.unwrap());
        // The digest covers all that the engine understands.
        assert_eq!(edited_policy.digest, wanted.digest, "{edited}");
        assert_eq!(edited_policy.rules[at].id, "added");
        if text.matches("\r\n").count() == text.matches('\n').count() {
            assert_eq!(edited.matches("\r\n").count(), edited.matches('\n').count(), "line ends stay what they are");
        }
        // What stands right above a rule, as far in as it, stays with it.
        let above = head.lines().next_back().unwrap_or_default();
        let inset = |line: &str| line.len() - line.trim_start_matches(' ').len();
        if before.is_some() && fix.replacement.trim_start().starts_with("- ") && head.ends_with('\n') {
            assert!(!above.trim_start().starts_with('#') || inset(above) != inset(&fix.replacement), "{edited}");
        }
        let stacks = [edited_policy, wanted].map(|policy| compile(vec![policy]).unwrap());
        for asked in generate::calls(choices) {
            let call = call(&asked.call.to_string());
            let [edited, wanted] = stacks.each_ref().map(|stack| decide(stack, &call, &Usage::default()));
            assert_eq!(edited, wanted);
        }
    }
    assert!(added > 500, "{added} added");
}

/// The same rules as somebody may have written them, with a rule that asks about refunds.
const WRITTEN: [&str; 7] = [
    "rules:\n  # Money goes back.\n  - id: refund # low\n    tool: refund\n    action: escalate\n    risk: low\n    reversible: true\n",
    "# Ours.\r\nrules:\r\n- tool: read # first\r\n  action: allow\r\n\r\n# Money goes back.\r\n- {id: refund, tool: refund, action: escalate, risk: low, reversible: true}\r\n\r\n# The rest.\r\n- tool: '*'\r\n  action: block\r\ndefault: block # nothing else\r\n",
    "rules: [ { id: refund, tool: refund, action: escalate, risk: low, reversible: true }, { tool: x, action: block } ] # all\n",
    "{\"default\":\"block\",\"rules\":[{\"tool\":\"refund\",\"id\":\"refund\",\"when\":{\"args.amount\":{\"below\":90}},\"action\":\"escalate\",\"risk\":\"low\",\"reversible\":true}]}",
    "{\n  \"rules\": [\n    {\n      \"id\": \"refund\",\n      \"tool\": \"ref*\",\n      \"action\": \"escalate\",\n      \"risk\": \"low\",\n      \"reversible\": true\n    }\n  ]\n}\n",
    "\u{FEFF}name: shop\ndefault: escalate\n\nrules:\n  -\n    # Inside.\n    tool: [refund, other]\n    id: refund\n    when: { all: [{ args.amount: { at_least: 1 } }], any: [{ args.order: { exists: true } }] }\n    action: escalate\n    risk: low\n    reversible: true\n    marks: [money]\n\n# Tests.\ntests:\n  - name: large\n    call: { tool: refund, args: { amount: 90 } }\n    expect: escalate # why not\n# The end.",
    "x-of: &low { risk: low }\nrules:\n  - id: refund\n    reversible: true\n    action: escalate\n    <<: *low\n    tool: refund\n",
];

/// `edited` is `text` with `rule` and something in one other place.
fn only_inserts(text: &str, edited: &str, rule: &str) -> bool {
    let without = |(at, _): (usize, &str)| [&edited[..at], &edited[at + rule.len()..]].concat();
    edited.match_indices(rule).map(without).any(|rest| {
        let same = |a: &mut dyn Iterator<Item = u8>, b: &mut dyn Iterator<Item = u8>| {
            a.zip(b).take_while(|(a, b)| a == b).count()
        };
        let start = same(&mut text.bytes(), &mut rest.bytes());
        let end = same(&mut text.bytes().rev(), &mut rest.bytes().rev());
        start + end >= text.len() && rest.len() > text.len()
    })
}

#[test]
fn a_proposal_leaves_every_byte_of_the_policy_and_its_tests_pass() {
    for text in WRITTEN {
        if parsed(text).is_none() {
            assert!(text.contains("<<"), "{text}");
            continue;
        }
        let seen = |nth| refund(nth, 5 + nth % 20, &format!("s{}", nth % 9));
        let mut past = Past::approved(text, 300, seen);
        let held_by = past.stack.clone();
        past.say(&held_by, &refund(999, 60, "s"), 21, "ana", super::Says::Reject);
        let report = past.report(text, ATTENTIVE);
        let proposal = proposed(&report);
        let edited = &proposal.text;
        assert!(only_inserts(text, edited, &proposal.written), "{edited}");
        // The old rules, their tests, and one more.
        let (old, new) = (parsed(text).unwrap(), parsed(edited).unwrap());
        let at = new.rules.iter().position(|rule| rule.id == proposal.rule).unwrap();
        assert_eq!(new.rules[at + 1].id, "refund");
        let others = new.rules.iter().enumerate().filter(|(place, _)| *place != at).map(|(_, rule)| rule);
        let meaning = |rule| countersign::policy::digest::rule_meaning(rule).unwrap();
        assert!(others.map(meaning).eq(old.rules.iter().map(meaning)), "{edited}");
        assert_eq!((new.default, new.tests.len()), (old.default, old.tests.len() + 3));
        // Its tests pass, and those that were there.
        let after = stack(edited);
        let runs = run_tests(&after, &[edited], &|call| call_from(call.clone()).map_err(|failure| failure.message));
        for test in runs.iter().flat_map(|run| &run.tests) {
            assert!(test.passed, "{:?}\n{edited}", test.message);
        }
        // It decides as it says: what was seen runs, once it is in force, and all else asks as before.
        let in_force = after.with_relaxing(Relaxing::InForce);
        let action = |stack: &_, json: &str| decide(stack, &call(json), &Usage::default()).action;
        let saved = (0..300).filter(|nth| action(&in_force, &seen(*nth)) == Action::Allow).count() as u64;
        assert_eq!((saved, proposal.saves), (300, 300));
        for json in [
            seen(3),
            refund(999, 60, "s"),
            refund(3, 95, "s"),
            seen(3).replace("refund", "read"),
            seen(3).replace("desk", "other"),
        ] {
            assert_eq!(action(&after, &json), action(&past.stack, &json), "{json}");
        }
        assert_ne!(action(&in_force, &refund(999, 60, "s")), Action::Allow);
    }
}
