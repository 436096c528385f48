//! What was decided of many calls, on its way out.

use serde::Serialize;

use crate::evidence::simulate::{Counts, RuleCount};
use crate::policy::model::Action;

/// Twin of [`Counts`].
#[derive(Serialize)]
pub struct CountsOut {
    calls: u64,
    allow: u64,
    escalate: u64,
    block: u64,
    errors: u64,
    rules: Vec<RuleCountOut>,
}

/// Twin of [`RuleCount`].
#[derive(Serialize)]
pub(super) struct RuleCountOut {
    policy: Option<String>,
    rule: Option<String>,
    action: &'static str,
    misfit: bool,
    calls: u64,
}

impl From<&Counts> for CountsOut {
    fn from(counts: &Counts) -> Self {
        let rules = counts.rules().into_iter().map(RuleCountOut::from);
        Self {
            calls: counts.calls(),
            allow: counts.of(Action::Allow),
            escalate: counts.of(Action::Escalate),
            block: counts.of(Action::Block),
            errors: counts.errors(),
            rules: rules.collect(),
        }
    }
}

impl From<RuleCount> for RuleCountOut {
    fn from(count: RuleCount) -> Self {
        Self {
            policy: count.policy.map(|digest| digest.to_string()),
            rule: count.rule,
            action: count.action.as_str(),
            misfit: count.is_misfit,
            calls: count.calls,
        }
    }
}
