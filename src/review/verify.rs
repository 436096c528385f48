//! Whether a history is whole: nothing in it edited, missing, reordered, repeated, cut off or written anew.

use std::collections::{BTreeMap, BTreeSet};

use super::escalation::Escalation;
use super::event::{Entry, Event, Outcome, Status};
use super::history::{Checkpoint, Head, Line};
use super::parts::GrantState;
use crate::value::digest::Digest;

/// After so many problems no more are told.
pub const PROBLEMS_MAX: usize = 100;

/// What was done to a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The entry is not what was sealed.
    Edited,
    /// Entries in front of it are not there.
    Missing,
    /// It does not stand where it belongs.
    Reordered,
    /// It stands there twice.
    Repeated,
    /// The history ends before the checkpoint.
    Truncated,
    /// All fits together, but not the checkpoint.
    Rewritten,
    /// What it says cannot have happened to its escalation.
    Impossible,
}

impl ProblemKind {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::Missing => "missing",
            Self::Reordered => "reordered",
            Self::Repeated => "repeated",
            Self::Truncated => "truncated",
            Self::Rewritten => "rewritten",
            Self::Impossible => "impossible",
        }
    }
}

/// A problem of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What was done.
    pub kind: ProblemKind,
    /// Where it shows.
    pub seq: u64,
    /// One line.
    pub message: String,
}

/// An entry as it was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Sealed<'a> {
    /// What is hashed of it.
    pub line: Line<'a>,
    /// The hash that it claims.
    pub hash: Digest,
    /// What happened to its escalation.
    pub told: Told,
}

/// What an entry tells of an escalation.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// Nothing: it is about none, and its id says so.
    Nothing,
    /// This.
    Event(Box<Event>),
    /// It was left out.
    LeftOut,
    /// Something that no version of this program has written.
    Nonsense,
}

/// Verifies a history while it is read.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    head: Head,
    entries: u64,
    left_out: u64,
    problems: Vec<Problem>,
    /// Entries that were not found in their places, as ranges from the first to before the second.
    gaps: BTreeMap<u64, u64>,
    /// `None`: nothing more can happen to it.
    escalations: BTreeMap<String, Option<Escalation>>,
    /// Escalations of which not all was told.
    untold: BTreeSet<String>,
    /// The root of the tree when it was as large as the checkpoint.
    at_checkpoint: Option<Digest>,
    checkpoint: Option<Checkpoint>,
    /// How many entries were known to be whole before; escalations may have begun among them.
    known: u64,
}

/// What verifying a history has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How many entries there were.
    pub entries: u64,
    /// Of how many what happened was left out.
    pub left_out: u64,
    /// What is wrong; at most [`PROBLEMS_MAX`].
    pub problems: Vec<Problem>,
    /// What the history is now; `None` if it is empty or something is wrong.
    pub checkpoint: Option<Checkpoint>,
}

impl Verification {
    /// Begins to verify a history, against `checkpoint` if one was kept.
    #[must_use]
    pub fn new(checkpoint: Option<Checkpoint>) -> Self {
        Self { checkpoint, ..Self::default() }
    }

    /// Goes on verifying the history that was whole up to `head`.
    #[must_use]
    pub fn after(head: Head, checkpoint: Option<Checkpoint>) -> Self {
        Self { known: head.size, head, checkpoint, ..Self::default() }
    }

    /// Takes the next entry.
    pub fn push(&mut self, sealed: Sealed<'_>) {
        let Sealed { line, hash, told } = sealed;
        self.entries += 1;
        let seq = line.seq;
        if seq < self.head.size {
            self.out_of_place(&line, hash);
            return;
        }
        if line.hash() != Some(hash) {
            self.tell(ProblemKind::Edited, seq, "the entry is not what was sealed");
            // Nor can anything be said of what followed from it.
            self.untold.extend(line.id.map(str::to_owned));
        }
        if seq > self.head.size {
            self.gaps.insert(self.head.size, seq);
            // Nothing can be said of the tree any more; the chain begins anew here.
            self.head = Head { size: seq, hash: line.previous, ..self.head.clone() };
        } else if line.previous != self.head.hash {
            self.tell(ProblemKind::Edited, seq, "the entry before it is not the one that it was sealed after");
        }
        if line.at_ms < self.head.at_ms {
            self.tell(ProblemKind::Impossible, seq, "it is older than the entry before it");
        }
        self.head = self.head.with_entry(hash, line.at_ms.max(self.head.at_ms));
        if let Some(checkpoint) = self.checkpoint.filter(|checkpoint| checkpoint.size == self.head.size) {
            self.at_checkpoint = self.head.checkpoint().map(|now| now.root);
            if self.head.origin != Some(checkpoint.origin) && self.gaps.is_empty() {
                self.tell(ProblemKind::Rewritten, seq, "this is not the history of the checkpoint: it began otherwise");
            }
        }
        match (line.id, told) {
            (Some(id), Told::Event(event)) => self.happen(id, seq, Entry { at_ms: line.at_ms, event: *event }),
            (_, Told::Nonsense) => self.tell(ProblemKind::Impossible, seq, "it says nothing that can happen"),
            (None, Told::Event(_)) => self.tell(ProblemKind::Impossible, seq, "it names no escalation"),
            // What was left out could be anything.
            (id, Told::LeftOut) => {
                self.left_out += 1;
                self.untold.extend(id.map(str::to_owned));
            }
            (_, Told::Nothing) => {}
        }
    }

