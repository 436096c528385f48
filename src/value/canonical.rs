//! The canonical form of a value: RFC 8785 (JSON Canonicalization Scheme).

use std::fmt::Write as _;

use super::value::{Map, SAFE_INTEGER_MAX, Value};
use crate::sorted::sorted_by;

/// Why a value has no canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CanonicalError {
    /// NaN or an infinite number; JSON has neither.
    NotFinite,
    /// A number beyond ±(2^53 − 1): readers of JSON differ over which number it is (RFC 7493 §2.2).
    UnsafeNumber,
}

/// Appends the canonical form of `value` to `out`.
///
/// Keys are sorted by UTF-16 code units, numbers written as ECMAScript writes them, and only `"`, `\` and control
/// characters are escaped. Values must not nest deeper than the stack allows; what enters the core is limited before.
///
/// # Errors
///
/// [`CanonicalError`] for numbers that JSON cannot carry; `out` then holds an unfinished text.
///
/// ```
/// use countersign::value::{canonical::canonical, value::{Map, Value}};
///
/// let map = Map::new(vec![("b".to_owned(), Value::Number(1.0)), ("a".to_owned(), Value::from("\n"))])?;
/// let mut out = String::new();
/// canonical(&Value::Map(map), &mut out).map_err(|_| "no canonical form")?;
/// assert_eq!(out, r#"{"a":"\n","b":1}"#);
/// # Ok::<(), String>(())
/// ```
pub fn canonical(value: &Value, out: &mut String) -> Result<(), CanonicalError> {
    write(value, SAFE_INTEGER_MAX, out)
}

/// Appends the canonical form of `value` to `out` as [`canonical`] does, with every finite number as RFC 8785 has it.
///
/// Readers of JSON may read large integers differently, so this is only for what no decision rests on.
///
/// # Errors
///
/// [`CanonicalError::NotFinite`].
pub fn canonical_finite(value: &Value, out: &mut String) -> Result<(), CanonicalError> {
    write(value, f64::MAX, out)
}

fn write(value: &Value, number_max: f64, out: &mut String) -> Result<(), CanonicalError> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(*number, number_max, out)?,
        Value::Text(text) => write_text(text, out),
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, number_max, out)?;
            }
            out.push(']');
        }
        Value::Map(map) => write_map(map, number_max, out)?,
    }
    Ok(())
}

fn write_map(map: &Map, number_max: f64, out: &mut String) -> Result<(), CanonicalError> {
    let entries: Vec<(&str, &Value)> = map.iter().collect();
    // Of ASCII the order is that of the map.
    let entries = if entries.iter().all(|(key, _)| key.is_ascii()) {
        entries
    } else {
        sorted_by(entries, |a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()))
    };
    out.push('{');
    for (at, (key, value)) in entries.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_text(key, out);
        out.push(':');
        write(value, number_max, out)?;
    }
    out.push('}');
    Ok(())
}

fn write_number(number: f64, number_max: f64, out: &mut String) -> Result<(), CanonicalError> {
    if !number.is_finite() {
        return Err(CanonicalError::NotFinite);
    }
    if number.abs() > number_max {
        return Err(CanonicalError::UnsafeNumber);
    }
    push_number(number, out);
    Ok(())
}

/// Appends `number`, which is finite, as ECMAScript writes it.
#[expect(clippy::cast_possible_truncation, reason = "only safe integers are cast")]
pub(crate) fn push_number(number: f64, out: &mut String) {
    if number.fract() == 0.0 && number.abs() <= SAFE_INTEGER_MAX {
        // Most numbers are integers, and those are written much faster as such.
        let _ = write!(out, "{}", number as i64);
    } else {
        out.push_str(ryu_js::Buffer::new().format_finite(number));
    }
}

/// `number`, which is finite, as JSON writes it: the formatting of numbers in Rust's own library takes twenty kilobytes.
#[must_use]
pub fn number_text(number: f64) -> String {
    let mut text = String::new();
    if number == 0.0 && number.is_sign_negative() {
        text.push('-');
    }
    push_number(number, &mut text);
    text
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    if text.bytes().all(|byte| byte >= b' ' && !matches!(byte, b'"' | b'\\')) {
        out.push_str(text);
    } else {
        write_chars(text, out);
    }
    out.push('"');
}

fn write_chars(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{C}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1F}' => {
                out.push_str("\\u00");
                for shift in [4, 0] {
                    out.push(char::from_digit((u32::from(c) >> shift) & 0xF, 16).unwrap_or('0'));
                }
            }
            c => out.push(c),
        }
    }
}
