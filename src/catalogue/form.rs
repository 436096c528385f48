//! What a form for the arguments of a tool asks for. It helps to write a call, and decides nothing: whether arguments
//! fit, only [`super::fit`] says.

use super::escapes::Joined;
use super::model::{CountBounds, NumberBounds};
use super::read::{entry, tools_in};
use super::schema::value_of;
use crate::text::diagnostic::Problems;
use crate::text::yaml::{self, Limits, Node, NodeValue};
use crate::value::value::Value;

/// A tool, and what its arguments are.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolForm {
    /// The name that calls of it have.
    pub name: String,
    /// What it does, in its author's words. Never believed.
    pub description: Option<String>,
    /// Its arguments, in the order of the schema.
    pub fields: Vec<FormField>,
    /// Whether it may take arguments that are not listed.
    pub is_open: bool,
}

/// One argument, or a part of one.
#[derive(Clone, Debug, PartialEq)]
pub struct FormField {
    /// Its key; empty for the items of a list.
    pub key: String,
    /// Whether it must be there.
    pub is_required: bool,
    /// Whether it may be `null` as well.
    pub is_nullable: bool,
    /// What it is, in the words of the tool's author. Never believed.
    pub description: Option<String>,
    /// What the tool takes if it is not there.
    pub default: Option<Value>,
    /// What is written there.
    pub kind: FormKind,
}

/// What is written in a field.
#[derive(Clone, Debug, PartialEq)]
pub enum FormKind {
    /// Text of so many code points.
    Text(CountBounds, Option<String>),
    /// A number.
    Number(NumberBounds, Integer),
    /// `true` or `false`.
    Boolean,
    /// One of these.
    Choice(Vec<Value>),
    /// A list of so many items.
    List(CountBounds, Box<FormField>),
    /// A map.
    Map(Vec<FormField>, Open),
    /// What is too free for a form, or too large.
    Json,
}

/// Whether a number must be an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integer(pub bool);

/// Whether a map may have keys that are not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open(pub bool);

/// Maps and lists within each other, beyond which a form asks for JSON.
const DEPTH_MAX: usize = 8;

/// Fields of all forms of a catalogue, beyond which they ask for JSON: schemas may name themselves.
const FIELDS_MAX: usize = 20_000;

/// References that lead to references.
const REFERENCES_MAX: usize = 16;

/// The forms for the tools of the catalogue that `text` writes, in its order; none where it cannot be read.
///
/// ```
/// use countersign::catalogue::form::{FormKind, forms};
/// use countersign::catalogue::read::CATALOGUE_LIMITS;
///
/// let text = r#"[{"name": "refund", "inputSchema": {
///   "properties": {"order": {"type": "string"}, "why": {"enum": ["late", "lost"]}}, "required": ["order"]}}]"#;
/// let forms = forms(text, CATALOGUE_LIMITS);
/// let [order, why] = forms.first().ok_or("no tool")?.fields.as_slice() else { return Err("no fields") };
/// assert!(order.is_required && matches!(order.kind, FormKind::Text(..)));
/// assert!(!why.is_required && matches!(&why.kind, FormKind::Choice(words) if words.len() == 2));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn forms(text: &str, limits: Limits) -> Vec<ToolForm> {
    let joined = Joined::new(text).filter(|_| text.len() <= limits.bytes);
    let text = joined.as_ref().map_or(text, |joined| joined.text.as_str());
    let Some(root) = yaml::parse(text, limits, &mut Problems::default()) else { return Vec::new() };
    let mut left = FIELDS_MAX;
    tools_in(&root).iter().filter_map(|tool| tool_form(tool, &mut left)).collect()
}

