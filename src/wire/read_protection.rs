//! What a decision carries beside its action, on its way in.

use crate::decide::decide::Decision;
use crate::decide::limit::Charge;
use crate::decide::protection::{ConsequencePart, Review};
use crate::policy::model::Action;
use crate::policy::terms::Risk;
use crate::value::digest::Digest;
use crate::value::field::Field;
use crate::value::value::{Map, SAFE_INTEGER_MAX, Value};

/// Reads into `decision` what `map` says of it beside its action; `None` if that is not what was written out.
pub(super) fn read_protection(map: &Map, decision: Decision) -> Option<Decision> {
    let risk = match map.get("risk")? {
        Value::Null => None,
        other => Some(Risk::from_word(text(other)?)?),
    };
    let reversible = match map.get("reversible")? {
        Value::Null => None,
        Value::Bool(reversible) => Some(*reversible),
        Value::Number(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => return None,
    };
    let consequence = match map.get("consequence")? {
        Value::Null => None,
        parts => Some(list(parts, consequence_part)?),
    };
    let review = match map.get("review")? {
        Value::Null => None,
        terms => Some(review_terms(terms)?),
    };
    let marks = list(map.get("marks")?, |mark| text(mark).map(str::to_owned))?;
    let charge = list(map.get("charge")?, charge)?;
    Some(Decision { risk, reversible, consequence, review, marks, charge, ..decision })
}

fn consequence_part(value: &Value) -> Option<ConsequencePart> {
    let Value::Map(map) = value else { return None };
    match map.get("text") {
        Some(written) => Some(ConsequencePart::Text(text(written)?.to_owned())),
        None => Some(ConsequencePart::Field(field(map.get("field")?)?, map.get("value").cloned())),
    }
}

fn review_terms(value: &Value) -> Option<Review> {
    let Value::Map(map) = value else { return None };
    let ids = |set: &Value| list(set, |id| text(id).map(str::to_owned));
    Some(Review {
        reviewers: list(map.get("reviewers")?, ids)?,
        quorum: u32::try_from(count(map.get("quorum")?)?).ok()?,
        expires_ms: count(map.get("expiresMs")?)?,
        confirm: list(map.get("confirm")?, field)?,
        editable: list(map.get("editable")?, field)?,
    })
}

pub(super) fn charge(value: &Value) -> Option<Charge> {
    let Value::Map(map) = value else { return None };
    Some(Charge {
        policy: Digest::parse(text(map.get("policy")?)?)?,
        rule: text(map.get("rule")?)?.to_owned(),
        bucket: Digest::parse(text(map.get("bucket")?)?)?,
        amount: number(map.get("amount")?)?,
        at_most: number(map.get("atMost")?)?,
        per_ms: count(map.get("perMs")?)?,
        then: Action::from_word(text(map.get("then")?)?)?,
    })
}

fn list<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    let Value::List(items) = value else { return None };
    items.iter().map(read).collect()
}

fn text(value: &Value) -> Option<&str> {
    if let Value::Text(text) = value { Some(text) } else { None }
}

fn field(value: &Value) -> Option<Field> {
    Field::parse(text(value)?).ok()
}

fn number(value: &Value) -> Option<f64> {
    match *value {
        Value::Number(number) if (0.0..=SAFE_INTEGER_MAX).contains(&number) => Some(number),
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "only safe integers are cast")]
fn count(value: &Value) -> Option<u64> {
    number(value).filter(|number| number.fract() == 0.0).map(|number| number as u64)
}
