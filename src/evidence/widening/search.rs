//! Searches for a call that another policy decides more loosely.

use super::apart::apart_first;
use super::calls::{Calls, root_of};
use super::place::without;
use crate::decide::call::{Call, TOOL_BYTES_MAX};
use crate::decide::compile::Stack;
use crate::decide::decide::{Decision, decide};
use crate::decide::limit::Usage;
use crate::decide::relaxing::Relaxing;
use crate::evidence::compare::{Change, Difference, TermChange, difference, relaxed_change, with_term};
use crate::matcher::glob::Glob;
use crate::names::{NameMap, NameSet};
use crate::policy::model::{Action, Rule, When};
use crate::policy::terms::Relaxed;
use crate::sorted::sorted_by;
use crate::value::digest::Digest;
use crate::value::field::{Root, Step};
use crate::value::value::Value;

/// A call that is decided more loosely than before.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// The call, with nothing in it that could be left out.
    pub call: Call,
    /// What was used of the limits that matter: the bucket, and how much.
    pub used: Vec<(Digest, f64)>,
    /// Whether rules that replace review are in force, for both.
    pub in_force: bool,
    /// The decision before.
    pub before: Decision,
    /// The decision after.
    pub after: Decision,
    /// How they differ.
    pub difference: Difference,
}

/// The most tools whose calls are tried for one change.
const TOOLS_MAX: usize = 64;

/// How many calls of one tool are mixed at random.
const MIXED_MAX: usize = 1_500;

/// The most removals that are tried to make a witness smaller.
const REMOVALS_MAX: usize = 400;

/// Two stacks, and how many calls may still be tried on them.
pub(super) struct Search<'a> {
    before: &'a Stack,
    after: &'a Stack,
    left: usize,
    /// Whether values, rules or tools were left out of what was tried.
    is_narrowed: bool,
    /// How many calls were tried.
    pub(super) tried: usize,
    /// The worst of each kind of change between the same rules, in the order in which they were found.
    pub(super) found: Vec<Witness>,
}

impl<'a> Search<'a> {
    pub(super) fn new(before: &'a Stack, after: &'a Stack, most: usize) -> Self {
        Self { before, after, left: most, is_narrowed: false, tried: 0, found: Vec::new() }
    }

    /// Whether there were more calls than could be tried, or values or tools for them, and nothing was found.
    pub(super) fn is_cut(&self) -> bool {
        self.left == 0 || (self.is_narrowed && self.found.is_empty())
    }

    /// Tries calls about the tools of `focus`, or of any rule if it is `None`; stops at once when something now runs that
    /// did not, if `is_enough`.
    pub(super) fn run(&mut self, focus: Option<&[&Rule]>, is_enough: bool) {
        let tools = self.tools(focus);
        let arranged = self.arranged();
        // Each tool has its share, so that none keeps all others from being tried.
        let mut tools_left = tools.len();
        for tool in &tools {
            if self.left == 0 {
                return;
            }
            let share = (self.left / tools_left.max(1)).max(1);
            tools_left = tools_left.saturating_sub(1);
            let rules = self.rules_about(tool, focus, &arranged);
            let until = self.left.saturating_sub(share);
            let calls = Calls::new(tool, &rules);
            self.is_narrowed |= calls.is_cut;
            calls.tell(MIXED_MAX, &mut |call| {
                self.try_call(&call);
                let is_done = is_enough && self.found.iter().any(|witness| witness.difference.change.now_runs());
                self.left > until && !is_done
            });
        }
    }

    /// Tries `call` with whatever may have been used of limits, however sure the agent is, and whichever rules that
    /// replace review are in force.
    pub(super) fn try_call(&mut self, call: &Call) {
        for confidence in self.confidences() {
            let call = Call { confidence, ..call.clone() };
            for in_force in self.relaxings() {
                if self.left == 0 {
                    return;
                }
                (self.left, self.tried) = (self.left - 1, self.tried + 1);
                for used in self.usages(&call, in_force) {
                    if let Some(witness) = self.witness(&call, &used, in_force) {
                        self.note(witness);
                    }
                }
            }
        }
    }

