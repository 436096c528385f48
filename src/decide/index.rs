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

/// Finds the rules for a tool.
#[derive(Clone, Debug)]
pub struct ToolIndex {
    /// The rules with each exact name, in their order.
    exact: NameMap<String, Vec<Hit>>,
    /// The patterns in the order of the rules.
    globs: Vec<(Glob, Hit)>,
}

impl ToolIndex {
    /// Reads `rules` once.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        let mut exact: NameMap<String, Vec<Hit>> = NameMap::default();
        let mut globs = Vec::new();
        for (rule, tools) in rules.iter().map(|rule| &rule.tools).enumerate() {
            for (pattern, tool) in tools.iter().enumerate() {
                let hit = Hit { rule, pattern };
                if tool.is_glob() {
                    globs.push((Glob::new(&tool.text), hit));
                } else {
                    exact.entry(tool.text.clone()).or_default().push(hit);
                }
            }
        }
        Self { exact, globs }
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
    pub fn hits<'a>(&'a self, tool: &'a str) -> impl Iterator<Item = Hit> + 'a {
        let exact = self.exact.get(tool).map(Vec::as_slice).unwrap_or_default();
        let mut exact = exact.iter().copied().peekable();
        let mut globs = self.globs.iter().filter(move |(glob, _)| glob.matches(tool)).map(|&(_, hit)| hit).peekable();
        let mut last = None;
        std::iter::from_fn(move || {
            loop {
                let next = match (exact.peek(), globs.peek()) {
                    (Some(a), Some(b)) if a < b => exact.next(),
                    (_, Some(_)) => globs.next(),
                    (_, None) => exact.next(),
                }?;
                if last.replace(next.rule) != Some(next.rule) {
                    return Some(next);
                }
            }
        })
    }
}
