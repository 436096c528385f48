//! The schema of policies, walked along a way into a text.
//!
//! It is the one that the package ships, which a test compares with what `policy/schema.rs` generates: as text it takes a
//! quarter of the room that the code that makes it would take in WebAssembly.

use super::place::tree;
use crate::text::yaml::{Limits, MapEntry, Node, NodeValue};
use crate::value::field::{Field, Step};

/// JSON, and so YAML.
const SCHEMA: &str = include_str!("../../pkg/policy.schema.json");

/// A map of the schema.
type Map = [MapEntry];

/// How deep references and alternatives nest; the schema has some three.
const DEPTH_MAX: usize = 8;

/// The schema of policies.
pub(super) struct Grammar {
    schema: Option<Node>,
}

/// What may stand at one place: every schema that counts there, the most particular first.
#[derive(Clone)]
pub(super) struct Spot<'g> {
    parts: Vec<&'g Map>,
    grammar: &'g Grammar,
}

/// A key that a map may have.
pub(super) struct KeySpot<'g> {
    pub(super) key: &'g str,
    pub(super) value: Spot<'g>,
    pub(super) is_required: bool,
}

impl Grammar {
    pub(super) fn new() -> Self {
        Self { schema: tree(SCHEMA, Limits::default()) }
    }

    /// What may stand at the end of `way`; nothing where the schema knows no such way.
    pub(super) fn at(&self, way: &[Step]) -> Spot<'_> {
        let root = Spot { parts: self.schema.as_ref().and_then(as_map).into_iter().collect(), grammar: self };
        way.iter().fold(root, |spot, step| spot.step(step))
    }

    /// What a field of a call is.
    pub(super) fn field(&self) -> Spot<'_> {
        self.spot(self.definition("#/$defs/field"))
    }

    fn definition(&self, reference: &str) -> Option<&Node> {
        let name = reference.strip_prefix("#/$defs/")?;
        get(as_map(get(as_map(self.schema.as_ref()?)?, "$defs")?)?, name)
    }

    fn spot<'g>(&'g self, schemas: impl IntoIterator<Item = &'g Node>) -> Spot<'g> {
        let mut parts = Vec::new();
        for schema in schemas {
            self.collect(schema, DEPTH_MAX, &mut parts);
        }
        Spot { parts, grammar: self }
    }

    /// `schema`, what it refers to and its alternatives.
    fn collect<'g>(&'g self, schema: &'g Node, depth: usize, parts: &mut Vec<&'g Map>) {
        let (Some(map), Some(left)) = (as_map(schema), depth.checked_sub(1)) else { return };
        parts.push(map);
        if let Some(reference) = text(get(map, "$ref"))
            && let Some(definition) = self.definition(reference)
        {
            self.collect(definition, left, parts);
        }
        if let Some(alternatives) = list(get(map, "anyOf")) {
            alternatives.iter().for_each(|alternative| self.collect(alternative, left, parts));
        }
    }
}

impl<'g> Spot<'g> {
    fn step(&self, step: &Step) -> Self {
        let found = self.parts.iter().filter_map(|part| match step {
            Step::Key(key) => value_schema(part, key),
            Step::Index(_) => get(part, "items"),
        });
        self.grammar.spot(found)
    }

