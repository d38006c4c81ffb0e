//! The keyed digests that name counter rows and tickets.

use std::fmt;

use crate::hex::debug_short;

/// The name of a counter row: a keyed digest of what is counted.
///
/// The same account, source or site always gives the same key, and the key gives none of them back.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CounterKey([u8; 32]);

impl CounterKey {
    /// The key with these bytes.
    #[must_use]
    pub const fn new(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The bytes of the key.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for CounterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_short(f, "CounterKey", &self.0)
    }
}

/// The name of a ticket: a keyed digest of the secret that its owner holds.
///
/// The store holds the digest only: who reads the table cannot redeem what he finds there.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TicketKey([u8; 32]);

impl TicketKey {
    /// The key with these bytes.
    #[must_use]
    pub const fn new(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The bytes of the key.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TicketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_short(f, "TicketKey", &self.0)
    }
}
