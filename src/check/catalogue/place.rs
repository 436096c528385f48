//! What a schema says of a place inside a value.

use std::cell::Cell;

use crate::catalogue::fit::{Failure, fits_within};
use crate::catalogue::model::{Part, PartId, Schema, Types};
use crate::matcher::condition::{Bound, Type};
use crate::value::field::Step;
use crate::value::value::Value;

/// How many parts of a schema one question looks at; past that the answer is that anything may be there.
const PARTS_MAX: u32 = 1_000;

/// How deep the parts that are looked at may lie within each other.
const DEPTH_MAX: u32 = 100;

/// How long one value is compared with a schema; past that it may fit.
const STEPS_MAX: usize = 10_000;

/// One step into a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hop<'a> {
    /// To the value at a key.
    Key(&'a str),
    /// To one item.
    Index(usize),
    /// To any item.
    Item,
}

impl<'a> From<&'a Step> for Hop<'a> {
    fn from(step: &'a Step) -> Self {
        match step {
            Step::Key(key) => Self::Key(key),
            Step::Index(index) => Self::Index(*index),
        }
    }
}

/// Whether a schema knows a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// It describes what is there.
    Known,
    /// It says nothing about it.
    Open,
    /// It lists other keys, but does not rule this one out.
    Unlisted,
    /// It rules out that anything is there.
    Closed,
}

/// What a schema says of a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place<'a> {
    pub(super) reach: Reach,
    /// The types that a value there may have.
    pub(super) types: Types,
    /// No number there is less.
    pub(super) low: f64,
    /// No number there is more.
    pub(super) high: f64,
    /// Why the value that was asked for cannot be there.
    pub(super) ruled_out: Option<String>,
    /// The keys that it lists.
    pub(super) keys: Vec<&'a str>,
    /// The texts that it lists.
    pub(super) texts: Vec<&'a str>,
}

/// What one policy may take; where it is used up, anything may be anywhere.
pub(super) struct Budget {
    /// Parts of schemas that may still be looked at.
    parts: Cell<u32>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { parts: Cell::new(5_000_000) }
    }
}

