//! YAML 1.2 (and so JSON) as a tree of nodes that know where they stand.
//!
//! The scanner and parser are `saphyr-parser`'s; this file builds the tree from its events under limits,
//! resolves scalars by the core schema, and refuses what two readers could understand in two ways:
//! duplicate keys, merge keys, tags and keys that are no text.

use std::borrow::Cow;
use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::causes::with_spaces;
use super::diagnostic::{Code, Diagnostic, Problems};
use super::input::TextInput;
use super::offsets::CharOffsets;
use super::prose::prose;
use super::scalar::resolve;
use super::span::Span;
use super::syntax;
use crate::names::NameMap;

/// How large a text may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of the text in bytes; also how many bytes of text aliases may repeat.
    pub bytes: usize,
    /// Nesting of lists and maps; never more than [`DEPTH_MAX`], whatever is written here.
    pub depth: usize,
    /// Nodes after aliases are expanded.
    pub nodes: usize,
}

/// The deepest nesting that any limit can ask for: what fits on WebAssembly's stack.
pub const DEPTH_MAX: usize = 500;

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 1_048_576, depth: 64, nodes: 100_000 }
    }
}

/// A value in a text, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value with its quotes or brackets; for a block list or map from its first entry to its last.
    pub span: Span,
    /// What it is.
    pub value: NodeValue,
    /// Whether the text broke off inside it, so that what is missing may only be unread.
    pub unfinished: bool,
}

/// What a [`Node`] is.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeValue {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number, infinite and NaN included.
    Number(f64),
    /// Text, plain or quoted.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map, in the order of the text. Keys are unique.
    Map(Vec<MapEntry>),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct MapEntry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// What it is, in words: `a list`, `the number 3`.
    #[must_use]
    pub fn described(&self) -> &'static str {
        match self.value {
            NodeValue::Null => "nothing",
            NodeValue::Bool(_) => "true or false",
            NodeValue::Number(_) => "a number",
            NodeValue::Text(_) => "text",
            NodeValue::List(_) => "a list",
            NodeValue::Map(_) => "a map",
        }
    }
}

/// Reads the one document of `text`; every problem found goes to `problems`.
///
/// After a syntax error the tree up to there is returned, with the nodes that were open marked as unfinished.
/// `None` if there is no document, or if a limit was passed.
///
/// ```
/// use countersign::text::diagnostic::Problems;
/// use countersign::text::yaml::{Limits, NodeValue, parse};
///
/// let mut problems = Problems::default();
/// let node = parse("answer: no", Limits::default(), &mut problems).ok_or("no document")?;
/// let NodeValue::Map(entries) = &node.value else { return Err("no map") };
/// // YAML 1.2: `no` is text.
/// assert_eq!(entries.first().map(|entry| &entry.value.value), Some(&NodeValue::Text("no".to_owned())));
/// # Ok::<(), &str>(())
/// ```
pub fn parse(text: &str, limits: Limits, problems: &mut Problems) -> Option<Node> {
    if text.len() > limits.bytes {
        let message = prose!("the text has {} bytes, more than the limit of {}", text.len(), limits.bytes);
        problems.push(
            Diagnostic::new(Code::TooLarge, Span::new(0, 0), message).help("split it, or raise the limit `bytes`"),
        );
        return None;
    }
    syntax::check_characters(text, problems);
    if !syntax::check_directives(text, problems) {
        return None;
    }
    let mut builder = Builder::new(text, limits, problems);
    let mut parser = Parser::new(TextInput::new(text));
    while let Some(event) = parser.next_event() {
        let step = match event {
            Ok((event, span)) => {
                let span = builder.offsets.span(span.start.index(), span.end.index());
                builder.event(event, span)
            }
            Err(error) => {
                let at = builder.offsets.byte(error.marker().index());
                let complaint = syntax::syntax_error(error.info(), at, text);
                builder.problems.push(complaint);
                Step::BreakOff
            }
        };
        match step {
            Step::GoOn => {}
            Step::BreakOff => return builder.break_off(),
            Step::GiveUp => return None,
        }
    }
    builder.root
}

/// What to do after an event.
enum Step {
    GoOn,
    /// Stop reading, keep what was read.
    BreakOff,
    /// Stop reading, keep nothing: the text is hostile or no policy.
    GiveUp,
}

/// A list or map whose end has not come yet.
struct Open {
    start: usize,
    anchor: usize,
    /// Nodes counted before this one, to know how many an alias of it repeats.
    nodes_before: usize,
    /// Whether it is written in brackets.
    is_flow: bool,
    content: OpenContent,
}

enum OpenContent {
    List(Vec<Node>),
    Map {
        entries: Vec<MapEntry>,
        key: Option<PendingKey>,
        /// The keys behind the first [`FEW_KEYS`], which are looked for among the entries.
        others: BTreeMap<String, Span>,
    },
}

