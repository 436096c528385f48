//! The parts that a JSON Schema is made of.

use crate::value::value::{Map, Value};

/// A map with these keys of the parser's and no others.
pub(super) fn object(what: &str, keys: &[&str], required: &[&str], of_key: impl Fn(&str) -> Option<Value>) -> Value {
    let properties: Vec<(&str, Value)> = keys.iter().filter_map(|key| Some((*key, of_key(key)?))).collect();
    let object = with(
        what,
        &[("type", text("object")), ("properties", map(&properties)), ("additionalProperties", Value::Bool(false))],
    );
    if required.is_empty() { object } else { extend(object, &[("required", texts(required))]) }
}

/// What a domain matcher asks; every part is optional, but something is asked.
pub(super) fn domain(what: &str, properties: &[(&str, Value)]) -> Value {
    with(
        what,
        &[
            ("type", text("object")),
            ("minProperties", number(1.0)),
            ("properties", map(properties)),
            ("additionalProperties", Value::Bool(false)),
        ],
    )
}

pub(super) fn one_or_more(item: Value) -> Value {
    let list = map(&[("type", text("array")), ("minItems", number(1.0)), ("items", item.clone())]);
    map(&[("anyOf", Value::List(vec![item, list]))])
}

/// One of `words`, each with what it means.
pub(super) fn enumeration(what: &str, words: &[(&str, &str)]) -> Value {
    let word = |(word, means): &(&str, &str)| map(&[("const", text(word)), ("description", text(means))]);
    with(what, &[("oneOf", Value::List(words.iter().map(word).collect()))])
}

pub(super) fn pattern(regex: &str, what: &str) -> Value {
    with(what, &[("type", text("string")), ("pattern", text(regex))])
}

pub(super) fn reference(name: &str) -> Value {
    map(&[("$ref", text(&format!("#/$defs/{name}")))])
}

pub(super) fn described(schema: Value, what: &str) -> Value {
    extend(schema, &[("description", text(what))])
}

pub(super) fn with(what: &str, entries: &[(&str, Value)]) -> Value {
    described(map(entries), what)
}

pub(super) fn text(text: &str) -> Value {
    Value::from(text)
}

pub(super) fn texts(words: &[&str]) -> Value {
    Value::List(words.iter().map(|word| text(word)).collect())
}

pub(super) fn number(number: f64) -> Value {
    Value::Number(number)
}

pub(super) fn map(entries: &[(&str, Value)]) -> Value {
    extend(Value::Map(Map::default()), entries)
}

/// `schema` with `entries`, which take the place of what has their keys.
pub(super) fn extend(schema: Value, entries: &[(&str, Value)]) -> Value {
    let old = if let Value::Map(old) = &schema { old.clone() } else { Map::default() };
    let kept = old.iter().filter(|(key, _)| entries.iter().all(|(new, _)| new != key));
    let kept = kept.map(|(key, value)| (key.to_owned(), value.clone()));
    let all = kept.chain(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
    // A key that stands twice in `entries` leaves `schema` as it was; the tests would tell.
    Map::new(all.collect()).map_or(schema, Value::Map)
}
