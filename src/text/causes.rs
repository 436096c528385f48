//! What a syntax error most often comes from: a space that is missing, a tab, what looks like a space and is none, a line
//! indented too far, a text that wants quotes.

use super::chars::is_foreign_space;
use super::diagnostic::{Code, Diagnostic};
use super::prose::{WRITTEN, prose};
use super::span::Span;

/// How many lines before a complaint may hold its cause: the scanner complains where it can no longer go on.
const LINES_BEFORE: usize = 2;

/// How many lines are looked at for those, empty ones included.
const LOOKED_AT_MAX: usize = 20;

/// The likely cause of a complaint about the byte at `at` of `text`, if it is one of these.
pub(super) fn likely_cause(at: usize, text: &str) -> Option<Diagnostic> {
    let lines = lines_up_to(at, text);
    let foreign = lines.iter().find_map(|line| foreign_space(*line, text));
    foreign.or_else(|| lines.iter().find_map(|line| missing_space(*line, text))).or_else(|| {
        let (line, before) = (lines.first()?, lines.get(1));
        before.and_then(|before| deeper(*line, *before, text)).or_else(|| second_colon(*line, at, text))
    })
}

/// A line indented a little deeper than the keys before it.
fn deeper(line: Span, before: Span, text: &str) -> Option<Diagnostic> {
    let column = |line: Span| content_start(line, text) - line.start;
    let (own, others) = (column(line), column(before));
    let has_value = text.get(content_start(before, text)..before.end)?.split_once(": ");
    let is_plain = has_value.is_some_and(|(_, value)| !value.trim_start().starts_with(['"', '\'', '|', '>', '{', '[']));
    if own <= others || !is_plain || !line.of(text).starts_with(' ') {
        return None;
    }
    let span = Span::new(line.start, line.start + own);
    let message = prose!("this line is indented by {own}, what stands before it by {others}");
    let diagnostic = Diagnostic::new(Code::YamlSyntax, span, message);
    let is_indentation = span.of(text).chars().all(|c| c == ' ');
    Some(if is_indentation { diagnostic.fix("indent it alike", span, " ".repeat(others)) } else { diagnostic })
}

/// A second `: ` in one line, at `at`: a text that wants quotes, or a map that wants a line of its own.
fn second_colon(line: Span, at: usize, text: &str) -> Option<Diagnostic> {
    let start = content_start(line, text);
    let (key, _) = text.get(start..line.end)?.split_once(": ")?;
    let value_start = start + key.len() + 2;
    let span = Span::new(value_start, line.end);
    let value = span.of(text);
    if !text.get(at..)?.starts_with(':') || at <= value_start || value.contains(['#', '&', '*', '!', '\\']) {
        return None;
    }
    let diagnostic = Diagnostic::new(Code::YamlSyntax, Span::new(at, at + 1), "`:` where no key can stand");
    if value.ends_with('}') && !value.starts_with(['{', '[', '"', '\'']) {
        let help = prose!("put what follows `{key}:` on the next line, or in braces");
        return Some(diagnostic.help(help).fix("write braces", span, prose!("{{ {value} }}")));
    }
    if value.contains(['"', '\'', '{', '[', '}', ']']) {
        return None;
    }
    let diagnostic = diagnostic.help("quote a text that contains `: `");
    Some(diagnostic.fix("quote the text", span, prose!("\"{}\"", value.trim_end())))
}

/// A field with an index within brackets, where `[` begins a list.
pub(super) fn index_in_brackets(at: usize, text: &str) -> Option<Diagnostic> {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let before = text.get(..at)?;
    let start = before.trim_end_matches(word).len();
    let rest = text.get(at..)?;
    let length = rest.find(|c: char| !word(c) && !matches!(c, '[' | ']')).unwrap_or(rest.len());
    let span = Span::new(start, at + length);
    if start == at || !rest.starts_with('[') || !before.get(start..)?.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let diagnostic = Diagnostic::new(Code::YamlSyntax, span, "`[` begins a list here");
    let diagnostic = diagnostic.help("quote a field with `[` in it where braces stand around it");
    Some(diagnostic.fix("quote it", span, prose!("\"{}\"", span.of(text))))
}

/// The last lines that are not empty up to that of the byte at `at`, the nearest first, without their ends.
fn lines_up_to(at: usize, text: &str) -> Vec<Span> {
    let rest = text.get(at..).unwrap_or_default();
    let mut end = at + rest.find('\n').unwrap_or(rest.len());
    let mut lines = Vec::new();
    for line in text.get(..end).unwrap_or_default().rsplit('\n').take(LOOKED_AT_MAX) {
        let start = end - line.len();
        if !line.trim().is_empty() && lines.len() <= LINES_BEFORE {
            lines.push(Span::new(start, start + line.trim_end_matches('\r').len()));
        }
        end = start.saturating_sub(1);
    }
    lines
}

