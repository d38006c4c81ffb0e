//! How bytes stand in the texts of tokens.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use zeroize::Zeroizing;

/// How many characters of Base64 without padding so many bytes take.
pub(crate) const fn chars(bytes: usize) -> usize {
    (bytes * 8).div_ceil(6)
}

/// The characters of the checksum at the end of a token.
pub(crate) const CHECKSUM_CHARS: usize = chars(4);

/// Appends bytes; at most as many as the longest part of a token has.
pub(crate) fn push(bytes: &[u8], text: &mut String) {
    let mut room = Zeroizing::new([0; chars(MAX_BYTES)]);
    text.push_str(Base64UrlUnpadded::encode(bytes, room.as_mut()).unwrap_or_default());
}

/// Appends the checksum of all that stands there.
pub(crate) fn push_checksum(text: &mut String) {
    let checksum = crc(text);
    push(&checksum, text);
}

/// Reads exactly as many bytes as there is room for. Of several spellings that would decode to the same, one is
/// read.
pub(crate) fn decode(text: &str, into: &mut [u8]) -> Option<()> {
    let length = into.len();
    let decoded = Base64UrlUnpadded::decode(text, into).ok()?;
    (decoded.len() == length).then_some(())
}

/// What stands before the checksum, if that is right.
pub(crate) fn without_checksum(text: &str) -> Option<&str> {
    let (body, checksum) = text.split_at_checked(text.len().checked_sub(CHECKSUM_CHARS)?)?;
    let mut expected = [0; 4];
    decode(checksum, &mut expected)?;
    (expected == crc(body)).then_some(body)
}

/// The longest part of a token: secret and seal of a refresh token.
const MAX_BYTES: usize = 52;

/// CRC-32 as in ISO 3309, ITU-T V.42 and zlib.
fn crc(text: &str) -> [u8; 4] {
    crc32fast::hash(text.as_bytes()).to_be_bytes()
}
