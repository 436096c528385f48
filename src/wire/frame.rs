//! Plans on their way out, and what JavaScript reads for them on its way in.
//!
//! What stands at a field comes as a number, the last three bits of which say what it is, and as bytes in memory.
//! `pkg/src/fields.ts` writes this form:
//!
//! | Last bits | What it is | The other bits | The bytes |
//! |---|---|---|---|
//! | 0 absent, 1 blocked, 2 null, 3 false, 4 true | | | |
//! | 5 | number | | its 8 bytes, little-endian |
//! | 6 | text | its length in bytes | the text in UTF-8 |
//! | 7 | list or map | its length in bytes | see below |
//!
//! In a list or map, each value begins with a byte that says what it is.
//! 2 to 5 are as above, 6 is text: `u32` length, the text; 7 is a list: `u32` count, the items; 8 is a map: `u32` count,
//! and of each entry the key as a text without that byte, and the value.

use serde::Serialize;
use serde::ser::Serializer;

use super::decision::DecisionOut;
use super::value::ValueOut;
use crate::decide::asked::{Asked, Depth};
use crate::decide::call::CALL_DEPTH_MAX;
use crate::decide::compile::Stack;
use crate::decide::frame::Slot;
use crate::decide::plan::Plan;
use crate::decide::quick::{Quick, QuickRule, QuickTest, QuickWays};
use crate::value::field::Step;
use crate::value::value::{Map, Value};

/// The slot that `number` and `bytes` tell of. The memory of `spare` is used again for text.
///
/// `None` if they are not of the form above.
///
/// ```
/// use countersign::decide::frame::Slot;
/// use countersign::value::value::Value;
/// use countersign::wire::frame::read_slot;
///
/// assert_eq!(read_slot(4, &[], String::new), Some(Slot::Value(Value::Bool(true))));
/// assert_eq!(read_slot(2 << 3 | 6, b"hi, and more", String::new), Some(Slot::Value(Value::from("hi"))));
/// assert_eq!(read_slot(9 << 3 | 6, b"short", String::new), None);
/// ```
#[must_use]
pub fn read_slot(number: u32, bytes: &[u8], spare: impl FnOnce() -> String) -> Option<Slot> {
    let length = usize::try_from(number >> 3).ok()?;
    Some(Slot::Value(match number & 7 {
        0 => return Some(Slot::Absent),
        1 => return Some(Slot::Blocked),
        2 => Value::Null,
        3 => Value::Bool(false),
        4 => Value::Bool(true),
        5 => Value::Number(f64::from_le_bytes(*bytes.first_chunk()?)),
        6 => {
            let mut text = spare();
            text.clear();
            text.push_str(std::str::from_utf8(bytes.get(..length)?).ok()?);
            Value::Text(text)
        }
        _ => {
            let mut rest = bytes.get(..length)?;
            read_value(&mut rest, CALL_DEPTH_MAX).filter(|_| rest.is_empty())?
        }
    }))
}

fn read_value(rest: &mut &[u8], depth_left: usize) -> Option<Value> {
    let depth_left = depth_left.checked_sub(1)?;
    Some(match take(rest, 1)?.first()? {
        2 => Value::Null,
        3 => Value::Bool(false),
        4 => Value::Bool(true),
        5 => Value::Number(f64::from_le_bytes(take(rest, 8)?.try_into().ok()?)),
        6 => Value::Text(read_text(rest)?.to_owned()),
        7 => {
            let count = read_count(rest)?;
            let mut items = Vec::with_capacity(count.min(rest.len()));
            for _ in 0..count {
                items.push(read_value(rest, depth_left)?);
            }
            Value::List(items)
        }
        8 => {
            let count = read_count(rest)?;
            let mut entries = Vec::with_capacity(count.min(rest.len()));
            for _ in 0..count {
                let key = read_text(rest)?.to_owned();
                entries.push((key, read_value(rest, depth_left)?));
            }
            Value::Map(Map::new(entries).ok()?)
        }
        _ => return None,
    })
}

fn read_text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let length = read_count(rest)?;
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
pub struct PlanOut<'a> {
    id: Option<u32>,
    constant: Option<DecisionOut<'a>>,
    asked: Vec<AskedOut<'a>>,
    quick: Option<Vec<QuickWaysOut<'a>>>,
}

#[derive(Serialize)]
struct QuickWaysOut<'a> {
    rules: Vec<QuickRuleOut<'a>>,
    none: Option<u32>,
    count: u32,
}

#[derive(Serialize)]
struct QuickRuleOut<'a> {
    tests: Vec<QuickTestOut<'a>>,
    way: Option<u32>,
}

#[derive(Serialize)]
struct QuickTestOut<'a> {
    slot: usize,
    is: &'static str,
    of: OperandsOut<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OperandsOut<'a> {
    Number(f64),
    Text(&'a str),
    Texts(Vec<&'a str>),
    Values(Vec<ValueOut<'a>>),
    None,
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
    pub fn new(plan: &'a Plan, stack: &Stack, id: u32) -> Self {
        let asked = |Asked { field, depth }: &'a Asked| AskedOut {
            root: field.root.as_str(),
            steps: field.way.steps.iter().map(StepOut).collect(),
            whole: *depth == Depth::Whole,
        };
        let quick = plan.quick(stack).map(|ways| ways.into_iter().map(QuickWaysOut::from).collect());
        Self { id: Some(id), constant: None, asked: plan.asked.iter().map(asked).collect(), quick }
    }

    /// The plan for a tool whose calls are all decided so.
    #[must_use]
    pub fn constant(decision: DecisionOut<'a>) -> Self {
        Self { id: None, constant: Some(decision), asked: Vec::new(), quick: None }
    }
}

impl<'a> From<QuickWays<'a>> for QuickWaysOut<'a> {
    fn from(QuickWays { rules, none, count }: QuickWays<'a>) -> Self {
        Self { rules: rules.into_iter().map(QuickRuleOut::from).collect(), none, count }
    }
}

impl<'a> From<QuickRule<'a>> for QuickRuleOut<'a> {
    fn from(QuickRule { tests, way }: QuickRule<'a>) -> Self {
        Self { tests: tests.into_iter().map(QuickTestOut::from).collect(), way }
    }
}

impl<'a> From<QuickTest<'a>> for QuickTestOut<'a> {
    fn from(QuickTest { slot, test, .. }: QuickTest<'a>) -> Self {
        let (is, of) = match test {
            Quick::Number(bound, limit) => (bound.word(), OperandsOut::Number(limit)),
            Quick::In(operands) => ("in", OperandsOut::Values(operands.iter().map(ValueOut).collect())),
            Quick::StartsWith(start) => ("starts_with", OperandsOut::Text(start)),
            Quick::EndsWith(end) => ("ends_with", OperandsOut::Text(end)),
            Quick::Contains(part) => ("contains", OperandsOut::Text(part)),
            Quick::Under(folders) => ("under", OperandsOut::Texts(folders)),
            Quick::Engine => ("engine", OperandsOut::None),
        };
        Self { slot, is, of }
    }
}
