//! What calls that were approved before say about a call.

use super::card::{Flag, FlagCode};
use super::headline::{Role, role};
use super::kinds::{Meant, Reading, is_secret, meant, read, secrets_in, words_at, words_of};
use super::rows::{counted, grouped, number_text, step_text};
use super::written::{Form, Written, joined, quoted, said, written};
use crate::matcher::condition::Type;
use crate::sorted::{sorted, sorted_by};
use crate::value::value::Value;

/// More approved calls are not looked at.
pub const APPROVED_MAX: usize = 200;
/// More values of a call are not compared, nor with more that stood there.
const LEAVES_MAX: usize = 500;
const SAMPLES_MAX: usize = 2_000;
/// Fewer say nothing about how much is usual.
const SAMPLES_MIN: usize = 3;
/// So many times the median is far from it.
const FAR: f64 = 3.0;
/// More facts are only counted.
const FACTS_MAX: usize = 10;
/// Among so many samples of which more than half are distinct, a new one is nothing new.
const VARIED_MIN: usize = 10;

/// The most similar of `approved`, of equally similar ones the first.
#[must_use]
pub fn most_similar<'a>(args: &Value, approved: &'a [Value]) -> Option<&'a Value> {
    let scored = approved.iter().take(APPROVED_MAX).map(|other| (similarity(args, other), other));
    scored
        .fold(None, |best: Option<(usize, &Value)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        })
        .map(|(_, other)| other)
}

/// How much the two have in common.
fn similarity(a: &Value, b: &Value) -> usize {
    match (a, b) {
        (Value::Map(a), Value::Map(b)) => {
            a.iter().filter_map(|(key, item)| Some(1 + similarity(item, b.get(key)?))).sum()
        }
        (Value::List(a), Value::List(b)) => a.iter().zip(b).map(|(a, b)| similarity(a, b)).sum(),
        (a, b) => {
            if a == b {
                2
            } else {
                0
            }
        }
    }
}

/// One value at a field, and what stands there is compared by.
#[derive(Clone, Debug)]
pub struct Leaf<'a> {
    /// With indices.
    pub field: String,
    /// With `[]` for each index.
    pub way: String,
    /// Of the last key.
    pub words: Vec<String>,
    /// What stands there: no list or map that holds something.
    pub value: &'a Value,
    /// What a text is meant to be.
    pub meant: Meant,
    /// Its host, domain or folder.
    pub place: Option<String>,
    /// What is odd about what it comes to.
    pub odd: Vec<(FlagCode, Written)>,
}

/// Adds the values that `value`, at `root` of a call of `tool`, holds.
pub fn add_leaves<'a>(root: &str, value: &'a Value, tool: &str, out: &mut Vec<Leaf<'a>>) {
    leaves((root, root), &words_of(root), value, tool, out);
}

fn leaves<'a>((field, way): (&str, &str), words: &[String], value: &'a Value, tool: &str, out: &mut Vec<Leaf<'a>>) {
    match value {
        Value::Map(map) if map.iter().len() > 0 => {
            for (key, item) in map.iter() {
                let step = step_text(key);
                leaves((&format!("{field}{step}"), &format!("{way}{step}")), &words_at(map, key), item, tool, out);
            }
        }
        Value::List(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                leaves((&format!("{field}[{index}]"), &format!("{way}[]")), words, item, tool, out);
            }
        }
        _ => {
            let (meant, Reading { place, flags, .. }) = match value {
                Value::Text(text) => {
                    let meant = meant(text, words, tool);
                    (meant, read(text, meant))
                }
                _ => (Meant::Other, Reading::default()),
            };
            let (field, way, words) = (field.to_owned(), way.to_owned(), words.to_vec());
            out.push(Leaf { field, way, words, value, meant, place, odd: flags });
        }
    }
}

/// The values of approved calls of one tool.
#[derive(Debug)]
pub struct Past<'a> {
    /// Sorted by their way.
    leaves: Vec<Leaf<'a>>,
    /// Hosts, domains and folders, sorted.
    places: Vec<String>,
    /// Top-level keys, sorted.
    keys: Vec<&'a str>,
    /// How many calls they are of.
    pub calls: usize,
}

