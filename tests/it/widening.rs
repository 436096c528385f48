//! Widening without calls: what is told of two policies is what deciding every call of a small world by both tells.

mod told;

use countersign::decide::call::Call;
use countersign::decide::compile::{Stack, compile};
use countersign::decide::decide::decide;
use countersign::decide::limit::Usage;
use countersign::decide::relaxing::Relaxing;
use countersign::evidence::compare::{difference, relaxed_change, with_term};
use countersign::evidence::widening::{Verdict, Widening, Witness, widening};
use countersign::policy::model::Action as Decided;
use countersign::policy::parse::parse;
use countersign::text::yaml::Limits;
use countersign::wire::call_json::call_from_json;
use serde_json::{Map, Value, json};

use crate::naive::choices::{self, Choices};
use crate::naive::conditions;
use crate::naive::document::{Wording, document};
use crate::naive::generate;
use crate::naive::policy::{Action, Condition, Entry, Matcher, Otherwise, Policy, Test};
use crate::naive::print::{Style, print};

/// The stack of one policy; `None` if `text` is none.
fn read(text: &str) -> Option<Stack> {
    compile(vec![parse(text, Limits::default()).0?]).ok()
}

fn stack(text: &str) -> Stack {
    read(text).unwrap_or_else(|| panic!("no policy: {text}"))
}

/// Whether some usage or force of rules that replace review makes `after` decide `call` more loosely.
fn is_looser(before: &Stack, after: &Stack, call: &Call) -> bool {
    [Relaxing::InForce, Relaxing::Off].into_iter().any(|relaxing| {
        let [before, after] = [before, after].map(|stack| stack.with_relaxing(relaxing.clone()));
        let nobody_knows = Usage::default();
        let mut usages = vec![nobody_knows.clone()];
        let charges = [&before, &after].map(|stack| decide(stack, call, &nobody_knows).charge);
        let buckets: Vec<_> = charges.iter().flatten().map(|charge| (charge.bucket, charge.at_most)).collect();
        for full in std::iter::once(None).chain(buckets.iter().map(Some)) {
            let mut usage = Usage::default();
            buckets.iter().for_each(|(bucket, _)| usage.insert(*bucket, 0.0));
            full.iter().for_each(|(bucket, most)| usage.insert(*bucket, *most));
            usages.push(usage);
        }
        usages.iter().any(|usage| {
            let [before, after] = [&before, &after].map(|stack| decide(stack, call, usage));
            difference(&before, &after).is_some_and(|found| found.change.is_looser())
        })
    })
}

/// Whether the witness is one, decided anew.
fn is_confirmed(before: &Stack, after: &Stack, witness: &Witness) -> bool {
    let relaxing = if witness.in_force { Relaxing::InForce } else { Relaxing::Off };
    let mut usage = Usage::default();
    witness.used.iter().for_each(|(bucket, used)| usage.insert(*bucket, *used));
    let decided = |stack: &Stack| decide(&stack.with_relaxing(relaxing.clone()), &witness.call, &usage);
    let relaxed_of = |stack: &Stack| {
        let rule = decided(stack).rule?;
        let mut rules = stack.policies.iter().flat_map(|it| &it.policy.rules);
        rules.find(|other| other.id == rule)?.relaxed.clone()
    };
    // What replaces review counts where both would have the call reviewed without it.
    let is_review_replaced = witness.in_force
        && [before, after].iter().all(|stack| {
            decided(stack).action == Decided::Allow
                && decide(&stack.with_relaxing(Relaxing::Off), &witness.call, &usage).action != Decided::Allow
        });
    let both = relaxed_of(before).zip(relaxed_of(after)).filter(|_| is_review_replaced);
    let relaxed = both.and_then(|(before, after)| relaxed_change(&before, &after));
    let (before, after) = (decided(before), decided(after));
    let found = with_term(difference(&before, &after), relaxed);
    (&before, &after, found.as_ref()) == (&witness.before, &witness.after, Some(&witness.difference))
        && witness.difference.change.is_looser()
}

const NUMBERS: [f64; 5] = [1.0, 2.0, 3.0, 4.0, 5.0];

