//! Events of escalations on their way out.

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use super::call::CallOut;
use super::decision::DecisionOut;
use super::protection::ChargeOut;
use crate::review::event::{Answered, Event, Held, Links, Outcome, Status};

/// Twin of [`Event`].
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub enum EventOut<'a> {
    /// Twin of [`Event::Open`].
    Open {
        /// The call.
        #[serde(flatten)]
        held: HeldOut<'a>,
        /// The guard.
        guard: &'a str,
        /// The batch.
        batch: Option<&'a str>,
        /// What it is like.
        links: LinksOut<'a>,
    },
    /// Twin of [`Event::Claim`].
    Claim {
        /// Who.
        by: Option<&'a str>,
        /// Until when.
        until_ms: u64,
    },
    /// Twin of [`Event::Ask`].
    Ask {
        /// Who.
        by: Option<&'a str>,
        /// What.
        text: &'a str,
    },
    /// Twin of [`Event::Answer`].
    Answer {
        /// What.
        text: &'a str,
    },
    /// Twin of [`Event::Review`].
    Review(AnsweredOut<'a>),
    /// Twin of [`Event::Edit`].
    Edit {
        /// The call.
        #[serde(flatten)]
        held: HeldOut<'a>,
        /// Who.
        by: Option<&'a str>,
        /// Why.
        note: Option<&'a str>,
    },
    /// Twin of [`Event::Expire`].
    Expire,
    /// Twin of [`Event::Withdraw`].
    Withdraw {
        /// Why.
        note: Option<&'a str>,
    },
    /// Twin of [`Event::Consume`].
    Consume {
        /// Of the call.
        digest: String,
        /// Of the policies.
        stack: String,
        /// What the session carries.
        marks: &'a [String],
        /// What was charged.
        charge: Vec<ChargeOut<'a>>,
    },
    /// Twin of [`Event::Outcome`].
    Outcome {
        /// What became of it.
        outcome: &'static str,
        /// More of it.
        note: Option<&'a str>,
    },
    /// Twin of [`Event::Revoke`].
    Revoke {
        /// Who.
        by: Option<&'a str>,
        /// Why.
        note: Option<&'a str>,
    },
}

/// Twin of [`Held`].
#[derive(Serialize)]
pub struct HeldOut<'a> {
    call: CallOut<'a>,
    digest: String,
    covers: &'a [String],
    decision: DecisionOut<'a>,
}

/// Twin of [`Links`].
#[derive(Serialize)]
pub struct LinksOut<'a> {
    rejected: &'a [String],
    unknown: &'a [String],
}

/// Twin of [`Answered`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AnsweredOut<'a> {
    by: Option<&'a str>,
    verdict: &'static str,
    note: Option<&'a str>,
    digest: String,
    #[serde(serialize_with = "texts_by_field")]
    confirmed: &'a [(String, String)],
    undo_ms: u64,
    shown_ms: Option<u64>,
    in_batch: bool,
    proof: Option<&'a str>,
}

fn texts_by_field<S: Serializer>(texts: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut out = serializer.serialize_map(Some(texts.len()))?;
    for (field, text) in texts {
        out.serialize_entry(field, text)?;
    }
    out.end()
}

impl<'a> From<&'a Held> for HeldOut<'a> {
    fn from(Held { call, digest, covers, decision }: &'a Held) -> Self {
        Self { call: CallOut(call), digest: digest.to_string(), covers, decision: decision.into() }
    }
}

impl<'a> From<&'a Links> for LinksOut<'a> {
    fn from(Links { rejected, unknown }: &'a Links) -> Self {
        Self { rejected, unknown }
    }
}

impl<'a> From<&'a Answered> for AnsweredOut<'a> {
    fn from(answered: &'a Answered) -> Self {
        Self {
            by: answered.by.as_deref(),
            verdict: answered.verdict.as_str(),
            note: answered.note.as_deref(),
            digest: answered.digest.to_string(),
            confirmed: &answered.confirmed,
            undo_ms: answered.undo_ms,
            shown_ms: answered.shown_ms,
            in_batch: answered.in_batch,
            proof: answered.proof.as_deref(),
        }
    }
}

impl<'a> From<&'a Event> for EventOut<'a> {
    fn from(event: &'a Event) -> Self {
        match event {
            Event::Open { held, guard, batch, links } => {
                Self::Open { held: held.as_ref().into(), guard, batch: batch.as_deref(), links: links.into() }
            }
            Event::Claim { by, until_ms } => Self::Claim { by: by.as_deref(), until_ms: *until_ms },
            Event::Ask { by, text } => Self::Ask { by: by.as_deref(), text },
            Event::Answer { text } => Self::Answer { text },
            Event::Review(answered) => Self::Review(answered.into()),
            Event::Edit { held, by, note } => {
                Self::Edit { held: held.as_ref().into(), by: by.as_deref(), note: note.as_deref() }
            }
            Event::Expire => Self::Expire,
            Event::Withdraw { note } => Self::Withdraw { note: note.as_deref() },
            Event::Consume { digest, stack, marks, charge } => Self::Consume {
                digest: digest.to_string(),
                stack: stack.to_string(),
                marks,
                charge: charge.iter().map(Into::into).collect(),
            },
            Event::Outcome { outcome, note } => {
                Self::Outcome { outcome: outcome_word(*outcome), note: note.as_deref() }
            }
            Event::Revoke { by, note } => Self::Revoke { by: by.as_deref(), note: note.as_deref() },
        }
    }
}

pub(super) const fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ran => "ran",
        Outcome::Failed => "failed",
        Outcome::Unknown => "unknown",
    }
}

pub(super) const fn status_word(status: Status) -> &'static str {
    match status {
        Status::Pending => "pending",
        Status::Approved => "approved",
        Status::Rejected => "rejected",
        Status::Expired => "expired",
        Status::Withdrawn => "withdrawn",
    }
}
