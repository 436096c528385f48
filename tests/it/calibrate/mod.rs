//! Calibration: what counts as evidence, what is proposed, and what never is.

mod carried;
mod edits;
mod examples;
mod farming;
mod odd;
mod properties;
mod simulation;
mod support;

use countersign::decide::compile::Stack;
use countersign::decide::decide::decide;
use countersign::decide::limit::Usage;
use countersign::decide::relaxing::Relaxing;
use countersign::decide::relaxing::day_of;
use countersign::evidence::attention::Light;
use countersign::evidence::bottleneck::Goal;
use countersign::evidence::calibrate::evidence::{Evidence, Users};
use countersign::evidence::calibrate::gate::{Checks, Grounds, Missing};
use countersign::evidence::calibrate::intake::Intake;
use countersign::evidence::calibrate::proposal::{Proposal, Source};
use countersign::evidence::calibrate::tighten::TighteningKind;
use countersign::evidence::calibrate::{Report, RuleReport, report};
use countersign::policy::model::Action;
use countersign::review::event::{Answered, Entry, Event, Verdict};
use countersign::text::yaml::Limits;
use countersign::value::digest::Digest;

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
    /// And nobody measured for how long it was shown.
    Unmeasured,
    Nothing,
}

impl Says {
    fn answered(self, by: &str, digest: Digest) -> Answered {
        let verdict = if self == Self::Reject { Verdict::Reject } else { Verdict::Approve };
        Answered {
            by: Some(by.to_owned()),
            shown_ms: match self {
                Self::Hastily => Some(300),
                Self::Unmeasured => None,
                Self::Approve | Self::Reject | Self::InBatch | Self::Nothing => Some(20_000),
            },
            in_batch: self == Self::InBatch,
            ..answer(verdict, digest)
        }
    }
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
        self.say_all(held_by, json, day, &[(by, says)]);
    }

    /// The same, and what several people say, the last of whom lets it run unless somebody rejects it.
    fn say_all(&mut self, held_by: &Stack, json: &str, day: u64, answers: &[(&str, Says)]) {
        self.count += 1;
        let id = format!("e{}", self.count);
        self.at_ms = self.at_ms.max(START_MS + day * DAY_MS) + 1;
        let open = opened(held_by, call(json), self.at_ms);
        let Event::Open { held, .. } = &open.event else { panic!("it opens") };
        let digest = held.digest;
        self.take(&id, open);
        for (by, says) in answers {
            if *says == Says::Nothing {
                return;
            }
            self.at_ms += 1_000;
            let event = Event::Review(says.answered(by, digest));
            self.take(&id, Entry { at_ms: self.at_ms, event });
            if *says == Says::Reject {
                return;
            }
        }
        self.at_ms += 1;
        let (stack, marks, charge) = (digest, Vec::new(), Vec::new());
        self.take(&id, Entry { at_ms: self.at_ms, event: Event::Consume { digest, stack, marks, charge } });
    }

    fn take(&mut self, id: &str, entry: Entry) {
        for over in self.intake.take(id, &entry, true) {
            self.evidence.take(&self.stack, &over);
        }
    }

    /// `count` calls over 20 days, all approved.
    fn approved(policy: &str, count: u64, json: impl Fn(u64) -> String) -> Self {
        let mut past = Self::new(policy);
        let held_by = past.stack.clone();
        for nth in 0..count {
            past.say(&held_by, &json(nth), nth * 20 / count, "ana", Says::Approve);
        }
        past
    }

    /// Refunds of small amounts, `count` of them over 20 days, all approved.
    fn refunds(&mut self, count: u64, by: &str) {
        let held_by = self.stack.clone();
        for nth in 0..count {
            let day = nth * 20 / count;
            self.say(&held_by, &refund(nth, 5 + nth % 20, &format!("s{}", nth % 11)), day, by, Says::Approve);
        }
    }

    fn report(&mut self, text: &str, checks: Checks) -> Report {
        self.report_by(text, checks, Some(Light::Green))
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
        r#"{{"tool":"refund","args":{{"order":"{}","amount":{amount},"note":"as agreed {order:05}"}},"agent":"desk","session":{{"id":"{session}","marks":[]}}}}"#,
        10_000 + order
    )
}

/// What `text` decides about a call, with each rule that replaces review in force.
fn action_in_force(text: &str) -> impl Fn(&str) -> Action + use<> {
    let stack = stack(text).with_relaxing(Relaxing::InForce);
    move |json| decide(&stack, &call(json), &Usage::default()).action
}

