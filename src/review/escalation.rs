//! An escalation is the fold of its entries.

use super::confirm::{confirms, typed_form};
use super::edit::check_edit;
use super::error::EscalationError;
use super::event::{Answered, Entry, Event, Held, Links, Outcome, Reviewer, Status, UnixMs, Verdict, Verified};
use super::parts::{Claim, Grant, GrantState, Question, Review, Run};
use crate::decide::call::call_digest;
use crate::decide::protection::Review as ReviewTerms;
use crate::policy::model::{Action, Cause};
use crate::value::digest::Digest;
use crate::value::value::Value;

/// The longest time in which an approval can be undone: ten minutes.
pub const UNDO_MS_MAX: u64 = 600_000;

/// The record of a held call.
#[derive(Clone, Debug, PartialEq)]
pub struct Escalation {
    /// Where it stands.
    pub status: Status,
    /// When the call was held.
    pub opened_at_ms: UnixMs,
    /// From then on it can no longer be approved.
    pub expires_at_ms: UnixMs,
    /// When it was approved, rejected or withdrawn, or when its time was over.
    pub closed_at_ms: Option<UnixMs>,
    /// The call as it would run.
    pub held: Held,
    /// The call as it was held, if it was edited since.
    pub original: Option<Held>,
    /// The answers.
    pub reviews: Vec<Review>,
    /// What an approval lets through.
    pub grant: Option<Grant>,
    /// What became of the call once it was let run.
    pub run: Option<Run>,
    /// Who looks at it.
    pub claim: Option<Claim>,
    /// What reviewers asked.
    pub questions: Vec<Question>,
    /// Which guard holds the call.
    pub guard: String,
    /// Which calls are reviewed together with it.
    pub batch: Option<String>,
    /// What it is like.
    pub links: Links,
    /// Why it was withdrawn, or its grant revoked.
    pub closing_note: Option<String>,
    /// Whether it is recorded that its time was over.
    expiry_is_recorded: bool,
    last_at_ms: UnixMs,
}

/// The escalation that `entries` are the history of, as it stands at `now_ms`.
///
/// The digest covers what runs. What it does not cover, such as the agent's reason, the rule and the times, is taken as it
/// stands: only the hashes of the history can tell that it was changed.
///
/// # Errors
///
/// [`EscalationError::BrokenHistory`] unless they are an `open`, whose digest is that of its call, and after it what can
/// have happened.
pub fn fold(entries: &[Entry], verified: Option<&Verified>, now_ms: UnixMs) -> Result<Escalation, EscalationError> {
    let broken = |_| EscalationError::BrokenHistory;
    let (first, later) = entries.split_first().ok_or(EscalationError::BrokenHistory)?;
    let mut escalation = Escalation::begun_by(first)?;
    for (entry, place) in later.iter().zip(1..) {
        escalation.take(entry, reviewer_at(verified, place)).map_err(broken)?;
    }
    escalation.expire_by(now_ms);
    Ok(escalation)
}

/// Who was verified to have reviewed at `place` among the entries.
pub(super) fn reviewer_at(verified: Option<&Verified>, place: usize) -> Option<&Reviewer> {
    verified?.iter().find(|(at, _)| *at == place).map(|(_, reviewer)| reviewer)
}

impl Escalation {
    /// How long the reviewer saw the call before `review`, one of its reviews, in milliseconds; `None` if nobody measured
    /// it. A reviewer's own word, and so not believed beyond the time since the call was held.
    #[must_use]
    pub fn shown_ms(&self, review: &Review) -> Option<u64> {
        review.answered.shown_ms.map(|shown_ms| shown_ms.min(review.at_ms.saturating_sub(self.opened_at_ms)))
    }

