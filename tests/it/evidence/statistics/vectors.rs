//! Every number of `tests/vectors/calibration.json` (scipy 1.17.1) to nine digits.

use countersign::evidence::statistics::cost::{Costs, break_even, clean_approvals_needed};
use countersign::evidence::statistics::drift::Cusum;
use countersign::evidence::statistics::interval::{Method, interval, least_decisions, lower_bound, upper_bound};
use countersign::evidence::statistics::reviewer::{Reviewed, bad_share_bound, detection, rogan_gladen};
use countersign::evidence::statistics::sampling::{Prior, effective_count, miss, next_approved, share_reaches};
use countersign::evidence::statistics::sequential::{RatioTest, approvals_needed, mixture_ln_e};
use countersign::evidence::statistics::wilson;
use serde_json::Value;

use super::agree;

fn vectors(name: &str) -> Value {
    let text = include_str!("../../../vectors/calibration.json");
    let all: Value = serde_json::from_str(text).expect("the vectors are JSON");
    all[name].clone()
}

fn rows(value: &Value) -> &[Value] {
    let rows = value.as_array().expect("rows");
    assert!(!rows.is_empty(), "no rows");
    rows
}

fn number(row: &Value, key: &str) -> f64 {
    row[key].as_f64().unwrap_or_else(|| panic!("{row}: no number `{key}`"))
}

fn count(row: &Value, key: &str) -> u64 {
    row[key].as_u64().unwrap_or_else(|| panic!("{row}: no count `{key}`"))
}

/// The counts of a list, with their places: the numbers of rejections.
fn counts(list: &Value) -> impl Iterator<Item = (u64, u64)> {
    (0..).zip(rows(list).iter().map(|count| count.as_u64().expect("a count")))
}

fn assert_agree(found: Option<f64>, wanted: f64, row: &Value) {
    let found = found.unwrap_or_else(|| panic!("{row}: nothing"));
    assert!(agree(found, wanted, 9), "{row}: {found}, not {wanted}");
}

#[test]
fn intervals() {
    for row in rows(&vectors("intervals")) {
        let (hits, all) = (count(row, "k"), count(row, "n"));
        for (name, method) in
            [("wilson", Method::Wilson), ("clopper_pearson", Method::ClopperPearson), ("jeffreys", Method::Jeffreys)]
        {
            let ends = interval(method, hits, all, 0.05);
            assert_agree(ends.map(|(low, _)| low), row[name][0].as_f64().expect("an end"), row);
            assert_agree(ends.map(|(_, high)| high), row[name][1].as_f64().expect("an end"), row);
            assert_agree(lower_bound(method, hits, all, 0.05), number(&row["lb95"], name), row);
            // What is not a hit is bounded from the other side.
            let mirrored = upper_bound(method, all - hits, all, 0.05).map(|high| 1.0 - high);
            assert!((mirrored.expect("a bound") - number(&row["lb95"], name)).abs() < 1e-12, "{row}: {name}");
        }
        assert_agree(lower_bound(Method::Uniform, hits, all, 0.05), number(&row["lb95"], "uniform_prior"), row);
        assert_eq!(wilson(hits, all), interval(Method::Wilson, hits, all, 0.05));
    }
}

#[test]
fn least_numbers_of_decisions() {
    for row in rows(&vectors("min_n_one_sided")) {
        let method = match row["method"].as_str() {
            Some("cp") => Method::ClopperPearson,
            Some("wilson") => Method::Wilson,
            Some("jeffreys") => Method::Jeffreys,
            _ => panic!("{row}: unknown method"),
        };
        for (against, n) in counts(&row["n_by_rejections"]) {
            let (bar, alpha) = (number(row, "p0"), number(row, "alpha"));
            assert_eq!(least_decisions(method, against, bar, alpha), Some(n), "{row}: {against} against");
        }
    }
}

#[test]
fn sequential_tests() {
    let sprt = vectors("sprt");
    let test = RatioTest::new(number(&sprt, "p0"), number(&sprt, "p1")).expect("a test");
    assert_agree(Some(test.approval), number(&sprt, "llr_approve"), &sprt);
    assert_agree(Some(test.against), number(&sprt, "llr_reject"), &sprt);
    assert_agree(Some(-number(&sprt, "alpha").ln()), number(&sprt, "log_threshold"), &sprt);
    for row in rows(&sprt["e_values"]) {
        let (approved, all) = (count(row, "k"), count(row, "n"));
        assert_agree(Some(test.ln_e(approved, all - approved).exp()), number(row, "E"), row);
    }
    for (against, n) in counts(&sprt["n_by_rejections"]) {
        assert_eq!(test.approvals_needed(against, 0.05), Some(n - against), "{against} against");
    }

    let mixture = vectors("mixture_e_process");
    for row in rows(&mixture["e_values"]) {
        let (approved, all) = (count(row, "k"), count(row, "n"));
        assert_agree(mixture_ln_e(approved, all - approved, number(row, "p0")).map(f64::exp), number(row, "E"), row);
    }
    let by_bar = mixture["n_by_rejections"].as_object().expect("lists by bar");
    assert_eq!(by_bar.len(), 3);
    for (bar, list) in by_bar {
        for (against, n) in counts(list) {
            let needed = approvals_needed(against, bar.parse().expect("a bar"), 0.05);
            assert_eq!(needed, Some(n - against), "{bar}: {against} against");
        }
    }
}

