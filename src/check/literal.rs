//! Text that stands for itself, and looks as if it stood for something else.
//!
//! Only what is hardly ever meant as it is written: names of other languages for patterns, fields and comparisons.

use super::found::Found;
use super::text_matcher::{Domain, by_name};
use super::walk::{Asking, Spot};
use crate::matcher::condition::{MATCHERS, Matcher, Test};
use crate::policy::model::{Policy, ToolPattern};
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::edit::{first_line, in_quotes, is_plain, movable, quoted};
use crate::text::span::Span;
use crate::value::field::{Field, Root, Step};
use crate::value::value::Value;

/// Finds it in the tool names of `policy`, and in the conditions of its rules that are `asking`.
pub(super) fn literals(policy: &Policy, asking: &[Asking<'_>], text: &str, found: &mut Found) {
    let tools = policy.rules.iter().flat_map(|rule| &rule.tools);
    found.extend(tools.filter_map(|tool| several_tools(tool, text)));
    for Asking { spots, .. } in asking {
        for spot in spots {
            found.extend(matcher_in_field(spot, spots, text).or_else(|| index_as_key(spot, text)));
            found.extend(spot.matcher.tests.iter().filter_map(|test| of_test(test, spot, text)));
        }
    }
}

/// Whether `regex` is written as JavaScript writes expressions; then the same as it is written here.
pub(super) fn without_slashes(regex: &str) -> Option<String> {
    let (inside, flags) = regex.strip_prefix('/')?.rsplit_once('/')?;
    let has_flags = (1..=3).contains(&flags.len()) && flags.chars().all(|c| matches!(c, 'g' | 'i' | 'm'));
    let has_ends = flags.is_empty() && (inside.starts_with('^') || inside.ends_with('$'));
    let flags: String = flags.chars().filter(|c| *c != 'g').collect();
    let flags = if flags.is_empty() { flags } else { format!("(?{flags})") };
    (has_flags || has_ends).then(|| format!("{flags}{inside}"))
}

fn literal(span: Span, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::TakenLiterally, span, message).help(help)
}

fn of_test(test: &Test, spot: &Spot<'_>, text: &str) -> Option<Diagnostic> {
    let span = spot.matcher.span;
    match test {
        Test::Equals(values) => values.iter().find_map(|value| match value {
            Value::Text(written) => operand(written, spot.matcher, text),
            Value::Map(map) => {
                let keys = || map.iter().map(|(key, _)| key);
                let is_matcher = keys().all(|key| MATCHERS.contains(&key)) && keys().any(is_no_name);
                let help = "write the matcher without `equals` around it";
                is_matcher.then(|| literal(first_line(span, text), "this asks for a map with these very keys", help))
            }
            _ => None,
        }),
        Test::Some(inside) => list_in_has(inside, text),
        Test::OnlyKeys(keys) if spot.root == Root::Args && spot.place == Root::Args.as_str() => {
            keys.iter().find_map(|key| {
                let name = key.strip_prefix("args.").filter(|name| !name.is_empty())?;
                let at = word_at(span, key, text);
                let message = format!("this is an argument whose name is `{key}`");
                let diagnostic = literal(at.unwrap_or(span), message, "write the names of arguments without `args.`");
                Some(match at.zip(quoted(name)) {
                    Some((at, name)) => diagnostic.fix("remove `args.`", at, name),
                    None => diagnostic,
                })
            })
        }
        Test::Regex(regex) => {
            let wanted = without_slashes(regex.as_str())?;
            let at = word_at(span, regex.as_str(), text);
            let message = "the slashes are part of this expression, and what follows them too";
            let diagnostic = literal(at.unwrap_or(span), message, format!("write it without them: `{wanted}`"));
            let plain = if wanted.contains(['\'', '\n', '\r']) { None } else { Some(format!("'{wanted}'")) };
            Some(match at.zip(plain) {
                Some((at, wanted)) => diagnostic.fix("write it without slashes", at, wanted),
                None => diagnostic,
            })
        }
        Test::StartsWith(written) | Test::EndsWith(written) | Test::Contains(written) => {
            let field = filled_in(written)?;
            Some(literal(span, "fields are not filled in here", format!("compare with a field by `same_as: {field}`")))
        }
        _ => None,
    }
}

