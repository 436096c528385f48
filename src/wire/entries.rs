//! Lines of an exported history among recorded calls, and what they say of calls.

use super::Failure;
use super::call::call_from;
use super::history::{ENTRIES_DEPTH_MAX, Read, read_entry};
use super::parts::map;
use super::read_event::event_from;
use super::read_value::read_value;
use super::scan::tool_of;
use crate::decide::call::Call;
use crate::evidence::people::{Followed, Said};
use crate::review::event::Entry;
use crate::value::digest::Digest;
use crate::value::value::Value;

/// What an entry says of a call.
#[derive(Debug)]
pub(super) enum Told {
    /// Nothing.
    Nothing,
    /// A call was decided, and not held.
    Call(Box<Call>),
    /// Something happened to this held call.
    Event(String, Box<Entry>),
}

/// Reads the entries of one history in their order; a `T` is about a held call.
#[derive(Debug)]
pub(super) struct HistoryReader<T> {
    /// Place and hash of the entry before.
    last: Option<(u64, Digest)>,
    followed: Followed<T>,
}

impl<T> Default for HistoryReader<T> {
    fn default() -> Self {
        Self { last: None, followed: Followed::default() }
    }
}

/// The entry, or the checkpoint, that stands in `text`; `None` if it is a recorded call or nothing.
pub(super) fn entry_in(text: &str) -> Option<Value> {
    if tool_of(text).is_some() {
        return None;
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let unread = |_| Failure::new("not-json", "");
    // An entry is one more map around what it holds.
    let value = read_value(&mut deserializer, ENTRIES_DEPTH_MAX + 1, unread).ok()?;
    deserializer.end().ok()?;
    let entry = map(&value)?;
    let is_entry = ["event", "commitment", "checkpoint"].iter().any(|key| entry.get(key).is_some());
    (is_entry && entry.get("tool").is_none()).then_some(value)
}

impl<T> HistoryReader<T> {
    /// What the entry in `value` says, which follows on that before.
    ///
    /// # Errors
    ///
    /// `broken-history` unless it is what was sealed after the entry before; `left-out` if what happened is not in it.
    pub(super) fn read(&mut self, value: &Value) -> Result<Told, Failure> {
        if map(value).is_some_and(|line| line.get("checkpoint").is_some()) {
            return Ok(Told::Nothing);
        }
        let Read { line, hash, event } = read_entry(value).ok_or_else(|| broken("it is no entry of a history"))?;
        let last = self.last.replace((line.seq, hash));
        if line.hash() != Some(hash) {
            return Err(broken("the entry is not what was sealed"));
        }
        let follows = |(seq, hash)| seq + 1 == line.seq && line.previous == Some(hash);
        if !last.is_none_or(follows) {
            return Err(broken("the entry does not follow on the one before it"));
        }
        let Some(event) = event else {
            return Err(Failure::new("left-out", "what happened is not in this entry, as the history is redacted"));
        };
        let nonsense = || broken("nobody can tell what happened");
        match (line.kind, line.id) {
            ("decision", _) => {
                let call = map(event).and_then(|event| event.get("call")).ok_or_else(nonsense)?;
                Ok(Told::Call(Box::new(call_from(call.clone())?)))
            }
            ("policy" | "pause", _) => Ok(Told::Nothing),
            (_, Some(id)) => {
                let entry = Entry { at_ms: line.at_ms, event: event_from(event).ok_or_else(nonsense)? };
                Ok(Told::Event(id.to_owned(), Box::new(entry)))
            }
            (_, None) => Err(nonsense()),
        }
    }

    /// Hears what `entry` says of the held call `id`, see [`Followed::take`].
    ///
    /// # Errors
    ///
    /// `broken-history` if that cannot have happened.
    pub(super) fn hear(
        &mut self,
        id: &str,
        entry: &Entry,
        about: Option<T>,
        on_said: &mut impl FnMut(T, Option<Said>),
    ) -> Result<(), Failure> {
        let heard = self.followed.take(id, entry, about, on_said);
        heard.map_err(|_| broken("this cannot have happened to its escalation"))
    }

    /// Tells of the held calls of which more could have been said.
    pub(super) fn finish(&mut self, on_said: &mut impl FnMut(T, Option<Said>)) {
        self.followed.finish(on_said);
    }
}

fn broken(message: &str) -> Failure {
    Failure::new("broken-history", message)
}
