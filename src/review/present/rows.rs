//! Values as rows, complete up to what a person reads.

use super::card::{Difference, Flag, FlagCode, Gone, Row};
use super::kinds::{Meant, Reading, is_secret, meant, read, secrets_in, words_at, words_of};
use super::written::{Findings, Form, Written, joined, quoted, said, segments, with_masked, written};
use crate::catalogue::model::{Catalogue, Schema};
use crate::matcher::condition::Type;
use crate::review::next::{HELD_TEXT_MAX, HELD_VALUES_MAX};
pub use crate::value::canonical::number_text;
use crate::value::field::{Field, Found, Step, Way};
use crate::value::value::{Map, Value};

/// A text of more characters is long.
const LONG_CHARS: usize = 2_000;

/// Rows of a card, while they are made.
#[derive(Debug, Default)]
pub struct Rows {
    /// What a reader would miss.
    pub flags: Vec<Flag>,
    /// How many values and characters were taken.
    values: usize,
    chars: usize,
    /// How much there is to read.
    pub words: usize,
    /// How many values there are more than are shown.
    pub left_out: usize,
    /// Whether a text was cut.
    pub is_cut: bool,
}

/// Of what a value is a part.
#[derive(Clone, Copy)]
pub struct About<'a> {
    /// The tool that is called.
    pub tool: &'a str,
    /// Fields that a reviewer may change.
    pub editable: &'a [Field],
    /// The value in the most similar approved call.
    pub before: Option<&'a Value>,
    /// Top-level keys that the tool does not take.
    pub unknown: &'a [(String, Written)],
}

/// One value, while its row is made.
struct Place<'a> {
    /// The field that it belongs to.
    field: String,
    steps: Vec<Step>,
    key: Written,
    /// Of the last key on the way.
    words: &'a [String],
}

impl Rows {
    /// The rows of what `value`, at `root`, holds.
    pub fn tree(&mut self, root: &str, value: &Value, about: About<'_>) -> Vec<Row> {
        let mut rows = Vec::new();
        let words = words_of(root);
        self.children(root, value, &[], &words, about, &mut rows);
        rows
    }

    /// The row of `value` itself, and those of what it holds.
    pub fn single(&mut self, field: &str, value: &Value, about: About<'_>) -> Vec<Row> {
        let mut rows = Vec::new();
        let words = words_of(field);
        let place =
            Place { field: field.to_owned(), steps: Vec::new(), key: written(field, Form::Value), words: &words };
        self.one(place, value, about, &mut rows);
        rows.iter_mut().skip(1).for_each(|row| row.depth += 1);
        rows
    }

    fn children(
        &mut self,
        field: &str,
        value: &Value,
        steps: &[Step],
        words: &[String],
        about: About<'_>,
        rows: &mut Vec<Row>,
    ) {
        match value {
            Value::Map(map) => {
                let entries = in_order(map, if steps.is_empty() { about.unknown } else { &[] });
                for (key, item) in entries {
                    let mut steps = steps.to_vec();
                    steps.push(Step::Key(key.to_owned()));
                    let words = words_at(map, key);
                    let field = format!("{field}{}", step_text(key));
                    self.one(Place { field, steps, key: written(key, Form::Value), words: &words }, item, about, rows);
                }
            }
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    let mut steps = steps.to_vec();
                    steps.push(Step::Index(index));
                    let field = format!("{field}[{index}]");
                    self.one(Place { field, steps, key: said(index.to_string()), words }, item, about, rows);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
        }
    }

