//! What was seen at the fields of calls, and the narrowest condition that covers it.
//!
//! Values, ranges and places that were seen, and no others: what lies outside asks a person as before. Free text is not
//! looked at but for being text, and a field whose values cannot be bounded makes the whole call one that nothing covers.

use std::collections::{BTreeMap, BTreeSet};

use super::texts::{DEPTH_MAX, Of, Texts, VALUES_MAX, both, one_of, pair};
use crate::decide::call::Call;
use crate::review::present::kinds::{is_secret, words_at, words_of};
use crate::review::present::rows::step_text;
use crate::value::value::{Map, SAFE_INTEGER_MAX, Value, record};

/// What was seen at one place.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// How often anything was.
    times: usize,
    has_null: bool,
    bools: BTreeSet<bool>,
    /// The least and the largest.
    numbers: Option<(f64, f64)>,
    texts: Option<Texts>,
    lists: Option<Lists>,
    maps: Option<Maps>,
    /// Why nothing can bound what stands there.
    unbounded: Option<&'static str>,
}

#[derive(Clone, Debug, Default)]
struct Lists {
    has_empty: bool,
    longest: usize,
    items: Box<Seen>,
}

#[derive(Clone, Debug, Default)]
struct Maps {
    times: usize,
    keys: BTreeMap<String, Seen>,
}

/// A condition, and what it leaves open.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Support {
    /// The `when` of a rule.
    pub(super) when: Value,
    /// The fields at which any text may stand, and of how many characters.
    pub(super) free: Vec<(String, usize)>,
}

/// The narrowest condition that covers all of `calls`, which are of one tool; or why none does.
///
/// # Errors
///
/// A clause such as `args.command is not the same few values, and its form bounds nothing`.
pub(super) fn support<'a>(calls: impl Iterator<Item = &'a Call>) -> Result<Support, String> {
    let mut args = Seen::default();
    let mut agents = BTreeSet::new();
    let (mut marks, mut has_unmarked) = (BTreeSet::new(), false);
    for call in calls {
        match &call.args {
            Some(value @ Value::Map(_)) => args.see(value, &words_of("args"), Of::call(call), 0),
            _ => return Err("some of the calls have no arguments".to_owned()),
        }
        agents.insert(text_at(call.agent.as_ref(), "id"));
        // Where nobody said which marks there are, a condition about them holds of nothing.
        let seen = marks_of(call).ok_or("nobody said which marks some of the sessions carry")?;
        has_unmarked |= seen.is_empty();
        marks.extend(seen);
    }
    let maps = args.maps.as_ref().ok_or_else(|| "there are no calls".to_owned())?;
    let mut conditions = vec![entry("args", only_keys(maps.keys.keys()))];
    for (key, seen) in &maps.keys {
        let field = format!("args{}", step_text(key));
        conditions.push(seen.condition(&field, maps.times)?);
    }
    conditions.push(agent_condition(&agents)?);
    conditions.push(marks_condition(&marks, has_unmarked));
    let mut free = Vec::new();
    args.add_free("args", &mut free);
    Ok(Support { when: all_of(conditions), free })
}

fn agent_condition(agents: &BTreeSet<Option<String>>) -> Result<Value, String> {
    let named: Option<Vec<&str>> = agents.iter().map(Option::as_deref).collect();
    match named {
        None if agents.len() == 1 => Ok(entry("agent.id", pair("exists", Value::Bool(false)))),
        None => Err("some of the calls are of an agent, and some of none".to_owned()),
        Some(agents) if agents.len() > VALUES_MAX => Err("the calls are of too many agents".to_owned()),
        Some(agents) => Ok(entry("agent.id", one_of(agents.into_iter().map(Value::from).collect()))),
    }
}

fn marks_condition(marks: &BTreeSet<String>, has_unmarked: bool) -> Value {
    let none = entry("session.marks", pair("empty", Value::Bool(true)));
    if marks.is_empty() {
        return none;
    }
    let seen = one_of(marks.iter().map(|mark| Value::from(mark.as_str())).collect());
    let each = entry("session.marks", pair("each", seen));
    if has_unmarked { any_of(vec![none, each]) } else { each }
}

/// The marks of the session of `call`; `None` if nobody said which there are.
pub(super) fn marks_of(call: &Call) -> Option<Vec<String>> {
    let Some(Value::Map(session)) = &call.session else { return None };
    let Some(Value::List(marks)) = session.get("marks") else { return None };
    marks.iter().map(|mark| if let Value::Text(mark) = mark { Some(mark.clone()) } else { None }).collect()
}

