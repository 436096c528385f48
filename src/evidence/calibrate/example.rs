//! The tests that come with a proposal: calls of the past, without what is of people.

use super::answer::{Against, Answer};
use super::evidence::RuleEvidence;
use super::replay::Replay;
use super::sample::Observation;
use crate::decide::call::Call;
use crate::policy::edit::NewTest;
use crate::policy::model::{Action, Expectation};
use crate::review::present::kinds::{Meant, is_secret, meant, secrets_in, words_at, words_of};
use crate::review::present::past::add_leaves;
use crate::review::present::rows::number_text;
use crate::value::value::{Map, Value, record};

/// Tests of the new rule `id`: one call that it allows, the same with a key that it does not know, and one that was
/// rejected. `policy` is the text that they come into.
pub(super) fn tests(
    replay: &Replay<'_>,
    saved: &[&Observation],
    rule: &RuleEvidence,
    (tool, id): (&str, &str),
    policy: &str,
) -> Vec<NewTest> {
    let Some(example) = saved.iter().max_by_key(|seen| seen.at_ms).map(|seen| &seen.call) else { return Vec::new() };
    let expect = |action: Action, rule: Option<&str>| Expectation {
        action: Some(action),
        rule: rule.map(str::to_owned),
        cause: None,
    };
    let mut tests = vec![(format!("{id} allows what was always approved"), example.clone(), Action::Allow, Some(id))];
    if let Some(Value::Map(args)) = &example.args {
        let args = Some(Value::Map(args.clone().with("not_seen_before", Value::Bool(true))));
        tests.push((
            format!("{id} does not allow an argument that was not seen"),
            Call { args, ..example.clone() },
            Action::Escalate,
            None,
        ));
    }
    let is_rejected = |seen: &&Observation| {
        seen.call.tool == tool && !seen.is_large && seen.answer == Answer::Against(Against::Rejected)
    };
    if let Some(rejected) = rule.against.iter().find(is_rejected) {
        tests.push((format!("{id} does not allow what was rejected"), rejected.call.clone(), Action::Escalate, None));
    }
    let tests = tests.into_iter().filter(|(_, call, _, _)| !holds_secret(call));
    let tests = tests.filter_map(|(name, call, action, rule)| {
        let call = neutral(replay, &call, policy)?;
        (replay.after(&call).0 == action).then(|| NewTest { name, call: call_map(&call), expect: expect(action, rule) })
    });
    tests.collect()
}

/// Whether something in the arguments of `call` is a secret, which no policy should hold.
fn holds_secret(call: &Call) -> bool {
    let mut leaves = Vec::new();
    if let Some(args) = &call.args {
        add_leaves("args", args, &call.tool, &mut leaves);
    }
    leaves.iter().any(|leaf| {
        is_secret(leaf.value, &leaf.words) || matches!(leaf.value, Value::Text(text) if !secrets_in(text).is_empty())
    })
}

/// `call` as a test writes it.
fn call_map(call: &Call) -> Map {
    let Call { tool, args, agent, user, session, context, .. } = call;
    let map = record([
        ("tool", Some(Value::from(tool.as_str()))),
        ("args", args.clone()),
        ("agent", agent.clone()),
        ("user", user.clone()),
        ("session", session.clone()),
        ("context", context.clone()),
    ]);
    if let Value::Map(map) = map { map } else { Map::default() }
}

/// A part of a call.
#[derive(Clone, Copy)]
enum Part {
    Args,
    User,
    Session,
    Context,
}

impl Part {
    fn of(self, call: &Call) -> Option<&Value> {
        match self {
            Self::Args => call.args.as_ref(),
            Self::User => call.user.as_ref(),
            Self::Session => call.session.as_ref(),
            Self::Context => call.context.as_ref(),
        }
    }

    fn with(self, call: &Call, value: Option<Value>) -> Call {
        match self {
            Self::Args => Call { args: value, ..call.clone() },
            Self::User => Call { user: value, ..call.clone() },
            Self::Session => Call { session: value, ..call.clone() },
            Self::Context => Call { context: value, ..call.clone() },
        }
    }
}

