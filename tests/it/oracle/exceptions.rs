//! The differences between our reading of a text and `serde_yaml`'s that are right, each with the passage of YAML 1.2.2 for it.
//!
//! `serde_yaml` scans with libyaml, which is of YAML 1.1 in its syntax, and resolves scalars by rules of its own.

use countersign::text::diagnostic::{Code, Diagnostic};
use countersign::text::yaml::{MapEntry, Node, NodeValue};
use serde_yaml::Value;

use super::{Difference, Reading, compare, read};

/// The name of the exception that accounts for `difference` in the reading of `text`.
pub(super) fn explanation(text: &str, difference: &Difference<'_>) -> Option<&'static str> {
    let known = KNOWN.iter().find(|(_, accounts_for)| accounts_for(text, difference)).map(|(name, _)| *name);
    known.or_else(|| respelled(text))
}

type AccountsFor = fn(&str, &Difference<'_>) -> bool;
type Respell = fn(&str) -> String;

/// The names of all exceptions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|(name, _)| *name).chain(SPELLINGS.iter().map(|(name, _)| *name))
}

/// What is known to differ: a name, and whether it accounts for a difference.
const KNOWN: &[(&str, AccountsFor)] = &[
    ("refused on purpose", refused_on_purpose),
    ("digits after a zero", digits_after_a_zero),
    ("sign or 0b before an integer", sign_or_binary),
    ("number too large for them", too_large_for_them),
    ("block scalar line that begins with a tab", block_scalar_tab),
    ("last line of a block scalar without a line break", last_line_unbroken),
    ("key over several lines in brackets", key_over_lines),
    ("block scalar in column 0", root_scalar_in_column_0),
    ("comment after an empty block scalar", after_empty_block_scalar),
];

/// Spellings that they do not know or read as YAML 1.1 has it: a name, and the text in a spelling of the same meaning.
///
/// It accounts for a difference if we read the same from both spellings, but for the characters that changed,
/// and they the same as we from the second; or if we refuse both and they the second.
const SPELLINGS: &[(&str, Respell)] = &[
    // §5.2: a byte order mark is no content. They count it as a column of the first line.
    ("byte order mark at the start", |text| text.trim_start_matches('\u{FEFF}').to_owned()),
    // §7.3.3: `?` and `:` begin plain text if no space follows. Inside brackets they always take them for indicators.
    ("plain text that begins with ?", |text| with_letters(text, |_, _, c| c == '?')),
    ("plain text that begins with :", |text| {
        // After a quoted key, `:` is the indicator (§7.4.2).
        let begins =
            |before, solid, c| c == ':' && (ends_word(before) || before == ':') && !matches!(solid, '"' | '\'');
        with_letters(text, begins)
    }),
    // §7.3.3: inside brackets, `:` before `,` or a bracket ends plain text, and before `?` is part of it.
    ("colon before ,", |text| text.replace(":,", ": ,").replace(":]", ": ]").replace(":}", ": }")),
    ("colon before ?", |text| text.replace(":?", "LL")),
    // §6.9.2: the name of an anchor is all up to a space, `,` or bracket; they end it before other signs.
    // §7.1: an anchor may be given again, and an alias means the latest; they then mix up later aliases.
    // §6.9 wants a space between anchor and bracket, which our scanner does not ask for; what is meant is plain.
    ("anchors", with_fresh_anchors),
    // §6.2: a tab separates as a space does, where it cannot indent.
    ("tab between tokens", |text| text.split_inclusive(['\n', '\r']).map(without_tabs).collect()),
    // §6.6: a comment stands behind any white space, tabs too; so does the end of a line.
    ("tab in a line of white space or comment", |text| {
        text.split_inclusive(['\n', '\r']).map(without_tab_before_comment).collect()
    }),
    // §9.2: a text may hold no document, or begin with the end of one. They want a document before `...`.
    ("end of a document that is not there", without_end_at_start),
];

fn ends_word(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | ',' | '[' | ']' | '{' | '}')
}

