//! The form of tool names and patterns.

use super::model::ToolPattern;
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::span::Span;
use crate::text::syntax::is_hidden;

/// Characters that mean something in other pattern languages. Here they would silently stand for themselves.
const FOREIGN: &[char] = &['?', '[', ']', '{', '}', '(', ')', '|', '\\', '^', '$', ','];

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
    if let Some(hidden) = written.chars().find(|&c| is_hidden(c) || c.is_control()) {
        let message = format!("hidden character U+{:04X} in a tool name", u32::from(hidden));
        return Err(Box::new(problem(Code::HiddenCharacter, message)));
    }
    let trimmed = written.trim();
    if trimmed != written {
        let diagnostic = problem(Code::ToolPattern, format!("white space around the tool name `{trimmed}`"));
        return Err(Box::new(diagnostic.fix("remove it", span, quoted(trimmed))));
    }
    if let Some(at) = written.find("***") {
        let stars = written.get(at..).unwrap_or_default().chars().take_while(|&c| c == '*').count();
        let diagnostic = Diagnostic::new(
            Code::ToolPattern,
            inside(span, at, stars, written, source),
            "more than two stars in a row",
        );
        let mended = written.replace(&"*".repeat(stars), "**");
        return Err(Box::new(diagnostic.label("`*` stays within a `/`, `**` does not").fix(
            "write `**`",
            span,
            quoted(&mended),
        )));
    }
    if let Some((at, foreign)) = written.char_indices().find(|(_, c)| FOREIGN.contains(c)) {
        let at_char = inside(span, at, foreign.len_utf8(), written, source);
        let diagnostic =
            Diagnostic::new(Code::ToolPattern, at_char, format!("`{foreign}` has no meaning in a tool pattern"))
                .label("only `*` and `**` are special");
        return Err(Box::new(diagnostic.help(match foreign {
            ',' | '|' | '{' => "write several tools as a list: `[file.read, file.write]`",
            _ => "write the name out, or use `*`",
        })));
    }
    Ok(ToolPattern { text: written.to_owned(), span })
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// The span of the `length` bytes at `at` of `written`, if the source writes it without escapes; else the whole span.
fn inside(span: Span, at: usize, length: usize, written: &str, source: &str) -> Span {
    match span.of(source).find(written) {
        Some(offset) => Span::new(span.start + offset + at, span.start + offset + at + length),
        None => span,
    }
}
