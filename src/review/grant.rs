//! The one use of an approval.

use super::error::EscalationError;
use super::escalation::{Escalation, fold};
use super::event::{Entry, Event, UnixMs, Verdict, Verified};
use super::parts::{GrantState, Review};
use crate::decide::call::{Call, MARKS, call_digest};
use crate::decide::compile::Stack;
use crate::decide::decide::{decide, decide_held};
use crate::decide::limit::Usage;
use crate::decide::protection::Review as ReviewTerms;
use crate::policy::model::{Action, Cause};
use crate::sorted::sorted;
use crate::value::digest::Digest;
use crate::value::value::{Map, Value};

/// What a guard presents to use a grant.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimant {
    /// Which guard it is.
    pub guard: String,
    /// Digest of the call that will run.
    pub digest: Digest,
    /// The marks that its session carries now.
    pub marks: Vec<String>,
    /// Whether it holds calls that the policies allow, too.
    pub holds_all: bool,
    /// What else it knows now; where that differs in what the approval covers, it is another call.
    pub context: Option<Value>,
}

/// Uses the grant of the escalation that `entries` tell, if `stack` as it is now still agrees.
///
/// What it answers must be recorded before the call runs. A refusal uses nothing up.
///
/// # Errors
///
/// [`EscalationError::NotApproved`], [`EscalationError::TooEarly`], [`EscalationError::TooLate`],
/// [`EscalationError::AlreadyUsed`], [`EscalationError::Revoked`] and [`EscalationError::AlreadyClosed`] of the grant;
/// [`EscalationError::OtherGuard`] and [`EscalationError::DigestMismatch`] of who presents what;
/// [`EscalationError::MarksGrew`], [`EscalationError::Blocked`] and [`EscalationError::StricterReview`] of what changed
/// since.
pub fn consume(
    stack: &Stack,
    entries: &[Entry],
    verified: Option<&Verified>,
    claimant: &Claimant,
    usage: &Usage,
    now_ms: UnixMs,
) -> Result<Event, EscalationError> {
    let mut escalation = fold(entries, verified, now_ms)?;
    if escalation.guard != claimant.guard {
        return Err(EscalationError::OtherGuard);
    }
    if escalation.held.digest != claimant.digest {
        return Err(EscalationError::DigestMismatch);
    }
    let grant = escalation.must_be_granted(now_ms)?;
    if grant.state(now_ms) == GrantState::Waiting {
        return Err(EscalationError::TooEarly);
    }
    let call = &escalation.held.call;
    let carried = marks_of(call);
    if claimant.marks.iter().any(|mark| !carried.contains(&mark.as_str())) {
        return Err(EscalationError::MarksGrew);
    }
    let call = Call { context: claimant.context.clone(), ..with_marks(call, &claimant.marks) };
    let covered = Call { context: claimant.context.clone(), ..escalation.held.call.clone() };
    if call_digest(&covered, &escalation.held.covers) != Ok(escalation.held.digest) {
        return Err(EscalationError::DigestMismatch);
    }
    let was_held_anyway = escalation.held.decision.cause == Cause::Hold;
    let now = if claimant.holds_all || was_held_anyway {
        decide_held(stack, &call, usage)
    } else {
        decide(stack, &call, usage)
    };
    match (now.action, &now.review) {
        (Action::Block, _) => return Err(EscalationError::Blocked),
        (Action::Escalate, Some(terms)) if !satisfies(&escalation, terms) => {
            return Err(EscalationError::StricterReview);
        }
        (Action::Escalate | Action::Allow, _) => {}
    }
    let mut marks = sorted([now.marks, escalation.held.decision.marks.clone()].concat());
    marks.dedup();
    let event = Event::Consume { digest: claimant.digest, stack: stack.digest, marks, charge: now.charge };
    let entry = Entry { at_ms: now_ms, event };
    escalation.take(&entry, None)?;
    Ok(entry.event)
}

/// Whether the reviews that approved the call are those that `terms` ask for.
fn satisfies(escalation: &Escalation, terms: &ReviewTerms) -> bool {
    let counts = |review: &&Review| {
        review.counts
            && review.answered.verdict == Verdict::Approve
            && escalation.check_approval(&review.answered, review.reviewer.as_ref(), terms).is_ok()
    };
    let approvals = escalation.reviews.iter().filter(counts).count();
    let in_time = escalation
        .closed_at_ms
        .is_some_and(|closed_at_ms| closed_at_ms < escalation.opened_at_ms.saturating_add(terms.expires_ms));
    in_time && u32::try_from(approvals).unwrap_or(u32::MAX) >= terms.quorum
}

/// The marks that `call` says its session carried when it was held.
fn marks_of(call: &Call) -> Vec<&str> {
    let Some(Value::Map(session)) = &call.session else { return Vec::new() };
    let Some(Value::List(marks)) = session.get(MARKS) else { return Vec::new() };
    marks.iter().filter_map(text).collect()
}

fn text(value: &Value) -> Option<&str> {
    if let Value::Text(text) = value { Some(text) } else { None }
}

/// `call` in its session as it is now.
fn with_marks(call: &Call, marks: &[String]) -> Call {
    let others = match &call.session {
        Some(Value::Map(session)) => session.only(|key| key != MARKS),
        _ => Map::default(),
    };
    let marks = Value::List(marks.iter().map(|mark| Value::from(mark.as_str())).collect());
    Call { session: Some(Value::Map(others.with(MARKS, marks))), ..call.clone() }
}
