//! Serialisable twins of the core's types: what JavaScript and JSON see. Offsets become UTF-16 here.

pub mod value;
pub mod call;
mod protection;
pub mod decision;
pub mod frame;
pub mod diagnostic;
pub mod escalation;
mod scan;
pub mod replay;
pub mod ndjson;

/// What went wrong, for people and for programs.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Failure {
    /// What kind of problem; never changes meaning.
    pub code: &'static str,
    /// One line in lower case without a full stop.
    pub message: String,
}

impl Failure {
    /// The failure `code`, explained by `message`.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}
