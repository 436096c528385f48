//! Decisions on their way out.

use serde::Serialize;

use super::protection::{ChargeOut, ConsequencePartOut, ReviewTermsOut};
use crate::decide::decide::{Decision, Doubt};
use crate::policy::terms::Risk;

/// Twin of [`Decision`].
#[derive(Serialize)]
pub struct DecisionOut<'a> {
    action: &'static str,
    policy: Option<String>,
    rule: Option<&'a str>,
    cause: &'static str,
    reason: Option<&'a str>,
    risk: Option<&'static str>,
    reversible: Option<bool>,
    undecidable: Vec<DoubtOut>,
    consequence: Option<Vec<ConsequencePartOut<'a>>>,
    review: Option<ReviewTermsOut<'a>>,
    marks: &'a [String],
    charge: Vec<ChargeOut<'a>>,
}

#[derive(Clone, Debug, Serialize)]
struct DoubtOut {
    policy: String,
    rule: String,
    field: String,
    why: String,
}

impl From<&Doubt> for DoubtOut {
    fn from(doubt: &Doubt) -> Self {
        let Doubt { policy, rule, field, why } = doubt;
        Self { policy: policy.to_string(), rule: rule.clone(), field: field.clone(), why: why.clone() }
    }
}

impl<'a> From<&'a Decision> for DecisionOut<'a> {
    fn from(decision: &'a Decision) -> Self {
        let parts = |parts: &'a Vec<_>| parts.iter().map(ConsequencePartOut::from).collect();
        Self {
            action: decision.action.as_str(),
            policy: decision.policy.map(|digest| digest.to_string()),
            rule: decision.rule.as_deref(),
            cause: decision.cause.as_str(),
            reason: decision.reason.as_deref(),
            risk: decision.risk.map(Risk::as_str),
            reversible: decision.reversible,
            undecidable: decision.undecidable.iter().map(DoubtOut::from).collect(),
            consequence: decision.consequence.as_ref().map(parts),
            review: decision.review.as_ref().map(ReviewTermsOut::from),
            marks: &decision.marks,
            charge: decision.charge.iter().map(ChargeOut::from).collect(),
        }
    }
}
