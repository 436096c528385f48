//! Small changes of one rule, each of which its author could have made by mistake.

use std::fmt::Display;
use std::sync::Arc;

use crate::matcher::condition::{Bound, Condition, Matcher, PathTest, Test};
use crate::policy::model::{Action, Rule};
use crate::text::span::Span;
use crate::value::canonical::{canonical, number_text};
use crate::value::value::Value;

/// Where the keys of a rule stand, for those that are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeySpans {
    /// Of `action`.
    pub action: Option<Span>,
    /// Of `limit`.
    pub limit: Option<Span>,
    /// Of `min_confidence`.
    pub min_confidence: Option<Span>,
    /// Of `undecidable`.
    pub undecidable: Option<Span>,
}

/// A change that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where what it changes is written.
    pub span: Span,
    /// What it changes, in one line for people.
    pub what: String,
}

/// How many changes of `rule` there are.
#[must_use]
pub fn changes(rule: &Rule) -> usize {
    let mut walk = Walk { left: usize::MAX, made: None };
    walk.rule(&mut rule.clone(), KeySpans::default());
    usize::MAX - walk.left
}

/// Makes the `nth` change, from 0, of `rule`; `None` if there are not as many.
#[must_use]
pub fn change(rule: &mut Rule, keys: KeySpans, nth: usize) -> Option<Change> {
    let mut walk = Walk { left: nth, made: None };
    walk.rule(rule, keys);
    walk.made
}

/// Goes through a rule and changes the one thing whose turn it is.
struct Walk {
    /// So many changes come before.
    left: usize,
    made: Option<Change>,
}

impl Walk {
    /// Whether a change that comes now is the one to make.
    fn is_turn(&mut self) -> bool {
        if self.made.is_some() {
            return false;
        }
        let is_turn = self.left == 0;
        self.left = self.left.saturating_sub(1);
        is_turn
    }

    fn made(&mut self, span: Span, what: String) {
        self.made = Some(Change { span, what });
    }

    fn rule(&mut self, rule: &mut Rule, keys: KeySpans) {
        self.action(rule, keys);
        if rule.tools.len() > 1 {
            for place in 0..rule.tools.len() {
                if self.is_turn() {
                    let tool = rule.tools.remove(place);
                    self.made(tool.span, format!("`{}` dropped from `tool`", tool.text));
                    return;
                }
            }
        }
        self.when(rule);
        if let Some(limit) = &mut rule.limit {
            let span = keys.limit.unwrap_or(rule.span);
            if self.is_turn() {
                let then = if limit.then == Action::Block { Action::Escalate } else { Action::Block };
                self.made(span, format!("a call past the limit made `{}`", then.as_str()));
                limit.then = then;
            }
            if self.is_turn() {
                self.made(span, "`limit` dropped".to_owned());
                rule.limit = None;
            }
        }
        if let Some(min) = rule.min_confidence
            && self.is_turn()
        {
            rule.min_confidence = None;
            let span = keys.min_confidence.unwrap_or(rule.span);
            self.made(span, format!("`min_confidence: {}` dropped", number_text(min)));
        }
    }

    fn action(&mut self, rule: &mut Rule, keys: KeySpans) {
        let (old, undecidable) = (rule.action, rule.undecidable);
        for action in Action::ALL.into_iter().filter(|action| *action != old) {
            if self.is_turn() {
                rule.action = action;
                if undecidable == old {
                    rule.undecidable = action;
                }
                let span = keys.action.unwrap_or(rule.span);
                self.made(span, format!("`action: {}` made `{}`", old.as_str(), action.as_str()));
            }
        }
        if undecidable != old && self.is_turn() {
            rule.undecidable = old;
            let span = keys.undecidable.unwrap_or(rule.span);
            self.made(span, format!("`undecidable: {}` dropped", undecidable.as_str()));
        }
    }

    fn when(&mut self, rule: &mut Rule) {
        let Some(when) = &mut rule.when else { return };
        if !matches!(&when.condition, Condition::All(parts) if parts.len() > 1) && self.is_turn() {
            let span = first_span(&when.condition).unwrap_or(rule.span);
            self.made(span, "`when` dropped".to_owned());
            rule.when = None;
            return;
        }
        self.condition(&mut when.condition, rule.span);
    }

