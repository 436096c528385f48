//! From the `when` of a rule to a [`Condition`].

use std::sync::Arc;

use super::advice::{meant_field, no_field, unknown_matcher};
use super::reader::Reader;
use super::value_advice;
use crate::matcher::condition::{Bound, Condition, Matcher, Test, Type};
use crate::matcher::glob::Glob;
use crate::matcher::regex::Regex;
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::edit::movable;
use crate::text::prose::prose;
use crate::text::yaml::{MapEntry, Node, NodeValue};
use crate::value::field::{Field, Root, Way};
use crate::value::value::{SAFE_INTEGER_MAX, Value};

/// What a condition's fields are: those of a call, or ways into a map.
pub(super) trait FieldForm: Sized {
    /// Reads one.
    fn read(text: &str) -> Result<Self, &'static str>;

    /// Reads what `entry`, one of `entries`, asks of it.
    fn matcher(&self, reader: &mut Reader<'_>, entry: &MapEntry, entries: &[MapEntry]) -> Option<Matcher>;
}

impl FieldForm for Field {
    fn read(text: &str) -> Result<Self, &'static str> {
        Self::parse(text)
    }

    fn matcher(&self, reader: &mut Reader<'_>, entry: &MapEntry, entries: &[MapEntry]) -> Option<Matcher> {
        if (self.root, self.way.steps.as_slice()) == (Root::Args, &[]) {
            reader.argument_under_args(entry, entries)?;
        }
        let matcher = reader.matcher(&entry.value)?;
        reader.fitting(matcher, self, entry, entries)
    }
}

impl FieldForm for Way {
    fn read(text: &str) -> Result<Self, &'static str> {
        Self::parse(text)
    }

    fn matcher(&self, reader: &mut Reader<'_>, entry: &MapEntry, _: &[MapEntry]) -> Option<Matcher> {
        reader.matcher(&entry.value)
    }
}

