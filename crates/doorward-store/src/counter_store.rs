//! Where attempts are counted.

use std::fmt::Debug;
use std::time::SystemTime;

use async_trait::async_trait;

use crate::{CounterKey, CounterRow, CounterUpdate, StoreError};

/// Keeps rows of counters, each for a limited time.
///
/// # Contract
///
/// A row is expired when `now >= expires_at`. An expired row is as good as gone on every call,
/// even if it has not been cleaned away yet, and may be cleaned away at any time. A row that is
/// absent reads as empty. Every read is strongly consistent.
///
/// # Cost of a wrong answer
///
/// A count that is too low gives a guesser more guesses. A count that is too high makes an owner
/// wait. A row that outlives its expiry makes an owner wait for what is long past.
///
/// # On a key-value store
///
/// One item a row, one number a cell, and one atomic update with the new row as its answer. The
/// condition that the row is alive, that it expires no later than asked and that it has room holds
/// as a rule. Where it does not, the old row comes with the refusal, and
/// [`CounterRow::applied`] with a compare-and-swap does the rest.
#[async_trait]
pub trait CounterStore: Debug + Send + Sync {
    /// Applies every update and answers each row as it stands right after, in the order asked.
    ///
    /// Each update is atomic on its own row: of any number of parallel additions none is lost, and
    /// each gets an answer of its own. There is no atomicity across rows. All rows take one round
    /// trip together. If a row is named twice, its updates happen in order, and each answer shows
    /// the row after its own.
    ///
    /// An expired row is emptied first, and then expires when its update says. A live row never
    /// expires earlier than before: the later time stays. The answer shows the changes even if the
    /// row is expired again.
    ///
    /// A sum beyond `i64` reads as the nearest `i64`. What a further addition makes of such a cell
    /// is left to the store; setting it makes it an ordinary cell again.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::StoreErrorKind::Invalid) if an update has more than
    /// [`CounterRow::MAX_COLUMNS`] changes or would leave more cells than that in its row, which
    /// then stays as it was; otherwise what befell the store. Other rows of the same call may have
    /// been changed. Calling again may then count twice, and callers subtract too: a store that
    /// repeats a call by itself must know that the first one did nothing.
    async fn update(
        &self,
        updates: &[CounterUpdate],
        now: SystemTime,
    ) -> Result<Vec<CounterRow>, StoreError>;

    /// The rows as they stand at `now`, in the order asked. Changes nothing, makes nothing.
    ///
    /// # Errors
    ///
    /// What befell the store.
    async fn read(
        &self,
        keys: &[CounterKey],
        now: SystemTime,
    ) -> Result<Vec<CounterRow>, StoreError>;

    /// Forgets the rows: their cells and when they expire. One that is absent is no error.
    ///
    /// There is no atomicity across rows.
    ///
    /// # Errors
    ///
    /// What befell the store. Some of the rows may be forgotten; calling again does no harm.
    async fn clear(&self, keys: &[CounterKey]) -> Result<(), StoreError>;
}
