//! An escalation is the fold of its entries; what happens next is a new entry or an error.

use std::fmt;

use crate::decide::call::{Call, call_digest};
use crate::decide::compile::Stack;
use crate::decide::decide::{Decision, decide};
use crate::decide::limit::Usage;
use crate::decide::protection::Review as ReviewTerms;
use crate::policy::model::{Action, Cause};
use crate::value::digest::Digest;

/// Unix milliseconds, UTC.
pub type UnixMs = u64;

/// Where an escalation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It waits for a reviewer.
    Pending,
    /// A reviewer approved the call.
    Approved,
    /// A reviewer rejected the call.
    Rejected,
}

/// What a reviewer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The call may run.
    Approve,
    /// The call must not run.
    Reject,
}

/// One line of an escalation's history.
#[allow(clippy::large_enum_variant, reason = "an escalation has few entries; on 32 bits the variants are closer")]
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A call was held.
    Open {
        /// When.
        at_ms: UnixMs,
        /// The call.
        call: Call,
        /// Digest of the call.
        digest: Digest,
        /// Why it was held.
        decision: Decision,
    },
    /// A reviewer answered.
    Review(Review),
}

/// One reviewer's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// When.
    pub at_ms: UnixMs,
    /// What the reviewer says.
    pub verdict: Verdict,
    /// Why, in the reviewer's words.
    pub note: Option<String>,
    /// Digest of the call that the reviewer saw.
    pub digest: Digest,
}

/// The record of a held call.
#[derive(Clone, Debug, PartialEq)]
pub struct Escalation {
    /// Where it stands.
    pub status: Status,
    /// When the call was held.
    pub opened_at_ms: UnixMs,
    /// The call.
    pub call: Call,
    /// Digest of the call.
    pub digest: Digest,
    /// Why it was held.
    pub decision: Decision,
    /// The answer, once there is one.
    pub review: Option<Review>,
}

impl Escalation {
    /// When the call has waited too long to be approved.
    #[must_use]
    pub fn expires_at_ms(&self) -> UnixMs {
        let wait_ms = self.decision.review.as_ref().map_or(0, |terms| terms.expires_ms);
        self.opened_at_ms.saturating_add(wait_ms)
    }

    /// Why the call cannot be approved, whoever tries; `None` if it can.
    ///
    /// Who reviews is not verified here, and values are not typed: what asks for that waits for a guard that can.
    #[must_use]
    pub fn unapprovable(&self) -> Option<&'static str> {
        let Some(ReviewTerms { reviewers, quorum, confirm, .. }) = &self.decision.review else {
            return Some("nothing says what its review must be like");
        };
        if !reviewers.is_empty() || *quorum > 1 {
            return Some("its rule names reviewers or a quorum, and nobody can tell here who reviews");
        }
        if !confirm.is_empty() {
            return Some("its rule wants a value typed, which this version cannot ask for");
        }
        None
    }
}

/// Why nothing happened to an escalation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscalationError {
    /// The policy does not escalate the call.
    NotEscalated(Action),
    /// The call has no canonical form, so that an approval could not say what it covers.
    NoDigest,
    /// A reviewer has answered already.
    AlreadyClosed(Status),
    /// The reviewer saw another call than the one that is held.
    DigestMismatch,
    /// The reviewer approves after the call's time to wait was over.
    TooLate,
    /// The call's review asks for something that cannot be shown to be so here.
    Unapprovable(&'static str),
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
            Self::AlreadyClosed(_) => "already-closed",
            Self::DigestMismatch => "digest-mismatch",
            Self::TooLate => "too-late",
            Self::Unapprovable(_) => "unapprovable",
            Self::BrokenHistory => "broken-history",
        }
    }
}

impl fmt::Display for EscalationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEscalated(Action::Allow) => f.write_str("the policy allows this call; there is nothing to review"),
            Self::NotEscalated(Action::Block) => f.write_str("the policy blocks this call; no review can let it run"),
            Self::NotEscalated(Action::Escalate) => f.write_str("the call is not held"),
            Self::NoDigest => {
                f.write_str("the call holds a number that JSON cannot carry exactly, so it cannot be reviewed")
            }
            Self::AlreadyClosed(Status::Approved) => f.write_str("this call was approved already"),
            Self::AlreadyClosed(Status::Rejected | Status::Pending) => f.write_str("this call was rejected already"),
            Self::DigestMismatch => f.write_str("the call that was shown is not the call that is held"),
            Self::TooLate => f.write_str("this call has waited too long and can no longer be approved"),
            Self::Unapprovable(why) => write!(f, "this call cannot be approved here: {why}"),
            Self::BrokenHistory => f.write_str("the record of this call was changed after it was written"),
        }
    }
}

