//! A policy as its author meant it.

use serde::{Deserialize, Serialize};

use super::terms::{Consequence, Limit, Relaxed, ReviewTerms, Risk};
use crate::matcher::condition::Condition;
use crate::text::span::Span;
use crate::value::digest::Digest;
use crate::value::field::Field;
use crate::value::value::Value;

/// What a rule, and so a decision, says.
///
/// Ordered by strictness: a stricter action overrides a laxer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// Why a decision came out as it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A rule matched.
    Rule,
    /// No rule matched.
    Default,
    /// The call would be allowed, but its agent is not sure enough of itself.
    LowConfidence,
    /// The call would be allowed, but is past the limit of its rule.
    Limit,
    /// Nobody can tell whether a rule matches or a limit is reached, and the strictest that could come out counts.
    Undecidable,
    /// The tool's name is not one that the policy knows, but could be taken for one.
    Name,
    /// The call would be allowed, but does not fit the tool catalogue.
    Misfit,
    /// The call would be allowed, but its guard holds every call.
    Hold,
    /// Calls like it were rejected too often.
    Repeat,
}

impl Cause {
    /// Those that a policy can come to by itself.
    pub const OF_POLICY: [Self; 7] =
        [Self::Rule, Self::Default, Self::LowConfidence, Self::Limit, Self::Undecidable, Self::Name, Self::Misfit];

    /// The word in a decision.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Default => "default",
            Self::LowConfidence => "low-confidence",
            Self::Limit => "limit",
            Self::Undecidable => "undecidable",
            Self::Name => "name",
            Self::Misfit => "misfit",
            Self::Hold => "hold",
            Self::Repeat => "repeat",
        }
    }

    /// The cause that `word` is; `None` for any other word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let of_guard = [Self::Hold, Self::Repeat];
        Self::OF_POLICY.into_iter().chain(of_guard).find(|cause| cause.as_str() == word)
    }
}

/// One policy document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// What it is for, if it says so.
    pub description: Option<String>,
    /// What an unmatched call gets.
    pub default: Default,
    /// Where `default` is written, if it is.
    pub default_span: Option<Span>,
    /// How sure of itself an agent must be for a call to be allowed.
    pub confidence: Confidence,
    /// What every review must be like, where its rule says nothing else.
    pub review: ReviewTerms,
    /// The rules in the order of the text: the first that matches decides.
    pub rules: Vec<Rule>,
    /// Calls and what its author expects of them; each case of a test is one. No part of the digest, nor of a compiled policy.
    #[serde(skip)]
    pub tests: Vec<PolicyTest>,
    /// Digest of the parsed model: comments, layout and `x-` keys do not change it.
    pub digest: Digest,
}

/// One rule of a policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Unique in its policy; the first tool pattern unless written.
    pub id: String,
    /// Where the id is written, if it is.
    pub id_span: Option<Span>,
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
    /// What follows if the call runs.
    pub consequence: Option<Consequence>,
    /// How bad it is if a call that should not run does.
    pub risk: Option<Risk>,
    /// Whether what the call does can be undone.
    pub reversible: Option<bool>,
    /// How much it allows.
    pub limit: Option<Limit>,
    /// What its calls leave on their session.
    pub marks: Vec<String>,
    /// What a review of its calls must be like.
    pub review: ReviewTerms,
    /// Set if it replaces review on evidence.
    pub relaxed: Option<Relaxed>,
    /// The whole rule.
    pub span: Span,
}

/// How sure of itself an agent must be for a call to be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    /// The least that allows, from 0 to 1; `None`: whatever it reports.
    pub min: Option<f64>,
    /// Whether a call that reports none is held where a minimum applies.
    pub missing_escalates: bool,
}

/// The condition of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct When {
    /// The condition, compiled.
    pub condition: Condition<Field>,
    /// The condition as it was written, aliases expanded. No part of a compiled policy.
    #[serde(skip, default = "unwritten")]
    pub written: Value,
}

/// What stands in a compiled policy for how a condition was written.
const fn unwritten() -> Value {
    Value::Null
}

/// An exact tool name or a pattern of them, as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// A call and what the policy's author expects of it.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyTest {
    /// What it is about.
    pub name: String,
    /// The call, in the shape of a recorded one.
    pub call: Value,
    /// Where its tool is written.
    pub tool_span: Span,
    /// What is expected.
    pub expect: Expectation,
    /// Where that is written.
    pub expect_span: Span,
    /// Whether that is written for several cases together.
    pub shares_expect: bool,
    /// The whole test, or its case.
    pub span: Span,
}

/// What a [`PolicyTest`] expects of the decision. What is `None` may be anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The action.
    pub action: Option<Action>,
    /// Id of the rule that decides.
    pub rule: Option<String>,
    /// Why.
    pub cause: Option<Cause>,
}
