//! Numbers of `evidence::statistics` where they are hard to compute, and where there are none.

use countersign::evidence::statistics::cost::{Costs, break_even, clean_approvals_needed};
use countersign::evidence::statistics::drift::Cusum;
use countersign::evidence::statistics::interval::{Method, interval, least_decisions, lower_bound, upper_bound};
use countersign::evidence::statistics::queue::{Queue, reviewers_needed, waiting};
use countersign::evidence::statistics::reviewer::{Reviewed, bad_share_bound, detection, rogan_gladen};
use countersign::evidence::statistics::sampling::{Prior, effective_count, miss, next_approved, share_reaches};
use countersign::evidence::statistics::sequential::{RatioTest, approvals_needed, mixture_ln_e};
use countersign::evidence::statistics::wilson;

use super::agree;

const METHODS: [Method; 4] = [Method::Wilson, Method::ClopperPearson, Method::Jeffreys, Method::Uniform];

#[test]
fn of_nothing_or_of_counts_that_cannot_be_there_is_no_interval() {
    assert_eq!((wilson(0, 0), wilson(2, 1)), (None, None));
    for method in METHODS {
        assert_eq!((interval(method, 0, 0, 0.05), interval(method, 2, 1, 0.05)), (None, None));
        for alpha in [0.0, 1.0, -0.1, 2.0, f64::NAN, f64::INFINITY] {
            assert_eq!((lower_bound(method, 1, 2, alpha), upper_bound(method, 1, 2, alpha)), (None, None), "{alpha}");
            assert_eq!(least_decisions(method, 0, 0.9, alpha), None, "{alpha}");
        }
        for bar in [0.0, 1.0, -0.1, f64::NAN] {
            assert_eq!(least_decisions(method, 0, bar, 0.05), None, "{bar}");
        }
    }
}

#[test]
fn bad_input_proves_nothing() {
    for bar in [0.0, 1.0, -1.0, 2.0, f64::NAN, f64::INFINITY] {
        assert_eq!((mixture_ln_e(9, 0, bar), approvals_needed(0, bar, 0.05)), (None, None), "{bar}");
        assert_eq!((approvals_needed(0, 0.9, bar), RatioTest::new(0.5, bar)), (None, None), "{bar}");
        assert_eq!(RatioTest::new(0.9, 0.95).and_then(|test| test.approvals_needed(0, bar)), None, "{bar}");
        assert_eq!((share_reaches(Prior::UNIFORM, 1, 1, bar), clean_approvals_needed(bar, 0.05, 1)), (None, None));
        assert_eq!((Cusum::new(bar, 0.5, 4.0), Cusum::new(0.5, bar, 4.0)), (None, None), "{bar}");
    }
    assert_eq!(RatioTest::new(0.9, 0.9), None);
    assert_eq!((Cusum::new(0.02, 0.002, 4.0), Cusum::new(0.002, 0.02, 0.0)), (None, None));
    let cusum = Cusum::new(0.002, 0.02, 4.0).expect("rates");
    assert_eq!([0.0, -0.5, 1.5, f64::NAN].map(|rate| cusum.average_run_length(rate)), [None; 4]);
    assert_eq!((detection(0, 0, 1, 1), detection(1, 1, 0, 0)), (None, None));
    assert_eq!((rogan_gladen(0.1, 0.5, 0.5), rogan_gladen(0.1, 0.2, 0.3)), (None, None));
    assert_eq!((rogan_gladen(1.1, 0.9, 0.9), rogan_gladen(f64::NAN, 0.9, 0.9)), (None, None));
    assert_eq!((miss(5, 6, 1), miss(5, 1, 6), next_approved(Prior::UNIFORM, 2, 1, 1)), (None, None, None));
    assert_eq!(next_approved(Prior { a: 0.0, b: 1.0 }, 1, 1, 1), None);
    assert_eq!((effective_count(10, 0, 0.1), effective_count(10, 2, 1.5)), (None, None));
    let costs = Costs { review: 1.0, loss: 10.0, caught: 0.5, rejected: 0.0, missed: 0.0 };
    assert_eq!(break_even(Costs { loss: 0.0, ..costs }), None);
    assert_eq!((break_even(Costs { review: -1.0, ..costs }), break_even(Costs { caught: 1.5, ..costs })), (None, None));
    assert_eq!(clean_approvals_needed(0.9, 0.05, 0), None);
    let queue = Queue { arrivals: 1.0, answers: 1.0 };
    assert_eq!(
        (waiting(Queue { answers: 0.0, ..queue }, 1), waiting(Queue { arrivals: -1.0, ..queue }, 1)),
        (None, None)
    );
    assert_eq!((reviewers_needed(queue, 1.0, 1.0), reviewers_needed(queue, f64::NAN, 0.5)), (None, None));
}

