//! What deciding the calls of one tool takes, found out once.

use super::call::MARKS;
use super::compile::{Candidates, Compiled, Stack};
use super::decide::{Decision, Say, decide_among, misfit_of, say};
use super::effort::Metered;
use super::frame::Frame;
use super::limit::Usage;
use crate::matcher::condition::{Condition, Matcher, PathTest, Test, TextOrField};
use crate::policy::model::{Action, Cause, Default, Rule};
use crate::policy::terms::{Limit, Segment};
use crate::value::field::{Field, Root, Step, Way};
use crate::value::value::Value;

/// How much of the value at a field a plan reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// All of text, numbers and the like; of a list how many items it has, of a map its keys.
    Outline,
    /// All of it.
    Whole,
}

/// A field that a plan reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which.
    pub field: Field,
    /// How much of it.
    pub depth: Depth,
}

/// How the calls of one tool are decided under a stack: by which rules, and what of a call those look at.
///
/// What is not in [`asked`](Self::asked) has no say in the decision, so that nobody needs to read it.
///
/// ```
/// use countersign::decide::{compile::compile, plan::{Depth, Plan}};
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
    /// The fields that are read: first those on which the rule that decides depends.
    pub asked: Vec<Asked>,
    /// How many of `asked` those are.
    pub decisive: usize,
    /// Whether what the agent reports about itself is read.
    pub asks_confidence: bool,
    /// Whether limits are, so that their use matters.
    pub has_limit: bool,
}

/// Which of the decisions that do not depend on the rest of a call was made; the same number for the same decision.
pub type Outcome = u32;

impl Plan {
    /// The plan for the calls of `tool` under `stack`.
    #[must_use]
    pub fn new(stack: &Stack, tool: &str) -> Self {
        let candidates = stack.candidates(tool);
        let mut decisive = Vec::new();
        let mut carried = Vec::new();
        let mut asks_confidence = false;
        let mut has_limit = false;
        for (compiled, candidates) in stack.policies.iter().zip(&candidates) {
            asks_confidence |= asks_for_confidence(compiled, candidates);
            for rule in reached(compiled, candidates) {
                if let Some(when) = &rule.when {
                    of_condition(&when.condition, &mut decisive);
                }
            }
            let known_name = candidates.known_name.and_then(|hit| compiled.policy.rules.get(hit.rule));
            for rule in reached(compiled, candidates).chain(known_name) {
                has_limit |= rule.limit.is_some();
                of_terms(rule, &mut carried);
            }
        }
        if stack.catalogue.is_some() {
            decisive.push(Asked { field: field(Root::Args, None), depth: Depth::Whole });
        }
        let mut asked = Vec::new();
        add(decisive, &mut asked);
        let decisive = asked.len();
        add(carried, &mut asked);
        Self { tool: tool.to_owned(), candidates, asked, decisive, asks_confidence, has_limit }
    }

    /// The outcome of every call of the tool, if the tool alone decides.
    #[must_use]
    pub fn constant(&self, stack: &Stack) -> Option<Outcome> {
        let reads_nothing = self.decisive == 0 && !self.asks_confidence;
        let frame = Frame { plan: self, slots: &[], confidence: None };
        if reads_nothing { self.outcome(stack, &frame) } else { None }
    }

    /// Decides the call of `frame` as [`decide`](super::decide::decide) would.
    #[must_use]
    pub fn decide(&self, stack: &Stack, frame: &Frame<'_>, usage: &Usage) -> Decision {
        decide_among(stack, &self.candidates, frame, usage)
    }

    /// Which decision is made of the call of `frame`, if it is one that calls with the same outcome share.
    ///
    /// `None` where something is undecidable, a limit counts, or the consequence names values of the call: then only
    /// [`decide`](Self::decide) tells. Reads the decisive fields only.
    #[must_use]
    pub fn outcome(&self, stack: &Stack, frame: &Frame<'_>) -> Option<Outcome> {
        let usage = Usage::default();
        let decided = Metered::new(frame);
        let mut outcome = 0_u32;
        for (compiled, candidates) in stack.policies.iter().zip(&self.candidates) {
            let say = say(compiled, candidates, &decided, &usage);
            let own = own_outcome(compiled, candidates, &say)?;
            let ways = u32::try_from(candidates.hits.len()).ok()?.checked_add(1)?.checked_mul(2)?;
            outcome = outcome.checked_mul(ways)?.checked_add(own)?;
        }
        let is_misfit = misfit_of(stack, frame).is_some();
        outcome.checked_mul(2)?.checked_add(u32::from(is_misfit))
    }
}

