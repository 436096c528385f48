//! Whether rules match, as unknowns that bind each other.

use crate::check::bond::{at_most, depth, excludes, holds_with, same_doubts};
use crate::check::implies::{same_condition, size};
use crate::matcher::condition::Condition;
use crate::matcher::glob::Glob;
use crate::names::NameMap;
use crate::policy::digest::rule_meaning;
use crate::policy::model::Rule;
use crate::policy::terms::Relaxed;
use crate::value::field::Field;

/// A set of truths, one bit each.
pub(super) type Truths = u8;

pub(super) const FAILS: Truths = 1;
pub(super) const DOUBT: Truths = 2;
pub(super) const HOLDS: Truths = 4;

/// How much comparing two conditions may take; of those that may take more nothing is said.
const BOND_STEPS_MAX: usize = 4_000_000;

const EACH: [Truths; 3] = [FAILS, DOUBT, HOLDS];

/// Whether one rule matches.
#[derive(Clone, Debug)]
pub(super) struct Unknown<'a> {
    /// The patterns that tell whether it is about the tool; `None` if it is.
    patterns: Option<Vec<&'a str>>,
    condition: Option<&'a Condition<Field>>,
    /// Set if it may not be in force.
    relaxed: Option<(&'a Relaxed, &'a Rule)>,
}

impl<'a> Unknown<'a> {
    pub(super) fn new(rule: &'a Rule, is_about_tool: bool) -> Self {
        let patterns: Vec<&str> =
            rule.tools.iter().filter(|tool| tool.is_glob()).map(|tool| tool.text.as_str()).collect();
        let is_about_all = patterns.iter().any(|pattern| matches!(*pattern, "*" | "**"));
        Self {
            patterns: (!is_about_tool && !is_about_all).then_some(patterns),
            condition: rule.when.as_ref().map(|when| &when.condition),
            relaxed: rule.relaxed.as_ref().map(|relaxed| (relaxed, rule)),
        }
    }

    /// What it may be.
    fn truths(&self) -> Truths {
        let is_open = self.patterns.is_some() || self.relaxed.is_some();
        match (self.condition, is_open) {
            (Some(_), _) => FAILS | DOUBT | HOLDS,
            (None, true) => FAILS | HOLDS,
            (None, false) => HOLDS,
        }
    }

    /// Whether the conditions and what rules replace are the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let same_condition = match (self.condition, other.condition) {
            (None, None) => true,
            (Some(a), Some(b)) => same_condition(a, b),
            (None, Some(_)) | (Some(_), None) => false,
        };
        same_condition && self.is_in_force_with(other) && other.is_in_force_with(self)
    }

    /// Whether it is in force wherever `other` is.
    fn is_in_force_with(&self, other: &Self) -> bool {
        match (self.relaxed, other.relaxed) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some((relaxed, rule)), Some((other, other_rule))) => {
                let claims = relaxed.until == other.until && relaxed.evidence == other.evidence;
                let applies = relaxed.share >= other.share && relaxed.audit <= other.audit;
                claims && applies && rule_meaning(rule).is_ok_and(|own| rule_meaning(other_rule) == Ok(own))
            }
        }
    }

    /// Whether it is about every tool that `other` is about.
    fn is_about_those_of(&self, other: &Self) -> bool {
        let Some(patterns) = &self.patterns else { return true };
        let Some(others) = &other.patterns else { return false };
        others.iter().all(|other| {
            let glob = Glob::new(other);
            patterns.iter().any(|pattern| pattern == other || Glob::new(pattern).includes(&glob))
        })
    }

    /// Whether no tool is one of both, as far as the beginnings and ends of their patterns show.
    fn is_about_others_than(&self, other: &Self) -> bool {
        let (Some(patterns), Some(others)) = (&self.patterns, &other.patterns) else { return false };
        patterns.iter().all(|pattern| others.iter().all(|other| are_apart(pattern, other)))
    }

    fn is_at_most(&self, upper: &Self) -> bool {
        let by_condition = match (self.condition, upper.condition) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(lower), Some(upper)) => at_most(lower, upper),
        };
        by_condition && upper.is_about_those_of(self) && upper.is_in_force_with(self)
    }

    fn implies(&self, wanted: &Self) -> bool {
        let by_condition = match (self.condition, wanted.condition) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(given), Some(wanted)) => holds_with(given, wanted),
        };
        by_condition && wanted.is_about_those_of(self) && wanted.is_in_force_with(self)
    }

    fn excludes(&self, other: &Self) -> bool {
        let by_condition = match (self.condition, other.condition) {
            (Some(given), Some(other)) => excludes(given, other),
            (None, _) | (_, None) => false,
        };
        by_condition || self.is_about_others_than(other)
    }

    /// Whether they are undecidable for the same calls.
    fn is_in_doubt_with(&self, other: &Self) -> bool {
        let same_calls = self.is_about_those_of(other)
            && other.is_about_those_of(self)
            && self.is_in_force_with(other)
            && other.is_in_force_with(self);
        match (self.condition, other.condition) {
            (Some(own), Some(other)) => same_calls && same_doubts(own, other),
            (None, _) | (_, None) => false,
        }
    }

    fn size(&self) -> usize {
        1 + self.condition.map_or(0, size)
    }

    /// Whether comparing it with `other` may take too long: parts are compared with parts, and what is nested is come to
    /// in several ways.
    fn is_too_large_for(&self, other: &Self) -> bool {
        let depth = [self, other].iter().filter_map(|it| it.condition).map(depth).sum::<usize>();
        let steps = self.size().saturating_mul(other.size());
        1_usize
            .checked_shl(u32::try_from(depth).unwrap_or(u32::MAX))
            .is_none_or(|ways| steps.saturating_mul(ways) > BOND_STEPS_MAX)
    }
}

