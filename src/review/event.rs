//! What can happen to a held call.

use crate::decide::call::Call;
use crate::decide::decide::Decision;
use crate::decide::limit::Charge;
use crate::value::digest::Digest;

/// Unix milliseconds, UTC.
pub type UnixMs = u64;

/// Where an escalation stands. What is closed never opens again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It waits for reviewers.
    Pending,
    /// Enough reviewers approved the call.
    Approved,
    /// A reviewer rejected the call.
    Rejected,
    /// It waited too long.
    Expired,
    /// Its agent does not want the call any more.
    Withdrawn,
}

/// What a reviewer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The call may run.
    Approve,
    /// The call must not run.
    Reject,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
        }
    }
}

/// What became of a call that was let run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It ran to its end.
    Ran,
    /// It began and failed.
    Failed,
    /// Nobody can tell.
    Unknown,
}

/// A call as it is held: what a reviewer sees.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The call.
    pub call: Call,
    /// Its digest.
    pub digest: Digest,
    /// The keys of the context that the digest covers: those that the policies read.
    pub covers: Vec<String>,
    /// Why it is held.
    pub decision: Decision,
}

/// Escalations of calls that a call is like, by their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Those that were rejected, oldest first.
    pub rejected: Vec<String>,
    /// Those whose call was let run and nobody knows what became of it.
    pub unknown: Vec<String>,
}

/// One reviewer's answer. `by` is who says to have given it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Whose it is, by their own word.
    pub by: Option<String>,
    /// What it says.
    pub verdict: Verdict,
    /// Why.
    pub note: Option<String>,
    /// Digest of the call that the reviewer saw.
    pub digest: Digest,
    /// What was typed for the fields that have to be confirmed.
    pub confirmed: Vec<(String, String)>,
    /// How long the call is kept back, so that an approval can be undone.
    pub undo_ms: u64,
    /// How long the reviewer had the call on screen.
    pub shown_ms: Option<u64>,
    /// Whether it was given on one screen with answers to other calls.
    pub in_batch: bool,
    /// What shows that it is theirs, for whoever can verify it.
    pub proof: Option<String>,
}

/// What happened to an escalation.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A call was held.
    Open {
        /// The call.
        held: Box<Held>,
        /// Which guard holds it.
        guard: String,
        /// Which calls are reviewed together with it.
        batch: Option<String>,
        /// What it is like.
        links: Links,
    },
    /// Somebody looks at it.
    Claim {
        /// Who says so.
        by: Option<String>,
        /// Until when.
        until_ms: UnixMs,
    },
    /// A reviewer wants to know more.
    Ask {
        /// Who asks.
        by: Option<String>,
        /// What.
        text: String,
    },
    /// The agent answers.
    Answer {
        /// What the agent says.
        text: String,
    },
    /// A reviewer answered.
    Review(Answered),
    /// A reviewer changed the call.
    Edit {
        /// The call as it is now.
        held: Box<Held>,
        /// Who changed it.
        by: Option<String>,
        /// Why.
        note: Option<String>,
    },
    /// It has waited too long.
    Expire,
    /// The agent does not want the call any more.
    Withdraw {
        /// Why.
        note: Option<String>,
    },
    /// The call is let run.
    Consume {
        /// Digest of the call.
        digest: Digest,
        /// The policies that decided once more.
        stack: Digest,
        /// What the session carries from now on.
        marks: Vec<String>,
        /// The limits that were charged.
        charge: Vec<Charge>,
    },
    /// What became of it.
    Outcome {
        /// That.
        outcome: Outcome,
        /// More of it.
        note: Option<String>,
    },
    /// An approval does not count any more.
    Revoke {
        /// Who says so.
        by: Option<String>,
        /// Why.
        note: Option<String>,
    },
}

/// One entry of an escalation.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When.
    pub at_ms: UnixMs,
    /// What.
    pub event: Event,
}

/// Somebody whose identity was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewer {
    /// Who.
    pub id: String,
    /// What else they are called where reviewers are named.
    pub roles: Vec<String>,
}

/// Whose reviews were verified, by the place of the review among the entries of its escalation.
///
/// Where nobody can verify anything it is `None`, which is not the same as that nobody was.
pub type Verified = Vec<(usize, Reviewer)>;
