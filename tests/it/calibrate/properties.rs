//! What holds of whatever is proposed, over random histories.

use countersign::decide::relaxing::Relaxing;
use countersign::evidence::calibrate::proposal::Proposal;
use countersign::policy::model::Action;
use serde_json::json;

use super::simulation::Random;
use super::{ATTENTIVE, DAY_MS, Past, REFUNDS, START_MS, Says, action_in_force, only};
use crate::lifecycle::call;

/// A call of a small world: what is bad about some of them is where they go, how much they are about, or of what kind.
#[derive(Clone, Debug)]
struct Payment {
    zone: &'static str,
    kind: &'static str,
    amount: u64,
    express: bool,
    order: u64,
    context: &'static str,
}

impl Payment {
    fn random(random: &mut Random, order: u64) -> Self {
        Self {
            zone: random.pick(&["home", "abroad", "moon"]),
            kind: random.pick(&["card", "bank"]),
            amount: random.below(40),
            express: random.chance(0.3),
            order,
            context: random.pick(&["day", "day", "night"]),
        }
    }

    fn json(&self) -> String {
        let Self { zone, kind, amount, express, order, context } = self;
        let mut args = json!({ "to": { "zone": zone }, "kind": kind, "amount": amount, "order": format!("o-{}", 1_000 + order), "note": "as agreed" });
        if *express {
            args["express"] = json!(true);
        }
        let session = json!({ "id": format!("s{}", order % 9), "marks": [] });
        json!({ "tool": "pay", "args": args, "agent": "desk", "session": session, "context": { "time": context } })
            .to_string()
    }
}