    /// The call as a witness, if it is one.
    fn witness(&self, call: &Call, used: &[(Digest, f64)], in_force: bool) -> Option<Witness> {
        let usage = usage_of(used);
        let [before, after] = [self.before, self.after].map(|stack| decided(stack, call, &usage, in_force));
        let relaxed = if in_force { self.relaxed(call, &usage, [&before, &after]) } else { None };
        let difference = with_term(difference(&before, &after), relaxed);
        let difference = difference.filter(|difference| difference.change.is_looser())?;
        Some(Witness { call: call.clone(), used: used.to_vec(), in_force, before, after, difference })
    }

    /// How the rules that replace review for `call` differ, if it is reviewed by both where they are not in force.
    fn relaxed(&self, call: &Call, usage: &Usage, [before, after]: [&Decision; 2]) -> Option<TermChange> {
        let of = |stack: &'a Stack, decision: &Decision| -> Option<&'a Relaxed> {
            let mut policies = stack.policies.iter().map(|compiled| &compiled.policy);
            let policy = policies.find(|policy| Some(policy.digest) == decision.policy)?;
            policy.rules.iter().find(|rule| Some(&rule.id) == decision.rule.as_ref())?.relaxed.as_ref()
        };
        if [before, after].iter().any(|decision| decision.action != Action::Allow) {
            return None;
        }
        let term = relaxed_change(of(self.before, before)?, of(self.after, after)?)?;
        let is_reviewed = |stack: &Stack| decided(stack, call, usage, false).action != Action::Allow;
        (is_reviewed(self.before) && is_reviewed(self.after)).then_some(term)
    }

    fn note(&mut self, witness: Witness) {
        let is_alike = |other: &Witness| {
            (other.difference.change, &other.before.rule, &other.after.rule)
                == (witness.difference.change, &witness.before.rule, &witness.after.rule)
        };
        if !self.found.iter().any(is_alike) {
            let small = self.small(witness);
            self.found.push(small);
        }
    }

    /// The same witness with all left out that does not matter.
    fn small(&self, witness: Witness) -> Witness {
        let mut best = witness;
        let mut tries = REMOVALS_MAX;
        let mut is_smaller = true;
        while is_smaller && tries > 0 {
            is_smaller = false;
            for call in smaller(&best.call) {
                tries = tries.saturating_sub(1);
                if tries == 0 {
                    break;
                }
                let Some(witness) = self.witness(&call, &best.used, best.in_force) else { continue };
                let is_same = witness.difference.change == best.difference.change
                    && (&witness.before.rule, &witness.after.rule) == (&best.before.rule, &best.after.rule);
                if is_same {
                    best = witness;
                    is_smaller = true;
                    break;
                }
            }
        }
        for bucket in best.used.clone() {
            let used: Vec<(Digest, f64)> = best.used.iter().copied().filter(|other| *other != bucket).collect();
            if let Some(witness) = self.witness(&best.call, &used, best.in_force)
                && witness.difference == best.difference
            {
                best = witness;
            }
        }
        best
    }

    /// What may be said of how sure the agent is: nothing, everything, and around what is asked.
    fn confidences(&self) -> Vec<Option<Value>> {
        let mut asked: Vec<f64> = Vec::new();
        for policy in [self.before, self.after].iter().flat_map(|stack| stack.policies.iter()).map(|it| &it.policy) {
            asked.extend(policy.confidence.min);
            asked.extend(policy.rules.iter().filter_map(|rule| rule.min_confidence));
        }
        if asked.is_empty() {
            return vec![None];
        }
        let mut asked = sorted_by(asked, f64::total_cmp);
        asked.dedup();
        let below: Vec<f64> = std::iter::once(0.0).chain(asked.iter().copied()).collect();
        let between = below.iter().zip(&asked).map(|(low, high)| f64::midpoint(*low, *high));
        let numbers: Vec<f64> = between.chain(asked.iter().copied()).chain([1.0]).collect();
        std::iter::once(None).chain(numbers.into_iter().map(|number| Some(Value::Number(number)))).collect()
    }

    fn relaxings(&self) -> Vec<bool> {
        let mut policies = [self.before, self.after].into_iter().flat_map(|stack| stack.policies.iter());
        let has_relaxed = policies.any(|it| it.policy.rules.iter().any(|rule| rule.relaxed.is_some()));
        if has_relaxed { vec![true, false] } else { vec![true] }
    }

