//! Reviewers and agents, simulated: how often a rule is relaxed that should not be, and how often one that should be is.
//!
//! The draws are those of a generator with a fixed seed. Exact probabilities, over all histories, are compared with.

use countersign::evidence::attention::Light;
use countersign::evidence::calibrate::answer::{Answer, Uncounted, answer};
use countersign::evidence::calibrate::evidence::Spread;
use countersign::evidence::calibrate::gate::{Checks, Counted, Grounds, Missing, bar, proof};
use countersign::evidence::statistics::sequential::approvals_needed;
use countersign::policy::terms::Risk;
use countersign::review::escalation::Escalation;
use countersign::review::event::{Entry, Event, Reviewer};

use super::{ATTENTIVE, Past, REFUNDS, START_MS, Says, only, refund};
use crate::lifecycle::{call, opened, stack};

const ALPHA: f64 = 0.05;
const RULES: u32 = 10_000;
const DECISIONS_MAX: u64 = 5_000;
/// Answers a day, after which somebody looks.
const A_DAY: u64 = 10;

/// Splitmix64 (Steele, Lea and Flood 2014).
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Above 0, and 1 at most.
    fn share(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn chance(&mut self, share: f64) -> bool {
        self.share() <= share
    }

    pub(super) fn below(&mut self, count: u64) -> u64 {
        self.next() % count
    }

    pub(super) fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize].clone()
    }

    /// How many times it comes out well before it does not, with the chance `good` of each.
    fn run(&mut self, good: f64) -> u64 {
        (self.share().ln() / good.ln()) as u64
    }
}

/// What the gate says of these counts, with everything given but what is counted.
fn missing(risk: Risk, approvals: u64, against: u64, checks: Checks) -> Vec<Missing> {
    let spread = Spread { days: 30, sessions: 30, reviewers: 2 };
    let grounds = Grounds { is_verified: true, checks, light: Some(Light::Green) };
    proof(Some(risk), true, Counted { approvals, against, spread }, 1, grounds).missing
}

/// Before there are check cards, the gate tells how many approvals its e-value alone asks for.
const NO_CARDS: Checks = Checks { caught: 0, missed: 0 };

/// By how much is against: how many approvals the gate asks for, as long as that is reached within `most` answers.
fn table(risk: Risk, checks: Checks, most: u64) -> Vec<u64> {
    let needed = |against| match missing(risk, 0, against, checks).as_slice() {
        [Missing::Approvals(count), ..] => *count,
        other => panic!("{other:?}"),
    };
    (0..)
        .map(needed)
        .zip(0..)
        .take_while(|(needed, against)| needed + against <= most)
        .map(|(needed, _)| needed)
        .collect()
}

/// The answers after which a rule passes of which a share of `good` is approved; looked at after each `every` answers.
fn passes_at(random: &mut Random, needed: &[u64], good: f64, every: u64, most: u64) -> Option<u64> {
    let mut answers = 0;
    for (against, needed) in (0_u64..).zip(needed) {
        let until = (answers + random.run(good)).min(most);
        // The first look at which there are enough approvals.
        let look = (needed + against).max(answers).div_ceil(every) * every;
        if look <= until {
            return Some(look);
        }
        answers = until + 1;
        if answers > most {
            return None;
        }
    }
    None
}

/// The exact probability of the same.
fn passes(needed: &[u64], good: f64, every: u64, most: u64) -> f64 {
    let mut here = vec![0.0; needed.len()];
    here[0] = 1.0;
    let mut passed = 0.0;
    for answers in 1..=most {
        for against in (0..needed.len()).rev() {
            let turned = if against == 0 { 0.0 } else { here[against - 1] * (1.0 - good) };
            here[against] = here[against] * good + turned;
            if answers.is_multiple_of(every) && answers >= needed[against] + against as u64 {
                passed += here[against];
                here[against] = 0.0;
            }
        }
    }
    passed
}

/// The share of simulated rules that pass; it is as far from the exact probability as chance makes it, four errors at most.
fn simulated(random: &mut Random, needed: &[u64], good: f64, every: u64, most: u64) -> f64 {
    let passed = (0..RULES).filter(|_| passes_at(random, needed, good, every, most).is_some()).count();
    let (found, exact) = (passed as f64 / f64::from(RULES), passes(needed, good, every, most));
    let error = (exact * (1.0 - exact) / f64::from(RULES)).sqrt();
    assert!((found - exact).abs() <= 4.0 * error + 1e-9, "{good}, every {every}: {found}, not {exact} ± {error}");
    found
}

