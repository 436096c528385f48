//! Why a call was held: the conditions that decided, and what would have been allowed instead.

use super::card::{ConditionSeen, Why};
use super::kinds::words_of;
use super::rows::{bounded_inline, inline, number_text};
use super::written::{Form, Written, joined, said, written};
use crate::decide::call::{Call, Facts as _};
use crate::decide::compile::Stack;
use crate::decide::condition::Leaf;
use crate::decide::decide::{Decision, decide};
use crate::decide::limit::Usage;
use crate::decide::trace::{RuleTrace, trace};
use crate::matcher::condition::{Bound, Matcher, Test, TextOrField};
use crate::matcher::truth::Truth;
use crate::policy::model::{Action, Cause};
use crate::value::field::{Field, Found, Root, Step};
use crate::value::value::{Map, Value};

/// The policies of a decision, and the texts that they came from.
#[derive(Clone, Copy)]
pub struct Policies<'a> {
    /// Ready to decide.
    pub stack: &'a Stack,
    /// In the order of the policies.
    pub texts: &'a [&'a str],
}

/// More conditions are not told.
const CONDITIONS_MAX: usize = 50;
/// More sentences about what would be allowed are not told.
const INSTEAD_MAX: usize = 5;
/// More rules are not tried for that.
const TRIES_MAX: usize = 40;

/// Why `decision` was made about `call`.
#[must_use]
pub fn why(call: &Call, decision: &Decision, policies: Option<Policies<'_>>) -> Why {
    let doubts = decision.undecidable.iter().map(|doubt| {
        let (rule, field) = (written(&doubt.rule, Form::Prose), written(&doubt.field, Form::Prose));
        joined([
            said("rule "),
            rule,
            said(" cannot be decided for "),
            field,
            said(": "),
            written(&doubt.why, Form::Prose),
        ])
    });
    let mut why = Why {
        action: decision.action,
        cause: decision.cause,
        rule: decision.rule.as_deref().map(|rule| written(rule, Form::Prose)),
        policy: decision.policy,
        reason: decision.reason.as_deref().map(|reason| written(reason, Form::Prose)),
        doubts: doubts.collect(),
        conditions: Vec::new(),
        instead: Vec::new(),
        span: None,
        source: None,
    };
    let Some(Policies { stack, texts }) = policies else { return why };
    let Some(source) = stack.policies.iter().position(|compiled| Some(compiled.policy.digest) == decision.policy)
    else {
        return why;
    };
    let traced = trace(stack, call, &Usage::default());
    let Some(walk) = traced.policies.get(source) else { return why };
    why.source = Some(source);
    let text = texts.get(source).copied().unwrap_or_default();
    let is_deciding = |trace: &&RuleTrace<'_>| Some(trace.rule.id.as_str()) == decision.rule.as_deref();
    if let Some(rule) = walk.rules.iter().find(is_deciding) {
        why.span = Some(rule.rule.span);
        why.conditions = rule.leaves.iter().take(CONDITIONS_MAX).map(|leaf| seen(leaf, text)).collect();
    }
    if decision.action == Action::Escalate && !matches!(decision.cause, Cause::Hold | Cause::Repeat) {
        let deciding = walk.rules.iter().find(is_deciding);
        let rules = traced.policies.iter().flat_map(|walk| &walk.rules);
        let laxer = rules.filter(|rule| rule.rule.action == Action::Allow && rule.tool.is_some()).take(TRIES_MAX);
        let by_rule = laxer.filter_map(|rule| by_rule(stack, call, rule));
        let by_leaf = deciding.into_iter().flat_map(|rule| rule.leaves.iter()).take(TRIES_MAX);
        let by_leaf = by_leaf.filter_map(|leaf| by_leaf_alone(stack, call, leaf));
        for sentence in by_rule.chain(by_leaf) {
            if why.instead.len() < INSTEAD_MAX && !why.instead.contains(&sentence) {
                why.instead.push(sentence);
            }
        }
    }
    why
}

