//! What a value is meant to be, by its key and its form; and what it comes to, by the parsers of conditions.

use std::ops::Range;

use super::card::FlagCode;
use super::written::{Form, Written, joined, quoted, said, written};
use crate::matcher::{email, path, shell, url};
use crate::sorted::sorted_by;
use crate::value::value::{Map, Value};

/// What a text is meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meant {
    /// A URL.
    Url,
    /// An email address, or somebody who receives something.
    Recipient,
    /// A path.
    Path,
    /// A text for a shell.
    Shell,
    /// Prose: what it says says nothing about where the call goes.
    Prose,
    /// Something else.
    Other,
}

/// The words of a key: `maxTokens` and `max_tokens` are `max tokens`.
#[must_use]
pub fn words_of(key: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_lower = false;
    let mut begins = true;
    for c in key.chars() {
        if !c.is_alphanumeric() {
            begins = true;
            continue;
        }
        if begins || was_lower && c.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase() || c.is_ascii_digit();
        begins = false;
    }
    words
}

const RECIPIENTS: [&str; 12] = [
    "to",
    "cc",
    "bcc",
    "recipient",
    "recipients",
    "email",
    "emails",
    "attendees",
    "invitees",
    "address",
    "addressee",
    "mailto",
];
const PATHS: [&str; 18] = [
    "path",
    "paths",
    "file",
    "files",
    "filename",
    "filepath",
    "folder",
    "dir",
    "directory",
    "cwd",
    "workdir",
    "src",
    "dst",
    "source",
    "target",
    "destination",
    "dest",
    "output",
];
const SHELLS: [&str; 8] = ["command", "commands", "cmd", "script", "shell", "bash", "commandline", "run"];
const SHELL_TOOLS: [&str; 9] = ["shell", "bash", "sh", "exec", "terminal", "command", "commands", "powershell", "zsh"];
const PROSE: [&str; 24] = [
    "body",
    "message",
    "text",
    "content",
    "contents",
    "subject",
    "reason",
    "note",
    "notes",
    "description",
    "query",
    "prompt",
    "title",
    "comment",
    "html",
    "markdown",
    "summary",
    "details",
    "caption",
    "memo",
    "data",
    "input",
    "instructions",
    "question",
];

/// Whether keys of these `words` are one of `set`.
#[must_use]
pub fn is_one_of(words: &[String], set: &[&str]) -> bool {
    words.last().is_some_and(|word| set.contains(&word.as_str()))
        || words.first().is_some_and(|word| set.contains(&word.as_str()))
}

/// What the text at a key of these `words` of a call of `tool` is meant to be.
#[must_use]
pub fn meant(text: &str, words: &[String], tool: &str) -> Meant {
    if url::told(text).is_some() {
        return Meant::Url;
    }
    let is_of_shell = || {
        is_one_of(words, &SHELLS)
            || words.iter().any(|word| word == "code" || word == "args")
                && words_of(tool).iter().any(|word| SHELL_TOOLS.contains(&word.as_str()))
    };
    if is_of_shell() {
        return Meant::Shell;
    }
    let has_lines = text.contains(['\n', '\r']);
    let is_long = text.len() > 1_000;
    let is_prose = is_one_of(words, &PROSE);
    if !is_prose && text.contains('@') && (is_one_of(words, &RECIPIENTS) || !text.contains(char::is_whitespace)) {
        return Meant::Recipient;
    }
    let looks_like_path = text.starts_with(['/', '~', '\\']) || text.starts_with("./") || text.contains("..");
    let is_path =
        is_one_of(words, &PATHS) && (text.contains(['/', '\\', '.']) || words.iter().any(|word| word == "path"));
    if !has_lines && !is_long && !is_prose && (is_path || looks_like_path && !text.contains(' ')) {
        return Meant::Path;
    }
    if is_prose || has_lines || text.len() > 200 { Meant::Prose } else { Meant::Other }
}

/// What a value comes to, and what is odd about that.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Such as `host evil.io`.
    pub comes_to: Option<Written>,
    /// What is odd.
    pub flags: Vec<(FlagCode, Written)>,
    /// What is compared with earlier calls besides the whole value: a host, a domain or a folder.
    pub place: Option<String>,
}

/// Reads `text`, which is `meant` to be something.
#[must_use]
pub fn read(text: &str, meant: Meant) -> Reading {
    match meant {
        Meant::Url => read_url(text),
        Meant::Recipient => read_recipient(text),
        Meant::Path => read_path(text),
        Meant::Shell => read_shell(text),
        Meant::Prose | Meant::Other => Reading::default(),
    }
}

fn labelled(label: &str, value: &str) -> Written {
    joined([said(label), written(value, Form::Prose)])
}

