//! A policy as its author meant it.

use crate::matcher::condition::Condition;
use crate::text::span::Span;
use crate::value::canonical::CanonicalError;
use crate::value::digest::{Digest, Subject, digest};
use crate::value::field::Field;
use crate::value::value::{Value, record};

/// What a rule, and so a decision, says.
///
/// Ordered by strictness: a stricter action overrides a laxer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Let the call run.
    Allow,
    /// Hold the call until a reviewer answers.
    Escalate,
    /// Do not run the call.
    Block,
}

impl Action {
    /// Every action, laxest first.
    pub const ALL: [Self; 3] = [Self::Allow, Self::Escalate, Self::Block];

    /// The word in a policy.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Escalate => "escalate",
            Self::Block => "block",
        }
    }

    /// The action that `word` is; `None` for any other word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == word)
    }
}

/// What a policy says of a call that no rule of it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// This action.
    Action(Action),
    /// Nothing: the other policies of the stack decide.
    Abstain,
}

impl Default {
    /// The word in a policy.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Action(action) => action.as_str(),
            Self::Abstain => "abstain",
        }
    }

    /// The default that `word` is; `None` for any other word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Action::from_word(word).map(Self::Action).or((word == "abstain").then_some(Self::Abstain))
    }
}

/// One policy document.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// What it is for, if it says so.
    pub description: Option<String>,
    /// What an unmatched call gets.
    pub default: Default,
    /// How sure of itself an agent must be for a call to be allowed.
    pub confidence: Confidence,
    /// The rules in the order of the text: the first that matches decides.
    pub rules: Vec<Rule>,
    /// Digest of the parsed model: comments, layout and `x-` keys do not change it.
    pub digest: Digest,
}

/// One rule of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Unique in its policy; the first tool pattern unless written.
    pub id: String,
    /// Tools that the rule is about.
    pub tools: Vec<ToolPattern>,
    /// When it matches, beside the tool; `None`: always.
    pub when: Option<When>,
    /// What it says.
    pub action: Action,
    /// What it says if nobody can tell whether it matches.
    pub undecidable: Action,
    /// How sure of itself an agent must be, if the rule says so itself: from 0 to 1.
    pub min_confidence: Option<f64>,
    /// Why, in its author's words.
    pub reason: Option<String>,
    /// The whole rule.
    pub span: Span,
}

/// How sure of itself an agent must be for a call to be allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Confidence {
    /// The least that allows, from 0 to 1; `None`: whatever it reports.
    pub min: Option<f64>,
    /// Whether a call that reports none is held where a minimum applies.
    pub missing_escalates: bool,
}

/// The condition of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct When {
    /// The condition, compiled.
    pub condition: Condition<Field>,
    /// The condition as it was written, aliases expanded.
    pub written: Value,
}

/// An exact tool name or a pattern of them, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolPattern {
    /// The name or pattern.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl ToolPattern {
    /// Whether it is a pattern and no exact name.
    #[must_use]
    pub fn is_glob(&self) -> bool {
        self.text.contains('*')
    }
}

/// The digest of `policy`; that which it carries does not count.
pub(super) fn policy_digest(policy: &PolicyParts) -> Result<Digest, CanonicalError> {
    let PolicyParts { name, description, default, confidence, rules } = policy;
    let model = record([
        ("version", Some(Value::Number(1.0))),
        ("name", name.as_deref().map(Value::from)),
        ("description", description.as_deref().map(Value::from)),
        ("default", Some(Value::from(default.as_str()))),
        ("min_confidence", confidence.min.map(Value::Number)),
        ("missing_confidence", (!confidence.missing_escalates).then(|| Value::from("ignore"))),
        ("rules", Some(Value::List(rules.iter().map(rule_value).collect()))),
    ]);
    digest(Subject::Policy, &model)
}

/// A policy without its digest.
pub(super) struct PolicyParts {
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) default: Default,
    pub(super) confidence: Confidence,
    pub(super) rules: Vec<Rule>,
}

fn rule_value(rule: &Rule) -> Value {
    record([
        ("id", Some(Value::from(rule.id.as_str()))),
        ("tool", Some(Value::List(rule.tools.iter().map(|tool| Value::from(tool.text.as_str())).collect()))),
        ("when", rule.when.as_ref().map(|when| when.written.clone())),
        ("action", Some(Value::from(rule.action.as_str()))),
        ("undecidable", (rule.undecidable != rule.action).then(|| Value::from(rule.undecidable.as_str()))),
        ("min_confidence", rule.min_confidence.map(Value::Number)),
        ("reason", rule.reason.as_deref().map(Value::from)),
    ])
}
