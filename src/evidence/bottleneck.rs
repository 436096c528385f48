//! Where agents wait for people: which rules hold calls up, how fast calls come and are answered, and how many reviewers
//! would keep up.

use super::statistics::queue::{Queue, reviewers_needed};
use crate::review::escalation::Escalation;
use crate::review::event::UnixMs;

/// Milliseconds of an hour.
pub const HOUR_MS: u64 = 3_600_000;
const WEEK_MS: u64 = 7 * 24 * HOUR_MS;
/// Of so many clock hours, the newest, is remembered how many calls were held in them: more than a year.
const HOURS_MAX: usize = 10_000;

/// How calls waited that one rule held; adds up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// How many were held.
    pub calls: u64,
    /// How many of them are closed: answered, expired or withdrawn.
    pub closed: u64,
    /// How long those waited together, in milliseconds of the agents' time.
    pub waited_ms: u64,
    /// How many of them were reviewed in a time that is known: every review of them was timed, and given alone.
    pub timed: u64,
    /// How long reviewers saw those together, in milliseconds.
    pub shown_ms: u64,
}

impl Load {
    /// The load of one call that is closed.
    #[must_use]
    pub fn of(escalation: &Escalation) -> Self {
        let shown_ms = shown_ms(escalation);
        Self {
            calls: 1,
            closed: 1,
            waited_ms: waited_ms(escalation),
            timed: u64::from(shown_ms.is_some()),
            shown_ms: shown_ms.unwrap_or_default(),
        }
    }

    /// Adds `other`.
    pub fn add(&mut self, other: Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.closed = self.closed.saturating_add(other.closed);
        self.waited_ms = self.waited_ms.saturating_add(other.waited_ms);
        self.timed = self.timed.saturating_add(other.timed);
        self.shown_ms = self.shown_ms.saturating_add(other.shown_ms);
    }

    /// How many such calls one reviewer who is never idle answers in an hour; `None` if no review was timed.
    fn answers_per_hour(self) -> Option<f64> {
        (self.shown_ms > 0).then(|| self.timed as f64 * HOUR_MS as f64 / self.shown_ms as f64)
    }
}

/// How long the call of `escalation` waited until it was closed, in milliseconds; 0 while it is open.
#[must_use]
pub fn waited_ms(escalation: &Escalation) -> u64 {
    escalation.closed_at_ms.map_or(0, |closed_at_ms| closed_at_ms.saturating_sub(escalation.opened_at_ms))
}

/// How long reviewers saw it, if that is known of each.
fn shown_ms(escalation: &Escalation) -> Option<u64> {
    let reviews = escalation.reviews.iter();
    let reviews = reviews.map(|review| escalation.shown_ms(review).filter(|_| !review.answered.in_batch));
    let shown: Option<Vec<u64>> = reviews.collect();
    shown.filter(|shown| !shown.is_empty()).map(|shown| shown.into_iter().fold(0, u64::saturating_add))
}

/// How many calls were held in each clock hour (UTC); of too many hours the newest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    by_hour: std::collections::BTreeMap<u64, u64>,
}

impl Hours {
    /// Adds `calls` that were held in the hour of `at_ms`.
    pub fn add(&mut self, at_ms: UnixMs, calls: u64) {
        let hour = self.by_hour.entry(at_ms / HOUR_MS).or_default();
        *hour = hour.saturating_add(calls);
        // What is among the newest in the end always was, so that it comes to the same in any order.
        if self.by_hour.len() > HOURS_MAX {
            self.by_hour.pop_first();
        }
    }

    /// Adds those of another history.
    pub fn merge(&mut self, other: Self) {
        for (hour, calls) in other.by_hour {
            self.add(hour * HOUR_MS, calls);
        }
    }

    /// The beginning of each hour in which calls were held, ascending, and how many.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (UnixMs, u64)> {
        self.by_hour.iter().map(|(hour, calls)| (hour * HOUR_MS, *calls))
    }

    /// Whether there were more hours than are remembered, as far as can be told.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.by_hour.len() >= HOURS_MAX
    }

    /// The beginning of the hour in which most calls were held, the first of several, and how many.
    #[must_use]
    pub fn busiest(&self) -> Option<(UnixMs, u64)> {
        let most = self.by_hour.iter().rev().max_by_key(|(_, calls)| **calls);
        most.map(|(hour, calls)| (hour * HOUR_MS, *calls))
    }
}

/// A goal for the time that calls wait until a reviewer begins to look at them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// At most so long, in milliseconds.
    pub wait_ms: u64,
    /// For this share of the calls; from 0 to 1 (exclusive).
    pub share: f64,
}

impl Default for Goal {
    /// Nine of ten calls within five minutes.
    fn default() -> Self {
        Self { wait_ms: 300_000, share: 0.9 }
    }
}

/// What is known of how calls waited.
#[derive(Clone, Copy, Debug)]
pub struct Waited<'a, K> {
    /// By rule.
    pub loads: &'a [(K, Load)],
    /// When they were held.
    pub hours: &'a Hours,
    /// From when to when was looked.
    pub span: Option<(UnixMs, UnixMs)>,
}

