//! Changes to a policy's text that keep every byte elsewhere.

pub mod rule;

use super::model::{Action, Expectation, Policy, PolicyTest};
use super::parse::parse;
use super::policy_test::CALL_KEYS;
use crate::sorted::sorted_by;
use crate::text::chars::{is_foreign_space, is_hidden};
use crate::text::diagnostic::Problems;
use crate::text::span::Span;
use crate::text::words::Fix;
use crate::text::yaml::{self, Limits, MapEntry, Node, NodeValue};
use crate::value::canonical::number_text;
use crate::value::value::{Map, Value};

/// A test that is to stand in a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTest {
    /// What it is about.
    pub name: String,
    /// The call, in the shape of a recorded one. Keys that tests do not have are left out.
    pub call: Map,
    /// What is expected; something must be.
    pub expect: Expectation,
}

/// Why nothing can be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditError {
    /// The policy has errors, and what is added to it could mean anything.
    PolicyErrors,
    /// It has no name, expects nothing, or its call cannot stand in a policy.
    UnfitTest,
    /// What is to be added is no rule.
    UnfitRule,
    /// The text is written in a way in which nothing can be added without changing more than that.
    UnusualText,
}

/// The change to `text` that adds `test` as the last of the policy's tests.
///
/// It only inserts. With it the policy means what it meant, and has this test more.
///
/// # Errors
///
/// See [`EditError`].
///
/// ```
/// use countersign::policy::edit::{NewTest, add_test};
/// use countersign::policy::model::{Action, Expectation};
/// use countersign::text::yaml::Limits;
/// use countersign::value::value::Map;
///
/// let text = "rules:\n  - { tool: a, action: block } # never\n";
/// let expect = Expectation { action: Some(Action::Block), rule: None, cause: None };
/// let call = Map::new(vec![("tool".to_owned(), "a".into())])?;
/// let fix = add_test(text, &NewTest { name: "never".to_owned(), call, expect }, Limits::default())
///     .map_err(|_| "no place")?;
/// assert_eq!(fix.replacement, "tests:\n  - name: never\n    call: { tool: a }\n    expect: { action: block }\n");
/// assert_eq!((fix.span.start, fix.span.end), (text.len(), text.len()));
/// # Ok::<(), String>(())
/// ```
pub fn add_test(text: &str, test: &NewTest, limits: Limits) -> Result<Fix, EditError> {
    let policy = parse(text, limits).0.ok_or(EditError::PolicyErrors)?;
    let root = yaml::parse(text, limits, &mut Problems::default()).ok_or(EditError::PolicyErrors)?;
    let NodeValue::Map(entries) = &root.value else { return Err(EditError::PolicyErrors) };
    let NewTest { name, call, expect } = test;
    let call = call.only(|key| CALL_KEYS.contains(&key));
    if name.is_empty() || *expect == (Expectation { action: None, rule: None, cause: None }) {
        return Err(EditError::UnfitTest);
    }
    let test = NewTest { name: name.clone(), call, expect: expect.clone() };
    if !is_fit(&test, limits) {
        return Err(EditError::UnfitTest);
    }
    let places = places(text, &root, entries, &test);
    let fits = |(at, insertion): &(usize, String)| {
        // A limit that the test alone passes is none of the text's.
        let longer = Limits { bytes: limits.bytes.saturating_add(insertion.len()), ..limits };
        inserted(text, *at, insertion)
            .and_then(|edited| parse(&edited, longer).0)
            .is_some_and(|edited| has_gained(&policy, &edited, &test))
    };
    let (at, replacement) = places.into_iter().find(fits).ok_or(EditError::UnusualText)?;
    Ok(Fix { title: "add the test".to_owned(), span: Span::new(at, at), replacement })
}

fn inserted(text: &str, at: usize, insertion: &str) -> Option<String> {
    let (before, after) = text.split_at_checked(at)?;
    Some([before, insertion, after].concat())
}

/// Whether a policy can have `test`, whatever its rules are.
fn is_fit(test: &NewTest, limits: Limits) -> bool {
    let expect = Expectation { action: Some(Action::Block), rule: None, cause: None };
    let item = Style { is_json: false }.test(&NewTest { expect, ..test.clone() });
    parse(&format!("rules: [{{ tool: x, action: block }}]\ntests: [{item}]\n"), limits).0.is_some()
}

/// Whether `edited` is `policy` with `test` more.
fn has_gained(policy: &Policy, edited: &Policy, test: &NewTest) -> bool {
    let is_same = |a: &PolicyTest, b: &PolicyTest| (&a.name, &a.call, &a.expect) == (&b.name, &b.call, &b.expect);
    let Some((last, others)) = edited.tests.split_last() else { return false };
    edited.digest == policy.digest
        && others.len() == policy.tests.len()
        && others.iter().zip(&policy.tests).all(|(a, b)| is_same(a, b))
        && (&last.name, &last.expect) == (&test.name, &test.expect)
        && last.call == Value::Map(test.call.clone())
}

