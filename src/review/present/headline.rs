//! What a call does, in words of the engine: from the tool's name and the arguments alone.

use super::kinds::{Meant, meant, read, words_of};
use super::past::Past;
use super::rows::{counted, grouped, number_text};
use super::written::{Form, Written, joined, quoted, said, written};
use crate::decide::call::Call;
use crate::sorted::sorted_by;
use crate::value::value::{Map, Value};

/// Words that tools begin with.
const VERBS: [&str; 76] = [
    "add",
    "approve",
    "archive",
    "assign",
    "book",
    "call",
    "cancel",
    "change",
    "charge",
    "check",
    "clear",
    "close",
    "copy",
    "create",
    "deactivate",
    "delete",
    "deploy",
    "disable",
    "download",
    "drop",
    "edit",
    "enable",
    "exec",
    "execute",
    "export",
    "fetch",
    "find",
    "forward",
    "get",
    "grant",
    "import",
    "insert",
    "install",
    "invite",
    "issue",
    "kill",
    "list",
    "lock",
    "make",
    "merge",
    "modify",
    "move",
    "open",
    "order",
    "pay",
    "post",
    "publish",
    "pull",
    "purchase",
    "push",
    "put",
    "query",
    "read",
    "refund",
    "remove",
    "rename",
    "replace",
    "reply",
    "reset",
    "restart",
    "revoke",
    "run",
    "save",
    "schedule",
    "search",
    "send",
    "set",
    "share",
    "start",
    "stop",
    "submit",
    "transfer",
    "update",
    "upload",
    "wire",
    "write",
];

/// `Send email` for `email.send`, `send_email` or `mcp__mail__sendEmail`.
#[must_use]
pub(super) fn verb(tool: &str) -> Written {
    let is_plain =
        tool.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b':' | b'/'));
    let parts: Vec<&str> =
        tool.split(['.', ':', '/']).flat_map(|part| part.split("__")).filter(|part| !part.is_empty()).collect();
    let (Some(last), true) = (parts.last(), is_plain) else { return written(tool, Form::Prose) };
    let mut words = words_of(last);
    let before = parts.len().checked_sub(2).and_then(|at| parts.get(at)).map(|part| words_of(part)).unwrap_or_default();
    let is_verb = |word: Option<&String>| word.is_some_and(|word| VERBS.contains(&word.as_str()));
    if words.len() == 1 {
        words.extend(before);
    }
    if !is_verb(words.first()) && is_verb(words.last()) {
        words.rotate_right(1);
    }
    let text = words.join(" ");
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase().to_string()).unwrap_or_default();
    said(format!("{first}{}", chars.as_str()))
}

const AMOUNTS: [&str; 9] = ["amount", "amounts", "total", "price", "sum", "value", "quantity", "cents", "qty"];
/// Words that are those of an amount only where a number stands.
const AMOUNTS_OF_NUMBERS: [&str; 3] = ["value", "sum", "cents"];
const COMMANDS: [&str; 9] = ["command", "commands", "cmd", "cmds", "script", "shell", "code", "sql", "statement"];
const OBJECTS: [&str; 13] = [
    "file",
    "files",
    "filename",
    "filepath",
    "path",
    "paths",
    "branch",
    "repo",
    "repository",
    "table",
    "database",
    "package",
    "folder",
];
/// What an object is called by; named only if there is nothing that says more.
const NAMES: [&str; 6] = ["service", "user", "username", "name", "id", "order"];
const DESTINATIONS: [&str; 34] = [
    "to",
    "cc",
    "bcc",
    "recipient",
    "recipients",
    "attendees",
    "invitees",
    "destination",
    "destinations",
    "dest",
    "target",
    "targets",
    "url",
    "urls",
    "uri",
    "endpoint",
    "webhook",
    "host",
    "hostname",
    "domain",
    "channel",
    "channels",
    "email",
    "emails",
    "mailto",
    "address",
    "addresses",
    "addressee",
    "account",
    "iban",
    "bucket",
    "phone",
    "payee",
    "beneficiary",
];
/// How much of a value stands in a headline, in characters.
const HEADLINE_CHARS: usize = 80;
/// How many destinations stand there.
const SHOWN_MAX: usize = 3;
/// More values are not looked at; a call of more cannot be approved.
const VALUES_MAX: usize = 5_000;

