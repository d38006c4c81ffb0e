//! Lowercase hexadecimal, for `Display` and `Debug`.

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
