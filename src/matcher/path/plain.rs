//! Paths that need no taking apart, as nearly all in calls are.

use super::PATH_BYTES_MAX;

/// Whether `path` is under `folder`, if that shows without taking the two apart; it does for nearly all paths.
pub(super) fn plain_under(path: &str, folder: &str) -> Option<bool> {
    if !is_plain(path) || !is_plain(folder) {
        return None;
    }
    let ends_a_name = path.as_bytes().get(folder.len()).is_none_or(|byte| *byte == b'/');
    match path.get(..folder.len()).filter(|_| ends_a_name) {
        Some(start) if start == folder => Some(true),
        Some(start) if start.eq_ignore_ascii_case(folder) => None,
        Some(_) | None => Some(false),
    }
}

/// Whether `path` is absolute, in its normal form, and of characters that everybody reads as themselves. No name may
/// begin with a dot: `.` and `..` do.
pub(crate) fn is_plain(path: &str) -> bool {
    let mut after_slash = false;
    for (at, byte) in path.bytes().enumerate() {
        let is_plain = match byte {
            b'/' => !after_slash,
            b'.' => !after_slash && at > 0,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => at > 0,
            _ => false,
        };
        if !is_plain {
            return false;
        }
        after_slash = byte == b'/';
    }
    !after_slash && (1..=PATH_BYTES_MAX).contains(&path.len())
}
