//! The beginning of a value, for people.

use std::io::{self, Write};

use super::read_value::shorten;
use super::value::ValueOut;
use crate::value::value::Value;

/// The first `chars` characters of `value` as JSON; of a large value no more is written than that takes.
pub(super) fn shown(value: &Value, chars: usize) -> String {
    let mut beginning = Beginning { written: Vec::new(), bytes_max: 4 * (chars + 1) };
    // It fails where there is enough.
    let _ = serde_json::to_writer(&mut beginning, &ValueOut(value));
    let Beginning { written, .. } = beginning;
    let whole = match std::str::from_utf8(&written) {
        Ok(text) => text,
        Err(error) => {
            written.get(..error.valid_up_to()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("")
        }
    };
    shorten(whole, chars)
}

/// The first bytes of what is written to it.
struct Beginning {
    written: Vec<u8>,
    bytes_max: usize,
}

impl Write for Beginning {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.bytes_max.saturating_sub(self.written.len()).min(bytes.len());
        self.written.extend_from_slice(bytes.get(..room).unwrap_or_default());
        if room == 0 && !bytes.is_empty() { Err(io::ErrorKind::WriteZero.into()) } else { Ok(room) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
