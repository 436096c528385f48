//! Noticing that what was good has become worse: a cumulative sum over good and bad results.

use super::search::is_inner;

/// A walk of so many states is no longer worked out.
const STATES_MAX: usize = 20_000_000;
/// What is still on its way, as a part of what has alarmed, when it no longer counts.
const REST_MAX: f64 = 1e-14;

/// A Bernoulli CUSUM (Page 1954; Reynolds and Stoumbos 1999): a score that bad results raise, good ones lower down to
/// nought, and that alarms when it reaches `alarm`.
///
/// ```
/// use countersign::evidence::statistics::drift::Cusum;
///
/// let cusum = Cusum::new(0.002, 0.02, 4.0).ok_or("no such rates")?;
/// let one = cusum.step(0.0, true);
/// assert!(!cusum.is_alarm(one) && cusum.is_alarm(cusum.step(one, true)));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cusum {
    /// What a bad result adds: `ln(reject / accept)`; positive.
    pub bad: f64,
    /// What a good result adds: `ln((1 − reject) / (1 − accept))`; negative.
    pub good: f64,
    /// The score at which it alarms; positive.
    pub alarm: f64,
}

impl Cusum {
    /// One that lets a share of `accept` bad results be and soon notices `reject`; `None` unless
    /// `0 < accept < reject < 1` and `alarm` is positive.
    #[must_use]
    pub fn new(accept: f64, reject: f64, alarm: f64) -> Option<Self> {
        let can_be = is_inner(accept) && is_inner(reject) && accept < reject && alarm > 0.0 && alarm.is_finite();
        can_be.then(|| Self { bad: (reject / accept).ln(), good: (-reject).ln_1p() - (-accept).ln_1p(), alarm })
    }

    /// The score after one more result; the first is stepped from 0.
    #[must_use]
    pub fn step(self, score: f64, is_bad: bool) -> f64 {
        (score + if is_bad { self.bad } else { self.good }).max(0.0)
    }

    /// Whether to act.
    #[must_use]
    pub fn is_alarm(self, score: f64) -> bool {
        score >= self.alarm
    }

    /// How many results it takes on average until an alarm, from a score of 0, if a share of `rate` is bad.
    ///
    /// Exact, over the scores that can be reached: a Markov chain (Brook and Evans 1972) without their grid, whose rounding
    /// of the small step of a good result is off by some percent. `None` if `rate` is not above 0 and at most 1, or if
    /// there are too many scores.
    ///
    /// ```
    /// use countersign::evidence::statistics::drift::Cusum;
    ///
    /// let cusum = Cusum::new(0.002, 0.02, 4.0).ok_or("no such rates")?;
    /// let quiet = cusum.average_run_length(0.002).ok_or("no such rate")?;
    /// let alarmed = cusum.average_run_length(0.02).ok_or("no such rate")?;
    /// assert!((quiet - 6_837.9).abs() < 0.1 && (alarmed - 132.4).abs() < 0.1);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn average_run_length(self, rate: f64) -> Option<f64> {
        if !(rate > 0.0 && rate <= 1.0) {
            return None;
        }
        // A walk begins at 0 and ends there or in an alarm; walks are alike. After `bads` bad results and `goods` good
        // ones above nought, the score is `bads · bad + goods · good`, whatever their order.
        let (mut length, mut alarmed) = (1.0, 0.0);
        let mut entering = vec![rate];
        let mut bads = 1.0;
        let mut states = 0;
        loop {
            let mut leaving = Vec::with_capacity(entering.len());
            let mut here = 0.0;
            let mut goods = 0;
            loop {
                let score = bads * self.bad + goods as f64 * self.good;
                let entered = entering.get(goods).copied().unwrap_or(0.0);
                if score <= 0.0 {
                    break;
                }
                if score >= self.alarm {
                    alarmed += entered;
                    leaving.push(0.0);
                } else {
                    here += entered;
                    length += here;
                    leaving.push(here * rate);
                    here *= 1.0 - rate;
                }
                goods += 1;
                if states + goods > STATES_MAX {
                    return None;
                }
            }
            states += goods;
            let rest: f64 = leaving.iter().sum();
            if rest == 0.0 || rest <= alarmed * REST_MAX {
                return Some(length / alarmed);
            }
            entering = leaving;
            bads += 1.0;
        }
    }
}