impl<'a> Past<'a> {
    /// What `approved`, the arguments of calls of `tool`, tell.
    #[must_use]
    pub fn new(approved: &'a [Value], tool: &str) -> Self {
        let approved = approved.get(..APPROVED_MAX.min(approved.len())).unwrap_or_default();
        let mut leaves = Vec::new();
        approved.iter().for_each(|args| add_leaves("args", args, tool, &mut leaves));
        let places = sorted(leaves.iter().filter_map(|leaf| leaf.place.clone()).collect());
        let keys = approved.iter().filter_map(|args| if let Value::Map(args) = args { Some(args) } else { None });
        let keys = sorted(keys.flat_map(|args| args.iter().map(|(key, _)| key)).collect());
        Self { leaves: sorted_by(leaves, |a, b| a.way.cmp(&b.way)), places, keys, calls: approved.len() }
    }

    /// Whether any of the calls had to do with the host, domain or folder `place`.
    #[must_use]
    pub fn has_place(&self, place: &str) -> bool {
        self.places.binary_search_by(|other| other.as_str().cmp(place)).is_ok()
    }

    /// The keys of `args` that none of the calls had.
    pub fn new_keys<'k>(&self, args: &'k Value) -> impl Iterator<Item = &'k str> {
        let map = if let Value::Map(map) = args { Some(map) } else { None };
        let keys = map.into_iter().flat_map(|map| map.iter().map(|(key, _)| key));
        keys.filter(|key| self.keys.binary_search(key).is_err())
    }

    /// Whether anything stood at `way` in any of the calls.
    #[must_use]
    pub fn knows(&self, way: &str) -> bool {
        self.leaves.binary_search_by(|other| other.way.as_str().cmp(way)).is_ok()
    }

    fn at(&self, way: &str) -> &[Leaf<'a>] {
        let from = self.leaves.partition_point(|other| other.way.as_str() < way);
        let to = self.leaves.partition_point(|other| other.way.as_str() <= way);
        self.leaves.get(from..to.min(from + SAMPLES_MAX)).unwrap_or_default()
    }

    /// What is to be said of `leaf` because nothing of its type stood there.
    fn shape(&self, leaf: &Leaf<'_>) -> Fact {
        let of = Type::of(leaf.value);
        if self.at(&leaf.way).iter().any(|other| Type::of(other.value) == of) {
            return None;
        }
        let fact =
            said(format!("has another shape than in {}: nothing of this type stood there", in_calls(self.calls)));
        Some((FlagCode::NewValue, fact))
    }

    /// What is to be said of `leaf`.
    #[must_use]
    pub fn fact(&self, leaf: &Leaf<'_>) -> Fact {
        let samples = self.at(&leaf.way);
        match leaf.value {
            Value::Number(number) => number_fact(*number, samples),
            Value::Text(text) => text_fact(text, leaf, samples, self.calls),
            Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => None,
        }
    }
}

/// What approved calls say: facts, and flags for the values that they are about.
#[derive(Debug, Default)]
pub struct Told {
    /// In sentences.
    pub facts: Vec<Written>,
    /// On the values.
    pub flags: Vec<Flag>,
}

/// What `past`, calls that were approved before, says about `args` of a call of `tool`.
#[must_use]
pub fn facts(args: &Value, past: &Past<'_>, tool: &str) -> Told {
    let mut told = Told::default();
    if past.calls == 0 {
        told.facts.push(said("no call of this tool was approved before"));
        return told;
    }
    let mut own = Vec::new();
    add_leaves("args", args, tool, &mut own);
    // Where it goes and how much it is comes first, before there are too many.
    let is_first = |leaf: &Leaf<'_>| {
        matches!(role(&leaf.words, leaf.value), Some(Role::Destination | Role::Amount)) || leaf.place.is_some()
    };
    let is_new = |leaf: &Leaf<'_>| past.new_keys(args).any(|key| is_within(&leaf.way, &step_text(key)));
    let (first, rest): (Vec<_>, Vec<_>) = own.iter().partition(|leaf| is_first(leaf));
    let (other, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|leaf| !past.knows(&leaf.way) && !is_new(leaf));
    for leaf in first.into_iter().chain(other).chain(rest).take(LEAVES_MAX) {
        // A new key is flagged as one.
        let shape = || past.shape(leaf).filter(|_| !is_new(leaf));
        let Some((code, fact)) = past.fact(leaf).or_else(shape) else { continue };
        told.facts.push(joined([written(&leaf.field, Form::Prose), said(": "), fact.clone()]));
        told.flags.push(Flag { code, field: leaf.field.clone(), message: fact });
    }
    let more = told.facts.len().saturating_sub(FACTS_MAX);
    if more > 0 {
        told.facts.truncate(FACTS_MAX);
        told.facts.push(said(format!("and {more} more, which are flagged below")));
    }
    let skipped = own.len().saturating_sub(LEAVES_MAX);
    if skipped > 0 {
        let them = counted(skipped, "value was", "values were");
        let fact = said(format!("{them} not compared with earlier calls"));
        told.facts.insert(0, fact.clone());
        told.flags.push(Flag { code: FlagCode::NewValue, field: "args".to_owned(), message: fact });
    }
    told
}

