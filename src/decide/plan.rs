//! What deciding the calls of one tool takes, found out once.

use std::cell::Cell;
use std::sync::Arc;

use super::asked::{Asked, Depth, Place, Places, distinct, field, of_condition, of_terms};
use super::call::MARKS;
use super::compile::{Candidates, Compiled, Stack};
use super::condition::{found_field_truth, truth};
use super::decide::{Decision, Hold, decide_among, is_too_unsure, misfit_of};
use super::draw::user_id;
use super::effort::{DECISION_STEPS_MAX, Metered};
use super::frame::{Frame, Slot, empty_slots};
use super::index::Hit;
use super::limit::Usage;
use super::quick::{Longest, QuickRule, QuickWays, quick_tests};
use super::relaxing::Relaxing;
use crate::matcher::condition::Condition;
use crate::matcher::truth::Truth;
use crate::policy::model::{Action, Default, Policy, Rule};
use crate::policy::terms::Segment;
use crate::value::field::{Field, Root};

/// How the calls of one tool are decided under a stack: by which rules, and what of a call those look at.
///
/// What is not in [`asked`](Self::asked) has no say in the decision, so that nobody needs to read it.
///
/// ```
/// use countersign::decide::{asked::Depth, compile::compile, plan::Plan};
/// use countersign::policy::parse::parse;
///
/// let text = "rules: [{ tool: mail, when: { args: { only_keys: [to] }, args.to: bob }, action: allow }]";
/// let stack = compile(parse(text, Default::default()).0.into_iter().collect()).map_err(|_| "no digest")?;
/// let plan = Plan::new(&stack, "mail");
/// let asked = plan.asked.iter().map(|asked| (asked.field.to_string(), asked.depth)).collect::<Vec<_>>();
/// assert_eq!(asked, [("args".to_owned(), Depth::Outline), ("args.to".to_owned(), Depth::Outline)]);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plan {
    /// The tool.
    pub tool: String,
    /// Its rules, by policy.
    candidates: Vec<Candidates>,
    /// Its rules as [`outcome`](Self::outcome) needs them, by policy.
    ways: Vec<Ways>,
    /// Whether its decisions depend on what is drawn, so that calls share none.
    is_drawn: bool,
    /// The fields that are read.
    pub asked: Vec<Asked>,
    /// Where they are.
    pub(super) places: Places,
    /// Where the marks of the session are.
    pub(super) marks: Place,
}

/// The ways in which one policy can come to a decision.
#[derive(Clone, Debug)]
struct Ways {
    /// By one of its rules, up to the first that matches every call.
    rules: Vec<Matched>,
    /// By none.
    none: Matched,
}

/// How one rule matches, and what then is decided.
#[derive(Clone, Debug)]
struct Matched {
    /// What must hold; `None`: it matches every call.
    condition: Option<Condition<Place>>,
    /// For what it allows: whether the agent must be sure, and how sure if the rule says so.
    confidence: Option<Option<f64>>,
    /// Whether the decision is the same for all calls that come here.
    is_shared: bool,
}

/// Which of the decisions that do not depend on the rest of a call was made; the same number for the same decision.
pub type Outcome = u32;

impl Plan {
    /// The plan for the calls of `tool` under `stack`.
    #[must_use]
    pub fn new(stack: &Stack, tool: &str) -> Self {
        let candidates = stack.candidates(tool);
        let policies = stack.policies.iter().zip(&candidates);
        let policies: Vec<_> = policies
            .map(|(compiled, candidates)| {
                (compiled, candidates.known_name, reached(compiled, candidates, &stack.relaxing))
            })
            .collect();
        let mut wanted = Vec::new();
        let mut is_drawn = false;
        for (compiled, known_name, reached) in &policies {
            for rule in reached {
                if let Some(when) = &rule.when {
                    of_condition(&when.condition, &mut wanted);
                }
                is_drawn |= rule.relaxed.is_some() && !matches!(stack.relaxing, Relaxing::InForce);
            }
            for rule in reached.iter().copied().chain(rule_at(compiled, *known_name)) {
                of_terms(rule, &mut wanted);
            }
        }
        if is_drawn {
            wanted.push(Asked { field: user_id(), depth: Depth::Whole });
        }
        if stack.catalogue.is_some() {
            wanted.push(Asked { field: field(Root::Args, None), depth: Depth::Whole });
        }
        let asked = distinct(wanted);
        let places = Places::new(&asked);
        let ways = policies
            .iter()
            .map(|(compiled, known_name, reached)| {
                Ways::new(compiled, rule_at(compiled, *known_name), reached, &places)
            })
            .collect();
        let marks = places.of(&field(Root::Session, Some(MARKS)));
        Self { tool: tool.to_owned(), candidates, ways, is_drawn, asked, places, marks }
    }

