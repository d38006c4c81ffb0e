use std::fmt;
use std::num::NonZeroUsize;

use super::progress::Met;
use super::together::together;
use super::{Page, Progress, Renew, Swapped, Table};

/// A pass over a [`Table`], that does to each record what a [`Renew`] says.
///
/// It keeps nothing between two pages: whoever has the key where the last one ended goes on, in another
/// process or on another day. Two passes over one table at once do no harm, and double the work.
///
/// The module's page has [an example](super).
pub struct Pass<T, W> {
    table: T,
    work: W,
    page_size: NonZeroUsize,
    at_once: NonZeroUsize,
    dry_run: bool,
}

impl<T: Table, W: Renew<T::Key, T::Record, Error: From<T::Error>>> Pass<T, W> {
    /// How many records make a page unless something else is asked for.
    pub const DEFAULT_PAGE_SIZE: NonZeroUsize = NonZeroUsize::new(100).expect("it is not zero");

    /// A pass over `table` that does `work`, in pages of
    /// [`DEFAULT_PAGE_SIZE`](Self::DEFAULT_PAGE_SIZE), one record after the other.
    #[must_use]
    pub const fn new(table: T, work: W) -> Self {
        let (page_size, at_once) = (Self::DEFAULT_PAGE_SIZE, NonZeroUsize::MIN);
        Self { table, work, page_size, at_once, dry_run: false }
    }

    /// In pages of at most so many records.
    #[must_use]
    pub fn page_size(self, page_size: NonZeroUsize) -> Self {
        Self { page_size, ..self }
    }

    /// So many records at a time, where each waits for a store or a key service. Beyond what these take
    /// beside the traffic of the day, it slows that down.
    #[must_use]
    pub fn at_once(self, at_once: NonZeroUsize) -> Self {
        Self { at_once, ..self }
    }

    /// Writes nothing, and counts what it would have.
    #[must_use]
    pub fn dry_run(self) -> Self {
        Self { dry_run: true, ..self }
    }

    /// The next page, behind `after` or from the beginning.
    ///
    /// Where another writer was faster, it reads the record and tries again, a few times. Dropped half-way,
    /// every record is as it was or renewed: begin the page again.
    ///
    /// # Errors
    ///
    /// An outage of the table or of what the renewal asks. What was renewed of the page stays so, and is
    /// met as current when the page is asked for again, behind the same key.
    pub async fn page(
        &self,
        after: Option<&T::Key>,
    ) -> Result<Progress<T::Key, W::Error>, W::Error> {
        let Page { keys, next } = self.table.keys(after, self.page_size).await?;
        let bringing =
            keys.into_iter().map(async |key| self.bring(&key).await.map(|met| (key, met)));
        let mut progress = Progress::begin(next);
        for (key, met) in together(bringing, self.at_once.get()).await? {
            progress.count(key, met);
        }
        Ok(progress)
    }

    /// Brings one record up to date.
    async fn bring(&self, key: &T::Key) -> Result<Met<W::Error>, W::Error> {
        for _ in 0..MOST_TRIES {
            let record = match self.table.read(key).await {
                Ok(Some(record)) => record,
                Ok(None) => return Ok(Met::Gone),
                Err(error) => return self.failed_in_table(error),
            };
            let renewed = match self.work.renew(key, &record).await {
                Ok(Some(renewed)) => renewed,
                Ok(None) => return Ok(Met::Current),
                Err(error) if self.work.is_outage(&error) => return Err(error),
                Err(error) => return Ok(Met::Failed(error)),
            };
            if self.dry_run {
                return Ok(Met::Renewed);
            }
            match self.table.swap(key, &record, renewed).await {
                Ok(Swapped::Done) => return Ok(Met::Renewed),
                Ok(Swapped::Gone) => return Ok(Met::Gone),
                // What the other writer wrote is looked at anew.
                Ok(Swapped::Stale) => {}
                Err(error) => return self.failed_in_table(error),
            }
        }
        Ok(Met::Contended)
    }

    fn failed_in_table(&self, error: T::Error) -> Result<Met<W::Error>, W::Error> {
        if self.table.is_outage(&error) {
            return Err(error.into());
        }
        Ok(Met::Failed(error.into()))
    }
}

impl<T, W> fmt::Debug for Pass<T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pass")
            .field("page_size", &self.page_size)
            .field("at_once", &self.at_once)
            .field("dry_run", &self.dry_run)
            .finish_non_exhaustive()
    }
}

/// A record that others write as often as this between a read and a write is left to the next pass.
const MOST_TRIES: usize = 8;
