use std::num::NonZeroUsize;

/// A table, as a pass over it sees it.
///
/// There are no default methods: a table that compares nothing before it writes loses what others wrote.
pub trait Table: Sync {
    /// What befell the store.
    type Error: Send;
    /// Names a record, and tells where a pass goes on.
    type Key: Clone + Send + Sync;
    /// A record as it is read, with whatever [`swap`](Self::swap) needs to know it again: its version,
    /// or its bytes.
    type Record: Send + Sync;

    /// At most `limit` keys, behind `after` or from the beginning.
    ///
    /// Pages from the beginning to where [`Page::next`] is `None` have every record that exists all the
    /// while. One that is left out stays under its old key, and is lost with it; one that comes twice
    /// costs a read.
    ///
    /// # Errors
    ///
    /// What befell the store. The page ends, and the pass goes on from where it stood.
    fn keys(
        &self,
        after: Option<&Self::Key>,
        limit: NonZeroUsize,
    ) -> impl Future<Output = Result<Page<Self::Key>, Self::Error>> + Send;

    /// The record as it is now, by a strongly consistent read; `None` if there is none.
    ///
    /// # Errors
    ///
    /// What befell the store: see [`is_outage`](Self::is_outage).
    fn read(
        &self,
        key: &Self::Key,
    ) -> impl Future<Output = Result<Option<Self::Record>, Self::Error>> + Send;

    /// Writes `renewed` if the record is still as it was `read`: compare-and-swap.
    ///
    /// [`Done`](Swapped::Done) for a stale write takes back what another writer just wrote.
    /// [`Stale`](Swapped::Stale) for a fresh one costs another try.
    ///
    /// # Errors
    ///
    /// What befell the store: see [`is_outage`](Self::is_outage). The write may have happened; it is
    /// looked at anew when the page is repeated.
    fn swap(
        &self,
        key: &Self::Key,
        read: &Self::Record,
        renewed: Self::Record,
    ) -> impl Future<Output = Result<Swapped, Self::Error>> + Send;

    /// Whether the next record would meet this error too: the store is down, or busy.
    ///
    /// Then the page ends and is to be repeated. Otherwise this one record has failed, and the pass goes
    /// on. An outage that is taken for a failure runs through the whole table for nothing; a damaged
    /// record that is taken for an outage stops every pass at the same place.
    fn is_outage(&self, error: &Self::Error) -> bool;
}

impl<T: Table> Table for &T {
    type Error = T::Error;
    type Key = T::Key;
    type Record = T::Record;

    async fn keys(
        &self,
        after: Option<&Self::Key>,
        limit: NonZeroUsize,
    ) -> Result<Page<Self::Key>, Self::Error> {
        (**self).keys(after, limit).await
    }

    async fn read(&self, key: &Self::Key) -> Result<Option<Self::Record>, Self::Error> {
        (**self).read(key).await
    }

    async fn swap(
        &self,
        key: &Self::Key,
        read: &Self::Record,
        renewed: Self::Record,
    ) -> Result<Swapped, Self::Error> {
        (**self).swap(key, read, renewed).await
    }

    fn is_outage(&self, error: &Self::Error) -> bool {
        (**self).is_outage(error)
    }
}

/// Keys of a [`Table`], one after the other.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_structs, reason = "whoever writes a table makes pages")]
pub struct Page<K> {
    /// The keys; a page without any need not be the last.
    pub keys: Vec<K>,
    /// Behind what the next page begins, `None` behind the last page. It need not be one of `keys`.
    pub next: Option<K>,
}

/// What became of a record to [`Table::swap`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a pass must have a plan for every answer")]
pub enum Swapped {
    /// It is stored.
    Done,
    /// There is no such record any more; nothing was made.
    Gone,
    /// Another writer was faster; nothing was changed.
    Stale,
}
