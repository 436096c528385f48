//! How far a share that was counted can be from the true one, if it is looked at once.
//!
//! For what is looked at again and again, see [`sequential`](super::sequential).

use super::search::{is_inner, least};
use super::special::{Beta, normal_above};

/// How an interval is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Wilson's score interval (Wilson 1927): right on average, so for display (Newcombe 1998).
    Wilson,
    /// The exact interval (Clopper and Pearson 1934): never wrong more often than said, so for a gate.
    ClopperPearson,
    /// The quantiles of the posterior from Jeffreys' prior, Beta(½, ½) (Brown, Cai and DasGupta 2001).
    Jeffreys,
    /// The quantiles of the posterior from the uniform prior, Beta(1, 1).
    Uniform,
}

/// The Wilson interval of 95 % for a true share, of which `hits` of `all` were seen; for display, and no gate.
///
/// `None` if nothing was counted, or more hits than all.
///
/// ```
/// use countersign::evidence::statistics::wilson;
///
/// let (low, high) = wilson(99, 100).ok_or("nothing was counted")?;
/// assert!((low - 0.945_514).abs() < 1e-6 && (high - 0.998_233).abs() < 1e-6);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn wilson(hits: u64, all: u64) -> Option<(f64, f64)> {
    interval(Method::Wilson, hits, all, 0.05)
}

/// Both ends of the interval that misses the true share with probability `alpha`, half of it at each end.
///
/// By convention Jeffreys' interval begins at 0 if there is no hit, and ends at 1 if there are only hits.
/// `None` if nothing was counted, if there are more hits than all, or if `alpha` is not between 0 and 1.
///
/// ```
/// use countersign::evidence::statistics::interval::{Method, interval};
///
/// // "99 of 100 were approved" does not even show 95 %.
/// let (low, high) = interval(Method::ClopperPearson, 99, 100, 0.05).ok_or("nothing was counted")?;
/// assert!((low - 0.945_541).abs() < 1e-6 && (high - 0.999_747).abs() < 1e-6);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn interval(method: Method, hits: u64, all: u64, alpha: f64) -> Option<(f64, f64)> {
    let low = lower_bound(method, hits, all, alpha / 2.0)?;
    let high = upper_bound(method, hits, all, alpha / 2.0)?;
    let is_whole = method == Method::Jeffreys;
    Some((if is_whole && hits == 0 { 0.0 } else { low }, if is_whole && hits == all { 1.0 } else { high }))
}

/// The bound that is above the true share with probability `alpha` at most (one side).
///
/// `None` as for [`interval`].
///
/// ```
/// use countersign::evidence::statistics::interval::{Method, lower_bound};
///
/// let low = lower_bound(Method::ClopperPearson, 299, 299, 0.05).ok_or("nothing was counted")?;
/// assert!((low - 0.990_031).abs() < 1e-6);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn lower_bound(method: Method, hits: u64, all: u64, alpha: f64) -> Option<f64> {
    check(hits, all, alpha)?;
    match (method, hits) {
        (Method::Wilson | Method::ClopperPearson, 0) => Some(0.0),
        (Method::Wilson, _) => Some(wilson_end(hits, all, -normal_above(alpha))),
        (Method::ClopperPearson | Method::Jeffreys | Method::Uniform, _) => {
            below_share(method, hits, all).quantile_below(alpha)
        }
    }
}

/// The bound that is below the true share with probability `alpha` at most (one side).
///
/// `None` as for [`interval`].
///
/// ```
/// use countersign::evidence::statistics::interval::{Method, upper_bound};
///
/// // No rejection in 300: by the rule of three up to 1 % may be bad; 0.9936 % in fact.
/// let high = upper_bound(Method::ClopperPearson, 0, 300, 0.05).ok_or("nothing was counted")?;
/// assert!((high - 0.009_936).abs() < 1e-6);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn upper_bound(method: Method, hits: u64, all: u64, alpha: f64) -> Option<f64> {
    check(hits, all, alpha)?;
    match method {
        Method::Wilson | Method::ClopperPearson if hits == all => Some(1.0),
        Method::Wilson => Some(wilson_end(hits, all, normal_above(alpha))),
        // The mirror image: what is above the share of hits is below the share of the others.
        Method::ClopperPearson | Method::Jeffreys | Method::Uniform => {
            let Beta { a, b } = below_share(method, all - hits, all);
            Beta { a: b, b: a }.quantile_above(alpha)
        }
    }
}

/// The least number of decisions of which `against` were no approval whose [`lower_bound`] reaches `bar`.
///
/// A plan for one look after that many decisions; looking earlier too is what
/// [`sequential`](super::sequential::approvals_needed) is for.
/// `None` if `bar` or `alpha` is not between 0 and 1, or if nobody can count so many.
///
/// ```
/// use countersign::evidence::statistics::interval::{Method, least_decisions};
///
/// assert_eq!(least_decisions(Method::ClopperPearson, 0, 0.99, 0.05), Some(299));
/// assert_eq!(least_decisions(Method::ClopperPearson, 1, 0.99, 0.05), Some(473));
/// ```
#[must_use]
pub fn least_decisions(method: Method, against: u64, bar: f64, alpha: f64) -> Option<u64> {
    if !is_inner(bar) || !is_inner(alpha) {
        return None;
    }
    let approved = least(|approved| {
        let all = approved.checked_add(against)?;
        if method == Method::Wilson {
            return Some(lower_bound(method, approved, all, alpha)? >= bar);
        }
        // The quantile is at the bar or above it where no more than `alpha` is below the bar.
        Some(below_share(method, approved, all).ln_below(bar)? <= alpha.ln())
    })?;
    Some(approved + against)
}

fn check(hits: u64, all: u64, alpha: f64) -> Option<()> {
    (all > 0 && hits <= all && is_inner(alpha)).then_some(())
}

/// One end of Wilson's interval: the lower for a negative `z`.
fn wilson_end(hits: u64, all: u64, z: f64) -> f64 {
    let (n, share) = (all as f64, hits as f64 / all as f64);
    let z2 = z * z / n;
    let away = z * (share * (1.0 - share) / n + z2 / (4.0 * n)).sqrt();
    (share + z2 / 2.0 + away) / (1.0 + z2)
}

/// The distribution whose quantile is the lower bound; Clopper and Pearson's is for at least one hit.
fn below_share(method: Method, hits: u64, all: u64) -> Beta {
    let (hits, misses) = (hits as f64, (all - hits) as f64);
    match method {
        Method::ClopperPearson => Beta { a: hits, b: misses + 1.0 },
        Method::Jeffreys => Beta { a: hits + 0.5, b: misses + 0.5 },
        Method::Wilson | Method::Uniform => Beta { a: hits + 1.0, b: misses + 1.0 },
    }
}
