//! Trust farming: what somebody who feeds the history with good calls comes to, and does not.

use countersign::evidence::calibrate::answer::{Answer, Uncounted};
use countersign::evidence::calibrate::gate::Missing;
use countersign::policy::model::Action;
use countersign::value::value::{Map, Value};

use super::{ATTENTIVE, Past, REFUNDS, START_MS, Says, action_in_force, declined, only, proposed, refund};
use crate::lifecycle::{call, stack};

#[test]
fn d01_what_lies_outside_of_what_was_seen_still_asks() {
    let mut past = Past::new(REFUNDS);
    past.refunds(400, "ana");
    let report = past.report(REFUNDS, ATTENTIVE);
    let proposal = proposed(&report);
    let action = action_in_force(&proposal.text);
    assert_eq!(action(&refund(77, 10, "s1")), Action::Allow);
    for outside in [
        refund(77, 25, "s1"),
        refund(77, 4, "s1"),
        refund(7_777_777, 10, "s1"),
        refund(77, 10, "s1").replace("\"desk\"", "\"intern\""),
        refund(77, 10, "s1").replace("\"amount\"", "\"iban\":\"DE00\",\"amount\""),
        refund(77, 10, "s1").replace("[]", "[\"untrusted-input\"]"),
        refund(77, 10, "s1").replace(":10,", ":\"10\","),
        refund(77, 10, "s1").replace("\"note\":\"as agreed 00077\"", "\"note\":[1]"),
    ] {
        assert_ne!(action(&outside), Action::Allow, "{outside}");
    }
}

#[test]
fn d02_the_same_call_counts_once_a_day() {
    let mut past = Past::new(REFUNDS);
    let held_by = past.stack.clone();
    for nth in 0..299 {
        past.say(&held_by, &refund(1, 10, &format!("s{nth}")), nth / 100, "ana", Says::Approve);
    }
    let report = past.report(REFUNDS, ATTENTIVE);
    assert_eq!(only(&report).proof.counted.approvals, 3);
    assert_eq!(only(&report).proof.counted.spread.days, 3);
}

#[test]
fn d02_of_one_session_and_day_a_few_calls_count() {
    let mut past = Past::new(REFUNDS);
    let held_by = past.stack.clone();
    for nth in 0..200 {
        past.say(&held_by, &refund(nth, 10, "s"), nth / 100, "ana", Says::Approve);
    }
    assert_eq!(only(&past.report(REFUNDS, ATTENTIVE)).proof.counted.approvals, 10);
    past.say(&held_by, &refund(900, 10, "other"), 1, "ana", Says::Approve);
    assert_eq!(only(&past.report(REFUNDS, ATTENTIVE)).proof.counted.approvals, 11);
    // What is against it counts each time.
    for nth in 0..9 {
        past.say(&held_by, &refund(901 + nth, 10, "s"), 1, "ana", Says::Reject);
    }
    assert_eq!(only(&past.report(REFUNDS, ATTENTIVE)).proof.counted.against, 9);
}

#[test]
fn d03_hasty_and_batched_approvals_count_for_nothing() {
    let mut past = Past::new(REFUNDS);
    let held_by = past.stack.clone();
    for nth in 0..50 {
        let says = if nth % 2 == 0 { Says::Hastily } else { Says::InBatch };
        past.say(&held_by, &refund(nth, 10, "s"), nth, "ana", says);
    }
    let report = past.report(REFUNDS, ATTENTIVE);
    assert_eq!(only(&report).proof.counted.approvals, 0);
    let counts = [Uncounted::TooFast, Uncounted::InBatch].map(|why| (Answer::Uncounted(why), 25));
    assert_eq!(only(&report).answers, counts);
    // Hasty rejections count all the same.
    past.say(&held_by, &refund(999, 10, "s"), 60, "ana", Says::Reject);
    let report = past.report(REFUNDS, ATTENTIVE);
    assert_eq!(only(&report).proof.counted.against, 1);
}

