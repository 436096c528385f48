//! Patterns by the text that they begin or end with.

use std::collections::BTreeMap;
use std::ops::Bound;

/// Numbers of patterns by their literal text in front of the first star or, if there is none, behind the last.
///
/// A pattern that has the text of a name is not sure to match it; one that has another text is sure not to.
#[derive(Clone, Debug, Default)]
pub(super) struct Patterns {
    count: usize,
    by_beginning: BTreeMap<Vec<char>, Vec<usize>>,
    /// The texts are written backwards.
    by_end: BTreeMap<Vec<char>, Vec<usize>>,
}

impl Patterns {
    /// Adds a pattern; its number is how many there were before.
    pub(super) fn add(&mut self, pattern: &[char]) {
        let beginning = text_up_to_star(pattern.iter());
        let same_text = if beginning.is_empty() {
            self.by_end.entry(text_up_to_star(pattern.iter().rev())).or_default()
        } else {
            self.by_beginning.entry(beginning).or_default()
        };
        same_text.push(self.count);
        self.count += 1;
    }

    /// The numbers of the patterns that may match `name`, in their order.
    ///
    /// Takes a few look-ups for each text of a pattern that `name` begins or ends with.
    pub(super) fn candidates(&self, name: &[char]) -> Vec<usize> {
        let mut found = Vec::new();
        add_beginnings(&self.by_beginning, name, &mut found);
        if !self.by_end.is_empty() {
            let backwards: Vec<char> = name.iter().rev().copied().collect();
            add_beginnings(&self.by_end, &backwards, &mut found);
        }
        found.sort_unstable();
        found
    }
}

fn text_up_to_star<'a>(chars: impl Iterator<Item = &'a char>) -> Vec<char> {
    chars.copied().take_while(|&c| c != '*').collect()
}

/// Adds what `by_text` has at `name` and at each of its beginnings.
fn add_beginnings(by_text: &BTreeMap<Vec<char>, Vec<usize>>, name: &[char], found: &mut Vec<usize>) {
    let mut rest = Some(name);
    // All beginnings of a text come before it, and in between stand only texts that go on from the longest of them: so the
    // last text up to `rest` shows how long that can be.
    let last_up_to = |end| by_text.range::<[char], _>((Bound::Unbounded, Bound::Included(end))).next_back();
    while let Some((text, numbers)) = rest.and_then(last_up_to) {
        let shared = text.iter().zip(name).take_while(|(a, b)| a == b).count();
        if shared == text.len() {
            found.extend(numbers);
        }
        let longest = if shared == text.len() { shared.checked_sub(1) } else { Some(shared) };
        rest = longest.and_then(|longest| name.get(..longest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_are_found_by_what_a_name_begins_and_ends_with() {
        let mut patterns = Patterns::default();
        let texts =
            ["file.*", "*.read", "file.re*d", "f*", "*", "shell.*", "*x*", "file.read.*", "file.reads*", "*.read"];
        texts.iter().for_each(|text| patterns.add(&text.chars().collect::<Vec<_>>()));
        let candidates = |name: &str| patterns.candidates(&name.chars().collect::<Vec<_>>());
        assert_eq!(candidates("file.read"), [0, 1, 2, 3, 4, 6, 9]);
        assert_eq!(candidates("files"), [3, 4, 6]);
        assert_eq!(candidates(""), [4, 6]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(5_000) })]

        #[test]
        fn exactly_those_with_a_text_of_the_name_are_found(
            texts in prop::collection::vec("[ab]{0,4}(\\*[ab]{0,3}){1,2}", 0..30),
            name in "[ab]{0,6}",
        ) {
            let mut patterns = Patterns::default();
            texts.iter().for_each(|text| patterns.add(&text.chars().collect::<Vec<_>>()));
            let is_candidate = |text: &str| {
                let (beginning, end) = (text.split('*').next().unwrap_or(""), text.rsplit('*').next().unwrap_or(""));
                if beginning.is_empty() { name.ends_with(end) } else { name.starts_with(beginning) }
            };
            let expected: Vec<usize> = (0..texts.len()).filter(|&at| is_candidate(&texts[at])).collect();
            prop_assert_eq!(patterns.candidates(&name.chars().collect::<Vec<_>>()), expected);
        }
    }
}

/// Random rules and names, many of which have to do with one another.
#[cfg(test)]
pub(super) mod samples {
    use crate::policy::model::{Rule, ToolPattern};
    use crate::policy::parse::parse;
    use crate::text::span::Span;
    use crate::text::yaml::Limits;
    use proptest::prelude::*;

    /// Of what the folding of names treats each in its way.
    const PARTS: &[&str] = &[
        "a", "b", "A", "rn", "m", "r", "n", "vv", "w", "l", "1", "0", "o", "|", ".", "_", "-", " ", "/", "é", "е", "ﬁ",
        "ａ", "文", "ガ", "ｶﾞ", "ﾞ", "・", "\u{200B}", "\0", "ß", "İ",
    ];

    fn parts(most: usize) -> impl Strategy<Value = String> {
        // Mostly few and plain ones, so that names meet.
        let part = prop_oneof![4 => prop::sample::select(&PARTS[..4]), 1 => prop::sample::select(PARTS)];
        prop::collection::vec(part, 0..=most).prop_map(|parts| parts.concat())
    }

    pub(in crate::decide) fn name() -> impl Strategy<Value = String> {
        parts(5)
    }

    fn pattern() -> impl Strategy<Value = String> {
        (
            parts(3),
            prop::sample::select(vec!["", "", "*", "*", "**"]),
            parts(2),
            prop::sample::select(vec!["", "", "*"]),
        )
            .prop_map(|(beginning, star, middle, end)| format!("{beginning}{star}{middle}{end}"))
    }

    pub(in crate::decide) fn rules() -> impl Strategy<Value = Vec<Rule>> {
        let tools = prop::collection::vec(pattern().prop_filter("is empty", |text| !text.is_empty()), 1..3);
        prop::collection::vec(tools.prop_map(rule), 1..8)
    }

    fn rule(tools: Vec<String>) -> Rule {
        let (policy, _) = parse("rules: [{ tool: a, action: block }]", Limits::default());
        let rule = policy.and_then(|policy| policy.rules.into_iter().next()).expect("a policy of one rule");
        let pattern = |text| ToolPattern { text, span: Span::default() };
        Rule { tools: tools.into_iter().map(pattern).collect(), ..rule }
    }
}
