//! What holds of every policy and every call: the engine against the naive one of `naive/`, and laws of its decisions.
//!
//! A case is a stack and a call. `COUNTERSIGN_CASES=100000 cargo test --test it properties` tries so many in every test,
//! and `COUNTERSIGN_SEED=N` other ones than the seed 0; `npm run test:long` compares the engines in a million.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use countersign::check::check;
use countersign::decide::call::Call;
use countersign::decide::compile::{Stack, compile};
use countersign::decide::decide::decide;
use countersign::decide::limit::Usage;
use countersign::decide::trace::trace;
use countersign::policy::model::{Cause, Rule};
use countersign::policy::parse::parse;
use countersign::text::diagnostic::{Code, Diagnostic};
use countersign::text::render::render;
use countersign::text::span::Positions;
use countersign::text::yaml::Limits;
use countersign::value::digest::Digest;
use countersign::wire::call_json::call_from_json;
use countersign::wire::decision::DecisionOut;
use proptest::strategy::Strategy;
use proptest::test_runner::{TestCaseError, TestError, TestRunner};
use serde_json::{Value, json};

use crate::naive::choices::{self, Choices};
use crate::naive::document::{Wording, document, value};
use crate::naive::evaluate::{Decided, evaluate, matched, may_abstain};
use crate::naive::generate::{self, Asked};
use crate::naive::names::folded;
use crate::naive::policy::{Action, Policy};
use crate::naive::print::{Style, print, shuffled};
use crate::strictness::never_looser;
use crate::traces::trace_tells;

fn runner() -> TestRunner {
    choices::runner(choices::number("COUNTERSIGN_SEED").unwrap_or(0))
}

/// Tries `property`, which tells how many calls it decided, on as many calls; a failure is told with the smallest case.
fn for_all(calls: u64, property: impl Fn(&mut Choices) -> Result<u64, String>) {
    let left = Cell::new(choices::number("COUNTERSIGN_CASES").unwrap_or(calls));
    let mut runner = runner();
    while left.get() > 0 {
        let tree = choices::of_a_case().new_tree(&mut runner).expect("choices can always be made");
        let tried = runner.run_one(tree, |made| {
            let decided = property(&mut Choices::given(made)).map_err(TestCaseError::fail)?;
            left.set(left.get().saturating_sub(decided));
            Ok(())
        });
        if let Err(TestError::Fail(why, _)) = tried {
            panic!("{why}");
        }
    }
}

fn text_of(policy: &Policy, style: Style) -> String {
    print(&document(policy, Wording::Short), style)
}

/// The engine's stack of these texts; a text with an error is an error of the test.
fn stack_of(texts: &[String]) -> Result<Stack, String> {
    let mut policies = Vec::new();
    for text in texts {
        let (policy, problems) = parse(text, Limits::default());
        let told = || format!("{text}\n{}", render(&problems, "random.yaml", &Positions::new(text)));
        policies.push(policy.ok_or_else(told)?);
    }
    compile(policies).map_err(|error| format!("{error:?}"))
}

fn call_of(text: &str) -> Result<Call, String> {
    call_from_json(text).map_err(|failure| format!("{text}\n{failure:?}"))
}

fn usage_of(used: &[(String, f64)]) -> Usage {
    let mut usage = Usage::default();
    for (bucket, amount) in used {
        usage.insert(Digest::parse(bucket).expect("a digest"), *amount);
    }
    usage
}

/// A decision as the package returns it.
fn json_of(stack: &Stack, call: &Call, usage: &Usage) -> Value {
    plain(&serde_json::to_value(DecisionOut::from(&decide(stack, call, usage))).expect("a decision is JSON"))
}

/// Numbers as JavaScript has them.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.clone(), plain(value))).collect::<serde_json::Map<_, _>>().into()
        }
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
    }
}