/// A condition over `args.a`, a number, and `args.b`, a text.
fn condition(choices: &mut Choices, depth: usize) -> Value {
    let number = |choices: &mut Choices| {
        let word = choices.pick(&["at_most", "at_least", "above", "below", "equals"]);
        let mut matcher = Map::new();
        matcher.insert(word.to_owned(), json!(choices.pick(&NUMBERS)));
        if choices.chance(20) {
            matcher.insert(choices.pick(&["at_most", "above"]).to_owned(), json!(choices.pick(&NUMBERS)));
        }
        Value::from(matcher)
    };
    let text = |choices: &mut Choices| match choices.below(8) {
        0 => json!(choices.pick(&["a", "b"])),
        1 => json!([["a", "b"], ["a", "ab"], ["b", "ab"]][choices.below(3)]),
        2 => json!({ "starts_with": choices.pick(&["a", "ab"]) }),
        3 => json!({ "ends_with": choices.pick(&["b", "ab"]) }),
        4 => json!({ "exists": choices.chance(50) }),
        5 => json!({ "not": { "equals": choices.pick(&["a", "b"]) } }),
        6 => json!({ "regex": choices.pick(&["a.?", "[ab]+"]) }),
        _ => json!({ "length": { "at_most": choices.pick(&[1, 2]) } }),
    };
    match choices.below(if depth < 2 { 9 } else { 6 }) {
        0..3 => json!({ "args.a": number(choices) }),
        3 | 4 => json!({ "args.b": text(choices) }),
        5 => json!({ "args.a": number(choices), "args.b": text(choices) }),
        6 => json!({ "not": condition(choices, depth + 1) }),
        7 => json!({ "any": choices.list(1, 2, |choices| condition(choices, depth + 1)) }),
        _ => json!({ "all": choices.list(1, 2, |choices| condition(choices, depth + 1)) }),
    }
}

fn rule(choices: &mut Choices, id: usize) -> Value {
    let mut rule = Map::new();
    rule.insert("id".to_owned(), json!(format!("r{id}")));
    rule.insert("tool".to_owned(), tool(choices));
    if choices.chance(70) {
        rule.insert("when".to_owned(), condition(choices, 0));
    }
    let action = choices.pick(&["allow", "allow", "escalate", "block"]);
    rule.insert("action".to_owned(), json!(action));
    for _ in 0..2 {
        term(choices, &mut rule);
    }
    if choices.chance(5) && action == "allow" {
        rule.insert("relaxed".to_owned(), json!({ "until": "2027-03-31", "evidence": "seen" }));
    }
    Value::from(rule)
}

fn tool(choices: &mut Choices) -> Value {
    choices.pick(&[json!("a"), json!("a"), json!("f.x"), json!("f.*"), json!("*"), json!(["a", "f.x"]), json!("*x")])
}

/// One more thing that a rule says, if it may say that.
fn term(choices: &mut Choices, rule: &mut Map<String, Value>) {
    let (allows, blocks) = (rule["action"] == "allow", rule["action"] == "block");
    let (key, value) = match choices.below(16) {
        0 => ("risk", json!(choices.pick(&["low", "medium", "high", "critical"]))),
        1 => ("reversible", json!(choices.chance(50))),
        2 if !blocks => ("marks", json!(choices.pick(&["m", "n"]))),
        3 if !blocks => ("review", review(choices)),
        4 if allows => ("min_confidence", json!(choices.pick(&[0.5, 0.8]))),
        5 if allows => {
            let then = choices.pick(&["escalate", "block"]);
            ("limit", json!({ "calls": choices.pick(&[1, 2]), "per": choices.pick(&["1h", "2h"]), "then": then }))
        }
        6 if allows => ("limit", json!({ "sum": "args.a", "at_most": choices.pick(&[3, 4]), "per": "1h" })),
        7 if blocks && rule.contains_key("when") => ("undecidable", json!("escalate")),
        _ => return,
    };
    rule.insert(key.to_owned(), value);
}

fn review(choices: &mut Choices) -> Value {
    match choices.below(5) {
        0 => json!({ "expires": choices.pick(&["10m", "20m"]) }),
        1 => json!({ "reviewers": choices.pick(&[json!(["ann"]), json!(["ann", "bob"])]) }),
        2 => json!({ "quorum": choices.pick(&[1, 2]) }),
        3 => json!({ "confirm": "args.b" }),
        _ => json!({ "editable": "args.b" }),
    }
}

