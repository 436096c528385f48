//! The differences between our reading of a text and `serde_yaml`'s that are right, each with the passage of YAML 1.2.2 for it.
//!
//! `serde_yaml` scans with libyaml, which is of YAML 1.1 in its syntax, and resolves scalars by rules of its own.

use countersign::text::diagnostic::Code;
use countersign::text::yaml::{Node, NodeValue};
use serde_yaml::Value;

use super::{Difference, read};

/// The name of the exception that accounts for `difference` in the reading of `text`.
pub(super) fn explanation(text: &str, difference: &Difference<'_>) -> Option<&'static str> {
    let known = KNOWN.iter().find(|(_, accounts_for)| accounts_for(text, difference)).map(|(name, _)| *name);
    known.or_else(|| respelled(text))
}

/// What is known to differ: a name, and whether it accounts for a difference.
const KNOWN: &[(&str, fn(&str, &Difference<'_>) -> bool)] = &[
    ("refused on purpose", refused_on_purpose),
    ("digits after a zero", digits_after_a_zero),
    ("sign or 0b before an integer", sign_or_binary),
    ("number too large for them", too_large_for_them),
    ("document end after an empty block scalar", end_after_empty_block_scalar),
];

/// Spellings that they do not know or read as YAML 1.1 has it: a name, and the text in a spelling of the same meaning.
///
/// It accounts for a difference if we read the same from both spellings, but for the characters that changed,
/// and they the same as we from the second.
const SPELLINGS: &[(&str, fn(&str) -> String)] = &[
    // §5.2: a byte order mark is no content. They count it as a column of the first line.
    ("byte order mark at the start", |text| text.trim_start_matches('\u{FEFF}').to_owned()),
    // §5.4: these are no line breaks since YAML 1.2.
    ("line breaks of YAML 1.1", |text| text.replace(['\u{85}', '\u{2028}', '\u{2029}'], "L")),
    // §7.3.3: `?` begins plain text if no space follows. Inside brackets they always take it for a key.
    ("plain text that begins with ?", |text| text.replace("?x", "Lx")),
    // §8.1.2: a line of a block scalar is its indentation, then any text, a tab too.
    ("block scalar line that begins with a tab", |text| text.replace(" \t", " L")),
    // §6.2: a tab separates as a space does, also after `-`, `:` and `,`, where it cannot indent.
    ("tab between tokens", |text| text.replace('\t', " ")),
];

fn respelled(text: &str) -> Option<&'static str> {
    let (before, _) = read(text);
    SPELLINGS.iter().find(|(_, respell)| {
        let other = respell(text);
        if other == text {
            return false;
        }
        let (after, _) = read(&other);
        let same = match (&before, &after) {
            (Some(before), Some(after)) => same_but_respelled(before, after),
            _ => false,
        };
        same && super::compare(&other).is_ok_and(|reading| reading != super::Reading::BothRefuse)
    }).map(|(name, _)| *name)
}

fn same_but_respelled(before: &Node, after: &Node) -> bool {
    match (&before.value, &after.value) {
        (NodeValue::Text(before), NodeValue::Text(after)) => folded(before) == folded(after),
        (NodeValue::List(before), NodeValue::List(after)) => {
            before.len() == after.len() && before.iter().zip(after).all(|(before, after)| same_but_respelled(before, after))
        }
        (NodeValue::Map(before), NodeValue::Map(after)) => {
            before.len() == after.len()
                && before.iter().zip(after).all(|(before, after)| {
                    folded(&before.key) == folded(&after.key) && same_but_respelled(&before.value, &after.value)
                })
        }
        (NodeValue::Number(before), NodeValue::Number(after)) => before == after || (before.is_nan() && after.is_nan()),
        (before, after) => before == after,
    }
}

/// `text` with one letter for all that [`SPELLINGS`] exchange.
fn folded(text: &str) -> String {
    text.replace(['\u{85}', '\u{2028}', '\u{2029}', '?', '\t', ' '], "L")
}

/// A policy has no use for these and readers differ over them, so we refuse what YAML allows (`docs/diagnostics.md`).
fn refused_on_purpose(text: &str, difference: &Difference<'_>) -> bool {
    let Difference::OnlyTheyRead(problems) = difference else { return false };
    problems.iter().all(|problem| {
        let underlined = problem.span.of(text);
        match problem.code {
            Code::KeyNotText => !underlined.starts_with(['"', '\'']),
            Code::MergeKey => underlined == "<<",
            Code::Tag => underlined.starts_with('!'),
            Code::Directive => underlined.starts_with('%'),
            Code::YamlSyntax => underlined == "\u{FEFF}",
            _ => false,
        }
    })
}

/// §10.3.2: `[-+]? [0-9]+` is an integer in base ten, whatever digit comes first. They read text.
fn digits_after_a_zero(text: &str, difference: &Difference<'_>) -> bool {
    let Difference::Nodes(Node { span, value: NodeValue::Number(ours), .. }, Value::String(theirs)) = difference else {
        return false;
    };
    let digits = theirs.trim_start_matches(['-', '+']);
    let written = span.of(text);
    (written.ends_with(theirs.as_str()) || written.starts_with('*'))
        && digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && theirs.parse() == Ok(*ours)
}

/// §10.3.2: `0o [0-7]+` and `0x [0-9a-fA-F]+` have no sign, and there is no base two. They read a number.
fn sign_or_binary(_: &str, difference: &Difference<'_>) -> bool {
    let Difference::Nodes(Node { value: NodeValue::Text(ours), .. }, Value::Number(_)) = difference else { return false };
    let unsigned = ours.trim_start_matches(['-', '+']);
    let signed = unsigned.len() < ours.len();
    unsigned.starts_with("0b") || (signed && (unsigned.starts_with("0o") || unsigned.starts_with("0x")))
}

/// §10.3.2 sets no bound to a number: past what they can hold, they read text (floats) or nothing (integers of 128 bits).
fn too_large_for_them(_: &str, difference: &Difference<'_>) -> bool {
    match difference {
        Difference::OnlyWeRead(error) => error.contains("as u128, expected any") || error.contains("as i128, expected any"),
        Difference::Nodes(Node { value: NodeValue::Number(ours), .. }, Value::String(theirs)) => {
            ours.is_infinite() && theirs.contains(['e', 'E']) && theirs.parse() == Ok(*ours)
        }
        Difference::Nodes(..) | Difference::OnlyTheyRead(_) => false,
    }
}

/// §9.1.2: `...` ends a document that is one empty block scalar with a written indentation. Our scanner refuses it; no policy is such.
fn end_after_empty_block_scalar(text: &str, difference: &Difference<'_>) -> bool {
    let Difference::OnlyTheyRead([problem]) = difference else { return false };
    let rest = text.get(problem.span.start..).unwrap_or_default();
    problem.code == Code::YamlSyntax && (rest.starts_with("...") || rest.starts_with("---"))
}
