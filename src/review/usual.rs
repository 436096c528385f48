//! What is usual among calls that are alike.

use super::present::headline::number_in;
use super::present::kinds::Meant;
use super::present::past::{Leaf, quantile};
use super::present::rows::number_text;
use super::present::written::{Written, joined, quoted, said};
use crate::sorted::{sorted, sorted_by};
use crate::value::value::Value;

/// What stands at the fields of a group.
pub(super) struct Usual<'g> {
    /// Sorted by way.
    ways: Vec<UsualAt<'g>>,
    calls: usize,
}

/// What stands at one way.
struct UsualAt<'g> {
    way: &'g str,
    /// Bounds of numbers, and the least and the largest within them.
    fence: Option<(Bounds, Bounds)>,
    /// How often a text, or its host, domain or folder, stands there.
    texts: Counts<'g>,
    places: Counts<'g>,
}

/// From where to where.
type Bounds = (f64, f64);

/// Among fewer numbers nothing tells what is usual but how large they are.
const FENCE_MIN: usize = 4;

impl<'g> Usual<'g> {
    /// What stands in `calls` calls with these `leaves`.
    pub(super) fn of(leaves: Vec<&'g Leaf<'g>>, calls: usize) -> Self {
        let leaves = sorted_by(leaves, |a, b| a.way.cmp(&b.way));
        let ways = leaves.chunk_by(|a, b| a.way == b.way).filter_map(UsualAt::of).collect();
        Self { ways, calls }
    }

    /// How `leaf` sticks out, if it does; texts only if they are to be counted.
    pub(super) fn fact(&self, leaf: &Leaf<'_>, counts_texts: bool) -> Option<Written> {
        let at = self.ways.binary_search_by(|at| at.way.cmp(&leaf.way)).ok()?;
        let at = self.ways.get(at)?;
        if let (Some(number), Some(((low, high), (least, largest)))) = (any_number(leaf.value), at.fence) {
            let side = if number > high {
                "above"
            } else if number < low {
                "below"
            } else {
                return None;
            };
            let [number, least, largest] = [number, least, largest].map(number_text);
            let others =
                if least == largest { format!("are {least}") } else { format!("are from {least} to {largest}") };
            return Some(said(format!("is {number}, far {side} the others, which {others}")));
        }
        if matches!(leaf.value, Value::Bool(_)) {
            let text = any_text(leaf.value).filter(|text| at.texts.is_single(text))?;
            return Some(joined([said("is the only one that is "), quoted(text)]));
        }
        if !counts_texts {
            return None;
        }
        if let Some(place) = leaf.place.as_deref().filter(|place| at.places.is_lone(place, self.calls)) {
            return Some(joined([said("is the only one with "), quoted(place)]));
        }
        let text = any_text(leaf.value).filter(|text| at.texts.is_lone(text, self.calls))?;
        Some(joined([said("is the only one that is "), quoted(text)]))
    }
}

impl<'g> UsualAt<'g> {
    /// What stands at one way, if anything does.
    fn of(leaves: &[&'g Leaf<'g>]) -> Option<Self> {
        let numbers = sorted_by(leaves.iter().filter_map(|leaf| any_number(leaf.value)).collect(), f64::total_cmp);
        let told = || leaves.iter().filter(|leaf| leaf.meant != Meant::Prose);
        Some(Self {
            way: &leaves.first()?.way,
            fence: fence(&numbers).map(|bounds| (bounds, within(&numbers, bounds))),
            texts: Counts::of(told().filter_map(|leaf| any_text(leaf.value)).collect()),
            places: Counts::of(told().filter_map(|leaf| leaf.place.as_deref()).collect()),
        })
    }
}

/// The number that `value` is, also as a text.
fn any_number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Text(text) => number_in(text),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => None,
    }
}

/// The text that `value` is, or a word for it.
fn any_text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Bool(true) => Some("true"),
        Value::Bool(false) => Some("false"),
        Value::Null | Value::Number(_) | Value::List(_) | Value::Map(_) => None,
    }
}

/// How often texts stand somewhere.
struct Counts<'g> {
    /// Sorted.
    texts: Vec<&'g str>,
    /// How often the one does that does most often.
    most: usize,
}

impl<'g> Counts<'g> {
    fn of(texts: Vec<&'g str>) -> Self {
        let texts = sorted(texts);
        let most = texts.chunk_by(|a, b| a == b).map(<[_]>::len).max().unwrap_or(0);
        Self { texts, most }
    }

    /// Whether `text` stands there once, and others do too.
    fn is_single(&self, text: &str) -> bool {
        self.texts.len() > 1 && self.texts.iter().filter(|other| **other == text).count() == 1
    }

    /// Whether `text` stands there once, and another at least twice and in half of the `calls`.
    fn is_lone(&self, text: &str, calls: usize) -> bool {
        let from = self.texts.partition_point(|other| *other < text);
        let is_at = |at: usize| self.texts.get(at) == Some(&text);
        self.most > 1 && self.most * 2 >= calls && is_at(from) && !is_at(from + 1)
    }
}

/// The least and the largest of what lies in `bounds`.
fn within(sorted: &[f64], (low, high): Bounds) -> Bounds {
    let mut within = sorted.iter().copied().filter(|number| (low..=high).contains(number));
    let least = within.next().unwrap_or(low);
    (least, within.next_back().unwrap_or(least))
}

/// From where to where numbers are usual: one and a half times the middle half to each side of it (Tukey's fence).
fn fence(sorted: &[f64]) -> Option<Bounds> {
    if sorted.len() >= FENCE_MIN {
        let (low, high) = (quantile(sorted, 0.25)?, quantile(sorted, 0.75)?);
        let reach = 1.5 * (high - low);
        return Some((low - reach, high + reach));
    }
    let least = *sorted.first()?;
    // Nothing is so many times zero or less: of so few they are all alike or not.
    let most = if least > 0.0 { 10.0 * least } else { least };
    (sorted.len() > 1).then_some((least, most))
}