#[test]
fn the_gate_asks_for_what_its_e_value_asks_for_and_for_what_reviewers_may_miss() {
    for (risk, most) in [(Risk::Low, 600), (Risk::Medium, 3_000), (Risk::High, 12_000)] {
        let right = bar(Some(risk), true).unwrap().right;
        for (against, needed) in (0..).zip(table(risk, NO_CARDS, most)) {
            assert_eq!(needed, approvals_needed(against, right, ALPHA).unwrap(), "{risk:?}, {against} against");
            assert_eq!(missing(risk, needed, against, NO_CARDS), [Missing::Checks(20)]);
            assert_eq!(missing(risk, needed - 1, against, NO_CARDS), [Missing::Approvals(1), Missing::Checks(20)]);
        }
        let mut before = u64::MAX;
        // The more is shown, the less is asked for; and never less than the e-value alone asks for.
        for caught in [20, 40, 400, 1_000_000] {
            let needed = table(risk, Checks { caught, missed: 0 }, 2 * most)[0];
            assert!(
                needed < before && needed > approvals_needed(0, right, ALPHA).unwrap(),
                "{risk:?}, {caught} caught"
            );
            assert_eq!(missing(risk, needed, 0, Checks { caught, missed: 0 }), []);
            before = needed;
        }
        assert_eq!(before, approvals_needed(0, right, ALPHA / 2.0).unwrap());
    }
}

#[test]
fn d04_of_ten_thousand_rules_that_are_just_not_good_enough_no_more_than_alpha_ever_pass() {
    let random = &mut Random(7);
    for checks in [NO_CARDS, ATTENTIVE] {
        let needed = table(Risk::Medium, checks, DECISIONS_MAX);
        for every in [1, A_DAY] {
            let passed = simulated(random, &needed, 0.99, every, DECISIONS_MAX);
            assert!(passed <= ALPHA, "{passed}");
        }
        // What is worse passes less often still, and so it is at the other bars.
        assert!(simulated(random, &needed, 0.985, A_DAY, DECISIONS_MAX) < 0.005);
        for (risk, good, most) in [(Risk::Low, 0.95, DECISIONS_MAX), (Risk::High, 0.999, 4 * DECISIONS_MAX)] {
            let passed = simulated(random, &table(risk, checks, most), good, A_DAY, most);
            assert!(passed <= ALPHA, "{risk:?}: {passed}");
        }
    }
}

#[test]
fn rules_that_are_good_enough_pass() {
    let random = &mut Random(8);
    // The e-value alone: computed with scipy 1.17.1, over all histories of 5,000 answers.
    let needed = table(Risk::Medium, NO_CARDS, DECISIONS_MAX);
    for (good, wanted) in [(0.99, 0.034_22), (0.995, 0.931_22), (0.998, 1.0)] {
        let exact = passes(&needed, good, 1, DECISIONS_MAX);
        assert!((exact - wanted).abs() <= 5.1e-6, "{good}: {exact}");
        let passed = simulated(random, &needed, good, 1, DECISIONS_MAX);
        // Somebody who looks once a day misses next to nothing.
        assert!(simulated(random, &needed, good, A_DAY, DECISIONS_MAX) >= passed - 0.02);
    }
    // The whole gate, where forty check cards were caught and none was missed.
    let needed = table(Risk::Medium, ATTENTIVE, DECISIONS_MAX);
    for (good, least) in [(0.995, 0.7), (0.998, 0.999)] {
        let passed = simulated(random, &needed, good, A_DAY, DECISIONS_MAX);
        assert!(passed >= least, "{good}: {passed}");
    }
}

/// Reviewers who reject a share of `caught` of bad calls and of check cards. Of a hundred answers three are to cards, up to
/// 400 of them, beside those at the start.
struct Reviewers {
    caught: f64,
    cards: u64,
}

/// What the gate asks for, asked once.
type Asked = std::collections::BTreeMap<(u64, u64, u64), Option<u64>>;

/// Whether a rule of which a share of `good` is right passes, looked at once a day. `alone` is what the e-value alone asks
/// for, so that the whole gate need not be asked before.
fn passes_by(random: &mut Random, asked: &mut Asked, alone: &[u64], good: f64, by: &Reviewers) -> bool {
    let hits = |random: &mut Random, cards: u64| (0..cards).filter(|_| random.chance(by.caught)).count() as u64;
    let approved = 1.0 - (1.0 - good) * by.caught;
    let (mut shown, mut found, mut against, mut next) = (0, 0, 0, random.run(approved));
    for answers in (A_DAY..=DECISIONS_MAX).step_by(A_DAY as usize) {
        while next < answers {
            against += 1;
            next += 1 + random.run(approved);
        }
        let due = (by.cards + answers * 3 / 100).min(400);
        found += hits(random, due - shown);
        shown = due;
        if alone.get(against as usize).is_none_or(|needed| answers - against < *needed) {
            continue;
        }
        let needed = *asked.entry((found, shown, against)).or_insert_with(|| {
            match missing(Risk::Medium, 0, against, Checks { caught: found, missed: shown - found }).as_slice() {
                [Missing::Approvals(count)] => Some(*count),
                _ => None,
            }
        });
        if needed.is_some_and(|needed| answers - against >= needed) {
            return true;
        }
    }
    false
}

