//! A tool catalogue as the engine understood it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::pattern::Pattern;
use crate::matcher::condition::Type;
use crate::matcher::glob::Glob;
use crate::sorted::sorted_by;
use crate::value::field::Step;
use crate::value::value::Value;

/// The tools that there are, as the answer to MCP's `tools/list` tells them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalogue {
    /// Sorted by name.
    tools: Vec<Tool>,
}

/// One tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// The name that calls of it have.
    pub name: String,
    /// What it does, in its author's words. Never believed.
    pub description: Option<String>,
    /// Which arguments it takes.
    pub schema: Schema,
}

impl Catalogue {
    /// The catalogue of `tools`, whatever their order was. No name may occur twice.
    #[must_use]
    pub fn new(tools: Vec<Tool>) -> Self {
        Self { tools: sorted_by(tools, |a, b| a.name.cmp(&b.name)) }
    }

    /// The tool called `name`, code point by code point.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        let at = self.tools.binary_search_by(|tool| tool.name.as_str().cmp(name)).ok()?;
        self.tools.get(at)
    }

    /// The tools that `pattern`, a tool pattern of a policy, stands for.
    pub fn matching(&self, pattern: &str) -> impl Iterator<Item = &Tool> {
        let glob = pattern.contains('*').then(|| Glob::new(pattern));
        let exact = if glob.is_none() { self.tool(pattern) } else { None };
        let all = glob.as_ref().map(|_| self.tools.iter()).into_iter().flatten();
        all.filter(move |tool| glob.as_ref().is_some_and(|glob| glob.matches(&tool.name))).chain(exact)
    }

    /// Every tool, sorted by name.
    #[must_use]
    pub fn tools(&self) -> &[Tool] {
        &self.tools
    }
}

/// What a value must be like: the part of JSON Schema that the engine checks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// Its parts, which name each other by their place. Recursive schemas are circles in it.
    pub(super) parts: Vec<Part>,
}

/// The place of a [`Part`] in its [`Schema`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartId(pub(super) usize);

impl Schema {
    /// The part that the value as a whole must fit.
    pub const ROOT: PartId = PartId(0);

    /// The part at `id`; `None` where everything fits.
    #[must_use]
    pub fn part(&self, id: PartId) -> Option<&Part> {
        self.parts.get(id.0)
    }
}

impl Schema {
    /// Whether what stands at the end of `steps` is there in every value that fits, as far as can be seen at a glance:
    /// by `required` along the way, `allOf` included, and not by what alternatives have in common.
    #[must_use]
    pub fn requires(&self, steps: &[Step]) -> bool {
        !steps.is_empty() && self.requires_below(Self::ROOT, steps, ALL_OF_DEPTH)
    }

    fn requires_below(&self, id: PartId, steps: &[Step], depth: u32) -> bool {
        let Some((Step::Key(key), rest)) = steps.split_first() else { return steps.is_empty() };
        let Some((part, left)) = self.part(id).zip(depth.checked_sub(1)) else { return false };
        let leads_on = |id: PartId| {
            let is_map = self.part(id).is_some_and(|part| !part.allows(Type::Null));
            rest.is_empty() || is_map && self.requires_below(id, rest, left)
        };
        part.required.contains(key) && (rest.is_empty() || part.property(key).is_some_and(leads_on))
            || part.all_of.iter().any(|&id| self.requires_below(id, steps, left))
    }

    /// Whether a map that fits has no other keys than the schema lists, as far as can be seen at a glance.
    #[must_use]
    pub fn lists_all_keys(&self) -> bool {
        let is_never = |id: PartId| self.part(id).is_some_and(|part| part.never);
        let root = self.part(Self::ROOT);
        root.is_some_and(|root| root.key_patterns.is_empty() && root.additional.is_some_and(is_never))
    }
}

/// How deep parts of parts are looked at.
const ALL_OF_DEPTH: u32 = 20;

