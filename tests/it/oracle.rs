//! A second opinion on how texts are read: random documents, read by us and by `serde_yaml`, give the same tree.
//!
//! Two readers that differ over a policy are where an attacker lives, so every difference is named in `oracle/exceptions.rs`,
//! each as narrow as can be, with the passage of YAML 1.2.2 that settles it.
//! `PROPTEST_CASES=100000 cargo test --release --test it oracle` searches longer.

mod documents;
mod exceptions;

use std::ops::Range;

use countersign::text::diagnostic::{Diagnostic, Problems};
use countersign::text::render::render;
use countersign::text::span::Positions;
use countersign::text::yaml::{Limits, Node, NodeValue, parse};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_yaml::Value;

/// A way in which the two readings of a text differ.
#[derive(Debug)]
enum Difference<'a> {
    /// They refuse it, with this message.
    OnlyWeRead(&'a str),
    /// We refuse it, with these problems.
    OnlyTheyRead(&'a [Diagnostic]),
    /// Our node and theirs at the same place.
    Nodes(&'a Node, &'a Value),
}

/// What came of reading a text twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    SameTree,
    BothRefuse,
    Explained(&'static str),
}

/// Reads `text` twice and compares; an error describes a difference that no exception explains.
fn compare(text: &str) -> Result<Reading, String> {
    let (ours, problems) = read(text);
    if let Some(node) = &ours {
        check_spans(text, node, 0..text.len())?;
    }
    let rendered = render(&problems, "random.yaml", &Positions::new(text));
    let theirs = serde_yaml::from_str::<Value>(text);
    let differs = |difference: &Difference<'_>| match exceptions::explanation(text, difference) {
        Some(name) => Ok(Reading::Explained(name)),
        None => Err(format!("{text:?}\n{text}\n{difference:?}\n{rendered}")),
    };
    match (ours, theirs) {
        (_, Err(_)) if !problems.is_empty() => Ok(Reading::BothRefuse),
        (_, Ok(_)) if !problems.is_empty() => differs(&Difference::OnlyTheyRead(&problems)),
        (_, Err(error)) => differs(&Difference::OnlyWeRead(&error.to_string())),
        // A text without a document (§9.2), which they read as `null`.
        (None, Ok(Value::Null)) => Ok(Reading::SameTree),
        (None, Ok(value)) => Err(format!("{text:?}\nno document, but {value:?}")),
        (Some(node), Ok(value)) => {
            let mut found = Vec::new();
            differing(&node, &value, &mut found);
            found.iter().try_fold(Reading::SameTree, |_, (ours, theirs)| differs(&Difference::Nodes(ours, theirs)))
        }
    }
}

fn read(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let mut problems = Problems::default();
    let node = parse(text, Limits::default(), &mut problems);
    (node, problems.into_sorted())
}

/// Every place at which the trees differ.
fn differing(ours: &Node, theirs: &Value, found: &mut Vec<(Node, Value)>) {
    let same = match (&ours.value, theirs) {
        (NodeValue::Null, Value::Null) => true,
        (NodeValue::Bool(ours), Value::Bool(theirs)) => ours == theirs,
        (NodeValue::Text(ours), Value::String(theirs)) => ours == theirs,
        (NodeValue::Number(ours), Value::Number(theirs)) => {
            theirs.as_f64().is_some_and(|theirs| theirs == *ours || (theirs.is_nan() && ours.is_nan()))
        }
        (NodeValue::List(ours), Value::Sequence(theirs)) if ours.len() == theirs.len() => {
            ours.iter().zip(theirs).for_each(|(ours, theirs)| differing(ours, theirs, found));
            true
        }
        (NodeValue::Map(ours), Value::Mapping(theirs)) if ours.len() == theirs.len() => {
            // Entry by entry: the order is compared too, as both keep that of the text.
            for (ours, (key, value)) in ours.iter().zip(theirs) {
                let our_key = Node { span: ours.key_span, value: NodeValue::Text(ours.key.clone()), unfinished: false };
                differing(&our_key, key, found);
                differing(&ours.value, value, found);
            }
            true
        }
        _ => false,
    };
    if !same {
        found.push((ours.clone(), theirs.clone()));
    }
}

/// Spans lie in the text, on borders of characters, inside their parent's; what an alias repeats lies where its anchor is.
fn check_spans(text: &str, node: &Node, within: Range<usize>) -> Result<(), String> {
    let span = node.span;
    let sound = within.start <= span.start && span.end <= within.end && text.get(span.start..span.end).is_some();
    if !sound {
        return Err(format!("{text:?}\n{text}\nspan {span:?} of {:?} in {within:?}", node.value));
    }
    let inner = if span.of(text).starts_with('*') { 0..text.len() } else { span.start..span.end };
    match &node.value {
        NodeValue::List(items) => items.iter().try_for_each(|item| check_spans(text, item, inner.clone())),
        NodeValue::Map(entries) => entries.iter().try_for_each(|entry| check_spans(text, &entry.value, inner.clone())),
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Number(_) | NodeValue::Text(_) => Ok(()),
    }
}

proptest! {
    #![proptest_config(cases(4))]

    #[test]
    fn random_documents_are_read_alike(document in documents::document()) {
        compare(&document.text()).map_err(TestCaseError::fail)?;
    }
}

proptest! {
    #![proptest_config(cases(8))]

    /// Of what is hardly YAML any more we may refuse more than they do (§1.2 of what they scan is YAML 1.1's);
    /// what we read they read alike, and nothing crashes.
    #[test]
    fn random_slips_are_read_alike_or_refused(text in documents::mutated()) {
        if read(&text).1.is_empty() {
            compare(&text).map_err(TestCaseError::fail)?;
        }
    }
}

/// As many cases as proptest is told to run, times `factor`.
fn cases(factor: u32) -> ProptestConfig {
    let config = ProptestConfig::default();
    // A text that fails is kept as a row of KEPT, where people can read it, not as a seed.
    ProptestConfig { cases: config.cases * factor, failure_persistence: None, ..config }
}
// fn mutated