/// Where something could be inserted, and what: the best first. Whether it does, only reading the result tells.
fn places(text: &str, root: &Node, entries: &[MapEntry], test: &NewTest) -> Vec<(usize, String)> {
    let newline = newline(text);
    let Some(tests) = entries.iter().find(|entry| entry.key == "tests") else {
        return match entries.last() {
            Some(last) if is_flow(root, text) => vec![flow_key(text, last, newline, test)],
            Some(_) => block_keys(text, root, newline, test),
            None => Vec::new(),
        };
    };
    let NodeValue::List(items) = &tests.value.value else { return Vec::new() };
    let Some(last) = items.last() else { return Vec::new() };
    if is_flow(&tests.value, text) {
        let style = Style { is_json: is_quoted_map(last, text) };
        return vec![(end_of(last, text), format!(",{}{}", before_flow_item(text, last, newline), style.test(test)))];
    }
    // Where a dash is not beside its item, the list begins with it.
    let dash = text.get(..last.span.start).unwrap_or_default().trim_end_matches(' ').strip_suffix('-');
    let list = column(text, dash.map_or(tests.value.span.start, str::len));
    let item = block_test(test, list, newline);
    let next = entries.iter().map(|entry| entry.key_span.start).filter(|start| *start > last.span.end).min();
    let later = next.map_or_else(|| text_end(text, root), |start| start - column(text, start));
    [line_end(text, end_of(last, text)), later].map(|at| (at, at_line_start(text, at, &item, newline))).into()
}

/// `tests` as the last key of a block map; after a blank line if the text has some, and if that is none of a text's.
fn block_keys(text: &str, root: &Node, newline: &str, test: &NewTest) -> Vec<(usize, String)> {
    let indent = column(text, root.span.start);
    let at = text_end(text, root);
    let key = format!("{}tests:{newline}{}", " ".repeat(indent), block_test(test, indent + 2, newline));
    let plain = at_line_start(text, at, &key, newline);
    let spaced =
        text.contains(&newline.repeat(2)).then(|| at_line_start(text, at, &format!("{newline}{key}"), newline));
    spaced.into_iter().chain([plain]).map(|insertion| (at, insertion)).collect()
}

/// `tests` as the last key of a map in braces, whose last entry is `last`.
fn flow_key(text: &str, last: &MapEntry, newline: &str, test: &NewTest) -> (usize, String) {
    let style = Style { is_json: last.key_span.of(text).starts_with('"') };
    let at = end_of(&last.value, text).max(last.key_span.end);
    let indent = column(text, last.key_span.start);
    let is_own_line = starts_line(text, last.key_span.start);
    let key = if style.is_json { "\"tests\"" } else { "tests" };
    let item = style.test(test);
    let written = if is_own_line {
        let (outer, inner) = (" ".repeat(indent), " ".repeat(indent * 2));
        format!(",{newline}{outer}{key}: [{newline}{inner}{item}{newline}{outer}]")
    } else {
        format!(", {key}: [{item}]")
    };
    (at, written)
}

/// What stands between the comma after `last` and the next item.
fn before_flow_item(text: &str, last: &Node, newline: &str) -> String {
    if !starts_line(text, last.span.start) {
        return " ".to_owned();
    }
    format!("{newline}{}", " ".repeat(column(text, last.span.start)))
}

/// `test` as an item of a block list at column `indent`, with its line end.
fn block_test(test: &NewTest, indent: usize, newline: &str) -> String {
    let style = Style { is_json: false };
    let indent = " ".repeat(indent);
    let (name, call, expect) = (style.text(&test.name), style.map(&test.call), style.expectation(&test.expect));
    format!("{indent}- name: {name}{newline}{indent}  call: {call}{newline}{indent}  expect: {expect}{newline}")
}

/// `insertion`, which is lines, at `at`: on a line of its own also where the line before has no end.
fn at_line_start(text: &str, at: usize, insertion: &str, newline: &str) -> String {
    let before = text.get(..at).unwrap_or_default();
    if before.is_empty() || before.ends_with(['\n', '\r']) {
        insertion.to_owned()
    } else {
        format!("{newline}{insertion}")
    }
}

/// The line end that `text` uses.
fn newline(text: &str) -> &'static str {
    match text.find(['\n', '\r']).and_then(|at| text.get(at..)) {
        Some(rest) if rest.starts_with("\r\n") => "\r\n",
        Some(rest) if rest.starts_with('\r') => "\r",
        _ => "\n",
    }
}

/// After the line end that follows `at`.
fn line_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let Some(end) = rest.find(['\n', '\r']) else { return text.len() };
    let length = if rest.get(end..).is_some_and(|rest| rest.starts_with("\r\n")) { 2 } else { 1 };
    at + end + length
}

