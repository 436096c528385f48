//! Adding a rule to a policy's text.

use super::super::digest::{review_value, rule_value};
use super::super::model::{Policy, PolicyTest, Rule};
use super::super::parse::parse;
use super::{
    EditError, Style, at_line_start, before_flow_item, column, end_of, inserted, is_flow, is_quoted_map, line_end,
    newline, starts_line,
};
use crate::text::diagnostic::Problems;
use crate::text::span::Span;
use crate::text::words::Fix;
use crate::text::yaml::{self, Limits, Node, NodeValue};
use crate::value::canonical::canonical;
use crate::value::value::{Map, Value};

/// The keys of a rule in the order in which they are written.
const KEYS: [&str; 9] = ["id", "tool", "when", "action", "risk", "reversible", "marks", "reason", "relaxed"];

/// The change to `text` that adds `rule`, the map of one, in front of the rule at the place `before`, or as the last.
///
/// It only inserts. With it the policy means what it meant, and has this rule more. Comments that stand right above the
/// rule at `before` stay with it.
///
/// # Errors
///
/// [`EditError::UnfitRule`] if `rule` alone is no rule of a policy; else see [`EditError`].
///
/// ```
/// use countersign::policy::edit::rule::add_rule;
/// use countersign::text::yaml::Limits;
/// use countersign::value::value::{Map, Value};
///
/// let text = "rules:\n  # Mail waits.\n  - tool: mail\n    action: escalate\n";
/// let rule = [("id", "inside"), ("tool", "mail"), ("action", "allow")];
/// let rule = Map::new(rule.map(|(key, value)| (key.to_owned(), value.into())).into())?;
/// let fix = add_rule(text, &rule, Some(0), Limits::default()).map_err(|_| "no place")?;
/// assert_eq!(fix.replacement, "  - id: inside\n    tool: mail\n    action: allow\n");
/// assert_eq!(fix.span.start, "rules:\n".len());
/// # Ok::<(), String>(())
/// ```
pub fn add_rule(text: &str, rule: &Map, before: Option<usize>, limits: Limits) -> Result<Fix, EditError> {
    let policy = parse(text, limits).0.ok_or(EditError::PolicyErrors)?;
    let root = yaml::parse(text, limits, &mut Problems::default()).ok_or(EditError::PolicyErrors)?;
    let NodeValue::Map(entries) = &root.value else { return Err(EditError::PolicyErrors) };
    let rules = entries.iter().find(|entry| entry.key == "rules").ok_or(EditError::PolicyErrors)?;
    let NodeValue::List(items) = &rules.value.value else { return Err(EditError::UnusualText) };
    let wanted = alone(rule, limits).ok_or(EditError::UnfitRule)?;
    let at = before.unwrap_or(policy.rules.len());
    let places = match before {
        Some(before) => in_front(text, &rules.value, items.get(before).ok_or(EditError::UnusualText)?, rule),
        None => last(text, &rules.value, items.last().ok_or(EditError::UnusualText)?, rule),
    };
    let fits = |(place, insertion): &(usize, String)| {
        // A limit that the rule alone passes is none of the text's.
        let longer = Limits { bytes: limits.bytes.saturating_add(insertion.len()), ..limits };
        inserted(text, *place, insertion)
            .and_then(|edited| parse(&edited, longer).0)
            .is_some_and(|edited| has_gained(&policy, &edited, at, &wanted))
    };
    let (place, replacement) = places.into_iter().find(fits).ok_or(EditError::UnusualText)?;
    Ok(Fix { title: "add the rule".to_owned(), span: Span::new(place, place), replacement })
}

/// What `rule` is as the only one of a policy; `None` if it is none.
fn alone(rule: &Map, limits: Limits) -> Option<Rule> {
    let mut json = String::new();
    canonical(&Value::Map(rule.clone()), &mut json).ok()?;
    parse(&format!("{{\"rules\":[{json}]}}"), limits).0?.rules.pop()
}

/// Whether `edited` is `policy` with the rule `wanted` more, at the place `at`.
fn has_gained(policy: &Policy, edited: &Policy, at: usize, wanted: &Rule) -> bool {
    let is_same = |a: &Rule, b: &Rule| rule_value(a) == rule_value(b);
    let is_same_test = |a: &PolicyTest, b: &PolicyTest| (&a.name, &a.call, &a.expect) == (&b.name, &b.call, &b.expect);
    let others: Vec<&Rule> =
        edited.rules.iter().enumerate().filter(|(place, _)| *place != at).map(|(_, rule)| rule).collect();
    edited.rules.len() == policy.rules.len() + 1
        && edited.rules.get(at).is_some_and(|added| is_same(added, wanted))
        && others.iter().zip(&policy.rules).all(|(a, b)| is_same(a, b))
        && (edited.default, edited.confidence) == (policy.default, policy.confidence)
        // By what they mean: where they stand behind the rules, their places are others.
        && review_value(&edited.review) == review_value(&policy.review)
        && (&edited.name, &edited.description) == (&policy.name, &policy.description)
        && edited.tests.len() == policy.tests.len()
        && edited.tests.iter().zip(&policy.tests).all(|(a, b)| is_same_test(a, b))
}

