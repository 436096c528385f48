//! How much of what a rule allows was used: usage comes in, the charge goes out.

use super::call::Facts;
use crate::names::NameMap;
use crate::policy::model::{Action, Policy, Rule};
use crate::policy::terms::{FieldAt, Limit};
use crate::value::digest::{Digest, Subject, digest};
use crate::value::field::{Field, Found, Root, Step, Way};
use crate::value::value::{Map, SAFE_INTEGER_MAX, Value, record};

/// What was used of each limit within its window, by bucket. What is not in it is not known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    used: NameMap<Digest, f64>,
}

impl Usage {
    /// Says that `used` was used of `bucket` within the window of its limit.
    pub fn insert(&mut self, bucket: Digest, used: f64) {
        self.used.insert(bucket, used);
    }

    fn of(&self, bucket: Digest) -> Option<f64> {
        self.used.get(&bucket).copied().filter(|used| used.is_finite() && *used >= 0.0)
    }
}

/// What to charge before the call runs, whether it is allowed or approved.
#[derive(Clone, Debug, PartialEq)]
pub struct Charge {
    /// The policy of the limit.
    pub policy: Digest,
    /// Id of its rule.
    pub rule: String,
    /// Where it is counted: one for each limit and each key that its `by` names.
    pub bucket: Digest,
    /// How much: 1 for a limit of calls.
    pub amount: f64,
    /// The most that is allowed within the window.
    pub at_most: f64,
    /// Length of the window in milliseconds.
    pub per_ms: u64,
    /// What becomes of a call past the limit.
    pub then: Action,
}

/// Whether a call is past a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Past {
    /// It is not.
    No,
    /// It is.
    Yes,
    /// Nobody can tell, for this reason.
    Unknown(&'static str),
}

/// Whether `call` is past `limit`, which is that of `rule` in `policy`.
pub(super) fn past(policy: &Policy, rule: &Rule, limit: &Limit, call: &dyn Facts, usage: &Usage) -> Past {
    let Some(amount) = amount(limit, call) else { return Past::Yes };
    let Some(bucket) = bucket(policy, rule, limit, call) else {
        return Past::Unknown("nobody said whose use the limit counts");
    };
    match usage.of(bucket) {
        None => Past::Unknown("nobody said how much of the limit was used"),
        Some(used) if used + amount > limit.at_most => Past::Yes,
        Some(_) => Past::No,
    }
}

/// What `call` uses of the limit of `rule`, if the rule has one and it is known where that is counted.
pub(super) fn charge(policy: &Policy, rule: &Rule, call: &dyn Facts) -> Option<Charge> {
    let limit = rule.limit.as_ref()?;
    Some(Charge {
        policy: policy.digest,
        rule: rule.id.clone(),
        bucket: bucket(policy, rule, limit, call)?,
        // What cannot be added up uses all.
        amount: amount(limit, call).unwrap_or(limit.at_most),
        at_most: limit.at_most,
        per_ms: limit.per_ms,
        then: limit.then,
    })
}

/// How much `call` uses; `None` if it says nothing that can be added up.
fn amount(limit: &Limit, call: &dyn Facts) -> Option<f64> {
    let Some(FieldAt { field, .. }) = &limit.sum else { return Some(1.0) };
    match call.find(field) {
        Found::Value(&Value::Number(number)) if (0.0..=SAFE_INTEGER_MAX).contains(&number) => Some(number),
        Found::Value(_) | Found::Absent | Found::Blocked => None,
    }
}

/// Where the use of `limit` by `call` is counted; `None` if the call does not say whose use it is.
///
/// It depends on the policy's name, the rule's id and what is measured, and not on the rest of the policy's text: what
/// was used stays used when the policy is edited.
fn bucket(policy: &Policy, rule: &Rule, limit: &Limit, call: &dyn Facts) -> Option<Digest> {
    let id_of = |root: &Root| {
        let field = Field { root: *root, way: Way { steps: vec![Step::Key("id".to_owned())] } };
        match call.find(&field) {
            Found::Value(Value::Text(id)) if !id.is_empty() => {
                Some((root.as_str().to_owned(), Value::from(id.as_str())))
            }
            Found::Value(_) | Found::Absent | Found::Blocked => None,
        }
    };
    let by = limit.by.iter().map(id_of).collect::<Option<Vec<_>>>()?;
    let measure = limit.sum.as_ref().map_or_else(|| "calls".to_owned(), |at| format!("sum:{}", at.field));
    let subject = record([
        ("policy", Some(policy.name.as_deref().map_or(Value::Null, Value::from))),
        ("rule", Some(Value::from(rule.id.as_str()))),
        ("measure", Some(Value::from(measure.as_str()))),
        ("by", Some(Value::Map(Map::new(by).ok()?))),
    ]);
    digest(Subject::Limit, &subject).ok()
}
