//! Which of many calls have nothing that only a few of them have.
//!
//! One odd approval must not open a range: a bound is one that many calls reach or pass, and a value, mark, agent or key
//! that a few calls have enters no condition. Those calls are left out, and ask as before.

use std::collections::BTreeMap;

use super::evidence::session;
use super::support::{marks_of, text_at};
use super::texts::{DEPTH_MAX, Of, VALUES_MAX, levels};
use crate::decide::call::Call;
use crate::review::present::kinds::{Meant, is_secret, words_at, words_of};
use crate::review::present::rows::step_text;
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

/// Calls of one tool, by what they have.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    each: Vec<Has>,
    /// How many different things there are.
    count: usize,
}

/// What one call has, by number.
#[derive(Clone, Debug, Default)]
struct Has {
    session: usize,
    things: Vec<usize>,
    texts: Vec<Told>,
    sizes: Vec<Size>,
}

/// A text.
#[derive(Clone, Debug)]
struct Told {
    way: usize,
    /// What would bound it, the narrowest first.
    levels: Vec<usize>,
    /// Its characters, if its form may come to bound it.
    chars: Option<f64>,
}

/// Something that is more or less.
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
    session: usize,
}

impl Carriers {
    fn add(&mut self, session: usize) {
        self.calls += 1;
        if self.sessions == 0 || self.sessions == 1 && self.session != session {
            self.sessions += 1;
            self.session = session;
        }
    }

    fn are_enough(self, least: usize) -> bool {
        self.calls >= least && self.sessions >= SESSIONS
    }
}

/// A call that is kept, by its place, and what bounds it.
type Kept = (usize, Vec<usize>);

impl Calls {
    pub(super) fn new(calls: &[&Call]) -> Self {
        let mut reading = Reading::default();
        let mut each: Vec<Has> = calls.iter().map(|call| reading.call(call)).collect();
        let mut keys: BTreeMap<usize, Vec<(&String, usize)>> = BTreeMap::new();
        let mut count = reading.names.len();
        for ((way, key), times) in &reading.keys {
            if *times >= CALLS_FEW {
                keys.entry(*way).or_default().push((key, count));
                count += 1;
            }
        }
        for (has, maps) in each.iter_mut().zip(&reading.maps) {
            for (way, map) in maps {
                let known = keys.get(way).map(Vec::as_slice).unwrap_or_default();
                let absent = known.iter().filter(|(key, _)| map.get(key).is_none());
                // One that no other call has.
                let too_many = (known.len() > KEYS_MAX).then_some(usize::MAX);
                has.things.extend(absent.take(KEYS_MAX).map(|(_, thing)| *thing).chain(too_many));
            }
        }
        Self { each, count }
    }

    /// Those of `set` that have nothing that too few others of it have, where a share of `right` must be right.
    pub(super) fn carried(&self, set: &[usize], right: f64) -> Vec<usize> {
        let least = least_of(set.len(), right);
        let levels = self.levels(set, least);
        let things = |at: usize| -> Option<Kept> {
            let Has { things, texts, .. } = self.each.get(at)?;
            let mut things = things.clone();
            for told in texts {
                things.push(*told.levels.get(*levels.get(&told.way)?)?);
            }
            things.sort_unstable();
            things.dedup();
            Some((at, things))
        };
        let mut kept: Vec<Kept> = set.iter().filter_map(|at| things(*at)).collect();
        self.settle(&mut kept, least);
        self.bound(&mut kept, least, &levels);
        // With what lies outside the bounds something else may have become rare.
        self.settle(&mut kept, least);
        kept.into_iter().map(|(at, _)| at).collect()
    }

    fn session(&self, at: usize) -> usize {
        self.each.get(at).map_or(usize::MAX, |has| has.session)
    }

