//! One screen of calls that are alike: what is the same in all, what differs, and what an answer comes to.

use super::super::present::card::{Headline, Row};
use super::super::present::rows::{About, Rows, counted, number_text, words_in};
use super::super::present::written::{Form, Written, joined, said, written};
use super::super::present::{headline_of, known_rows, times};
use super::{Batch, Column, Group, Line, Outliers, Taken};
use crate::decide::call::Call;
use crate::value::digest::{Digest, Subject, digest};
use crate::value::value::{Value, record};

pub(super) fn key_of(Group { sign, places, .. }: &Group<'_>, chunk: &[Taken<'_>], nth: usize) -> Option<Digest> {
    let call = chunk.first()?.call;
    let text = |text: &str| Some(Value::from(text));
    let (policy, cause, reversible, rule) = sign.decided;
    let policy = policy.map(|digest| digest.to_string()).unwrap_or_default();
    let reversible = reversible.map_or("-", |reversible| if reversible { "yes" } else { "no" });
    let decided = [&policy, cause, reversible, rule.unwrap_or("-")].join(" ");
    let tool_digest = sign.tool_digest.map(|digest| digest.to_string());
    let key = record([
        ("of", text("batch")),
        ("tool", text(&call.tool)),
        ("tenant", call.tenant.as_deref().map(Value::from)),
        ("decided", text(&decided)),
        ("risk", text(sign.risk)),
        ("toolDigest", tool_digest.as_deref().map(Value::from)),
        ("guard", text(sign.guard)),
        ("agent", text(&sign.agent)),
        ("keys", text(&sign.keys)),
        ("places", text(places)),
        ("nth", text(&nth.to_string())),
    ]);
    digest(Subject::Key, &key).ok()
}

/// Calls that differ in more fields are no batch: nobody compares so many.
const COLUMNS_MAX: usize = 8;

/// The batch of `chunk`; none if that is empty.
pub(super) fn batch(key: Digest, chunk: &[Taken<'_>], outliers: Outliers) -> Option<Batch> {
    let all: Vec<Vec<Row>> = chunk.iter().map(|taken| rows_of(taken.call)).collect();
    let is_leaf = |row: &&Row| row.count.is_none_or(|count| count == 0);
    let same = |a: &Row, b: &Row| a.of == b.of && a.value == b.value && a.count == b.count;
    let of_field = |rows: &'_ [Row], field: &str| rows.iter().position(|row| row.field == field);
    let mut columns: Vec<Column> = Vec::new();
    let mut constant = Vec::new();
    for rows in &all {
        for row in rows.iter().filter(is_leaf) {
            let others = all.iter().map(|rows| of_field(rows, &row.field).and_then(|at| rows.get(at)));
            let is_same = others.into_iter().all(|other| other.is_some_and(|other| same(row, other)));
            let is_known = |field: &str| columns.iter().any(|column: &Column| column.field == field);
            if is_same && of_field(&constant, &row.field).is_none() {
                // The lists and maps that it stands in are not among these rows, so its key says all of them.
                constant.push(Row { key: written(&row.field, Form::Prose), depth: 0, ..row.clone() });
            } else if !is_same && !is_known(&row.field) {
                columns.push(Column { field: row.field.clone(), key: written(&row.field, Form::Prose) });
            }
        }
    }
    if columns.len() > COLUMNS_MAX {
        return None;
    }
    let lines: Vec<Line> = chunk
        .iter()
        .zip(&all)
        .map(|(taken, rows)| {
            let cell = |column: &Column| rows.iter().filter(is_leaf).find(|row| row.field == column.field).cloned();
            Line { item: taken.item, cells: columns.iter().map(cell).collect() }
        })
        .collect();
    let shown: Vec<&Row> = constant.iter().chain(lines.iter().flat_map(|line| line.cells.iter().flatten())).collect();
    let words = shown.iter().map(|row| 1 + row.value.iter().map(|part| words_in(&part.text)).sum::<usize>()).sum();
    let risk = chunk.first().and_then(|taken| taken.decision.risk);
    Some(Batch {
        key,
        headline: headline(chunk)?,
        summary: summary(chunk, &columns, &lines),
        constant,
        columns,
        rows: lines,
        outliers,
        words,
        reading_floor_ms: times::reading_floor_ms(words),
        arm_ms: times::arm_ms(risk),
    })
}

pub(super) fn rows_of(call: &Call) -> Vec<Row> {
    let about = About { tool: &call.tool, editable: &[], before: None, unknown: &[] };
    let mut rows = Rows::default();
    let mut all = call.args.as_ref().map(|args| rows.tree("args", args, about)).unwrap_or_default();
    all.extend(known_rows(call, &mut rows, about));
    // A batch has no flags of its own: what has some is reviewed alone.
    all.iter_mut().for_each(|row| row.flags.clear());
    all
}

/// What all of `chunk` do: an object or a destination that differs stands in the columns.
fn headline(chunk: &[Taken<'_>]) -> Option<Headline> {
    let mut all = chunk.iter().map(|taken| headline_of(taken.call, taken.decision, false, None));
    let mut first = all.next()?;
    for next in all {
        first.object = first.object.filter(|object| next.object.as_ref() == Some(object));
        first.destination = first.destination.filter(|destination| next.destination.as_ref() == Some(destination));
    }
    Some(first)
}

/// More columns are not summed up.
const SUMMED_MAX: usize = 4;

/// `Approve 7 · largest args.amount 40 · 3 different args.to`.
fn summary(chunk: &[Taken<'_>], columns: &[Column], lines: &[Line]) -> Written {
    let mut parts = vec![said(format!("Approve {}", chunk.len()))];
    for (place, column) in columns.iter().enumerate() {
        if parts.len() > SUMMED_MAX {
            break;
        }
        let cells = || lines.iter().filter_map(|line| line.cells.get(place)?.as_ref());
        let largest = chunk
            .iter()
            .flat_map(|taken| taken.leaves.iter().filter(|leaf| leaf.field == column.field))
            .filter_map(|leaf| if let Value::Number(number) = leaf.value { Some(*number) } else { None })
            .max_by(f64::total_cmp);
        let part = match largest {
            Some(number) => {
                joined([said(" · largest "), column.key.clone(), said(format!(" {}", number_text(number)))])
            }
            None => {
                let mut seen: Vec<&Written> = Vec::new();
                cells().for_each(|cell| {
                    if !seen.contains(&&cell.value) {
                        seen.push(&cell.value)
                    }
                });
                let count = counted(seen.len(), "different", "different");
                joined([said(format!(" · {count} ")), column.key.clone()])
            }
        };
        parts.push(part);
    }
    let more = columns.len().saturating_sub(SUMMED_MAX);
    if more > 0 {
        parts.push(said(format!(" and {}", counted(more, "more field", "more fields"))));
    }
    joined(parts)
}
