//! How long calls wait for a reviewer, and how many reviewers that takes: Erlang's formula C.
//!
//! Calls arrive independently of each other and wait in one queue for the first of so many reviewers who is free, each of
//! whom takes an exponentially distributed time (M/M/c; Erlang 1917; Cooper 1981, "Introduction to Queueing Theory",
//! section 3.6). Real calls come in bursts, so it is the least that one has to expect.

/// The largest load that is worked out, in reviewers kept busy.
const LOAD_MAX: f64 = 1e6;

/// A queue of calls; rates are per the same unit of time, in which waits are told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Queue {
    /// How many calls arrive in a unit of time; not negative.
    pub arrivals: f64,
    /// How many calls a reviewer who is never idle answers in a unit of time; positive.
    pub answers: f64,
}

/// How calls wait with some number of reviewers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Waiting {
    /// The probability that a call waits at all: Erlang's C. 1 if calls arrive faster than they are answered.
    pub probability: f64,
    /// The mean time that a call waits, those that do not wait included; infinite if they arrive faster.
    pub mean: f64,
    /// By how many answers in a unit of time reviewers are faster than calls arrive; not positive if they are not.
    spare: f64,
}

impl Waiting {
    /// The share of calls that wait `time` at most: `1 − C e^(−(c μ − λ) t)`.
    #[must_use]
    pub fn share_within(self, time: f64) -> f64 {
        if self.spare > 0.0 { 1.0 - self.probability * (-self.spare * time.max(0.0)).exp() } else { 0.0 }
    }

    fn new(queue: Queue, load: f64, reviewers: f64, blocked: f64) -> Self {
        if reviewers <= load {
            return Self { probability: 1.0, mean: f64::INFINITY, spare: 0.0 };
        }
        let spare = reviewers * queue.answers - queue.arrivals;
        let probability = blocked / (1.0 - load / reviewers * (1.0 - blocked));
        Self { probability, mean: probability / spare, spare }
    }
}

/// How calls wait with so many reviewers.
///
/// `None` if a rate is no such number, or the load is beyond a million reviewers.
///
/// ```
/// use countersign::evidence::statistics::queue::{Queue, waiting};
///
/// // Ten calls an hour, six minutes each: one reviewer is swamped, two keep up.
/// let queue = Queue { arrivals: 10.0, answers: 10.0 };
/// assert!(waiting(queue, 1).ok_or("no such queue")?.mean.is_infinite());
/// let two = waiting(queue, 2).ok_or("no such queue")?;
/// assert!((two.probability - 1.0 / 3.0).abs() < 1e-12 && (two.mean - 1.0 / 30.0).abs() < 1e-12);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn waiting(queue: Queue, reviewers: u32) -> Option<Waiting> {
    let load = load_of(queue)?;
    if f64::from(reviewers) <= load {
        return Some(Waiting::new(queue, load, f64::from(reviewers), 1.0));
    }
    let blocked = (1..=reviewers).fold(1.0, |blocked, count| one_more(load, blocked, f64::from(count)));
    Some(Waiting::new(queue, load, f64::from(reviewers), blocked))
}

/// The least number of reviewers with whom a `share` of the calls waits `time` at most.
///
/// `None` as for [`waiting`], or if `share` is not from 0 to 1 (exclusive).
///
/// ```
/// use countersign::evidence::statistics::queue::{Queue, reviewers_needed};
///
/// // 60 calls an hour, two minutes each: 90 % within a minute.
/// assert_eq!(reviewers_needed(Queue { arrivals: 60.0, answers: 30.0 }, 1.0 / 60.0, 0.9), Some(4));
/// ```
#[must_use]
pub fn reviewers_needed(queue: Queue, time: f64, share: f64) -> Option<u32> {
    let load = load_of(queue)?;
    if !(0.0..1.0).contains(&share) || time.is_nan() {
        return None;
    }
    let mut blocked = 1.0;
    for count in 1..=u32::MAX {
        let reviewers = f64::from(count);
        blocked = one_more(load, blocked, reviewers);
        if Waiting::new(queue, load, reviewers, blocked).share_within(time) >= share && reviewers > load {
            return Some(count);
        }
    }
    None
}

/// How many reviewers the calls keep busy.
fn load_of(Queue { arrivals, answers }: Queue) -> Option<f64> {
    let load = arrivals / answers;
    (arrivals >= 0.0 && answers > 0.0 && load <= LOAD_MAX).then_some(load)
}

/// Erlang's formula B with one more server, `reviewers` in all, from that with one fewer.
fn one_more(load: f64, blocked: f64, reviewers: f64) -> f64 {
    load * blocked / (reviewers + load * blocked)
}
