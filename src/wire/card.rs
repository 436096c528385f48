//! Review cards and batches on their way out, and what they are made from on its way in.
//!
//! They go out as values: a serialisable twin of each of these shapes would take three times the room in the engine.

use std::rc::Rc;

use super::call::call_from;
use super::diagnostic::SourceText;
use super::object::{list_of, long, number, object, or_null, words};
use super::parts::{digest, list, map, optional_text};
use super::read_event::{decision_from, links_from};
use super::trace::outcome;
use crate::decide::call::Call;
use crate::decide::decide::Decision;
use crate::policy::terms::Risk;
use crate::review::batch::{Batch, Item};
use crate::review::event::{Held, Links};
use crate::review::present::card::{Card, Difference, Headline, Row, Why};
use crate::review::present::written::{Form, Segment, written};
use crate::text::span::{Positions, Span};
use crate::value::value::{Map, Value};

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
        Some(original) => Some(call_from(map(original)?.get("call")?.clone()).ok()?),
    };
    let links = match record.get("links") {
        None | Some(Value::Null) => Links::default(),
        Some(links) => links_from(links)?,
    };
    Some(ShownIn { held: held_from(record)?, original, links, unapprovable: optional_text(record, "unapprovable")? })
}

fn held_from(record: &Map) -> Option<Held> {
    Some(Held {
        call: call_from(record.get("call")?.clone()).ok()?,
        digest: digest(record, "digest")?,
        covers: Vec::new(),
        decision: decision_from(record.get("decision")?)?,
    })
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

/// Segments on their way out.
#[must_use]
pub fn segments_out(segments: &[Segment]) -> Value {
    let one = |Segment { kind, text, breaks }: &Segment| {
        let text = Value::from(text.as_str());
        object(vec![("kind", Value::from(kind.as_str())), ("text", text), ("breaks", Value::Bool(*breaks))])
    };
    list_of(segments, one)
}

fn some(segments: Option<&Vec<Segment>>) -> Value {
    or_null(segments.map(|segments| segments_out(segments)))
}

fn all(texts: &[Vec<Segment>]) -> Value {
    list_of(texts, |text| segments_out(text))
}

fn rows(rows: &[Row]) -> Value {
    list_of(rows, row_out)
}

fn row_out(row: &Row) -> Value {
    let difference = row.difference.map(|difference| match difference {
        Difference::Same => "same",
        Difference::Changed => "changed",
        Difference::Added => "added",
    });
    object(vec![
        ("field", Value::from(row.field.as_str())),
        ("depth", number(row.depth)),
        ("key", segments_out(&row.key)),
        ("type", words(row.of.as_str())),
        ("value", segments_out(&row.value)),
        ("count", or_null(row.count.map(number))),
        ("length", or_null(row.length.map(number))),
        ("flags", list_of(&row.flags, |flag| number(*flag))),
        ("difference", or_null(difference.map(words))),
        ("before", some(row.before.as_ref())),
        ("masked", Value::Bool(row.masked)),
        ("editable", Value::Bool(row.editable)),
        ("reading", some(row.reading.as_ref())),
    ])
}

fn headline_out(headline: &Headline) -> Value {
    object(vec![
        ("verb", segments_out(&headline.verb)),
        ("tool", segments_out(&headline.tool)),
        ("object", some(headline.object.as_ref())),
        ("destination", some(headline.destination.as_ref())),
        ("risk", or_null(headline.risk.map(Risk::as_str).map(words))),
        ("reversible", or_null(headline.reversible.map(Value::Bool))),
        ("warnings", list_of(&headline.warnings, |warning| words(warning))),
    ])
}

fn span_out(span: Span, positions: &Positions<'_>) -> Value {
    let (start, end) = (positions.at(span.start), positions.at(span.end));
    object(vec![
        ("start", number(start.utf16)),
        ("end", number(end.utf16)),
        ("line", number(start.line)),
        ("column", number(start.column)),
    ])
}

fn why_out(why: &Why, sources: &[SourceText]) -> Value {
    let positions = why.source.and_then(|source| sources.get(source)).map(SourceText::positions);
    let span = |span: Span| or_null(positions.as_ref().map(|positions| span_out(span, positions)));
    let conditions = list_of(&why.conditions, |condition| {
        object(vec![
            ("field", segments_out(&condition.field)),
            ("value", some(condition.value.as_ref())),
            ("outcome", words(outcome(condition.outcome))),
            ("asks", segments_out(&condition.asks)),
            ("span", span(condition.span)),
        ])
    });
    object(vec![
        ("action", words(why.action.as_str())),
        ("cause", words(why.cause.as_str())),
        ("rule", some(why.rule.as_ref())),
        ("policy", or_null(why.policy.map(|digest| Value::Text(digest.to_string())))),
        ("reason", some(why.reason.as_ref())),
        ("doubts", all(&why.doubts)),
        ("conditions", conditions),
        ("instead", all(&why.instead)),
        ("span", or_null(why.span.map(span))),
        ("source", or_null(why.source.map(number))),
    ])
}

/// `card` on its way out; `sources` are the texts of the policies that it was made with.
#[must_use]
pub fn card_out(card: &Card, sources: &[SourceText]) -> Value {
    let consequence = list_of(&card.consequence, |part| {
        object(vec![("isValue", Value::Bool(part.is_value)), ("segments", segments_out(&part.segments))])
    });
    let gone = list_of(&card.gone, |gone| {
        object(vec![("field", segments_out(&gone.field)), ("before", segments_out(&gone.before))])
    });
    let flags = list_of(&card.flags, |flag| {
        let field = segments_out(&written(&flag.field, Form::Prose));
        object(vec![("code", words(flag.code.as_str())), ("field", field), ("message", segments_out(&flag.message))])
    });
    let agent = object(vec![
        ("reason", some(card.agent.reason.as_ref())),
        ("confidence", or_null(card.agent.confidence.map(Value::Number))),
        ("notes", list_of(&card.agent.notes, |note| words(note))),
    ]);
    let confirm = list_of(&card.confirm, |(field, of)| {
        object(vec![("field", Value::from(field.as_str())), ("type", words(of.as_str()))])
    });
    object(vec![
        ("digest", Value::Text(card.digest.to_string())),
        ("headline", headline_out(&card.headline)),
        ("why", why_out(&card.why, sources)),
        ("consequence", consequence),
        ("facts", all(&card.facts)),
        ("flags", flags),
        ("args", rows(&card.args)),
        ("original", rows(&card.original)),
        ("gone", gone),
        ("known", rows(&card.known)),
        ("agent", agent),
        ("unapprovable", or_null(card.unapprovable.as_deref().map(Value::from))),
        ("confirm", confirm),
        ("words", number(card.words)),
        ("readingFloorMs", long(card.reading_floor_ms)),
        ("armMs", long(card.arm_ms)),
        ("undoMs", long(card.undo_ms)),
    ])
}

/// Batches on their way out: of a call they tell its place among the items.
#[must_use]
pub fn batches_out(batches: &[Batch]) -> Value {
    list_of(batches, batch_out)
}

fn batch_out(batch: &Batch) -> Value {
    let columns = list_of(&batch.columns, |column| {
        object(vec![("field", Value::from(column.field.as_str())), ("key", segments_out(&column.key))])
    });
    let lines = list_of(&batch.rows, |line| {
        let cells = list_of(&line.cells, |cell| or_null(cell.as_ref().map(row_out)));
        object(vec![("item", number(line.item)), ("cells", cells)])
    });
    let outliers = list_of(&batch.outliers, |(item, why)| object(vec![("item", number(*item)), ("why", all(why))]));
    object(vec![
        ("key", Value::Text(batch.key.to_string())),
        ("headline", headline_out(&batch.headline)),
        ("constant", rows(&batch.constant)),
        ("columns", columns),
        ("rows", lines),
        ("outliers", outliers),
        ("summary", segments_out(&batch.summary)),
        ("words", number(batch.words)),
        ("readingFloorMs", long(batch.reading_floor_ms)),
        ("armMs", long(batch.arm_ms)),
    ])
}

/// The items of `value`, which is `{decisions, items}`: decisions as records have them, each once, and a list of
/// `[decision, guard, call]`, of which the first is a place among those.
#[must_use]
pub fn items_from(value: Value) -> Option<Vec<Item>> {
    let Value::Map(mut value) = value else { return None };
    let decisions: Vec<Rc<Decision>> = list(&value, "decisions", |decision| decision_from(decision).map(Rc::new))?;
    let Value::List(items) = value.take("items")? else { return None };
    items.into_iter().map(|item| item_from(item, &decisions)).collect()
}

fn item_from(item: Value, decisions: &[Rc<Decision>]) -> Option<Item> {
    let Value::List(parts) = item else { return None };
    let Ok([Value::Number(place), Value::Text(guard), call]) = <[Value; 3]>::try_from(parts) else {
        return None;
    };
    let decision = Rc::clone(decisions.get(place_from(place)?)?);
    Some(Item { call: call_from(call).ok()?, decision, guard })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "only whole numbers are cast")]
fn place_from(number: f64) -> Option<usize> {
    (number >= 0.0 && number.fract() == 0.0).then_some(number as usize)
}
