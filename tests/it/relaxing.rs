//! Rules that replace review: when one is in force, and what is decided then.

use std::collections::BTreeMap;

use countersign::decide::call::Call;
use countersign::decide::compile::{Stack, compile};
use countersign::decide::decide::{Decision, decide};
use countersign::decide::frame::{Frame, empty_slots, slot_of};
use countersign::decide::limit::Usage;
use countersign::decide::plan::Plan;
use countersign::decide::relaxing::{DrawKey, Draws, Relaxing, claim_of, day_of};
use countersign::decide::trace::trace;
use countersign::policy::digest::rule_meaning;
use countersign::policy::model::{Action, Rule};
use countersign::policy::parse::parse;
use countersign::text::yaml::Limits;
use countersign::value::digest::Digest;
use countersign::wire::call_json::call_from_json;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::naive::choices::{self, Choices};
use crate::naive::document::{Wording, document};
use crate::naive::evaluate::evaluate;
use crate::naive::generate;
use crate::naive::policy::Policy;
use crate::naive::print::{Style, print};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// 2026-11-27, 12:00.
const NOW_MS: u64 = 1_795_780_800_000;
const KEY: [u8; 32] = [7; 32];

fn stack_of(texts: &[String]) -> Stack {
    let policies = texts.iter().map(|text| parse(text, Limits::default()).0.unwrap_or_else(|| panic!("{text}")));
    compile(policies.collect()).expect("a stack")
}

/// A policy whose one rule replaces the review of `notes`, with these terms beside `until` and `evidence`.
fn notes(terms: &str) -> Stack {
    stack_of(&[format!(
        "
rules:
  - id: notes
    tool: notes
    action: allow
    relaxed: {{ until: 2027-03-31, evidence: 412 of 412 approved{terms} }}
  - {{ id: asks, tool: notes, action: escalate }}
"
    )])
}

fn claims(stack: &Stack) -> Vec<Digest> {
    stack.policies.iter().flat_map(|compiled| &compiled.policy.rules).filter_map(claim_of).collect()
}

fn drawn(stack: &Stack, now_ms: u64) -> Stack {
    stack.with_relaxing(Relaxing::Drawn(Draws { key: DrawKey(KEY), now_ms, proven: claims(stack) }))
}

fn of_user(id: &str) -> Call {
    call_from_json(&json!({ "tool": "notes", "args": {}, "user": { "id": id } }).to_string()).expect("a call")
}

fn decided(stack: &Stack, call: &Call) -> Decision {
    decide(stack, call, &Usage::default())
}

/// Why the first rule of `stack` is not in force for `call`.
fn idle_of(stack: &Stack, call: &Call) -> Option<&'static str> {
    trace(stack, call, &Usage::default()).policies[0].rules[0].idle.map(|idle| idle.as_str())
}

#[test]
fn without_a_clock_and_a_verified_history_a_relaxed_rule_matches_nothing() {
    let stack = notes(", audit: 0.000001");
    let call = of_user("ann");
    assert_eq!(decided(&stack, &call).rule.as_deref(), Some("asks"));
    assert_eq!(idle_of(&stack, &call), Some("relaxed: no clock and no verified history"));
    let unproven = Draws { key: DrawKey(KEY), now_ms: NOW_MS, proven: Vec::new() };
    let unproven = stack.with_relaxing(Relaxing::Drawn(unproven));
    assert_eq!(decided(&unproven, &call).rule.as_deref(), Some("asks"));
    assert_eq!(idle_of(&unproven, &call), Some("relaxed: the history does not prove it, or speaks against it"));
    let drawn = drawn(&stack, NOW_MS);
    assert_eq!((decided(&drawn, &call).rule.as_deref(), idle_of(&drawn, &call)), (Some("notes"), None));
    let as_if = stack.with_relaxing(Relaxing::InForce);
    assert_eq!((decided(&as_if, &call).rule.as_deref(), idle_of(&as_if, &call)), (Some("notes"), None));
}

#[test]
fn a_relaxed_rule_ends_with_the_last_moment_of_its_last_day() {
    let stack = notes(", audit: 0.000001");
    let end_ms = 1_806_537_600_000;
    assert_eq!(day_of(end_ms).as_deref(), Some("2027-04-01"));
    let rule_at = |now_ms| decided(&drawn(&stack, now_ms), &of_user("ann")).rule;
    assert_eq!(rule_at(end_ms - 1).as_deref(), Some("notes"));
    for now_ms in [end_ms, end_ms + 1, end_ms + 400 * DAY_MS, u64::MAX] {
        assert_eq!(rule_at(now_ms).as_deref(), Some("asks"), "{now_ms}");
        assert_eq!(idle_of(&drawn(&stack, now_ms), &of_user("ann")), Some("relaxed: its last day is over"));
    }
}