fn read_url(text: &str) -> Reading {
    let Some(url::Told { host, user, refused }) = url::told(text) else { return Reading::default() };
    let mut flags = Vec::new();
    if let Some(user) = &user {
        let host = host.as_deref().unwrap_or("nowhere");
        let message = joined([quoted(user), said(" is no host: the URL leads to "), quoted(host)]);
        flags.push((FlagCode::UrlUserinfo, message));
    } else if let Some(why) = refused {
        flags.push((FlagCode::UrlHost, said(format!("{why}, so that no policy can tell where it leads"))));
    }
    if let Some(label) = host.as_deref().filter(|host| host.split('.').any(|label| label.starts_with("xn--"))) {
        flags.push((
            FlagCode::UrlHost,
            joined([said("the host "), quoted(label), said(" is drawn with letters of other scripts")]),
        ));
    }
    let comes_to = match &host {
        Some(host) => labelled("host ", host),
        None => said("no host that can be told"),
    };
    Reading { comes_to: Some(comes_to), flags, place: host }
}

fn read_recipient(text: &str) -> Reading {
    match email::address(text) {
        Ok(address) => Reading {
            comes_to: Some(labelled("domain ", address.domain())),
            flags: Vec::new(),
            place: Some(address.domain().to_owned()),
        },
        Err(why) => Reading {
            comes_to: Some(said("no plain address")),
            flags: vec![(FlagCode::OddReading, said(format!("{why}, so that no policy can tell who receives it")))],
            place: None,
        },
    }
}

fn read_path(text: &str) -> Reading {
    match path::normalise(text) {
        Ok(normal) => {
            let plain = normal.to_string();
            let goes_up = text.split('/').any(|name| name == "..");
            let mut flags = Vec::new();
            if normal.climbs() > 0 {
                let folders = if normal.climbs() == 1 { "folder" } else { "folders" };
                let message = format!("leads {} {folders} above where it begins", normal.climbs());
                flags.push((FlagCode::PathClimbs, said(message)));
            } else if goes_up {
                flags.push((FlagCode::PathClimbs, joined([said("goes up with “..” and comes to "), quoted(&plain)])));
            }
            let folder = normal.names().split_last().map(|(_, folders)| folders.join("/"));
            let root = if normal.is_absolute() { "/" } else { "" };
            let place = folder.map(|folder| format!("{root}{folder}"));
            let comes_to = (plain != text).then(|| labelled("comes to ", &plain));
            Reading { comes_to, flags, place }
        }
        Err(why) => Reading {
            comes_to: Some(said("no plain path")),
            flags: vec![(FlagCode::OddReading, said(format!("{why}, so that no policy can tell where it leads")))],
            place: None,
        },
    }
}

fn read_shell(text: &str) -> Reading {
    let Some(why) = shell::unseen(text) else { return Reading::default() };
    let flags = vec![(FlagCode::Uninspectable, said(format!("{why}: what runs cannot be seen here")))];
    Reading { comes_to: Some(said("uninspectable")), flags, place: None }
}

/// Words that name a secret wherever they stand in a key.
const SECRET_KEYS: [&str; 17] = [
    "password",
    "passwords",
    "passwd",
    "pwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "credential",
    "credentials",
    "authorization",
    "bearer",
    "cookie",
    "cvv",
    "cvc",
    "apikey",
    "privatekey",
];
/// Words that name one if they are the last of a key.
const LAST_SECRET_KEYS: [&str; 7] = ["pass", "auth", "otp", "pin", "tokens", "secrets", "apikeys"];
const SECRET_PAIRS: [(&str, &str); 9] = [
    ("api", "key"),
    ("api", "keys"),
    ("access", "key"),
    ("private", "key"),
    ("secret", "key"),
    ("client", "secret"),
    ("card", "number"),
    ("signing", "key"),
    ("encryption", "key"),
];
/// How well-known tokens begin, and how long they are at least.
const SECRET_STARTS: [(&str, usize); 18] = [
    ("sk-", 20),
    ("sk_live_", 20),
    ("sk_test_", 20),
    ("rk_live_", 20),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghs_", 30),
    ("ghu_", 30),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxa-", 20),
    ("AKIA", 20),
    ("ASIA", 20),
    ("AIza", 35),
    ("npm_", 30),
    ("hf_", 30),
];

/// Whether a key of these `words` is that of a secret.
fn names_secret(words: &[String]) -> bool {
    let is_last = words.last().is_some_and(|word| LAST_SECRET_KEYS.contains(&word.as_str()));
    is_last
        || words.iter().any(|word| SECRET_KEYS.contains(&word.as_str()))
        || words.windows(2).any(|pair| match pair {
            [first, second] => SECRET_PAIRS.contains(&(first.as_str(), second.as_str())),
            _ => false,
        })
}

