//! Whether answers prove enough for a rule to ask less, and what is missing.

use super::evidence::Spread;
use crate::evidence::attention::{CAUGHT_SHARE_MIN, Light, Relaxing};
use crate::evidence::statistics::interval::{Method, lower_bound, wilson};
use crate::evidence::statistics::reviewer::{Reviewed, bad_share_bound};
use crate::evidence::statistics::sequential::{approvals_needed, mixture_ln_e};
use crate::policy::terms::Risk;
use crate::review::present::rows::grouped;

/// The chance of relaxing a rule that should not be, over all times at which somebody looks.
pub const ALPHA: f64 = 0.05;
/// On so many days must answers have been given.
pub const DAYS_MIN: u64 = 7;
/// In so many sessions.
pub const SESSIONS_MIN: u64 = 5;
/// So many check cards must have been answered: what reviewers catch has to be known.
pub const CHECKS_MIN: u64 = 20;

/// What check cards say about the reviewers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    /// Check cards that were rejected, as they should be.
    pub caught: u64,
    /// Check cards that were approved.
    pub missed: u64,
}

impl Checks {
    /// How many were answered.
    #[must_use]
    pub const fn all(self) -> u64 {
        self.caught + self.missed
    }
}

/// What an answer is worth: whether it was given, and by reviewers who look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grounds {
    /// Whether the history was found whole against a checkpoint that was kept elsewhere.
    pub is_verified: bool,
    /// What check cards say.
    pub checks: Checks,
    /// How attentive reviewers are; anything but green, and nobody knowing it, lets nothing be relaxed.
    pub light: Option<Light>,
}

/// What a rule's calls must prove.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// The share of calls that must be right.
    pub right: f64,
    /// How many reviewers must have answered.
    pub reviewers: u64,
}

/// The bar of calls of this risk; `None`: such calls are never relaxed.
///
/// Low 0.95, medium 0.99, high 0.999 and two reviewers; critical, and what cannot be undone, never. A risk that is not
/// written counts as high, and what is not said to be reversible as irreversible.
#[must_use]
pub const fn bar(risk: Option<Risk>, is_reversible: bool) -> Option<Bar> {
    match risk {
        _ if !is_reversible => None,
        Some(Risk::Low) => Some(Bar { right: 0.95, reviewers: 1 }),
        Some(Risk::Medium) => Some(Bar { right: 0.99, reviewers: 1 }),
        Some(Risk::High) | None => Some(Bar { right: 0.999, reviewers: 2 }),
        Some(Risk::Critical) => None,
    }
}

/// What is counted of answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Approvals that count, each occasion once.
    pub approvals: u64,
    /// What counts against.
    pub against: u64,
    /// How widely they are spread.
    pub spread: Spread,
}

/// What answers prove of calls, and what is missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// What was counted.
    pub counted: Counted,
    /// The share that must be right; `None`: never relaxed.
    pub bar: Option<f64>,
    /// The Wilson interval of 95 % of the share that is right, for display.
    pub wilson: Option<(f64, f64)>,
    /// Natural logarithm of the e-value of the mixture e-process against the bar; `None` without a bar.
    pub log_e: Option<f64>,
    /// What it must come to: `ln(tried / alpha)`.
    pub log_e_needed: f64,
    /// The share of bad calls is at most this, with 95 % confidence, given how many bad calls reviewers catch.
    pub bad_at_most: f64,
    /// What is missing; nothing if it passes.
    pub missing: Vec<Missing>,
}

/// Something that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// Calls that are critical are never relaxed.
    NotCritical,
    /// Calls that are not said to be reversible are never relaxed.
    Reversible,
    /// So many more approvals, none of them against.
    Approvals(u64),
    /// Answers on so many more days.
    Days(u64),
    /// Answers in so many more sessions.
    Sessions(u64),
    /// Answers of so many more reviewers.
    Reviewers(u64),
    /// So many more answered check cards.
    Checks(u64),
    /// Reviewers who notice more of what is planted.
    Attention,
    /// A history that is whole, as a checkpoint says that was kept elsewhere.
    Verified,
}

