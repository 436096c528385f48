//! `tests`: calls, and what the policy's author expects of them.

use super::model::{Cause, Expectation, PolicyTest, Rule};
use super::reader::{Reader, find_key, is_misspelt, missing_key};
use crate::names::NameSet;
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::prose::prose;
use crate::text::span::Span;
use crate::text::yaml::{MapEntry, Node, NodeValue};
use crate::value::value::Value;

/// The keys of a test.
pub(super) const TEST_KEYS: &[&str] = &["name", "call", "cases", "expect"];
/// The keys of a test's call.
pub(super) const CALL_KEYS: &[&str] = &["tool", "args", "reason", "confidence", "agent", "user", "session", "context"];
/// The keys of a case: those of a call, and two more.
pub(super) const CASE_KEYS: &[&str] =
    &["name", "tool", "args", "reason", "confidence", "agent", "user", "session", "context", "expect"];
/// The keys of what a test expects.
pub(super) const EXPECT_KEYS: &[&str] = &["action", "rule", "cause"];

/// How much the calls of all cases of a policy may hold together, in values and bytes of text: each case is a call of its
/// own, and a few kilobytes could write gigabytes of them.
const CASES_WEIGHT_MAX: usize = 1_000_000;

/// A test, and where it names a rule: the rules are known only when all are read.
pub(super) struct TestDraft {
    test: PolicyTest,
    rule_span: Option<Span>,
}

/// What is expected, where that is written, and where it names a rule.
#[derive(Clone)]
struct Expected {
    expect: Expectation,
    span: Span,
    rule_span: Option<Span>,
}

/// What the cases of a test have in common.
struct Common {
    name: String,
    call: Value,
    tool_span: Span,
    expected: Option<Expected>,
}

