//! Changes to a policy's text, asked for and on their way out.

use serde::Serialize;

use super::Failure;
use super::diagnostic::SpanOut;
use crate::policy::edit::{EditError, NewTest, add_test};
use crate::policy::model::{Action, Cause, Expectation};
use crate::text::span::Positions;
use crate::text::yaml::Limits;
use crate::value::value::{Map, Value};

/// Twin of [`crate::text::words::Fix`].
#[derive(Debug, Serialize)]
pub struct EditOut {
    title: String,
    span: SpanOut,
    replacement: String,
}

/// The change to `text` that adds the test in `value`, `{name, call, expect}`.
///
/// # Errors
///
/// A test that is none, or that cannot be added.
pub fn add_test_to(text: &str, value: &Value, limits: Limits) -> Result<EditOut, Failure> {
    let test = test_from(value).ok_or_else(|| {
        Failure::new(
            "unfit-test",
            "a test is `{ name, call: { tool, … }, expect: { action?, rule?, cause? } }`, with at least one thing expected",
        )
    })?;
    let fix = add_test(text, &test, limits).map_err(refused)?;
    let span = SpanOut::new(fix.span, &Positions::new(text));
    Ok(EditOut { title: fix.title, span, replacement: fix.replacement })
}

fn refused(error: EditError) -> Failure {
    match error {
        EditError::PolicyErrors => Failure::new("policy-errors", "the policy has errors; mend them, then add the test"),
        EditError::UnfitTest => Failure::new(
            "unfit-test",
            "this test cannot stand in a policy: it needs a name, something expected, and a call that a policy can write",
        ),
        EditError::UnfitRule => Failure::new("unfit-rule", "what is to be added is no rule of a policy"),
        EditError::UnusualText => Failure::new(
            "unusual-text",
            "the policy is written in a way in which no test can be added without changing more; write it by hand",
        ),
    }
}

fn test_from(value: &Value) -> Option<NewTest> {
    let map = map_of(value)?;
    let name = text_of(map.get("name")?)?.to_owned();
    let call = map_of(map.get("call")?)?.clone();
    let expect = map_of(map.get("expect")?)?;
    let word = |key: &str| match expect.get(key) {
        None | Some(Value::Null) => Some(None),
        Some(value) => text_of(value).map(Some),
    };
    let expect = Expectation {
        action: word("action")?.map(|word| Action::from_word(word).ok_or(())).transpose().ok()?,
        rule: word("rule")?.map(str::to_owned),
        cause: word("cause")?.map(|word| Cause::from_word(word).ok_or(())).transpose().ok()?,
    };
    Some(NewTest { name, call, expect })
}

fn map_of(value: &Value) -> Option<&Map> {
    match value {
        Value::Map(map) => Some(map),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => None,
    }
}

fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_) => None,
    }
}
