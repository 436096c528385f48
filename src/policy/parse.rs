//! From a tree of YAML nodes to a [`Policy`], with every problem on the way.

use super::model::{Action, Confidence, Default, Policy, PolicyParts, Rule, ToolPattern, When, policy_digest};
use super::reader::{Reader, find_key, missing_key};
use super::tool::tool_pattern;
use super::when::written;
use crate::names::{NameMap, NameSet};
use crate::text::diagnostic::{Code, Diagnostic, Problems};
use crate::text::span::Span;
use crate::text::syntax::is_hidden;
use crate::text::yaml::{self, Limits, MapEntry, Node, NodeValue};

const POLICY_KEYS: &[&str] =
    &["version", "name", "description", "default", "min_confidence", "missing_confidence", "rules"];
const RULE_KEYS: &[&str] = &["id", "tool", "when", "action", "reason", "min_confidence", "undecidable"];

/// Words of other systems for our actions.
const OTHER_WORDS: &[(&str, &str)] = &[
    ("deny", "block"),
    ("forbid", "block"),
    ("reject", "block"),
    ("refuse", "block"),
    ("permit", "allow"),
    ("approve", "allow"),
    ("accept", "allow"),
    ("ask", "escalate"),
    ("review", "escalate"),
    ("confirm", "escalate"),
    ("hold", "escalate"),
    ("require_approval", "escalate"),
];

/// Reads the policy that `text` writes in YAML or JSON.
///
/// Never stops at the first problem: all of them are returned, in the order of the text.
/// There is a policy if and only if none of them is an error.
///
/// ```
/// use countersign::policy::parse::parse;
/// use countersign::text::yaml::Limits;
///
/// let (policy, problems) = parse("rules:\n  - { tool: file.read, action: allow }\n", Limits::default());
/// assert!(problems.is_empty());
/// assert_eq!(policy.map(|policy| policy.rules.len()), Some(1));
///
/// let (policy, problems) = parse("rules:\n  - { tool: file.read, action: alow }\n", Limits::default());
/// assert!(policy.is_none());
/// assert_eq!(problems.first().map(|problem| problem.message.as_str()), Some("unknown action `alow`"));
/// ```
#[must_use]
pub fn parse(text: &str, limits: Limits) -> (Option<Policy>, Vec<Diagnostic>) {
    let mut problems = Problems::default();
    let root = yaml::parse(text, limits, &mut problems);
    let policy = match root {
        Some(root) => Reader { text, problems: &mut problems }.policy(&root),
        None => {
            if problems.is_empty() {
                problems.push(empty_policy());
            }
            None
        }
    };
    let problems = problems.into_sorted();
    let usable = !problems.iter().any(Diagnostic::is_error);
    (policy.filter(|_| usable), problems)
}

fn empty_policy() -> Diagnostic {
    Diagnostic::new(Code::EmptyPolicy, Span::new(0, 0), "there is no policy here")
        .help("a policy has at least one rule: `rules: [{ tool: file.read, action: allow }]`")
}

