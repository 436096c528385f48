//! Escalations and their entries, in and out.

use serde::Serialize;

use super::Failure;
use super::call::{CallOut, call_from};
use super::decision::DecisionOut;
use super::read_protection::read_protection;
use crate::decide::call::CALL_DEPTH_MAX;
use crate::decide::decide::{Decision, Doubt};
use crate::policy::model::{Action, Cause};
use crate::review::escalation::{Entry, Escalation, EscalationError, Review, Status, Verdict};
use crate::value::digest::Digest;
use crate::value::value::{Map, SAFE_INTEGER_MAX, Value};

impl From<EscalationError> for Failure {
    fn from(error: EscalationError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

/// Twin of [`Entry`].
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub enum EntryOut<'a> {
    /// Twin of [`Entry::Open`].
    Open {
        /// When, as Unix milliseconds.
        at_ms: u64,
        /// The call.
        call: CallOut<'a>,
        /// Its digest.
        digest: String,
        /// Why it was held.
        decision: Box<DecisionOut<'a>>,
    },
    /// Twin of [`Entry::Review`].
    Review {
        /// When, as Unix milliseconds.
        at_ms: u64,
        /// `approve` or `reject`.
        verdict: &'static str,
        /// The reviewer's words.
        note: Option<&'a str>,
        /// Digest of what the reviewer saw.
        digest: String,
    },
}

impl<'a> From<&'a Entry> for EntryOut<'a> {
    fn from(entry: &'a Entry) -> Self {
        match entry {
            Entry::Open { at_ms, call, digest, decision } => Self::Open {
                at_ms: *at_ms,
                call: CallOut(call),
                digest: digest.to_string(),
                decision: Box::new(decision.into()),
            },
            Entry::Review(Review { at_ms, verdict, note, digest }) => Self::Review {
                at_ms: *at_ms,
                verdict: verdict_word(*verdict),
                note: note.as_deref(),
                digest: digest.to_string(),
            },
        }
    }
}

/// Twin of [`Escalation`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EscalationOut<'a> {
    status: &'static str,
    opened_at_ms: u64,
    expires_at_ms: u64,
    unapprovable: Option<&'static str>,
    call: CallOut<'a>,
    digest: String,
    decision: DecisionOut<'a>,
    review: Option<ReviewOut<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReviewOut<'a> {
    verdict: &'static str,
    note: Option<&'a str>,
    at_ms: u64,
}

impl<'a> From<&'a Escalation> for EscalationOut<'a> {
    fn from(escalation: &'a Escalation) -> Self {
        let review = escalation.review.as_ref();
        Self {
            status: match escalation.status {
                Status::Pending => "pending",
                Status::Approved => "approved",
                Status::Rejected => "rejected",
            },
            opened_at_ms: escalation.opened_at_ms,
            expires_at_ms: escalation.expires_at_ms(),
            unapprovable: escalation.unapprovable(),
            call: CallOut(&escalation.call),
            digest: escalation.digest.to_string(),
            decision: (&escalation.decision).into(),
            review: review.map(|review| ReviewOut {
                verdict: verdict_word(review.verdict),
                note: review.note.as_deref(),
                at_ms: review.at_ms,
            }),
        }
    }
}

/// How deep a list of entries may nest: each holds a call.
pub const ENTRIES_DEPTH_MAX: usize = CALL_DEPTH_MAX + 2;

/// Reads entries from a store.
///
/// # Errors
///
/// `broken-history` if they are not what was written there.
pub fn entries_from(value: &Value) -> Result<Vec<Entry>, Failure> {
    let Value::List(entries) = value else { return Err(broken()) };
    entries.iter().map(entry_from).collect()
}

fn entry_from(value: &Value) -> Result<Entry, Failure> {
    let Value::Map(map) = value else { return Err(broken()) };
    let at_ms = time(map.get("atMs"))?;
    let digest = Digest::parse(text(map, "digest")?).ok_or_else(broken)?;
    match text(map, "type")? {
        "open" => {
            let call = call_from(map.get("call").ok_or_else(broken)?).map_err(|_| broken())?;
            let decision = decision_from(map.get("decision"))?;
            Ok(Entry::Open { at_ms, call, digest, decision })
        }
        "review" => {
            let verdict = verdict_from(text(map, "verdict")?).ok_or_else(broken)?;
            let note = optional_text(map, "note")?;
            Ok(Entry::Review(Review { at_ms, verdict, note, digest }))
        }
        _ => Err(broken()),
    }
}

fn decision_from(value: Option<&Value>) -> Result<Decision, Failure> {
    let Some(Value::Map(map)) = value else { return Err(broken()) };
    let action = Action::from_word(text(map, "action")?).ok_or_else(broken)?;
    let cause = Cause::from_word(text(map, "cause")?).ok_or_else(broken)?;
    let policy = match optional_text(map, "policy")? {
        None => None,
        Some(digest) => Some(Digest::parse(&digest).ok_or_else(broken)?),
    };
    let undecidable = match map.get("undecidable") {
        Some(Value::List(doubts)) => doubts.iter().map(doubt_from).collect::<Result<_, _>>()?,
        _ => return Err(broken()),
    };
    let (rule, reason) = (optional_text(map, "rule")?, optional_text(map, "reason")?);
    let decision = Decision {
        action,
        policy,
        rule,
        cause,
        reason,
        undecidable,
        risk: None,
        reversible: None,
        consequence: None,
        review: None,
        marks: Vec::new(),
        charge: Vec::new(),
    };
    read_protection(map, decision).ok_or_else(broken)
}

fn doubt_from(value: &Value) -> Result<Doubt, Failure> {
    let Value::Map(map) = value else { return Err(broken()) };
    Ok(Doubt {
        policy: Digest::parse(text(map, "policy")?).ok_or_else(broken)?,
        rule: text(map, "rule")?.to_owned(),
        field: text(map, "field")?.to_owned(),
        why: text(map, "why")?.to_owned(),
    })
}

/// Reads a digest.
///
/// # Errors
///
/// `digest-mismatch`: what is no digest is that of no call.
pub fn digest_from(text: &str) -> Result<Digest, Failure> {
    Digest::parse(text).ok_or_else(|| Failure::from(EscalationError::DigestMismatch))
}

/// `approve` or `reject`.
#[must_use]
pub fn verdict_from(word: &str) -> Option<Verdict> {
    [Verdict::Approve, Verdict::Reject].into_iter().find(|&verdict| verdict_word(verdict) == word)
}

const fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approve => "approve",
        Verdict::Reject => "reject",
    }
}

fn broken() -> Failure {
    Failure::from(EscalationError::BrokenHistory)
}

fn text<'a>(map: &'a Map, key: &str) -> Result<&'a str, Failure> {
    match map.get(key) {
        Some(Value::Text(text)) => Ok(text),
        _ => Err(broken()),
    }
}

fn optional_text(map: &Map, key: &str) -> Result<Option<String>, Failure> {
    match map.get(key) {
        Some(Value::Text(text)) => Ok(Some(text.clone())),
        Some(Value::Null) | None => Ok(None),
        Some(Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_)) => Err(broken()),
    }
}

/// Unix milliseconds: a safe integer, not negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "only safe integers are cast")]
fn time(value: Option<&Value>) -> Result<u64, Failure> {
    match value {
        Some(&Value::Number(ms)) if (0.0..=SAFE_INTEGER_MAX).contains(&ms) && ms.fract() == 0.0 => Ok(ms as u64),
        _ => Err(broken()),
    }
}