    /// The escalation that `entry` opens.
    ///
    /// # Errors
    ///
    /// [`EscalationError::BrokenHistory`] if it opens none.
    pub fn begun_by(entry: &Entry) -> Result<Self, EscalationError> {
        let Event::Open { held, guard, batch, links } = &entry.event else {
            return Err(EscalationError::BrokenHistory);
        };
        check_held(held)?;
        let held = Held::clone(held);
        Ok(Self {
            status: Status::Pending,
            opened_at_ms: entry.at_ms,
            expires_at_ms: entry.at_ms.saturating_add(wait_ms(&held)),
            closed_at_ms: None,
            held,
            original: None,
            reviews: Vec::new(),
            grant: None,
            run: None,
            claim: None,
            questions: Vec::new(),
            guard: guard.clone(),
            batch: batch.clone(),
            links: links.clone(),
            closing_note: None,
            expiry_is_recorded: false,
            last_at_ms: entry.at_ms,
        })
    }

    /// Why the call cannot be approved, whoever tries; `None` if it can.
    #[must_use]
    pub fn unapprovable(&self) -> Option<&'static str> {
        let Some(ReviewTerms { confirm, .. }) = &self.held.decision.review else {
            return Some("nothing says what its review must be like");
        };
        // Some readers take what is not there for `null` or for empty; nobody may approve what they could disagree on.
        if self.held.call.args.is_none() {
            return Some("it has no `args`, and one without arguments says `args: {}`");
        }
        if confirm.iter().any(|field| typed_form(&self.held, field).is_none()) {
            return Some("its rule wants a value typed that is not there or cannot be typed");
        }
        None
    }

    /// Why nobody's approval can count where nobody can verify who reviews; `None` if one can.
    #[must_use]
    pub fn needs_verified(&self) -> Option<&'static str> {
        let terms = self.held.decision.review.as_ref();
        terms
            .filter(|terms| asks_who(terms))
            .map(|_| "its rule names reviewers or a quorum, and nobody can tell here who reviews")
    }

    /// How many approvals are missing.
    #[must_use]
    pub fn approvals_missing(&self) -> u32 {
        let quorum = self.held.decision.review.as_ref().map_or(1, |terms| terms.quorum);
        match self.status {
            Status::Pending => quorum.saturating_sub(self.approvals()),
            Status::Approved | Status::Rejected | Status::Expired | Status::Withdrawn => 0,
        }
    }

    /// Makes it what it is after `entry`; `reviewer` is who was verified to have reviewed, if it is a review.
    ///
    /// # Errors
    ///
    /// Why that cannot have happened.
    pub fn take(&mut self, entry: &Entry, reviewer: Option<&Reviewer>) -> Result<(), EscalationError> {
        let Entry { at_ms, event } = entry;
        let at_ms = *at_ms;
        if at_ms < self.last_at_ms {
            return Err(EscalationError::BrokenHistory);
        }
        self.expire_by(at_ms);
        self.last_at_ms = at_ms;
        let was_verified = self.status == Status::Approved && self.held.decision.review.as_ref().is_some_and(asks_who);
        if was_verified && self.take_from_elsewhere(event, reviewer, at_ms) {
            return Ok(());
        }
        match event {
            Event::Open { .. } => return Err(EscalationError::BrokenHistory),
            Event::Claim { by, until_ms } => {
                self.must_be_pending()?;
                self.claim = Some(Claim { by: by.clone(), until_ms: *until_ms });
            }
            Event::Ask { by, text } => {
                self.must_be_pending()?;
                self.questions.push(Question { at_ms, by: by.clone(), text: text.clone(), answer: None });
            }
            Event::Answer { text } => {
                self.must_be_pending()?;
                let question = self.questions.iter_mut().find(|question| question.answer.is_none());
                question.ok_or(EscalationError::NothingAsked)?.answer = Some(text.clone());
            }
            Event::Review(answered) => self.take_review(answered, reviewer, at_ms)?,
            Event::Edit { held, .. } => self.take_edit(held, at_ms)?,
            Event::Expire => self.take_expiry()?,
            Event::Withdraw { note } => {
                self.must_be_pending()?;
                self.close(Status::Withdrawn, at_ms);
                self.closing_note.clone_from(note);
            }
            Event::Consume { digest, .. } => self.take_use(*digest, at_ms)?,
            Event::Outcome { outcome, note } => self.take_outcome(*outcome, note.as_deref())?,
            Event::Revoke { note, .. } => self.take_revocation(note.as_deref(), at_ms)?,
        }
        Ok(())
    }

    /// Takes what somebody does to an approved escalation who cannot verify that it is, and so holds it for pending;
    /// whether it is that.
    ///
    /// It must not be broken by that. What would have ended it ends the grant; nothing else changes anything.
    fn take_from_elsewhere(&mut self, event: &Event, reviewer: Option<&Reviewer>, at_ms: UnixMs) -> bool {
        let is_end = match event {
            Event::Claim { .. } | Event::Ask { .. } | Event::Answer { .. } => false,
            Event::Withdraw { .. } | Event::Edit { .. } | Event::Expire => true,
            Event::Review(answered) => {
                let reviewer = reviewer.cloned();
                self.reviews.push(Review { answered: answered.clone(), at_ms, reviewer, counts: false });
                answered.verdict == Verdict::Reject
            }
            Event::Open { .. } | Event::Consume { .. } | Event::Outcome { .. } | Event::Revoke { .. } => return false,
        };
        if let Some(grant) = self.grant.as_mut().filter(|grant| is_end && !grant.is_used) {
            grant.is_revoked = true;
        }
        true
    }

    /// Why an approval would not count; `reviewer` is who was verified to give it.
    ///
    /// # Errors
    ///
    /// That.
    pub(super) fn check_approval(
        &self,
        answered: &Answered,
        reviewer: Option<&Reviewer>,
        terms: &ReviewTerms,
    ) -> Result<(), EscalationError> {
        if let Some(why) = self.unapprovable() {
            return Err(EscalationError::Unapprovable(why));
        }
        let claimed = reviewer.map(|reviewer| &reviewer.id).or(answered.by.as_ref());
        if claimed.is_some() && claimed.map(String::as_str) == self.acts_for() {
            return Err(EscalationError::OwnCall);
        }
        if asks_who(terms) {
            let reviewer = reviewer.ok_or(EscalationError::NotAReviewer)?;
            let is_one_of =
                |set: &Vec<String>| set.contains(&reviewer.id) || reviewer.roles.iter().any(|role| set.contains(role));
            if !terms.reviewers.iter().all(is_one_of) {
                return Err(EscalationError::NotAReviewer);
            }
        }
        let typed =
            |field: &str| answered.confirmed.iter().find(|(of, _)| of == field).map(|(_, typed)| typed.as_str());
        let is_confirmed = terms
            .confirm
            .iter()
            .all(|field| typed(&field.to_string()).is_some_and(|typed| confirms(typed, &self.held, field)));
        if is_confirmed { Ok(()) } else { Err(EscalationError::NotConfirmed) }
    }

    /// Whether `reviewer` has approved the call as it is now.
    pub(super) fn was_approved_by(&self, reviewer: Option<&Reviewer>) -> bool {
        let is_theirs = |review: &Review| match (&review.reviewer, reviewer) {
            (Some(theirs), Some(reviewer)) => theirs.id == reviewer.id,
            _ => false,
        };
        self.reviews.iter().any(|review| review.counts && is_theirs(review))
    }

    /// The error of whatever needs it to be pending, if it is not.
    pub(super) const fn must_be_pending(&self) -> Result<(), EscalationError> {
        match self.status {
            Status::Pending => Ok(()),
            Status::Expired => Err(EscalationError::TooLate),
            Status::Approved | Status::Rejected | Status::Withdrawn => Err(EscalationError::AlreadyClosed(self.status)),
        }
    }

    /// The error of whatever needs an unused grant, if there is none at `now_ms`.
    pub(super) fn must_be_granted(&self, now_ms: UnixMs) -> Result<Grant, EscalationError> {
        let grant = match self.status {
            Status::Pending => return Err(EscalationError::NotApproved),
            Status::Expired => return Err(EscalationError::TooLate),
            Status::Rejected | Status::Withdrawn => return Err(EscalationError::AlreadyClosed(self.status)),
            Status::Approved => self.grant.ok_or(EscalationError::NotApproved)?,
        };
        match grant.state(now_ms) {
            GrantState::Ready | GrantState::Waiting => Ok(grant),
            GrantState::Used => Err(EscalationError::AlreadyUsed),
            GrantState::Revoked => Err(EscalationError::Revoked),
            GrantState::Expired => Err(EscalationError::TooLate),
        }
    }

    /// How many approvals count.
    fn approvals(&self) -> u32 {
        let approvals =
            self.reviews.iter().filter(|review| review.counts && review.answered.verdict == Verdict::Approve);
        u32::try_from(approvals.count()).unwrap_or(u32::MAX)
    }

    /// Whether somebody approved the call as it is now whose approval does not count as far as can be told here.
    pub(super) fn was_approved_for_others(&self) -> bool {
        let is_of_now = |review: &&Review| review.answered.digest == self.held.digest;
        let mut reviews = self.reviews.iter().filter(is_of_now);
        reviews.any(|review| !review.counts && review.answered.verdict == Verdict::Approve)
    }

    /// For whom the call acts.
    fn acts_for(&self) -> Option<&str> {
        match &self.held.call.user {
            Some(Value::Map(user)) => match user.get("id") {
                Some(Value::Text(id)) => Some(id),
                _ => None,
            },
            _ => None,
        }
    }

    fn close(&mut self, status: Status, at_ms: UnixMs) {
        self.status = status;
        self.closed_at_ms = Some(at_ms);
        self.claim = None;
    }

    fn expire_by(&mut self, now_ms: UnixMs) {
        if self.status == Status::Pending && now_ms >= self.expires_at_ms {
            self.close(Status::Expired, self.expires_at_ms);
        }
    }

    fn take_review(
        &mut self,
        answered: &Answered,
        reviewer: Option<&Reviewer>,
        at_ms: UnixMs,
    ) -> Result<(), EscalationError> {
        self.must_be_pending()?;
        if answered.digest != self.held.digest {
            return Err(EscalationError::DigestMismatch);
        }
        let is_approval = answered.verdict == Verdict::Approve;
        let terms = self.held.decision.review.clone().ok_or(EscalationError::BrokenHistory)?;
        let counts =
            !is_approval || !self.was_approved_by(reviewer) && self.check_approval(answered, reviewer, &terms).is_ok();
        self.reviews.push(Review { answered: answered.clone(), at_ms, reviewer: reviewer.cloned(), counts });
        if !is_approval {
            self.close(Status::Rejected, at_ms);
        } else if counts && self.approvals() >= terms.quorum {
            self.close(Status::Approved, at_ms);
            let counted = self.reviews.iter().filter(|review| review.counts);
            let undo_ms = counted.map(|review| review.answered.undo_ms).max().unwrap_or(0);
            self.grant = Some(self.granted(undo_ms, terms.expires_ms, at_ms));
        }
        Ok(())
    }

    fn granted(&self, undo_ms: u64, expires_ms: u64, at_ms: UnixMs) -> Grant {
        let not_before_ms = at_ms.saturating_add(undo_ms.min(UNDO_MS_MAX));
        Grant {
            digest: self.held.digest,
            not_before_ms,
            expires_at_ms: not_before_ms.saturating_add(expires_ms),
            is_used: false,
            is_revoked: false,
        }
    }

    fn take_edit(&mut self, held: &Held, at_ms: UnixMs) -> Result<(), EscalationError> {
        self.must_be_pending()?;
        check_held(held)?;
        check_edit(&self.held, &held.call)?;
        let before = std::mem::replace(&mut self.held, held.clone());
        self.original.get_or_insert(before);
        for review in &mut self.reviews {
            review.counts = false;
        }
        self.expires_at_ms = self.expires_at_ms.min(at_ms.saturating_add(wait_ms(held)));
        Ok(())
    }

    const fn take_expiry(&mut self) -> Result<(), EscalationError> {
        match self.status {
            Status::Pending => Err(EscalationError::TooEarly),
            Status::Expired if !self.expiry_is_recorded => {
                self.expiry_is_recorded = true;
                Ok(())
            }
            Status::Approved | Status::Rejected | Status::Expired | Status::Withdrawn => {
                Err(EscalationError::AlreadyClosed(self.status))
            }
        }
    }

    fn take_use(&mut self, digest: Digest, at_ms: UnixMs) -> Result<(), EscalationError> {
        let grant = match self.status {
            // A guard that could verify who reviewed has let it run. Nothing can be done with that but to know it.
            Status::Pending | Status::Expired if self.was_approved_for_others() && !self.expiry_is_recorded => {
                self.close(Status::Approved, at_ms);
                self.granted(0, 0, at_ms)
            }
            Status::Pending | Status::Approved | Status::Rejected | Status::Expired | Status::Withdrawn => {
                let grant = self.must_be_granted(at_ms)?;
                if grant.state(at_ms) == GrantState::Waiting {
                    return Err(EscalationError::TooEarly);
                }
                grant
            }
        };
        if grant.digest != digest {
            return Err(EscalationError::DigestMismatch);
        }
        self.grant = Some(Grant { is_used: true, ..grant });
        self.run = Some(Run { at_ms, outcome: None, note: None });
        Ok(())
    }

    fn take_outcome(&mut self, outcome: Outcome, note: Option<&str>) -> Result<(), EscalationError> {
        let run = self.run.as_mut().ok_or(EscalationError::NotRunning)?;
        match run.outcome {
            // What nobody could tell may be found out later.
            None | Some(Outcome::Unknown) => {
                run.outcome = Some(outcome);
                run.note = note.map(str::to_owned);
                Ok(())
            }
            Some(Outcome::Ran | Outcome::Failed) => Err(EscalationError::NotRunning),
        }
    }

    fn take_revocation(&mut self, note: Option<&str>, at_ms: UnixMs) -> Result<(), EscalationError> {
        if self.status == Status::Pending && self.approvals() > 0 && !self.was_approved_for_others() {
            // Somebody who cannot verify approvals took it for approved by others: it is over either way.
            self.close(Status::Withdrawn, at_ms);
            self.closing_note = note.map(str::to_owned);
            return Ok(());
        }
        let grant = match self.status {
            Status::Pending | Status::Expired if self.was_approved_for_others() && !self.expiry_is_recorded => {
                self.close(Status::Approved, at_ms);
                self.granted(0, 0, at_ms)
            }
            Status::Pending | Status::Approved | Status::Rejected | Status::Expired | Status::Withdrawn => {
                self.must_be_granted(at_ms)?
            }
        };
        self.grant = Some(Grant { is_revoked: true, ..grant });
        self.closing_note = note.map(str::to_owned);
        Ok(())
    }
}