impl Reader<'_> {
    fn policy(&mut self, root: &Node) -> Option<Policy> {
        let entries = match &root.value {
            NodeValue::Map(entries) => entries,
            NodeValue::Null => {
                self.report(empty_policy());
                return None;
            }
            NodeValue::List(_) => {
                let diagnostic = self.wrong_type(root, "a policy is a map");
                self.report(diagnostic.help("put the list under the key `rules:`"));
                return None;
            }
            NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Text(_) => {
                let diagnostic = self.wrong_type(root, "a policy is a map");
                self.report(diagnostic.help("a policy begins with the key `rules:`"));
                return None;
            }
        };
        self.check_keys(entries, POLICY_KEYS, "a policy", |key| key.starts_with("x-"));
        if let Some(version) = find_key(entries, "version") {
            self.version(&version.value);
        }
        let name = self.optional_text(entries, "name");
        let description = self.optional_text(entries, "description");
        let default = match find_key(entries, "default") {
            Some(entry) => self.default(&entry.value),
            None => Some(Default::Action(Action::Escalate)),
        };
        let rules = match find_key(entries, "rules") {
            Some(entry) => self.rules(entry),
            None => {
                if !root.unfinished {
                    self.report(missing_key(root, entries, "rules", "a policy"));
                }
                None
            }
        };
        let confidence = self.confidence(entries);
        let parts = PolicyParts { name, description, default: default?, confidence: confidence?, rules: rules? };
        match policy_digest(&parts) {
            Ok(digest) => {
                let PolicyParts { name, description, default, confidence, rules } = parts;
                Some(Policy { name, description, default, confidence, rules, digest })
            }
            // Unreachable while unsafe numbers are refused; an error, so that it can never loosen anything.
            Err(_) => {
                self.report(Diagnostic::new(Code::WrongType, root.span, "this policy has no canonical form"));
                None
            }
        }
    }

    fn confidence(&mut self, entries: &[MapEntry]) -> Option<Confidence> {
        let min = find_key(entries, "min_confidence").map(|entry| self.share(&entry.value, "`min_confidence`"));
        let missing = find_key(entries, "missing_confidence").map(|entry| self.missing_confidence(&entry.value));
        let min = match min {
            Some(min) => Some(min?),
            None => None,
        };
        let missing_escalates = match missing {
            Some(missing) => missing?,
            None => true,
        };
        Some(Confidence { min, missing_escalates })
    }

    /// Whether a call that reports no confidence is held.
    fn missing_confidence(&mut self, node: &Node) -> Option<bool> {
        let written = self.text_value(node, "`missing_confidence`")?;
        let known = match written.as_str() {
            "escalate" => Some(true),
            "ignore" => Some(false),
            _ => None,
        };
        if known.is_none() {
            let diagnostic = Diagnostic::new(Code::UnknownAction, node.span, format!("unknown word `{written}`"));
            let known = ["escalate", "ignore"];
            self.report(
                diagnostic
                    .label("expected `escalate` or `ignore`")
                    .did_you_mean(&written, &known, node.span, self.text),
            );
        }
        known
    }

    /// A number from 0 to 1.
    fn share(&mut self, node: &Node, what: &str) -> Option<f64> {
        let number = self.number(node, what)?;
        if (0.0..=1.0).contains(&number) {
            return Some(number);
        }
        self.report(Diagnostic::new(Code::OutOfRange, node.span, format!("{what} is a number from 0 to 1")));
        None
    }

    /// Only what a rule allows can be held for want of confidence.
    fn rule_confidence(&mut self, entry: &MapEntry, action: Option<Action>) -> Option<f64> {
        let min = self.share(&entry.value, "`min_confidence`")?;
        if action? != Action::Allow {
            let diagnostic =
                Diagnostic::new(Code::Misplaced, entry.key_span, "`min_confidence` on a rule that does not allow");
            self.report(diagnostic.help("remove it: confidence can only hold what would be allowed"));
            return None;
        }
        Some(min)
    }

    fn version(&mut self, node: &Node) {
        match node.value {
            NodeValue::Number(1.0) => {}
            NodeValue::Number(_) => {
                let diagnostic =
                    Diagnostic::new(Code::UnsupportedVersion, node.span, "unsupported version of the policy language");
                self.report(diagnostic.label("only `1` is known").replace_fix("1", node.span, self.text));
            }
            NodeValue::Null if node.unfinished => {}
            NodeValue::Null => self.report(Diagnostic::new(Code::Empty, node.span, "`version` is empty")),
            NodeValue::Bool(_) | NodeValue::Text(_) | NodeValue::List(_) | NodeValue::Map(_) => {
                let diagnostic = self.wrong_type(node, "`version` is a number");
                self.report(diagnostic.replace_fix("1", node.span, self.text));
            }
        }
    }

    fn rules(&mut self, entry: &MapEntry) -> Option<Vec<Rule>> {
        let node = &entry.value;
        let items = match &node.value {
            NodeValue::List(items) if items.is_empty() && !node.unfinished => {
                self.report(no_rules(entry));
                return None;
            }
            NodeValue::List(items) => items,
            NodeValue::Null if node.unfinished => return None,
            NodeValue::Null => {
                self.report(no_rules(entry));
                return None;
            }
            _ => {
                let diagnostic = self.wrong_type(node, "`rules` is a list");
                self.report(diagnostic.help("begin each rule with `- `"));
                return None;
            }
        };
        let mut written_ids = WrittenIds::default();
        let drafts: Vec<Option<Draft>> = items.iter().map(|item| self.rule(item, &mut written_ids)).collect();
        let drafts: Vec<Draft> = drafts.into_iter().collect::<Option<_>>()?;
        Some(with_ids(drafts, &written_ids))
    }

    fn rule(&mut self, node: &Node, written_ids: &mut WrittenIds) -> Option<Draft> {
        let NodeValue::Map(entries) = &node.value else {
            if !node.unfinished {
                let diagnostic = self.wrong_type(node, "a rule is a map");
                self.report(diagnostic.help("write `- tool: NAME` and below it `action: allow`"));
            }
            return None;
        };
        self.check_keys(entries, RULE_KEYS, "a rule", |_| false);
        for required in ["tool", "action"] {
            if find_key(entries, required).is_none() && !node.unfinished {
                self.report(missing_key(node, entries, required, "a rule"));
            }
        }
        let id = find_key(entries, "id").map(|entry| self.id(&entry.value, written_ids));
        let tools = find_key(entries, "tool").and_then(|entry| self.tools(&entry.value));
        let action = find_key(entries, "action").and_then(|entry| self.action(&entry.value));
        let when = find_key(entries, "when").map(|entry| self.when(&entry.value));
        let undecidable = find_key(entries, "undecidable").map(|entry| self.undecidable(entry, action));
        let min_confidence = find_key(entries, "min_confidence").map(|entry| self.rule_confidence(entry, action));
        let reason = self.optional_text(entries, "reason");
        // A written id that was refused leaves no rule; none written leaves one that gets an id later.
        let written_id = match id {
            Some(id) => Some(id?),
            None => None,
        };
        let when = match when {
            Some(when) => Some(when?),
            None => None,
        };
        let min_confidence = match min_confidence {
            Some(min) => Some(min?),
            None => None,
        };
        let action = action?;
        let undecidable = match undecidable {
            Some(undecidable) => undecidable?,
            None => action,
        };
        let (tools, span) = (tools?, node.span);
        Some(Draft { written_id, tools, when, action, undecidable, min_confidence, reason, span })
    }

    fn when(&mut self, node: &Node) -> Option<When> {
        Some(When { condition: self.condition(node, "`when`")?, written: written(node) })
    }

    /// Only a `block` rule may leave doubtful cases to a person.
    fn undecidable(&mut self, entry: &MapEntry, action: Option<Action>) -> Option<Action> {
        let node = &entry.value;
        let written = self.text_value(node, "`undecidable`")?;
        if written != "escalate" {
            let diagnostic = Diagnostic::new(Code::UnknownAction, node.span, format!("unknown action `{written}`"));
            self.report(diagnostic.label("expected `escalate`").did_you_mean(
                &written,
                &["escalate"],
                node.span,
                self.text,
            ));
            return None;
        }
        if action? != Action::Block {
            let diagnostic =
                Diagnostic::new(Code::Misplaced, entry.key_span, "`undecidable` on a rule that does not block");
            self.report(diagnostic.help("remove it: what is undecidable counts as the rule's own action anyway"));
            return None;
        }
        self.report(
            Diagnostic::new(
                Code::UndecidableEscalates,
                entry.key_span,
                "what this rule cannot decide is left to a person",
            )
            .label("without this key it would be blocked"),
        );
        Some(Action::Escalate)
    }

    fn id(&mut self, node: &Node, written_ids: &mut WrittenIds) -> Option<String> {
        let id = self.text_value(node, "`id`")?;
        if let Some(hidden) = id.chars().find(|&c| is_hidden(c) || c.is_control()) {
            let message = format!("hidden character U+{:04X} in an id", u32::from(hidden));
            self.report(Diagnostic::new(Code::HiddenCharacter, node.span, message));
            return None;
        }
        if let Some(&first) = written_ids.get(&id) {
            let diagnostic = Diagnostic::new(Code::DuplicateId, node.span, format!("id `{id}` used twice"));
            self.report(diagnostic.label("used again here").related(first, "first used here"));
            return None;
        }
        written_ids.insert(id.clone(), node.span);
        Some(id)
    }

    fn tools(&mut self, node: &Node) -> Option<Vec<ToolPattern>> {
        let NodeValue::List(items) = &node.value else {
            return self.tool(node).map(|tool| vec![tool]);
        };
        if items.is_empty() && !node.unfinished {
            self.report(
                Diagnostic::new(Code::Empty, node.span, "empty list of tools")
                    .help("to match every tool, write `\"*\"`"),
            );
            return None;
        }
        let tools: Vec<Option<ToolPattern>> = items.iter().map(|item| self.tool(item)).collect();
        tools.into_iter().collect()
    }

    fn tool(&mut self, node: &Node) -> Option<ToolPattern> {
        let written = self.text_value(node, "`tool`")?;
        match tool_pattern(&written, node.span, self.text) {
            Ok(tool) => Some(tool),
            Err(diagnostic) => {
                self.report(*diagnostic);
                None
            }
        }
    }

    fn action(&mut self, node: &Node) -> Option<Action> {
        let written = self.text_value(node, "`action`")?;
        let known = Action::from_word(&written);
        if known.is_none() {
            self.report(unknown_action(&written, node.span, &["allow", "escalate", "block"], self.text));
        }
        known
    }

    fn default(&mut self, node: &Node) -> Option<Default> {
        let written = self.text_value(node, "`default`")?;
        let known = Default::from_word(&written);
        if known.is_none() {
            self.report(unknown_action(&written, node.span, &["allow", "escalate", "block", "abstain"], self.text));
        }
        known
    }
}

