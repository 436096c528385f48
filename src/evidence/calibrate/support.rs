//! What was seen at the fields of calls, and the narrowest condition that covers it.
//!
//! Values, ranges and places that were seen, and no others: what lies outside asks a person as before. Free text is not
//! looked at but for being text, and a field whose values cannot be bounded makes the whole call one that nothing covers.

use std::collections::{BTreeMap, BTreeSet};

use crate::decide::call::Call;
use crate::matcher::email;
use crate::matcher::path::normalise;
use crate::matcher::url::told;
use crate::review::present::kinds::{Meant, is_secret, meant, words_at, words_of};
use crate::review::present::rows::step_text;
use crate::value::value::{Map, SAFE_INTEGER_MAX, Value, record};

/// So many distinct values are listed one by one; more must have something in common.
const VALUES_MAX: usize = 12;
/// So many hosts, domains or folders are listed.
const PLACES_MAX: usize = 8;
/// So many distinct values have to be seen before their form alone stands for them, as with numbers of orders.
const FORM_MIN: usize = 20;
/// No more distinct texts than this are remembered of one field.
const TEXTS_MAX: usize = 256;
/// Deeper values are covered by nothing.
const DEPTH_MAX: usize = 8;

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
struct Texts {
    values: BTreeSet<String>,
    /// Whether there were more than are remembered.
    is_cut: bool,
    meant: Vec<Meant>,
    chars_max: usize,
}

#[derive(Clone, Debug, Default)]
struct Lists {
    has_empty: bool,
    items: Box<Seen>,
}

#[derive(Clone, Debug, Default)]
struct Maps {
    times: usize,
    keys: BTreeMap<String, Seen>,
}

/// The narrowest condition that covers all of `calls`, which are of one tool, as the `when` of a rule; or why none does.
///
/// # Errors
///
/// A clause such as `args.command is not the same few values, and its form bounds nothing`.
pub(super) fn support<'a>(calls: impl Iterator<Item = &'a Call>) -> Result<Value, String> {
    let mut args = Seen::default();
    let mut agents = BTreeSet::new();
    let mut marks: Option<BTreeSet<String>> = Some(BTreeSet::new());
    for call in calls {
        match &call.args {
            Some(value @ Value::Map(_)) => args.see(value, &words_of("args"), &call.tool, 0),
            _ => return Err("some of the calls have no arguments".to_owned()),
        }
        agents.insert(text_at(call.agent.as_ref(), "id"));
        marks = marks.zip(marks_of(call)).map(|(mut all, some)| {
            all.extend(some);
            all
        });
    }
    let maps = args.maps.as_ref().ok_or_else(|| "there are no calls".to_owned())?;
    let mut conditions = vec![entry("args", only_keys(maps.keys.keys()))];
    for (key, seen) in &maps.keys {
        let field = format!("args{}", step_text(key));
        conditions.push(seen.condition(&field, maps.times)?);
    }
    conditions.extend(agent_condition(&agents)?);
    conditions.extend(marks.map(|marks| marks_condition(&marks)));
    Ok(all_of(conditions))
}

fn agent_condition(agents: &BTreeSet<Option<String>>) -> Result<Option<Value>, String> {
    let named: Option<Vec<&str>> = agents.iter().map(Option::as_deref).collect();
    match named {
        // Where the guard knows no agent, no call can say that it is of another.
        None if agents.len() == 1 => Ok(None),
        None => Err("some of the calls are of an agent, and some of none".to_owned()),
        Some(agents) if agents.len() > VALUES_MAX => Err("the calls are of too many agents".to_owned()),
        Some(agents) => Ok(Some(entry("agent.id", one_of(agents.into_iter().map(Value::from).collect())))),
    }
}

