//! How attentive reviewers are, as check cards and their pace show it, and what that means for relaxing rules.

use crate::evidence::statistics::drift::Cusum;
use crate::evidence::statistics::interval::{Method, interval};
use crate::evidence::statistics::reviewer::{Detection, detection};

/// Of so many check cards, the last ones, the misses are looked at for themselves.
const RECENT: usize = 5;
/// So many misses among them are a warning.
const RECENT_MISSES_RED: usize = 2;
/// The share of bad calls that reviewers have to be shown to catch.
pub(super) const CAUGHT_SHARE_MIN: f64 = 0.7;
/// The interval of 95 %: the lower end is below the true share with 97.5 %.
const ALPHA: f64 = 0.05;
/// One approval in so many may come before the card could be read.
const APPROVALS_PER_TOO_FAST: u64 = 10;
/// Fewer approvals than this say nothing about their share.
const APPROVALS_MIN: u64 = 10;

/// What a drift is noticed by: a CUSUM that lets the first share of bad results be and soon notices the second, and the
/// score at which it alarms. Of misses an alarm comes by mistake once in 239 check cards and, if three of ten are missed,
/// after 16; of haste once in 1,006 approvals and, if one of five comes too fast, after 26.
const MISSES: (f64, f64, f64) = (0.1, 0.3, 3.0);
const HASTE: (f64, f64, f64) = (0.05, 0.2, 4.0);

/// What was counted of one reviewer, or of some together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Observed<'a> {
    /// Whether each check card was caught, that is rejected; in the order of time.
    pub check_cards: &'a [bool],
    /// Approvals of real calls whose time was taken, as of late.
    pub approvals: u64,
    /// Of them, those that came before the card could be read.
    pub too_fast: u64,
    /// Whether each approval came before the card could be read, in the order of time; may reach farther back.
    pub paces: &'a [bool],
    /// Calls known to be good that were approved.
    pub good_approved: u64,
    /// Calls known to be good that were rejected.
    pub good_rejected: u64,
}

/// What reviewers' attention allows; the thresholds are our own, to be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Light {
    /// Reviewers are shown to catch seven bad calls of ten, miss no more of them than they did, and of their approvals at
    /// most a tenth is too fast.
    Green,
    /// Not shown, worse than before, or too fast.
    Amber,
    /// Two of the last five check cards were missed.
    Red,
}

/// What may become of rules that ask reviewers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relaxing {
    /// As far as attention goes, what is proposed may be accepted.
    Open,
    /// Nothing more is relaxed; what was relaxed stays so.
    Waits,
    /// Nothing more is relaxed, and what was relaxed should ask people again, which is for whoever keeps the policy to do.
    Frozen,
}

/// Some of many results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// How many there are.
    pub all: u64,
    /// Of them, those that are bad.
    pub bad: u64,
}

/// Whether something has become worse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// The older half.
    pub before: Part,
    /// The newer half, with the one in the middle.
    pub lately: Part,
    /// Of a [`Cusum`], from 0 to `alarm`.
    pub score: f64,
    /// The score at which it alarms.
    pub alarm: f64,
    /// Whether it has alarmed, and has not been back at 0 since.
    pub is_worse: bool,
}

/// How attentive reviewers are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attention {
    /// Check cards that were answered.
    pub shown: u64,
    /// Of them, those that were caught.
    pub caught: u64,
    /// The exact interval of 95 % of the share caught (Clopper and Pearson); `None` while none was shown.
    pub interval: Option<(f64, f64)>,
    /// Of the last five check cards, how many were missed.
    pub missed_of_late: u64,
    /// How well they tell bad calls from good ones; `None` while no check card, or no good call, was answered.
    pub detection: Option<Detection>,
    /// The share of approvals that came before the card could be read; `None` without approvals.
    pub too_fast_share: Option<f64>,
    /// Whether more check cards are missed than before; `None` while none was answered.
    pub misses: Option<Drift>,
    /// Whether more approvals come too fast than before; `None` without paces.
    pub haste: Option<Drift>,
    /// Whether they miss check cards or approve too fast, as of late: then check cards come more often.
    pub is_low: bool,
    /// What all that comes to.
    pub light: Light,
}

