//! Whether what several rules say together is at least as strict as what others do, for every call.

use super::says::{HeldTerms, Level, RuleTerms, Says};
use crate::decide::protection::usual_expiry_ms;
use crate::policy::terms::Risk;
use crate::value::field::Field;

/// What contributes to the decision of one policy.
#[derive(Clone, Debug)]
pub(super) struct Side<'a> {
    /// What certainly does; never empty.
    pub(super) certain: Vec<&'a Says<'a>>,
    /// What may, each on its own.
    pub(super) maybe: Vec<&'a Says<'a>>,
}

/// What both sides share.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared<'a> {
    /// What may contribute to both, each on its own.
    pub(super) common: Vec<&'a Says<'a>>,
    /// Whether other policies contribute to both, nobody knows what.
    pub(super) has_others: bool,
    /// Whether what is allowed may be held all the same.
    pub(super) may_hold: bool,
}

/// Whether `after` is at least as strict as `before`, whatever of it contributes.
///
/// Actions come first: only where both may come to the same, their terms matter. Everything that contributes makes most
/// terms stricter; but what no rule contributes to counts as of high risk, so that one of low risk makes it less.
pub(super) fn is_at_least_as_strict(before: &Side<'_>, after: &Side<'_>, shared: &Shared<'_>) -> bool {
    let all_before: Vec<&Says<'_>> = before.certain.iter().chain(&before.maybe).copied().collect();
    if !all_before.iter().all(|says| says.is_covered_by(&after.certain)) {
        return false;
    }
    let Some(least_after) = after.certain.iter().map(|says| says.level).max() else { return false };
    if least_after == Level::Block {
        return true;
    }
    let most_before = all_before.iter().map(|says| says.strictest()).max().unwrap_or(Level::Allow);
    let is_raised = shared.has_others || shared.may_hold || shared.common.iter().any(|says| says.may_escalate());
    if most_before < least_after && !is_raised {
        return true;
    }
    let terms = Terms { before, all_before: &all_before, after, shared };
    terms.of_rules() && (most_before < Level::Abstain && !is_raised || terms.of_review())
}

struct Terms<'t, 'a> {
    before: &'t Side<'a>,
    all_before: &'t [&'a Says<'a>],
    after: &'t Side<'a>,
    shared: &'t Shared<'a>,
}

fn rules<'a>(says: &[&'a Says<'a>]) -> impl Iterator<Item = &'a RuleTerms<'a>> {
    says.iter().filter_map(|says| says.rule.as_ref())
}

fn held<'a>(says: &[&'a Says<'a>]) -> impl Iterator<Item = &'a HeldTerms<'a>> {
    says.iter().filter_map(|says| says.held.as_ref())
}

impl Terms<'_, '_> {
    /// Whether others may contribute to both.
    fn is_joined(&self) -> bool {
        self.shared.has_others || !self.shared.common.is_empty()
    }

    fn of_rules(&self) -> bool {
        let marks_stay = rules(self.all_before)
            .flat_map(|rule| &rule.marks)
            .all(|mark| rules(&self.after.certain).any(|rule| rule.marks.contains(mark)));
        let limits_stay = rules(self.all_before)
            .filter_map(|rule| rule.limit)
            .all(|limit| rules(&self.after.certain).filter_map(|rule| rule.limit).any(|it| it.charges_as(&limit)));
        marks_stay
            && limits_stay
            && self.highest_stays(Risk::High, Risk::Low, |rule| rule.risk)
            && self.highest_stays(1, 0, |rule| rule.irreversibility)
    }

    /// Whether the highest of what rules say is never lower; `none` is what counts where no rule does.
    fn highest_stays<T: Copy + Ord>(&self, none: T, lowest: T, of: impl Fn(&RuleTerms<'_>) -> T) -> bool {
        let highest = |says: &[&Says<'_>]| rules(says).map(&of).max();
        let most_before = match (highest(&self.before.certain), highest(self.all_before)) {
            (None, all) => all.unwrap_or(none).max(none),
            (Some(certain), all) => all.unwrap_or(certain),
        };
        let least_after = highest(&self.after.certain).unwrap_or_else(|| {
            let least_doubt = rules(&self.after.maybe).map(&of).min();
            least_doubt.unwrap_or(none).min(none)
        });
        if most_before > least_after {
            return false;
        }
        if !self.is_joined() {
            return true;
        }
        let floor = match rules(&self.shared.common).map(&of).min() {
            Some(floor) if !self.shared.has_others => floor,
            _ => lowest,
        };
        let joined = |says: &[&Says<'_>]| highest(says).unwrap_or(floor).max(floor);
        joined(self.all_before) <= joined(&self.after.certain)
    }

    fn of_review(&self) -> bool {
        let after = &self.after.certain;
        let reviewers_stay = held(self.all_before).filter_map(|terms| terms.reviewers.as_ref()).all(|set| {
            let is_within = |narrower: &Vec<&str>| narrower.iter().all(|reviewer| set.contains(reviewer));
            held(after).filter_map(|terms| terms.reviewers.as_ref()).any(is_within)
        });
        let quorum = |says: &[&Says<'_>]| held(says).map(|terms| terms.quorum).max().unwrap_or(1);
        let confirm_stays = held(self.all_before)
            .flat_map(|terms| &terms.confirm)
            .all(|field| held(after).any(|terms| terms.confirm.contains(field)));
        reviewers_stay
            && quorum(self.all_before) <= quorum(after)
            && confirm_stays
            && self.expiry_stays()
            && self.editable_stays()
    }

    /// Whether the call never waits longer.
    fn expiry_stays(&self) -> bool {
        let usual = usual_expiry_ms(None);
        let expiry = |says: &[&Says<'_>]| held(says).map(|terms| terms.expires_ms).min();
        let shortest_before = expiry(self.all_before);
        let of_nobody = held(&self.before.certain).next().is_none().then_some(usual);
        let shortest = shortest_before.into_iter().chain(of_nobody).min().unwrap_or(usual);
        let certain_after = expiry(&self.after.certain);
        let longest = certain_after
            .unwrap_or_else(|| held(&self.after.maybe).map(|terms| terms.expires_ms).fold(usual, u64::max));
        let joined_stays = || {
            let Some(before) = shortest_before else { return true };
            let is_within = |ms: u64| ms <= before;
            let longest_common = held(&self.shared.common).map(|terms| terms.expires_ms).max();
            certain_after.is_some_and(is_within) || !self.shared.has_others && longest_common.is_some_and(is_within)
        };
        longest <= shortest && (!self.is_joined() || joined_stays())
    }

    /// Whether the reviewer may never change more.
    fn editable_stays(&self) -> bool {
        let before: Vec<&HeldTerms<'_>> = held(self.all_before).collect();
        let may_be_nobodys = held(&self.before.certain).next().is_none();
        let was_editable =
            |field: &&Field| !before.is_empty() && before.iter().all(|terms| terms.editable.contains(field));
        let mut certain = held(&self.after.certain);
        let Some(first) = certain.next() else {
            let none_in_doubt = held(&self.after.maybe).all(|terms| terms.editable.is_empty());
            return none_in_doubt && (!self.is_joined() || before.is_empty());
        };
        let others: Vec<&HeldTerms<'_>> = certain.collect();
        let mut editable =
            first.editable.iter().copied().filter(|field| others.iter().all(|terms| terms.editable.contains(field)));
        editable.all(|field| was_editable(&field) && !may_be_nobodys)
    }
}