impl Reader<'_> {
    /// A map of fields and of `all`, `any`, `not`, all of which must hold.
    pub(super) fn condition<F: FieldForm>(&mut self, node: &Node, what: &str) -> Option<Condition<F>> {
        if let NodeValue::List(items) = &node.value
            && !items.is_empty()
        {
            let diagnostic = self.wrong_type(node, &prose!("{what} is a map"));
            self.report(list_of_conditions(diagnostic, node, what, self.text));
            return None;
        }
        let help = match what {
            "`where`" => "write keys of the map and what must hold of them: `price: { above: 5 }`",
            _ => "write fields and what must hold of them: `args.path: { path: { under: /srv } }`",
        };
        let entries = self.filled_map(node, what, help)?;
        let parts: Vec<Option<Condition<F>>> =
            entries.iter().map(|entry| self.condition_entry(entry, entries)).collect();
        let mut parts: Vec<Condition<F>> = parts.into_iter().collect::<Option<_>>()?;
        if parts.len() == 1 { parts.pop() } else { Some(Condition::All(parts)) }
    }

    fn condition_entry<F: FieldForm>(&mut self, entry: &MapEntry, entries: &[MapEntry]) -> Option<Condition<F>> {
        match entry.key.as_str() {
            "all" => Some(Condition::All(self.conditions(&entry.value, "`all`")?)),
            "any" => Some(Condition::Any(self.conditions(&entry.value, "`any`")?)),
            "not" => Some(Condition::Not(Box::new(self.condition(&entry.value, "`not`")?))),
            key => match F::read(key) {
                Ok(field) => {
                    let matcher = field.matcher(self, entry, entries)?;
                    Some(Condition::Field { field, span: entry.key_span, matcher: Arc::new(matcher) })
                }
                Err(why) => {
                    self.report(no_field(entry, entries, why, self.text));
                    None
                }
            },
        }
    }

    fn conditions<F: FieldForm>(&mut self, node: &Node, what: &str) -> Option<Vec<Condition<F>>> {
        if let NodeValue::Map(_) = node.value {
            let diagnostic = self.wrong_type(node, &prose!("{what} is a list"));
            self.report(diagnostic.help("write `- ` before each condition: `[{ args.x: … }, { args.x: … }]`"));
            return None;
        }
        let items = self.filled_list(node, what)?;
        let conditions: Vec<Option<Condition<F>>> =
            items.iter().map(|item| self.condition(item, "a condition")).collect();
        conditions.into_iter().collect()
    }

    /// A matcher: a map of tests, or a scalar or list as a short form.
    pub(super) fn matcher(&mut self, node: &Node) -> Option<Matcher> {
        let tests = match &node.value {
            NodeValue::Map(_) => {
                let entries = self.filled_map(node, "a matcher", "write what must hold: `{ equals: 1 }`")?;
                let tests: Vec<Option<Test>> = entries.iter().map(|entry| self.test(entry, entries)).collect();
                tests.into_iter().collect::<Option<_>>()?
            }
            NodeValue::List(_) => vec![Test::Equals(self.operands(node, "a list of values")?)],
            NodeValue::Null if node.unfinished => return None,
            NodeValue::Null => {
                let diagnostic = Diagnostic::new(Code::Empty, node.span, "a matcher is empty");
                self.report(diagnostic.help("write what must hold; for the value `null` write `{ equals: null }`"));
                return None;
            }
            NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Text(_) => {
                vec![Test::Equals(vec![self.operand(node)?])]
            }
        };
        Some(Matcher { tests, span: node.span })
    }

    fn test(&mut self, entry: &MapEntry, entries: &[MapEntry]) -> Option<Test> {
        let node = &entry.value;
        let name = entry.key.as_str();
        let what = prose!("`{name}`");
        let what = what.as_str();
        Some(match name {
            "equals" => Test::Equals(vec![self.operand(node)?]),
            "in" => Test::Equals(self.operands(node, what)?),
            "same_as" => Test::SameAs(self.field(node, what)?),
            "in_field" => Test::InField(self.field(node, what)?),
            "exists" => Test::Exists(self.bool(node, what)?),
            "empty" => Test::Empty(self.bool(node, what)?),
            "type" => Test::Type(self.types(node)?),
            "above" => Test::Number(Bound::Above, self.number(node, what)?),
            "at_least" => Test::Number(Bound::AtLeast, self.number(node, what)?),
            "below" => Test::Number(Bound::Below, self.number(node, what)?),
            "at_most" => Test::Number(Bound::AtMost, self.number(node, what)?),
            "starts_with" => Test::StartsWith(self.text_operand(node, what)?),
            "ends_with" => Test::EndsWith(self.text_operand(node, what)?),
            "contains" => Test::Contains(self.text_operand(node, what)?),
            "glob" => Test::Glob(self.glob(node)?),
            "regex" => Test::Regex(self.regex(node)?),
            "length" => Test::Length(Box::new(self.matcher(node)?)),
            "each" => Test::Each(Box::new(self.matcher(node)?)),
            "some" => Test::Some(Box::new(self.matcher(node)?)),
            "has" => {
                let tests = vec![Test::Equals(vec![self.operand(node)?])];
                Test::Some(Box::new(Matcher { tests, span: node.span }))
            }
            "where" => Test::Where(Box::new(self.condition(node, what)?)),
            "only_keys" => Test::OnlyKeys(self.keys(node)?),
            "keys" => Test::Keys(Box::new(self.list_matcher(node, what)?)),
            "values" => Test::Values(Box::new(self.list_matcher(node, what)?)),
            "not" => Test::Not(Box::new(self.matcher(node)?)),
            "path" => Test::Path(self.path(node)?),
            "url" => Test::Url(self.url(node)?),
            "email" => Test::Email(self.email(node)?),
            "shell" => self.shell(node)?,
            _ => {
                self.report(unknown_matcher(entry, entries, self.text));
                return None;
            }
        })
    }

    /// A value to compare with.
    pub(super) fn operand(&mut self, node: &Node) -> Option<Value> {
        Some(match &node.value {
            NodeValue::Null if node.unfinished || self.is_unwritten(node) => return self.nothing(node, "the value"),
            NodeValue::Null => Value::Null,
            NodeValue::Bool(bool) => Value::Bool(*bool),
            NodeValue::Number(_) => Value::Number(self.number(node, "a number")?),
            NodeValue::Text(text) => Value::Text(text.clone()),
            NodeValue::List(items) => {
                let items: Vec<Option<Value>> = items.iter().map(|item| self.operand(item)).collect();
                Value::List(items.into_iter().collect::<Option<_>>()?)
            }
            NodeValue::Map(entries) => {
                let pairs: Vec<Option<(String, Value)>> =
                    entries.iter().map(|entry| Some((entry.key.clone(), self.operand(&entry.value)?))).collect();
                // Keys of a map were found to be unique when the text was read.
                Value::Map(crate::value::value::Map::new(pairs.into_iter().collect::<Option<_>>()?).ok()?)
            }
        })
    }

    fn operands(&mut self, node: &Node, what: &str) -> Option<Vec<Value>> {
        let items = self.filled_list(node, what)?;
        let operands: Vec<Option<Value>> = items.iter().map(|item| self.operand(item)).collect();
        operands.into_iter().collect()
    }

    /// A number that every reader of JSON represents exactly, as far as it is an integer.
    pub(super) fn number(&mut self, node: &Node, what: &str) -> Option<f64> {
        match node.value {
            NodeValue::Number(number) if number.abs() <= SAFE_INTEGER_MAX => Some(number),
            NodeValue::Number(_) => {
                let diagnostic = Diagnostic::new(Code::UnsafeNumber, node.span, "this number is not exact everywhere");
                self.report(diagnostic.label("numbers go from -9007199254740991 to 9007199254740991"));
                None
            }
            NodeValue::Null => self.nothing(node, what),
            NodeValue::Bool(_) | NodeValue::Text(_) | NodeValue::List(_) | NodeValue::Map(_) => {
                let diagnostic = self.wrong_type(node, &prose!("{what} is a number"));
                self.report(value_advice::number(diagnostic, node, self.text));
                None
            }
        }
    }

    pub(super) fn bool(&mut self, node: &Node, what: &str) -> Option<bool> {
        match node.value {
            NodeValue::Bool(bool) => Some(bool),
            NodeValue::Null => self.nothing(node, what),
            NodeValue::Number(_) | NodeValue::Text(_) | NodeValue::List(_) | NodeValue::Map(_) => {
                let diagnostic = self.wrong_type(node, &prose!("{what} is `true` or `false`"));
                self.report(value_advice::bool(diagnostic, node, self.text));
                None
            }
        }
    }

    pub(super) fn field(&mut self, node: &Node, what: &str) -> Option<Field> {
        let text = self.text_value(node, what)?;
        match Field::parse(&text) {
            Ok(field) => Some(field),
            Err(why) => {
                let diagnostic = Diagnostic::new(Code::Field, node.span, prose!("`{text}` is no field: it {why}"));
                self.report(meant_field(diagnostic, &text, node.span, self.text, |_| true));
                None
            }
        }
    }

    fn types(&mut self, node: &Node) -> Option<Vec<Type>> {
        let items = match &node.value {
            NodeValue::List(_) => self.filled_list(node, "`type`")?,
            _ => std::slice::from_ref(node),
        };
        let types: Vec<Option<Type>> = items.iter().map(|item| self.type_name(item)).collect();
        types.into_iter().collect()
    }

    fn type_name(&mut self, node: &Node) -> Option<Type> {
        let words = Type::ALL.map(Type::as_str);
        // `null` is what YAML reads an unquoted `null` as.
        if node.value == NodeValue::Null && !node.unfinished && node.span.of(self.text) == "null" {
            return Some(Type::Null);
        }
        let word = self.text_value(node, "`type`")?;
        let known = Type::ALL.into_iter().find(|known| known.as_str() == word);
        if known.is_none() {
            let others = [
                ("text", "string"),
                ("str", "string"),
                ("array", "list"),
                ("object", "map"),
                ("dict", "map"),
                ("integer", "number"),
                ("int", "number"),
                ("float", "number"),
                ("bool", "boolean"),
            ];
            let diagnostic = Diagnostic::new(Code::UnknownType, node.span, prose!("unknown type `{word}`"))
                .label("expected `string`, `number`, `boolean`, `list`, `map` or `null`");
            self.report(diagnostic.here_called(&word, &others, &words, node.span, self.text));
        }
        known
    }

    fn glob(&mut self, node: &Node) -> Option<Glob> {
        let text = self.text_operand(node, "`glob`")?;
        if text.contains("***") {
            let diagnostic = Diagnostic::new(Code::Pattern, node.span, "more than two stars in a row");
            self.report(diagnostic.label("`*` and `**` both stand for any run of characters here"));
            return None;
        }
        Some(Glob::across(&text))
    }

    fn regex(&mut self, node: &Node) -> Option<Regex> {
        let text = self.text_operand(node, "`regex`")?;
        match self.regexes.get(&text) {
            Ok(regex) => Some(regex),
            Err(why) => {
                let diagnostic = Diagnostic::new(Code::Pattern, node.span, prose!("this {why}"));
                self.report(if looks_around(&text) {
                    diagnostic.help("there is no look-around and no back-reference, as matching takes linear time")
                } else {
                    diagnostic
                });
                None
            }
        }
    }

    fn keys(&mut self, node: &Node) -> Option<Vec<String>> {
        let items = self.filled_list(node, "`only_keys`")?;
        let keys: Vec<Option<String>> = items.iter().map(|item| self.text_operand(item, "a key")).collect();
        keys.into_iter().collect()
    }
}

