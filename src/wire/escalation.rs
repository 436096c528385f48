//! Escalations on their way out, and what is handed over to change them.

use serde::Serialize;

use super::Failure;
use super::event::{HeldOut, LinksOut, outcome_word, status_word};
use super::parts::{map, optional_text, text, texts};
use super::read_event::{event_from, links_from};
use crate::review::edit::Change;
use crate::review::error::EscalationError;
use crate::review::escalation::Escalation;
use crate::review::event::{Event, UnixMs};
use crate::review::grant::Claimant;
use crate::review::next::Holder;
use crate::review::parts::{Grant, GrantState, Review};
use crate::review::repeat::{Keys, RepeatVerdict, Repeats};
use crate::value::digest::Digest;
use crate::value::value::{Map, Value};

impl From<EscalationError> for Failure {
    fn from(error: EscalationError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

/// Twin of [`Escalation`], as it stands at a time.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EscalationOut<'a> {
    status: &'static str,
    opened_at_ms: u64,
    expires_at_ms: u64,
    closed_at_ms: Option<u64>,
    unapprovable: Option<&'static str>,
    approvals_missing: u32,
    #[serde(flatten)]
    held: HeldOut<'a>,
    original: Option<HeldOut<'a>>,
    reviews: Vec<ReviewOut<'a>>,
    grant: Option<GrantOut>,
    run: Option<RunOut<'a>>,
    claim: Option<ClaimOut<'a>>,
    questions: Vec<QuestionOut<'a>>,
    guard: &'a str,
    batch: Option<&'a str>,
    links: LinksOut<'a>,
    closing_note: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReviewOut<'a> {
    by: Option<&'a str>,
    verified: bool,
    verdict: &'static str,
    note: Option<&'a str>,
    digest: String,
    at_ms: u64,
    shown_ms: Option<u64>,
    in_batch: bool,
    counts: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GrantOut {
    digest: String,
    not_before_ms: u64,
    expires_at_ms: u64,
    state: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunOut<'a> {
    at_ms: u64,
    outcome: Option<&'static str>,
    note: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClaimOut<'a> {
    by: Option<&'a str>,
    until_ms: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QuestionOut<'a> {
    at_ms: u64,
    by: Option<&'a str>,
    text: &'a str,
    answer: Option<&'a str>,
}

impl<'a> EscalationOut<'a> {
    /// `escalation` as it stands at `now_ms`; `can_verify` says whether anybody's identity can be verified here.
    #[must_use]
    pub fn new(escalation: &'a Escalation, can_verify: bool, now_ms: UnixMs) -> Self {
        let needs_verified = || escalation.needs_verified().filter(|_| !can_verify);
        let Escalation { run, claim, .. } = escalation;
        Self {
            status: status_word(escalation.status),
            opened_at_ms: escalation.opened_at_ms,
            expires_at_ms: escalation.expires_at_ms,
            closed_at_ms: escalation.closed_at_ms,
            unapprovable: escalation.unapprovable().or_else(needs_verified),
            approvals_missing: escalation.approvals_missing(),
            held: (&escalation.held).into(),
            original: escalation.original.as_ref().map(Into::into),
            reviews: escalation.reviews.iter().map(review_out).collect(),
            grant: escalation.grant.as_ref().map(|grant| grant_out(grant, now_ms)),
            run: run.as_ref().map(|run| RunOut {
                at_ms: run.at_ms,
                outcome: run.outcome.map(outcome_word),
                note: run.note.as_deref(),
            }),
            claim: claim
                .as_ref()
                .filter(|claim| now_ms < claim.until_ms)
                .map(|claim| ClaimOut { by: claim.by.as_deref(), until_ms: claim.until_ms }),
            questions: escalation
                .questions
                .iter()
                .map(|question| QuestionOut {
                    at_ms: question.at_ms,
                    by: question.by.as_deref(),
                    text: &question.text,
                    answer: question.answer.as_deref(),
                })
                .collect(),
            guard: &escalation.guard,
            batch: escalation.batch.as_deref(),
            links: (&escalation.links).into(),
            closing_note: escalation.closing_note.as_deref(),
        }
    }
}

fn review_out(review: &Review) -> ReviewOut<'_> {
    let Review { answered, at_ms, reviewer, counts } = review;
    ReviewOut {
        by: reviewer.as_ref().map(|reviewer| reviewer.id.as_str()).or(answered.by.as_deref()),
        verified: reviewer.is_some(),
        verdict: answered.verdict.as_str(),
        note: answered.note.as_deref(),
        digest: answered.digest.to_string(),
        at_ms: *at_ms,
        shown_ms: answered.shown_ms,
        in_batch: answered.in_batch,
        counts: *counts,
    }
}

fn grant_out(grant: &Grant, now_ms: UnixMs) -> GrantOut {
    GrantOut {
        digest: grant.digest.to_string(),
        not_before_ms: grant.not_before_ms,
        expires_at_ms: grant.expires_at_ms,
        state: match grant.state(now_ms) {
            GrantState::Waiting => "waiting",
            GrantState::Ready => "ready",
            GrantState::Used => "used",
            GrantState::Revoked => "revoked",
            GrantState::Expired => "expired",
        },
    }
}

/// Twin of [`Repeats`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RepeatsOut<'a> {
    links: LinksOut<'a>,
    identical: &'a [String],
    verdict: &'static str,
    until_ms: Option<u64>,
}

