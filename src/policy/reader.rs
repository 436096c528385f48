//! What reading any part of a policy needs: values of the right type, or a diagnostic.

use super::advice::meant_key;
use super::model::Action;
use super::other_words::{ACTIONS, VALUES, of_keys};
use super::value_advice;
use crate::matcher::regex::Regexes;
use crate::text::chars::{is_foreign_space, is_hidden, is_typographic_quote};
use crate::text::diagnostic::{Code, Diagnostic, Problems};
use crate::text::edit::{first_line, in_quotes, movable};
use crate::text::prose::{WRITTEN, prose};
use crate::text::span::Span;
use crate::text::yaml::{MapEntry, Node, NodeValue};
use crate::value::field::Field;

/// The range of a number that is a share of 1.
pub(super) const SHARE: &str = "a number from 0 to 1";

/// Reads the tree of `text`; every problem found goes to `problems`.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) problems: &'a mut Problems,
    pub(super) regexes: Regexes,
}

impl Reader<'_> {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.problems.push(diagnostic);
    }

    /// Text that says something; reports anything else. `what` names it, in backticks if it is a key.
    pub(super) fn text_value(&mut self, node: &Node, what: &str) -> Option<String> {
        match &node.value {
            NodeValue::Text(text) if !text.trim().is_empty() => return Some(text.clone()),
            NodeValue::Null if node.unfinished => {}
            NodeValue::Null | NodeValue::Text(_) => {
                self.report(Diagnostic::new(Code::Empty, node.span, prose!("{what} is empty")));
            }
            NodeValue::Bool(_) | NodeValue::Number(_) => {
                let diagnostic = self.wrong_type(node, &prose!("{what} is text"));
                self.report(diagnostic.quote_fix(node.span, self.text));
            }
            NodeValue::List(_) | NodeValue::Map(_) => {
                let diagnostic = self.wrong_type(node, &prose!("{what} is text"));
                self.report(match what {
                    "`starts_with`" | "`ends_with`" | "`contains`" | "`glob`" | "`regex`" => {
                        let word = what.trim_matches('`');
                        let one = prose!("{{ args.x: {{ {word}: … }} }}");
                        diagnostic.help(prose!("for one of several texts write `any: [{one}, {one}]` around the field"))
                    }
                    _ if node.span.of(self.text).starts_with("{{") => {
                        let diagnostic = diagnostic.help("quote a text that begins with `{`");
                        match movable(node.span, self.text).and_then(in_quotes) {
                            Some(quoted) => diagnostic.fix("quote it", node.span, quoted),
                            None => diagnostic,
                        }
                    }
                    _ => diagnostic,
                });
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
                self.report(Diagnostic::new(Code::Empty, node.span, prose!("{what} is empty")));
                None
            }
            NodeValue::List(items) => Some(items),
            NodeValue::Null => self.nothing(node, what),
            NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Text(_) | NodeValue::Map(_) => {
                let diagnostic = self.wrong_type(node, &prose!("{what} is a list"));
                let takes_values = matches!(what, "`in`" | "`only_keys`");
                self.report(if takes_values { value_advice::list(diagnostic, node, self.text) } else { diagnostic });
                None
            }
        }
    }

    /// The entries of a map that has some; reports anything else.
    pub(super) fn filled_map<'node>(&mut self, node: &'node Node, what: &str, help: &str) -> Option<&'node [MapEntry]> {
        match &node.value {
            NodeValue::Map(entries) if entries.is_empty() && !node.unfinished => {
                self.report(Diagnostic::new(Code::Empty, node.span, prose!("{what} is empty")).help(help));
                None
            }
            NodeValue::Map(entries) => Some(entries),
            NodeValue::Null => self.nothing(node, what),
            NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Text(_) | NodeValue::List(_) => {
                let diagnostic = self.wrong_type(node, &prose!("{what} is a map"));
                self.report(diagnostic.help(help));
                None
            }
        }
    }

    /// What `read` makes of the value at `key`; the default where nothing is written there.
    pub(super) fn at<T: Default>(
        &mut self,
        entries: &[MapEntry],
        key: &str,
        read: impl FnOnce(&mut Self, &Node) -> Option<T>,
    ) -> Option<T> {
        match find_key(entries, key) {
            Some(entry) => read(self, &entry.value),
            None => Some(T::default()),
        }
    }

    /// As [`Reader::at`]; `None` inside where nothing is written there.
    pub(super) fn at_some<T>(
        &mut self,
        entries: &[MapEntry],
        key: &str,
        read: impl FnOnce(&mut Self, &Node) -> Option<T>,
    ) -> Option<Option<T>> {
        self.at(entries, key, |reader, node| read(reader, node).map(Some))
    }

    /// The items of a list that has some, or the one item that stands in its place.
    pub(super) fn one_or_more<'node>(&mut self, node: &'node Node, what: &str) -> Option<&'node [Node]> {
        match &node.value {
            NodeValue::List(_) => self.filled_list(node, what),
            _ => Some(std::slice::from_ref(node)),
        }
    }

    /// What `read` makes of each item of a list, or of the one item that stands in its place.
    pub(super) fn each<T>(
        &mut self,
        node: &Node,
        what: &str,
        mut read: impl FnMut(&mut Self, &Node) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = self.one_or_more(node, what)?;
        let read: Vec<Option<T>> = items.iter().map(|item| read(self, item)).collect();
        read.into_iter().collect()
    }

    /// Text without characters that cannot be seen.
    pub(super) fn plain_text(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = self.text_value(node, what)?;
        let Some(hidden) = text.chars().find(|&c| is_hidden(c) || c.is_control()) else { return Some(text) };
        let message = prose!("hidden character U+{:04X} in {what}", u32::from(hidden));
        self.report(Diagnostic::new(Code::HiddenCharacter, node.span, message));
        None
    }

    /// Reports every key and text in `node` that holds a character that cannot be seen and is not written as an escape:
    /// what a reader of a condition sees would not be what is compared. Says whether there is none.
    pub(super) fn can_be_seen(&mut self, node: &Node) -> bool {
        match &node.value {
            NodeValue::Text(_) => self.is_seen(node.span, "a condition"),
            NodeValue::List(items) => items.iter().filter(|item| !self.can_be_seen(item)).count() == 0,
            NodeValue::Map(entries) => {
                let hides = |entry: &&MapEntry| {
                    let is_key_seen = self.is_seen(entry.key_span, "a key of a condition");
                    !self.can_be_seen(&entry.value) || !is_key_seen
                };
                entries.iter().filter(hides).count() == 0
            }
            NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) => true,
        }
    }

    fn is_seen(&mut self, span: Span, place: &str) -> bool {
        let written = span.of(self.text);
        if written.is_ascii() {
            return true;
        }
        let chars = written.chars();
        let mut pairs = std::iter::once(' ').chain(chars.clone()).zip(chars);
        // Emoji and some scripts are written with joiners.
        let is_joiner = |c: char| matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE0E}' | '\u{FE0F}');
        let hidden = pairs.find(|&(before, c)| is_hidden(c) && (before.is_ascii() || !is_joiner(c)));
        let Some((_, hidden)) = hidden else { return true };
        let code = u32::from(hidden);
        let message = prose!("hidden character U+{code:04X} in {place}");
        let escape = if code > 0xFFFF { prose!("\\U{code:08x}") } else { prose!("\\u{code:04x}") };
        let diagnostic = Diagnostic::new(Code::HiddenCharacter, span, message);
        self.report(diagnostic.help(prose!("if it is meant, write it as `{escape}` in double quotes")));
        false
    }

    /// One of the words that `from_word` knows, which are `known`.
    pub(super) fn word<T>(
        &mut self,
        node: &Node,
        what: &str,
        (code, noun): (Code, &str),
        known: &[&str],
        from_word: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let written = self.text_value(node, what)?;
        let value = from_word(&written).filter(|_| known.contains(&written.as_str()));
        if value.is_none() {
            let message = prose!("unknown {noun} `{written}`");
            let diagnostic = Diagnostic::new(code, node.span, message);
            self.report(unknown_word(diagnostic, &written, known, node.span, self.text));
        }
        value
    }

    /// A number in `range`, which `bounds` tells in words.
    pub(super) fn number_in(
        &mut self,
        node: &Node,
        what: &str,
        range: impl FnOnce(f64) -> bool,
        bounds: &str,
    ) -> Option<f64> {
        let number = self.number(node, what)?;
        if range(number) {
            return Some(number);
        }
        let diagnostic = Diagnostic::new(Code::OutOfRange, node.span, prose!("{what} is {bounds}"));
        self.report(if bounds == SHARE { value_advice::share(diagnostic, node, self.text) } else { diagnostic });
        None
    }

    /// Reports that nothing was written where something must be, unless the text only broke off there.
    pub(super) fn nothing<T>(&mut self, node: &Node, what: &str) -> Option<T> {
        if !node.unfinished {
            self.report(Diagnostic::new(Code::Empty, node.span, prose!("{what} is empty")));
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
        Diagnostic::new(
            Code::WrongType,
            first_line(node.span, self.text),
            prose!("{expected}, but this is {}", node.described()),
        )
    }

    pub(super) fn check_keys(&mut self, entries: &[MapEntry], known: &[&str], owner: &str, ignored: fn(&str) -> bool) {
        for entry in entries {
            let key = entry.key.as_str();
            if known.contains(&key) || ignored(key) {
                continue;
            }
            if self.problems.is_full() {
                break;
            }
            // A key that is there already would be written twice.
            let free: Vec<&str> = known.iter().copied().filter(|&key| find_key(entries, key).is_none()).collect();
            self.report(unknown_key(entry, entries.len() == 1, known, &free, owner, self.text));
        }
    }
}

