//! From the entries of a history, in their order, to escalations that are over.

use std::collections::BTreeMap;

use crate::review::escalation::Escalation;
use crate::review::event::{Entry, Event, Status, UnixMs};

/// Reads a history. It remembers what waits and what may still be undone, and nothing of what is over.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    /// By id.
    open: BTreeMap<String, Over>,
    /// When what waits too long was last looked for.
    swept_at_ms: UnixMs,
    damaged: u64,
}

/// An escalation of which nothing that matters changes any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Over {
    /// Which.
    pub id: String,
    /// As it stands.
    pub escalation: Escalation,
    /// Whether a reviewer had looked at it.
    pub was_seen: bool,
    /// Whether a checkpoint that was kept elsewhere vouches for all reviews of it, as far as there is one.
    pub is_covered: bool,
}

/// So often is looked for what waits too long.
const SWEEP_MS: u64 = 3_600_000;

impl Intake {
    /// Takes the next entry, of the escalation `id`; answers the escalations that are over by it. `is_covered` says whether
    /// a checkpoint that was kept elsewhere vouches for the entry.
    ///
    /// What makes no sense is counted as [damaged](Self::damaged), and says nothing.
    pub fn take(&mut self, id: &str, entry: &Entry, is_covered: bool) -> Vec<Over> {
        let mut over = Vec::new();
        if entry.at_ms >= self.swept_at_ms.saturating_add(SWEEP_MS) {
            self.swept_at_ms = entry.at_ms;
            over = self.finish(entry.at_ms);
        }
        match (self.open.get_mut(id), &entry.event) {
            (None, Event::Open { .. }) => match Escalation::begun_by(entry) {
                Ok(escalation) => {
                    self.open
                        .insert(id.to_owned(), Over { id: id.to_owned(), escalation, was_seen: false, is_covered });
                }
                Err(_) => self.damaged += 1,
            },
            // What is said of an escalation that is over, such as what became of its call, changes no answer.
            (None, _) => {}
            (Some(open), event) => {
                open.was_seen |= matches!(event, Event::Claim { .. } | Event::Ask { .. } | Event::Review(_));
                open.is_covered &= is_covered || !matches!(event, Event::Review(_));
                let is_sound = open.escalation.take(entry, None).is_ok();
                if !is_sound {
                    self.open.remove(id);
                    self.damaged += 1;
                } else if is_over(&open.escalation) {
                    over.extend(self.open.remove(id));
                }
            }
        }
        over
    }

    /// Takes out what changes no more by `now_ms`: what waited too long, and approvals that can no longer be undone.
    pub fn finish(&mut self, now_ms: UnixMs) -> Vec<Over> {
        let is_late = |open: &Over| match (open.escalation.status, open.escalation.grant) {
            (Status::Approved, Some(grant)) => grant.expires_at_ms <= now_ms,
            _ => open.escalation.expires_at_ms <= now_ms,
        };
        let late: Vec<String> = self.open.values().filter(|open| is_late(open)).map(|open| open.id.clone()).collect();
        let mut over: Vec<Over> = late.iter().filter_map(|id| self.open.remove(id)).collect();
        for Over { escalation, .. } in &mut over {
            if escalation.status == Status::Pending {
                // Its time was over, recorded or not.
                let expired = Entry { at_ms: escalation.expires_at_ms, event: Event::Expire };
                let is_sound = escalation.take(&expired, None).is_ok();
                debug_assert!(is_sound, "what is pending expires at its time");
            }
        }
        over
    }

    /// How many escalations had entries that make no sense.
    #[must_use]
    pub fn damaged(&self) -> u64 {
        self.damaged
    }
}

/// Whether nothing that is still to come changes what `escalation` says.
fn is_over(escalation: &Escalation) -> bool {
    match escalation.status {
        Status::Pending => false,
        Status::Approved => escalation.grant.is_none_or(|grant| grant.is_used || grant.is_revoked),
        Status::Rejected | Status::Expired | Status::Withdrawn => true,
    }
}
