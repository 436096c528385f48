//! The differences between our reading of a text and `serde_yaml`'s that are right, each with the passage of YAML 1.2.2 for it.
//!
//! `serde_yaml` scans with libyaml, which is of YAML 1.1 in its syntax, and resolves scalars by rules of its own.

use countersign::text::diagnostic::Code;
use countersign::text::yaml::{Node, NodeValue};
use serde_yaml::Value;

use super::{Difference, Reading, compare, read};

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
    ("block scalar line that begins with a tab", block_scalar_tab),
    ("last line of a block scalar without a line break", last_line_unbroken),
    ("key over several lines in brackets", key_over_lines),
    ("end of a document that is not there", end_of_no_document),
    ("block scalar in column 0", root_scalar_in_column_0),
    ("text after an empty block scalar at the root", after_empty_root_scalar),
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
    // §7.3.3: `?` and `:` begin plain text if no space follows. Inside brackets they always take them for indicators.
    ("plain text that begins with ?", |text| text.replace("?x", "Lx")),
    ("plain text that begins with :", |text| text.replace(" :x", " Lx").replace("[:x", "[Lx").replace("::x", ":Lx")),
    // §7.3.3: inside brackets, `:` before `,` or a bracket ends plain text.
    ("colon before a bracket or comma", |text| text.replace(":,", ": ,").replace(":]", ": ]").replace(":}", ": }")),
    // §6.9.2: an anchor's name goes on to the next space, `,` or bracket. They end it before other signs.
    ("signs in the name of an anchor", with_plain_names),
    // §6.2: a tab separates as a space does, where it cannot indent.
    ("tab between tokens", |text| text.replace("\t#", " #").replace(":\t", ": ").replace("-\t", "- ").replace(",\t", ", ")),
    // §6.6: a comment stands behind any white space, tabs too.
    ("tab before a comment", |text| text.split_inclusive(['\n', '\r']).map(without_tab_before_comment).collect()),
];

/// `text` with `L` in place of whatever is no letter or digit in the names of anchors and aliases.
fn with_plain_names(text: &str) -> String {
    let mut in_name = false;
    text.chars()
        .map(|c| {
            let ends_name = c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}');
            let exchanged = if in_name && !ends_name && !c.is_ascii_alphanumeric() { 'L' } else { c };
            in_name = !ends_name && (in_name || matches!(c, '&' | '*'));
            exchanged
        })
        .collect()
}

fn without_tab_before_comment(line: &str) -> &str {
    let trimmed = line.trim_start_matches([' ', '\t']);
    if trimmed.starts_with(['#', '\n', '\r']) { trimmed } else { line }
}

fn respelled(text: &str) -> Option<&'static str> {
    let (Some(before), _) = read(text) else { return None };
    let accounts_for = |respell: fn(&str) -> String| {
        let other = respell(text);
        // What differs in the other spelling too may have an exception of its own; each respelling leaves less to change.
        other != text
            && read(&other).0.is_some_and(|after| same_but_respelled(&before, &after))
            && compare(&other).is_ok_and(|reading| reading != Reading::BothRefuse)
    };
    SPELLINGS.iter().find(|(_, respell)| accounts_for(*respell)).map(|(name, _)| *name)
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
    text.replace(['\u{85}', '\u{2028}', '\u{2029}', '?', ':', '\t', ' ', '.', '-', '`', '@', '*', '&'], "L")
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

/// §8.1.2: a line of a block scalar is its indentation, then any text, a tab too. They take the tab for indentation.
fn block_scalar_tab(text: &str, difference: &Difference<'_>) -> bool {
    let Difference::OnlyWeRead(error) = difference else { return false };
    error.contains("found a tab character where an indentation space is expected")
        && error.contains("while scanning a block scalar")
        && text.contains(" \t")
}

/// §8.1.1.2 lets the text end where the last line break of a block scalar would be. Whether the value then has one it leaves open:
/// we and the YAML test suite (L24T, JEF9) read one, they none.
fn last_line_unbroken(text: &str, difference: &Difference<'_>) -> bool {
    let Difference::Nodes(Node { value: NodeValue::Text(ours), .. }, Value::String(theirs)) = difference else { return false };
    !text.ends_with(['\n', '\r']) && ours.strip_suffix('\n') == Some(theirs.as_str())
}

/// §8.1.3 lets a block scalar with a written indentation be empty and the text go on in column 0. Our scanner refuses that at the root;
/// a policy is a map.
fn after_empty_root_scalar(text: &str, difference: &Difference<'_>) -> bool {
    let Difference::OnlyTheyRead([problem]) = difference else { return false };
    let (before, rest) = text.split_at_checked(problem.span.start).unwrap_or_default();
    let header = before.trim_end().rsplit(['\n', '\r']).next().unwrap_or_default();
    problem.code == Code::YamlSyntax && rest.starts_with(['.', '-', '#']) && header.contains(['|', '>']) && header.contains('2')
}

/// §7.4.2: in a map in braces a key may go over several lines; only before `:` in a block or in `[a: b]` it must not.
fn key_over_lines(text: &str, difference: &Difference<'_>) -> bool {
    let Difference::OnlyWeRead(error) = difference else { return false };
    let has_such_a_key = |node: &Node| match &node.value {
        NodeValue::Map(entries) => entries.iter().any(|entry| entry.key_span.of(text).contains(['\n', '\r'])),
        NodeValue::List(_) | NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Text(_) => false,
    };
    error.contains("while parsing a flow mapping") && read(text).0.is_some_and(|root| any_node(&root, &has_such_a_key))
}

fn any_node(node: &Node, holds: &dyn Fn(&Node) -> bool) -> bool {
    holds(node)
        || match &node.value {
            NodeValue::List(items) => items.iter().any(|item| any_node(item, holds)),
            NodeValue::Map(entries) => entries.iter().any(|entry| any_node(&entry.value, holds)),
            NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Text(_) => false,
        }
}

/// §9.2: a text may hold no document, `...` or not. They want a document before it.
fn end_of_no_document(text: &str, difference: &Difference<'_>) -> bool {
    let Difference::OnlyWeRead(error) = difference else { return false };
    error.contains("did not find expected node content") && text.contains("...") && read(text).0.is_none()
}

/// §8.1.1.1: at the root, where nothing is indented, a block scalar may stand in column 0. They end it there.
fn root_scalar_in_column_0(text: &str, difference: &Difference<'_>) -> bool {
    let whole_text = |node: &Node| matches!(node.value, NodeValue::Text(_)) && text.contains(['|', '>']);
    match difference {
        Difference::OnlyWeRead(error) => error.contains("more than one document") && read(text).0.is_some_and(|root| whole_text(&root)),
        Difference::OnlyTheyRead(_) | Difference::Nodes(..) => false,
    }
}
