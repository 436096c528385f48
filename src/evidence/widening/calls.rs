//! Calls that the rules of two policies tell apart, made from their conditions.

use super::place::{empty_for, filled, without};
use super::samples::{Filling, UNLISTED, fill_condition, values_for};
use super::texts::FOLDER;
use crate::decide::call::{Call, MARKS};
use crate::decide::condition::condition_truth;
use crate::matcher::condition::{Condition, Matcher, PathTest, Test, TextOrField};
use crate::matcher::truth::Truth;
use crate::policy::model::Rule;
use crate::value::field::{Field, Root, Step, Way};
use crate::value::value::{Map, Value};

/// The most rules whose conditions are brought about one by one.
const RULES_MAX: usize = 24;

/// The most values that two fields are given together.
const TWINS_MAX: usize = 8;

/// A place, and what the conditions tell apart there.
struct Dimension {
    field: Field,
    /// `None`: nothing stands there.
    values: Vec<Option<Value>>,
}

/// What the calls of one tool are made of.
pub(super) struct Calls<'a> {
    tool: &'a str,
    rules: &'a [&'a Rule],
    dimensions: Vec<Dimension>,
    /// Whether the conditions tell more apart than is tried.
    pub(super) is_cut: bool,
}

impl<'a> Calls<'a> {
    /// Those of `tool`, which `rules` are about: those that matter most first.
    pub(super) fn new(tool: &'a str, rules: &'a [&'a Rule]) -> Self {
        let mut dimensions = Dimensions(Vec::new());
        let mut asked: Vec<(Field, Vec<&Matcher>)> = Vec::new();
        for rule in rules {
            if let Some(when) = &rule.when {
                leaves(
                    &when.condition,
                    &mut |field, matcher| match asked.iter_mut().find(|(known, _)| known == field) {
                        Some((_, matchers)) => matchers.push(matcher),
                        None => asked.push((field.clone(), vec![matcher])),
                    },
                );
            }
        }
        let mut is_cut = rules.len() > RULES_MAX;
        for (field, matchers) in &asked {
            let values = values_for(matchers);
            is_cut |= values.is_cut;
            dimensions.add(field, values.all);
            matchers.iter().flat_map(|matcher| &matcher.tests).for_each(|test| dimensions.add_others(field, test));
        }
        for limit in rules.iter().filter_map(|rule| rule.limit.as_ref()) {
            if let Some(sum) = &limit.sum {
                let numbers = [1.0, limit.at_most, limit.at_most + 1.0];
                dimensions.add(&sum.field, numbers.map(Value::Number).to_vec());
            }
        }
        Self { tool, rules, dimensions: dimensions.0, is_cut }
    }

    /// Tells calls to `tell`, as long as it wants more: first such as bring each condition about and such as do not, then
    /// the same with one thing changed, then `mixed` mixtures of everything.
    pub(super) fn tell(&self, mixed: usize, tell: &mut dyn FnMut(Call) -> bool) {
        let seeds = self.seeds();
        if !seeds.iter().all(|seed| tell(seed.clone())) {
            return;
        }
        // What can be told apart completely is, and then everything has been tried.
        let all = self.dimensions.iter().try_fold(1, |all: usize, each| all.checked_mul(each.values.len() + 1));
        if let Some(all) = all.filter(|all| *all <= mixed) {
            (0..all).all(|number| tell(self.mixture(&base(self.tool), number)));
            return;
        }
        for seed in &seeds {
            for dimension in &self.dimensions {
                let mut varied =
                    dimension.values.iter().map(|value| put(seed.clone(), &dimension.field, value.clone()));
                if !varied.all(&mut *tell) {
                    return;
                }
            }
        }
        let mut numbers = Numbers(0x9E37_79B9);
        for _ in 0..mixed {
            let seed = seeds.get(numbers.below(seeds.len()));
            let mut call = seed.cloned().unwrap_or_else(|| base(self.tool));
            for dimension in &self.dimensions {
                if numbers.below(3) == 0 {
                    let value = dimension.values.get(numbers.below(dimension.values.len()));
                    call = value.cloned().map_or(call.clone(), |value| put(call, &dimension.field, value));
                }
            }
            if !tell(call) {
                return;
            }
        }
    }

    /// The call with that number, of all that can be mixed: at each place one of its values, or what stands there anyway.
    fn mixture(&self, base: &Call, number: usize) -> Call {
        let mut left = number;
        let mut call = base.clone();
        for dimension in &self.dimensions {
            let all = dimension.values.len() + 1;
            if let Some(value) = dimension.values.get(left % all) {
                call = put(call, &dimension.field, value.clone());
            }
            left /= all;
        }
        call
    }

    /// Calls that bring each condition about, and such as do not, of which as few of the other rules as can be hold.
    fn seeds(&self) -> Vec<Call> {
        let mut seeds = vec![base(self.tool)];
        for rule in self.rules.iter().take(RULES_MAX) {
            let Some(when) = &rule.when else { continue };
            for wanted in [true, false] {
                for filling in fill_condition(&when.condition, wanted) {
                    let call = apply(base(self.tool), &filling);
                    let alone = self.alone(call.clone(), rule);
                    let twins = self.twins(&when.condition).into_iter().map(|twins| apply(call.clone(), &twins));
                    let twins: Vec<Call> = twins.collect();
                    for call in twins.into_iter().chain([call, alone]) {
                        if !seeds.contains(&call) {
                            seeds.push(call);
                        }
                    }
                }
            }
        }
        seeds
    }

    /// Fields that `condition` compares with others, with values for both to be the same.
    fn twins(&self, condition: &Condition<Field>) -> Vec<Filling<Field>> {
        let mut twins = Vec::new();
        leaves(condition, &mut |field, matcher| {
            let dimension = self.dimensions.iter().find(|dimension| dimension.field == *field);
            let values = dimension.into_iter().flat_map(|dimension| dimension.values.iter().flatten());
            // The first two stand at every field: what a careless caller puts there.
            for value in values.skip(2).take(TWINS_MAX) {
                let twin = |test: &Test| match test {
                    Test::SameAs(other) => Some((other.clone(), Some(value.clone()))),
                    Test::InField(other) => Some((other.clone(), Some(Value::List(vec![value.clone()])))),
                    _ => None,
                };
                let others: Filling<Field> = matcher.tests.iter().filter_map(twin).collect();
                if !others.is_empty() {
                    twins.push(others.into_iter().chain([(field.clone(), Some(value.clone()))]).collect());
                }
            }
        });
        twins.truncate(TWINS_MAX);
        twins
    }

    /// `call`, changed so that rules other than `rule` do not hold, as long as that changes nothing for `rule`.
    fn alone(&self, call: Call, rule: &Rule) -> Call {
        let truth = |rule: &Rule, call: &Call| {
            rule.when.as_ref().map_or(Truth::Holds, |when| condition_truth(&when.condition, call))
        };
        let wanted = truth(rule, &call);
        let mut call = call;
        for other in self.rules.iter().take(RULES_MAX) {
            let Some(when) = other.when.as_ref().filter(|_| truth(other, &call) != Truth::DoesNotHold) else {
                continue;
            };
            let fillings = fill_condition(&when.condition, false);
            let mut changed = fillings.iter().map(|filling| apply(call.clone(), filling));
            let found = changed.find(|call| truth(other, call) == Truth::DoesNotHold && truth(rule, call) == wanted);
            call = found.unwrap_or(call);
        }
        call
    }
}

struct Dimensions(Vec<Dimension>);

impl Dimensions {
    fn add(&mut self, field: &Field, values: Vec<Value>) {
        let dimension = match self.0.iter().position(|dimension| dimension.field == *field) {
            Some(at) => self.0.get_mut(at),
            None => {
                // Nothing, and what a careless caller puts there.
                let values = vec![None, Some(Value::Null), Some(Value::Bool(true))];
                self.0.push(Dimension { field: field.clone(), values });
                self.0.last_mut()
            }
        };
        let Some(dimension) = dimension else { return };
        for value in values.into_iter().map(Some) {
            if !dimension.values.contains(&value) {
                dimension.values.push(value);
            }
        }
    }

