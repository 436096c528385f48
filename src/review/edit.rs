//! A reviewer changes a call before approving it.

use super::error::EscalationError;
use super::escalation::fold;
use super::event::{Entry, Event, Held, UnixMs, Verified};
use super::next::held;
use crate::decide::call::Call;
use crate::decide::compile::Stack;
use crate::decide::decide::decide_held;
use crate::decide::limit::Usage;
use crate::decide::protection::Review;
use crate::policy::model::{Action, Cause};
use crate::value::field::{Field, Root, Step};
use crate::value::value::Value;

/// What a reviewer makes of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// All of the new arguments.
    pub args: Value,
    /// Who changes them.
    pub by: Option<String>,
    /// Why.
    pub note: Option<String>,
}

/// The call of the escalation that `entries` tell with other arguments, decided afresh by `stack`.
///
/// Only what its review lists as `editable` may differ. The edited call needs the review that its new decision asks for
/// and nothing less than was asked for before; approvals so far do not count.
///
/// # Errors
///
/// [`EscalationError::NotEditable`], [`EscalationError::Blocked`], [`EscalationError::NoDigest`] and what
/// [`advance`](super::next::advance) has.
pub fn edit(
    stack: &Stack,
    entries: &[Entry],
    verified: Option<&Verified>,
    change: Change,
    usage: &Usage,
    now_ms: UnixMs,
) -> Result<Event, EscalationError> {
    let mut escalation = fold(entries, verified, now_ms)?;
    escalation.must_be_pending()?;
    let Change { args, by, note } = change;
    let call = Call { args: Some(args), ..escalation.held.call.clone() };
    check_edit(&escalation.held, &call)?;
    // What is allowed as it is now is held all the same.
    let mut decision = decide_held(stack, &call, usage);
    if decision.action == Action::Block {
        return Err(EscalationError::Blocked);
    }
    let former = escalation.held.decision.review.clone();
    let editable = former.iter().flat_map(|terms| terms.editable.clone()).collect();
    decision.review = former.into_iter().chain(decision.review).reduce(strictest);
    if let Some(terms) = decision.review.as_mut().filter(|_| decision.cause == Cause::Hold) {
        // What nobody would have to review says nothing of what a reviewer may change.
        terms.editable = editable;
    }
    let event = Event::Edit { held: Box::new(held(stack, call, decision)?), by, note };
    let entry = Entry { at_ms: now_ms, event };
    escalation.take(&entry, None)?;
    Ok(entry.event)
}

/// Whether an edit can have made `after` of the call that was held: only the arguments differ, where they may.
///
/// # Errors
///
/// [`EscalationError::NotEditable`] if not.
pub(super) fn check_edit(before: &Held, after: &Call) -> Result<(), EscalationError> {
    let editable = before.decision.review.as_ref().map(|terms| terms.editable.as_slice()).unwrap_or_default();
    let (Some(args), Some(edited)) = (&before.call.args, &after.args) else { return Err(EscalationError::NotEditable) };
    let is_same_otherwise = Call { args: after.args.clone(), ..before.call.clone() } == *after;
    let may = is_same_otherwise && args != edited && only_differs_at(args, edited, &mut Vec::new(), editable);
    if may { Ok(()) } else { Err(EscalationError::NotEditable) }
}

/// What satisfies both reviews.
fn strictest(one: Review, other: Review) -> Review {
    let both = |one: Vec<Field>, other: Vec<Field>| {
        let more: Vec<Field> = other.into_iter().filter(|field| !one.contains(field)).collect();
        [one, more].concat()
    };
    let more: Vec<Vec<String>> = other.reviewers.into_iter().filter(|set| !one.reviewers.contains(set)).collect();
    Review {
        reviewers: [one.reviewers, more].concat(),
        quorum: one.quorum.max(other.quorum),
        expires_ms: one.expires_ms.min(other.expires_ms),
        confirm: both(one.confirm, other.confirm),
        editable: one.editable.into_iter().filter(|field| other.editable.contains(field)).collect(),
    }
}

/// Whether `before` and `after`, which stand at `way` in the arguments, differ at most in what is `editable`.
fn only_differs_at(before: &Value, after: &Value, way: &mut Vec<Step>, editable: &[Field]) -> bool {
    if before == after || lies_in(way, editable) {
        return true;
    }
    match (before, after) {
        (Value::Map(before), Value::Map(after)) => {
            let keys = before.iter().map(|(key, _)| key).chain(after.iter().map(|(key, _)| key));
            keys.into_iter().all(|key| {
                way.push(Step::Key(key.to_owned()));
                let same = match (before.get(key), after.get(key)) {
                    (Some(before), Some(after)) => only_differs_at(before, after, way, editable),
                    // It comes or goes as a whole.
                    (Some(_), None) | (None, Some(_)) => lies_in(way, editable),
                    (None, None) => true,
                };
                way.pop();
                same
            })
        }
        (Value::List(before), Value::List(after)) if before.len() == after.len() => {
            before.iter().zip(after).enumerate().all(|(at, (before, after))| {
                way.push(Step::Index(at));
                let same = only_differs_at(before, after, way, editable);
                way.pop();
                same
            })
        }
        _ => false,
    }
}

/// Whether `way` from the arguments leads into one of `fields`.
fn lies_in(way: &[Step], fields: &[Field]) -> bool {
    fields.iter().any(|field| field.root == Root::Args && way.starts_with(&field.way.steps))
}
