//! Something that works once.

use std::fmt;
use std::time::SystemTime;

use crate::credential::Sealed;

/// What a one-time secret stands for: bytes that can be taken once, before they expire.
///
/// A ticket is expired when `now >= expires_at`: at the very instant it is dead already.
#[derive(Clone, Eq, PartialEq)]
pub struct Ticket {
    value: Vec<u8>,
    expires_at: SystemTime,
}

impl Ticket {
    /// The longest value, in bytes.
    pub const MAX_VALUE_BYTES: usize = 4096;

    /// A ticket as a store kept it.
    #[must_use]
    pub fn new(value: Vec<u8>, expires_at: SystemTime) -> Self {
        Self { value, expires_at }
    }

    /// What it stands for.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// From when on it is worth nothing.
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    /// Whether it is worth nothing at `now`.
    #[must_use]
    pub fn is_expired(&self, now: SystemTime) -> bool {
        now >= self.expires_at
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket")
            .field("value", &Sealed(self.value.len()))
            .field("expires_at", &self.expires_at)
            .finish()
    }
}
