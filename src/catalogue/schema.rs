//! From a tree of nodes to a [`Schema`].

use super::model::{Part, PartId, Schema, Types};
use super::pattern::Pattern;
use crate::matcher::condition::Type;
use crate::matcher::regex::Regexes;
use crate::names::NameMap;
use crate::sorted::sorted_by;
use crate::text::diagnostic::{Code, Diagnostic, Problems};
use crate::text::prose::prose;
use crate::text::span::Span;
use crate::text::yaml::{MapEntry, Node, NodeValue};
use crate::value::value::{Map, Value};

/// Keywords of JSON Schema that could refuse a value, but are not checked. By itself `format` refuses nothing.
const UNCHECKED: &[&str] = &[
    "contains",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxContains",
    "minContains",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
];

/// Why nobody can tell what fits a reference that is not followed.
const ELSEWHERE: &str = "is described outside its tool's schema";

/// The types of JSON Schema, and ours.
const TYPES: &[(&str, Type)] = &[
    ("null", Type::Null),
    ("boolean", Type::Boolean),
    ("number", Type::Number),
    ("integer", Type::Number),
    ("string", Type::String),
    ("array", Type::List),
    ("object", Type::Map),
];

/// Words of other systems for those types.
const OTHER_TYPES: &[(&str, &str)] = &[
    ("str", "string"),
    ("text", "string"),
    ("int", "integer"),
    ("float", "number"),
    ("double", "number"),
    ("bool", "boolean"),
    ("list", "array"),
    ("dict", "object"),
    ("map", "object"),
    ("none", "null"),
];

/// How many keys of one schema are looked at to follow references.
const LOOKS_MAX: usize = 10_000_000;

/// Where keywords stand that are not checked: each at its first place.
#[derive(Debug, Default)]
pub(super) struct Unchecked {
    found: Vec<(&'static str, Span, usize)>,
}

impl Unchecked {
    fn add(&mut self, keyword: &'static str, span: Span) {
        match self.found.iter_mut().find(|(known, ..)| *known == keyword) {
            Some((_, first, count)) => {
                *count += 1;
                *first = (*first).min(span);
            }
            None => self.found.push((keyword, span, 1)),
        }
    }

    /// One warning a keyword, however often it occurs.
    pub(super) fn report(self, problems: &mut Problems) {
        for (keyword, span, count) in self.found {
            let label = match count {
                1 => "as if it were not written".to_owned(),
                count => prose!("as if it were not written, here and in {} more places", count - 1),
            };
            let message = prose!("the keyword `{keyword}` is not checked");
            problems.push(Diagnostic::new(Code::UncheckedKeyword, span, message).label(label));
        }
    }
}

/// Reads one schema. Its parts wait in a queue and not on the stack, so that no schema is too deep.
struct SchemaReader<'node, 'out> {
    root: &'node Node,
    text: &'node str,
    parts: Vec<Part>,
    /// The part of each node that was met.
    known: NameMap<*const Node, PartId>,
    waiting: Vec<(PartId, &'node Node)>,
    /// Keys that may still be looked at to follow references.
    looks: usize,
    unchecked: &'out mut Unchecked,
    regexes: &'out mut Regexes,
    problems: &'out mut Problems,
}

/// The schema that `root` writes; every problem goes to `problems`.
pub(super) fn read_schema(
    root: &Node,
    text: &str,
    unchecked: &mut Unchecked,
    regexes: &mut Regexes,
    problems: &mut Problems,
) -> Schema {
    let mut reader = SchemaReader {
        root,
        text,
        parts: Vec::new(),
        known: NameMap::default(),
        waiting: Vec::new(),
        looks: LOOKS_MAX,
        unchecked,
        regexes,
        problems,
    };
    reader.part_of(root);
    while let Some((id, node)) = reader.waiting.pop() {
        let part = reader.part(node);
        if let Some(place) = reader.parts.get_mut(id.0) {
            *place = part;
        }
    }
    Schema { parts: reader.parts }
}

impl<'node> SchemaReader<'node, '_> {
    /// The part of `node`, which is read later if it was not met before.
    fn part_of(&mut self, node: &'node Node) -> PartId {
        let next = PartId(self.parts.len());
        let id = *self.known.entry(std::ptr::from_ref(node)).or_insert(next);
        if id == next {
            self.parts.push(Part::default());
            self.waiting.push((id, node));
        }
        id
    }

