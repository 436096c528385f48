//! What a rule says beside its action: what it risks, how much of it is allowed, and how it is reviewed.

use serde::{Deserialize, Serialize};

use super::model::Action;
use crate::text::span::Span;
use crate::value::field::{Field, Root};

/// How bad it is if a call that should not run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Risk {
    /// Hardly matters.
    Low,
    /// Costs something.
    Medium,
    /// Costs much.
    High,
    /// Must not happen.
    Critical,
}

impl Risk {
    /// Every risk, lowest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word in a policy.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The risk that `word` is; `None` for any other word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|risk| risk.as_str() == word)
    }
}

/// A field that a policy names, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldAt {
    /// The field.
    pub field: Field,
    /// Where it is written.
    pub span: Span,
}

/// How much a rule allows within a sliding window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// The field whose numbers are added up; `None`: calls are counted.
    pub sum: Option<FieldAt>,
    /// The most that is allowed within the window.
    pub at_most: f64,
    /// Length of the window in milliseconds.
    pub per_ms: u64,
    /// Whose use is counted together; without any, all callers share.
    pub by: Vec<Root>,
    /// What becomes of a call past the limit: `escalate` or `block`.
    pub then: Action,
}

/// What a review must be like. What is `None` is not written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewTerms {
    /// How long a call waits for an answer, in milliseconds.
    pub expires_ms: Option<u64>,
    /// Who may review.
    pub reviewers: Option<Vec<String>>,
    /// How many reviewers must approve.
    pub quorum: Option<u32>,
    /// Fields whose value the reviewer types.
    pub confirm: Option<Vec<FieldAt>>,
    /// Arguments that the reviewer may change.
    pub editable: Option<Vec<FieldAt>>,
}

impl ReviewTerms {
    /// These terms, and where they say nothing those of `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            expires_ms: self.expires_ms.or(other.expires_ms),
            reviewers: self.reviewers.or(other.reviewers),
            quorum: self.quorum.or(other.quorum),
            confirm: self.confirm.or(other.confirm),
            editable: self.editable.or(other.editable),
        }
    }
}

/// On what evidence, and until when, a rule replaces review.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Relaxed {
    /// The share of users and days that it applies to, from 0 to 1; with 0 it is only compared with what people say.
    pub share: f64,
    /// The share of those that is reviewed all the same: above 0, at most 1.
    pub audit: f64,
    /// The last day, as `YYYY-MM-DD` in UTC.
    pub until: String,
    /// What was seen, in its author's words.
    pub evidence: String,
}

/// What follows if the call runs: text with fields of the call in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consequence {
    /// As it was written.
    pub written: String,
    /// Its parts in order.
    pub segments: Vec<Segment>,
}

/// A part of a [`Consequence`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Segment {
    /// Text of the policy's author.
    Text(String),
    /// The value of this field.
    Field(FieldAt),
}
