//! Entries of a history, in and out: sealed, checked, and with what happened left out.

use serde::Serialize;

use super::Failure;
use super::parts::{count, digest, map, optional_digest, optional_text, text};
use super::read_event::event_from;
use super::value::ValueOut;
use crate::decide::call::CALL_DEPTH_MAX;
use crate::review::error::EscalationError;
use crate::review::event::{Entry, UnixMs};
use crate::review::history::{Checkpoint, Head, Line, commitment};
use crate::value::digest::Digest;
use crate::value::value::{Map, Value};

/// How deep a list of entries may nest: each holds an event, which holds a call.
pub const ENTRIES_DEPTH_MAX: usize = CALL_DEPTH_MAX + 4;

/// An entry as it was read.
#[derive(Clone, Debug)]
pub(super) struct Read<'a> {
    pub(super) line: Line<'a>,
    pub(super) hash: Digest,
    /// `None` if it was left out.
    pub(super) event: Option<&'a Value>,
}

/// The entry that `value` is; `None` if it is none.
pub(super) fn read_entry(value: &Value) -> Option<Read<'_>> {
    let entry = map(value)?;
    let (event, kind, commitment) = match entry.get("event") {
        Some(event) => {
            let kind = text(map(event)?, "type")?;
            (Some(event), kind, commitment(event, text(entry, "salt")?).ok()?)
        }
        None => (None, text(entry, "type")?, digest(entry, "commitment")?),
    };
    let id = match entry.get("id")? {
        Value::Null => None,
        Value::Text(id) => Some(id.as_str()),
        Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_) => return None,
    };
    let (seq, at_ms, previous) = (count(entry, "seq")?, count(entry, "atMs")?, optional_digest(entry, "previous")?);
    let line = Line { seq, at_ms, id, kind, commitment, previous };
    Some(Read { line, hash: digest(entry, "hash")?, event })
}

/// The entries of one escalation, from a store.
///
/// # Errors
///
/// `broken-history` unless each is what was sealed, they have one id, and their order is that of the history.
pub fn entries_from(value: &Value) -> Result<Vec<Entry>, Failure> {
    let Value::List(items) = value else { return Err(broken()) };
    let mut entries = Vec::new();
    let mut before: Option<Line<'_>> = None;
    for item in items {
        let Read { line, hash, event } = read_entry(item).ok_or_else(broken)?;
        let follows = before.as_ref().is_none_or(|before| before.seq < line.seq && before.id == line.id);
        if !follows || line.hash() != Some(hash) {
            return Err(broken());
        }
        let event = event.and_then(event_from).ok_or_else(broken)?;
        entries.push(Entry { at_ms: line.at_ms, event });
        before = Some(line);
    }
    Ok(entries)
}

/// Twin of an entry.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EntryOut<'a> {
    seq: u64,
    at_ms: u64,
    id: Option<String>,
    event: ValueOut<'a>,
    salt: String,
    previous: Option<String>,
    hash: String,
}

/// An entry with what happened left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RedactedOut {
    seq: u64,
    at_ms: u64,
    id: Option<String>,
    r#type: String,
    commitment: String,
    previous: Option<String>,
    hash: String,
}

/// Entries and the head after them.
#[derive(Serialize)]
pub struct SealedOut<'a> {
    entries: Vec<EntryOut<'a>>,
    head: HeadOut,
}

/// Twin of [`Head`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HeadOut {
    size: u64,
    origin: Option<String>,
    hash: Option<String>,
    at_ms: u64,
    peaks: Vec<String>,
}

/// Twin of [`Checkpoint`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckpointOut {
    origin: String,
    size: u64,
    root: String,
    at_ms: u64,
}

