//! Where agents wait: hand-computed rates, and how many reviewers keep up.

use countersign::evidence::bottleneck::{Goal, HOUR_MS, Hours, Load, Waited, agent_time, bottleneck, per_week};
use countersign::evidence::statistics::queue::{Queue, waiting};
use countersign::review::escalation::fold;
use countersign::review::event::{Answered, Entry, Event, Verdict};

use crate::lifecycle::{answer, call, opened, stack};

const MINUTE_MS: u64 = 60_000;
const WEEK_MS: u64 = 168 * HOUR_MS;

fn load(calls: u64, wait_ms: u64, shown_ms: u64) -> Load {
    Load { calls, closed: calls, waited_ms: calls * wait_ms, timed: calls, shown_ms: calls * shown_ms }
}

fn hours(counts: &[u64]) -> Hours {
    let mut hours = Hours::default();
    for (hour, calls) in counts.iter().enumerate() {
        hours.add(hour as u64 * HOUR_MS + 17, *calls);
    }
    hours
}

#[test]
fn rates_and_shares_are_those_of_the_counts() {
    // Two weeks: 336 refunds that waited an hour each and took six minutes, 672 mails of ten minutes that took three.
    let loads =
        [("mail", load(672, 10 * MINUTE_MS, 3 * MINUTE_MS)), ("refund", load(336, 60 * MINUTE_MS, 6 * MINUTE_MS))];
    let hours = hours(&[2, 40, 40, 1]);
    let found = bottleneck(Waited { loads: &loads, hours: &hours, span: Some((5, 5 + 2 * WEEK_MS)) }, Goal::default());
    let [refund, mail] = found.rules.as_slice() else { panic!("{found:?}") };
    assert_eq!((refund.rule, mail.rule), ("refund", "mail"));
    assert_eq!((refund.arrivals_per_hour, mail.arrivals_per_hour, found.arrivals_per_hour), (1.0, 2.0, 3.0));
    assert_eq!((refund.share, mail.share), (0.75, 0.25));
    assert_eq!(refund.waited_ms_per_week, (168 * HOUR_MS) as f64);
    assert_eq!((refund.mean_wait_ms, mail.mean_wait_ms), (Some(3_600_000.0), Some(600_000.0)));
    // A call takes 4 minutes on average over both.
    assert_eq!((refund.answers_per_hour, mail.answers_per_hour), (Some(10.0), Some(20.0)));
    assert_eq!((found.answers_per_hour, found.busiest), (Some(15.0), Some((HOUR_MS, 40))));
    // Load 0.2: with one reviewer 1 − 0.2 e^(−12/12) = 92.6 % wait five minutes at most. 40 calls an hour: load 2.67, and
    // C(4, 8/3) = 0.3784 makes it 1 − C e^(−20/12) = 92.9 % with four, C(3, 8/3) = 0.7975 makes it 47 % with three.
    assert_eq!((found.reviewers, found.reviewers_busiest), (Some(1), Some(4)));
    let within = |reviewers| {
        let queue = Queue { arrivals: 40.0, answers: 15.0 };
        waiting(queue, reviewers).expect("a queue").share_within(1.0 / 12.0)
    };
    assert!((within(3) - 0.474_250_463_142_325).abs() < 1e-12, "{}", within(3));
    assert!((within(4) - 0.928_526_009_864_866_9).abs() < 1e-12, "{}", within(4));
}

#[test]
fn a_stricter_goal_takes_more_reviewers() {
    let (loads, hours) = ([((), load(60, MINUTE_MS, 2 * MINUTE_MS))], hours(&[60]));
    let waited = Waited { loads: &loads, hours: &hours, span: Some((0, HOUR_MS)) };
    let needed = |wait_ms, share| bottleneck(waited, Goal { wait_ms, share }).reviewers_busiest;
    assert_eq!(needed(MINUTE_MS, 0.9), Some(4));
    assert_eq!(needed(60 * MINUTE_MS, 0.9), Some(3), "with two, calls come as fast as they are answered");
    assert!(needed(0, 0.99) > needed(MINUTE_MS, 0.9));
}