#[test]
fn d03_what_reviewers_miss_relaxes_no_more_than_alpha() {
    let random = &mut Random(9);
    let (asked, alone) = (&mut Asked::new(), table(Risk::Medium, NO_CARDS, DECISIONS_MAX));
    for caught in [0.95, 0.9, 0.8, 0.7, 0.5] {
        for cards in [0, 400] {
            let by = Reviewers { caught, cards };
            let passed = (0..1_000).filter(|_| passes_by(random, asked, &alone, 0.99, &by)).count();
            assert!(passed <= 50, "{caught} caught, {cards} cards: {passed} of 1,000");
        }
    }
    // Who catches most, and is shown to, lets good rules pass.
    let by = Reviewers { caught: 0.95, cards: 60 };
    let passed = (0..200).filter(|_| passes_by(random, asked, &alone, 0.998, &by)).count();
    assert!(passed >= 190, "{passed}");
}

#[test]
fn d03_reviewers_who_stamp_everything_relax_nothing() {
    let stamped = |says: Says, checks: Checks| {
        let mut past = Past::new(REFUNDS);
        let held_by = past.stack.clone();
        for nth in 0..600 {
            past.say(&held_by, &refund(nth, 5 + nth % 20, &format!("s{}", nth % 9)), nth / 20, "ana", says);
        }
        past.report(REFUNDS, checks)
    };
    // Check cards and all else would do: the answers do not count.
    for (says, why) in [
        (Says::Hastily, Uncounted::TooFast),
        (Says::InBatch, Uncounted::InBatch),
        (Says::Unmeasured, Uncounted::Unmeasured),
    ] {
        let report = stamped(says, ATTENTIVE);
        let rule = only(&report);
        assert_eq!(rule.answers, [(Answer::Uncounted(why), 600)]);
        assert!(rule.proof.missing.iter().any(|missing| matches!(missing, Missing::Approvals(_))));
        assert!(rule.proposals.is_empty());
    }
    // They take their time and approve whatever it is, check cards too: of those they catch none, or few by chance.
    for caught in 0..=33 {
        let report = stamped(Says::Approve, Checks { caught, missed: 40 - caught });
        assert!(only(&report).proof.missing.contains(&Missing::Attention), "{caught}");
        assert!(only(&report).proposals.is_empty());
    }
    assert!(!stamped(Says::Approve, ATTENTIVE).rules[0].proposals.is_empty());
}

/// What is made of an escalation that two verified reviewers approve, each so, one every 30 seconds.
fn answer_of_two(says: [Says; 2]) -> Option<Answer> {
    answer_of_two_every(30_000, says)
}

fn answer_of_two_every(step_ms: usize, says: [Says; 2]) -> Option<Answer> {
    let policy = REFUNDS.replace("reversible: true\n", "reversible: true\n    review: { quorum: 2 }\n");
    let open = opened(&stack(&policy), call(&refund(1, 10, "s")), START_MS);
    let mut escalation = Escalation::begun_by(&open).unwrap();
    for (at_ms, (says, by)) in (START_MS..).step_by(step_ms).skip(1).zip(says.into_iter().zip(["ana", "ben"])) {
        let event = Event::Review(says.answered(by, escalation.held.digest));
        let reviewer = Reviewer { id: by.to_owned(), roles: Vec::new() };
        escalation.take(&Entry { at_ms, event }, Some(&reviewer)).unwrap();
    }
    answer(&escalation, true)
}

#[test]
fn d03_nobody_has_read_a_call_for_longer_than_it_was_held() {
    let both_say_20_seconds = [Says::Approve, Says::Approve];
    assert_eq!(answer_of_two_every(2_000, both_say_20_seconds), Some(Answer::For));
    assert_eq!(answer_of_two_every(1_000, both_say_20_seconds), Some(Answer::Uncounted(Uncounted::TooFast)));
}

#[test]
fn d03_of_two_approvals_both_must_have_been_read() {
    assert_eq!(answer_of_two([Says::Approve, Says::Approve]), Some(Answer::For));
    for (stamps, why) in [
        (Says::Hastily, Uncounted::TooFast),
        (Says::InBatch, Uncounted::InBatch),
        (Says::Unmeasured, Uncounted::Unmeasured),
    ] {
        for says in [[Says::Approve, stamps], [stamps, Says::Approve], [stamps, stamps]] {
            assert_eq!(answer_of_two(says), Some(Answer::Uncounted(why)), "{says:?}");
        }
    }
}
