//! What a rule or a default says, put so that two of them can be compared whatever the call is.

use crate::decide::protection::usual_expiry_ms;
use crate::policy::model::{Action, Default, Policy, Rule};
use crate::policy::terms::{FieldAt, ReviewTerms, Risk};
use crate::value::field::{Field, Root};

/// How strict something is, in the order of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Allow,
    /// Nothing is said; if nobody says anything, the call escalates.
    Abstain,
    Escalate,
    Block,
}

impl From<Action> for Level {
    fn from(action: Action) -> Self {
        match action {
            Action::Allow => Self::Allow,
            Action::Escalate => Self::Escalate,
            Action::Block => Self::Block,
        }
    }
}

/// What makes a rule that allows say something stricter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Trigger<'a> {
    /// The agent is not sure enough of itself.
    Unsure { min: f64, missing_counts: bool },
    /// The call is past a limit.
    Past(Limited<'a>),
}

/// A limit and where its use is counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limited<'a> {
    policy: Option<&'a str>,
    rule: &'a str,
    sum: Option<&'a Field>,
    by: &'a [Root],
    at_most: f64,
    per_ms: u64,
    then: Action,
}

/// What one rule or default says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Says<'a> {
    pub(super) level: Level,
    pub(super) raises: Vec<(Trigger<'a>, Level)>,
    /// `None` of a default.
    pub(super) rule: Option<RuleTerms<'a>>,
    /// `None` of one that abstains.
    pub(super) held: Option<HeldTerms<'a>>,
}

/// What a decision carries of a rule that contributes to it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RuleTerms<'a> {
    /// The stricter the higher.
    pub(super) risk: Risk,
    pub(super) irreversibility: u8,
    pub(super) marks: Vec<&'a str>,
    pub(super) limit: Option<Limited<'a>>,
}

/// What a review carries of a rule or default that contributes to it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct HeldTerms<'a> {
    pub(super) reviewers: Option<Vec<&'a str>>,
    pub(super) quorum: u32,
    pub(super) expires_ms: u64,
    pub(super) confirm: Vec<&'a Field>,
    pub(super) editable: Vec<&'a Field>,
}

impl Trigger<'_> {
    /// Whether it is given wherever `other` is.
    fn is_given_with(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Unsure { min, missing_counts },
                Self::Unsure { min: other_min, missing_counts: other_missing_counts },
            ) => min >= other_min && (*missing_counts || !other_missing_counts),
            (Self::Past(limit), Self::Past(other)) => {
                (limit.policy, limit.rule, limit.sum) == (other.policy, other.rule, other.sum)
                    && has_all(limit.by, other.by)
                    && has_all(other.by, limit.by)
                    && limit.at_most <= other.at_most
            }
            (Self::Unsure { .. }, Self::Past(_)) | (Self::Past(_), Self::Unsure { .. }) => false,
        }
    }
}

impl Limited<'_> {
    /// Whether it is charged wherever `other` is, and lets no more through.
    pub(super) fn charges_as(&self, other: &Self) -> bool {
        self.sum == other.sum
            && has_all(other.by, self.by)
            && self.at_most <= other.at_most
            && self.per_ms >= other.per_ms
            && self.then >= other.then
    }
}

fn has_all<T: PartialEq>(all: &[T], some: &[T]) -> bool {
    some.iter().all(|one| all.contains(one))
}

impl<'a> Says<'a> {
    /// What `rule` of `policy` says of a call that it certainly matches, or else of one that nobody can tell whether it
    /// does.
    pub(super) fn of_rule(policy: &'a Policy, rule: &'a Rule, is_certain: bool) -> Self {
        let action = if rule.action == Action::Block && !is_certain { rule.undecidable } else { rule.action };
        let limited = rule.limit.as_ref().map(|limit| Limited {
            policy: policy.name.as_deref(),
            rule: &rule.id,
            sum: limit.sum.as_ref().map(|at| &at.field),
            by: &limit.by,
            at_most: limit.at_most,
            per_ms: limit.per_ms,
            then: limit.then,
        });
        let mut raises = Vec::new();
        if rule.action == Action::Allow {
            raises.extend(unsure(policy, rule.min_confidence));
            raises.extend(limited.map(|limit| (Trigger::Past(limit), Level::from(limit.then))));
        }
        let terms = RuleTerms {
            risk: rule.risk.unwrap_or(Risk::High),
            irreversibility: match rule.reversible {
                Some(true) => 0,
                None => 1,
                Some(false) => 2,
            },
            marks: rule.marks.iter().map(String::as_str).collect(),
            limit: limited,
        };
        let held = HeldTerms::of(&rule.review, &policy.review, rule.risk);
        Self { level: action.into(), raises, rule: Some(terms), held: Some(held) }
    }