    /// What may have been used of the limits that `call` is charged to: nothing, all of one, or nobody knows.
    fn usages(&self, call: &Call, in_force: bool) -> Vec<Vec<(Digest, f64)>> {
        let unknown = Usage::default();
        let charges = [self.before, self.after].map(|stack| decided(stack, call, &unknown, in_force).charge);
        let mut buckets: Vec<(Digest, f64)> = Vec::new();
        for charge in charges.iter().flatten() {
            if !buckets.contains(&(charge.bucket, charge.at_most)) {
                buckets.push((charge.bucket, charge.at_most));
            }
        }
        if buckets.is_empty() {
            return vec![Vec::new()];
        }
        let with = |full: Option<&(Digest, f64)>| {
            let mut used: Vec<(Digest, f64)> = Vec::new();
            for (bucket, _) in &buckets {
                let is_full = full.filter(|(other, _)| other == bucket);
                let entry = (*bucket, is_full.map_or(0.0, |(_, at_most)| *at_most));
                if !used.contains(&entry) {
                    used.push(entry);
                }
            }
            used
        };
        let full = buckets.iter().map(|bucket| with(Some(bucket)));
        std::iter::once(with(None)).chain(full).chain([Vec::new()]).collect()
    }

    /// The tools to try: those that `focus` names, or that its patterns stand for, such as could be taken for them, and
    /// one that nobody names.
    fn tools(&mut self, focus: Option<&[&Rule]>) -> Vec<String> {
        let [old, new] = [self.before, self.after].map(rules_of);
        let pairs = |rules: &[&'a Rule]| -> NameSet<(&'a str, &'a str)> {
            rules.iter().flat_map(|rule| rule.tools.iter().map(|tool| (&*rule.id, &*tool.text))).collect()
        };
        // What a rule is about in only one of the two comes first.
        let apart: NameSet<&str> = pairs(&old).symmetric_difference(&pairs(&new)).map(|(_, text)| *text).collect();
        let all = [old, new].concat();
        let texts = |rules: &[&Rule]| -> Vec<String> {
            rules.iter().flat_map(|rule| &rule.tools).map(|tool| tool.text.clone()).collect()
        };
        let known = texts(&all);
        let (mut own, others): (Vec<String>, Vec<String>) =
            texts(focus.unwrap_or(&all)).into_iter().partition(|text| apart.contains(&**text));
        own.extend(others);
        let is_pattern = |text: &String| text.contains('*');
        let mut names: Vec<String> = own.iter().filter(|text| !is_pattern(text)).cloned().collect();
        let known_names: Vec<String> = known.iter().flat_map(|text| named(text)).collect();
        for pattern in own.iter().filter(|text| is_pattern(text)) {
            let glob = Glob::new(pattern);
            names.extend(named(pattern));
            // Where patterns meet, a name may be one of both.
            names.extend(known_names.iter().filter(|name| glob.matches(name)).cloned());
        }
        let alike: Vec<String> = own.iter().flat_map(|text| named(text)).flat_map(|name| look_alikes(&name)).collect();
        let unlisted = ["unlisted.tool".to_owned(), "unlisted/tool".to_owned()];
        let mut tools: Vec<String> = Vec::new();
        let mut add = |names: Vec<String>, most: usize| {
            for name in names {
                let fits = !name.is_empty() && name.len() <= TOOL_BYTES_MAX && tools.len() < most;
                if fits && !tools.contains(&name) {
                    tools.push(name);
                }
            }
        };
        add(names.clone(), TOOLS_MAX / 2);
        add(unlisted.to_vec(), TOOLS_MAX);
        add(alike, TOOLS_MAX - TOOLS_MAX / 8);
        add(names.clone(), TOOLS_MAX);
        self.is_narrowed |= tools.len() >= TOOLS_MAX && names.iter().any(|name| !tools.contains(name));
        tools
    }

