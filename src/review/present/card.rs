//! The shapes of a card.

use super::written::Written;
use crate::matcher::condition::Type;
use crate::matcher::truth::Truth;
use crate::policy::model::{Action, Cause};
use crate::policy::terms::Risk;
use crate::text::span::Span;
use crate::value::digest::Digest;

/// What a reader of a value would miss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagCode {
    /// It holds characters that would not be seen.
    Hidden,
    /// Some of them turn the direction of the text.
    Direction,
    /// Some of them hide letters.
    TagCharacters,
    /// A word has letters of several scripts.
    MixedScript,
    /// It could be written with other code points, and look the same.
    NotNormal,
    /// It has digits other than 0 to 9, or letters in another dress.
    OddDigits,
    /// It begins or ends with a space.
    EdgeSpace,
    /// It has many line ends in a row.
    LineRuns,
    /// It controls a terminal.
    TerminalCodes,
    /// A URL whose host nobody can tell for sure.
    UrlHost,
    /// A URL with something before its host.
    UrlUserinfo,
    /// A path that leads out of where it begins.
    PathClimbs,
    /// A path or an address that conditions cannot decide.
    OddReading,
    /// A number below zero.
    Negative,
    /// It runs or holds what nobody can see here.
    Uninspectable,
    /// It is long.
    Long,
    /// It looks like a secret.
    Secret,
    /// The tool does not say that it takes it.
    UnknownKey,
    /// It never stood there in calls that were approved.
    NewValue,
    /// It is far from what stood there.
    FarFromUsual,
}

impl FlagCode {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::Direction => "direction",
            Self::TagCharacters => "tag-characters",
            Self::MixedScript => "mixed-script",
            Self::NotNormal => "not-normal",
            Self::OddDigits => "odd-digits",
            Self::EdgeSpace => "edge-space",
            Self::LineRuns => "line-runs",
            Self::TerminalCodes => "terminal-codes",
            Self::UrlHost => "url-host",
            Self::UrlUserinfo => "url-userinfo",
            Self::PathClimbs => "path-climbs",
            Self::OddReading => "odd-reading",
            Self::Negative => "negative",
            Self::Uninspectable => "uninspectable",
            Self::Long => "long",
            Self::Secret => "secret",
            Self::UnknownKey => "unknown-key",
            Self::NewValue => "new-value",
            Self::FarFromUsual => "far-from-usual",
        }
    }

    /// Whether a call with it is not reviewed in a batch.
    #[must_use]
    pub const fn is_alone(self) -> bool {
        !matches!(self, Self::Long)
    }
}

/// Something that a reader would miss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// What.
    pub code: FlagCode,
    /// Where.
    pub field: String,
    /// In a sentence.
    pub message: Written,
}

/// How a value is to the most similar call that was approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The same.
    Same,
    /// Another one.
    Changed,
    /// Nothing stood there.
    Added,
}

/// One line of a tree of values.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Unique in its card.
    pub field: String,
    /// How deep it is nested.
    pub depth: usize,
    /// The key or the index.
    pub key: Written,
    /// The type of the value.
    pub of: Type,
    /// The value; of a list or map nothing.
    pub value: Written,
    /// How many items or keys a list or map has.
    pub count: Option<usize>,
    /// How many code points a text has.
    pub length: Option<usize>,
    /// The places of its flags in the card.
    pub flags: Vec<usize>,
    /// Against the most similar approved call.
    pub difference: Option<Difference>,
    /// What stood there.
    pub before: Option<Written>,
    /// Whether it looks like a secret.
    pub masked: bool,
    /// Whether a reviewer may change it.
    pub editable: bool,
    /// What it comes to.
    pub reading: Option<Written>,
}

/// What the call does.
#[derive(Clone, Debug, PartialEq)]
pub struct Headline {
    /// From the tool's name.
    pub verb: Written,
    /// The tool's name.
    pub tool: Written,
    /// What it is done to.
    pub object: Option<Written>,
    /// Where it goes.
    pub destination: Option<Written>,
    /// How bad it would be.
    pub risk: Option<Risk>,
    /// Whether it can be undone.
    pub reversible: Option<bool>,
    /// What must not be missed.
    pub warnings: Vec<&'static str>,
}

/// A condition with what stands there.
#[derive(Clone, Debug, PartialEq)]
pub struct ConditionSeen {
    /// Where.
    pub field: Written,
    /// What stands there.
    pub value: Option<Written>,
    /// Whether it holds.
    pub outcome: Truth,
    /// What the policy asks.
    pub asks: Written,
    /// Where it asks that.
    pub span: Span,
}

/// Why the call was held.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// What was decided.
    pub action: Action,
    /// What for.
    pub cause: Cause,
    /// By which rule.
    pub rule: Option<Written>,
    /// Of which policy.
    pub policy: Option<Digest>,
    /// In its author's words.
    pub reason: Option<Written>,
    /// Rules that could not be decided.
    pub doubts: Vec<Written>,
    /// The conditions of the rule.
    pub conditions: Vec<ConditionSeen>,
    /// What would have been allowed.
    pub instead: Vec<Written>,
    /// Where the rule stands.
    pub span: Option<Span>,
    /// In which of the texts.
    pub source: Option<usize>,
}

/// A part of what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsequenceSeen {
    /// Whether it is a value of the call.
    pub is_value: bool,
    /// The part.
    pub segments: Written,
}

/// What the agent says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentSeen {
    /// Why.
    pub reason: Option<Written>,
    /// How sure it is.
    pub confidence: Option<f64>,
    /// What is to be said about that.
    pub notes: Vec<&'static str>,
}

/// A field that is not there any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Which.
    pub field: Written,
    /// What stood there.
    pub before: Written,
}

/// What the reviewer sees of one call.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// Of the call.
    pub digest: Digest,
    /// What it does.
    pub headline: Headline,
    /// Why it was held.
    pub why: Why,
    /// What follows.
    pub consequence: Vec<ConsequenceSeen>,
    /// What earlier calls say.
    pub facts: Vec<Written>,
    /// What a reader would miss.
    pub flags: Vec<Flag>,
    /// The arguments.
    pub args: Vec<Row>,
    /// Those before an edit.
    pub original: Vec<Row>,
    /// What the most similar approved call had more.
    pub gone: Vec<Gone>,
    /// What the guard knows.
    pub known: Vec<Row>,
    /// The agent's words.
    pub agent: AgentSeen,
    /// Why it cannot be approved.
    pub unapprovable: Option<String>,
    /// What the reviewer types.
    pub confirm: Vec<(String, Type)>,
    /// How much there is to read, and how long that takes at least.
    pub words: usize,
    /// See [`super::times`].
    pub reading_floor_ms: u64,
    /// See [`super::times`].
    pub arm_ms: u64,
    /// See [`super::times`].
    pub undo_ms: u64,
}