/// Whether it matters who reviews, so that somebody must be able to verify it.
pub(super) fn asks_who(terms: &ReviewTerms) -> bool {
    !terms.reviewers.is_empty() || terms.quorum > 1
}

fn wait_ms(held: &Held) -> u64 {
    held.decision.review.as_ref().map_or(0, |terms| terms.expires_ms)
}

/// Whether this is what a guard can have held: the digest is that of the call, and the decision is one that holds calls.
fn check_held(Held { call, digest, covers, decision }: &Held) -> Result<(), EscalationError> {
    let names_rule = decision.policy.is_some() && decision.rule.is_some();
    let possible = decision.action == Action::Escalate
        && decision.review.is_some()
        && match decision.cause {
            Cause::Rule | Cause::Limit | Cause::Name => names_rule,
            Cause::Misfit => decision.policy.is_none() && decision.rule.is_none(),
            // If every policy may abstain, none is named.
            Cause::Undecidable => names_rule || decision.policy.is_none() && decision.rule.is_none(),
            Cause::Default => decision.rule.is_none(),
            Cause::LowConfidence | Cause::Hold => decision.policy.is_some(),
            Cause::Repeat => false,
        };
    if possible && call_digest(call, covers) == Ok(*digest) { Ok(()) } else { Err(EscalationError::BrokenHistory) }
}
