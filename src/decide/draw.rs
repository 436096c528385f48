//! Whether a rule that replaces review is in force for one call.

#[cfg(feature = "guard")]
use hmac::{KeyInit as _, Mac as _, SimpleHmac};
#[cfg(feature = "guard")]
use sha2::Sha256;

use super::call::Facts;
use super::relaxing::Relaxing;
#[cfg(feature = "guard")]
use super::relaxing::{Draws, claim_of, day_of};
#[cfg(feature = "guard")]
use crate::policy::digest::rule_meaning;
use crate::policy::model::Rule;
use crate::value::field::{Field, Root, Step, Way};
#[cfg(feature = "guard")]
use crate::value::{
    canonical::canonical,
    field::Found,
    value::{Value, record},
};

/// Why a rule that replaces review is not in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// Nobody gave a clock and a verified history.
    Off,
    /// The history does not prove it, or speaks against it.
    Unproven,
    /// Its last day is over.
    Over,
    /// It does not apply to this user on this day.
    OutOfShare,
    /// It would apply, but its calls of this user are reviewed on this day.
    Audited,
}

impl Idle {
    /// One line that says why.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "relaxed: no clock and no verified history",
            Self::Unproven => "relaxed: the history does not prove it, or speaks against it",
            Self::Over => "relaxed: its last day is over",
            Self::OutOfShare => "relaxed: it does not apply to this user on this day",
            Self::Audited => "relaxed: its calls of this user are reviewed on this day",
        }
    }
}

/// Why `rule` is not in force for `call`; `None` if it is, as every rule is that replaces no review.
///
/// ```
/// use countersign::decide::{call::Call, compile::compile, decide::decide, limit::Usage, relaxing::Relaxing};
/// use countersign::policy::{model::Action, parse::parse};
///
/// let text = "
/// rules:
///   - { id: notes, tool: notes, action: allow, relaxed: { until: 2027-03-31, evidence: 412 of 412 approved } }
/// ";
/// let stack = compile(parse(text, Default::default()).0.into_iter().collect()).map_err(|_| "no digest")?;
/// let call = Call { tool: "notes".to_owned(), ..Call::default() };
/// assert_eq!(decide(&stack, &call, &Usage::default()).action, Action::Escalate);
/// let as_if = stack.with_relaxing(Relaxing::InForce);
/// assert_eq!(decide(&as_if, &call, &Usage::default()).action, Action::Allow);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn idle(rule: &Rule, call: &dyn Facts) -> Option<Idle> {
    rule.relaxed.as_ref()?;
    match call.relaxing() {
        Relaxing::Off => Some(Idle::Off),
        Relaxing::InForce => None,
        #[cfg(feature = "guard")]
        Relaxing::Drawn(draws) => draws.idle(rule, call),
    }
}

/// The field by which users are told apart.
pub(super) fn user_id() -> Field {
    Field { root: Root::User, way: Way { steps: vec![Step::Key("id".to_owned())] } }
}

#[cfg(feature = "guard")]
impl Draws {
    fn idle(&self, rule: &Rule, call: &dyn Facts) -> Option<Idle> {
        let relaxed = rule.relaxed.as_ref()?;
        if claim_of(rule).is_none_or(|claim| !self.proven.contains(&claim)) {
            return Some(Idle::Unproven);
        }
        // Both are four digits, two and two, so that the order of texts is that of days.
        let Some(day) = day_of(self.now_ms).filter(|day| *day <= relaxed.until) else { return Some(Idle::Over) };
        let draw = |label| self.draw(label, rule, &day, call);
        if draw(SHARE).is_none_or(|drawn| drawn >= relaxed.share) {
            return Some(Idle::OutOfShare);
        }
        draw(AUDIT).is_none_or(|drawn| drawn < relaxed.audit).then_some(Idle::Audited)
    }

    /// A number from 0 to below 1 that depends on what `rule` means, the user and `day`, and on nothing else that a call
    /// could say. Those without an id are one user.
    fn draw(&self, label: &str, rule: &Rule, day: &str, call: &dyn Facts) -> Option<f64> {
        let user = match call.find(&user_id()) {
            Found::Value(Value::Text(id)) if !id.is_empty() => Value::from(id.as_str()),
            Found::Value(_) | Found::Absent | Found::Blocked => Value::Null,
        };
        let drawn_for = record([
            ("rule", Some(Value::Text(rule_meaning(rule).ok()?.to_string()))),
            ("user", Some(user)),
            ("day", Some(Value::from(day))),
        ]);
        let mut text = String::from(label);
        canonical(&drawn_for, &mut text).ok()?;
        let mac = SimpleHmac::<Sha256>::new_from_slice(&self.key.0).ok()?.chain_update(text.as_bytes()).finalize();
        let first = *mac.into_bytes().first_chunk::<8>()?;
        // The bits that a number has; all of them are exact.
        #[expect(clippy::cast_precision_loss, reason = "it has 53 bits")]
        let bits = (u64::from_be_bytes(first) >> 11) as f64;
        Some(bits / (1_u64 << 53) as f64)
    }
}

#[cfg(feature = "guard")]
const SHARE: &str = "countersign/relaxed-share/1\0";
#[cfg(feature = "guard")]
const AUDIT: &str = "countersign/relaxed-audit/1\0";
