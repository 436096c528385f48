//! Regular expressions that look as if a part of the text were enough, where missing a text loosens the decision.

use super::found::Found;
use super::literal::without_slashes;
use super::walk::Asking;
use crate::matcher::condition::Test;
use crate::matcher::regex::Regex;
use crate::policy::model::Action;
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::edit::{in_quotes, is_plain};

/// Finds them in rules that block or escalate, and within `not` in rules that allow.
pub(super) fn partial_regexes(asking: &[Asking<'_>], text: &str, found: &mut Found) {
    for Asking { rule, spots, .. } in asking {
        for spot in spots {
            let is_negated = spot.negated != spot.in_not;
            if (rule.action == Action::Allow) != is_negated {
                continue;
            }
            let regex = spot.matcher.tests.iter().find_map(|test| match test {
                Test::Regex(regex) => {
                    Some(regex).filter(|regex| is_partial(regex.as_str()) && without_slashes(regex.as_str()).is_none())
                }
                _ => None,
            });
            let Some(regex) = regex else { continue };
            let span = spot.matcher.span;
            let diagnostic = Diagnostic::new(Code::PartialRegex, span, "this matches whole texts only")
                .label("not where it is a part of the text")
                .help("write `.*` around it if a part is enough, or `^` and `$` to say that it is the whole");
            let wanted = surrounded(regex).filter(|_| spot.matcher.tests.len() == 1 && is_plain(span, text));
            found.push(match wanted {
                Some(wanted) => diagnostic.fix("match it anywhere in the text", span, format!("{{ regex: {wanted} }}")),
                None => diagnostic,
            });
        }
    }
}

/// Whether neither end says that it is meant to be one.
fn is_partial(regex: &str) -> bool {
    let regex = without_flags(regex).1;
    let begins = regex.starts_with(['^', '.']) || regex.starts_with("\\A");
    let ends = regex.ends_with(['$', '*', '+']) || regex.ends_with("\\z");
    !begins && !ends
}

/// `(?i)` and the like at the beginning, and what follows.
fn without_flags(regex: &str) -> (&str, &str) {
    let end = regex.strip_prefix("(?").and_then(|rest| rest.find(')')).map_or(0, |at| at + 3);
    match regex.split_at_checked(end) {
        Some((flags, rest)) if !flags.contains([':', '<', 'P', '=']) => (flags, rest),
        Some(_) | None => ("", regex),
    }
}

fn surrounded(regex: &Regex) -> Option<String> {
    let (flags, rest) = without_flags(regex.as_str());
    let wanted = format!("{flags}.*(?:{rest}).*");
    if regex.weight() > 1 {
        return None;
    }
    Regex::new(&wanted).ok()?;
    // In single quotes a backslash is one.
    if wanted.contains(['\'', '\n', '\r']) { in_quotes(&wanted) } else { Some(format!("'{wanted}'")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_that_names_no_end_is_partial() {
        let rows = [
            ("rm -rf", true),
            ("(?i)rm -rf", true),
            ("(?:a|b)", true),
            ("[A-Z]{2}[0-9]{6}", true),
            ("^rm -rf$", false),
            ("^rm", false),
            (".*rm.*", false),
            ("(?is).*rm.*", false),
            ("[0-9]+", false),
            ("", true),
        ];
        for (regex, expected) in rows {
            assert_eq!(is_partial(regex), expected, "`{regex}`");
        }
        assert_eq!(
            Regex::new("(?i)a'b").ok().and_then(|regex| surrounded(&regex)).as_deref(),
            Some("\"(?i).*(?:a'b).*\"")
        );
    }
}
