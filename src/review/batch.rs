//! Pending calls that are reviewed on one screen: those that are alike, without those that stick out.

use super::event::{Held, Links};
use super::present::card::{Headline, Row};
use super::present::past::{Leaf, Past, add_leaves, quantile};
use super::present::rows::{About, Rows, counted, number_text, told, words_in};
use super::present::written::{Form, Written, joined, quoted, said, segments, written};
use super::present::{Shown, headline_of, known_rows, times};
use crate::matcher::condition::Type;
use crate::names::NameMap;
use crate::sorted::sorted_by;
use crate::value::canonical::canonical;
use crate::value::digest::{Digest, Subject, digest};
use crate::value::value::{Value, record};

/// The most calls of one batch.
pub const BATCH_MAX: usize = 10;

/// A pending call.
#[derive(Clone, Debug)]
pub struct Item {
    /// Which escalation it is.
    pub id: String,
    /// The call with its digest and decision.
    pub held: Held,
    /// Which guard holds it.
    pub guard: String,
    /// Whether one click can approve it: nothing has to be typed for it, and somebody may approve it.
    pub is_plain: bool,
}

/// Calls that are reviewed on one screen.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The same for the same group at any time.
    pub key: Digest,
    /// What all of them do.
    pub headline: Headline,
    /// What is the same in all.
    pub constant: Vec<Row>,
    /// The fields that differ.
    pub columns: Vec<Column>,
    /// The calls.
    pub rows: Vec<Line>,
    /// Those that leave the group, by their place among the items, and why.
    pub outliers: Vec<(usize, Vec<Written>)>,
    /// In a sentence.
    pub summary: Written,
    /// How much there is to read.
    pub words: usize,
    /// See [`times`].
    pub reading_floor_ms: u64,
    /// See [`times`].
    pub arm_ms: u64,
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Which.
    pub field: String,
    /// As it is shown.
    pub key: Written,
}

/// One call of a batch.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its place among the items.
    pub item: usize,
    /// What stands in the columns.
    pub cells: Vec<Option<Row>>,
}

/// What the calls of one batch have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Sign {
    decided: String,
    risk: &'static str,
    tool_digest: Option<Digest>,
    guard: String,
    agent: String,
    keys: String,
}

/// One item, taken apart.
struct Taken<'a> {
    item: usize,
    held: &'a Held,
    leaves: Vec<Leaf<'a>>,
}

/// The batches among `items`, which stand in the order in which they were opened; at most `most`, those of most calls first.
///
/// `approved` are the arguments of calls of a tool that were approved before, if anybody knows them.
/// What is in no batch is reviewed alone.
#[must_use]
pub fn batches<'a>(items: &'a [Item], approved: impl Fn(&str) -> Option<&'a [Value]>, most: usize) -> Vec<Batch> {
    let mut places: NameMap<(&str, Option<&str>), usize> = NameMap::default();
    let mut tools: Vec<Vec<usize>> = Vec::new();
    for (item, Item { held, .. }) in items.iter().enumerate().filter(|(_, item)| item.is_plain) {
        let call = &held.call;
        let place = *places.entry((&call.tool, call.tenant.as_deref())).or_insert(tools.len());
        match tools.get_mut(place) {
            Some(tool) => tool.push(item),
            None => tools.push(vec![item]),
        }
    }
    let mut groups: Vec<(Sign, Vec<Taken<'a>>, Outliers)> = Vec::new();
    for tool in tools.into_iter().filter(|tool| tool.len() > 1) {
        let past = tool.first().and_then(|first| items.get(*first)).and_then(|item| {
            let tool = &item.held.call.tool;
            approved(tool).filter(|approved| !approved.is_empty()).map(|approved| Past::new(approved, tool))
        });
        groups.extend(groups_of(items, &tool, past.as_ref()));
    }
    let groups = sorted_by(groups, |a, b| b.1.len().cmp(&a.1.len()));
    let mut batches = Vec::new();
    for (sign, taken, mut outliers) in groups {
        for (nth, chunk) in taken.chunks(BATCH_MAX).enumerate() {
            if batches.len() >= most {
                return batches;
            }
            // What is left of a large group, alone, is no batch.
            if let (true, Some(key)) = (chunk.len() > 1, key_of(&sign, chunk, nth)) {
                batches.push(batch(key, chunk, std::mem::take(&mut outliers)));
            }
        }
    }
    batches
}

type Outliers = Vec<(usize, Vec<Written>)>;