/// Where the content of `line` begins, after indentation and the dashes of lists.
fn content_start(line: Span, text: &str) -> usize {
    let mut rest = line.of(text);
    loop {
        let next = rest.trim_start_matches(is_space);
        let next = next.strip_prefix('-').filter(|after| after.starts_with(is_space)).unwrap_or(next);
        if next.len() == rest.len() {
            return line.end - rest.len();
        }
        rest = next;
    }
}

/// Whether `c` is white space within a line, to YAML or to the eye.
fn is_space(c: char) -> bool {
    c == ' ' || c == '\t' || is_foreign_space(c)
}

/// `tool:file.read`, which is one word.
fn missing_space(line: Span, text: &str) -> Option<Diagnostic> {
    let start = content_start(line, text);
    let content = text.get(start..line.end)?;
    let (key, value) = content.split_once(':')?;
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    if !is_key || value.is_empty() || value.starts_with([' ', '\t', '/', ':']) || value.contains(": ") {
        return None;
    }
    let after = start + key.len() + 1;
    let message = prose!("a space is missing after `{key}:`");
    let diagnostic = Diagnostic::new(Code::YamlSyntax, Span::new(start, after), message);
    Some(diagnostic.fix("insert a space", Span::new(after, after), " "))
}

/// What looks like a space where indentation is, or behind the colon of a key.
fn foreign_space(line: Span, text: &str) -> Option<Diagnostic> {
    let start = content_start(line, text);
    let in_front = text.get(line.start..start)?.find(is_foreign_space).map(|at| line.start + at);
    let behind = || {
        let at = start + text.get(start..line.end)?.find(':')? + 1;
        text.get(at..line.end)?.starts_with(is_foreign_space).then_some(at)
    };
    let at = in_front.or_else(behind)?;
    let c = text.get(at..)?.chars().next()?;
    let span = Span::new(at, at + c.len_utf8());
    let message = prose!("U+{:04X} looks like a space, and is none to YAML", u32::from(c));
    Some(Diagnostic::new(Code::YamlSyntax, span, message).fix("replace it with a space", span, " "))
}

/// The tab that a complaint about the byte at `at` is about: there, or in the indentation of a line from there on.
pub(super) fn tab_span(at: usize, text: &str) -> Option<Span> {
    let line = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let mut start = line;
    for line in text.get(line..)?.split_inclusive('\n') {
        let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
        let in_front = line.get(..blank)?.find('\t').map(|tab| start + tab).filter(|_| !line.trim().is_empty());
        let here = (start..start + line.len()).contains(&at).then(|| Some(at + text.get(at..)?.find('\t')?));
        let here = here.flatten().filter(|tab| *tab < start + line.len());
        if let Some(tab) = in_front.or(here) {
            return Some(Span::new(tab, tab + 1));
        }
        start += line.len();
    }
    None
}

/// With spaces in place of the indentation that the tab at `tab` stands in, or one in place of a tab elsewhere.
pub(super) fn with_spaces(diagnostic: Diagnostic, tab: Span, text: &str) -> Diagnostic {
    if !WRITTEN {
        return diagnostic;
    }
    let start = text.get(..tab.start).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let line = text.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
    let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
    if tab.start >= start + blank {
        return diagnostic.fix("replace it with a space", tab, " ");
    }
    let width = indentation(start, line.trim_start(), text);
    diagnostic.fix("indent with spaces", Span::new(start, start + blank), " ".repeat(width))
}

/// How far `content` is indented in the line that begins at `start`, by the line before it.
fn indentation(start: usize, content: &str, text: &str) -> usize {
    let before = start.checked_sub(1).and_then(|end| lines_up_to(end, text).into_iter().next());
    let Some(before) = before else { return 0 };
    let column = content_start(before, text) - before.start;
    let dashes = before.of(text).len() - before.of(text).trim_start_matches(is_space).len();
    if before.of(text).trim_end().ends_with(':') {
        return column + 2;
    }
    if content.starts_with('-') { dashes } else { column }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indentation_goes_by_the_line_before() {
        let rows = [
            ("rules:\n\t- tool: a\n", 2),
            ("rules:\n  - tool: a\n\taction: allow\n", 4),
            ("rules:\n  - tool: a\n\t- tool: b\n", 2),
            ("\ta: b\n", 0),
        ];
        for (text, expected) in rows {
            let tab = tab_span(text.rfind('\t').unwrap(), text).unwrap();
            let fixes = with_spaces(Diagnostic::new(Code::Tab, tab, ""), tab, text).words.fixes;
            assert_eq!(fixes[0].replacement.len(), expected, "{text:?}");
        }
    }
}