#[test]
fn what_is_not_known_is_not_made_up() {
    let none: [((), Load); 0] = [];
    let found = bottleneck(Waited { loads: &none, hours: &Hours::default(), span: None }, Goal::default());
    assert_eq!((found.arrivals_per_hour, found.busiest), (0.0, None));
    assert_eq!((found.answers_per_hour, found.reviewers, found.reviewers_busiest), (None, None, None));
    // Held, never answered, and a reviewer who took no time at all.
    for untimed in [Load { calls: 7, ..Load::default() }, Load { calls: 7, closed: 7, timed: 7, ..Load::default() }] {
        let hours = hours(&[7]);
        let found = bottleneck(Waited { loads: &[((), untimed)], hours: &hours, span: Some((0, 10)) }, Goal::default());
        assert_eq!(
            (found.arrivals_per_hour, found.reviewers_busiest),
            (7.0, None),
            "ten milliseconds count as an hour"
        );
        assert_eq!((found.rules[0].share, found.rules[0].answers_per_hour), (0.0, None));
        assert_eq!(found.rules[0].mean_wait_ms, (untimed.closed > 0).then_some(0.0));
    }
}

#[test]
fn a_few_days_are_not_taken_for_a_week() {
    assert_eq!(per_week(1_000, None), 1_000.0);
    assert_eq!(per_week(1_000, Some((0, WEEK_MS / 7))), 1_000.0);
    assert_eq!(per_week(1_000, Some((9, 9 + 4 * WEEK_MS))), 250.0);
}

#[test]
fn time_of_agents_is_told_with_two_digits() {
    for (ms, expected) in [
        (0, "0 agent-minutes"),
        (MINUTE_MS, "1 agent-minute"),
        (90_000, "1.5 agent-minutes"),
        (59 * MINUTE_MS, "59 agent-minutes"),
        (HOUR_MS, "1 agent-hour"),
        (HOUR_MS * 45 / 10, "4.5 agent-hours"),
        (HOUR_MS * 31 + 9, "31 agent-hours"),
    ] {
        assert_eq!(agent_time(ms as f64), expected);
    }
}

#[test]
fn hours_add_up_in_any_order_and_the_newest_are_kept() {
    let [mut old, mut new, mut busy] = [Hours::default(), Hours::default(), Hours::default()];
    (0..9_000).for_each(|hour| old.add(hour * HOUR_MS, 5));
    (8_000..15_000).for_each(|hour| new.add(hour * HOUR_MS, 2));
    busy.add(12_345 * HOUR_MS, 7);
    busy.add(12_346 * HOUR_MS, 7);
    busy.add(3, 1_000);
    let sum = |parts: [&Hours; 3]| {
        let mut sum = Hours::default();
        parts.into_iter().for_each(|part| sum.merge(part.clone()));
        sum
    };
    let all = sum([&old, &new, &busy]);
    for order in [[&busy, &new, &old], [&new, &old, &busy], [&old, &busy, &new]] {
        assert_eq!(sum(order), all);
    }
    assert_eq!(all.busiest(), Some((12_345 * HOUR_MS, 9)), "the first of two, and not what is too long ago");
}

#[test]
fn a_review_is_timed_if_it_was_given_alone_and_not_beyond_what_the_call_waited() {
    let policy = "rules: [{ tool: a, action: escalate, review: { expires: 1h } }]";
    let of = |shown_ms: Option<u64>, in_batch: bool| {
        let open = opened(&stack(policy), call(r#"{"tool":"a","args":{}}"#), 1_000);
        let Event::Open { held, .. } = &open.event else { panic!("it opens") };
        let review = Answered { shown_ms, in_batch, ..answer(Verdict::Approve, held.digest) };
        let answered = Entry { at_ms: 61_000, event: Event::Review(review) };
        Load::of(&fold(&[open, answered], None, 61_000).expect("it is sound"))
    };
    let untimed = Load { calls: 1, closed: 1, waited_ms: 60_000, timed: 0, shown_ms: 0 };
    assert_eq!(of(None, false), untimed);
    assert_eq!(of(Some(5_000), true), untimed);
    assert_eq!(of(Some(5_000), false), Load { timed: 1, shown_ms: 5_000, ..untimed });
    // A tab that was open before, or a reviewer's word.
    assert_eq!(of(Some(1 << 50), false), Load { timed: 1, shown_ms: 60_000, ..untimed });

    let open = opened(&stack(policy), call(r#"{"tool":"a","args":{}}"#), 1_000);
    let expired = fold(&[open], None, 9 * HOUR_MS).expect("it is sound");
    assert_eq!(Load::of(&expired), Load { calls: 1, closed: 1, waited_ms: HOUR_MS, timed: 0, shown_ms: 0 });
}