    /// Whether the tool alone decides, so that the decision is the same for all of its calls.
    #[must_use]
    pub fn is_constant(&self, stack: &Stack) -> bool {
        let was_read = Cell::new(false);
        let read = |_| {
            was_read.set(true);
            Slot::Blocked
        };
        let outcome = self.outcome(stack, &Frame { plan: self, slots: &empty_slots(self), read: &read });
        outcome.is_some() && !was_read.get()
    }

    /// How much there is of it: its rules and fields.
    #[must_use]
    pub fn size(&self) -> usize {
        self.ways.iter().map(|ways| ways.rules.len() + 1).sum::<usize>() + self.asked.len()
    }

    /// Decides the call of `frame` as [`decide`](super::decide::decide) would.
    #[must_use]
    pub fn decide(&self, stack: &Stack, frame: &Frame<'_>, usage: &Usage) -> Decision {
        decide_among(stack, &self.candidates, frame, usage, Hold::Flagged)
    }

    /// The way to an outcome by quick tests, for each policy; `None` if only the engine can tell.
    ///
    /// The outcome of ways `w` below counts `c` is had by starting from 0, for each policy taking that times `c` plus `w`,
    /// and in the end twice that.
    #[must_use]
    pub fn quick(&self, stack: &Stack) -> Option<Vec<QuickWays<'_>>> {
        if self.is_drawn {
            return None;
        }
        let longest = Longest::default();
        let ways = stack.policies.iter().zip(&self.ways).map(|(compiled, ways)| ways.quick(&compiled.policy, &longest));
        let ways = ways.collect::<Option<Vec<_>>>()?;
        let steps = ways.iter().flat_map(|ways| &ways.rules).flat_map(|rule| &rule.tests).map(|test| test.steps_max);
        let is_cheap = steps.sum::<u64>() <= DECISION_STEPS_MAX;
        // All outcomes are numbers that the engine has too.
        let outcomes = ways.iter().try_fold(2_i32, |all, ways| all.checked_mul(i32::try_from(ways.count).ok()?));
        (is_cheap && outcomes.is_some() && stack.catalogue.is_none()).then_some(ways)
    }

    /// Which decision is made of the call of `frame`, if it is one that calls with the same outcome share.
    ///
    /// `None` where something is undecidable or drawn, a limit counts, or the consequence names values of the call: then
    /// only [`decide`](Self::decide) tells.
    #[must_use]
    pub fn outcome(&self, stack: &Stack, frame: &Frame<'_>) -> Option<Outcome> {
        if self.is_drawn {
            return None;
        }
        let metered = Metered::new(frame, &stack.relaxing);
        let mut outcome = 0_u32;
        for (compiled, ways) in stack.policies.iter().zip(&self.ways) {
            let (way, count) = ways.taken(&compiled.policy, frame, &metered)?;
            outcome = outcome.checked_mul(count)?.checked_add(way)?;
        }
        let is_misfit = stack.catalogue.is_some() && misfit_of(stack, frame).is_some();
        outcome.checked_mul(2)?.checked_add(u32::from(is_misfit))
    }
}

impl Ways {
    /// `known_name` is the rule with the name that the tool's could be taken for.
    fn new(compiled: &Compiled, known_name: Option<&Rule>, reached: &[&Rule], places: &Places) -> Self {
        let known_name_is_shared = known_name.is_none_or(carries_nothing_of_the_call);
        let matched = |rule: &Rule| Matched {
            condition: rule.when.as_ref().map(|when| placed(&when.condition, places)),
            confidence: (rule.action == Action::Allow).then_some(rule.min_confidence),
            is_shared: known_name_is_shared && carries_nothing_of_the_call(rule),
        };
        let by_default = compiled.policy.default == Default::Action(Action::Allow);
        Self {
            rules: reached.iter().copied().map(matched).collect(),
            none: Matched { condition: None, confidence: by_default.then_some(None), is_shared: known_name_is_shared },
        }
    }