/// What the naive engine decided in the same form; of a doubt, the field that the engine names if it may.
fn expected(decided: &Decided, stack: &Stack, found: &Value) -> Value {
    let digest = |policy: usize| stack.policies[policy].policy.digest.to_string();
    let mut expected = decided.rest.clone();
    expected["action"] = json!(decided.action.word());
    expected["policy"] = json!(decided.policy.map(digest));
    expected["rule"] = json!(decided.rule);
    expected["cause"] = json!(decided.cause);
    expected["reason"] = json!(decided.reason);
    for charge in expected["charge"].as_array_mut().into_iter().flatten() {
        charge["policy"] = json!(digest(charge["policy"].as_u64().expect("an index") as usize));
    }
    let doubts = decided.undecidable.iter().enumerate().map(|(at, doubt)| {
        let named = &found["undecidable"][at];
        let field = named["field"].as_str().filter(|field| doubt.fields.iter().any(|one| one == field));
        let field = field.map_or_else(|| json!(doubt.fields), |field| json!(field));
        json!({ "policy": digest(doubt.policy), "rule": doubt.rule, "field": field, "why": named["why"] })
    });
    expected["undecidable"] = doubts.collect();
    plain(&expected)
}

/// What differs of two decisions, as `first` and `second` see it.
fn same(first: (&str, &Value), second: (&str, &Value)) -> Result<(), String> {
    let keys: BTreeSet<&String> =
        [first.1, second.1].iter().filter_map(|value| value.as_object()).flat_map(|map| map.keys()).collect();
    let different: Vec<String> = keys
        .into_iter()
        .map(|key| (key, &first.1[key.as_str()], &second.1[key.as_str()]))
        .filter(|(_, one, other)| one != other)
        .map(|(key, one, other)| format!("{key}: {} {one}, {} {other}", first.0, second.0))
        .collect();
    if different.is_empty() { Ok(()) } else { Err(different.join("\n")) }
}

/// The texts and the call of a failure, and what is wrong.
fn told(texts: &[String], asked: &Asked, wrong: &str) -> String {
    format!("{}\ncall {}\nusage {:?}\n{wrong}", texts.join("\n---\n"), asked.call, asked.usage)
}

#[test]
fn the_engine_and_the_naive_one_agree() {
    for_all(20_000, |choices| {
        let policies = generate::stack(choices);
        let style = choices.pick(&Style::ALL);
        let texts: Vec<String> = policies.iter().map(|policy| text_of(policy, style)).collect();
        let stack = stack_of(&texts)?;
        let calls = generate::calls(choices);
        for asked in &calls {
            let call = call_of(&asked.call.to_string())?;
            let (decided, used) = evaluate(&policies, asked);
            let usage = usage_of(&used);
            let found = json_of(&stack, &call, &usage);
            let expected = expected(&decided, &stack, &found);
            same(("the engine says", &found), ("the naive one", &expected))
                .map_err(|wrong| told(&texts, asked, &wrong))?;
            trace_tells(&stack, &trace(&stack, &call, &usage)).map_err(|wrong| told(&texts, asked, &wrong))?;
        }
        Ok(calls.len() as u64)
    });
}

#[test]
fn however_a_policy_is_printed_it_decides_the_same() {
    for_all(4_000, |choices| {
        let policies = generate::stack(choices);
        let styles = [choices.pick(&Style::ALL), choices.pick(&Style::ALL)];
        let wording = choices.pick(&[Wording::Short, Wording::Long, Wording::Longest]);
        let plain: Vec<String> = policies.iter().map(|policy| text_of(policy, styles[0])).collect();
        let other: Vec<String> =
            policies.iter().map(|policy| print(&shuffled(&document(policy, wording), choices), styles[1])).collect();
        let stacks = [stack_of(&plain)?, stack_of(&other)?];
        let same_digest = wording != Wording::Longest;
        if same_digest && stacks[0].digest != stacks[1].digest {
            return Err(format!("two digests:\n{}\n--- and\n{}", plain.join("\n---\n"), other.join("\n---\n")));
        }
        let calls = generate::calls(choices);
        for asked in &calls {
            let call = call_of(&asked.call.to_string())?;
            let usage = usage_of(&evaluate(&policies, asked).1);
            let decisions = [0, 1].map(|at| json_of(&stacks[at], &call, &usage));
            let [one, another] =
                if same_digest { decisions } else { decisions.map(|decision| without_digests(&decision)) };
            let texts = [plain.clone(), vec!["printed again".to_owned()], other.clone()].concat();
            same(("first", &one), ("again", &another)).map_err(|wrong| told(&texts, asked, &wrong))?;
        }
        Ok(calls.len() as u64)
    });
}

