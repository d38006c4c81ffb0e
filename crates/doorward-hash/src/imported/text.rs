//! Pieces of text that several formats share. Each has one spelling.

use std::ops::RangeInclusive;

use base64ct::Encoding;
use zeroize::Zeroizing;

/// The longest password of a format whose every iteration reads all of it: what one attempt costs is
/// otherwise up to whoever sends it.
pub(super) const MAX_REPEATED_BYTES: usize = 256;

/// The salts that are read, in bytes.
pub(super) const SALT_BYTES: RangeInclusive<usize> = 1..=64;

/// What stands behind the first of these prefixes that the text has; without any, all of it.
pub(super) fn after<'a>(text: &'a str, prefixes: &[&str]) -> &'a str {
    prefixes.iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text)
}

/// Base64 of as many bytes as `bytes` allows.
pub(super) fn decode<E: Encoding>(
    text: &str,
    bytes: RangeInclusive<usize>,
) -> Option<Zeroizing<Vec<u8>>> {
    let mut buffer = Zeroizing::new(vec![0; text.len()]);
    let length = E::decode(text, &mut buffer).ok()?.len();
    buffer.truncate(length);
    // Loose trailing bits would be another spelling.
    let one_spelling = *Zeroizing::new(E::encode_string(&buffer)) == text;
    (bytes.contains(&length) && one_spelling).then_some(buffer)
}

/// Lower-case hexadecimal of `bytes` bytes.
pub(super) fn unhex(text: &str, bytes: usize) -> Option<Zeroizing<Vec<u8>>> {
    let nibble = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let mut decoded = Zeroizing::new(Vec::with_capacity(bytes));
    for [high, low] in pairs {
        decoded.push(nibble(*high)? << 4 | nibble(*low)?);
    }
    (decoded.len() == bytes && rest.is_empty()).then_some(decoded)
}

/// A positive number without sign and leading zeros.
pub(super) fn number(text: &str) -> Option<u32> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if is_plain { text.parse().ok() } else { None }
}

/// A positive number in lower-case hexadecimal, without leading zeros.
pub(super) fn hex_number(text: &str) -> Option<u32> {
    let is_plain = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_plain && !text.starts_with('0') { u32::from_str_radix(text, 16).ok() } else { None }
}

/// A salt that is used as the text it is.
pub(super) fn salt(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'$');
    (SALT_BYTES.contains(&text.len()) && is_plain).then(|| Zeroizing::new(text.as_bytes().to_vec()))
}

/// The parts between dollar signs, when they are `N`.
pub(super) fn parts<const N: usize>(text: &str) -> Option<[&str; N]> {
    let mut parts = text.split('$');
    let mut found = [""; N];
    for place in &mut found {
        *place = parts.next()?;
    }
    parts.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Base64Unpadded};

    use super::*;

    #[test]
    fn one_prefix_is_taken_off() {
        assert_eq!(after("{a}{b}c", &["{b}", "{a}"]), "{b}c");
        assert_eq!(after("{b}", &["{a}", "{b}"]), "");
        assert_eq!(after("c{a}", &["{a}"]), "c{a}");
    }

    #[test]
    fn numbers_have_one_spelling() {
        assert_eq!(number("4294967295"), Some(u32::MAX));
        for text in ["", "0", "01", "+1", "-1", " 1", "1 ", "4294967296", "99999999999999999999"] {
            assert_eq!(number(text), None, "{text:?}");
        }
    }

    #[test]
    fn hexadecimal_numbers_have_one_spelling() {
        assert_eq!(hex_number("ffffffff"), Some(u32::MAX));
        for text in ["", "0", "01", "+1", "-1", " 1", "1 ", "A", "0x1", "100000000"] {
            assert_eq!(hex_number(text), None, "{text:?}");
        }
    }

    #[test]
    fn bytes_have_one_spelling() {
        assert_eq!(decode::<Base64>("AA==", 1..=1).as_deref(), Some(&vec![0]));
        assert_eq!(unhex("00ff", 2).as_deref(), Some(&vec![0, 255]));
        for text in ["AB==", "AA=", "AA", "", "AAA=", "AA==\n"] {
            assert!(decode::<Base64>(text, 1..=1).is_none(), "{text:?}");
        }
        assert!(decode::<Base64Unpadded>("AA==", 1..=1).is_none());
        for text in ["00fF", "00f", "00ff0", "00ff00", "0 ff", "+0ff"] {
            assert!(unhex(text, 2).is_none(), "{text:?}");
        }
    }

    #[test]
    fn salts_are_plain_text() {
        assert!(salt("a/b+c.d=").is_some());
        for text in ["", "a b", "a$b", "ä", "a\n", &"a".repeat(65)] {
            assert!(salt(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn parts_are_counted() {
        assert_eq!(parts("a$$b"), Some(["a", "", "b"]));
        assert_eq!(parts::<2>("a$$b"), None);
        assert_eq!(parts::<4>("a$$b"), None);
    }
}
