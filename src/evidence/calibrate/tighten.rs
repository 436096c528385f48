//! What could ask more, or allow less. Tightening needs no statistics: it costs reviews, and nothing else.

use super::answer::{Against, Answer};
use super::evidence::{Evidence, RuleEvidence, RuleKey, RuleUse};
use crate::decide::compile::Stack;
use crate::policy::model::{Action, Rule, ToolPattern};

/// Something to make stricter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tightening {
    /// Which rule.
    pub rule: RuleKey,
    /// Why.
    pub kind: TighteningKind,
    /// A sentence.
    pub message: String,
}

/// Why a rule could be stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TighteningKind {
    /// Reviewers reject most of its calls: it could block them.
    OftenRejected,
    /// It allows, and no call was of it.
    NeverUsed,
    /// It allows any tool of a pattern, and few tools were of it.
    TooBroad,
}

impl TighteningKind {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OftenRejected => "often-rejected",
            Self::NeverUsed => "never-used",
            Self::TooBroad => "too-broad",
        }
    }
}

/// Fewer answers say little about how often people reject.
const ANSWERS_MIN: u64 = 10;
/// From this share of rejections on a rule could block.
const REJECTED_SHARE: f64 = 0.5;
/// Before so many calls were seen, one that was not used is nothing to speak of.
const CALLS_MIN: u64 = 200;
/// A pattern of which so few tools were seen could name them.
const TOOLS_MAX: usize = 5;

/// What of `stack` could be stricter, by the order of its rules.
pub(super) fn tightenings(stack: &Stack, evidence: &Evidence) -> Vec<Tightening> {
    // Where only held calls are recorded, nobody knows what was allowed.
    let calls = evidence.unasked;
    let mut found = Vec::new();
    for compiled in stack.policies.iter() {
        for rule in &compiled.policy.rules {
            let key = RuleKey { policy: Some(compiled.policy.digest.to_string()), rule: Some(rule.id.clone()) };
            let used = evidence.used.get(&key);
            let kind = match rule.action {
                Action::Allow => too_loose(rule, used, calls),
                Action::Escalate => evidence.rules.get(&key).and_then(often_rejected),
                Action::Block => None,
            };
            found.extend(kind.map(|(kind, message)| Tightening { rule: key, kind, message }));
        }
    }
    found
}

fn too_loose(rule: &Rule, used: Option<&RuleUse>, calls: u64) -> Option<(TighteningKind, String)> {
    if calls < CALLS_MIN {
        return None;
    }
    let Some(used) = used.filter(|used| used.calls > 0) else {
        // A relaxed rule decides nothing before it is in force.
        return rule.relaxed.is_none().then(|| {
            let message = format!("none of {calls} calls that nobody was asked about was of it; without it, such a call would ask somebody");
            (TighteningKind::NeverUsed, message)
        });
    };
    let is_pattern = rule.tools.iter().any(ToolPattern::is_glob);
    let is_few = !used.is_cut && used.tools.len() <= TOOLS_MAX;
    (is_pattern && rule.when.is_none() && is_few).then(|| {
        let tools: Vec<String> = used.tools.iter().map(|tool| format!("`{tool}`")).collect();
        let message = format!(
            "it allows whatever its pattern matches, and all of {} calls were of {}",
            used.calls,
            tools.join(", ")
        );
        (TighteningKind::TooBroad, message)
    })
}

fn often_rejected(rule: &RuleEvidence) -> Option<(TighteningKind, String)> {
    let rejected = rule.answers.get(&Answer::Against(Against::Rejected)).copied().unwrap_or(0);
    let all = rule.all();
    (all >= ANSWERS_MIN && rejected as f64 >= REJECTED_SHARE * all as f64).then(|| {
        (TighteningKind::OftenRejected, format!("{rejected} of {all} calls were rejected; it could block such calls"))
    })
}
