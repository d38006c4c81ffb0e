use crate::staged::Staged;
use crate::{
    Backend, DuplicateKeyId, FieldKey, KeyId, KeyStatus, MinimumError, OpenError, PromotionError,
    RetirementError,
};

/// Field keys by id, each with its [`KeyStatus`]: one primary that seals, and others that open.
///
/// A rotation without downtime takes four steps, each finished on every instance before the next
/// begins; [`KeyStatus`] says what a wrong order costs.
///
/// ```
/// use doorward_fields::{Context, FieldKey, KeyId, Keyring, OpenErrorKind, Place, random_bytes};
///
/// let (old, new) = (KeyId::new(1), KeyId::new(2));
/// let context = Context::new(Place {
///     tenant: "acme", table: "users", record: b"u-17", field: "email", version: 1,
/// });
/// let keyring = Keyring::new(FieldKey::new(old, random_bytes()?));
/// let stored = keyring.seal(&context, b"alice")?;
///
/// // 1. Distribute. 2. Promote.
/// let mut keyring = keyring.with_pending(FieldKey::new(new, random_bytes()?))?;
/// keyring.promote(new)?;
/// // 3. Reseal.
/// let opened = keyring.open(&context, &stored)?;
/// let renewed = keyring.seal(&context, opened.expose_secret())?;
/// assert_eq!(renewed.key_id(), new);
/// // 4. Retire.
/// keyring.retire(old)?;
/// let refused = keyring.open(&context, &stored).unwrap_err();
/// assert_eq!(refused.kind(), OpenErrorKind::RetiredKey(old));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Keyring {
    backend: Backend,
    keys: Staged<FieldKey>,
}

impl Keyring {
    /// A keyring of one key, which seals and opens.
    #[must_use]
    pub const fn new(primary: FieldKey) -> Self {
        Self::of(Staged::new(primary))
    }

    pub(crate) const fn of(keys: Staged<FieldKey>) -> Self {
        Self { backend: Backend::RUST_CRYPTO, keys }
    }

    /// Adds a key that opens and does not seal any more.
    ///
    /// # Errors
    ///
    /// [`DuplicateKeyId`] if a key of that id is there already, or was and is retired. One of the two
    /// could never open anything, and its fields would look tampered with.
    pub fn with_open_only(mut self, key: FieldKey) -> Result<Self, DuplicateKeyId> {
        self.keys.add_open_only(key)?;
        Ok(self)
    }

    /// Adds a key that opens and does not seal yet.
    ///
    /// # Errors
    ///
    /// [`DuplicateKeyId`], as for [`with_open_only`](Self::with_open_only).
    pub fn with_pending(mut self, key: FieldKey) -> Result<Self, DuplicateKeyId> {
        self.keys.add_pending(key)?;
        Ok(self)
    }

    /// Remembers a key whose secret is gone, so that an operator learns what an old envelope lacks and
    /// no other key is given its id.
    ///
    /// # Errors
    ///
    /// [`DuplicateKeyId`], as for [`with_open_only`](Self::with_open_only).
    pub fn with_retired(mut self, id: KeyId) -> Result<Self, DuplicateKeyId> {
        self.keys.add_retired(id)?;
        Ok(self)
    }

    /// Sets the lowest id that opens: 0, which is any, unless it is said here. Ids count up, so this
    /// shuts out what is old. Unlike a retirement it can be taken back: raise the minimum, see that
    /// nothing misses the old keys, then retire them.
    ///
    /// # Errors
    ///
    /// [`MinimumError`] if the primary is below it: what is sealed could not be opened.
    pub fn with_minimum_open(mut self, id: KeyId) -> Result<Self, MinimumError> {
        self.keys.set_minimum(id)?;
        Ok(self)
    }

    /// With what computes the cipher: [`Backend::default()`] unless it is said here.
    #[must_use]
    pub fn with_backend(self, backend: Backend) -> Self {
        Self { backend, ..self }
    }

    /// What computes the cipher.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Makes a pending key the primary, or an open-only one again, which is how to roll back. The
    /// former primary becomes open-only. To promote the primary changes nothing.
    ///
    /// # Errors
    ///
    /// [`PromotionError`] if there is no such key, it is retired, or it is below the minimum.
    pub fn promote(&mut self, id: KeyId) -> Result<(), PromotionError> {
        self.keys.promote(id)
    }

