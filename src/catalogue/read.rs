//! From text to a [`Catalogue`].

use super::escapes::Joined;
use super::model::{Catalogue, Schema, Tool};
use super::schema::{Unchecked, first_line, read_schema};
use crate::matcher::regex::{Regex, Regexes};
use crate::sorted::sorted_by;
use crate::text::diagnostic::{Code, Diagnostic, Problems};
use crate::text::prose::prose;
use crate::text::slips::other_word;
use crate::text::span::Span;
use crate::text::yaml::{self, Limits, MapEntry, Node, NodeValue};

/// How large a catalogue may be unless more is asked for: other people write them, and they are larger than policies.
pub const CATALOGUE_LIMITS: Limits = Limits { bytes: 8 * 1024 * 1024, depth: 128, nodes: 500_000 };

/// The keys under which a tool has its schema: those of MCP, of other systems, and of functions.
pub(super) const SCHEMA_KEYS: [&str; 3] = ["inputSchema", "input_schema", "parameters"];

/// Keys under which others have a tool's schema; here it would be ignored, and the tool would take any arguments.
const OTHER_SCHEMA_KEYS: &[(&str, &str)] = &[
    ("input_schema", "inputSchema"),
    ("schema", "inputSchema"),
    ("args_schema", "inputSchema"),
    ("json_schema", "inputSchema"),
    ("arguments", "inputSchema"),
    ("args", "inputSchema"),
    ("input", "inputSchema"),
    ("inputs", "inputSchema"),
    ("params", "inputSchema"),
    ("parameter", "inputSchema"),
];

const FORM: &str = "a catalogue is a list of tools, or a map with that list under `tools`";

/// Reads the catalogue that `text` writes in JSON or YAML: a list of tools, `{tools: […]}`, or the answer to MCP's
/// `tools/list`. A tool has a `name`, and its schema under `inputSchema` or `parameters`.
///
/// All problems are returned, in the order of the text. There is a catalogue if and only if none of them is an error.
///
/// ```
/// use countersign::catalogue::fit::fits;
/// use countersign::catalogue::read::{CATALOGUE_LIMITS, read};
///
/// let text = r#"[{"name": "refund", "inputSchema": {"properties": {"amount": {"type": "number"}}, "required": ["amount"]}}]"#;
/// let (catalogue, problems) = read(text, CATALOGUE_LIMITS);
/// assert!(problems.is_empty());
/// let catalogue = catalogue.ok_or("no catalogue")?;
/// let tool = catalogue.tool("refund").ok_or("no tool")?;
/// assert_eq!(fits(tool, None).err().ok_or("it fits")?.why, "is not there, but the schema requires it");
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn read(text: &str, limits: Limits) -> (Option<Catalogue>, Vec<Diagnostic>) {
    match Joined::new(text).filter(|_| text.len() <= limits.bytes) {
        None => read_yaml(text, limits),
        Some(joined) => {
            let (catalogue, problems) = read_yaml(&joined.text, limits);
            (catalogue, problems.into_iter().map(|problem| joined.place_back(problem)).collect())
        }
    }
}

fn read_yaml(text: &str, limits: Limits) -> (Option<Catalogue>, Vec<Diagnostic>) {
    let mut problems = Problems::default();
    let tools = match yaml::parse(text, limits, &mut problems) {
        Some(root) => {
            let regexes = Regexes::new(Regex::anywhere);
            Reader { text, unchecked: Unchecked::default(), regexes, problems: &mut problems }.catalogue(&root)
        }
        None => {
            if problems.is_empty() {
                problems.push(Diagnostic::new(Code::Empty, Span::new(0, 0), "there is no catalogue here").help(FORM));
            }
            Vec::new()
        }
    };
    let problems = problems.into_sorted();
    let usable = !problems.iter().any(Diagnostic::is_error);
    (usable.then(|| Catalogue::new(tools)), problems)
}

struct Reader<'text, 'out> {
    text: &'text str,
    unchecked: Unchecked,
    regexes: Regexes,
    problems: &'out mut Problems,
}

impl Reader<'_, '_> {
    fn catalogue(mut self, root: &Node) -> Vec<Tool> {
        let Some(items) = self.tools_of(root) else { return Vec::new() };
        let named: Vec<(Tool, Span)> = items.iter().filter_map(|item| self.tool(item)).collect();
        self.unchecked.report(self.problems);
        let named = sorted_by(named, |(a, _), (b, _)| a.name.cmp(&b.name));
        for pair in named.windows(2) {
            if let [(first, first_span), (second, span)] = pair
                && first.name == second.name
            {
                let message = prose!("the tool `{}` is there twice", second.name);
                let diagnostic = Diagnostic::new(Code::DuplicateTool, *span, message).label("again here");
                self.problems.push(diagnostic.related(*first_span, "first here"));
            }
        }
        named.into_iter().map(|(tool, _)| tool).collect()
    }