    /// `around` is where the condition stands, if nothing better is known.
    fn condition<F: Display>(&mut self, condition: &mut Condition<F>, around: Span) {
        match condition {
            Condition::Field { field, span, matcher } => {
                let field = field.to_string();
                self.field(Arc::make_mut(matcher), &field, *span);
            }
            Condition::All(parts) | Condition::Any(parts) => self.parts(parts, around),
            Condition::Not(inner) => {
                if self.is_turn() {
                    let span = first_span(inner).unwrap_or(around);
                    self.made(span, "`not` dropped around a condition".to_owned());
                    let inside = std::mem::replace(&mut **inner, Condition::All(Vec::new()));
                    *condition = inside;
                    return;
                }
                self.condition(inner, around);
            }
        }
    }

    fn parts<F: Display>(&mut self, parts: &mut Vec<Condition<F>>, around: Span) {
        if parts.len() > 1 {
            for place in 0..parts.len() {
                if self.is_turn() {
                    let part = parts.remove(place);
                    self.made(first_span(&part).unwrap_or(around), format!("{} dropped", told(&part)));
                    return;
                }
            }
        }
        parts.iter_mut().for_each(|part| self.condition(part, around));
    }

    /// What is asked of one field.
    fn field(&mut self, matcher: &mut Matcher, field: &str, span: Span) {
        let tests = std::mem::take(&mut matcher.tests);
        matcher.tests = match <[Test; 1]>::try_from(tests) {
            // Whether it is there, or empty, is turned round on its own.
            Ok([test @ (Test::Exists(_) | Test::Empty(_))]) => vec![test],
            Ok([Test::Not(inner)]) => {
                if self.is_turn() {
                    self.made(span, format!("`not` dropped from `{field}`"));
                    inner.tests
                } else {
                    vec![Test::Not(inner)]
                }
            }
            Ok([test]) => self.negated(vec![test], matcher.span, field, span),
            Err(tests) => self.negated(tests, matcher.span, field, span),
        };
        self.matcher(matcher, field);
    }

    fn negated(&mut self, tests: Vec<Test>, inside: Span, field: &str, span: Span) -> Vec<Test> {
        if !self.is_turn() {
            return tests;
        }
        self.made(span, format!("what is asked of `{field}` negated"));
        vec![Test::Not(Box::new(Matcher { tests, span: inside }))]
    }

    fn matcher(&mut self, matcher: &mut Matcher, field: &str) {
        let Matcher { tests, span } = matcher;
        if tests.len() > 1 {
            for place in 0..tests.len() {
                if self.is_turn() {
                    let test = tests.remove(place);
                    self.made(*span, format!("`{}` dropped from `{field}`", test.word()));
                    return;
                }
            }
        }
        tests.iter_mut().for_each(|test| self.test(test, field, *span));
    }

    fn test(&mut self, test: &mut Test, field: &str, span: Span) {
        let word = test.word();
        match test {
            Test::Number(bound, number) => self.number(bound, number, field, span),
            Test::Exists(wanted) | Test::Empty(wanted) => {
                if self.is_turn() {
                    self.made(span, format!("`{word}: {wanted}` of `{field}` made `{}`", !*wanted));
                    *wanted = !*wanted;
                }
            }
            Test::Equals(values) => self.value(values, |value| Some(json(value)), (field, word), span),
            Test::Type(types) => self.value(types, |of| Some(of.as_str().to_owned()), (field, word), span),
            Test::OnlyKeys(keys) => self.value(keys, |key| Some(key.clone()), (field, word), span),
            Test::ShellOnly(patterns) => self.value(patterns, |it| Some(it.to_string()), (field, "shell only"), span),
            Test::ShellRuns(patterns) => self.value(patterns, |it| Some(it.to_string()), (field, "shell runs"), span),
            Test::Email(email) => {
                self.value(&mut email.domains, |_| None, (field, "email domain"), span);
                self.value(&mut email.addresses, |_| None, (field, "email address"), span);
            }
            Test::Url(url) => {
                self.value(&mut url.schemes, |scheme| Some(scheme.clone()), (field, "url scheme"), span);
                self.value(&mut url.hosts, |_| None, (field, "url host"), span);
                self.value(&mut url.ports, |port| Some(port.to_string()), (field, "url port"), span);
                self.value(&mut url.paths, |_| None, (field, "url path"), span);
                self.value(&mut url.addresses, |_| None, (field, "url address"), span);
            }
            Test::Path(path) => self.path(path, field, span),
            Test::Where(condition) => self.condition(condition, span),
            Test::Each(_) | Test::Some(_) => self.items(test, field, span),
            Test::Length(inner) | Test::Keys(inner) | Test::Values(inner) | Test::Not(inner) => {
                self.matcher(inner, &format!("{field} {word}"));
            }
            Test::SameAs(_)
            | Test::InField(_)
            | Test::StartsWith(_)
            | Test::EndsWith(_)
            | Test::Contains(_)
            | Test::Glob(_)
            | Test::Regex(_) => {}
        }
    }

