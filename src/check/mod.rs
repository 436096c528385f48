//! What only the whole policy shows: rules that never match, conditions that never hold, allowances wider than they look.
//!
//! A warning is certain in what it says, but what is not found may still be there: see `docs/diagnostics.md`.
//! The time is bounded: near-linear in the rules, and a budget for what is compared pair by pair.

#[cfg(feature = "full")]
mod absence;
mod budget;
#[cfg(feature = "full")]
pub mod catalogue;
#[cfg(feature = "full")]
mod clash;
#[cfg(feature = "full")]
mod contradiction;
mod found;
pub(crate) mod implies;
mod kinds;
#[cfg(feature = "full")]
pub(crate) mod bond;
#[cfg(feature = "full")]
mod literal;
#[cfg(feature = "full")]
mod open_allow;
#[cfg(feature = "full")]
mod order;
#[cfg(feature = "full")]
mod partial_regex;
#[cfg(feature = "full")]
mod reviewers;
mod shadow;
#[cfg(feature = "full")]
mod text_matcher;
mod tools;
#[cfg(feature = "full")]
mod walk;
#[cfg(feature = "full")]
mod warnings;
#[cfg(feature = "full")]
mod whole;

use crate::catalogue::model::Catalogue;
use crate::policy::model::Policy;
use crate::policy::parse::parse;
use crate::text::diagnostic::{Diagnostic, sort};
use crate::text::yaml::Limits;
use budget::Budget;
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
    #[cfg(feature = "full")]
    if let Some(catalogue) = catalogue {
        warnings::of_tools(&policy, catalogue, text, &mut problems);
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
#[cfg_attr(not(feature = "full"), expect(unused_variables, reason = "only warnings go by the catalogue"))]
fn check_for(policy: &Policy, text: &str, catalogue: Option<&Catalogue>) -> Vec<Diagnostic> {
    let budget = &mut Budget::new();
    let mut found = Found::default();
    #[cfg(feature = "full")]
    whole::whole(policy, text, &mut found);
    let covered = shadow::shadowed(policy, text, budget, &mut found);
    #[cfg(feature = "full")]
    warnings::add_warnings(policy, (text, catalogue), &covered, budget, &mut found);
    found.told()
}
