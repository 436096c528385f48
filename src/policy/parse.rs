//! From a tree of YAML nodes to a [`Policy`], with every problem on the way.

use super::digest::{PolicyParts, policy_digest};
use super::model::{Action, Confidence, Default, Policy, Rule};
use super::reader::{Reader, SHARE, find_key};
use super::rule::{Draft, WrittenIds, with_ids};
use super::value_advice;
use crate::matcher::regex::{Regex, Regexes};
use crate::text::diagnostic::{Code, Diagnostic, Problems};
use crate::text::prose::prose;
use crate::text::span::Span;
use crate::text::yaml::{self, Limits, MapEntry, Node, NodeValue};

/// The keys of a policy, beside those that begin with `x-`.
pub(super) const POLICY_KEYS: &[&str] =
    &["version", "name", "description", "default", "min_confidence", "missing_confidence", "review", "rules", "tests"];

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
/// assert_eq!(problems.first().map(|problem| problem.words.message.as_str()), Some("unknown action `alow`"));
/// ```
#[must_use]
pub fn parse(text: &str, limits: Limits) -> (Option<Policy>, Vec<Diagnostic>) {
    let mut problems = Problems::default();
    let root = yaml::parse(text, limits, &mut problems);
    let policy = match root {
        Some(root) => Reader { text, problems: &mut problems, regexes: Regexes::new(Regex::new) }.policy(&root),
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
        let name = self.at_some(entries, "name", |reader, node| reader.text_value(node, "`name`"));
        let description = self.at_some(entries, "description", |reader, node| reader.text_value(node, "`description`"));
        let default = self.at_some(entries, "default", Self::default);
        let confidence = self.confidence(entries);
        let review = self.at(entries, "review", Self::review);
        self.required(root, entries, &["rules"], "a policy");
        let rules = find_key(entries, "rules").and_then(|entry| self.rules(entry));
        let tests = self.at(entries, "tests", Self::tests);
        let parts = PolicyParts {
            name: name?,
            description: description?,
            default: default?.unwrap_or(Default::Action(Action::Escalate)),
            confidence: confidence?,
            review: review?,
            rules: rules?,
        };
        self.confidence_is_used(entries, &parts);
        let tests = self.known_rules(tests?, &parts.rules)?;
        match policy_digest(&parts) {
            Ok(digest) => {
                let PolicyParts { name, description, default, confidence, review, rules } = parts;
                let default_span = find_key(entries, "default").map(|entry| entry.value.span);
                Some(Policy { name, description, default, default_span, confidence, review, rules, tests, digest })
            }
            // Unreachable while unsafe numbers are refused; an error, so that it can never loosen anything.
            Err(_) => {
                self.report(Diagnostic::new(Code::WrongType, root.span, "this policy has no canonical form"));
                None
            }
        }
    }

    fn confidence(&mut self, entries: &[MapEntry]) -> Option<Confidence> {
        let min = self.at_some(entries, "min_confidence", |reader, node| reader.share(node, "`min_confidence`"));
        let missing_escalates = self.at_some(entries, "missing_confidence", |reader, node| {
            let word = (Code::UnknownWord, "word");
            reader.word(node, "`missing_confidence`", word, &["escalate", "ignore"], |word| Some(word == "escalate"))
        });
        Some(Confidence { min: min?, missing_escalates: missing_escalates?.unwrap_or(true) })
    }

    /// Warns of a least confidence that holds nothing: each policy of a stack holds only what it would allow itself.
    fn confidence_is_used(&mut self, entries: &[MapEntry], parts: &PolicyParts) {
        let allows = parts.default == Default::Action(Action::Allow)
            || parts.rules.iter().any(|rule| rule.action == Action::Allow);
        let Some(entry) = find_key(entries, "min_confidence").filter(|_| !allows) else { return };
        let message = "this policy allows nothing, so that there is nothing to hold";
        let help = "a least confidence holds what its own policy allows: write it into each policy that allows";
        self.report(Diagnostic::new(Code::ConfidenceUnused, entry.key_span, message).help(help));
    }

    /// A number from 0 to 1.
    pub(super) fn share(&mut self, node: &Node, what: &str) -> Option<f64> {
        if let NodeValue::Text(text) = &node.value
            && text.ends_with('%')
        {
            let diagnostic = self.wrong_type(node, &prose!("{what} is {SHARE}"));
            self.report(value_advice::share(diagnostic, node, self.text));
            return None;
        }
        self.number_in(node, what, |number| (0.0..=1.0).contains(&number), SHARE)
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
                if let Some((dash, span)) = typographic_dash(node) {
                    let help = prose!("`{dash}` is no hyphen: begin each rule with `- `");
                    self.report(diagnostic.help(help).fix("replace it with `-`", span, "-"));
                    return None;
                }
                self.report(diagnostic.help("begin each rule with `- `: `- { tool: file.read, action: allow }`"));
                return None;
            }
        };
        let mut written_ids = WrittenIds::default();
        let drafts: Vec<Option<Draft>> = items.iter().map(|item| self.rule(item, &mut written_ids)).collect();
        let drafts: Vec<Draft> = drafts.into_iter().collect::<Option<_>>()?;
        Some(with_ids(drafts, &written_ids))
    }

    fn default(&mut self, node: &Node) -> Option<Default> {
        let known = ["allow", "escalate", "block", "abstain"];
        self.word(node, "`default`", (Code::UnknownAction, "action"), &known, Default::from_word)
    }
}

/// The dash of print that the first key of the map at `node` begins with, and where.
fn typographic_dash(node: &Node) -> Option<(char, Span)> {
    let NodeValue::Map(entries) = &node.value else { return None };
    let first = entries.first()?;
    let dash = first.key.chars().next().filter(|_| first.key.chars().nth(1) == Some(' '));
    let dash = dash.filter(|c| matches!(c, '\u{2010}'..='\u{2015}' | '\u{2022}' | '\u{2212}'))?;
    Some((dash, Span::new(first.key_span.start, first.key_span.start + dash.len_utf8())))
}

fn no_rules(entry: &MapEntry) -> Diagnostic {
    Diagnostic::new(Code::Empty, entry.key_span, "`rules` is empty").help("a policy has at least one rule")
}
