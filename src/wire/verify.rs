//! What verifying a history takes and finds.

use serde::Serialize;

use super::Failure;
use super::history::{CheckpointOut, Read, read_entry};
use super::read_event::event_from;
use crate::review::error::EscalationError;
use crate::review::verify::{Report, Sealed, Told, Verification};
use crate::value::value::Value;

/// Under this id stand the entries that pause agents.
const PAUSE_ID: &str = "pause";

/// Takes the list of entries that `value` is, whole or with what happened left out.
///
/// # Errors
///
/// `broken-history` if something in it is no entry at all.
pub fn push(verification: &mut Verification, value: &Value) -> Result<(), Failure> {
    let broken = || Failure::from(EscalationError::BrokenHistory);
    let Value::List(items) = value else { return Err(broken()) };
    for item in items {
        let Read { line, hash, event } = read_entry(item).ok_or_else(broken)?;
        let told = match (line.kind, line.id, event) {
            (_, _, None) => Told::LeftOut,
            // They are about no escalation, and must not stand among the entries of one.
            ("decision" | "policy", None, _) | ("pause", Some(PAUSE_ID), _) => Told::Nothing,
            (_, Some(PAUSE_ID), _) => Told::Nonsense,
            (_, _, Some(event)) => event_from(event).map_or(Told::Nonsense, |event| Told::Event(Box::new(event))),
        };
        verification.push(Sealed { line, hash, told });
    }
    Ok(())
}

/// Twin of [`Report`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportOut {
    entries: u64,
    left_out: u64,
    problems: Vec<ProblemOut>,
    checkpoint: Option<CheckpointOut>,
}

#[derive(Serialize)]
struct ProblemOut {
    kind: &'static str,
    seq: u64,
    message: String,
}

impl From<Report> for ReportOut {
    fn from(Report { entries, left_out, problems, checkpoint }: Report) -> Self {
        let problem = |problem: crate::review::verify::Problem| ProblemOut {
            kind: problem.kind.as_str(),
            seq: problem.seq,
            message: problem.message,
        };
        Self {
            entries,
            left_out,
            problems: problems.into_iter().map(problem).collect(),
            checkpoint: checkpoint.map(Into::into),
        }
    }
}
