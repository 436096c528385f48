//! When asking a person costs more than it saves, and how much evidence that takes.

use super::search::is_inner;

/// What a review costs and saves, all in one currency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Costs {
    /// Of one review.
    pub review: f64,
    /// Of a bad call that runs.
    pub loss: f64,
    /// The share of bad calls that reviewers catch, above 0 and at most 1.
    pub caught: f64,
    /// The share of good calls that reviewers reject, from 0 to 1.
    pub rejected: f64,
    /// Of a good call that does not run.
    pub missed: f64,
}

/// The share of bad calls above which a review pays: `(c + f V) / (h L + f V)`.
///
/// Reviewing pays while `p h L > c + f (1 − p) V`: review `c`, loss `L`, caught `h`, rejected `f`, missed `V`.
/// At 1 or above it never pays. `None` if an amount is negative or no number, or nothing can be saved.
///
/// ```
/// use countersign::evidence::statistics::cost::{Costs, break_even};
///
/// let costs = Costs { review: 3.0, loss: 1_000.0, caught: 0.7, rejected: 0.0, missed: 0.0 };
/// assert!((break_even(costs).ok_or("no such costs")? - 0.004_286).abs() < 1e-6);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn break_even(costs: Costs) -> Option<f64> {
    let Costs { review, loss, caught, rejected, missed } = costs;
    let are_amounts = [review, loss, missed].iter().all(|amount| *amount >= 0.0 && amount.is_finite());
    let are_shares = caught > 0.0 && caught <= 1.0 && (0.0..=1.0).contains(&rejected);
    let (of_good, saved) = (rejected * missed, caught * loss);
    (are_amounts && are_shares && saved > 0.0).then(|| (review + of_good) / (saved + of_good))
}

/// How many approvals without one answer against show that at least `bar` are good, if looked at once.
///
/// `⌈ln(alpha / candidates) / ln bar⌉`, from `bar^n ≤ alpha`; of `candidates` that were tried and the best taken, each has
/// its part of `alpha` only (Bonferroni). For a break-even of `p`, the bar is `1 − p`.
/// `None` if `bar` or `alpha` is not between 0 and 1, or there is no candidate.
///
/// ```
/// use countersign::evidence::statistics::cost::clean_approvals_needed;
///
/// assert_eq!(clean_approvals_needed(0.99, 0.05, 1), Some(299));
/// assert_eq!(clean_approvals_needed(0.99, 0.05, 100), Some(757));
/// ```
#[must_use]
pub fn clean_approvals_needed(bar: f64, alpha: f64, candidates: u64) -> Option<u64> {
    let can_be = is_inner(bar) && is_inner(alpha) && candidates > 0;
    can_be.then(|| ((alpha / candidates as f64).ln() / bar.ln()).ceil() as u64)
}