/// Holds `call` at `now_ms`, if `stack` escalates it; `usage` is what was used of its limits.
///
/// # Errors
///
/// [`EscalationError::NotEscalated`] if the decision is another; [`EscalationError::NoDigest`] if the call has no digest.
pub fn open(stack: &Stack, call: Call, usage: &Usage, now_ms: UnixMs) -> Result<Entry, EscalationError> {
    let decision = decide(stack, &call, usage);
    match decision.action {
        Action::Escalate => {
            let digest = call_digest(&call).map_err(|_| EscalationError::NoDigest)?;
            Ok(Entry::Open { at_ms: now_ms, call, digest, decision })
        }
        Action::Allow | Action::Block => Err(EscalationError::NotEscalated(decision.action)),
    }
}

/// Answers the escalation that `entries` fold to. `seen` is the digest of the call that the reviewer saw.
///
/// A clock that was set back does not put an answer before what it answers.
///
/// # Errors
///
/// [`EscalationError::AlreadyClosed`] if there is an answer, [`EscalationError::DigestMismatch`] if the reviewer saw
/// another call, [`EscalationError::BrokenHistory`] if `entries` are none of an escalation;
/// for an approval [`EscalationError::TooLate`] if the call has waited too long and [`EscalationError::Unapprovable`] if
/// its rule asks for reviewers, a quorum or a typed value.
pub fn review(
    entries: &[Entry],
    verdict: Verdict,
    note: Option<String>,
    seen: Digest,
    now_ms: UnixMs,
) -> Result<Entry, EscalationError> {
    let escalation = fold(entries)?;
    match escalation.status {
        Status::Pending if seen != escalation.digest => Err(EscalationError::DigestMismatch),
        Status::Pending => {
            if verdict == Verdict::Approve {
                if now_ms >= escalation.expires_at_ms() {
                    return Err(EscalationError::TooLate);
                }
                if let Some(why) = escalation.unapprovable() {
                    return Err(EscalationError::Unapprovable(why));
                }
            }
            let at_ms = now_ms.max(escalation.opened_at_ms);
            Ok(Entry::Review(Review { at_ms, verdict, note, digest: seen }))
        }
        // No `_`: a new status must be thought about here.
        Status::Approved | Status::Rejected => Err(EscalationError::AlreadyClosed(escalation.status)),
    }
}

/// The escalation that `entries` are the history of.
///
/// The digest covers agent, user, session, tool and arguments. What it does not cover, such as the agent's reason, the
/// rule and the times, is taken as it stands: only a chained history can tell that it was changed.
///
/// # Errors
///
/// [`EscalationError::BrokenHistory`] unless they are one `open`, whose digest is that of its call, and at most one
/// `review` of the same digest after it.
pub fn fold(entries: &[Entry]) -> Result<Escalation, EscalationError> {
    let Some((Entry::Open { at_ms, call, digest, decision }, later)) = entries.split_first() else {
        return Err(EscalationError::BrokenHistory);
    };
    let names_rule = decision.policy.is_some() && decision.rule.is_some();
    let possible = decision.action == Action::Escalate
        && decision.review.is_some()
        && match decision.cause {
            Cause::Rule | Cause::Limit | Cause::Name => names_rule,
            Cause::Misfit => decision.policy.is_none() && decision.rule.is_none(),
            // If every policy may abstain, none is named.
            Cause::Undecidable => names_rule || decision.policy.is_none() && decision.rule.is_none(),
            Cause::Default => decision.rule.is_none(),
            Cause::LowConfidence => decision.policy.is_some(),
        };
    if call_digest(call) != Ok(*digest) || !possible {
        return Err(EscalationError::BrokenHistory);
    }
    let review = match later {
        [] => None,
        [Entry::Review(review)] if review.digest == *digest && review.at_ms >= *at_ms => Some(review.clone()),
        _ => return Err(EscalationError::BrokenHistory),
    };
    let status = match review.as_ref().map(|review| review.verdict) {
        None => Status::Pending,
        Some(Verdict::Approve) => Status::Approved,
        Some(Verdict::Reject) => Status::Rejected,
    };
    Ok(Escalation {
        status,
        opened_at_ms: *at_ms,
        call: call.clone(),
        digest: *digest,
        decision: decision.clone(),
        review,
    })
}
