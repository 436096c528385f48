//! Rules that allow by the text of a command, path, URL or address, where a matcher knows what the text means; and
//! command patterns that allow more than they show.

use super::found::Found;
use super::literal::word_at;
use super::walk::{Asking, Spot};
use crate::matcher::condition::Test;
use crate::matcher::glob::Affix;
use crate::matcher::shell::lets_words_run;
use crate::policy::model::Action;
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::edit::{is_plain, quoted};
use crate::value::field::Root;

/// What the text of an argument is, as its name or the policy's own text shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Domain {
    Shell,
    Path,
    Url,
    Email,
}

/// Last words of the names of arguments.
const NAMES: [(Domain, &[&str]); 4] = [
    (Domain::Shell, &["command", "commands", "cmd", "shell", "script", "bash", "commandline"]),
    (
        Domain::Path,
        &["path", "paths", "file", "files", "filename", "filepath", "dir", "directory", "folder", "cwd", "pathname"],
    ),
    (Domain::Url, &["url", "urls", "uri", "href", "link", "webhook", "endpoint"]),
    (Domain::Email, &["email", "emails", "mail", "recipient", "recipients", "cc", "bcc"]),
];

/// Finds them; of each matcher one test is told.
pub(super) fn text_matchers(asking: &[Asking<'_>], text: &str, found: &mut Found) {
    let allowing = asking.iter().filter(|asking| asking.rule.action == Action::Allow);
    for spot in allowing.flat_map(|asking| &asking.spots).filter(|spot| spot.root == Root::Args) {
        found.extend(of_spot(spot, text));
        found.extend(open_command(spot, text));
    }
}

/// The first pattern with which the agent chooses what runs.
fn open_command(spot: &Spot<'_>, text: &str) -> Option<Diagnostic> {
    let open = spot.matcher.tests.iter().find_map(|test| match test {
        Test::ShellOnly(patterns) => patterns.iter().find(|pattern| lets_words_run(pattern)),
        _ => None,
    });
    let pattern = open.filter(|_| !spot.negated && !spot.in_not)?;
    let span = word_at(spot.matcher.span, &pattern.to_string(), text).unwrap_or(spot.matcher.span);
    let message = format!("with `{pattern}` the agent chooses what runs");
    let help = "the words that it leaves open may name programs, scripts or files that are run: write the words that may follow";
    Some(Diagnostic::new(Code::OpenCommand, span, message).help(help))
}

fn of_spot(spot: &Spot<'_>, text: &str) -> Option<Diagnostic> {
    let (test, word, domain) = spot.matcher.tests.iter().find_map(|test| {
        let (word, written) = match test {
            Test::StartsWith(written) => ("starts_with", Some(written.as_str())),
            Test::EndsWith(written) => ("ends_with", Some(written.as_str())),
            Test::Contains(written) => ("contains", Some(written.as_str())),
            Test::Glob(_) => ("glob", None),
            Test::Regex(_) => ("regex", None),
            _ => return None,
        };
        let by_name = || spot.key.and_then(by_name);
        let domain = written.and_then(by_text).or_else(by_name)?;
        Some((test, word, domain))
    })?;
    let (message, help) = match domain {
        Domain::Shell => (
            "a command that passes this may run others too",
            "`;`, `&&`, `$(…)` and options go around text: ask what it runs, `shell: { only: [\"git log **\"] }`",
        ),
        Domain::Path => (
            "a path that passes this may lead elsewhere",
            "`..` goes around text: ask where it leads, `path: { under: /srv/files }`",
        ),
        Domain::Url => (
            "a URL that passes this may lead to another host",
            "`user@host`, ports and look-alikes go around text: ask for its parts, `url: { host: acme.com, scheme: https }`",
        ),
        Domain::Email => (
            "an address that passes this may be another's",
            "quotes, comments and lists of addresses go around text: ask for its domain, `email: { domain: acme.com }`",
        ),
    };
    let span = spot.matcher.span;
    let diagnostic =
        Diagnostic::new(Code::TextMatcher, span, message).label(format!("`{word}` compares text")).help(help);
    let is_alone = spot.matcher.tests.len() == 1 && !spot.negated && !spot.in_not && is_plain(span, text);
    Some(match replacement(domain, test).filter(|_| is_alone) {
        Some(matcher) => diagnostic.fix(format!("replace it with `{matcher}`"), span, format!("{{ {matcher} }}")),
        None => diagnostic,
    })
}

/// What an argument with this name is.
pub(super) fn by_name(key: &str) -> Option<Domain> {
    let start = key.rfind(|c: char| !c.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
    let last = key.get(start..).unwrap_or(key);
    // `filePath`: from the last upper-case letter behind a lower-case one.
    let hump = last.char_indices().zip(last.chars().skip(1)).filter(|((_, a), b)| a.is_lowercase() && b.is_uppercase());
    let last = hump.last().and_then(|((at, _), _)| last.get(at + 1..)).unwrap_or(last).to_ascii_lowercase();
    NAMES.iter().find(|(_, names)| names.contains(&last.as_str())).map(|(domain, _)| *domain)
}

fn by_text(written: &str) -> Option<Domain> {
    if written.starts_with("http://") || written.starts_with("https://") {
        return Some(Domain::Url);
    }
    let is_address = |(name, domain): (&str, &str)| is_host(domain) && !name.contains(['/', ' ']);
    written.split_once('@').filter(|parts| is_address(*parts)).map(|_| Domain::Email)
}

fn is_host(text: &str) -> bool {
    text.contains('.') && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c))
}

