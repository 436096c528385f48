//! Calibration: what counts as evidence, what is proposed, and what never is.

use countersign::decide::compile::Stack;
use countersign::evidence::attention::Light;
use countersign::evidence::bottleneck::Goal;
use countersign::evidence::calibrate::answer::{Answer, Uncounted};
use countersign::evidence::calibrate::evidence::Evidence;
use countersign::evidence::calibrate::gate::{Checks, Grounds, Missing};
use countersign::evidence::calibrate::intake::Intake;
use countersign::evidence::calibrate::proposal::{Source, date};
use countersign::evidence::calibrate::tighten::TighteningKind;
use countersign::evidence::calibrate::{Report, RuleReport, report};
use countersign::policy::edit::rule::add_rule;
use countersign::policy::model::Action;
use countersign::policy::parse::parse;
use countersign::review::event::{Answered, Entry, Event, Verdict};
use countersign::text::yaml::Limits;
use countersign::value::value::{Map, Value};

use crate::lifecycle::{answer, call, opened, stack};

const DAY_MS: u64 = 86_400_000;
const START_MS: u64 = 20_833 * DAY_MS;
/// Check cards of reviewers who look.
const ATTENTIVE: Checks = Checks { caught: 40, missed: 0 };

const REFUNDS: &str = "\
rules:
  # Money goes back.
  - id: refund
    tool: refund
    action: escalate
    risk: low
    reversible: true
";

/// What a reviewer does with a call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Says {
    Approve,
    Reject,
    /// Faster than anybody reads.
    Hastily,
    InBatch,
    Nothing,
}

/// A history in the making.
struct Past {
    stack: Stack,
    intake: Intake,
    evidence: Evidence,
    at_ms: u64,
    count: u64,
}

impl Past {
    fn new(policy: &str) -> Self {
        Self {
            stack: stack(policy),
            intake: Intake::default(),
            evidence: Evidence::default(),
            at_ms: START_MS,
            count: 0,
        }
    }

    /// A call that is held under `held_by`, `day` days after the start, and what somebody says.
    fn say(&mut self, held_by: &Stack, json: &str, day: u64, by: &str, says: Says) {
        self.count += 1;
        let id = format!("e{}", self.count);
        self.at_ms = self.at_ms.max(START_MS + day * DAY_MS) + 1;
        let open = opened(held_by, call(json), self.at_ms);
        let Event::Open { held, .. } = &open.event else { panic!("it opens") };
        let verdict = if says == Says::Reject { Verdict::Reject } else { Verdict::Approve };
        let review = Answered {
            by: Some(by.to_owned()),
            shown_ms: Some(if says == Says::Hastily { 300 } else { 20_000 }),
            in_batch: says == Says::InBatch,
            ..answer(verdict, held.digest)
        };
        let digest = held.digest;
        self.take(&id, open);
        if says == Says::Nothing {
            return;
        }
        self.at_ms += 1_000;
        self.take(&id, Entry { at_ms: self.at_ms, event: Event::Review(review) });
        if verdict == Verdict::Approve {
            self.at_ms += 1;
            let (stack, marks, charge) = (digest, Vec::new(), Vec::new());
            self.take(&id, Entry { at_ms: self.at_ms, event: Event::Consume { digest, stack, marks, charge } });
        }
    }

    fn take(&mut self, id: &str, entry: Entry) {
        for over in self.intake.take(id, &entry, true) {
            self.evidence.take(&self.stack, &over);
        }
    }

    /// Refunds of small amounts, `count` of them over 20 days, all approved.
    fn refunds(&mut self, count: u64, by: &str) {
        let held_by = self.stack.clone();
        for nth in 0..count {
            let day = nth * 20 / count;
            self.say(&held_by, &refund(nth, 5 + nth % 20, &format!("s{}", nth % 10)), day, by, Says::Approve);
        }
    }

    fn report(&mut self, text: &str, checks: Checks) -> Report {
        self.report_by(text, checks, None)
    }

