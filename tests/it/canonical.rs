//! The canonical form, against an implementation of RFC 8785 that is not ours.

use countersign::value::canonical::{canonical, canonical_finite};
use countersign::value::value::{Map, Value};
use serde_json::{Number, Value as Json};

use crate::naive::choices::{self, Choices};

/// Text with what escapes, surrogate pairs and the order of keys are about.
fn text(choices: &mut Choices) -> String {
    let pieces = [
        "a", "B", "\"", "\\", "\n", "\u{8}", "\u{7f}", "\0", "\u{1f}", "é", "\u{e000}", "\u{ffff}", "𝄞", "\u{2028}",
        "/",
    ];
    choices.list(0, 6, |choices| choices.pick(&pieces)).concat()
}

fn number(choices: &mut Choices) -> f64 {
    let bits = (0..4).fold(0_u64, |bits, _| bits << 16 | choices.below(65_536) as u64);
    let random = f64::from_bits(bits);
    match choices.below(5) {
        0 => (choices.below(2_001) as f64 - 1_000.0) / 8.0,
        1 => choices.below(65_536) as f64 * 10_f64.powi(choices.below(60) as i32 - 30),
        2 => choices.pick(&[0.0, -0.0, 1e21, 1e-7, 5e-324, 9_007_199_254_740_991.0, 9_007_199_254_740_992.0, f64::MAX]),
        _ if random.is_finite() => random,
        _ => 1.5,
    }
}

/// A value, as ours and as serde's.
fn value(choices: &mut Choices, depth: usize) -> (Value, Json) {
    match choices.below(if depth == 0 { 4 } else { 7 }) {
        0 => (Value::Null, Json::Null),
        1 => (Value::Bool(true), Json::Bool(true)),
        2 => {
            let number = number(choices);
            (Value::Number(number), Json::Number(Number::from_f64(number).expect("it is finite")))
        }
        3 => {
            let text = text(choices);
            (Value::Text(text.clone()), Json::String(text))
        }
        4 => {
            let (ours, theirs) = choices.list(0, 4, |choices| value(choices, depth - 1)).into_iter().unzip();
            (Value::List(ours), Json::Array(theirs))
        }
        _ => {
            let entries = choices.list(0, 5, |choices| (text(choices), value(choices, depth - 1)));
            let mut theirs = serde_json::Map::new();
            let mut ours = Vec::new();
            for (key, (our, their)) in entries {
                if theirs.insert(key.clone(), their).is_none() {
                    ours.push((key, our));
                } else {
                    ours.retain(|(other, _)| *other != key);
                    ours.push((key, our));
                }
            }
            (Value::Map(Map::new(ours).expect("keys are unique")), Json::Object(theirs))
        }
    }
}

#[test]
fn b12_the_canonical_form_of_100_000_values_is_that_of_another_rfc_8785() {
    let mut runner = choices::runner(3);
    let (mut compared, mut refused) = (0, 0);
    while compared < 100_000 {
        let mut choices = Choices::random(&mut runner);
        for _ in 0..20 {
            let (ours, theirs) = value(&mut choices, 4);
            let expected = serde_json_canonicalizer::to_string(&theirs).expect("it has one");
            let (mut found, mut strict) = (String::new(), String::new());
            canonical_finite(&ours, &mut found).expect("every number is finite");
            assert_eq!(found, expected);
            match canonical(&ours, &mut strict) {
                Ok(()) => assert_eq!(strict, expected),
                Err(_) => refused += 1,
            }
            compared += 1;
        }
    }
    assert!(refused > 1_000 && refused < 90_000, "{refused} have a number that JSON cannot carry exactly");
}