/// The groups among the items at `places`, which are of one tool.
fn groups_of<'a>(
    items: &'a [Item],
    places: &[usize],
    past: Option<&Past<'_>>,
) -> Vec<(Sign, Vec<Taken<'a>>, Outliers)> {
    let mut of_sign: NameMap<Sign, usize> = NameMap::default();
    let mut groups: Vec<(Sign, Vec<Taken<'a>>)> = Vec::new();
    for (item, Item { held, guard, .. }) in places.iter().filter_map(|place| Some((*place, items.get(*place)?))) {
        let leaves = leaves_of(held);
        let sign = sign(held, guard, &leaves);
        let group = *of_sign.entry(sign.clone()).or_insert(groups.len());
        let taken = Taken { item, held, leaves };
        match groups.get_mut(group) {
            Some((_, group)) => group.push(taken),
            None => groups.push((sign, vec![taken])),
        }
    }
    let mut groups = sorted_by(groups, |a, b| b.1.len().cmp(&a.1.len()));
    let lone = groups.split_off(groups.partition_point(|(_, group)| group.len() > 1));
    let usual = groups.first().map(|(sign, _)| sign.clone());
    let mut made: Vec<(Sign, Vec<Taken<'a>>, Outliers)> = Vec::new();
    for (sign, group) in groups {
        let (stay, leave) = without_outliers(group, past);
        made.push((sign, stay, leave));
    }
    if let (Some(usual), Some((_, _, outliers))) = (usual, made.first_mut()) {
        let others =
            lone.into_iter().flat_map(|(sign, group)| group.into_iter().map(move |taken| (sign.clone(), taken)));
        outliers.extend(others.map(|(sign, taken)| (taken.item, differs(&sign, &usual))));
    }
    made.retain(|(_, stay, _)| stay.len() > 1);
    made
}

fn leaves_of(held: &Held) -> Vec<Leaf<'_>> {
    let call = &held.call;
    let mut leaves = Vec::new();
    for (root, value) in [("args", &call.args), ("user", &call.user), ("context", &call.context)] {
        if let Some(value) = value {
            add_leaves(root, value, &call.tool, &mut leaves);
        }
    }
    leaves
}

fn sign(held: &Held, guard: &str, leaves: &[Leaf<'_>]) -> Sign {
    let decision = &held.decision;
    let mut keys: Vec<String> =
        leaves.iter().map(|leaf| format!("{}:{}", leaf.way, Type::of(leaf.value).as_str())).collect();
    keys.dedup();
    let mut agent = String::new();
    if let Some(value) = &held.call.agent {
        // Without a canonical form it would not have been held.
        let _ = canonical(value, &mut agent);
    }
    let rule = decision.rule.as_deref().unwrap_or("-");
    let policy = decision.policy.map(|digest| digest.to_string()).unwrap_or_default();
    let reversible = decision.reversible.map_or("-", |reversible| if reversible { "yes" } else { "no" });
    Sign {
        decided: format!("{policy} {} {reversible} {rule}", decision.cause.as_str()),
        risk: decision.risk.map_or("-", crate::policy::terms::Risk::as_str),
        tool_digest: held.call.tool_digest,
        guard: guard.to_owned(),
        agent,
        keys: keys.join("\n"),
    }
}

/// Why a call of `sign` is not one of those of `usual`.
fn differs(sign: &Sign, usual: &Sign) -> Vec<Written> {
    let mut why = Vec::new();
    for (is_other, text) in [
        (sign.decided != usual.decided, "another rule or cause decided it than the others"),
        (sign.risk != usual.risk, "its risk is another than that of the others"),
        (sign.tool_digest != usual.tool_digest, "its tool describes itself in another way than for the others"),
        (sign.guard != usual.guard, "another guard holds it than the others"),
        (sign.agent != usual.agent, "another agent calls than for the others"),
    ] {
        if is_other {
            why.push(said(text));
        }
    }
    let has = |keys: &str, key: &str| keys.lines().any(|other| other == key);
    let name = |key: &str| written(key.rsplit_once(':').map_or(key, |(way, _)| way), Form::Prose);
    let more = sign.keys.lines().filter(|key| !has(&usual.keys, key));
    why.extend(more.take(WHYS_MAX).map(|key| joined([said("the others have nothing of this type at "), name(key)])));
    let less = usual.keys.lines().filter(|key| !has(&sign.keys, key));
    why.extend(
        less.take(WHYS_MAX).map(|key| joined([said("it has nothing of the type that the others have at "), name(key)])),
    );
    why
}

/// More reasons are not told.
const WHYS_MAX: usize = 3;

/// Those of `group` that stay, and those that stick out.
fn without_outliers<'a>(group: Vec<Taken<'a>>, past: Option<&Past<'_>>) -> (Vec<Taken<'a>>, Outliers) {
    let usual = Usual::of(&group);
    let (mut stay, mut leave) = (Vec::new(), Vec::new());
    for taken in group {
        let why = sticks_out(&taken, &usual, past);
        if why.is_empty() {
            stay.push(taken);
        } else {
            leave.push((taken.item, why));
        }
    }
    (stay, leave)
}

fn sticks_out(taken: &Taken<'_>, usual: &Usual, past: Option<&Past<'_>>) -> Vec<Written> {
    let mut why = Vec::new();
    let name = |leaf: &Leaf<'_>| written(&leaf.field, Form::Prose);
    for leaf in &taken.leaves {
        if why.len() >= WHYS_MAX {
            break;
        }
        let mut flags = leaf.odd.clone();
        match leaf.value {
            Value::Text(text) => flags.extend(told(&segments(text, Form::Value).1)),
            Value::Number(number) if *number < 0.0 => {
                flags.push((super::present::card::FlagCode::Negative, said("is below zero")));
            }
            _ => {}
        }
        if !leaf.field.is_ascii() {
            flags.extend(told(&segments(&leaf.field, Form::Value).1));
        }
        for (_, message) in flags.into_iter().filter(|(code, _)| code.is_alone()).take(1) {
            why.push(joined([name(leaf), said(" "), message]));
        }
        if let Some((_, fact)) = past.filter(|_| leaf.way.starts_with("args")).and_then(|past| past.fact(leaf)) {
            why.push(joined([name(leaf), said(": "), fact]));
        } else if let Some(fact) = usual.fact(leaf, past.is_none()) {
            why.push(joined([name(leaf), said(" "), fact]));
        }
    }
    why
}

/// What stands at the fields of a group.
struct Usual {
    /// Bounds of numbers, by way, and the least and the largest within them.
    fences: NameMap<String, (Bounds, Bounds)>,
    /// How often a text, or its host, domain or folder, stands at a way.
    texts: NameMap<String, NameMap<String, usize>>,
    places: NameMap<String, NameMap<String, usize>>,
    calls: usize,
}

/// From where to where.
type Bounds = (f64, f64);

/// Among fewer numbers nothing tells what is usual but how large they are.
const FENCE_MIN: usize = 4;

impl Usual {
    fn of(group: &[Taken<'_>]) -> Self {
        let mut numbers: NameMap<String, Vec<f64>> = NameMap::default();
        let mut usual = Self {
            fences: NameMap::default(),
            texts: NameMap::default(),
            places: NameMap::default(),
            calls: group.len(),
        };
        for leaf in group.iter().flat_map(|taken| &taken.leaves) {
            match leaf.value {
                Value::Number(number) => at(&mut numbers, &leaf.way).push(*number),
                Value::Text(text) if leaf.meant != super::present::kinds::Meant::Prose => {
                    *at(at(&mut usual.texts, &leaf.way), text) += 1;
                    if let Some(place) = &leaf.place {
                        *at(at(&mut usual.places, &leaf.way), place) += 1;
                    }
                }
                Value::Bool(value) => *at(at(&mut usual.texts, &leaf.way), if *value { "true" } else { "false" }) += 1,
                Value::Text(_) | Value::Null | Value::List(_) | Value::Map(_) => {}
            }
        }
        for (way, values) in numbers {
            let sorted = sorted_by(values, f64::total_cmp);
            let Some(fence) = fence(&sorted) else { continue };
            let mut within = sorted.iter().copied().filter(|number| (fence.0..=fence.1).contains(number));
            let least = within.next().unwrap_or(fence.0);
            let largest = within.next_back().unwrap_or(least);
            usual.fences.insert(way, (fence, (least, largest)));
        }
        usual
    }

    fn fact(&self, leaf: &Leaf<'_>, counts_texts: bool) -> Option<Written> {
        let text = match leaf.value {
            Value::Number(number) => {
                let ((low, high), (least, largest)) = *self.fences.get(&leaf.way)?;
                let side = if *number > high {
                    "above"
                } else if *number < low {
                    "below"
                } else {
                    return None;
                };
                let [number, least, largest] = [*number, least, largest].map(number_text);
                let others =
                    if least == largest { format!("are {least}") } else { format!("are from {least} to {largest}") };
                return Some(said(format!("is {number}, far {side} the others, which {others}")));
            }
            Value::Text(text) => text.as_str(),
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::Null | Value::List(_) | Value::Map(_) => return None,
        };
        if !counts_texts {
            return None;
        }
        if let Some(place) = leaf.place.as_deref().filter(|place| self.is_lone(&self.places, &leaf.way, place)) {
            return Some(joined([said("is the only one with "), quoted(place)]));
        }
        self.is_lone(&self.texts, &leaf.way, text).then(|| joined([said("is the only one that is "), quoted(text)]))
    }

    /// Whether `text` stands there once, and another at least twice and in half of the calls.
    fn is_lone(&self, counts: &NameMap<String, NameMap<String, usize>>, way: &str, text: &str) -> bool {
        let Some(counts) = counts.get(way) else { return false };
        let most = counts.values().copied().max().unwrap_or(0);
        counts.get(text) == Some(&1) && most > 1 && most * 2 >= self.calls
    }
}

fn at<'a, T: Default>(map: &'a mut NameMap<String, T>, key: &str) -> &'a mut T {
    if !map.contains_key(key) {
        map.insert(key.to_owned(), T::default());
    }
    map.entry(key.to_owned()).or_default()
}

