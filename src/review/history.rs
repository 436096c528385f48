//! The history: entries that are chained by their hashes.

use super::event::UnixMs;
use super::merkle::{leaf, root, with_leaf};
use crate::value::canonical::CanonicalError;
use crate::value::digest::{Digest, Subject, digest};
use crate::value::value::{Value, record};

/// The end of a history: all that is needed to append to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// How many entries there are.
    pub size: u64,
    /// Hash of the first entry.
    pub origin: Option<Digest>,
    /// Hash of the last entry.
    pub hash: Option<Digest>,
    /// Time of the last entry.
    pub at_ms: UnixMs,
    /// Roots of the full trees of which the Merkle tree over the hashes of all entries is made, largest first.
    pub peaks: Vec<Digest>,
}

/// What is hashed of an entry. What happened stands in it as a commitment, so that it can be left out of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its place in the history, from 0.
    pub seq: u64,
    /// When.
    pub at_ms: UnixMs,
    /// What it belongs to.
    pub id: Option<&'a str>,
    /// What kind of event it is.
    pub kind: &'a str,
    /// See [`commitment`].
    pub commitment: Digest,
    /// Hash of the entry before.
    pub previous: Option<Digest>,
}

/// Says what a history was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Hash of its first entry.
    pub origin: Digest,
    /// How many entries it had.
    pub size: u64,
    /// Root of the Merkle tree over their hashes.
    pub root: Digest,
    /// Time of the last of them.
    pub at_ms: UnixMs,
}

/// Stands for `event` where it is hashed; without `salt`, which is random, nobody can try whether it is that of a guess.
///
/// # Errors
///
/// [`CanonicalError`] for numbers that JSON does not have.
pub fn commitment(event: &Value, salt: &str) -> Result<Digest, CanonicalError> {
    digest(Subject::Event, &record([("event", Some(event.clone())), ("salt", Some(Value::from(salt)))]))
}

impl Line<'_> {
    /// Its hash; `None` if its place or its time is no number that JSON carries exactly.
    #[must_use]
    pub fn hash(&self) -> Option<Digest> {
        let text = |digest: Digest| Value::Text(digest.to_string());
        let line = record([
            ("seq", Some(number(self.seq))),
            ("atMs", Some(number(self.at_ms))),
            ("id", Some(self.id.map_or(Value::Null, Value::from))),
            ("type", Some(Value::from(self.kind))),
            ("commitment", Some(text(self.commitment))),
            ("previous", Some(self.previous.map_or(Value::Null, text))),
        ]);
        digest(Subject::Entry, &line).ok()
    }
}

#[expect(clippy::cast_precision_loss, reason = "what is not exact has no canonical form")]
fn number(number: u64) -> Value {
    Value::Number(number as f64)
}

impl Head {
    /// The end after one more entry with this `hash`.
    #[must_use]
    pub fn with_entry(&self, hash: Digest, at_ms: UnixMs) -> Self {
        Self {
            size: self.size + 1,
            origin: self.origin.or(Some(hash)),
            hash: Some(hash),
            at_ms,
            peaks: with_leaf(self.size, &self.peaks, leaf(hash.bytes())),
        }
    }

    /// What it says of its history; `None` if that is empty.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        let origin = self.origin?;
        Some(Checkpoint { origin, size: self.size, root: root(&self.peaks), at_ms: self.at_ms })
    }
}
