//! The decision about one call.

use super::call::Call;
use super::compile::{Compiled, Stack};
use super::condition::{condition_truth, first_doubt};
use super::index::Hit;
use crate::matcher::truth::Truth;
use crate::policy::model::{Action, Default, Policy, Rule};
use crate::value::digest::Digest;
use crate::value::value::Value;

/// Why a decision came out as it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A rule matched.
    Rule,
    /// No rule matched.
    Default,
    /// The call would be allowed, but its agent is not sure enough of itself.
    LowConfidence,
    /// Nobody can tell whether the rule matches, and the strictest that could come out counts.
    Undecidable,
}

impl Cause {
    /// The word in a decision.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Default => "default",
            Self::LowConfidence => "low-confidence",
            Self::Undecidable => "undecidable",
        }
    }

    /// The cause that `word` is; `None` for any other word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Rule, Self::Default, Self::LowConfidence, Self::Undecidable]
            .into_iter()
            .find(|cause| cause.as_str() == word)
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
    /// The rules that could not be decided.
    pub undecidable: Vec<Doubt>,
}

/// A rule that could not be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Its policy.
    pub policy: Digest,
    /// Its id.
    pub rule: String,
    /// The field whose value settles nothing.
    pub field: String,
    /// Why not.
    pub why: String,
}

/// What one policy says of a call on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Say {
    /// `None`: the policy abstains.
    pub(super) action: Option<Action>,
    /// The rule that says so, if one does.
    pub(super) hit: Option<Hit>,
    /// Why.
    pub(super) cause: Cause,
    /// Whether it abstains in some way of settling its doubts.
    pub(super) may_abstain: bool,
    /// The first rule that certainly matches.
    pub(super) definite: Option<Hit>,
    /// The rules before it that could match.
    pub(super) undecided: Vec<Hit>,
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
    let mut strictest: Option<(Action, &Compiled, Say)> = None;
    let mut undecidable = Vec::new();
    let mut all_may_abstain = true;
    for compiled in &stack.policies {
        let say = say(compiled, call);
        undecidable.extend(doubts(compiled, &say, call));
        all_may_abstain &= say.may_abstain;
        let Some(action) = say.action else { continue };
        if strictest.as_ref().is_none_or(|(so_far, ..)| action > *so_far) {
            strictest = Some((action, compiled, say));
        }
    }
    // If every policy may abstain, then all of them may, and the call would escalate.
    let strictest = strictest.filter(|(action, ..)| !all_may_abstain || *action >= Action::Escalate);
    let Some((action, compiled, say)) = strictest else {
        let cause = if undecidable.is_empty() { Cause::Default } else { Cause::Undecidable };
        return Decision { action: Action::Escalate, policy: None, rule: None, cause, reason: None, undecidable };
    };
    let rule = say.hit.and_then(|hit| compiled.policy.rules.get(hit.rule));
    Decision {
        action,
        policy: Some(compiled.policy.digest),
        rule: rule.map(|rule| rule.id.clone()),
        cause: say.cause,
        reason: rule.and_then(|rule| rule.reason.clone()),
        undecidable,
    }
}

/// What `compiled` says of `call` on its own.
///
/// A rule that cannot be decided could match or not, so it contributes what it would say, and the walk goes on to the
/// first rule that certainly matches. The strictest of all these counts: of equally strict ones the certain one, then
/// the earliest. That is the strictest decision over every way in which the doubts could have come out.
pub(super) fn say(compiled: &Compiled, call: &Call) -> Say {
    let policy = &compiled.policy;
    let mut definite = None;
    let mut undecided = Vec::new();
    let mut strictest_doubt: Option<(Action, Hit)> = None;
    for hit in compiled.index.hits(&call.tool) {
        let Some(rule) = policy.rules.get(hit.rule) else { continue };
        match rule_truth(rule, call) {
            Truth::DoesNotHold => {}
            Truth::Holds => {
                definite = Some((rule, hit));
                break;
            }
            Truth::Undecidable(_) => {
                undecided.push(hit);
                let action = if is_too_unsure(policy, Some(rule), call) { Action::Escalate } else { rule.undecidable };
                if strictest_doubt.is_none_or(|(so_far, _)| action > so_far) {
                    strictest_doubt = Some((action, hit));
                }
            }
        }
    }
    let (certain, cause) = match (definite, policy.default) {
        (Some((rule, _)), _) if is_too_unsure(policy, Some(rule), call) => {
            (Some(Action::Escalate), Cause::LowConfidence)
        }
        (Some((rule, _)), _) => (Some(rule.action), Cause::Rule),
        (None, Default::Action(_)) if is_too_unsure(policy, None, call) => {
            (Some(Action::Escalate), Cause::LowConfidence)
        }
        (None, Default::Action(action)) => (Some(action), Cause::Default),
        (None, Default::Abstain) => (None, Cause::Default),
    };
    let (definite, may_abstain) = (definite.map(|(_, hit)| hit), certain.is_none());
    match strictest_doubt {
        Some((action, hit)) if certain.is_none_or(|certain| action > certain) => {
            Say { action: Some(action), hit: Some(hit), cause: Cause::Undecidable, may_abstain, definite, undecided }
        }
        _ => Say { action: certain, hit: definite, cause, may_abstain, definite, undecided },
    }
}

/// Whether what `rule`, or without one the default of `policy`, allows is held for want of confidence.
///
/// Confidence is the agent's own word, so it only ever holds calls: what is no number from 0 to 1 holds them too.
fn is_too_unsure(policy: &Policy, rule: Option<&Rule>, call: &Call) -> bool {
    let allows = match rule {
        Some(rule) => rule.action == Action::Allow,
        None => policy.default == Default::Action(Action::Allow),
    };
    let Some(min) = rule.and_then(|rule| rule.min_confidence).or(policy.confidence.min).filter(|_| allows) else {
        return false;
    };
    match call.confidence {
        None => policy.confidence.missing_escalates,
        Some(Value::Number(confidence)) if (0.0..=1.0).contains(&confidence) => confidence < min,
        Some(_) => true,
    }
}

/// Whether the condition of `rule` holds of `call`.
pub(super) fn rule_truth(rule: &Rule, call: &Call) -> Truth {
    rule.when.as_ref().map_or(Truth::Holds, |when| condition_truth(&when.condition, call))
}

fn doubts<'a>(compiled: &'a Compiled, say: &'a Say, call: &'a Call) -> impl Iterator<Item = Doubt> + 'a {
    say.undecided.iter().filter_map(move |hit| {
        let rule = compiled.policy.rules.get(hit.rule)?;
        let (field, why) = first_doubt(&rule.when.as_ref()?.condition, call)?;
        let (field, why) = (field.to_string(), why.to_owned());
        Some(Doubt { policy: compiled.policy.digest, rule: rule.id.clone(), field, why })
    })
}
