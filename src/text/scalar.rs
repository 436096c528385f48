//! What a plain scalar is: the core schema of YAML 1.2.

use std::borrow::Cow;

use super::yaml::NodeValue;

/// Resolves a plain scalar by the core schema of YAML 1.2 (§10.3.2).
pub(super) fn resolve(text: Cow<'_, str>) -> NodeValue {
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => NodeValue::Null,
        "true" | "True" | "TRUE" => NodeValue::Bool(true),
        "false" | "False" | "FALSE" => NodeValue::Bool(false),
        ".nan" | ".NaN" | ".NAN" => NodeValue::Number(f64::NAN),
        plain => match resolve_number(plain) {
            Some(number) => NodeValue::Number(number),
            None => NodeValue::Text(text.into_owned()),
        },
    }
}

fn resolve_number(text: &str) -> Option<f64> {
    if let Some(octal) = text.strip_prefix("0o") {
        return digits_in_base(octal, 8);
    }
    if let Some(hexadecimal) = text.strip_prefix("0x") {
        return digits_in_base(hexadecimal, 16);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    // What Rust reads as a number beyond this alphabet (`inf`, `nan`) the core schema does not.
    let is_numeric = unsigned.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    let mut mantissa = unsigned.bytes().take_while(|byte| !matches!(byte, b'e' | b'E'));
    if is_numeric && mantissa.any(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn digits_in_base(digits: &str, base: u32) -> Option<f64> {
    let mut value = 0.0;
    for digit in digits.chars() {
        value = value * f64::from(base) + f64::from(digit.to_digit(base)?);
    }
    (!digits.is_empty()).then_some(value)
}