    fn one(&mut self, place: Place<'_>, value: &Value, about: About<'_>, rows: &mut Vec<Row>) {
        if self.values >= HELD_VALUES_MAX || self.chars >= HELD_TEXT_MAX {
            self.left_out = self.left_out.saturating_add(count_values(value));
            return;
        }
        self.values += 1;
        self.words += 1;
        let first_flag = self.flags.len();
        let Place { field, steps, key, words } = place;
        self.flag_key(&field, steps.last());
        let masked = is_secret(value, words);
        if masked {
            self.flag(FlagCode::Secret, &field, said("looks like a secret; the digest covers it as it is"));
        }
        let (shown, reading) = self.scalar(&field, value, (words, masked), about.tool);
        if let Some((_, message)) =
            about.unknown.iter().find(|(key, _)| matches!(steps.as_slice(), [Step::Key(own)] if own == key))
        {
            self.flag(FlagCode::UnknownKey, &field, message.clone());
        }
        let (difference, before) = compared(value, &steps, words, about.before);
        let editable = about.editable.iter().any(|field| is_start(&field.way.steps, &steps));
        rows.push(Row {
            depth: steps.len().saturating_sub(1),
            key,
            of: Type::of(value),
            value: shown,
            count: count(value),
            length: if let Value::Text(text) = value { Some(text.chars().count()) } else { None },
            flags: (first_flag..self.flags.len()).collect(),
            difference,
            before,
            masked,
            editable,
            reading: reading.comes_to,
            field: field.clone(),
        });
        self.children(&field, value, &steps, words, about, rows);
    }

    /// A value that holds no others, as it is shown, and what it comes to.
    fn scalar(&mut self, field: &str, value: &Value, key: (&[String], bool), tool: &str) -> (Written, Reading) {
        match value {
            Value::Text(text) => self.text(field, text, key, tool),
            Value::Number(number) => {
                if *number < 0.0 {
                    self.flag(FlagCode::Negative, field, said("is below zero"));
                }
                (said(number_text(*number)), Reading::default())
            }
            Value::Null => (said("null"), Reading::default()),
            Value::Bool(value) => (said(value.to_string()), Reading::default()),
            Value::List(_) | Value::Map(_) => (Vec::new(), Reading::default()),
        }
    }

    fn text(&mut self, field: &str, text: &str, (words, masked): (&[String], bool), tool: &str) -> (Written, Reading) {
        let length = text.chars().count();
        let room = HELD_TEXT_MAX.saturating_sub(self.chars);
        self.chars = self.chars.saturating_add(length);
        let shown = match text.char_indices().nth(room) {
            Some((cut, _)) => {
                self.is_cut = true;
                text.get(..cut).unwrap_or_default()
            }
            None => text,
        };
        if length > LONG_CHARS {
            self.flag(FlagCode::Long, field, said(format!("has {} characters", grouped(length))));
        }
        self.words += words_in(shown);
        let (mut parts, findings) = segments(shown, Form::Value);
        let secrets = secrets_in(shown);
        if !secrets.is_empty() && !masked {
            parts = with_masked(shown, Form::Value, &secrets);
            let them = counted(secrets.len(), "part that looks", "parts that look");
            self.flag(
                FlagCode::Secret,
                field,
                said(format!("has {them} like a secret; the digest covers it as it is")),
            );
        }
        self.flag_findings(field, &findings);
        let reading = read(shown, meant(shown, words, tool));
        for (code, message) in &reading.flags {
            self.flag(*code, field, message.clone());
        }
        (parts, reading)
    }

    /// What a reader of the last key of `field` would miss.
    fn flag_key(&mut self, field: &str, step: Option<&Step>) {
        let Some(Step::Key(key)) = step else { return };
        self.chars = self.chars.saturating_add(key.chars().count());
        let findings = segments(key, Form::Value).1;
        self.flag_findings(field, &findings);
    }

    /// Adds a flag.
    pub fn flag(&mut self, code: FlagCode, field: &str, message: Written) {
        self.flags.push(Flag { code, field: field.to_owned(), message });
    }

    /// Adds what a reader of a text would miss.
    pub fn flag_findings(&mut self, field: &str, findings: &Findings) {
        for (code, message) in told(findings) {
            self.flag(code, field, message);
        }
    }
}

