//! What was offered before: a call that was rejected comes back, perhaps a little changed.

use super::escalation::Escalation;
use super::event::{Links, Outcome, Status, UnixMs};
use crate::decide::call::{Call, MARKS, call_digest};
use crate::sorted::sorted_by;
use crate::value::digest::{Digest, Subject, digest};
use crate::value::value::{Map, Value, record};

/// After so many rejections of calls like each other their tool is blocked for the session.
pub const REJECTIONS_MAX: usize = 3;

/// How long a call like a rejected one is not offered again; twice as long after each further rejection.
pub const COOLDOWN_MS: u64 = 60_000;

/// What earlier calls say about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeats {
    /// What it is like.
    pub links: Links,
    /// Ids of pending escalations of the very same call.
    pub identical: Vec<String>,
    /// Whether it may be offered.
    pub verdict: RepeatVerdict,
}

/// Whether a call may be offered to reviewers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepeatVerdict {
    /// It may.
    None,
    /// Not before this time.
    Cooling(UnixMs),
    /// Not in this session, nor any other call of its tool.
    Blocked,
}

/// What `past`, the escalations of the lane of `call` by id, the newest first, say about it at `now_ms`.
///
/// A call is like another if both have the same keys in their arguments, but for those that are `null`, and at most one of
/// them another value. `damaged` are the ids of escalations of the lane whose history is broken: they count as rejections
/// of a call like this.
#[must_use]
pub fn repeats(call: &Call, past: &[(String, Escalation)], damaged: &[String], now_ms: UnixMs) -> Repeats {
    let mut alike: Vec<&(String, Escalation)> = past.iter().filter(|(_, other)| is_near(&[call], other)).collect();
    alike.reverse();
    let alike = sorted_by(alike, |(_, a), (_, b)| a.closed_at_ms.cmp(&b.closed_at_ms));
    let mut rejected = damaged.to_vec();
    let mut last_rejection_ms = None;
    for (id, other) in alike.iter().filter(|(_, other)| other.status == Status::Rejected) {
        for linked in other.links.rejected.iter().chain([id]) {
            if !rejected.contains(linked) {
                rejected.push(linked.clone());
            }
        }
        last_rejection_ms = last_rejection_ms.max(other.closed_at_ms);
    }
    let is_unknown =
        |other: &Escalation| other.run.as_ref().is_some_and(|run| matches!(run.outcome, None | Some(Outcome::Unknown)));
    let is_same = |other: &Escalation| {
        other.status == Status::Pending && call_digest(call, &other.held.covers) == Ok(other.held.digest)
    };
    let ids = |is_meant: &dyn Fn(&Escalation) -> bool| {
        alike.iter().filter(|(_, other)| is_meant(other)).map(|(id, _)| id.clone()).collect()
    };
    let (unknown, identical) = (ids(&is_unknown), ids(&is_same));
    let verdict = if rejected.len() >= REJECTIONS_MAX || are_too_many(past) {
        RepeatVerdict::Blocked
    } else {
        cooling(rejected.len(), last_rejection_ms, now_ms)
    };
    Repeats { links: Links { rejected, unknown }, identical, verdict }
}

/// Whether calls like each other were rejected so often that their tool is blocked.
///
/// Those that waited at the same time know nothing of each other, so links alone do not tell.
fn are_too_many(past: &[(String, Escalation)]) -> bool {
    let rejected: Vec<&Escalation> =
        past.iter().map(|(_, other)| other).filter(|other| other.status == Status::Rejected).collect();
    rejected.iter().any(|other| {
        let calls: Vec<&Call> = other.original.iter().chain([&other.held]).map(|held| &held.call).collect();
        let near = rejected.iter().filter(|another| is_near(&calls, another)).count();
        near.max(other.links.rejected.len() + 1) >= REJECTIONS_MAX
    })
}

fn cooling(rejections: usize, last_ms: Option<UnixMs>, now_ms: UnixMs) -> RepeatVerdict {
    let (Some(last_ms), Some(doublings)) = (last_ms, rejections.checked_sub(1)) else { return RepeatVerdict::None };
    let doublings = u32::try_from(doublings).unwrap_or(u32::MAX);
    let until_ms = last_ms.saturating_add(COOLDOWN_MS.saturating_mul(2_u64.saturating_pow(doublings)));
    if now_ms < until_ms { RepeatVerdict::Cooling(until_ms) } else { RepeatVerdict::None }
}

/// Whether one of `calls` is like the call of `other`, as it was held or as it was edited.
fn is_near(calls: &[&Call], other: &Escalation) -> bool {
    let versions = || other.original.iter().chain([&other.held]).map(|held| &held.call);
    calls.iter().any(|call| versions().any(|held| held.tool == call.tool && args_are_near(&call.args, &held.args)))
}

fn args_are_near(a: &Option<Value>, b: &Option<Value>) -> bool {
    let (Some(Value::Map(a)), Some(Value::Map(b))) = (a, b) else { return a == b };
    // Most tools make nothing of a `null`: it must not make another call.
    let given = |map: &Map| map.iter().filter(|(_, value)| **value != Value::Null).count();
    let has_all = |a: &Map, b: &Map| {
        a.iter().all(|(key, value)| *value == Value::Null || b.get(key).is_some_and(|other| *other != Value::Null))
    };
    given(a) == given(b)
        && has_all(a, b)
        && a.iter().filter(|(key, value)| **value != Value::Null && b.get(key) != Some(value)).count() <= 1
}

/// Under what a store finds what belongs together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Tenant, agent, session and tool.
    pub lane: Digest,
    /// The same, for what was rejected: so many other calls cannot hide it.
    pub rejections: Digest,
    /// Tenant and agent.
    pub agent: Digest,
    /// Tenant and session.
    pub session: Digest,
}

/// The keys of `call`; `None` if it has no canonical form. The marks of its session are no part of them.
#[must_use]
pub fn keys(call: &Call) -> Option<Keys> {
    let tenant = || call.tenant.as_deref().map(Value::from);
    let session = || match &call.session {
        Some(Value::Map(session)) => Some(Value::Map(session.only(|key| key != MARKS))),
        other => other.clone(),
    };
    let of = |parts: Value| digest(Subject::Key, &parts).ok();
    let lane = |kind: &str| {
        of(record([
            ("of", Some(Value::from(kind))),
            ("tenant", tenant()),
            ("agent", call.agent.clone()),
            ("session", session()),
            ("tool", Some(Value::from(call.tool.as_str()))),
        ]))
    };
    Some(Keys {
        lane: lane("lane")?,
        rejections: lane("rejections")?,
        agent: of(record([("of", Some(Value::from("agent"))), ("tenant", tenant()), ("agent", call.agent.clone())]))?,
        session: of(record([("of", Some(Value::from("session"))), ("tenant", tenant()), ("session", session())]))?,
    })
}