/// What a value says in a headline.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Destination,
    Amount,
    Command,
    Object,
    Name,
}

/// What the value at a key of these `words` says.
#[must_use]
pub(super) fn role(words: &[String], value: &Value) -> Option<Role> {
    let is_number = || match value {
        Value::Number(_) => true,
        Value::Text(text) => number_in(text).is_some(),
        _ => false,
    };
    let is_amount = |word: &String| {
        AMOUNTS.contains(&word.as_str()) && (is_number() || !AMOUNTS_OF_NUMBERS.contains(&word.as_str()))
    };
    let whole = words.concat();
    let of = |set: &[&str]| {
        let is_in = |word: &str| set.contains(&word);
        // `account_id` is an account.
        let last = words.iter().rev().find(|word| !matches!(word.as_str(), "id" | "ids" | "name" | "names" | "list"));
        is_in(&whole) || last.or(words.last()).is_some_and(|word| is_in(word))
    };
    let is_to = || words.first().is_some_and(|word| matches!(word.as_str(), "to" | "cc" | "bcc" | "recipient"));
    if words.iter().any(is_amount) && !matches!(value, Value::Bool(_) | Value::Null) {
        Some(Role::Amount)
    } else if of(&DESTINATIONS) || is_to() {
        Some(Role::Destination)
    } else if of(&COMMANDS) {
        Some(Role::Command)
    } else if of(&OBJECTS) {
        Some(Role::Object)
    } else {
        NAMES.contains(&whole.as_str()).then_some(Role::Name)
    }
}

/// The number that `text` writes, such as `9,000.00`.
#[must_use]
pub fn number_in(text: &str) -> Option<f64> {
    let is_of_number = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'-' | b'+' | b' ' | b'_');
    if text.len() > 40 || !text.bytes().all(is_of_number) {
        return None;
    }
    text.replace([',', ' ', '_'], "").parse().ok()
}

/// Values that a headline is made of.
#[derive(Default)]
struct Said<'a> {
    seen: usize,
    destinations: Vec<Goes<'a>>,
    amounts: Vec<(Vec<String>, &'a Value)>,
    commands: Vec<&'a Value>,
    objects: Vec<&'a Value>,
    names: Vec<&'a Value>,
}

/// A destination.
struct Goes<'a> {
    copy: &'static str,
    words: Vec<String>,
    value: &'a Value,
}

impl<'a> Said<'a> {
    /// Takes what `map` holds; `copy` is given if it is a destination as a whole, and says which copy.
    fn map(&mut self, map: &'a Map, copy: Option<&'static str>, depth: usize) {
        for (key, value) in map.iter() {
            self.seen += 1;
            if self.seen > VALUES_MAX {
                return;
            }
            let words = words_of(key);
            let role = role(&words, value);
            let own = match words.first().map(String::as_str) {
                Some("bcc") => "bcc ",
                Some("cc") => "cc ",
                _ => copy.unwrap_or(""),
            };
            match role {
                Some(Role::Amount) => self.amounts.push((words, value)),
                Some(Role::Destination) => self.goes(own, &words, value, depth),
                _ if copy.is_some() => self.goes(own, &words, value, depth),
                Some(Role::Command) => self.commands.push(value),
                // What is deeper is about a part of the whole.
                Some(Role::Object) if depth == 0 => self.objects.push(value),
                Some(Role::Name) if depth == 0 => self.names.push(value),
                Some(Role::Object | Role::Name) | None => self.inside(value, depth),
            }
        }
    }

    fn inside(&mut self, value: &'a Value, depth: usize) {
        match value {
            Value::Map(map) => self.map(map, None, depth + 1),
            Value::List(items) => items.iter().for_each(|item| self.inside(item, depth)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
        }
    }

    fn goes(&mut self, copy: &'static str, words: &[String], value: &'a Value, depth: usize) {
        match value {
            Value::Map(map) => self.map(map, Some(copy), depth + 1),
            Value::List(items) => items.iter().for_each(|item| self.goes(copy, words, item, depth)),
            Value::Text(_) | Value::Number(_) => self.destinations.push(Goes { copy, words: words.to_vec(), value }),
            Value::Null | Value::Bool(_) => {}
        }
    }
}

/// What the call is done to, and where it goes; `past` tells hosts and domains that calls went to which were approved.
#[must_use]
pub(super) fn object_and_destination(call: &Call, past: Option<&Past<'_>>) -> (Option<Written>, Option<Written>) {
    let Some(Value::Map(args)) = &call.args else { return (None, None) };
    let mut said = Said::default();
    said.map(args, None, 0);
    (object(args, &said, &call.tool), destination(&said.destinations, &call.tool, past))
}

fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::Number(_))
}

