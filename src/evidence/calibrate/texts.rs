//! What was seen of the texts at one place, and what bounds them: the same few, places that they lead to, or their form.

use std::collections::BTreeSet;

use url::Url;

use crate::decide::call::Call;
use crate::matcher::email;
use crate::matcher::path::normalise;
use crate::matcher::url::told;
use crate::review::present::kinds::{Meant, is_one_of, meant, words_at, words_of};
use crate::value::value::{Map, Value, record};

/// Deeper values are covered by nothing.
pub(super) const DEPTH_MAX: usize = 8;
/// So many distinct values are listed one by one; more must have something in common.
pub(super) const VALUES_MAX: usize = 12;
/// So many hosts, domains or folders are listed.
const PLACES_MAX: usize = 8;
/// So many distinct values have to be seen before their form alone stands for them, as with numbers of orders.
const FORM_MIN: usize = 20;
/// No more distinct texts than this are remembered of one field.
const TEXTS_MAX: usize = 256;

/// The last words of keys whose text is for people to read. What it says changes nothing of what the call does.
const FREE: [&str; 19] = [
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
    "title",
    "comment",
    "html",
    "markdown",
    "summary",
    "details",
    "caption",
    "memo",
    "question",
];
/// Of these, those that are free in a call that names a file too: what is written into one may be run, or read by others.
const REMARKS: [&str; 10] =
    ["subject", "reason", "note", "notes", "description", "title", "comment", "summary", "caption", "memo"];
/// Words of tools that write files.
const FILING: [&str; 11] =
    ["file", "files", "fs", "filesystem", "folder", "disk", "editor", "write", "save", "upload", "patch"];
/// Words of keys at which a file is named.
const FILES: [&str; 9] = ["path", "paths", "file", "files", "filename", "filepath", "folder", "dir", "directory"];
/// Words of tools that do what a text says, whatever its key is called.
const OBEYING: [&str; 24] = [
    "shell",
    "bash",
    "sh",
    "exec",
    "execute",
    "terminal",
    "command",
    "commands",
    "powershell",
    "zsh",
    "eval",
    "code",
    "python",
    "node",
    "script",
    "repl",
    "sql",
    "db",
    "database",
    "query",
    "graphql",
    "http",
    "fetch",
    "curl",
];
/// Where anybody gets an address: of these a domain says nothing about who receives. The large ones; there are more.
const ANYBODYS: [&str; 34] = [
    "126.com",
    "163.com",
    "aol.com",
    "fastmail.com",
    "gmail.com",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "naver.com",
    "outlook.com",
    "pm.me",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "rocketmail.com",
    "tuta.com",
    "tutanota.com",
    "web.de",
    "yahoo.com",
    "yandex.com",
    "yandex.ru",
    "ymail.com",
    "zoho.com",
    "zohomail.com",
];

/// Of which call something is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Of<'a> {
    /// The tool.
    pub(super) tool: &'a str,
    /// The last words of keys at which any text may stand.
    free: &'static [&'static str],
}

impl<'a> Of<'a> {
    pub(super) fn call(call: &'a Call) -> Self {
        let words = words_of(&call.tool);
        let is_one = |set: &[&str]| words.iter().any(|word| set.contains(&word.as_str()));
        let free: &[&str] = if is_one(&OBEYING) {
            &[]
        } else if is_one(&FILING) || call.args.as_ref().is_some_and(|args| names_file(args, &[], &call.tool, 0)) {
            &REMARKS
        } else {
            &FREE
        };
        Self { tool: &call.tool, free }
    }

    /// What `text`, at a key of these `words`, is meant to be; prose only where any text may stand.
    pub(super) fn meant(self, text: &str, words: &[String]) -> Meant {
        match meant(text, words, self.tool) {
            // Long text is no free text for that: an agent could make any value long until nobody looks at it.
            Meant::Prose if !words.last().is_some_and(|word| self.free.contains(&word.as_str())) => Meant::Other,
            meant => meant,
        }
    }
}

