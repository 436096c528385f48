//! Where agents wait: counts on their way in, and what they come to on its way out.

use super::Failure;
use super::object::{list_of, long, object, or_null};
use super::parts::{count, list, map};
use crate::evidence::bottleneck::{Bottleneck, Goal, Hours, Load, RuleBottleneck, Waited, bottleneck};
use crate::review::event::UnixMs;
use crate::value::value::Value;

/// The bottleneck of what a summary counts, on its way out. What is a rule there is the same here.
///
/// # Errors
///
/// `wrong-type` unless `counts` is `{rules: [{rule, calls, closed, waitedMs, timed, shownMs}], hours: [{atMs, calls}],
/// span: {fromMs, toMs} | null}`, and `goal` `{waitMs, share}`.
///
/// ```
/// use countersign::wire::bottleneck::bottleneck_from;
/// use countersign::value::value::{Map, Value};
///
/// let map = |entries: Vec<(&str, Value)>| {
///     let entries = entries.into_iter().map(|(key, value)| (key.to_owned(), value));
///     Value::Map(Map::new(entries.collect()).unwrap_or_default())
/// };
/// let list = || Value::List(Vec::new());
/// let counts = map(vec![("rules", list()), ("hours", list()), ("span", Value::Null)]);
/// let goal = map(vec![("waitMs", Value::Number(60_000.0)), ("share", Value::Number(0.9))]);
/// let Ok(Value::Map(found)) = bottleneck_from(&counts, &goal) else { return Err("no bottleneck") };
/// assert_eq!((found.get("calls"), found.get("reviewers")), (Some(&Value::Number(0.0)), Some(&Value::Null)));
/// # Ok::<(), &str>(())
/// ```
pub fn bottleneck_from(counts: &Value, goal: &Value) -> Result<Value, Failure> {
    let message = "the counts must be `{ rules, hours, span }`, as a summary has them";
    let wrong = || Failure::new("wrong-type", message);
    let Counts { loads, hours, span } = counts_from(counts).ok_or_else(wrong)?;
    let waited = Waited { loads: &loads, hours: &hours, span };
    Ok(bottleneck_out(&bottleneck(waited, goal_from(goal)?), Value::clone))
}

struct Counts {
    loads: Vec<(Value, Load)>,
    hours: Hours,
    span: Option<(UnixMs, UnixMs)>,
}

fn counts_from(value: &Value) -> Option<Counts> {
    let counts = map(value)?;
    let loads = list(counts, "rules", |each| {
        let each = map(each)?;
        let load = Load {
            calls: count(each, "calls")?,
            closed: count(each, "closed")?,
            waited_ms: count(each, "waitedMs")?,
            timed: count(each, "timed")?,
            shown_ms: count(each, "shownMs")?,
        };
        Some((each.get("rule")?.clone(), load))
    })?;
    let mut hours = Hours::default();
    for (at_ms, calls) in
        list(counts, "hours", |each| map(each).and_then(|each| Some((count(each, "atMs")?, count(each, "calls")?))))?
    {
        hours.add(at_ms, calls);
    }
    let span = match counts.get("span")? {
        Value::Null => None,
        span => {
            let span = map(span)?;
            Some((count(span, "fromMs")?, count(span, "toMs")?))
        }
    };
    Some(Counts { loads, hours, span })
}

/// The goal in `value`.
///
/// # Errors
///
/// `wrong-type` unless it is `{waitMs, share}`, and the share from 0 to 1, without 1.
pub(super) fn goal_from(value: &Value) -> Result<Goal, Failure> {
    let goal = || {
        let goal = map(value)?;
        let share = if let Some(Value::Number(share)) = goal.get("share") { *share } else { return None };
        (0.0..1.0).contains(&share).then_some(Goal { wait_ms: count(goal, "waitMs")?, share })
    };
    goal().ok_or_else(|| Failure::new("wrong-type", "the goal must be `{ waitMs, share }`, and the share below 1"))
}

/// The bottleneck on its way out; `rule_out` makes what a rule is called there.
pub(super) fn bottleneck_out<K>(found: &Bottleneck<K>, rule_out: impl Fn(&K) -> Value) -> Value {
    let rate = |rate: Option<f64>| or_null(rate.map(Value::Number));
    let reviewers = found
        .reviewers
        .zip(found.reviewers_busiest)
        .map(|(usual, busiest)| object(vec![("usual", long(u64::from(usual))), ("busiest", long(u64::from(busiest)))]));
    let busiest = found.busiest.map(|(at_ms, calls)| object(vec![("atMs", long(at_ms)), ("calls", long(calls))]));
    let rule = |rule: &RuleBottleneck<K>| {
        object(vec![
            ("rule", rule_out(&rule.rule)),
            ("calls", long(rule.load.calls)),
            ("waitedMs", long(rule.load.waited_ms)),
            ("share", Value::Number(rule.share)),
            ("waitedMsPerWeek", Value::Number(rule.waited_ms_per_week)),
            ("meanWaitMs", rate(rule.mean_wait_ms)),
            ("arrivalsPerHour", Value::Number(rule.arrivals_per_hour)),
            ("answersPerHour", rate(rule.answers_per_hour)),
        ])
    };
    object(vec![
        ("calls", long(found.all.calls)),
        ("waitedMs", long(found.all.waited_ms)),
        ("arrivalsPerHour", Value::Number(found.arrivals_per_hour)),
        ("busiest", or_null(busiest)),
        ("answersPerHour", rate(found.answers_per_hour)),
        ("goal", object(vec![("waitMs", long(found.goal.wait_ms)), ("share", Value::Number(found.goal.share))])),
        ("reviewers", or_null(reviewers)),
        ("rules", list_of(&found.rules, rule)),
    ])
}
