use std::fmt;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::{KeyId, MalformedEnvelope};

/// The plaintext of a field. Wiped on drop; `Debug` shows none of it, not even its length.
pub struct Opened(Zeroizing<Vec<u8>>);

impl Opened {
    pub(crate) fn new(plaintext: Zeroizing<Vec<u8>>) -> Self {
        Self(plaintext)
    }

    /// The plaintext. The only way to it; a copy of it is the caller's to wipe.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opened([REDACTED])")
    }
}

/// The envelope does not open here.
///
/// Opaque where an attacker listens: a wrong key, a wrong place and a flipped bit have the same
/// text, and nothing tells which byte was at fault. An operator asks [`kind`](Self::kind).
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error(
    "the field does not open here; its keyring or its context is not the one it was sealed with"
)]
pub struct OpenError {
    kind: OpenErrorKind,
}

impl OpenError {
    pub(crate) const REFUSED: Self = Self { kind: OpenErrorKind::Refused };

    pub(crate) const fn unknown_key(id: KeyId) -> Self {
        Self { kind: OpenErrorKind::UnknownKey(id) }
    }

    pub(crate) const fn retired_key(id: KeyId) -> Self {
        Self { kind: OpenErrorKind::RetiredKey(id) }
    }

    pub(crate) const fn below_minimum(id: KeyId) -> Self {
        Self { kind: OpenErrorKind::BelowMinimum(id) }
    }

    pub(crate) const fn malformed(why: MalformedEnvelope) -> Self {
        Self { kind: OpenErrorKind::Malformed(why) }
    }

    /// What an operator may know. Keep it out of an answer to a client.
    #[must_use]
    pub const fn kind(&self) -> OpenErrorKind {
        self.kind
    }
}

/// Why an envelope did not open, for the operator.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum OpenErrorKind {
    /// The key's id is below the lowest that opens. Lower it with
    /// [`Keyring::with_minimum_open`](crate::Keyring::with_minimum_open), reseal, and raise it again.
    BelowMinimum(KeyId),
    /// The bytes are no envelope.
    Malformed(MalformedEnvelope),
    /// Wrong key under that id, wrong place, or changed bytes. Which of them cannot be known.
    Refused,
    /// The key is retired and its secret is gone: the field was not resealed in time. Only a copy of
    /// the secret could open it.
    RetiredKey(KeyId),
    /// The keyring has no key of that id. Add it with
    /// [`Keyring::with_open_only`](crate::Keyring::with_open_only) if the key still exists.
    UnknownKey(KeyId),
}
