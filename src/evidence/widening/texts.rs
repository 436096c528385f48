//! Texts that the matchers for texts tell apart.

use super::regex_text::text_for;
use crate::matcher::condition::{PathTest, Test, TextOrField};
use crate::matcher::shell::CommandPattern;
use crate::matcher::url::UrlMatcher;

/// The most entries of one list that texts are made for.
const ENTRIES_MAX: usize = 8;

/// Texts that fit `test`, and others beside it.
pub(super) fn of_test(test: &Test) -> Vec<String> {
    match test {
        Test::StartsWith(text) => vec![text.clone(), format!("{text}x"), format!("x{text}")],
        Test::EndsWith(text) => vec![text.clone(), format!("x{text}"), format!("{text}x")],
        Test::Contains(text) => vec![text.clone(), format!("x{text}x"), "x".to_owned()],
        Test::Glob(glob) => glob.examples().into_iter().chain([String::from("x")]).collect(),
        Test::Regex(regex) => {
            let found = text_for(regex);
            let beside = found.iter().map(|text| format!("{text}!")).collect::<Vec<_>>();
            found.into_iter().chain(beside).chain([String::new()]).collect()
        }
        Test::Path(path) => of_path(path),
        Test::Url(url) => of_url(url),
        Test::Email(email) => {
            let by_domain = email.domains.iter().take(ENTRIES_MAX).map(|domain| domain.example());
            let by_address = email.addresses.iter().take(ENTRIES_MAX).map(ToString::to_string);
            let outside = ["someone@elsewhere.example".to_owned(), "someone".to_owned()];
            by_domain.chain(by_address).chain(outside).collect()
        }
        Test::ShellOnly(patterns) | Test::ShellRuns(patterns) => of_shell(patterns),
        _ => Vec::new(),
    }
}

/// Whether a list of `test` has more entries than texts are made for.
pub(super) fn leaves_out(test: &Test) -> bool {
    let longest = match test {
        Test::Path(path) => [path.under.len(), path.glob.len(), path.extension.len()].into_iter().max(),
        Test::Url(url) => {
            let places = url.hosts.len().max(url.addresses.len());
            // The first of these stand in every text.
            let others = [url.schemes.len(), url.ports.len(), url.paths.len()].into_iter().max();
            others.map(|others| places.max(others.saturating_sub(1)))
        }
        Test::Email(email) => Some(email.domains.len().max(email.addresses.len())),
        Test::ShellOnly(patterns) | Test::ShellRuns(patterns) => Some(patterns.len()),
        _ => None,
    };
    longest.is_some_and(|longest| longest > ENTRIES_MAX)
}

/// Texts that fit what `tests` ask of the beginning, the middle and the end at once.
pub(super) fn together(tests: &[Test]) -> Vec<String> {
    let (mut begin, mut middle, mut end) = ("", String::new(), "");
    let mut asked = 0;
    for test in tests {
        match test {
            Test::StartsWith(text) => begin = text,
            Test::Contains(text) => middle.push_str(text),
            Test::EndsWith(text) => end = text,
            _ => continue,
        }
        asked += 1;
    }
    if asked < 2 { Vec::new() } else { vec![format!("{begin}{middle}{end}"), format!("{begin}x{middle}x{end}")] }
}

fn of_path(path: &PathTest) -> Vec<String> {
    let extension = path.extension.first().map_or_else(String::new, |extension| format!(".{extension}"));
    let mut texts = Vec::new();
    for folder in path.under.iter().take(ENTRIES_MAX) {
        // What another field holds is chosen together with this one.
        let folder = match folder {
            TextOrField::Text(folder) => folder.as_str(),
            TextOrField::Field(_) => FOLDER,
        };
        texts.push(format!("{}/x{extension}", folder.trim_end_matches('/')));
        texts.push(folder.to_owned());
        texts.push(format!("{}x", folder.trim_end_matches('/')));
    }
    for glob in path.glob.iter().take(ENTRIES_MAX) {
        texts.push(glob.example(&extension));
        texts.push(glob.example(""));
    }
    let start = texts.first().map_or("/elsewhere", |text| text.rsplit_once('/').map_or("", |(folder, _)| folder));
    let by_extension = path.extension.iter().take(ENTRIES_MAX).map(|extension| format!("{start}/x.{extension}"));
    let by_extension: Vec<String> = by_extension.collect();
    texts.extend(by_extension);
    texts.extend(["/elsewhere/x.other".to_owned(), "x".to_owned()]);
    texts
}

/// A folder that the policy does not write.
pub(super) const FOLDER: &str = "/folder";

fn of_url(url: &UrlMatcher) -> Vec<String> {
    let first_of = |all: &[String]| all.first().cloned();
    let scheme = first_of(&url.schemes).unwrap_or_else(|| "https".to_owned());
    let hosts: Vec<String> = url.hosts.iter().take(ENTRIES_MAX).map(|host| host.example()).collect();
    let addresses: Vec<String> = url.addresses.iter().take(ENTRIES_MAX).map(|range| range.example()).collect();
    let port = url.ports.first().map_or_else(String::new, |port| format!(":{port}"));
    let path = url.paths.first().map_or_else(|| "/".to_owned(), |path| path.example(""));
    let places =
        if hosts.is_empty() && addresses.is_empty() { vec![ELSEWHERE.to_owned()] } else { [hosts, addresses].concat() };
    let mut texts: Vec<String> = places.iter().map(|place| format!("{scheme}://{place}{port}{path}")).collect();
    let place = places.first().map_or(ELSEWHERE, String::as_str);
    texts.extend(url.schemes.iter().skip(1).take(ENTRIES_MAX).map(|scheme| format!("{scheme}://{place}{port}{path}")));
    texts.extend(url.ports.iter().skip(1).take(ENTRIES_MAX).map(|port| format!("{scheme}://{place}:{port}{path}")));
    texts.extend(
        url.paths.iter().skip(1).take(ENTRIES_MAX).map(|path| format!("{scheme}://{place}{port}{}", path.example(""))),
    );
    texts.extend([
        format!("{scheme}://{ELSEWHERE}{port}{path}"),
        format!("{scheme}://{place}:4321{path}"),
        format!("{scheme}://{place}{port}/elsewhere"),
        format!("ftp://{place}{port}{path}"),
        format!("http://{place}{port}{path}"),
        format!("https://{place}{port}{path}"),
    ]);
    texts
}

const ELSEWHERE: &str = "elsewhere.example";

fn of_shell(patterns: &[CommandPattern]) -> Vec<String> {
    let mut texts = Vec::new();
    for pattern in patterns.iter().take(ENTRIES_MAX) {
        let written = pattern.to_string();
        let word = |word: &str, rest: &str| match word {
            "**" | "-**" => rest.to_owned(),
            word => word.replace('*', "x"),
        };
        for rest in ["x", ""] {
            let words: Vec<String> = written.split(' ').map(|it| word(it, rest)).filter(|it| !it.is_empty()).collect();
            texts.push(words.join(" "));
        }
    }
    let both = texts.first().map(|first| format!("{first} && unlisted"));
    texts.extend(both);
    texts.extend(["unlisted".to_owned(), "$(x)".to_owned()]);
    texts
}
