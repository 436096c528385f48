//! What people said of held calls, found in a history while it is read.

use std::collections::{BTreeMap, BTreeSet};

use crate::review::error::EscalationError;
use crate::review::escalation::{Escalation, UNDO_MS_MAX};
use crate::review::event::{Entry, Event, Status, UnixMs};

/// What people said of a call in the end. Nobody said anything of one that waited too long or was withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    /// It may run, as it was held.
    Approved,
    /// It must not run.
    Rejected,
    /// It was changed before anybody approved it.
    Edited,
    /// It may run, and then that it must not.
    Revoked,
}

impl Said {
    /// All that people can say.
    pub const ALL: [Self; 4] = [Self::Approved, Self::Rejected, Self::Edited, Self::Revoked];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Edited => "edited",
            Self::Revoked => "revoked",
        }
    }

    /// Whether people said that the call must not run.
    #[must_use]
    pub const fn is_refusal(self) -> bool {
        match self {
            Self::Rejected | Self::Revoked => true,
            Self::Approved | Self::Edited => false,
        }
    }
}

/// Follows held calls, each with what somebody wants to know about it, until nothing more can be said of them.
///
/// It remembers those that wait, and those that are approved and did not run yet.
#[derive(Clone, Debug)]
pub struct Followed<T> {
    calls: BTreeMap<String, Call<T>>,
    /// Until when something can be said of which.
    ends: BTreeSet<(UnixMs, String)>,
}

#[derive(Clone, Debug)]
struct Call<T> {
    escalation: Escalation,
    about: T,
    end_ms: UnixMs,
}

impl<T> Default for Followed<T> {
    fn default() -> Self {
        Self { calls: BTreeMap::new(), ends: BTreeSet::new() }
    }
}

impl<T> Followed<T> {
    /// Takes the next `entry`, of the escalation `id`; `about` is about its call, if it is an `open` or an `edit`.
    /// Tells `on_said` of every call of which nothing more can be said, and of each once.
    ///
    /// What is said of an escalation whose `open` is not in the history is not asked for.
    ///
    /// # Errors
    ///
    /// Why that cannot have happened; of that escalation nothing more is known then.
    pub fn take(
        &mut self,
        id: &str,
        entry: &Entry,
        about: Option<T>,
        on_said: &mut impl FnMut(T, Option<Said>),
    ) -> Result<(), EscalationError> {
        self.end_before(entry.at_ms, on_said);
        let Some(mut call) = self.calls.remove(id) else {
            return self.begin(id, entry, about, on_said);
        };
        self.ends.remove(&(call.end_ms, id.to_owned()));
        if let Err(error) = call.escalation.take(entry, None) {
            on_said(call.about, None);
            about.into_iter().for_each(|about| on_said(about, None));
            return Err(error);
        }
        if let Some(about) = about {
            on_said(std::mem::replace(&mut call.about, about), Some(Said::Edited));
        }
        match call.end_by(&entry.event) {
            Some(said) => on_said(call.about, said),
            None => self.keep(id, call),
        }
        Ok(())
    }

    /// Tells of all calls that are left, by their ids.
    pub fn finish(&mut self, on_said: &mut impl FnMut(T, Option<Said>)) {
        self.ends.clear();
        for (_, call) in std::mem::take(&mut self.calls) {
            let said = call.said();
            on_said(call.about, said);
        }
    }

    fn begin(
        &mut self,
        id: &str,
        entry: &Entry,
        about: Option<T>,
        on_said: &mut impl FnMut(T, Option<Said>),
    ) -> Result<(), EscalationError> {
        let Some(about) = about else { return Ok(()) };
        if !matches!(entry.event, Event::Open { .. }) {
            on_said(about, None);
            return Ok(());
        }
        match Escalation::begun_by(entry) {
            Ok(escalation) => self.keep(id, Call { escalation, about, end_ms: 0 }),
            Err(error) => {
                on_said(about, None);
                return Err(error);
            }
        }
        Ok(())
    }

    fn keep(&mut self, id: &str, mut call: Call<T>) {
        call.end_ms = call.last_word_ms();
        self.ends.insert((call.end_ms, id.to_owned()));
        self.calls.insert(id.to_owned(), call);
    }

    fn end_before(&mut self, now_ms: UnixMs, on_said: &mut impl FnMut(T, Option<Said>)) {
        while self.ends.first().is_some_and(|(end_ms, _)| *end_ms < now_ms) {
            let Some(call) = self.ends.pop_first().and_then(|(_, id)| self.calls.remove(&id)) else { continue };
            let said = call.said();
            on_said(call.about, said);
        }
    }
}

impl<T> Call<T> {
    /// What was said, if `event` ended it.
    fn end_by(&self, event: &Event) -> Option<Option<Said>> {
        let Escalation { status, grant, .. } = &self.escalation;
        match (status, grant) {
            (Status::Pending, _) => None,
            // Where approvals cannot be verified, somebody else may have approved it in time.
            (Status::Expired, _) if self.escalation.needs_verified().is_some() => None,
            (Status::Approved, Some(grant)) if grant.is_revoked => {
                // An import ends what it brings in, and nobody said so.
                let is_imported =
                    matches!(event, Event::Revoke { by: None, note: Some(note) } if note.as_str() == "imported");
                Some((!is_imported).then_some(Said::Revoked))
            }
            (Status::Approved, Some(grant)) if !grant.is_used => None,
            (Status::Approved | Status::Rejected | Status::Expired | Status::Withdrawn, _) => Some(self.said()),
        }
    }

    fn said(&self) -> Option<Said> {
        match self.escalation.status {
            Status::Approved => Some(Said::Approved),
            Status::Rejected => Some(Said::Rejected),
            Status::Pending | Status::Expired | Status::Withdrawn => None,
        }
    }

    /// After it nothing more can be said.
    fn last_word_ms(&self) -> UnixMs {
        let Escalation { expires_at_ms, grant, held, .. } = &self.escalation;
        if let Some(grant) = grant {
            return grant.expires_at_ms;
        }
        match self.escalation.needs_verified() {
            // Until then a grant may live that others gave in the last moment.
            Some(_) => {
                let lasts_ms = held.decision.review.as_ref().map_or(0, |terms| terms.expires_ms);
                expires_at_ms.saturating_add(UNDO_MS_MAX).saturating_add(lasts_ms)
            }
            None => *expires_at_ms,
        }
    }
}
