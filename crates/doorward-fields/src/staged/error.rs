use thiserror::Error;

use crate::KeyId;

/// There is a key of that id already.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("key id {id} is in the keyring already; give every key an id of its own")]
pub struct DuplicateKeyId {
    pub(crate) id: KeyId,
}

impl DuplicateKeyId {
    /// The id that two keys bear.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }
}

/// The primary would be a key that does not open.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error(
    "key {minimum} cannot be the lowest that opens while key {primary} is primary; promote a key at or above {minimum} first"
)]
pub struct MinimumError {
    pub(crate) minimum: KeyId,
    pub(crate) primary: KeyId,
}

impl MinimumError {
    /// The minimum that was asked for.
    #[must_use]
    pub const fn minimum(&self) -> KeyId {
        self.minimum
    }

    /// The key that seals, of a lower id.
    #[must_use]
    pub const fn primary(&self) -> KeyId {
        self.primary
    }
}

/// The key cannot become primary. Nothing has changed.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum PromotionError {
    /// What it sealed could not be opened.
    #[error(
        "key {id} is below {minimum}, the lowest that opens; lower the minimum first if a rollback is meant"
    )]
    BelowMinimum {
        /// The key that was to be promoted.
        id: KeyId,
        /// The lowest id that opens.
        minimum: KeyId,
    },
    /// Its secret is gone.
    #[error("key {id} is retired and its secret is gone; add a new key as pending instead")]
    Retired {
        /// The key that was to be promoted.
        id: KeyId,
    },
    /// No key has that id.
    #[error("there is no key {id}; add it as pending on every instance first")]
    Unknown {
        /// The key that was to be promoted.
        id: KeyId,
    },
}

/// The key cannot be retired. Nothing has changed.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum RetirementError {
    /// It is the one that seals.
    #[error("key {id} is the primary; promote another key and reseal before it is retired")]
    Primary {
        /// The key that was to be retired.
        id: KeyId,
    },
    /// No key has that id.
    #[error("there is no key {id}; look at the ids, for nothing was retired")]
    Unknown {
        /// The key that was to be retired.
        id: KeyId,
    },
}
