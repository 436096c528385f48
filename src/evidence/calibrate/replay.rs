//! What a new rule would have changed about calls of the past.

use super::evidence::Evidence;
use crate::decide::call::Call;
use crate::decide::compile::{Stack, compile};
use crate::decide::decide::decide;
use crate::decide::limit::Usage;
use crate::policy::edit::rule::add_rule;
use crate::policy::model::{Action, Policy};
use crate::policy::parse::parse;
use crate::text::words::Fix;
use crate::text::yaml::Limits;
use crate::value::value::Map;

/// The stack with the new rule at full share.
pub(super) struct Replay<'a> {
    before: &'a Stack,
    after: Stack,
}

impl<'a> Replay<'a> {
    pub(super) fn new(
        stack: &'a Stack,
        place: usize,
        (text, limits): (&str, Limits),
        plain: &Map,
        at: Option<usize>,
    ) -> Result<Self, String> {
        let unwritable = "the policy is written in a way in which no rule can be added without changing more";
        let fix = add_rule(text, plain, at, limits).map_err(|_| unwritable)?;
        let edited = parse(&applied(text, &fix), limits).0.ok_or(unwritable)?;
        let mut policies: Vec<Policy> = stack.policies.iter().map(|compiled| compiled.policy.clone()).collect();
        *policies.get_mut(place).ok_or(unwritable)? = edited;
        let after = compile(policies).map_err(|_| unwritable)?;
        let after = Stack { catalogue: stack.catalogue.clone(), ..after };
        Ok(Self { before: stack, after })
    }

    /// Whether a call that asked somebody runs without that.
    pub(super) fn saves(&self, call: &Call) -> bool {
        decide(&self.after, call, &Usage::default()).action == Action::Allow
            && decide(self.before, call, &Usage::default()).action != Action::Allow
    }

    /// What becomes of `call`, and by which rule.
    pub(super) fn after(&self, call: &Call) -> (Action, Option<String>) {
        let decision = decide(&self.after, call, &Usage::default());
        (decision.action, decision.rule)
    }

    /// How many rejected and blocked calls of `tool` were replayed.
    pub(super) fn refused(&self, evidence: &Evidence, tool: &str) -> Result<u64, String> {
        let refused = evidence.refused.get(tool);
        if refused.is_some_and(|refused| refused.iter().any(|seen| self.saves(&seen.call))) {
            return Err("it would allow a call that was rejected or blocked".to_owned());
        }
        Ok(refused.map_or(0, |refused| refused.iter().len() as u64))
    }
}

/// `text` with what `fix` changes.
pub(super) fn applied(text: &str, fix: &Fix) -> String {
    let before = text.get(..fix.span.start).unwrap_or_default();
    let after = text.get(fix.span.end..).unwrap_or_default();
    [before, &fix.replacement, after].concat()
}