/// What `schema` says of the place at the end of `way`, and whether `value` may be there.
pub(super) fn place<'a>(schema: &'a Schema, way: &[Hop<'_>], value: Option<&Value>, budget: &Budget) -> Place<'a> {
    let before = budget.parts.get();
    let mut walk = Walk { schema, value, left: PARTS_MAX.min(before), depth: 0 };
    let given = walk.left;
    let place = walk.place(Schema::ROOT, way);
    budget.parts.set(before.saturating_sub(given.saturating_sub(walk.left)));
    place
}

/// How many steps of `way` lead to what `schema` knows, and what it says of what stands there.
pub(super) fn known<'a>(schema: &'a Schema, way: &[Hop<'_>], budget: &Budget) -> (usize, Place<'a>) {
    let is_missing = |end: &usize| {
        let way = way.get(..*end).unwrap_or(way);
        matches!(place(schema, way, None, budget).reach, Reach::Closed | Reach::Unlisted)
    };
    let end = (1..=way.len()).find(is_missing).unwrap_or(way.len()).saturating_sub(1);
    (end, place(schema, way.get(..end).unwrap_or_default(), None, budget))
}

impl<'a> Place<'a> {
    /// Whether no number there lies within `bound` of `limit`.
    pub(super) fn rules_out(&self, bound: Bound, limit: f64) -> bool {
        match bound {
            Bound::Above => self.high <= limit,
            Bound::AtLeast => self.high < limit,
            Bound::Below => self.low >= limit,
            Bound::AtMost => self.low > limit,
        }
    }

    fn nothing_but(reach: Reach) -> Self {
        let (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
        Self { reach, types: Types::ALL, low, high, ruled_out: None, keys: Vec::new(), texts: Vec::new() }
    }

    /// What two schemas say that both hold.
    fn both(mut self, mut other: Self) -> Self {
        let rank = |reach| match reach {
            Reach::Open => 0,
            Reach::Unlisted => 1,
            Reach::Known => 2,
            Reach::Closed => 3,
        };
        if rank(self.reach) < rank(other.reach) {
            std::mem::swap(&mut self, &mut other);
        }
        if (self.reach, other.reach) != (Reach::Known, Reach::Known) {
            return self;
        }
        self.keys.append(&mut other.keys);
        self.texts.append(&mut other.texts);
        Self {
            types: self.types.and(other.types),
            low: self.low.max(other.low),
            high: self.high.min(other.high),
            ruled_out: self.ruled_out.or(other.ruled_out),
            ..self
        }
    }

    /// What two schemas say of which one holds.
    fn either(mut self, mut other: Self) -> Self {
        let rank = |reach| match reach {
            Reach::Closed => 0,
            Reach::Unlisted => 1,
            Reach::Known => 2,
            Reach::Open => 3,
        };
        if rank(self.reach) < rank(other.reach) {
            std::mem::swap(&mut self, &mut other);
        }
        if (self.reach, other.reach) != (Reach::Known, Reach::Known) {
            return self;
        }
        self.keys.append(&mut other.keys);
        self.texts.append(&mut other.texts);
        Self {
            types: self.types.or(other.types),
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            ruled_out: self.ruled_out.and_then(|why| other.ruled_out.and(Some(why))),
            ..self
        }
    }
}

struct Walk<'a, 'value> {
    schema: &'a Schema,
    value: Option<&'value Value>,
    /// Parts that may still be looked at.
    left: u32,
    depth: u32,
}

/// Where a step leads.
enum Next {
    Part(PartId),
    Nowhere(Reach),
}

impl<'a> Walk<'a, '_> {
    /// What the part `id` says of the place at the end of `way` from it.
    fn place(&mut self, id: PartId, way: &[Hop<'_>]) -> Place<'a> {
        let Some((hop, rest)) = way.split_first() else { return self.end(id) };
        self.with_alternatives(
            id,
            |walk, part| match next(part, *hop, walk.schema) {
                Next::Part(next) => walk.place(next, rest),
                Next::Nowhere(reach) => Place::nothing_but(reach),
            },
            |walk, id| walk.place(id, way),
        )
    }

    fn end(&mut self, id: PartId) -> Place<'a> {
        let mut place = self.described(id);
        if let Some(value) = self.value {
            // As much as comparing usually takes.
            self.left = self.left.saturating_sub(100);
            place.ruled_out = match fits_within(self.schema, id, value, STEPS_MAX) {
                Ok(()) | Err(Failure::TooLong | Failure::Unknown(_)) => None,
                Err(Failure::Misfit(problem)) => Some(problem.why),
            };
        }
        place
    }

    /// What the part `id` says of the value itself.
    fn described(&mut self, id: PartId) -> Place<'a> {
        self.with_alternatives(id, |_, part| of_part(part), Self::described)
    }

    /// What `own` makes of the part `id`, and `other` of the parts that it is made of.
    fn with_alternatives(
        &mut self,
        id: PartId,
        own: impl FnOnce(&mut Self, &'a Part) -> Place<'a>,
        other: impl Fn(&mut Self, PartId) -> Place<'a>,
    ) -> Place<'a> {
        let Some(part) = self.schema.part(id).filter(|_| self.left > 0 && self.depth < DEPTH_MAX) else {
            return Place::nothing_but(Reach::Open);
        };
        self.left -= 1;
        self.depth += 1;
        let mut place = own(self, part);
        for &id in &part.all_of {
            place = place.both(other(self, id));
        }
        for group in [&part.any_of, &part.one_of] {
            let alternatives: Vec<Place<'a>> = group.iter().map(|&id| other(self, id)).collect();
            if let Some(alternative) = alternatives.into_iter().reduce(Place::either) {
                place = place.both(alternative);
            }
        }
        self.depth -= 1;
        place
    }
}

fn next(part: &Part, hop: Hop<'_>, schema: &Schema) -> Next {
    if part.unknown.is_some() {
        return Next::Nowhere(Reach::Open);
    }
    let (of, id) = match hop {
        Hop::Key(key) => match of_key(part, key) {
            Some(id) => (Type::Map, id),
            None => return Next::Nowhere(Reach::Open),
        },
        Hop::Index(index) => (Type::List, part.first_items.get(index).copied().or(part.items)),
        Hop::Item => (Type::List, part.items.filter(|_| part.first_items.is_empty())),
    };
    if part.never || !part.allows(of) || id.and_then(|id| schema.part(id)).is_some_and(|part| part.never) {
        return Next::Nowhere(Reach::Closed);
    }
    match id {
        Some(id) => Next::Part(id),
        None if of == Type::Map && !part.properties.is_empty() => Next::Nowhere(Reach::Unlisted),
        None => Next::Nowhere(Reach::Open),
    }
}

/// The part that speaks of `key` of a map, if one does; `None` if nobody can tell.
fn of_key(part: &Part, key: &str) -> Option<Option<PartId>> {
    if let Some(id) = part.property(key) {
        return Some(Some(id));
    }
    for (pattern, id) in &part.key_patterns {
        if pattern.matches(key)? {
            return Some(Some(*id));
        }
    }
    Some(part.additional)
}

/// What `part` says of the value itself, without its alternatives.
fn of_part(part: &Part) -> Place<'_> {
    let reach = match part.unknown {
        _ if part.never => Reach::Closed,
        Some(_) => Reach::Open,
        None => Reach::Known,
    };
    let mut place = Place::nothing_but(reach);
    place.types = part.types.unwrap_or(Types::ALL);
    if let Some(values) = &part.values {
        let listed = || values.one_of.iter().chain(&values.constant);
        place.types = place.types.and(listed().map(Type::of).collect());
        place.texts = listed()
            .filter_map(|value| if let Value::Text(text) = value { Some(text.as_str()) } else { None })
            .collect();
    }
    let bounds = part.number;
    let low = bounds.at_least.into_iter().chain(bounds.above);
    let high = bounds.at_most.into_iter().chain(bounds.below);
    place.low = low.fold(f64::NEG_INFINITY, f64::max);
    place.high = high.fold(f64::INFINITY, f64::min);
    place.keys = part.properties.iter().map(|(key, _)| key.as_str()).collect();
    place
}
