//! What an escalation is made of.

use super::event::{Answered, Outcome, Reviewer, UnixMs};
use crate::value::digest::Digest;

/// One reviewer's answer, and what is made of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    /// The answer.
    pub answered: Answered,
    /// When.
    pub at_ms: UnixMs,
    /// Whose it is, if that was verified.
    pub reviewer: Option<Reviewer>,
    /// Whether it counts: an approval before an edit, or of somebody who may not approve, does not.
    pub counts: bool,
}

/// One use of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Digest of the call.
    pub digest: Digest,
    /// From then on the call may run.
    pub not_before_ms: UnixMs,
    /// From then on it may not any more.
    pub expires_at_ms: UnixMs,
    /// Whether it was used.
    pub is_used: bool,
    /// Whether it was revoked.
    pub is_revoked: bool,
}

/// What can be done with a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantState {
    /// The approval can still be undone.
    Waiting,
    /// The call may run.
    Ready,
    /// It was let run.
    Used,
    /// The approval was revoked.
    Revoked,
    /// It was not used in time.
    Expired,
}

impl Grant {
    /// What can be done with it at `now_ms`.
    #[must_use]
    pub const fn state(&self, now_ms: UnixMs) -> GrantState {
        if self.is_used {
            GrantState::Used
        } else if self.is_revoked {
            GrantState::Revoked
        } else if now_ms >= self.expires_at_ms {
            GrantState::Expired
        } else if now_ms < self.not_before_ms {
            GrantState::Waiting
        } else {
            GrantState::Ready
        }
    }
}

/// A call that was let run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Since when.
    pub at_ms: UnixMs,
    /// What became of it; `None` until that is recorded.
    pub outcome: Option<Outcome>,
    /// More of it.
    pub note: Option<String>,
}

/// Somebody looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who, by their own word.
    pub by: Option<String>,
    /// Until when.
    pub until_ms: UnixMs,
}

/// What a reviewer wants to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// When.
    pub at_ms: UnixMs,
    /// Who asks.
    pub by: Option<String>,
    /// What.
    pub text: String,
    /// What the agent says.
    pub answer: Option<String>,
}
