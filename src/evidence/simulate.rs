//! Deciding many calls and counting what came out.

use crate::decide::decide::Decision;
use crate::names::NameMap;
use crate::policy::model::{Action, Cause};
use crate::sorted::sorted_by;
use crate::value::digest::Digest;

/// Which rule decided how: policy, rule and action.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Decider {
    policy: Option<Digest>,
    rule: Option<String>,
    action: Action,
    is_misfit: bool,
}

/// Where [`Counts`] count decisions of the same rule and action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place(usize);

/// What a simulation has decided so far.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    places: NameMap<Decider, Place>,
    /// Who decides, by place.
    deciders: Vec<Decider>,
    /// How many, by place.
    by_place: Vec<u64>,
    by_action: [u64; 3],
    errors: u64,
}

/// How often one rule decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleCount {
    /// The policy; `None` where every policy abstained, or for calls that do not fit the catalogue.
    pub policy: Option<Digest>,
    /// The rule; `None` for a default, or for calls that do not fit the catalogue.
    pub rule: Option<String>,
    /// What it said.
    pub action: Action,
    /// Whether these are the calls that do not fit the catalogue.
    pub is_misfit: bool,
    /// How many calls it decided.
    pub calls: u64,
}

impl Counts {
    /// Where decisions such as `decision` are counted.
    pub fn place(&mut self, decision: &Decision) -> Place {
        let Decision { policy, ref rule, action, cause, .. } = *decision;
        let decider = Decider { policy, rule: rule.clone(), action, is_misfit: cause == Cause::Misfit };
        *self.places.entry(decider).or_insert_with_key(|decider| {
            self.deciders.push(decider.clone());
            self.by_place.push(0);
            Place(self.by_place.len() - 1)
        })
    }

    /// Counts one decision, the place of which is `place`.
    pub fn add(&mut self, decision: &Decision, place: Place) {
        if let Some(calls) = self.by_place.get_mut(place.0) {
            *calls += 1;
        }
        let [allow, escalate, block] = &mut self.by_action;
        match decision.action {
            Action::Allow => *allow += 1,
            Action::Escalate => *escalate += 1,
            Action::Block => *block += 1,
        }
    }

    /// Counts one call that could not be decided.
    pub fn add_error(&mut self) {
        self.errors += 1;
    }

    /// How many calls were decided so.
    #[must_use]
    pub fn of(&self, action: Action) -> u64 {
        let [allow, escalate, block] = self.by_action;
        match action {
            Action::Allow => allow,
            Action::Escalate => escalate,
            Action::Block => block,
        }
    }

    /// How many calls were decided.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.by_action.iter().sum()
    }

    /// How many calls could not be decided.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// Who decides at `place`, and how many calls so far; `None` if it is a place of other counts.
    #[must_use]
    pub fn at(&self, place: Place) -> Option<RuleCount> {
        self.deciders.get(place.0).map(|decider| self.count(decider, place))
    }

    fn count(&self, decider: &Decider, place: Place) -> RuleCount {
        RuleCount {
            policy: decider.policy,
            rule: decider.rule.clone(),
            action: decider.action,
            is_misfit: decider.is_misfit,
            calls: self.by_place.get(place.0).copied().unwrap_or_default(),
        }
    }

    /// How often each rule and default decided; the busiest first, then by id.
    #[must_use]
    pub fn rules(&self) -> Vec<RuleCount> {
        let counted =
            self.places.iter().map(|(decider, place)| self.count(decider, *place)).filter(|count| count.calls > 0);
        let key = |count: &RuleCount| {
            (std::cmp::Reverse(count.calls), count.rule.clone(), count.policy.map(|digest| digest.to_string()))
        };
        let keyed = sorted_by(counted.map(|count| (key(&count), count)).collect(), |a: &(_, _), b| a.0.cmp(&b.0));
        keyed.into_iter().map(|(_, count)| count).collect()
    }
}