fn policy(choices: &mut Choices) -> Value {
    let mut policy = Map::new();
    policy.insert("default".to_owned(), json!(choices.pick(&["escalate", "escalate", "allow", "block", "abstain"])));
    if choices.chance(10) {
        policy.insert("min_confidence".to_owned(), json!(choices.pick(&[0.5, 0.8])));
    }
    let count = 1 + choices.below(4);
    policy.insert("rules".to_owned(), (0..count).map(|id| rule(choices, id)).collect());
    Value::from(policy)
}

/// `policy` with one thing changed as an author would.
fn edited(choices: &mut Choices, policy: &Value) -> Value {
    let mut policy = policy.clone();
    let count = policy["rules"].as_array().map_or(0, Vec::len);
    let at = choices.below(count.max(1));
    let kind = choices.below(12);
    if kind == 0 {
        policy["default"] = json!(choices.pick(&["escalate", "allow", "block", "abstain"]));
        return policy;
    }
    let rules = policy["rules"].as_array_mut().expect("rules");
    match kind {
        1 if count > 1 => drop(rules.remove(at)),
        2 => rules.insert(choices.below(count + 1), rule(choices, 7)),
        3 if count > 1 => rules.swap(at, (at + 1) % count),
        4 => rules[at] = rule(choices, at),
        kind => {
            let rule = rules[at].as_object_mut().expect("a rule");
            match kind {
                5 => drop(rule.insert("tool".to_owned(), tool(choices))),
                6 if rule.contains_key("undecidable") => {}
                6 => drop(rule.remove("when")),
                7 | 8 => drop(rule.insert("when".to_owned(), condition(choices, 0))),
                9 => {
                    let terms = ["limit", "min_confidence", "undecidable", "review", "marks", "relaxed"];
                    terms.iter().for_each(|term| drop(rule.remove(*term)));
                    rule.insert("action".to_owned(), json!(choices.pick(&["allow", "escalate", "block"])));
                }
                10 => term(choices, rule),
                _ => {
                    let more = condition(choices, 1);
                    if let Some(when) = rule.remove("when") {
                        let both = if choices.chance(50) { "all" } else { "any" };
                        rule.insert("when".to_owned(), json!({ both: [when, more] }));
                    }
                }
            }
        }
    }
    policy
}

/// Every call of a small world.
fn world(before: &Value, after: &Value) -> Vec<Call> {
    let tools = ["a", "f.x", "f.y", "A", "f_x", "z", "zx", "F.y"];
    let numbers = ["", "null", "0", "1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5", "6", "\"x\"", "1e300"];
    let texts = ["", "null", "\"a\"", "\"b\"", "\"ab\"", "\"abb\"", "\"c\"", "\"bab\"", "1", "[]"];
    let asks_confidence = [before, after].iter().any(|policy| policy.to_string().contains("min_confidence"));
    let confidences = if asks_confidence { vec!["", "0.4", "0.6", "0.9", "\"x\""] } else { vec![""] };
    let mut calls = Vec::new();
    let with = |key: &str, value: &str| if value.is_empty() { String::new() } else { format!("\"{key}\":{value},") };
    for tool in tools {
        for number in numbers {
            for text in texts {
                for confidence in &confidences {
                    let args = with("a", number) + &with("b", text);
                    let confidence = with("confidence", confidence);
                    let line =
                        format!("{{{confidence}\"tool\":\"{tool}\",\"args\":{{{}}}}}", args.trim_end_matches(','));
                    calls.push(call_from_json(&line).expect("a call"));
                }
            }
        }
    }
    calls
}

fn check(found: &Widening, before: &Stack, after: &Stack) {
    assert_eq!(found.verdict == Verdict::Widens, !found.witnesses.is_empty());
    for witness in &found.witnesses {
        assert!(is_confirmed(before, after, witness), "{witness:?}");
        let call = countersign::wire::call::CallOut(&witness.call);
        let line = serde_json::to_string(&call).expect("JSON");
        assert_eq!(call_from_json(&line).ok().as_ref(), Some(&witness.call), "{line}");
    }
    let ranks: Vec<_> = found.witnesses.iter().map(|witness| witness.difference.change).collect();
    assert!(ranks.is_sorted(), "{ranks:?}");
    for judged in &found.changes {
        assert_eq!(judged.verdict == Verdict::Widens, judged.witness.is_some(), "{judged:?}");
    }
    // A change that is the only one does what all do.
    if let [only] = found.changes.as_slice() {
        assert_eq!(only.verdict, found.verdict, "{only:?}");
    }
}

