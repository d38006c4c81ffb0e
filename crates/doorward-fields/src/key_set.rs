mod error;
mod parse;
mod write;

pub use error::KeySetError;

use zeroize::Zeroizing;

use crate::staged::Staged;
use crate::{
    DuplicateKeyId, IndexKeys, KeyId, KeyStatus, Keyring, MacKeys, MinimumError, PromotionError,
    RandomError, RetirementError, RootKey,
};

/// Root secrets by id, each with its [`KeyStatus`]. What is derived from the set has the same ids and
/// statuses, so a rotation is a change of this one text.
///
/// # Text
///
/// One entry a line, or separated by commas; lines that begin with `#` are left out. A secret is 32
/// bytes in URL-safe Base64 without padding ([RFC 4648]).
///
/// | entry | |
/// |---|---|
/// | `id:status:secret` | a root, `pending`, `primary` or `open-only`; exactly one is primary |
/// | `id:retired` | a root whose secret is gone; the id stays taken |
/// | `minimum:id` | the lowest id that still opens; at most once |
/// | `id:secret` | a root without a status, where no entry has one: the first is primary, the others are open-only |
///
/// ```
/// use doorward_fields::{KeySet, KeyStatus};
///
/// let mut set = KeySet::generate()?;
/// let old = set.primary_id();
/// let new = set.add_pending()?; // 1. Distribute this text to every instance.
/// set.promote(new)?;            // 2. And then this one.
/// set.retire(old)?;             // 4. And once all is resealed, this one.
///
/// let again = KeySet::parse(&set.expose_secret())?;
/// assert_eq!(again.primary_id(), new);
/// assert_eq!(again.status(old), Some(KeyStatus::Retired));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Wiped on drop; `Debug` shows ids and statuses alone.
///
/// [RFC 4648]: https://www.rfc-editor.org/rfc/rfc4648
#[derive(Debug)]
pub struct KeySet {
    roots: Staged<RootKey>,
}

impl KeySet {
    /// The most roots that are not retired. Each costs a look-up wherever an index is read.
    pub const MAX_LIVE: usize = 8;

    /// A set of one root, which is primary.
    #[must_use]
    pub const fn new(primary: RootKey) -> Self {
        Self { roots: Staged::new(primary) }
    }

    /// A set of one new root of the operating system's generator, with id 1. Keep its text
    /// ([`expose_secret`](Self::expose_secret)) before anything is sealed with it.
    ///
    /// # Errors
    ///
    /// [`RandomError`] if the operating system gives no random bytes.
    pub fn generate() -> Result<Self, RandomError> {
        RootKey::generate(KeyId::new(1)).map(Self::new)
    }

    /// Reads a set from [its text](Self#text).
    ///
    /// # Errors
    ///
    /// [`KeySetError`] names the entry that is wrong by its number, never what it holds.
    pub fn parse(text: &str) -> Result<Self, KeySetError> {
        parse::parse(text)
    }

    /// Adds a root that opens and does not seal yet.
    ///
    /// # Errors
    ///
    /// [`KeySetError::Duplicate`] if the id is taken, [`KeySetError::TooMany`] above
    /// [`MAX_LIVE`](Self::MAX_LIVE).
    pub fn with_pending(self, root: RootKey) -> Result<Self, KeySetError> {
        self.with_live(root, Staged::add_pending)
    }

    /// Adds a root that opens and does not seal any more.
    ///
    /// # Errors
    ///
    /// As for [`with_pending`](Self::with_pending).
    pub fn with_open_only(self, root: RootKey) -> Result<Self, KeySetError> {
        self.with_live(root, Staged::add_open_only)
    }

    /// Remembers a root whose secret is gone: its id stays taken.
    ///
    /// # Errors
    ///
    /// [`KeySetError::Duplicate`] if the id is taken.
    pub fn with_retired(mut self, id: KeyId) -> Result<Self, KeySetError> {
        self.roots.add_retired(id)?;
        Ok(self)
    }

    /// Makes a new root, pending, with the id after the highest one ever taken. Gives that id.
    ///
    /// # Errors
    ///
    /// [`KeySetError`] if there are [`MAX_LIVE`](Self::MAX_LIVE) already, ids ran out, or there are no
    /// random bytes. The set is as it was.
    pub fn add_pending(&mut self) -> Result<KeyId, KeySetError> {
        self.check_room()?;
        let highest = self.ids().map(KeyId::get).max().unwrap_or(0);
        let id = KeyId::new(highest.checked_add(1).ok_or(KeySetError::NoIdLeft)?);
        self.roots.add_pending(RootKey::generate(id)?)?;
        Ok(id)
    }

    /// Makes a pending root the primary, or an open-only one again, which is how to roll back. The
    /// former primary becomes open-only. To promote the primary changes nothing.
    ///
    /// # Errors
    ///
    /// [`PromotionError`] if there is no such root, it is retired, or it is below the minimum.
    pub fn promote(&mut self, id: KeyId) -> Result<(), PromotionError> {
        self.roots.promote(id)
    }

    /// Drops the secret of a pending or open-only root, and wipes it. Whatever is still sealed or
    /// found under it alone is lost. To retire a retired root changes nothing.
    ///
    /// # Errors
    ///
    /// [`RetirementError`] if there is no such root, or it is the primary.
    pub fn retire(&mut self, id: KeyId) -> Result<(), RetirementError> {
        self.roots.retire(id)
    }