/// So many keys are quicker looked through than looked up.
const FEW_KEYS: usize = 16;

/// A key whose value has not come yet; `None` as text if it cannot be one, which has been reported.
struct PendingKey {
    text: Option<String>,
    span: Span,
}

/// A finished node that aliases may repeat.
struct Anchored {
    node: Node,
    nodes: usize,
    measure: Measure,
}

/// How large a node is.
#[derive(Clone, Copy, Default)]
struct Measure {
    text_bytes: usize,
    /// Levels of lists and maps.
    depth: usize,
}

struct Builder<'a> {
    text: &'a str,
    has_tabs: bool,
    limits: Limits,
    problems: &'a mut Problems,
    offsets: CharOffsets,
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    nodes: usize,
    alias_bytes: usize,
    /// Nodes that were copied because an anchor marks them or something around them.
    anchored_nodes: usize,
    anchors: NameMap<usize, Anchored>,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str, limits: Limits, problems: &'a mut Problems) -> Self {
        Self {
            text,
            has_tabs: text.contains('\t'),
            limits: Limits { depth: limits.depth.min(DEPTH_MAX), ..limits },
            problems,
            offsets: CharOffsets::new(text),
            open: Vec::new(),
            root: None,
            documents: 0,
            nodes: 0,
            alias_bytes: 0,
            anchored_nodes: 0,
            anchors: NameMap::default(),
        }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Step {
        if self.problems.is_full() {
            return Step::BreakOff;
        }
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Step::GoOn,
            Event::DocumentStart(_) => self.document_start(span),
            Event::Alias(id) => self.alias(id, span),
            Event::Scalar(text, style, anchor, tag) => self.scalar(text, style, anchor, tag.as_deref(), span),
            Event::SequenceStart(anchor, tag) => {
                self.begin(span, anchor, tag.as_deref(), OpenContent::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                let content = OpenContent::Map { entries: Vec::new(), key: None, others: BTreeMap::new() };
                self.begin(span, anchor, tag.as_deref(), content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
        }
    }

    fn scalar(&mut self, text: Cow<'_, str>, style: ScalarStyle, anchor: usize, tag: Option<&Tag>, span: Span) -> Step {
        let is_plain = style == ScalarStyle::Plain;
        self.refuse_tag(tag, span);
        let span = match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                let quote = syntax::after_properties(self.text, span.start);
                Span::new(span.start, syntax::quoted_end(self.text, quote).unwrap_or(span.end))
            }
            // Nothing was written: the scanner points at whatever comes next.
            ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded if text.is_empty() && anchor == 0 => {
                self.place_of_nothing(span.start)
            }
            ScalarStyle::Plain => span,
            ScalarStyle::Literal | ScalarStyle::Folded => trimmed(span, self.text),
        };
        self.check_indentation(span);
        if is_plain && (text.starts_with(['|', '>']) || text == "?") {
            // Inside brackets the scanner takes these for text; YAML 1.2 (§7.3.3) and other readers do not.
            self.problems.push(
                Diagnostic::new(Code::YamlSyntax, span, "character that cannot begin a value").help("quote the text"),
            );
        }
        let value = if is_plain { resolve(text) } else { NodeValue::Text(text.into_owned()) };
        if let Some(refused) = self.count(1, span) {
            return refused;
        }
        self.add(Node { span, value, unfinished: false }, anchor, 1)
    }

    /// Where a value stands that was not written: at its key, if it has one.
    fn place_of_nothing(&self, at: usize) -> Span {
        match self.open.last().map(|open| &open.content) {
            Some(OpenContent::Map { key: Some(key), .. }) => key.span,
            _ => Span::new(at, at),
        }
    }

    /// The scanner takes a tab after a space as one column of indentation; other readers do not.
    fn check_indentation(&mut self, span: Span) {
        if !self.has_tabs || self.open.iter().any(|open| open.is_flow) {
            return;
        }
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.rfind(['\n', '\r']).map_or(0, |line_end| line_end + 1);
        let prefix = before.get(line..).unwrap_or_default();
        let is_key = matches!(self.open.last().map(|open| &open.content), Some(OpenContent::Map { key: None, .. }));
        let is_indentation = |c: char| matches!(c, ' ' | '\t') || (is_key && matches!(c, '-' | '?'));
        if let Some(tab) = prefix.find('\t').filter(|_| prefix.chars().all(is_indentation)) {
            let span = Span::new(line + tab, line + tab + 1);
            let diagnostic = Diagnostic::new(Code::Tab, span, "tab used as indentation");
            let diagnostic = diagnostic.help("YAML indents with spaces only");
            self.problems.push(with_spaces(diagnostic, span, self.text));
        }
    }

    fn document_start(&mut self, span: Span) -> Step {
        self.documents += 1;
        if self.documents > 1 {
            self.problems.push(
                Diagnostic::new(Code::MultipleDocuments, span, "a second document in one text")
                    .help("keep one policy a file; several policies can be loaded together as a stack"),
            );
            return Step::BreakOff;
        }
        Step::GoOn
    }

    fn begin(&mut self, span: Span, anchor: usize, tag: Option<&Tag>, content: OpenContent) -> Step {
        self.refuse_tag(tag, span);
        if self.open.len() >= self.limits.depth {
            return self.too_deep(span);
        }
        let nodes_before = self.nodes;
        if let Some(refused) = self.count(1, span) {
            return refused;
        }
        let bracket = syntax::after_properties(self.text, span.start);
        let is_flow = bracket < span.end && self.text.get(bracket..).is_some_and(|rest| rest.starts_with(['[', '{']));
        // A block map begins where its first key does, and keys are checked themselves.
        if is_flow || matches!(content, OpenContent::List(_)) {
            self.check_indentation(span);
        }
        self.open.push(Open { start: span.start, anchor, nodes_before, is_flow, content });
        Step::GoOn
    }

    fn end(&mut self, end: Span) -> Step {
        let Some(open) = self.open.pop() else { return Step::GoOn };
        let nodes = self.nodes - open.nodes_before;
        let anchor = open.anchor;
        let node = self.close(open, end, false);
        self.add(node, anchor, nodes)
    }

    /// The finished node of `open`. A flow collection ends with its bracket at `end`, a block collection with its last entry.
    fn close(&self, open: Open, end: Span, unfinished: bool) -> Node {
        let (value, last_end) = match open.content {
            OpenContent::List(items) => {
                let last_end = items.last().map(|item| item.span.end);
                (NodeValue::List(items), last_end)
            }
            OpenContent::Map { entries, .. } => {
                let last_end = entries.last().map(|entry| entry.value.span.end.max(entry.key_span.end));
                (NodeValue::Map(entries), last_end)
            }
        };
        // The scanner's span of a closing bracket includes causes and a comment after it.
        let span_end =
            if open.is_flow && !unfinished { end.start + 1 } else { last_end.unwrap_or(open.start).max(open.start) };
        Node { span: Span::new(open.start, span_end), value, unfinished }
    }

    fn alias(&mut self, id: usize, span: Span) -> Step {
        if self.open.iter().any(|open| open.anchor == id) {
            self.problems.push(
                Diagnostic::new(Code::RecursiveAlias, span, "alias inside the value that it stands for")
                    .label("would never end"),
            );
            return Step::GiveUp;
        }
        let Some(anchored) = self.anchors.get(&id) else {
            // The scanner refuses unknown names itself; this one stands for something that was refused.
            return self.add(Node { span, value: NodeValue::Null, unfinished: true }, 0, 1);
        };
        let (nodes, measure) = (anchored.nodes, anchored.measure);
        if self.open.len() + measure.depth > self.limits.depth {
            return self.too_deep(span);
        }
        self.alias_bytes = self.alias_bytes.saturating_add(measure.text_bytes);
        if self.alias_bytes > self.limits.bytes {
            let message = prose!("aliases repeat more than {} bytes of text", self.limits.bytes);
            self.problems
                .push(Diagnostic::new(Code::TooLarge, span, message).help("repeat less, or raise the limit `bytes`"));
            return Step::GiveUp;
        }
        // Counted before it is copied: an alias bomb costs nothing.
        if let Some(refused) = self.count(nodes, span) {
            return refused;
        }
        let Some(value) = self.anchors.get(&id).map(|anchored| anchored.node.value.clone()) else { return Step::GoOn };
        self.add(Node { span, value, unfinished: false }, 0, nodes)
    }

    fn count(&mut self, more: usize, span: Span) -> Option<Step> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes <= self.limits.nodes {
            return None;
        }
        Some(self.too_many_nodes(span))
    }

    fn too_many_nodes(&mut self, span: Span) -> Step {
        let message = prose!("more than {} nodes, aliases expanded", self.limits.nodes);
        let diagnostic = Diagnostic::new(Code::TooManyNodes, span, message);
        self.problems.push(diagnostic.help("split it, or raise the limit `nodes`"));
        Step::GiveUp
    }

    fn too_deep(&mut self, span: Span) -> Step {
        let message = prose!("nested deeper than the limit of {}, aliases expanded", self.limits.depth);
        let can_rise = self.limits.depth < DEPTH_MAX;
        let help = if can_rise { "flatten it, or raise the limit `depth`" } else { "flatten it" };
        self.problems.push(Diagnostic::new(Code::TooDeep, span, message).help(help));
        Step::GiveUp
    }

    fn refuse_tag(&mut self, tag: Option<&Tag>, span: Span) {
        if tag.is_none() {
            return;
        }
        let span = syntax::tag_span(self.text, span.start);
        let message = prose!("tag `{}`", span.of(self.text));
        let diagnostic = Diagnostic::new(Code::Tag, span, message);
        self.problems.push(diagnostic.help("policies use no tags; quote text to keep it text"));
    }

    /// Puts a finished node where it belongs.
    fn add(&mut self, node: Node, anchor: usize, nodes: usize) -> Step {
        if anchor != 0 {
            self.anchored_nodes = self.anchored_nodes.saturating_add(nodes);
            if self.anchored_nodes > self.limits.nodes {
                return self.too_many_nodes(node.span);
            }
            let measure = measure(&node);
            self.anchors.insert(anchor, Anchored { node: node.clone(), nodes, measure });
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(OpenContent::List(items)) => items.push(node),
            Some(OpenContent::Map { entries, key, others }) => match key.take() {
                None => *key = Some(read_key(node, self.text, (entries, others), self.problems)),
                Some(PendingKey { text: Some(text), span }) => {
                    entries.push(MapEntry { key: text, key_span: span, value: node })
                }
                Some(PendingKey { text: None, .. }) => {}
            },
        }
        Step::GoOn
    }

    /// The tree so far, with everything that was open marked as unfinished.
    fn break_off(mut self) -> Option<Node> {
        let end = Span::new(self.text.len(), self.text.len());
        while let Some(mut open) = self.open.pop() {
            if let OpenContent::Map { entries, key, .. } = &mut open.content
                && let Some(PendingKey { text: Some(text), span }) = key.take()
            {
                let value = Node { span: Span::new(span.end, span.end), value: NodeValue::Null, unfinished: true };
                entries.push(MapEntry { key: text, key_span: span, value });
            }
            let node = self.close(open, end, true);
            self.add(node, 0, 0);
        }
        // The scanner may have closed what a badly indented line was meant to go on with.
        let mut last = self.root.as_mut();
        while let Some(node) = last {
            node.unfinished = true;
            last = match &mut node.value {
                NodeValue::List(items) => items.last_mut(),
                NodeValue::Map(entries) => entries.last_mut().map(|entry| &mut entry.value),
                NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Text(_) => None,
            };
        }
        self.root
    }
}

