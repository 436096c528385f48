//! Calls in and out.

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::Failure;
use super::value::ValueOut;
use crate::decide::call::{Call, TOOL_BYTES_MAX};
use crate::value::digest::Digest;
use crate::value::value::{Map, Value, record};

/// A call on its way out; what was not given is left out.
pub struct CallOut<'a>(pub &'a Call);

impl Serialize for CallOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Call { tool, args, reason, confidence, agent, user, session, context, tenant, tool_digest } = self.0;
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("tool", tool)?;
        if let Some(args) = args {
            out.serialize_entry("args", &ValueOut(args))?;
        }
        if let Some(reason) = reason {
            out.serialize_entry("reason", reason)?;
        }
        if let Some(confidence) = confidence {
            out.serialize_entry("confidence", &ValueOut(confidence))?;
        }
        for (key, value) in [("agent", agent), ("user", user), ("session", session), ("context", context)] {
            if let Some(value) = value {
                out.serialize_entry(key, &ValueOut(value))?;
            }
        }
        if let Some(tenant) = tenant {
            out.serialize_entry("tenant", tenant)?;
        }
        if let Some(digest) = tool_digest {
            out.serialize_entry("toolDigest", &digest.to_string())?;
        }
        out.end()
    }
}

/// Reads a call from `value`. Keys that no call has are ignored.
///
/// # Errors
///
/// `not-an-object`, `missing-tool`, `too-long` for the tool's name, or `wrong-type` with the key's name.
pub fn call_from(value: Value) -> Result<Call, Failure> {
    let mut map = match value {
        Value::Map(map) => map,
        other => {
            return Err(Failure::new(
                "not-an-object",
                format!("a call is an object, but this is {}", described(&other)),
            ));
        }
    };
    let tool = match map.take("tool") {
        None => return Err(Failure::new("missing-tool", "the call has no `tool`")),
        Some(Value::Text(tool)) if tool.len() > TOOL_BYTES_MAX => {
            return Err(Failure::new("too-long", format!("`tool` has more than {TOOL_BYTES_MAX} bytes")));
        }
        Some(Value::Text(tool)) if !tool.is_empty() => tool,
        Some(Value::Text(_)) => return Err(Failure::new("missing-tool", "the call's `tool` is empty")),
        Some(other) => return Err(wrong_type("tool", "text", &other)),
    };
    let map = &mut map;
    let tool_digest = match map.take("toolDigest") {
        None => None,
        Some(Value::Text(digest)) => {
            Some(Digest::parse(&digest).ok_or_else(|| Failure::new("wrong-type", "`toolDigest` must be a digest"))?)
        }
        Some(other) => return Err(wrong_type("toolDigest", "a digest", &other)),
    };
    Ok(Call {
        tool,
        args: object(map, "args")?,
        reason: optional_text(map, "reason")?,
        confidence: map.take("confidence"),
        agent: identity(map, "agent")?,
        user: identity(map, "user")?,
        session: identity(map, "session")?,
        context: object(map, "context")?,
        tenant: optional_text(map, "tenant")?,
        tool_digest,
    })
}

fn optional_text(map: &mut Map, key: &str) -> Result<Option<String>, Failure> {
    match map.take(key) {
        None => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text)),
        Some(other) => Err(wrong_type(key, "text", &other)),
    }
}

fn object(map: &mut Map, key: &str) -> Result<Option<Value>, Failure> {
    match map.take(key) {
        None => Ok(None),
        Some(object @ Value::Map(_)) => Ok(Some(object)),
        Some(other) => Err(wrong_type(key, "an object", &other)),
    }
}

/// An object, or text as a short form of `{id: text}`.
fn identity(map: &mut Map, key: &str) -> Result<Option<Value>, Failure> {
    match map.take(key) {
        None => Ok(None),
        Some(id @ Value::Text(_)) => Ok(Some(record([("id", Some(id))]))),
        Some(object @ Value::Map(_)) => Ok(Some(object)),
        Some(other) => Err(wrong_type(key, "text or an object", &other)),
    }
}

fn wrong_type(key: &str, expected: &str, found: &Value) -> Failure {
    Failure::new("wrong-type", format!("`{key}` must be {expected}, but is {}", described(found)))
}

fn described(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::Text(_) => "text",
        Value::List(_) => "a list",
        Value::Map(_) => "an object",
    }
}