/// Where the document ends: at the line `...`, or with the text.
fn text_end(text: &str, root: &Node) -> usize {
    let mut at = root.span.end;
    while at < text.len() {
        let next = line_end(text, at);
        let line = text.get(next..).unwrap_or_default();
        if line.starts_with("...") {
            return next;
        }
        at = next;
    }
    text.len()
}

/// Bytes between the beginning of the line and `at`.
fn column(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let mark = if line == 0 && before.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    before.len() - line - mark
}

/// Whether only spaces stand before `at` in its line.
fn starts_line(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_end_matches(' ');
    before.ends_with(['\n', '\r'])
}

fn is_flow(node: &Node, text: &str) -> bool {
    node.span.of(text).starts_with(['[', '{'])
}

/// Where `node` ends: the scanner's end of what is in brackets is before a comma that stands last in it.
fn end_of(node: &Node, text: &str) -> usize {
    let end = node.span.end;
    if !is_flow(node, text) || node.span.of(text).ends_with([']', '}']) {
        return end;
    }
    let rest = text.get(end..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start().len();
    if rest.trim_start().starts_with([']', '}']) { end + blanks + 1 } else { end }
}

/// Whether `node` is a map as JSON writes it.
fn is_quoted_map(node: &Node, text: &str) -> bool {
    let NodeValue::Map(entries) = &node.value else { return false };
    is_flow(node, text) && entries.first().is_some_and(|entry| entry.key_span.of(text).starts_with('"'))
}

/// How values are written.
#[derive(Clone, Copy)]
struct Style {
    /// As JSON does, where every text is in quotes.
    is_json: bool,
}

impl Style {
    fn test(self, test: &NewTest) -> String {
        let pairs = [
            ("name", self.text(&test.name)),
            ("call", self.map(&test.call)),
            ("expect", self.expectation(&test.expect)),
        ];
        self.pairs(pairs.into_iter())
    }

    fn expectation(self, expect: &Expectation) -> String {
        let Expectation { action, rule, cause } = expect;
        let action = action.map(|action| ("action", self.text(action.as_str())));
        let rule = rule.as_ref().map(|rule| ("rule", self.text(rule)));
        let cause = cause.map(|cause| ("cause", self.text(cause.as_str())));
        self.pairs([action, rule, cause].into_iter().flatten())
    }

    /// The keys of a call in their usual order, those of other maps sorted.
    fn map(self, map: &Map) -> String {
        let usual = |key: &str| CALL_KEYS.iter().position(|known| *known == key).unwrap_or(usize::MAX);
        let mut entries: Vec<(&str, &Value)> = map.iter().collect();
        if map.get("tool").is_some() {
            entries = sorted_by(entries, |a, b| usual(a.0).cmp(&usual(b.0)));
        }
        self.pairs(entries.into_iter().map(|(key, value)| (key, self.value(value))))
    }

    fn pairs<'a>(self, pairs: impl Iterator<Item = (&'a str, String)>) -> String {
        let pairs: Vec<String> = pairs.map(|(key, value)| format!("{}: {value}", self.text(key))).collect();
        if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
    }

    fn value(self, value: &Value) -> String {
        match value {
            Value::Null => "null".to_owned(),
            Value::Bool(bool) => bool.to_string(),
            Value::Number(number) => number_text(*number),
            Value::Text(text) => self.text(text),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.value(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Map(map) => self.map(map),
        }
    }

    /// `text` in double quotes, unless it is a plain word and quotes are not asked for.
    fn text(self, text: &str) -> String {
        if !self.is_json && is_plain_word(text) {
            return text.to_owned();
        }
        let mut quoted = String::with_capacity(text.len() + 2);
        quoted.push('"');
        text.chars().for_each(|c| push_escaped(c, &mut quoted));
        quoted.push('"');
        quoted
    }
}

/// Whether every reader of YAML takes `text` for itself when it stands without quotes.
fn is_plain_word(text: &str) -> bool {
    const TAKEN: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_.-/".contains(c))
        && !TAKEN.contains(&text.to_ascii_lowercase().as_str())
}

/// `c` as it stands in double quotes, in YAML and, but for hidden characters that JSON has no single escape for, in JSON.
fn push_escaped(c: char, out: &mut String) {
    match c {
        '"' | '\\' => out.extend(['\\', c]),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if !(c.is_control() || is_hidden(c) || is_foreign_space(c) || matches!(c, '\u{FFFE}' | '\u{FFFF}')) => {
            out.push(c);
        }
        _ if u32::from(c) > 0xFFFF => out.push_str(&format!("\\U{:08X}", u32::from(c))),
        _ => out.push_str(&format!("\\u{:04X}", u32::from(c))),
    }
}