#[test]
fn a_decision_never_depends_on_the_order_of_keys_in_a_call() {
    for_all(4_000, |choices| {
        let policies = generate::stack(choices);
        let texts: Vec<String> = policies.iter().map(|policy| text_of(policy, Style::Json)).collect();
        let stack = stack_of(&texts)?;
        let calls = generate::calls(choices);
        for asked in &calls {
            let usage = usage_of(&evaluate(&policies, asked).1);
            let other = print(&shuffled(&value(&asked.call), choices), Style::Json);
            let [one, another] =
                [call_of(&asked.call.to_string())?, call_of(&other)?].map(|call| json_of(&stack, &call, &usage));
            same(("first", &one), ("with its keys in another order", &another))
                .map_err(|wrong| told(&texts, asked, &format!("{other}\n{wrong}")))?;
        }
        Ok(calls.len() as u64)
    });
}

/// A stack before and after something was added to it, and calls; nothing about names is different.
struct Change {
    before: Vec<Policy>,
    after: Vec<Policy>,
    calls: Vec<Asked>,
}

impl Change {
    /// Decides each call before and after, and compares with `compare`.
    fn check(&self, compare: impl Fn(&Asked, &Value, &Value) -> Result<(), String>) -> Result<u64, String> {
        let texts =
            |policies: &[Policy]| policies.iter().map(|policy| text_of(policy, Style::ALL[0])).collect::<Vec<_>>();
        let [before, after] = [texts(&self.before), texts(&self.after)];
        let stacks = [stack_of(&before)?, stack_of(&after)?];
        for asked in &self.calls {
            let call = call_of(&asked.call.to_string())?;
            let usage = usage_of(&evaluate(&self.after, asked).1);
            let [one, another] = [0, 1].map(|at| json_of(&stacks[at], &call, &usage));
            let texts = [before.clone(), vec!["and then".to_owned()], after.clone()].concat();
            compare(asked, &one, &another).map_err(|wrong| told(&texts, asked, &wrong))?;
        }
        Ok(self.calls.len() as u64)
    }
}

/// A stack, and the same with a rule at the end of one policy; tells which.
fn with_a_rule_appended(choices: &mut Choices, action: Option<Action>) -> (Change, usize) {
    let before = generate::stack(choices);
    let at = choices.below(before.len());
    let mut rule = generate::rule(choices, action);
    rule.id = Some("appended".to_owned());
    let mut after = before.clone();
    after[at].rules.push(rule);
    let mut calls = generate::calls(choices);
    // Which names a policy knows changes with every rule; `a_name_that_a_new_rule_makes_known` is about that.
    calls.retain(|asked| {
        let tool = asked.call["tool"].as_str().unwrap_or_default();
        folded(&before[at], tool) == folded(&after[at], tool)
    });
    (Change { before, after, calls }, at)
}

#[test]
fn a_rule_appended_changes_no_call_that_a_definite_match_decided() {
    for_all(8_000, |choices| {
        let (mut change, at) = with_a_rule_appended(choices, None);
        change.calls.retain(|asked| matched(&change.before[at], asked));
        change.check(|_, before, after| same(("before", &without_digests(before)), ("after", &without_digests(after))))
    });
}

/// The appended rule changes the digest of its policy.
fn without_digests(decision: &Value) -> Value {
    let mut decision = decision.clone();
    decision["policy"] = Value::Null;
    for list in ["undecidable", "charge"] {
        for row in decision[list].as_array_mut().into_iter().flatten() {
            row["policy"] = Value::Null;
        }
    }
    decision
}

#[test]
fn a_block_appended_never_loosens() {
    for_all(8_000, |choices| {
        let change = with_a_rule_appended(choices, Some(Action::Block)).0;
        change.check(|asked, before, after| never_looser(before, after, says_a_risk(&change.before, asked)))
    });
}

#[test]
fn a_policy_put_on_the_stack_never_loosens_unless_all_others_abstain_in_writing() {
    for_all(8_000, |choices| {
        let before = generate::stack(choices);
        let mut after = before.clone();
        after.insert(choices.below(before.len() + 1), generate::policy(choices));
        let calls = generate::calls(choices);
        let change = Change { before, after, calls };
        change.check(|asked, before, after| {
            let all_may_abstain = change.before.iter().all(|policy| may_abstain(policy, asked));
            let says_a_risk = says_a_risk(&change.before, asked);
            if all_may_abstain { Ok(()) } else { never_looser(before, after, says_a_risk) }
        })
    });
}

