//! Mutation testing: every small change that a test could notice is made, and those that are not noticed are told.

use std::collections::BTreeSet;

use countersign::check::load;
use countersign::decide::compile::{Stack, compile};
use countersign::decide::decide::decide;
use countersign::decide::limit::Usage;
use countersign::decide::relaxing::Relaxing;
use countersign::evidence::mutants::{KeySpans, change, changes};
use countersign::evidence::mutate::{Mutation, Progress};
use countersign::policy::model::{Action, Cause, Policy};
use countersign::text::yaml::Limits;
use countersign::wire::call::call_from;
use countersign::wire::call_json::call_from_json;

use crate::naive::choices::{self, Choices};
use crate::naive::document::{Wording, document};
use crate::naive::generate;
use crate::naive::print::{Style, print};

fn policy(text: &str) -> Policy {
    let (policy, problems) = load(text, Limits::default());
    policy.unwrap_or_else(|| panic!("{problems:?}"))
}

fn mutated(text: &str, most: usize) -> Mutation {
    let stack = compile(vec![policy(text)]).expect("a stack");
    let read_call = |call: &_| call_from(Clone::clone(call)).ok();
    let mut mutation = Mutation::new(&stack, &stack.policies[0], text, &read_call, most);
    while mutation.step(3) {}
    mutation
}

/// Rule, what was changed, and the text where it stands.
fn survivors<'t>(mutation: &Mutation, text: &'t str) -> Vec<(String, String, &'t str)> {
    let told = mutation.survivors().iter().map(|survivor| {
        let rule = survivor.rule.clone().unwrap_or_default();
        (rule, survivor.change.what.clone(), survivor.change.span.of(text))
    });
    told.collect()
}

/// What a change of `rule`, the only one of a policy, can be.
fn changes_of(rule: &str) -> Vec<String> {
    let policy = policy(&format!("rules: [{{ id: r, tool: a, {rule} }}]"));
    let rule = &policy.rules[0];
    let made = (0..changes(rule)).map(|nth| {
        let mut changed = rule.clone();
        let made = change(&mut changed, KeySpans::default(), nth).expect("it can be made");
        assert_ne!(changed, *rule, "{}", made.what);
        made.what
    });
    let made: Vec<String> = made.collect();
    assert_eq!(change(&mut rule.clone(), KeySpans::default(), made.len()), None);
    made
}

