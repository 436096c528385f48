//! Deciding many calls and counting what came out.

use crate::decide::decide::Decision;
use crate::names::NameMap;
use crate::policy::model::{Action, Cause};
use crate::value::digest::Digest;

/// Which rule decided how: policy, rule and action.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Decider {
    policy: Option<Digest>,
    rule: Option<String>,
    action: Action,
    is_misfit: bool,
}

/// What a simulation has decided so far.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    by_decider: NameMap<Decider, u64>,
    by_action: [u64; 3],
    errors: u64,
}

/// How often one rule decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleCount {
    /// The policy; `None` where every policy abstained, or for calls that do not fit the catalogue.
    pub policy: Option<Digest>,
    /// The rule; `None` for a default, or for calls that do not fit the catalogue.
    pub rule: Option<String>,
    /// What it said.
    pub action: Action,
    /// Whether these are the calls that do not fit the catalogue.
    pub is_misfit: bool,
    /// How many calls it decided.
    pub calls: u64,
}

impl Counts {
    /// Counts one decision.
    pub fn add(&mut self, decision: &Decision) {
        let Decision { policy, ref rule, action, cause, .. } = *decision;
        let decider = Decider { policy, rule: rule.clone(), action, is_misfit: cause == Cause::Misfit };
        *self.by_decider.entry(decider).or_default() += 1;
        let [allow, escalate, block] = &mut self.by_action;
        match decision.action {
            Action::Allow => *allow += 1,
            Action::Escalate => *escalate += 1,
            Action::Block => *block += 1,
        }
    }

    /// Counts one call that could not be decided.
    pub fn add_error(&mut self) {
        self.errors += 1;
    }

    /// How many calls were decided so.
    #[must_use]
    pub fn of(&self, action: Action) -> u64 {
        let [allow, escalate, block] = self.by_action;
        match action {
            Action::Allow => allow,
            Action::Escalate => escalate,
            Action::Block => block,
        }
    }

    /// How many calls were decided.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.by_action.iter().sum()
    }

    /// How many calls could not be decided.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// How often each rule and default decided; the busiest first, then by id.
    #[must_use]
    pub fn rules(&self) -> Vec<RuleCount> {
        let count = |(decider, &calls): (&Decider, &u64)| RuleCount {
            policy: decider.policy,
            rule: decider.rule.clone(),
            action: decider.action,
            is_misfit: decider.is_misfit,
            calls,
        };
        let mut rules: Vec<RuleCount> = self.by_decider.iter().map(count).collect();
        let key = |count: &RuleCount| {
            (std::cmp::Reverse(count.calls), count.rule.clone(), count.policy.map(|digest| digest.to_string()))
        };
        rules.sort_by_cached_key(key);
        rules
    }
}
