//! Which of many calls have nothing that only a few of them have.
//!
//! One odd approval must not open a range: a bound is one that many calls reach or pass, and a value, mark, agent or key
//! that a few calls have enters no condition. Those calls are left out, and ask as before.

use std::collections::BTreeMap;

use super::evidence::id_of;
use super::support::{marks_of, text_at};
use super::texts::{DEPTH_MAX, LEVELS, Of, VALUES_MAX, levels};
use crate::decide::call::Call;
use crate::review::present::kinds::{Meant, is_secret, words_at, words_of};
use crate::review::present::rows::step_text;
use crate::sorted::sorted_by;
use crate::value::value::{Map, SAFE_INTEGER_MAX, Value};

/// So many calls are many, whatever the share.
const CALLS: usize = 10;
/// Of fewer than 200 calls a twentieth of them is, and never fewer than these.
const CALLS_FEW: usize = 4;
/// In so many sessions.
const SESSIONS: usize = 2;
/// What texts have in common bounds them only if so many of the calls have it.
const COVERED_MIN: f64 = 0.9;
/// Maps with more keys than these that many calls have are too many to tell which are missing.
const KEYS_MAX: usize = 64;

/// How many of `calls` must have something for it to enter a condition, where a share of `right` must be right.
///
/// At least as many as the bar lets be bad: were all of them bad, the proof would not show it.
pub(super) fn least_of(calls: usize, right: f64) -> usize {
    let bad = ((1.0 - right) * calls as f64) as usize;
    bad.max(CALLS.min(calls / 20)).max(CALLS_FEW)
}

/// What is not settled after so many rounds has too little in common.
const ROUNDS_MAX: usize = 16;

/// Calls of one tool, by what they have.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    each: Vec<Has>,
    /// How many different things there are, and how many ways to where something stands.
    things: usize,
    ways: usize,
}

/// What one call has, by number.
#[derive(Clone, Debug, Default)]
struct Has {
    session: usize,
    things: Vec<usize>,
    texts: Vec<Told>,
    /// Numbers, and lengths that bound whatever they are of.
    sizes: Vec<Size>,
    /// Lengths of texts that their form may come to bound.
    lengths: Vec<Size>,
}

/// A text, and what would bound it, the narrowest first.
#[derive(Clone, Debug)]
struct Told {
    way: usize,
    levels: Vec<usize>,
}

/// The least and the most of what stands at one way of a call.
#[derive(Clone, Copy, Debug)]
struct Size {
    way: usize,
    least: f64,
    most: f64,
}

/// Calls that have something.
#[derive(Clone, Copy, Debug, Default)]
struct Carriers {
    calls: usize,
    sessions: usize,
    /// The session and the call that came last.
    last: (usize, Option<usize>),
    is_noted: bool,
}

impl Carriers {
    fn add(&mut self, at: usize, session: usize) {
        if self.last.1 == Some(at) {
            return;
        }
        self.calls += 1;
        if self.sessions == 0 || self.sessions < SESSIONS && self.last.0 != session {
            self.sessions += 1;
        }
        self.last = (session, Some(at));
    }

    fn are_enough(&self, least: usize) -> bool {
        self.calls >= least && self.sessions >= SESSIONS
    }
}

/// What bounds the texts at one way.
#[derive(Clone, Copy, Debug, Default)]
struct Cover {
    texts: usize,
    /// How many different texts, and of them those that enough calls have.
    values: usize,
    carried: usize,
    /// By level how many texts are bound by what enough calls have.
    covered: [usize; LEVELS],
}

impl Cover {
    /// The narrowest level that nearly all have, or else the one that the most have.
    fn level(&self) -> usize {
        // So few are listed one by one.
        if self.values <= VALUES_MAX {
            return 0;
        }
        let mut best = (0, 0);
        for (level, covered) in self.covered.into_iter().enumerate() {
            if level == 0 && self.carried > VALUES_MAX {
                continue;
            }
            if covered as f64 >= COVERED_MIN * self.texts as f64 {
                return level;
            }
            if covered > best.1 {
                best = (level, covered);
            }
        }
        best.0
    }
}

/// A call that is kept, by its place, and what bounds it.
type Kept = (usize, Vec<usize>);

impl Calls {
    pub(super) fn new(calls: &[&Call]) -> Self {
        let mut reading = Reading::default();
        let mut each: Vec<Has> = calls.iter().map(|call| reading.call(call)).collect();
        let mut times = vec![0_usize; reading.things.len()];
        for thing in each.iter().flat_map(|has| &has.things) {
            times.get_mut(*thing).into_iter().for_each(|times| *times += 1);
        }
        let is_known = |key: &Key| times.get(key.present).is_some_and(|times| *times >= CALLS_FEW);
        reading.keys.iter_mut().for_each(|keys| keys.retain(is_known));
        for (has, maps) in each.iter_mut().zip(&reading.maps) {
            for (way, map) in maps {
                let keys = reading.keys.get(*way).map(Vec::as_slice).unwrap_or_default();
                if keys.len() > KEYS_MAX {
                    // Something that no call has enough of.
                    has.things.push(usize::MAX);
                    continue;
                }
                has.things.extend(keys.iter().filter(|key| map.get(&key.name).is_none()).map(|key| key.absent));
            }
        }
        Self { each, things: reading.things.len(), ways: reading.ways.len() }
    }

