use std::future::ready;

/// What a pass does to each record.
///
/// A function of key and record does too, where it asks nobody: `|key, record| -> Result<Option<R>, E>`.
pub trait Renew<K, R>: Sync {
    /// Why a record cannot be renewed.
    type Error: Send;

    /// The record to store instead of `record`; `None` where it is current already.
    ///
    /// It is asked again when another writer was faster, and must not keep anything of the first time.
    /// A record that it changes every time is never current, and no pass over it ever at an end. What a
    /// dry run asks it for is thrown away.
    ///
    /// # Errors
    ///
    /// The record does not open, or whoever would have to help does not answer: see
    /// [`is_outage`](Self::is_outage). It stays as it is. Never give an empty field for one that does
    /// not open: it would be stored.
    fn renew(
        &self,
        key: &K,
        record: &R,
    ) -> impl Future<Output = Result<Option<R>, Self::Error>> + Send;

    /// Whether the next record would meet this error too: a key service is down, or the random
    /// generator.
    ///
    /// Then the page ends and is to be repeated. Otherwise this one record has failed, and the pass goes
    /// on.
    fn is_outage(&self, error: &Self::Error) -> bool;
}

impl<K, R, E, F> Renew<K, R> for F
where
    F: Fn(&K, &R) -> Result<Option<R>, E> + Sync,
    R: Send,
    E: Send,
{
    type Error = E;

    fn renew(&self, key: &K, record: &R) -> impl Future<Output = Result<Option<R>, E>> + Send {
        ready(self(key, record))
    }

    fn is_outage(&self, _: &E) -> bool {
        false
    }
}
