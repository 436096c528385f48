//! Finding conditions under which reviewers always approved.
//!
//! The narrowest condition that covers all approvals of a tool but odd ones comes first. If what people rejected lies inside, those
//! approvals are narrowed down by one or two of what calls have in common, and the condition that covers the most of them
//! is taken (REVIEW §4.7). How many were tried counts: each is a chance to find something by luck.

use std::collections::BTreeSet;

use super::common::Calls;
use super::support::{Support, support};
use crate::decide::call::Call;
use crate::decide::compile::{Stack, compile};
use crate::decide::decide::decide;
use crate::decide::limit::Usage;
use crate::policy::model::Action;
use crate::policy::parse::parse;
use crate::review::present::kinds::Meant;
use crate::review::present::past::{Leaf, add_leaves};
use crate::text::yaml::Limits;
use crate::value::canonical::canonical;
use crate::value::value::{Value, record};

/// A condition, and how many were tried to find it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mined {
    /// The condition, and what it leaves open.
    pub(super) support: Support,
    /// How many conditions were tried.
    pub(super) tried: u64,
}

/// More approvals are not mined; of more, every n-th is.
const MINED_MAX: usize = 1_500;
/// What covers a smaller share of the approvals is not worth a rule.
const SHARE_MIN: f64 = 0.1;
/// The best of what calls have in common, by how many approvals have it, are combined.
const BEAM: usize = 20;
/// More than this of what calls have in common is not looked at.
const TRAITS_MAX: usize = 60;

/// Something that some calls have in common.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
enum Trait {
    /// This text, or one of this host, domain or folder, stands there.
    Text(String, String),
    /// No larger number stands there.
    AtMost(String, f64),
    /// This stands there.
    Bool(String, bool),
    /// Nothing stands there.
    Absent(String),
}

/// Mines `approved` and what counts `against`: calls of one tool, a share of `right` of which must be right.
///
/// # Errors
///
/// Why there is no condition, as a clause.
pub(super) fn mine(tool: &str, approved: &[&Call], against: &[&Call], right: f64) -> Result<Mined, String> {
    let every = approved.len().div_ceil(MINED_MAX).max(1);
    let approved: Vec<&Call> = approved.iter().step_by(every).copied().collect();
    let enough = |count: usize| count as f64 >= SHARE_MIN * approved.len() as f64;
    let calls = Calls::new(&approved);
    let carried = |set: &[usize]| -> Result<Support, String> {
        let of = |set: &[usize]| support(set.iter().filter_map(|at| approved.get(*at).copied()));
        let carried = calls.carried(set, right);
        if enough(carried.len()) {
            return of(&carried);
        }
        // What bounds none of them says more than that.
        of(set).and(Err("what was approved has too little in common".to_owned()))
    };
    let all: Vec<usize> = (0..approved.len()).collect();
    let whole = carried(&all)?;
    if is_clean(tool, &whole.when, against) {
        return Ok(Mined { support: whole, tried: 1 });
    }
    let leaves: Vec<Vec<Leaf<'_>>> = approved.iter().map(|call| leaves_of(call)).collect();
    let having =
        |having: &dyn Fn(usize) -> bool| -> Vec<usize> { (0..approved.len()).filter(|at| having(*at)).collect() };
    let mut sets: Vec<Vec<usize>> = traits(&leaves)
        .into_iter()
        .map(|each| having(&|at| leaves.get(at).is_some_and(|leaves| has(leaves, &each))))
        .filter(|set| enough(set.len()) && set.len() < approved.len())
        .collect();
    sets.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    sets.dedup();
    let best = sets.get(..BEAM.min(sets.len())).unwrap_or_default();
    let pairs = best.iter().enumerate().flat_map(|(place, one)| {
        best.iter()
            .skip(place + 1)
            .map(move |other| one.iter().filter(|at| other.binary_search(at).is_ok()).copied().collect())
    });
    let pairs: Vec<Vec<usize>> = pairs.filter(|set: &Vec<usize>| enough(set.len())).collect();
    let tried = 1 + (sets.len() + pairs.len()) as u64;
    let mut all: Vec<Vec<usize>> = sets.into_iter().chain(pairs).collect();
    // What covers most first; of equally many the simpler, which stands first.
    all.sort_by_key(|set| std::cmp::Reverse(set.len()));
    let clean = all.into_iter().find_map(|set| {
        let found = carried(&set).ok()?;
        is_clean(tool, &found.when, against).then_some(found)
    });
    let support = clean.ok_or_else(|| "what was rejected looks like what was approved".to_owned())?;
    Ok(Mined { support, tried })
}

