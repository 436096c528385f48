//! The matchers that know what a text is, as far as the texts of `conditions.rs` and `calls.rs` go: plain ones.
//!
//! Those matchers have rows and fuzzers of their own; here they only take part.

use std::net::Ipv4Addr;

use super::matchers::{Call, Found, Truth, all, any};
use super::policy::{Folder, PathTest, UrlTest};

/// Whether `pattern` stands for `text`; a lone star crosses `/` only if `crosses`.
pub(crate) fn glob(pattern: &str, text: &str, crosses: bool) -> bool {
    if let Some(rest) = pattern.strip_prefix("**") {
        return (0..=text.len()).any(|at| text.is_char_boundary(at) && glob(rest, &text[at..], crosses));
    }
    if let Some(rest) = pattern.strip_prefix('*') {
        let reach = if crosses { text.len() } else { text.find('/').unwrap_or(text.len()) };
        return (0..=reach).any(|at| text.is_char_boundary(at) && glob(rest, &text[at..], crosses));
    }
    let mut pattern = pattern.chars();
    let mut text = text.chars();
    match (pattern.next(), text.next()) {
        (None, None) => true,
        (Some(expected), Some(found)) => expected == found && glob(pattern.as_str(), text.as_str(), crosses),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// Paths of plain names with `.` and `..`, absolute or not; what begins with `~` or holds a `:` or `$` is undecidable.
pub(crate) fn path(text: &str, test: &PathTest, call: &Call) -> Truth {
    let PathTest { under, glob, extension, base, ignore_case } = test;
    let absent = |folder: &Folder| matches!(folder, Folder::In(field) if matches!(call.find(field), Found::Absent));
    // Without a base a relative path stays one.
    let base = match base.as_ref().filter(|base| !absent(base)).map(|base| folder_text(base, call)) {
        Some(None) => return Truth::Maybe,
        Some(base) => base,
        None => None,
    };
    if text.is_empty() || text.contains(['~', ':', '$']) {
        return Truth::Maybe;
    }
    let absolute = |text: &str| match base {
        Some(base) if !text.starts_with('/') => names(&format!("{base}/{text}")).map(|names| (true, names)),
        _ => names(text).map(|names| (text.starts_with('/'), names)),
    };
    let Some((rooted, path)) = absolute(text) else { return Truth::Maybe };
    // A base that is relative itself leaves open where relative paths stand.
    let nowhere = |other: &str| base.is_some_and(is_relative) && (is_relative(text) || is_relative(other));
    let mut truths = Vec::new();
    if !under.is_empty() {
        truths.push(any(under.iter().map(|folder| {
            let Some(folder) = folder_text(folder, call) else { return Truth::Maybe };
            match absolute(folder).filter(|_| !nowhere(folder)) {
                Some((folder_rooted, mut folder)) if folder_rooted == rooted => {
                    folder.push("**".to_owned());
                    name_glob(&folder, &path, *ignore_case)
                }
                Some(_) | None => Truth::Maybe,
            }
        })));
    }
    if !glob.is_empty() {
        truths.push(any(glob.iter().map(|pattern| match absolute(pattern).filter(|_| !nowhere(pattern)) {
            Some((pattern_rooted, pattern)) if pattern_rooted == rooted => name_glob(&pattern, &path, *ignore_case),
            Some(_) | None => Truth::Maybe,
        })));
    }
    if !extension.is_empty() {
        let own = path.last().and_then(|name| name.rsplit_once('.')).filter(|(stem, _)| !stem.is_empty());
        let one_of = |own: &str| any(extension.iter().map(|wanted| is_name(wanted, own, *ignore_case)));
        truths.push(own.map_or(Truth::No, |(_, own)| one_of(own)));
    }
    all(truths)
}

fn is_relative(path: &str) -> bool {
    !path.starts_with('/')
}

/// Whether these names are what the names of a pattern stand for: `**` for any names, `*` within one name.
fn name_glob(pattern: &[String], names: &[String], ignore_case: bool) -> Truth {
    match (pattern.split_first(), names.split_first()) {
        (None, rest) => Truth::of(rest.is_none()),
        (Some((first, others)), rest) if first == "**" => {
            let longer = rest.map_or(Truth::No, |(_, rest)| name_glob(pattern, rest, ignore_case));
            any([name_glob(others, names, ignore_case), longer])
        }
        (Some(_), None) => Truth::No,
        (Some((first, others)), Some((name, rest))) => {
            all([is_name(first, name, ignore_case), name_glob(others, rest, ignore_case)])
        }
    }
}

/// Names that differ only by case are one on some file systems, and nobody can see on which.
fn is_name(pattern: &str, name: &str, ignore_case: bool) -> Truth {
    let folded = glob(&pattern.to_ascii_lowercase(), &name.to_ascii_lowercase(), false);
    match glob(pattern, name, false) {
        true => Truth::Yes,
        false if folded && !ignore_case => Truth::Maybe,
        false => Truth::of(folded),
    }
}

/// The text of a folder; none if nobody can tell what it is.
fn folder_text<'a>(folder: &'a Folder, call: &'a Call) -> Option<&'a str> {
    match folder {
        Folder::Written(folder) => Some(folder),
        Folder::In(field) => match call.find(field) {
            Found::Is(serde_json::Value::String(folder)) if !folder.is_empty() => Some(folder),
            Found::Absent | Found::Unknown | Found::NoSession | Found::Session(_) | Found::Is(_) => None,
        },
    }
}

/// The names of a path; none for a relative path that climbs out of its start.
fn names(path: &str) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." if names.pop().is_none() && !path.starts_with('/') => return None,
            ".." => {}
            name => names.push(name.to_owned()),
        }
    }
    Some(names)
}

