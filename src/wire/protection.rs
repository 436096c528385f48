//! What a decision carries beside its action, on its way out.

use serde::Serialize;

use super::value::ValueOut;
use crate::decide::limit::Charge;
use crate::decide::protection::{ConsequencePart, Review};
use crate::value::field::Field;

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
pub struct ChargeOut<'a> {
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