/// So many pairs of policies are tried.
fn pairs_wanted() -> usize {
    choices::number("COUNTERSIGN_PAIRS").map_or(300, |pairs| pairs as usize)
}

#[test]
fn what_is_told_of_two_policies_holds_for_every_call_of_a_small_world() {
    let mut runner = choices::runner(choices::number("COUNTERSIGN_SEED").unwrap_or(7));
    let wanted = pairs_wanted();
    let (mut pairs, mut widened, mut seen, mut strict, mut proven) = (0, 0, 0, 0, 0);
    while pairs < wanted {
        let choices = &mut Choices::random(&mut runner);
        let old = policy(choices);
        let mut new = edited(choices, &old);
        for _ in 0..choices.below(3) {
            new = edited(choices, &new);
        }
        // Some edits give two rules one id, or a rule what its action forbids.
        let (Some(before), Some(after)) = (read(&old.to_string()), read(&new.to_string())) else { continue };
        pairs += 1;
        let found = widening(&before, &after);
        check(&found, &before, &after);
        let calls = world(&old, &new);
        let looser = calls.iter().find(|call| is_looser(&before, &after, call));
        match (looser, found.verdict) {
            (Some(call), Verdict::Tightens | Verdict::Same) => panic!("{old}\n{new}\n{call:?}"),
            (Some(_), verdict) => (widened, seen) = (widened + 1, seen + usize::from(verdict == Verdict::Widens)),
            (None, Verdict::Widens) => {}
            (None, verdict) => (strict, proven) = (strict + 1, proven + usize::from(verdict >= Verdict::Tightens)),
        }
        if found.verdict == Verdict::Same {
            let stricter = calls.iter().find(|call| is_looser(&after, &before, call));
            assert!(stricter.is_none(), "{old}\n{new}\n{stricter:?}");
        }
    }
    println!("{seen} of {widened} widenings seen, {proven} of {strict} that widen nothing proven");
    assert!(widened * 5 >= pairs * 2 && seen * 100 >= widened * 99, "{seen} of {widened} widenings seen");
    assert!(strict * 15 >= pairs * 4 && proven * 100 >= strict * 85, "{proven} of {strict} that widen nothing proven");
}

/// `policy` with one thing changed, of all that the language has.
fn changed(choices: &mut Choices, policy: &Policy) -> Policy {
    let mut policy = policy.clone();
    let count = policy.rules.len();
    let at = choices.below(count);
    let others = [Otherwise::Says(Action::Allow), Otherwise::Says(Action::Block), Otherwise::Abstains];
    match choices.below(12) {
        0 => policy.default = Some(choices.pick(&others)),
        1 if count > 1 => drop(policy.rules.remove(at)),
        2 => {
            let mut rule = generate::rule(choices, None);
            rule.id = Some("new".to_owned());
            policy.rules.insert(choices.below(count + 1), rule);
        }
        3 => policy.rules.swap(at, (at + 1) % count),
        4 => {
            let other = generate::rule(choices, Some(policy.rules[at].action));
            policy.rules[at] = crate::naive::policy::Rule { id: policy.rules[at].id.clone(), ..other };
        }
        5 => policy.min_confidence = choices.maybe(70, |choices| choices.pick(&[0.5, 0.8])),
        6 => policy.review = None,
        _ => {
            let rule = &mut policy.rules[at];
            let Some(when) = rule.when.take() else { return policy };
            let more = conditions::condition(choices, 1);
            rule.when = Some(match choices.below(4) {
                0 => Condition(vec![Entry::All(vec![when, more])]),
                1 => Condition(vec![Entry::Any(vec![when, more])]),
                _ => tweaked(choices, when),
            });
        }
    }
    policy
}

/// `condition` with what it asks of one field changed a little.
fn tweaked(choices: &mut Choices, Condition(mut entries): Condition) -> Condition {
    let at = choices.below(entries.len());
    match &mut entries[at] {
        Entry::Field(_, Matcher(tests)) => {
            let at = choices.below(tests.len());
            tweak(choices, &mut tests[at]);
        }
        Entry::All(parts) | Entry::Any(parts) => {
            let part = choices.below(parts.len());
            parts[part] = tweaked(choices, parts[part].clone());
        }
        Entry::Not(part) => *part = tweaked(choices, part.clone()),
    }
    Condition(entries)
}

