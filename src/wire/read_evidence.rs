//! Evidence on its way in. What is not exactly what was written is refused, and it is said what stands where.

use std::collections::{BTreeMap, BTreeSet};

use super::Failure;
use super::call::call_from;
use super::evidence::{Carried, EVIDENCE_VERSION, History, digest_of, policies_of, tools_of, worded};
use crate::decide::compile::Stack;
use crate::evidence::bottleneck::{HOUR_MS, Hours, Load};
use crate::evidence::calibrate::answer::{Against, Answer, Uncounted};
use crate::evidence::calibrate::evidence::{Evidence, Lane, RuleEvidence, RuleKey, RuleUse, Staged};
use crate::evidence::calibrate::kept::contradiction;
use crate::evidence::calibrate::sample::{AGAINST_MAX, APPROVALS_MAX, Observation, REFUSED_MAX, STAGED_MAX, Sample};
use crate::policy::terms::Risk;
use crate::value::digest::Digest;
use crate::value::value::{Map, SAFE_INTEGER_MAX, Value};

/// More of anything else that is listed was never written.
const ITEMS_MAX: usize = 100_000;

/// Why something cannot be read: a clause that says where and what.
type Read<T> = Result<T, String>;

/// What was answered, after how long, and by whom.
type Answered = (Answer, u64, Vec<String>);

/// The evidence that `value` is, of `stack`. `kept` is its digest as it was kept elsewhere: without it, nobody knows
/// whether it is what was saved, and it counts as not verified.
pub(super) fn evidence_from(stack: &Stack, value: Value, kept: Option<Digest>) -> Result<Carried, Failure> {
    let Value::Map(mut written) = value else { return Err(broken("it is no map".to_owned())) };
    check_version(&written)?;
    let own = written.take("digest");
    let own = if let Some(Value::Text(own)) = own { Digest::parse(&own) } else { None };
    let own = own.ok_or_else(|| broken("`digest` must be a digest".to_owned()))?;
    if kept.is_some_and(|kept| kept != own) {
        let message = "the evidence is not what its checkpoint was made of: take the file that was saved with it";
        return Err(Failure::new("other-checkpoint", message));
    }
    let written = Value::Map(written);
    if digest_of(&written)? != own {
        return Err(broken("it is not what was saved: something in it was changed".to_owned()));
    }
    let map = Place::root(&written).map(&KEYS).map_err(broken)?;
    if map.value.get("policies") != Some(&policies_of(stack)) || map.value.get("tools") != Some(&tools_of(stack)?) {
        let message = "the evidence is of other policies or tools: name those that it was saved with, or read its \
                       histories again";
        return Err(Failure::new("other-policy", message));
    }
    let mut carried = carried_from(&map).map_err(broken)?;
    if let Some(why) = contradiction(stack, &carried.evidence) {
        return Err(broken(why));
    }
    carried.is_verified &= kept.is_some();
    Ok(carried)
}

/// Before anything else is looked at: other versions may look otherwise.
fn check_version(written: &Map) -> Result<(), Failure> {
    match written.get("evidenceVersion") {
        Some(Value::Number(version)) if *version == EVIDENCE_VERSION as f64 => Ok(()),
        Some(Value::Number(version)) => {
            let message = format!(
                "the evidence has version {version}, and version {EVIDENCE_VERSION} is read here: save it again with \
                 this version of the package"
            );
            Err(Failure::new("other-version", message))
        }
        _ => Err(broken("`evidenceVersion` must be a number".to_owned())),
    }
}

fn broken(why: String) -> Failure {
    Failure::new("broken-evidence", format!("the evidence proves nothing: {why}; save it again from its histories"))
}

const KEYS: [&str; 18] = [
    "evidenceVersion",
    "verified",
    "policies",
    "tools",
    "histories",
    "entries",
    "leftOut",
    "damaged",
    "elsewhere",
    "unasked",
    "fromMs",
    "toMs",
    "rules",
    "used",
    "staged",
    "refused",
    "hours",
    "agents",
];