fn tool_form(node: &Node, left: &mut usize) -> Option<ToolForm> {
    let node = entry(node, "function").map_or(node, |function| &function.value);
    let name = text_at(node, "name")?;
    let schema = super::read::SCHEMA_KEYS.iter().find_map(|key| entry(node, key)).map(|entry| &entry.value);
    let mut maker = Maker { root: schema, left };
    let (fields, is_open) = schema.map_or((Vec::new(), true), |schema| maker.map_fields(maker.resolved(schema), 0));
    Some(ToolForm { name, description: text_at(node, "description"), fields, is_open })
}

struct Maker<'node, 'left> {
    /// The schema as a whole, within which references stay.
    root: Option<&'node Node>,
    /// How many fields may still be made.
    left: &'left mut usize,
}

impl<'node> Maker<'node, '_> {
    /// The fields of a map, and whether it may have others.
    fn map_fields(&mut self, schema: &'node Node, depth: usize) -> (Vec<FormField>, bool) {
        let required: Vec<&str> = items_at(schema, "required").iter().filter_map(text_of).collect();
        let properties = match entry(schema, "properties").map(|entry| &entry.value.value) {
            Some(NodeValue::Map(properties)) => properties.as_slice(),
            _ => &[],
        };
        let field = |property: &'node yaml::MapEntry| {
            let is_required = required.contains(&property.key.as_str());
            self.field(&property.key, is_required, &property.value, depth)
        };
        let fields = properties.iter().map(field).collect();
        let is_closed =
            entry(schema, "additionalProperties").is_some_and(|entry| entry.value.value == NodeValue::Bool(false));
        (fields, !is_closed)
    }

    fn field(&mut self, key: &str, is_required: bool, written: &'node Node, depth: usize) -> FormField {
        let (schema, is_nullable) = self.without_null(self.resolved(written));
        let is_exhausted = depth >= DEPTH_MAX || *self.left == 0;
        *self.left = self.left.saturating_sub(1);
        let (kind, of_type) = if is_exhausted { (FormKind::Json, false) } else { self.kind(schema, depth) };
        // What stands beside a reference is about this field, what stands behind it about all like it.
        let description = text_at(written, "description").or_else(|| text_at(schema, "description"));
        let default = entry(written, "default").or_else(|| entry(schema, "default"));
        FormField {
            key: key.to_owned(),
            is_required,
            is_nullable: is_nullable || of_type,
            description,
            default: default.and_then(|entry| value_of(&entry.value)),
            kind,
        }
    }

    /// What is written at `schema`, and whether its types have `null` among them.
    fn kind(&mut self, schema: &'node Node, depth: usize) -> (FormKind, bool) {
        let types: Vec<&str> = match entry(schema, "type").map(|entry| &entry.value) {
            Some(Node { value: NodeValue::List(names), .. }) => {
                names.iter().map(|name| text_of(name).unwrap_or("null")).collect()
            }
            Some(name) => text_of(name).into_iter().collect(),
            None => Vec::new(),
        };
        let is_nullable = types.contains(&"null");
        let types: Vec<&str> = types.into_iter().filter(|name| *name != "null").collect();
        (self.kind_of(schema, &types, depth), is_nullable)
    }

    fn kind_of(&mut self, schema: &'node Node, types: &[&str], depth: usize) -> FormKind {
        if let Some(constant) = entry(schema, "const").and_then(|entry| value_of(&entry.value)) {
            return FormKind::Choice(vec![constant]);
        }
        let choices: Option<Vec<Value>> = items_at(schema, "enum").iter().map(value_of).collect();
        if let Some(choices) = choices.filter(|choices| !choices.is_empty()) {
            return FormKind::Choice(choices);
        }
        if ["anyOf", "oneOf", "allOf", "not", "if"].iter().any(|key| entry(schema, key).is_some()) {
            return FormKind::Json;
        }
        let has = |key| entry(schema, key).is_some();
        match types {
            ["string"] => FormKind::Text(self.counts(schema, "minLength", "maxLength"), text_at(schema, "pattern")),
            ["number"] => FormKind::Number(numbers(schema), Integer(false)),
            ["integer"] => FormKind::Number(numbers(schema), Integer(true)),
            ["boolean"] => FormKind::Boolean,
            ["array"] => match entry(schema, "items").map(|entry| &entry.value) {
                Some(items) if matches!(items.value, NodeValue::Map(_)) && !has("prefixItems") => {
                    let item = self.field("", true, items, depth + 1);
                    FormKind::List(self.counts(schema, "minItems", "maxItems"), Box::new(item))
                }
                _ => FormKind::Json,
            },
            ["object"] => self.map_kind(schema, depth),
            [] if has("properties") => self.map_kind(schema, depth),
            _ => FormKind::Json,
        }
    }

    fn map_kind(&mut self, schema: &'node Node, depth: usize) -> FormKind {
        let (fields, is_open) = self.map_fields(schema, depth + 1);
        if fields.is_empty() { FormKind::Json } else { FormKind::Map(fields, Open(is_open)) }
    }

    /// What `node` says, or what it refers to within the schema.
    fn resolved(&self, node: &'node Node) -> &'node Node {
        let mut at = node;
        for _ in 0..REFERENCES_MAX {
            let only = match items_at(at, "allOf") {
                [only] if entry(at, "properties").is_none() => Some(only),
                _ => None,
            };
            let target = text_at(at, "$ref").and_then(|target| self.find(&target));
            match target.or(only) {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }

    /// The other one of two alternatives of which one is `null`.
    fn without_null(&self, schema: &'node Node) -> (&'node Node, bool) {
        let is_null = |node: &Node| {
            entry(node, "type").is_some_and(|entry| {
                matches!(&entry.value.value, NodeValue::Text(word) if word == "null")
                    || entry.value.value == NodeValue::Null
            })
        };
        for key in ["anyOf", "oneOf"] {
            match items_at(schema, key) {
                [one, other] if is_null(one) => return (self.resolved(other), true),
                [one, other] if is_null(other) => return (self.resolved(one), true),
                _ => {}
            }
        }
        (schema, false)
    }

    fn find(&self, target: &str) -> Option<&'node Node> {
        let pointer = target.strip_prefix('#').filter(|pointer| pointer.is_empty() || pointer.starts_with('/'))?;
        let steps = pointer.strip_prefix('/').into_iter().flat_map(|steps| steps.split('/'));
        let mut steps = steps.map(|step| step.replace("~1", "/").replace("~0", "~"));
        steps.try_fold(self.root?, |node, step| match &node.value {
            NodeValue::Map(_) => entry(node, &step).map(|entry| &entry.value),
            NodeValue::List(items) => items.get(step.parse::<usize>().ok()?),
            NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Text(_) => None,
        })
    }

    fn counts(&self, schema: &Node, least: &str, most: &str) -> CountBounds {
        CountBounds { at_least: number_at(schema, least), at_most: number_at(schema, most) }
    }
}

fn numbers(schema: &Node) -> NumberBounds {
    NumberBounds {
        at_least: number_at(schema, "minimum"),
        at_most: number_at(schema, "maximum"),
        above: number_at(schema, "exclusiveMinimum"),
        below: number_at(schema, "exclusiveMaximum"),
        multiple_of: number_at(schema, "multipleOf"),
    }
}

fn items_at<'node>(node: &'node Node, key: &str) -> &'node [Node] {
    match entry(node, key).map(|entry| &entry.value.value) {
        Some(NodeValue::List(items)) => items,
        _ => &[],
    }
}

fn text_of(node: &Node) -> Option<&str> {
    match &node.value {
        NodeValue::Text(text) => Some(text),
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::List(_) | NodeValue::Map(_) => None,
    }
}

fn text_at(node: &Node, key: &str) -> Option<String> {
    entry(node, key).and_then(|entry| text_of(&entry.value)).map(str::to_owned)
}

fn number_at(node: &Node, key: &str) -> Option<f64> {
    match entry(node, key)?.value.value {
        NodeValue::Number(number) if number.is_finite() => Some(number),
        _ => None,
    }
}