/// Text to compare with that is written as a comparison, a field or a pattern.
fn operand(written: &str, matcher: &Matcher, text: &str) -> Option<Diagnostic> {
    let at = word_at(matcher.span, written, text);
    let span = at.unwrap_or(matcher.span);
    // A short form can be replaced as a whole.
    let whole = at.filter(|at| *at == matcher.span && is_plain(*at, text));
    let (diagnostic, wanted) = if let Some(wanted) = comparison(written) {
        let message = format!("this compares with the text `{written}`");
        (literal(span, message, format!("write `{wanted}`")), Some(wanted))
    } else if let Some(field) = filled_in(written) {
        let wanted = format!("{{ same_as: {field} }}");
        let help = format!("compare with a field by `same_as: {field}`");
        let is_all = written.starts_with(['{', '$'])
            && written.ends_with('}')
            && quoted(&field.to_string()).is_some_and(|name| name == field.to_string());
        (literal(span, "fields are not filled in here", help), Some(wanted).filter(|_| is_all))
    } else if written.contains("/**") && !written.contains(char::is_whitespace) {
        let message = format!("this compares with the text `{written}`, stars included");
        let wanted = in_quotes(written).map(|pattern| format!("{{ path: {{ glob: {pattern} }} }}"));
        (literal(span, message, "patterns of paths go to `path: { glob: … }`, of other texts to `glob`"), wanted)
    } else {
        return None;
    };
    let whole = whole.filter(|_| !written.contains("://"));
    Some(match whole.zip(wanted) {
        Some((at, wanted)) => diagnostic.fix(format!("replace it with `{wanted}`"), at, wanted),
        None => diagnostic,
    })
}

/// The matcher that a text such as `> 50` asks for in other languages.
fn comparison(written: &str) -> Option<String> {
    const WORDS: [(&str, &str); 4] = [(">=", "at_least"), ("<=", "at_most"), (">", "above"), ("<", "below")];
    let written = written.trim();
    let (word, rest) = WORDS.iter().find_map(|(sign, word)| Some((word, written.strip_prefix(sign)?)))?;
    let number = rest.trim();
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    (is_number && number.parse::<f64>().is_ok()).then(|| format!("{{ {word}: {number} }}"))
}

/// The field that stands in braces in `written`, `{{user.id}}` or `${user.id}`.
fn filled_in(written: &str) -> Option<Field> {
    let in_braces = |open: &str, close: &str| {
        let (inside, _) = written.split_once(open)?.1.split_once(close)?;
        Field::parse(inside.trim()).ok()
    };
    in_braces("{{", "}}").or_else(|| in_braces("${", "}"))
}

/// `has: [a, b]`, which asks for an item that is the list.
fn list_in_has(inside: &Matcher, text: &str) -> Option<Diagnostic> {
    let [Test::Equals(values)] = inside.tests.as_slice() else { return None };
    let [Value::List(_)] = values.as_slice() else { return None };
    if !inside.span.of(text).starts_with(['[', '-']) {
        return None;
    }
    let help =
        "for one of them write `some: [a, b]`; for all of them a condition each: `all: [{ args.x: { has: a } }, …]`";
    let message = "this asks for an item that is this list";
    Some(literal(first_line(inside.span, text), message, help))
}

/// Whether `word` is hardly ever the name of an argument.
fn is_no_name(word: &str) -> bool {
    let is_signed = word.contains('_') && MATCHERS.contains(&word);
    is_signed
        || matches!(word, "equals" | "in" | "above" | "below" | "regex" | "glob" | "not" | "each" | "some" | "has")
}

/// The keys of the matchers that read a text as its target does.
const DOMAINS: [(Domain, &str, &[&str]); 4] = [
    (Domain::Path, "path", &["under", "glob", "extension", "base", "ignore_case"]),
    (Domain::Url, "url", &["scheme", "host", "port", "path", "address"]),
    (Domain::Email, "email", &["domain", "address"]),
    (Domain::Shell, "shell", &["only", "runs"]),
];

/// Whether `key` is one of a matcher's.
fn is_of_matcher(key: &str) -> bool {
    MATCHERS.contains(&key) || DOMAINS.iter().any(|(_, _, keys)| keys.contains(&key))
}

