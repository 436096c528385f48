//! What holds of every policy and every call: the engine against the naive one of `naive/`, and laws of its decisions.
//!
//! Each seed is a case. `COUNTERSIGN_CASES=1000000 cargo test --release --test it properties` tries a million,
//! `COUNTERSIGN_SEED=N` begins with the case of another seed.

use std::collections::BTreeMap;

use countersign::decide::call::Call;
use countersign::decide::compile::{Stack, compile};
use countersign::decide::decide::decide;
use countersign::decide::limit::Usage;
use countersign::policy::parse::parse;
use countersign::text::render::render;
use countersign::text::span::Positions;
use countersign::text::yaml::Limits;
use countersign::value::digest::Digest;
use countersign::wire::call::call_from_json;
use countersign::wire::decision::DecisionOut;
use serde_json::{Value, json};

use crate::naive::choices::{Choices, shrink};
use crate::naive::document::{Wording, document};
use crate::naive::evaluate::{Decided, evaluate};
use crate::naive::generate::{Case, case};
use crate::naive::policy::Policy;
use crate::naive::print::{Style, print};

/// How many cases, and the seed of the first.
fn run_of(cases: u64) -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}: {text}")));
    let first = number("COUNTERSIGN_SEED").unwrap_or(0);
    first..first + number("COUNTERSIGN_CASES").unwrap_or(cases)
}

/// Tries `property` on every case; a failure is told with the smallest case that was found.
fn for_all(cases: u64, property: impl Fn(&mut Choices) -> Result<(), String>) {
    for seed in run_of(cases) {
        let mut choices = Choices::random(seed);
        let Err(first) = property(&mut choices) else { continue };
        let smallest = shrink(choices.made, 50_000, |given| property(&mut Choices::given(given)).is_err());
        let failure = property(&mut Choices::given(smallest)).expect_err("it failed before");
        panic!("COUNTERSIGN_SEED={seed} COUNTERSIGN_CASES=1\n{failure}\n\nbefore it was made smaller:\n{first}");
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
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), plain(value))).collect::<serde_json::Map<_, _>>().into(),
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

fn told(case: &Case, texts: &[String]) -> String {
    format!("{}\ncall {}\nusage {:?}", texts.join("\n---\n"), case.call, case.usage)
}

fn differences(found: &Value, expected: &Value) -> Option<String> {
    let keys: std::collections::BTreeSet<&String> =
        [found, expected].iter().filter_map(|value| value.as_object()).flat_map(|map| map.keys()).collect();
    let different: Vec<String> = keys
        .into_iter()
        .filter(|key| found[key.as_str()] != expected[key.as_str()])
        .map(|key| format!("{key}: the engine says {}, the naive one {}", found[key.as_str()], expected[key.as_str()]))
        .collect();
    (!different.is_empty()).then(|| different.join("\n"))
}

#[test]
fn the_engine_and_the_naive_one_agree() {
    for_all(20_000, |choices| {
        let case = case(choices);
        let style = Style::ALL[choices.below(Style::ALL.len())];
        let texts: Vec<String> = case.policies.iter().map(|policy| text_of(policy, style)).collect();
        let stack = stack_of(&texts)?;
        let call = call_of(&case.call.to_string())?;
        let (decided, used) = evaluate(&case);
        let found = json_of(&stack, &call, &usage_of(&used));
        match differences(&found, &expected(&decided, &stack, &found)) {
            None => Ok(()),
            Some(differences) => Err(format!("{}\n{differences}\n{found}", told(&case, &texts))),
        }
    });
}

/// The random cases are worth something only if everything that can come out does so often.
#[test]
fn every_kind_of_decision_is_frequent() {
    let cases = 4_000;
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..cases {
        let case = case(&mut Choices::random(seed));
        let (decided, _) = evaluate(&case);
        let mut count = |key: String| *counts.entry(key).or_default() += 1;
        count(format!("action {}", decided.action.word()));
        count(format!("cause {}", decided.cause));
        count(format!("policies {}", case.policies.len()));
        count(format!("doubts {}", decided.undecidable.len().min(3)));
        count(format!("all abstain {}", decided.policy.is_none()));
        count(format!("risk {}", decided.rest["risk"]));
        count(format!("reversible {}", decided.rest["reversible"]));
        for key in ["marks", "charge"] {
            count(format!("{key} {}", decided.rest[key].as_array().map_or(0, Vec::len).min(2)));
        }
        let review = &decided.rest["review"];
        for key in ["reviewers", "confirm", "editable"] {
            count(format!("{key} {}", review[key].as_array().map_or(0, Vec::len).min(2)));
        }
        count(format!("consequence {}", !decided.rest["consequence"].is_null()));
    }
    for (key, count) in &counts {
        println!("{:5.1} % {key}", f64::from(*count) * 100.0 / cases as f64);
    }
    let rare: Vec<&String> = counts.iter().filter(|(_, count)| u64::from(**count) * 100 < cases).map(|(key, _)| key).collect();
    assert!(rare.is_empty(), "less than one case in a hundred: {rare:?}");
}