impl Missing {
    /// The word for it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotCritical => "critical",
            Self::Reversible => "irreversible",
            Self::Approvals(_) => "approvals",
            Self::Days(_) => "days",
            Self::Sessions(_) => "sessions",
            Self::Reviewers(_) => "reviewers",
            Self::Checks(_) => "checks",
            Self::Attention => "attention",
            Self::Verified => "verified",
        }
    }

    /// How many, where something is counted.
    #[must_use]
    pub const fn count(self) -> Option<u64> {
        match self {
            Self::Approvals(count)
            | Self::Days(count)
            | Self::Sessions(count)
            | Self::Reviewers(count)
            | Self::Checks(count) => Some(count),
            Self::NotCritical | Self::Reversible | Self::Attention | Self::Verified => None,
        }
    }

    /// A clause that says it.
    #[must_use]
    pub fn message(self) -> String {
        let more = |count: u64, what: &str| {
            let counted = grouped(usize::try_from(count).unwrap_or(usize::MAX));
            format!("{counted} more {what}{}", if count == 1 { "" } else { "s" })
        };
        match self {
            Self::NotCritical => "what is critical is never relaxed".to_owned(),
            Self::Reversible => {
                "the rule does not say `reversible: true`, and what cannot be undone is never relaxed".to_owned()
            }
            Self::Approvals(count) => format!("{}, with nothing against", more(count, "approval")),
            Self::Days(count) => format!("answers on {}", more(count, "day")),
            Self::Sessions(count) => format!("answers in {}", more(count, "session")),
            Self::Reviewers(count) => format!("answers of {}", more(count, "reviewer")),
            Self::Checks(count) => format!("{} that reviewers answered", more(count, "check card")),
            Self::Attention => "reviewers who are seen to look: the attention light must be green".to_owned(),
            Self::Verified => "a checkpoint that was kept elsewhere and says that the history is whole".to_owned(),
        }
    }
}

/// What `counted` proves of calls of this risk, if `tried` conditions were tried to find them.
///
/// The mixture e-process (REVIEW §4.3) must reach `tried / alpha`, which stays honest however often somebody looks. Its bar
/// is corrected by what reviewers are shown to catch of check cards (§4.4, with half of alpha for each): those who catch
/// 80 % of the bad calls reject 0.8 % of calls of which 1 % are bad. A bound for one look would not do here either: looked
/// at daily, up to 8 % of rules that are just not good enough would pass.
///
/// ```
/// use countersign::evidence::attention::Light;
/// use countersign::evidence::calibrate::evidence::Spread;
/// use countersign::evidence::calibrate::gate::{Checks, Counted, Grounds, Missing, proof};
/// use countersign::policy::terms::Risk;
///
/// let spread = Spread { days: 20, sessions: 20, reviewers: 1 };
/// let checks = Checks { caught: 25, missed: 0 };
/// let grounds = Grounds { is_verified: true, checks, light: Some(Light::Green) };
/// // 99 of 100 is not enough, whatever it looks like.
/// let counted = Counted { approvals: 99, against: 1, spread };
/// let missing = proof(Some(Risk::Medium), true, counted, 1, grounds).missing;
/// assert_eq!(missing, [Missing::Approvals(801)]);
/// let counted = Counted { approvals: 900, against: 1, spread };
/// assert!(proof(Some(Risk::Medium), true, counted, 1, grounds).missing.is_empty());
/// // Where nobody knows what reviewers catch, nothing is proved.
/// let missing = proof(Some(Risk::Medium), true, counted, 1, Grounds::default()).missing;
/// assert_eq!(missing, [Missing::Checks(20), Missing::Attention, Missing::Verified]);
/// ```
#[must_use]
pub fn proof(risk: Option<Risk>, is_reversible: bool, counted: Counted, tried: u64, grounds: Grounds) -> Proof {
    let Grounds { is_verified, checks, light } = grounds;
    let Counted { approvals, against, spread } = counted;
    let all = approvals + against;
    let alpha = ALPHA / tried.max(1) as f64;
    let mut proof = Proof {
        counted,
        bar: None,
        wilson: wilson(approvals, all),
        log_e: None,
        log_e_needed: -alpha.ln(),
        bad_at_most: bad_at_most(all, against, checks),
        missing: Vec::new(),
    };
    let Some(bar) = bar(risk, is_reversible) else {
        let critical = (risk == Some(Risk::Critical)).then_some(Missing::NotCritical);
        proof.missing = critical.into_iter().chain((!is_reversible).then_some(Missing::Reversible)).collect();
        return proof;
    };
    (proof.bar, proof.log_e) = (Some(bar.right), mixture_ln_e(approvals, against, bar.right));
    let mut missing = Vec::new();
    let mut lacks = |has: u64, least: u64, what: fn(u64) -> Missing| {
        if has < least {
            missing.push(what(least - has));
        }
    };
    lacks(approvals, needed(bar.right, alpha, against, checks), Missing::Approvals);
    lacks(spread.days, DAYS_MIN, Missing::Days);
    lacks(spread.sessions, SESSIONS_MIN, Missing::Sessions);
    lacks(spread.reviewers, bar.reviewers, Missing::Reviewers);
    lacks(checks.all(), CHECKS_MIN, Missing::Checks);
    if light.is_none_or(|light| light.relaxing() != Relaxing::Open)
        || checks.all() >= CHECKS_MIN && !is_attentive(checks)
    {
        missing.push(Missing::Attention);
    }
    if !is_verified {
        missing.push(Missing::Verified);
    }
    proof.missing = missing;
    proof
}

