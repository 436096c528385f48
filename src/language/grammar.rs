//! The schema of policies, walked along a way into a text.

use crate::policy::schema::schema;
use crate::value::field::{Field, Step};
use crate::value::value::{Map, Value};

/// How deep references and alternatives nest; the schema has some three.
const DEPTH_MAX: usize = 8;

/// The schema of policies.
pub(super) struct Grammar {
    schema: Value,
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
        Self { schema: schema() }
    }

    /// What may stand at the end of `way`; nothing where the schema knows no such way.
    pub(super) fn at(&self, way: &[Step]) -> Spot<'_> {
        let root = Spot { parts: as_map(&self.schema).into_iter().collect(), grammar: self };
        way.iter().fold(root, |spot, step| spot.step(step))
    }

    /// What a field of a call is.
    pub(super) fn field(&self) -> Spot<'_> {
        self.spot(self.definition("#/$defs/field"))
    }

    fn definition(&self, reference: &str) -> Option<&Value> {
        let name = reference.strip_prefix("#/$defs/")?;
        as_map(as_map(&self.schema)?.get("$defs")?)?.get(name)
    }

    fn spot<'g>(&'g self, schemas: impl IntoIterator<Item = &'g Value>) -> Spot<'g> {
        let mut parts = Vec::new();
        for schema in schemas {
            self.collect(schema, DEPTH_MAX, &mut parts);
        }
        Spot { parts, grammar: self }
    }

    /// `schema`, what it refers to and its alternatives.
    fn collect<'g>(&'g self, schema: &'g Value, depth: usize, parts: &mut Vec<&'g Map>) {
        let (Some(map), Some(left)) = (as_map(schema), depth.checked_sub(1)) else { return };
        parts.push(map);
        if let Some(Value::Text(reference)) = map.get("$ref")
            && let Some(definition) = self.definition(reference)
        {
            self.collect(definition, left, parts);
        }
        if let Some(Value::List(alternatives)) = map.get("anyOf") {
            alternatives.iter().for_each(|alternative| self.collect(alternative, left, parts));
        }
    }
}

impl<'g> Spot<'g> {
    fn step(&self, step: &Step) -> Self {
        let found = self.parts.iter().filter_map(|part| match step {
            Step::Key(key) => value_schema(part, key),
            Step::Index(_) => part.get("items"),
        });
        self.grammar.spot(found)
    }

    /// The keys that a map here may have by name, in the schema's order.
    pub(super) fn keys(&self) -> Vec<KeySpot<'g>> {
        let mut keys = Vec::new();
        for part in &self.parts {
            let required = texts(part.get("required"));
            let Some(properties) = part.get("properties").and_then(as_map) else { continue };
            keys.extend(properties.iter().map(|(key, schema)| KeySpot {
                key,
                value: self.grammar.spot([schema]),
                is_required: required.contains(&key),
            }));
        }
        keys
    }

    /// The words that may stand here, each with what it means where the schema says so.
    pub(super) fn words(&self) -> Vec<(&'g str, Option<&'g str>)> {
        let mut words = Vec::new();
        for part in &self.parts {
            words.extend(texts(part.get("enum")).into_iter().map(|word| (word, None)));
            if let Some(Value::List(alternatives)) = part.get("oneOf") {
                let alternatives = alternatives.iter().filter_map(as_map);
                words.extend(alternatives.filter_map(|word| Some((text(word.get("const"))?, description(word)))));
            }
            if text(part.get("type")) == Some("boolean") {
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
        let names = self.parts.iter().filter_map(|part| text(part.get("$ref"))?.strip_prefix("#/$defs/"));
        names.last()
    }

    /// Whether the definition `name` counts here.
    pub(super) fn is(&self, name: &str) -> bool {
        self.parts.iter().any(|part| text(part.get("$ref")).and_then(|to| to.strip_prefix("#/$defs/")) == Some(name))
    }

    /// Whether fields of a call may be keys here.
    pub(super) fn takes_fields(&self) -> bool {
        self.parts.iter().any(|part| {
            part.get("patternProperties").is_some()
                && part.get("additionalProperties") == Some(&Value::Bool(false))
                && part.get("$schema").is_none()
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
            |part: &&&Map| ["type", "enum", "const", "oneOf", "pattern"].iter().any(|key| part.get(key).is_some());
        let mut said = self.parts.iter().filter(is_said).peekable();
        said.peek().is_some() && said.all(|part| text(part.get("type")) == Some(wanted))
    }
}

/// The schema of what stands at `key` of a map that `part` describes.
fn value_schema<'g>(part: &'g Map, key: &str) -> Option<&'g Value> {
    if let Some(schema) = part.get("properties").and_then(as_map).and_then(|properties| properties.get(key)) {
        return Some(schema);
    }
    if let Some(patterns) = part.get("patternProperties").and_then(as_map) {
        // The two patterns that there are: keys to be ignored, and fields.
        let mut schemas = patterns.iter();
        return schemas
            .find(|(pattern, _)| if *pattern == "^x-" { key.starts_with("x-") } else { Field::parse(key).is_ok() })
            .map(|(_, schema)| schema);
    }
    part.get("additionalProperties").filter(|schema| as_map(schema).is_some())
}

pub(super) fn as_map(value: &Value) -> Option<&Map> {
    match value {
        Value::Map(map) => Some(map),
        _ => None,
    }
}

fn text(value: Option<&Value>) -> Option<&str> {
    match value {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::List(items)) => items.iter().filter_map(|item| text(Some(item))).collect(),
        _ => Vec::new(),
    }
}

fn description(part: &Map) -> Option<&str> {
    text(part.get("description"))
}