/// `text` with `L` in place of each character that is `chosen`, if it is followed by more of a word.
/// What chooses is given the character before it, and the last one before that was no white space.
fn with_letters(text: &str, chosen: fn(char, char, char) -> bool) -> String {
    let (mut before, mut solid) = (' ', ' ');
    let mut rest = text.chars().peekable();
    let mut respelled = String::new();
    while let Some(c) = rest.next() {
        let followed = rest.peek().is_some_and(|&next| !ends_word(next));
        respelled.push(if followed && chosen(before, solid, c) { 'L' } else { c });
        before = c;
        solid = if c.is_whitespace() { solid } else { c };
    }
    respelled
}

/// `text` with letters and digits only in the names of anchors, and another name where one is given again; aliases in step.
fn with_fresh_anchors(text: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    let mut respelled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['&', '*']) {
        let (before, from_sign) = rest.split_at(at);
        respelled.push_str(before);
        let name_end = from_sign.find(ends_word).unwrap_or(from_sign.len());
        let (word, after) = from_sign.split_at(name_end);
        let name = word.get(1..).unwrap_or_default();
        let begins_word = before.is_empty() || before.ends_with(ends_word) || before.ends_with(':');
        let latest = names.iter().rposition(|&known| known == name);
        match (begins_word && !name.is_empty(), word.starts_with('&'), latest) {
            (true, true, _) => {
                respelled.push('&');
                respelled.push_str(&fresh_name(name, names.len(), latest.is_some()));
                respelled.push_str(if after.starts_with(['[', '{']) { " " } else { "" });
                names.push(name);
            }
            (true, false, Some(index)) => {
                respelled.push('*');
                respelled.push_str(&fresh_name(name, index, names.iter().position(|&known| known == name) != latest));
            }
            _ => respelled.push_str(word),
        }
        rest = after;
    }
    respelled + rest
}

fn fresh_name(name: &str, index: usize, given_again: bool) -> String {
    let plain = name.replace(|c: char| !c.is_ascii_alphanumeric(), "L");
    if given_again { format!("{plain}L{index}") } else { plain }
}

fn without_end_at_start(text: &str) -> String {
    let mut lines = text.split_inclusive(['\n', '\r']);
    let is_blank = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let begins_with_end = lines.by_ref().find(|line| !is_blank(line)).is_some_and(|line| line.starts_with("..."));
    if begins_with_end { lines.collect() } else { text.to_owned() }
}

/// `line` with spaces for tabs, but for a tab behind indentation, which may be the first of a block scalar's text.
fn without_tabs(line: &str) -> String {
    if line.trim_start_matches(' ').starts_with('\t') && line.starts_with(' ') {
        line.to_owned()
    } else {
        line.replace('\t', " ")
    }
}

fn without_tab_before_comment(line: &str) -> String {
    let trimmed = line.trim_start_matches([' ', '\t']);
    if trimmed.is_empty() || trimmed.starts_with(['#', '\n', '\r']) { line.replace('\t', " ") } else { line.to_owned() }
}

fn respelled(text: &str) -> Option<&'static str> {
    let (before, problems) = read(text);
    let accounts_for = |respell: Respell| {
        let other = respell(text);
        // What differs in the other spelling too may have an exception of its own; each respelling leaves less to change.
        other != text
            && same_document(before.as_ref(), read(&other).0.as_ref())
            && compare(&other).is_ok_and(|reading| (reading == Reading::BothRefuse) != problems.is_empty())
    };
    SPELLINGS.iter().find(|(_, respell)| accounts_for(*respell)).map(|(name, _)| *name)
}

fn same_document(before: Option<&Node>, after: Option<&Node>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => same_but_respelled(before, after),
        (before, after) => before.is_none() && after.is_none(),
    }
}

