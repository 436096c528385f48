//! Reads of a recorded call only what a plan asks for.
//!
//! What no field goes through is checked to be JSON and nothing more.
//! Whatever is odd ends the reading: then the whole call is read, which tells what is wrong with it, if anything is.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::slice::from_ref;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Failure;
use super::read_value::ValueSeed;
use crate::decide::asked::{Asked, Depth};
use crate::decide::call::{CALL_DEPTH_MAX, TOOL_BYTES_MAX};
use crate::decide::frame::Slot;
use crate::value::field::{Found, Root, Step, Way};
use crate::value::value::{Map, Value, record};

/// The fields that a plan asks for, as the tree in which a call holds them.
#[derive(Debug)]
pub(super) struct Tree {
    args: Node,
    agent: Node,
    user: Node,
    session: Node,
    context: Node,
    confidence: Node,
}

/// A place that fields are at or go through.
#[derive(Debug, Default)]
struct Node {
    /// The slot for what stands here, if it is asked for itself.
    slot: Option<(usize, Depth)>,
    /// The places on, if a map stands here; sorted by key.
    keys: Vec<(String, Self)>,
    /// The places on, if a list stands here.
    items: Vec<(usize, Self)>,
}

impl Tree {
    /// The tree of `asked`.
    pub(super) fn new(asked: &[Asked]) -> Self {
        let of = |root: Root| {
            let mut node = Node::default();
            for (slot, Asked { field, depth }) in asked.iter().enumerate().filter(|(_, asked)| asked.field.root == root)
            {
                node.add(&field.way.steps, (slot, *depth));
            }
            node
        };
        Self {
            args: of(Root::Args),
            agent: of(Root::Agent),
            user: of(Root::User),
            session: of(Root::Session),
            context: of(Root::Context),
            confidence: Node { slot: Some((asked.len(), Depth::Whole)), ..Node::default() },
        }
    }
}

impl Node {
    fn add(&mut self, steps: &[Step], slot: (usize, Depth)) {
        match steps.split_first() {
            None => self.slot = Some(slot),
            Some((Step::Key(key), rest)) => {
                let at = self.keys.binary_search_by(|(known, _)| known.cmp(key)).unwrap_or_else(|at| {
                    self.keys.insert(at, (key.clone(), Self::default()));
                    at
                });
                if let Some((_, node)) = self.keys.get_mut(at) {
                    node.add(rest, slot);
                }
            }
            Some((&Step::Index(index), rest)) => {
                let at = self.items.iter().position(|(known, _)| *known == index).unwrap_or_else(|| {
                    self.items.push((index, Self::default()));
                    self.items.len() - 1
                });
                if let Some((_, node)) = self.items.get_mut(at) {
                    node.add(rest, slot);
                }
            }
        }
    }

    fn key(&self, key: &str) -> Option<&Self> {
        let at = self.keys.binary_search_by(|(known, _)| known.as_str().cmp(key)).ok()?;
        self.keys.get(at).map(|(_, node)| node)
    }

    fn item(&self, index: usize) -> Option<&Self> {
        self.items.iter().find(|(known, _)| *known == index).map(|(_, node)| node)
    }

    /// Fills the slots at and below this place, where `found` stands.
    fn fill(&self, found: Found<'_>, slots: &[OnceCell<Slot>]) {
        self.fill_below(found, slots);
        if let Some((slot, depth)) = self.slot {
            put(slots, slot, Slot::of(found, depth));
        }
    }

    fn fill_below(&self, found: Found<'_>, slots: &[OnceCell<Slot>]) {
        let on = |step: &Step| match found {
            Found::Value(value) => Way::follow(from_ref(step), value),
            Found::Absent | Found::Blocked => found,
        };
        self.keys.iter().for_each(|(key, node)| node.fill(on(&Step::Key(key.clone())), slots));
        self.items.iter().for_each(|(index, node)| node.fill(on(&Step::Index(*index)), slots));
    }
}