impl Light {
    /// Every light, the best first.
    pub const ALL: [Self; 3] = [Self::Green, Self::Amber, Self::Red];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
        }
    }

    /// What it means for relaxing rules. Whatever it is, making them stricter needs no attention of anybody.
    #[must_use]
    pub const fn relaxing(self) -> Relaxing {
        match self {
            Self::Green => Relaxing::Open,
            Self::Amber => Relaxing::Waits,
            Self::Red => Relaxing::Frozen,
        }
    }
}

impl Relaxing {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Waits => "waits",
            Self::Frozen => "frozen",
        }
    }
}

/// How attentive reviewers are, by what was counted.
///
/// ```
/// use countersign::evidence::attention::{Light, Observed, Relaxing, attention};
///
/// let caught = [true; 11];
/// let shown = attention(Observed { check_cards: &caught, approvals: 20, too_fast: 2, ..Observed::default() });
/// assert_eq!((shown.light, shown.light.relaxing()), (Light::Green, Relaxing::Open));
/// // Ten do not show it: seven of ten is just within the interval.
/// assert_eq!(attention(Observed { check_cards: &caught[..10], ..Observed::default() }).light, Light::Amber);
/// ```
#[must_use]
pub fn attention(observed: Observed<'_>) -> Attention {
    let Observed { check_cards, approvals, too_fast, paces, good_approved, good_rejected } = observed;
    let shown = check_cards.len() as u64;
    let caught = check_cards.iter().filter(|is_caught| **is_caught).count() as u64;
    let missed_of_late = check_cards.iter().rev().take(RECENT).filter(|is_caught| !**is_caught).count();
    let interval = interval(Method::ClopperPearson, caught, shown, ALPHA);
    let is_missing = missed_of_late >= RECENT_MISSES_RED;
    let is_hasty = too_fast > approvals / APPROVALS_PER_TOO_FAST;
    let is_shown = interval.is_some_and(|(low, _)| low >= CAUGHT_SHARE_MIN);
    let misses = drift(MISSES, check_cards.iter().map(|is_caught| !is_caught));
    let is_worse = misses.is_some_and(|misses| misses.is_worse);
    Attention {
        shown,
        caught,
        interval,
        missed_of_late: missed_of_late as u64,
        detection: detection(caught, shown - caught, good_rejected, good_approved),
        too_fast_share: (approvals > 0).then(|| too_fast as f64 / approvals as f64),
        misses,
        haste: drift(HASTE, paces.iter().copied()),
        is_low: is_missing || approvals >= APPROVALS_MIN && is_hasty,
        light: if is_missing {
            Light::Red
        } else if is_shown && !is_hasty && !is_worse {
            Light::Green
        } else {
            Light::Amber
        },
    }
}

/// Whether there are more bad results now, `bads` being in the order of time.
///
/// An alarm lasts until the score is back at 0, and the score goes no higher than the alarm: what was long ago is made up
/// for by a dozen good results in a row.
fn drift((accept, reject, alarm): (f64, f64, f64), bads: impl ExactSizeIterator<Item = bool>) -> Option<Drift> {
    let cusum = Cusum::new(accept, reject, alarm).filter(|_| bads.len() > 0)?;
    let half = bads.len() / 2;
    let mut drift = Drift { before: Part::default(), lately: Part::default(), score: 0.0, alarm, is_worse: false };
    for (at, is_bad) in bads.enumerate() {
        let part = if at < half { &mut drift.before } else { &mut drift.lately };
        part.all += 1;
        part.bad += u64::from(is_bad);
        drift.score = cusum.step(drift.score, is_bad).min(alarm);
        drift.is_worse = cusum.is_alarm(drift.score) || drift.is_worse && drift.score > 0.0;
    }
    Some(drift)
}
