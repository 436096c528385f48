//! What happens next to an escalation: an event, or why not.

use super::error::EscalationError;
use super::escalation::{Escalation, fold, reviewer_at};
use super::event::{Answered, Entry, Event, Held, Links, Status, UnixMs, Verdict, Verified};
use crate::decide::asked::Asked;
use crate::decide::call::{Call, WHOLE_CONTEXT, call_digest};
use crate::decide::compile::Stack;
use crate::decide::decide::{Decision, decide, decide_held};
use crate::decide::limit::Usage;
use crate::decide::plan::Plan;
use crate::policy::model::Action;
use crate::sorted::sorted;
use crate::value::field::{Root, Step};
use crate::value::value::Value;

/// What a guard knows when it holds a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// Which guard it is.
    pub guard: String,
    /// Which calls are reviewed together.
    pub batch: Option<String>,
    /// What the call is like.
    pub links: Links,
    /// Whether it holds calls that the policies allow, too.
    pub holds_all: bool,
}

/// Holds `call`, if `stack` escalates it or `holder` holds all that is allowed; `usage` is what was used of its limits.
///
/// # Errors
///
/// [`EscalationError::NotEscalated`] if it is not to be held; [`EscalationError::NoDigest`] if the call has no digest;
/// [`EscalationError::TooLarge`] if nobody could read it.
///
/// ```
/// use countersign::check::load;
/// use countersign::decide::{call::Call, compile::compile, limit::Usage};
/// use countersign::review::next::{Holder, open};
///
/// let (policy, _) = load("rules: [{ tool: mail, action: escalate }]", Default::default());
/// let stack = compile(policy.into_iter().collect()).map_err(|_| "no digest")?;
/// let call = |tool: &str| Call { tool: tool.to_owned(), ..Call::default() };
/// assert!(open(&stack, call("mail"), &Usage::default(), Holder::default()).is_ok());
/// # Ok::<(), &str>(())
/// ```
pub fn open(stack: &Stack, call: Call, usage: &Usage, holder: Holder) -> Result<Event, EscalationError> {
    let Holder { guard, batch, links, holds_all } = holder;
    if !is_readable(&call) {
        return Err(EscalationError::TooLarge);
    }
    let decision = if holds_all { decide_held(stack, &call, usage) } else { decide(stack, &call, usage) };
    match decision.action {
        Action::Escalate => Ok(Event::Open { held: Box::new(held(stack, call, decision)?), guard, batch, links }),
        Action::Allow | Action::Block => Err(EscalationError::NotEscalated(decision.action)),
    }
}

/// The most values, and the most characters of text, of a call that can be held: more nobody reads before answering.
pub const HELD_VALUES_MAX: usize = 2_000;
/// See [`HELD_VALUES_MAX`].
pub const HELD_TEXT_MAX: usize = 100_000;

/// Whether a person can read all of `call`.
fn is_readable(call: &Call) -> bool {
    let Call { tool, args, reason, confidence, agent, user, session, context, tenant, tool_digest: _ } = call;
    let values = [args, confidence, agent, user, session, context].into_iter().flatten();
    let texts = [Some(tool), reason.as_ref(), tenant.as_ref()].into_iter().flatten();
    let mut left = (HELD_VALUES_MAX, HELD_TEXT_MAX);
    texts.into_iter().try_for_each(|text| count_text(text, &mut left)).is_some()
        && values.into_iter().try_for_each(|value| count(value, &mut left)).is_some()
}

/// Takes what `value` has of the values and characters that are left; `None` if there are not as many.
fn count(value: &Value, left: &mut (usize, usize)) -> Option<()> {
    left.0 = left.0.checked_sub(1)?;
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => Some(()),
        Value::Text(text) => count_text(text, left),
        Value::List(items) => items.iter().try_for_each(|item| count(item, left)),
        Value::Map(map) => map.iter().try_for_each(|(key, value)| {
            count_text(key, left)?;
            count(value, left)
        }),
    }
}

fn count_text(text: &str, left: &mut (usize, usize)) -> Option<()> {
    left.1 = left.1.checked_sub(text.chars().count())?;
    Some(())
}