/// The text at `key` of `value`.
pub(super) fn text_at(value: Option<&Value>, key: &str) -> Option<String> {
    match value {
        Some(Value::Map(map)) => match map.get(key) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

impl Seen {
    fn see(&mut self, value: &Value, words: &[String], of: Of<'_>, depth: usize) {
        self.times += 1;
        if depth > DEPTH_MAX {
            self.unbounded = Some("is nested too deeply");
            return;
        }
        if is_secret(value, words) {
            self.unbounded = Some("is a secret, which no policy should hold");
            return;
        }
        match value {
            Value::Null => self.has_null = true,
            Value::Bool(bool) => {
                self.bools.insert(*bool);
            }
            Value::Number(number) if number.abs() <= SAFE_INTEGER_MAX => {
                let (least, largest) = self.numbers.unwrap_or((*number, *number));
                self.numbers = Some((least.min(*number), largest.max(*number)));
            }
            Value::Number(_) => self.unbounded = Some("has numbers that no policy can compare"),
            Value::Text(text) => self.texts.get_or_insert_default().see(text, words, of),
            Value::List(items) => {
                let lists = self.lists.get_or_insert_default();
                lists.has_empty |= items.is_empty();
                lists.longest = lists.longest.max(items.len());
                items.iter().for_each(|item| lists.items.see(item, words, of, depth + 1));
            }
            Value::Map(map) => {
                let maps = self.maps.get_or_insert_default();
                maps.times += 1;
                for (key, item) in map.iter() {
                    maps.keys.entry(key.to_owned()).or_default().see(item, &words_at(map, key), of, depth + 1);
                }
            }
        }
    }

    /// That `field` is as it was seen in some of `of` maps.
    fn condition(&self, field: &str, of: usize) -> Result<Value, String> {
        let mut ways = Vec::new();
        if self.times < of {
            ways.push(entry(field, pair("exists", Value::Bool(false))));
        }
        let matchers = self.matchers().map_err(|why| format!("`{field}` {why}"))?;
        ways.extend(matchers.into_iter().map(|matcher| entry(field, matcher)));
        Ok(any_of(ways))
    }

    /// Adds the fields from `field` on at which any text may stand, and of how many characters.
    fn add_free(&self, field: &str, free: &mut Vec<(String, usize)>) {
        free.extend(self.texts.as_ref().and_then(Texts::free_chars).map(|chars| (field.to_owned(), chars)));
        if let Some(lists) = &self.lists {
            lists.items.add_free(field, free);
        }
        for (key, seen) in self.maps.iter().flat_map(|maps| &maps.keys) {
            seen.add_free(&format!("{field}{}", step_text(key)), free);
        }
    }

    /// Matchers one of which holds of whatever was seen.
    fn matchers(&self) -> Result<Vec<Value>, String> {
        if let Some(why) = self.unbounded {
            return Err(why.to_owned());
        }
        let mut matchers = Vec::new();
        if self.has_null {
            matchers.push(pair("type", Value::from("null")));
        }
        if !self.bools.is_empty() {
            matchers.push(one_of(self.bools.iter().map(|bool| Value::Bool(*bool)).collect()));
        }
        if let Some((least, largest)) = self.numbers {
            matchers
                .push(record([("at_least", Some(Value::Number(least))), ("at_most", Some(Value::Number(largest)))]));
        }
        if let Some(texts) = &self.texts {
            matchers.push(texts.matcher()?);
        }
        if let Some(Lists { has_empty, longest, items }) = &self.lists {
            if *has_empty {
                matchers.push(nothing("list"));
            }
            if items.times > 0 {
                let mut each = items.matchers()?;
                let each = if each.len() == 1 { each.pop() } else { None };
                let each = pair("each", each.ok_or("has lists of values of several types")?);
                matchers.push(both(each, pair("length", pair("at_most", Value::Number(*longest as f64)))));
            }
        }
        if let Some(Maps { times, keys }) = &self.maps {
            let inside = keys.iter().map(|(key, seen)| seen.condition(&step_inside(key), *times));
            let inside = inside.collect::<Result<Vec<_>, _>>()?;
            let only = only_keys(keys.keys());
            matchers.push(if inside.is_empty() { only } else { both(only, pair("where", all_of(inside))) });
        }
        Ok(matchers)
    }
}

fn only_keys<'a>(keys: impl Iterator<Item = &'a String>) -> Value {
    let keys: Vec<Value> = keys.map(|key| Value::from(key.as_str())).collect();
    // A list without items is refused, as it could be a condition that was commented out.
    if keys.is_empty() { nothing("map") } else { pair("only_keys", Value::List(keys)) }
}

/// An empty value of `type_`; absence, `null` and the others that are empty too are something else.
fn nothing(type_: &str) -> Value {
    record([("type", Some(Value::from(type_))), ("empty", Some(Value::Bool(true)))])
}

/// `key` as the beginning of a way, and not as one of the words that join conditions.
fn step_inside(key: &str) -> String {
    if matches!(key, "all" | "any" | "not") {
        return format!("[\"{key}\"]");
    }
    let step = step_text(key);
    step.strip_prefix('.').unwrap_or(&step).to_owned()
}

fn entry(field: &str, matcher: Value) -> Value {
    pair(field, matcher)
}

/// A condition that holds if one of `conditions` does.
fn any_of(mut conditions: Vec<Value>) -> Value {
    match (conditions.len(), conditions.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            conditions.extend(last);
            pair("any", Value::List(conditions))
        }
    }
}

/// A condition that holds if all of `conditions` do: one map, but for those that share a key.
pub(super) fn all_of(conditions: Vec<Value>) -> Value {
    let mut together = Map::default();
    let mut apart = Vec::new();
    for condition in conditions {
        match condition {
            Value::Map(map) if map.iter().all(|(key, _)| key != "all" && together.get(key).is_none()) => {
                together = map.iter().fold(together, |all, (key, value)| all.with(key, value.clone()));
            }
            other => apart.push(other),
        }
    }
    if !apart.is_empty() {
        together = together.with("all", Value::List(apart));
    }
    Value::Map(together)
}