    fn part(&mut self, node: &'node Node) -> Part {
        let mut part = Part::default();
        match &node.value {
            NodeValue::Bool(fits) => part.never = !fits,
            NodeValue::Map(entries) => {
                for entry in entries {
                    self.keyword(entry, &mut part);
                }
                if entries.iter().any(|entry| matches!(&entry.value.value, NodeValue::List(_) if entry.key == "items"))
                {
                    // The older form of a list with different items.
                    part.items = entries
                        .iter()
                        .find(|entry| entry.key == "additionalItems")
                        .map(|entry| self.part_of(&entry.value));
                }
            }
            NodeValue::Null | NodeValue::Number(_) | NodeValue::Text(_) | NodeValue::List(_) => {
                self.malformed(node, "a schema is a map, `true` or `false`");
            }
        }
        part
    }

    fn keyword(&mut self, entry: &'node MapEntry, part: &mut Part) {
        let node = &entry.value;
        match entry.key.as_str() {
            "type" => self.types(node, part),
            "enum" => {
                let operands = self.list(node, "`enum` is a list of values").iter();
                let one_of: Vec<Value> = operands.filter_map(|item| self.value(item)).collect();
                if one_of.is_empty() {
                    // What cannot be read is reported; what is empty fits nothing.
                    part.never = true;
                }
                let values = part.values.get_or_insert_default();
                values.weight += one_of.iter().map(weight).sum::<usize>();
                values.one_of = one_of;
            }
            "const" => {
                if let Some(value) = self.value(node) {
                    let values = part.values.get_or_insert_default();
                    values.weight += weight(&value);
                    values.constant = Some(value);
                }
            }
            "minimum" => part.number.at_least = self.number(entry),
            "maximum" => part.number.at_most = self.number(entry),
            // In older schemas these are `true` or `false`.
            "exclusiveMinimum" if matches!(node.value, NodeValue::Bool(_)) => {
                self.unchecked.add("exclusiveMinimum", entry.key_span);
            }
            "exclusiveMaximum" if matches!(node.value, NodeValue::Bool(_)) => {
                self.unchecked.add("exclusiveMaximum", entry.key_span);
            }
            "exclusiveMinimum" => part.number.above = self.number(entry),
            "exclusiveMaximum" => part.number.below = self.number(entry),
            "multipleOf" => {
                part.number.multiple_of = self.number(entry);
                if part.number.multiple_of.is_some_and(|number| number <= 0.0) {
                    self.malformed(node, "`multipleOf` is above 0");
                }
            }
            "minLength" => part.length.at_least = self.count(entry),
            "maxLength" => part.length.at_most = self.count(entry),
            "pattern" => {
                let text = self.text_value(node, "`pattern` is text");
                part.pattern = text.map(|text| Pattern::new(&text, self.regexes));
            }
            "minItems" => part.item_count.at_least = self.count(entry),
            "maxItems" => part.item_count.at_most = self.count(entry),
            "minProperties" => part.key_count.at_least = self.count(entry),
            "maxProperties" => part.key_count.at_most = self.count(entry),
            "properties" => {
                let properties = self.map(node, "`properties` is a map of schemas");
                let properties = sorted_by(properties.iter().collect(), |a: &&MapEntry, b| a.key.cmp(&b.key));
                let property = |property: &'node MapEntry| (property.key.clone(), self.part_of(&property.value));
                part.properties = properties.into_iter().map(property).collect();
            }
            "required" => {
                let keys = self.list(node, "`required` is a list of keys").iter();
                part.required = keys.filter_map(|key| self.text_value(key, "a key is text")).collect();
            }
            "patternProperties" => {
                let patterns = self.map(node, "`patternProperties` is a map of schemas").iter();
                part.key_patterns = patterns
                    .map(|entry| (Pattern::new(&entry.key, self.regexes), self.part_of(&entry.value)))
                    .collect();
            }
            "additionalProperties" => part.additional = Some(self.part_of(node)),
            "items" if matches!(node.value, NodeValue::List(_)) => part.first_items = self.parts_of(node, "items"),
            "items" => part.items = Some(self.part_of(node)),
            "prefixItems" => part.first_items = self.parts_of(node, "prefixItems"),
            "allOf" => part.all_of.extend(self.parts_of(node, "allOf")),
            "anyOf" => part.any_of = self.parts_of(node, "anyOf"),
            "oneOf" => part.one_of = self.parts_of(node, "oneOf"),
            "not" => part.not = Some(self.part_of(node)),
            "$defs" | "definitions" => {
                for definition in self.map(node, "definitions are a map of schemas") {
                    self.part_of(&definition.value);
                }
            }
            "$ref" => self.reference(entry, part),
            "$dynamicRef" | "$recursiveRef" => part.unknown = Some(ELSEWHERE.into()),
            key => {
                if let Some(keyword) = UNCHECKED.iter().find(|keyword| **keyword == key) {
                    self.unchecked.add(keyword, entry.key_span);
                }
            }
        }
    }

