//! Where one-time secrets are redeemed.

use std::fmt::Debug;
use std::time::SystemTime;

use async_trait::async_trait;

use crate::{StoreError, Ticket, TicketKey};

/// Keeps values that can be taken once, each for a limited time.
///
/// # Contract
///
/// A ticket is expired when `now >= expires_at`, and is then as good as gone to
/// [`peek`](Self::peek) and [`take`](Self::take), even if it has not been cleaned away yet. Every
/// read is strongly consistent.
///
/// # Cost of a wrong answer
///
/// A ticket that works twice, or after its time, lets in whoever found it after its owner. One that
/// is lost costs its owner a second try.
#[async_trait]
pub trait TicketStore: Debug + Send + Sync {
    /// Keeps `value` under `key`, until it is taken or expires.
    ///
    /// # Errors
    ///
    /// [`Conflict`](crate::StoreErrorKind::Conflict) if there is a ticket under this key, which
    /// then stays as it was; an expired one may count until it is cleaned away.
    /// [`Invalid`](crate::StoreErrorKind::Invalid) if the value is longer than
    /// [`Ticket::MAX_VALUE_BYTES`]; [`Full`](crate::StoreErrorKind::Full) if there is no room;
    /// otherwise what befell the store. After
    /// [`Unavailable`](crate::StoreErrorKind::Unavailable) the ticket may have been kept: use a
    /// fresh key for the next one.
    async fn put(
        &self,
        key: TicketKey,
        value: Vec<u8>,
        expires_at: SystemTime,
    ) -> Result<(), StoreError>;

    /// The ticket under `key`, left where it is; `None` if there is none or it is expired.
    ///
    /// That it is there is no promise that it can be taken: another may be faster. Only
    /// [`take`](Self::take) decides.
    ///
    /// # Errors
    ///
    /// What befell the store.
    async fn peek(&self, key: TicketKey, now: SystemTime) -> Result<Option<Ticket>, StoreError>;

    /// Removes the ticket under `key` and answers it; `None` if there is none or it is expired.
    ///
    /// Of any number of racers exactly one gets it. An expired ticket is removed as well.
    ///
    /// # Errors
    ///
    /// What befell the store. After [`Unavailable`](crate::StoreErrorKind::Unavailable) the ticket
    /// may be gone: its owner needs a new one.
    async fn take(&self, key: TicketKey, now: SystemTime) -> Result<Option<Ticket>, StoreError>;
}