#[test]
fn reviewers() {
    for row in rows(&vectors("sdt_loglinear")) {
        let shown = [count(row, "hits"), count(row, "misses")];
        let good = [count(row, "false_alarms"), count(row, "correct_rejections")];
        let found = detection(shown[0], shown[1], good[0], good[1]);
        assert_agree(found.map(|found| found.d_prime), number(row, "d_prime"), row);
        assert_agree(found.map(|found| found.criterion), number(row, "c"), row);
    }
    for row in rows(&vectors("rogan_gladen")) {
        let found = rogan_gladen(number(row, "apparent"), number(row, "sens"), number(row, "spec"));
        assert_agree(found, number(row, "true"), row);
    }
    for row in rows(&vectors("bad_rate_upper_bound")) {
        let (decided, against) = (count(row, "n"), count(row, "rejects"));
        let (check_cards, caught) = (count(row, "canaries"), count(row, "canary_hits"));
        let rejected = upper_bound(Method::ClopperPearson, against, decided, 0.025);
        assert_agree(rejected, number(row, "U_reject"), row);
        let low = lower_bound(Method::ClopperPearson, caught, check_cards, 0.025);
        assert_agree(low.or(Some(0.0)), number(row, "h_lower"), row);
        let bound = bad_share_bound(Reviewed { decided, against, check_cards, caught }, 0.05);
        assert_agree(bound, number(row, "U_bad"), row);
    }
}

#[test]
fn costs_and_candidates() {
    for row in rows(&vectors("cost_break_even")) {
        let (review, loss, caught) = (number(row, "review_cost"), number(row, "loss"), number(row, "detect"));
        let share = break_even(Costs { review, loss, caught, rejected: 0.0, missed: 0.0 });
        assert_agree(share, number(row, "p_star"), row);
        let needed = clean_approvals_needed(1.0 - number(row, "p_star"), 0.05, 1);
        assert_eq!(needed, Some(count(row, "n0_zero_reject_95")), "{row}");
    }
    for row in rows(&vectors("bonferroni_n0")) {
        let needed = clean_approvals_needed(number(row, "p0"), 0.05, count(row, "m"));
        assert_eq!(needed, Some(count(row, "n")), "{row}");
    }
}

#[test]
fn samples() {
    for row in rows(&vectors("hypergeom_miss")) {
        assert_agree(miss(count(row, "N"), count(row, "D"), count(row, "sample")), number(row, "p_none_seen"), row);
    }
    let prior = |row: &Value| Prior { a: number(row, "a"), b: number(row, "b") };
    for row in rows(&vectors("beta_binomial")) {
        let found = next_approved(prior(row), count(row, "k"), count(row, "n"), count(row, "next"));
        assert_agree(found, number(row, "p_all_approve"), row);
    }
    for row in rows(&vectors("posterior_tail")) {
        let found = share_reaches(prior(row), count(row, "k"), count(row, "n"), number(row, "p0"));
        assert_agree(found, number(row, "prob"), row);
    }
    for row in rows(&vectors("kish_n_eff")) {
        let found = effective_count(count(row, "n"), count(row, "cluster"), number(row, "rho"));
        assert_agree(found, number(row, "n_eff"), row);
    }
}

/// The run lengths of the vectors are those of a grid of 2,000 scores, to which each step is rounded. On that grid this
/// finds them to the last digit; the exact ones, without it, are up to 8 % longer.
#[test]
fn run_lengths() {
    let cusum = vectors("cusum");
    let of = |alarm| Cusum::new(number(&cusum, "p_accept"), number(&cusum, "p_reject"), alarm).expect("rates");
    assert_agree(Some(of(4.0).bad), number(&cusum, "w_bad"), &cusum);
    assert_agree(Some(of(4.0).good), number(&cusum, "w_good"), &cusum);
    for (name, alarm) in [("h=3", 3.0), ("h=4", 4.0), ("h=5", 5.0)] {
        for (rate_name, rate) in [("p=.002", 0.002), ("p=.02", 0.02), ("p=.05", 0.05)] {
            let wanted = number(&cusum["arl_markov"][name], rate_name);
            let on_grid = run_length_on_grid(of(alarm), rate);
            assert_eq!(on_grid.round(), wanted, "{name}, {rate_name}");
            let exact = of(alarm).average_run_length(rate).expect("a length");
            assert!((1.0..1.085).contains(&(exact / on_grid)), "{name}, {rate_name}: {exact}, on the grid {on_grid}");
        }
    }
}

/// The chain of Brook and Evans, solved from the top score down: the length from each is `known + unknown · length from 0`.
fn run_length_on_grid(cusum: Cusum, rate: f64) -> f64 {
    const GRID: usize = 2_000;
    let width = cusum.alarm / GRID as f64;
    let up = (cusum.bad / width).round() as usize;
    let down = (-cusum.good / width).round() as usize;
    let mut lengths = vec![0.0; GRID];
    // Each sweep goes one bad result further; what is beyond some hundreds of them does not count.
    for _ in 0..100_000 {
        let mut change: f64 = 0.0;
        for score in 0..GRID {
            let after_bad = lengths.get(score + up).copied().unwrap_or(0.0);
            // From 0, a good result leads to 0 again.
            let length = if score == 0 {
                1.0 / rate + after_bad
            } else {
                1.0 + rate * after_bad + (1.0 - rate) * lengths[score.saturating_sub(down)]
            };
            change = change.max((length - lengths[score]).abs());
            lengths[score] = length;
        }
        if change < 1e-9 {
            return lengths[0];
        }
    }
    panic!("the chain does not settle");
}
