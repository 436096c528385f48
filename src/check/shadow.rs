//! Rules that never match, because earlier ones match before them.

use super::budget::Budget;
use super::found::Found;
use super::implies::{implies, size};
use super::tools::{At, Patterns, pattern_span, tools_span};
use crate::policy::model::{Action, Policy, Rule};
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::prose::prose;
use crate::text::span::Span;

/// Finds rules, and single tools of rules, that an earlier rule covers; says for each rule whether it is covered.
///
/// Two things are told apart:
/// - The earlier rule has no condition. Then the later one never has a say, whatever the call. It still makes the names of
///   its tools known ones.
/// - The earlier rule's condition holds wherever the later one's does. Then the later rule never certainly matches, but
///   both may be undecidable, and there it has its say.
///
/// If the later rule is stricter, either is an error: what its author wanted held or blocked is not.
/// A rule with `relaxed` covers nothing, as it need not match.
/// Rules with conditions are compared with the 16 nearest before them of the same name, and of each beginning of a
/// pattern; and what several rules only cover together is found for whole tools, not for conditions.
pub(super) fn shadowed<'a>(policy: &'a Policy, text: &str, budget: &mut Budget, found: &mut Found) -> Vec<bool> {
    let mut always = Patterns::default();
    let mut sometimes = Patterns::default();
    let mut covered = Vec::with_capacity(policy.rules.len());
    for (place, rule) in policy.rules.iter().enumerate() {
        let by: Vec<Option<At<'a>>> = rule.tools.iter().map(|tool| always.first_that_covers(tool, budget)).collect();
        let is_covered = by.iter().all(Option::is_some);
        let earlier = |at: At<'a>| policy.rules.get(at.rule).map(|earlier| (earlier, at.pattern));
        if is_covered {
            if let Some((earlier, pattern)) = by.iter().flatten().copied().max_by_key(|at| at.rule).and_then(earlier) {
                let related = pattern_span(earlier, pattern, text);
                found.push(never_matches(rule, earlier, tools_span(rule, text), related));
            }
        } else {
            for (tool, at) in rule.tools.iter().zip(&by) {
                if let Some((earlier, pattern)) = at.and_then(earlier) {
                    let related = pattern_span(earlier, pattern, text);
                    found.push(tool_never_matches(rule, earlier, pattern_span(rule, tool, text), related));
                }
            }
        }
        let mut is_implied = false;
        if !is_covered && let Some((earlier, at)) = implying_rule(policy, rule, &sometimes, budget) {
            is_implied = true;
            let related = pattern_span(earlier, at.pattern, text);
            found.push(never_certainly_matches(rule, earlier, tools_span(rule, text), related));
        }
        covered.push(is_covered || is_implied);
        if rule.relaxed.is_none() {
            if rule.when.is_some() {
                sometimes.add_rule(place, rule);
            } else {
                // What is covered already covers nothing more.
                let new = rule.tools.iter().zip(&by).filter(|(_, at)| at.is_none());
                new.for_each(|(pattern, _)| always.add(At { rule: place, pattern }));
            }
        }
    }
    covered
}

/// The nearest rule of `earlier` that is about all tools of `rule` and holds wherever it does.
fn implying_rule<'a>(
    policy: &'a Policy,
    rule: &Rule,
    earlier: &Patterns<'a>,
    budget: &mut Budget,
) -> Option<(&'a Rule, At<'a>)> {
    let given = &rule.when.as_ref()?.condition;
    let (first, others) = rule.tools.split_first()?;
    let mut candidates = earlier.covering(first, budget);
    for tool in others {
        if candidates.is_empty() {
            return None;
        }
        let also: Vec<usize> = earlier.covering(tool, budget).iter().map(|at| at.rule).collect();
        candidates.retain(|at| also.contains(&at.rule));
    }
    candidates.into_iter().find_map(|at| {
        let candidate = policy.rules.get(at.rule)?;
        let wanted = &candidate.when.as_ref()?.condition;
        let is_implied = budget.take(size(given).saturating_mul(size(wanted))) && implies(given, wanted);
        is_implied.then_some((candidate, at))
    })
}

