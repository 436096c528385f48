//! Why nothing happened to an escalation.

use std::fmt;

use super::event::Status;
use crate::policy::model::Action;

/// Why nothing happened to an escalation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscalationError {
    /// The policy does not escalate the call.
    NotEscalated(Action),
    /// The call has no canonical form, so that an approval could not say what it covers.
    NoDigest,
    /// It has an outcome.
    AlreadyClosed(Status),
    /// The call has more than a person reads before answering.
    TooLarge,
    /// The review or the grant is for another call.
    DigestMismatch,
    /// The escalation or its grant has expired.
    TooLate,
    /// The time in which an approval can be undone, or in which an escalation waits, is not over.
    TooEarly,
    /// The call's review asks for something that cannot be.
    Unapprovable(&'static str),
    /// What was typed is not what stands at a field that has to be confirmed.
    NotConfirmed,
    /// Reviewers are named, and this is none of them, or nobody can verify who this is.
    NotAReviewer,
    /// Whoever a call acts for cannot approve it.
    OwnCall,
    /// This reviewer has approved it already.
    AlreadyReviewed,
    /// The change touches what reviewers may not change, or nothing.
    NotEditable,
    /// The policy blocks the call.
    Blocked,
    /// There is no grant.
    NotApproved,
    /// The grant was used.
    AlreadyUsed,
    /// The grant was revoked.
    Revoked,
    /// Another guard holds the call.
    OtherGuard,
    /// The policy asks for more than the review that there was.
    StricterReview,
    /// The session carries marks that it did not carry when the call was held.
    MarksGrew,
    /// The call was not let run, or its outcome is known.
    NotRunning,
    /// No question waits for an answer.
    NothingAsked,
    /// A word or a part is none that can stand there.
    UnknownWord,
    /// The entries are no history of an escalation: missing, reordered or changed.
    BrokenHistory,
}

impl EscalationError {
    /// The code as it is printed.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotEscalated(_) => "not-escalated",
            Self::NoDigest => "no-digest",
            Self::TooLarge => "too-large",
            Self::AlreadyClosed(_) => "already-closed",
            Self::DigestMismatch => "digest-mismatch",
            Self::TooLate => "too-late",
            Self::TooEarly => "too-early",
            Self::Unapprovable(_) => "unapprovable",
            Self::NotConfirmed => "not-confirmed",
            Self::NotAReviewer => "not-a-reviewer",
            Self::OwnCall => "own-call",
            Self::AlreadyReviewed => "already-reviewed",
            Self::NotEditable => "not-editable",
            Self::Blocked => "blocked",
            Self::NotApproved => "not-approved",
            Self::AlreadyUsed => "already-used",
            Self::Revoked => "revoked",
            Self::OtherGuard => "other-guard",
            Self::StricterReview => "stricter-review",
            Self::MarksGrew => "marks-grew",
            Self::NotRunning => "not-running",
            Self::NothingAsked => "nothing-asked",
            Self::UnknownWord => "unknown-verdict",
            Self::BrokenHistory => "broken-history",
        }
    }
}

impl fmt::Display for EscalationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotEscalated(Action::Allow) => "the policy allows this call; there is nothing to review",
            Self::NotEscalated(Action::Block) => "the policy blocks this call; no review can let it run",
            Self::NotEscalated(Action::Escalate) => "the call is not held",
            Self::NoDigest => "the call holds a number that JSON cannot carry exactly, so it cannot be reviewed",
            Self::TooLarge => "the call is too large for a person to read: at most 2,000 values and 100,000 characters",
            Self::AlreadyClosed(Status::Approved) => "this call was approved already",
            Self::AlreadyClosed(Status::Rejected) => "this call was rejected already",
            Self::AlreadyClosed(Status::Withdrawn) => "this call was withdrawn by its agent",
            Self::AlreadyClosed(Status::Expired | Status::Pending) | Self::TooLate => {
                "this call has waited too long and can no longer be approved or run"
            }
            Self::DigestMismatch => "the call that was shown is not the call that is held",
            Self::TooEarly => "the time to wait is not over",
            Self::Unapprovable(why) => return write!(f, "this call cannot be approved here: {why}"),
            Self::NotConfirmed => "what was typed is not what stands in the call at a field that has to be confirmed",
            Self::NotAReviewer => "its rule names who reviews, and it cannot be verified that this is one of them",
            Self::OwnCall => "whoever a call acts for cannot approve it",
            Self::AlreadyReviewed => "this reviewer has approved the call already, and counts once",
            Self::NotEditable => "an edit changes something, and only what the rule lists as `editable`",
            Self::Blocked => "the policy blocks this call; no review can let it run",
            Self::NotApproved => "nobody has approved this call yet",
            Self::AlreadyUsed => "this call was let run already, and an approval counts once",
            Self::Revoked => "the approval of this call was revoked",
            Self::OtherGuard => "another guard holds this call",
            Self::StricterReview => "the policy as it is now asks for more than the review that there was",
            Self::MarksGrew => "the session carries marks that it did not carry when the call was held",
            Self::NotRunning => "this call was not let run, or its outcome is known",
            Self::NothingAsked => "no question waits for an answer",
            Self::UnknownWord => "it is none of the words that can stand there; a verdict is `approve` or `reject`",
            Self::BrokenHistory => "the record of this call was changed after it was written",
        })
    }
}
