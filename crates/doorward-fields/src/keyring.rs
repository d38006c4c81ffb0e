use thiserror::Error;

use crate::{Backend, FieldKey, KeyId, OpenError};

/// Field keys by id: one primary that seals, and any number that only open.
///
/// To rotate without downtime: give every process the new key as open-only, then make it the
/// primary and the old one open-only, then seal anew what still bears the old id, then drop it.
///
/// ```
/// use doorward_fields::{Context, FieldKey, KeyId, Keyring, Place, random_bytes};
///
/// let (old, new) = (random_bytes()?, random_bytes()?);
/// let context = Context::new(Place {
///     tenant: "acme", table: "users", record: b"u-17", field: "email", version: 1,
/// });
/// let stored = Keyring::new(FieldKey::new(KeyId::new(1), old)).seal(&context, b"alice")?;
///
/// let keyring = Keyring::new(FieldKey::new(KeyId::new(2), new))
///     .with_open_only(FieldKey::new(KeyId::new(1), old))?;
/// let opened = keyring.open(&context, &stored)?;
/// if stored.key_id() != keyring.primary_id() {
///     let renewed = keyring.seal(&context, opened.expose_secret())?;
///     assert_eq!(renewed.key_id(), KeyId::new(2));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Keyring {
    backend: Backend,
    primary: FieldKey,
    open_only: Vec<FieldKey>,
}

impl Keyring {
    /// A keyring of one key, which seals and opens.
    #[must_use]
    pub const fn new(primary: FieldKey) -> Self {
        Self { backend: Backend::RUST_CRYPTO, primary, open_only: Vec::new() }
    }

    /// Adds a key that opens and never seals.
    ///
    /// # Errors
    ///
    /// [`DuplicateKeyId`] if a key of that id is there already. One of the two could never open
    /// anything, and its fields would look tampered with.
    pub fn with_open_only(mut self, key: FieldKey) -> Result<Self, DuplicateKeyId> {
        if self.find(key.id()).is_some() {
            return Err(DuplicateKeyId { id: key.id() });
        }
        self.open_only.push(key);
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

    /// The id of the key that seals.
    #[must_use]
    pub fn primary_id(&self) -> KeyId {
        self.primary.id()
    }

    /// The ids of all keys, the primary's first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> + '_ {
        self.keys().map(FieldKey::id)
    }

    pub(crate) fn primary(&self) -> &FieldKey {
        &self.primary
    }

    /// The key that may open what bears `id`.
    pub(crate) fn opener(&self, id: KeyId) -> Result<&FieldKey, OpenError> {
        self.find(id).ok_or(OpenError::unknown_key(id))
    }

    fn find(&self, id: KeyId) -> Option<&FieldKey> {
        self.keys().find(|key| key.id() == id)
    }

    fn keys(&self) -> impl Iterator<Item = &FieldKey> {
        std::iter::once(&self.primary).chain(&self.open_only)
    }
}

/// The keyring has a key of that id already.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("key id {id} is in the keyring already; give every key an id of its own")]
pub struct DuplicateKeyId {
    id: KeyId,
}

impl DuplicateKeyId {
    /// The id that two keys bear.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }
}
