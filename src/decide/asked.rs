//! What of a call a rule asks about.

use super::call::MARKS;
use super::condition::About;
use crate::matcher::condition::{Condition, Matcher, PathTest, Test, TextOrField};
use crate::names::NameMap;
use crate::policy::model::Rule;
use crate::policy::terms::{Limit, Segment};
use crate::value::field::{Field, Root, Step, Way};
use crate::value::value::Value;

/// How much of the value at a field a plan reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// All of text, numbers and the like; of a list how many items it has, of a map its keys.
    Outline,
    /// All of it.
    Whole,
}

/// A field that a plan reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which.
    pub field: Field,
    /// How much of it.
    pub depth: Depth,
}

/// The field at `root`, or at `key` in it.
pub(super) fn field(root: Root, key: Option<&str>) -> Field {
    Field { root, way: Way { steps: key.map(|key| Step::Key(key.to_owned())).into_iter().collect() } }
}

/// Where the slots for asked fields tell of a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    /// Which slot; `None` if none does.
    pub(super) slot: Option<usize>,
    /// The way on from the value that stands in it.
    pub(super) inside: Vec<Step>,
    /// What the field is about.
    pub(super) about: About,
}

/// The slots of asked fields, by field.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    slots: NameMap<Field, (usize, Depth)>,
}

impl Places {
    /// Those of `asked`.
    pub(super) fn new(asked: &[Asked]) -> Self {
        let slot = |(slot, asked): (usize, &Asked)| (asked.field.clone(), (slot, asked.depth));
        Self { slots: asked.iter().enumerate().map(slot).collect() }
    }

    /// Where `field` is.
    pub(super) fn of(&self, field: &Field) -> Place {
        let same = self.slots.get(field).map(|(slot, _)| (*slot, field.way.steps.len()));
        let (slot, passed) = same.or_else(|| self.around(field)).unzip();
        let inside = field.way.steps.iter().skip(passed.unwrap_or(0)).cloned().collect();
        Place { slot, inside, about: About::of(field) }
    }

    /// The slot that holds all of a value around `field`, and how many steps lead to that value.
    fn around(&self, field: &Field) -> Option<(usize, usize)> {
        let whole = |outer: &Field| self.slots.get(outer).filter(|(_, depth)| *depth == Depth::Whole);
        outer_fields(field).find_map(|outer| Some((whole(&outer)?.0, outer.way.steps.len())))
    }
}

/// The fields that `field` lies in.
fn outer_fields(field: &Field) -> impl Iterator<Item = Field> + '_ {
    (0..field.way.steps.len()).map(|steps| {
        let steps = field.way.steps.iter().take(steps).cloned().collect();
        Field { root: field.root, way: Way { steps } }
    })
}

/// The fields that decide whether `condition` holds.
pub(super) fn of_condition(condition: &Condition<Field>, asked: &mut Vec<Asked>) {
    match condition {
        Condition::Field { field, matcher, .. } => {
            // Whether the marks of a session are a list shows only in the whole of it.
            let is_session = field.root == Root::Session && field.way.steps.is_empty();
            let depth = if is_session { Depth::Whole } else { depth(matcher) };
            ask(field, depth, asked);
            of_matcher(matcher, asked);
        }
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| of_condition(part, asked)),
        Condition::Not(part) => of_condition(part, asked),
    }
}

/// Asks for `of`; and of anything in a session also for its marks, as it matters to every test whether they were given.
fn ask(of: &Field, depth: Depth, asked: &mut Vec<Asked>) {
    asked.push(Asked { field: of.clone(), depth });
    if of.root == Root::Session {
        asked.push(Asked { field: field(Root::Session, Some(MARKS)), depth: Depth::Outline });
    }
}

