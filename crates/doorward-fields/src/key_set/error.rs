use thiserror::Error;

use crate::{DuplicateKeyId, KeyId, MinimumError, RandomError};

/// Why there is no set of keys, or no new key in it. Names entries by number and keys by id.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum KeySetError {
    /// Two entries with one id.
    #[error("two keys have the id {id}; give each its own")]
    Duplicate {
        /// The id.
        id: KeyId,
    },
    /// No entry at all.
    #[error("there is no key; generate a set and keep its text")]
    Empty,
    /// An entry that is none.
    #[error(
        "entry {entry} is none of `id:status:secret`, `id:secret`, `id:retired` and `minimum:id`, with a number for the id, pending, primary or open-only for the status, and 32 bytes in URL-safe Base64 without padding for the secret"
    )]
    Malformed {
        /// Which, from 1.
        entry: usize,
    },
    /// The primary is below the lowest id that opens.
    #[error(transparent)]
    Minimum(#[from] MinimumError),
    /// An entry without a status beside others that have one.
    #[error("entry {entry} has no status, and others have one; give every key its status")]
    Mixed {
        /// Which, from 1.
        entry: usize,
    },
    /// The highest number is taken.
    #[error("the highest id is taken, and ids count up; start a set with a low id")]
    NoIdLeft,
    /// Nothing could be sealed.
    #[error("no key is primary; give one of them that status")]
    NoPrimary,
    /// The operating system gave no secret.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// What may stand once stands twice: the primary, or the minimum.
    #[error("entry {entry} is a second primary, or a second minimum; leave one of each")]
    Repeated {
        /// Which, from 1.
        entry: usize,
    },
    /// More than eight that are not retired.
    #[error("there are more than 8 keys that are not retired; retire those that nothing needs")]
    TooMany,
}

impl From<DuplicateKeyId> for KeySetError {
    fn from(error: DuplicateKeyId) -> Self {
        Self::Duplicate { id: error.id() }
    }
}
