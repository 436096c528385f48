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
pub(super) const TEST_KEYS: &[&str] = &["name", "call", "expect"];
/// The keys of a test's call.
pub(super) const CALL_KEYS: &[&str] = &["tool", "args", "reason", "confidence", "agent", "user", "session", "context"];
/// The keys of what a test expects.
pub(super) const EXPECT_KEYS: &[&str] = &["action", "rule", "cause"];

/// A test, and where it names a rule: the rules are known only when all are read.
pub(super) struct TestDraft {
    test: PolicyTest,
    rule_span: Option<Span>,
}

impl Reader<'_> {
    pub(super) fn tests(&mut self, node: &Node) -> Option<Vec<TestDraft>> {
        let items = self.filled_list(node, "`tests`")?;
        let tests: Vec<Option<TestDraft>> = items.iter().map(|item| self.test_case(item)).collect();
        tests.into_iter().collect()
    }

    /// The tests of `drafts`, each of which names a rule of `rules` if it names one.
    pub(super) fn known_rules(&mut self, drafts: Vec<TestDraft>, rules: &[Rule]) -> Option<Vec<PolicyTest>> {
        let mut all_known = true;
        let known: NameSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        for TestDraft { test, rule_span } in &drafts {
            let (Some(id), Some(span)) = (&test.expect.rule, rule_span) else { continue };
            if known.contains(id.as_str()) {
                continue;
            }
            all_known = false;
            let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
            let diagnostic = Diagnostic::new(Code::UnknownRule, *span, prose!("no rule has the id `{id}`"));
            self.report(diagnostic.did_you_mean(id, &ids, *span, self.text));
        }
        all_known.then(|| drafts.into_iter().map(|draft| draft.test).collect())
    }

    fn test_case(&mut self, node: &Node) -> Option<TestDraft> {
        let entries = self.filled_map(node, "a test", "write `- name: WHAT IT IS ABOUT`, `call:` and `expect:`")?;
        self.check_keys(entries, TEST_KEYS, "a test", |_| false);
        self.required(node, entries, TEST_KEYS, "a test");
        let name = self.at_some(entries, "name", |reader, node| reader.text_value(node, "`name`"));
        let call = self.at_some(entries, "call", Self::test_call);
        let expect = self.at_some(entries, "expect", Self::expectation);
        let (expect, rule_span) = expect??;
        let (call, tool_span) = call??;
        let expect_span = find_key(entries, "expect")?.value.span;
        let test = PolicyTest { name: name??, call, tool_span, expect, expect_span, span: node.span };
        Some(TestDraft { test, rule_span })
    }

    /// A call, and where its tool is written.
    fn test_call(&mut self, node: &Node) -> Option<(Value, Span)> {
        let entries = self.filled_map(node, "`call`", "write a tool call: `{ tool: file.read, args: { path: a } }`")?;
        self.check_keys(entries, CALL_KEYS, "a call", |_| false);
        self.required(node, entries, &["tool"], "a call");
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
        let tool = find_key(entries, "tool").filter(|_| all_well)?;
        // Reports numbers that JSON does not carry exactly.
        Some((self.operand(node)?, tool.value.span))
    }

    fn any_map(&mut self, node: &Node, key: &str) -> Option<()> {
        if let NodeValue::Map(_) = node.value {
            return Some(());
        }
        let diagnostic = self.wrong_type(node, &prose!("`{key}` is a map"));
        self.report(diagnostic);
        None
    }

    /// What is expected, and where a rule is named: a map, or an action as a short form.
    fn expectation(&mut self, node: &Node) -> Option<(Expectation, Option<Span>)> {
        let NodeValue::Map(_) = node.value else {
            let action = Some(self.action(node, "`expect`")?);
            return Some((Expectation { action, rule: None, cause: None }, None));
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
        Some((Expectation { action: action?, rule: rule?, cause: cause? }, rule_span))
    }

    /// Reports which of `keys` are not there.
    pub(super) fn required(&mut self, node: &Node, entries: &[MapEntry], keys: &[&str], owner: &str) {
        for key in keys {
            if find_key(entries, key).is_none() && !node.unfinished && !is_misspelt(entries, key, keys, owner) {
                self.report(missing_key(node, entries, key, owner));
            }
        }
    }
}