/// How much of a value `matcher` looks at.
fn depth(matcher: &Matcher) -> Depth {
    let is_nested = |value: &Value| matches!(value, Value::List(_) | Value::Map(_));
    let of_test = |test: &Test| match test {
        Test::Each(_) | Test::Some(_) | Test::Where(_) | Test::Values(_) | Test::SameAs(_) | Test::InField(_) => {
            Depth::Whole
        }
        Test::Equals(operands) if operands.iter().any(is_nested) => Depth::Whole,
        Test::Not(matcher) => depth(matcher),
        Test::Equals(_)
        | Test::Exists(_)
        | Test::Empty(_)
        | Test::Type(_)
        | Test::Number(..)
        | Test::StartsWith(_)
        | Test::EndsWith(_)
        | Test::Contains(_)
        | Test::Glob(_)
        | Test::Regex(_)
        | Test::Length(_)
        | Test::OnlyKeys(_)
        | Test::Keys(_)
        | Test::Path(_)
        | Test::Url(_)
        | Test::Email(_)
        | Test::ShellOnly(_)
        | Test::ShellRuns(_) => Depth::Outline,
    };
    matcher.tests.iter().map(of_test).max().unwrap_or(Depth::Outline)
}

/// The other fields of the call that `matcher` names.
fn of_matcher(matcher: &Matcher, asked: &mut Vec<Asked>) {
    for test in &matcher.tests {
        match test {
            Test::SameAs(field) | Test::InField(field) => {
                ask(field, Depth::Whole, asked);
            }
            Test::Path(PathTest { under, base, .. }) => {
                for text in under.iter().chain(base) {
                    let TextOrField::Field(field) = text else { continue };
                    ask(field, Depth::Outline, asked);
                }
            }
            Test::Length(matcher)
            | Test::Each(matcher)
            | Test::Some(matcher)
            | Test::Keys(matcher)
            | Test::Values(matcher)
            | Test::Not(matcher) => of_matcher(matcher, asked),
            Test::Where(condition) => of_inner(condition, asked),
            Test::Equals(_)
            | Test::Exists(_)
            | Test::Empty(_)
            | Test::Type(_)
            | Test::Number(..)
            | Test::StartsWith(_)
            | Test::EndsWith(_)
            | Test::Contains(_)
            | Test::Glob(_)
            | Test::Regex(_)
            | Test::OnlyKeys(_)
            | Test::Url(_)
            | Test::Email(_)
            | Test::ShellOnly(_)
            | Test::ShellRuns(_) => {}
        }
    }
}

fn of_inner(condition: &Condition<Way>, asked: &mut Vec<Asked>) {
    match condition {
        Condition::Field { matcher, .. } => of_matcher(matcher, asked),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| of_inner(part, asked)),
        Condition::Not(part) => of_inner(part, asked),
    }
}

/// What a decision by `rule` carries of the call.
pub(super) fn of_terms(rule: &Rule, asked: &mut Vec<Asked>) {
    for segment in rule.consequence.iter().flat_map(|consequence| &consequence.segments) {
        if let Segment::Field(at) = segment {
            asked.push(Asked { field: at.field.clone(), depth: Depth::Whole });
        }
    }
    if let Some(Limit { sum, by, .. }) = &rule.limit {
        asked.extend(sum.iter().map(|at| Asked { field: at.field.clone(), depth: Depth::Outline }));
        asked.extend(by.iter().map(|&root| Asked { field: field(root, Some("id")), depth: Depth::Outline }));
    }
}

/// Each field of `wanted` once, and none inside one that is read as a whole.
pub(super) fn distinct(wanted: Vec<Asked>) -> Vec<Asked> {
    let is_whole = |asked: &&Asked| asked.depth == Depth::Whole;
    let whole: NameMap<Field, ()> = wanted.iter().filter(is_whole).map(|asked| (asked.field.clone(), ())).collect();
    let mut slots: NameMap<Field, usize> = NameMap::default();
    let mut asked: Vec<Asked> = Vec::new();
    for Asked { field, depth } in wanted {
        match slots.get(&field).and_then(|slot| asked.get_mut(*slot)) {
            Some(known) => known.depth = known.depth.max(depth),
            None if outer_fields(&field).any(|outer| whole.contains_key(&outer)) => {}
            None => {
                slots.insert(field.clone(), asked.len());
                asked.push(Asked { field, depth });
            }
        }
    }
    asked
}