/// Whether the way `way` leads into what stands at the top-level key of `step`.
fn is_within(way: &str, step: &str) -> bool {
    let rest = way.strip_prefix("args").and_then(|way| way.strip_prefix(step));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn in_calls(calls: usize) -> String {
    if calls == 1 { "the 1 approved call".to_owned() } else { format!("{} approved calls", grouped(calls)) }
}

/// What is to be said of a value, and how it is flagged.
pub type Fact = Option<(FlagCode, Written)>;

fn number_fact(number: f64, samples: &[Leaf<'_>]) -> Fact {
    let numbers =
        samples.iter().filter_map(|leaf| if let Value::Number(number) = leaf.value { Some(*number) } else { None });
    let numbers = sorted_by(numbers.collect(), f64::total_cmp);
    if numbers.len() < SAMPLES_MIN {
        return None;
    }
    let median = quantile(&numbers, 0.5)?;
    let times = number / median;
    let calls = grouped(numbers.len());
    if median > 0.0 && times >= FAR {
        let times = number_text(if times < 10.0 { (times * 10.0).round() / 10.0 } else { times.round() });
        let fact = said(format!("{times} × the median of {calls} past values"));
        return Some((FlagCode::FarFromUsual, fact));
    }
    let most = numbers.last().copied().unwrap_or(number);
    let least = numbers.first().copied().unwrap_or(number);
    if number > most || number < least {
        let which = if number > most { "more" } else { "less" };
        let fact = said(format!("{which} than any of {calls} past values"));
        return Some((FlagCode::NewValue, fact));
    }
    None
}

/// The value at `share` of `sorted`, between two of them if it falls there.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place in a list"
)]
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * (sorted.len().checked_sub(1)? as f64);
    let below = *sorted.get(place.floor() as usize)?;
    let above = *sorted.get(place.ceil() as usize)?;
    Some(below + (above - below) * place.fract())
}

fn text_fact(text: &str, leaf: &Leaf<'_>, samples: &[Leaf<'_>], calls: usize) -> Fact {
    let what = leaf.meant;
    if what == Meant::Prose || is_secret(leaf.value, &leaf.words) || samples.is_empty() {
        return None;
    }
    let texts: Vec<&str> = samples
        .iter()
        .filter_map(|leaf| if let Value::Text(text) = leaf.value { Some(text.as_str()) } else { None })
        .collect();
    if texts.contains(&text) {
        return None;
    }
    let calls = in_calls(calls);
    let in_place = |place: &str| samples.iter().any(|other| other.place.as_deref() == Some(place));
    if let Some(place) = leaf.place.as_deref().filter(|place| !in_place(place)) {
        let before = match what {
            Meant::Url => "no call went to the host ",
            Meant::Recipient => "nothing was sent to the domain ",
            Meant::Path | Meant::Shell | Meant::Prose | Meant::Other => "no call was about the folder ",
        };
        let fact = joined([said(before), quoted(place), said(format!(" in {calls}"))]);
        return Some((FlagCode::NewValue, fact));
    }
    if what == Meant::Url || is_varied(&texts) || !secrets_in(text).is_empty() {
        return None;
    }
    let never = if what == Meant::Recipient { "never sent to " } else { "never was " };
    let fact = joined([said(never), quoted(text), said(format!(" in {calls}"))]);
    Some((FlagCode::NewValue, fact))
}

/// Whether `texts` are so many different ones that another says nothing.
#[must_use]
pub fn is_varied(texts: &[&str]) -> bool {
    let mut distinct = sorted_by(texts.to_vec(), Ord::cmp);
    distinct.dedup();
    texts.len() >= VARIED_MIN && distinct.len() * 2 > texts.len()
}

/// The keys of `args` that none of the approved calls had.
#[must_use]
pub fn new_keys(args: Option<&Value>, past: &Past<'_>) -> Vec<(String, Written)> {
    let Some(args) = args.filter(|_| past.calls > 0) else { return Vec::new() };
    let message = || said(format!("did not stand in {}", in_calls(past.calls)));
    past.new_keys(args).map(|key| (key.to_owned(), message())).collect()
}
