//! What stands out of a policy at first sight: that it allows by default, or everything; ids that look alike.

use super::found::Found;
use super::tools::pattern_span;
use crate::names::NameMap;
use crate::policy::model::{Action, Default, Policy, Rule};
use crate::text::diagnostic::{Code, Diagnostic};

pub(super) fn whole(policy: &Policy, text: &str, found: &mut Found) {
    if let (Default::Action(Action::Allow), Some(span)) = (policy.default, policy.default_span) {
        let message = "every call that no rule matches is allowed, also of tools that nobody has thought of";
        found.push(
            Diagnostic::new(Code::DefaultAllow, span, message)
                .help("leave `default` out, so that such calls wait for a person, and allow tools by name")
                .fix("replace it with `escalate`", span, "escalate"),
        );
    }
    found.extend(policy.rules.iter().filter_map(allows_everything));
    ids_by_case(policy, text, found);
}

fn allows_everything(rule: &Rule) -> Option<Diagnostic> {
    let is_open = rule.action == Action::Allow && rule.when.is_none() && rule.relaxed.is_none();
    let pattern = rule.tools.iter().find(|tool| matches!(tool.text.as_str(), "*" | "**")).filter(|_| is_open)?;
    let message = format!("rule `{}` allows every call of every tool that reaches it", rule.id);
    Some(
        Diagnostic::new(Code::AllowsEverything, pattern.span, message)
            .help("name the tools that may run; what no rule matches waits for a person"),
    )
}

/// Ids that a person may take for one another, in a log or in a test.
fn ids_by_case(policy: &Policy, text: &str, found: &mut Found) {
    // An id that is not written is that of the first tool.
    let place = |rule: &Rule| {
        rule.id_span.unwrap_or_else(|| match rule.tools.first() {
            Some(first) => pattern_span(rule, first, text),
            None => rule.span,
        })
    };
    let mut seen: NameMap<String, &Rule> = NameMap::default();
    for rule in &policy.rules {
        let earlier = *seen.entry(rule.id.to_lowercase()).or_insert(rule);
        if earlier.id == rule.id {
            continue;
        }
        let message = format!("ids `{}` and `{}` differ only in letter case", earlier.id, rule.id);
        let help = if rule.id_span.is_some() { "rename one of the two" } else { "give one of the two rules an `id`" };
        let diagnostic = Diagnostic::new(Code::IdsDifferByCase, place(rule), message).help(help);
        found.push(diagnostic.related(place(earlier), "the other one"));
    }
}
