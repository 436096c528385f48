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
    /// Why, in its author's words.
    pub reason: Option<String>,
    /// The whole rule.
    pub span: Span,
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

/// The digest of a policy with these parts.
pub(super) fn policy_digest(
    name: Option<&str>,
    description: Option<&str>,
    default: Default,
    rules: &[Rule],
) -> Result<Digest, CanonicalError> {
    let rules = rules.iter().map(rule_value).collect();
    let model = record([
        ("version", Some(Value::Number(1.0))),
        ("name", name.map(Value::from)),
        ("description", description.map(Value::from)),
        ("default", Some(Value::from(default.as_str()))),
        ("rules", Some(Value::List(rules))),
    ]);
    digest(Subject::Policy, &model)
}

fn rule_value(rule: &Rule) -> Value {
    record([
        ("id", Some(Value::from(rule.id.as_str()))),
        ("tool", Some(Value::List(rule.tools.iter().map(|tool| Value::from(tool.text.as_str())).collect()))),
        ("when", rule.when.as_ref().map(|when| when.written.clone())),
        ("action", Some(Value::from(rule.action.as_str()))),
        ("undecidable", (rule.undecidable != rule.action).then(|| Value::from(rule.undecidable.as_str()))),
        ("reason", rule.reason.as_deref().map(Value::from)),
    ])
}
