//! What to say of a word that stands where the language has another: in conditions, and for keys.

use super::other_words::{CONDITIONS, KEYS_OF_MATCHERS, MATCHERS as OTHER_MATCHERS, ROOTS, of_keys};
use super::reader::find_key;
use crate::matcher::condition::MATCHERS;
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::edit::movable;
use crate::text::prose::{WRITTEN, prose};
use crate::text::slips::{nearest, nearest_within, other_word};
use crate::text::span::Span;
use crate::text::yaml::{MapEntry, NodeValue};
use crate::value::field::{Field, Root, Way};

/// What stands where a field or `all`, `any` or `not` should, and is none: it `why`.
pub(super) fn no_field(entry: &MapEntry, entries: &[MapEntry], why: &str, source: &str) -> Diagnostic {
    let key = entry.key.as_str();
    let diagnostic = Diagnostic::new(Code::Field, entry.key_span, prose!("`{key}` is no field: it {why}"));
    if !WRITTEN {
        return diagnostic;
    }
    let is_free = |word: &str| find_key(entries, word).is_none();
    if let Some(ours) = other_word(key, CONDITIONS) {
        let free: Vec<&str> = ["all", "any", "not"].into_iter().filter(|word| is_free(word)).collect();
        return diagnostic.called(ours, &free, entry.key_span, source);
    }
    if nearest_within(key, &["all", "any", "not"], 1).is_some() {
        return diagnostic.help("conditions are joined by `all: […]`, `any: […]` and `not: {…}`");
    }
    meant_field(diagnostic, key, entry.key_span, source, is_free)
}

/// With the field that `key`, which is none, is most likely meant to be; as a change if `is_free` says so.
pub(super) fn meant_field(
    diagnostic: Diagnostic,
    key: &str,
    span: Span,
    source: &str,
    is_free: impl Fn(&str) -> bool,
) -> Diagnostic {
    if !WRITTEN {
        return diagnostic;
    }
    match key {
        "reason" => return diagnostic.help("what the agent says about itself is no field"),
        "confidence" => return diagnostic.help("what the agent says about itself is no field: see `min_confidence`"),
        "tool" => return diagnostic.help("the `tool` of the rule says that"),
        _ => {}
    }
    let bare = key.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(key).trim();
    // Only what it begins with can be mended: what has another form is told by the message.
    if Way::parse(bare).is_err() {
        return diagnostic;
    }
    let first = bare.split(['.', '[']).next().unwrap_or_default();
    let rest = bare.get(first.len()..).unwrap_or_default();
    let roots = Root::ALL.map(Root::as_str);
    // A word alone is more likely the name of an argument than a slip of two letters.
    let near = if rest.is_empty() { nearest_within(first, &roots, 1) } else { nearest(first, &roots) };
    let root = other_word(first, ROOTS).or(near);
    let (field, help) = match root {
        Some(root) => (prose!("{root}{rest}"), prose!("did you mean `{root}{rest}`?")),
        None => (prose!("args.{bare}"), prose!("arguments are written `args.{bare}`")),
    };
    let diagnostic = diagnostic.help(help);
    if Field::parse(&field).is_err() || !is_free(&field) {
        return diagnostic;
    }
    // Within braces a bracket begins a list, so that such a field stands in quotes.
    match (field.contains(['[', '"']), field.contains(['\'', '\\'])) {
        (false, _) => diagnostic.replace_word(&field, span, source),
        (true, false) => diagnostic.fix(prose!("replace it with `{field}`"), span, prose!("'{field}'")),
        (true, true) => diagnostic,
    }
}

/// What stands at `entry`, one of `entries`, the place of a matcher, and is none.
pub(super) fn unknown_matcher(entry: &MapEntry, entries: &[MapEntry], source: &str) -> Diagnostic {
    let name = entry.key.as_str();
    let diagnostic = Diagnostic::new(Code::UnknownMatcher, entry.key_span, prose!("unknown matcher `{name}`"));
    if !WRITTEN {
        return diagnostic;
    }
    if Field::parse(name).is_ok_and(|field| !field.way.steps.is_empty()) {
        return diagnostic
            .help("a field stands directly under `when`, `all`, `any` or `not`; inside a matcher use `where`");
    }
    let is_list = matches!(entry.value.value, NodeValue::List(_));
    if is_list && matches!(name, "all" | "any") {
        return diagnostic.help(prose!("write it around the field: `{name}: [{{ args.x: … }}, {{ args.x: … }}]`"));
    }
    if let Some(owner) = other_word(name, KEYS_OF_MATCHERS) {
        let diagnostic = diagnostic.help(prose!("it stands in `{owner}`: `{{ {owner}: {{ {name}: … }} }}`"));
        let span = Span::new(entry.key_span.start, entry.value.span.end);
        return match movable(entry.value.span, source).filter(|_| find_key(entries, owner).is_none()) {
            Some(value) => {
                let wanted = prose!("{owner}: {{ {name}: {value} }}");
                diagnostic.fix(prose!("put it into `{owner}`"), span, wanted)
            }
            None => diagnostic,
        };
    }
    // A matcher that is there already would be written twice.
    let free: Vec<&str> = MATCHERS.iter().copied().filter(|word| find_key(entries, word).is_none()).collect();
    let diagnostic = diagnostic.here_called(name, OTHER_MATCHERS, &free, entry.key_span, source);
    if diagnostic.words.has_help() {
        return diagnostic;
    }
    diagnostic.help(prose!("if it is a key of a map, write `{{ where: {{ {name}: … }} }}`"))
}

/// The key of `known` that `key` of `owner` is most likely meant to be: our word, or advice in words.
pub(super) fn meant_key<'a>(key: &str, known: &[&'a str], owner: &str) -> Option<&'a str> {
    match other_word(key, of_keys(owner)) {
        Some(ours) => known.iter().copied().find(|known| *known == ours),
        None => nearest(key, known),
    }
}