impl Reader<'_> {
    pub(super) fn tests(&mut self, node: &Node) -> Option<Vec<TestDraft>> {
        let items = self.filled_list(node, "`tests`")?;
        let mut weight_left = CASES_WEIGHT_MAX;
        let tests: Vec<Option<Vec<TestDraft>>> =
            items.iter().map(|item| self.test_case(item, &mut weight_left)).collect();
        Some(tests.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// The tests of `drafts`, each of which names a rule of `rules` if it names one.
    pub(super) fn known_rules(&mut self, drafts: Vec<TestDraft>, rules: &[Rule]) -> Option<Vec<PolicyTest>> {
        let mut all_known = true;
        let mut told = None;
        let known: NameSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        for TestDraft { test, rule_span } in &drafts {
            let (Some(id), Some(span)) = (&test.expect.rule, rule_span) else { continue };
            if known.contains(id.as_str()) {
                continue;
            }
            all_known = false;
            // Cases may share what they expect.
            if told.replace(*span) == Some(*span) {
                continue;
            }
            let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
            let diagnostic = Diagnostic::new(Code::UnknownRule, *span, prose!("no rule has the id `{id}`"));
            self.report(diagnostic.did_you_mean(id, &ids, *span, self.text));
        }
        all_known.then(|| drafts.into_iter().map(|draft| draft.test).collect())
    }

    /// The tests that stand at `node`: one, or one for each of its cases.
    fn test_case(&mut self, node: &Node, weight_left: &mut usize) -> Option<Vec<TestDraft>> {
        let entries = self.filled_map(node, "a test", "write `- name: WHAT IT IS ABOUT`, `call:` and `expect:`")?;
        self.check_keys(entries, TEST_KEYS, "a test", |_| false);
        let has_cases = find_key(entries, "cases").is_some();
        let required: &[&str] = if has_cases { &["name", "call"] } else { &["name", "call", "expect"] };
        self.required_of(node, entries, (required, TEST_KEYS), "a test");
        let name = self.at_some(entries, "name", |reader, node| reader.text_value(node, "`name`"));
        let call = self.at_some(entries, "call", Self::test_call);
        let expected = self.at_some(entries, "expect", Self::expectation);
        let common = || {
            let (call, tool_span) = call??;
            Some(Common { name: name??, call, tool_span, expected: expected? })
        };
        let common = common();
        if let Some(cases) = find_key(entries, "cases") {
            return self.cases(&cases.value, common, weight_left);
        }
        let Common { name, call, tool_span, expected } = common?;
        let Expected { expect, span: expect_span, rule_span } = expected?;
        let test = PolicyTest { name, call, tool_span, expect, expect_span, shares_expect: false, span: node.span };
        Some(vec![TestDraft { test, rule_span }])
    }

    /// A test for each case at `node`; problems of all of them are reported, also if nothing is known of their test.
    fn cases(&mut self, node: &Node, common: Option<Common>, weight_left: &mut usize) -> Option<Vec<TestDraft>> {
        let items = self.filled_list(node, "`cases`")?;
        let read: Vec<Option<Case>> = items.iter().map(|item| self.case(item, common.as_ref())).collect();
        let (read, common) = (read.into_iter().collect::<Option<Vec<Case>>>()?, common?);
        let each = weight(&common.call);
        let weight = read
            .iter()
            .flat_map(|case| &case.parts)
            .fold(each.saturating_mul(read.len()), |sum, (_, value)| sum.saturating_add(weight(value)));
        let Some(left) = weight_left.checked_sub(weight) else {
            let message =
                prose!("the calls of these cases have more than {CASES_WEIGHT_MAX} values and bytes together");
            let span = items.first().map_or(node.span, |first| first.span);
            self.report(
                Diagnostic::new(Code::TooManyNodes, span, message).help("write fewer cases, or a shorter `call`"),
            );
            return None;
        };
        *weight_left = left;
        let drafts = read.into_iter().enumerate().map(|(place, case)| case.draft(&common, place + 1));
        drafts.collect()
    }

    fn case(&mut self, node: &Node, common: Option<&Common>) -> Option<Case> {
        let help = "write what differs from `call`, such as `args: { path: a }`, and what to `expect` of it";
        let entries = self.filled_map(node, "a case", help)?;
        self.check_keys(entries, CASE_KEYS, "a case", |_| false);
        let name = self.at_some(entries, "name", |reader, node| reader.text_value(node, "`name`"));
        let expected = self.at_some(entries, "expect", Self::expectation);
        let lacks_expected =
            find_key(entries, "expect").is_none() && common.is_some_and(|test| test.expected.is_none());
        if lacks_expected {
            self.report(missing_key(node, entries, "expect", "a case of a test without `expect`"));
        }
        let tool_span = self.call_parts(entries)?;
        let written = entries.iter().filter(|entry| CALL_KEYS.contains(&entry.key.as_str()));
        let parts: Vec<Option<_>> =
            written.map(|entry| Some((entry.key.clone(), self.operand(&entry.value)?))).collect();
        let parts = parts.into_iter().collect::<Option<_>>()?;
        (!lacks_expected).then_some(())?;
        Some(Case { name: name?, parts, tool_span, expected: expected?, span: node.span })
    }

    /// A call, and where its tool is written.
    fn test_call(&mut self, node: &Node) -> Option<(Value, Span)> {
        let entries = self.filled_map(node, "`call`", "write a tool call: `{ tool: file.read, args: { path: a } }`")?;
        self.check_keys(entries, CALL_KEYS, "a call", |_| false);
        self.required(node, entries, &["tool"], "a call");
        let tool_span = self.call_parts(entries)?;
        // Reports numbers that JSON does not carry exactly.
        Some((self.operand(node)?, tool_span?))
    }

    /// Where the tool is written, if it is and all that stands there is what a call has there.
    fn call_parts(&mut self, entries: &[MapEntry]) -> Option<Option<Span>> {
        let texts = ["tool", "reason"].map(|key| {
            self.at_some(entries, key, |reader, node| reader.text_value(node, &prose!("`{key}`"))).is_some()
        });
        let maps =
            ["args", "context"].map(|key| self.at(entries, key, |reader, node| reader.any_map(node, key)).is_some());
        let identities = ["agent", "user", "session"].map(|key| {
            self.at(entries, key, |reader, node| match node.value {
                NodeValue::Map(_) => Some(()),
                _ => reader.text_value(node, &prose!("`{key}`")).map(drop),
            })
            .is_some()
        });
        let all_well = texts.into_iter().chain(maps).chain(identities).all(|well| well);
        all_well.then(|| find_key(entries, "tool").map(|tool| tool.value.span))
    }

    fn any_map(&mut self, node: &Node, key: &str) -> Option<()> {
        if let NodeValue::Map(_) = node.value {
            return Some(());
        }
        let diagnostic = self.wrong_type(node, &prose!("`{key}` is a map"));
        self.report(diagnostic);
        None
    }

    /// What is expected: a map, or an action as a short form.
    fn expectation(&mut self, node: &Node) -> Option<Expected> {
        let span = node.span;
        let NodeValue::Map(_) = node.value else {
            let action = Some(self.action(node, "`expect`")?);
            return Some(Expected { expect: Expectation { action, rule: None, cause: None }, span, rule_span: None });
        };
        let entries = self.filled_map(node, "`expect`", "write what is expected: `{ action: block }`")?;
        self.check_keys(entries, EXPECT_KEYS, "`expect`", |_| false);
        let action = self.at_some(entries, "action", |reader, node| reader.action(node, "`action`"));
        let rule = self.at_some(entries, "rule", |reader, node| reader.text_value(node, "`rule`"));
        let causes = Cause::OF_POLICY.map(Cause::as_str);
        let cause = self.at_some(entries, "cause", |reader, node| {
            reader.word(node, "`cause`", (Code::UnknownWord, "cause"), &causes, Cause::from_word)
        });
        let rule_span = find_key(entries, "rule").map(|entry| entry.value.span);
        Some(Expected { expect: Expectation { action: action?, rule: rule?, cause: cause? }, span, rule_span })
    }

    /// Reports which of `keys` are not there.
    pub(super) fn required(&mut self, node: &Node, entries: &[MapEntry], keys: &[&str], owner: &str) {
        self.required_of(node, entries, (keys, keys), owner);
    }

    /// Reports which of the first keys are not there, where there may be all of the second.
    fn required_of(&mut self, node: &Node, entries: &[MapEntry], (keys, known): (&[&str], &[&str]), owner: &str) {
        for key in keys {
            if find_key(entries, key).is_none() && !node.unfinished && !is_misspelt(entries, key, known, owner) {
                self.report(missing_key(node, entries, key, owner));
            }
        }
    }
}

/// What a case writes.
struct Case {
    name: Option<String>,
    /// What differs from the call of its test, by key.
    parts: Vec<(String, Value)>,
    tool_span: Option<Span>,
    expected: Option<Expected>,
    span: Span,
}

impl Case {
    /// The test that it is, the `number`th of those that have `common` in common.
    fn draft(self, common: &Common, number: usize) -> Option<TestDraft> {
        let name = match &self.name {
            Some(name) => prose!("{}: {name}", common.name),
            None => prose!("{} #{number}", common.name),
        };
        let Value::Map(call) = common.call.clone() else { return None };
        let call = self.parts.into_iter().fold(call, |call, (key, value)| {
            let value = match (key.as_str(), call.get(&key), value) {
                ("args" | "context", Some(Value::Map(before)), Value::Map(after)) => {
                    let merged = after.iter().fold(before.clone(), |all, (key, value)| all.with(key, value.clone()));
                    Value::Map(merged)
                }
                (_, _, value) => value,
            };
            call.with(&key, value)
        });
        let shares_expect = self.expected.is_none();
        let Expected { expect, span: expect_span, rule_span } = self.expected.or_else(|| common.expected.clone())?;
        let tool_span = self.tool_span.unwrap_or(common.tool_span);
        let call = Value::Map(call);
        let test = PolicyTest { name, call, tool_span, expect, expect_span, shares_expect, span: self.span };
        Some(TestDraft { test, rule_span })
    }
}

/// How much `value` holds, in values and bytes of text.
fn weight(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
        Value::Text(text) => 1 + text.len(),
        Value::List(items) => items.iter().map(weight).fold(1, usize::saturating_add),
        Value::Map(map) => map.iter().map(|(key, value)| key.len() + weight(value)).fold(1, usize::saturating_add),
    }
}
