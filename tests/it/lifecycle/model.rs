//! A reference model: the list of what happened, of which every question is answered by looking through it.

use countersign::review::event::{Outcome, Reviewer, Status, Verdict};

use super::GUARD;

/// What a review must be like.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    pub(super) expires_ms: u64,
    pub(super) quorum: usize,
    pub(super) names: &'static [&'static str],
    pub(super) confirm: bool,
}

/// Something that somebody tries.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Review {
        verdict: Verdict,
        by: Option<String>,
        reviewer: Option<Reviewer>,
        is_of_call: bool,
        typed: Option<&'static str>,
        undo_ms: u64,
    },
    Consume {
        guard: &'static str,
        is_of_call: bool,
        marks: &'static [&'static str],
        policy: usize,
    },
    Withdraw,
    Revoke,
    Expire,
    Outcome(Outcome),
    Ask,
}

pub(super) struct Model {
    opened_ms: u64,
    terms: Terms,
    happened: Vec<(u64, Step)>,
}

impl Model {
    pub(super) fn new(opened_ms: u64, terms: Terms) -> Self {
        Self { opened_ms, terms, happened: Vec::new() }
    }

    pub(super) fn happened(&mut self, step: Step, at_ms: u64) {
        self.happened.push((at_ms, step));
    }

    pub(super) fn status(&self, now_ms: u64) -> Status {
        let any = |is: fn(&Step) -> bool| self.happened.iter().any(|(_, step)| is(step));
        if any(|step| matches!(step, Step::Review { verdict: Verdict::Reject, .. })) {
            Status::Rejected
        } else if any(|step| matches!(step, Step::Withdraw)) {
            Status::Withdrawn
        } else if self.approvals(&self.terms).len() >= self.terms.quorum {
            Status::Approved
        } else if now_ms >= self.opened_ms + self.terms.expires_ms {
            Status::Expired
        } else {
            Status::Pending
        }
    }

    /// Whether `step` may happen at `now_ms`. `agrees` tells whether a policy lets the call run at all, and `terms_of` what
    /// it asks of a review.
    pub(super) fn allows(
        &self,
        step: &Step,
        now_ms: u64,
        agrees: impl Fn(usize) -> bool,
        terms_of: impl Fn(usize) -> Option<Terms>,
    ) -> bool {
        let is_pending = self.status(now_ms) == Status::Pending;
        match step {
            Step::Review { verdict: Verdict::Reject, is_of_call, .. } => is_pending && *is_of_call,
            Step::Review { reviewer, is_of_call, .. } => {
                let before = self.approvals(&self.terms);
                let is_again = reviewer.as_ref().is_some_and(|reviewer| before.contains(&Some(reviewer.id.as_str())));
                is_pending && *is_of_call && approves(step, &self.terms) && !is_again
            }
            Step::Withdraw | Step::Ask => is_pending,
            Step::Expire => {
                let is_recorded = self.happened.iter().any(|(_, step)| matches!(step, Step::Expire));
                self.status(now_ms) == Status::Expired && !is_recorded
            }
            Step::Revoke => self.granted(now_ms).is_some(),
            Step::Outcome(_) => {
                let outcomes: Vec<_> = self.happened.iter().filter_map(|(_, step)| outcome(step)).collect();
                self.was_used() && outcomes.iter().all(|outcome| *outcome == Outcome::Unknown)
            }
            Step::Consume { guard, is_of_call, marks, policy } => {
                let Some((approved_ms, not_before_ms)) = self.granted(now_ms) else { return false };
                let review_is_enough = terms_of(*policy).is_none_or(|terms| {
                    self.approvals(&terms).len() >= terms.quorum && approved_ms < self.opened_ms + terms.expires_ms
                });
                *guard == GUARD
                    && *is_of_call
                    && now_ms >= not_before_ms
                    && marks.iter().all(|mark| *mark == "seen")
                    && agrees(*policy)
                    && review_is_enough
            }
        }
    }

    /// When the unused grant came to be and from when it can be used; `None` if there is none at `now_ms`.
    fn granted(&self, now_ms: u64) -> Option<(u64, u64)> {
        let is_revoked = self.happened.iter().any(|(_, step)| matches!(step, Step::Revoke));
        if self.status(now_ms) != Status::Approved || is_revoked || self.was_used() {
            return None;
        }
        let approvals = || {
            self.happened.iter().filter_map(|(at_ms, step)| match step {
                Step::Review { verdict: Verdict::Approve, undo_ms, .. } => Some((*at_ms, *undo_ms)),
                _ => None,
            })
        };
        let approved_ms = approvals().map(|(at_ms, _)| at_ms).max()?;
        let not_before_ms = approved_ms + approvals().map(|(_, undo_ms)| undo_ms).max()?;
        (now_ms < not_before_ms + self.terms.expires_ms).then_some((approved_ms, not_before_ms))
    }

    fn was_used(&self) -> bool {
        self.happened.iter().any(|(_, step)| matches!(step, Step::Consume { .. }))
    }

    /// Who approved as `terms` want it.
    fn approvals(&self, terms: &Terms) -> Vec<Option<&str>> {
        let approvals = self.happened.iter().filter(|(_, step)| approves(step, terms));
        approvals
            .filter_map(|(_, step)| match step {
                Step::Review { reviewer, .. } => Some(reviewer.as_ref().map(|reviewer| reviewer.id.as_str())),
                _ => None,
            })
            .collect()
    }
}

/// Whether `step` is an approval that counts where `terms` hold.
fn approves(step: &Step, terms: &Terms) -> bool {
    let Step::Review { verdict: Verdict::Approve, by, reviewer, typed, .. } = step else { return false };
    let who = reviewer.as_ref().map(|reviewer| reviewer.id.as_str()).or(by.as_deref());
    let is_named = reviewer.as_ref().is_some_and(|reviewer| {
        terms.names.is_empty()
            || terms.names.iter().any(|name| reviewer.id == *name || reviewer.roles.iter().any(|role| role == name))
    });
    let may = is_named || (terms.names.is_empty() && terms.quorum == 1);
    let is_confirmed = !terms.confirm || typed.is_some_and(|typed| typed.trim() == "x@evil.example");
    who != Some("uma") && may && is_confirmed
}

fn outcome(step: &Step) -> Option<Outcome> {
    if let Step::Outcome(outcome) = step { Some(*outcome) } else { None }
}
