//! What a text and a catalogue name: tools, rules, fields.

use crate::catalogue::model::{Catalogue, PartId, Schema, Tool, Types};
use crate::matcher::condition::Type;
use crate::matcher::glob::Glob;
use crate::names::{NameMap, NameSet};
use crate::text::yaml::{MapEntry, Node, NodeValue};
use crate::value::field::{Field, Root, Step, Way};
use crate::value::value::Value;

/// More names than this help nobody.
const NAMES_MAX: usize = 500;
/// How deep into the arguments of a tool fields are listed.
const FIELD_DEPTH_MAX: usize = 4;

/// A field of a call that somebody names.
#[derive(Clone, Debug)]
pub(super) struct KnownField {
    pub(super) field: Field,
    /// The types that it may have, as far as anybody says so.
    pub(super) types: Types,
    /// The values that the catalogue lists for it.
    pub(super) values: Vec<Value>,
}

/// The value at `key` of the map `node`.
pub(super) fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    entries(node).iter().find(|entry| entry.key == key).map(|entry| &entry.value)
}

/// What stands at the end of `way` from `node`.
pub(super) fn follow<'n>(node: &'n Node, way: &[Step]) -> Option<&'n Node> {
    way.iter().try_fold(node, |node, step| match step {
        Step::Key(key) => get(node, key),
        Step::Index(at) => items(node).get(*at),
    })
}

fn entries(node: &Node) -> &[MapEntry] {
    match &node.value {
        NodeValue::Map(entries) => entries,
        _ => &[],
    }
}

fn items(node: &Node) -> &[Node] {
    match &node.value {
        NodeValue::List(items) => items,
        _ => &[],
    }
}

fn text(node: &Node) -> Option<&str> {
    match &node.value {
        NodeValue::Text(text) => Some(text),
        _ => None,
    }
}

/// The text at `node`, or the texts of the list there.
pub(super) fn texts(node: &Node) -> Vec<&str> {
    text(node).into_iter().chain(items(node).iter().filter_map(text)).collect()
}

fn rules(root: &Node) -> &[Node] {
    get(root, "rules").map_or(&[], items)
}

fn tests(root: &Node) -> &[Node] {
    get(root, "tests").map_or(&[], items)
}

/// The call of `test` and what its cases write of theirs.
fn calls_of(test: &Node) -> impl Iterator<Item = &Node> {
    get(test, "call").into_iter().chain(get(test, "cases").map_or(&[][..], items))
}

fn tools_of(rule: &Node) -> Vec<&str> {
    get(rule, "tool").map(texts).unwrap_or_default()
}

/// `names` without repetition, in their order.
fn unique<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut seen = NameSet::default();
    names.filter(|name| seen.insert(*name)).take(NAMES_MAX).collect()
}

/// The names of tools; with the patterns of rules if `with_patterns`.
pub(super) fn tools<'n>(root: &'n Node, catalogue: Option<&'n Catalogue>, with_patterns: bool) -> Vec<&'n str> {
    let listed = catalogue.map_or(&[][..], Catalogue::tools).iter().map(|tool| tool.name.as_str());
    let of_rules = rules(root).iter().flat_map(tools_of).filter(|tool| with_patterns || !tool.contains('*'));
    let of_tests = tests(root).iter().flat_map(calls_of).filter_map(|call| text(get(call, "tool")?));
    unique(listed.chain(of_tests).chain(of_rules))
}

/// The ids of the rules, each with its rule. One that is not written is the first tool pattern, numbered if it is taken.
pub(super) fn rule_ids(root: &Node) -> Vec<(String, &Node)> {
    let written = |rule: &Node| get(rule, "id").and_then(text).map(str::to_owned);
    let mut taken: NameSet<String> = rules(root).iter().filter_map(written).collect();
    let id = |rule: &Node| {
        written(rule).or_else(|| {
            let base = tools_of(rule).first().map(|tool| (*tool).to_owned())?;
            let numbered = (2..).map(|number| format!("{base}#{number}"));
            std::iter::once(base.clone()).chain(numbered).find(|id| taken.insert(id.clone()))
        })
    };
    let mut id = id;
    rules(root).iter().take(NAMES_MAX).filter_map(|rule| Some((id(rule)?, rule))).collect()
}

/// The texts at `key` of any rule, or of its `review`.
pub(super) fn texts_of_rules<'n>(root: &'n Node, way: &[Step]) -> Vec<&'n str> {
    unique(rules(root).iter().filter_map(|rule| follow(rule, way)).flat_map(texts))
}

/// The tools, or patterns of them, that the rule or test at the beginning of `way` is about.
pub(super) fn tools_at<'n>(root: &'n Node, way: &[Step]) -> Vec<&'n str> {
    let Some([Step::Key(list), at @ Step::Index(_)]) = way.get(..2) else { return Vec::new() };
    let Some(item) = follow(root, &[Step::Key(list.clone()), at.clone()]) else { return Vec::new() };
    match list.as_str() {
        "rules" => tools_of(item),
        _ => {
            // A case may be about another tool than its test.
            let case = way.get(2..4).and_then(|inner| follow(item, inner)).and_then(|case| get(case, "tool"));
            let tool = case.or_else(|| get(get(item, "call")?, "tool"));
            tool.and_then(text).into_iter().collect()
        }
    }
}

