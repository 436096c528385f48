//! Values whose type every call has, such as `user`, and matchers that say nothing of that type.
//!
//! A rule with such a matcher would never certainly match; one that blocks would block all its calls.

use super::other_words;
use super::reader::{Reader, find_key};
use crate::matcher::condition::{MATCHERS, Matcher, Test, Type};
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::edit::{first_line, movable};
use crate::text::prose::{WRITTEN, prose};
use crate::text::slips::{nearest, other_word};
use crate::text::span::Span;
use crate::text::yaml::{MapEntry, Node, NodeValue};
use crate::value::field::{Field, Root, Step, Way};
use crate::value::value::Value;

/// The type that a value of `field` has, if it is always the same.
fn type_of(field: &Field) -> Option<Type> {
    match (field.root, field.way.steps.as_slice()) {
        (_, []) => Some(Type::Map),
        (Root::Session, [Step::Key(key)]) if key == "marks" => Some(Type::List),
        _ => None,
    }
}

/// The first test of `matcher`, written at `node`, that says nothing of values of type `of`, and where it stands.
fn misfit<'a>(node: &Node, matcher: &'a Matcher, of: Type, text: &str) -> Option<(&'a Test, Span)> {
    let at = matcher.tests.iter().position(|test| says_nothing(test, of, false))?;
    let entry = match &node.value {
        NodeValue::Map(entries) => entries.get(at),
        _ => None,
    };
    Some((matcher.tests.get(at)?, entry.map_or(first_line(node.span, text), |entry| entry.key_span)))
}

/// Whether `test` never holds of a value of type `of`; and if it is `negated`, never certainly fails either.
fn says_nothing(test: &Test, of: Type, negated: bool) -> bool {
    match test {
        Test::Equals(values) => {
            // `null` is certainly unequal to everything else.
            !values.iter().any(|value| Type::of(value) == of || negated && *value == Value::Null)
        }
        Test::Type(types) => !negated && !types.contains(&of),
        Test::Not(inside) => inside.tests.iter().any(|test| says_nothing(test, of, !negated)),
        Test::Each(_) | Test::Some(_) => of != Type::List,
        Test::Where(_) | Test::OnlyKeys(_) | Test::Keys(_) | Test::Values(_) => of != Type::Map,
        Test::Length(_) | Test::SameAs(_) | Test::InField(_) | Test::Exists(_) | Test::Empty(_) => false,
        Test::Number(..)
        | Test::StartsWith(_)
        | Test::EndsWith(_)
        | Test::Contains(_)
        | Test::Glob(_)
        | Test::Regex(_)
        | Test::Path(_)
        | Test::Url(_)
        | Test::Email(_)
        | Test::ShellOnly(_)
        | Test::ShellRuns(_) => true,
    }
}

impl Reader<'_> {
    /// `matcher`, written at `entry` of `entries`, if it says something of what `field` always is.
    pub(super) fn fitting(
        &mut self,
        matcher: Matcher,
        field: &Field,
        entry: &MapEntry,
        entries: &[MapEntry],
    ) -> Option<Matcher> {
        let Some(of) = type_of(field) else { return Some(matcher) };
        let Some((test, span)) = misfit(&entry.value, &matcher, of, self.text) else { return Some(matcher) };
        let message = prose!("`{field}` is always {}", clash(of, test, &entry.value));
        let diagnostic = Diagnostic::new(Code::Misplaced, span, message);
        let diagnostic = match field.root {
            _ if of == Type::List => on_list(diagnostic, &entry.value, self.text),
            Root::Args => on_args(diagnostic, entry, entries, self.text),
            Root::Context => diagnostic.help("name what is in it: `context.team`"),
            Root::Agent | Root::User | Root::Session => {
                let id = prose!("{field}.id");
                let diagnostic = diagnostic.help(prose!("its name stands in `{id}`"));
                put_key(diagnostic, &id, entry, entries, self.text)
            }
        };
        self.report(diagnostic);
        None
    }

    /// The matcher at `node` of a list of keys or values, which `what` asks about.
    pub(super) fn list_matcher(&mut self, node: &Node, what: &str) -> Option<Matcher> {
        let matcher = self.matcher(node)?;
        let Some((test, span)) = misfit(node, &matcher, Type::List, self.text) else { return Some(matcher) };
        let message = prose!("{what} asks about {}", clash(Type::List, test, node));
        let diagnostic = Diagnostic::new(Code::Misplaced, span, message);
        let diagnostic = match node.value {
            NodeValue::Map(_) => diagnostic.help("ask about its items with `each` or `some`"),
            _ => on_list(diagnostic, node, self.text),
        };
        self.report(diagnostic);
        None
    }

    /// Reports what stands under `args` as an argument would, where matchers of the map of all arguments stand.
    pub(super) fn argument_under_args(&mut self, entry: &MapEntry, entries: &[MapEntry]) -> Option<()> {
        let NodeValue::Map(inner) = &entry.value.value else { return Some(()) };
        let is_argument = |inner: &&MapEntry| {
            let is_scalar = !matches!(inner.value.value, NodeValue::Map(_) | NodeValue::List(_));
            match inner.key.as_str() {
                "path" | "url" | "email" | "shell" => is_scalar && !inner.value.unfinished,
                key => {
                    let is_ours = MATCHERS.contains(&key) || nearest(key, MATCHERS).is_some();
                    !is_ours && other_word(key, other_words::MATCHERS).is_none() && Field::parse(key).is_err()
                }
            }
        };
        let Some(argument) = inner.iter().find(is_argument) else { return Some(()) };
        let name = argument.key.as_str();
        let field = Field { root: Root::Args, way: Way { steps: vec![Step::Key(name.to_owned())] } }.to_string();
        let (code, message) = if MATCHERS.contains(&name) {
            (Code::Misplaced, prose!("`{name}` under `args` is a matcher, and no argument"))
        } else {
            (Code::UnknownMatcher, prose!("unknown matcher `{name}`"))
        };
        let help = match name {
            "path" => "name the argument: `args.path: { path: { under: /srv } }`".to_owned(),
            "url" => "name the argument: `args.url: { url: { host: acme.com } }`".to_owned(),
            "email" => "name the argument: `args.to: { email: { domain: acme.com } }`".to_owned(),
            "shell" => "name the argument: `args.command: { shell: { only: [\"git status\"] } }`".to_owned(),
            _ => prose!("name the argument: `{field}: …`"),
        };
        let diagnostic = Diagnostic::new(code, argument.key_span, message).help(help);
        let is_mendable = inner.len() == 1 && code == Code::UnknownMatcher && find_key(entries, &field).is_none();
        let value = movable(argument.value.span, self.text).filter(|_| is_mendable && !field.contains('"'));
        self.report(match value {
            Some(value) => {
                let span = Span::new(entry.key_span.start, entry.value.span.end);
                diagnostic.fix("name the argument", span, prose!("{field}: {value}"))
            }
            None => diagnostic,
        });
        None
    }
}

