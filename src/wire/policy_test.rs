//! What became of the tests of policies, on its way out.

use serde::Serialize;

use super::call::call_from;
use super::decision::DecisionOut;
use super::diagnostic::{SourceText, SpanOut};
use super::words::FixOut;
use crate::decide::compile::Stack;
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
pub struct TestRunOut<'a> {
    source: usize,
    policy: String,
    passed: usize,
    failed: usize,
    tests: Vec<TestOut<'a>>,
    rules: Vec<RuleHitsOut<'a>>,
    #[serde(rename = "defaultHits")]
    default_hits: usize,
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
}

impl<'a> TestRunOut<'a> {
    fn new(run: &'a TestRun<'a>, source: usize, text: &SourceText) -> Self {
        let positions = text.positions();
        let passed = run.tests.iter().filter(|test| test.passed).count();
        let rules = run.policy.rules.iter().zip(&run.rules).map(|(rule, hits)| RuleHitsOut {
            rule: &rule.id,
            span: SpanOut::new(rule.span, &positions),
            decides: hits.decides,
            matches: hits.matches,
        });
        Self {
            source,
            policy: run.policy.digest.to_string(),
            passed,
            failed: run.tests.len() - passed,
            tests: run.tests.iter().map(|result| test_out(result, &positions)).collect(),
            rules: rules.collect(),
            default_hits: run.default_hits,
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
