//! One tool call: what the agent proposes and what the guard knows.

use crate::value::canonical::CanonicalError;
use crate::value::digest::{Digest, Subject, digest};
use crate::value::value::{Map, Value, record};

/// How deep lists and maps of a call may nest, the call itself included.
pub const CALL_DEPTH_MAX: usize = 100;

/// The longest name of a tool, in bytes: matching it against patterns takes time with its length.
pub const TOOL_BYTES_MAX: usize = 1_024;

/// One tool call.
///
/// What is `None` was not given; that is not the same as given and empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Call {
    /// The tool's name, as the agent's runtime knows it.
    pub tool: String,
    /// The arguments.
    pub args: Option<Map>,
    /// The agent's own words. Never believed, never part of a decision.
    pub reason: Option<String>,
    /// What the agent reports about itself, number or not.
    pub confidence: Option<Value>,
    /// Which agent.
    pub agent: Option<Map>,
    /// For whom the agent acts.
    pub user: Option<Map>,
    /// The session that the call is part of.
    pub session: Option<Map>,
    /// What else the guard knows.
    pub context: Option<Map>,
}

/// The digest of what a reviewer approves: agent, user, session, tool and arguments.
///
/// # Errors
///
/// [`CanonicalError`] if an argument has no canonical form; such a call cannot be approved.
///
/// ```
/// use countersign::decide::call::{Call, call_digest};
///
/// let call = Call { tool: "file.read".to_owned(), ..Call::default() };
/// let with_empty_args = Call { args: Some(Default::default()), ..call.clone() };
/// assert_ne!(call_digest(&call), call_digest(&with_empty_args));
/// ```
pub fn call_digest(call: &Call) -> Result<Digest, CanonicalError> {
    let map = |map: &Option<Map>| map.clone().map(Value::Map);
    let subject = record([
        ("agent", map(&call.agent)),
        ("user", map(&call.user)),
        ("session", map(&call.session)),
        ("tool", Some(Value::from(call.tool.as_str()))),
        ("args", map(&call.args)),
    ]);
    digest(Subject::Call, &subject)
}
