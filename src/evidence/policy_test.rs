//! Running the tests of policies: what their authors expect, and what is decided.

use std::sync::Arc;

use super::coverage::Coverage;
use crate::decide::call::Call;
use crate::decide::compile::{Stack, compile};
use crate::decide::decide::{Decision, decide};
use crate::decide::limit::Usage;
use crate::decide::relaxing::Relaxing;
use crate::policy::model::{Action, Cause, Expectation, Policy, PolicyTest};
use crate::text::edit::{is_plain, quoted};
use crate::text::prose::prose;
use crate::text::span::{Positions, Span};
use crate::text::words::Fix;
use crate::value::value::Value;

/// What became of the tests of one policy.
#[derive(Clone, Debug)]
pub struct TestRun<'p> {
    /// The policy.
    pub policy: &'p Policy,
    /// Its tests, in the order of the text.
    pub tests: Vec<TestResult<'p>>,
    /// What they have seen of it.
    pub coverage: Coverage,
}

/// What became of one test.
#[derive(Clone, Debug)]
pub struct TestResult<'p> {
    /// The test.
    pub test: &'p PolicyTest,
    /// Whether what is expected is what is decided.
    pub passed: bool,
    /// What is decided; `None` if its call is none.
    pub decision: Option<Decision>,
    /// Which of what is expected is not so; none if its call is none.
    pub differs: Vec<Expected>,
    /// Why it failed, in one line; `None` if it passed.
    pub message: Option<String>,
    /// The change of the text that expects what is decided; `None` if it passed, or cannot be written so.
    pub fix: Option<Fix>,
}

/// A part of what a test expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The action.
    Action,
    /// The rule that decides.
    Rule,
    /// Why.
    Cause,
}

impl Expected {
    /// The key under which it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Rule => "rule",
            Self::Cause => "cause",
        }
    }
}

/// Runs the tests of every policy of `stack`; `sources` are the texts that they came from, in the same order.
///
/// Each policy answers for itself: what the others of the stack say is no part of what its author expects.
/// `read_call` reads a call from its recorded form, or says why it is none.
/// A test says nothing of what was used of limits, so a limit counts as reached, and of marks only what its session says.
///
/// ```
/// use countersign::decide::compile::compile;
/// use countersign::evidence::policy_test::run_tests;
/// use countersign::policy::parse::parse;
/// use countersign::wire::call::call_from;
///
/// let text = "
/// rules: [{ tool: file.read, action: allow }]
/// tests:
///   - { name: reading, call: { tool: file.read }, expect: allow }
///   - { name: writing, call: { tool: file.write }, expect: { action: block } }
/// ";
/// let (policy, _) = parse(text, Default::default());
/// let stack = compile(policy.into_iter().collect()).map_err(|_| "no digest")?;
/// let runs = run_tests(&stack, &[text], &|call| call_from(call.clone()).map_err(|failure| failure.message));
/// let run = runs.first().ok_or("no run")?;
/// let passed: Vec<bool> = run.tests.iter().map(|result| result.passed).collect();
/// assert_eq!(passed, [true, false]);
/// let message = run.tests.iter().find_map(|result| result.message.as_deref());
/// assert_eq!(message, Some("expected the action `block`, but it is `escalate`: no rule matches, and so the default decides"));
/// assert_eq!(run.coverage.rules.first().map(|hits| hits.decides), Some(1));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn run_tests<'p>(
    stack: &'p Stack,
    sources: &[&str],
    read_call: &dyn Fn(&Value) -> Result<Call, String>,
) -> Vec<TestRun<'p>> {
    let run = |(compiled, source): (&'p crate::decide::compile::Compiled, &&str)| {
        let policy = &compiled.policy;
        let alone = if stack.policies.len() == 1 { None } else { alone(stack, policy) };
        // What its author expects of a rule that replaces review is what it says once it is in force.
        let stack = &alone.as_ref().unwrap_or(stack).with_relaxing(Relaxing::InForce);
        let mut run =
            TestRun { policy, tests: Vec::with_capacity(policy.tests.len()), coverage: Coverage::new(policy) };
        for test in &policy.tests {
            let result = match read_call(&test.call) {
                Ok(call) => {
                    let decision = decide(stack, &call, &Usage::default());
                    run.coverage.add(stack, &call, decision.action);
                    compared(test, decision, policy, source)
                }
                Err(why) => no_call(test, why),
            };
            run.tests.push(result);
        }
        run
    };
    stack.policies.iter().zip(sources).map(run).collect()
}

/// The stack of `policy` alone, with the catalogue of `stack`.
pub(super) fn alone(stack: &Stack, policy: &Policy) -> Option<Stack> {
    let alone = compile(vec![policy.clone()]).ok()?;
    Some(match &stack.catalogue {
        Some(catalogue) => alone.with_catalogue(Arc::clone(catalogue)),
        None => alone,
    })
}

fn no_call(test: &PolicyTest, why: String) -> TestResult<'_> {
    let message = Some(prose!("its call cannot be decided: {why}"));
    TestResult { test, passed: false, decision: None, differs: Vec::new(), message, fix: None }
}

