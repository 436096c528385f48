//! What a call does, in words of the engine: from the tool's name and the arguments alone.

use super::kinds::{Meant, is_secret, meant, read, words_of};
use super::rows::{counted, number_text};
use super::written::{Form, Written, joined, said, written};
use crate::decide::call::Call;
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

const AMOUNTS: [&str; 7] = ["amount", "total", "price", "sum", "value", "quantity", "cents"];
const CURRENCIES: [&str; 4] = ["currency", "currency_code", "currencyCode", "asset"];
const OBJECTS: [&str; 20] = [
    "command",
    "cmd",
    "script",
    "sql",
    "statement",
    "file",
    "filename",
    "path",
    "branch",
    "repo",
    "repository",
    "table",
    "database",
    "package",
    "service",
    "user",
    "username",
    "name",
    "id",
    "order",
];
const DESTINATIONS: [&str; 20] = [
    "to",
    "cc",
    "bcc",
    "recipient",
    "recipients",
    "attendees",
    "destination",
    "dest",
    "target",
    "url",
    "uri",
    "endpoint",
    "webhook",
    "host",
    "channel",
    "email",
    "address",
    "account",
    "iban",
    "bucket",
];
/// How much of a value stands in a headline, in characters.
const HEADLINE_CHARS: usize = 80;
/// How many destinations stand there.
const SHOWN_MAX: usize = 3;

/// What the call is done to, and where it goes.
#[must_use]
pub(super) fn object_and_destination(call: &Call) -> (Option<Written>, Option<Written>) {
    let Some(Value::Map(args)) = &call.args else { return (None, None) };
    let used: Vec<&str> = DESTINATIONS.into_iter().filter(|key| args.get(key).is_some()).collect();
    let destination = destination(args, &used, &call.tool);
    let object = amount(args).or_else(|| {
        let key = OBJECTS.into_iter().find(|key| !used.contains(key) && args.get(key).is_some_and(is_scalar))?;
        args.get(key).map(|value| short(value, key, &call.tool))
    });
    (object, destination)
}

fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::Number(_))
}

fn amount(args: &Map) -> Option<Written> {
    let named = |(key, value): (&str, &Value)| {
        let words = words_of(key);
        let is_amount = words.iter().any(|word| AMOUNTS.contains(&word.as_str()));
        if let (Value::Number(number), true) = (value, is_amount) { Some((words, *number)) } else { None }
    };
    let (words, number) = args.iter().filter_map(named).next()?;
    let currency = CURRENCIES.into_iter().find_map(|key| match args.get(key) {
        Some(Value::Text(currency)) if currency.chars().count() <= 8 => Some(written(currency, Form::Prose)),
        _ => None,
    });
    let unit = words
        .iter()
        .find(|word| matches!(word.as_str(), "cents" | "cent" | "minor"))
        .map(|unit| said(format!(" {unit}")));
    let currency = currency.map(|currency| joined([said(" "), currency]));
    Some(joined([Some(said(number_text(number))), unit, currency].into_iter().flatten()))
}

fn destination(args: &Map, keys: &[&str], tool: &str) -> Option<Written> {
    let mut all: Vec<(&str, &Value)> = Vec::new();
    for key in keys {
        match args.get(key) {
            Some(Value::List(items)) => {
                all.extend(items.iter().filter(|item| is_scalar(item)).map(|item| (*key, item)))
            }
            Some(value) if is_scalar(value) => all.push((*key, value)),
            _ => {}
        }
    }
    if all.is_empty() {
        return None;
    }
    let shown = all.iter().take(SHOWN_MAX).enumerate().flat_map(|(place, (key, value))| {
        let copy = if matches!(*key, "cc" | "bcc") { format!("{key} ") } else { String::new() };
        [said(if place > 0 { ", " } else { "" }), said(copy), short(value, key, tool)]
    });
    let more = all.len().saturating_sub(SHOWN_MAX);
    let more = if more > 0 { said(format!(" and {more} more")) } else { Vec::new() };
    Some(joined(shown.chain([more])))
}

/// `value` as it stands in a headline: a URL by its host, a path as it comes out, and what is long with what is left out.
fn short(value: &Value, key: &str, tool: &str) -> Written {
    let words = words_of(key);
    match value {
        Value::Text(_) if is_secret(value, &words) => said("(masked)"),
        Value::Text(text) => {
            let what = meant(text, &words, tool);
            if let (Meant::Url, Some(host)) = (what, read(text, what).place) {
                return written(&host, Form::Prose);
            }
            let length = text.chars().count();
            let Some((cut, _)) = text.char_indices().nth(HEADLINE_CHARS) else { return written(text, Form::Prose) };
            let rest = counted(length - HEADLINE_CHARS, "more character", "more characters");
            joined([written(text.get(..cut).unwrap_or_default(), Form::Prose), said(format!("… ({rest})"))])
        }
        Value::Number(number) => said(number_text(*number)),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => Vec::new(),
    }
}