#[test]
fn a_rule_is_changed_in_every_way_in_which_its_author_could_have_been_wrong() {
    let of_action = ["`action: escalate` made `allow`", "`action: escalate` made `block`"];
    let rows: [(&str, &[&str]); 16] = [
        ("action: escalate", &[]),
        (
            "action: escalate, when: { args.n: { at_least: 5 } }",
            &[
                "`when` dropped",
                "what is asked of `args.n` negated",
                "`args.n at_least: 5` made `above`",
                "`args.n at_least: 5` moved to `6`",
                "`args.n at_least: 5` moved to `4`",
            ],
        ),
        (
            "action: escalate, when: { args.n: { below: 0.3 } }",
            &[
                "`when` dropped",
                "what is asked of `args.n` negated",
                "`args.n below: 0.3` made `at_most`",
                "`args.n below: 0.3` moved to `0.4`",
                "`args.n below: 0.3` moved to `0.2`",
            ],
        ),
        (
            "action: escalate, when: { args.s: [x, y] }",
            &[
                "`when` dropped",
                "what is asked of `args.s` negated",
                "`\"x\"` dropped from `args.s in`",
                "`\"y\"` dropped from `args.s in`",
            ],
        ),
        (
            "action: escalate, when: { args.s: x, args.t: y }",
            &[
                "`args.s` dropped",
                "`args.t` dropped",
                "what is asked of `args.s` negated",
                "what is asked of `args.t` negated",
            ],
        ),
        (
            "action: escalate, when: { any: [{ args.s: x }, { not: { args.t: y } }] }",
            &[
                "`when` dropped",
                "`args.s` dropped",
                "one of the conditions, a `not`, dropped",
                "what is asked of `args.s` negated",
                "`not` dropped around a condition",
                "what is asked of `args.t` negated",
            ],
        ),
        (
            "action: escalate, when: { args.s: { exists: false } }",
            &["`when` dropped", "`exists: false` of `args.s` made `true`"],
        ),
        (
            "action: escalate, when: { args.s: { not: { contains: x } } }",
            &["`when` dropped", "`not` dropped from `args.s`"],
        ),
        (
            "action: escalate, when: { args.s: { starts_with: x, ends_with: y } }",
            &[
                "`when` dropped",
                "what is asked of `args.s` negated",
                "`starts_with` dropped from `args.s`",
                "`ends_with` dropped from `args.s`",
            ],
        ),
        (
            "action: escalate, when: { args.l: { each: { length: { at_most: 1 } } } }",
            &[
                "`when` dropped",
                "what is asked of `args.l` negated",
                "`each` of `args.l` made `some`",
                "`args.l each length at_most: 1` made `below`",
                "`args.l each length at_most: 1` moved to `2`",
                "`args.l each length at_most: 1` moved to `0`",
            ],
        ),
        (
            "action: escalate, when: { args.m: { where: { k: 1, l: 2 } } }",
            &[
                "`when` dropped",
                "what is asked of `args.m` negated",
                "`k` dropped",
                "`l` dropped",
                "what is asked of `k` negated",
                "what is asked of `l` negated",
            ],
        ),
        (
            "action: escalate, when: { args: { only_keys: [x, y] } }",
            &[
                "`when` dropped",
                "what is asked of `args` negated",
                "`x` dropped from `args only_keys`",
                "`y` dropped from `args only_keys`",
            ],
        ),
        (
            "action: escalate, when: { args.p: { path: { under: [/a, /b], ignore_case: true } } }",
            &[
                "`when` dropped",
                "what is asked of `args.p` negated",
                "value 1 of 2 dropped from `args.p path under`",
                "value 2 of 2 dropped from `args.p path under`",
                "`ignore_case` dropped from `args.p path`",
            ],
        ),
        (
            "action: escalate, when: { args.u: { url: { host: [a.com, b.com], port: [1, 2] } } }",
            &[
                "`when` dropped",
                "what is asked of `args.u` negated",
                "value 1 of 2 dropped from `args.u url host`",
                "value 2 of 2 dropped from `args.u url host`",
                "`1` dropped from `args.u url port`",
                "`2` dropped from `args.u url port`",
            ],
        ),
        (
            "action: escalate, when: { args.c: { shell: { only: [ls, \"git log **\"] } } }",
            &[
                "`when` dropped",
                "what is asked of `args.c` negated",
                "`ls` dropped from `args.c shell only`",
                "`git log **` dropped from `args.c shell only`",
            ],
        ),
        (
            "action: escalate, when: { args.t: { type: [string, number] } }",
            &[
                "`when` dropped",
                "what is asked of `args.t` negated",
                "`string` dropped from `args.t type`",
                "`number` dropped from `args.t type`",
            ],
        ),
    ];
    for (rule, expected) in rows {
        let made = changes_of(rule);
        let expected: Vec<&str> = of_action.iter().chain(expected).copied().collect();
        assert_eq!(made, expected, "{rule}");
    }
    let limited = changes_of("action: allow, min_confidence: 0.5, limit: { calls: 3, per: 1h }");
    assert_eq!(
        limited[2..],
        ["a call past the limit made `block`", "`limit` dropped", "`min_confidence: 0.5` dropped"]
    );
    assert_eq!(
        changes_of("action: block, when: { args.x: 1 }, undecidable: escalate")[2],
        "`undecidable: escalate` dropped"
    );
    let tools = policy("rules: [{ id: r, tool: [a, b], action: block }]");
    assert_eq!(changes(&tools.rules[0]), 4);
}

const POLICY: &str = r#"
min_confidence: 0.5
rules:
  - id: small
    tool: pay
    when: { args.amount: { above: 0, at_most: 50 } }
    action: allow
  - { id: pay, tool: "pay**", action: escalate }
  - { id: gone, tool: db.drop, action: block }