impl<'a> From<&'a Repeats> for RepeatsOut<'a> {
    fn from(Repeats { links, identical, verdict }: &'a Repeats) -> Self {
        let (verdict, until_ms) = match *verdict {
            RepeatVerdict::None => ("none", None),
            RepeatVerdict::Cooling(until_ms) => ("cooling", Some(until_ms)),
            RepeatVerdict::Blocked => ("blocked", None),
        };
        Self { links: links.into(), identical, verdict, until_ms }
    }
}

/// Twin of [`Keys`].
#[derive(Serialize)]
pub struct KeysOut {
    lane: String,
    rejections: String,
    agent: String,
    session: String,
}

impl From<Keys> for KeysOut {
    fn from(Keys { lane, rejections, agent, session }: Keys) -> Self {
        let rejections = rejections.to_string();
        Self { lane: lane.to_string(), rejections, agent: agent.to_string(), session: session.to_string() }
    }
}

/// The holder that `value` is.
///
/// # Errors
///
/// `unknown-verdict` if a part of it is none; so of the functions below.
pub fn holder_from(value: &Value) -> Result<Holder, Failure> {
    let read = |holder: &Map| {
        Some(Holder {
            guard: text(holder, "guard")?.to_owned(),
            batch: optional_text(holder, "batch")?,
            links: links_from(holder.get("links")?)?,
            holds_all: holder.get("holdsAll") == Some(&Value::Bool(true)),
        })
    };
    map(value).and_then(read).ok_or_else(unknown)
}

/// The claimant that `value` is.
///
/// # Errors
///
/// As above; `digest-mismatch` if its digest is none, and so that of no call.
pub fn claimant_from(value: &Value) -> Result<Claimant, Failure> {
    let claimant = map(value).ok_or_else(unknown)?;
    let digest = text(claimant, "digest").and_then(Digest::parse);
    let digest = digest.ok_or_else(|| Failure::from(EscalationError::DigestMismatch))?;
    let guard = text(claimant, "guard").ok_or_else(unknown)?.to_owned();
    let marks = texts(claimant, "marks").ok_or_else(unknown)?;
    let holds_all = claimant.get("holdsAll") == Some(&Value::Bool(true));
    Ok(Claimant { guard, digest, marks, holds_all, context: claimant.get("context").cloned() })
}

/// The change that `value` is.
///
/// # Errors
///
/// As above.
pub fn change_from(value: &Value) -> Result<Change, Failure> {
    let read = |change: &Map| {
        let args = change.get("args").filter(|args| matches!(args, Value::Map(_)))?.clone();
        Some(Change { args, by: optional_text(change, "by")?, note: optional_text(change, "note")? })
    };
    map(value).and_then(read).ok_or_else(unknown)
}

/// The event that `value` proposes.
///
/// # Errors
///
/// As above; `digest-mismatch` if its digest is none, and so that of no call.
pub fn proposal_from(value: &Value) -> Result<Event, Failure> {
    let proposal = map(value).ok_or_else(unknown)?;
    match text(proposal, "digest") {
        Some(digest) if Digest::parse(digest).is_none() => Err(EscalationError::DigestMismatch.into()),
        _ => event_from(value).ok_or_else(unknown),
    }
}

fn unknown() -> Failure {
    Failure::from(EscalationError::UnknownWord)
}
