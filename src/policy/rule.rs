//! One rule, and its id.

use super::model::{Action, Rule, ToolPattern, When};
use super::reader::{Reader, find_key, missing_key};
use super::terms::Risk;
use super::tool::tool_pattern;
use super::when::written;
use crate::names::{NameMap, NameSet};
use crate::text::diagnostic::{Code, Diagnostic};
use crate::text::prose::prose;
use crate::text::span::Span;
use crate::text::yaml::{MapEntry, Node, NodeValue};

/// The keys of a rule.
pub(super) const RULE_KEYS: &[&str] = &[
    "id",
    "tool",
    "when",
    "action",
    "reason",
    "consequence",
    "risk",
    "reversible",
    "min_confidence",
    "limit",
    "marks",
    "review",
    "relaxed",
    "undecidable",
];

/// The ids that rules of one policy write, and where.
pub(super) type WrittenIds = NameMap<String, Span>;

/// A rule; without a written id its id is still empty.
pub(super) struct Draft {
    rule: Rule,
    has_id: bool,
}

impl Reader<'_> {
    pub(super) fn rule(&mut self, node: &Node, written_ids: &mut WrittenIds) -> Option<Draft> {
        let NodeValue::Map(entries) = &node.value else {
            if !node.unfinished {
                let diagnostic = self.wrong_type(node, "a rule is a map");
                self.report(diagnostic.help("write `- tool: NAME` and below it `action: allow`"));
            }
            return None;
        };
        self.check_keys(entries, RULE_KEYS, "a rule", |_| false);
        self.required(node, entries, &["tool", "action"], "a rule");
        let id = self.at_some(entries, "id", |reader, node| reader.id(node, written_ids));
        let tools = self.at_some(entries, "tool", Self::tools);
        let action = self.at_some(entries, "action", |reader, node| reader.action(node, "`action`"));
        let when = self.at_some(entries, "when", Self::when);
        let undecidable = self.at_some(entries, "undecidable", Self::undecidable);
        let min_confidence =
            self.at_some(entries, "min_confidence", |reader, node| reader.share(node, "`min_confidence`"));
        let reason = self.at_some(entries, "reason", |reader, node| reader.text_value(node, "`reason`"));
        let consequence = self.at_some(entries, "consequence", Self::consequence);
        let risk = self.at_some(entries, "risk", |reader, node| {
            let known = Risk::ALL.map(Risk::as_str);
            reader.word(node, "`risk`", (Code::UnknownRisk, "risk"), &known, Risk::from_word)
        });
        let reversible = self.at_some(entries, "reversible", |reader, node| reader.bool(node, "`reversible`"));
        let limit = self.at_some(entries, "limit", Self::limit);
        let marks = self.at(entries, "marks", Self::marks);
        let review = self.at(entries, "review", Self::review);
        let relaxed = self.at_some(entries, "relaxed", Self::relaxed);
        self.counted_rule_has_id(node, entries);
        let (action, undecidable) = (action??, undecidable?);
        self.misplaced_keys(entries, action, undecidable)?;
        let id = id?;
        let rule = Rule {
            tools: tools??,
            when: when?,
            action,
            undecidable: undecidable.unwrap_or(action),
            min_confidence: min_confidence?,
            reason: reason?,
            consequence: consequence?,
            risk: risk?,
            reversible: reversible?,
            limit: limit?,
            marks: marks?,
            review: review?,
            relaxed: relaxed?,
            span: node.span,
            id_span: find_key(entries, "id").map(|entry| entry.value.span),
            id: String::new(),
        };
        Some(Draft { has_id: id.is_some(), rule: Rule { id: id.unwrap_or_default(), ..rule } })
    }

    /// What is counted under a rule's name must keep that name when rules are added before it.
    fn counted_rule_has_id(&mut self, node: &Node, entries: &[MapEntry]) {
        let counted = ["limit", "relaxed"].into_iter().find_map(|key| find_key(entries, key));
        if let Some(counted) = counted.filter(|_| find_key(entries, "id").is_none() && !node.unfinished) {
            let diagnostic = missing_key(node, entries, "id", &prose!("a rule with `{}`", counted.key));
            self.report(diagnostic.help("what is counted is counted under this id, also after the policy was edited"));
        }
    }

    /// Reports keys that have no meaning on a rule with this action; `None` if there are any.
    fn misplaced_keys(&mut self, entries: &[MapEntry], action: Action, undecidable: Option<Action>) -> Option<()> {
        let always_blocks = action == Action::Block && undecidable.is_none();
        let (not_allow, not_block) = ("a rule that does not allow", "a rule that does not block");
        let rows: [(&str, bool, &str, &str); 6] = [
            ("min_confidence", action == Action::Allow, not_allow, "confidence can only hold what would be allowed"),
            ("limit", action == Action::Allow, not_allow, "a limit can only hold what would be allowed"),
            ("relaxed", action == Action::Allow, not_allow, "only a rule that allows can replace review"),
            (
                "undecidable",
                action == Action::Block,
                not_block,
                "what is undecidable counts as the rule's own action anyway",
            ),
            ("marks", !always_blocks, "a rule that blocks", "what does not run leaves no mark"),
            ("review", !always_blocks, "a rule that blocks", "nobody is asked about what it blocks"),
        ];
        let mut all_well = true;
        for (key, has_meaning, place, why) in rows {
            let Some(entry) = find_key(entries, key).filter(|_| !has_meaning) else { continue };
            all_well = false;
            let diagnostic = Diagnostic::new(Code::Misplaced, entry.key_span, prose!("`{key}` on {place}"));
            self.report(diagnostic.help(prose!("remove it: {why}")));
        }
        if let Some(entry) = find_key(entries, "undecidable").filter(|_| all_well && undecidable.is_some()) {
            let message = "what this rule cannot decide is left to a person";
            let diagnostic = Diagnostic::new(Code::UndecidableEscalates, entry.key_span, message);
            self.report(diagnostic.label("without this key it would be blocked"));
        }
        all_well.then_some(())
    }

    fn when(&mut self, node: &Node) -> Option<When> {
        let is_visible = self.can_be_seen(node);
        let condition = self.condition(node, "`when`")?;
        is_visible.then(|| When { condition, written: written(node) })
    }

    fn undecidable(&mut self, node: &Node) -> Option<Action> {
        self.word(node, "`undecidable`", (Code::UnknownAction, "action"), &["escalate"], Action::from_word)
    }

    fn id(&mut self, node: &Node, written_ids: &mut WrittenIds) -> Option<String> {
        let id = self.plain_text(node, "an id")?;
        if let Some(&first) = written_ids.get(&id) {
            let diagnostic = Diagnostic::new(Code::DuplicateId, node.span, prose!("id `{id}` used twice"));
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

    pub(super) fn action(&mut self, node: &Node, what: &str) -> Option<Action> {
        let known = Action::ALL.map(Action::as_str);
        self.word(node, what, (Code::UnknownAction, "action"), &known, Action::from_word)
    }
}

/// Gives every rule without a written id its first tool pattern as id, with `#2`, `#3`, … where that is taken.
pub(super) fn with_ids(drafts: Vec<Draft>, written_ids: &WrittenIds) -> Vec<Rule> {
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
    let with_id = |Draft { rule, has_id }| if has_id { rule } else { Rule { id: id_for(&rule.tools), ..rule } };
    drafts.into_iter().map(with_id).collect()
}
