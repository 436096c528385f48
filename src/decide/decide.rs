//! The decision about one call.

use super::call::Call;
use super::compile::{Compiled, Stack};
use super::index::Hit;
use crate::policy::model::{Action, Default};
use crate::value::digest::Digest;

/// Why a decision came out as it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A rule matched.
    Rule,
    /// No rule matched.
    Default,
}

impl Cause {
    /// The word in a decision.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Default => "default",
        }
    }

    /// The cause that `word` is; `None` for any other word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Rule, Self::Default].into_iter().find(|cause| cause.as_str() == word)
    }
}

/// The engine's answer to one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What happens to the call.
    pub action: Action,
    /// The policy that decided; `None` if every policy abstained.
    pub policy: Option<Digest>,
    /// Id of the rule that decided; `None` if none matched.
    pub rule: Option<String>,
    /// Why.
    pub cause: Cause,
    /// The rule's reason.
    pub reason: Option<String>,
}

/// What one policy says of a call on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Say {
    /// `None`: the policy abstains.
    pub(super) action: Option<Action>,
    /// The rule that matched, if one did.
    pub(super) hit: Option<Hit>,
}

/// Decides `call` under `stack`.
///
/// Within a policy the first rule that matches decides; of several policies the strictest decision wins, of equally
/// strict ones that of the earliest. If every policy abstains, the call escalates.
///
/// ```
/// use countersign::decide::{call::Call, compile::compile, decide::decide};
/// use countersign::policy::{model::Action, parse::parse};
///
/// let (policy, _) = parse("rules:\n  - { tool: file.read, action: allow }\n", Default::default());
/// let stack = compile(policy.into_iter().collect()).map_err(|_| "no digest")?;
/// let call = |tool: &str| Call { tool: tool.to_owned(), ..Call::default() };
/// assert_eq!(decide(&stack, &call("file.read")).action, Action::Allow);
/// assert_eq!(decide(&stack, &call("file.write")).action, Action::Escalate);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn decide(stack: &Stack, call: &Call) -> Decision {
    let mut strictest: Option<(Action, &Compiled, Option<Hit>)> = None;
    for compiled in &stack.policies {
        let Say { action: Some(action), hit } = say(compiled, call) else { continue };
        if strictest.is_none_or(|(so_far, ..)| action > so_far) {
            strictest = Some((action, compiled, hit));
        }
    }
    match strictest {
        None => Decision { action: Action::Escalate, policy: None, rule: None, cause: Cause::Default, reason: None },
        Some((action, compiled, hit)) => {
            let rule = hit.and_then(|hit| compiled.policy.rules.get(hit.rule));
            Decision {
                action,
                policy: Some(compiled.policy.digest),
                rule: rule.map(|rule| rule.id.clone()),
                cause: if rule.is_some() { Cause::Rule } else { Cause::Default },
                reason: rule.and_then(|rule| rule.reason.clone()),
            }
        }
    }
}

/// What `compiled` says of `call` on its own.
pub(super) fn say(compiled: &Compiled, call: &Call) -> Say {
    let hit = compiled.index.first(&call.tool);
    let rule = hit.and_then(|hit| compiled.policy.rules.get(hit.rule));
    let action = match (rule, compiled.policy.default) {
        (Some(rule), _) => Some(rule.action),
        (None, Default::Action(action)) => Some(action),
        (None, Default::Abstain) => None,
    };
    Say { action, hit }
}