/// The fields that calls of `tools` may have: by the catalogue, by what rules ask, and by the calls of tests.
pub(super) fn fields(root: &Node, tools: &[&str], catalogue: Option<&Catalogue>) -> Vec<KnownField> {
    let mut known = Vec::new();
    for tool in tools.iter().flat_map(|tool| catalogue.into_iter().flat_map(|catalogue| catalogue.matching(tool))) {
        of_schema(tool, &mut known);
    }
    for rule in rules(root) {
        let is_alike = tools_of(rule).iter().any(|tool| tools.iter().any(|other| overlap(tool, other)));
        if let Some(when) = get(rule, "when") {
            of_condition(when, is_alike, &mut known);
        }
    }
    for test in tests(root) {
        let common = get(test, "call").and_then(|call| get(call, "tool"));
        for call in calls_of(test) {
            let tool = get(call, "tool").or(common).and_then(text);
            let is_alike = tool.is_some_and(|tool| tools.iter().any(|other| overlap(tool, other)));
            for entry in entries(call) {
                let Some(root) = Root::from_word(&entry.key) else { continue };
                if is_alike || root != Root::Args {
                    of_value(root, Vec::new(), &entry.value, &mut known);
                }
            }
        }
    }
    let of_guard = ["agent.id", "user.id", "session.id", "session.marks", "args", "context"];
    for field in of_guard.into_iter().filter_map(|field| Field::parse(field).ok()) {
        known.push(KnownField { types: of_root(&field), field, values: Vec::new() });
    }
    merged(known)
}

/// Each field once, where it is first named, with the first word on its types.
fn merged(known: Vec<KnownField>) -> Vec<KnownField> {
    let mut places: NameMap<Field, usize> = NameMap::default();
    let mut fields: Vec<KnownField> = Vec::new();
    for found in known {
        let place = *places.entry(found.field.clone()).or_insert(fields.len());
        match fields.get_mut(place) {
            Some(first) if first.types == Types::ALL => first.types = found.types,
            Some(_) => {}
            None => fields.push(found),
        }
    }
    fields.truncate(NAMES_MAX);
    fields
}

/// What is known of `field` in calls of `tools`.
pub(super) fn field(root: &Node, tools: &[&str], catalogue: Option<&Catalogue>, field: &Field) -> KnownField {
    let unknown = KnownField { field: field.clone(), types: of_root(field), values: Vec::new() };
    fields(root, tools, catalogue).into_iter().find(|known| known.field == *field).unwrap_or(unknown)
}

/// The types that the language itself gives a field.
fn of_root(field: &Field) -> Types {
    match (field.root, field.way.steps.as_slice()) {
        (_, []) => Types::only(Type::Map),
        (Root::Session, [Step::Key(key)]) if key == "marks" => Types::only(Type::List),
        _ => Types::ALL,
    }
}

/// Whether two names or patterns may be about one tool, as far as can be seen at a glance.
fn overlap(a: &str, b: &str) -> bool {
    a == b || a.contains('*') && Glob::new(a).matches(b) || b.contains('*') && Glob::new(b).matches(a)
}

fn of_schema(tool: &Tool, known: &mut Vec<KnownField>) {
    let mut open = vec![(Schema::ROOT, Vec::new())];
    while let Some((id, steps)) = open.pop() {
        let Some(part) = tool.schema.part(id).filter(|_| known.len() < NAMES_MAX) else { continue };
        if !steps.is_empty() {
            let field = Field { root: Root::Args, way: Way { steps: steps.clone() } };
            let values = part.values.as_ref().map(|values| values.one_of.clone()).unwrap_or_default();
            known.push(KnownField { field, types: types_of(tool, id), values });
        }
        if steps.len() < FIELD_DEPTH_MAX {
            let below = |(key, id): &(String, PartId)| {
                (*id, steps.iter().cloned().chain([Step::Key(key.clone())]).collect::<Vec<_>>())
            };
            open.extend(part.properties.iter().rev().map(below));
        }
    }
}

fn types_of(tool: &Tool, id: PartId) -> Types {
    tool.schema.part(id).and_then(|part| part.types).unwrap_or(Types::ALL)
}

/// The fields that the condition at `node` asks about; those of arguments only if `with_args`.
fn of_condition(node: &Node, with_args: bool, known: &mut Vec<KnownField>) {
    for entry in entries(node) {
        match entry.key.as_str() {
            "all" | "any" => items(&entry.value).iter().for_each(|item| of_condition(item, with_args, known)),
            "not" => of_condition(&entry.value, with_args, known),
            key => {
                let Ok(field) = Field::parse(key) else { continue };
                if with_args || field.root != Root::Args {
                    known.push(KnownField { types: of_root(&field), field, values: Vec::new() });
                }
            }
        }
    }
}

fn of_value(root: Root, steps: Vec<Step>, node: &Node, known: &mut Vec<KnownField>) {
    if steps.len() > FIELD_DEPTH_MAX || known.len() > NAMES_MAX {
        return;
    }
    for entry in entries(node) {
        let below: Vec<Step> = steps.iter().cloned().chain([Step::Key(entry.key.clone())]).collect();
        of_value(root, below, &entry.value, known);
    }
    if !steps.is_empty() {
        let types = Types::only(match node.value {
            NodeValue::Null => return,
            NodeValue::Bool(_) => Type::Boolean,
            NodeValue::Number(_) => Type::Number,
            NodeValue::Text(_) => Type::String,
            NodeValue::List(_) => Type::List,
            NodeValue::Map(_) => Type::Map,
        });
        known.push(KnownField { field: Field { root, way: Way { steps } }, types, values: Vec::new() });
    }
}
