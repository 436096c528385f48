//! Random calls, with the fields and values that the conditions are about.

use serde_json::{Map, Value, json};

use super::choices::Choices;
use super::conditions::{Kind, value};
use super::generate::{FOLDING_TOOLS, TOOLS};

/// A call as JSON.
pub(crate) fn call(choices: &mut Choices) -> Value {
    let mut call = Map::new();
    let tool = if choices.chance(12) { choices.pick(&FOLDING_TOOLS) } else { choices.pick(&TOOLS) };
    call.insert("tool".to_owned(), json!(tool));
    put(choices, &mut call, "args", 95, |choices| Value::from(args(choices)));
    put(choices, &mut call, "agent", 60, |choices| {
        choices.pick(&[
            json!("a"),
            json!({ "id": "b" }),
            json!({ "id": "" }),
            json!({ "id": 1 }),
            json!({ "role": "a" }),
        ])
    });
    put(choices, &mut call, "user", 70, |choices| {
        choices.pick(&[json!("a"), json!("b"), json!({ "id": "a", "role": "ab" }), json!({ "role": "b" }), json!({})])
    });
    put(choices, &mut call, "session", 80, |choices| match choices.below(4) {
        0 => json!("s"),
        1 => json!({ "marks": marks(choices) }),
        2 => json!({ "id": "s", "marks": marks(choices) }),
        _ => choices.pick(&[json!({}), json!({ "id": "a", "marks": ["a"] }), json!({ "x": 1, "marks": [] })]),
    });
    put(choices, &mut call, "context", 70, |choices| Value::from(context(choices)));
    put(choices, &mut call, "confidence", 65, |choices| {
        choices.pick(&[
            json!(0.9),
            json!(0.5),
            json!(1),
            json!(0.1),
            json!(0.8),
            json!("x"),
            Value::Null,
            json!(2),
            json!(-1),
        ])
    });
    put(choices, &mut call, "reason", 10, |_| json!("because"));
    Value::from(call)
}

fn marks(choices: &mut Choices) -> Value {
    choices.pick(&[json!([]), json!(["a"]), json!(["a", "b"]), json!(["b"]), json!(["b"]), json!("a"), Value::Null])
}

fn args(choices: &mut Choices) -> Map<String, Value> {
    let mut args = Map::new();
    let kinds = [
        ("a", Kind::Number),
        ("b", Kind::Text),
        ("l", Kind::List),
        ("m", Kind::Map),
        ("x.y", Kind::Text),
        ("path", Kind::Path),
        ("url", Kind::Url),
        ("to", Kind::Email),
        ("cmd", Kind::Shell),
    ];
    for (key, kind) in kinds {
        put(choices, &mut args, key, 70, |choices| any_value(choices, kind));
    }
    put(choices, &mut args, "z", 5, |_| json!(1));
    args
}

fn context(choices: &mut Choices) -> Map<String, Value> {
    let mut context = Map::new();
    for (key, kind) in [("n", Kind::Number), ("l", Kind::List), ("m", Kind::Map)] {
        put(choices, &mut context, key, 60, |choices| any_value(choices, kind));
    }
    put(choices, &mut context, "dir", 70, |choices| {
        choices.pick(&[json!("/srv"), json!("/srv/a"), json!("src"), json!(5), Value::Null])
    });
    context
}

fn put(
    choices: &mut Choices,
    map: &mut Map<String, Value>,
    key: &str,
    percent: usize,
    make: impl FnOnce(&mut Choices) -> Value,
) {
    if let Some(value) = choices.maybe(percent, make) {
        map.insert(key.to_owned(), value);
    }
}

/// A value of the kind, or in some cases what an attacker or a careless tool sends.
fn any_value(choices: &mut Choices, kind: Kind) -> Value {
    if !choices.chance(14) {
        return value(choices, kind);
    }
    match choices.below(8) {
        0 => Value::Null,
        1 => json!("1"),
        2 => json!(1e300),
        3 => json!(["a", "b"]),
        4 => json!({ "a": 1 }),
        5 => match kind {
            Kind::Path => json!("~/x.md"),
            Kind::Url => json!("https://a.com@b.com/"),
            Kind::Email => json!("x <x@a.com>"),
            Kind::Shell => json!("git status $(rm x)"),
            Kind::Number | Kind::Text | Kind::List | Kind::Map => json!([null, 1, "a"]),
        },
        6 => json!(true),
        _ => json!({ "t": [1], "m": { "a": 1 }, "x": null }),
    }
}
