//! What was decided of many calls, on its way out.

use serde::Serialize;

use crate::evidence::simulate::Counts;
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

#[derive(Serialize)]
struct RuleCountOut {
    policy: Option<String>,
    rule: Option<String>,
    action: &'static str,
    misfit: bool,
    calls: u64,
}

impl From<&Counts> for CountsOut {
    fn from(counts: &Counts) -> Self {
        let rules = counts.rules().into_iter().map(|count| RuleCountOut {
            policy: count.policy.map(|digest| digest.to_string()),
            rule: count.rule,
            action: count.action.as_str(),
            misfit: count.is_misfit,
            calls: count.calls,
        });
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