/// Whether `rule` says the same as `earlier` of the same tools.
fn repeats(rule: &Rule, earlier: &Rule) -> bool {
    let [tools, earlier_tools] = [rule, earlier].map(|rule| rule.tools.iter().map(|tool| &tool.text));
    let [written, earlier_written] = [rule, earlier].map(|rule| rule.when.as_ref().map(|when| &when.written));
    (rule.action, rule.undecidable) == (earlier.action, earlier.undecidable)
        && tools.eq(earlier_tools)
        && written == earlier_written
}

/// What `earlier` says of the calls that it does not let run by its own action.
fn strictest(earlier: &Rule) -> Action {
    let by_limit = earlier.limit.as_ref().map_or(Action::Allow, |limit| limit.then);
    let by_confidence = if earlier.min_confidence.is_some() { Action::Escalate } else { Action::Allow };
    earlier.action.max(by_limit).max(by_confidence)
}

fn duplicate(rule: &Rule, earlier: &Rule, span: Span, related: Span) -> Diagnostic {
    let message = prose!("this rule says what rule `{}` says", earlier.id);
    let help = if rule.reason == earlier.reason {
        "remove one of the two"
    } else {
        "remove one of the two; the first gives the reason"
    };
    Diagnostic::new(Code::DuplicateRule, span, message)
        .label("said again here")
        .related(related, "the same tools, condition and action")
        .help(help)
}

fn never_matches(rule: &Rule, earlier: &Rule, span: Span, related: Span) -> Diagnostic {
    if repeats(rule, earlier) {
        return duplicate(rule, earlier, span, related);
    }
    let (code, help) = code_and_help(rule, earlier);
    Diagnostic::new(code, span, prose!("this rule can never match: rule `{}` matches before it", earlier.id))
        .label(prose!("never {}", past(rule.action)))
        .related(related, prose!("{} here, without a condition", past(earlier.action)))
        .help(help)
}

fn tool_never_matches(rule: &Rule, earlier: &Rule, span: Span, related: Span) -> Diagnostic {
    let (code, help) = code_and_help(rule, earlier);
    Diagnostic::new(code, span, prose!("this tool can never match here: rule `{}` matches before", earlier.id))
        .label(prose!("never {}", past(rule.action)))
        .related(related, prose!("{} here, without a condition", past(earlier.action)))
        .help(help)
}

/// An error if `rule` is stricter than all that `earlier` ever says.
fn code_and_help(rule: &Rule, earlier: &Rule) -> (Code, &'static str) {
    if rule.action > strictest(earlier) {
        (
            Code::ShadowedStricter,
            "the first rule that matches decides: put the stricter rule first, or give the other a condition",
        )
    } else if rule.action > earlier.action {
        (Code::Shadowed, "remove it: calls past a limit or below a confidence do not go on to the next rule")
    } else {
        (Code::Shadowed, "the first rule that matches decides: remove this one, or put it first")
    }
}

fn never_certainly_matches(rule: &Rule, earlier: &Rule, span: Span, related: Span) -> Diagnostic {
    if repeats(rule, earlier) {
        return duplicate(rule, earlier, span, related);
    }
    let (code, _) = code_and_help(rule, earlier);
    let message = prose!("this rule never matches for certain: rule `{}` holds wherever it does", earlier.id);
    Diagnostic::new(code, span, message)
        .label(prose!("{} only where its condition is undecidable", past(rule.action)))
        .related(related, prose!("{} here, by a condition that includes the other", past(earlier.action)))
        .help("the first rule that matches decides: put the narrower rule first")
}

pub(super) fn past(action: Action) -> &'static str {
    match action {
        Action::Allow => "allowed",
        Action::Escalate => "escalated",
        Action::Block => "blocked",
    }
}
