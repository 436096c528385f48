//! What reading any part of a policy needs: values of the right type, or a diagnostic.

use crate::text::diagnostic::{Code, Diagnostic, Problems};
use crate::text::span::Span;
use crate::text::yaml::{MapEntry, Node, NodeValue};

/// Keys of the language that this version does not evaluate yet. Ignoring one would loosen a policy, so they are refused.
const NOT_YET: &[&str] = &["consequence", "risk", "reversible", "limit", "marks", "review", "relaxed", "tests"];

/// Reads the tree of `text`; every problem found goes to `problems`.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) problems: &'a mut Problems,
}

impl Reader<'_> {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.problems.push(diagnostic);
    }

    pub(super) fn optional_text(&mut self, entries: &[MapEntry], key: &str) -> Option<String> {
        let entry = find_key(entries, key)?;
        self.text_value(&entry.value, &format!("`{key}`"))
    }

    /// Text that says something; reports anything else. `what` names it, in backticks if it is a key.
    pub(super) fn text_value(&mut self, node: &Node, what: &str) -> Option<String> {
        match &node.value {
            NodeValue::Text(text) if !text.trim().is_empty() => return Some(text.clone()),
            NodeValue::Null if node.unfinished => {}
            NodeValue::Null | NodeValue::Text(_) => {
                self.report(Diagnostic::new(Code::Empty, node.span, format!("{what} is empty")));
            }
            NodeValue::Bool(_) | NodeValue::Number(_) => {
                let diagnostic = self.wrong_type(node, &format!("{what} is text"));
                self.report(diagnostic.quote_fix(node.span, self.text));
            }
            NodeValue::List(_) | NodeValue::Map(_) => {
                let diagnostic = self.wrong_type(node, &format!("{what} is text"));
                self.report(diagnostic);
            }
        }
        None
    }

    /// Text of at least one character, white space included; reports anything else.
    pub(super) fn text_operand(&mut self, node: &Node, what: &str) -> Option<String> {
        match &node.value {
            NodeValue::Text(text) if !text.is_empty() => Some(text.clone()),
            _ => self.text_value(node, what),
        }
    }

    /// The items of a list that has some; reports anything else.
    pub(super) fn filled_list<'node>(&mut self, node: &'node Node, what: &str) -> Option<&'node [Node]> {
        match &node.value {
            NodeValue::List(items) if items.is_empty() && !node.unfinished => {
                self.report(Diagnostic::new(Code::Empty, node.span, format!("{what} is empty")));
                None
            }
            NodeValue::List(items) => Some(items),
            NodeValue::Null => self.nothing(node, what),
            NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Text(_) | NodeValue::Map(_) => {
                let diagnostic = self.wrong_type(node, &format!("{what} is a list"));
                self.report(diagnostic);
                None
            }
        }
    }

    /// The entries of a map that has some; reports anything else.
    pub(super) fn filled_map<'node>(&mut self, node: &'node Node, what: &str, help: &str) -> Option<&'node [MapEntry]> {
        match &node.value {
            NodeValue::Map(entries) if entries.is_empty() && !node.unfinished => {
                self.report(Diagnostic::new(Code::Empty, node.span, format!("{what} is empty")).help(help));
                None
            }
            NodeValue::Map(entries) => Some(entries),
            NodeValue::Null => self.nothing(node, what),
            NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Text(_) | NodeValue::List(_) => {
                let diagnostic = self.wrong_type(node, &format!("{what} is a map"));
                self.report(diagnostic.help(help));
                None
            }
        }
    }

    /// Reports that nothing was written where something must be, unless the text only broke off there.
    pub(super) fn nothing<T>(&mut self, node: &Node, what: &str) -> Option<T> {
        if !node.unfinished {
            self.report(Diagnostic::new(Code::Empty, node.span, format!("{what} is empty")));
        }
        None
    }

    /// Whether `node` is `null` because nothing was written, and not because `null` was.
    pub(super) fn is_unwritten(&self, node: &Node) -> bool {
        let written = node.span.of(self.text);
        node.value == NodeValue::Null
            && !matches!(written, "~" | "null" | "Null" | "NULL")
            && !written.starts_with(['*', '&'])
    }

    pub(super) fn wrong_type(&self, node: &Node, expected: &str) -> Diagnostic {
        let first_line =
            node.span.of(self.text).find(['\n', '\r']).map_or(node.span.end, |length| node.span.start + length);
        Diagnostic::new(
            Code::WrongType,
            Span::new(node.span.start, first_line),
            format!("{expected}, but this is {}", node.described()),
        )
    }

    pub(super) fn check_keys(&mut self, entries: &[MapEntry], known: &[&str], owner: &str, ignored: fn(&str) -> bool) {
        for entry in entries {
            let key = entry.key.as_str();
            if known.contains(&key) || ignored(key) {
                continue;
            }
            let diagnostic = Diagnostic::new(Code::UnknownKey, entry.key_span, format!("unknown key `{key}`"));
            self.report(if NOT_YET.contains(&key) {
                diagnostic
                    .label("not supported by this version of Countersign")
                    .help("it is refused, because ignoring it could loosen the policy")
            } else if let Some((_, value)) = key.split_once(':').filter(|(name, _)| known.contains(name)) {
                let mended = key.replacen(':', ": ", 1);
                let diagnostic = diagnostic.help("write a space after `:`");
                if value.is_empty() { diagnostic } else { diagnostic.replace_fix(&mended, entry.key_span, self.text) }
            } else {
                let listed: Vec<String> = known.iter().map(|key| format!("`{key}`")).collect();
                // A key that is there already would be written twice.
                let free: Vec<&str> = known.iter().copied().filter(|&key| find_key(entries, key).is_none()).collect();
                diagnostic.label(format!("{owner} has {}", listed.join(", "))).did_you_mean(
                    key,
                    &free,
                    entry.key_span,
                    self.text,
                )
            });
        }
    }
}

pub(super) fn find_key<'a>(entries: &'a [MapEntry], key: &str) -> Option<&'a MapEntry> {
    entries.iter().find(|entry| entry.key == key)
}

pub(super) fn missing_key(node: &Node, entries: &[MapEntry], key: &str, owner: &str) -> Diagnostic {
    let span = entries
        .first()
        .map_or(node.span, |first| Span::new(first.key_span.start, first.value.span.end.max(first.key_span.end)));
    Diagnostic::new(Code::MissingKey, span, format!("{owner} needs the key `{key}`"))
}