fn put(slots: &[OnceCell<Slot>], slot: usize, value: Slot) {
    if let Some(cell) = slots.get(slot) {
        // Each is filled once, as no key is there twice.
        let _ = cell.set(value);
    }
}

/// The name of the tool of the call in `line`; `None` if there is none, or anything before it is odd.
///
/// What comes after it is not looked at.
pub(super) fn tool_of(line: &str) -> Option<&str> {
    let mut tool = None;
    // It fails where it has found the tool, as it leaves the rest.
    let _ = serde_json::Deserializer::from_str(line).deserialize_map(ToolVisitor { tool: &mut tool });
    tool.filter(|tool| !tool.is_empty() && tool.len() <= TOOL_BYTES_MAX)
}

struct ToolVisitor<'a, 'line> {
    tool: &'a mut Option<&'line str>,
}

impl<'line> Visitor<'line> for ToolVisitor<'_, 'line> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a call")
    }

    fn visit_map<A: MapAccess<'line>>(self, mut access: A) -> Result<(), A::Error> {
        while let Some(key) = access.next_key::<&str>()? {
            if key == "tool" {
                *self.tool = Some(access.next_value()?);
                break;
            }
            access.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// Reads what `tree` has of the call in `line` into `slots`, which are empty. Those that stay so are absent.
///
/// `None` if anything is odd.
pub(super) fn read(line: &str, tree: &Tree, slots: &[OnceCell<Slot>]) -> Option<()> {
    let refusal = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_str(line);
    deserializer.deserialize_map(CallVisitor { tree, slots, refusal: &refusal }).ok()?;
    deserializer.end().ok()
}

/// Reads a whole call.
struct CallVisitor<'a> {
    tree: &'a Tree,
    slots: &'a [OnceCell<Slot>],
    refusal: &'a RefCell<Option<Failure>>,
}

impl<'line> Visitor<'line> for CallVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a call")
    }

    fn visit_map<A: MapAccess<'line>>(self, mut access: A) -> Result<(), A::Error> {
        let Self { tree, slots, refusal } = self;
        let at = |kind, node| At { kind, node, slots, depth_left: CALL_DEPTH_MAX - 1, refusal };
        let mut keys = Keys::default();
        while let Some(key) = access.next_key::<&str>()? {
            keys.add(key)?;
            match key {
                "args" => access.next_value_seed(at(Kind::Object, &tree.args))?,
                "context" => access.next_value_seed(at(Kind::Object, &tree.context))?,
                "agent" => access.next_value_seed(at(Kind::Identity, &tree.agent))?,
                "user" => access.next_value_seed(at(Kind::Identity, &tree.user))?,
                "session" => access.next_value_seed(at(Kind::Identity, &tree.session))?,
                "confidence" => access.next_value_seed(at(Kind::Value, &tree.confidence))?,
                "reason" => drop(access.next_value::<String>()?),
                _ => drop(access.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// A map of more keys than these is read whole: to compare each key with each takes time.
const KEYS_MAX: usize = 64;

/// The keys of a map so far.
#[derive(Default)]
struct Keys<'line>(Vec<&'line str>);

impl<'line> Keys<'line> {
    fn add<E: Error>(&mut self, key: &'line str) -> Result<(), E> {
        if key == "__proto__" || self.0.len() == KEYS_MAX || self.0.contains(&key) {
            return Err(odd());
        }
        self.0.push(key);
        Ok(())
    }

    /// A map of these keys, with `null` for each value.
    fn outline(&self) -> Option<Value> {
        let entries = self.0.iter().map(|&key| (key.to_owned(), Value::Null)).collect();
        Map::new(entries).ok().map(Value::Map)
    }
}

/// The error for what is left to those who read the whole call; nobody sees it.
fn odd<E: Error>() -> E {
    E::custom("")
}

/// What may stand at a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Value,
    Object,
    /// An object, or text as a short form of `{id: text}`.
    Identity,
}

/// Reads what stands at a place.
#[derive(Clone, Copy)]
struct At<'a> {
    kind: Kind,
    node: &'a Node,
    slots: &'a [OnceCell<Slot>],
    depth_left: usize,
    refusal: &'a RefCell<Option<Failure>>,
}

