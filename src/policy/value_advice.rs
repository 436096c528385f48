//! What to write in place of a value of another type or form, where that is clear.

use crate::text::diagnostic::Diagnostic;
use crate::text::edit::{in_quotes, movable, quoted};
use crate::text::prose::{WRITTEN, prose};
use crate::text::span::Span;
use crate::text::yaml::{Node, NodeValue};
use crate::value::canonical::number_text;

/// With the number that the text at `node` writes.
pub(super) fn number(diagnostic: Diagnostic, node: &Node, source: &str) -> Diagnostic {
    if !WRITTEN {
        return diagnostic;
    }
    let NodeValue::Text(text) = &node.value else { return diagnostic };
    let is_date = text.len() >= 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    if is_date && text.starts_with(|c: char| c.is_ascii_digit()) {
        return diagnostic.help("dates cannot be compared");
    }
    match plain_number(text) {
        Some(number) => {
            diagnostic.help(prose!("write it as a number: `{number}`")).replace_fix(&number, node.span, source)
        }
        None => diagnostic,
    }
}

/// `text` as YAML reads a number, without `_` and blanks; `None` if it is none.
fn plain_number(text: &str) -> Option<String> {
    let plain = text.trim().replace('_', "");
    let is_number = plain.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    (is_number && plain.parse::<f64>().is_ok()).then_some(plain)
}

/// With the share that `node` means: a number of percents.
pub(super) fn share(diagnostic: Diagnostic, node: &Node, source: &str) -> Diagnostic {
    if !WRITTEN {
        return diagnostic;
    }
    let percents = match &node.value {
        NodeValue::Number(number) => Some(*number),
        NodeValue::Text(text) => text.strip_suffix('%').and_then(plain_number).and_then(|plain| plain.parse().ok()),
        _ => None,
    };
    match percents.filter(|percents| *percents > 1.0 && *percents <= 100.0) {
        Some(percents) => {
            let share = number_text(percents / 100.0);
            diagnostic.help(prose!("write a share of 1: `{share}`")).replace_fix(&share, node.span, source)
        }
        None => diagnostic,
    }
}

/// With the truth value that the text at `node` writes.
pub(super) fn bool(diagnostic: Diagnostic, node: &Node, source: &str) -> Diagnostic {
    if !WRITTEN {
        return diagnostic;
    }
    let NodeValue::Text(text) = &node.value else { return diagnostic };
    let bool = match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => "true",
        "false" | "no" | "off" | "n" => "false",
        _ => return diagnostic,
    };
    let diagnostic = diagnostic.help(prose!("write `{bool}` without quotes: YAML 1.2 reads `yes` and `no` as text"));
    diagnostic.replace_fix(bool, node.span, source)
}

/// With a list of the one value at `node`.
pub(super) fn list(diagnostic: Diagnostic, node: &Node, source: &str) -> Diagnostic {
    if !WRITTEN {
        return diagnostic;
    }
    match movable(node.span, source).filter(|_| !matches!(node.value, NodeValue::Map(_))) {
        Some(written) => {
            let list = prose!("[{written}]");
            diagnostic.help(prose!("write a list: `{list}`")).fix("write a list", node.span, list)
        }
        None => diagnostic,
    }
}

/// With the duration that `text`, at `span`, means.
pub(super) fn duration(diagnostic: Diagnostic, text: &str, span: Span, source: &str) -> Diagnostic {
    if !WRITTEN {
        return diagnostic;
    }
    match plain_duration(text) {
        Some(plain) => {
            diagnostic.help(prose!("write an integer and a unit: `{plain}`")).replace_word(&plain, span, source)
        }
        None => diagnostic,
    }
}

/// The duration that `1w`, `1 day`, `1h30m` or `1.5h` mean, in the largest unit that is exact.
fn plain_duration(text: &str) -> Option<String> {
    let mut seconds = 0.0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at_checked(digits)?;
        let after = after.trim_start();
        let word = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(word)?;
        let unit_seconds = match unit.to_ascii_lowercase().as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
            "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3_600.0,
            "d" | "day" | "days" => 86_400.0,
            "w" | "week" | "weeks" => 604_800.0,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * unit_seconds;
        rest = after.trim_start_matches([' ', ',']);
    }
    let is_whole = |unit: f64| seconds > 0.0 && (seconds / unit).fract() == 0.0;
    let (unit, word) =
        [(86_400.0, 'd'), (3_600.0, 'h'), (60.0, 'm'), (1.0, 's')].into_iter().find(|(unit, _)| is_whole(*unit))?;
    Some(prose!("{}{word}", seconds / unit))
}

/// With the form of `text`, at `span`, that the key `what` takes, if `is_well` says so of it.
pub(super) fn pattern(
    diagnostic: Diagnostic,
    (what, text): (&str, &str),
    span: Span,
    source: &str,
    is_well: impl Fn(&str) -> bool,
) -> Diagnostic {
    if !WRITTEN {
        return diagnostic;
    }
    let (mended, help) = match what {
        "`domain`" | "`host`" if text.starts_with('*') && !text.starts_with("*.") => {
            let mended = prose!("*.{}", text.trim_start_matches(['*', '.']));
            (mended, "for the domain itself write another entry, without `*.`")
        }
        "`domain`" if text.trim_start_matches('@').contains('@') => {
            return diagnostic.help("a whole address stands in `address`");
        }
        "`domain`" => (text.trim_start_matches('@').to_owned(), "what follows `@`"),
        "`host`" if text.contains(['/', ':']) => {
            // The host alone would be any scheme, port and path.
            return diagnostic.help("write the host alone: `scheme`, `port` and `path` are keys of their own");
        }
        "`extension`" => (text.trim_start_matches(['*', '.']).to_owned(), "what follows the last dot"),
        "`path`" => (prose!("/{text}"), "the path of a URL begins with `/`"),
        "`under`" => {
            (text.trim_end_matches(['*', '/']).to_owned(), "a folder takes in all that is in it; patterns go to `glob`")
        }
        "`glob`" => (text.trim_end_matches('/').to_owned(), "for all that is in a folder end it in `/**`"),
        _ if text.contains(" && ") || text.contains(" ; ") || text.contains(" | ") => {
            return diagnostic.help("a pattern is one command: write one for each of the commands");
        }
        _ => return diagnostic,
    };
    if mended == text || mended.is_empty() || !is_well(&mended) {
        return diagnostic;
    }
    let diagnostic = diagnostic.help(prose!("write `{mended}`: {help}"));
    let wanted = if span.of(source).starts_with(['"', '\'']) { in_quotes(&mended) } else { quoted(&mended) };
    match wanted.filter(|_| movable(span, source).is_some() || span.of(source).starts_with(['"', '\''])) {
        Some(wanted) => diagnostic.fix(prose!("replace it with `{mended}`"), span, wanted),
        None => diagnostic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_others_are_told_in_ours() {
        let rows = [
            ("1w", Some("7d")),
            ("1 day", Some("1d")),
            ("1h30m", Some("90m")),
            ("1h 30 min", Some("90m")),
            ("1.5h", Some("90m")),
            ("24h", Some("1d")),
            ("0s", None),
            ("500ms", None),
            ("1 month", None),
            ("30", None),
            ("", None),
        ];
        for (text, expected) in rows {
            assert_eq!(plain_duration(text).as_deref(), expected, "`{text}`");
        }
    }
}