#[test]
fn d05_what_nobody_answered_counts_against() {
    let mut past = Past::new(REFUNDS);
    past.refunds(100, "ana");
    let held_by = past.stack.clone();
    past.say(&held_by, &refund(999, 10, "s"), 21, "ana", Says::Nothing);
    let report = past.report(REFUNDS, ATTENTIVE);
    assert_eq!(only(&report).proof.counted.against, 1);
}

#[test]
fn d04_ninety_nine_of_a_hundred_do_not_pass_and_it_is_said_how_many_more_are_needed() {
    let medium = REFUNDS.replace("risk: low", "risk: medium");
    let mut past = Past::new(&medium);
    past.refunds(99, "ana");
    let held_by = past.stack.clone();
    past.say(&held_by, &refund(999, 900, "s"), 21, "ana", Says::Reject);
    let report = past.report(&medium, ATTENTIVE);
    let rule = only(&report);
    assert_eq!(rule.proof.counted.approvals, 99);
    assert_eq!(rule.proof.missing, [Missing::Approvals(851 - 99)]);
    assert!(rule.proposals.is_empty());
}

#[test]
fn d07_free_text_is_no_part_of_a_condition() {
    let mut past = Past::new(REFUNDS);
    past.refunds(400, "ana");
    let report = past.report(REFUNDS, ATTENTIVE);
    let when = format!("{:?}", only(&report).proposals[0].when);
    assert!(!when.contains("agreed"), "{when}");
}

#[test]
fn d09_what_a_call_says_of_its_own_risk_changes_nothing() {
    let high = REFUNDS.replace("    risk: low\n", "");
    let mut past = Past::new(&high);
    let held_by = past.stack.clone();
    for nth in 0..400 {
        let json = refund(nth, 10, &format!("s{}", nth % 9)).replace("\"args\":{", "\"args\":{\"risk\":\"low\",");
        past.say(&held_by, &json, nth / 20, "ana", Says::Approve);
    }
    let report = past.report(&high, ATTENTIVE);
    assert_eq!(only(&report).proof.bar, Some(0.999));
    assert!(only(&report).proposals.is_empty());
}

#[test]
fn d10_a_name_neither_sheds_nor_inherits_a_history() {
    let mut past = Past::new(REFUNDS);
    past.refunds(100, "ana");
    let approvals = only(&past.report(REFUNDS, ATTENTIVE)).proof.counted.approvals;
    // The same history under a policy in which the rule is called otherwise, and another rule has its name.
    let renamed = "\
rules:
  - { id: refund, tool: wire, action: escalate, risk: low, reversible: true }
  - { id: money-back, tool: refund, action: escalate, risk: low, reversible: true }
";
    let held_by = stack(REFUNDS);
    let mut other = Past::new(renamed);
    for nth in 0..100 {
        let json = refund(nth, 5 + nth % 20, &format!("s{}", nth % 10));
        other.say(&held_by, &json, nth * 20 / 100, "ana", Says::Approve);
    }
    let report = other.report(renamed, ATTENTIVE);
    assert_eq!(only(&report).key.rule.as_deref(), Some("money-back"));
    assert_eq!(only(&report).proof.counted.approvals, approvals);
}

