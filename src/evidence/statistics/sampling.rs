//! What some of many say about the others.

use super::search::is_inner;
use super::special::{Beta, ln_beta};

/// A beta distribution of a share before anything was counted; both parameters are positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prior {
    /// Like so many approvals.
    pub a: f64,
    /// Like so many answers against.
    pub b: f64,
}

impl Prior {
    /// Every share is as likely as any other.
    pub const UNIFORM: Self = Self { a: 1.0, b: 1.0 };
    /// Jeffreys' prior.
    pub const JEFFREYS: Self = Self { a: 0.5, b: 0.5 };

    fn after(self, approved: u64, all: u64) -> Option<Beta> {
        let is_prior = [self.a, self.b].iter().all(|part| *part > 0.0 && part.is_finite());
        (is_prior && approved <= all).then(|| Beta { a: self.a + approved as f64, b: self.b + (all - approved) as f64 })
    }
}

/// The probability that none of `bad` ones among `all` is among `seen` of them, drawn at random (hypergeometric).
///
/// `None` if more are bad or seen than there are.
///
/// ```
/// use countersign::evidence::statistics::sampling::miss;
///
/// // Who looks at three of twenty misses a single bad one in 85 % of cases.
/// assert!((miss(20, 1, 3).ok_or("no such batch")? - 0.85).abs() < 1e-12);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn miss(all: u64, bad: u64, seen: u64) -> Option<f64> {
    if bad > all || seen > all {
        return None;
    }
    if bad > all - seen {
        return Some(0.0);
    }
    // n over k is 1 / ((n + 1) B(k + 1, n − k + 1)).
    let ln_choose = |n: u64, k: u64| -ln_beta(k as f64 + 1.0, (n - k) as f64 + 1.0) - (n as f64).ln_1p();
    Some((ln_choose(all - bad, seen) - ln_choose(all, seen)).exp().min(1.0))
}

/// The probability that the next `next` calls are all approved, after `approved` of `all` were (beta-binomial).
///
/// `None` if more were approved than all, or for a prior that is none.
///
/// ```
/// use countersign::evidence::statistics::sampling::{Prior, next_approved};
///
/// let all_ten = next_approved(Prior::UNIFORM, 100, 100, 10).ok_or("no such counts")?;
/// assert!((all_ten - 0.909_910).abs() < 1e-6);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn next_approved(prior: Prior, approved: u64, all: u64, next: u64) -> Option<f64> {
    let Beta { a, b } = prior.after(approved, all)?;
    Some((ln_beta(a + next as f64, b) - ln_beta(a, b)).exp())
}

/// The posterior probability that the true share is at least `bar`, after `approved` of `all`.
///
/// `None` if more were approved than all, for a prior that is none, or if `bar` is not between 0 and 1.
///
/// ```
/// use countersign::evidence::statistics::sampling::{Prior, share_reaches};
///
/// let likely = share_reaches(Prior::UNIFORM, 99, 100, 0.99).ok_or("no such counts")?;
/// assert!((likely - 0.267_935).abs() < 1e-6);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn share_reaches(prior: Prior, approved: u64, all: u64, bar: f64) -> Option<f64> {
    let posterior = prior.after(approved, all)?;
    if is_inner(bar) { Some(posterior.ln_above(bar)?.exp()) } else { None }
}

/// How many independent decisions `all` decisions are worth that come in clusters, such as sessions, of `cluster` each.
///
/// Kish's design effect (Kish 1965), `n / (1 + (m − 1) ρ)`; `correlation` within a cluster is from 0 to 1.
/// `None` if it is not, or for clusters of none.
///
/// ```
/// use countersign::evidence::statistics::sampling::effective_count;
///
/// assert_eq!(effective_count(300, 10, 0.2).map(f64::floor), Some(107.0));
/// ```
#[must_use]
pub fn effective_count(all: u64, cluster: u64, correlation: f64) -> Option<f64> {
    let others = cluster.checked_sub(1)?;
    (0.0..=1.0).contains(&correlation).then(|| all as f64 / (1.0 + others as f64 * correlation))
}
