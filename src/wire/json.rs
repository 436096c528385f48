//! JSON as text.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

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
        // Only there is the sign of nothing lost.
        let sign = if number == 0.0 && number.is_sign_negative() { "-" } else { "" };
        writer.write_all(sign.as_bytes())?;
        writer.write_all(ryu_js::Buffer::new().format_finite(number).as_bytes())
    }
}