fn carried_from(map: &Place<'_, Map>) -> Read<Carried> {
    let histories = once(map, "histories", map.items("histories", ITEMS_MAX, history_from)?)?;
    let (entries, left_out) = (map.count("entries")?, map.count("leftOut")?);
    let all = histories.values().fold(0_u64, |sum, history| sum.saturating_add(history.entries));
    if all != entries.saturating_add(left_out) {
        return Err(format!("`entries` and `leftOut` do not come to the {all} entries of its histories"));
    }
    let is_verified = map.bool("verified")?;
    if is_verified && histories.values().any(|history| history.covered.is_none()) {
        return Err("`verified` is true, and one of its histories has no checkpoint".to_owned());
    }
    let span = match (map.optional_count("fromMs")?, map.optional_count("toMs")?) {
        (None, None) => None,
        (Some(from), Some(to)) => Some((from, to)),
        _ => return Err("`fromMs` and `toMs` must stand there together".to_owned()),
    };
    let mut hours = Hours::default();
    for (at_ms, calls) in once(map, "hours", map.items("hours", ITEMS_MAX, hour_from)?)? {
        hours.add(at_ms, calls);
    }
    let evidence = Evidence {
        rules: once(map, "rules", map.items("rules", ITEMS_MAX, rule_from)?)?,
        used: once(map, "used", map.items("used", ITEMS_MAX, used_from)?)?,
        staged: once(map, "staged", map.items("staged", ITEMS_MAX, staged_from)?)?,
        refused: once(map, "refused", map.items("refused", ITEMS_MAX, refused_from)?)?,
        elsewhere: map.count("elsewhere")?,
        hours,
        unasked: map.count("unasked")?,
        span,
        lanes: once(map, "agents", map.items("agents", ITEMS_MAX, lane_from)?)?,
    };
    Ok(Carried { is_verified, histories, entries, left_out, damaged: map.count("damaged")?, evidence })
}

/// `items` by key; an error if one stands there twice.
fn once<K: Ord, V>(map: &Place<'_, Map>, key: &str, items: Vec<(K, V)>) -> Read<BTreeMap<K, V>> {
    let mut found = BTreeMap::new();
    // Not collected: that would sort, and for each type be some kilobytes of the engine more.
    for (each, item) in items {
        if found.insert(each, item).is_some() {
            return Err(format!("{} has one of them twice", map.named(key)));
        }
    }
    Ok(found)
}

fn history_from(at: &Place<'_, Value>) -> Read<([u8; 32], History)> {
    let map = at.map(&["origin", "entries", "covered"])?;
    let origin =
        Digest::parse(map.text("origin")?).ok_or_else(|| format!("{} must be a digest", map.named("origin")))?;
    let history = History { entries: map.count("entries")?, covered: map.optional_count("covered")? };
    if history.entries == 0 {
        return Err(format!("{} must be 1 or more", map.named("entries")));
    }
    Ok((*origin.bytes(), history))
}

fn hour_from(at: &Place<'_, Value>) -> Read<(u64, u64)> {
    let map = at.map(&["atMs", "calls"])?;
    let (at_ms, calls) = (map.count("atMs")?, map.count("calls")?);
    if at_ms % HOUR_MS != 0 || calls == 0 {
        return Err(format!("`{}` is no hour in which something happened", map.way));
    }
    Ok((at_ms, calls))
}

fn key_from(map: &Place<'_, Map>) -> Read<RuleKey> {
    Ok(RuleKey { policy: map.optional_text("policy")?, rule: map.optional_text("rule")? })
}

fn rule_from(at: &Place<'_, Value>) -> Read<(RuleKey, RuleEvidence)> {
    let keys = ["policy", "rule", "answers", "approvals", "against", "load", "risk", "reversible"];
    let map = at.map(&keys)?;
    let answers = once(&map, "answers", map.items("answers", ITEMS_MAX, answer_count_from)?)?;
    let load = map.at("load")?;
    let load = load.map(&["calls", "closed", "waitedMs", "timed", "shownMs"])?;
    let risk = match map.optional_text("risk")? {
        None => None,
        Some(word) => Some(word_of(&map, "risk", Risk::ALL.into_iter().find(|risk| risk.as_str() == word))?),
    };
    let approved = |seen: &Place<'_, Map>| Ok((Answer::For, seen.count("waitedMs")?, seen.texts("by")?));
    let against = |seen: &Place<'_, Map>| {
        let word = seen.text("answer")?;
        let answer = Against::ALL.into_iter().find(|answer| answer.as_str() == word);
        Ok((Answer::Against(word_of(seen, "answer", answer)?), 0, Vec::new()))
    };
    let rule = RuleEvidence {
        answers,
        approvals: sample_from(&map, "approvals", APPROVALS_MAX, &["waitedMs", "by"], &approved)?,
        against: sample_from(&map, "against", AGAINST_MAX, &["answer"], &against)?,
        load: Load {
            calls: load.count("calls")?,
            closed: load.count("closed")?,
            waited_ms: load.count("waitedMs")?,
            timed: load.count("timed")?,
            shown_ms: load.count("shownMs")?,
        },
        risk: Some(risk),
        is_reversible: Some(map.bool("reversible")?),
    };
    Ok((key_from(&map)?, rule))
}

