//! What one closed escalation says about the rule that asked: for it, against it, or nothing.

use crate::decide::call::Call;
use crate::review::escalation::Escalation;
use crate::review::event::{Status, UnixMs, Verdict};
use crate::review::present::kinds::{Meant, meant, words_at, words_of};
use crate::review::present::rows::words_in;
use crate::review::present::times::reading_floor_ms;
use crate::value::digest::{Digest, Subject, digest};
use crate::value::value::{Map, Value, record};

/// What people's answer to a held call says about whether such calls need one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// A reviewer who had time to read it approved the call as it was.
    For,
    /// It was needed that somebody was asked.
    Against(Against),
    /// It says nothing.
    Uncounted(Uncounted),
}

/// Why an answer counts against asking less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Against {
    /// A reviewer rejected the call.
    Rejected,
    /// It was approved, but not as the agent had proposed it.
    Edited,
    /// An approval was undone, or revoked, before the call ran.
    Revoked,
    /// Nobody approved it in time.
    Expired,
    /// Its agent withdrew it after a reviewer had seen it.
    Withdrawn,
}

impl Against {
    /// Each of them.
    pub const ALL: [Self; 5] = [Self::Rejected, Self::Edited, Self::Revoked, Self::Expired, Self::Withdrawn];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Edited => "edited",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Why an answer counts for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Uncounted {
    /// It was approved faster than anybody reads.
    TooFast,
    /// It was approved, and nobody measured how long the reviewer saw it.
    Unmeasured,
    /// It was approved on one screen with others.
    InBatch,
    /// Its agent withdrew it before anybody had seen it.
    Withdrawn,
    /// It was approved after the checkpoint was made that was kept elsewhere.
    Beyond,
}

impl Uncounted {
    /// Each of them.
    pub const ALL: [Self; 5] = [Self::TooFast, Self::Unmeasured, Self::InBatch, Self::Withdrawn, Self::Beyond];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooFast => "too-fast",
            Self::Unmeasured => "unmeasured",
            Self::InBatch => "in-batch",
            Self::Withdrawn => "withdrawn",
            Self::Beyond => "beyond-checkpoint",
        }
    }
}

/// What `escalation` says, as it stands; `None` while it is pending. `was_seen` says whether a reviewer had looked at it.
///
/// A rejection always counts, however fast it was. What is approved counts if every approval that let it through was
/// given alone and not faster than `0.5 · w/5` seconds, from 1.5 to 20, for `w` words (REVIEW §2.2, M4).
#[must_use]
pub fn answer(escalation: &Escalation, was_seen: bool) -> Option<Answer> {
    let is_revoked = escalation.grant.is_some_and(|grant| grant.is_revoked);
    Some(match escalation.status {
        Status::Pending => return None,
        Status::Rejected => Answer::Against(Against::Rejected),
        Status::Expired => Answer::Against(Against::Expired),
        Status::Withdrawn if was_seen => Answer::Against(Against::Withdrawn),
        Status::Withdrawn => Answer::Uncounted(Uncounted::Withdrawn),
        Status::Approved if is_revoked => Answer::Against(Against::Revoked),
        Status::Approved if escalation.original.is_some() => Answer::Against(Against::Edited),
        Status::Approved => approved(escalation),
    })
}

fn approved(escalation: &Escalation) -> Answer {
    let least_ms = reading_floor_ms(words_of_call(&escalation.held.call));
    let approvals = escalation.reviews.iter().filter(|review| review.counts);
    let approvals = approvals.filter(|review| review.answered.verdict == Verdict::Approve);
    let mut answer = Answer::Uncounted(Uncounted::Unmeasured);
    for review in approvals {
        answer = match escalation.shown_ms(review) {
            _ if review.answered.in_batch => return Answer::Uncounted(Uncounted::InBatch),
            None => return Answer::Uncounted(Uncounted::Unmeasured),
            Some(shown_ms) if shown_ms < least_ms => return Answer::Uncounted(Uncounted::TooFast),
            Some(_) => Answer::For,
        };
    }
    answer
}

/// Who approved `escalation`: by what was verified, else by their own word.
pub(super) fn approvers(escalation: &Escalation) -> impl Iterator<Item = &str> {
    let approvals = escalation.reviews.iter().filter(|review| review.counts);
    let approvals = approvals.filter(|review| review.answered.verdict == Verdict::Approve);
    approvals
        .filter_map(|review| review.reviewer.as_ref().map(|reviewer| &reviewer.id).or(review.answered.by.as_ref()))
        .map(String::as_str)
}

/// How many words the arguments of `call` are: the least of what a reviewer has to read.
fn words_of_call(call: &Call) -> usize {
    fn words(value: &Value) -> usize {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 1,
            Value::Text(text) => words_in(text),
            Value::List(items) => items.iter().map(words).sum(),
            Value::Map(map) => map.iter().map(|(key, value)| words_in(key) + words(value)).sum(),
        }
    }
    words_in(&call.tool) + call.args.as_ref().map_or(0, words)
}

/// Milliseconds of a day.
pub(super) const DAY_MS: u64 = 86_400_000;

/// What counts once: the tool and its arguments without free text, on the day (UTC) of `at_ms`.
///
/// `None` if the arguments have no canonical form; nobody can approve such a call.
pub(super) fn occasion(call: &Call, at_ms: UnixMs) -> Option<Digest> {
    let args = call.args.as_ref().map(|args| without_prose(args, &words_of("args"), &call.tool));
    let day = Value::from((at_ms / DAY_MS).to_string().as_str());
    digest(Subject::Key, &record([("tool", Some(Value::from(call.tool.as_str()))), ("args", args), ("day", Some(day))]))
        .ok()
}

/// `value`, at a key of these `words`, with nothing in place of free text.
fn without_prose(value: &Value, words: &[String], tool: &str) -> Value {
    match value {
        Value::Text(text) if meant(text, words, tool) == Meant::Prose => Value::Null,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => value.clone(),
        Value::List(items) => Value::List(items.iter().map(|item| without_prose(item, words, tool)).collect()),
        Value::Map(map) => {
            let entries = map.iter();
            let entries = entries.map(|(key, item)| (key.to_owned(), without_prose(item, &words_at(map, key), tool)));
            Map::new(entries.collect()).map_or(Value::Null, Value::Map)
        }
    }
}
