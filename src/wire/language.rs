//! Help for who writes a policy, in and out: UTF-16 offsets there, bytes inside.

use serde::Serialize;

use super::diagnostic::SpanOut;
use crate::catalogue::model::Catalogue;
use crate::language::{self, Kind, Suggestion};
use crate::text::span::Positions;

/// Twin of [`language::Completions`].
#[derive(Serialize)]
pub struct CompletionsOut {
    from: usize,
    to: usize,
    options: Vec<OptionOut>,
}

#[derive(Serialize)]
struct OptionOut {
    label: String,
    kind: &'static str,
    detail: Option<String>,
    documentation: Option<String>,
    insert: String,
    cursor: usize,
}

/// Twin of [`language::Description`].
#[derive(Serialize)]
pub struct DescriptionOut {
    span: SpanOut,
    title: String,
    text: String,
    example: Option<&'static str>,
}

/// What can stand at `offset`, in UTF-16 code units, of `text`.
///
/// ```
/// use countersign::wire::language::complete;
///
/// let completions = complete("rules:\n  - tool: é\n    a", 24, None);
/// let json = serde_json::to_value(&completions).map_err(|_| "no JSON")?;
/// assert_eq!((json["from"].as_u64(), json["options"][0]["insert"].as_str()), (Some(23), Some("action: ")));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn complete(text: &str, offset: usize, catalogue: Option<&Catalogue>) -> Option<CompletionsOut> {
    let positions = Positions::new(text);
    let completions = language::complete(text, positions.byte_at(offset), catalogue)?;
    let utf16 = |at: usize| positions.at(at).utf16;
    let (from, to) = (utf16(completions.span.start), utf16(completions.span.end));
    Some(CompletionsOut { from, to, options: completions.options.into_iter().map(option_out).collect() })
}

/// What the word at `offset`, in UTF-16 code units, of `text` means.
#[must_use]
pub fn describe(text: &str, offset: usize, catalogue: Option<&Catalogue>) -> Option<DescriptionOut> {
    let positions = Positions::new(text);
    let described = language::describe(text, positions.byte_at(offset), catalogue)?;
    let span = SpanOut::new(described.span, &positions);
    Some(DescriptionOut { span, title: described.title, text: described.text, example: described.example })
}

fn option_out(option: Suggestion) -> OptionOut {
    let Suggestion { label, kind, detail, documentation, insert, cursor } = option;
    let cursor = insert.get(..cursor).unwrap_or(&insert).encode_utf16().count();
    OptionOut { label, kind: kind_word(kind), detail, documentation, insert, cursor }
}

const fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Key => "key",
        Kind::Matcher => "matcher",
        Kind::Field => "field",
        Kind::Word => "word",
        Kind::Tool => "tool",
        Kind::Rule => "rule",
        Kind::Value => "value",
    }
}