tests:
  - name: amounts
    call: { tool: pay, args: { amount: 1 }, confidence: 0.5 }
    expect: { action: allow, rule: small }
    cases:
      - { args: { amount: 50 } }
      - { args: { amount: 51 }, expect: { action: escalate, rule: pay } }
      - { args: { amount: 0 }, expect: { action: escalate } }
  - { name: fails, call: { tool: db.drop }, expect: allow }
"#;

#[test]
fn what_no_test_notices_is_told_with_its_place_and_a_test_that_fails_notices_nothing() {
    let mutation = mutated(POLICY, 1_000);
    let told = survivors(&mutation, POLICY);
    let told: Vec<(&str, &str, &str)> =
        told.iter().map(|(rule, what, at)| (rule.as_str(), what.as_str(), *at)).collect();
    let gone = "{ id: gone, tool: db.drop, action: block }";
    let expected = [
        ("", "`default: escalate` made `allow`", ""),
        ("", "`default: escalate` made `block`", ""),
        ("", "`min_confidence: 0.5` dropped", "min_confidence"),
        ("small", "`args.amount above: 0` moved to `1`", "{ above: 0, at_most: 50 }"),
        ("gone", "the rule dropped", gone),
        ("gone", "`action: block` made `allow`", "action"),
        ("gone", "`action: block` made `escalate`", "action"),
    ];
    assert_eq!(told, expected);
    let Progress { tried, noticed, wanted, all, tests, failing } = mutation.progress();
    assert_eq!((tests, failing, wanted, all, tried), (3, 1, all, tried, tried));
    assert_eq!(noticed, tried - expected.len());
}

#[test]
fn rules_that_no_tool_can_meet_both_of_are_not_swapped_and_others_are() {
    let text = |tools: [&str; 2], test: &str| {
        format!(
            "rules:\n  - {{ id: x, tool: \"{}\", action: block }}\n  - {{ id: y, tool: \"{}\", when: {{ args.a: 1 }}, action: block }}\ntests: [{test}]\n",
            tools[0], tools[1]
        )
    };
    let test = "{ name: t, call: { tool: p.q, args: { a: 1 } }, expect: { rule: x } }";
    let swapped = |tools| {
        let text = text(tools, test);
        let mutation = mutated(&text, 1_000);
        (mutation.progress().all, survivors(&mutation, &text).iter().any(|(_, what, _)| what.contains("moved behind")))
    };
    let (apart, _) = swapped(["p.q", "p.r"]);
    // `y` can never decide here, which is a warning and no error.
    let (together, is_told) = swapped(["p.*", "p.q"]);
    assert_eq!((together, is_told), (apart + 1, false));
}

#[test]
fn of_many_changes_so_many_are_tried_as_are_wanted_and_always_the_same() {
    let values: Vec<String> = (0..500).map(|value| value.to_string()).collect();
    let text = format!(
        "rules: [{{ id: r, tool: a, when: {{ args.n: [{}] }}, action: block }}]\ntests: [{{ name: t, call: {{ tool: a, args: {{ n: 250 }} }}, expect: block }}]\n",
        values.join(", ")
    );
    let few = mutated(&text, 50);
    assert_eq!((few.progress().tried, few.progress().wanted), (50, 50));
    assert!(few.progress().all > 500);
    assert_eq!(few.survivors(), mutated(&text, 50).survivors());
    let last = &few.survivors().last().expect("one").change.what;
    assert!(last.starts_with("`48"), "spread over all of them: {last}");
}

