//! Plans on their way out, and what JavaScript read for them on its way in, as bytes.
//!
//! Each slot begins with a tag; numbers are little-endian. `pkg/src/reading.ts` writes the same form.
//!
//! | Tag | What follows |
//! |---|---|
//! | 0 absent, 1 blocked, 2 null, 3 false, 4 true | nothing |
//! | 5 number | its 8 bytes |
//! | 6 text | `u32` bytes to pass over, `u32` length, those bytes, the text in UTF-8 |
//! | 7 list | `u32` count, the items |
//! | 8 map | `u32` count; of each entry its key as a text and its value |

use serde::Serialize;
use serde::ser::Serializer;

use super::decision::DecisionOut;
use crate::decide::call::CALL_DEPTH_MAX;
use crate::decide::frame::Slot;
use crate::decide::plan::{Asked, Depth, Plan};
use crate::value::field::Step;
use crate::value::value::{Map, Value};

/// Reads `count` slots from the beginning of `bytes` into `slots`, whose memory is used again.
///
/// `None` if the bytes are not of the form above.
///
/// ```
/// use countersign::decide::frame::Slot;
/// use countersign::value::value::Value;
/// use countersign::wire::frame::read_slots;
///
/// let mut slots = Vec::new();
/// read_slots(&[0, 4, 6, 1, 0, 0, 0, 2, 0, 0, 0, 255, b'h', b'i'], 3, &mut slots).ok_or("malformed")?;
/// assert_eq!(slots, [Slot::Absent, Slot::Value(Value::Bool(true)), Slot::Value(Value::from("hi"))]);
/// assert_eq!(read_slots(&[9], 1, &mut slots), None);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn read_slots(bytes: &[u8], count: usize, slots: &mut Vec<Slot>) -> Option<()> {
    let mut rest = bytes;
    slots.resize(count, Slot::Absent);
    for slot in slots {
        match (take(&mut rest, 1)?, &mut *slot) {
            ([0], slot) => *slot = Slot::Absent,
            ([1], slot) => *slot = Slot::Blocked,
            ([6], Slot::Value(Value::Text(text))) => {
                text.clear();
                text.push_str(read_text(&mut rest)?);
            }
            ([tag], slot) => *slot = Slot::Value(read_value(*tag, &mut rest, CALL_DEPTH_MAX)?),
            _ => return None,
        }
    }
    Some(())
}

fn read_value(tag: u8, rest: &mut &[u8], depth_left: usize) -> Option<Value> {
    let depth_left = depth_left.checked_sub(1)?;
    Some(match tag {
        2 => Value::Null,
        3 => Value::Bool(false),
        4 => Value::Bool(true),
        5 => Value::Number(f64::from_le_bytes(take(rest, 8)?.try_into().ok()?)),
        6 => Value::Text(read_text(rest)?.to_owned()),
        7 => {
            let count = read_count(rest)?;
            let mut items = Vec::with_capacity(count.min(rest.len()));
            for _ in 0..count {
                items.push(read_tagged(rest, depth_left)?);
            }
            Value::List(items)
        }
        8 => {
            let count = read_count(rest)?;
            let mut entries = Vec::with_capacity(count.min(rest.len()));
            for _ in 0..count {
                let key = read_text(rest)?.to_owned();
                entries.push((key, read_tagged(rest, depth_left)?));
            }
            Value::Map(Map::new(entries).ok()?)
        }
        _ => return None,
    })
}

fn read_tagged(rest: &mut &[u8], depth_left: usize) -> Option<Value> {
    let tag = take(rest, 1)?.first().copied()?;
    read_value(tag, rest, depth_left)
}

fn read_text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let passed = read_count(rest)?;
    let length = read_count(rest)?;
    take(rest, passed)?;
    std::str::from_utf8(take(rest, length)?).ok()
}

fn read_count(rest: &mut &[u8]) -> Option<usize> {
    let bytes = take(rest, 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

/// Twin of [`Plan`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanOut<'a> {
    id: Option<u32>,
    constant: Option<DecisionOut<'a>>,
    asked: Vec<AskedOut<'a>>,
    decisive: usize,
    asks_confidence: bool,
    has_limit: bool,
}

#[derive(Serialize)]
struct AskedOut<'a> {
    root: &'static str,
    steps: Vec<StepOut<'a>>,
    whole: bool,
}

struct StepOut<'a>(&'a Step);

impl Serialize for StepOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Step::Key(key) => serializer.serialize_str(key),
            Step::Index(index) => serializer.serialize_u32(u32::try_from(*index).unwrap_or(u32::MAX)),
        }
    }
}

impl<'a> PlanOut<'a> {
    /// The twin of `plan`, which is called `id`.
    #[must_use]
    pub fn new(plan: &'a Plan, id: u32) -> Self {
        let asked = |Asked { field, depth }: &'a Asked| AskedOut {
            root: field.root.as_str(),
            steps: field.way.steps.iter().map(StepOut).collect(),
            whole: *depth == Depth::Whole,
        };
        Self {
            id: Some(id),
            constant: None,
            asked: plan.asked.iter().map(asked).collect(),
            decisive: plan.decisive,
            asks_confidence: plan.asks_confidence,
            has_limit: plan.has_limit,
        }
    }

    /// The plan for a tool whose calls are all decided so.
    #[must_use]
    pub fn constant(decision: DecisionOut<'a>) -> Self {
        Self {
            id: None,
            constant: Some(decision),
            asked: Vec::new(),
            decisive: 0,
            asks_confidence: false,
            has_limit: false,
        }
    }
}