    /// Those of `set` that have nothing that too few others of it have, where a share of `right` must be right.
    pub(super) fn carried(&self, set: &[usize], right: f64) -> Vec<usize> {
        let least = least_of(set.len(), right);
        let mut levels = self.levels(set, least);
        let mut kept = self.kept(set, &levels);
        self.settle(&mut kept, least);
        self.bound(&mut kept, least, &levels);
        for _ in 0..ROUNDS_MAX {
            // With what lies outside the bounds something else may have become rare.
            self.settle(&mut kept, least);
            let set: Vec<usize> = kept.iter().map(|(at, _)| *at).collect();
            // Of what is left there may be so few texts that they are listed, and each must be one that enough have.
            let left = self.levels(&set, least);
            let next: Vec<usize> =
                levels.iter().zip(left).map(|(level, left)| if left == 0 { 0 } else { *level }).collect();
            if next == levels {
                return set;
            }
            levels = next;
            kept = self.kept(&set, &levels);
        }
        Vec::new()
    }

    /// Those of `set` that something bounds at these `levels`.
    fn kept(&self, set: &[usize], levels: &[usize]) -> Vec<Kept> {
        let things = |at: usize| -> Option<Kept> {
            let Has { things, texts, .. } = self.each.get(at)?;
            let mut things = things.clone();
            for told in texts {
                things.push(*told.levels.get(*levels.get(told.way)?)?);
            }
            Some((at, things))
        };
        set.iter().filter_map(|at| things(*at)).collect()
    }

    fn session(&self, at: usize) -> usize {
        self.each.get(at).map_or(usize::MAX, |has| has.session)
    }

    /// Leaves out calls until each thing that one has, enough have.
    fn settle(&self, kept: &mut Vec<Kept>, least: usize) {
        loop {
            let mut carriers = vec![Carriers::default(); self.things];
            for (at, things) in kept.iter() {
                for thing in things {
                    carriers.get_mut(*thing).into_iter().for_each(|each| each.add(*at, self.session(*at)));
                }
            }
            let is_carried = |thing: &usize| carriers.get(*thing).is_some_and(|each| each.are_enough(least));
            let before = kept.len();
            kept.retain(|(_, things)| things.iter().all(is_carried));
            if kept.len() == before {
                return;
            }
        }
    }

    /// By what the texts at each way are bound.
    fn levels(&self, set: &[usize], least: usize) -> Vec<usize> {
        let mut carriers = vec![Carriers::default(); self.things];
        let mut covers = vec![Cover::default(); self.ways];
        let told = || {
            set.iter().flat_map(|at| self.each.get(*at).into_iter().flat_map(|has| &has.texts).map(|told| (*at, told)))
        };
        for (at, told) in told() {
            for thing in &told.levels {
                carriers.get_mut(*thing).into_iter().for_each(|each| each.add(at, self.session(at)));
            }
        }
        for (_, told) in told() {
            let Some(cover) = covers.get_mut(told.way) else { continue };
            cover.texts += 1;
            for (level, (thing, covered)) in told.levels.iter().zip(&mut cover.covered).enumerate() {
                let Some(carriers) = carriers.get_mut(*thing) else { continue };
                let is_carried = carriers.are_enough(least);
                *covered += usize::from(is_carried);
                if level == 0 && !carriers.is_noted {
                    carriers.is_noted = true;
                    cover.values += 1;
                    cover.carried += usize::from(is_carried);
                }
            }
        }
        covers.iter().map(Cover::level).collect()
    }

    /// Leaves out what lies beyond what enough calls reach.
    fn bound(&self, kept: &mut Vec<Kept>, least: usize, levels: &[usize]) {
        let sizes = |at: usize| {
            self.each.get(at).into_iter().flat_map(|has| {
                let lengths = has.lengths.iter().filter(|size| levels.get(size.way).is_some_and(|level| *level > 0));
                has.sizes.iter().chain(lengths)
            })
        };
        let mut ends: Vec<[Vec<(f64, usize)>; 2]> = vec![Default::default(); self.ways];
        for (at, _) in kept.iter() {
            for size in sizes(*at) {
                if let Some([lower, upper]) = ends.get_mut(size.way) {
                    lower.push((size.least, *at));
                    upper.push((-size.most, *at));
                }
            }
        }
        let outermost = |values: Vec<(f64, usize)>| {
            let mut carriers = Carriers::default();
            sorted_by(values, |a, b| a.0.total_cmp(&b.0)).into_iter().find_map(|(value, at)| {
                carriers.add(at, self.session(at));
                carriers.are_enough(least).then_some(value)
            })
        };
        let bounds: Vec<[Option<f64>; 2]> = ends.into_iter().map(|ends| ends.map(outermost)).collect();
        let is_within = |size: &Size| match bounds.get(size.way) {
            Some([Some(lower), Some(upper)]) => size.least >= *lower && -size.most >= *upper,
            _ => false,
        };
        kept.retain(|(at, _)| sizes(*at).all(is_within));
    }
}

