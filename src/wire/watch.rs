//! What following a history for rules that replace review takes and tells.

use super::Failure;
use super::history::{Read, read_entry};
use super::parts::{list, map};
use super::read_event::event_from;
use crate::review::error::EscalationError;
use crate::review::watch::{Tightened, Told, Watch};
use crate::value::digest::Digest;
use crate::value::value::Value;

/// Takes the list of entries that `value` is; answers the rules that they end.
///
/// # Errors
///
/// `broken-history` if something in it is no entry at all.
pub fn take(watch: &mut Watch, value: &Value) -> Result<Vec<Tightened>, Failure> {
    let broken = || Failure::from(EscalationError::BrokenHistory);
    let Value::List(items) = value else { return Err(broken()) };
    let mut tightened = Vec::new();
    for item in items {
        let Read { line, hash, event } = read_entry(item).ok_or_else(broken)?;
        let told = event.map_or(Told::Unknown, |event| match (line.kind, line.id) {
            ("policy", None) => claims_from(event).map_or(Told::Unknown, Told::Claims),
            ("decision", None) | ("pause", Some(_)) => Told::Nothing,
            _ => event_from(event).map_or(Told::Unknown, |event| Told::Event(Box::new(event))),
        });
        tightened.extend(watch.take(&line, hash, told));
    }
    Ok(tightened)
}

/// What the entry of a policy says that its rules claim.
fn claims_from(event: &Value) -> Option<Vec<Digest>> {
    let event = map(event)?;
    if event.get("relaxed").is_none() {
        return Some(Vec::new());
    }
    list(event, "relaxed", |claim| if let Value::Text(claim) = claim { Digest::parse(claim) } else { None })
}