fn seen(leaf: &Leaf<'_>, text: &str) -> ConditionSeen {
    let value = match leaf.found {
        Found::Value(value) => Some(bounded_inline(value, &last_words(leaf.field))),
        Found::Absent | Found::Blocked => None,
    };
    let asks = leaf.matcher.span.of(text);
    let asks =
        if leaf.negated { joined([said("not: "), written(asks, Form::Prose)]) } else { written(asks, Form::Prose) };
    let outcome = if leaf.negated { leaf.truth.negated() } else { leaf.truth };
    ConditionSeen { field: field_text(leaf.field), value, outcome, asks, span: leaf.span }
}

/// The words of the last key of `field`.
#[must_use]
pub fn last_words(field: &Field) -> Vec<String> {
    let keys = field.way.steps.iter().rev();
    let key = keys.filter_map(|step| if let Step::Key(key) = step { Some(key) } else { None }).next();
    key.map(|key| words_of(key)).unwrap_or_default()
}

fn field_text(field: &Field) -> Written {
    written(&field.to_string(), Form::Prose)
}

/// A change to a call, and how it is said.
struct Change {
    field: Field,
    /// `None`: nothing would stand there.
    value: Option<Value>,
    words: Written,
}

/// `would be allowed if …`, if that is so with the conditions of `rule` met. It is tried: the changed call is decided.
fn by_rule(stack: &Stack, call: &Call, rule: &RuleTrace<'_>) -> Option<Written> {
    if rule.truth == Truth::Holds {
        return None;
    }
    let failing = rule.leaves.iter().filter(|leaf| (leaf.truth == Truth::Holds) == leaf.negated);
    let changes: Vec<Change> =
        failing.take(CONDITIONS_MAX).map(|leaf| change(leaf, !leaf.negated)).collect::<Option<_>>()?;
    allowed_with(stack, call, &changes)
}

/// The same with one condition of the rule that decided not met.
fn by_leaf_alone(stack: &Stack, call: &Call, leaf: &Leaf<'_>) -> Option<Written> {
    let holds = (leaf.truth == Truth::Holds) != leaf.negated;
    let change = if holds { change(leaf, leaf.negated)? } else { return None };
    allowed_with(stack, call, &[change])
}

fn allowed_with(stack: &Stack, call: &Call, changes: &[Change]) -> Option<Written> {
    if changes.is_empty() {
        return None;
    }
    let mut changed = call.clone();
    for change in changes {
        // What agent, user and session are is not for anybody to change.
        if change.field.root != Root::Args {
            return None;
        }
        changed.args = replaced(changed.args.as_ref(), &change.field.way.steps, change.value.clone());
    }
    if decide(stack, &changed, &Usage::default()).action != Action::Allow {
        return None;
    }
    let words = changes.iter().enumerate().flat_map(|(place, change)| {
        [said(if place > 0 { " and " } else { "" }), field_text(&change.field), said(" "), change.words.clone()]
    });
    Some(joined([said("would be allowed for example if ")].into_iter().chain(words)))
}

/// What would make the matcher of `leaf` hold, or not hold.
fn change(leaf: &Leaf<'_>, holds: bool) -> Option<Change> {
    let now = if let Found::Value(value) = leaf.found { Some(value) } else { None };
    let (value, words) = if holds { met(leaf.matcher)? } else { unmet(leaf.matcher, now)? };
    Some(Change { field: leaf.field.clone(), value, words })
}

type Way = (Option<Value>, Written);

/// A value of which `matcher` holds, if one is easily found; what is asked, in words.
fn met(matcher: &Matcher) -> Option<Way> {
    match matcher.tests.as_slice() {
        [Test::Number(bound, limit)] => Some(were(within(*bound, *limit))),
        [Test::Equals(values)] if values.len() == 1 => {
            let value = values.first()?;
            Some((Some(value.clone()), joined([said("were "), inline(value, &[])])))
        }
        [Test::Exists(false)] => Some((None, said("were not there"))),
        tests => {
            let value = tests.iter().find_map(witness)?;
            let words = joined([said("were "), inline(&value, &[])]);
            Some((Some(value), words))
        }
    }
}