    fn carriers<'a>(&self, having: impl Iterator<Item = (usize, &'a [usize])>) -> Vec<Carriers> {
        let mut carriers = vec![Carriers::default(); self.count];
        for (at, things) in having {
            for thing in things {
                if let Some(carriers) = carriers.get_mut(*thing) {
                    carriers.add(self.session(at));
                }
            }
        }
        carriers
    }

    /// Leaves out calls until each thing that one has, enough have.
    fn settle(&self, kept: &mut Vec<Kept>, least: usize) {
        loop {
            let carriers = self.carriers(kept.iter().map(|(at, things)| (*at, things.as_slice())));
            let is_carried = |thing: &usize| carriers.get(*thing).is_some_and(|carriers| carriers.are_enough(least));
            let before = kept.len();
            kept.retain(|(_, things)| things.iter().all(is_carried));
            if kept.len() == before {
                return;
            }
        }
    }

    /// By what the texts at each way are bound: the narrowest level that is carried for nearly all of them, or else for the
    /// most.
    fn levels(&self, set: &[usize], least: usize) -> BTreeMap<usize, usize> {
        let mut ways: BTreeMap<usize, Vec<(usize, &[usize])>> = BTreeMap::new();
        for at in set {
            for told in self.each.get(*at).into_iter().flat_map(|has| &has.texts) {
                ways.entry(told.way).or_default().push((*at, &told.levels));
            }
        }
        ways.into_iter().map(|(way, told)| (way, self.level(&told, least))).collect()
    }

    fn level(&self, told: &[(usize, &[usize])], least: usize) -> usize {
        let depth = told.iter().map(|(_, levels)| levels.len()).max().unwrap_or_default();
        let mut best = (0, 0);
        for level in 0..depth {
            let mut by_thing: BTreeMap<usize, (usize, Option<usize>, Carriers)> = BTreeMap::new();
            for (at, levels) in told {
                let Some(thing) = levels.get(level) else { continue };
                let (times, last, carriers) = by_thing.entry(*thing).or_default();
                *times += 1;
                if *last != Some(*at) {
                    *last = Some(*at);
                    carriers.add(self.session(*at));
                }
            }
            let carried = by_thing.values().filter(|(_, _, carriers)| carriers.are_enough(least));
            let (things, covered) = carried.fold((0, 0), |(things, sum), (times, _, _)| (things + 1, sum + times));
            // So few are listed one by one.
            if level == 0 && by_thing.len() <= VALUES_MAX {
                return level;
            }
            if level == 0 && things > VALUES_MAX {
                continue;
            }
            if covered as f64 >= COVERED_MIN * told.len() as f64 {
                return level;
            }
            if covered > best.1 {
                best = (level, covered);
            }
        }
        best.0
    }

    /// Leaves out what lies beyond what enough calls reach.
    fn bound(&self, kept: &mut Vec<Kept>, least: usize, levels: &BTreeMap<usize, usize>) {
        let sizes = |at: usize| {
            let has = self.each.get(at).into_iter();
            has.flat_map(|has| {
                let lengths = has.texts.iter().filter(|told| levels.get(&told.way).is_some_and(|level| *level > 0));
                let lengths = lengths
                    .filter_map(|told| told.chars.map(|chars| Size { way: told.way, least: chars, most: chars }));
                has.sizes.iter().copied().chain(lengths)
            })
        };
        let mut all: BTreeMap<usize, Vec<(Size, usize)>> = BTreeMap::new();
        for (at, _) in kept.iter() {
            for size in sizes(*at) {
                all.entry(size.way).or_default().push((size, self.session(*at)));
            }
        }
        let bounds = |mut sizes: Vec<(Size, usize)>| {
            let outermost = |sizes: &[(Size, usize)], of: fn(&Size) -> f64| {
                let mut carriers = Carriers::default();
                sizes.iter().find_map(|(size, session)| {
                    carriers.add(*session);
                    carriers.are_enough(least).then_some(of(size))
                })
            };
            sizes.sort_by(|(a, _), (b, _)| a.least.total_cmp(&b.least));
            let lower = outermost(&sizes, |size| size.least)?;
            sizes.sort_by(|(a, _), (b, _)| b.most.total_cmp(&a.most));
            Some((lower, outermost(&sizes, |size| size.most)?))
        };
        let bounds: BTreeMap<usize, Option<(f64, f64)>> =
            all.into_iter().map(|(way, sizes)| (way, bounds(sizes))).collect();
        let is_within = |size: Size| {
            let bounds = bounds.get(&size.way).copied().flatten();
            bounds.is_some_and(|(least, most)| size.least >= least && size.most <= most)
        };
        kept.retain(|(at, _)| sizes(*at).all(is_within));
    }
}