fn are_apart(a: &str, b: &str) -> bool {
    let begin = |text: &'_ str| text.split('*').next().unwrap_or_default().to_owned();
    let end = |text: &'_ str| text.rsplit('*').next().unwrap_or_default().to_owned();
    let (a_begin, b_begin, a_end, b_end) = (begin(a), begin(b), end(a), end(b));
    let beginnings_fit = a_begin.starts_with(&b_begin) || b_begin.starts_with(&a_begin);
    !beginnings_fit || !(a_end.ends_with(&b_end) || b_end.ends_with(&a_end))
}

/// Which truths of two unknowns may come together: for each truth of the first those of the second.
type Bond = [Truths; 3];

/// Unknowns, and what binds them.
#[derive(Debug)]
pub(super) struct Unknowns<'a> {
    all: Vec<Unknown<'a>>,
    bonds: NameMap<(usize, usize), Bond>,
}

impl<'a> Unknowns<'a> {
    pub(super) fn new(all: Vec<Unknown<'a>>) -> Self {
        Self { all, bonds: NameMap::default() }
    }

    /// What each may be as long as nothing is known.
    pub(super) fn all(&self) -> Vec<Truths> {
        self.all.iter().map(Unknown::truths).collect()
    }

    /// Leaves only `part` open of `unknown`, and of the others what may come together with what is left; how many steps
    /// that took. `None` if nothing may.
    pub(super) fn restrict(&mut self, truths: &mut [Truths], unknown: usize, part: Truths) -> Option<usize> {
        let mut steps = 1;
        let mut changed = vec![unknown];
        *truths.get_mut(unknown)? &= part;
        while let Some(changed_one) = changed.pop() {
            let left = truths.get(changed_one).copied()?;
            if left == 0 {
                return None;
            }
            for other in (0..truths.len()).filter(|other| *other != changed_one) {
                let (bond, taken) = self.bond(changed_one, other);
                steps += 1 + taken;
                let may_be = EACH
                    .iter()
                    .zip(bond)
                    .filter(|(truth, _)| left & **truth != 0)
                    .fold(0, |so_far, (_, others)| so_far | others);
                let other_truths = truths.get_mut(other)?;
                if *other_truths & may_be != *other_truths {
                    *other_truths &= may_be;
                    changed.push(other);
                }
            }
        }
        Some(steps)
    }

    /// What binds `first` to `second`, and how many steps it took to find out.
    fn bond(&mut self, first: usize, second: usize) -> (Bond, usize) {
        if let Some(bond) = self.bonds.get(&(first, second)) {
            return (*bond, 0);
        }
        let (Some(a), Some(b)) = (self.all.get(first), self.all.get(second)) else {
            return ([FAILS | DOUBT | HOLDS; 3], 0);
        };
        if a.is_too_large_for(b) {
            self.bonds.insert((first, second), [FAILS | DOUBT | HOLDS; 3]);
            return ([FAILS | DOUBT | HOLDS; 3], 1);
        }
        let steps = a.size().saturating_mul(b.size());
        let mut bond: Bond = [FAILS | DOUBT | HOLDS; 3];
        let [of_fails, of_doubt, of_holds] = &mut bond;
        if a.is_at_most(b) {
            *of_doubt &= DOUBT | HOLDS;
            *of_holds &= HOLDS;
        }
        if b.is_at_most(a) {
            *of_fails &= FAILS;
            *of_doubt &= FAILS | DOUBT;
        }
        if a.implies(b) {
            *of_holds &= HOLDS;
        }
        if b.implies(a) {
            *of_fails &= !HOLDS;
            *of_doubt &= !HOLDS;
        }
        if a.excludes(b) {
            *of_holds &= FAILS;
        }
        if b.excludes(a) {
            *of_doubt &= !HOLDS;
            *of_holds &= !HOLDS;
        }
        if a.is_in_doubt_with(b) {
            *of_fails &= !DOUBT;
            *of_doubt &= DOUBT;
            *of_holds &= !DOUBT;
        }
        self.bonds.insert((first, second), bond);
        (bond, steps)
    }
}
