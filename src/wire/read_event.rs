//! Events of escalations on their way in, from a store or from JavaScript.

use super::call::call_from;
use super::event::outcome_word;
use super::parts::{
    count, digest, list, map, optional_bool, optional_count, optional_digest, optional_text, text, texts,
};
use super::read_protection::{charge, read_protection};
use crate::decide::decide::{Decision, Doubt};
use crate::policy::model::{Action, Cause};
use crate::review::event::{Answered, Event, Held, Links, Outcome, Reviewer, Verdict, Verified};
use crate::value::digest::Digest;
use crate::value::value::{Map, Value};

/// The event that `value` is; `None` if it is none of an escalation.
#[must_use]
pub fn event_from(value: &Value) -> Option<Event> {
    let event = map(value)?;
    let (by, note) = (optional_text(event, "by")?, optional_text(event, "note")?);
    Some(match text(event, "type")? {
        "open" => Event::Open {
            held: Box::new(held_from(event)?),
            guard: text(event, "guard")?.to_owned(),
            batch: optional_text(event, "batch")?,
            links: links_from(event.get("links")?)?,
        },
        "claim" => Event::Claim { by, until_ms: count(event, "untilMs")? },
        "ask" => Event::Ask { by, text: text(event, "text")?.to_owned() },
        "answer" => Event::Answer { text: text(event, "text")?.to_owned() },
        "review" => Event::Review(answered_from(event, by, note)?),
        "edit" => Event::Edit { held: Box::new(held_from(event)?), by, note },
        "expire" => Event::Expire,
        "withdraw" => Event::Withdraw { note },
        "consume" => Event::Consume {
            digest: digest(event, "digest")?,
            stack: digest(event, "stack")?,
            marks: texts(event, "marks")?,
            charge: list(event, "charge", charge)?,
        },
        "outcome" => Event::Outcome { outcome: outcome_from(text(event, "outcome")?)?, note },
        "revoke" => Event::Revoke { by, note },
        _ => return None,
    })
}

fn answered_from(event: &Map, by: Option<String>, note: Option<String>) -> Option<Answered> {
    let confirmed = match event.get("confirmed") {
        None | Some(Value::Null) => Vec::new(),
        Some(confirmed) => map(confirmed)?
            .iter()
            .map(
                |(field, typed)| {
                    if let Value::Text(typed) = typed { Some((field.to_owned(), typed.clone())) } else { None }
                },
            )
            .collect::<Option<_>>()?,
    };
    Some(Answered {
        by,
        verdict: verdict_from(text(event, "verdict")?)?,
        note,
        digest: digest(event, "digest")?,
        confirmed,
        undo_ms: optional_count(event, "undoMs")?.unwrap_or(0),
        shown_ms: optional_count(event, "shownMs")?,
        in_batch: optional_bool(event, "inBatch")?.unwrap_or(false),
        proof: optional_text(event, "proof")?,
    })
}

fn held_from(event: &Map) -> Option<Held> {
    Some(Held {
        call: call_from(event.get("call")?.clone()).ok()?,
        digest: digest(event, "digest")?,
        covers: texts(event, "covers")?,
        decision: decision_from(event.get("decision")?)?,
    })
}

/// The links that `value` is.
pub(super) fn links_from(value: &Value) -> Option<Links> {
    let links = map(value)?;
    Some(Links { rejected: texts(links, "rejected")?, unknown: texts(links, "unknown")? })
}

/// The decision that `value` is.
pub(super) fn decision_from(value: &Value) -> Option<Decision> {
    let decision = map(value)?;
    let read = Decision {
        action: Action::from_word(text(decision, "action")?)?,
        policy: optional_digest(decision, "policy")?,
        rule: optional_text(decision, "rule")?,
        cause: Cause::from_word(text(decision, "cause")?)?,
        reason: optional_text(decision, "reason")?,
        undecidable: list(decision, "undecidable", doubt_from)?,
        risk: None,
        reversible: None,
        consequence: None,
        review: None,
        marks: Vec::new(),
        charge: Vec::new(),
    };
    read_protection(decision, read)
}

fn doubt_from(value: &Value) -> Option<Doubt> {
    let doubt = map(value)?;
    Some(Doubt {
        policy: Digest::parse(text(doubt, "policy")?)?,
        rule: text(doubt, "rule")?.to_owned(),
        field: text(doubt, "field")?.to_owned(),
        why: text(doubt, "why")?.to_owned(),
    })
}

/// Verified reviewers by the places of their reviews; within, `None` if nobody can verify any.
#[must_use]
pub fn verified_from(value: &Value) -> Option<Option<Verified>> {
    if *value == Value::Null {
        return Some(None);
    }
    let reviewer = |(place, reviewer): (&str, &Value)| {
        let reviewer = map(reviewer)?;
        let reviewer = Reviewer { id: text(reviewer, "id")?.to_owned(), roles: texts(reviewer, "roles")? };
        Some((place.parse().ok()?, reviewer))
    };
    map(value)?.iter().map(reviewer).collect::<Option<_>>().map(Some)
}

fn verdict_from(word: &str) -> Option<Verdict> {
    [Verdict::Approve, Verdict::Reject].into_iter().find(|&verdict| verdict.as_str() == word)
}

fn outcome_from(word: &str) -> Option<Outcome> {
    [Outcome::Ran, Outcome::Failed, Outcome::Unknown].into_iter().find(|&outcome| outcome_word(outcome) == word)
}
