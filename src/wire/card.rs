//! Review cards on their way out, and what they are made from on its way in.

use serde::Serialize;

use super::call::call_from;
use super::diagnostic::{SourceText, SpanOut};
use super::parts::{digest, list, map, optional_text};
use super::read_event::{decision_from, links_from};
use super::trace::outcome;
use crate::decide::call::Call;
use crate::policy::terms::Risk;
use crate::review::event::{Held, Links};
use crate::review::present::card::{
    AgentSeen, Card, ConditionSeen, ConsequenceSeen, Difference, Flag, Gone, Headline, Row, Why,
};
use crate::review::present::written::{Form, Segment, written};
use crate::value::value::Value;

/// A call that is shown, as it came in.
#[derive(Debug)]
pub struct ShownIn {
    /// The call.
    pub held: Held,
    /// As it was held, if it was edited since.
    pub original: Option<Call>,
    /// What it is like.
    pub links: Links,
    /// Why it cannot be approved.
    pub unapprovable: Option<String>,
}

/// The call that `value` shows: the record of an escalation, or a call with its digest and decision.
#[must_use]
pub fn shown_from(value: &Value) -> Option<ShownIn> {
    let record = map(value)?;
    let original = match record.get("original") {
        None | Some(Value::Null) => None,
        Some(original) => Some(call_from(map(original)?.get("call")?).ok()?),
    };
    let links = match record.get("links") {
        None | Some(Value::Null) => Links::default(),
        Some(links) => links_from(links)?,
    };
    let held = Held {
        call: call_from(record.get("call")?).ok()?,
        digest: digest(record, "digest")?,
        covers: Vec::new(),
        decision: decision_from(record.get("decision")?)?,
    };
    Some(ShownIn { held, original, links, unapprovable: optional_text(record, "unapprovable")? })
}

/// The arguments of the calls that `context` says were approved before; within, `None` if it says nothing of that.
#[must_use]
pub fn approved_from(context: &Value) -> Option<Option<Vec<Value>>> {
    let Value::Map(context) = context else { return Some(None) };
    if context.get("approved").is_none() {
        return Some(None);
    }
    let args = |call: &Value| Some(map(call)?.get("args").cloned());
    Some(Some(list(context, "approved", args)?.into_iter().flatten().collect()))
}

/// Twin of [`Segment`].
#[derive(Serialize)]
pub struct SegmentOut<'a> {
    kind: &'static str,
    text: &'a str,
    breaks: bool,
}

impl<'a> From<&'a Segment> for SegmentOut<'a> {
    fn from(Segment { kind, text, breaks }: &'a Segment) -> Self {
        Self { kind: kind.as_str(), text, breaks: *breaks }
    }
}

type Written<'a> = Vec<SegmentOut<'a>>;

/// The twins of `segments`.
#[must_use]
pub fn out(segments: &[Segment]) -> Vec<SegmentOut<'_>> {
    segments.iter().map(SegmentOut::from).collect()
}

fn some<'a>(segments: Option<&'a Vec<Segment>>) -> Option<Written<'a>> {
    segments.map(|segments| out(segments))
}

/// Twin of [`Flag`].
#[derive(Serialize)]
struct FlagOut<'a> {
    code: &'static str,
    field: Vec<OwnSegment>,
    message: Written<'a>,
}

/// A [`SegmentOut`] of its own.
#[derive(Serialize)]
struct OwnSegment {
    kind: &'static str,
    text: String,
    breaks: bool,
}

/// `text` as segments on their way out.
fn own(text: &str) -> Vec<OwnSegment> {
    let one = |Segment { kind, text, breaks }| OwnSegment { kind: kind.as_str(), text, breaks };
    written(text, Form::Prose).into_iter().map(one).collect()
}

impl<'a> From<&'a Flag> for FlagOut<'a> {
    fn from(Flag { code, field, message }: &'a Flag) -> Self {
        Self { code: code.as_str(), field: own(field), message: out(message) }
    }
}

/// Twin of [`Row`].
#[derive(Serialize)]
pub struct RowOut<'a> {
    field: &'a str,
    depth: usize,
    key: Written<'a>,
    #[serde(rename = "type")]
    of: &'static str,
    value: Written<'a>,
    count: Option<usize>,
    length: Option<usize>,
    flags: &'a [usize],
    difference: Option<&'static str>,
    before: Option<Written<'a>>,
    masked: bool,
    editable: bool,
    reading: Option<Written<'a>>,
}

impl<'a> From<&'a Row> for RowOut<'a> {
    fn from(row: &'a Row) -> Self {
        Self {
            field: &row.field,
            depth: row.depth,
            key: out(&row.key),
            of: row.of.as_str(),
            value: out(&row.value),
            count: row.count,
            length: row.length,
            flags: &row.flags,
            difference: row.difference.map(|difference| match difference {
                Difference::Same => "same",
                Difference::Changed => "changed",
                Difference::Added => "added",
            }),
            before: some(row.before.as_ref()),
            masked: row.masked,
            editable: row.editable,
            reading: some(row.reading.as_ref()),
        }
    }
}

/// Twin of [`Headline`].
#[derive(Serialize)]
pub(super) struct HeadlineOut<'a> {
    verb: Written<'a>,
    tool: Written<'a>,
    object: Option<Written<'a>>,
    destination: Option<Written<'a>>,
    risk: Option<&'static str>,
    reversible: Option<bool>,
    warnings: &'a [&'static str],
}