    /// Says what is wrong with the history, now that all of it was read.
    #[must_use]
    pub fn finish(mut self) -> Report {
        for (from, to) in std::mem::take(&mut self.gaps) {
            let missing = to - from;
            let message = if missing == 1 {
                format!("the entry {from} is missing")
            } else {
                format!("the {missing} entries from {from} on are missing")
            };
            self.tell(ProblemKind::Missing, to, message);
        }
        if let Some(checkpoint) = self.checkpoint {
            if self.head.size < checkpoint.size {
                let size = self.head.size;
                let message = format!("the history ends here, but the checkpoint is of {} entries", checkpoint.size);
                self.tell(ProblemKind::Truncated, size, message);
            } else if self.problems.is_empty() && self.at_checkpoint != Some(checkpoint.root) {
                let last = checkpoint.size.saturating_sub(1);
                self.tell(ProblemKind::Rewritten, last, "up to here this is not the history of the checkpoint");
            }
        }
        let checkpoint = if self.problems.is_empty() { self.head.checkpoint() } else { None };
        Report { entries: self.entries, left_out: self.left_out, problems: self.problems, checkpoint }
    }

    fn out_of_place(&mut self, line: &Line<'_>, hash: Digest) {
        let seq = line.seq;
        if line.hash() != Some(hash) {
            self.tell(ProblemKind::Edited, seq, "the entry is not what was sealed");
        }
        let gap = self.gaps.range(..=seq).next_back().map(|(from, to)| (*from, *to)).filter(|(_, to)| seq < *to);
        let Some((from, to)) = gap else {
            self.tell(ProblemKind::Repeated, seq, "the entry stands there twice");
            return;
        };
        self.tell(ProblemKind::Reordered, seq, "the entry stands behind later ones");
        self.gaps.remove(&from);
        if from < seq {
            self.gaps.insert(from, seq);
        }
        if seq + 1 < to {
            self.gaps.insert(seq + 1, to);
        }
    }

    /// What happened to the escalation `id`.
    fn happen(&mut self, id: &str, seq: u64, entry: Entry) {
        if self.untold.contains(id) {
            return;
        }
        let known = self.escalations.remove(id);
        let next = match known {
            None if self.known > 0 && !matches!(entry.event, Event::Open { .. }) => return,
            None => Escalation::begun_by(&entry).map_err(|error| error.to_string()),
            Some(None) => Err("nothing more can happen to its escalation".to_owned()),
            Some(Some(mut escalation)) => {
                escalation.take(&entry, None).map(|()| escalation).map_err(|error| error.to_string())
            }
        };
        match next {
            Ok(escalation) => {
                let kept = if is_over(&escalation) { None } else { Some(escalation) };
                self.escalations.insert(id.to_owned(), kept);
            }
            Err(why) => {
                // After a gap nobody can tell what else happened.
                if self.gaps.is_empty() {
                    self.tell(ProblemKind::Impossible, seq, format!("this cannot have happened: {why}"));
                }
                self.escalations.insert(id.to_owned(), None);
            }
        }
    }

    fn tell(&mut self, kind: ProblemKind, seq: u64, message: impl Into<String>) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem { kind, seq, message: message.into() });
        }
    }
}

/// Whether nothing more can happen to it.
fn is_over(escalation: &Escalation) -> bool {
    let has_outcome =
        || matches!(escalation.run.as_ref().map(|run| run.outcome), Some(Some(Outcome::Ran | Outcome::Failed)));
    match escalation.status {
        Status::Rejected | Status::Withdrawn => true,
        Status::Approved => {
            let state = escalation.grant.map(|grant| grant.state(0));
            state == Some(GrantState::Revoked) || has_outcome()
        }
        Status::Pending | Status::Expired => false,
    }
}
