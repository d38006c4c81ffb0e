//! Lowercase hexadecimal, for `Display`, `Debug` and `FromStr`.

use std::fmt;

/// How many bytes of a key its `Debug` shows: enough to tell two apart in a log.
const SHORT: usize = 4;

/// Renders bytes as lowercase hexadecimal.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Writes `Name(01020304..)`.
pub(crate) fn debug_short(f: &mut fmt::Formatter<'_>, name: &str, bytes: &[u8]) -> fmt::Result {
    let shown = &bytes[..bytes.len().min(SHORT)];
    let rest = if shown.len() < bytes.len() { ".." } else { "" };
    write!(f, "{name}({}{rest})", Hex(shown))
}

/// The sixteen bytes that `text` spells as [`Hex`] does; `None` for every other spelling.
pub(crate) fn parse(text: &str) -> Option<[u8; 16]> {
    let digits: &[u8; 32] = text.as_bytes().try_into().ok()?;
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = (nibble(pair[0])? << 4) | nibble(pair[1])?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