/// Whether `when` covers none of `against`.
fn is_clean(tool: &str, when: &Value, against: &[&Call]) -> bool {
    Cover::new(tool, when).is_some_and(|cover| !against.iter().any(|call| cover.covers(call)))
}

/// Which calls a rule for one tool with a condition covers.
pub(super) struct Cover(Stack);

impl Cover {
    /// `None` if `when` is no condition.
    pub(super) fn new(tool: &str, when: &Value) -> Option<Self> {
        let rule = record([
            ("tool", Some(Value::from(tool))),
            ("when", Some(when.clone())),
            ("action", Some(Value::from("allow"))),
        ]);
        let policy = record([("default", Some(Value::from("block"))), ("rules", Some(Value::List(vec![rule])))]);
        let mut json = String::new();
        canonical(&policy, &mut json).ok()?;
        let policy = parse(&json, Limits::default()).0?;
        compile(vec![policy]).ok().map(Self)
    }

    pub(super) fn covers(&self, call: &Call) -> bool {
        decide(&self.0, call, &Usage::default()).action == Action::Allow
    }
}

fn leaves_of(call: &Call) -> Vec<Leaf<'_>> {
    let mut leaves = Vec::new();
    if let Some(args) = &call.args {
        add_leaves("args", args, &call.tool, &mut leaves);
    }
    leaves
}

fn at<'l>(leaves: &'l [Leaf<'l>], way: &'l str) -> impl Iterator<Item = &'l Leaf<'l>> {
    leaves.iter().filter(move |leaf| leaf.way == way)
}

fn has(leaves: &[Leaf<'_>], wanted: &Trait) -> bool {
    match wanted {
        Trait::Absent(way) => at(leaves, way).next().is_none(),
        Trait::Bool(way, wanted) => at(leaves, way).any(|leaf| *leaf.value == Value::Bool(*wanted)),
        Trait::AtMost(way, most) => {
            at(leaves, way).next().is_some()
                && at(leaves, way).all(|leaf| matches!(leaf.value, Value::Number(number) if number <= most))
        }
        Trait::Text(way, text) => {
            at(leaves, way).next().is_some()
                && at(leaves, way).all(|leaf| {
                    leaf.place.as_deref() == Some(text) || matches!(leaf.value, Value::Text(own) if own == text)
                })
        }
    }
}

/// What some of the calls with these `leaves` have in common. Free text is not looked at.
fn traits(leaves: &[Vec<Leaf<'_>>]) -> Vec<Trait> {
    let ways: BTreeSet<&str> = leaves.iter().flatten().map(|leaf| leaf.way.as_str()).collect();
    let mut found = Vec::new();
    for way in ways {
        let at: Vec<&Leaf<'_>> = leaves.iter().flatten().filter(|leaf| leaf.way == way).collect();
        if at.len() < leaves.len() {
            found.push(Trait::Absent(way.to_owned()));
        }
        found.extend(
            [false, true]
                .map(|bool| Trait::Bool(way.to_owned(), bool))
                .into_iter()
                .filter(|each| leaves.iter().any(|leaves| has(leaves, each))),
        );
        let mut numbers: Vec<f64> = at
            .iter()
            .filter_map(|leaf| if let Value::Number(number) = leaf.value { Some(*number) } else { None })
            .collect();
        numbers.sort_by(f64::total_cmp);
        for quarter in 1..=3_usize {
            found.extend(numbers.get(numbers.len() * quarter / 4).map(|most| Trait::AtMost(way.to_owned(), *most)));
        }
        let told = at.iter().filter(|leaf| leaf.meant != Meant::Prose);
        let own =
            told.clone().filter_map(|leaf| if let Value::Text(text) = leaf.value { Some(text.as_str()) } else { None });
        let texts: BTreeSet<&str> = told.filter_map(|leaf| leaf.place.as_deref()).chain(own).collect();
        if texts.len() <= TRAITS_MAX {
            found.extend(texts.into_iter().map(|text| Trait::Text(way.to_owned(), text.to_owned())));
        }
    }
    found.truncate(TRAITS_MAX * 4);
    found
}