    /// The keys that a map here may have by name, in the schema's order.
    pub(super) fn keys(&self) -> Vec<KeySpot<'g>> {
        let mut keys = Vec::new();
        for part in &self.parts {
            let required = texts(get(part, "required"));
            let Some(properties) = get(part, "properties").and_then(as_map) else { continue };
            keys.extend(properties.iter().map(|entry| KeySpot {
                key: &entry.key,
                value: self.grammar.spot([&entry.value]),
                is_required: required.contains(&entry.key.as_str()),
            }));
        }
        keys
    }

    /// The words that may stand here, each with what it means where the schema says so.
    pub(super) fn words(&self) -> Vec<(&'g str, Option<&'g str>)> {
        let mut words = Vec::new();
        for part in &self.parts {
            words.extend(texts(get(part, "enum")).into_iter().map(|word| (word, None)));
            if let Some(alternatives) = list(get(part, "oneOf")) {
                let alternatives = alternatives.iter().filter_map(as_map);
                words.extend(alternatives.filter_map(|word| Some((text(get(word, "const"))?, description(word)))));
            }
            if text(get(part, "type")) == Some("boolean") {
                words.extend([("true", None), ("false", None)]);
            }
        }
        words
    }

    /// What it is, in the words of the most particular schema that says so.
    pub(super) fn description(&self) -> Option<&'g str> {
        self.parts.iter().find_map(|part| description(part))
    }

    /// The last definition that is referred to here.
    pub(super) fn definition(&self) -> Option<&'g str> {
        let names = self.parts.iter().filter_map(|part| text(get(part, "$ref"))?.strip_prefix("#/$defs/"));
        names.reduce(|_, name| name)
    }

    /// Whether the definition `name` counts here.
    pub(super) fn is(&self, name: &str) -> bool {
        self.parts.iter().any(|part| text(get(part, "$ref")).and_then(|to| to.strip_prefix("#/$defs/")) == Some(name))
    }

    /// Whether fields of a call may be keys here.
    pub(super) fn takes_fields(&self) -> bool {
        self.parts.iter().any(|part| {
            get(part, "patternProperties").is_some()
                && get(part, "additionalProperties").is_some_and(|more| more.value == NodeValue::Bool(false))
                && get(part, "$schema").is_none()
        })
    }

    /// Whether nothing but a map may stand here.
    pub(super) fn is_map(&self) -> bool {
        self.only("object")
    }

    /// Whether nothing but a list may stand here.
    pub(super) fn is_list(&self) -> bool {
        self.only("array")
    }

    fn only(&self, wanted: &str) -> bool {
        let is_said =
            |part: &&&Map| ["type", "enum", "const", "oneOf", "pattern"].iter().any(|key| get(part, key).is_some());
        let mut said = self.parts.iter().filter(is_said).peekable();
        said.peek().is_some() && said.all(|part| text(get(part, "type")) == Some(wanted))
    }
}

/// The schema of what stands at `key` of a map that `part` describes.
fn value_schema<'g>(part: &'g Map, key: &str) -> Option<&'g Node> {
    if let Some(schema) = get(part, "properties").and_then(as_map).and_then(|properties| get(properties, key)) {
        return Some(schema);
    }
    if let Some(patterns) = get(part, "patternProperties").and_then(as_map) {
        // The two patterns that there are: keys to be ignored, and fields.
        let fits = |pattern: &str| if pattern == "^x-" { key.starts_with("x-") } else { Field::parse(key).is_ok() };
        return patterns.iter().find(|entry| fits(&entry.key)).map(|entry| &entry.value);
    }
    get(part, "additionalProperties").filter(|schema| as_map(schema).is_some())
}

fn get<'g>(map: &'g Map, key: &str) -> Option<&'g Node> {
    map.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
}

fn as_map(node: &Node) -> Option<&Map> {
    match &node.value {
        NodeValue::Map(entries) => Some(entries),
        _ => None,
    }
}

fn list(node: Option<&Node>) -> Option<&[Node]> {
    match &node?.value {
        NodeValue::List(items) => Some(items),
        _ => None,
    }
}

fn text(node: Option<&Node>) -> Option<&str> {
    match &node?.value {
        NodeValue::Text(text) => Some(text),
        _ => None,
    }
}

fn texts(node: Option<&Node>) -> Vec<&str> {
    list(node).unwrap_or_default().iter().filter_map(|item| text(Some(item))).collect()
}

fn description(part: &Map) -> Option<&str> {
    text(get(part, "description"))
}