    /// The other places that `test`, which stands at `field`, looks at.
    fn add_others(&mut self, field: &Field, test: &Test) {
        match test {
            Test::SameAs(other) => self.add(other, vec![Value::from("x"), Value::from("y")]),
            Test::InField(other) => {
                self.add(other, vec![Value::List(vec![Value::from("x")]), Value::List(Vec::new())]);
            }
            Test::Path(PathTest { under, base, .. }) => {
                for text in under.iter().chain(base) {
                    if let TextOrField::Field(other) = text {
                        self.add(other, vec![Value::from(FOLDER), Value::from("/elsewhere")]);
                    }
                }
            }
            Test::OnlyKeys(_) | Test::Keys(_) => {
                let mut unlisted = field.clone();
                unlisted.way.steps.push(Step::Key(UNLISTED.to_owned()));
                self.add(&unlisted, vec![Value::from("x")]);
            }
            Test::Not(inner) | Test::Each(inner) | Test::Some(inner) | Test::Length(inner) | Test::Values(inner) => {
                inner.tests.iter().for_each(|test| self.add_others(field, test));
            }
            _ => {}
        }
    }
}

/// Tells every field of `condition`, and what is asked of it.
pub(super) fn leaves<'a, F>(condition: &'a Condition<F>, tell: &mut impl FnMut(&'a F, &'a Matcher)) {
    match condition {
        Condition::Field { field, matcher, .. } => tell(field, matcher),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| leaves(part, tell)),
        Condition::Not(part) => leaves(part, tell),
    }
}

