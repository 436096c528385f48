//! The matchers that read a text as its target would: paths, URLs, email addresses, shell texts.

use super::reader::{Reader, find_key};
use super::value_advice;
use crate::matcher::condition::{EmailTest, PathTest, Test, TextOrField};
use crate::matcher::email::{address, domain_pattern};
use crate::matcher::path::{extension_name, normalise, path_glob};
use crate::matcher::shell::{CommandPattern, command_pattern};
use crate::matcher::url::{UrlMatcher, address_range, host_pattern, path_pattern, scheme};
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::prose::prose;
use crate::text::yaml::{MapEntry, Node, NodeValue};

impl Reader<'_> {
    pub(super) fn path(&mut self, node: &Node) -> Option<PathTest> {
        let entries = self.domain_map(node, "`path`", &["under", "glob", "extension", "base", "ignore_case"])?;
        let asked = entries.iter().any(|entry| matches!(entry.key.as_str(), "under" | "glob" | "extension"));
        if !asked {
            let diagnostic = Diagnostic::new(Code::MissingKey, node.span, "`path` asks nothing");
            self.report(diagnostic.label("it needs `under`, `glob` or `extension`"));
            return None;
        }
        let under = self.at(entries, "under", Self::folders);
        let glob = self.at(entries, "glob", |reader, node| reader.each_text(node, "`glob`", path_glob));
        let extension = self.at(entries, "extension", |reader, node| {
            reader.each_text(node, "`extension`", |text| extension_name(text).map(|()| text.to_owned()))
        });
        let base = self.at(entries, "base", |reader, node| reader.folder(node, "`base`").map(Some));
        let ignore_case = self.at(entries, "ignore_case", |reader, node| reader.bool(node, "`ignore_case`"));
        Some(PathTest { under: under?, glob: glob?, extension: extension?, base: base?, ignore_case: ignore_case? })
    }

    pub(super) fn url(&mut self, node: &Node) -> Option<UrlMatcher> {
        let entries = self.domain_map(node, "`url`", &["scheme", "host", "port", "path", "address"])?;
        let schemes = self.at(entries, "scheme", |reader, node| reader.each_text(node, "`scheme`", scheme));
        let hosts = self.at(entries, "host", |reader, node| reader.each_text(node, "`host`", host_pattern));
        let ports = self.at(entries, "port", Self::ports);
        let paths = self.at(entries, "path", |reader, node| reader.each_text(node, "`path`", path_pattern));
        let addresses = self.at(entries, "address", |reader, node| reader.each_text(node, "`address`", address_range));
        Some(UrlMatcher { schemes: schemes?, hosts: hosts?, ports: ports?, paths: paths?, addresses: addresses? })
    }

    pub(super) fn email(&mut self, node: &Node) -> Option<EmailTest> {
        let entries = self.domain_map(node, "`email`", &["domain", "address"])?;
        let domains = self.at(entries, "domain", |reader, node| reader.each_text(node, "`domain`", domain_pattern));
        let addresses = self.at(entries, "address", |reader, node| reader.each_text(node, "`address`", address));
        Some(EmailTest { domains: domains?, addresses: addresses? })
    }

    pub(super) fn shell(&mut self, node: &Node) -> Option<Test> {
        let entries = self.domain_map(node, "`shell`", &["only", "runs"])?;
        if let [_, second, ..] = entries {
            let diagnostic = Diagnostic::new(Code::Misplaced, second.key_span, "`shell` asks two things at once");
            self.report(diagnostic.help("write two fields under `all`, one with `only` and one with `runs`"));
            return None;
        }
        let commands = |reader: &mut Self, node: &Node| reader.each_text(node, "a list of commands", command_pattern);
        let only: Vec<CommandPattern> = self.at(entries, "only", commands)?;
        let runs: Vec<CommandPattern> = self.at(entries, "runs", commands)?;
        Some(if only.is_empty() { Test::ShellRuns(runs) } else { Test::ShellOnly(only) })
    }

    fn domain_map<'node>(&mut self, node: &'node Node, what: &str, keys: &[&str]) -> Option<&'node [MapEntry]> {
        let entries = self.filled_map(node, what, &prose!("it takes `{}`", keys.join("`, `")))?;
        let known = entries.iter().all(|entry| keys.contains(&entry.key.as_str()));
        self.check_keys(entries, keys, what, |_| false);
        known.then_some(entries)
    }

    /// A text, or a list of some, each of which `read` understands.
    fn each_text<T>(
        &mut self,
        node: &Node,
        what: &str,
        read: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Option<Vec<T>> {
        let items = self.one_or_more(node, what)?;
        let read_one = |item: &Node| {
            let text = self.text_operand(item, what)?;
            match read(&text) {
                Ok(value) => Some(value),
                Err(why) => {
                    let diagnostic = Diagnostic::new(Code::Pattern, item.span, why);
                    let is_well = |mended: &str| read(mended).is_ok();
                    let advised = value_advice::pattern(diagnostic, (what, &text), item.span, self.text, is_well);
                    self.report(advised);
                    None
                }
            }
        };
        let read: Vec<Option<T>> = items.iter().map(read_one).collect();
        read.into_iter().collect()
    }

    fn folders(&mut self, node: &Node) -> Option<Vec<TextOrField>> {
        let items = self.one_or_more(node, "`under`")?;
        let folders: Vec<Option<TextOrField>> = items.iter().map(|item| self.folder(item, "`under`")).collect();
        folders.into_iter().collect()
    }

    /// A folder, or `{ field: FIELD }` for the folder that a field of the call names.
    fn folder(&mut self, node: &Node, what: &str) -> Option<TextOrField> {
        if let NodeValue::Map(_) = node.value {
            let entries = self.domain_map(node, what, &["field"])?;
            let entry = find_key(entries, "field")?;
            return Some(TextOrField::Field(self.field(&entry.value, "`field`")?));
        }
        let text = self.text_operand(node, what)?;
        match normalise(&text) {
            Ok(_) if what == "`base`" && !text.starts_with('/') => {
                self.report(Diagnostic::new(
                    Code::Pattern,
                    node.span,
                    "`base` is an absolute path: it begins with `/`",
                ));
                None
            }
            Ok(_) => Some(TextOrField::Text(text)),
            Err(why) => {
                let diagnostic = Diagnostic::new(Code::Pattern, node.span, why);
                let is_well = |mended: &str| normalise(mended).is_ok();
                self.report(value_advice::pattern(diagnostic, (what, &text), node.span, self.text, is_well));
                None
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "only ports are cast")]
    fn ports(&mut self, node: &Node) -> Option<Vec<u16>> {
        let items = self.one_or_more(node, "`port`")?;
        let port = |item: &Node| match self.number(item, "`port`")? {
            port if (0.0..=65_535.0).contains(&port) && port.fract() == 0.0 => Some(port as u16),
            _ => {
                self.report(Diagnostic::new(Code::Pattern, item.span, "a port is an integer from 0 to 65535"));
                None
            }
        };
        let ports: Vec<Option<u16>> = items.iter().map(port).collect();
        ports.into_iter().collect()
    }
}