#[test]
fn without_check_cards_or_decisions_everything_may_be_bad() {
    let none = Reviewed { decided: 0, against: 0, check_cards: 0, caught: 0 };
    assert_eq!(bad_share_bound(none, 0.05), Some(1.0));
    assert_eq!(bad_share_bound(Reviewed { decided: 1_000_000, ..none }, 0.05), Some(1.0));
    assert_eq!(bad_share_bound(Reviewed { check_cards: 100, caught: 100, ..none }, 0.05), Some(1.0));
    assert_eq!(
        bad_share_bound(Reviewed { decided: 1_000, check_cards: 100, ..none }, 0.05),
        Some(1.0),
        "none was caught"
    );
    assert_eq!(bad_share_bound(Reviewed { against: 1, ..none }, 0.05), None);
    assert_eq!(bad_share_bound(Reviewed { caught: 1, ..none }, 0.05), None);
    assert_eq!(bad_share_bound(Reviewed { decided: 9, ..none }, f64::NAN), None);
}

/// Against 60 digits (mpmath 1.3): `ln SF + ln B − ln(1 − bar) − k ln bar − r ln(1 − bar)`.
#[test]
fn the_mixture_neither_over_nor_underflows() {
    let vectors = [
        (0, 0, 0.99, 0.0),
        (1, 0, 0.5, 0.4054651081081644),
        (449, 0, 0.99, 2.997603805430684),
        (5000, 0, 0.99, 46.33945628207644),
        (1000000, 0, 0.99, 10041.125512129474),
        (1000000, 5000, 0.99, 1568.080461224177),
        (1000000, 10000, 0.99, -3.3736146552263246),
        (1000000, 10200, 0.99, -5.0310118235309895),
        (100000000, 0, 0.999, 100038.52043287847),
        (0, 1000, 0.99, -6.90875477931522),
        (5, 2000, 0.99, -7.601377107095108),
        (1000, 100000, 0.99, -11.512834451748027),
        (20000, 20000, 0.5, -5.072544763590815),
        (20000, 20000, 0.45, 196.53200930719353),
        (20000, 20000, 0.55, -8.201249085152323),
        (3000000, 30, 0.99999, -1.5736990453739472),
        (10, 3, 1e-06, 129.86006043920963),
        (40, 0, 1e-09, 825.2170614121521),
    ];
    for (approved, against, bar, wanted) in vectors {
        let found = mixture_ln_e(approved, against, bar).expect("a number");
        let close = (found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0);
        assert!(close, "{approved} to {against} at {bar}: {found}, not {wanted}");
    }
}

/// Against 60 digits (mpmath 1.3).
#[test]
fn tails_hold_for_many_decisions() {
    let vectors = [
        (1000000, 1000100, 0.99989, 0.8170733885776238),
        (1000000, 1010000, 0.99, 0.8401652738621369),
        (100000, 101000, 0.9899, 0.7303671099260544),
        (20000, 40000, 0.5, 0.5),
        (20000, 40000, 0.52, 6.053817858254422e-16),
        (999, 1000, 0.9, 1.0),
        (500000, 500300, 0.9994, 0.488811009022805),
        (0, 2000, 0.001, 0.1350647254721022),
        (10000000, 10000010, 0.999999, 0.4169616260540614),
    ];
    for (approved, all, bar, wanted) in vectors {
        let found = share_reaches(Prior { a: 1.0, b: 1.0 }, approved, all, bar).expect("a probability");
        assert!(agree(found, wanted, 10), "{approved} of {all} at {bar}: {found}, not {wanted}");
    }
}

