//! What a policy that works may not mean.

use super::budget::Budget;
use super::catalogue::check_tools;
use super::{absence, contradiction, literal, open_allow, order, partial_regex, reviewers, text_matcher, whole};
use crate::catalogue::model::Catalogue;
use crate::policy::model::Policy;
use crate::text::diagnostic::{Code, Diagnostic, sort};

/// How many warnings are told of one policy.
const WARNINGS_MAX: usize = 100;

/// The problems of `policy` in the order of the text: `shadowed`, what was found of rules that never match, for which
/// `covered` says which they are; and every warning but those that a catalogue gives rise to.
pub(super) fn with_warnings(
    policy: &Policy,
    (text, catalogue): (&str, Option<&Catalogue>),
    mut shadowed: Vec<Diagnostic>,
    covered: &[bool],
    budget: &mut Budget,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    whole::whole(policy, text, &mut found);
    found.append(&mut shadowed);
    order::order_decides(policy, text, covered, budget, &mut found);
    absence::absent_fields(policy, (text, catalogue), covered, budget, &mut found);
    contradiction::contradictions(policy, text, budget, &mut found);
    open_allow::open_allows(policy, (text, catalogue), budget, &mut found);
    text_matcher::text_matchers(policy, text, &mut found);
    literal::literals(policy, text, &mut found);
    partial_regex::partial_regexes(policy, text, &mut found);
    reviewers::unknown_fields(policy, text, &mut found);
    sort(&mut found);
    bounded(found)
}

/// Adds to `problems` what `catalogue` says of `policy`.
pub(super) fn of_tools(policy: &Policy, catalogue: &Catalogue, text: &str, problems: &mut Vec<Diagnostic>) {
    // Which fields there are the catalogue knows better.
    problems.retain(|problem| problem.code != Code::UnknownField);
    problems.extend(check_tools(policy, catalogue, text));
}

/// `found` with no more than [`WARNINGS_MAX`] warnings.
fn bounded(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut warnings = 0;
    let mut left_out = None;
    let mut told: Vec<Diagnostic> = Vec::new();
    for problem in found {
        if !problem.is_error() {
            warnings += 1;
            if warnings > WARNINGS_MAX {
                left_out = left_out.or(Some(problem.span));
                continue;
            }
        }
        told.push(problem);
    }
    if let Some(span) = left_out {
        let message = format!("there are {} more warnings", warnings - WARNINGS_MAX);
        told.push(Diagnostic::new(Code::TooManyWarnings, span, message).help("mend those above, then check again"));
    }
    told
}
