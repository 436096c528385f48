//! JSON as text.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::value::canonical::push_number;

/// `value` as JSON, numbers as ECMAScript writes them.
///
/// # Errors
///
/// What `value` itself refuses to be written as.
pub fn to_json(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut out = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut out, Numbers))?;
    Ok(String::from_utf8(out).unwrap_or_default())
}

/// Numbers are written by what writes them into digests: two printers of numbers are some kilobytes more than one.
struct Numbers;

impl Formatter for Numbers {
    fn write_f64<W: Write + ?Sized>(&mut self, writer: &mut W, number: f64) -> io::Result<()> {
        let mut text = String::new();
        if number == 0.0 && number.is_sign_negative() {
            // Only there is this sign lost.
            text.push('-');
        }
        push_number(number, &mut text);
        writer.write_all(text.as_bytes())
    }
}