/// `scheme://host`, `:port` and a path without anything unusual; every other text is undecidable.
pub(crate) fn url(text: &str, test: &UrlTest) -> Truth {
    let UrlTest { host, scheme, port, path, address } = test;
    let Some((own_scheme, rest)) = text.split_once("://") else { return Truth::Maybe };
    let (authority, own_path) = rest.split_once('/').unwrap_or((rest, ""));
    if authority.contains('@') {
        return Truth::Maybe;
    }
    let (own_host, own_port) = match authority.split_once(':') {
        Some((host, port)) => (host, port.parse().expect("a port")),
        None => (authority, if own_scheme == "http" { 80 } else { 443 }),
    };
    let mut truths = Vec::new();
    if !scheme.is_empty() {
        truths.push(Truth::of(scheme.contains(&own_scheme)));
    }
    if !host.is_empty() {
        truths.push(Truth::of(host.iter().any(|host| is_domain(own_host, host))));
    }
    if !port.is_empty() {
        truths.push(Truth::of(port.contains(&own_port)));
    }
    if !address.is_empty() {
        truths.push(any(address.iter().map(|address| is_address(own_host, address))));
    }
    if !path.is_empty() {
        let own = names(own_path);
        truths.push(any(path.iter().map(|pattern| match (names(pattern), &own) {
            (Some(pattern), Some(own)) => name_glob(&pattern, own, false),
            _ => Truth::Maybe,
        })));
    }
    all(truths)
}

/// Where a name leads nobody can see.
fn is_address(own: &str, wanted: &str) -> Truth {
    let Ok(own) = own.parse::<Ipv4Addr>() else { return Truth::Maybe };
    match wanted {
        "private" => Truth::of(own.is_private()),
        "loopback" => Truth::of(own.is_loopback()),
        "link-local" => Truth::of(own.is_link_local()),
        wanted => {
            let (block, bits) = wanted.split_once('/').unwrap_or((wanted, "32"));
            let (block, bits): (Ipv4Addr, u32) = (block.parse().expect("an address"), bits.parse().expect("a number"));
            Truth::of((own.to_bits() ^ block.to_bits()) >> (32 - bits) == 0)
        }
    }
}

/// `*.x` is one or more labels before `x`.
fn is_domain(own: &str, pattern: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(suffix) => own.ends_with(suffix) && own.len() > suffix.len(),
        None => own == pattern,
    }
}

/// One plain address of lower-case letters; every other text is undecidable.
pub(crate) fn email(text: &str, domain: &[&str], address: &[&str]) -> Truth {
    let plain = text.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '.' | '@'));
    let Some((_, own)) = text.split_once('@').filter(|_| plain) else { return Truth::Maybe };
    let mut truths = Vec::new();
    if !domain.is_empty() {
        truths.push(Truth::of(domain.iter().any(|domain| is_domain(own, domain))));
    }
    if !address.is_empty() {
        truths.push(Truth::of(address.contains(&text)));
    }
    all(truths)
}

/// The simple commands of words and `&&`; a text without any word, or with a sign that a shell acts on, is undecidable.
fn commands(text: &str) -> Option<Vec<Vec<&str>>> {
    if text.is_empty() || text.contains(['$', '~', '<']) {
        return None;
    }
    Some(text.split(" && ").map(|command| command.split(' ').collect()).collect())
}

pub(crate) fn shell_only(text: &str, patterns: &[&str]) -> Truth {
    let Some(commands) = commands(text) else { return Truth::Maybe };
    Truth::of(commands.iter().all(|command| patterns.iter().any(|pattern| is_command(command, pattern))))
}

/// The words of a command; a final `**` is for any that are no options.
fn is_command(command: &[&str], pattern: &str) -> bool {
    let words: Vec<&str> = pattern.split(' ').collect();
    match words.split_last() {
        Some((&"**", first)) => {
            command.starts_with(first) && command[first.len()..].iter().all(|word| !word.starts_with('-'))
        }
        _ => command == words,
    }
}

/// Of patterns like `rm **`: some command is of this program. The other programs that occur are plain ones.
pub(crate) fn shell_runs(text: &str, patterns: &[&str]) -> Truth {
    let Some(commands) = commands(text) else { return Truth::Maybe };
    let programs: Vec<&str> = patterns.iter().filter_map(|pattern| pattern.strip_suffix(" **")).collect();
    Truth::of(commands.iter().any(|command| programs.contains(&command[0])))
}
