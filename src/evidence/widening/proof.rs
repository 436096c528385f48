//! Proves, for some policies, that another is at least as strict for every call.
//!
//! All tools are sorted into classes of which the same rules may be. For each, both policies are walked from the first
//! rule on: whether a rule matches is taken as one unknown that holds, does not hold or is undecidable, and what binds
//! the unknowns of two rules to each other is asked of their conditions. More is tried than any call can bring about, so
//! what is proven is certain; what is not proven may be so all the same.

use super::changes::same_rules;
use super::says::Says;
use super::stricter::{Shared, Side, is_at_least_as_strict};
use super::unknown::{DOUBT, FAILS, HOLDS, Truths, Unknown, Unknowns};
use crate::decide::compile::{Compiled, Stack};
use crate::names::{NameMap, NameSet};
use crate::policy::model::{Default, Rule};
use crate::sorted::{sorted, sorted_by};

/// How much one proof may take: steps of walks, and of comparing conditions.
const STEPS_MAX: usize = 1_000_000;

/// The most names and patterns of two policies among which names are looked for that could be taken for them.
const TEXTS_MAX: usize = 2_000;

/// The most pairs of them that one name could be taken for.
const PAIRS_MAX: usize = 100_000;

/// The most rules about one class of tools: walks go as deep.
const UNKNOWNS_MAX: usize = 256;

/// Whether `after` is surely at least as strict as `before`: no call is decided more loosely, whatever was used of limits
/// and whichever rules that replace review are in force. Calls that take too long to decide are left out.
pub(super) fn never_looser(before: &Stack, after: &Stack) -> bool {
    if before.catalogue != after.catalogue || before.policies.len() != after.policies.len() {
        return false;
    }
    let mut steps = STEPS_MAX;
    // Policies are changed one after the other, while the rest stays: being at least as strict carries over.
    before.policies.iter().zip(after.policies.iter()).all(|(old, new)| {
        let proof = Proof {
            policies: [old, new],
            same: same_rules(&old.policy, &new.policy),
            is_alone: before.policies.len() == 1,
            may_hold: before.catalogue.is_some(),
            steps: &mut steps,
        };
        proof.proven()
    })
}

struct Proof<'a, 's> {
    policies: [&'a Compiled; 2],
    /// For each rule of the first the place of the same one in the second; `None` if more than rules differs.
    same: Option<Vec<Option<usize>>>,
    is_alone: bool,
    may_hold: bool,
    steps: &'s mut usize,
}

/// One class of tools: which rules of each policy may be about them, and for a rule of which their names could be taken.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Class {
    rules: [Vec<usize>; 2],
    names: [Option<usize>; 2],
    /// Whether each of the rules is about all of them; otherwise their patterns tell.
    is_exact: bool,
}

/// For which rules a name that no rule writes could be taken, for some texts in them.
#[derive(Clone, Copy, Debug)]
struct Named<'a> {
    names: [Option<usize>; 2],
    /// Patterns that do not match the name.
    unlike: [&'a str; 2],
}

impl Proof<'_, '_> {
    fn proven(mut self) -> bool {
        let Some(classes) = self.classes() else { return false };
        classes.iter().all(|class| self.is_alike(class) || self.class_proven(class))
    }

    /// Whether both say the same of a class of tools, in the same order.
    fn is_alike(&self, class: &Class) -> bool {
        let Some(same) = &self.same else { return false };
        let is_same = |old: usize, new: usize| same.get(old).copied().flatten() == Some(new);
        let [old_rules, new_rules] = &class.rules;
        let names = match class.names {
            [None, None] => true,
            [Some(old), Some(new)] => is_same(old, new),
            [None, Some(_)] | [Some(_), None] => false,
        };
        names
            && old_rules.len() == new_rules.len()
            && old_rules.iter().zip(new_rules).all(|(old, new)| is_same(*old, *new))
    }

    fn classes(&self) -> Option<Vec<Class>> {
        let mut classes = Vec::new();
        let mut seen = NameSet::default();
        let mut add = |class: Class| {
            if seen.insert(class.clone()) {
                classes.push(class);
            }
        };
        for name in self.texts(|text| !text.contains('*')) {
            let of = self.policies.map(|compiled| compiled.candidates(name));
            let rules = of.each_ref().map(|of| of.hits.iter().map(|hit| hit.rule).collect());
            let names = of.map(|of| of.known_name.map(|hit| hit.rule));
            add(Class { rules, names, is_exact: true });
        }
        let patterns = self.patterns();
        for Named { names, unlike } in self.names()? {
            let rules = patterns.each_ref().map(|patterns| {
                let may_match = |texts: &[&str]| texts.iter().any(|text| !unlike.contains(text));
                patterns.iter().filter(|(_, texts)| may_match(texts)).map(|(at, _)| *at).collect()
            });
            add(Class { rules, names, is_exact: false });
        }
        Some(classes)
    }