#[test]
fn d11_another_model_or_another_description_of_the_tool_begins_anew() {
    let mut past = Past::new(REFUNDS);
    past.refunds(400, "ana");
    let held_by = past.stack.clone();
    let newer = refund(999, 10, "s1").replace("\"desk\"", r#"{"id":"desk","model":"next"}"#);
    past.say(&held_by, &newer, 21, "ana", Says::Approve);
    let report = past.report(REFUNDS, ATTENTIVE);
    assert_eq!(only(&report).proof.counted.approvals, 1);
    assert!(only(&report).proposals.is_empty());
}

#[test]
fn d12_what_was_blocked_before_is_never_proposed() {
    let mut past = Past::new(REFUNDS);
    past.refunds(400, "ana");
    let stack = past.stack.clone();
    past.evidence.take_decision(&stack, &call(&refund(50, 10, "s3")), Action::Block, START_MS);
    let report = past.report(REFUNDS, ATTENTIVE);
    assert!(only(&report).proposals.is_empty());
    assert_eq!(only(&report).declined[0].why, "it would allow a call that was rejected or blocked");
}

#[test]
fn d13_a_proposal_leaves_out_what_was_rejected() {
    let mut past = Past::new(REFUNDS);
    let held_by = past.stack.clone();
    // What goes to orders abroad is rejected now and then.
    for nth in 0..1_500 {
        let is_abroad = nth % 3 == 0;
        let says = if is_abroad && nth % 30 == 0 { Says::Reject } else { Says::Approve };
        let json = refund(1_000 + nth, 10, &format!("s{}", nth % 50)).replace(
            "\"args\":{",
            if is_abroad { "\"args\":{\"zone\":\"abroad\"," } else { "\"args\":{\"zone\":\"home\"," },
        );
        past.say(&held_by, &json, nth / 60, "ana", says);
    }
    let report = past.report(REFUNDS, ATTENTIVE);
    let rule = only(&report);
    let [proposal] = rule.proposals.as_slice() else { panic!("{:?} {:?}", rule.proof, rule.declined) };
    let Value::Map(when) = &proposal.when else { panic!("{:?}", proposal.when) };
    let home = Map::new(vec![("equals".to_owned(), "home".into())]).unwrap();
    assert_eq!(when.get("args.zone"), Some(&Value::Map(home)));
    assert!(proposal.tried > 1);
    assert_eq!((proposal.saves, proposal.refused), (1_000, 50));
    assert!(proposal.sentence.contains("touches none of 50 rejected"), "{}", proposal.sentence);
    assert!(proposal.text.contains("does not allow what was rejected"), "{}", proposal.text);
}

#[test]
fn d14_what_is_of_high_risk_needs_two_reviewers() {
    let high = REFUNDS.replace("low", "high");
    let mut past = Past::new(&high);
    past.refunds(50, "ana");
    let missing = |past: &mut Past| only(&past.report(&high, ATTENTIVE)).proof.missing.clone();
    assert!(missing(&mut past).contains(&Missing::Reviewers(1)));
    let held_by = past.stack.clone();
    past.say(&held_by, &refund(999, 10, "s"), 22, "ben", Says::Approve);
    assert!(!missing(&mut past).iter().any(|each| matches!(each, Missing::Reviewers(_))));
}

#[test]
fn d12_a_call_that_another_rule_blocks_stays_blocked_though_none_was_ever_tried() {
    let policy = "\
rules:
  - id: staging
    tool: refund
    when: { context.place: staging, any: [{ args.amount: { below: 100 } }, { args.order: { exists: false } }] }
    action: escalate
    risk: low
    reversible: true
  - { id: production, tool: refund, action: block }
";
    let at = |place: &str, nth| {
        refund(nth, 5 + nth % 20, &format!("s{}", nth % 9))
            .replace("\"agent\"", &format!("\"context\":{{\"place\":\"{place}\"}},\"agent\""))
    };
    let mut past = Past::approved(policy, 400, |nth| at("staging", nth));
    let report = past.report(policy, ATTENTIVE);
    let action = action_in_force(&proposed(&report).text);
    assert_eq!(action(&at("staging", 77)), Action::Allow);
    assert_eq!(action(&at("production", 77)), Action::Block);
    assert_eq!(action(&refund(77, 10, "s1")), Action::Block);
}

#[test]
fn d14_one_reviewer_alone_relaxes_nothing_of_high_risk() {
    let high = REFUNDS.replace("low", "high");
    let call = |nth| refund(nth, 5 + nth % 20, &format!("s{}", nth % 200));
    let mut past = Past::approved(&high, 9_000, call);
    let report = past.report(&high, ATTENTIVE);
    assert_eq!(only(&report).proof.missing, [Missing::Reviewers(1)]);
    assert!(declined(&report).contains("answers of 1 more reviewer"), "{}", declined(&report));
    let held_by = past.stack.clone();
    past.say(&held_by, &call(50_000), 21, "ben", Says::Approve);
    let report = past.report(&high, ATTENTIVE);
    assert_eq!(only(&report).proof.missing, []);
    assert_eq!(proposed(&report).proof.counted.spread.reviewers, 2);
}