fn answer_count_from(at: &Place<'_, Value>) -> Read<(Answer, u64)> {
    let map = at.map(&["counts", "answer", "escalations"])?;
    let said = (map.text("counts")?, map.text("answer")?);
    let against = Against::ALL.into_iter().map(Answer::Against);
    let mut all = std::iter::once(Answer::For).chain(against).chain(Uncounted::ALL.into_iter().map(Answer::Uncounted));
    let answer = all.find(|answer| worded(*answer) == said);
    Ok((word_of(&map, "answer", answer)?, map.count("escalations")?))
}

fn word_of<T>(map: &Place<'_, Map>, key: &str, found: Option<T>) -> Read<T> {
    found.ok_or_else(|| format!("{} is none of the words that stand there", map.named(key)))
}

fn used_from(at: &Place<'_, Value>) -> Read<(RuleKey, RuleUse)> {
    let map = at.map(&["policy", "rule", "calls", "tools", "cut"])?;
    let mut used = RuleUse { calls: map.count("calls")?, tools: BTreeSet::new(), is_cut: map.bool("cut")? };
    used.tools.extend(map.texts("tools")?);
    Ok((key_from(&map)?, used))
}

fn staged_from(at: &Place<'_, Value>) -> Read<(RuleKey, Staged)> {
    let map = at.map(&["policy", "rule", "approvals", "against"])?;
    let approved = |seen: &Place<'_, Map>| Ok((Answer::For, seen.count("waitedMs")?, seen.texts("by")?));
    let approvals = sample_from(&map, "approvals", STAGED_MAX, &["waitedMs", "by"], &approved)?;
    Ok((key_from(&map)?, Staged { approvals, against: map.count("against")? }))
}

fn refused_from(at: &Place<'_, Value>) -> Read<(String, Sample)> {
    let map = at.map(&["tool", "calls"])?;
    let refused = |_: &Place<'_, Map>| Ok((Answer::Against(Against::Rejected), 0, Vec::new()));
    Ok((map.text("tool")?.to_owned(), sample_from(&map, "calls", REFUSED_MAX, &[], &refused)?))
}

fn lane_from(at: &Place<'_, Value>) -> Read<((String, String), Lane)> {
    let map = at.map(&["agent", "tool", "class", "atMs"])?;
    let lane = Lane { at_ms: map.count("atMs")?, class: map.text("class")?.to_owned() };
    Ok(((map.text("agent")?.to_owned(), map.text("tool")?.to_owned()), lane))
}

