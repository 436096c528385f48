//! Rules of which the order alone decides, with the laxer one first.

use super::budget::Budget;
use super::clash::{Leaf, clash_of_leaves, conjuncts};
use super::found::Found;
use super::implies::{implies, size};
use super::tools::{Patterns, pattern_span, tools_span};
use crate::matcher::condition::{Matcher, Test};
use crate::policy::model::{Policy, Rule};
use crate::text::diagnostic::{Code, Diagnostic};
use crate::value::field::Field;

/// Finds rules behind a laxer one for the same tools, where both have conditions, a call can meet both as far as can be
/// seen, and neither condition includes the other.
///
/// A narrow exception in front of a general rule is how policies are written, so it is not told; nor are hosts that are
/// trusted by name in front of a rule about addresses.
/// Rules are compared with the 16 nearest before them, as in `shadow.rs`; of each rule one pair is told.
pub(super) fn order_decides(policy: &Policy, text: &str, covered: &[bool], budget: &mut Budget, found: &mut Found) {
    let mut earlier = Patterns::default();
    for ((place, rule), is_covered) in policy.rules.iter().enumerate().zip(covered) {
        if rule.when.is_none() || rule.relaxed.is_some() || *is_covered {
            continue;
        }
        let laxer =
            rule.tools.iter().flat_map(|tool| earlier.covering(tool, budget).into_iter().map(move |at| (tool, at)));
        let laxer: Vec<_> = laxer.collect();
        let told = laxer.into_iter().find_map(|(tool, at)| {
            let other = policy.rules.get(at.rule)?;
            (other.action < rule.action && can_meet_both(other, rule, budget)).then_some((tool, at, other))
        });
        if let Some((_, at, other)) = told {
            let message = format!("a call that meets this rule's condition may be {} before", past(other));
            found.push(
                Diagnostic::new(Code::OrderDecides, tools_span(rule, text), message)
                    .label(format!("{} only if rule `{}` does not match", past(rule), other.id))
                    .related(
                        pattern_span(other, at.pattern, text),
                        format!("{} here, by another condition", past(other)),
                    )
                    .help("put the stricter rule first, or give the laxer one a condition that excludes the other"),
            );
        }
        earlier.add_rule(place, rule);
    }
}

/// Whether nothing shows that no call meets the conditions of both, or that one includes the other.
fn can_meet_both(laxer: &Rule, stricter: &Rule, budget: &mut Budget) -> bool {
    let (Some(laxer), Some(stricter)) = (&laxer.when, &stricter.when) else { return false };
    let (laxer, stricter) = (&laxer.condition, &stricter.condition);
    if !budget.take(size(laxer).saturating_mul(size(stricter))) || implies(laxer, stricter) {
        return false;
    }
    let (mut leaves, mut of_stricter) = (Vec::new(), Vec::new());
    conjuncts(laxer, &mut leaves);
    conjuncts(stricter, &mut of_stricter);
    let is_trusted = |leaf: &Leaf<'_, Field>| {
        let trusts_host = |other: &Leaf<'_, Field>| other.field == leaf.field && asks_host(other.matcher);
        asks_address_only(leaf.matcher) && leaves.iter().any(trusts_host)
    };
    if of_stricter.iter().any(is_trusted) {
        return false;
    }
    leaves.append(&mut of_stricter);
    clash_of_leaves(&leaves, budget).is_none()
}

/// Whether `matcher` asks for hosts by name. Such a rule stands before one that asks where a connection goes, to which
/// every name is undecidable: behind it, it would never matter.
fn asks_host(matcher: &Matcher) -> bool {
    matcher.tests.iter().any(|test| match test {
        Test::Url(url) => !url.hosts.is_empty(),
        Test::Each(inside) | Test::Some(inside) => asks_host(inside),
        _ => false,
    })
}

/// Whether `matcher` asks where a connection goes, and not for hosts.
fn asks_address_only(matcher: &Matcher) -> bool {
    matcher.tests.iter().all(|test| match test {
        Test::Url(url) => !url.addresses.is_empty() && url.hosts.is_empty(),
        Test::Each(inside) | Test::Some(inside) => asks_address_only(inside),
        _ => false,
    })
}

fn past(rule: &Rule) -> &'static str {
    super::shadow::past(rule.action)
}
