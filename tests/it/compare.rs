//! Comparison: what it tells is what deciding each call under both stacks tells, however the bytes arrive.

use std::rc::Rc;

use countersign::decide::compile::{Stack, compile};
use countersign::decide::decide::{Decision, decide};
use countersign::decide::limit::Usage;
use countersign::decide::relaxing::Relaxing;
use countersign::evidence::compare::{Change, Difference, difference, relaxed_change};
use countersign::policy::model::Action;
use countersign::policy::parse::parse;
use countersign::text::yaml::Limits;
use countersign::wire::call_json::call_from_json;
use countersign::wire::compare::Comparison;

use crate::naive::choices::{self, Choices};
use crate::naive::document::{Wording, document};
use crate::naive::generate;
use crate::naive::print::{Style, print};

fn stack_of(texts: &[String]) -> Rc<Stack> {
    let policies = texts.iter().map(|text| parse(text, Limits::default()).0.expect("a policy")).collect();
    Rc::new(compile(policies).expect("a stack"))
}

fn stack(text: &str) -> Rc<Stack> {
    stack_of(&[text.to_owned()])
}

fn decision(stack: &Stack, line: &str) -> Option<Decision> {
    // As past calls are decided.
    let stack = stack.with_relaxing(Relaxing::InForce);
    call_from_json(line).ok().map(|call| decide(&stack, &call, &Usage::default()))
}

/// How decisions by rules that replace review differ beyond what they decide. If `old` ran only by such a rule and `new`
/// runs without, `old` becomes what it was without.
fn relaxed_between(
    (before, old): (&Stack, &mut Decision),
    (after, new): (&Stack, &Decision),
    line: &str,
) -> Option<Difference> {
    if (old.action, new.action) != (Action::Allow, Action::Allow) {
        return None;
    }
    let call = call_from_json(line).expect("a call");
    let off = [before, after].map(|stack| decide(&stack.with_relaxing(Relaxing::Off), &call, &Usage::default()));
    match off.each_ref().map(|decision| decision.action == Action::Allow) {
        [true, _] => None,
        [false, true] => {
            old.clone_from(&off[0]);
            None
        }
        [false, false] => {
            let relaxed = |stack: &Stack, decision: &Decision| {
                let policy = stack.policies.iter().find(|each| Some(each.policy.digest) == decision.policy)?;
                policy.policy.rules.iter().find(|rule| Some(&rule.id) == decision.rule.as_ref())?.relaxed.clone()
            };
            let term = relaxed_change(&relaxed(before, old)?, &relaxed(after, new)?)?;
            let mut terms = difference(old, new).map(|found| found.terms).unwrap_or_default();
            terms.push(term);
            let is_looser = terms.iter().any(|term| term.is_looser);
            Some(Difference { change: if is_looser { Change::Loosened } else { Change::Tightened }, terms })
        }
    }
}

