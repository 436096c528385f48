//! The light for what check cards and the pace of approvals show.

use countersign::evidence::attention::{Light, Observed, Part, Relaxing, attention};
use countersign::evidence::statistics::drift::Cusum;

use Light::{Amber, Green, Red};

fn caught(misses: usize, hits: usize) -> Vec<bool> {
    // The misses first: only the last five may be a warning.
    [vec![false; misses], vec![true; hits]].concat()
}

fn light(check_cards: &[bool], approvals: u64, too_fast: u64) -> Light {
    attention(Observed { check_cards, approvals, too_fast, ..Observed::default() }).light
}

/// REVIEW.md §2.3: to show that seven of ten are caught takes 11 check cards without a miss, 17 with one, 22 with two.
#[test]
fn the_light_is_green_on_proof_only() {
    assert_eq!(light(&[], 0, 0), Amber);
    for (misses, needed) in [(0, 11), (1, 17), (2, 22)] {
        assert_eq!(light(&caught(misses, needed - misses - 1), 50, 0), Amber, "{misses}");
        assert_eq!(light(&caught(misses, needed - misses), 50, 0), Green, "{misses}");
    }
    assert_eq!(light(&caught(3, 19), 50, 0), Amber, "with three it takes more than with two");
    assert_eq!(light(&caught(50, 51), 50, 0), Amber);
}

#[test]
fn the_light_is_amber_while_more_than_a_tenth_of_approvals_is_too_fast() {
    let all = [true; 30];
    for (approvals, too_fast, wanted) in [
        (0, 0, Green),
        (9, 0, Green),
        (9, 1, Amber),
        (10, 1, Green),
        (10, 2, Amber),
        (100, 10, Green),
        (100, 11, Amber),
    ] {
        assert_eq!(light(&all, approvals, too_fast), wanted, "{too_fast} of {approvals}");
    }
}

#[test]
fn the_light_is_red_while_two_of_the_last_five_were_missed() {
    for (last, wanted) in [
        ([false, false, true, true, true], Red),
        ([true, false, true, true, false], Red),
        ([true, true, true, true, false], Green),
        ([false; 5], Red),
    ] {
        let cards = [vec![true; 200], last.to_vec()].concat();
        assert_eq!(light(&cards, 0, 0), wanted, "{last:?}");
    }
    let older = [vec![true; 200], vec![false, false], vec![true; 4]].concat();
    assert_eq!(light(&older, 0, 0), Green, "one of the two is the sixth from the end");
    assert_eq!(light(&[false, false], 0, 0), Red, "two of two");
    assert_eq!(light(&[false], 0, 0), Amber);
}

#[test]
fn only_green_lets_anything_be_relaxed_and_red_takes_it_back() {
    assert_eq!([Green, Amber, Red].map(Light::relaxing), [Relaxing::Open, Relaxing::Waits, Relaxing::Frozen]);
}

#[test]
fn check_cards_come_more_often_after_misses_and_after_ten_approvals_in_haste() {
    let is_low = |check_cards: &[bool], approvals, too_fast| {
        attention(Observed { check_cards, approvals, too_fast, ..Observed::default() }).is_low
    };
    assert!(!is_low(&[], 0, 0) && !is_low(&[true; 30], 100, 10));
    assert!(!is_low(&[], 9, 9), "nine say too little");
    assert!(is_low(&[], 10, 2) && is_low(&[true, false, false], 0, 0));
}

#[test]
fn what_is_counted_is_told() {
    let check_cards = caught(2, 18);
    let found = attention(Observed {
        check_cards: &check_cards,
        approvals: 40,
        too_fast: 3,
        paces: &[false, true, true],
        good_approved: 95,
        good_rejected: 5,
    });
    assert_eq!((found.shown, found.caught, found.missed_of_late, found.too_fast_share), (20, 18, 0, Some(0.075)));
    let (low, high) = found.interval.expect("twenty were shown");
    assert!((low - 0.683_017_285_980_917_7).abs() < 1e-9 && (high - 0.987_651_5).abs() < 1e-6, "{low}, {high}");
    let detection = found.detection.expect("both kinds were answered");
    assert!((detection.d_prime - 2.782_868_759_734_993_7).abs() < 1e-9);
    assert!((detection.criterion - 0.211_673_262_255_635_54).abs() < 1e-9);
    let haste = found.haste.expect("three were timed");
    assert_eq!((haste.before, haste.lately), (Part { all: 1, bad: 0 }, Part { all: 2, bad: 2 }));
    assert!((haste.score - 2.0 * 4.0_f64.ln()).abs() < 1e-12 && !haste.is_worse, "{haste:?}");
    let none = attention(Observed::default());
    assert_eq!((none.misses, none.haste), (None, None));
    assert_eq!((none.interval, none.detection, none.too_fast_share), (None, None, None));
}

/// One of five missed, never two of the last five: the light would stay green for what was long ago.
#[test]
fn misses_that_have_become_more_are_noticed_and_green_ends() {
    let good = vec![true; 200];
    let found = |later: &[bool]| {
        let cards = [good.as_slice(), later].concat();
        attention(Observed { check_cards: &cards, ..Observed::default() })
    };
    let fifth: Vec<bool> = (0..60).map(|at| at % 5 != 0).collect();
    // A miss adds ln 3, four hits take 4 ln(9/7): 0.093 more each time, and the alarm is 3.
    let late = found(&fifth);
    assert!(!late.misses.expect("some were shown").is_worse && late.light == Green, "{late:?}");
    let third: Vec<bool> = (0..18).map(|at| at % 3 != 0).collect();
    let late = found(&[third.as_slice(), &[true; 4]].concat());
    let misses = late.misses.expect("some were shown");
    // After the fifth miss 5 ln 3 − 8 ln(9/7) = 3.48, cut to 3, and so after the sixth.
    assert!(misses.is_worse && late.light == Amber && late.missed_of_late < 2, "{late:?}");
    assert_eq!((misses.before, misses.lately), (Part { all: 111, bad: 0 }, Part { all: 111, bad: 6 }));
    // A dozen hits after the last miss, and it is over.
    let rest = |hits: usize| found(&[third.as_slice(), &vec![true; hits]].concat());
    assert!(rest(9).misses.is_some_and(|misses| misses.is_worse));
    assert!(rest(10).misses.is_some_and(|misses| !misses.is_worse && misses.score == 0.0));
    assert_eq!(rest(10).light, Green);
}

#[test]
fn haste_that_has_become_more_is_told() {
    let paces: Vec<bool> = (0..100).map(|at| at >= 60 && at % 2 == 0).collect();
    let haste = attention(Observed { paces: &paces, ..Observed::default() }).haste.expect("all were timed");
    assert_eq!(
        (haste.before, haste.lately, haste.is_worse),
        (Part { all: 50, bad: 0 }, Part { all: 50, bad: 20 }, true)
    );
}

/// The false alarms that the documentation states.
#[test]
fn a_drift_is_seldom_seen_where_there_is_none() {
    let misses = Cusum::new(0.1, 0.3, 3.0).expect("rates");
    let haste = Cusum::new(0.05, 0.2, 4.0).expect("rates");
    let run = |cusum: Cusum, rate| cusum.average_run_length(rate).expect("a rate").floor();
    assert_eq!([run(misses, 0.1), run(misses, 0.3)], [238.0, 16.0]);
    assert_eq!([run(haste, 0.05), run(haste, 0.2)], [1_006.0, 26.0]);
}
