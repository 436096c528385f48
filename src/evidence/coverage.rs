//! What the tests of a policy have seen of it: which rules decided, which matchers came out both ways, which actions.

use std::collections::BTreeSet;

use crate::decide::call::Facts;
use crate::decide::compile::Stack;
use crate::decide::condition::test_truths;
use crate::decide::limit::Usage;
use crate::decide::trace::parts;
use crate::matcher::condition::{Condition, Matcher};
use crate::matcher::truth::Truth;
use crate::policy::model::{Action, Default, Policy, Rule};
use crate::text::prose::prose;
use crate::text::span::Span;
use crate::value::field::Field;

/// What tests have seen of one policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// How often they hit each of its rules, in their order.
    pub rules: Vec<RuleHits>,
    /// In how many tests no rule decides, but the policy's default, or nothing.
    pub default_hits: usize,
    /// How each matcher of its conditions came out, in the order of the text.
    pub matchers: Vec<MatcherHits>,
    /// How many tests came to each of the actions that its rules and its default can say, the laxest first.
    pub actions: Vec<(Action, usize)>,
    /// Where the matchers of each rule begin in `matchers`.
    begins: Vec<usize>,
}

/// In how many calls a rule had a part.
#[derive(Clone, Copy, Debug, std::default::Default, PartialEq, Eq)]
pub struct RuleHits {
    /// It decided.
    pub decides: usize,
    /// It matched, or nobody can tell whether it did.
    pub matches: usize,
}

/// How a matcher of a condition came out where its rule was reached. Where nobody can tell counts as neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatcherHits {
    /// Place of its rule, from 0.
    pub rule: usize,
    /// Where its field is written.
    pub span: Span,
    /// Field and matcher, as `args.amount at_most`.
    pub what: String,
    /// In how many tests it held.
    pub holds: usize,
    /// In how many tests it did not hold.
    pub fails: usize,
}

/// How much there is to see, and how much of it was seen.
#[derive(Clone, Copy, Debug, std::default::Default, PartialEq, Eq)]
pub struct Share {
    /// How much was seen.
    pub seen: usize,
    /// How much there is.
    pub all: usize,
}

impl Share {
    fn of(seen: impl Iterator<Item = bool>) -> Self {
        seen.fold(Self::default(), |share, seen| Self { seen: share.seen + usize::from(seen), all: share.all + 1 })
    }
}

impl MatcherHits {
    /// Whether it did not come out both ways.
    #[must_use]
    pub const fn is_missed(&self) -> bool {
        self.holds == 0 || self.fails == 0
    }
}

impl Coverage {
    /// What no test has seen yet of `policy`.
    #[must_use]
    pub fn new(policy: &Policy) -> Self {
        let mut matchers = Vec::new();
        let mut begins = Vec::new();
        for (place, rule) in policy.rules.iter().enumerate() {
            begins.push(matchers.len());
            each_field(rule, &mut |field, span, matcher| {
                matchers.extend(matcher.tests.iter().map(|test| MatcherHits {
                    rule: place,
                    span,
                    what: prose!("{field} {}", test.word()),
                    holds: 0,
                    fails: 0,
                }));
            });
        }
        let by_default = match policy.default {
            Default::Action(action) => Some(action),
            Default::Abstain => None,
        };
        let can_say =
            |action: &Action| by_default == Some(*action) || policy.rules.iter().any(|rule| rule.action == *action);
        Self {
            rules: vec![RuleHits::default(); policy.rules.len()],
            default_hits: 0,
            matchers,
            actions: Action::ALL.into_iter().filter(can_say).map(|action| (action, 0)).collect(),
            begins,
        }
    }

    /// Counts what `call` shows, which `stack`, that of the policy alone, decides as `action`.
    pub fn add(&mut self, stack: &Stack, call: &dyn Facts, action: Action) {
        let (Some(part), Some(compiled)) =
            (parts(stack, call, &Usage::default()).into_iter().next(), stack.policies.first())
        else {
            return;
        };
        match part.says.and_then(|rule| self.rules.get_mut(rule)) {
            Some(hits) => hits.decides += 1,
            None => self.default_hits += 1,
        }
        for rule in part.matches {
            if let Some(hits) = self.rules.get_mut(rule) {
                hits.matches += 1;
            }
        }
        let candidates = stack.candidates(call.tool()).into_iter().next();
        let hits = candidates.iter().flat_map(|candidates| &candidates.hits);
        for hit in hits.take_while(|hit| hit.rule < part.reached) {
            if let Some(rule) = compiled.policy.rules.get(hit.rule) {
                self.add_matchers(hit.rule, rule, call);
            }
        }
        if let Some((_, tests)) = self.actions.iter_mut().find(|(other, _)| *other == action) {
            *tests += 1;
        }
    }

    /// How many of the rules decided some test.
    #[must_use]
    pub fn of_rules(&self) -> Share {
        Share::of(self.rules.iter().map(|hits| hits.decides > 0))
    }

    /// How many of the outcomes of matchers were seen; each can hold and not hold.
    #[must_use]
    pub fn of_matchers(&self) -> Share {
        Share::of(self.matchers.iter().flat_map(|hits| [hits.holds > 0, hits.fails > 0]))
    }

    /// How many of the actions were decided in some test.
    #[must_use]
    pub fn of_actions(&self) -> Share {
        Share::of(self.actions.iter().map(|(_, tests)| *tests > 0))
    }

    /// Rules, matchers and actions together.
    #[must_use]
    pub fn together(&self) -> Share {
        let shares = [self.of_rules(), self.of_matchers(), self.of_actions()];
        shares
            .into_iter()
            .fold(Share::default(), |sum, share| Share { seen: sum.seen + share.seen, all: sum.all + share.all })
    }

    /// The rules that decided no test, by their places.
    #[must_use]
    pub fn missed_rules(&self) -> BTreeSet<usize> {
        self.rules.iter().enumerate().filter(|(_, hits)| hits.decides == 0).map(|(place, _)| place).collect()
    }

    fn add_matchers(&mut self, place: usize, rule: &Rule, call: &dyn Facts) {
        let Some(&begin) = self.begins.get(place) else { return };
        let mut hits = self.matchers.iter_mut().skip(begin);
        each_field(rule, &mut |field, _, matcher| {
            for (truth, hits) in test_truths(field, matcher, call).into_iter().zip(&mut hits) {
                match truth {
                    Truth::Holds => hits.holds += 1,
                    Truth::DoesNotHold => hits.fails += 1,
                    Truth::Undecidable(_) => {}
                }
            }
        });
    }
}

/// Tells every field that the condition of `rule` asks about, in the order of the text.
fn each_field(rule: &Rule, tell: &mut impl FnMut(&Field, Span, &Matcher)) {
    fn walk(condition: &Condition<Field>, tell: &mut impl FnMut(&Field, Span, &Matcher)) {
        match condition {
            Condition::Field { field, span, matcher } => tell(field, *span, matcher),
            Condition::All(conditions) | Condition::Any(conditions) => {
                conditions.iter().for_each(|condition| walk(condition, tell));
            }
            Condition::Not(condition) => walk(condition, tell),
        }
    }
    if let Some(when) = &rule.when {
        walk(&when.condition, tell);
    }
}