    /// The rules of each that have patterns, and which.
    fn patterns(&self) -> [Vec<(usize, Vec<&str>)>; 2] {
        self.policies.map(|compiled| {
            let texts = |rule| -> Vec<&str> { tools_of(rule).filter(|text| text.contains('*')).collect() };
            let rules = compiled.policy.rules.iter().enumerate();
            rules.map(|(at, rule)| (at, texts(rule))).filter(|(_, texts)| !texts.is_empty()).collect()
        })
    }

    /// Those of the names and patterns of both that are wanted, each once.
    fn texts(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<&str> {
        let rules = self.policies.iter().flat_map(|compiled| &compiled.policy.rules);
        let mut texts = sorted(rules.flat_map(tools_of).filter(|text| is_wanted(text)).collect());
        texts.dedup();
        texts
    }

    /// For which rules a name that no rule writes could be taken, in both: those with the first of some of the names and
    /// patterns.
    ///
    /// What is not ASCII may be taken for nearly any two names at once, so any two are taken to be.
    fn names(&self) -> Option<Vec<Named<'_>>> {
        // No name is taken for one that a pattern for every name stands for.
        let texts = self.texts(|text| text.chars().any(|c| c != '*'));
        if texts.len() > TEXTS_MAX {
            return None;
        }
        let firsts = self.policies.map(|compiled| {
            let mut first: NameMap<&str, usize> = NameMap::default();
            for (place, rule) in compiled.policy.rules.iter().enumerate() {
                for tool in &rule.tools {
                    first.entry(&tool.text).or_insert(place);
                }
            }
            first
        });
        // Where no rule is, comes last.
        let place = |first: &NameMap<&str, usize>, text: &str| first.get(text).copied().unwrap_or(usize::MAX);
        let known = texts.iter().map(|text| (*text, firsts.each_ref().map(|first| place(first, text))));
        let known: Vec<(&str, [usize; 2])> = sorted_by(known.collect(), |(_, [_, a]), (_, [_, b])| a.cmp(b));
        let mut pairs = Vec::from([Named { names: [None, None], unlike: [""; 2] }]);
        for (old_text, new_text) in firsts_of_both(&known)? {
            let is_pattern = |text: &str| text.contains('*');
            // A pattern that matches the name itself is none that it could be taken for.
            let unlike = [old_text, new_text].map(|text| if is_pattern(text) { text } else { "" });
            let [old_first, new_first] = &firsts;
            let names = [old_first.get(old_text).copied(), new_first.get(new_text).copied()];
            pairs.push(Named { names, unlike });
        }
        Some(pairs)
    }

    fn class_proven(&mut self, class: &Class) -> bool {
        let [old, new] = self.policies;
        let lines = Lines::new(self.policies, class, self.is_alone);
        let shared = Shared { common: Vec::new(), has_others: !self.is_alone, may_hold: self.may_hold };
        if lines.places.len() > UNKNOWNS_MAX {
            return false;
        }
        let unknowns = Unknowns::new(lines.unknowns(old, new, class));
        let walk = Walk { lines: &lines, shared: &shared };
        let mut rest = Rest { unknowns, steps: self.steps };
        let all = rest.unknowns.all();
        walk.go(&mut rest, all)
    }
}

/// Of a name that could be taken for two of `known`, the first in the old policy and the first in the new one: all pairs
/// of which that may be so, or none of too many. Each text has its places in both; they are in the order of the new.
///
/// The first in one policy of all that the name could be taken for comes no later than any other.
fn firsts_of_both<'a>(known: &[(&'a str, [usize; 2])]) -> Option<Vec<(&'a str, &'a str)>> {
    // How late the latest in the old policy is, of all up to each: where that is too early, all before it are.
    let latest = known.iter().scan(0, |latest: &mut usize, (_, [old, _])| {
        *latest = (*latest).max(*old);
        Some(*latest)
    });
    let latest: Vec<usize> = latest.collect();
    let mut pairs = Vec::new();
    for (old_text, [old, new_too]) in known {
        let end = known.partition_point(|(_, [_, new])| new <= new_too);
        let others = known.iter().zip(&latest).take(end).rev().take_while(|(_, latest)| old <= latest);
        let later = others.filter(|((_, [old_too, _]), _)| old <= old_too);
        pairs.extend(later.map(|((new_text, _), _)| (*old_text, *new_text)));
        if pairs.len() > PAIRS_MAX {
            return None;
        }
    }
    Some(pairs)
}

