//! The blind index under which a credential is found.

use std::fmt;

use crate::hex::debug_short;

/// The blind index of an identifier: a keyed digest, 1 to 64 bytes long.
///
/// It stands in for the e-mail address or the name by which someone signs in. Whoever reads the
/// table cannot tell whose it is without the key that made it. A store compares it for equality and
/// never looks inside.
///
/// A digest that was not keyed would cost the secrecy of every identifier: addresses can be
/// guessed, and a guess can be hashed.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LookupKey(Box<[u8]>);

impl LookupKey {
    /// The longest key, in bytes.
    pub const MAX_BYTES: usize = 64;

    /// The key with these bytes.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if there are none, or more than [`MAX_BYTES`](Self::MAX_BYTES).
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, KeyError> {
        let bytes = bytes.into();
        if bytes.is_empty() || bytes.len() > Self::MAX_BYTES {
            return Err(KeyError { length: bytes.len() });
        }
        Ok(Self(bytes.into_boxed_slice()))
    }

    /// The bytes of the key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for LookupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_short(f, "LookupKey", &self.0)
    }
}

/// A [`LookupKey`] of a length that it cannot have.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a lookup key of {length} bytes; give 1 to {} bytes", LookupKey::MAX_BYTES)]
pub struct KeyError {
    length: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_bounded() {
        assert!(LookupKey::new([]).is_err());
        assert!(LookupKey::new([1]).is_ok());
        assert!(LookupKey::new([1; 64]).is_ok());
        assert_eq!(LookupKey::new([1; 65]), Err(KeyError { length: 65 }));
    }

    #[test]
    fn debug_shows_the_first_bytes_only() {
        assert_eq!(format!("{:?}", LookupKey::new([0xab; 32]).unwrap()), "LookupKey(abababab..)");
        assert_eq!(format!("{:?}", LookupKey::new([0xab]).unwrap()), "LookupKey(ab)");
    }
}