/// Which rule of one policy matched, or its default, and whether confidence is wanting.
fn own_outcome(compiled: &Compiled, candidates: &Candidates, say: &Say) -> Option<Outcome> {
    let matched = say.definite.and_then(|hit| compiled.policy.rules.get(hit.rule));
    let known = candidates.known_name.and_then(|hit| compiled.policy.rules.get(hit.rule));
    let is_shared = say.undecided.is_empty() && matched.into_iter().chain(known).all(carries_nothing_of_the_call);
    let at = match say.definite {
        Some(definite) => candidates.hits.iter().position(|&hit| hit == definite)?,
        None => candidates.hits.len(),
    };
    let is_unsure = u32::from(say.cause == Cause::LowConfidence);
    u32::try_from(at).ok()?.checked_mul(2)?.checked_add(is_unsure).filter(|_| is_shared)
}

/// Whether every decision by `rule` is the same but for what it says of other rules.
fn carries_nothing_of_the_call(rule: &Rule) -> bool {
    let names_values = rule.consequence.iter().flat_map(|consequence| &consequence.segments);
    rule.limit.is_none() && names_values.into_iter().all(|segment| matches!(segment, Segment::Text(_)))
}

/// The rules that could match a call of the tool: up to the first that matches all of them.
fn reached<'a>(compiled: &'a Compiled, candidates: &'a Candidates) -> impl Iterator<Item = &'a Rule> {
    let mut is_over = false;
    let rules = candidates.hits.iter().filter_map(|hit| compiled.policy.rules.get(hit.rule));
    // A rule that replaces review never matches.
    rules.filter(|rule| rule.relaxed.is_none()).take_while(move |rule| {
        let is_reached = !is_over;
        is_over |= rule.when.is_none();
        is_reached
    })
}

fn asks_for_confidence(compiled: &Compiled, candidates: &Candidates) -> bool {
    let min = compiled.policy.confidence.min;
    let rule_asks = |rule: &Rule| rule.action == Action::Allow && rule.min_confidence.or(min).is_some();
    let reaches_default = reached(compiled, candidates).all(|rule| rule.when.is_some());
    let default_asks = min.is_some() && compiled.policy.default == Default::Action(Action::Allow);
    reached(compiled, candidates).any(rule_asks) || (reaches_default && default_asks)
}

fn field(root: Root, key: Option<&str>) -> Field {
    Field { root, way: Way { steps: key.map(|key| Step::Key(key.to_owned())).into_iter().collect() } }
}

fn of_condition(condition: &Condition<Field>, asked: &mut Vec<Asked>) {
    match condition {
        Condition::Field { field, matcher, .. } => {
            // Whether the marks of a session are a list shows only in the whole of it.
            let is_session = field.root == Root::Session && field.way.steps.is_empty();
            let depth = if is_session { Depth::Whole } else { depth(matcher) };
            ask(field, depth, asked);
            of_matcher(matcher, asked);
        }
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| of_condition(part, asked)),
        Condition::Not(part) => of_condition(part, asked),
    }
}

/// Asks for `of`; and of anything in a session also for its marks, as it matters to every test whether they were given.
fn ask(of: &Field, depth: Depth, asked: &mut Vec<Asked>) {
    asked.push(Asked { field: of.clone(), depth });
    if of.root == Root::Session {
        asked.push(Asked { field: field(Root::Session, Some(MARKS)), depth: Depth::Outline });
    }
}