fn tools_of(rule: &Rule) -> impl Iterator<Item = &str> {
    rule.tools.iter().map(|tool| tool.text.as_str())
}

/// A rule as it stands in the walk through one policy.
struct Line<'a> {
    /// Which unknown tells whether it matches.
    unknown: usize,
    certain: Says<'a>,
    doubtful: Says<'a>,
}

struct Lines<'a> {
    of: [Vec<Line<'a>>; 2],
    otherwise: [Says<'a>; 2],
    name: [Option<Says<'a>>; 2],
    /// The place of the first rule with each unknown: which policy, and which rule.
    places: Vec<(usize, usize)>,
}

impl<'a> Lines<'a> {
    fn new(policies: [&'a Compiled; 2], class: &Class, is_alone: bool) -> Self {
        let mut places: Vec<(usize, usize)> = Vec::new();
        let rule = |(side, place): (usize, usize)| policies.get(side)?.policy.rules.get(place);
        let mut lines = |side: usize, compiled: &'a Compiled, hits: &[usize]| {
            let old = places.len();
            let mut own: Vec<Line<'a>> = Vec::new();
            for place in hits {
                let Some(this) = compiled.policy.rules.get(*place) else { continue };
                let same =
                    |at: &(usize, usize)| rule(*at).is_some_and(|other| matches_alike(this, other, class.is_exact));
                let is_free = |unknown: usize| !own.iter().any(|line| line.unknown == unknown);
                let known = places.iter().take(old).position(same).filter(|unknown| is_free(*unknown));
                let unknown = known.unwrap_or_else(|| {
                    places.push((side, *place));
                    places.len() - 1
                });
                let [certain, doubtful] = [true, false].map(|sure| Says::of_rule(&compiled.policy, this, sure));
                own.push(Line { unknown, certain, doubtful });
            }
            own
        };
        let [old, new] = policies;
        let [old_rules, new_rules] = &class.rules;
        let of = [lines(0, old, old_rules), lines(1, new, new_rules)];
        let name = |compiled: &'a Compiled, name: Option<usize>| {
            Some(Says::of_name(&compiled.policy, compiled.policy.rules.get(name?)?))
        };
        let otherwise = |compiled: &'a Compiled, is_named: bool| {
            // A name that could be taken for another holds the call even where nothing is said.
            let abstains = compiled.policy.default == Default::Abstain;
            Says::by_default(&compiled.policy, is_alone || abstains && is_named)
        };
        let [old_name, new_name] = class.names;
        Self {
            of,
            otherwise: [otherwise(old, old_name.is_some()), otherwise(new, new_name.is_some())],
            name: [name(old, old_name), name(new, new_name)],
            places,
        }
    }

    fn unknowns(&self, old: &'a Compiled, new: &'a Compiled, class: &Class) -> Vec<Unknown<'a>> {
        let policies = [old, new];
        let rule = |(side, place): &(usize, usize)| policies.get(*side)?.policy.rules.get(*place);
        self.places.iter().filter_map(rule).map(|rule| Unknown::new(rule, class.is_exact)).collect()
    }
}

/// Whether two rules match the same calls of a class of tools.
fn matches_alike(a: &Rule, b: &Rule, is_exact: bool) -> bool {
    let has_all = |a, b| tools_of(a).all(|text| tools_of(b).any(|other| other == text));
    Unknown::new(a, true).is_same(&Unknown::new(b, true)) && (is_exact || has_all(a, b) && has_all(b, a))
}

struct Walk<'w, 'a> {
    lines: &'w Lines<'a>,
    shared: &'w Shared<'a>,
}

struct Rest<'a, 's> {
    unknowns: Unknowns<'a>,
    steps: &'s mut usize,
}

impl Rest<'_, '_> {
    fn take(&mut self, steps: usize) -> bool {
        match self.steps.checked_sub(steps) {
            Some(left) => *self.steps = left,
            None => *self.steps = 0,
        }
        *self.steps > 0
    }
}