/// The ids that rules of one policy write, and where.
type WrittenIds = NameMap<String, Span>;

/// A rule that may still need an id.
struct Draft {
    written_id: Option<String>,
    tools: Vec<ToolPattern>,
    when: Option<When>,
    action: Action,
    undecidable: Action,
    min_confidence: Option<f64>,
    reason: Option<String>,
    span: Span,
}

/// Gives every rule without a written id its first tool pattern as id, with `#2`, `#3`, … where that is taken.
fn with_ids(drafts: Vec<Draft>, written_ids: &WrittenIds) -> Vec<Rule> {
    let mut taken: NameSet<String> = written_ids.keys().cloned().collect();
    let mut next_number: NameMap<String, usize> = NameMap::default();
    let mut id_for = |tools: &[ToolPattern]| {
        let base = tools.first().map(|tool| tool.text.clone()).unwrap_or_default();
        let number = next_number.entry(base.clone()).or_insert(1);
        loop {
            let id = if *number == 1 { base.clone() } else { format!("{base}#{number}") };
            *number += 1;
            if taken.insert(id.clone()) {
                return id;
            }
        }
    };
    drafts
        .into_iter()
        .map(|Draft { written_id, tools, when, action, undecidable, min_confidence, reason, span }| {
            let id = written_id.unwrap_or_else(|| id_for(&tools));
            Rule { id, tools, when, action, undecidable, min_confidence, reason, span }
        })
        .collect()
}

fn no_rules(entry: &MapEntry) -> Diagnostic {
    Diagnostic::new(Code::Empty, entry.key_span, "`rules` is empty").help("a policy has at least one rule")
}

fn unknown_action(written: &str, span: Span, known: &[&str], source: &str) -> Diagnostic {
    let listed: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
    let expected = match listed.split_last() {
        Some((last, others)) => format!("expected {} or {last}", others.join(", ")),
        None => String::new(),
    };
    let diagnostic = Diagnostic::new(Code::UnknownAction, span, format!("unknown action `{written}`")).label(expected);
    if written.trim() != written && known.contains(&written.trim()) {
        return diagnostic.help("write it on one line, without white space around it");
    }
    diagnostic.here_called(written, OTHER_WORDS, known, span, source)
}