/// Reads calls, and numbers what they have.
#[derive(Default)]
struct Reading<'a> {
    names: BTreeMap<Vec<String>, usize>,
    /// How many maps have each key, by way.
    keys: BTreeMap<(usize, String), usize>,
    /// Of each call the maps, by way.
    maps: Vec<Vec<(usize, &'a Map)>>,
}

impl<'a> Reading<'a> {
    fn number(&mut self, name: Vec<String>) -> usize {
        let next = self.names.len();
        *self.names.entry(name).or_insert(next)
    }

    fn name(&mut self, parts: &[&str]) -> usize {
        self.number(parts.iter().map(|part| (*part).to_owned()).collect())
    }

    fn call(&mut self, call: &'a Call) -> Has {
        let mut has = Has { session: self.name(&["session", &session(call)]), ..Has::default() };
        self.maps.push(Vec::new());
        let agent = text_at(call.agent.as_ref(), "id");
        has.things.push(match &agent {
            Some(agent) => self.name(&["agent", agent]),
            None => self.name(&["no agent"]),
        });
        let marks = marks_of(call).unwrap_or_default();
        if marks.is_empty() {
            has.things.push(self.name(&["no mark"]));
        }
        for mark in marks {
            has.things.push(self.name(&["mark", &mark]));
        }
        if let Some(args) = &call.args {
            self.value(&mut has, args, ("args", &words_of("args")), Of::call(call), 0);
        }
        has
    }

    fn value(&mut self, has: &mut Has, value: &'a Value, (way, words): (&str, &[String]), of: Of<'_>, depth: usize) {
        if depth > DEPTH_MAX || is_secret(value, words) {
            has.things.push(self.name(&["odd", way]));
            return;
        }
        match value {
            Value::Null => has.things.push(self.name(&["null", way])),
            Value::Bool(bool) => has.things.push(self.name(&["bool", way, &bool.to_string()])),
            Value::Number(number) if number.abs() <= SAFE_INTEGER_MAX => {
                has.things.push(self.name(&["number", way]));
                let way = self.name(&["size", way]);
                has.size(way, *number, *number);
            }
            Value::Number(_) => has.things.push(self.name(&["odd", way])),
            Value::Text(text) => self.text(has, text, (way, words), of),
            Value::List(items) if items.is_empty() => has.things.push(self.name(&["empty", way])),
            Value::List(items) => {
                has.things.push(self.name(&["list", way]));
                let length = self.name(&["length", way]);
                has.size(length, f64::NEG_INFINITY, items.len() as f64);
                let way = format!("{way}[]");
                items.iter().for_each(|item| self.value(has, item, (&way, words), of, depth + 1));
            }
            Value::Map(map) => {
                has.things.push(self.name(&["map", way]));
                let number = self.name(&["keys", way]);
                if let Some(maps) = self.maps.last_mut() {
                    maps.push((number, map));
                }
                for (key, item) in map.iter() {
                    *self.keys.entry((number, key.to_owned())).or_default() += 1;
                    let way = format!("{way}{}", step_text(key));
                    has.things.push(self.name(&["key", &way]));
                    self.value(has, item, (&way, &words_at(map, key)), of, depth + 1);
                }
            }
        }
    }

    fn text(&mut self, has: &mut Has, text: &str, (way, words): (&str, &[String]), of: Of<'_>) {
        let meant = of.meant(text, words);
        has.things.push(self.name(&["text", way, &format!("{meant:?}")]));
        let chars = text.chars().count() as f64;
        let number = self.name(&["text", way]);
        if meant == Meant::Prose {
            has.size(number, f64::NEG_INFINITY, chars);
            return;
        }
        let level = |level: Vec<String>| self.number([vec!["level".to_owned(), way.to_owned()], level].concat());
        let levels = levels(text, meant).into_iter().map(level).collect();
        has.texts.push(Told { way: number, levels, chars: (meant == Meant::Other).then_some(chars) });
    }
}

impl Has {
    /// Of several at one way the least and the most.
    fn size(&mut self, way: usize, least: f64, most: f64) {
        match self.sizes.iter_mut().find(|size| size.way == way) {
            Some(size) => (size.least, size.most) = (size.least.min(least), size.most.max(most)),
            None => self.sizes.push(Size { way, least, most }),
        }
    }
}