#[test]
fn bounds_and_tails_are_inverse_to_each_other() {
    for all in [1, 2, 7, 30, 1_000, 40_000, 3_000_000] {
        for hits in [0, 1, all / 3, all / 2, all - 1, all] {
            for alpha in [1e-12, 1e-6, 0.025, 0.4, 0.9] {
                let low = lower_bound(Method::Uniform, hits, all, alpha).expect("a bound");
                let above = share_reaches(Prior::UNIFORM, hits, all, low).expect("a probability");
                assert!((above - (1.0 - alpha)).abs() < 1e-8, "{hits} of {all}, {alpha}: {low}, {above}");
                let high = upper_bound(Method::Uniform, hits, all, alpha).expect("a bound");
                if high == 1.0 {
                    continue;
                }
                let above = share_reaches(Prior::UNIFORM, hits, all, high).expect("a probability");
                // Next to 1, numbers are too far apart for the last digits of a small probability.
                let apart = f64::EPSILON * all as f64 / alpha;
                assert!((above / alpha - 1.0).abs() <= 1e-8 + apart, "{hits} of {all}, {alpha}: {high}, {above}");
            }
        }
    }
}

#[test]
fn approvals_needed_is_the_least_number_for_every_bar() {
    for bar in [1e-9, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.999_999, 1.0 - 1e-9] {
        for against in [0, 1, 5, 60, 1_000] {
            for alpha in [1e-9, 0.05 / 50.0, 0.05, 0.5] {
                let needed = approvals_needed(against, bar, alpha).expect("a count");
                let wanted = -f64::ln(alpha);
                let row = format!("{bar}, {against} against, {alpha}: {needed}");
                assert!(mixture_ln_e(needed, against, bar).expect("a number") >= wanted, "{row}");
                assert!(needed == 1 || mixture_ln_e(needed - 1, against, bar).expect("a number") < wanted, "{row}");
            }
        }
    }
    assert_eq!(approvals_needed(u64::MAX, 0.99, 0.05), None, "nobody can count so many");
    assert_eq!(approvals_needed(0, 1.0 - f64::EPSILON / 2.0, 0.05), None, "nobody can count so many");
}

#[test]
fn an_answer_against_never_helps() {
    for (bar, approved) in [(0.95, 200), (0.99, 1_000), (0.999, 20_000)] {
        let values: Vec<f64> = (0..80).map(|against| mixture_ln_e(approved, against, bar).expect("a number")).collect();
        assert!(values.is_sorted_by(|fewer, more| fewer > more), "{values:?}");
    }
}

/// Two good results undo a bad one, and two bad ones in a row alarm: worked out by hand.
#[test]
fn a_run_length_that_can_be_worked_out_by_hand() {
    let cusum = Cusum { bad: 2.0, good: -1.0, alarm: 3.0 };
    for p in [0.01, 0.3, 0.9, 1.0] {
        let q: f64 = 1.0 - p;
        let wanted = (1.0 + p * (1.0 + q)) / (p - p * q * q);
        let found = cusum.average_run_length(p).expect("a length");
        assert!(agree(found, wanted, 12), "{p}: {found}, not {wanted}");
    }
}

/// The walk itself, with results drawn by a generator of a fixed seed, to three standard errors.
#[test]
fn run_lengths_are_those_of_walks() {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut is_bad = |rate: f64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        ((state >> 11) as f64) < rate * (1_u64 << 53) as f64
    };
    for (alarm, rate, walks) in [(3.0, 0.002, 1_500), (4.0, 0.02, 20_000), (4.0, 0.05, 20_000), (5.0, 0.05, 20_000)] {
        let cusum = Cusum::new(0.002, 0.02, alarm).expect("rates");
        let wanted = cusum.average_run_length(rate).expect("a length");
        let mut results: u64 = 0;
        for _ in 0..walks {
            let mut score = 0.0;
            while !cusum.is_alarm(score) {
                score = cusum.step(score, is_bad(rate));
                results += 1;
            }
        }
        let mean = results as f64 / f64::from(walks);
        // A run length is about as spread out as it is long.
        let error = 3.0 * wanted / f64::from(walks).sqrt();
        assert!((mean - wanted).abs() < error, "{alarm}, {rate}: {mean}, not {wanted}");
    }
}

