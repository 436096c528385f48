//! What a value is meant to be, by its key and its form; and what it comes to, by the parsers of conditions.

use super::card::FlagCode;
use super::written::{Form, Written, joined, quoted, said, written};
use crate::matcher::{email, path, shell, url};
use crate::value::value::Value;

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

const SECRET_KEYS: [&str; 15] = [
    "password",
    "passwd",
    "pwd",
    "passphrase",
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
const SECRET_PAIRS: [(&str, &str); 8] = [
    ("api", "key"),
    ("access", "key"),
    ("private", "key"),
    ("secret", "key"),
    ("client", "secret"),
    ("card", "number"),
    ("signing", "key"),
    ("encryption", "key"),
];
/// How well-known tokens begin, and how long they are at least.
const SECRET_STARTS: [(&str, usize); 20] = [
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
    ("Bearer ", 20),
    ("Basic ", 14),
    ("hf_", 30),
];

/// Whether `value`, at a key of these `words`, looks like a secret.
#[must_use]
pub fn is_secret(value: &Value, words: &[String]) -> bool {
    let Value::Text(text) = value else { return false };
    if text.is_empty() {
        return false;
    }
    let is_named = words.iter().any(|word| SECRET_KEYS.contains(&word.as_str()))
        || words.windows(2).any(|pair| match pair {
            [first, second] => SECRET_PAIRS.contains(&(first.as_str(), second.as_str())),
            _ => false,
        });
    let is_one = |text: &str| !text.contains(char::is_whitespace);
    let begins = || {
        SECRET_STARTS
            .iter()
            .any(|(start, length)| text.len() >= *length && text.strip_prefix(start).is_some_and(is_one))
    };
    let is_web_token = || text.starts_with("eyJ") && text.matches('.').count() == 2 && is_one(text);
    is_named || begins() || is_web_token() || text.contains("PRIVATE KEY-----")
}