/// How calls waited that one rule held.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleBottleneck<K> {
    /// Which.
    pub rule: K,
    /// What was counted.
    pub load: Load,
    /// Calls held in an hour, over all hours of the span, day and night.
    pub arrivals_per_hour: f64,
    /// The part of all waiting, from 0 to 1; 0 if nothing waited.
    pub share: f64,
    /// Milliseconds of agents' time that are waited in a week.
    pub waited_ms_per_week: f64,
    /// Of closed calls; `None` if there are none.
    pub mean_wait_ms: Option<f64>,
    /// Calls that one reviewer who is never idle answers in an hour; `None` if no review was timed.
    pub answers_per_hour: Option<f64>,
}

/// Where agents wait for people.
#[derive(Clone, Debug, PartialEq)]
pub struct Bottleneck<K> {
    /// By rule, that with most waiting first.
    pub rules: Vec<RuleBottleneck<K>>,
    /// All rules together.
    pub all: Load,
    /// As of a [rule](RuleBottleneck::arrivals_per_hour).
    pub arrivals_per_hour: f64,
    /// The beginning of the clock hour with most calls held, and how many.
    pub busiest: Option<(UnixMs, u64)>,
    /// As of a [rule](RuleBottleneck::answers_per_hour).
    pub answers_per_hour: Option<f64>,
    /// The goal.
    pub goal: Goal,
    /// How many reviewers it takes for the goal if calls come as on average; `None` if no review was timed.
    pub reviewers: Option<u32>,
    /// How many it takes in the busiest hour.
    pub reviewers_busiest: Option<u32>,
}

/// Where agents wait, by what was counted.
///
/// How many reviewers it takes is Erlang's formula C (see [`queue`](super::statistics::queue)): calls come independently
/// of each other at an even rate, the time for one is distributed exponentially, and each waits until somebody is free.
///
/// ```
/// use countersign::evidence::bottleneck::{Goal, HOUR_MS, Hours, Load, Waited, bottleneck};
///
/// // Ten hours with 60 calls each, which waited three minutes and took two.
/// let load = Load { calls: 600, closed: 600, waited_ms: 600 * 180_000, timed: 600, shown_ms: 600 * 120_000 };
/// let mut hours = Hours::default();
/// (0..10).for_each(|hour| hours.add(hour * HOUR_MS, 60));
/// let waited = Waited { loads: &[("mail", load)], hours: &hours, span: Some((0, 10 * HOUR_MS)) };
/// let found = bottleneck(waited, Goal { wait_ms: 60_000, share: 0.9 });
/// assert_eq!((found.arrivals_per_hour, found.answers_per_hour), (60.0, Some(30.0)));
/// assert_eq!(found.reviewers, Some(4));
/// ```
#[must_use]
pub fn bottleneck<K: Clone>(waited: Waited<'_, K>, goal: Goal) -> Bottleneck<K> {
    let Waited { loads, hours, span } = waited;
    let mut all = Load::default();
    loads.iter().for_each(|(_, load)| all.add(*load));
    let per_hour = |calls: u64| calls as f64 * HOUR_MS as f64 / lasted(span, HOUR_MS);
    let mut rules: Vec<RuleBottleneck<K>> = loads
        .iter()
        .map(|(rule, load)| RuleBottleneck {
            rule: rule.clone(),
            load: *load,
            arrivals_per_hour: per_hour(load.calls),
            share: if all.waited_ms > 0 { load.waited_ms as f64 / all.waited_ms as f64 } else { 0.0 },
            waited_ms_per_week: per_week(load.waited_ms, span),
            mean_wait_ms: (load.closed > 0).then(|| load.waited_ms as f64 / load.closed as f64),
            answers_per_hour: load.answers_per_hour(),
        })
        .collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.load.waited_ms));
    let (busiest, answers_per_hour) = (hours.busiest(), all.answers_per_hour());
    let needed = |arrivals: f64| {
        let queue = Queue { arrivals, answers: answers_per_hour? };
        reviewers_needed(queue, goal.wait_ms as f64 / HOUR_MS as f64, goal.share)
    };
    let arrivals_per_hour = per_hour(all.calls);
    Bottleneck {
        rules,
        all,
        arrivals_per_hour,
        busiest,
        answers_per_hour,
        goal,
        reviewers: needed(arrivals_per_hour),
        reviewers_busiest: busiest.and_then(|(_, calls)| needed(calls as f64)),
    }
}

/// What `ms` in a history of this `span` come to in a week. A shorter history counts as a whole week: what a few days are
/// like says too little about the others.
#[must_use]
pub fn per_week(ms: u64, span: Option<(UnixMs, UnixMs)>) -> f64 {
    ms as f64 * WEEK_MS as f64 / lasted(span, WEEK_MS)
}

fn lasted(span: Option<(UnixMs, UnixMs)>, least_ms: u64) -> f64 {
    span.map_or(0, |(from, to)| to.saturating_sub(from)).max(least_ms) as f64
}

/// Agents' time in words, with two digits that matter, such as `31 agent-hours` or `12 agent-minutes`.
#[must_use]
pub fn agent_time(ms: f64) -> String {
    let hours = ms / HOUR_MS as f64;
    let (count, unit) = if hours < 1.0 { (hours * 60.0, "minute") } else { (hours, "hour") };
    let rounded = if count < 9.95 { (count * 10.0).round() / 10.0 } else { count.round() };
    format!("{rounded} agent-{unit}{}", if rounded == 1.0 { "" } else { "s" })
}