impl<'a> Walk<'_, 'a> {
    /// Whether it holds for all that `truths` leave open.
    fn go(&self, rest: &mut Rest<'a, '_>, truths: Vec<Truths>) -> bool {
        if !rest.take(1 + truths.len()) {
            return false;
        }
        let reached = self.lines.of.each_ref().map(|lines| Reached::of(lines, &truths));
        let open: Vec<(usize, usize)> = reached
            .iter()
            .enumerate()
            .filter_map(|(side, reached)| Some((side, self.lines.of.get(side)?.get(reached.open?)?.unknown)))
            .collect();
        if let Some(unknown) = self.next(&open, &reached) {
            return self.split(rest, &truths, unknown, [HOLDS, FAILS | DOUBT]);
        }
        if self.is_stricter(&reached, &truths) {
            return true;
        }
        let is_vague = |unknown: &usize| truths.get(*unknown) == Some(&(FAILS | DOUBT));
        let vague = self.lines.of.iter().zip(&reached).flat_map(|(lines, reached)| lines.iter().take(reached.passed));
        match vague.map(|line| line.unknown).find(is_vague) {
            Some(unknown) => self.split(rest, &truths, unknown, [FAILS, DOUBT]),
            None => false,
        }
    }

    /// Whether it holds for each of the two, which together are all that is open of `unknown`.
    fn split(&self, rest: &mut Rest<'a, '_>, truths: &[Truths], unknown: usize, parts: [Truths; 2]) -> bool {
        parts.into_iter().all(|part| {
            let mut truths = truths.to_vec();
            let steps = rest.unknowns.restrict(&mut truths, unknown, part);
            match steps {
                // No call brings that about.
                None => true,
                Some(steps) => rest.take(steps) && self.go(rest, truths),
            }
        })
    }

    /// What to ask of the `open` unknowns: first those that the other policy does not come to later, so that both walks
    /// come to the same rules at the same time.
    fn next(&self, open: &[(usize, usize)], reached: &[Reached; 2]) -> Option<usize> {
        let is_own = |(side, unknown): &&(usize, usize)| {
            let other = 1 - *side;
            let passed = reached.get(other).map_or(0, |reached| reached.passed + 1);
            let later = self.lines.of.get(other).into_iter().flatten().skip(passed);
            !later.map(|line| line.unknown).any(|other| other == *unknown)
        };
        let first = open.iter().find(is_own).or(open.last());
        first.map(|(_, unknown)| *unknown)
    }

    fn is_stricter(&self, reached: &[Reached; 2], truths: &[Truths]) -> bool {
        let [mut before, mut after] = [0, 1].map(|side| self.side(side, reached, truths));
        let mut shared = self.shared.clone();
        // What may contribute to both alike contributes to both or to neither.
        let (common, own): (Vec<_>, Vec<_>) = before.maybe.into_iter().partition(|(unknown, says)| {
            after.maybe.iter().any(|(other, other_says)| unknown == other && says == other_says)
        });
        after.maybe.retain(|(unknown, _)| !common.iter().any(|(other, _)| unknown == other));
        before.maybe = own;
        shared.common = common.into_iter().map(|(_, says)| says).collect();
        is_at_least_as_strict(&before.without_unknowns(), &after.without_unknowns(), &shared)
    }

    fn side(&self, side: usize, reached: &[Reached; 2], truths: &[Truths]) -> Contributors<'_, 'a> {
        let (lines, reached) = (self.lines.of.get(side), reached.get(side));
        let mut certain = Vec::new();
        let mut maybe = Vec::new();
        let passed = reached.map_or(0, |reached| reached.passed);
        for line in lines.into_iter().flatten().take(passed) {
            match truths.get(line.unknown).copied().unwrap_or(FAILS | DOUBT) {
                FAILS => {}
                DOUBT => certain.push(&line.doubtful),
                _ => maybe.push((line.unknown, &line.doubtful)),
            }
        }
        let definite = reached.filter(|reached| reached.is_definite).and_then(|_| lines?.get(passed));
        certain.extend(definite.map(|line| &line.certain).or(self.lines.otherwise.get(side)));
        certain.extend(self.lines.name.get(side).and_then(Option::as_ref));
        Contributors { certain, maybe }
    }
}

struct Contributors<'w, 'a> {
    certain: Vec<&'w Says<'a>>,
    maybe: Vec<(usize, &'w Says<'a>)>,
}

impl<'w, 'a> Contributors<'w, 'a> {
    fn without_unknowns(self) -> Side<'w>
    where
        'a: 'w,
    {
        Side { certain: self.certain, maybe: self.maybe.into_iter().map(|(_, says)| says).collect() }
    }
}

/// How far the walk through one policy has come.
struct Reached {
    /// How many rules surely do not hold.
    passed: usize,
    /// Whether the one after them surely holds.
    is_definite: bool,
    /// The one after them, if nobody knows.
    open: Option<usize>,
}

impl Reached {
    fn of(lines: &[Line<'_>], truths: &[Truths]) -> Self {
        let truth = |line: &Line<'_>| truths.get(line.unknown).copied().unwrap_or(HOLDS | FAILS | DOUBT);
        let passed = lines.iter().take_while(|line| truth(line) & HOLDS == 0).count();
        let is_definite = lines.get(passed).is_some_and(|line| truth(line) == HOLDS);
        let open = (passed < lines.len() && !is_definite).then_some(passed);
        Self { passed, is_definite, open }
    }
}
