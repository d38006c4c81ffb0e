//! What is wrong with the parts of a credential.

use crate::Credential;

/// The parts do not make a [`Credential`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// Nobody could find it.
    #[error("a credential without a lookup key; give at least one")]
    NoLookupKey,
    /// More than a store claims in one go.
    #[error("a credential with too many lookup keys; give at most {}", Credential::MAX_LOOKUP_KEYS)]
    TooManyLookupKeys,
    /// It would clash with itself.
    #[error("a credential with the same lookup key twice; give each of them once")]
    RepeatedLookupKey,
    /// Longer than a store keeps.
    #[error(
        "a sealed identifier that is too long; give at most {} bytes",
        Credential::MAX_SEALED_BYTES
    )]
    IdentifierTooLong,
}