/// Whether a rule contributes: only rules say how bad a call is and whether it can be undone, no default does.
fn says_a_risk(policies: &[Policy], asked: &Asked) -> bool {
    evaluate(policies, asked).0.rules > 0
}

/// A rule that is said never to match must not, and tests that are said to exclude each other must.
#[test]
fn what_the_checks_say_is_so() {
    let told = Cell::new(0);
    for_all(20_000, |choices| {
        let policy = generate::policy(choices);
        let text = text_of(&policy, choices.pick(&Style::ALL));
        let (parsed, _) = parse(&text, Limits::default());
        let parsed = parsed.ok_or("no policy")?;
        let problems = check(&parsed, &text);
        let never: Vec<usize> = problems
            .iter()
            .filter(|problem| match problem.code {
                Code::Shadowed | Code::ShadowedStricter | Code::DuplicateRule => {
                    !problem.words.message.starts_with("this tool")
                }
                // Of a part of `any` or `not` it says nothing about the rule.
                Code::Contradiction => !text.contains("any") && !text.contains("not") && !text.contains("some"),
                _ => false,
            })
            .filter_map(|problem| {
                let holds = |rule: &Rule| rule.span.start <= problem.span.start && problem.span.end <= rule.span.end;
                parsed.rules.iter().position(holds)
            })
            .collect();
        told.set(told.get() + never.len());
        let stack = compile(vec![parsed]).map_err(|error| format!("{error:?}"))?;
        let calls = generate::calls(choices);
        for asked in &calls {
            let call = call_of(&asked.call.to_string())?;
            let decision = decide(&stack, &call, &Usage::default());
            let decided = decision.rule.as_deref().filter(|_| decision.undecidable.is_empty());
            let by_match = matches!(decision.cause, Cause::Rule | Cause::Limit | Cause::LowConfidence);
            let wrong = never
                .iter()
                .find(|&&at| decided.is_some_and(|id| by_match && stack.policies[0].policy.rules[at].id == id));
            if let Some(at) = wrong {
                return Err(told_of(&text, asked, *at, &problems));
            }
        }
        Ok(calls.len() as u64)
    });
    assert!(told.get() > 100, "only {} rules were said never to match", told.get());
}

fn told_of(text: &str, asked: &Asked, at: usize, problems: &[Diagnostic]) -> String {
    told(
        &[text.to_owned()],
        asked,
        &format!("rule {at} decides, but\n{}", render(problems, "random.yaml", &Positions::new(text))),
    )
}

/// The random cases are worth something only if everything that can come out does so often.
#[test]
fn every_kind_of_decision_is_frequent() {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let mut decisions = 0;
    let mut runner = runner();
    for _ in 0..1_000 {
        let choices = &mut Choices::random(&mut runner);
        let policies = generate::stack(choices);
        for asked in generate::calls(choices) {
            decisions += 1;
            let (decided, _) = evaluate(&policies, &asked);
            let many = |key: &str, value: &Value| format!("{key} {}", value.as_array().map_or(0, Vec::len).min(2));
            let review = &decided.rest["review"];
            for key in [
                format!("action {}", decided.action.word()),
                format!("cause {}", decided.cause),
                format!("policies {}", policies.len()),
                format!("doubts {}", decided.undecidable.len().min(2)),
                format!("all abstain {}", decided.policy.is_none()),
                format!("risk {}", decided.rest["risk"]),
                format!("reversible {}", decided.rest["reversible"]),
                format!("charged {}", decided.rest["charge"][0].is_object()),
                format!("consequence {}", decided.rest["consequence"].is_array()),
                many("marks", &decided.rest["marks"]),
                many("reviewers", &review["reviewers"]),
                many("confirm", &review["confirm"]),
                many("editable", &review["editable"]),
            ] {
                *counts.entry(key).or_default() += 1;
            }
        }
    }
    let percent = |count: u32| f64::from(count) * 100.0 / f64::from(decisions);
    counts.iter().for_each(|(key, count)| println!("{:5.1} % {key}", percent(*count)));
    let rare: Vec<&String> = counts.iter().filter(|(_, count)| percent(**count) < 1.0).map(|(key, _)| key).collect();
    assert!(rare.is_empty(), "less than one decision in a hundred: {rare:?}");
    let causes = ["rule", "default", "low-confidence", "limit", "undecidable", "name"];
    assert!(causes.iter().all(|cause| counts.contains_key(&format!("cause {cause}"))), "a cause never occurs");
}