/// A key of the maps at one way.
struct Key {
    name: String,
    present: usize,
    absent: usize,
}

/// Reads calls, and numbers what they have.
#[derive(Default)]
struct Reading<'a> {
    things: BTreeMap<String, usize>,
    ways: BTreeMap<String, usize>,
    /// By way.
    keys: Vec<Vec<Key>>,
    /// Of each call, by way.
    maps: Vec<Vec<(usize, &'a Map)>>,
}

/// `parts` as one text that no others make.
fn joined(parts: &[&str]) -> String {
    parts.iter().fold(String::new(), |all, part| all + &part.len().to_string() + ":" + part)
}

fn number(name: String, among: &mut BTreeMap<String, usize>) -> usize {
    let next = among.len();
    *among.entry(name).or_insert(next)
}

impl<'a> Reading<'a> {
    fn thing(&mut self, parts: &[&str]) -> usize {
        number(joined(parts), &mut self.things)
    }

    fn way(&mut self, parts: &[&str]) -> usize {
        let way = number(joined(parts), &mut self.ways);
        if way >= self.keys.len() {
            self.keys.push(Vec::new());
        }
        way
    }

    fn call(&mut self, call: &'a Call) -> Has {
        let mut has = Has { session: self.thing(&["session", id_of(call.session.as_ref())]), ..Has::default() };
        self.maps.push(Vec::new());
        let agent = text_at(call.agent.as_ref(), "id");
        has.things.push(self.thing(&["agent", agent.as_deref().unwrap_or_default(), &agent.is_some().to_string()]));
        let marks = marks_of(call).unwrap_or_default();
        if marks.is_empty() {
            has.things.push(self.thing(&["no mark"]));
        }
        has.things.extend(marks.iter().map(|mark| self.thing(&["mark", mark])));
        if let Some(args) = &call.args {
            self.value(&mut has, args, ("args", &words_of("args")), Of::call(call), 0);
        }
        has
    }

    fn value(&mut self, has: &mut Has, value: &'a Value, (way, words): (&str, &[String]), of: Of<'_>, depth: usize) {
        if depth > DEPTH_MAX || is_secret(value, words) {
            has.things.push(self.thing(&["odd", way]));
            return;
        }
        let kind = match value {
            Value::Null => "null",
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::Number(number) if number.abs() <= SAFE_INTEGER_MAX => "number",
            Value::Number(_) => "odd",
            Value::Text(text) => return self.text(has, text, (way, words), of),
            Value::List(items) if items.is_empty() => "empty list",
            Value::List(_) => "list",
            Value::Map(_) => "map",
        };
        has.things.push(self.thing(&[kind, way]));
        let number = self.way(&[kind, way]);
        match value {
            Value::Null | Value::Bool(_) | Value::Text(_) => {}
            Value::Number(size) => note(&mut has.sizes, Size { way: number, least: *size, most: *size }),
            Value::List(items) => {
                note(&mut has.sizes, up_to(number, items.len()));
                let way = format!("{way}[]");
                items.iter().for_each(|item| self.value(has, item, (&way, words), of, depth + 1));
            }
            Value::Map(map) => {
                self.maps.last_mut().into_iter().for_each(|maps| maps.push((number, map)));
                for (key, item) in map.iter() {
                    let (known, present) = (self.things.len(), self.thing(&["key", way, key]));
                    if present == known {
                        let absent = self.thing(&["no key", way, key]);
                        let key = Key { name: key.to_owned(), present, absent };
                        if let Some(keys) = self.keys.get_mut(number) {
                            keys.push(key);
                        }
                    }
                    has.things.push(present);
                    let way = format!("{way}{}", step_text(key));
                    self.value(has, item, (&way, &words_at(map, key)), of, depth + 1);
                }
            }
        }
    }

    fn text(&mut self, has: &mut Has, text: &str, (way, words): (&str, &[String]), of: Of<'_>) {
        let meant = of.meant(text, words);
        has.things.push(self.thing(&["text", way, &format!("{meant:?}")]));
        let number = self.way(&["text", way]);
        let chars = text.chars().count();
        if meant == Meant::Prose {
            note(&mut has.sizes, up_to(number, chars));
            return;
        }
        let levels = levels(text, meant).iter().map(|level| self.thing(&["level", way, level])).collect();
        has.texts.push(Told { way: number, levels });
        if meant == Meant::Other {
            note(&mut has.lengths, Size { way: number, least: chars as f64, most: chars as f64 });
        }
    }
}

/// What is bound only from above.
fn up_to(way: usize, most: usize) -> Size {
    Size { way, least: f64::NEG_INFINITY, most: most as f64 }
}

/// Notes `size`; of several at one way the least and the most.
fn note(sizes: &mut Vec<Size>, size: Size) {
    match sizes.iter_mut().find(|each| each.way == size.way) {
        Some(each) => (each.least, each.most) = (each.least.min(size.least), each.most.max(size.most)),
        None => sizes.push(size),
    }
}