fn compared<'p>(test: &'p PolicyTest, decision: Decision, policy: &Policy, source: &str) -> TestResult<'p> {
    let Expectation { action, rule, cause } = &test.expect;
    let parts = [
        (Expected::Action, action.is_none_or(|action| action == decision.action)),
        (Expected::Rule, rule.as_ref().is_none_or(|rule| decision.rule.as_ref() == Some(rule))),
        (Expected::Cause, cause.is_none_or(|cause| cause == decision.cause)),
    ];
    let differs: Vec<Expected> = parts.iter().filter(|(_, is_so)| !is_so).map(|(part, _)| *part).collect();
    let passed = differs.is_empty();
    let message = (!passed).then(|| message(test, &decision, policy, &differs));
    let fix = if passed { None } else { fix(test, &decision, source) };
    TestResult { test, passed, decision: Some(decision), differs, message, fix }
}

fn message(test: &PolicyTest, decision: &Decision, policy: &Policy, differs: &[Expected]) -> String {
    let Expectation { action, rule, cause } = &test.expect;
    let told = |part: &Expected| match part {
        Expected::Action => {
            let expected = action.map_or("", Action::as_str);
            prose!("expected the action `{expected}`, but it is `{}`", decision.action.as_str())
        }
        Expected::Rule => {
            let expected = rule.as_deref().unwrap_or_default();
            match &decision.rule {
                Some(other) => prose!("expected the rule `{expected}`, but `{other}` decides"),
                None => prose!("expected the rule `{expected}`, but no rule decides"),
            }
        }
        Expected::Cause => {
            let expected = cause.map_or("", Cause::as_str);
            prose!("expected the cause `{expected}`, but it is `{}`", decision.cause.as_str())
        }
    };
    let differences: Vec<String> = differs.iter().map(told).collect();
    prose!("{}: {}", differences.join("; "), why(decision, policy))
}

/// How the decision came about.
fn why(decision: &Decision, policy: &Policy) -> String {
    let rule = decision.rule.as_deref().unwrap_or_default();
    let is_limited = decision.undecidable.iter().any(|doubt| doubt.field == "limit");
    match decision.cause {
        Cause::Rule => prose!("rule `{rule}` matches"),
        Cause::Default => match policy.default {
            crate::policy::model::Default::Abstain => "no rule matches, and the policy abstains".to_owned(),
            crate::policy::model::Default::Action(_) => "no rule matches, and so the default decides".to_owned(),
        },
        Cause::LowConfidence => "the agent is not sure enough of itself".to_owned(),
        Cause::Limit => prose!("the limit of rule `{rule}` is reached"),
        Cause::Undecidable if is_limited => {
            prose!("a test cannot say what was used of the limit of rule `{rule}`, which so counts as reached")
        }
        Cause::Undecidable => match decision.undecidable.first() {
            Some(doubt) => prose!("rule `{}` cannot be decided: `{}` {}", doubt.rule, doubt.field, doubt.why),
            None => "it cannot be decided".to_owned(),
        },
        Cause::Name => "the tool's name could be taken for another one".to_owned(),
        Cause::Misfit => "the call does not fit the tool catalogue".to_owned(),
        Cause::Hold | Cause::Repeat => "a guard holds it".to_owned(),
    }
}

/// The change that expects what is decided, in the same form and with the same keys.
fn fix(test: &PolicyTest, decision: &Decision, source: &str) -> Option<Fix> {
    let span = test.expect_span;
    let written = span.of(source);
    // Another case may be right to expect what is written.
    if test.shares_expect || !is_plain(span, source) || written.starts_with('*') {
        return None;
    }
    let Expectation { action, rule, cause } = &test.expect;
    let is_map = rule.is_some() || cause.is_some() || Action::from_word(written.trim_matches(['"', '\''])).is_none();
    let replacement = if is_map {
        let mut entries = Vec::new();
        if action.is_some() {
            entries.push(prose!("action: {}", decision.action.as_str()));
        }
        if let (Some(_), Some(rule)) = (rule, &decision.rule) {
            entries.push(prose!("rule: {}", quoted(rule)?));
        }
        if cause.is_some() || rule.is_some() && decision.rule.is_none() {
            entries.push(prose!("cause: {}", decision.cause.as_str()));
        }
        in_form(&entries, span, source)?
    } else {
        decision.action.as_str().to_owned()
    };
    Some(Fix { title: "expect what is decided".to_owned(), span, replacement })
}

/// `entries` as a map in the form of the one at `span`; `None` for a form that would lose something.
fn in_form(entries: &[String], span: Span, source: &str) -> Option<String> {
    let written = span.of(source);
    if [" #", ": &", ": *"].iter().any(|lost| written.contains(lost)) {
        return None;
    }
    if written.starts_with("{\"") || written.starts_with("{ \"") {
        let json = |entry: &String| {
            let (key, value) = entry.split_once(": ")?;
            Some(prose!("\"{key}\": \"{}\"", value.trim_matches('"')))
        };
        let entries: Option<Vec<String>> = entries.iter().map(json).collect();
        return Some(prose!("{{{}}}", entries?.join(", ")));
    }
    if written.starts_with('{') {
        return Some(prose!("{{ {} }}", entries.join(", ")));
    }
    let positions = Positions::new(source);
    let column = positions.at(span.start).column;
    Some(entries.join(&prose!("\n{}", " ".repeat(column.saturating_sub(1)))))
}