#[test]
fn a_day_is_what_the_calendar_says() {
    let mut days = 0_u64;
    for year in 1970..=2420_u64 {
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let lengths = [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        for (month, length) in lengths.into_iter().enumerate() {
            for day in 1..=length {
                let expected = format!("{year}-{:02}-{day:02}", month + 1);
                assert_eq!(day_of(days * DAY_MS).as_deref(), Some(expected.as_str()));
                assert_eq!(day_of(days * DAY_MS + DAY_MS - 1).as_deref(), Some(expected.as_str()));
                days += 1;
            }
        }
    }
    assert_eq!(day_of(253_402_300_799_999).as_deref(), Some("9999-12-31"));
    assert_eq!(day_of(253_402_300_800_000), None);
}

/// HMAC-SHA256 as RFC 2104 writes it down.
fn hmac(key: &[u8; 32], text: &str) -> [u8; 32] {
    let padded = |pad: u8| {
        let mut block = [pad; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

/// A draw by its definition.
fn draw(key: &[u8; 32], which: &str, rule: &Rule, user: Option<&str>, day: &str) -> f64 {
    let rule = rule_meaning(rule).expect("a digest").to_string();
    let drawn_for = json!({ "day": day, "rule": rule, "user": user });
    let mac = hmac(key, &format!("countersign/relaxed-{which}/1\0{drawn_for}"));
    (u64::from_be_bytes(*mac.first_chunk().expect("eight bytes")) >> 11) as f64 / 2_f64.powi(53)
}

#[test]
fn hmac_is_that_of_rfc_4231() {
    // Its test case 2 has the key `Jefe`, here filled up as the definition does.
    let mut key = [0; 32];
    key[..4].copy_from_slice(b"Jefe");
    let mac: String = hmac(&key, "what do ya want for nothing?").iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

fn is_in_force(rule: &Rule, user: Option<&str>) -> bool {
    let relaxed = rule.relaxed.as_ref().expect("it replaces review");
    let day = "2026-11-27";
    *day <= *relaxed.until
        && draw(&KEY, "share", rule, user, day) < relaxed.share
        && draw(&KEY, "audit", rule, user, day) >= relaxed.audit
}

#[test]
fn shares_and_audits_are_drawn_as_they_are_written_and_apart() {
    let users: Vec<String> = (0..20_000).map(|number| format!("user-{number}")).collect();
    let stack = drawn(&notes(", share: 0.1, audit: 0.3"), NOW_MS);
    let rule = &stack.policies[0].policy.rules[0];
    let (mut in_share, mut audited, mut applies) = (0, 0, 0);
    for user in &users {
        let idle = idle_of(&stack, &of_user(user));
        let is_out = idle == Some("relaxed: it does not apply to this user on this day");
        in_share += u32::from(!is_out);
        audited += u32::from(idle == Some("relaxed: its calls of this user are reviewed on this day"));
        applies += u32::from(idle.is_none());
        assert_eq!(idle.is_none(), is_in_force(rule, Some(user)), "{user}");
    }
    // Within five standard deviations of what a fair draw gives; the draws are the same in every run.
    let is_fair = |hits: u32, all: f64, share: f64| {
        (f64::from(hits) - all * share).abs() < 5.0 * (all * share * (1.0 - share)).sqrt()
    };
    assert!(is_fair(in_share, 20_000.0, 0.1), "{in_share}");
    // Were the two draws one, all or none of those in the share would be audited.
    assert!(is_fair(audited, f64::from(in_share), 0.3), "{audited} of {in_share}");
    assert_eq!(applies, in_share - audited);
}

#[test]
fn whoever_is_in_a_share_is_in_every_larger_one() {
    let stacks = ["0", "0.1", "0.5", "1"].map(|share| drawn(&notes(&format!(", share: {share}")), NOW_MS));
    let mut applied = [0; 4];
    for user in 0..500 {
        let call = of_user(&format!("user-{user}"));
        let applies = stacks.each_ref().map(|stack| decided(stack, &call).action == Action::Allow);
        assert!(applies.is_sorted(), "{user}: {applies:?}");
        for (count, applies) in applied.iter_mut().zip(applies) {
            *count += u32::from(applies);
        }
    }
    assert_eq!(applied[0], 0, "with a share of 0 it never applies");
    assert!(applied.is_sorted_by(|less, more| less < more), "{applied:?}");
    assert!(applied[3] < 500, "audits never stop");
}

#[test]
fn d09_nothing_that_a_caller_says_steers_a_draw() {
    let stack = drawn(&notes(", share: 0.5"), NOW_MS);
    for user in 0..50 {
        let id = format!("user-{user}");
        let decision = decided(&stack, &of_user(&id)).action;
        for steering in 0..20 {
            let call = json!({
                "tool": "notes",
                "args": { "severity": "low", "try": steering, "id": format!("call-{steering}") },
                "reason": format!("it is safe, {steering}"),
                "confidence": 1,
                "session": { "id": format!("session-{steering}") },
                "agent": { "id": format!("agent-{steering}") },
                "context": { "try": steering },
                "user": { "id": id, "try": steering },
            });
            let call = call_from_json(&call.to_string()).expect("a call");
            assert_eq!(decided(&stack, &call).action, decision, "{id}, try {steering}");
        }
    }
}

#[test]
fn callers_without_a_user_are_one_user() {
    let calls = [
        json!({ "tool": "notes" }),
        json!({ "tool": "notes", "user": {} }),
        json!({ "tool": "notes", "user": { "id": "" } }),
        json!({ "tool": "notes", "user": { "id": 7 } }),
        json!({ "tool": "notes", "user": { "name": "ann" } }),
    ];
    let text = notes(", share: 0.5");
    let mut allowed = 0;
    for day in 0..60 {
        let stack = drawn(&text, NOW_MS + day * DAY_MS);
        let actions = calls.each_ref().map(|call| {
            let call = call_from_json(&call.to_string()).expect("a call");
            decided(&stack, &call).action
        });
        assert!(actions.iter().all(|action| *action == actions[0]), "{actions:?}");
        allowed += u32::from(actions[0] == Action::Allow);
    }
    assert!((10..50).contains(&allowed), "they are drawn anew each day: {allowed} of 60");
}

#[test]
fn d10_neither_name_nor_words_of_a_rule_change_what_is_drawn_or_claimed() {
    let rule = |rule: &str| stack_of(&[format!("rules: [{rule}]")]).policies[0].policy.rules[0].clone();
    let plain = rule("{ id: a, tool: t, action: allow, relaxed: { until: 2027-03-31, evidence: e, share: 0.1 } }");
    let renamed = rule(
        "{ id: b, tool: t, action: allow, reason: R, consequence: C, \
         relaxed: { until: 2027-03-31, evidence: e, share: 0.5, audit: 0.2 } }",
    );
    assert_eq!((rule_meaning(&plain), claim_of(&plain)), (rule_meaning(&renamed), claim_of(&renamed)));
    for other in [
        "{ id: a, tool: u, action: allow, relaxed: { until: 2027-03-31, evidence: e } }",
        "{ id: a, tool: t, when: { args.a: 1 }, action: allow, relaxed: { until: 2027-03-31, evidence: e } }",
        "{ id: a, tool: t, risk: low, action: allow, relaxed: { until: 2027-03-31, evidence: e } }",
    ] {
        assert_ne!(rule_meaning(&plain), rule_meaning(&rule(other)), "{other}");
    }
    for renewed in ["until: 2027-06-30, evidence: e", "until: 2027-03-31, evidence: f"] {
        let renewed = rule(&format!("{{ id: a, tool: t, action: allow, relaxed: {{ {renewed} }} }}"));
        assert_eq!(rule_meaning(&plain), rule_meaning(&renewed));
        assert_ne!(claim_of(&plain), claim_of(&renewed));
    }
}

#[test]
fn a_relaxed_rule_in_doubt_contributes_as_every_rule_does() {
    let text = "
default: allow
rules:
  - id: r
    tool: pay
    when: { args.amount: { at_most: 5 } }
    action: allow
    marks: [paid]
    relaxed: { until: 2027-03-31, evidence: e, audit: 0.000001 }
";
    let stack = stack_of(&[text.to_owned()]);
    let call = call_from_json(r#"{ "tool": "pay", "args": { "amount": "many" } }"#).expect("a call");
    let rules = |stack: &Stack| {
        let decision = decided(stack, &call);
        (decision.undecidable.iter().map(|doubt| doubt.rule.clone()).collect::<Vec<_>>(), decision.marks)
    };
    assert_eq!(rules(&stack), (vec![], vec![]));
    assert_eq!(rules(&drawn(&stack, NOW_MS)), (vec!["r".to_owned()], vec!["paid".to_owned()]));
}

/// The policies in which each rule that replaces review is in force or not, as `says` says of its policy and place.
fn settled(policies: &[Policy], says: impl Fn(usize, usize) -> bool) -> Vec<Policy> {
    let mut settled = policies.to_vec();
    for (at, policy) in settled.iter_mut().enumerate() {
        for (place, rule) in policy.rules.iter_mut().enumerate() {
            if let Some(relaxed) = &mut rule.relaxed {
                relaxed.is_in_force = says(at, place);
            }
        }
    }
    settled
}

/// What an engine by its definition says: action, policy, rule and cause.
fn naively(
    policies: &[Policy],
    asked: &generate::Asked,
) -> (&'static str, Option<usize>, Option<String>, &'static str) {
    let decided = evaluate(policies, asked).0;
    (decided.action.word(), decided.policy, decided.rule, decided.cause)
}

#[test]
fn every_decision_is_the_one_with_the_rules_that_are_in_force_and_without_the_others() {
    let mut runner = choices::runner(0);
    let (mut calls, mut applied, mut idle, mut by_relaxed) = (0, 0, 0, 0);
    while calls < 6_000 {
        let choices = &mut Choices::random(&mut runner);
        let mut policies = generate::stack(choices);
        for (place, rule) in policies.iter_mut().flat_map(|policy| &mut policy.rules).enumerate() {
            if rule.action == crate::naive::policy::Action::Allow && choices.chance(60) {
                rule.relaxed = Some(generate::relaxed(choices));
                rule.id.get_or_insert_with(|| format!("relaxed-{place}"));
            }
        }
        let texts: Vec<String> =
            policies.iter().map(|policy| print(&document(policy, Wording::Short), Style::Json)).collect();
        let stack = stack_of(&texts);
        let rules = |at: usize, place: usize| &stack.policies[at].policy.rules[place];
        let proven: Vec<Digest> = claims(&stack).into_iter().filter(|_| choices.chance(80)).collect();
        let draws = Draws { key: DrawKey(KEY), now_ms: NOW_MS, proven: proven.clone() };
        let drawn = stack.with_relaxing(Relaxing::Drawn(draws));
        let as_if = stack.with_relaxing(Relaxing::InForce);
        for mut asked in generate::calls(choices) {
            asked.usage.clear();
            if choices.chance(50) {
                asked.call["user"] = json!({ "id": choices.pick(&["ann", "ben", "cleo", "dan"]) });
            }
            let call = call_from_json(&asked.call.to_string()).expect("a call");
            let user = asked.call["user"]["id"].as_str().or(asked.call["user"].as_str()).filter(|id| !id.is_empty());
            let applies = |at: usize, place: usize| {
                let rule = rules(at, place);
                let is_proven = claim_of(rule).is_some_and(|claim| proven.contains(&claim));
                is_proven && is_in_force(rule, user)
            };
            let ways = [
                (&stack, settled(&policies, |_, _| false)),
                (&as_if, settled(&policies, |_, _| true)),
                (&drawn, settled(&policies, applies)),
            ];
            for (engine, naive) in &ways {
                let decision = decided(engine, &call);
                let policy = decision
                    .policy
                    .and_then(|digest| stack.policies.iter().position(|compiled| compiled.policy.digest == digest));
                let found = (decision.action.as_str(), policy, decision.rule.clone(), decision.cause.as_str());
                let naive = naively(naive, &asked);
                // Two policies with one text have one digest.
                let first = naive.1.map(|at| texts.iter().position(|text| *text == texts[at]).unwrap_or(at));
                let naive = (naive.0, first, naive.2, naive.3);
                assert_eq!(found, naive, "{}\n{}", texts.join("\n---\n"), asked.call);
                // The quick way decides the same.
                let plan = Plan::new(engine, &call.tool);
                let read = |slot| slot_of(&plan, &call, slot);
                let frame = Frame { plan: &plan, slots: &empty_slots(&plan), read: &read };
                assert_eq!(plan.decide(engine, &frame, &Usage::default()), decision);
            }
            calls += 1;
            by_relaxed += usize::from(decided(&stack, &call) != decided(&drawn, &call));
            for (at, policy) in policies.iter().enumerate() {
                for place in (0..policy.rules.len()).filter(|place| policy.rules[*place].relaxed.is_some()) {
                    if applies(at, place) { applied += 1 } else { idle += 1 }
                }
            }
        }
    }
    let counts =
        format!("{applied} rules applied, {idle} did not, and {by_relaxed} of {calls} calls were decided by them");
    assert!(applied > 500 && idle > 500 && by_relaxed > 100, "{counts}");
}

/// Of one tool, by whose outcome calls share decisions.
#[test]
fn calls_that_share_an_outcome_share_their_decision_also_where_rules_are_in_force() {
    let mut runner = choices::runner(1);
    let (mut calls, mut shared) = (0, 0);
    while calls < 3_000 {
        let choices = &mut Choices::random(&mut runner);
        let mut policies = generate::stack(choices);
        for rule in policies.iter_mut().flat_map(|policy| &mut policy.rules) {
            if rule.action == crate::naive::policy::Action::Allow && rule.id.is_some() && choices.chance(70) {
                rule.relaxed = Some(generate::relaxed(choices));
            }
        }
        let texts: Vec<String> =
            policies.iter().map(|policy| print(&document(policy, Wording::Short), Style::Json)).collect();
        let stack = stack_of(&texts);
        for engine in [drawn(&stack, NOW_MS), stack.with_relaxing(Relaxing::InForce)] {
            let mut of_outcome = BTreeMap::new();
            for asked in generate::calls(choices) {
                calls += 1;
                let call = call_from_json(&asked.call.to_string()).expect("a call");
                let plan = Plan::new(&engine, &call.tool);
                let read = |slot| slot_of(&plan, &call, slot);
                let slots = empty_slots(&plan);
                let Some(outcome) = plan.outcome(&engine, &Frame { plan: &plan, slots: &slots, read: &read }) else {
                    assert!(!plan.is_constant(&engine));
                    continue;
                };
                shared += 1;
                let decision = decided(&engine, &call);
                let other = of_outcome.entry((call.tool.clone(), outcome)).or_insert_with(|| decision.clone());
                assert_eq!(*other, decision, "{}\n{}", texts.join("\n---\n"), asked.call);
            }
        }
    }
    assert!(shared > calls / 20, "{shared} of {calls}");
}

#[test]
fn no_draw_decides_more_laxly_than_all_rules_in_force_nor_more_strictly_than_none() {
    let mut runner = choices::runner(2);
    let (mut calls, mut loosened) = (0, 0);
    while calls < 4_000 {
        let choices = &mut Choices::random(&mut runner);
        let mut policies = generate::stack(choices);
        for policy in &mut policies {
            policy.min_confidence = None;
            for (place, rule) in policy.rules.iter_mut().enumerate() {
                rule.min_confidence = None;
                if rule.action == crate::naive::policy::Action::Allow {
                    rule.limit = None;
                    rule.relaxed = Some(generate::relaxed(choices)).filter(|_| choices.chance(60));
                    rule.id = Some(format!("rule-{place}"));
                }
            }
        }
        let texts: Vec<String> =
            policies.iter().map(|policy| print(&document(policy, Wording::Short), Style::Json)).collect();
        let stack = stack_of(&texts);
        let (drawn, as_if) = (drawn(&stack, NOW_MS), stack.with_relaxing(Relaxing::InForce));
        for asked in generate::calls(choices) {
            calls += 1;
            let call = call_from_json(&asked.call.to_string()).expect("a call");
            let [off, some, all] = [&stack, &drawn, &as_if].map(|stack| decided(stack, &call));
            assert!(
                off.action >= some.action && some.action >= all.action,
                "{}\n{}",
                texts.join("\n---\n"),
                asked.call
            );
            loosened += usize::from(off.action > some.action);
        }
    }
    assert!(loosened > 20, "{loosened} of {calls}");
}

/// How many answers pass until the score alarms, of which `bad` are bad: the mean of `runs`.
fn run_length(bad: f64, runs: u32) -> f64 {
    // A linear congruential generator (Knuth, MMIX), the same in every run.
    let mut state = 42_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / 2_f64.powi(53)
    };
    let mut all = 0_u64;
    for _ in 0..runs {
        let mut score = 0_f64;
        while score < 4.0 {
            all += 1;
            score = if random() < bad { score + 10_f64.ln() } else { (score - (0.998_f64 / 0.98).ln()).max(0.0) };
        }
    }
    all as f64 / f64::from(runs)
}

/// The numbers that the constants of the score are written with: 6,798, 132 and 44 by a Markov chain.
#[test]
fn the_score_alarms_as_seldom_and_as_soon_as_it_says() {
    for (bad, expected) in [(0.002, 6_798.0), (0.02, 132.0), (0.05, 44.0)] {
        let found = run_length(bad, 4_000);
        assert!((found / expected - 1.0).abs() < 0.06, "{bad}: {found} and not {expected}");
    }
}
