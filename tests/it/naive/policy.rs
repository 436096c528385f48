//! A policy as the tests know it: what its author wrote, not what the engine makes of it.

use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Action {
    Allow,
    Escalate,
    Block,
}

impl Action {
    /// The laxest first.
    pub(crate) const ALL: [Self; 3] = [Self::Allow, Self::Escalate, Self::Block];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Escalate => "escalate",
            Self::Block => "block",
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Policy {
    pub(crate) name: Option<String>,
    /// `None`: unwritten.
    pub(crate) default: Option<Otherwise>,
    pub(crate) min_confidence: Option<f64>,
    pub(crate) ignores_missing_confidence: bool,
    pub(crate) review: Option<Review>,
    pub(crate) rules: Vec<Rule>,
}

/// What a policy says of a call that no rule of it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Otherwise {
    Says(Action),
    Abstains,
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) id: Option<String>,
    /// One or more names and patterns.
    pub(crate) tools: Vec<String>,
    pub(crate) when: Option<Condition>,
    pub(crate) action: Action,
    /// `undecidable: escalate`.
    pub(crate) doubt_escalates: bool,
    pub(crate) min_confidence: Option<f64>,
    pub(crate) reason: Option<String>,
    pub(crate) consequence: Option<Vec<Piece>>,
    pub(crate) risk: Option<&'static str>,
    pub(crate) reversible: Option<bool>,
    pub(crate) limit: Option<Limit>,
    pub(crate) marks: Vec<String>,
    pub(crate) review: Option<Review>,
    pub(crate) relaxed: Option<Relaxed>,
}

/// Terms on which a rule replaces review.
#[derive(Clone, Debug)]
pub(crate) struct Relaxed {
    pub(crate) until: &'static str,
    pub(crate) evidence: &'static str,
    /// `None`: unwritten.
    pub(crate) share: Option<f64>,
    /// `None`: unwritten.
    pub(crate) audit: Option<f64>,
    /// Whether it applies to the call that is decided; a policy does not say so.
    pub(crate) is_in_force: bool,
}

/// A piece of the text of `consequence`.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Text(&'static str),
    Field(Field),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Review {
    pub(crate) expires: Option<Duration>,
    /// Empty: unwritten.
    pub(crate) reviewers: Vec<&'static str>,
    pub(crate) quorum: Option<u64>,
    pub(crate) confirm: Vec<Field>,
    /// `None`: unwritten.
    pub(crate) editable: Option<Vec<Field>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Duration {
    pub(crate) text: &'static str,
    pub(crate) ms: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Limit {
    pub(crate) measure: Measure,
    pub(crate) per: Duration,
    /// Of `agent`, `user`, `session`; empty: unwritten.
    pub(crate) by: Vec<&'static str>,
    pub(crate) then_blocks: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Measure {
    Calls(u64),
    Sum { field: Field, at_most: f64 },
}

/// All entries must hold.
#[derive(Clone, Debug)]
pub(crate) struct Condition(pub(crate) Vec<Entry>);

#[derive(Clone, Debug)]
pub(crate) enum Entry {
    /// A field of the call; inside `where` a way into the map.
    Field(Field, Matcher),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Condition),
}

impl Entry {
    /// What it is called in its map.
    pub(crate) fn key(&self) -> &str {
        match self {
            Self::Field(field, _) => &field.text,
            Self::All(_) => "all",
            Self::Any(_) => "any",
            Self::Not(_) => "not",
        }
    }
}

/// A field, in the way the engine prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) text: String,
    pub(crate) steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

impl Field {
    /// Reads a field that is written plainly: keys and dots, `[0]`, `["x.y"]`.
    pub(crate) fn new(text: &str) -> Self {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix("[\"") {
                let (key, after) = after.split_once("\"]").expect("a closing bracket");
                steps.push(Step::Key(key.to_owned()));
                rest = after;
            } else if let Some(after) = rest.strip_prefix('[') {
                let (index, after) = after.split_once(']').expect("a closing bracket");
                steps.push(Step::Index(index.parse().expect("a number")));
                rest = after;
            } else {
                let after = rest.strip_prefix('.').unwrap_or(rest);
                let end = after.find(['.', '[']).unwrap_or(after.len());
                steps.push(Step::Key(after[..end].to_owned()));
                rest = &after[end..];
            }
        }
        Self { text: text.to_owned(), steps }
    }
}

/// All tests must hold.
#[derive(Clone, Debug)]
pub(crate) struct Matcher(pub(crate) Vec<Test>);

#[derive(Clone, Debug)]
pub(crate) enum Test {
    Equals(Value),
    In(Vec<Value>),
    SameAs(Field),
    InField(Field),
    Exists(bool),
    Empty(bool),
    Type(Vec<&'static str>),
    Above(f64),
    AtLeast(f64),
    Below(f64),
    AtMost(f64),
    StartsWith(&'static str),
    EndsWith(&'static str),
    Contains(&'static str),
    Glob(&'static str),
    Regex(Regex),
    Length(Matcher),
    Each(Matcher),
    Some(Matcher),
    Has(Value),
    Where(Condition),
    OnlyKeys(Vec<&'static str>),
    Keys(Matcher),
    Values(Matcher),
    Not(Matcher),
    Path(PathTest),
    Url(UrlTest),
    Email { domain: Vec<&'static str>, address: Vec<&'static str> },
    ShellOnly(Vec<&'static str>),
    ShellRuns(Vec<&'static str>),
}

/// `path: {…}`; what is empty is unwritten.
#[derive(Clone, Debug)]
pub(crate) struct PathTest {
    pub(crate) under: Vec<Folder>,
    pub(crate) glob: Vec<&'static str>,
    pub(crate) extension: Vec<&'static str>,
    pub(crate) base: Option<Folder>,
    pub(crate) ignore_case: bool,
}

/// `url: {…}`; what is empty is unwritten.
#[derive(Clone, Debug)]
pub(crate) struct UrlTest {
    pub(crate) host: Vec<&'static str>,
    pub(crate) scheme: Vec<&'static str>,
    pub(crate) port: Vec<u16>,
    pub(crate) path: Vec<&'static str>,
    pub(crate) address: Vec<&'static str>,
}

/// A folder of `path: {under}`.
#[derive(Clone, Debug)]
pub(crate) enum Folder {
    Written(&'static str),
    In(Field),
}

/// A regular expression and, said in another way, what it matches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Regex {
    pub(crate) text: &'static str,
    pub(crate) matches: fn(&str) -> bool,
}
