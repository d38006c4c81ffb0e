//! The random name of a session.

use std::fmt;
use std::str::FromStr;

use crate::hex::{Hex, parse};
use crate::random::{RandomError, random_bytes};

/// The name of a session: 128 random bits. Not a secret.
///
/// It names one session among those of its account, in an owner's list and in a log, and opens
/// nothing: what proves that someone holds the session is a secret beside it, which is not the
/// store's affair. It is never given out twice.
///
/// As text it is 32 lowercase hexadecimal digits, and nothing else parses: one session has one
/// spelling.
///
/// ```
/// use doorward_store::SessionId;
///
/// let id = SessionId::generate()?;
/// assert_eq!(id.to_string().parse::<SessionId>()?, id);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SessionId([u8; 16]);

impl SessionId {
    /// A new id, from the operating system's generator.
    ///
    /// # Errors
    ///
    /// [`RandomError`] if the operating system gives no random bytes.
    pub fn generate() -> Result<Self, RandomError> {
        random_bytes().map(Self)
    }

    /// The id with these bytes, as [`as_bytes`](Self::as_bytes) gave them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes of the id.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(&self.0).fmt(f)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({self})")
    }
}

impl FromStr for SessionId {
    type Err = ParseSessionIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map(Self).ok_or(ParseSessionIdError { _private: () })
    }
}

/// The text is not a [`SessionId`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a session id; give its 32 lowercase hexadecimal digits")]
pub struct ParseSessionIdError {
    _private: (),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_one_spelling() {
        let id = SessionId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string(), "ab".repeat(16));
        assert_eq!(format!("{id:?}"), format!("SessionId({})", "ab".repeat(16)));
        assert_eq!("ab".repeat(16).parse(), Ok(id));
        for text in ["", &"AB".repeat(16), &"ab".repeat(17)] {
            assert!(text.parse::<SessionId>().is_err(), "{text:?} must not parse");
        }
    }

    #[test]
    fn every_id_is_another() {
        assert_ne!(SessionId::generate().unwrap(), SessionId::generate().unwrap());
    }
}
