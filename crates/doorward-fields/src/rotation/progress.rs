use std::fmt;
use std::ops::AddAssign;

/// What a page of a [`Pass`](super::Pass) came to, or with `+=` several in a row.
///
/// `K` names a record, `E` says why one failed. `Debug` shows the counts alone: keys and errors are the
/// caller's, and may name people.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct Progress<K, E> {
    /// Records that were met: all that are counted below, together.
    pub seen: usize,
    /// Records that are under the present keys now. In a dry run, those that would be.
    pub renewed: usize,
    /// Records that were so already.
    pub current: usize,
    /// Records that were deleted before the pass came to them.
    pub gone: usize,
    /// Records that others wrote as often as the pass tried: they are as the others left them. Another
    /// pass meets them again.
    pub contended: usize,
    /// Records that stay as they were, and why.
    pub failed: Vec<(K, E)>,
    /// Where to go on; `None` where the pass is at its end, and in a progress that nothing was added to.
    pub next: Option<K>,
}

impl<K, E> Progress<K, E> {
    /// Whether none is left that has to be met again. Of a whole pass, that every writer was under the
    /// present keys for: the old ones can go.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.contended == 0 && self.failed.is_empty()
    }

    pub(super) fn begin(next: Option<K>) -> Self {
        Self { next, ..Self::default() }
    }

    pub(super) fn count(&mut self, key: K, met: Met<E>) {
        self.seen += 1;
        match met {
            Met::Contended => self.contended += 1,
            Met::Current => self.current += 1,
            Met::Failed(error) => self.failed.push((key, error)),
            Met::Gone => self.gone += 1,
            Met::Renewed => self.renewed += 1,
        }
    }
}

impl<K, E> Default for Progress<K, E> {
    fn default() -> Self {
        Self {
            seen: 0,
            renewed: 0,
            current: 0,
            gone: 0,
            contended: 0,
            failed: Vec::new(),
            next: None,
        }
    }
}

/// Adds the page that follows.
impl<K, E> AddAssign for Progress<K, E> {
    fn add_assign(&mut self, page: Self) {
        self.seen += page.seen;
        self.renewed += page.renewed;
        self.current += page.current;
        self.gone += page.gone;
        self.contended += page.contended;
        self.failed.extend(page.failed);
        self.next = page.next;
    }
}

impl<K, E> fmt::Debug for Progress<K, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress")
            .field("seen", &self.seen)
            .field("renewed", &self.renewed)
            .field("current", &self.current)
            .field("gone", &self.gone)
            .field("contended", &self.contended)
            .field("failed", &self.failed.len())
            .field("has_next", &self.next.is_some())
            .finish()
    }
}

/// What became of one record.
pub(super) enum Met<E> {
    Contended,
    Current,
    Failed(E),
    Gone,
    Renewed,
}
