//! A value as JSON and JavaScript know it.

use serde::{Deserialize, Serialize};

use crate::sorted::sorted_by;

/// A value of a call's arguments or of a policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// `null`. A key that is not there is no value at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number; JavaScript has only this kind.
    Number(f64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// A map.
    Map(Map),
}

/// The largest integer that every reader of JSON represents exactly: 2^53 − 1.
pub const SAFE_INTEGER_MAX: f64 = 9_007_199_254_740_991.0;

/// A map from text to [`Value`] with unique keys, whatever their order was.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Map {
    /// Sorted by key.
    entries: Vec<(String, Value)>,
}

impl Map {
    /// The map of `entries`.
    ///
    /// # Errors
    ///
    /// The first key that occurs twice.
    ///
    /// ```
    /// use countersign::value::value::{Map, Value};
    ///
    /// let map = Map::new(vec![("b".to_owned(), Value::Null), ("a".to_owned(), Value::Bool(true))])?;
    /// assert_eq!(map.get("a"), Some(&Value::Bool(true)));
    /// assert_eq!(map.get("c"), None);
    /// assert!(Map::new(vec![("a".to_owned(), Value::Null), ("a".to_owned(), Value::Null)]).is_err());
    /// # Ok::<(), String>(())
    /// ```
    pub fn new(entries: Vec<(String, Value)>) -> Result<Self, String> {
        let entries = by_key(entries);
        let twice = entries.windows(2).find_map(|pair| match pair {
            [first, second] if first.0 == second.0 => Some(first.0.clone()),
            _ => None,
        });
        match twice {
            Some(key) => Err(key),
            None => Ok(Self { entries }),
        }
    }

    /// This map with `null` at each of its keys.
    #[must_use]
    pub fn outline(&self) -> Self {
        Self { entries: self.entries.iter().map(|(key, _)| (key.clone(), Value::Null)).collect() }
    }

    /// The entries of this map whose key `keeps`.
    #[must_use]
    pub fn only(&self, keeps: impl Fn(&str) -> bool) -> Self {
        Self { entries: self.entries.iter().filter(|(key, _)| keeps(key)).cloned().collect() }
    }

    /// This map with `value` at `key`.
    #[must_use]
    pub fn with(self, key: &str, value: Value) -> Self {
        let others = self.entries.into_iter().filter(|(other, _)| other != key);
        Self { entries: by_key(others.chain([(key.to_owned(), value)]).collect()) }
    }

    /// The value at `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        let at = self.entries.binary_search_by(|(candidate, _)| candidate.as_str().cmp(key)).ok()?;
        self.entries.get(at).map(|(_, value)| value)
    }

    /// The value at `key`, which is no more there.
    #[cfg(feature = "guard")]
    pub(crate) fn take(&mut self, key: &str) -> Option<Value> {
        let at = self.entries.iter().position(|(candidate, _)| candidate == key)?;
        Some(self.entries.remove(at).1)
    }

    /// Keys and values, sorted by key.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.entries.iter().map(|(key, value)| (key.as_str(), value))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

fn by_key(entries: Vec<(String, Value)>) -> Vec<(String, Value)> {
    sorted_by(entries, |a, b| a.0.cmp(&b.0))
}

/// The map of those of `entries` that have a value. The keys are written in our own code, so none occurs twice.
#[must_use]
pub(crate) fn record<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    record_of(entries.into())
}

/// Apart, so that it is there once and not for each number of entries.
fn record_of(entries: Vec<(&str, Option<Value>)>) -> Value {
    let mut entries = by_key(entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect());
    entries.dedup_by(|next, kept| next.0 == kept.0);
    Value::Map(Map { entries })
}