    fn report_by(&mut self, text: &str, checks: Checks, light: Option<Light>) -> Report {
        let now_ms = self.at_ms + 2 * DAY_MS;
        for over in self.intake.finish(now_ms) {
            self.evidence.take(&self.stack, &over);
        }
        assert_eq!(self.intake.damaged(), 0);
        let source = Source { text, limits: Limits::default() };
        report(
            &self.stack,
            &[source],
            &self.evidence,
            Grounds { is_verified: true, checks, light },
            Goal::default(),
            now_ms,
        )
    }
}

fn refund(order: u64, amount: u64, session: &str) -> String {
    format!(
        r#"{{"tool":"refund","args":{{"order":"{}","amount":{amount},"note":"as agreed {order}"}},"agent":"desk","session":{{"id":"{session}","marks":[]}}}}"#,
        10_000 + order
    )
}

fn only(report: &Report) -> &RuleReport {
    assert_eq!(report.rules.len(), 1, "{:?}", report.rules);
    &report.rules[0]
}

#[test]
fn a_rule_that_is_always_approved_is_proposed_as_narrow_as_what_was_seen() {
    let mut past = Past::new(REFUNDS);
    past.refunds(400, "ana");
    let report = past.report(REFUNDS, ATTENTIVE);
    let rule = only(&report);
    let [proposal] = rule.proposals.as_slice() else { panic!("{:?} {:?}", rule.proof, rule.declined) };
    assert_eq!(proposal.rule, "refund-relaxed");
    assert_eq!((proposal.saves, proposal.of, proposal.tried), (400, 400, 1));
    let expected = "\
rules:
  - id: refund-relaxed
    tool: refund
    when:
      agent.id: { equals: desk }
      args: { only_keys: [amount, note, order] }
      args.amount: { at_least: 5, at_most: 24 }
      args.note: { type: string }
      args.order: { regex: \"[0-9]{5,5}\" }
      session.marks: { empty: true }
    action: allow
    risk: low
    reversible: true
    relaxed: { audit: 0.05, evidence: ";
    assert!(proposal.text.starts_with(expected), "{}", proposal.text);
    assert!(proposal.text.contains("  # Money goes back.\n  - id: refund\n    tool: refund\n"), "{}", proposal.text);
    assert_eq!(proposal.until, date((past.at_ms + 2 * DAY_MS) / DAY_MS + 90));
    // The text as it was is still there, byte for byte, in its order.
    let mut rest = proposal.text.as_str();
    for line in REFUNDS.lines() {
        let at = rest.find(line).unwrap_or_else(|| panic!("{line}"));
        rest = &rest[at + line.len()..];
    }
}

#[test]
fn d01_what_lies_outside_of_what_was_seen_still_asks() {
    let mut past = Past::new(REFUNDS);
    past.refunds(400, "ana");
    let report = past.report(REFUNDS, ATTENTIVE);
    let proposal = &only(&report).proposals[0];
    // As if the rule were in force at full share.
    let at = proposal.text.find("    relaxed:").unwrap();
    let end = at + proposal.text[at..].find('\n').unwrap() + 1;
    let in_force = [&proposal.text[..at], &proposal.text[end..]].concat();
    let after = stack(&in_force);
    let action = |json: &str| {
        countersign::decide::decide::decide(&after, &call(json), &countersign::decide::limit::Usage::default()).action
    };
    assert_eq!(action(&refund(77, 10, "s1")), Action::Allow);
    for outside in [
        refund(77, 25, "s1"),
        refund(77, 4, "s1"),
        refund(7_777_777, 10, "s1"),
        refund(77, 10, "s1").replace("\"desk\"", "\"intern\""),
        refund(77, 10, "s1").replace("\"amount\"", "\"iban\":\"DE00\",\"amount\""),
        refund(77, 10, "s1").replace("[]", "[\"untrusted-input\"]"),
        refund(77, 10, "s1").replace(":10,", ":\"10\","),
        refund(77, 10, "s1").replace("\"note\":\"as agreed 77\"", "\"note\":[1]"),
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
    assert_eq!(rule.proof.missing, [Missing::Approvals(682 - 99)]);
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
        let json = refund(nth, 10, &format!("s{}", nth % 10)).replace(
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
fn what_cannot_be_undone_or_is_critical_is_never_proposed() {
    for (from, to, missing) in [
        ("    reversible: true\n", "", Missing::Reversible),
        ("reversible: true", "reversible: false", Missing::Reversible),
        ("risk: low", "risk: critical", Missing::NotCritical),
    ] {
        let text = REFUNDS.replace(from, to);
        let mut past = Past::new(&text);
        past.refunds(400, "ana");
        let report = past.report(&text, ATTENTIVE);
        assert_eq!(only(&report).proof.missing, [missing]);
        assert!(only(&report).proposals.is_empty());
    }
}

#[test]
fn without_check_cards_nothing_is_proved() {
    for (checks, light, missing) in [
        (Checks::default(), None, Missing::Checks(20)),
        (Checks { caught: 10, missed: 10 }, None, Missing::Attention),
        (ATTENTIVE, Some(Light::Amber), Missing::Attention),
        (ATTENTIVE, Some(Light::Red), Missing::Attention),
    ] {
        let mut past = Past::new(REFUNDS);
        past.refunds(400, "ana");
        let report = past.report_by(REFUNDS, checks, light);
        assert!(only(&report).proof.missing.contains(&missing), "{:?}", only(&report).proof.missing);
        assert!(only(&report).proposals.is_empty());
    }
}

#[test]
fn what_a_proposal_saves_of_waiting_is_told_a_week() {
    let mut past = Past::new(REFUNDS);
    past.refunds(400, "ana");
    let held_by = past.stack.clone();
    past.say(&held_by, &refund(900, 10, "s"), 20, "ana", Says::InBatch);
    past.say(&held_by, &refund(901, 10_000, "s"), 21, "ana", Says::Nothing);
    let report = past.report(REFUNDS, ATTENTIVE);
    let (from, to) = past.evidence.span.expect("calls were held");
    let weeks = (to - from) as f64 / (7 * DAY_MS) as f64;
    // Each was answered after a second, and the last expired after its default of an hour.
    let proposal = &only(&report).proposals[0];
    assert_eq!(proposal.saves, 400);
    assert!((proposal.saves_ms_per_week * weeks - 400_000.0).abs() < 1e-6, "{}", proposal.saves_ms_per_week);
    let said = format!("400 of 402 reviews and {:.1} agent-minutes of waiting a week;", 400.0 / 60.0 / weeks);
    assert!(proposal.sentence.contains(&said), "{said} {}", proposal.sentence);

    let [rule] = report.bottleneck.rules.as_slice() else { panic!("{:?}", report.bottleneck) };
    assert_eq!((rule.rule.rule.as_deref(), rule.share), (Some("refund"), 1.0));
    let expires_ms = past.evidence.rules[&rule.rule].load.waited_ms - 401_000;
    assert!(expires_ms >= 3_600_000, "{expires_ms}");
    // Reviewers say 20 seconds, which is more than the call had been held for.
    assert_eq!((rule.load.calls, rule.load.timed, rule.load.shown_ms), (402, 400, 400_000));
    assert_eq!(rule.answers_per_hour, Some(3_600.0));
    assert_eq!(report.bottleneck.busiest.map(|(_, calls)| calls), Some(20));
}

#[test]
fn evidence_adds_up_in_any_order() {
    let parts = |seed: u64| {
        let mut past = Past::new(REFUNDS);
        let held_by = past.stack.clone();
        for nth in 0..60 {
            let says = [Says::Approve, Says::Reject, Says::Hastily, Says::InBatch][(nth * seed % 4) as usize];
            past.count = seed * 1_000 + nth;
            past.say(&held_by, &refund(nth * seed % 40, 10, &format!("s{seed}")), nth / 6, "ana", says);
        }
        past.evidence
    };
    let [a, b, c] = [1, 2, 3].map(parts);
    let added = |parts: [&Evidence; 3]| {
        parts.into_iter().fold(Evidence::default(), |mut sum, part| {
            sum.merge(part.clone());
            sum
        })
    };
    let sum = added([&a, &b, &c]);
    for order in [[&c, &b, &a], [&b, &a, &c], [&c, &a, &b]] {
        assert_eq!(added(order), sum);
    }
    let mut pair = b.clone();
    pair.merge(c.clone());
    let mut nested = a.clone();
    nested.merge(pair);
    assert_eq!(nested, sum);
}

#[test]
fn what_could_be_stricter_is_told() {
    let text = "\
rules:
  - { id: read, tool: \"file.*\", action: allow }
  - { id: dust, tool: dust, action: allow }
  - { id: refund, tool: refund, action: escalate }
";
    let mut past = Past::new(text);
    let stack = past.stack.clone();
    for nth in 0..300 {
        let json = format!(r#"{{"tool":"file.read","args":{{"path":"{nth}"}}}}"#);
        past.evidence.take_decision(&stack, &call(&json), Action::Allow, START_MS);
    }
    for nth in 0..12 {
        past.say(&stack, &refund(nth, 10, "s"), nth, "ana", if nth < 8 { Says::Reject } else { Says::Approve });
    }
    let report = past.report(text, ATTENTIVE);
    let found: Vec<_> = report.tightenings.iter().map(|each| (each.rule.rule.as_deref().unwrap(), each.kind)).collect();
    let expected = [
        ("read", TighteningKind::TooBroad),
        ("dust", TighteningKind::NeverUsed),
        ("refund", TighteningKind::OftenRejected),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_stage_is_passed_by_clean_answers_under_the_very_policy() {
    let relaxed = "  - { id: small, tool: refund, when: { args.amount: { at_most: 50 } }, action: allow, risk: low, \
                   reversible: true, relaxed: { until: 2030-01-31, evidence: e, share: 0.1 } }\n";
    let text = REFUNDS.replace("rules:\n", &format!("rules:\n{relaxed}"));
    let stage = |past: &mut Past| past.report(&text, ATTENTIVE).stages.into_iter().next().unwrap();
    let mut past = Past::new(&text);
    past.refunds(87, "ana");
    let found = stage(&mut past);
    assert_eq!((found.share, found.next, found.proof.counted.approvals), (0.1, Some(0.5), 87));
    assert_eq!(found.proof.missing, [Missing::Approvals(1)]);
    assert!(!found.is_reached());
    // What was answered under another policy says nothing of this stage, nor does a call that the rule does not cover.
    past.say(&stack(REFUNDS), &refund(800, 10, "s"), 21, "ana", Says::Approve);
    let held_by = past.stack.clone();
    past.say(&held_by, &refund(801, 51, "s"), 21, "ana", Says::Approve);
    assert_eq!(stage(&mut past).proof.counted.approvals, 87);
    past.say(&held_by, &refund(802, 10, "s"), 21, "ana", Says::Approve);
    let found = stage(&mut past);
    assert!(found.is_reached());
    assert!(found.message().contains("`share: 0.5` may follow"), "{}", found.message());
    // Nobody saw whether the reviewers look.
    let unseen = past.report(&text, Checks::default()).stages.remove(0);
    assert!(!unseen.is_reached() && unseen.proof.missing == [Missing::Checks(20)]);
    past.say(&held_by, &refund(803, 10, "s"), 22, "ana", Says::Reject);
    let found = stage(&mut past);
    assert!(!found.is_reached() && found.message().contains("take it back"), "{}", found.message());
}

#[test]
fn dates_are_those_of_the_calendar() {
    for (day, expected) in [
        (0, "1970-01-01"),
        (11_016, "2000-02-29"),
        (20_833, "2027-01-15"),
        (47_540, "2100-02-28"),
        (47_541, "2100-03-01"),
    ] {
        assert_eq!(date(day), expected);
    }
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