#[test]
fn a_comparison_tells_what_deciding_each_call_by_both_tells() {
    let mut runner = choices::runner(0);
    let (mut calls, mut changed, mut kinds) = (0, 0, std::collections::BTreeSet::new());
    while calls < 6_000 {
        let choices = &mut Choices::random(&mut runner);
        let mut texts = || -> Vec<String> {
            generate::stack(choices)
                .iter()
                .map(|policy| print(&document(policy, Wording::Short), Style::Json))
                .collect()
        };
        let (before, after) = (stack_of(&texts()), stack_of(&texts()));
        let mut lines: Vec<String> = generate::calls(choices).iter().map(|asked| asked.call.to_string()).collect();
        lines.extend(["nonsense".to_owned(), String::new(), r#"{"tool":"a","args":{"x":1,"x":2}}"#.to_owned()]);
        let bytes = lines.join("\n").into_bytes();
        let mut comparison = Comparison::new(Rc::clone(&before), Rc::clone(&after));
        let mut told = Vec::new();
        for chunk in bytes.chunks(1 + choices.below(90)) {
            comparison.push(chunk, &mut |line| told.push(line));
        }
        comparison.finish(&mut |line| told.push(line));

        let mut told = told.into_iter().peekable();
        let (mut by_kind, mut matrix, mut offset) = ([0_u64; 9], [[0_u64; 3]; 3], 0);
        for (number, line) in (1..).zip(&lines) {
            let Some((mut old, new)) = decision(&before, line).zip(decision(&after, line)) else {
                offset += line.len() as u64 + 1;
                continue;
            };
            let relaxed = relaxed_between((&before, &mut old), (&after, &new), line);
            calls += 1;
            matrix[nth(old.action)][nth(new.action)] += 1;
            let found = relaxed.or_else(|| difference(&old, &new));
            if let Some(found) = &found {
                by_kind[Change::ALL.iter().position(|kind| *kind == found.change).unwrap()] += 1;
                kinds.insert(found.change);
            }
            // What a rule does not ask about, a replay does not read: it may decide a line that has a key twice.
            while told.next_if(|line| line.place.number < number).is_some() {}
            let line_told = told.next_if(|line| line.place.number == number);
            assert_eq!(line_told.is_some(), found.is_some(), "{line}");
            if let (Some(line_told), Some(found)) = (line_told, found) {
                changed += 1;
                let result = line_told.result.expect("a change");
                assert_eq!((line_told.place.offset, line_told.place.length), (offset, line.len() as u64));
                assert_eq!((&result.before.decision, &result.after.decision), (&old, &new));
                assert_eq!(result.difference, found);
            }
            offset += line.len() as u64 + 1;
        }
        let tally = comparison.tally();
        let extra = tally.calls() - matrix.iter().flatten().sum::<u64>();
        assert_eq!(tally.errors() + extra, 2, "the line of nonsense and that with a key twice");
        if extra == 0 {
            for (kind, calls) in Change::ALL.into_iter().zip(by_kind) {
                assert_eq!(tally.of(kind), calls);
            }
            for (old, row) in Action::ALL.into_iter().zip(matrix) {
                for (new, calls) in Action::ALL.into_iter().zip(row) {
                    assert_eq!(tally.from_to(old, new), calls);
                }
            }
        }
        let counts = serde_json::to_value(comparison.counts()).unwrap();
        let sum = |list: &serde_json::Value| -> u64 {
            list.as_array().unwrap().iter().map(|row| row["calls"].as_u64().unwrap()).sum()
        };
        assert_eq!(sum(&counts["rules"]), sum(&counts["changes"]));
        assert_eq!(tally.calls() + tally.errors(), lines.len() as u64 - 1);
    }
    assert!(changed > 500, "only {changed} of {calls} decisions changed");
    assert!(kinds.len() >= 8, "only {kinds:?}");
}

const fn nth(action: Action) -> usize {
    match action {
        Action::Allow => 0,
        Action::Escalate => 1,
        Action::Block => 2,
    }
}

#[test]
fn what_looks_at_less_comes_before_what_looks_at_more() {
    use Action::{Allow, Block, Escalate};
    let kind = |before: Action, after: Action| {
        let rule = |action: Action| format!("rules: [{{ tool: a, action: {} }}]", action.as_str());
        let line = r#"{"tool":"a"}"#;
        let decide = |action| decision(&stack(&rule(action)), line).unwrap();
        difference(&decide(before), &decide(after)).map(|found| found.change)
    };
    let order = [
        kind(Block, Allow),
        kind(Escalate, Allow),
        kind(Block, Escalate),
        Some(Change::Loosened),
        kind(Allow, Block),
        kind(Allow, Escalate),
        kind(Escalate, Block),
    ];
    assert!(order.is_sorted() && order.iter().all(Option::is_some), "{order:?}");
    assert_eq!(Change::ALL.map(Some)[..7], order);
    assert!([Allow, Escalate, Block].into_iter().all(|action| kind(action, action).is_none()));
}

#[test]
fn the_same_action_on_looser_terms_is_a_class_of_its_own() {
    let kinds = |before: &str, after: &str| {
        let decide = |terms: &str| {
            let text = format!("rules: [{{ id: r, tool: a, {terms} }}]");
            decision(&stack(&text), r#"{"tool":"a","args":{"n":1}}"#).unwrap()
        };
        let found = difference(&decide(before), &decide(after));
        let back = difference(&decide(after), &decide(before)).map(|found| found.change);
        (found.as_ref().map(|found| found.change), back, found.map_or(Vec::new(), |found| found.terms))
    };
    let looser = [
        ("action: escalate, review: { quorum: 2 }", "action: escalate", "quorum"),
        ("action: escalate, risk: critical", "action: escalate, risk: high", "risk"),
        ("action: escalate", "action: escalate, risk: low", "risk"),
        ("action: escalate, review: { reviewers: [ann] }", "action: escalate", "reviewers"),
        (
            "action: escalate, review: { reviewers: [ann] }",
            "action: escalate, review: { reviewers: [ann, bob] }",
            "reviewers",
        ),
        ("action: escalate, review: { expires: 5m }", "action: escalate, review: { expires: 10m }", "expiresMs"),
        ("action: escalate, review: { confirm: [args.n] }", "action: escalate", "confirm"),
        ("action: escalate", "action: escalate, review: { editable: [args.n] }", "editable"),
        ("action: escalate", "action: escalate, reversible: true", "reversible"),
        ("action: allow, marks: [tainted]", "action: allow", "marks"),
    ];
    for (before, after, term) in looser {
        let (change, back, terms) = kinds(before, after);
        assert_eq!(change, Some(Change::Loosened), "{before} → {after}");
        assert_eq!(back, Some(Change::Tightened), "{after} → {before}");
        assert!(terms.iter().any(|found| found.term == term && found.is_looser), "{before} → {after}: {terms:?}");
    }
    // One term looser and one stricter: what became looser is what has to be looked at.
    let (change, ..) = kinds("action: escalate, review: { quorum: 2 }", "action: escalate, risk: critical");
    assert_eq!(change, Some(Change::Loosened));
    let (change, back, terms) = kinds("action: block, reason: a", "action: block, reason: b");
    assert_eq!((change, back, terms.len()), (Some(Change::Moved), Some(Change::Moved), 0));
    assert_eq!(kinds("action: block, risk: low", "action: block, risk: high").0, None);
}

/// What becomes of one call whose review a rule replaced, if the rule is written as `after`.
fn of_relaxed(before: &str, after: &str) -> Option<(&'static str, Vec<(&'static str, bool)>)> {
    let text = |rule: &str| {
        stack(&format!("rules: [{{ id: r, tool: t, action: allow{rule} }}, {{ tool: t, action: escalate }}]"))
    };
    let mut found = None;
    let mut comparison = Comparison::new(text(before), text(after));
    comparison.push(b"{\"tool\":\"t\"}\n", &mut |line| {
        let difference = line.result.expect("a call").difference;
        let terms = difference.terms.iter().map(|term| (term.term, term.is_looser)).collect();
        found = Some((difference.change.as_str(), terms));
    });
    found
}

#[test]
fn a_rule_that_is_no_longer_relaxed_or_relaxed_further_lets_more_run() {
    let relaxed = |more: &str| format!(", relaxed: {{ evidence: e, {more} }}");
    let stage = relaxed("until: 2027-03-31, share: 0.5, audit: 0.1");
    assert_eq!(of_relaxed(&stage, ""), Some(("escalate-to-allow", vec![])));
    assert_eq!(of_relaxed(&stage, &stage), None);
    for looser in [
        "until: 2027-03-31, share: 1, audit: 0.1",
        "until: 2027-03-31, share: 0.5, audit: 0.05",
        "until: 2027-04-01, share: 0.5, audit: 0.1",
        "until: 2027-04-01, share: 0, audit: 0.1",
    ] {
        assert_eq!(of_relaxed(&stage, &relaxed(looser)), Some(("loosened", vec![("relaxed", true)])), "{looser}");
    }
    let stricter = relaxed("until: 2027-03-31, share: 0, audit: 0.1");
    assert_eq!(of_relaxed(&stage, &stricter), Some(("tightened", vec![("relaxed", false)])));
    assert_eq!(of_relaxed("", ""), None);
}
