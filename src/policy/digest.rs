//! What the digest of a policy covers: all that the engine understood, but the tests.

use super::model::{Confidence, Default, Rule};
use super::terms::{Consequence, FieldAt, Limit, Relaxed, ReviewTerms, Risk};
use crate::value::canonical::CanonicalError;
use crate::value::digest::{Digest, Subject, digest};
use crate::value::value::{Value, record};

/// A policy without its digest and what that does not cover.
pub(super) struct PolicyParts {
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) default: Default,
    pub(super) confidence: Confidence,
    pub(super) review: ReviewTerms,
    pub(super) rules: Vec<Rule>,
}

/// The digest of a policy.
pub(super) fn policy_digest(policy: &PolicyParts) -> Result<Digest, CanonicalError> {
    let PolicyParts { name, description, default, confidence, review, rules } = policy;
    let model = record([
        ("version", Some(Value::Number(1.0))),
        ("name", name.as_deref().map(Value::from)),
        ("description", description.as_deref().map(Value::from)),
        ("default", Some(Value::from(default.as_str()))),
        ("min_confidence", confidence.min.map(Value::Number)),
        ("missing_confidence", (!confidence.missing_escalates).then(|| Value::from("ignore"))),
        ("review", review_value(review)),
        ("rules", Some(Value::List(rules.iter().map(rule_value).collect()))),
    ]);
    digest(Subject::Policy, &model)
}

/// All that the engine understood of `rule`.
pub(super) fn rule_value(rule: &Rule) -> Value {
    rule_record(rule, true)
}

/// The digest of what `rule` decides and asks for, whatever it is called, says of itself and replaces.
///
/// What is known of a rule is kept under it: it stays the same where a rule is renamed, moved or explained, and changes
/// with everything that makes it another rule.
///
/// # Errors
///
/// Never in practice: a rule of a policy always has a canonical form.
///
/// ```
/// use countersign::policy::{digest::rule_meaning, parse::parse};
///
/// let meaning = |rule: &str| {
///     let (policy, _) = parse(&format!("rules: [{rule}]"), Default::default());
///     policy.and_then(|policy| rule_meaning(policy.rules.first()?).ok())
/// };
/// let rule = meaning("{ id: a, tool: mail, action: escalate, reason: It is sent }");
/// assert_eq!(rule, meaning("{ id: b, tool: mail, action: escalate }"));
/// assert_ne!(rule, meaning("{ id: a, tool: mail.send, action: escalate, reason: It is sent }"));
/// ```
pub fn rule_meaning(rule: &Rule) -> Result<Digest, CanonicalError> {
    digest(Subject::Rule, &rule_record(rule, false))
}

/// `rule`, with its words and what it replaces only if it `is_whole`.
fn rule_record(rule: &Rule, is_whole: bool) -> Value {
    let in_whole = |value: Option<Value>| value.filter(|_| is_whole);
    let consequence = rule.consequence.as_ref().map(|Consequence { written, .. }| Value::from(written.as_str()));
    record([
        ("id", in_whole(Some(Value::from(rule.id.as_str())))),
        ("tool", Some(texts(rule.tools.iter().map(|tool| tool.text.as_str())))),
        ("when", rule.when.as_ref().map(|when| when.written.clone())),
        ("action", Some(Value::from(rule.action.as_str()))),
        ("undecidable", (rule.undecidable != rule.action).then(|| Value::from(rule.undecidable.as_str()))),
        ("min_confidence", rule.min_confidence.map(Value::Number)),
        ("reason", in_whole(rule.reason.as_deref().map(Value::from))),
        ("consequence", in_whole(consequence)),
        ("risk", rule.risk.map(Risk::as_str).map(Value::from)),
        ("reversible", rule.reversible.map(Value::Bool)),
        ("limit", rule.limit.as_ref().map(limit_value)),
        ("marks", (!rule.marks.is_empty()).then(|| texts(rule.marks.iter().map(String::as_str)))),
        ("review", review_value(&rule.review)),
        ("relaxed", in_whole(rule.relaxed.as_ref().map(relaxed_value))),
    ])
}

fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> Value {
    Value::List(texts.map(Value::from).collect())
}

fn limit_value(limit: &Limit) -> Value {
    let Limit { sum, at_most, per_ms, by, then } = limit;
    record([
        ("sum", sum.as_ref().map(|at| Value::from(at.field.to_string().as_str()))),
        ("at_most", Some(Value::Number(*at_most))),
        ("per_ms", Some(milliseconds(*per_ms))),
        ("by", Some(texts(by.iter().map(|root| root.as_str())))),
        ("then", Some(Value::from(then.as_str()))),
    ])
}

fn relaxed_value(relaxed: &Relaxed) -> Value {
    let Relaxed { share, audit, until, evidence } = relaxed;
    record([
        ("share", Some(Value::Number(*share))),
        ("audit", Some(Value::Number(*audit))),
        ("until", Some(Value::from(until.as_str()))),
        ("evidence", Some(Value::from(evidence.as_str()))),
    ])
}

/// `None` if nothing is written.
pub(super) fn review_value(terms: &ReviewTerms) -> Option<Value> {
    if *terms == ReviewTerms::default() {
        return None;
    }
    let ReviewTerms { expires_ms, reviewers, quorum, confirm, editable } = terms;
    let fields = |fields: &Vec<FieldAt>| {
        let names: Vec<String> = fields.iter().map(|at| at.field.to_string()).collect();
        texts(names.iter().map(String::as_str))
    };
    Some(record([
        ("expires_ms", expires_ms.map(milliseconds)),
        ("reviewers", reviewers.as_ref().map(|ids| texts(ids.iter().map(String::as_str)))),
        ("quorum", quorum.map(f64::from).map(Value::Number)),
        ("confirm", confirm.as_ref().map(fields)),
        ("editable", editable.as_ref().map(fields)),
    ]))
}

#[expect(clippy::cast_precision_loss, reason = "a duration of a policy is a safe integer")]
fn milliseconds(ms: u64) -> Value {
    Value::Number(ms as f64)
}