/// A field such as `args.path.under`, whose last step is written as a matcher, and no argument is called so.
fn matcher_in_field(spot: &Spot<'_>, spots: &[Spot<'_>], text: &str) -> Option<Diagnostic> {
    let written = spot.span.of(text);
    let (parent, last) = written.rsplit_once('.')?;
    if spot.root != Root::Args || spot.negated || spot.key != Some(last) || !is_of_matcher(last) {
        return None;
    }
    let Ok(field) = Field::parse(parent) else { return None };
    let Some(Step::Key(key)) = field.way.steps.last() else { return None };
    let of_domain = DOMAINS.iter().find(|(domain, _, keys)| by_name(key) == Some(*domain) && keys.contains(&last));
    let (help, before, after) = match of_domain {
        Some((_, word, _)) => {
            (format!("write `{parent}: {{ {word}: {{ {last}: … }} }}`"), format!("{{ {word}: {{ {last}: "), " } }")
        }
        None if last.contains('_') && MATCHERS.contains(&last) => {
            (format!("write `{parent}: {{ {last}: … }}`"), format!("{{ {last}: "), " }")
        }
        None => return None,
    };
    let message = format!("this is the key `{last}` of the map `{parent}`");
    let diagnostic = literal(spot.span, message, help);
    let is_asked = spots.iter().any(|other| other.span.of(text) == parent);
    let value = movable(spot.matcher.span, text).filter(|value| !is_asked && !value.starts_with('{'));
    Some(match value {
        Some(value) => {
            let span = Span::new(spot.span.start, spot.matcher.span.end);
            diagnostic.fix("ask by the matcher", span, format!("{parent}: {before}{value}{after}"))
        }
        None => diagnostic,
    })
}

/// A field such as `args.items.0.id`, in which the number is a key of a map.
fn index_as_key(spot: &Spot<'_>, text: &str) -> Option<Diagnostic> {
    let written = spot.span.of(text);
    let is_index = |step: &str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    let index = written.split('.').skip(1).find(|step| is_index(step))?;
    let mended: String =
        written.split('.').map(|step| if is_index(step) { format!("[{step}]") } else { format!(".{step}") }).collect();
    let mended = mended.trim_start_matches('.').to_owned();
    Field::parse(&mended).ok()?;
    let message = format!("`{index}` is a key of a map here");
    let diagnostic = literal(spot.span, message, format!("an item of a list is written `{mended}`"));
    Some(match in_quotes(&mended) {
        Some(quoted) => diagnostic.fix("ask for the item", spot.span, quoted),
        None => diagnostic,
    })
}

/// Several tools in one text.
fn several_tools(tool: &ToolPattern, text: &str) -> Option<Diagnostic> {
    let words: Vec<&str> = tool.text.split_whitespace().collect();
    let is_name = |word: &&str| word.contains(['.', '/', '_', '*', '-', ':']);
    if words.len() < 2 || !words.iter().all(is_name) {
        return None;
    }
    let list = words.iter().map(|word| quoted(word)).collect::<Option<Vec<_>>>()?.join(", ");
    let diagnostic = literal(tool.span, "this is one tool, with white space in its name", format!("write `[{list}]`"));
    let before = text.get(..tool.span.start).unwrap_or_default().trim_end();
    let is_alone = before.ends_with(':') && is_plain(tool.span, text) && !tool.span.of(text).starts_with('*');
    Some(if is_alone { diagnostic.fix("write a list", tool.span, format!("[{list}]")) } else { diagnostic })
}

/// Where `word` stands as a value of its own at `span`, with its quotes; `None` unless it does so once.
pub(super) fn word_at(span: Span, word: &str, text: &str) -> Option<Span> {
    let written = span.of(text);
    let mut places = written.match_indices(word).map(|(at, _)| at);
    let (Some(at), None) = (places.next(), places.next()) else { return None };
    let before = written.get(..at)?;
    let after = written.get(at + word.len()..)?;
    let quote = before.chars().next_back().filter(|c| matches!(c, '"' | '\''));
    let at = span.start + at;
    match quote {
        Some(quote) => after.starts_with(quote).then(|| Span::new(at - 1, at + word.len() + 1)),
        None => {
            let begins = before.trim_end_matches(' ').is_empty() || before.ends_with([' ', '[', ',']);
            let ends = after.is_empty() || after.starts_with([' ', ']', ',', '}', '\n', '\r']);
            (begins && ends).then(|| Span::new(at, at + word.len()))
        }
    }
}
