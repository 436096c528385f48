//! Strict rules that a call escapes by leaving out an argument, to be allowed further down.

use std::cell::LazyCell;
use std::sync::Arc;

use super::budget::Budget;
use super::found::Found;
use super::implies::{implies, size};
use super::kinds::hold_of_absent;
use super::tools::Patterns;
use crate::catalogue::model::{Catalogue, Tool};
use crate::matcher::condition::{Condition, Matcher, Test};
use crate::policy::model::{Action, Default, Policy, Rule, ToolPattern};
use crate::sorted::sorted;
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::edit::first_line;
use crate::text::span::Span;
use crate::value::field::{Field, Root};

/// An argument that a rule asks about, and where.
#[derive(Clone, Copy, PartialEq)]
struct Asked<'a> {
    field: &'a Field,
    span: Span,
}

/// What a call leaves out to escape a rule: usually one argument; of alternatives one each.
type LeftOut<'a> = Vec<Asked<'a>>;

/// How many arguments are left out together at most: more tell little.
const LEFT_OUT_MAX: usize = 8;

/// Finds rules that block or escalate by an argument, behind which the same call without that argument is allowed.
///
/// Rules in between are followed: one that catches the absence ends the search. The 16 nearest rules behind are looked
/// at, as in `shadow.rs`; one field of each rule is told. What the catalogue requires is never left out.
pub(super) fn absent_fields(
    policy: &Policy,
    (text, catalogue): (&str, Option<&Catalogue>),
    covered: &[bool],
    budget: &mut Budget,
    found: &mut Found,
) {
    let mut later = Patterns::default();
    let mut told = Vec::new();
    for ((place, rule), is_covered) in policy.rules.iter().enumerate().zip(covered).rev() {
        if rule.action != Action::Allow && !is_covered {
            let ways = rule.when.iter().flat_map(|when| escapes(&when.condition));
            let escaped = ways.into_iter().find_map(|left_out| {
                let tools = rule.tools.iter().filter(|tool| !is_required(&left_out, tool, catalogue, budget));
                let tools: Vec<&ToolPattern> = tools.collect();
                let by = allowed_without(policy, &tools, &left_out, &later, budget)?;
                Some((left_out, by))
            });
            told.extend(escaped.map(|(left_out, by)| diagnostic(rule, &left_out, by, text)));
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

/// The arguments without which `condition` does not hold: one way to escape it each.
fn escapes(condition: &Condition<Field>) -> Vec<LeftOut<'_>> {
    match condition {
        Condition::Field { field, span, matcher } => {
            let is_argument = field.root == Root::Args && !field.way.steps.is_empty();
            let is_asked = is_argument && !hold_of_absent(&matcher.tests);
            if is_asked { vec![vec![Asked { field, span: *span }]] } else { Vec::new() }
        }
        Condition::All(parts) => parts.iter().flat_map(escapes).collect(),
        // None of them holds if each lacks something.
        Condition::Any(parts) => {
            let mut together = LeftOut::new();
            for part in parts {
                let Some(first) = escapes(part).into_iter().next() else { return Vec::new() };
                let is_new = |asked: &Asked<'_>| !together.iter().any(|other| other.field == asked.field);
                let new: LeftOut<'_> = first.into_iter().filter(is_new).collect();
                together.extend(new);
            }
            if together.is_empty() || together.len() > LEFT_OUT_MAX { Vec::new() } else { vec![together] }
        }
        Condition::Not(_) => Vec::new(),
    }
}

/// Whether the catalogue allows no call of `tool` that leaves all of `left_out` out.
fn is_required(left_out: &LeftOut<'_>, tool: &ToolPattern, catalogue: Option<&Catalogue>, budget: &mut Budget) -> bool {
    let Some(catalogue) = catalogue.filter(|catalogue| budget.take(catalogue.tools().len())) else { return false };
    let requires = |tool: &Tool| left_out.iter().any(|asked| tool.schema.requires(&asked.field.way.steps));
    catalogue.matching(&tool.text).all(requires)
}

/// What allows a call of `tools` that leaves all of `left_out` out.
fn allowed_without<'a>(
    policy: &'a Policy,
    tools: &[&ToolPattern],
    left_out: &LeftOut<'_>,
    later: &Patterns<'a>,
    budget: &mut Budget,
) -> Option<By<'a>> {
    let each = |exists: bool| left_out.iter().map(|asked| asks(asked, Test::Exists(exists))).collect::<Vec<_>>();
    // Most rules have none behind them.
    let are_there = LazyCell::new(|| each(true));
    let are_absent = LazyCell::new(|| Condition::All(each(false)));
    for tool in tools {
        let places = later.covering(tool, budget).into_iter().map(|at| at.rule);
        let places = sorted(places.collect());
        let mut is_caught = false;
        for next in places.into_iter().filter_map(|place| policy.rules.get(place)) {
            let condition = next.when.as_ref().map(|when| &when.condition);
            if let Some(condition) = condition
                && (!budget.take(size(condition).saturating_mul(left_out.len()))
                    || are_there.iter().any(|is_there| implies(condition, is_there)))
            {
                continue;
            }
            if next.action == Action::Allow && next.relaxed.is_none() {
                return Some(By::Rule(next));
            }
            if condition.is_none_or(|condition| implies(&are_absent, condition)) {
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
    Condition::Field { field: asked.field.clone(), span: asked.span, matcher: Arc::new(matcher) }
}

fn diagnostic(rule: &Rule, left_out: &LeftOut<'_>, by: By<'_>, text: &str) -> Diagnostic {
    let span = left_out.first().map_or(rule.span, |asked| asked.span);
    let fields: Vec<String> = left_out.iter().map(|asked| format!("`{}`", asked.field)).collect();
    let fields = fields.join(" and ");
    let verb = if rule.action == Action::Block { "blocked" } else { "escalated" };
    let message = format!("a call without {fields} is not {verb} here, and is allowed further down");
    let diagnostic =
        Diagnostic::new(Code::FieldMayBeAbsent, span, message).label("does not hold where the field is absent");
    let diagnostic = match by {
        By::Rule(by) => diagnostic.related(first_line(by.span, text), format!("rule `{}` allows it", by.id)),
        By::Default(span) => diagnostic.related(span, "the default allows it"),
    };
    let absent: Vec<String> = left_out.iter().map(|asked| format!("{}: {{ exists: false }}", asked.field)).collect();
    diagnostic.help(format!("have it caught before: a rule with `when: {{ {} }}`", absent.join(", ")))
}