/// Whether a key or a text somewhere in `value`, at a key of these `words`, names a file.
fn names_file(value: &Value, words: &[String], tool: &str, depth: usize) -> bool {
    match value {
        _ if depth > DEPTH_MAX => true,
        Value::Map(map) => {
            let words = |key: &str| words_at(map, key);
            map.iter()
                .any(|(key, item)| is_one_of(&words_of(key), &FILES) || names_file(item, &words(key), tool, depth + 1))
        }
        Value::List(items) => items.iter().any(|item| names_file(item, words, tool, depth + 1)),
        Value::Text(text) => meant(text, words, tool) == Meant::Path,
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The texts that were seen at one place.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    values: BTreeSet<String>,
    /// Whether there were more than are remembered.
    is_cut: bool,
    meant: Vec<Meant>,
    chars_max: usize,
}

impl Texts {
    /// Sees `text`, at a key of these `words`.
    pub(super) fn see(&mut self, text: &str, words: &[String], of: Of<'_>) {
        let meant = of.meant(text, words);
        if !self.meant.contains(&meant) {
            self.meant.push(meant);
        }
        self.chars_max = self.chars_max.max(text.chars().count());
        // Free text is not looked at.
        if meant == Meant::Prose {
            return;
        }
        if self.values.len() < TEXTS_MAX || self.values.contains(text) {
            self.values.insert(text.to_owned());
        } else {
            self.is_cut = true;
        }
    }

    /// A matcher that holds of all of them.
    ///
    /// # Errors
    ///
    /// A clause that says why there is none.
    pub(super) fn matcher(&self) -> Result<Value, String> {
        let is_few = self.values.len() <= VALUES_MAX && !self.is_cut;
        let [meant] = self.meant.as_slice() else {
            return if is_few && !self.meant.contains(&Meant::Prose) {
                Ok(self.listed())
            } else {
                Err("holds texts of several kinds".to_owned())
            };
        };
        if let Some(most) = self.free_chars() {
            let length = pair("at_most", Value::Number(most as f64));
            return Ok(both(pair("type", Value::from("string")), pair("length", length)));
        }
        if is_few {
            return Ok(self.listed());
        }
        let found = match meant {
            Meant::Url => self.urls(),
            Meant::Recipient => self.domains(),
            Meant::Path => self.paths(),
            Meant::Other => self.form(),
            Meant::Shell | Meant::Prose => None,
        };
        found.ok_or_else(|| "is not the same few values, and nothing that they have in common bounds them".to_owned())
    }

    /// How many characters the longest has, if any text may stand there.
    pub(super) fn free_chars(&self) -> Option<usize> {
        (self.meant == [Meant::Prose]).then_some(self.chars_max)
    }

    fn listed(&self) -> Value {
        one_of(self.values.iter().map(|text| Value::from(text.as_str())).collect())
    }

    /// The same few hosts, over the schemes, ports and folders that were seen, and without a query if none was.
    fn urls(&self) -> Option<Value> {
        let hosts =
            self.places(|text| told(text).filter(|told| told.refused.is_none() && told.user.is_none())?.host)?;
        let read = |text: &str| Url::parse(text).ok();
        let schemes = self.places(|text| read(text).map(|url| url.scheme().to_owned()))?;
        let ports = self.places(|text| read(text)?.port_or_known_default().map(|port| port.to_string()))?;
        if !schemes.iter().all(|scheme| scheme == "http" || scheme == "https") {
            return None;
        }
        let ports = ports.iter().filter_map(|port| port.parse().ok()).map(Value::Number).collect();
        let url = pair(
            "url",
            record([
                ("scheme", Some(texts(&schemes))),
                ("host", Some(texts(&hosts))),
                ("port", Some(Value::List(ports))),
                ("path", Some(texts(&self.folders_of_urls()?))),
            ]),
        );
        let has_query = self.values.iter().any(|text| text.contains('?'));
        Some(if has_query { url } else { both(url, pair("not", pair("contains", Value::from("?")))) })
    }

    /// Patterns of the folders of their paths; of too many folders, of those that hold them.
    fn folders_of_urls(&self) -> Option<BTreeSet<String>> {
        let names = |text: &str| {
            let url = Url::parse(text).ok()?;
            Some(url.path().split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect::<Vec<String>>())
        };
        let exact = self.places(|text| {
            let names = names(text)?;
            let Some((_, folders)) = names.split_last() else { return Some("/".to_owned()) };
            let ends_in_folder = Url::parse(text).ok()?.path().ends_with('/');
            let folder = if ends_in_folder { names.as_slice() } else { folders };
            let stars = if ends_in_folder { "**" } else { "*" };
            Some(format!("/{}", folder.iter().map(String::as_str).chain([stars]).collect::<Vec<&str>>().join("/")))
        });
        let wider = |depth: usize| {
            self.places(|text| {
                let names = names(text)?;
                // What has no such folder stands beside it, and everything there bounds nothing.
                Some(format!("/{}/**", names.get(..depth).filter(|_| names.len() > depth)?.join("/")))
            })
        };
        exact.or_else(|| (1..=4).rev().find_map(wider))
    }

    fn domains(&self) -> Option<Value> {
        let domains = self.places(|text| email::address(text).ok().map(|address| address.domain().to_owned()))?;
        let is_anybodys = |domain: &String| ANYBODYS.contains(&domain.as_str());
        (!domains.iter().any(is_anybodys)).then(|| pair("email", pair("domain", texts(&domains))))
    }

    /// The same few folders, and in them what stands there itself: not what is deeper, nor hidden unless some was.
    fn paths(&self) -> Option<Value> {
        let last = |text: &str| normalise(text).ok()?.names().last().map(|name| (*name).to_owned());
        let folders = self.places(|text| {
            let path = normalise(text).ok().filter(|path| path.climbs() == 0)?;
            let (_, folders) = path.names().split_last()?;
            let root = if path.is_absolute() { "/" } else { "" };
            // Everything there bounds nothing.
            (!folders.is_empty()).then(|| format!("{root}{}/*", folders.join("/")))
        })?;
        let extensions = self.places(|text| {
            let name = last(text)?;
            let (stem, extension) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).unwrap_or(("", ""));
            let is_plain = !extension.is_empty() && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
            (stem.is_empty() || is_plain).then(|| extension.to_owned())
        })?;
        let has_each = !extensions.contains("");
        let path = record([("glob", Some(texts(&folders))), ("extension", has_each.then(|| texts(&extensions)))]);
        let path = pair("path", path);
        let has_hidden = self.values.iter().any(|text| last(text).is_none_or(|name| name.starts_with('.')));
        let hidden = pair("not", pair("regex", Value::from("(.*/)?\\.[^/]*/*")));
        Some(if has_hidden { path } else { both(path, hidden) })
    }

    /// The few places that all texts have.
    fn places(&self, place: impl Fn(&str) -> Option<String>) -> Option<BTreeSet<String>> {
        if self.is_cut {
            return None;
        }
        let places: BTreeSet<String> = self.values.iter().map(|text| place(text)).collect::<Option<_>>()?;
        (places.len() <= PLACES_MAX).then_some(places)
    }

    /// What identifiers are made of, as long as they are, behind what all of them begin with.
    ///
    /// Only digits vary, or each has one among its letters: words, such as names of users, branches and roles, are no
    /// form that stands for others.
    fn form(&self) -> Option<Value> {
        if self.values.len() < FORM_MIN {
            return None;
        }
        let start = self.start();
        let rests: Vec<&str> = self.values.iter().filter_map(|text| text.get(start.len()..)).collect();
        let is_all = |test: fn(u8) -> bool| rests.iter().all(|rest| !rest.is_empty() && rest.bytes().all(test));
        let has_digits = rests.iter().all(|rest| rest.bytes().any(|byte| byte.is_ascii_digit()));
        let begins = rests.iter().all(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
        if !has_digits || !begins || !start.bytes().all(is_of_id) {
            return None;
        }
        let least = rests.iter().map(|rest| rest.len()).min()?;
        let most = self.chars_max.saturating_sub(start.len()).max(least);
        if is_all(|byte| byte.is_ascii_digit()) {
            return Some(pair("regex", Value::Text(format!("{start}[0-9]{{{least},{most}}}"))));
        }
        let form = if is_all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
            format!("{start}[0-9a-f]{{{least},{most}}}")
        } else if is_all(is_of_id) {
            // No option of a command begins like it.
            format!("{start}[A-Za-z0-9][A-Za-z0-9_-]{{{},{}}}", least - 1, most - 1)
        } else {
            return None;
        };
        let without_digits = pair("regex", Value::Text(format!("{start}[^0-9]*")));
        Some(both(pair("regex", Value::Text(form)), pair("not", without_digits)))
    }

    /// What all of them begin with, up to its last `-` or `_`.
    fn start(&self) -> &str {
        let (Some(first), Some(last)) = (self.values.first(), self.values.last()) else { return "" };
        // What the first and the last in order begin with, all between them do.
        let same = first.bytes().zip(last.bytes()).take_while(|(a, b)| a == b).count();
        let end = first.as_bytes().get(..same).and_then(|same| same.iter().rposition(|byte| b"-_".contains(byte)));
        end.and_then(|end| first.get(..=end)).unwrap_or_default()
    }
}