    /// Drops the secret of a pending or open-only key, and wipes it. Whatever is still sealed under it
    /// is lost. To retire a retired key changes nothing.
    ///
    /// # Errors
    ///
    /// [`RetirementError`] if there is no such key, or it is the primary.
    pub fn retire(&mut self, id: KeyId) -> Result<(), RetirementError> {
        self.keys.retire(id)
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn primary_id(&self) -> KeyId {
        self.primary().id()
    }

    /// The lowest id that opens.
    #[must_use]
    pub fn minimum_open(&self) -> KeyId {
        self.keys.minimum()
    }

    /// The status of a key; `None` where there never was one of that id.
    #[must_use]
    pub fn status(&self, id: KeyId) -> Option<KeyStatus> {
        self.keys.status(id)
    }

    /// The ids and statuses of all keys, the primary's first.
    pub fn statuses(&self) -> impl Iterator<Item = (KeyId, KeyStatus)> + '_ {
        self.keys.statuses()
    }

    /// The ids that are taken, the primary's first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> + '_ {
        self.statuses().map(|(id, _)| id)
    }

    pub(crate) fn primary(&self) -> &FieldKey {
        self.keys.primary()
    }

    /// The key that may open what bears `id`.
    pub(crate) fn opener(&self, id: KeyId) -> Result<&FieldKey, OpenError> {
        self.keys.opener(id).ok_or_else(|| match self.status(id) {
            Some(KeyStatus::Retired) => OpenError::retired_key(id),
            _ if id < self.minimum_open() => OpenError::below_minimum(id),
            _ => OpenError::unknown_key(id),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Context, OpenErrorKind, Place};

    fn key(id: u8) -> FieldKey {
        FieldKey::new(KeyId::new(id.into()), [id; 32])
    }

    #[test]
    fn an_operator_learns_why_a_key_does_not_open() {
        let place = Place { tenant: "t", table: "u", record: b"r", field: "f", version: 1 };
        let context = Context::new(place);
        let keyring = Keyring::new(key(5))
            .with_open_only(key(4))
            .and_then(|keyring| keyring.with_open_only(key(3)))
            .and_then(|keyring| keyring.with_pending(key(6)))
            .and_then(|keyring| keyring.with_retired(KeyId::new(1)))
            .unwrap()
            .with_minimum_open(KeyId::new(4))
            .unwrap();
        let kind = |id| {
            let sealed = Keyring::new(key(id)).seal(&context, b"text").unwrap();
            keyring.open(&context, &sealed).map_err(|error| error.kind()).map(drop)
        };
        for id in [4, 5, 6] {
            assert_eq!(kind(id), Ok(()));
        }
        assert_eq!(kind(1), Err(OpenErrorKind::RetiredKey(KeyId::new(1))));
        assert_eq!(kind(2), Err(OpenErrorKind::BelowMinimum(KeyId::new(2))));
        assert_eq!(kind(3), Err(OpenErrorKind::BelowMinimum(KeyId::new(3))));
        assert_eq!(kind(7), Err(OpenErrorKind::UnknownKey(KeyId::new(7))));
    }

    #[test]
    fn what_would_lock_the_keyring_is_refused() {
        let above = Keyring::new(key(1)).with_minimum_open(KeyId::new(2)).unwrap_err();
        assert_eq!((above.minimum(), above.primary()), (KeyId::new(2), KeyId::new(1)));

        let keyring = Keyring::new(key(2)).with_open_only(key(1)).unwrap();
        let mut keyring = keyring.with_minimum_open(KeyId::new(2)).unwrap();
        let (id, minimum) = (KeyId::new(1), KeyId::new(2));
        assert_eq!(keyring.promote(id), Err(PromotionError::BelowMinimum { id, minimum }));
        assert_eq!(keyring.retire(minimum), Err(RetirementError::Primary { id: minimum }));
        let id = KeyId::new(9);
        assert_eq!(keyring.promote(id), Err(PromotionError::Unknown { id }));
        assert_eq!(keyring.retire(id), Err(RetirementError::Unknown { id }));
        let id = KeyId::new(1);
        keyring.retire(id).unwrap();
        let mut keyring = keyring.with_minimum_open(KeyId::new(0)).unwrap();
        assert_eq!(keyring.promote(id), Err(PromotionError::Retired { id }));
        assert_eq!(keyring.with_pending(key(1)).unwrap_err().id(), id);
    }
}
