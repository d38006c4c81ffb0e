use super::{BlindIndex, IndexBits, IndexKey, IndexPlace, IndexedValue, TruncatedIndex};
use crate::KeyStatus;
use crate::staged::Staged;

/// Keys that make blind indexes, by id: what lets an index rotate while it is written and read.
///
/// Comes from [`KeySet::derive_index_keys`](crate::KeySet::derive_index_keys). The steps are those of
/// [`KeyStatus`], each finished on every instance, its requests under way included, before the next:
///
/// 1. **Distribute**: with the new key pending, records are written under both keys and looked for
///    under both.
/// 2. **Promote**: with the old key open-only, records are written under the new one.
/// 3. **Rewrite** the indexes of every record that lacks one of the new key, or bears one of the old.
/// 4. **Retire** the old key: a record that bears its index alone is not found any more.
///
/// ```
/// use doorward_fields::{IndexPlace, IndexedValue, KeySet, TextForm};
///
/// let email = IndexPlace { tenant: "acme", table: "users", field: "email" };
/// let alice = IndexedValue::text(TextForm::Caseless, "alice@example.com");
///
/// let mut set = KeySet::generate()?;
/// let stored = set.derive_index_keys("users").write(email, &alice);
/// let new = set.add_pending()?;
/// set.promote(new)?;
///
/// let keys = set.derive_index_keys("users");
/// assert!(keys.read(email, &alice).contains(&stored[0]));
/// assert_eq!(keys.write(email, &alice)[0].key_id(), new);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    pub fn write(&self, place: IndexPlace<'_>, value: &IndexedValue<'_>) -> Vec<BlindIndex> {
        let writers = self.keys.openers().filter(|(status, _)| *status != KeyStatus::OpenOnly);
        writers.map(|(_, key)| key.blind_index(place, value)).collect()
    }

    /// The indexes to look for `value` under, any of which may be stored: of the primary, which is
    /// the first, and of pending and open-only keys.
    ///
    /// Where an index decides that a value is unique, claim all of these and not only those of
    /// [`write`](Self::write): two writers at different steps of a rotation must meet.
    #[must_use]
    pub fn read(&self, place: IndexPlace<'_>, value: &IndexedValue<'_>) -> Vec<BlindIndex> {
        self.keys.openers().map(|(_, key)| key.blind_index(place, value)).collect()
    }

    /// The one truncated index to store with `value`: of the primary alone, for the bits of two would
    /// add up.
    #[must_use]
    pub fn write_truncated(
        &self,
        place: IndexPlace<'_>,
        bits: IndexBits,
        value: &IndexedValue<'_>,
    ) -> TruncatedIndex {
        self.primary().truncated_index(place, bits, value)
    }

    /// The truncated indexes to look for `value` under, any of which may be stored: of the primary,
    /// which is the first, and of pending and open-only keys.
    #[must_use]
    pub fn read_truncated(
        &self,
        place: IndexPlace<'_>,
        bits: IndexBits,
        value: &IndexedValue<'_>,
    ) -> Vec<TruncatedIndex> {
        self.keys.openers().map(|(_, key)| key.truncated_index(place, bits, value)).collect()
    }
}
