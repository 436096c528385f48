//! Lines of text as their bytes arrive.

use std::io::BufRead as _;

use super::Failure;

/// The longest line that is read, in bytes: 16 MiB.
pub const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Splits bytes into lines, holding no more than one of them in memory.
///
/// ```
/// use countersign::wire::lines::Lines;
///
/// let mut lines = Lines::default();
/// let mut told = Vec::new();
/// for chunk in [&b"a"[..], b"b\n\nc"] {
///     lines.push(chunk, &mut |place, text| told.push((place.number, text.map(str::to_owned))));
/// }
/// lines.finish(&mut |place, text| told.push((place.number, text.map(str::to_owned))));
/// assert_eq!(told, [(1, Ok("ab".to_owned())), (3, Ok("c".to_owned()))]);
/// ```
#[derive(Debug, Default)]
pub struct Lines {
    /// The beginning of a line whose end has not come yet.
    partial: Vec<u8>,
    /// Whether the line at hand is longer than is read: then `partial` stays empty until it ends.
    too_long: bool,
    /// Bytes before the line at hand.
    offset: u64,
    /// Bytes of the line at hand so far, kept or not.
    length: u64,
    /// Lines before the one at hand.
    lines: u64,
}

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Counted from 1; blank lines count, but are not told.
    pub number: u64,
    /// Bytes of the input before the line.
    pub offset: u64,
    /// Bytes of the line without its end.
    pub length: u64,
}

impl Lines {
    /// Tells the lines that `chunk` completes, or why one cannot be read: `too-long` or `not-utf8`.
    pub fn push(&mut self, chunk: &[u8], on_line: &mut impl FnMut(Place, Result<&str, Failure>)) {
        let mut rest = chunk;
        while !rest.is_empty() {
            let (piece, after) = after_line_end(rest);
            rest = after;
            match piece.strip_suffix(b"\n") {
                None => self.keep(piece),
                Some(end) if self.partial.is_empty() && !self.too_long && end.len() <= LINE_BYTES_MAX => {
                    self.length += end.len() as u64;
                    self.line(end, on_line);
                    self.begin_next(1);
                }
                Some(end) => {
                    self.keep(end);
                    self.kept_line(on_line);
                    self.begin_next(1);
                }
            }
        }
    }

    /// Tells a last line that has no end.
    pub fn finish(&mut self, on_line: &mut impl FnMut(Place, Result<&str, Failure>)) {
        if self.length > 0 {
            self.kept_line(on_line);
            self.begin_next(0);
        }
    }

    fn keep(&mut self, piece: &[u8]) {
        self.length += piece.len() as u64;
        if self.too_long || self.partial.len() + piece.len() > LINE_BYTES_MAX {
            self.too_long = true;
            self.partial = Vec::new();
        } else {
            self.partial.extend_from_slice(piece);
        }
    }

    fn kept_line(&mut self, on_line: &mut impl FnMut(Place, Result<&str, Failure>)) {
        let line = std::mem::take(&mut self.partial);
        self.line(&line, on_line);
    }

    fn begin_next(&mut self, line_end_bytes: u64) {
        self.offset += self.length + line_end_bytes;
        self.length = 0;
        self.lines += 1;
        self.too_long = false;
    }

    fn line(&self, line: &[u8], on_line: &mut impl FnMut(Place, Result<&str, Failure>)) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = if self.lines == 0 { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line) } else { line };
        if self.too_long || !line.iter().all(u8::is_ascii_whitespace) {
            on_line(Place { number: self.lines + 1, offset: self.offset, length: self.length }, self.text(line));
        }
    }

    fn text<'a>(&self, line: &'a [u8]) -> Result<&'a str, Failure> {
        if self.too_long {
            return Err(Failure::new("too-long", format!("longer than {LINE_BYTES_MAX} bytes")));
        }
        let explain = |error: std::str::Utf8Error| {
            Failure::new("not-utf8", format!("byte {} of the line is not UTF-8", error.valid_up_to() + 1))
        };
        std::str::from_utf8(line).map_err(explain)
    }
}

/// `bytes` up to the end of its first line, and the rest.
fn after_line_end(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = bytes;
    // It finds the end faster than a search byte by byte, and of bytes in memory reading never fails.
    let length = rest.skip_until(b'\n').unwrap_or(bytes.len());
    (bytes.get(..length).unwrap_or(bytes), rest)
}