/// What a value of type `of` is, and what `test`, written at `node`, takes it for.
fn clash(of: Type, test: &Test, node: &Node) -> String {
    let of = if of == Type::List { "a list" } else { "a map" };
    match node.value {
        NodeValue::Map(_) => prose!("{of}, of which `{}` says nothing", test.word()),
        NodeValue::List(_) => prose!("{of}, and so none of these"),
        _ => prose!("{of}, and never {}", node.described()),
    }
}

/// With `key` in place of that of `entry`, if no other of `entries` has it.
fn put_key(diagnostic: Diagnostic, key: &str, entry: &MapEntry, entries: &[MapEntry], text: &str) -> Diagnostic {
    if !WRITTEN {
        return diagnostic;
    }
    if find_key(entries, key).is_some() { diagnostic } else { diagnostic.replace_word(key, entry.key_span, text) }
}

/// A matcher of the map of all arguments that is one for a single argument.
fn on_args(diagnostic: Diagnostic, entry: &MapEntry, entries: &[MapEntry], text: &str) -> Diagnostic {
    if !WRITTEN {
        return diagnostic;
    }
    let node = &entry.value;
    match &node.value {
        NodeValue::List(items) => {
            let diagnostic = diagnostic.help("for the names of the arguments write `args: { only_keys: […] }`");
            let are_names = items.iter().all(|item| matches!(item.value, NodeValue::Text(_)));
            match movable(node.span, text).filter(|written| are_names && written.starts_with('[')) {
                Some(list) => diagnostic.fix("allow no other arguments", node.span, prose!("{{ only_keys: {list} }}")),
                None => diagnostic,
            }
        }
        NodeValue::Map(inner) => match inner.as_slice() {
            [only] if matches!(only.key.as_str(), "path" | "url" | "email") => {
                let field = prose!("args.{}", only.key);
                let diagnostic = diagnostic.help(prose!("name the argument: `{field}: {{ {}: … }}`", only.key));
                put_key(diagnostic, &field, entry, entries, text)
            }
            _ => {
                let word = inner.iter().map(|inner| inner.key.as_str()).find(|key| MATCHERS.contains(key));
                diagnostic.help(prose!("name the argument: `args.x: {{ {}: … }}`", word.unwrap_or("equals")))
            }
        },
        _ => diagnostic.help("name the argument: `args.x: …`"),
    }
}

/// A matcher of a list that is one for an item.
fn on_list(diagnostic: Diagnostic, node: &Node, text: &str) -> Diagnostic {
    if !WRITTEN {
        return diagnostic;
    }
    const HELP: &str = "ask for an item: `{ has: x }`, or for one of some: `{ some: [x, y] }`";
    let diagnostic = diagnostic.help(HELP);
    let has_fix = |diagnostic: Diagnostic, word: &str, at: &Node| match movable(at.span, text) {
        Some(written) => diagnostic.fix("ask for an item", at.span, prose!("{{ {word}: {written} }}")),
        None => diagnostic,
    };
    match &node.value {
        NodeValue::List(_) => has_fix(diagnostic, "some", node),
        NodeValue::Map(entries) => match entries.as_slice() {
            [only] if only.key == "not" => match &only.value.value {
                NodeValue::List(_) => has_fix(diagnostic, "some", &only.value),
                NodeValue::Map(_) => diagnostic,
                _ => has_fix(diagnostic, "has", &only.value),
            },
            [only] if matches!(only.key.as_str(), "contains" | "equals") => {
                diagnostic.replace_word("has", only.key_span, text)
            }
            [only] if only.key == "in" => diagnostic.replace_word("some", only.key_span, text),
            _ => diagnostic,
        },
        _ => has_fix(diagnostic, "has", node),
    }
}