/// The findings as flags.
#[must_use]
pub fn told(findings: &Findings) -> Vec<(FlagCode, Written)> {
    let Findings { hidden, direction, tags, terminal, mixed, odd_digits, line_run, has_edge_space, is_not_normal } =
        findings;
    let mut flags = Vec::new();
    let plainly = hidden.saturating_sub(direction + terminal + tags.chars().count());
    if *direction > 0 {
        let them = counted(*direction, "character that turns", "characters that turn");
        flags.push((FlagCode::Direction, said(format!("holds {them} the direction of the text"))));
    }
    if !tags.is_empty() {
        flags.push((FlagCode::TagCharacters, joined([said("hides the letters "), quoted(tags)])));
    }
    if *terminal > 0 {
        let them = counted(*terminal, "character that controls", "characters that control");
        flags.push((FlagCode::TerminalCodes, said(format!("holds {them} a terminal"))));
    }
    if plainly > 0 {
        let them = counted(plainly, "character that would", "characters that would");
        flags.push((FlagCode::Hidden, said(format!("holds {them} not be seen"))));
    }
    for (word, codes) in mixed {
        flags.push((FlagCode::MixedScript, joined([quoted(word), said(format!(" mixes scripts: {codes}"))])));
    }
    if *is_not_normal {
        flags.push((FlagCode::NotNormal, said("is not in normal form (NFC): another text can look the same")));
    }
    if *odd_digits > 0 {
        let them = counted(*odd_digits, "letter or digit", "letters or digits");
        flags.push((FlagCode::OddDigits, said(format!("holds {them} other than they look"))));
    }
    if *has_edge_space {
        flags.push((FlagCode::EdgeSpace, said("begins or ends with a space")));
    }
    if *line_run > 3 {
        flags.push((FlagCode::LineRuns, said(format!("has {} line ends in a row", grouped(*line_run)))));
    }
    flags
}

/// `1 word` or `2 words`.
#[must_use]
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// `1,234`.
#[must_use]
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// How many words `text` has; a word of more than six letters counts as several, so that nothing is hidden in one.
#[must_use]
pub fn words_in(text: &str) -> usize {
    text.split_whitespace().map(|word| word.len().div_ceil(12)).sum()
}

/// `value`, at a key of these `words`, on one line: a text in quotes, a list or map as JSON, secrets masked.
#[must_use]
pub fn inline(value: &Value, words: &[String]) -> Written {
    if is_secret(value, words) {
        return said("(masked)");
    }
    match value {
        Value::Text(text) => joined([said("\""), with_masked(text, Form::Value, &secrets_in(text)), said("\"")]),
        Value::Number(number) => said(number_text(*number)),
        Value::Null => said("null"),
        Value::Bool(value) => said(value.to_string()),
        Value::List(items) => {
            let parts = items
                .iter()
                .enumerate()
                .flat_map(|(place, item)| [said(if place > 0 { ", " } else { "" }), inline(item, words)]);
            joined([said("[")].into_iter().chain(parts).chain([said("]")]))
        }
        Value::Map(map) => {
            let parts = map.iter().enumerate().flat_map(|(place, (key, item))| {
                let words = words_at(map, key);
                [said(if place > 0 { ", " } else { "" }), written(key, Form::Value), said(": "), inline(item, &words)]
            });
            joined([said("{")].into_iter().chain(parts).chain([said("}")]))
        }
    }
}

/// The step to `key` as it is written in a field.
#[must_use]
pub fn step_text(key: &str) -> String {
    // Most keys are plain, and many are written.
    if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
        return [".", key].concat();
    }
    let field = Field { root: crate::value::field::Root::Args, way: Way { steps: vec![Step::Key(key.to_owned())] } };
    field.to_string().strip_prefix("args").unwrap_or_default().to_owned()
}

fn count(value: &Value) -> Option<usize> {
    match value {
        Value::List(items) => Some(items.len()),
        Value::Map(map) => Some(map.iter().len()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => None,
    }
}

fn count_values(value: &Value) -> usize {
    match value {
        Value::List(items) => items.iter().map(count_values).sum::<usize>() + 1,
        Value::Map(map) => map.iter().map(|(_, item)| count_values(item)).sum::<usize>() + 1,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => 1,
    }
}

/// The entries of `map`, those that are unknown first.
fn in_order<'a>(map: &'a Map, unknown: &[(String, Written)]) -> Vec<(&'a str, &'a Value)> {
    let is_unknown = |key: &str| unknown.iter().any(|(other, _)| other == key);
    let first = map.iter().filter(|(key, _)| is_unknown(key));
    first.chain(map.iter().filter(|(key, _)| !is_unknown(key))).collect()
}