    fn types(&mut self, node: &'node Node, part: &mut Part) {
        let names = match &node.value {
            NodeValue::List(names) => names.as_slice(),
            _ => std::slice::from_ref(node),
        };
        if names.is_empty() {
            self.malformed(node, "`type` names at least one type");
        }
        let mut types = Types::NONE;
        let mut integer = false;
        let mut number = false;
        for name in names {
            // YAML reads an unquoted `null` as nothing.
            let word = match &name.value {
                NodeValue::Null if matches!(node.value, NodeValue::List(_)) => "null",
                NodeValue::Text(word) => word,
                NodeValue::Null
                | NodeValue::Bool(_)
                | NodeValue::Number(_)
                | NodeValue::List(_)
                | NodeValue::Map(_) => {
                    self.malformed(name, "`type` is the name of a type, or a list of those");
                    continue;
                }
            };
            match TYPES.iter().find(|(known, _)| *known == word) {
                Some(&(_, of)) => types = types.or(Types::only(of)),
                None => self.unknown_type(word, name.span),
            }
            integer |= word == "integer";
            number |= word == "number";
        }
        part.types = Some(types);
        part.integer = integer && !number;
    }

    fn unknown_type(&mut self, word: &str, span: Span) {
        let known: Vec<&str> = TYPES.iter().map(|(known, _)| *known).collect();
        let diagnostic = Diagnostic::new(Code::Schema, span, prose!("unknown type `{word}`"))
            .label("a schema has `string`, `number`, `integer`, `boolean`, `array`, `object` and `null`");
        self.problems.push(diagnostic.here_called(word, OTHER_TYPES, &known, span, self.text));
    }

    /// `$ref`: a place in this schema. What is elsewhere is not looked at.
    fn reference(&mut self, entry: &'node MapEntry, part: &mut Part) {
        let Some(target) = self.text_value(&entry.value, "`$ref` is text") else { return };
        let pointer = target.strip_prefix('#').filter(|pointer| pointer.is_empty() || pointer.starts_with('/'));
        let Some(pointer) = pointer.filter(|pointer| !pointer.contains('%')) else {
            part.unknown = Some(ELSEWHERE.into());
            return;
        };
        match self.find(pointer) {
            _ if self.looks == 0 => part.unknown = Some("takes too long to find in its tool's schema".into()),
            Some(node) => part.all_of.push(self.part_of(node)),
            None => {
                let message = prose!("`{target}` is nowhere in this schema");
                self.problems.push(Diagnostic::new(Code::Schema, entry.value.span, message));
            }
        }
    }

    /// The node at the JSON pointer `pointer`.
    fn find(&mut self, pointer: &str) -> Option<&'node Node> {
        let steps = pointer.strip_prefix('/').into_iter().flat_map(|steps| steps.split('/'));
        let mut steps = steps.map(|step| step.replace("~1", "/").replace("~0", "~"));
        steps.try_fold(self.root, |node, step| match &node.value {
            NodeValue::Map(entries) => {
                self.looks = self.looks.saturating_sub(entries.len());
                entries.iter().find(|entry| entry.key == step).map(|entry| &entry.value)
            }
            NodeValue::List(items) => items.get(step.parse::<usize>().ok()?),
            NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Text(_) => None,
        })
    }