    /// How many ways there are: each with enough confidence or without.
    fn count(&self) -> Option<u32> {
        u32::try_from(self.rules.len()).ok()?.checked_add(1)?.checked_mul(2)
    }

    /// The same by quick tests.
    fn quick(&self, policy: &Policy, longest: &Longest) -> Option<QuickWays<'_>> {
        let way = |at: usize, matched: &Matched| {
            let asks_confidence = matched.confidence.is_some_and(|min| min.or(policy.confidence.min).is_some());
            u32::try_from(2 * at).ok().filter(|_| matched.is_shared && !asks_confidence)
        };
        Some(QuickWays {
            rules: self
                .rules
                .iter()
                .enumerate()
                .map(|(at, matched)| QuickRule {
                    tests: matched
                        .condition
                        .as_ref()
                        .map(|condition| quick_tests(condition, longest))
                        .unwrap_or_default(),
                    way: way(at, matched),
                })
                .collect(),
            none: way(self.rules.len(), &self.none),
            count: self.count()?,
        })
    }

    /// Which of how many ways `policy` takes with the call of `frame`, if it is one that calls share; `metered` is the
    /// same call, with the steps that deciding may take.
    fn taken(&self, policy: &Policy, frame: &Frame<'_>, metered: &Metered<'_>) -> Option<(u32, u32)> {
        let mut way = 0_u32;
        let mut taken = &self.none;
        for matched in &self.rules {
            let truth = match &matched.condition {
                Some(condition) => placed_truth(condition, frame, metered),
                None => Truth::Holds,
            };
            match truth {
                Truth::Holds => {
                    taken = matched;
                    break;
                }
                Truth::DoesNotHold => way = way.checked_add(1)?,
                Truth::Undecidable(_) => return None,
            }
        }
        let is_unsure = taken.confidence.is_some_and(|min| is_too_unsure(policy, Some(min), frame));
        taken.is_shared.then_some((way.checked_mul(2)?.checked_add(u32::from(is_unsure))?, self.count()?))
    }
}

/// `condition` with `places` for its fields.
fn placed(condition: &Condition<Field>, places: &Places) -> Condition<Place> {
    let each = |parts: &[Condition<Field>]| parts.iter().map(|part| placed(part, places)).collect();
    match condition {
        Condition::Field { field, span, matcher } => {
            Condition::Field { field: places.of(field), span: *span, matcher: Arc::clone(matcher) }
        }
        Condition::All(parts) => Condition::All(each(parts)),
        Condition::Any(parts) => Condition::Any(each(parts)),
        Condition::Not(part) => Condition::Not(Box::new(placed(part, places))),
    }
}

fn placed_truth(condition: &Condition<Place>, frame: &Frame<'_>, metered: &Metered<'_>) -> Truth {
    truth(condition, &|place, matcher| found_field_truth(place.about, frame.at(place), matcher, metered))
}

/// Whether every decision by `rule` is the same but for what it says of other rules.
fn carries_nothing_of_the_call(rule: &Rule) -> bool {
    let names_values = rule.consequence.iter().flat_map(|consequence| &consequence.segments);
    rule.limit.is_none() && names_values.into_iter().all(|segment| matches!(segment, Segment::Text(_)))
}

/// The rules that could match a call of the tool: up to the first that matches all of them.
fn reached<'a>(compiled: &'a Compiled, candidates: &Candidates, relaxing: &Relaxing) -> Vec<&'a Rule> {
    let mut reached = Vec::new();
    for rule in candidates.hits.iter().filter_map(|hit| compiled.policy.rules.get(hit.rule)) {
        let replaces_review = rule.relaxed.is_some();
        if replaces_review && matches!(relaxing, Relaxing::Off) {
            continue;
        }
        reached.push(rule);
        if rule.when.is_none() && (!replaces_review || matches!(relaxing, Relaxing::InForce)) {
            break;
        }
    }
    reached
}

fn rule_at(compiled: &Compiled, hit: Option<Hit>) -> Option<&Rule> {
    compiled.policy.rules.get(hit?.rule)
}