/// How much of a value `matcher` looks at.
fn depth(matcher: &Matcher) -> Depth {
    let is_nested = |value: &Value| matches!(value, Value::List(_) | Value::Map(_));
    let of_test = |test: &Test| match test {
        Test::Each(_) | Test::Some(_) | Test::Where(_) | Test::Values(_) | Test::SameAs(_) | Test::InField(_) => {
            Depth::Whole
        }
        Test::Equals(operands) if operands.iter().any(is_nested) => Depth::Whole,
        Test::Not(matcher) => depth(matcher),
        Test::Equals(_)
        | Test::Exists(_)
        | Test::Empty(_)
        | Test::Type(_)
        | Test::Number(..)
        | Test::StartsWith(_)
        | Test::EndsWith(_)
        | Test::Contains(_)
        | Test::Glob(_)
        | Test::Regex(_)
        | Test::Length(_)
        | Test::OnlyKeys(_)
        | Test::Keys(_)
        | Test::Path(_)
        | Test::Url(_)
        | Test::Email(_)
        | Test::ShellOnly(_)
        | Test::ShellRuns(_) => Depth::Outline,
    };
    matcher.tests.iter().map(of_test).max().unwrap_or(Depth::Outline)
}

/// The other fields of the call that `matcher` names.
fn of_matcher(matcher: &Matcher, asked: &mut Vec<Asked>) {
    for test in &matcher.tests {
        match test {
            Test::SameAs(field) | Test::InField(field) => {
                ask(field, Depth::Whole, asked);
            }
            Test::Path(PathTest { under, base, .. }) => {
                for text in under.iter().chain(base) {
                    let TextOrField::Field(field) = text else { continue };
                    ask(field, Depth::Outline, asked);
                }
            }
            Test::Length(matcher)
            | Test::Each(matcher)
            | Test::Some(matcher)
            | Test::Keys(matcher)
            | Test::Values(matcher)
            | Test::Not(matcher) => of_matcher(matcher, asked),
            Test::Where(condition) => of_inner(condition, asked),
            Test::Equals(_)
            | Test::Exists(_)
            | Test::Empty(_)
            | Test::Type(_)
            | Test::Number(..)
            | Test::StartsWith(_)
            | Test::EndsWith(_)
            | Test::Contains(_)
            | Test::Glob(_)
            | Test::Regex(_)
            | Test::OnlyKeys(_)
            | Test::Url(_)
            | Test::Email(_)
            | Test::ShellOnly(_)
            | Test::ShellRuns(_) => {}
        }
    }
}

fn of_inner(condition: &Condition<Way>, asked: &mut Vec<Asked>) {
    match condition {
        Condition::Field { matcher, .. } => of_matcher(matcher, asked),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| of_inner(part, asked)),
        Condition::Not(part) => of_inner(part, asked),
    }
}

/// What a decision by `rule` carries of the call.
fn of_terms(rule: &Rule, asked: &mut Vec<Asked>) {
    for segment in rule.consequence.iter().flat_map(|consequence| &consequence.segments) {
        if let Segment::Field(at) = segment {
            asked.push(Asked { field: at.field.clone(), depth: Depth::Whole });
        }
    }
    if let Some(Limit { sum, by, .. }) = &rule.limit {
        asked.extend(sum.iter().map(|at| Asked { field: at.field.clone(), depth: Depth::Outline }));
        asked.extend(by.iter().map(|&root| Asked { field: field(root, Some("id")), depth: Depth::Outline }));
    }
}

/// Adds `more` to `asked`: each field once, and none inside one that is read as a whole. What is in `asked` stays there.
fn add(more: Vec<Asked>, asked: &mut Vec<Asked>) {
    let is_whole = |asked: &&Asked| asked.depth == Depth::Whole;
    let whole: Vec<Field> = asked.iter().chain(&more).filter(is_whole).map(|asked| asked.field.clone()).collect();
    for Asked { field, depth } in more {
        match asked.iter_mut().find(|other| other.field == field) {
            Some(other) => other.depth = other.depth.max(depth),
            None if whole.iter().any(|outer| *outer != field && is_inside(&field, outer)) => {}
            None => asked.push(Asked { field, depth }),
        }
    }
}

/// Whether `field` is `outer` or lies inside it.
pub(super) fn is_inside(field: &Field, outer: &Field) -> bool {
    field.root == outer.root && field.way.steps.starts_with(&outer.way.steps)
}