/// `call` with something neutral in place of its user, session and context, of free text and of who has an address, as far
/// as the decision stays the same. `None` if something of them would stay that is not in `policy` anyway.
fn neutral(replay: &Replay<'_>, call: &Call, policy: &str) -> Option<Call> {
    let decided = replay.after(call);
    let is_same = |call: &Call| replay.after(call) == decided;
    let mut call = call.clone();
    let marks = match &call.session {
        Some(Value::Map(session)) => session.get("marks").cloned(),
        _ => None,
    };
    let session = record([("id", Some(Value::from("a-session"))), ("marks", marks)]);
    for (part, value) in [(Part::User, None), (Part::Context, None), (Part::Session, Some(session)), (Part::Args, None)]
    {
        let Some(whole) = part.of(&call) else { continue };
        let is_of_args = matches!(part, Part::Args);
        let simple = part.with(&call, value);
        if !is_of_args && is_same(&simple) {
            call = simple;
            continue;
        }
        let mut leaves = Vec::new();
        leaves_of(whole, &words_of(""), &mut leaves);
        for (place, (leaf, words)) in leaves.iter().enumerate() {
            let with = |new: Value| {
                let mut before = place;
                let value = replaced(part.of(&call)?, &new, &mut before);
                Some(part.with(&call, Some(value)))
            };
            let neutral = if is_of_args { placeholders(leaf, words, &call.tool) } else { placeholders_of_part(leaf) };
            if neutral.is_empty() {
                continue;
            }
            match neutral.into_iter().filter_map(with).find(is_same) {
                Some(same) => call = same,
                None if policy.contains(&text_of(leaf)) => {}
                None => return None,
            }
        }
    }
    Some(call)
}

/// What may stand in place of an argument; nothing where it is nobody's.
fn placeholders(leaf: &Value, words: &[String], tool: &str) -> Vec<Value> {
    let Value::Text(text) = leaf else { return Vec::new() };
    match meant(text, words, tool) {
        // By its length if that matters.
        Meant::Prose => vec![Value::from("text"), Value::Text("x".repeat(text.chars().count()))],
        Meant::Recipient => {
            let domain = text.rsplit_once('@').map(|(_, domain)| domain);
            domain.map(|domain| Value::Text(format!("somebody@{domain}"))).into_iter().collect()
        }
        Meant::Url | Meant::Path | Meant::Shell | Meant::Other => Vec::new(),
    }
}

fn placeholders_of_part(leaf: &Value) -> Vec<Value> {
    match leaf {
        Value::Text(text) => vec![Value::from("x"), Value::Text("x".repeat(text.chars().count()))],
        Value::Number(_) => vec![Value::Number(0.0), Value::Number(1.0)],
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => Vec::new(),
    }
}

fn text_of(leaf: &Value) -> String {
    match leaf {
        Value::Text(text) => text.clone(),
        Value::Number(number) => number_text(*number),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => String::new(),
    }
}

/// The values in `value` that hold no others, and the words of their keys, in order.
fn leaves_of(value: &Value, words: &[String], out: &mut Vec<(Value, Vec<String>)>) {
    match value {
        Value::List(items) => items.iter().for_each(|item| leaves_of(item, words, out)),
        Value::Map(map) => map.iter().for_each(|(key, item)| leaves_of(item, &words_at(map, key), out)),
        leaf => out.push((leaf.clone(), words.to_vec())),
    }
}

/// `value` with `new` in place of the leaf before which `before` others stand.
fn replaced(value: &Value, new: &Value, before: &mut usize) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(|item| replaced(item, new, before)).collect()),
        Value::Map(map) => {
            let entries = map.iter().map(|(key, item)| (key.to_owned(), replaced(item, new, before))).collect();
            Map::new(entries).map_or_else(|_| value.clone(), Value::Map)
        }
        leaf => {
            let is_it = *before == 0;
            *before = before.wrapping_sub(1);
            if is_it { new.clone() } else { leaf.clone() }
        }
    }
}