/// `call` as it is held by `decision`.
///
/// # Errors
///
/// [`EscalationError::NoDigest`].
pub(super) fn held(stack: &Stack, call: Call, decision: Decision) -> Result<Held, EscalationError> {
    let covers = covers(stack, &call.tool);
    let digest = call_digest(&call, &covers).map_err(|_| EscalationError::NoDigest)?;
    Ok(Held { call, digest, covers, decision })
}

/// The keys of the context that the rules of `stack` for `tool` read.
fn covers(stack: &Stack, tool: &str) -> Vec<String> {
    let key = |Asked { field, .. }: &Asked| match (field.root, field.way.steps.first()) {
        (Root::Context, Some(Step::Key(key))) => Some(key.clone()),
        (Root::Context, Some(Step::Index(_)) | None) => Some(WHOLE_CONTEXT.to_owned()),
        (Root::Args | Root::Agent | Root::User | Root::Session, _) => None,
    };
    let mut keys = sorted(Plan::new(stack, tool).asked.iter().filter_map(key).collect());
    keys.dedup();
    keys
}

/// `event` as what happens next at `now_ms` to the escalation that `entries` tell.
///
/// For a review that `verified` tells of, its place is the number of entries.
///
/// # Errors
///
/// Why it cannot happen, and [`EscalationError::BrokenHistory`] if `entries` are no history of an escalation.
/// An approval that would not count is refused, unless it has a proof that somebody else may be able to verify.
///
/// ```
/// use countersign::review::{error::EscalationError, event::Event, next::advance};
///
/// assert_eq!(advance(&[], None, Event::Expire, 0), Err(EscalationError::BrokenHistory));
/// ```
pub fn advance(
    entries: &[Entry],
    verified: Option<&Verified>,
    event: Event,
    now_ms: UnixMs,
) -> Result<Event, EscalationError> {
    let mut escalation = fold(entries, verified, now_ms)?;
    let reviewer = reviewer_at(verified, entries.len());
    let is_of_grant = matches!(event, Event::Outcome { .. } | Event::Revoke { .. });
    if !is_of_grant && !matches!(event, Event::Expire if escalation.status == Status::Expired) {
        escalation.must_be_pending()?;
    }
    match &event {
        Event::Review(answered) if answered.verdict == Verdict::Approve => {
            check_counts(&escalation, answered, verified, entries.len())?;
        }
        Event::Revoke { .. } if escalation.status == Status::Pending && !escalation.was_approved_for_others() => {
            return Err(EscalationError::NotApproved);
        }
        Event::Review(_)
        | Event::Claim { .. }
        | Event::Ask { .. }
        | Event::Answer { .. }
        | Event::Expire
        | Event::Withdraw { .. }
        | Event::Outcome { .. }
        | Event::Revoke { .. } => {}
        // Only a policy can tell whether these may happen.
        Event::Open { .. } | Event::Edit { .. } | Event::Consume { .. } => return Err(EscalationError::UnknownWord),
    }
    let entry = Entry { at_ms: now_ms, event };
    escalation.take(&entry, reviewer)?;
    Ok(entry.event)
}

fn check_counts(
    escalation: &Escalation,
    answered: &Answered,
    verified: Option<&Verified>,
    place: usize,
) -> Result<(), EscalationError> {
    escalation.must_be_pending()?;
    if answered.digest != escalation.held.digest {
        return Err(EscalationError::DigestMismatch);
    }
    let reviewer = reviewer_at(verified, place);
    let Some(terms) = &escalation.held.decision.review else { return Err(EscalationError::BrokenHistory) };
    match escalation.check_approval(answered, reviewer, terms) {
        Err(EscalationError::NotAReviewer) if reviewer.is_none() && answered.proof.is_some() => {}
        Err(EscalationError::NotAReviewer) if verified.is_none() => {
            let why = escalation.needs_verified().unwrap_or_default();
            return Err(EscalationError::Unapprovable(why));
        }
        Err(error) => return Err(error),
        Ok(()) => {}
    }
    if escalation.was_approved_by(reviewer) { Err(EscalationError::AlreadyReviewed) } else { Ok(()) }
}