fn tweak(choices: &mut Choices, test: &mut Test) {
    let step = choices.pick(&[1.0, -1.0]);
    match test {
        Test::Above(bound) | Test::AtLeast(bound) | Test::Below(bound) | Test::AtMost(bound) => *bound += step,
        Test::In(values) if values.len() > 1 && choices.chance(60) => drop(values.pop()),
        Test::In(values) => {
            let value = choices.pick(&[json!("b"), json!(2), json!("ab"), Value::Null]);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        Test::Equals(value) => *test = Test::In(vec![value.clone(), json!("c")]),
        Test::StartsWith(text) | Test::EndsWith(text) | Test::Contains(text) => *text = choices.pick(&["a", "ab", "b"]),
        Test::OnlyKeys(keys) if keys.len() > 1 => drop(keys.pop()),
        Test::OnlyKeys(keys) => keys.push("z"),
        Test::Type(types) if types.len() > 1 => drop(types.pop()),
        Test::Email { domain, .. } if domain.len() > 1 => drop(domain.pop()),
        Test::Url(url) if url.host.len() > 1 => drop(url.host.pop()),
        Test::Url(url) => url.scheme = vec!["https", "http"],
        Test::Path(path) if path.under.len() > 1 => drop(path.under.pop()),
        Test::Path(path) if path.extension.is_empty() => path.extension = vec!["md"],
        Test::Path(path) => drop(path.extension.pop()),
        Test::ShellOnly(patterns) | Test::ShellRuns(patterns) if patterns.len() > 1 => drop(patterns.pop()),
        Test::ShellOnly(patterns) | Test::ShellRuns(patterns) => patterns.push("git diff **"),
        Test::Length(Matcher(inner))
        | Test::Each(Matcher(inner))
        | Test::Some(Matcher(inner))
        | Test::Keys(Matcher(inner))
        | Test::Values(Matcher(inner))
        | Test::Not(Matcher(inner)) => {
            let at = choices.below(inner.len());
            tweak(choices, &mut inner[at]);
        }
        Test::Where(condition) => *condition = tweaked(choices, condition.clone()),
        _ => {}
    }
}

#[test]
fn no_call_contradicts_what_is_proven_of_policies_of_every_kind() {
    let mut runner = choices::runner(choices::number("COUNTERSIGN_SEED").unwrap_or(8));
    let wanted = pairs_wanted();
    let text = |policy: &Policy| print(&document(policy, Wording::Short), Style::Json);
    let (mut pairs, mut proven, mut widened, mut seen) = (0, 0, 0, 0);
    while pairs < wanted {
        let choices = &mut Choices::random(&mut runner);
        let old = generate::policy(choices);
        let new = changed(choices, &old);
        let (old, new) = (text(&old), text(&new));
        let (Some(before), Some(after)) = (read(&old), read(&new)) else { continue };
        pairs += 1;
        let found = widening(&before, &after);
        check(&found, &before, &after);
        proven += usize::from(found.verdict >= Verdict::Tightens);
        let mut is_widened = false;
        for asked in (0..12).flat_map(|_| generate::calls(choices)) {
            let Ok(call) = call_from_json(&asked.call.to_string()) else { continue };
            let looser = is_looser(&before, &after, &call);
            assert!(!looser || found.verdict < Verdict::Tightens, "{old}\n{new}\n{}", asked.call);
            let stricter = found.verdict == Verdict::Same && is_looser(&after, &before, &call);
            assert!(!stricter, "{old}\n{new}\n{}", asked.call);
            is_widened |= looser;
        }
        widened += usize::from(is_widened);
        seen += usize::from(is_widened && found.verdict == Verdict::Widens);
    }
    println!("{proven} of {pairs} proven, {seen} of {widened} widenings seen");
    assert!(proven * 3 >= pairs && widened * 6 >= pairs, "{proven} of {pairs} proven, {widened} widened");
    assert!(seen * 100 >= widened * 95, "{seen} of {widened} widenings seen");
}