#[test]
fn samples_at_their_edges() {
    assert_eq!((miss(20, 0, 20), miss(20, 1, 20), miss(0, 0, 0)), (Some(1.0), Some(0.0), Some(1.0)));
    assert_eq!((miss(20, 18, 3), next_approved(Prior::JEFFREYS, 3, 4, 0)), (Some(0.0), Some(1.0)));
    // As a product, one call after another.
    let product: f64 = (0..50_u32).map(|seen| 1.0 - 3_000.0 / (1_000_000.0 - f64::from(seen))).product();
    assert!(agree(miss(1_000_000, 3_000, 50).expect("a probability"), product, 9));
    assert_eq!(effective_count(300, 1, 1.0), Some(300.0));
}

/// Values of published tables of Erlang's formulas: B(10 erlangs, 10) = 0.2146, B(2, 4) = 0.0952.
#[test]
fn waiting_is_that_of_the_tables() {
    let blocked = |load: f64, reviewers: u32| {
        // B from C: C = B / (1 − ρ (1 − B)).
        let c = waiting(Queue { arrivals: load, answers: 1.0 }, reviewers).expect("a queue").probability;
        let rho = load / f64::from(reviewers);
        c * (1.0 - rho) / (1.0 - rho * c)
    };
    assert!((blocked(2.0, 4) - 0.0952).abs() < 5e-5, "{}", blocked(2.0, 4));
    assert!((blocked(9.0, 10) - 0.1680).abs() < 5e-5, "{}", blocked(9.0, 10));
    // With one reviewer a call waits with the probability that she is busy, and the sum of the formula has two terms.
    let one = waiting(Queue { arrivals: 0.6, answers: 1.0 }, 1).expect("a queue");
    assert!(agree(one.probability, 0.6, 12) && agree(one.mean, 1.5, 12) && agree(one.share_within(0.0), 0.4, 12));
    assert!(agree(one.share_within(2.0), 1.0 - 0.6 * (-0.8_f64).exp(), 12));
    for load in [0.5_f64, 3.0, 17.5] {
        for reviewers in [18, 20, 40] {
            let mut term = 1.0;
            let mut sum = 1.0;
            for count in 1..reviewers {
                term *= load / f64::from(count);
                sum += term;
            }
            let last = term * load / f64::from(reviewers) / (1.0 - load / f64::from(reviewers));
            let found = waiting(Queue { arrivals: load, answers: 1.0 }, reviewers).expect("a queue").probability;
            assert!(agree(found, last / (sum + last), 9), "{load}, {reviewers}: {found}");
        }
    }
}

#[test]
fn the_least_number_of_reviewers_is_enough_and_one_fewer_is_not() {
    for (arrivals, answers, time, share) in
        [(60.0, 30.0, 1.0 / 60.0, 0.9), (0.0, 1.0, 0.0, 0.99), (500.0, 12.0, 0.05, 0.8), (3.0, 20.0, 0.0, 0.5)]
    {
        let queue = Queue { arrivals, answers };
        let needed = reviewers_needed(queue, time, share).expect("a number");
        let within = |reviewers| waiting(queue, reviewers).expect("a queue").share_within(time);
        assert!(within(needed) >= share, "{arrivals}, {needed}");
        assert!(needed == 1 || within(needed - 1) < share, "{arrivals}, {needed}");
    }
    let swamped = waiting(Queue { arrivals: 10.0, answers: 1.0 }, 10).expect("a queue");
    assert_eq!((swamped.probability, swamped.share_within(1e9)), (1.0, 0.0));
    assert!(swamped.mean.is_infinite());
}
