//! What a policy that works may not mean.

use super::budget::Budget;
use super::catalogue::check_tools;
use super::found::Found;
use super::{absence, contradiction, literal, open_allow, order, partial_regex, reviewers, text_matcher, walk};
use crate::catalogue::model::Catalogue;
use crate::policy::model::Policy;
use crate::text::diagnostic::{Code, Diagnostic};

/// Adds every warning but those of rules that never match, for which `covered` says which they are, those of the policy as
/// a whole, and those that a catalogue gives rise to.
pub(super) fn add_warnings(
    policy: &Policy,
    (text, catalogue): (&str, Option<&Catalogue>),
    covered: &[bool],
    budget: &mut Budget,
    found: &mut Found,
) {
    order::order_decides(policy, text, covered, budget, found);
    absence::absent_fields(policy, (text, catalogue), covered, budget, found);
    contradiction::contradictions(policy, text, budget, found);
    let asking = walk::asking(policy);
    open_allow::open_allows(&asking, (text, catalogue), budget, found);
    text_matcher::text_matchers(&asking, text, found);
    literal::literals(policy, &asking, text, found);
    partial_regex::partial_regexes(&asking, text, found);
    reviewers::unknown_fields(policy, text, found);
}

/// Adds to `problems` what `catalogue` says of `policy`.
pub(super) fn of_tools(policy: &Policy, catalogue: &Catalogue, text: &str, problems: &mut Vec<Diagnostic>) {
    // Which fields there are the catalogue knows better.
    problems.retain(|problem| problem.code != Code::UnknownField);
    problems.extend(check_tools(policy, catalogue, text));
}
