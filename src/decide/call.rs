//! One tool call: what the agent proposes and what the guard knows.

use super::relaxing::Relaxing;
use crate::value::canonical::CanonicalError;
use crate::value::digest::{Digest, Subject, digest};
use crate::value::field::{Field, Found, Root};
use crate::value::value::{Value, record};

/// How deep lists and maps of a call may nest, the call itself included.
pub const CALL_DEPTH_MAX: usize = 100;

/// The longest name of a tool, in bytes: matching it against patterns takes time with its length.
pub const TOOL_BYTES_MAX: usize = 1_024;

/// One tool call.
///
/// What is `None` was not given; that is not the same as given and empty.
/// Arguments, agent, user, session and context are maps; anything else there is undecidable to a condition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Call {
    /// The tool's name, as the agent's runtime knows it.
    pub tool: String,
    /// The arguments.
    pub args: Option<Value>,
    /// The agent's own words. Never believed, never part of a decision.
    pub reason: Option<String>,
    /// What the agent reports about itself, number or not.
    pub confidence: Option<Value>,
    /// Which agent.
    pub agent: Option<Value>,
    /// For whom the agent acts.
    pub user: Option<Value>,
    /// The session that the call is part of.
    pub session: Option<Value>,
    /// What else the guard knows.
    pub context: Option<Value>,
    /// Whose calls these are, where one store serves several. No condition reads it.
    pub tenant: Option<String>,
    /// Digest of how the tool described itself to the agent. No condition reads it.
    pub tool_digest: Option<Digest>,
}

/// The key that stands for all of a call's context.
pub const WHOLE_CONTEXT: &str = "*";

/// The digest of what a reviewer approves: tenant, agent, user, session, tool with its description, arguments, and the
/// context at the keys `covers`; [`WHOLE_CONTEXT`] is every key.
///
/// # Errors
///
/// [`CanonicalError`] if an argument has no canonical form; such a call cannot be approved.
///
/// ```
/// use countersign::decide::call::{Call, call_digest};
/// use countersign::value::value::Value;
///
/// let call = Call { tool: "file.read".to_owned(), ..Call::default() };
/// let with_empty_args = Call { args: Some(Value::Map(Default::default())), ..call.clone() };
/// assert_ne!(call_digest(&call, &[]), call_digest(&with_empty_args, &[]));
/// ```
pub fn call_digest(call: &Call, covers: &[String]) -> Result<Digest, CanonicalError> {
    let subject = record([
        ("tenant", call.tenant.as_deref().map(Value::from)),
        ("agent", call.agent.clone()),
        ("user", call.user.clone()),
        ("session", call.session.clone()),
        ("tool", Some(Value::from(call.tool.as_str()))),
        ("toolDigest", call.tool_digest.map(|digest| Value::Text(digest.to_string()))),
        ("args", call.args.clone()),
        ("context", call.context.as_ref().filter(|_| !covers.is_empty()).map(|context| covered(context, covers))),
    ]);
    digest(Subject::Call, &subject)
}

fn covered(context: &Value, covers: &[String]) -> Value {
    match context {
        Value::Map(map) if !covers.iter().any(|key| key == WHOLE_CONTEXT) => {
            Value::Map(map.only(|key| covers.iter().any(|covered| covered == key)))
        }
        _ => context.clone(),
    }
}

/// What a decision reads of a call.
///
/// A [`Call`] knows all of it.
pub trait Facts {
    /// The tool's name.
    fn tool(&self) -> &str;

    /// What the agent reports about itself, number or not.
    fn confidence(&self) -> Option<&Value>;

    /// What stands at `field`.
    fn find(&self, field: &Field) -> Found<'_>;

    /// Whether somebody said which marks the session carries.
    fn has_marks(&self) -> bool;

    /// What decides whether rules that replace review are in force. Only a decision knows, by its stack.
    fn relaxing(&self) -> &Relaxing {
        &Relaxing::Off
    }

    /// Takes `steps` of those that deciding may take, if there are as many left. Without a meter there always are.
    fn take(&self, _steps: u64) -> bool {
        true
    }
}

impl Facts for Call {
    fn tool(&self) -> &str {
        &self.tool
    }

    fn confidence(&self) -> Option<&Value> {
        self.confidence.as_ref()
    }

    fn find(&self, field: &Field) -> Found<'_> {
        let root = match field.root {
            Root::Args => &self.args,
            Root::Agent => &self.agent,
            Root::User => &self.user,
            Root::Session => &self.session,
            Root::Context => &self.context,
        };
        root.as_ref().map_or(Found::Absent, |value| field.way.find(value))
    }

    fn has_marks(&self) -> bool {
        self.session.as_ref().is_some_and(carries_marks)
    }
}

/// The key of a session under which its marks stand.
pub const MARKS: &str = "marks";

/// Whether `session` says which marks it carries: marks that are no list were not given.
pub(super) fn carries_marks(session: &Value) -> bool {
    matches!(session, Value::Map(session) if matches!(session.get(MARKS), Some(Value::List(_))))
}
