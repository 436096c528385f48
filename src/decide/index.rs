//! Which rules can match a tool, without asking every rule.

use super::patterns::Patterns;
use crate::matcher::glob::Glob;
use crate::names::NameMap;
use crate::policy::model::Rule;

/// Where in a rule's `tool` a match was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Place of the rule in its policy, from 0.
    pub rule: usize,
    /// Place of the name or pattern in the rule's list, from 0.
    pub pattern: usize,
}

/// Finds the rules for a tool.
#[derive(Clone, Debug)]
pub struct ToolIndex {
    /// The rules with each exact name, in their order.
    exact: NameMap<String, Vec<Hit>>,
    /// The patterns in the order of the rules.
    globs: Vec<(Glob, Hit)>,
    /// The same by their text.
    by_text: Patterns,
}

impl ToolIndex {
    /// Reads `rules` once.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        let mut exact: NameMap<String, Vec<Hit>> = NameMap::default();
        let mut globs = Vec::new();
        let mut by_text = Patterns::default();
        for (rule, tools) in rules.iter().map(|rule| &rule.tools).enumerate() {
            for (pattern, tool) in tools.iter().enumerate() {
                let hit = Hit { rule, pattern };
                if tool.is_glob() {
                    globs.push((Glob::new(&tool.text), hit));
                    by_text.add(&tool.text.chars().collect::<Vec<_>>());
                } else {
                    exact.entry(tool.text.clone()).or_default().push(hit);
                }
            }
        }
        Self { exact, globs, by_text }
    }

    /// How many exact names there are.
    #[must_use]
    pub fn names(&self) -> usize {
        self.exact.len()
    }

    /// Whether `tool` is an exact name of some rule.
    #[must_use]
    pub fn knows(&self, tool: &str) -> bool {
        self.exact.contains_key(tool)
    }

    /// The rules that match `tool` in their order, each with the first of its names and patterns that does.
    #[must_use]
    pub fn hits(&self, tool: &str) -> Vec<Hit> {
        let mut hits = self.exact.get(tool).cloned().unwrap_or_default();
        let candidates = self.by_text.candidates(&tool.chars().collect::<Vec<_>>());
        let globs = candidates.into_iter().filter_map(|at| self.globs.get(at));
        hits.extend(globs.filter(|(glob, _)| glob.matches(tool)).map(|&(_, hit)| hit));
        hits.sort_unstable();
        hits.dedup_by_key(|hit| hit.rule);
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::patterns::samples::{name, rules};
    use proptest::prelude::*;

    /// The rules that match `tool`, every name and pattern asked.
    fn plainly(rules: &[Rule], tool: &str) -> Vec<Hit> {
        let matches = |text: &str| if text.contains('*') { Glob::new(text).matches(tool) } else { text == tool };
        let first_of = |(rule, Rule { tools, .. }): (usize, &Rule)| {
            let pattern = tools.iter().position(|known| matches(&known.text))?;
            Some(Hit { rule, pattern })
        };
        rules.iter().enumerate().filter_map(first_of).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

        #[test]
        fn the_index_finds_what_asking_every_rule_does(known in rules(), tool in name()) {
            let index = ToolIndex::new(&known);
            prop_assert_eq!(index.hits(&tool), plainly(&known, &tool));
            for tool in known.iter().flat_map(|rule| &rule.tools).map(|known| known.text.replace('*', &tool)) {
                prop_assert_eq!(index.hits(&tool), plainly(&known, &tool), "{}", tool);
            }
        }
    }
}