    /// What a name that could be taken for one of `rule` makes `policy` say.
    pub(super) fn of_name(policy: &'a Policy, rule: &'a Rule) -> Self {
        Self { level: Level::Escalate, raises: Vec::new(), ..Self::of_rule(policy, rule, true) }
    }

    /// What `policy` says of a call that no rule matches. One that abstains on its own lets the call escalate.
    pub(super) fn by_default(policy: &'a Policy, is_alone: bool) -> Self {
        let held = || Some(HeldTerms::of(&NO_TERMS, &policy.review, None));
        match policy.default {
            Default::Action(action) => {
                let raises = unsure(policy, None).filter(|_| action == Action::Allow).into_iter().collect();
                Self { level: action.into(), raises, rule: None, held: held() }
            }
            Default::Abstain => {
                let level = if is_alone { Level::Escalate } else { Level::Abstain };
                Self { level, raises: Vec::new(), rule: None, held: None }
            }
        }
    }

    /// The strictest that it may say.
    pub(super) fn strictest(&self) -> Level {
        self.raises.iter().map(|(_, level)| *level).fold(self.level, Level::max)
    }

    /// Whether it may say that the call escalates.
    pub(super) fn may_escalate(&self) -> bool {
        self.level < Level::Block && self.levels().any(|level| matches!(level, Level::Abstain | Level::Escalate))
    }

    fn levels(&self) -> impl Iterator<Item = Level> + '_ {
        std::iter::once(self.level).chain(self.raises.iter().map(|(_, level)| *level))
    }

    /// Whether what it says is never stricter than what `others` say together.
    pub(super) fn is_covered_by(&self, others: &[&Says<'_>]) -> bool {
        let least = others.iter().map(|other| other.level).max();
        let covers = |level: Level| least.is_some_and(|least| level <= least);
        let raised = |(trigger, level): &(Trigger<'_>, Level)| {
            let mut raises = others.iter().flat_map(|other| &other.raises);
            covers(*level) || raises.any(|(other, raised)| other.is_given_with(trigger) && raised >= level)
        };
        covers(self.level) && self.raises.iter().all(raised)
    }
}

const NO_TERMS: ReviewTerms =
    ReviewTerms { expires_ms: None, reviewers: None, quorum: None, confirm: None, editable: None };

fn unsure<'a>(policy: &Policy, min: Option<f64>) -> Option<(Trigger<'a>, Level)> {
    let min = min.or(policy.confidence.min)?;
    Some((Trigger::Unsure { min, missing_counts: policy.confidence.missing_escalates }, Level::Escalate))
}

impl<'a> HeldTerms<'a> {
    fn of(terms: &'a ReviewTerms, of_policy: &'a ReviewTerms, risk: Option<Risk>) -> Self {
        let fields = |own: &'a Option<Vec<FieldAt>>, other: &'a Option<Vec<FieldAt>>| {
            own.as_ref().or(other.as_ref()).into_iter().flatten().map(|at| &at.field).collect()
        };
        let reviewers = terms.reviewers.as_ref().or(of_policy.reviewers.as_ref());
        Self {
            reviewers: reviewers.map(|set| set.iter().map(String::as_str).collect()),
            quorum: terms.quorum.or(of_policy.quorum).unwrap_or(1),
            expires_ms: terms.expires_ms.or(of_policy.expires_ms).unwrap_or(usual_expiry_ms(risk)),
            confirm: fields(&terms.confirm, &of_policy.confirm),
            editable: fields(&terms.editable, &of_policy.editable),
        }
    }
}