/// That the language has no key as that of `entry` in `owner`, which has `known`, of which `free` are not written yet.
fn unknown_key(
    entry: &MapEntry,
    is_alone: bool,
    known: &[&str],
    free: &[&str],
    owner: &str,
    source: &str,
) -> Diagnostic {
    let key = entry.key.as_str();
    let diagnostic = Diagnostic::new(Code::UnknownKey, entry.key_span, prose!("unknown key `{key}`"));
    if !WRITTEN {
        return diagnostic;
    }
    if key.starts_with(is_foreign_space) || known.contains(&key.trim()) && key.contains(is_foreign_space) {
        let foreign = key.chars().find(|&c| is_foreign_space(c)).unwrap_or(' ');
        let spaced = entry.key_span.of(source).replace(is_foreign_space, " ");
        return diagnostic.help(prose!("U+{:04X} looks like a space, and is none to YAML", u32::from(foreign))).fix(
            "replace it with spaces",
            entry.key_span,
            spaced,
        );
    }
    if let Some((_, value)) = key.split_once(':').filter(|(name, _)| known.contains(name)) {
        let mended = key.replacen(':', ": ", 1);
        let diagnostic = diagnostic.help("write a space after `:`");
        let is_word = value.starts_with(|c: char| c.is_ascii_alphanumeric());
        return if !is_word { diagnostic } else { diagnostic.replace_fix(&mended, entry.key_span, source) };
    }
    let listed: Vec<String> = known.iter().map(|key| prose!("`{key}`")).collect();
    let diagnostic = diagnostic.label(prose!("{owner} has {}", listed.join(", ")));
    if let Some(action) = action_of_tool(entry, owner) {
        tool_with_action(diagnostic, entry, is_alone, action, source)
    } else if owner == "a rule" && Field::parse(key).is_ok_and(|field| !field.way.steps.is_empty()) {
        diagnostic.help(prose!("conditions stand under `when`: `when: {{ {key}: … }}`"))
    } else {
        diagnostic.here_called(key, of_keys(owner), free, entry.key_span, source)
    }
}