/// The only proposal for the only rule that asks.
fn proposed(report: &Report) -> &Proposal {
    let rule = only(report);
    let [proposal] = rule.proposals.as_slice() else { panic!("{:?} {:?}", rule.proof, rule.declined) };
    proposal
}

/// Why nothing is proposed for the only tool of the only rule that asks.
fn declined(report: &Report) -> &str {
    let rule = only(report);
    let ([], [declined]) = (rule.proposals.as_slice(), rule.declined.as_slice()) else {
        panic!("{:?} {:?}", rule.proposals, rule.declined)
    };
    &declined.why
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
      args.note: { length: { at_most: 15 }, type: string }
      args.order: { regex: \"[0-9]{5,5}\" }
      session.marks: { empty: true }
    action: allow
    risk: low
    reversible: true
    relaxed: { audit: 0.05, evidence: ";
    assert!(proposal.text.starts_with(expected), "{}", proposal.text);
    assert!(proposal.text.contains("  # Money goes back.\n  - id: refund\n    tool: refund\n"), "{}", proposal.text);
    assert_eq!(Some(proposal.until.clone()), day_of(past.at_ms + 92 * DAY_MS));
    // The text as it was is still there, byte for byte, in its order.
    let mut rest = proposal.text.as_str();
    for line in REFUNDS.lines() {
        let at = rest.find(line).unwrap_or_else(|| panic!("{line}"));
        rest = &rest[at + line.len()..];
    }
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
        (Checks { caught: 10, missed: 10 }, Some(Light::Green), Missing::Attention),
        (ATTENTIVE, None, Missing::Attention),
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
    past.refunds(114, "ana");
    let found = stage(&mut past);
    assert_eq!((found.share, found.next, found.proof.counted.approvals), (0.1, Some(0.5), 114));
    assert_eq!(found.proof.missing, [Missing::Approvals(1)]);
    assert!(!found.is_reached());
    // What was answered under another policy says nothing of this stage, nor does a call that the rule does not cover.
    past.say(&stack(REFUNDS), &refund(800, 10, "s"), 21, "ana", Says::Approve);
    let held_by = past.stack.clone();
    past.say(&held_by, &refund(801, 51, "s"), 21, "ana", Says::Approve);
    assert_eq!(stage(&mut past).proof.counted.approvals, 114);
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
fn a_stage_of_a_rule_with_a_limit_is_passed_too() {
    let relaxed = "  - { id: small, tool: refund, when: { args.amount: { at_most: 50 } }, action: allow, risk: low, \
                   reversible: true, limit: { calls: 9, per: 1d }, \
                   relaxed: { until: 2030-01-31, evidence: e, share: 0.1 } }\n";
    let text = REFUNDS.replace("rules:\n", &format!("rules:\n{relaxed}"));
    let mut past = Past::new(&text);
    past.refunds(115, "ana");
    let found = past.report(&text, ATTENTIVE).stages.remove(0);
    assert_eq!(found.proof.counted.approvals, 115);
    assert!(found.is_reached());
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
        assert_eq!(day_of(day * DAY_MS).as_deref(), Some(expected));
    }
}

#[test]
fn each_tool_of_a_rule_is_proposed_by_a_name_of_its_own_and_told_whose_its_calls_are() {
    let text = REFUNDS.replace("tool: refund", "tool: \"*\"");
    let mut past = Past::approved(&text, 600, |nth| {
        let json = refund(nth, 5 + nth % 20, &format!("s{}", nth % 9));
        match nth % 6 {
            0..=2 => json.replace("\"tool\":\"refund\"", "\"tool\":\"voucher\""),
            3 => json.replace("\"agent\"", "\"user\":{\"id\":\"kim\"},\"agent\""),
            4 => json.replace("\"agent\"", "\"user\":{\"id\":\"lee\"},\"agent\""),
            _ => json.replace("\"agent\"", "\"user\":{\"id\":\"\"},\"agent\""),
        }
    });
    let report = past.report(&text, ATTENTIVE);
    let found: Vec<_> = only(&report).proposals.iter().map(|each| (&*each.tool, &*each.rule, each.users)).collect();
    let users = |named, calls_without| Users { named, calls_without };
    let expected = [("refund", "refund-relaxed", users(2, 100)), ("voucher", "refund-relaxed-2", users(0, 300))];
    assert_eq!(found, expected);
}