/// Where `rule` could be inserted in front of `item`, and what: the best first.
fn in_front(text: &str, list: &Node, item: &Node, rule: &Map) -> Vec<(usize, String)> {
    let newline = newline(text);
    if is_flow(list, text) {
        let style = Style { is_json: is_quoted_map(item, text) };
        let gap = if starts_line(text, item.span.start) {
            format!("{newline}{}", " ".repeat(column(text, item.span.start)))
        } else {
            " ".to_owned()
        };
        return vec![(item.span.start, format!("{},{gap}", style.rule(rule)))];
    }
    let dash = dash_of(text, item);
    let line = dash - column(text, dash);
    let block = block_rule(rule, column(text, dash), newline);
    vec![(above_comments(text, line, column(text, dash)), block.clone()), (line, block)]
}

/// Where `rule` could be inserted after `item`, which is the last, and what.
fn last(text: &str, list: &Node, item: &Node, rule: &Map) -> Vec<(usize, String)> {
    let newline = newline(text);
    if is_flow(list, text) {
        let style = Style { is_json: is_quoted_map(item, text) };
        return vec![(end_of(item, text), format!(",{}{}", before_flow_item(text, item, newline), style.rule(rule)))];
    }
    let block = block_rule(rule, column(text, dash_of(text, item)), newline);
    let at = line_end(text, end_of(item, text));
    vec![(at, at_line_start(text, at, &block, newline))]
}

/// Where the dash of `item`, which stands in a block list, is: at the beginning of its line, or of one above which only
/// comments follow.
fn dash_of(text: &str, item: &Node) -> usize {
    let mut line = item.span.start - column(text, item.span.start);
    loop {
        let rest = text.get(line..).unwrap_or_default();
        let dash = line + rest.len() - rest.trim_start_matches(' ').len();
        if text.get(dash..).is_some_and(|rest| rest.starts_with('-')) {
            return dash;
        }
        match line_above(text, line) {
            Some(above) => line = above,
            None => return item.span.start,
        }
    }
}

/// The beginning of the comments that stand right above the line at `line`, in the column `indent`.
fn above_comments(text: &str, line: usize, indent: usize) -> usize {
    let mut at = line;
    while let Some(start) = line_above(text, at) {
        let comment = text.get(start..at).unwrap_or_default();
        let body = comment.trim_start_matches(' ');
        if !body.starts_with('#') || comment.len() - body.len() != indent {
            break;
        }
        at = start;
    }
    at
}

/// The beginning of the line above the one that begins at `line`.
fn line_above(text: &str, line: usize) -> Option<usize> {
    let above = text.get(..line)?;
    let above = above.strip_suffix("\r\n").or_else(|| above.strip_suffix(['\n', '\r']))?;
    Some(above.rfind(['\n', '\r']).map_or(0, |end| end + 1))
}

/// `rule` as an item of a block list whose dashes stand in column `indent`, with its line end.
fn block_rule(rule: &Map, indent: usize, newline: &str) -> String {
    let style = Style { is_json: false };
    let (dash, inner) = (" ".repeat(indent), " ".repeat(indent + 2));
    let mut lines = Vec::new();
    for (key, value) in ordered(rule) {
        match (key, value) {
            ("when", Value::Map(when)) if when.iter().len() > 1 => {
                lines.push("when:".to_owned());
                lines.extend(
                    when.iter().map(|(field, matcher)| format!("  {}: {}", style.text(field), style.value(matcher))),
                );
            }
            _ => lines.push(format!("{}: {}", style.text(key), style.value(value))),
        }
    }
    let body = lines.join(&format!("{newline}{inner}"));
    format!("{dash}- {body}{newline}")
}

/// The entries of `rule` in their usual order.
fn ordered(rule: &Map) -> Vec<(&str, &Value)> {
    let known = KEYS.iter().filter_map(|key| Some((*key, rule.get(key)?)));
    known.chain(rule.iter().filter(|(key, _)| !KEYS.contains(key))).collect()
}

impl Style {
    fn rule(self, rule: &Map) -> String {
        self.pairs(ordered(rule).into_iter().map(|(key, value)| (key, self.value(value))))
    }
}