    /// The list of tools, whatever stands around it.
    fn tools_of<'node>(&mut self, root: &'node Node) -> Option<&'node [Node]> {
        let mut at = root;
        if let Some(result) = entry(at, "result") {
            at = &result.value;
        }
        if let Some(cursor) = entry(at, "nextCursor").filter(|cursor| cursor.value.value != NodeValue::Null) {
            let diagnostic = Diagnostic::new(Code::IncompleteCatalogue, cursor.key_span, "there are more tools");
            self.problems.push(diagnostic.help("ask the server for the rest, and join the lists"));
        }
        if let Some(tools) = entry(at, "tools") {
            at = &tools.value;
        }
        match &at.value {
            NodeValue::List(items) => Some(items),
            NodeValue::Map(_) => {
                let message = "this catalogue has no list of tools";
                self.problems.push(Diagnostic::new(Code::MissingKey, first_line(at, self.text), message).help(FORM));
                None
            }
            NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Text(_) => {
                if !at.unfinished {
                    let message = prose!("the tools of a catalogue are a list, but this is {}", at.described());
                    let span = first_line(at, self.text);
                    self.problems.push(Diagnostic::new(Code::WrongType, span, message).help(FORM));
                }
                None
            }
        }
    }

    fn tool(&mut self, node: &Node) -> Option<(Tool, Span)> {
        // Functions stand in a wrapper: `{type: function, function: {name, …}}`.
        let node = entry(node, "function").map_or(node, |function| &function.value);
        let NodeValue::Map(entries) = &node.value else {
            if !node.unfinished {
                let message = prose!("a tool is a map, but this is {}", node.described());
                self.problems.push(Diagnostic::new(Code::WrongType, first_line(node, self.text), message));
            }
            return None;
        };
        let description = match entry(node, "description").map(|entry| &entry.value.value) {
            Some(NodeValue::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let schema = self.schema(entries);
        let (name, span) = self.name(node)?;
        Some((Tool { name, description, schema }, span))
    }

    fn name(&mut self, node: &Node) -> Option<(String, Span)> {
        let Some(name) = entry(node, "name") else {
            if !node.unfinished {
                let message = "a tool needs the key `name`";
                self.problems.push(Diagnostic::new(Code::MissingKey, first_line(node, self.text), message));
            }
            return None;
        };
        let span = name.value.span;
        match &name.value.value {
            NodeValue::Text(text) if !text.is_empty() => return Some((text.clone(), span)),
            NodeValue::Text(_) => self.problems.push(Diagnostic::new(Code::Empty, span, "the name of a tool is empty")),
            NodeValue::Null if name.value.unfinished => {}
            NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::List(_) | NodeValue::Map(_) => {
                let message = prose!("the name of a tool is text, but this is {}", name.value.described());
                self.problems.push(Diagnostic::new(Code::WrongType, first_line(&name.value, self.text), message));
            }
        }
        None
    }

    /// The schema of a tool; one that has none takes anything.
    fn schema(&mut self, entries: &[MapEntry]) -> Schema {
        let mut written = entries.iter().filter(|entry| SCHEMA_KEYS.contains(&entry.key.as_str()));
        let Some(schema) = written.next() else {
            self.schema_elsewhere(entries);
            return Schema::default();
        };
        if let Some(second) = written.next() {
            let message = prose!("a second schema of one tool: `{}`", second.key);
            let diagnostic = Diagnostic::new(Code::Misplaced, second.key_span, message);
            self.problems.push(diagnostic.related(schema.key_span, "the first"));
        }
        match schema.value.value {
            NodeValue::Null => Schema::default(),
            _ => read_schema(&schema.value, self.text, &mut self.unchecked, &mut self.regexes, self.problems),
        }
    }
}

impl Reader<'_, '_> {
    /// Warns of a map in a tool without a schema that looks like one.
    fn schema_elsewhere(&mut self, entries: &[MapEntry]) {
        let is_map = |entry: &&MapEntry| matches!(entry.value.value, NodeValue::Map(_));
        for entry in entries.iter().filter(is_map) {
            let Some(ours) = other_word(&entry.key, OTHER_SCHEMA_KEYS) else { continue };
            let message = prose!("`{}` is not read: this tool takes any arguments", entry.key);
            let diagnostic = Diagnostic::new(Code::UnreadSchema, entry.key_span, message);
            self.problems.push(diagnostic.called(ours, &[ours], entry.key_span, self.text));
        }
    }
}

/// The list of tools in `root`, whatever stands around it; none if there is none.
#[cfg(feature = "full")]
pub(super) fn tools_in(root: &Node) -> &[Node] {
    let within = |node, key| entry(node, key).map_or(node, |entry| &entry.value);
    match &within(within(root, "result"), "tools").value {
        NodeValue::List(items) => items,
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Text(_) | NodeValue::Map(_) => &[],
    }
}

/// The entry at `key` of `node`, if it is a map.
pub(super) fn entry<'node>(node: &'node Node, key: &str) -> Option<&'node MapEntry> {
    match &node.value {
        NodeValue::Map(entries) => entries.iter().find(|entry| entry.key == key),
        _ => None,
    }
}