/// The `events`, each `{id, event, salt}`, as entries after `head` at `now_ms`, or at the time of `head` if that is later.
///
/// # Errors
///
/// `broken-history` if one of them is no event.
pub fn seal<'a>(head: &Head, events: &'a Value, now_ms: UnixMs) -> Result<SealedOut<'a>, Failure> {
    let Value::List(events) = events else { return Err(broken()) };
    let mut head = head.clone();
    let mut entries = Vec::new();
    for unsealed in events {
        let unsealed = map(unsealed).ok_or_else(broken)?;
        let (event, salt) = (unsealed.get("event").ok_or_else(broken)?, text(unsealed, "salt").ok_or_else(broken)?);
        let id = optional_text(unsealed, "id").ok_or_else(broken)?;
        let kind = map(event).and_then(|event| text(event, "type")).ok_or_else(broken)?;
        let at_ms = now_ms.max(head.at_ms);
        let commitment = commitment(event, salt).map_err(|_| Failure::from(EscalationError::NoDigest))?;
        let line = Line { seq: head.size, at_ms, id: id.as_deref(), kind, commitment, previous: head.hash };
        let hash = line.hash().ok_or_else(broken)?;
        entries.push(EntryOut {
            seq: head.size,
            at_ms,
            event: ValueOut(event),
            salt: salt.to_owned(),
            previous: head.hash.map(|hash| hash.to_string()),
            hash: hash.to_string(),
            id,
        });
        head = head.with_entry(hash, at_ms);
    }
    Ok(SealedOut { entries, head: (&head).into() })
}

/// The entry that `value` is, with what happened left out.
///
/// # Errors
///
/// `broken-history` if it is none, or not what was sealed.
pub fn redact(value: &Value) -> Result<RedactedOut, Failure> {
    let Read { line, hash, .. } = read_entry(value).ok_or_else(broken)?;
    if line.hash() != Some(hash) {
        return Err(broken());
    }
    Ok(RedactedOut {
        seq: line.seq,
        at_ms: line.at_ms,
        id: line.id.map(str::to_owned),
        r#type: line.kind.to_owned(),
        commitment: line.commitment.to_string(),
        previous: line.previous.map(|hash| hash.to_string()),
        hash: hash.to_string(),
    })
}

/// The head that `value` is.
///
/// # Errors
///
/// `broken-history` if it is none.
pub fn head_from(value: &Value) -> Result<Head, Failure> {
    let read = |head: &Map| {
        let peak = |peak: &Value| if let Value::Text(peak) = peak { Digest::parse(peak) } else { None };
        let head = Head {
            size: count(head, "size")?,
            origin: optional_digest(head, "origin")?,
            hash: optional_digest(head, "hash")?,
            at_ms: count(head, "atMs")?,
            peaks: super::parts::list(head, "peaks", peak)?,
        };
        let is_empty = head.size == 0;
        let is_whole = usize::try_from(head.size.count_ones()) == Ok(head.peaks.len())
            && is_empty == head.hash.is_none()
            && is_empty == head.origin.is_none();
        is_whole.then_some(head)
    };
    map(value).and_then(read).ok_or_else(broken)
}

/// The checkpoint that `value` is.
///
/// # Errors
///
/// `broken-history` if it is none.
pub fn checkpoint_from(value: &Value) -> Result<Checkpoint, Failure> {
    let read = |checkpoint: &Map| {
        Some(Checkpoint {
            origin: digest(checkpoint, "origin")?,
            size: count(checkpoint, "size")?,
            root: digest(checkpoint, "root")?,
            at_ms: count(checkpoint, "atMs")?,
        })
    };
    map(value).and_then(read).filter(|checkpoint| checkpoint.size > 0).ok_or_else(broken)
}

impl From<&Head> for HeadOut {
    fn from(head: &Head) -> Self {
        let text = |digest: Digest| digest.to_string();
        Self {
            size: head.size,
            origin: head.origin.map(text),
            hash: head.hash.map(text),
            at_ms: head.at_ms,
            peaks: head.peaks.iter().copied().map(text).collect(),
        }
    }
}

impl From<Checkpoint> for CheckpointOut {
    fn from(Checkpoint { origin, size, root, at_ms }: Checkpoint) -> Self {
        Self { origin: origin.to_string(), size, root: root.to_string(), at_ms }
    }
}

fn broken() -> Failure {
    Failure::from(EscalationError::BrokenHistory)
}
