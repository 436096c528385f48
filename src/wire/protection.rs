//! What a decision carries beside its action, in and out.

use serde::Serialize;

use super::value::ValueOut;
use crate::decide::decide::Decision;
use crate::decide::limit::Charge;
use crate::decide::protection::{ConsequencePart, Review};
use crate::policy::model::Action;
use crate::policy::terms::Risk;
use crate::value::digest::Digest;
use crate::value::field::Field;
use crate::value::value::{Map, SAFE_INTEGER_MAX, Value};

/// Twin of [`Review`].
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReviewTermsOut<'a> {
    reviewers: &'a [Vec<String>],
    quorum: u32,
    expires_ms: u64,
    confirm: Vec<String>,
    editable: Vec<String>,
}

impl<'a> From<&'a Review> for ReviewTermsOut<'a> {
    fn from(review: &'a Review) -> Self {
        let texts = |fields: &[Field]| fields.iter().map(ToString::to_string).collect();
        Self {
            reviewers: &review.reviewers,
            quorum: review.quorum,
            expires_ms: review.expires_ms,
            confirm: texts(&review.confirm),
            editable: texts(&review.editable),
        }
    }
}

/// Twin of [`Charge`].
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChargeOut<'a> {
    policy: String,
    rule: &'a str,
    bucket: String,
    amount: f64,
    at_most: f64,
    per_ms: u64,
    then: &'static str,
}

impl<'a> From<&'a Charge> for ChargeOut<'a> {
    fn from(charge: &'a Charge) -> Self {
        Self {
            policy: charge.policy.to_string(),
            rule: &charge.rule,
            bucket: charge.bucket.to_string(),
            amount: charge.amount,
            at_most: charge.at_most,
            per_ms: charge.per_ms,
            then: charge.then.as_str(),
        }
    }
}

/// Twin of [`ConsequencePart`].
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum ConsequencePartOut<'a> {
    /// Text of the policy's author.
    Text {
        /// The text.
        text: &'a str,
    },
    /// A field of the call.
    Field {
        /// Which.
        field: String,
        /// What stands there.
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<ValueOut<'a>>,
    },
}

impl<'a> From<&'a ConsequencePart> for ConsequencePartOut<'a> {
    fn from(part: &'a ConsequencePart) -> Self {
        match part {
            ConsequencePart::Text(text) => Self::Text { text },
            ConsequencePart::Field(field, value) => {
                Self::Field { field: field.to_string(), value: value.as_ref().map(ValueOut) }
            }
        }
    }
}

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

fn charge(value: &Value) -> Option<Charge> {
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
