//! Serialisable twins of the core's types: what JavaScript and JSON see. Offsets become UTF-16 here.

pub mod value;
pub mod json;
pub mod usage;
pub mod protection;
pub mod decision;
pub mod frame;
pub mod compiled;
#[cfg(feature = "guard")]
mod read_protection;
#[cfg(feature = "guard")]
pub mod call;
#[cfg(feature = "guard")]
mod parts;
#[cfg(feature = "guard")]
pub mod event;
#[cfg(feature = "guard")]
pub mod read_event;
#[cfg(feature = "guard")]
pub mod escalation;
#[cfg(feature = "guard")]
pub mod history;
#[cfg(feature = "guard")]
pub mod watch;
#[cfg(feature = "full")]
pub mod verify;
#[cfg(feature = "guard")]
#[cfg_attr(not(feature = "full"), path = "no_words.rs")]
pub mod words;
#[cfg(feature = "guard")]
pub mod diagnostic;
#[cfg(feature = "full")]
pub mod read_value;
#[cfg(feature = "full")]
pub mod call_json;
#[cfg(feature = "full")]
mod excerpt;
#[cfg(feature = "full")]
pub mod trace;
#[cfg(feature = "full")]
mod object;
#[cfg(feature = "full")]
pub mod card;
#[cfg(feature = "full")]
pub mod shown;
#[cfg(feature = "full")]
pub mod language;
#[cfg(feature = "full")]
pub mod policy_test;
#[cfg(feature = "full")]
pub mod mutate;
#[cfg(feature = "full")]
pub mod counts;
#[cfg(feature = "full")]
pub mod attention;
#[cfg(feature = "full")]
mod scan;
#[cfg(feature = "full")]
pub mod replay;
#[cfg(feature = "full")]
mod unrelaxed;
#[cfg(feature = "full")]
pub mod lines;
#[cfg(feature = "full")]
pub mod ndjson;
#[cfg(feature = "full")]
mod entries;
#[cfg(feature = "full")]
pub mod compare;
#[cfg(feature = "full")]
pub mod widening;
#[cfg(feature = "full")]
pub mod edit;
#[cfg(feature = "full")]
pub mod form;
#[cfg(feature = "full")]
pub mod bottleneck;
#[cfg(feature = "full")]
mod evidence;
#[cfg(feature = "full")]
mod read_evidence;
#[cfg(feature = "full")]
pub mod calibrate;

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