/// With what is known, and what `written`, which stands at `span` of `source` and is none of it, is meant to be.
fn unknown_word(diagnostic: Diagnostic, written: &str, known: &[&str], span: Span, source: &str) -> Diagnostic {
    if !WRITTEN {
        return diagnostic;
    }
    let diagnostic = diagnostic.label(expected(known));
    // What is said of actions is said where one can stand.
    let is_of_actions = |ours: &str| known.contains(&"allow") && ours.contains('`');
    let others = ACTIONS.iter().chain(VALUES).copied();
    let others: Vec<_> = others.filter(|(_, ours)| known.contains(ours) || is_of_actions(ours)).collect();
    let unquoted = written.trim_matches(is_typographic_quote);
    if unquoted != written && known.contains(&unquoted) {
        let quote = written.chars().find(|&c| is_typographic_quote(c)).unwrap_or('“');
        diagnostic
            .help(prose!("`{quote}` is a quote of print, and part of the text: write `\"` or nothing"))
            .replace_fix(unquoted, span, source)
    } else if written.trim() != written && known.contains(&written.trim()) {
        diagnostic.help("write it on one line, without white space around it")
    } else {
        diagnostic.here_called(written, &others, known, span, source)
    }
}

/// "expected `a`, `b` or `c`".
fn expected(known: &[&str]) -> String {
    let listed: Vec<String> = known.iter().map(|word| prose!("`{word}`")).collect();
    match listed.as_slice() {
        [] => String::new(),
        [only] => prose!("expected {only}"),
        [others @ .., last] => prose!("expected {} or {last}", others.join(", ")),
    }
}

