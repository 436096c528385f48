//! Check cards: a call that nobody proposed, told like one that is held.

use super::error::EscalationError;
use super::event::Held;
use crate::decide::call::{Call, Facts, call_digest};
use crate::decide::protection::ConsequencePart;
use crate::value::field::Found;
use crate::value::value::Value;

/// `held` as it would be held with other arguments by the same decision: with its own digest, and what follows told of
/// those arguments. It is an escalation's likeness and no event: nothing lets it run.
///
/// # Errors
///
/// [`EscalationError::NoDigest`] if the call with `args` has no canonical form.
///
/// ```
/// use countersign::decide::{call::Call, compile::compile, limit::Usage};
/// use countersign::check::load;
/// use countersign::review::{event::Event, next::{Holder, open}, plant::plant};
/// use countersign::value::value::{Map, Value};
///
/// let (policy, _) = load("rules: [{ tool: mail, action: escalate }]", Default::default());
/// let stack = compile(policy.into_iter().collect()).map_err(|_| "no digest")?;
/// let call = Call { tool: "mail".to_owned(), ..Call::default() };
/// let opened = open(&stack, call, &Usage::default(), Holder::default()).map_err(|error| error.code())?;
/// let Event::Open { held, .. } = opened else { return Err("no open event") };
/// let planted = plant(&held, Value::Map(Map::default())).map_err(|error| error.code())?;
/// assert_ne!(planted.digest, held.digest);
/// assert_eq!(planted.decision, held.decision);
/// # Ok::<(), &str>(())
/// ```
pub fn plant(held: &Held, args: Value) -> Result<Held, EscalationError> {
    let Held { call, covers, decision, .. } = held.clone();
    let call = Call { args: Some(args), ..call };
    let digest = call_digest(&call, &covers).map_err(|_| EscalationError::NoDigest)?;
    let mut decision = decision;
    for part in decision.consequence.iter_mut().flatten() {
        if let ConsequencePart::Field(field, value) = part {
            *value = match call.find(field) {
                Found::Value(found) => Some(found.clone()),
                Found::Absent | Found::Blocked => None,
            };
        }
    }
    Ok(Held { call, digest, covers, decision })
}
