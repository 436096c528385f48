//! Calls from lines of JSON.

use super::Failure;
use super::call::call_from;
use super::read_value::read_value;
use crate::decide::call::{CALL_DEPTH_MAX, Call};

/// Reads a call from a line of JSON.
///
/// # Errors
///
/// Those of [`call_from`]; `not-json` with the column (from 1, in bytes), `duplicate-key`, `forbidden-key`, `too-deep`.
///
/// ```
/// use countersign::wire::call_json::call_from_json;
///
/// assert_eq!(call_from_json(r#"{"tool":"file.read"}"#).map(|call| call.tool), Ok("file.read".to_owned()));
/// assert_eq!(call_from_json(r#"{"tool":"a","tool":"b"}"#).map_err(|failure| failure.code), Err("duplicate-key"));
/// ```
pub fn call_from_json(line: &str) -> Result<Call, Failure> {
    let mut deserializer = serde_json::Deserializer::from_str(line);
    let value = read_value(&mut deserializer, CALL_DEPTH_MAX, explain_json)?;
    deserializer.end().map_err(explain_json)?;
    call_from(value)
}

fn explain_json(error: serde_json::Error) -> Failure {
    match error.classify() {
        serde_json::error::Category::Eof => Failure::new("not-json", "not JSON: the line ends too early"),
        _ => Failure::new("not-json", format!("not JSON: unexpected text at column {}", error.column().max(1))),
    }
}
