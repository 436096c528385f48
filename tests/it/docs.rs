//! `docs/language.md` is about the language that there is: its examples are decided, and every key has its place in it.

use countersign::check::load;
use countersign::policy::schema::schema;
use countersign::text::render::render;
use countersign::text::span::Positions;
use countersign::text::yaml::Limits;
use countersign::wire::value::ValueOut;
use serde_json::Value;

use crate::documents::{blocks, code_spans, language, pattern_cases, section};
use crate::vector_files;

#[test]
fn every_example_of_the_language_is_decided() {
    let files = vector_files::read();
    let file = files.iter().find(|file| file.name == "docs.yaml").expect("the vectors of the document");
    let name = |section: &str, number: u64| format!("docs/language.md: {section}, {number}");
    let markdown = language();
    // Programs are run by the tests of the package.
    let is_policy = |info: &str| !info.is_empty() && info != "js";
    let examples: Vec<_> = blocks(&markdown).into_iter().filter(|block| is_policy(&block.info)).collect();
    let undecided: Vec<String> = examples
        .iter()
        .map(|block| name(&block.section, block.number))
        .filter(|name| {
            let case = file.cases.iter().find(|case| case["name"] == name.as_str());
            // One call alone would pass whatever the example is about.
            case.and_then(|case| case["calls"].as_array()).is_none_or(|calls| calls.len() < 2)
        })
        .collect();
    assert!(examples.len() >= 14 && undecided.is_empty(), "without two decided calls each: {undecided:?}");
    assert!(pattern_cases().len() >= 5, "the table of tool patterns has other rows");
}

#[test]
fn no_example_of_the_language_draws_a_warning() {
    let files = vector_files::read();
    for case in files.iter().filter(|file| file.name == "docs.yaml").flat_map(|file| &file.cases) {
        let text = case["policy"].as_str().expect("a policy");
        let (_, problems) = load(text, Limits::default());
        assert!(problems.is_empty(), "{}", render(&problems, &case["name"].to_string(), &Positions::new(text)));
    }
}

/// Where the document explains the keys of which part of the schema.
const PLACES: &[(&str, &str)] = &[
    ("/properties", "A policy"),
    ("/$defs/rule/properties", "A rule"),
    ("/$defs/limit/properties", "Limits"),
    ("/$defs/review/properties", "Review"),
    ("/$defs/relaxed/properties", "relaxed"),
    ("/$defs/test/properties", "Tests"),
    ("/$defs/expectation/anyOf/1/properties", "Tests"),
    ("/$defs/case/properties", "Tests"),
    ("/$defs/call/properties", "Tests"),
    ("/$defs/condition/properties", "Short forms"),
    ("/$defs/inner_condition/properties", "Short forms"),
    ("/$defs/matcher/anyOf/1/properties", "Matchers"),
    ("/$defs/matcher/anyOf/1/properties/path/properties", "path"),
    ("/$defs/matcher/anyOf/1/properties/path/properties/base/anyOf/1/properties", "path"),
    ("/$defs/matcher/anyOf/1/properties/path/properties/under/anyOf/0/anyOf/1/properties", "path"),
    ("/$defs/matcher/anyOf/1/properties/path/properties/under/anyOf/1/items/anyOf/1/properties", "path"),
    ("/$defs/matcher/anyOf/1/properties/url/properties", "url"),
    ("/$defs/matcher/anyOf/1/properties/email/properties", "email"),
    ("/$defs/matcher/anyOf/1/properties/shell/properties", "Shell commands: shell"),
];

#[test]
fn every_key_of_the_language_is_explained_where_it_belongs() {
    let schema = serde_json::to_value(ValueOut(&schema())).expect("a schema is JSON");
    let markdown = language();
    let mut wrong = Vec::new();
    let mut keys_with_a_place = 0;
    for (pointer, place) in PLACES {
        let keys = keys_at(&schema, pointer);
        let text = section(&markdown, place);
        let words: Vec<String> = code_spans(&text).iter().flat_map(|span| words(span)).collect();
        wrong.extend(keys.iter().filter(|key| !words.contains(key)).map(|key| format!("`{place}` lacks `{key}`")));
        keys_with_a_place += keys.len();
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    let mut keys = 0;
    count_keys(&schema, &mut keys);
    assert_eq!(keys_with_a_place, keys, "a part of the schema has no place in the document: add it to `PLACES`");
}

#[test]
fn the_tables_of_the_language_have_no_key_that_is_not_there() {
    let schema = serde_json::to_value(ValueOut(&schema())).expect("a schema is JSON");
    let markdown = language();
    let has_table = |place: &str| section(&markdown, place).contains("\n| `");
    for place in PLACES.iter().map(|(_, place)| *place).filter(|place| has_table(place)) {
        let pointers = PLACES.iter().filter(|(_, other)| *other == place);
        let known: Vec<String> = pointers.flat_map(|(pointer, _)| keys_at(&schema, pointer)).collect();
        let text = section(&markdown, place);
        let first_cells = text.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split('|').nth(1));
        for span in first_cells.flat_map(code_spans).filter(|span| !["x-…", "false"].contains(&span.as_str())) {
            let Some(key) = words(&span).into_iter().next() else { continue };
            // A row of the shell's tables is about patterns and programs.
            assert!(place.starts_with("Shell") || known.contains(&key), "`{place}` explains `{span}`, which is no key");
        }
    }
}

fn keys_at(schema: &Value, pointer: &str) -> Vec<String> {
    let keys = schema.pointer(pointer).and_then(Value::as_object);
    keys.unwrap_or_else(|| panic!("the schema has no {pointer}")).keys().cloned().collect()
}

fn count_keys(schema: &Value, count: &mut usize) {
    match schema {
        Value::Object(map) => {
            *count += map.get("properties").and_then(Value::as_object).map_or(0, serde_json::Map::len);
            map.values().for_each(|part| count_keys(part, count));
        }
        Value::Array(items) => items.iter().for_each(|part| count_keys(part, count)),
        _ => {}
    }
}

fn words(span: &str) -> Vec<String> {
    span.split(|c: char| !(c.is_ascii_lowercase() || c == '_'))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