    fn parts_of(&mut self, node: &'node Node, keyword: &str) -> Vec<PartId> {
        let items = self.list(node, &prose!("`{keyword}` is a list of schemas"));
        if items.is_empty() && matches!(node.value, NodeValue::List(_)) && keyword.ends_with("Of") {
            self.malformed(node, &prose!("`{keyword}` has at least one schema"));
        }
        items.iter().map(|item| self.part_of(item)).collect()
    }

    fn list(&mut self, node: &'node Node, what: &str) -> &'node [Node] {
        match &node.value {
            NodeValue::List(items) => items,
            _ => {
                self.malformed(node, what);
                &[]
            }
        }
    }

    fn map(&mut self, node: &'node Node, what: &str) -> &'node [MapEntry] {
        match &node.value {
            NodeValue::Map(entries) => entries,
            _ => {
                self.malformed(node, what);
                &[]
            }
        }
    }

    fn text_value(&mut self, node: &Node, what: &str) -> Option<String> {
        match &node.value {
            NodeValue::Text(text) => Some(text.clone()),
            _ => {
                self.malformed(node, what);
                None
            }
        }
    }

    fn number(&mut self, entry: &MapEntry) -> Option<f64> {
        match entry.value.value {
            NodeValue::Number(number) if number.is_finite() => Some(number),
            _ => {
                self.malformed(&entry.value, &prose!("`{}` is a number", entry.key));
                None
            }
        }
    }

    fn count(&mut self, entry: &MapEntry) -> Option<f64> {
        match entry.value.value {
            NodeValue::Number(number) if number >= 0.0 && number.fract() == 0.0 => Some(number),
            _ => {
                self.malformed(&entry.value, &prose!("`{}` is an integer from 0", entry.key));
                None
            }
        }
    }

    fn value(&mut self, node: &Node) -> Option<Value> {
        let value = value_of(node);
        if value.is_none() {
            self.malformed(node, "this is no value of JSON");
        }
        value
    }

    fn malformed(&mut self, node: &Node, what: &str) {
        if node.unfinished {
            return;
        }
        let is_empty_list = matches!(&node.value, NodeValue::List(items) if items.is_empty());
        let described = if is_empty_list { "an empty list" } else { node.described() };
        let message = prose!("{what}, but this is {described}");
        self.problems.push(Diagnostic::new(Code::Schema, first_line(node, self.text), message));
    }
}

pub(super) fn value_of(node: &Node) -> Option<Value> {
    Some(match &node.value {
        NodeValue::Null => Value::Null,
        NodeValue::Bool(bool) => Value::Bool(*bool),
        NodeValue::Number(number) if number.is_finite() => Value::Number(*number),
        NodeValue::Number(_) => return None,
        NodeValue::Text(text) => Value::Text(text.clone()),
        NodeValue::List(items) => Value::List(items.iter().map(value_of).collect::<Option<_>>()?),
        NodeValue::Map(entries) => {
            let pairs = entries.iter().map(|entry| Some((entry.key.clone(), value_of(&entry.value)?)));
            Value::Map(Map::new(pairs.collect::<Option<_>>()?).ok()?)
        }
    })
}

/// How long comparing with `value` takes at most, in steps.
fn weight(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
        Value::Text(text) => 1 + text.len() / 64,
        Value::List(items) => 1 + items.iter().map(weight).sum::<usize>(),
        Value::Map(map) => 1 + map.iter().map(|(key, value)| key.len() / 64 + weight(value)).sum::<usize>(),
    }
}

/// The beginning of `node`, up to the end of its line.
pub(super) fn first_line(node: &Node, text: &str) -> Span {
    let length = node.span.of(text).find(['\n', '\r']).unwrap_or(node.span.end.saturating_sub(node.span.start));
    Span::new(node.span.start, node.span.start + length)
}