/// A value of which `matcher` does not hold.
fn unmet(matcher: &Matcher, now: Option<&Value>) -> Option<Way> {
    match matcher.tests.as_slice() {
        [Test::Number(bound, limit)] => {
            let opposite = match bound {
                Bound::Above => Bound::AtMost,
                Bound::AtLeast => Bound::Below,
                Bound::Below => Bound::AtLeast,
                Bound::AtMost => Bound::Above,
            };
            Some(were(within(opposite, *limit)))
        }
        [Test::Exists(true)] if now.is_some() => Some((None, said("were not there"))),
        _ => None,
    }
}

/// Only what was tried is said: between a bound and what lies far from it other rules may decide.
fn were(number: f64) -> Way {
    (Some(Value::Number(number)), said(format!("were {}", number_text(number))))
}

fn within(bound: Bound, limit: f64) -> f64 {
    match bound {
        Bound::Above => limit + 1.0,
        Bound::AtLeast | Bound::AtMost => limit,
        Bound::Below => limit - 1.0,
    }
}

/// A value of which `test` holds; a try, which is decided.
fn witness(test: &Test) -> Option<Value> {
    let text = |text: String| Some(Value::Text(text));
    match test {
        Test::Equals(values) => values.first().cloned(),
        Test::Number(bound, limit) => Some(Value::Number(within(*bound, *limit))),
        Test::StartsWith(start) => text(start.clone()),
        Test::EndsWith(end) => text(end.clone()),
        Test::Contains(part) => text(part.clone()),
        Test::Each(matcher) | Test::Some(matcher) => {
            matcher.tests.iter().find_map(witness).map(|value| Value::List(vec![value]))
        }
        Test::Email(test) => test.domains.first().map(|domain| Value::Text(domain.example())),
        Test::Path(test) => match test.under.first()? {
            TextOrField::Text(folder) => {
                let end = test.extension.first().map(|extension| format!(".{extension}")).unwrap_or_default();
                text(format!("{}/x{end}", folder.trim_end_matches('/')))
            }
            TextOrField::Field(_) => None,
        },
        Test::SameAs(_)
        | Test::InField(_)
        | Test::Exists(_)
        | Test::Empty(_)
        | Test::Type(_)
        | Test::Glob(_)
        | Test::Regex(_)
        | Test::Length(_)
        | Test::Where(_)
        | Test::OnlyKeys(_)
        | Test::Keys(_)
        | Test::Values(_)
        | Test::Not(_)
        | Test::Url(_)
        | Test::ShellOnly(_)
        | Test::ShellRuns(_) => None,
    }
}

/// `value` with `new` at the end of `steps`.
fn replaced(value: Option<&Value>, steps: &[Step], new: Option<Value>) -> Option<Value> {
    let Some((step, rest)) = steps.split_first() else { return new };
    match (step, value) {
        (Step::Key(key), None) => Some(Value::Map(with(Map::default(), key, replaced(None, rest, new)))),
        (Step::Key(key), Some(Value::Map(map))) => {
            let inner = replaced(map.get(key), rest, new);
            Some(Value::Map(with(map.clone(), key, inner)))
        }
        (Step::Index(index), Some(Value::List(items))) => {
            let mut items = items.clone();
            let inner = replaced(items.get(*index), rest, new)?;
            *items.get_mut(*index)? = inner;
            Some(Value::List(items))
        }
        (_, other) => other.cloned(),
    }
}

fn with(map: Map, key: &str, value: Option<Value>) -> Map {
    match value {
        Some(value) => map.with(key, value),
        None => map.only(|other| other != key),
    }
}

/// What stands at `field` of `call`, if anything.
#[must_use]
pub fn at<'a>(call: &'a Call, field: &Field) -> Option<&'a Value> {
    if let Found::Value(value) = call.find(field) { Some(value) } else { None }
}
