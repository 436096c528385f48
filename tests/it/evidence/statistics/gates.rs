//! How often a gate lets a rule pass that is looked at after every decision: exact, over all histories of 5,000 decisions.

use countersign::evidence::statistics::interval::{Method, least_decisions};
use countersign::evidence::statistics::sequential::{RatioTest, approvals_needed, mixture_ln_e};

const BAR: f64 = 0.99;
const ALPHA: f64 = 0.05;
const DECISIONS_MAX: usize = 5_000;

/// The number of decisions at which each number of answers against passes, as far as it is reached.
fn passes(at: impl Fn(u64) -> Option<u64>) -> Vec<usize> {
    (0..).map(|against| at(against).expect("a count") as usize).take_while(|&at| at <= DECISIONS_MAX).collect()
}

fn exact() -> Vec<usize> {
    passes(|against| least_decisions(Method::ClopperPearson, against, BAR, ALPHA))
}

fn ratio() -> Vec<usize> {
    let test = RatioTest::new(BAR, 0.998).expect("a test");
    passes(|against| Some(test.approvals_needed(against, ALPHA)? + against))
}

fn mixture() -> Vec<usize> {
    passes(|against| Some(approvals_needed(against, BAR, ALPHA)? + against))
}

/// The reference values leave out histories with many answers against: with twelve or more for the ratio test, with 25 or
/// more for the mixture.
fn of_reference() -> [Vec<usize>; 3] {
    [exact(), ratio().into_iter().take(12).collect(), mixture().into_iter().take(25).collect()]
}

/// The probability that a rule of which a share of `good` is approved has passed by each number of decisions.
fn passed_by(passes: &[usize], good: f64) -> Vec<f64> {
    let mut here = vec![0.0; passes.len()];
    here[0] = 1.0;
    let mut passed = vec![0.0];
    for decisions in 1..=DECISIONS_MAX {
        let mut now = passed[decisions - 1];
        for against in (0..passes.len()).rev() {
            let turned = if against == 0 { 0.0 } else { here[against - 1] * (1.0 - good) };
            here[against] = here[against] * good + turned;
            if decisions >= passes[against] {
                now += here[against];
                here[against] = 0.0;
            }
        }
        passed.push(now);
    }
    passed
}

fn mean_decisions(passed: &[f64]) -> f64 {
    let sum: f64 = passed.windows(2).zip(1_u32..).map(|(two, at)| (two[1] - two[0]) * f64::from(at)).sum();
    sum / passed[DECISIONS_MAX]
}

#[test]
fn promotion_at_the_first_crossing() {
    let table = [
        (0.98, [0.0030, 0.0006, 0.0001]),
        (0.985, [0.0189, 0.0049, 0.0015]),
        (0.99, [0.2322, 0.0495, 0.0330]),
        (0.995, [0.998, 0.598, 0.878]),
        (0.998, [1.0, 0.997, 1.0]),
        (0.999, [1.0, 1.0, 1.0]),
    ];
    let gates = of_reference();
    for (good, wanted) in table {
        for (passes, wanted) in gates.iter().zip(wanted) {
            let found = passed_by(passes, good)[DECISIONS_MAX];
            let unit = if good > 0.99 { 0.0005 } else { 0.00005 };
            assert!((found - wanted).abs() <= unit + 1e-9, "{good}: {found}, not {wanted}");
        }
    }
    for (good, wanted) in [(0.998, [441.0, 616.0, 756.0]), (0.999, [359.0, 467.0, 574.0])] {
        for (passes, wanted) in gates.iter().zip(wanted) {
            assert_eq!(mean_decisions(&passed_by(passes, good)).round(), wanted, "{good}");
        }
    }
}

/// Every history counts; computed with scipy 1.17.1.
#[test]
fn promotion_at_the_first_crossing_over_all_histories() {
    for (good, ratio_wanted, mixture_wanted) in
        [(0.99, 0.04968, 0.03422), (0.995, 0.70233, 0.93122), (0.998, 0.99997, 1.0)]
    {
        for (passes, wanted) in [(ratio(), ratio_wanted), (mixture(), mixture_wanted)] {
            let found = passed_by(&passes, good)[DECISIONS_MAX];
            assert!((found - wanted).abs() <= 5.1e-6, "{good}: {found}, not {wanted}");
        }
    }
}

#[test]
fn d04_looking_every_day_wears_out_an_interval_and_no_e_value() {
    let [exact, ratio, mixture] = of_reference().map(|passes| passed_by(&passes, BAR));
    // One look is within alpha. Looking after every decision, more than one in ten passes that should not.
    for (by, wanted) in [(300, 0.04954), (500, 0.07557), (1_000, 0.11838), (2_000, 0.16961), (5_000, 0.23223)] {
        assert!((exact[by] - wanted).abs() <= 5.1e-6, "by {by}: {}, not {wanted}", exact[by]);
    }
    for (passed, by, wanted) in
        [(&ratio, 1_000, 0.04476), (&ratio, 5_000, 0.04954), (&mixture, 1_000, 0.01867), (&mixture, 5_000, 0.03303)]
    {
        assert!((passed[by] - wanted).abs() <= 5.1e-6, "by {by}: {}, not {wanted}", passed[by]);
    }
    assert!(exact[1_000] > 2.0 * ALPHA);
    for passes in [self::ratio(), self::mixture()] {
        assert!(passed_by(&passes, BAR)[DECISIONS_MAX] <= ALPHA);
    }
}

#[test]
fn d04_where_the_interval_first_crosses_the_e_value_is_not_there_yet() {
    for against in 0..20 {
        let crossing = least_decisions(Method::ClopperPearson, against, BAR, ALPHA).expect("a count");
        let ln_e = mixture_ln_e(crossing - against, against, BAR).expect("a number");
        assert!(ln_e < -ALPHA.ln(), "{against} against: passes at {crossing}");
        assert!(approvals_needed(against, BAR, ALPHA).expect("a count") > crossing - against);
    }
}

/// Ville's inequality needs no history in which the e-value is worth more, on average, after the next answer.
#[test]
fn the_e_value_is_expected_to_fall_wherever_the_rule_is_not_good_enough() {
    for bar in [0.5, 0.9, 0.99, 0.999] {
        for (approved, against) in [(0, 0), (10, 0), (0, 10), (300, 0), (449, 3), (10_000, 40), (1, 500)] {
            let now = mixture_ln_e(approved, against, bar).expect("a number");
            let approval = (mixture_ln_e(approved + 1, against, bar).expect("a number") - now).exp();
            let rejection = (mixture_ln_e(approved, against + 1, bar).expect("a number") - now).exp();
            for good in [bar, bar * 0.99, bar * 0.5] {
                let next = good * approval + (1.0 - good) * rejection;
                assert!(next <= 1.0 + 1e-9, "{bar}, {approved} to {against}, {good}: {next}");
            }
            // At the bar itself the bet is fair.
            assert!((bar * approval + (1.0 - bar) * rejection - 1.0).abs() < 1e-9, "{bar}, {approved} to {against}");
        }
    }
}