/// Of what is bad.
#[derive(Clone, Debug)]
enum Bad {
    Zone(&'static str),
    Above(u64),
    Express,
    Night,
    AbroadByBank,
    /// None of it, or what nobody can tell.
    Luck,
}

impl Bad {
    fn holds(&self, of: &Payment) -> bool {
        match self {
            Self::Zone(zone) => of.zone == *zone,
            Self::Above(amount) => of.amount > *amount,
            Self::Express => of.express,
            Self::Night => of.context == "night",
            Self::AbroadByBank => of.zone == "abroad" && of.kind == "bank",
            Self::Luck => true,
        }
    }
}

const POLICIES: [&str; 3] = [
    "rules:\n  - { id: pay, tool: pay, action: escalate, risk: low, reversible: true }\n",
    "rules:\n  # What is small.\n  - id: small\n    tool: \"p*\"\n    when: { args.amount: { below: 30 } }\n    action: escalate\n    risk: low\n    reversible: true\n  - { id: rest, tool: pay, action: block }\n",
    "default: escalate\nrules:\n  - { id: moon, tool: pay, when: { args.to.zone: moon }, action: block }\n  - { id: day, tool: pay, when: { not: { context.time: night } }, action: escalate, risk: low, reversible: true }\n  - { id: other, tool: pay, action: escalate }\n",
];

/// A random history under `policy`, and the calls in it that people rejected or that were blocked.
fn history(random: &mut Random, policy: &str) -> (Past, Vec<String>) {
    let mut past = Past::new(policy);
    let (stack, mut refused) = (past.stack.clone(), Vec::new());
    let above = 20 + random.below(19);
    let bad =
        random.pick(&[Bad::Zone("abroad"), Bad::Above(above), Bad::Express, Bad::Night, Bad::AbroadByBank, Bad::Luck]);
    let rejected = match bad {
        Bad::Luck => random.pick(&[0.0, 0.002, 0.02]),
        _ => random.pick(&[0.05, 0.5, 1.0]),
    };
    let at_once = random.chance(0.5);
    for nth in 0..900 {
        let payment = Payment::random(random, nth);
        let json = payment.json();
        let decided = countersign::decide::decide::decide(&stack, &call(&json), &Default::default()).action;
        let is_bad = bad.holds(&payment) && random.chance(rejected) && (at_once || nth > 400);
        match decided {
            Action::Allow => {}
            Action::Escalate => {
                let says = if is_bad {
                    Says::Reject
                } else if random.chance(0.003) {
                    Says::Nothing
                } else {
                    Says::Approve
                };
                past.say(&stack, &json, nth / 40, random.pick(&["ana", "ben"]), says);
                if is_bad {
                    refused.push(json);
                }
            }
            Action::Block => {
                past.evidence.take_decision(&stack, &call(&json), decided, START_MS + nth / 40 * DAY_MS);
                refused.push(json);
            }
        }
    }
    // Another policy blocked some of them then, as this one does not.
    if random.chance(0.2) {
        let json = Payment::random(random, 50).json();
        past.evidence.take_decision(&stack, &call(&json), Action::Block, START_MS);
        refused.push(json);
    }
    (past, refused)
}

#[test]
fn d12_d13_no_proposal_allows_a_call_that_was_rejected_or_blocked() {
    let random = &mut Random(13);
    let mut found: [u32; 3] = [0; 3];
    let mut narrowed = 0;
    for nth in 0..120 {
        let at = nth % POLICIES.len();
        let policy = POLICIES[at];
        let (mut past, refused) = history(random, policy);
        let report = past.report(policy, ATTENTIVE);
        for proposal in report.rules.iter().flat_map(|rule| &rule.proposals) {
            let action = action_in_force(&proposal.text);
            for json in &refused {
                assert_ne!(action(json), Action::Allow, "{json}\n{}", proposal.text);
            }
            found[at] += 1;
            narrowed += u32::from(proposal.tried > 1);
        }
    }
    assert!(found.iter().all(|found| *found >= 5) && narrowed >= 10, "{found:?} of them {narrowed} narrowed");
}

/// A call of many features, none of which says anything.
fn noise(random: &mut Random, nth: u64) -> String {
    let mut args = json!({ "order": format!("o-{}", 1_000 + nth) });
    for key in ["a", "b", "c", "d"] {
        args[key] = json!(random.pick(&["x", "y", "z"]));
    }
    args["size"] = json!(random.below(9));
    json!({ "tool": "refund", "args": args, "agent": "desk", "session": { "id": format!("s{}", nth % 9), "marks": [] } }).to_string()
}

/// Whether anything is proposed at any of the looks at a history in which each call is bad by itself, with chance `bad`.
fn is_ever_proposed(random: &mut Random, bad: f64) -> bool {
    let mut past = Past::new(REFUNDS);
    let stack = past.stack.clone();
    // What is bad is rejected, or nobody is sure of it and it expires.
    let says = random.pick(&[Says::Reject, Says::Nothing]);
    let mut is_proposed = false;
    for nth in 0..330 {
        let json = noise(random, nth);
        past.say(&stack, &json, nth / 15, "ana", if random.chance(bad) { says } else { Says::Approve });
        if nth % 60 == 59 && nth > 150 {
            let report = past.report(REFUNDS, ATTENTIVE);
            is_proposed |= report.rules.iter().any(|rule| !rule.proposals.is_empty());
        }
    }
    is_proposed
}

#[test]
fn d06_conditions_that_are_found_in_noise_are_hardly_ever_proposed() {
    let random = &mut Random(6);
    let proposed = (0..200).filter(|_| is_ever_proposed(random, 0.05)).count();
    assert!(proposed <= 10, "{proposed} of 200 rules that are right no more often than the bar");
    let proposed = (0..20).filter(|_| is_ever_proposed(random, 0.0)).count();
    assert_eq!(proposed, 20, "of rules that are always right");
}

#[test]
fn d06_what_is_mined_stays_the_same_until_there_is_twice_as_much() {
    let mut past = Past::new(REFUNDS);
    let stack = past.stack.clone();
    let mut whens = Vec::new();
    for nth in 0..480 {
        let json = super::refund(nth, 5 + nth % 20, &format!("s{}", nth % 9));
        // Something new each day, which the condition would take in were it mined anew with each look.
        let json = if nth % 15 == 7 { json.replace("\"note\"", &format!("\"x{nth}\":1,\"note\"")) } else { json };
        past.say(&stack, &json, nth / 15, "ana", Says::Approve);
        if nth % 15 == 14 {
            let report = past.report(REFUNDS, ATTENTIVE);
            whens.extend(only(&report).proposals.first().map(|Proposal { when, .. }| when.clone()));
        }
    }
    let looks = whens.len();
    whens.dedup();
    assert!(looks >= 10 && whens.len() <= 4, "{looks} looks, {} conditions", whens.len());
}

#[test]
fn d09_d12_before_a_person_puts_it_in_force_a_proposal_changes_no_decision() {
    let random = &mut Random(12);
    let (mut past, _) = history(random, POLICIES[0]);
    let mut seen = 0;
    for _ in 0..20 {
        let report = past.report(POLICIES[0], ATTENTIVE);
        for proposal in &only(&report).proposals {
            let after = crate::lifecycle::stack(&proposal.text);
            for nth in 0..200 {
                let call = call(&Payment::random(random, nth).json());
                let action = |stack: &_| countersign::decide::decide::decide(stack, &call, &Default::default()).action;
                assert_eq!(action(&after), action(&past.stack));
                let in_force = action(&after.with_relaxing(Relaxing::InForce));
                assert!(in_force <= action(&past.stack));
                seen += u32::from(in_force == Action::Allow);
            }
        }
        (past, _) = history(random, POLICIES[0]);
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn d01_whatever_bounds_a_proposal_enough_calls_reach_it_and_each_that_it_saves_it_allows() {
    let random = &mut Random(1);
    let mut found = 0;
    for _ in 0..25 {
        let mut past = Past::new(REFUNDS);
        let stack = past.stack.clone();
        let mut seen = Vec::new();
        for nth in 0..360 {
            let far = if random.chance(0.03) { 1_000 } else { 1 };
            let amount = random.below(12) * random.below(12) * far;
            let room = if random.chance(0.03) {
                format!("rare {}", nth % 9)
            } else {
                random.pick(&["red", "blue"]).to_owned()
            };
            let session = format!("s{}", random.below(12));
            let json = json!({
                "tool": "refund", "agent": "desk", "session": { "id": session, "marks": [] },
                "args": { "order": format!("o-{}", 1_000 + nth), "amount": amount, "room": room },
            });
            past.say(&stack, &json.to_string(), nth / 18, "ana", Says::Approve);
            seen.push((amount, room, session, json.to_string()));
        }
        let report = past.report(REFUNDS, ATTENTIVE);
        let Some(proposal) = only(&report).proposals.first() else { continue };
        found += 1;
        let allows = action_in_force(&proposal.text);
        let allowed: Vec<_> = seen.iter().filter(|(.., json)| allows(json) == Action::Allow).collect();
        assert_eq!(allowed.len() as u64, proposal.saves);
        let most = allowed.iter().map(|(amount, ..)| *amount).max().unwrap();
        let is_carried = |has: &dyn Fn(u64, &str) -> bool| {
            let having: Vec<_> = seen.iter().filter(|(amount, room, ..)| has(*amount, room)).collect();
            let sessions: std::collections::BTreeSet<_> = having.iter().map(|(_, _, session, _)| session).collect();
            having.len() >= 4 && sessions.len() >= 2
        };
        assert!(is_carried(&|amount, _| amount >= most), "{most}");
        for (_, room, ..) in &allowed {
            assert!(is_carried(&|_, other| other == room), "{room}");
        }
    }
    assert!(found >= 20, "{found}");
}