/// Whether the expression `text` has look-around or a back-reference in it.
fn looks_around(text: &str) -> bool {
    let refers_back = |(at, _)| text.as_bytes().get(at + 1).is_some_and(|next| (b'1'..=b'9').contains(next));
    ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|open| text.contains(open)) || text.match_indices('\\').any(refers_back)
}

/// With what to write in place of a list of conditions where one is wanted.
fn list_of_conditions(diagnostic: Diagnostic, node: &Node, what: &str, source: &str) -> Diagnostic {
    if what != "`not`" {
        return diagnostic.help("put the list under `all:` or `any:`");
    }
    let diagnostic = diagnostic.help("write `not: { any: […] }`");
    match movable(node.span, source).filter(|written| written.starts_with('[')) {
        Some(list) => diagnostic.fix("put it under `any`", node.span, prose!("{{ any: {list} }}")),
        None => diagnostic,
    }
}

/// The value of a node as it was written, aliases expanded; numbers that JSON cannot carry are `null`.
pub(super) fn written(node: &Node) -> Value {
    match &node.value {
        NodeValue::Null => Value::Null,
        NodeValue::Bool(bool) => Value::Bool(*bool),
        NodeValue::Number(number) => Value::Number(*number),
        NodeValue::Text(text) => Value::Text(text.clone()),
        NodeValue::List(items) => Value::List(items.iter().map(written).collect()),
        NodeValue::Map(entries) => {
            let pairs = entries.iter().map(|entry| (entry.key.clone(), written(&entry.value))).collect();
            crate::value::value::Map::new(pairs).map_or(Value::Null, Value::Map)
        }
    }
}