/// Whether `value` is a secret as a whole, because its key, of these `words`, says so.
#[must_use]
pub fn is_secret(value: &Value, words: &[String]) -> bool {
    match value {
        Value::Text(text) => {
            let is_prose = || words.last().is_some_and(|word| word == "tokens") && text.contains(char::is_whitespace);
            !text.is_empty() && names_secret(words) && !is_prose()
        }
        Value::Number(_) => words.last().is_some_and(|last| {
            names_secret(std::slice::from_ref(last)) && !matches!(last.as_str(), "token" | "tokens" | "secrets")
        }),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => false,
    }
}

/// The words by which the value at `key` of `map` is read: of an entry such as `{name: Authorization, value: …}` those of
/// its name, if it names a secret.
#[must_use]
pub fn words_at(map: &Map, key: &str) -> Vec<String> {
    let own = words_of(key);
    if !own.last().is_some_and(|word| matches!(word.as_str(), "value" | "val" | "values")) {
        return own;
    }
    let named = map.iter().find_map(|(key, name)| match name {
        Value::Text(name) if matches!(key.to_lowercase().as_str(), "name" | "key" | "header" | "field") => {
            Some(words_of(name)).filter(|words| names_secret(words))
        }
        _ => None,
    });
    named.unwrap_or(own)
}

/// Where in `text` secrets stand, whatever its key: tokens, values that are set to a name of a secret, and private keys.
/// Only the characters of a token are taken, so that nothing else is hidden with them.
#[must_use]
pub fn secrets_in(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let is_end = |c: char| c.is_whitespace() || c.is_control() || "\"'=:()[]{},<>;&|?`".contains(c);
    let mut at = 0;
    let mut before: [&str; 2] = ["", ""];
    for piece in text.split_inclusive(is_end) {
        let word = piece.trim_end_matches(is_end);
        let start = at;
        at += piece.len();
        let separator = piece.get(word.len()..).unwrap_or_default();
        let [name, joint] = before;
        let follows = matches!(joint, "=" | ":");
        let is_set = follows && joint == "=" && word.len() >= 4 && is_value(word) && names_secret(&words_of(name));
        let is_carried = joint == " "
            && matches!(name.to_ascii_lowercase().as_str(), "bearer" | "basic")
            && word.len() >= 12
            && is_value(word)
            && word.contains(|c: char| c.is_ascii_digit());
        if is_set || is_carried {
            found.push(start..start + word.len());
        } else if let Some(shown) = token_start(word) {
            found.push(start + shown..start + word.len());
        }
        if !word.is_empty() || !separator.is_empty() {
            before = [if word.is_empty() { name } else { word }, separator];
        }
    }
    found.extend(private_keys(text));
    sorted_by(found, |a, b| a.start.cmp(&b.start))
}

/// Whether `word` has only characters that values of secrets have: no path, no host, no address.
fn is_value(word: &str) -> bool {
    word.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'~' | b'!' | b'#' | b'%'))
}

/// Behind which of its bytes `word`, if it is a well-known token, is hidden.
fn token_start(word: &str) -> Option<usize> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let known = || {
        let is_one = |(start, length): &&(&str, usize)| word.len() >= *length && word.starts_with(start);
        word.bytes().all(is_plain).then(|| SECRET_STARTS.iter().find(is_one)).flatten().map(|(start, _)| start.len())
    };
    let is_web_token = || {
        let parts = word.split('.');
        word.starts_with("eyJ")
            && parts.clone().count() == 3
            && word.len() >= 20
            && parts.clone().all(|part| part.len() >= 4 && part.bytes().all(is_plain))
            && parts.clone().nth(1).is_some_and(|part| part.starts_with("eyJ"))
    };
    known().or_else(|| is_web_token().then_some("eyJ".len()))
}

/// The bodies of the private keys in `text`: lines of base64, and nothing else.
fn private_keys(text: &str) -> Vec<Range<usize>> {
    const MARK: &str = "PRIVATE KEY-----";
    let mut found = Vec::new();
    for (at, _) in text.match_indices(MARK) {
        let start = at + MARK.len();
        let body = text.get(start..).unwrap_or_default();
        let is_begin = text
            .get(..at)
            .and_then(|head| head.rsplit("-----").next())
            .is_some_and(|kind| kind.starts_with("BEGIN ") && kind.len() < 30);
        let Some(end) = body.find("-----END ").filter(|_| is_begin) else { continue };
        let body = body.get(..end).unwrap_or_default();
        let lines = || body.split(['\n', '\r']).filter(|line| !line.is_empty());
        let is_base64 =
            |line: &str| line.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
        let count = lines().count();
        // All lines but the last are full.
        if count > 0 && lines().enumerate().all(|(nth, line)| is_base64(line) && (nth + 1 == count || line.len() >= 48))
        {
            found.push(start..start + end);
        }
    }
    found
}