impl<'a> From<&'a Headline> for HeadlineOut<'a> {
    fn from(headline: &'a Headline) -> Self {
        Self {
            verb: out(&headline.verb),
            tool: out(&headline.tool),
            object: some(headline.object.as_ref()),
            destination: some(headline.destination.as_ref()),
            risk: headline.risk.map(Risk::as_str),
            reversible: headline.reversible,
            warnings: &headline.warnings,
        }
    }
}

#[derive(Serialize)]
struct ConditionOut<'a> {
    field: Written<'a>,
    value: Option<Written<'a>>,
    outcome: &'static str,
    asks: Written<'a>,
    span: SpanOut,
}

/// Twin of [`Why`].
#[derive(Serialize)]
struct WhyOut<'a> {
    action: &'static str,
    cause: &'static str,
    rule: Option<Written<'a>>,
    policy: Option<String>,
    reason: Option<Written<'a>>,
    doubts: Vec<Written<'a>>,
    conditions: Vec<ConditionOut<'a>>,
    instead: Vec<Written<'a>>,
    span: Option<SpanOut>,
    source: Option<usize>,
}

impl<'a> WhyOut<'a> {
    fn new(why: &'a Why, sources: &[SourceText]) -> Self {
        let positions = why.source.and_then(|source| sources.get(source)).map(SourceText::positions);
        let conditions = positions.as_ref().map(|positions| {
            let one = |condition: &'a ConditionSeen| ConditionOut {
                field: out(&condition.field),
                value: some(condition.value.as_ref()),
                outcome: outcome(condition.outcome),
                asks: out(&condition.asks),
                span: SpanOut::new(condition.span, positions),
            };
            why.conditions.iter().map(one).collect()
        });
        Self {
            action: why.action.as_str(),
            cause: why.cause.as_str(),
            rule: some(why.rule.as_ref()),
            policy: why.policy.map(|digest| digest.to_string()),
            reason: some(why.reason.as_ref()),
            doubts: why.doubts.iter().map(|doubt| out(doubt)).collect(),
            conditions: conditions.unwrap_or_default(),
            instead: why.instead.iter().map(|sentence| out(sentence)).collect(),
            span: why.span.zip(positions.as_ref()).map(|(span, positions)| SpanOut::new(span, positions)),
            source: why.source,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConsequenceOut<'a> {
    is_value: bool,
    segments: Written<'a>,
}

#[derive(Serialize)]
struct GoneOut<'a> {
    field: Written<'a>,
    before: Written<'a>,
}

#[derive(Serialize)]
struct AgentOut<'a> {
    reason: Option<Written<'a>>,
    confidence: Option<f64>,
    notes: &'a [&'static str],
}

#[derive(Serialize)]
struct ConfirmOut<'a> {
    field: &'a str,
    #[serde(rename = "type")]
    of: &'static str,
}

/// Twin of [`Card`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CardOut<'a> {
    digest: String,
    headline: HeadlineOut<'a>,
    why: WhyOut<'a>,
    consequence: Vec<ConsequenceOut<'a>>,
    facts: Vec<Written<'a>>,
    flags: Vec<FlagOut<'a>>,
    args: Vec<RowOut<'a>>,
    original: Vec<RowOut<'a>>,
    gone: Vec<GoneOut<'a>>,
    known: Vec<RowOut<'a>>,
    agent: AgentOut<'a>,
    unapprovable: Option<&'a str>,
    confirm: Vec<ConfirmOut<'a>>,
    words: usize,
    reading_floor_ms: u64,
    arm_ms: u64,
    undo_ms: u64,
}

impl<'a> CardOut<'a> {
    /// The twin of `card`; `sources` are the texts of the policies that it was made with.
    #[must_use]
    pub fn new(card: &'a Card, sources: &[SourceText]) -> Self {
        let rows = |rows: &'a [Row]| rows.iter().map(RowOut::from).collect();
        let consequence =
            |part: &'a ConsequenceSeen| ConsequenceOut { is_value: part.is_value, segments: out(&part.segments) };
        let gone = |gone: &'a Gone| GoneOut { field: out(&gone.field), before: out(&gone.before) };
        let AgentSeen { reason, confidence, notes } = &card.agent;
        Self {
            digest: card.digest.to_string(),
            headline: (&card.headline).into(),
            why: WhyOut::new(&card.why, sources),
            consequence: card.consequence.iter().map(consequence).collect(),
            facts: card.facts.iter().map(|fact| out(fact)).collect(),
            flags: card.flags.iter().map(FlagOut::from).collect(),
            args: rows(&card.args),
            original: rows(&card.original),
            gone: card.gone.iter().map(gone).collect(),
            known: rows(&card.known),
            agent: AgentOut { reason: some(reason.as_ref()), confidence: *confidence, notes },
            unapprovable: card.unapprovable.as_deref(),
            confirm: card.confirm.iter().map(|(field, of)| ConfirmOut { field, of: of.as_str() }).collect(),
            words: card.words,
            reading_floor_ms: card.reading_floor_ms,
            arm_ms: card.arm_ms,
            undo_ms: card.undo_ms,
        }
    }
}