    fn items(&mut self, test: &mut Test, field: &str, span: Span) {
        let is_each = matches!(test, Test::Each(_));
        let (Test::Each(inner) | Test::Some(inner)) = test else { return };
        let (word, other) = if is_each { ("each", "some") } else { ("some", "each") };
        if self.is_turn() {
            let inner = inner.clone();
            *test = if is_each { Test::Some(inner) } else { Test::Each(inner) };
            self.made(span, format!("`{word}` of `{field}` made `{other}`"));
            return;
        }
        self.matcher(inner, &format!("{field} {word}"));
    }

    fn path(&mut self, path: &mut PathTest, field: &str, span: Span) {
        self.value(&mut path.under, |_| None, (field, "path under"), span);
        self.value(&mut path.glob, |_| None, (field, "path glob"), span);
        self.value(&mut path.extension, |extension| Some(extension.clone()), (field, "path extension"), span);
        if path.ignore_case && self.is_turn() {
            path.ignore_case = false;
            self.made(span, format!("`ignore_case` dropped from `{field} path`"));
        }
    }

    /// The bound made the one that counts or does not count the number itself, and moved a step up and down.
    fn number(&mut self, bound: &mut Bound, number: &mut f64, field: &str, span: Span) {
        let old = format!("`{field} {}: {}`", bound.word(), number_text(*number));
        if self.is_turn() {
            *bound = match bound {
                Bound::Above => Bound::AtLeast,
                Bound::AtLeast => Bound::Above,
                Bound::Below => Bound::AtMost,
                Bound::AtMost => Bound::Below,
            };
            self.made(span, format!("{old} made `{}`", bound.word()));
        }
        let was = *number;
        for moved in neighbours(was) {
            if self.is_turn() {
                *number = moved;
                self.made(span, format!("{old} moved to `{}`", number_text(moved)));
            }
        }
    }

    /// Each of several values dropped; `show` tells one.
    fn value<T>(
        &mut self,
        values: &mut Vec<T>,
        show: impl Fn(&T) -> Option<String>,
        (field, word): (&str, &str),
        span: Span,
    ) {
        if values.len() < 2 {
            return;
        }
        for place in 0..values.len() {
            if self.is_turn() {
                let all = values.len();
                let value = values.remove(place);
                let shown =
                    show(&value).map_or_else(|| format!("value {} of {all}", place + 1), |shown| format!("`{shown}`"));
                self.made(span, format!("{shown} dropped from `{field} {word}`"));
                return;
            }
        }
    }
}

/// The numbers next to `number` that are written with as many decimals.
fn neighbours(number: f64) -> [f64; 2] {
    let text = number_text(number);
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let scale = 10_f64.powi(i32::try_from(decimals).unwrap_or(0));
    // Whole steps, so that 0.3 is next to 0.2 and not to 0.30000000000000004.
    let steps = (number * scale).round();
    [(steps + 1.0) / scale, (steps - 1.0) / scale]
}

/// Where the first field of `condition` is written.
fn first_span<F>(condition: &Condition<F>) -> Option<Span> {
    match condition {
        Condition::Field { span, .. } => Some(*span),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().find_map(first_span),
        Condition::Not(inner) => first_span(inner),
    }
}

fn told<F: Display>(condition: &Condition<F>) -> String {
    match condition {
        Condition::Field { field, .. } => format!("`{field}`"),
        Condition::All(_) => "one of the conditions, an `all`,".to_owned(),
        Condition::Any(_) => "one of the conditions, an `any`,".to_owned(),
        Condition::Not(_) => "one of the conditions, a `not`,".to_owned(),
    }
}

/// `value` as JSON, cut short.
fn json(value: &Value) -> String {
    const CHARS_MAX: usize = 80;
    let mut text = String::new();
    if canonical(value, &mut text).is_err() {
        return "a value".to_owned();
    }
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