/// A call of `tool` with as much as a guard usually knows.
fn base(tool: &str) -> Call {
    let of = |entries: Vec<(String, Value)>| Some(Value::Map(Map::new(entries).unwrap_or_default()));
    let id = || ("id".to_owned(), Value::from("a"));
    Call {
        tool: tool.to_owned(),
        args: of(Vec::new()),
        agent: of(vec![id()]),
        user: of(vec![id()]),
        session: of(vec![id(), (MARKS.to_owned(), Value::List(Vec::new()))]),
        context: of(Vec::new()),
        ..Call::default()
    }
}

fn apply(call: Call, filling: &Filling<Field>) -> Call {
    filling.iter().fold(call, |call, (field, value)| put(call, field, value.clone()))
}

/// `call` with `value` at `field`, or with nothing there.
fn put(mut call: Call, field: &Field, value: Option<Value>) -> Call {
    let Field { root, way: Way { steps } } = field;
    let at = root_of(&mut call, *root);
    *at = match (at.take(), value, steps.as_slice()) {
        // No call can be read that has anything but a map there.
        (_, value @ (None | Some(Value::Map(_))), []) => value,
        (old, Some(_), []) => old,
        (old, Some(value), steps) => Some(filled(old.unwrap_or_else(|| empty_for(steps)), steps, value)),
        (old, None, steps) => old.map(|old| without(old, steps)),
    };
    call
}

/// What stands at `root` of `call`.
pub(super) fn root_of(call: &mut Call, root: Root) -> &mut Option<Value> {
    match root {
        Root::Args => &mut call.args,
        Root::Agent => &mut call.agent,
        Root::User => &mut call.user,
        Root::Session => &mut call.session,
        Root::Context => &mut call.context,
    }
}

/// Numbers that look random and are the same each time: a linear congruential generator with the constants of Numerical
/// Recipes.
struct Numbers(u32);

impl Numbers {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as usize % count.max(1)
    }
}
