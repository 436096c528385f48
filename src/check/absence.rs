//! Strict rules that a call escapes by leaving out an argument, to be allowed further down.

use super::budget::Budget;
use super::clash::conjuncts;
use super::implies::{implies, size};
use super::kinds::hold_of_absent;
use super::tools::Patterns;
use crate::matcher::condition::{Condition, Matcher, Test};
use crate::policy::model::{Action, Default, Policy, Rule};
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::edit::first_line;
use crate::text::span::Span;
use crate::value::field::{Field, Root};

/// An argument that a rule asks about, in a condition that does not hold without it.
struct Asked<'a> {
    field: &'a Field,
    span: Span,
}

/// Finds rules that block or escalate by an argument, behind which the same call without that argument is allowed.
///
/// Rules in between are followed: one that catches the absence ends the search. The 16 nearest rules behind are looked
/// at, as in `shadow.rs`; one field of each rule is told.
pub(super) fn absent_fields(
    policy: &Policy,
    text: &str,
    covered: &[bool],
    budget: &mut Budget,
    found: &mut Vec<Diagnostic>,
) {
    let mut later = Patterns::default();
    let mut told = Vec::new();
    for ((place, rule), is_covered) in policy.rules.iter().enumerate().zip(covered).rev() {
        if rule.action != Action::Allow && !is_covered {
            let escaped = asked_arguments(rule).into_iter().find_map(|asked| {
                let by = allowed_without(policy, rule, &asked, &later, budget)?;
                Some((asked, by))
            });
            told.extend(escaped.map(|(asked, by)| diagnostic(rule, &asked, by, text)));
        }
        later.add_rule(place, rule);
    }
    found.extend(told.into_iter().rev());
}

/// Who allows the call.
#[derive(Clone, Copy)]
enum By<'a> {
    Rule(&'a Rule),
    Default(Span),
}

fn asked_arguments(rule: &Rule) -> Vec<Asked<'_>> {
    let Some(when) = &rule.when else { return Vec::new() };
    let mut leaves = Vec::new();
    conjuncts(&when.condition, &mut leaves);
    let is_argument = |field: &Field| field.root == Root::Args && !field.way.steps.is_empty();
    let asked = leaves.into_iter().filter(|leaf| is_argument(leaf.field) && !hold_of_absent(&leaf.matcher.tests));
    asked.map(|leaf| Asked { field: leaf.field, span: leaf.span }).collect()
}

/// What allows a call of the tools of `rule` that has no such argument.
fn allowed_without<'a>(
    policy: &'a Policy,
    rule: &Rule,
    asked: &Asked<'_>,
    later: &Patterns<'a>,
    budget: &mut Budget,
) -> Option<By<'a>> {
    let is_there = asks(asked, Test::Exists(true));
    let is_absent = asks(asked, Test::Exists(false));
    for tool in &rule.tools {
        let mut places: Vec<usize> = later.covering(tool, budget).into_iter().map(|at| at.rule).collect();
        places.sort_unstable();
        let mut is_caught = false;
        for next in places.into_iter().filter_map(|place| policy.rules.get(place)) {
            let condition = next.when.as_ref().map(|when| &when.condition);
            if let Some(condition) = condition
                && (!budget.take(size(condition)) || implies(condition, &is_there))
            {
                continue;
            }
            if next.action == Action::Allow && next.relaxed.is_none() {
                return Some(By::Rule(next));
            }
            if condition.is_none_or(|condition| implies(&is_absent, condition)) {
                is_caught = true;
                break;
            }
        }
        if let (false, Default::Action(Action::Allow), Some(span)) = (is_caught, policy.default, policy.default_span) {
            return Some(By::Default(span));
        }
    }
    None
}

fn asks(asked: &Asked<'_>, test: Test) -> Condition<Field> {
    let matcher = Matcher { tests: vec![test], span: asked.span };
    Condition::Field { field: asked.field.clone(), span: asked.span, matcher }
}

fn diagnostic(rule: &Rule, asked: &Asked<'_>, by: By<'_>, text: &str) -> Diagnostic {
    let field = asked.field;
    let verb = if rule.action == Action::Block { "blocked" } else { "escalated" };
    let diagnostic = Diagnostic::new(
        Code::FieldMayBeAbsent,
        asked.span,
        format!("a call without `{field}` is not {verb} here, and is allowed further down"),
    )
    .label("does not hold where the field is absent");
    let diagnostic = match by {
        By::Rule(by) => diagnostic.related(first_line(by.span, text), format!("rule `{}` allows it", by.id)),
        By::Default(span) => diagnostic.related(span, "the default allows it"),
    };
    diagnostic.help(format!("have it caught before: a rule with `when: {{ {field}: {{ exists: false }} }}`"))
}
