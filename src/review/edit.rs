//! A reviewer changes a call before approving it.

use super::error::EscalationError;
use super::escalation::fold;
use super::event::{Entry, Event, UnixMs, Verified};
use super::next::held;
use crate::decide::call::Call;
use crate::decide::compile::Stack;
use crate::decide::decide::{decide, decide_held};
use crate::decide::limit::Usage;
use crate::policy::model::Action;
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
/// Only what its review lists as `editable` may differ. The edited call needs the review that its new decision asks for,
/// or, if it would be allowed by itself, the one that was asked for before; approvals so far do not count.
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
    let terms = escalation.held.decision.review.clone();
    let editable = terms.as_ref().map(|terms| terms.editable.as_slice()).unwrap_or_default();
    let Some(before) = &escalation.held.call.args else { return Err(EscalationError::NotEditable) };
    if *before == args || !only_differs_at(before, &args, &mut Vec::new(), editable) {
        return Err(EscalationError::NotEditable);
    }
    let call = Call { args: Some(args), ..escalation.held.call.clone() };
    let mut decision = decide(stack, &call, usage);
    match decision.action {
        Action::Block => return Err(EscalationError::Blocked),
        Action::Escalate => {}
        Action::Allow => {
            decision = decide_held(stack, &call, usage);
            decision.review = terms;
        }
    }
    let event = Event::Edit { held: Box::new(held(stack, call, decision)?), by, note };
    let entry = Entry { at_ms: now_ms, event };
    escalation.take(&entry, None)?;
    Ok(entry.event)
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
