//! What became of the tests of policies, on its way out.

use serde::Serialize;

use super::call::call_from;
use super::decision::DecisionOut;
use super::diagnostic::{SourceText, SpanOut};
use super::words::FixOut;
use crate::decide::compile::Stack;
use crate::evidence::coverage::{Coverage, Share};
use crate::evidence::policy_test::{Expected, TestResult, TestRun, run_tests};
use crate::policy::model::{Action, Cause};
use crate::text::span::Positions;

/// Runs the tests of the policies of `stack`; `sources` are the texts that they came from.
#[must_use]
pub fn with_tests<T>(stack: &Stack, sources: &[SourceText], encode: impl FnOnce(&[TestRunOut<'_>]) -> T) -> T {
    let texts: Vec<&str> = sources.iter().map(|source| source.text.as_str()).collect();
    let runs = run_tests(stack, &texts, &|call| call_from(call.clone()).map_err(|failure| failure.message));
    let runs = runs.iter().zip(sources).enumerate();
    let out: Vec<TestRunOut<'_>> = runs.map(|(source, (run, text))| TestRunOut::new(run, source, text)).collect();
    encode(&out)
}

/// Twin of [`TestRun`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TestRunOut<'a> {
    source: usize,
    policy: String,
    passed: usize,
    failed: usize,
    tests: Vec<TestOut<'a>>,
    rules: Vec<RuleHitsOut<'a>>,
    default_hits: usize,
    matchers: Vec<MatcherHitsOut<'a>>,
    actions: Vec<ActionHitsOut>,
    coverage: CoverageOut,
}

#[derive(Serialize)]
struct TestOut<'a> {
    name: &'a str,
    span: SpanOut,
    #[serde(rename = "expectSpan")]
    expect_span: SpanOut,
    passed: bool,
    expected: ExpectedOut<'a>,
    decision: Option<DecisionOut<'a>>,
    differs: Vec<&'static str>,
    message: Option<&'a str>,
    fix: Option<FixOut<'a>>,
}

#[derive(Serialize)]
struct ExpectedOut<'a> {
    action: Option<&'static str>,
    rule: Option<&'a str>,
    cause: Option<&'static str>,
}

#[derive(Serialize)]
struct RuleHitsOut<'a> {
    rule: &'a str,
    span: SpanOut,
    decides: usize,
    matches: usize,
    missed: bool,
}

#[derive(Serialize)]
struct MatcherHitsOut<'a> {
    rule: &'a str,
    span: SpanOut,
    what: &'a str,
    holds: usize,
    fails: usize,
    missed: bool,
}

#[derive(Serialize)]
struct ActionHitsOut {
    action: &'static str,
    tests: usize,
}

/// How much of what there is to see was seen.
#[derive(Serialize)]
struct CoverageOut {
    seen: usize,
    all: usize,
    rules: ShareOut,
    matchers: ShareOut,
    actions: ShareOut,
}

#[derive(Serialize)]
struct ShareOut {
    seen: usize,
    all: usize,
}

impl From<Share> for ShareOut {
    fn from(Share { seen, all }: Share) -> Self {
        Self { seen, all }
    }
}

impl From<&Coverage> for CoverageOut {
    fn from(coverage: &Coverage) -> Self {
        let Share { seen, all } = coverage.together();
        Self {
            seen,
            all,
            rules: coverage.of_rules().into(),
            matchers: coverage.of_matchers().into(),
            actions: coverage.of_actions().into(),
        }
    }
}

impl<'a> TestRunOut<'a> {
    fn new(run: &'a TestRun<'a>, source: usize, text: &SourceText) -> Self {
        let positions = text.positions();
        let passed = run.tests.iter().filter(|test| test.passed).count();
        let coverage = &run.coverage;
        let missed = coverage.missed_rules();
        let rules = run.policy.rules.iter().zip(&coverage.rules).enumerate().map(|(place, (rule, hits))| RuleHitsOut {
            rule: &rule.id,
            span: SpanOut::new(rule.span, &positions),
            decides: hits.decides,
            matches: hits.matches,
            missed: missed.contains(&place),
        });
        let matchers = coverage.matchers.iter().map(|hits| MatcherHitsOut {
            rule: run.policy.rules.get(hits.rule).map_or("", |rule| &rule.id),
            span: SpanOut::new(hits.span, &positions),
            what: &hits.what,
            holds: hits.holds,
            fails: hits.fails,
            missed: hits.is_missed(),
        });
        let actions =
            coverage.actions.iter().map(|(action, tests)| ActionHitsOut { action: action.as_str(), tests: *tests });
        Self {
            source,
            policy: run.policy.digest.to_string(),
            passed,
            failed: run.tests.len() - passed,
            tests: run.tests.iter().map(|result| test_out(result, &positions)).collect(),
            rules: rules.collect(),
            default_hits: coverage.default_hits,
            matchers: matchers.collect(),
            actions: actions.collect(),
            coverage: coverage.into(),
        }
    }
}

fn test_out<'a>(result: &'a TestResult<'a>, positions: &Positions<'_>) -> TestOut<'a> {
    let TestResult { test, passed, decision, differs, message, fix } = result;
    TestOut {
        name: &test.name,
        span: SpanOut::new(test.span, positions),
        expect_span: SpanOut::new(test.expect_span, positions),
        passed: *passed,
        expected: ExpectedOut {
            action: test.expect.action.map(Action::as_str),
            rule: test.expect.rule.as_deref(),
            cause: test.expect.cause.map(Cause::as_str),
        },
        decision: decision.as_ref().map(DecisionOut::from),
        differs: differs.iter().copied().map(Expected::as_str).collect(),
        message: message.as_deref(),
        fix: fix.as_ref().map(|fix| FixOut::new(fix, positions)),
    }
}
