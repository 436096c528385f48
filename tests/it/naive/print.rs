//! Documents as text, in several styles.

use super::choices::Choices;
use super::document::Document;

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// JSON, in one line.
    Json,
    /// Blocks down to this depth, brackets below it.
    Yaml {
        brackets_from: usize,
        /// Lists and maps that occur again are aliases of the first.
        anchors: bool,
    },
}

impl Style {
    pub(crate) const ALL: [Self; 6] = [
        Self::Yaml { brackets_from: 99, anchors: false },
        Self::Yaml { brackets_from: 0, anchors: false },
        Self::Json,
        Self::Yaml { brackets_from: 3, anchors: false },
        Self::Yaml { brackets_from: 99, anchors: true },
        Self::Yaml { brackets_from: 2, anchors: true },
    ];
}

/// The document with the keys of every map in another order.
pub(crate) fn shuffled(document: &Document, choices: &mut Choices) -> Document {
    match document {
        Document::List(items) => Document::List(items.iter().map(|item| shuffled(item, choices)).collect()),
        Document::Map(entries) => {
            let mut entries: Vec<(String, Document)> =
                entries.iter().map(|(key, value)| (key.clone(), shuffled(value, choices))).collect();
            for last in (1..entries.len()).rev() {
                entries.swap(last, choices.below(last + 1));
            }
            Document::Map(entries)
        }
        Document::Null | Document::Bool(_) | Document::Number(_) | Document::Text(_) => document.clone(),
    }
}

/// `document` in `style`.
pub(crate) fn print(document: &Document, style: Style) -> String {
    let mut printer = Printer { repeated: Vec::new(), anchored: 0, out: String::new() };
    match style {
        Style::Json => printer.json(document),
        Style::Yaml { brackets_from, anchors } => {
            if anchors {
                let mut seen = Vec::new();
                find_repeated(document, &mut seen, &mut printer.repeated);
            }
            printer.out.push_str("# printed by a test\n");
            printer.node(document, 0, brackets_from, "");
        }
    }
    printer.out
}

/// Every list and map that occurs more than once.
fn find_repeated<'a>(
    document: &'a Document,
    seen: &mut Vec<&'a Document>,
    repeated: &mut Vec<(&'a Document, Option<usize>)>,
) {
    let inside: Vec<&Document> = match document {
        Document::List(items) => items.iter().collect(),
        Document::Map(entries) => entries.iter().map(|(_, value)| value).collect(),
        Document::Null | Document::Bool(_) | Document::Number(_) | Document::Text(_) => return,
    };
    if seen.contains(&document) {
        if !repeated.iter().any(|(known, _)| *known == document) {
            repeated.push((document, None));
        }
    } else {
        seen.push(document);
        inside.into_iter().for_each(|one| find_repeated(one, seen, repeated));
    }
}

struct Printer<'a> {
    /// With the number of the anchor, once it is written.
    repeated: Vec<(&'a Document, Option<usize>)>,
    anchored: usize,
    out: String,
}

impl Printer<'_> {
    /// What stands behind a `:` or `-` that ends a line at `indent`: on the same line or on those below.
    fn node(&mut self, document: &Document, depth: usize, brackets_from: usize, indent: &str) {
        let inner = format!("{indent}  ");
        match document {
            Document::Map(entries) if !entries.is_empty() && depth < brackets_from => {
                if self.anchor(document) {
                    return self.out.push('\n');
                }
                if depth > 0 {
                    self.out.push('\n');
                }
                let indent = if depth == 0 { "" } else { &inner };
                for (key, value) in entries {
                    self.out.push_str(indent);
                    self.out.push_str(&plain_or_quoted(key));
                    self.out.push(':');
                    self.node(value, depth + 1, brackets_from, indent);
                }
            }
            Document::List(items) if !items.is_empty() && depth < brackets_from => {
                if self.anchor(document) {
                    return self.out.push('\n');
                }
                self.out.push('\n');
                for item in items {
                    self.out.push_str(&inner);
                    self.out.push('-');
                    self.node(item, depth + 1, brackets_from, &inner);
                }
            }
            _ => {
                self.out.push(' ');
                self.brackets(document);
                self.out.push('\n');
            }
        }
    }

    /// Writes the anchor or alias of what occurs again; tells whether it is an alias, so that nothing is left to write.
    fn anchor(&mut self, document: &Document) -> bool {
        let Some((_, anchor)) = self.repeated.iter_mut().find(|(known, _)| *known == document) else { return false };
        match anchor {
            Some(number) => {
                self.out.push_str(&format!(" *n{number} "));
                true
            }
            None => {
                self.anchored += 1;
                *anchor = Some(self.anchored);
                self.out.push_str(&format!(" &n{} ", self.anchored));
                false
            }
        }
    }

    fn brackets(&mut self, document: &Document) {
        match document {
            Document::List(items) => {
                if self.anchor(document) {
                    return;
                }
                self.out.push('[');
                for (at, item) in items.iter().enumerate() {
                    self.out.push_str(if at == 0 { "" } else { ", " });
                    self.brackets(item);
                }
                self.out.push(']');
            }
            Document::Map(entries) => {
                if self.anchor(document) {
                    return;
                }
                self.out.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    self.out.push_str(if at == 0 { " " } else { ", " });
                    self.out.push_str(&plain_or_quoted(key));
                    self.out.push_str(": ");
                    self.brackets(value);
                }
                self.out.push_str(" }");
            }
            Document::Text(text) => self.out.push_str(&plain_or_quoted(text)),
            Document::Null => self.out.push_str("null"),
            Document::Bool(yes) => self.out.push_str(if *yes { "true" } else { "false" }),
            Document::Number(number) => self.out.push_str(number),
        }
    }

    fn json(&mut self, document: &Document) {
        match document {
            Document::List(items) => {
                self.out.push('[');
                for (at, item) in items.iter().enumerate() {
                    self.out.push_str(if at == 0 { "" } else { "," });
                    self.json(item);
                }
                self.out.push(']');
            }
            Document::Map(entries) => {
                self.out.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    self.out.push_str(if at == 0 { "" } else { "," });
                    self.out.push_str(&quoted(key));
                    self.out.push(':');
                    self.json(value);
                }
                self.out.push('}');
            }
            Document::Text(text) => self.out.push_str(&quoted(text)),
            Document::Null => self.out.push_str("null"),
            Document::Bool(yes) => self.out.push_str(if *yes { "true" } else { "false" }),
            Document::Number(number) => self.out.push_str(number),
        }
    }
}

/// Without quotes where nobody could take it for anything else.
fn plain_or_quoted(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-'))
        && !matches!(text, "null" | "true" | "false");
    if plain { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
