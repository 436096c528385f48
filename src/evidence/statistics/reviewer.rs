//! What reviewers miss, as check cards show it, and what is left of an approval rate once that is known.

use super::interval::{Method, lower_bound, upper_bound};
use super::special::normal_above;

/// How well a reviewer tells bad calls from good ones (Green and Swets 1966; Macmillan and Creelman 2005).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// `d′ = z(H) − z(F)`: nought for somebody who answers without looking.
    pub d_prime: f64,
    /// `c = −(z(H) + z(F)) / 2`: rises as somebody leans to approving.
    pub criterion: f64,
}

/// Sensitivity and criterion from counts, with the log-linear correction of Hautus (1995).
///
/// A hit is a bad call rejected, a miss one approved; a false alarm is a good call rejected. `None` without bad calls or
/// without good ones.
///
/// ```
/// use countersign::evidence::statistics::reviewer::detection;
///
/// let found = detection(18, 2, 5, 95).ok_or("nothing was shown")?;
/// assert!((found.d_prime - 2.782_869).abs() < 1e-6 && (found.criterion - 0.211_673).abs() < 1e-6);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn detection(hits: u64, misses: u64, false_alarms: u64, correct_approvals: u64) -> Option<Detection> {
    let z = |yes: u64, no: u64| {
        let (yes, no) = (yes as f64, no as f64);
        (yes + no > 0.0).then(|| -normal_above((yes + 0.5) / (yes + no + 1.0)))
    };
    let (hit, alarm) = (z(hits, misses)?, z(false_alarms, correct_approvals)?);
    Some(Detection { d_prime: hit - alarm, criterion: -(hit + alarm) / 2.0 })
}

/// The share that is bad, from the share `apparent` that was rejected (Rogan and Gladen 1978), kept from 0 to 1.
///
/// `sensitivity` is the share of bad calls that are rejected, `specificity` that of good ones that are approved.
/// `None` if one of them is not a share, or if reviewers reject bad calls no more often than good ones.
///
/// ```
/// use countersign::evidence::statistics::reviewer::rogan_gladen;
///
/// // 93 % approved, by reviewers who catch half: 12 % may be bad.
/// let bad = rogan_gladen(0.07, 0.5, 0.99).ok_or("reviewers tell nothing apart")?;
/// assert!((bad - 0.122_449).abs() < 1e-6);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn rogan_gladen(apparent: f64, sensitivity: f64, specificity: f64) -> Option<f64> {
    let is_share = |share: &f64| (0.0..=1.0).contains(share);
    let told_apart = sensitivity + specificity - 1.0;
    ([apparent, sensitivity, specificity].iter().all(is_share) && told_apart > 0.0)
        .then(|| ((apparent + specificity - 1.0) / told_apart).clamp(0.0, 1.0))
}

/// What was decided about real calls and about check cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reviewed {
    /// Decisions about real calls.
    pub decided: u64,
    /// Of them, those that were no approval as proposed.
    pub against: u64,
    /// Check cards that were answered.
    pub check_cards: u64,
    /// Of them, those that were rejected.
    pub caught: u64,
}

/// The share of bad calls that is exceeded with probability `alpha` at most, corrected for what reviewers miss.
///
/// The exact upper bound of the share rejected over the exact lower bound of the share of check cards caught, with half of
/// `alpha` for each (Bonferroni). Without check cards it is 1: nobody knows whether anybody looked.
/// `None` if there are more of some than of all, or `alpha` is not between 0 and 1.
///
/// ```
/// use countersign::evidence::statistics::reviewer::{Reviewed, bad_share_bound};
///
/// let unchecked = Reviewed { decided: 300, against: 0, check_cards: 0, caught: 0 };
/// assert_eq!(bad_share_bound(unchecked, 0.05), Some(1.0));
/// let bound = bad_share_bound(Reviewed { check_cards: 20, caught: 18, ..unchecked }, 0.05).ok_or("no such counts")?;
/// assert!((bound - 0.017_893).abs() < 1e-6);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn bad_share_bound(reviewed: Reviewed, alpha: f64) -> Option<f64> {
    let Reviewed { decided, against, check_cards, caught } = reviewed;
    if against > decided || caught > check_cards || !super::search::is_inner(alpha) {
        return None;
    }
    if decided == 0 || check_cards == 0 {
        return Some(1.0);
    }
    let rejected = upper_bound(Method::ClopperPearson, against, decided, alpha / 2.0)?;
    let caught = lower_bound(Method::ClopperPearson, caught, check_cards, alpha / 2.0)?;
    Some(if caught > rejected { rejected / caught } else { 1.0 })
}
