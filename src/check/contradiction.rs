//! Conditions that never hold, because their parts exclude each other.

use super::budget::Budget;
use super::clash::{Clash, clash_of_leaves, clash_of_matcher, conjuncts};
use super::found::Found;
use super::implies::Place;
use crate::matcher::condition::{Condition, Matcher, Test};
use crate::policy::model::Policy;
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::span::Span;

/// Finds tests that can never hold together: on one field, on a field and a part of it, on a length, on items.
///
/// What one group of parts excludes is found only if two of them exclude each other, or listed values fail the rest.
pub(super) fn contradictions(policy: &Policy, text: &str, budget: &mut Budget, found: &mut Found) {
    let mut finder = Finder { text, budget, found };
    for when in policy.rules.iter().filter_map(|rule| rule.when.as_ref()) {
        finder.condition(&when.condition);
    }
}

struct Finder<'a> {
    text: &'a str,
    budget: &'a mut Budget,
    found: &'a mut Found,
}

impl Finder<'_> {
    /// Looks at `condition` as a whole, and then at those of its parts that need not hold with the others.
    fn condition<F: Place>(&mut self, condition: &Condition<F>) {
        let mut leaves = Vec::new();
        conjuncts(condition, &mut leaves);
        if let Some(clash) = clash_of_leaves(&leaves, self.budget) {
            self.report(clash);
        }
        for leaf in &leaves {
            self.inside(leaf.matcher);
        }
        self.alternatives(condition);
    }

    fn alternatives<F: Place>(&mut self, condition: &Condition<F>) {
        match condition {
            Condition::Field { .. } => {}
            Condition::All(parts) => parts.iter().for_each(|part| self.alternatives(part)),
            Condition::Any(parts) => parts.iter().for_each(|part| self.condition(part)),
            Condition::Not(part) => self.condition(part),
        }
    }

    fn inside(&mut self, matcher: &Matcher) {
        for test in &matcher.tests {
            if let Test::Not(excluded) = test
                && let Some(clash) = clash_of_matcher(excluded, self.budget)
            {
                self.report(clash);
            }
            if let Test::Where(condition) = test {
                self.condition(condition);
            } else if let Test::Not(inner)
            | Test::Each(inner)
            | Test::Some(inner)
            | Test::Length(inner)
            | Test::Keys(inner)
            | Test::Values(inner) = test
            {
                self.inside(inner);
            }
        }
    }

    fn report(&mut self, clash: Clash) {
        let Clash { span, other, message, wants_absence } = clash;
        let mut diagnostic = Diagnostic::new(Code::Contradiction, span, message).label("this can never hold");
        if let Some(other) = other {
            diagnostic = diagnostic.related(other, "together with this");
        }
        if wants_absence {
            diagnostic = diagnostic.help("for a field that must be absent, write `exists: false`");
            if is_only_not_exists(span, self.text) {
                diagnostic = diagnostic.fix("write `exists: false`", span, "{ exists: false }");
            }
        }
        self.found.push(diagnostic);
    }
}

/// Whether nothing but `{ not: { exists: true } }` stands at `span`.
fn is_only_not_exists(span: Span, text: &str) -> bool {
    let plain: String = span.of(text).chars().filter(|c| !c.is_whitespace()).collect();
    matches!(plain.as_str(), "{not:{exists:true}}" | "not:{exists:true}" | "not:exists:true")
}