/// What one value must be like; all that is written must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// `false` in place of a schema: no value fits.
    pub never: bool,
    /// Set where nobody can tell what fits: why.
    pub unknown: Option<Cow<'static, str>>,
    /// The types that it may have; `None`: any.
    pub types: Option<Types>,
    /// Whether a number must be an integer.
    pub integer: bool,
    /// The values that it may be.
    pub values: Option<Values>,
    /// Bounds of a number.
    pub number: NumberBounds,
    /// How many code points a text may have.
    pub length: CountBounds,
    /// What some part of a text matches.
    pub pattern: Option<Pattern>,
    /// How many items a list may have.
    pub item_count: CountBounds,
    /// How many keys a map may have.
    pub key_count: CountBounds,
    /// What stands at keys of a map, sorted by key.
    pub properties: Vec<(String, PartId)>,
    /// Keys that a map must have.
    pub required: Vec<String>,
    /// What stands at keys that match a pattern, listed in `properties` or not.
    pub key_patterns: Vec<(Pattern, PartId)>,
    /// What stands at the other keys of a map; `None`: anything.
    pub additional: Option<PartId>,
    /// What the first items of a list are.
    pub first_items: Vec<PartId>,
    /// What the items after those are; `None`: anything.
    pub items: Option<PartId>,
    /// All of these must fit.
    pub all_of: Vec<PartId>,
    /// One of these must fit, if there are any.
    pub any_of: Vec<PartId>,
    /// Exactly one of these must fit, if there are any.
    pub one_of: Vec<PartId>,
    /// This must not fit.
    pub not: Option<PartId>,
}

impl Part {
    /// What stands at `key` of a map that fits: a part of the schema, if one speaks of it.
    #[must_use]
    pub fn property(&self, key: &str) -> Option<PartId> {
        let at = self.properties.binary_search_by(|(known, _)| known.as_str().cmp(key)).ok()?;
        self.properties.get(at).map(|&(_, part)| part)
    }

    /// Whether a value of type `of` may fit.
    #[must_use]
    pub fn allows(&self, of: Type) -> bool {
        self.types.is_none_or(|types| types.contains(of))
    }
}

/// The values of an `enum` or `const`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Values {
    /// One of these.
    pub one_of: Vec<Value>,
    /// And, if both are written, this one.
    pub constant: Option<Value>,
    /// How long comparing with all of them takes, in steps.
    pub(super) weight: usize,
}

/// Bounds of a number. What is `None` is not written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NumberBounds {
    /// It is not less.
    pub at_least: Option<f64>,
    /// It is not more.
    pub at_most: Option<f64>,
    /// It is more.
    pub above: Option<f64>,
    /// It is less.
    pub below: Option<f64>,
    /// It is a multiple of this, which is above 0.
    pub multiple_of: Option<f64>,
}

/// Bounds of how many there are. What is `None` is not written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CountBounds {
    /// Not less.
    pub at_least: Option<f64>,
    /// Not more.
    pub at_most: Option<f64>,
}

/// A set of types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Types(u8);

impl Types {
    /// No type.
    pub const NONE: Self = Self(0);
    /// Every type.
    pub const ALL: Self = Self(0b11_1111);

    /// The set of just `of`.
    #[must_use]
    pub const fn only(of: Type) -> Self {
        Self(1 << of as u8)
    }

    /// Whether `of` is one of them.
    #[must_use]
    pub const fn contains(self, of: Type) -> bool {
        self.0 & Self::only(of).0 != 0
    }

    /// The types in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The types in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The types that are not in it.
    #[must_use]
    pub const fn others(self) -> Self {
        Self(Self::ALL.0 & !self.0)
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The types in words: `a string or null`.
    #[must_use]
    pub fn described(self) -> String {
        let words: Vec<&str> = Type::ALL.into_iter().filter(|&of| self.contains(of)).map(described).collect();
        match words.as_slice() {
            [] => "nothing".to_owned(),
            [only] => (*only).to_owned(),
            [others @ .., last] => format!("{} or {last}", others.join(", ")),
        }
    }
}

impl FromIterator<Type> for Types {
    fn from_iter<I: IntoIterator<Item = Type>>(types: I) -> Self {
        types.into_iter().fold(Self::NONE, |set, of| set.or(Self::only(of)))
    }
}

/// `of` in words.
#[must_use]
pub const fn described(of: Type) -> &'static str {
    match of {
        Type::Null => "null",
        Type::Boolean => "true or false",
        Type::Number => "a number",
        Type::String => "a string",
        Type::List => "a list",
        Type::Map => "a map",
    }
}