/// The matcher that asks what the author of `test` meant, if that is clear.
fn replacement(domain: Domain, test: &Test) -> Option<String> {
    match (domain, affix(test)?) {
        (Domain::Shell, Affix::Beginning(text)) => {
            let is_word = |word: &str| word.chars().all(|c| c.is_ascii_alphanumeric() || "./_-".contains(c));
            let words: Vec<&str> = text.split_ascii_whitespace().filter(|word| is_word(word)).collect();
            let is_whole = words.join(" ") == text.trim() && !words.is_empty();
            is_whole.then(|| format!("shell: {{ only: [\"{} **\"] }}", words.join(" ")))
        }
        (Domain::Path, Affix::Beginning(text)) => {
            let folder = text.trim_end_matches('/');
            let is_folder = !folder.is_empty() && !folder.split('/').any(|name| name == "..");
            Some(format!("path: {{ under: {} }}", quoted(folder).filter(|_| is_folder)?))
        }
        (Domain::Path, Affix::End(text)) => {
            let extension = text.strip_prefix('.').filter(|rest| !rest.is_empty() && !rest.contains(['.', '/']))?;
            Some(format!("path: {{ extension: {} }}", quoted(extension)?))
        }
        (Domain::Url, Affix::Beginning(text)) => {
            let (scheme, rest) = text.split_once("://")?;
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let is_folder = path.is_empty() || path.ends_with('/');
            let is_plain = is_host(host) && path.chars().all(|c| c.is_ascii_alphanumeric() || "/_-".contains(c));
            let path = if path.is_empty() { String::new() } else { format!(", path: \"/{path}**\"") };
            (is_folder && is_plain).then(|| format!("url: {{ host: {host}, scheme: {scheme}{path} }}"))
        }
        (Domain::Email, Affix::End(text)) => {
            let domain = text.strip_prefix('@').filter(|domain| is_host(domain))?;
            Some(format!("email: {{ domain: {domain} }}"))
        }
        _ => None,
    }
}

/// What `test` asks of the beginning or the end of a text, if that is all it asks.
fn affix(test: &Test) -> Option<Affix> {
    match test {
        Test::StartsWith(text) => Some(Affix::Beginning(text.clone())),
        Test::EndsWith(text) => Some(Affix::End(text.clone())),
        Test::Glob(glob) => glob.affix(),
        Test::Regex(regex) => {
            let text = regex.as_str();
            let text = text.strip_prefix('^').unwrap_or(text);
            let text = text.strip_suffix('$').unwrap_or(text);
            let beginning = text.strip_suffix(".*").and_then(plain).map(Affix::Beginning);
            beginning.or_else(|| text.strip_prefix(".*").and_then(plain).map(Affix::End))
        }
        _ => None,
    }
}

/// The text that a regular expression without anything special writes.
fn plain(regex: &str) -> Option<String> {
    let mut text = String::new();
    let mut chars = regex.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.push(chars.next().filter(char::is_ascii_punctuation)?),
            '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '^' | '$' => return None,
            c => text.push(c),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::glob::Glob;
    use crate::matcher::regex::Regex;

    #[test]
    fn the_last_word_of_a_name_tells() {
        let rows = [
            ("command", Some(Domain::Shell)),
            ("shell_cmd", Some(Domain::Shell)),
            ("filePath", Some(Domain::Path)),
            ("target-url", Some(Domain::Url)),
            ("URL", Some(Domain::Url)),
            ("profile", None),
            ("subject", None),
            ("", None),
        ];
        for (key, expected) in rows {
            assert_eq!(by_name(key), expected, "`{key}`");
        }
    }

    #[test]
    fn what_is_meant_by_a_text_is_written_for_its_target() {
        let regex = |text: &str| Test::Regex(Regex::new(text).unwrap_or_else(|why| panic!("{text}: {why}")));
        let glob = |text: &str| Test::Glob(Glob::across(text));
        let rows = [
            (Domain::Shell, glob("git log*"), Some("shell: { only: [\"git log **\"] }")),
            (Domain::Shell, regex("^git log.*$"), Some("shell: { only: [\"git log **\"] }")),
            (Domain::Shell, regex("(git|npm) .*"), None),
            (Domain::Path, glob("/srv/files/**"), Some("path: { under: /srv/files }")),
            (Domain::Path, regex(r".*\.md"), Some("path: { extension: md }")),
            (Domain::Path, glob("*"), None),
            (Domain::Url, regex(r"https://docs\.acme\.com/.*"), Some("url: { host: docs.acme.com, scheme: https }")),
            (Domain::Email, glob("*@acme.com"), Some("email: { domain: acme.com }")),
        ];
        for (domain, test, expected) in rows {
            assert_eq!(replacement(domain, &test).as_deref(), expected, "{domain:?} {test:?}");
        }
    }
}
