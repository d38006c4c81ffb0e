use std::ops::Range;

use base64ct::{Base64Url, Encoding as _};
use zeroize::Zeroizing;

/// A token's bytes: version, time, initialisation vector, ciphertext, tag. Well formed, no more.
pub(super) struct Token {
    /// Wiped, because it is decrypted where it stands.
    bytes: Zeroizing<Vec<u8>>,
}

impl Token {
    /// `None`: not URL-safe Base64 with padding, another version, or a length that none has.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(Base64Url::decode_vec(text.trim_ascii()).ok()?);
        let ciphertext = bytes.len().checked_sub(CIPHERTEXT + TAG)?;
        let whole = ciphertext > 0 && ciphertext.is_multiple_of(BLOCK);
        (whole && bytes[0] == VERSION).then_some(Self { bytes })
    }

    /// Seconds since 1970.
    pub(super) fn made_at(&self) -> u64 {
        u64::from_be_bytes(self.array(TIME))
    }

    pub(super) fn iv(&self) -> [u8; BLOCK] {
        self.array(IV)
    }

    /// All that the tag is made of.
    pub(super) fn signed(&self) -> &[u8] {
        &self.bytes[..self.ciphertext().end]
    }

    pub(super) fn tag(&self) -> &[u8] {
        &self.bytes[self.ciphertext().end..]
    }

    /// Where the ciphertext is, among [`into_bytes`](Self::into_bytes).
    pub(super) fn ciphertext(&self) -> Range<usize> {
        CIPHERTEXT..self.bytes.len() - TAG
    }

    pub(super) fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.bytes
    }

    fn array<const N: usize>(&self, start: usize) -> [u8; N] {
        *self.bytes[start..].first_chunk().expect("a token was found to have all its parts")
    }
}

const VERSION: u8 = 0x80;
const TIME: usize = 1;
const IV: usize = 9;
const CIPHERTEXT: usize = 25;
const BLOCK: usize = 16;
const TAG: usize = 32;
