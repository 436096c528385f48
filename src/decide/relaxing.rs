//! What is known of rules that replace review: without a verified history and a clock none is in force.

#[cfg(feature = "guard")]
use std::fmt;

#[cfg(feature = "guard")]
use crate::policy::{digest::rule_meaning, model::Rule, terms::Relaxed};
#[cfg(feature = "guard")]
use crate::value::{
    digest::{Digest, Subject, digest},
    value::{Value, record},
};

/// What decides whether a rule with `relaxed` is in force. One that is not in force matches nothing.
#[derive(Clone, Debug, Default)]
pub enum Relaxing {
    /// None is: nobody gave a clock and a verified history.
    #[default]
    Off,
    /// Each is, for every user and day, and none of its calls is audited. For what is decided as if: tests of policies,
    /// and past calls.
    InForce,
    /// Those that are proven are, until their last day, for their share of users and days, and but for audits.
    #[cfg(feature = "guard")]
    Drawn(Draws),
}

/// What draws which users a rule with `relaxed` applies to on one day.
#[cfg(feature = "guard")]
#[derive(Clone, Debug)]
pub struct Draws {
    /// Keeps everybody who does not have it from telling how a draw comes out.
    pub key: DrawKey,
    /// When the call is decided, in Unix milliseconds UTC.
    pub now_ms: u64,
    /// What the history proves, see [`claim_of`]. What is not among these is not in force.
    pub proven: Vec<Digest>,
}

/// 32 random bytes that the operator keeps. Its debug form does not tell them.
#[cfg(feature = "guard")]
#[derive(Clone)]
pub struct DrawKey(pub [u8; 32]);

#[cfg(feature = "guard")]
impl fmt::Debug for DrawKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DrawKey(..)")
    }
}

/// What `rule` claims: that it may replace review, on its evidence and until its last day. `None` if it replaces none.
///
/// Its id is not part of it, so that no rule sheds what speaks against it by another name; nor are share and audit, which
/// change while it stands.
#[cfg(feature = "guard")]
#[must_use]
pub fn claim_of(rule: &Rule) -> Option<Digest> {
    let Relaxed { until, evidence, share: _, audit: _ } = rule.relaxed.as_ref()?;
    let claim = record([
        ("rule", Some(Value::Text(rule_meaning(rule).ok()?.to_string()))),
        ("until", Some(Value::from(until.as_str()))),
        ("evidence", Some(Value::from(evidence.as_str()))),
    ]);
    digest(Subject::Claim, &claim).ok()
}

/// The day of `now_ms`, Unix milliseconds UTC, as `YYYY-MM-DD`; `None` after the year 9999.
///
/// The days of the Gregorian calendar, counted from 1 March of the year 0 in eras of 400 years: Howard Hinnant,
/// “chrono-Compatible Low-Level Date Algorithms”, `civil_from_days`.
///
/// ```
/// use countersign::decide::relaxing::day_of;
///
/// assert_eq!(day_of(0).as_deref(), Some("1970-01-01"));
/// assert_eq!(day_of(1_709_251_199_999).as_deref(), Some("2024-02-29"));
/// assert_eq!(day_of(u64::MAX), None);
/// ```
#[cfg(feature = "guard")]
#[must_use]
pub fn day_of(now_ms: u64) -> Option<String> {
    const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
    let days = now_ms / DAY_MS + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year <= 9999).then(|| format!("{year:04}-{month:02}-{day:02}"))
}