/// From where to where numbers are usual: one and a half times the middle half to each side of it (Tukey's fence).
fn fence(sorted: &[f64]) -> Option<Bounds> {
    if sorted.len() >= FENCE_MIN {
        let (low, high) = (quantile(sorted, 0.25)?, quantile(sorted, 0.75)?);
        let reach = 1.5 * (high - low);
        return Some((low - reach, high + reach));
    }
    let least = *sorted.first()?;
    (least > 0.0 && sorted.len() > 1).then_some((least, 10.0 * least))
}

fn key_of(sign: &Sign, chunk: &[Taken<'_>], nth: usize) -> Option<Digest> {
    let call = &chunk.first()?.held.call;
    let text = |text: &str| Some(Value::from(text));
    let tool_digest = sign.tool_digest.map(|digest| digest.to_string());
    let key = record([
        ("of", text("batch")),
        ("tool", text(&call.tool)),
        ("tenant", call.tenant.as_deref().map(Value::from)),
        ("decided", text(&sign.decided)),
        ("risk", text(sign.risk)),
        ("toolDigest", tool_digest.as_deref().map(Value::from)),
        ("guard", text(&sign.guard)),
        ("agent", text(&sign.agent)),
        ("keys", text(&sign.keys)),
        ("nth", text(&nth.to_string())),
    ]);
    digest(Subject::Key, &key).ok()
}

/// The batch of `chunk`, which is not empty.
fn batch(key: Digest, chunk: &[Taken<'_>], outliers: Outliers) -> Batch {
    let all: Vec<Vec<Row>> = chunk.iter().map(|taken| rows_of(taken.held)).collect();
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
    let risk = chunk.first().and_then(|taken| taken.held.decision.risk);
    Batch {
        key,
        headline: headline(chunk),
        summary: summary(chunk, &columns, &lines),
        constant,
        columns,
        rows: lines,
        outliers,
        words,
        reading_floor_ms: times::reading_floor_ms(words),
        arm_ms: times::arm_ms(risk),
    }
}

fn rows_of(held: &Held) -> Vec<Row> {
    let about = About { tool: &held.call.tool, editable: &[], before: None, unknown: &[] };
    let mut rows = Rows::default();
    let args = held.call.args.as_ref().map(|args| rows.tree("args", args, about)).unwrap_or_default();
    let known = known_rows(&held.call, &mut rows, about);
    // A batch has no flags of its own: what has some is reviewed alone.
    args.into_iter().chain(known).map(|row| Row { flags: Vec::new(), ..row }).collect()
}

/// What all of `chunk` do: an object or a destination that differs stands in the columns.
fn headline(chunk: &[Taken<'_>]) -> Headline {
    let links = Links::default();
    let of = |held| headline_of(Shown { held, original: None, links: &links, unapprovable: None });
    let mut all = chunk.iter().map(|taken| of(taken.held));
    let empty = Headline {
        verb: Vec::new(),
        tool: Vec::new(),
        object: None,
        destination: None,
        risk: None,
        reversible: None,
        warnings: Vec::new(),
    };
    let first = all.next().unwrap_or(empty);
    all.fold(first, |first, next| Headline {
        object: first.object.filter(|object| next.object.as_ref() == Some(object)),
        destination: first.destination.filter(|destination| next.destination.as_ref() == Some(destination)),
        ..first
    })
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
    joined(parts)
}
