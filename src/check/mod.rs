//! What only the whole policy shows: rules that never match, conditions that never hold, allowances wider than they look.
//!
//! A warning is certain in what it says, but what is not found may still be there: see `docs/diagnostics.md`.
//! The time is bounded: near-linear in the rules, and a budget for what is compared pair by pair.

mod absence;
mod budget;
pub mod catalogue;
mod clash;
mod contradiction;
mod found;
mod implies;
mod kinds;
mod literal;
mod open_allow;
mod order;
mod partial_regex;
mod reviewers;
mod shadow;
mod text_matcher;
mod tools;
mod walk;
mod whole;

use crate::catalogue::model::Catalogue;
use crate::policy::model::Policy;
use crate::policy::parse::parse;
use crate::text::diagnostic::{Code, Diagnostic, sort};
use crate::text::yaml::Limits;
use budget::Budget;
use catalogue::check_tools;
use found::Found;

/// Reads a policy and checks it as a whole. There is a policy if no diagnostic is an error.
///
/// ```
/// use countersign::check::load;
/// use countersign::text::yaml::Limits;
///
/// let text = "rules:\n  - {tool: a, action: allow}\n  - {tool: a, action: block}\n";
/// let (policy, problems) = load(text, Limits::default());
/// assert!(policy.is_none());
/// assert_eq!(problems[0].code.as_str(), "shadowed-stricter");
/// ```
#[must_use]
pub fn load(text: &str, limits: Limits) -> (Option<Policy>, Vec<Diagnostic>) {
    load_for(text, limits, None)
}

/// Reads a policy and checks it as a whole, and against `catalogue` if there is one.
#[must_use]
pub fn load_for(text: &str, limits: Limits, catalogue: Option<&Catalogue>) -> (Option<Policy>, Vec<Diagnostic>) {
    let (policy, mut problems) = parse(text, limits);
    let Some(policy) = policy else { return (None, problems) };
    problems.extend(check_for(&policy, text, catalogue));
    if let Some(catalogue) = catalogue {
        // Which fields there are the catalogue knows better.
        problems.retain(|problem| problem.code != Code::UnknownField);
        problems.extend(check_tools(&policy, catalogue, text));
    }
    sort(&mut problems);
    let is_loadable = !problems.iter().any(Diagnostic::is_error);
    (is_loadable.then_some(policy), problems)
}

/// Checks `policy`, which was read from `text`, as a whole: in the order of the text.
///
/// Of warnings the first 100 are told, and how many more there are; of errors all.
#[must_use]
pub fn check(policy: &Policy, text: &str) -> Vec<Diagnostic> {
    check_for(policy, text, None)
}

/// As [`check`]; what `catalogue` rules out is not told.
fn check_for(policy: &Policy, text: &str, catalogue: Option<&Catalogue>) -> Vec<Diagnostic> {
    let budget = &mut Budget::new();
    let mut found = Found::default();
    whole::whole(policy, text, &mut found);
    let covered = shadow::shadowed(policy, text, budget, &mut found);
    order::order_decides(policy, text, &covered, budget, &mut found);
    absence::absent_fields(policy, (text, catalogue), &covered, budget, &mut found);
    contradiction::contradictions(policy, text, budget, &mut found);
    let asking = walk::asking(policy);
    open_allow::open_allows(&asking, (text, catalogue), budget, &mut found);
    text_matcher::text_matchers(&asking, text, &mut found);
    literal::literals(policy, &asking, text, &mut found);
    partial_regex::partial_regexes(&asking, text, &mut found);
    reviewers::unknown_fields(policy, text, &mut found);
    found.told()
}
