//! Calls that people answered, each once, and of too many a part that is the same in any order.

use std::collections::BTreeMap;

use super::answer::Answer;
use crate::decide::call::{Call, call_digest};
use crate::review::event::UnixMs;
use crate::value::value::Value;

/// How much is kept of one rule or tool. What is dropped beyond is chosen by digest, and so without regard to what was
/// answered.
pub const APPROVALS_MAX: usize = 20_000;
/// Of what counts against one rule.
pub const AGAINST_MAX: usize = 2_000;
/// Of the calls of one tool that were rejected or blocked.
pub const REFUSED_MAX: usize = 1_000;
/// Of the approvals of one rule that replaces review.
pub const STAGED_MAX: usize = 4_000;
/// Calls that are larger are counted, and no proposal covers them.
const CALL_BYTES_MAX: usize = 4_096;

/// A call that people answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// When it was held.
    pub at_ms: UnixMs,
    /// How long it waited for the answer.
    pub waited_ms: u64,
    /// The call as the agent proposed it.
    pub call: Call,
    /// Whether it is larger than what proposals look at; of `call` then nothing is left but the tool.
    pub is_large: bool,
    /// What people answered.
    pub answer: Answer,
    /// Who approved it, sorted, each once.
    pub reviewers: Vec<String>,
}

/// Observations by what makes each count once; of too many those with the smallest digests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    kept: BTreeMap<String, Observation>,
    /// Whether there were more.
    pub is_cut: bool,
}

impl Sample {
    /// Adds one; of two that count as one the earlier stays.
    pub(super) fn add(&mut self, key: String, observation: Observation, most: usize) {
        let digest = |each: &Observation| call_digest(&each.call, &[]).map(|digest| digest.to_string()).ok();
        let order = |each: &Observation| (each.at_ms, digest(each), each.waited_ms);
        match self.kept.get(&key) {
            Some(kept) if order(kept) <= order(&observation) => {}
            _ => {
                self.kept.insert(key, observation);
            }
        }
        if self.kept.len() > most {
            self.kept.pop_last();
            self.is_cut = true;
        }
    }

    pub(super) fn merge(&mut self, other: Self, most: usize) {
        self.is_cut |= other.is_cut;
        for (key, observation) in other.kept {
            self.add(key, observation, most);
        }
    }

    /// The sample of `kept`, each with what makes it count once, as [`entries`](Self::entries) told them.
    #[must_use]
    pub const fn of(kept: BTreeMap<String, Observation>, is_cut: bool) -> Self {
        Self { kept, is_cut }
    }

    /// Each of them with what makes it count once.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&str, &Observation)> {
        self.kept.iter().map(|(key, observation)| (key.as_str(), observation))
    }

    /// Each of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Observation> {
        self.kept.values()
    }
}

/// What is kept of `call`.
pub(super) fn observed(call: &Call, at_ms: UnixMs, answer: Answer) -> Observation {
    let is_large = is_large(call);
    let call = if is_large {
        Call { tool: call.tool.clone(), ..Call::default() }
    } else {
        // What the agent says of its call is never looked at.
        Call { reason: None, ..call.clone() }
    };
    Observation { at_ms, waited_ms: 0, call, is_large, answer, reviewers: Vec::new() }
}

/// Whether `call` is larger than what proposals look at.
pub(super) fn is_large(call: &Call) -> bool {
    let parts = [&call.args, &call.agent, &call.user, &call.session, &call.context, &call.confidence];
    parts.into_iter().flatten().map(bytes_of).sum::<usize>() > CALL_BYTES_MAX
}

fn bytes_of(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::Text(text) => text.len() + 8,
        Value::List(items) => items.iter().map(bytes_of).sum::<usize>() + 8,
        Value::Map(map) => map.iter().map(|(key, item)| key.len() + bytes_of(item)).sum::<usize>() + 8,
    }
}
