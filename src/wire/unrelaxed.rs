//! Decisions as if no rule replaced review.

use std::rc::Rc;

use super::replay::Replay;
use crate::decide::compile::Stack;
use crate::decide::decide::Decision;
use crate::decide::relaxing::Relaxing;
use crate::policy::terms::Relaxed;

/// A stack where no rule that replaces review is in force.
#[derive(Debug)]
pub(super) struct Unrelaxed {
    stack: Rc<Stack>,
    pub(super) replay: Replay,
}

impl Unrelaxed {
    pub(super) fn new(stack: &Rc<Stack>) -> Self {
        let stack = Rc::new(stack.with_relaxing(Relaxing::Off));
        Self { replay: Replay::new(Rc::clone(&stack)), stack }
    }

    /// What the rule that made `decision` says of replacing review.
    pub(super) fn relaxed_of(&self, decision: &Decision) -> Option<&Relaxed> {
        let mut policies = self.stack.policies.iter().map(|compiled| &compiled.policy);
        let policy = policies.find(|policy| Some(policy.digest) == decision.policy)?;
        policy.rules.iter().find(|rule| Some(&rule.id) == decision.rule.as_ref())?.relaxed.as_ref()
    }
}
