//! Which rules are about the tools of another rule, without asking every rule.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use super::budget::Budget;
use crate::matcher::glob::Glob;
use crate::names::NameMap;
use crate::policy::model::{Rule, ToolPattern};
use crate::text::edit::first_line;
use crate::text::span::Span;

/// How many rules with the same name, or with patterns of the same beginning, are looked at: the ones added last.
const NEAREST: usize = 16;

/// Where in a policy a tool pattern stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At<'a> {
    /// Place of the rule, from 0.
    pub(super) rule: usize,
    pub(super) pattern: &'a ToolPattern,
}

/// Finds the patterns that stand for all that a pattern stands for.
#[derive(Debug, Default)]
pub(super) struct Patterns<'a> {
    /// The patterns by their text: equal ones stand for the same.
    equal: NameMap<&'a str, Vec<At<'a>>>,
    /// The patterns with stars, by what stands before their first star.
    globs: NameMap<&'a str, Vec<(Glob, At<'a>)>>,
    /// How long the keys of `globs` are, in bytes.
    lengths: BTreeSet<usize>,
}

impl<'a> Patterns<'a> {
    /// Adds every pattern of `rule`, the one at `place`.
    pub(super) fn add_rule(&mut self, place: usize, rule: &'a Rule) {
        for pattern in &rule.tools {
            self.add(At { rule: place, pattern });
        }
    }

    pub(super) fn add(&mut self, at: At<'a>) {
        let text = at.pattern.text.as_str();
        self.equal.entry(text).or_default().push(at);
        if at.pattern.is_glob() {
            let beginning = beginning(text);
            self.lengths.insert(beginning.len());
            self.globs.entry(beginning).or_default().push((Glob::new(text), at));
        }
    }

    /// The first pattern added that covers `pattern`.
    pub(super) fn first_that_covers(&self, pattern: &ToolPattern, budget: &mut Budget) -> Option<At<'a>> {
        let equal = self.equal.get(pattern.text.as_str()).and_then(|equal| equal.first()).copied();
        let glob = LazyCell::new(|| Glob::new(&pattern.text));
        let by_glob = self.of_beginning(&pattern.text).filter_map(|globs| {
            globs.iter().find(|candidate| includes(candidate, &glob, pattern, budget)).map(|(_, at)| *at)
        });
        by_glob.chain(equal).min_by_key(|at| at.rule)
    }

    /// Patterns that cover `pattern`, nearest first by `distance`; at most [`NEAREST`] of each beginning.
    pub(super) fn covering(&self, pattern: &ToolPattern, budget: &mut Budget) -> Vec<At<'a>> {
        let equal = self.equal.get(pattern.text.as_str()).into_iter().flatten().rev().take(NEAREST).copied();
        let mut found: Vec<At<'a>> = equal.collect();
        let glob = LazyCell::new(|| Glob::new(&pattern.text));
        for globs in self.of_beginning(&pattern.text) {
            let nearest = globs.iter().rev().filter(|(_, at)| at.pattern.text != pattern.text).take(NEAREST);
            found.extend(nearest.filter(|candidate| includes(candidate, &glob, pattern, budget)).map(|(_, at)| *at));
        }
        found
    }

    /// The patterns whose beginning before the first star `text` begins with as well.
    fn of_beginning<'s>(&'s self, text: &str) -> impl Iterator<Item = &'s [(Glob, At<'a>)]> {
        let beginning = beginning(text);
        let of_length = |&length: &usize| Some(self.globs.get(beginning.get(..length)?)?.as_slice());
        self.lengths.range(..=beginning.len()).filter_map(of_length)
    }
}

fn includes((candidate, at): &(Glob, At<'_>), glob: &Glob, pattern: &ToolPattern, budget: &mut Budget) -> bool {
    budget.take(at.pattern.text.len().saturating_mul(pattern.text.len())) && candidate.includes(glob)
}

/// What stands before the first star of `text`, all of it if there is none.
fn beginning(text: &str) -> &str {
    text.split('*').next().unwrap_or_default()
}

/// What to underline for the tools of `rule`: all of them if they stand on one line of it.
pub(super) fn tools_span(rule: &Rule, text: &str) -> Span {
    match (rule.tools.first(), rule.tools.last()) {
        (Some(first), Some(last)) if is_inside(first.span, rule.span) && is_inside(last.span, rule.span) => {
            let all = Span::new(first.span.start, last.span.end);
            if all.of(text).contains(['\n', '\r']) { first_line(first.span, text) } else { all }
        }
        _ => first_line(rule.span, text),
    }
}

/// What to underline for `pattern` of `rule`: an alias in the rule may stand for a list elsewhere.
pub(super) fn pattern_span(rule: &Rule, pattern: &ToolPattern, text: &str) -> Span {
    if is_inside(pattern.span, rule.span) { pattern.span } else { first_line(rule.span, text) }
}

fn is_inside(inner: Span, outer: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