/// So many things at most would bound a text: itself, its folder, four that hold that; or itself, four starts and its form.
pub(super) const LEVELS: usize = 6;

/// What would bound `text`, from itself to what it has in common with the most others.
pub(super) fn levels(text: &str, meant: Meant) -> Vec<String> {
    let mut levels = vec![format!("is {text}")];
    match meant {
        Meant::Url => levels.extend(levels_of_url(text).unwrap_or_default()),
        Meant::Recipient => levels.extend(
            email::address(text)
                .ok()
                .map(|address| address.domain().to_owned())
                .filter(|domain| !ANYBODYS.contains(&domain.as_str())),
        ),
        Meant::Path => levels.extend(level_of_path(text)),
        Meant::Other => levels.extend(levels_of_id(text)),
        Meant::Shell | Meant::Prose => {}
    }
    levels
}

/// Its folder, and then those that hold it; each with its scheme, host and port and whether it has a query and ends in a folder.
fn levels_of_url(text: &str) -> Option<Vec<String>> {
    // Nothing that is written covers others.
    told(text).filter(|told| told.refused.is_none() && told.user.is_none())?;
    let url = Url::parse(text).ok()?;
    let names: Vec<&str> = url.path().split('/').filter(|name| !name.is_empty()).collect();
    let site = [
        url.scheme(),
        url.host_str()?,
        &url.port_or_known_default()?.to_string(),
        if text.contains('?') { "query" } else { "" },
        // All that is below it would be opened.
        if url.path().ends_with('/') { "folder" } else { "" },
    ];
    let site = site.join(" ");
    let folder = url.path().rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut levels = vec![[&site, " in ", folder].concat()];
    for depth in (1..=4).rev() {
        // What has no such folder has nothing in common there.
        let folder = names.get(..depth).filter(|_| names.len() > depth);
        levels.push(folder.map_or_else(|| text.to_owned(), |names| [&site, " below ", &names.join("/")].concat()));
    }
    Some(levels)
}

