//! The form of tool names and patterns.

use super::model::ToolPattern;
use crate::text::chars::{is_hidden, is_typographic_quote};
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::prose::prose;
use crate::text::span::Span;

/// How many texts a pattern may have between its stars.
const STARRED_MAX: usize = 16;

/// Whether `c` means something in other pattern languages, or looks as if it did. Here it would silently stand for
/// itself, and a rule that blocks would match nothing.
fn is_foreign(c: char) -> bool {
    let is_ascii_foreign = c.is_ascii_punctuation() && !matches!(c, '*' | '_' | '-' | '.' | '/' | ':' | '@' | '#');
    let looks_like_ascii = matches!(
        c,
        '\u{2000}'..='\u{206F}' | '\u{2200}'..='\u{22FF}' | '\u{3000}'..='\u{303F}' | '\u{FF01}'..='\u{FF0F}'
            | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}'
    );
    is_ascii_foreign || looks_like_ascii
}

/// The tool name or pattern `written` at `span` of `source`.
///
/// # Errors
///
/// What is wrong with its form; boxed, as it is large and rare.
pub(super) fn tool_pattern(written: &str, span: Span, source: &str) -> Result<ToolPattern, Box<Diagnostic>> {
    let problem = |code: Code, message: String| Diagnostic::new(code, span, message);
    if written.is_empty() {
        return Err(Box::new(
            problem(Code::Empty, "empty tool name".to_owned()).help("to match every tool, write `\"*\"`"),
        ));
    }
    let has_line_end = |text: &str| text.bytes().any(|byte| matches!(byte, b'\n' | b'\r'));
    if has_line_end(span.of(source)) || has_line_end(written) {
        let diagnostic = problem(Code::ToolPattern, "a tool name over several lines".to_owned());
        return Err(Box::new(diagnostic.help("write several tools as a list: `[file.read, file.write]`")));
    }
    if let Some(hidden) = written.chars().find(|&c| is_hidden(c) || c.is_control()) {
        let message = prose!("hidden character U+{:04X} in a tool name", u32::from(hidden));
        return Err(Box::new(problem(Code::HiddenCharacter, message)));
    }
    let trimmed = written.trim();
    if trimmed != written {
        let diagnostic = problem(Code::ToolPattern, prose!("white space around the tool name `{trimmed}`"));
        let is_plain = trimmed.chars().all(|c| !is_foreign(c)) && !span.of(source).starts_with(['*', '&', '!']);
        return Err(Box::new(if is_plain {
            diagnostic.fix("remove it", span, prose!("\"{trimmed}\""))
        } else {
            diagnostic
        }));
    }
    let has_stars = written.contains('*');
    if has_stars && let Some(at) = written.find("***") {
        let stars = written.get(at..).unwrap_or_default().chars().take_while(|&c| c == '*').count();
        let at_stars = inside(span, at, stars, written, source);
        let diagnostic = Diagnostic::new(Code::ToolPattern, at_stars, "more than two stars in a row");
        return Err(Box::new(
            diagnostic.label("`*` stays within a `/`, `**` does not").replace_fix("**", at_stars, source),
        ));
    }
    if has_stars && written.split('*').filter(|part| !part.is_empty()).count() > STARRED_MAX {
        let diagnostic = problem(Code::ToolPattern, prose!("more than {STARRED_MAX} parts between stars"));
        return Err(Box::new(diagnostic.help("comparing it with names would take long: write several patterns")));
    }
    if written.starts_with(".*") || (written.starts_with('/') && written.ends_with('/')) {
        let diagnostic = problem(Code::ToolPattern, "this looks like a regular expression".to_owned());
        return Err(Box::new(diagnostic.help("`*` alone is every tool, and `file.*` every tool that begins so")));
    }
    if let Some((at, foreign)) = written.char_indices().find(|&(_, c)| is_foreign(c)) {
        let at_char = inside(span, at, foreign.len_utf8(), written, source);
        let diagnostic =
            Diagnostic::new(Code::ToolPattern, at_char, prose!("`{foreign}` has no meaning in a tool pattern"))
                .label("only `*` and `**` are special");
        if is_typographic_quote(foreign) {
            let diagnostic =
                diagnostic.help(prose!("`{foreign}` is a quote of print, and part of the text: write `\"`"));
            let inner = written.trim_matches(is_typographic_quote);
            let is_plain = inner.chars().all(|c| !is_foreign(c)) && span.of(source) == written && !inner.is_empty();
            return Err(Box::new(if is_plain {
                diagnostic.fix("write plain quotes", span, prose!("\"{inner}\""))
            } else {
                diagnostic
            }));
        }
        return Err(Box::new(diagnostic.help(match foreign {
            ',' | ';' | '|' | '{' => "write several tools as a list: `[file.read, file.write]`",
            _ => "write the name out, or use `*`",
        })));
    }
    Ok(ToolPattern { text: written.to_owned(), span })
}

/// The span of the `length` bytes at `at` of `written`, if the source writes it without escapes; else the whole span.
fn inside(span: Span, at: usize, length: usize, written: &str, source: &str) -> Span {
    match span.of(source).find(written) {
        Some(offset) => Span::new(span.start + offset + at, span.start + offset + at + length),
        None => span,
    }
}