/// The sample at `key`, of at most `most` calls, each with `more` keys of which `rest` makes the answer, how long it waited
/// and who approved it.
fn sample_from(
    map: &Place<'_, Map>,
    key: &str,
    most: usize,
    more: &[&'static str],
    rest: &dyn Fn(&Place<'_, Map>) -> Read<Answered>,
) -> Read<Sample> {
    let sample = map.at(key)?;
    let sample = sample.map(&["cut", "calls"])?;
    let keys = [&["key", "atMs", "large", "call"], more].concat();
    let calls = sample.items("calls", most, |seen| {
        let seen = seen.map(&keys)?;
        let (answer, waited_ms, reviewers) = rest(&seen)?;
        let at = seen.at("call")?;
        at.some_of(&CALL_KEYS)?;
        let call = call_from(at.value.clone()).map_err(|failure| format!("`{}`: {}", at.way, failure.message))?;
        let (at_ms, is_large) = (seen.count("atMs")?, seen.bool("large")?);
        Ok((seen.text("key")?.to_owned(), Observation { at_ms, waited_ms, call, is_large, answer, reviewers }))
    })?;
    Ok(Sample::of(once(&sample, "calls", calls)?, sample.bool("cut")?))
}

const CALL_KEYS: [&str; 9] =
    ["tool", "args", "confidence", "agent", "user", "session", "context", "tenant", "toolDigest"];

/// Something in the evidence, and the way to it.
struct Place<'a, T> {
    value: &'a T,
    way: String,
}

impl<'a> Place<'a, Value> {
    const fn root(value: &'a Value) -> Self {
        Self { value, way: String::new() }
    }

    /// The map that stands here, with exactly these keys.
    fn map(&self, keys: &[&str]) -> Read<Place<'a, Map>> {
        let map = self.some_of(keys)?;
        match keys.iter().find(|key| map.value.get(key).is_none()) {
            None => Ok(map),
            Some(key) => Err(format!("{} is missing", map.named(key))),
        }
    }

    /// The map that stands here, with no other keys than these.
    fn some_of(&self, keys: &[&str]) -> Read<Place<'a, Map>> {
        let Value::Map(value) = self.value else { return Err(format!("`{}` must be a map", self.way)) };
        let map = Place { value, way: self.way.clone() };
        match value.iter().find(|(key, _)| !keys.contains(key)) {
            None => Ok(map),
            Some((key, _)) => Err(format!("{} stands there, which evidence does not have", map.named(key))),
        }
    }
}

impl<'a> Place<'a, Map> {
    /// The place at `key`, in words.
    fn named(&self, key: &str) -> String {
        if self.way.is_empty() { format!("`{key}`") } else { format!("`{}.{key}`", self.way) }
    }

    fn must(&self, key: &str, what: &str) -> String {
        format!("{} must be {what}", self.named(key))
    }

    fn at(&self, key: &str) -> Read<Place<'a, Value>> {
        let value = self.value.get(key).ok_or_else(|| format!("{} is missing", self.named(key)))?;
        Ok(Place { value, way: self.named(key).trim_matches('`').to_owned() })
    }

    fn text(&self, key: &str) -> Read<&'a str> {
        if let Some(Value::Text(text)) = self.value.get(key) { Ok(text) } else { Err(self.must(key, "text")) }
    }

    fn optional_text(&self, key: &str) -> Read<Option<String>> {
        match self.value.get(key) {
            Some(Value::Null) => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text.clone())),
            _ => Err(self.must(key, "text or `null`")),
        }
    }

    fn bool(&self, key: &str) -> Read<bool> {
        if let Some(Value::Bool(is)) = self.value.get(key) { Ok(*is) } else { Err(self.must(key, "true or false")) }
    }

    fn optional_count(&self, key: &str) -> Read<Option<u64>> {
        if self.value.get(key) == Some(&Value::Null) { Ok(None) } else { self.count(key).map(Some) }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "only safe integers are cast")]
    fn count(&self, key: &str) -> Read<u64> {
        match self.value.get(key) {
            Some(Value::Number(number)) if (0.0..=SAFE_INTEGER_MAX).contains(number) && number.fract() == 0.0 => {
                Ok(*number as u64)
            }
            _ => Err(self.must(key, "an integer from 0 to 2^53 − 1")),
        }
    }

    /// The texts of the list at `key`, sorted and each once, as they were written.
    fn texts(&self, key: &str) -> Read<Vec<String>> {
        let texts = self.items(key, ITEMS_MAX, |item| match item.value {
            Value::Text(text) => Ok(text.clone()),
            _ => Err(format!("`{}` must be text", item.way)),
        })?;
        let is_sorted = texts.iter().zip(texts.iter().skip(1)).all(|(one, next)| one < next);
        if is_sorted { Ok(texts) } else { Err(self.must(key, "sorted, each text once")) }
    }

    /// What `read` makes of each item of the list at `key`, which has at most `most`.
    fn items<T>(&self, key: &str, most: usize, read: impl Fn(&Place<'a, Value>) -> Read<T>) -> Read<Vec<T>> {
        let Some(Value::List(items)) = self.value.get(key) else { return Err(self.must(key, "a list")) };
        if items.len() > most {
            return Err(format!("{} has more than {most} items", self.named(key)));
        }
        let way = self.named(key).trim_matches('`').to_owned();
        let place = |(nth, value)| Place { value, way: format!("{way}[{nth}]") };
        items.iter().enumerate().map(place).map(|item| read(&item)).collect()
    }
}