/// The one value that says what the call is about; of several none is chosen, as the agent would choose.
fn object(args: &Map, all: &Said<'_>, tool: &str) -> Option<Written> {
    let Said { amounts, commands, objects, names, .. } = all;
    let several = |count: usize| Some(said(format!("{}, see below", counted(count, "value", "values"))));
    let strong = amounts.len() + commands.len() + objects.len();
    let one = commands.iter().chain(objects).chain(names).next().copied();
    match (strong, names.len(), amounts.first()) {
        (0, 0, _) => None,
        (1, _, Some((words, value))) if is_scalar(value) => Some(amount(args, words, value)),
        (1, _, None) | (0, 1, _) => match one {
            Some(Value::List(items)) => several(items.len()),
            Some(Value::Map(map)) => several(map.iter().len()),
            Some(value) if is_scalar(value) => Some(short(value, &[], tool)),
            _ => None,
        },
        (0, count, _) => several(count),
        (1, ..) => several(1),
        (count, ..) => several(count),
    }
}

fn amount(args: &Map, words: &[String], value: &Value) -> Written {
    let is_currency = |key: &str| matches!(words_of(key).concat().as_str(), "currency" | "currencycode" | "asset");
    let mut currencies = args.iter().filter(|(key, _)| is_currency(key));
    let currency = match (currencies.next(), currencies.next()) {
        (Some((_, Value::Text(code))), None)
            if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic()) =>
        {
            Some(said(format!(" {code}")))
        }
        _ => None,
    };
    let unit = words
        .iter()
        .find(|word| matches!(word.as_str(), "cents" | "cent" | "minor"))
        .map(|unit| said(format!(" {unit}")));
    joined([Some(short(value, words, "")), unit, currency].into_iter().flatten())
}

/// The destinations, those first that are most easily missed.
fn destination(all: &[Goes<'_>], tool: &str, past: Option<&Past<'_>>) -> Option<Written> {
    if all.is_empty() {
        return None;
    }
    let place = |goes: &Goes<'_>| match goes.value {
        Value::Text(text) => read(text, meant(text, &goes.words, tool)).place,
        _ => None,
    };
    let rank = |goes: &Goes<'_>| match (goes.copy, past) {
        ("bcc ", _) => 0,
        (_, Some(past)) if !place(goes).is_some_and(|place| past.has_place(&place)) => 1,
        _ => 2,
    };
    let ranked: Vec<(usize, &Goes<'_>)> = all.iter().map(|goes| (rank(goes), goes)).collect();
    let ranked = sorted_by(ranked, |a, b| a.0.cmp(&b.0));
    let shown = ranked.iter().take(SHOWN_MAX).enumerate().flat_map(|(place, (_, goes))| {
        [said(if place > 0 { ", " } else { "" }), said(goes.copy), short(goes.value, &goes.words, tool)]
    });
    let more = all.len().saturating_sub(SHOWN_MAX);
    let more = if more > 0 { said(format!(" and {} more", grouped(more))) } else { Vec::new() };
    Some(joined(shown.chain([more])))
}

/// `value` as it stands in a headline, in quotes: a URL by its host, and what is long with what is left out. Nothing of it
/// is masked: what looks like a secret may be where a call goes.
fn short(value: &Value, words: &[String], tool: &str) -> Written {
    match value {
        Value::Text(text) => {
            let what = meant(text, words, tool);
            if let (Meant::Url, Some(host)) = (what, read(text, what).place) {
                return quoted(&host);
            }
            let length = text.chars().count();
            let Some((cut, _)) = text.char_indices().nth(HEADLINE_CHARS) else { return quoted(text) };
            let rest = counted(length - HEADLINE_CHARS, "more character", "more characters");
            joined([quoted(text.get(..cut).unwrap_or_default()), said(format!("… ({rest})"))])
        }
        Value::Number(number) => said(number_text(*number)),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => Vec::new(),
    }
}