    /// The rules that differ, with what stands in only one of the two first in their lists.
    fn arranged(&self) -> Arranged<'a> {
        let [old, new] = [self.before, self.after].map(rules_of);
        let of = |rules: &[&'a Rule]| -> NameMap<&'a str, &'a Rule> {
            rules.iter().map(|rule| (&*rule.id, *rule)).collect()
        };
        let sides = [(false, &old, of(&new)), (true, &new, of(&old))];
        let mut arranged = Arranged::default();
        for (is_after, rules, others) in sides {
            for rule in rules {
                let other = others.get(&*rule.id).filter(|other| other.when != rule.when);
                let (Some(when), Some(other)) = (&rule.when, other.and_then(|other| other.when.as_ref())) else {
                    continue;
                };
                let condition = apart_first(&when.condition, &[&other.condition]);
                let when = Some(When { condition, ..when.clone() });
                arranged.insert((is_after, &*rule.id), Rule { when, ..(*rule).clone() });
            }
        }
        arranged
    }

    /// The rules of both about `tool`: those of `focus` first.
    fn rules_about<'b>(&self, tool: &str, focus: Option<&[&Rule]>, arranged: &'b Arranged<'a>) -> Vec<&'b Rule>
    where
        'a: 'b,
    {
        let mut rules: Vec<&Rule> = Vec::new();
        for (is_after, stack) in [(false, self.before), (true, self.after)] {
            for (compiled, candidates) in stack.policies.iter().zip(stack.candidates(tool)) {
                let hits = candidates.hits.iter().filter_map(|hit| compiled.policy.rules.get(hit.rule));
                rules.extend(hits.map(|rule| arranged.get(&(is_after, &*rule.id)).unwrap_or(rule)));
            }
        }
        let is_focused = |rule: &&Rule| focus.is_some_and(|focus| focus.iter().any(|other| other.id == rule.id));
        let (mut first, others): (Vec<&Rule>, Vec<&Rule>) = rules.into_iter().partition(|rule| is_focused(rule));
        first.extend(others);
        first
    }
}

/// Rules by whether they are of the stack after, and their ids.
type Arranged<'a> = NameMap<(bool, &'a str), Rule>;

fn rules_of(stack: &Stack) -> Vec<&Rule> {
    stack.policies.iter().flat_map(|it| &it.policy.rules).collect()
}

fn decided(stack: &Stack, call: &Call, usage: &Usage, in_force: bool) -> Decision {
    let relaxing = if in_force { Relaxing::InForce } else { Relaxing::Off };
    decide(&stack.with_relaxing(relaxing), call, usage)
}

fn usage_of(used: &[(Digest, f64)]) -> Usage {
    let mut usage = Usage::default();
    used.iter().for_each(|(bucket, used)| usage.insert(*bucket, *used));
    usage
}

/// The name that `text` is, or some that it stands for.
fn named(text: &str) -> Vec<String> {
    if !text.contains('*') {
        return vec![text.to_owned()];
    }
    let other = text.replace("**", "*").replace('*', "other");
    Glob::new(text).examples().into_iter().chain([other]).collect()
}

/// Names that could be taken for `name`: with other separators, in upper case, and with only its last letter so.
fn look_alikes(name: &str) -> Vec<String> {
    let swapped = name.replace(['.', '-'], "_");
    let upper = name.to_uppercase();
    let mut chars = name.chars();
    let last: String = chars.next_back().into_iter().flat_map(char::to_uppercase).collect();
    let last_upper = format!("{}{last}", chars.as_str());
    [swapped, upper, last_upper].into_iter().filter(|other| other != name).collect()
}

/// `call` with one thing less, in every way.
fn smaller(call: &Call) -> Vec<Call> {
    let mut calls = Vec::new();
    if call.confidence.is_some() {
        calls.push(Call { confidence: None, ..call.clone() });
    }
    for root in Root::ALL {
        let mut call = call.clone();
        let Some(value) = root_of(&mut call, root).take() else { continue };
        calls.push(call.clone());
        for steps in parts(&value, &[]) {
            let mut smaller = call.clone();
            *root_of(&mut smaller, root) = Some(without(value.clone(), &steps));
            calls.push(smaller);
        }
    }
    calls
}

/// The ways to all parts of `value`, the outer ones first.
fn parts(value: &Value, way: &[Step]) -> Vec<Vec<Step>> {
    let inner: Vec<(Step, &Value)> = match value {
        Value::Map(map) => map.iter().map(|(key, value)| (Step::Key(key.to_owned()), value)).collect(),
        Value::List(items) => items.iter().enumerate().map(|(at, item)| (Step::Index(at), item)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => Vec::new(),
    };
    let ways: Vec<(Vec<Step>, &Value)> =
        inner.into_iter().map(|(step, value)| ([way, &[step]].concat(), value)).collect();
    let deeper = ways.iter().flat_map(|(way, value)| parts(value, way)).collect::<Vec<_>>();
    ways.into_iter().map(|(way, _)| way).chain(deeper).collect()
}

/// How bad a witness is: the less the worse.
pub(super) fn rank(witness: &Witness) -> Change {
    witness.difference.change
}
