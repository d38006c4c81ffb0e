use crate::{RandomError, random_bytes};

/// The 24 bytes that make one sealing unlike every other. Travels in clear.
///
/// Neither `Clone` nor `Copy`: a nonce is spent by the sealing that takes it. Two envelopes of one
/// key, place and nonce reveal the XOR of their plaintexts, and let their reader forge a third.
#[derive(Debug)]
pub struct Nonce([u8; 24]);

impl Nonce {
    /// A nonce from the caller's own randomness, or a fixed one in a test vector.
    ///
    /// The caller vouches that the bytes are random, or never used twice under one key.
    #[must_use]
    pub const fn new(bytes: [u8; 24]) -> Self {
        Self(bytes)
    }

    /// A random nonce from the operating system's generator. 192 bits: no two ever meet by chance.
    ///
    /// # Errors
    ///
    /// [`RandomError`] if the operating system gives no random bytes.
    pub fn generate() -> Result<Self, RandomError> {
        random_bytes().map(Self)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 24] {
        &self.0
    }
}