fn same_but_respelled(before: &Node, after: &Node) -> bool {
    match (&before.value, &after.value) {
        (NodeValue::Text(before), NodeValue::Text(after)) => folded(before) == folded(after),
        (NodeValue::List(before), NodeValue::List(after)) => {
            before.len() == after.len()
                && before.iter().zip(after).all(|(before, after)| same_but_respelled(before, after))
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
    text.replace(['\u{85}', '\u{2028}', '\u{2029}', '?', ':', '\t', ' '], "L")
}

/// A policy has no use for these and readers differ over them, so we refuse what YAML allows (`docs/diagnostics.md`).
fn refused_on_purpose(text: &str, difference: &Difference<'_>) -> bool {
    let Difference::OnlyTheyRead(problems) = difference else { return false };
    problems.iter().all(|problem| is_refusal(text, problem))
}

fn is_refusal(text: &str, problem: &Diagnostic) -> bool {
    let underlined = problem.span.of(text);
    match problem.code {
        Code::KeyNotText => !underlined.starts_with(['"', '\'']),
        Code::MergeKey => underlined == "<<",
        Code::Tag => underlined.starts_with('!'),
        Code::Directive => underlined.starts_with('%'),
        Code::YamlSyntax => underlined == "\u{FEFF}",
        // §5.4 has other line breaks than YAML 1.1 and many editors.
        Code::HiddenCharacter => matches!(underlined, "\r" | "\u{85}" | "\u{2028}" | "\u{2029}"),
        _ => false,
    }
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
    let Difference::Nodes(Node { value: NodeValue::Text(ours), .. }, Value::Number(_)) = difference else {
        return false;
    };
    let unsigned = ours.trim_start_matches(['-', '+']);
    let signed = unsigned.len() < ours.len();
    unsigned.starts_with("0b") || (signed && (unsigned.starts_with("0o") || unsigned.starts_with("0x")))
}

/// §10.3.2 sets no bound to a number: past what they can hold, they read text (floats) or nothing (integers of 128 bits).
fn too_large_for_them(_: &str, difference: &Difference<'_>) -> bool {
    match difference {
        Difference::OnlyWeRead(error) => {
            error.contains("as u128, expected any") || error.contains("as i128, expected any")
        }
        Difference::Nodes(Node { value: NodeValue::Number(ours), .. }, Value::String(theirs)) => {
            ours.is_infinite() && theirs.contains(['e', 'E']) && theirs.parse() == Ok(*ours)
        }
        Difference::Nodes(..) | Difference::OnlyTheyRead(_) | Difference::NoDocument => false,
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
    let Difference::Nodes(Node { value: NodeValue::Text(ours), .. }, Value::String(theirs)) = difference else {
        return false;
    };
    !text.ends_with(['\n', '\r']) && ours.strip_suffix('\n') == Some(theirs.as_str())
}

/// §8.1.1.1: behind a block scalar, comments may be indented less than its text would be, and the document may end.
/// Our scanner refuses that if the scalar is empty and its indentation written.
fn after_empty_block_scalar(text: &str, difference: &Difference<'_>) -> bool {
    let Difference::OnlyTheyRead(problems) = difference else { return false };
    problems.iter().all(|problem| {
        is_refusal(text, problem) || {
            let (before, rest) = text.split_at_checked(problem.span.start).unwrap_or_default();
            let header = before.trim_end().rsplit(['\n', '\r']).next().unwrap_or_default();
            let written = header.contains(['|', '>']) && header.contains('2');
            problem.code == Code::YamlSyntax && rest.starts_with(['.', '-', '#']) && written
        }
    })
}

/// §7.4.2: in a map in braces a key and its `:` may go over several lines; only in a block or in `[a: b]` they must not.
fn key_over_lines(text: &str, difference: &Difference<'_>) -> bool {
    let Difference::OnlyWeRead(error) = difference else { return false };
    let goes_over_lines = |entry: &MapEntry| {
        let after = text.get(entry.key_span.end..).unwrap_or_default();
        let up_to_value = text.get(entry.key_span.end..entry.value.span.start).unwrap_or_default();
        [entry.key_span.of(text), up_to_value].iter().any(|part| part.contains(['\n', '\r']))
            || after.trim_start_matches([' ', '\t']).starts_with(['\n', '\r'])
    };
    let has_such_a_key = |node: &Node| match &node.value {
        NodeValue::Map(entries) => entries.iter().any(goes_over_lines),
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

/// §8.1.1.1: at the root, where nothing is indented, a block scalar may stand in column 0. They end it there.
fn root_scalar_in_column_0(text: &str, difference: &Difference<'_>) -> bool {
    if let Difference::OnlyTheyRead(_) | Difference::NoDocument = difference {
        return false;
    }
    read(text).0.is_some_and(|root| {
        // The header stands before the value, or after its anchor.
        let before = text.get(..root.span.start).unwrap_or_default().trim_end();
        let lines = [before.rsplit(['\n', '\r']).next(), root.span.of(text).split(['\n', '\r']).next()];
        matches!(root.value, NodeValue::Text(_)) && lines.iter().flatten().any(|line| line.contains(['|', '>']))
    })
}