/// The key that `node` is; `entries` and `others` have those before it.
fn read_key(
    node: Node,
    text: &str,
    (entries, others): (&[MapEntry], &mut BTreeMap<String, Span>),
    problems: &mut Problems,
) -> PendingKey {
    let span = node.span;
    let refused = PendingKey { text: None, span };
    let described = node.described();
    let key = match node.value {
        NodeValue::Text(key) => key,
        _ if node.unfinished => return refused,
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::List(_) | NodeValue::Map(_) => {
            let diagnostic =
                Diagnostic::new(Code::KeyNotText, span, prose!("a key must be text, but this is {described}"));
            problems.push(diagnostic.quote_fix(span, text));
            return refused;
        }
    };
    let unmarked = text.get(syntax::after_properties(text, span.start)..).unwrap_or_default();
    if key == "<<" && unmarked.starts_with("<<") {
        problems.push(Diagnostic::new(Code::MergeKey, span, "merge key `<<`").help(
            "YAML 1.2 has none, and readers differ over it; write the keys out, or use an alias for the whole value",
        ));
        return refused;
    }
    let among_few = entries.iter().take(FEW_KEYS).find(|entry| entry.key == key).map(|entry| entry.key_span);
    if let Some(first) = among_few.or_else(|| others.get(&key).copied()) {
        problems.push(
            Diagnostic::new(Code::DuplicateKey, span, prose!("key `{key}` written twice in one map"))
                .label("again here")
                .related(first, "first here"),
        );
        return refused;
    }
    if entries.len() >= FEW_KEYS {
        others.insert(key.clone(), span);
    }
    PendingKey { text: Some(key), span }
}

fn measure(node: &Node) -> Measure {
    let around = |parts: &mut dyn Iterator<Item = (usize, &Node)>| {
        let inside = parts.fold(Measure::default(), |so_far, (key_bytes, part)| {
            let part = measure(part);
            Measure { text_bytes: so_far.text_bytes + key_bytes + part.text_bytes, depth: so_far.depth.max(part.depth) }
        });
        Measure { depth: inside.depth + 1, ..inside }
    };
    match &node.value {
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) => Measure::default(),
        NodeValue::Text(text) => Measure { text_bytes: text.len(), depth: 0 },
        NodeValue::List(items) => around(&mut items.iter().map(|item| (0, item))),
        NodeValue::Map(entries) => around(&mut entries.iter().map(|entry| (entry.key.len(), &entry.value))),
    }
}

/// `span` without white space at its end.
fn trimmed(span: Span, text: &str) -> Span {
    Span::new(span.start, span.start + span.of(text).trim_end().len())
}
