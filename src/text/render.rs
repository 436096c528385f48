//! Diagnostics as text for a terminal or a log, with the policy's lines and carets under them.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use super::diagnostic::Diagnostic;
use super::span::{Positions, Span};
use super::words::visible;
use crate::sorted::sorted_by;

/// How many columns of a long line are shown on each side of what is underlined.
const CONTEXT_COLUMNS: usize = 60;

/// How many columns of a long underlined part are shown.
const UNDERLINE_COLUMNS: usize = 120;

/// Renders `diagnostics` of the policy text behind `positions`, called `name` (usually a path), in their order.
///
/// Characters that could move the cursor, reorder or hide text are shown as tokens such as `<U+202E>`.
///
/// ```
/// use countersign::text::diagnostic::{Code, Diagnostic};
/// use countersign::text::render::render;
/// use countersign::text::span::{Positions, Span};
///
/// let text = "action: escalte\n";
/// let problem = Diagnostic::new(Code::UnknownAction, Span::new(8, 15), "unknown action `escalte`").label("expected `allow`");
/// assert_eq!(
///     render(&[problem], "p.yaml", &Positions::new(text)),
///     "error[unknown-action]: unknown action `escalte`\n  --> p.yaml:1:9\n   |\n 1 | action: escalte\n   |         ^^^^^^^ expected `allow`\n",
/// );
/// ```
#[must_use]
pub fn render(diagnostics: &[Diagnostic], name: &str, positions: &Positions<'_>) -> String {
    let rendered: Vec<String> = diagnostics.iter().map(|diagnostic| render_one(diagnostic, name, positions)).collect();
    rendered.join("\n")
}

fn render_one(diagnostic: &Diagnostic, name: &str, positions: &Positions<'_>) -> String {
    let at = positions.at(diagnostic.span.start);
    let mut underlined = vec![Underlined::new(diagnostic.span, '^', diagnostic.words.label.as_deref(), positions)];
    for related in &diagnostic.words.related {
        underlined.push(Underlined::new(related.span, '-', Some(&related.message), positions));
    }
    let underlined = sorted_by(underlined, |a, b| (a.line, a.span.start).cmp(&(b.line, b.span.start)));
    let margin = underlined.last().map_or(1, |last| last.line.to_string().len()).max(1);

    let mut out = String::new();
    let severity = diagnostic.code.severity().as_str();
    let _ = writeln!(out, "{severity}[{}]: {}", diagnostic.code.as_str(), diagnostic.words.message);
    let _ = writeln!(out, " {:margin$}--> {}:{}:{}", "", visible(name), at.line, at.column);
    let _ = writeln!(out, " {:margin$} |", "");
    let mut shown_line = 0;
    for part in &underlined {
        if part.line != shown_line {
            if shown_line != 0 && part.line > shown_line + 1 {
                out.push_str("...\n");
            }
            let line = format!(" {:>margin$} | {}", part.line, part.shown);
            out.push_str(line.trim_end());
            out.push('\n');
            shown_line = part.line;
        }
        let carets = String::from(part.marker).repeat(part.width);
        let line = format!(" {:margin$} | {:indent$}{carets} {}", "", "", part.label, indent = part.indent);
        out.push_str(line.trim_end());
        out.push('\n');
    }
    if let Some(help) = &diagnostic.words.help {
        let _ = writeln!(out, " {:margin$} = help: {help}", "");
    }
    out
}

/// One underlined part of one line.
struct Underlined {
    span: Span,
    line: usize,
    shown: String,
    indent: usize,
    width: usize,
    marker: char,
    label: String,
}

impl Underlined {
    fn new(span: Span, marker: char, label: Option<&str>, positions: &Positions<'_>) -> Self {
        let line = positions.at(span.start).line;
        let text = positions.line(line);
        let start = (span.start - positions.line_start(line)).min(text.len());
        let end = (span.end.max(span.start) - positions.line_start(line)).clamp(start, text.len());
        let before = text.get(..start).unwrap_or_default();
        let under = text.get(start..end).unwrap_or_default();
        let after = text.get(end..).unwrap_or_default();

        let before = shorten_start(before, CONTEXT_COLUMNS);
        let under = shorten_end(under, UNDERLINE_COLUMNS);
        let after = shorten_end(after, CONTEXT_COLUMNS);
        Self {
            span,
            line,
            indent: before.width(),
            width: under.width().max(1),
            shown: format!("{before}{under}{after}").trim_end().to_owned(),
            marker,
            label: label.unwrap_or_default().to_owned(),
        }
    }
}

/// The first `columns` characters of `text`, made visible; `…` says that more follow.
fn shorten_end(text: &str, columns: usize) -> String {
    match text.char_indices().nth(columns) {
        Some((cut, _)) => format!("{}…", visible(text.get(..cut).unwrap_or_default())),
        None => visible(text),
    }
}

/// The last `columns` characters of `text`, made visible; `…` says that more stand before.
fn shorten_start(text: &str, columns: usize) -> String {
    match text.char_indices().rev().nth(columns) {
        Some((cut, before)) => format!("…{}", visible(text.get(cut + before.len_utf8()..).unwrap_or_default())),
        None => visible(text),
    }
}