/// The fast way to try a change must see what compiling the changed policy anew sees.
#[test]
fn a_change_is_noticed_if_and_only_if_the_changed_policy_decides_a_test_otherwise() {
    let mut runner = choices::runner(0);
    let (mut tried, mut noticed, mut kinds) = (0, 0, BTreeSet::new());
    while tried < 4_000 {
        let choices = &mut Choices::random(&mut runner);
        let Some(generated) = generate::stack(choices).into_iter().next() else { continue };
        let text = print(&document(&generated, Wording::Short), Style::Json);
        let Some(original) = load(&text, Limits::default()).0 else { continue };
        // As tests see them: rules that replace review are in force.
        let stack = |policy: &Policy| -> Stack {
            compile(vec![policy.clone()]).expect("a stack").with_relaxing(Relaxing::InForce)
        };
        let before = stack(&original);
        let calls: Vec<_> = generate::calls(choices)
            .iter()
            .filter_map(|asked| Some((asked.call.to_string(), call_from_json(&asked.call.to_string()).ok()?)))
            .collect();
        let told = |stack: &Stack| -> Vec<_> {
            let decide = |call| decide(stack, call, &Usage::default());
            calls.iter().map(|(_, call)| decide(call)).map(|made| (made.action, made.rule, made.cause)).collect()
        };
        let expected = told(&before);
        let tests = calls.iter().zip(&expected).map(|((json, _), (action, rule, cause))| {
            let rule = rule.as_ref().map(|rule| format!(", \"rule\": {}", serde_json::to_string(rule).unwrap()));
            let (action, rule, cause) = (action.as_str(), rule.unwrap_or_default(), cause.as_str());
            format!(r#"{{"name": "t", "call": {json}, "expect": {{"action": "{action}"{rule}, "cause": "{cause}"}}}}"#)
        });
        let tests = tests.collect::<Vec<_>>().join(", ");
        let with_tests = format!("{}, \"tests\": [{tests}]}}", text.trim_end().strip_suffix('}').expect("a map"));
        // Some calls cannot stand in a policy.
        let Some(with_tests_read) = load(&with_tests, Limits::default()).0 else { continue };
        let compiled = stack(&with_tests_read);
        let read_call = |call: &_| call_from(Clone::clone(call)).ok();
        let mut mutation = Mutation::new(&compiled, &compiled.policies[0], &with_tests, &read_call, 10_000);
        if mutation.progress().failing > 0 {
            continue;
        }
        // A test cannot expect that no rule decides.
        let is_unseen = |told: &[(Action, Option<String>, Cause)]| {
            told.iter().zip(&expected).all(|(now, before)| {
                (now.0, now.2) == (before.0, before.2) && (before.1.is_none() || now.1 == before.1)
            })
        };
        let mut unseen = BTreeSet::new();
        for (place, rule) in original.rules.iter().enumerate() {
            let mut without = original.clone();
            without.rules.remove(place);
            if is_unseen(&told(&stack(&without))) {
                unseen.insert((rule.id.clone(), "the rule dropped".to_owned()));
            }
            for nth in 0..changes(rule) {
                let mut changed = original.clone();
                let what = change(&mut changed.rules[place], KeySpans::default(), nth).expect("a change").what;
                tried += 1;
                if is_unseen(&told(&stack(&changed))) {
                    unseen.insert((rule.id.clone(), what));
                } else {
                    noticed += 1;
                    kinds.insert(what.split('`').next_back().unwrap_or_default().to_owned());
                }
            }
        }
        while mutation.step(7) {}
        let survivors = mutation.survivors().iter().filter(|survivor| !survivor.change.what.contains("moved behind"));
        let found: BTreeSet<_> =
            survivors.filter_map(|survivor| Some((survivor.rule.clone()?, survivor.change.what.clone()))).collect();
        assert_eq!(found, unseen, "{with_tests}");
        let swaps = mutation.survivors().iter().filter(|survivor| survivor.change.what.contains("moved behind"));
        for survivor in swaps {
            let place =
                original.rules.iter().position(|rule| Some(&rule.id) == survivor.rule.as_ref()).expect("a rule");
            let mut swapped = original.clone();
            swapped.rules.swap(place, place + 1);
            assert!(is_unseen(&told(&stack(&swapped))), "{with_tests}");
        }
    }
    assert!(noticed > 400, "{noticed} of {tried}");
    assert!(kinds.len() > 3, "{kinds:?}");
}