    /// Sets the lowest id that opens, verifies and is looked up by. See
    /// [`Keyring::with_minimum_open`].
    ///
    /// # Errors
    ///
    /// [`MinimumError`] if the primary is below it.
    pub fn set_minimum_open(&mut self, id: KeyId) -> Result<(), MinimumError> {
        self.roots.set_minimum(id)
    }

    /// The id of the primary.
    #[must_use]
    pub fn primary_id(&self) -> KeyId {
        self.roots.primary().id()
    }

    /// The lowest id that opens.
    #[must_use]
    pub fn minimum_open(&self) -> KeyId {
        self.roots.minimum()
    }

    /// The status of a root; `None` where there never was one of that id.
    #[must_use]
    pub fn status(&self, id: KeyId) -> Option<KeyStatus> {
        self.roots.status(id)
    }

    /// The ids and statuses of all roots, the primary's first.
    pub fn statuses(&self) -> impl Iterator<Item = (KeyId, KeyStatus)> + '_ {
        self.roots.statuses()
    }

    /// The ids that are taken, the primary's first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> + '_ {
        self.statuses().map(|(id, _)| id)
    }

    /// The keys that seal fields for `purpose`: [`RootKey::derive_field_key`] of every root.
    #[must_use]
    pub fn derive_keyring(&self, purpose: &str) -> Keyring {
        Keyring::of(self.roots.map(|root| root.derive_field_key(purpose)))
    }

    /// The keys that make blind indexes for `purpose`: [`RootKey::derive_index_key`] of every root.
    #[must_use]
    pub fn derive_index_keys(&self, purpose: &str) -> IndexKeys {
        IndexKeys::of(self.roots.map(|root| root.derive_index_key(purpose)))
    }

    /// The keys that make tags for `purpose`: [`RootKey::derive_mac_key`] of every root.
    #[must_use]
    pub fn derive_mac_keys(&self, purpose: &str) -> MacKeys {
        MacKeys::of(self.roots.map(|root| root.derive_mac_key(purpose)))
    }

    /// The set as [text](Self#text), for a secret manager. The only way to the secrets.
    #[must_use]
    pub fn expose_secret(&self) -> Zeroizing<String> {
        write::write(self)
    }

    fn with_live(
        mut self,
        root: RootKey,
        add: impl FnOnce(&mut Staged<RootKey>, RootKey) -> Result<(), DuplicateKeyId>,
    ) -> Result<Self, KeySetError> {
        self.check_room()?;
        add(&mut self.roots, root)?;
        Ok(self)
    }

    fn check_room(&self) -> Result<(), KeySetError> {
        if self.roots.live().count() >= Self::MAX_LIVE {
            return Err(KeySetError::TooMany);
        }
        Ok(())
    }
}

/// What stands before the lowest id that opens.
const MINIMUM: &str = "minimum";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn root(id: u32) -> RootKey {
        RootKey::new(KeyId::new(id), [7; 32])
    }

    #[test]
    fn the_set_is_bounded() {
        let mut set = KeySet::generate().unwrap();
        for id in 2..=8 {
            assert_eq!(set.add_pending().unwrap(), KeyId::new(id));
        }
        assert_eq!(set.add_pending(), Err(KeySetError::TooMany));
        set.retire(KeyId::new(8)).unwrap();
        assert_eq!(set.add_pending(), Ok(KeyId::new(9)));

        let mut full = KeySet::new(root(u32::MAX));
        assert_eq!(full.add_pending(), Err(KeySetError::NoIdLeft));
    }

    #[test]
    fn derived_keys_have_the_ids_and_statuses_of_the_set() {
        let set = KeySet::new(root(5)).with_open_only(root(3)).and_then(|set| {
            set.with_pending(root(6))?.with_open_only(root(2))?.with_retired(KeyId::new(1))
        });
        let mut set = set.unwrap();
        set.set_minimum_open(KeyId::new(3)).unwrap();
        let keyring = set.derive_keyring("users");
        assert!(keyring.statuses().eq(set.statuses()));
        assert_eq!(keyring.minimum_open(), KeyId::new(3));
        let macs = set.derive_mac_keys("users");
        assert_eq!(macs.primary().id(), KeyId::new(5));
        for (id, verifies) in [(1, false), (2, false), (3, true), (5, true), (6, true)] {
            assert_eq!(macs.verifier(KeyId::new(id)).is_some(), verifies, "{id}");
        }
    }

    proptest! {
        #[test]
        fn text_survives_a_round_trip(
            steps in prop::collection::vec((0..4, 1u32..12), 0..20), commas: bool,
        ) {
            let mut set = KeySet::generate().unwrap();
            for (step, id) in steps {
                let id = KeyId::new(id);
                let _ = match step {
                    0 => set.add_pending().is_ok(),
                    1 => set.promote(id).is_ok(),
                    2 => set.retire(id).is_ok(),
                    _ => set.set_minimum_open(id).is_ok(),
                };
            }
            let text = set.expose_secret();
            let spread = if commas { text.replace('\n', " , ") } else { format!("# keys\n\n{}\n", *text) };
            let again = KeySet::parse(&spread).unwrap();
            prop_assert_eq!(&*again.expose_secret(), &*text);
            prop_assert_eq!(again.minimum_open(), set.minimum_open());
            prop_assert!(again.statuses().eq(set.statuses()));
        }
    }
}