pub(super) fn find_key<'a>(entries: &'a [MapEntry], key: &str) -> Option<&'a MapEntry> {
    entries.iter().find(|entry| entry.key == key)
}

/// The action of a rule that is written as `file.read: allow`.
fn action_of_tool<'a>(entry: &'a MapEntry, owner: &str) -> Option<&'a str> {
    match &entry.value.value {
        NodeValue::Text(word) if owner == "a rule" && !entry.key.contains(' ') => {
            Some(word.as_str()).filter(|word| Action::from_word(word).is_some() && !is_action_key(&entry.key))
        }
        _ => None,
    }
}

/// Whether others call `action` so.
fn is_action_key(key: &str) -> bool {
    meant_key(key, &["tool", "action"], "a rule").is_some()
}

fn tool_with_action(diagnostic: Diagnostic, entry: &MapEntry, is_alone: bool, action: &str, text: &str) -> Diagnostic {
    let key = entry.key_span.of(text);
    let wanted = prose!("{{ tool: {key}, action: {action} }}");
    let diagnostic = diagnostic.help(prose!("write `{wanted}`"));
    let before = text.get(..entry.key_span.start).unwrap_or_default().trim_end();
    let span = Span::new(entry.key_span.start, entry.value.span.end);
    let is_name = key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/'));
    let is_plain =
        is_alone && is_name && before.ends_with('-') && !span.of(text).contains(['\n', '\r', '*', '&', '!', '{', '[']);
    if is_plain { diagnostic.fix("write a rule", span, wanted) } else { diagnostic }
}

/// Whether one of `entries` is most likely meant to be `key`, which `owner` needs: then it was told of already.
pub(super) fn is_misspelt(entries: &[MapEntry], key: &str, required: &[&str], owner: &str) -> bool {
    entries.iter().any(|entry| {
        let is_meant = || meant_key(&entry.key, required, owner) == Some(key);
        !required.contains(&entry.key.as_str()) && is_meant() || action_of_tool(entry, owner).is_some()
    })
}

pub(super) fn missing_key(node: &Node, entries: &[MapEntry], key: &str, owner: &str) -> Diagnostic {
    let span = entries
        .first()
        .map_or(node.span, |first| Span::new(first.key_span.start, first.value.span.end.max(first.key_span.end)));
    Diagnostic::new(Code::MissingKey, span, prose!("{owner} needs the key `{key}`"))
}