impl<'a> At<'a> {
    /// The seed for the value as a whole.
    fn whole(self) -> ValueSeed<'a> {
        ValueSeed { depth_left: self.depth_left, depth_max: CALL_DEPTH_MAX, refusal: self.refusal }
    }

    fn is_whole(self) -> bool {
        matches!(self.node.slot, Some((_, Depth::Whole)))
    }

    /// What makes a seed of a place inside the list or map that stands here.
    fn inside<E: Error>(self) -> Result<impl Fn(&'a Node) -> Self, E> {
        let depth_left = self.depth_left.checked_sub(1).ok_or_else(odd)?;
        Ok(move |node| Self { kind: Kind::Value, node, depth_left, ..self })
    }

    /// `value` stands here.
    fn stands<E: Error>(self, value: Value) -> Result<(), E> {
        match (self.kind, &value) {
            (Kind::Value, _) | (Kind::Object | Kind::Identity, Value::Map(_)) => {}
            (Kind::Identity, Value::Text(_)) => {
                let identity = record([("id", Some(value))]);
                self.node.fill(Found::Value(&identity), self.slots);
                return Ok(());
            }
            (Kind::Object | Kind::Identity, _) => return Err(odd()),
        }
        self.node.fill_below(Found::Value(&value), self.slots);
        if let Some((slot, _)) = self.node.slot {
            put(self.slots, slot, Slot::Value(value));
        }
        Ok(())
    }

    /// A list or map stands here, the outline of which is `value`.
    fn outlined<E: Error>(self, value: impl FnOnce() -> Option<Value>) -> Result<(), E> {
        if let Some((slot, _)) = self.node.slot {
            put(self.slots, slot, Slot::Value(value().ok_or_else(odd)?));
        }
        Ok(())
    }
}

impl<'line> DeserializeSeed<'line> for At<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'line>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'line> Visitor<'line> for At<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.stands(Value::Null)
    }

    fn visit_bool<E: Error>(self, bool: bool) -> Result<(), E> {
        self.stands(Value::Bool(bool))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.stands(Value::Number(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.stands(self.whole().visit_i64(number)?)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.stands(self.whole().visit_u64(number)?)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.stands(Value::from(text))
    }

    fn visit_seq<A: SeqAccess<'line>>(self, mut items: A) -> Result<(), A::Error> {
        if self.kind != Kind::Value {
            return Err(odd());
        }
        if self.is_whole() {
            return self.stands(self.whole().visit_seq(items)?);
        }
        let inside = self.inside()?;
        let mut count = 0_usize;
        loop {
            let item = match self.node.item(count) {
                Some(node) => items.next_element_seed(inside(node))?.is_some(),
                None => items.next_element::<IgnoredAny>()?.is_some(),
            };
            if !item {
                break;
            }
            count += 1;
        }
        self.node.keys.iter().for_each(|(_, node)| node.fill(Found::Blocked, self.slots));
        self.outlined(|| Some(Value::List(vec![Value::Null; count])))
    }

    fn visit_map<A: MapAccess<'line>>(self, mut access: A) -> Result<(), A::Error> {
        if self.is_whole() {
            return self.stands(self.whole().visit_map(access)?);
        }
        let inside = self.inside()?;
        let mut keys = Keys::default();
        while let Some(key) = access.next_key::<&str>()? {
            keys.add(key)?;
            match self.node.key(key) {
                Some(node) => access.next_value_seed(inside(node))?,
                None => drop(access.next_value::<IgnoredAny>()?),
            }
        }
        self.node.items.iter().for_each(|(_, node)| node.fill(Found::Blocked, self.slots));
        self.outlined(|| keys.outline())
    }
}
