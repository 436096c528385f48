//! Which rules can match a tool, without asking every rule.

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

/// Finds the first rule for a tool.
#[derive(Clone, Debug)]
pub struct ToolIndex {
    /// The first rule with each exact name.
    exact: NameMap<String, Hit>,
    /// The patterns in the order of the rules.
    globs: Vec<(Glob, Hit)>,
}

impl ToolIndex {
    /// Reads `rules` once.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        let mut exact = NameMap::default();
        let mut globs = Vec::new();
        for (rule, tools) in rules.iter().map(|rule| &rule.tools).enumerate() {
            for (pattern, tool) in tools.iter().enumerate() {
                let hit = Hit { rule, pattern };
                if tool.is_glob() {
                    globs.push((Glob::new(&tool.text), hit));
                } else {
                    exact.entry(tool.text.clone()).or_insert(hit);
                }
            }
        }
        Self { exact, globs }
    }

    /// The first rule that matches `tool`, and within it the first name or pattern that does.
    #[must_use]
    pub fn first(&self, tool: &str) -> Option<Hit> {
        let exact = self.exact.get(tool).copied();
        let earlier = |hit: &Hit| exact.is_none_or(|exact| *hit < exact);
        let glob = self.globs.iter().take_while(|(_, hit)| earlier(hit)).find(|(glob, _)| glob.matches(tool));
        glob.map(|&(_, hit)| hit).or(exact)
    }
}
