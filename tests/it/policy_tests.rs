//! Running the tests that policies carry.

use countersign::check::load;
use countersign::decide::compile::{Stack, compile};
use countersign::evidence::coverage::{MatcherHits, RuleHits, Share};
use countersign::evidence::policy_test::{TestResult, TestRun, run_tests};
use countersign::policy::model::Action;
use countersign::text::yaml::Limits;
use countersign::wire::call::call_from;
use countersign::wire::value::ValueOut;
use serde_json::json;

fn stack(texts: &[&str]) -> Stack {
    let policy = |text: &&str| {
        let (policy, problems) = load(text, Limits::default());
        policy.unwrap_or_else(|| panic!("{problems:?}"))
    };
    compile(texts.iter().map(policy).collect()).expect("a stack")
}

fn run<T>(texts: &[&str], look: impl FnOnce(&[TestRun<'_>]) -> T) -> T {
    let stack = stack(texts);
    look(&run_tests(&stack, texts, &|call| call_from(call.clone()).map_err(|failure| failure.message)))
}

/// The text after every fix is put in, the last first.
fn mended(text: &str) -> String {
    run(&[text], |runs| {
        let mut mended = text.to_owned();
        for result in runs[0].tests.iter().rev() {
            if let Some(fix) = &result.fix {
                mended.replace_range(fix.span.start..fix.span.end, &fix.replacement);
            }
        }
        mended
    })
}

const POLICY: &str = r#"
name: test
default: escalate
rules:
  - id: limited
    tool: refund
    when: { args.amount: { at_most: 10 } }
    action: allow
    limit: { calls: 3, per: 1h }
  - { id: web, tool: web.get, action: allow, marks: [untrusted-input] }
  - id: mail
    tool: email.send
    when: { session.marks: { not: { has: untrusted-input } } }
    action: allow
  - { id: never, tool: never.called, action: block }
tests:
"#;

#[test]
fn a_test_passes_if_all_that_it_expects_is_so() {
    let text = POLICY.to_owned()
        + r#"
  - { name: web, call: { tool: web.get }, expect: allow }
  - { name: wrong action, call: { tool: web.get }, expect: block }
  - { name: wrong rule, call: { tool: web.get }, expect: { action: allow, rule: mail } }
  - { name: wrong cause, call: { tool: other }, expect: { cause: rule } }
  - { name: default, call: { tool: other }, expect: { action: escalate, cause: default } }
"#;
    run(&[&text], |runs| {
        let told = |result: &TestResult<'_>| {
            (result.passed, result.differs.iter().map(|part| part.as_str()).collect::<Vec<_>>())
        };
        let rows: Vec<_> = runs[0].tests.iter().map(told).collect();
        let expected =
            [(true, vec![]), (false, vec!["action"]), (false, vec!["rule"]), (false, vec!["cause"]), (true, vec![])];
        assert_eq!(rows, expected);
        let messages: Vec<_> = runs[0].tests.iter().filter_map(|result| result.message.as_deref()).collect();
        assert_eq!(
            messages,
            [
                "expected the action `block`, but it is `allow`: rule `web` matches",
                "expected the rule `mail`, but `web` decides: rule `web` matches",
                "expected the cause `rule`, but it is `default`: no rule matches, and so the default decides",
            ]
        );
    });
}

#[test]
fn what_a_test_cannot_say_is_undecidable() {
    let text = POLICY.to_owned()
        + r#"
  - { name: limit, call: { tool: refund, args: { amount: 5 } }, expect: { action: escalate, rule: limited, cause: undecidable } }
  - { name: no marks told, call: { tool: email.send, agent: a }, expect: escalate }
  - { name: none, call: { tool: email.send, session: { id: s, marks: [] } }, expect: { action: allow, rule: mail } }
  - { name: marked, call: { tool: email.send, session: { id: s, marks: [untrusted-input] } }, expect: { cause: default } }
  - { name: short, call: { tool: email.send, session: s, user: ada }, expect: escalate }
  - { name: limit fails, call: { tool: refund, args: { amount: 5 } }, expect: allow }
"#;
    run(&[&text], |runs| {
        let passed: Vec<bool> = runs[0].tests.iter().map(|result| result.passed).collect();
        assert_eq!(passed, [true, true, true, true, true, false]);
        let message = runs[0].tests[5].message.as_deref().unwrap_or_default();
        assert!(message.contains("a test cannot say what was used of the limit of rule `limited`"), "{message}");
    });
}

#[test]
fn coverage_tells_rules_that_decide_and_rules_that_match() {
    let text = r#"
rules:
  - { id: doubt, tool: a, when: { args.n: { above: 1 } }, action: escalate }
  - { id: sure, tool: a, action: block }
  - { id: never, tool: b, action: allow }
tests:
  - { name: decides, call: { tool: a, args: { n: 2 } }, expect: escalate }
  - { name: in doubt, call: { tool: a, args: { n: "2" } }, expect: block }
  - { name: default, call: { tool: c }, expect: escalate }
"#;
    run(&[text], |runs| {
        let hits = |decides, matches| RuleHits { decides, matches };
        assert_eq!(runs[0].coverage.rules, [hits(1, 2), hits(1, 1), hits(0, 0)]);
        assert_eq!(runs[0].coverage.default_hits, 1);
    });
}

#[test]
fn each_policy_of_a_stack_answers_for_itself() {
    let lax = "rules: [{ tool: a, action: allow }]\ntests: [{ name: x, call: { tool: a }, expect: allow }]\n";
    let strict = "rules: [{ tool: a, action: block }]\ntests: [{ name: y, call: { tool: a }, expect: allow }]\n";
    run(&[lax, strict], |runs| {
        assert_eq!(runs.iter().map(|run| run.tests[0].passed).collect::<Vec<_>>(), [true, false]);
    });
}

#[test]
fn a_failed_test_can_be_made_to_expect_what_is_decided() {
    let text = POLICY.to_owned()
        + r#"
  - { name: short, call: { tool: web.get }, expect: block }  # a comment stays
  - { name: map, call: { tool: web.get }, expect: { action: block, rule: mail } }
  - { name: json, call: { tool: web.get }, expect: {"action": "block", "cause": "default"} }
  - name: block form
    call: { tool: other }
    expect:
      action: allow
      rule: mail
  - { name: fine, call: { tool: web.get }, expect: { action: allow } }
"#;
    let mended = mended(&text);
    run(&[&mended], |runs| {
        assert!(runs[0].tests.iter().all(|result| result.passed), "{mended}");
    });
    assert!(mended.contains("expect: allow }  # a comment stays"), "{mended}");
    assert!(mended.contains("      action: escalate\n      cause: default\n"), "{mended}");
    assert!(mended.contains(r#"expect: {"action": "allow", "cause": "rule"}"#), "{mended}");
}

#[test]
fn a_call_that_is_none_fails_and_says_why() {
    let tool = "t".repeat(2_000);
    let text = format!(
        "rules: [{{ tool: a, action: allow }}]\ntests: [{{ name: x, call: {{ tool: {tool} }}, expect: escalate }}]\n"
    );
    run(&[&text], |runs| {
        let result = &runs[0].tests[0];
        assert!(!result.passed && result.decision.is_none());
        assert_eq!(result.message.as_deref(), Some("its call cannot be decided: `tool` has more than 1024 bytes"));
    });
}

const TABLE: &str = r#"
rules:
  - id: small
    tool: pay
    when: { args.amount: { above: 0, at_most: 50 }, context.open: true }
    action: allow
  - { id: rest, tool: "pay**", action: block }
tests:
  - name: amounts
    call: { tool: pay, agent: a, args: { amount: 1, currency: EUR }, context: { open: true } }
    expect: { action: allow, rule: small }
    cases:
      - { args: { amount: 50 } }
      - { name: too much, args: { amount: 51 }, expect: { rule: rest } }
      - { args: { currency: USD }, agent: { id: b } }
      - { context: { open: false }, expect: block }
      - { tool: payments, expect: block }
      - { args: { amount: -1 } }
"#;

#[test]
fn a_case_is_a_test_of_the_call_with_what_it_writes() {
    run(&[TABLE], |runs| {
        let tests = &runs[0].tests;
        let names: Vec<(&str, bool)> = tests.iter().map(|result| (result.test.name.as_str(), result.passed)).collect();
        let expected = [
            ("amounts #1", true),
            ("amounts: too much", true),
            ("amounts #3", true),
            ("amounts #4", true),
            ("amounts #5", true),
            ("amounts #6", false),
        ];
        assert_eq!(names, expected);
        let call = |place: usize| serde_json::to_value(ValueOut(&tests[place].test.call)).unwrap();
        let args = |amount: i32, currency: &str| json!({ "amount": amount, "currency": currency });
        assert_eq!(
            call(0),
            json!({ "tool": "pay", "agent": "a", "args": args(50, "EUR"), "context": { "open": true } })
        );
        assert_eq!(
            call(2),
            json!({ "tool": "pay", "agent": { "id": "b" }, "args": args(1, "USD"), "context": { "open": true } })
        );
        assert_eq!(call(4)["tool"], "payments");
        // Each is told at its own place.
        let places: Vec<&str> = tests.iter().map(|result| result.test.span.of(TABLE)).collect();
        assert_eq!(places[5], "{ args: { amount: -1 } }");
    });
}

#[test]
fn what_cases_expect_together_is_not_mended_for_one_of_them() {
    run(&[TABLE], |runs| assert!(runs[0].tests[5].fix.is_none()));
    let own = TABLE.replace("- { args: { amount: -1 } }", "- { args: { amount: -1 }, expect: allow }");
    let mended = mended(&own);
    assert!(mended.contains("- { args: { amount: -1 }, expect: block }"), "{mended}");
}

#[test]
fn coverage_tells_matchers_that_came_out_one_way_only() {
    let text = r#"
rules:
  - id: r
    tool: a
    when:
      any:
        - args.n: { above: 1, below: 9 }
        - not: { args.s: { starts_with: x } }
    action: escalate
  - { id: late, tool: a, when: { args.n: { at_least: 0 } }, action: block }
tests:
  - { name: one, call: { tool: a, args: { n: 5, s: y } }, expect: escalate }
"#;
    let seen = |tests: &str| {
        run(&[&format!("{text}{tests}")], |runs| {
            let coverage = &runs[0].coverage;
            let hits = |hits: &MatcherHits| (hits.what.clone(), hits.holds, hits.fails, hits.is_missed());
            let matchers: Vec<_> = coverage.matchers.iter().map(hits).collect();
            let share = |share: Share| (share.seen, share.all);
            let shares = [coverage.of_rules(), coverage.of_matchers(), coverage.of_actions(), coverage.together()];
            (matchers, coverage.actions.clone(), shares.map(share))
        })
    };
    let row = |what: &str, holds, fails, missed| (what.to_owned(), holds, fails, missed);
    let (matchers, actions, shares) = seen("");
    let expected = [
        row("args.n above", 1, 0, true),
        row("args.n below", 1, 0, true),
        row("args.s starts_with", 0, 1, true),
        row("args.n at_least", 0, 0, true),
    ];
    assert_eq!(matchers, expected);
    assert_eq!(actions, [(Action::Escalate, 1), (Action::Block, 0)]);
    assert_eq!(shares, [(1, 2), (3, 8), (1, 2), (5, 12)]);
    let (matchers, actions, shares) = seen(
        r#"
  - name: more
    call: { tool: a, args: { n: 1, s: xy } }
    expect: block
    cases:
      - { args: { n: 1 } }
      - { args: { n: 9 } }
      - { args: { n: -1 }, expect: escalate }
      - { args: { n: "1" }, expect: block }
"#,
    );
    assert!(matchers.iter().all(|(.., missed)| !missed), "{matchers:?}");
    assert_eq!(actions, [(Action::Escalate, 2), (Action::Block, 3)]);
    assert_eq!(shares, [(2, 2), (8, 8), (2, 2), (12, 12)]);
}
#[test]
fn a_rule_that_replaces_review_is_tested_as_if_it_were_in_force() {
    let text = "
rules:
  - { id: notes, tool: notes, action: allow, relaxed: { until: 2020-01-31, evidence: e, share: 0, audit: 1 } }
  - { id: asks, tool: notes, action: escalate }
tests:
  - name: it is in force
    call: { tool: notes, args: {} }
    expect: { action: allow, rule: notes }
";
    run(&[text], |runs| {
        assert!(runs[0].tests.iter().all(|result| result.passed), "{:?}", runs[0].tests);
        assert_eq!(runs[0].coverage.rules, [RuleHits { decides: 1, matches: 1 }, RuleHits::default()]);
    });
}
