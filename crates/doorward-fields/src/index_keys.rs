use crate::staged::Staged;
use crate::{BlindIndex, IndexKey, IndexPlace, KeyStatus};

/// Keys that make blind indexes, by id: what lets an index rotate while it is written and read.
///
/// Comes from [`KeySet::derive_index_keys`](crate::KeySet::derive_index_keys).
#[derive(Debug)]
pub struct IndexKeys {
    keys: Staged<IndexKey>,
}

impl IndexKeys {
    pub(crate) const fn of(keys: Staged<IndexKey>) -> Self {
        Self { keys }
    }

    /// The key whose indexes stay when a rotation is over.
    #[must_use]
    pub fn primary(&self) -> &IndexKey {
        self.keys.primary()
    }

    /// The indexes to store with `value`: of the primary, which is the first, and of pending keys.
    #[must_use]
    pub fn write(&self, place: IndexPlace<'_>, value: &[u8]) -> Vec<BlindIndex> {
        let writers = self.keys.openers().filter(|(status, _)| *status != KeyStatus::OpenOnly);
        writers.map(|(_, key)| key.blind_index(place, value)).collect()
    }

    /// The indexes to look for `value` under, any of which may be stored: of the primary, which is
    /// the first, and of pending and open-only keys.
    ///
    /// Where an index decides that a value is unique, claim all of these and not only those of
    /// [`write`](Self::write): two writers at different steps of a rotation must meet.
    #[must_use]
    pub fn read(&self, place: IndexPlace<'_>, value: &[u8]) -> Vec<BlindIndex> {
        self.keys.openers().map(|(_, key)| key.blind_index(place, value)).collect()
    }
}