/// What the answers that a condition was not found in lack of their part of the spread: they are a `share` of all that it
/// covers, from 0 to 1. As many reviewers must be among them as among all.
pub(super) fn missing_of_part(bar: Bar, newer: Spread, share: f64) -> Vec<Missing> {
    let part = |least: u64| (least as f64 * share).ceil() as u64;
    let lacks = |has: u64, least: u64, what: fn(u64) -> Missing| (has < least).then(|| what(least - has));
    [
        lacks(newer.days, part(DAYS_MIN), Missing::Days),
        lacks(newer.sessions, part(SESSIONS_MIN), Missing::Sessions),
        lacks(newer.reviewers, bar.reviewers, Missing::Reviewers),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// How many approvals are enough beside what is `against`, as long as nothing more is.
fn needed(right: f64, alpha: f64, against: u64, checks: Checks) -> u64 {
    // Before there are check cards enough, how much reviewers miss cannot be told.
    let (right, alpha) = if checks.all() < CHECKS_MIN || !is_attentive(checks) {
        (right, alpha)
    } else {
        // Who rejects only this share of the bad calls would reject so few in all.
        (1.0 - (1.0 - right) * caught_at_least(checks), alpha / 2.0)
    };
    approvals_needed(against, right, alpha).unwrap_or(u64::MAX)
}

/// The share of bad calls is at most this, with 95 % confidence.
fn bad_at_most(decided: u64, against: u64, checks: Checks) -> f64 {
    let reviewed = Reviewed { decided, against, check_cards: checks.all(), caught: checks.caught };
    bad_share_bound(reviewed, ALPHA).unwrap_or(1.0)
}

/// Whether reviewers are shown to catch enough of what is planted.
fn is_attentive(checks: Checks) -> bool {
    caught_at_least(checks) >= CAUGHT_SHARE_MIN
}

/// The share of bad calls that reviewers reject is at least this, with 97.5 % confidence.
fn caught_at_least(checks: Checks) -> f64 {
    lower_bound(Method::ClopperPearson, checks.caught, checks.all(), ALPHA / 2.0).unwrap_or(0.0)
}
