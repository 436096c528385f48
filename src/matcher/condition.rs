//! Conditions: what the `when` of a rule says, compiled.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use super::email::{Address, DomainPattern};
use super::glob::Glob;
use super::path::PathGlob;
use super::regex::Regex;
use super::shell::CommandPattern;
use super::url::UrlMatcher;
use crate::text::span::Span;
use crate::value::field::{Field, Way};
use crate::value::value::Value;

/// The matchers of the language, as they are written.
pub const MATCHERS: &[&str] = &[
    "equals",
    "in",
    "same_as",
    "in_field",
    "exists",
    "empty",
    "type",
    "above",
    "at_least",
    "below",
    "at_most",
    "starts_with",
    "ends_with",
    "contains",
    "glob",
    "regex",
    "length",
    "each",
    "some",
    "has",
    "where",
    "only_keys",
    "keys",
    "values",
    "not",
    "path",
    "url",
    "email",
    "shell",
];

/// A condition over the fields of `F`: of a call, or of a map inside one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Condition<F> {
    /// A matcher on a field.
    Field {
        /// Which field.
        field: F,
        /// Where the field is written.
        span: Span,
        /// What must hold of its value; plans have it too.
        matcher: Arc<Matcher>,
    },
    /// All of these hold.
    All(Vec<Condition<F>>),
    /// One of these holds.
    Any(Vec<Condition<F>>),
    /// This does not hold.
    Not(Box<Condition<F>>),
}

/// Tests that must all hold of one value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Matcher {
    /// The tests in the order of the text.
    pub tests: Vec<Test>,
    /// The whole matcher.
    pub span: Span,
}

/// One test of one value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Test {
    /// It equals one of these.
    Equals(Vec<Value>),
    /// It equals the value of another field of the call.
    SameAs(Field),
    /// It equals an item of the list in another field of the call.
    InField(Field),
    /// It is there, or is not.
    Exists(bool),
    /// It is absent, null, or holds nothing; or is not so.
    Empty(bool),
    /// It is of one of these types.
    Type(Vec<Type>),
    /// It is a number in these bounds.
    Number(Bound, f64),
    /// It is text that begins so.
    StartsWith(String),
    /// It is text that ends so.
    EndsWith(String),
    /// It is text with this in it.
    Contains(String),
    /// It is text of this form; `*` and `**` cross `/`.
    Glob(Glob),
    /// It is text of this form.
    Regex(Regex),
    /// The number of its characters or entries matches.
    Length(Box<Matcher>),
    /// It is a list with items, and every one matches.
    Each(Box<Matcher>),
    /// It is a list, and some item matches.
    Some(Box<Matcher>),
    /// It is a map of which this holds.
    Where(Box<Condition<Way>>),
    /// It is a map with no other keys than these.
    OnlyKeys(Vec<String>),
    /// It is a map whose list of keys matches.
    Keys(Box<Matcher>),
    /// It is a map whose list of values matches.
    Values(Box<Matcher>),
    /// It is there, and does not match.
    Not(Box<Matcher>),
    /// It is a path of this kind.
    Path(PathTest),
    /// It is a URL of this kind.
    Url(UrlMatcher),
    /// It is an email address of this kind.
    Email(EmailTest),
    /// It is a shell text, and every simple command is one of these.
    ShellOnly(Vec<CommandPattern>),
    /// It is a shell text, and some simple command is one of these.
    ShellRuns(Vec<CommandPattern>),
}

impl Test {
    /// The matcher as it is written.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Equals(operands) if operands.len() == 1 => "equals",
            Self::Equals(_) => "in",
            Self::SameAs(_) => "same_as",
            Self::InField(_) => "in_field",
            Self::Exists(_) => "exists",
            Self::Empty(_) => "empty",
            Self::Type(_) => "type",
            Self::Number(bound, _) => bound.word(),
            Self::StartsWith(_) => "starts_with",
            Self::EndsWith(_) => "ends_with",
            Self::Contains(_) => "contains",
            Self::Glob(_) => "glob",
            Self::Regex(_) => "regex",
            Self::Length(_) => "length",
            Self::Each(_) => "each",
            Self::Some(_) => "some",
            Self::Where(_) => "where",
            Self::OnlyKeys(_) => "only_keys",
            Self::Keys(_) => "keys",
            Self::Values(_) => "values",
            Self::Not(_) => "not",
            Self::Path(_) => "path",
            Self::Url(_) => "url",
            Self::Email(_) => "email",
            Self::ShellOnly(_) | Self::ShellRuns(_) => "shell",
        }
    }
}

/// What is asked of a path; every list that is not empty must have an entry that fits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PathTest {
    /// Folders that it lies under.
    pub under: Vec<TextOrField>,
    /// Forms that it has.
    pub glob: Vec<PathGlob>,
    /// Extensions that it has, without the dot.
    pub extension: Vec<String>,
    /// The absolute folder that relative paths stand in.
    pub base: Option<TextOrField>,
    /// Whether the file system ignores letter case.
    pub ignore_case: bool,
}

/// What is asked of an email address: its domain or itself is one of these.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EmailTest {
    /// Domains.
    pub domains: Vec<DomainPattern>,
    /// Whole addresses.
    pub addresses: Vec<Address>,
}

/// Text that the policy writes, or the text in a field of the call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TextOrField {
    /// This text.
    Text(String),
    /// What stands in this field.
    Field(Field),
}

/// A bound of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bound {
    /// Greater than.
    Above,
    /// Greater than or equal to.
    AtLeast,
    /// Less than.
    Below,
    /// Less than or equal to.
    AtMost,
}

impl Bound {
    /// The matcher as it is written.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::AtLeast => "at_least",
            Self::Below => "below",
            Self::AtMost => "at_most",
        }
    }
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Type {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// Text.
    String,
    /// A list.
    List,
    /// A map.
    Map,
}

impl Type {
    /// Every type.
    pub const ALL: [Self; 6] = [Self::Null, Self::Boolean, Self::Number, Self::String, Self::List, Self::Map];

    /// The word in a policy.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::List => "list",
            Self::Map => "map",
        }
    }

    /// The type of `value`.
    #[must_use]
    pub const fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(_) => Self::Number,
            Value::Text(_) => Self::String,
            Value::List(_) => Self::List,
            Value::Map(_) => Self::Map,
        }
    }
}