fn marks_condition(marks: &BTreeSet<String>) -> Value {
    let none = entry("session.marks", pair("empty", Value::Bool(true)));
    if marks.is_empty() {
        return none;
    }
    let seen = one_of(marks.iter().map(|mark| Value::from(mark.as_str())).collect());
    any_of(vec![none, entry("session.marks", pair("each", seen))])
}

/// The marks of the session of `call`; `None` if nobody said which there are.
fn marks_of(call: &Call) -> Option<Vec<String>> {
    let Some(Value::Map(session)) = &call.session else { return None };
    let Some(Value::List(marks)) = session.get("marks") else { return None };
    marks.iter().map(|mark| if let Value::Text(mark) = mark { Some(mark.clone()) } else { None }).collect()
}

fn text_at(value: Option<&Value>, key: &str) -> Option<String> {
    match value {
        Some(Value::Map(map)) => match map.get(key) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

impl Seen {
    fn see(&mut self, value: &Value, words: &[String], tool: &str, depth: usize) {
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
            Value::Text(text) => self.texts.get_or_insert_default().see(text, meant(text, words, tool)),
            Value::List(items) => {
                let lists = self.lists.get_or_insert_default();
                lists.has_empty |= items.is_empty();
                items.iter().for_each(|item| lists.items.see(item, words, tool, depth + 1));
            }
            Value::Map(map) => {
                let maps = self.maps.get_or_insert_default();
                maps.times += 1;
                for (key, item) in map.iter() {
                    maps.keys.entry(key.to_owned()).or_default().see(item, &words_at(map, key), tool, depth + 1);
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
        if let Some(Lists { has_empty, items }) = &self.lists {
            if *has_empty {
                matchers.push(record([("type", Some(Value::from("list"))), ("empty", Some(Value::Bool(true)))]));
            }
            if items.times > 0 {
                let mut each = items.matchers()?;
                let each = if each.len() == 1 { each.pop() } else { None };
                matchers.push(pair("each", each.ok_or("has lists of values of several types")?));
            }
        }
        if let Some(Maps { times, keys }) = &self.maps {
            let inside = keys.iter().map(|(key, seen)| {
                let step = step_text(key);
                seen.condition(step.strip_prefix('.').unwrap_or(&step), *times)
            });
            let inside = inside.collect::<Result<Vec<_>, _>>()?;
            let only = only_keys(keys.keys());
            matchers.push(if inside.is_empty() {
                pair("empty", Value::Bool(true))
            } else {
                both(only, pair("where", all_of(inside)))
            });
        }
        Ok(matchers)
    }
}

impl Texts {
    fn see(&mut self, text: &str, meant: Meant) {
        if !self.meant.contains(&meant) {
            self.meant.push(meant);
        }
        self.chars_max = self.chars_max.max(text.chars().count());
        // Free text is not looked at.
        if meant == Meant::Prose {
            return;
        }
        if self.values.len() < TEXTS_MAX || self.values.contains(text) {
            self.values.insert(text.to_owned());
        } else {
            self.is_cut = true;
        }
    }

    fn matcher(&self) -> Result<Value, String> {
        let [meant] = self.meant.as_slice() else {
            return if self.values.len() <= VALUES_MAX && !self.is_cut && !self.meant.contains(&Meant::Prose) {
                Ok(self.listed())
            } else {
                Err("holds texts of several kinds".to_owned())
            };
        };
        if *meant == Meant::Prose {
            return Ok(pair("type", Value::from("string")));
        }
        if self.values.len() <= VALUES_MAX && !self.is_cut {
            return Ok(self.listed());
        }
        let found = match meant {
            Meant::Url => self.urls(),
            Meant::Recipient => self.domains(),
            Meant::Path => self.folders(),
            Meant::Other => self.form(),
            Meant::Shell | Meant::Prose => None,
        };
        found.ok_or_else(|| "is not the same few values, and nothing that they have in common bounds them".to_owned())
    }

    fn listed(&self) -> Value {
        one_of(self.values.iter().map(|text| Value::from(text.as_str())).collect())
    }

    /// The same few hosts, over the schemes that were seen.
    fn urls(&self) -> Option<Value> {
        let hosts =
            self.places(|text| told(text).filter(|told| told.refused.is_none() && told.user.is_none())?.host)?;
        let schemes = self.places(|text| text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase()))?;
        let is_usual = |scheme: &String| scheme == "http" || scheme == "https";
        if !schemes.iter().all(is_usual) {
            return None;
        }
        Some(pair("url", record([("scheme", Some(texts(&schemes))), ("host", Some(texts(&hosts)))])))
    }

    fn domains(&self) -> Option<Value> {
        let domains = self.places(|text| email::address(text).ok().map(|address| address.domain().to_owned()))?;
        Some(pair("email", pair("domain", texts(&domains))))
    }

    fn folders(&self) -> Option<Value> {
        let folders = self.places(|text| {
            let path = normalise(text).ok().filter(|path| path.climbs() == 0)?;
            let (_, folders) = path.names().split_last()?;
            let root = if path.is_absolute() { "/" } else { "" };
            // Everything there is bounds nothing.
            (!folders.is_empty()).then(|| format!("{root}{}", folders.join("/")))
        })?;
        Some(pair("path", pair("under", texts(&folders))))
    }

    /// The few places that all texts have.
    fn places(&self, place: impl Fn(&str) -> Option<String>) -> Option<BTreeSet<String>> {
        if self.is_cut {
            return None;
        }
        let places: BTreeSet<String> = self.values.iter().map(|text| place(text)).collect::<Option<_>>()?;
        (places.len() <= PLACES_MAX).then_some(places)
    }

    /// What identifiers are made of, as long as they are.
    fn form(&self) -> Option<Value> {
        if self.values.len() < FORM_MIN {
            return None;
        }
        let is_all = |test: fn(u8) -> bool| self.values.iter().all(|text| !text.is_empty() && text.bytes().all(test));
        let class = if is_all(|byte| byte.is_ascii_digit()) {
            "[0-9]"
        } else if is_all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
            "[0-9a-f]"
        } else if is_all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
            "[A-Za-z0-9_-]"
        } else {
            return None;
        };
        let least = self.values.iter().map(String::len).min()?;
        Some(pair("regex", Value::Text(format!("{class}{{{least},{}}}", self.chars_max))))
    }
}

fn texts(texts: &BTreeSet<String>) -> Value {
    Value::List(texts.iter().map(|text| Value::from(text.as_str())).collect())
}

/// That it equals one of `values`.
fn one_of(mut values: Vec<Value>) -> Value {
    match (values.len(), values.pop()) {
        (1, Some(only)) => pair("equals", only),
        (_, last) => {
            values.extend(last);
            pair("in", Value::List(values))
        }
    }
}

fn only_keys<'a>(keys: impl Iterator<Item = &'a String>) -> Value {
    let keys: Vec<Value> = keys.map(|key| Value::from(key.as_str())).collect();
    // A list without items is refused, as it could be a condition that was commented out.
    if keys.is_empty() { pair("empty", Value::Bool(true)) } else { pair("only_keys", Value::List(keys)) }
}

fn pair(key: &str, value: Value) -> Value {
    record([(key, Some(value))])
}

fn entry(field: &str, matcher: Value) -> Value {
    pair(field, matcher)
}

fn both(one: Value, other: Value) -> Value {
    let mut all = Map::default();
    for value in [one, other] {
        if let Value::Map(map) = value {
            all = map.iter().fold(all, |all, (key, value)| all.with(key, value.clone()));
        }
    }
    Value::Map(all)
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
fn all_of(conditions: Vec<Value>) -> Value {
    let mut together = Map::default();
    let mut apart = Vec::new();
    for condition in conditions {
        match condition {
            Value::Map(map) if map.iter().all(|(key, _)| together.get(key).is_none()) => {
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
