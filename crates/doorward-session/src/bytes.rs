//! Reading and writing what is kept, field by field.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What is left to be read. Every method is `None` where there is not enough.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn time(&mut self) -> Option<SystemTime> {
        from_millis(self.number()?)
    }

    /// Text behind two bytes with its length.
    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let length = u16::from_be_bytes(self.array()?);
        std::str::from_utf8(self.take(length.into())?).ok()
    }

    /// All that is left.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    /// Whether all of it was read.
    pub(crate) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }
}

pub(crate) fn put_number(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(&number.to_be_bytes());
}

pub(crate) fn put_time(time: SystemTime, out: &mut Vec<u8>) {
    put_number(to_millis(time), out);
}

/// `text` is at most 65,535 bytes long.
pub(crate) fn put_text(text: &str, out: &mut Vec<u8>) {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&text.as_bytes()[..length.into()]);
}

/// Milliseconds since 1970. What is before reads as then.
pub(crate) fn to_millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(LATEST).min(LATEST)
}

/// `None` after the year 9999: such a time cannot be reckoned with everywhere.
pub(crate) fn from_millis(millis: u64) -> Option<SystemTime> {
    (millis <= LATEST).then(|| UNIX_EPOCH + Duration::from_millis(millis))
}

/// The last millisecond of the year 9999.
const LATEST: u64 = 253_402_300_799_999;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_whole_milliseconds_between_1970_and_9999() {
        let time = UNIX_EPOCH + Duration::from_micros(1_500);
        assert_eq!(to_millis(time), 1);
        assert_eq!(to_millis(UNIX_EPOCH - Duration::from_secs(1)), 0);
        assert_eq!(from_millis(LATEST + 1), None);
        assert_eq!(from_millis(u64::MAX), None);
        assert_eq!(from_millis(LATEST).map(to_millis), Some(LATEST));
    }

    #[test]
    fn what_is_not_there_is_not_read() {
        let mut reader = Reader::new(&[0, 3, b'a', b'b']);
        assert_eq!(reader.text(), None);
        let mut reader = Reader::new(&[0, 2, b'a', b'b']);
        assert_eq!(reader.text(), Some("ab"));
        assert!(reader.is_at_end());
        assert_eq!(reader.byte(), None);
    }
}