/// Its folder, with its extension and whether it is hidden.
fn level_of_path(text: &str) -> Option<String> {
    let path = normalise(text).ok().filter(|path| path.climbs() == 0)?;
    let (name, folders) = path.names().split_last()?;
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let root = if path.is_absolute() { "/" } else { "" };
    let hidden = if name.starts_with('.') { "." } else { "" };
    // No name has a slash.
    Some([extension, "/", hidden, "/", root, &folders.join("/")].concat())
}

/// What it begins with and is made of, from the longest such start on, and what it is made of.
fn levels_of_id(text: &str) -> Vec<String> {
    let made_of = |text: &str| {
        let is_all = |test: fn(u8) -> bool| !text.is_empty() && text.bytes().all(test);
        if is_all(|byte| byte.is_ascii_digit()) {
            Some("0-9")
        } else if is_all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
            Some("0-9a-f")
        } else {
            is_all(is_of_id).then_some("A-Za-z0-9_-")
        }
    };
    let ends: Vec<usize> = text.match_indices(['-', '_']).map(|(end, _)| end + 1).collect();
    let last = ends.last().copied().unwrap_or(0);
    let after = |end: usize| {
        let (start, rest) = text.split_at_checked(end)?;
        Some([made_of(rest)?, " after ", start].concat())
    };
    // Behind its last mark, and behind the third, second and first; where there are fewer, behind the last again.
    let starts = [last].into_iter().chain((0..3).rev().map(|nth| ends.get(nth).copied().unwrap_or(last)));
    let levels = starts.map(after).chain([made_of(text).map(str::to_owned)]);
    levels.collect::<Option<_>>().unwrap_or_default()
}

fn is_of_id(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

fn texts(texts: &BTreeSet<String>) -> Value {
    Value::List(texts.iter().map(|text| Value::from(text.as_str())).collect())
}

/// That it equals one of `values`.
pub(super) fn one_of(mut values: Vec<Value>) -> Value {
    match (values.len(), values.pop()) {
        (1, Some(only)) => pair("equals", only),
        (_, last) => {
            values.extend(last);
            pair("in", Value::List(values))
        }
    }
}

/// A map with this one entry.
pub(super) fn pair(key: &str, value: Value) -> Value {
    record([(key, Some(value))])
}

/// The entries of two maps, which share no key.
pub(super) fn both(one: Value, other: Value) -> Value {
    let mut all = Map::default();
    for value in [one, other] {
        if let Value::Map(map) = value {
            all = map.iter().fold(all, |all, (key, value)| all.with(key, value.clone()));
        }
    }
    Value::Map(all)
}