/// Whether `steps` begin with `start`, which is not empty.
fn is_start(start: &[Step], steps: &[Step]) -> bool {
    !start.is_empty() && steps.get(..start.len()) == Some(start)
}

fn compared(
    value: &Value,
    steps: &[Step],
    words: &[String],
    before: Option<&Value>,
) -> (Option<Difference>, Option<Written>) {
    let Some(before) = before else { return (None, None) };
    match Way::follow(steps, before) {
        Found::Value(other) if other == value => (Some(Difference::Same), None),
        Found::Value(other) => {
            let both = |value: &Value| matches!(value, Value::List(_) | Value::Map(_));
            let is_told = !(both(value) && both(other));
            (Some(Difference::Changed), is_told.then(|| bounded_inline(other, words)))
        }
        Found::Absent | Found::Blocked => (Some(Difference::Added), None),
    }
}

/// `value` on one line, or only how large it is.
#[must_use]
pub fn bounded_inline(value: &Value, words: &[String]) -> Written {
    let count = count_values(value);
    if count > 50 { said(format!("{} values", grouped(count))) } else { inline(value, words) }
}

/// What `before` holds and `now` does not, as deep as that begins.
#[must_use]
pub fn gone(root: &str, before: &Value, now: &Value) -> Vec<Gone> {
    const GONE_MAX: usize = 50;
    let mut found = Vec::new();
    add_gone(root, &[], before, now, &mut found);
    found.truncate(GONE_MAX);
    found
}

fn add_gone(field: &str, words: &[String], before: &Value, now: &Value, found: &mut Vec<Gone>) {
    match (before, now) {
        (Value::Map(before), Value::Map(now)) => {
            for (key, value) in before.iter() {
                let field = format!("{field}{}", step_text(key));
                let words = words_at(before, key);
                match now.get(key) {
                    Some(other) => add_gone(&field, &words, value, other, found),
                    None => found.push(one_gone(&field, value, &words)),
                }
            }
        }
        (Value::List(before), Value::List(now)) => {
            for (index, value) in before.iter().enumerate() {
                let field = format!("{field}[{index}]");
                match now.get(index) {
                    Some(other) => add_gone(&field, words, value, other, found),
                    None => found.push(one_gone(&field, value, words)),
                }
            }
        }
        _ => {}
    }
}

fn one_gone(field: &str, value: &Value, words: &[String]) -> Gone {
    Gone { field: written(field, Form::Prose), before: bounded_inline(value, words) }
}

/// The keys of `args` that the schema of `tool` does not list, with what is said of that.
#[must_use]
pub fn unlisted(args: Option<&Value>, tool: &str, catalogue: Option<&Catalogue>) -> Option<Vec<(String, Written)>> {
    let (Some(Value::Map(args)), Some(tool)) = (args, catalogue?.tool(tool)) else { return None };
    let root = tool.schema.part(Schema::ROOT)?;
    let is_elsewhere = !(root.all_of.is_empty() && root.any_of.is_empty() && root.one_of.is_empty());
    if root.properties.is_empty() && (is_elsewhere || root.key_patterns.is_empty() && root.additional.is_none()) {
        return None;
    }
    let lists = |key: &str| {
        root.property(key).is_some()
            || root.key_patterns.iter().any(|(pattern, _)| pattern.matches(key).unwrap_or(false))
            || is_elsewhere && root.property(key).is_none() && in_parts(&tool.schema, key)
    };
    let message = || said("is not in the tool's schema");
    Some(args.iter().filter(|(key, _)| !lists(key)).map(|(key, _)| (key.to_owned(), message())).collect())
}

fn in_parts(schema: &Schema, key: &str) -> bool {
    let Some(root) = schema.part(Schema::ROOT) else { return false };
    let parts = root.all_of.iter().chain(&root.any_of).chain(&root.one_of);
    parts.filter_map(|id| schema.part(*id)).any(|part| part.property(key).is_some())
}

/// Whether a value is prose, which says nothing about where a call goes.
#[must_use]
pub fn is_prose(text: &str, words: &[String], tool: &str) -> bool {
    meant(text, words, tool) == Meant::Prose
}
