use thiserror::Error;

use crate::{Context, Envelope, FieldKey, KeyId, Nonce, OpenError, Opened, RandomError};

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
    primary: FieldKey,
    open_only: Vec<FieldKey>,
}

impl Keyring {
    /// A keyring of one key, which seals and opens.
    #[must_use]
    pub const fn new(primary: FieldKey) -> Self {
        Self { primary, open_only: Vec::new() }
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

    /// The id of the key that seals.
    #[must_use]
    pub fn primary_id(&self) -> KeyId {
        self.primary.id()
    }

    /// The ids of all keys, the primary's first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> + '_ {
        self.keys().map(FieldKey::id)
    }

    /// Seals a field under the primary key, with a random nonce of the operating system.
    ///
    /// # Errors
    ///
    /// [`SealError`] if the plaintext is too long or the operating system gives no random bytes.
    /// Store nothing then; never fall back to the plaintext.
    pub fn seal(&self, context: &Context<'_>, plaintext: &[u8]) -> Result<Envelope, SealError> {
        self.seal_with_nonce(context, plaintext, Nonce::generate()?)
    }

    /// Seals a field with a nonce of the caller's: for test vectors, and for a store that brings
    /// its own randomness. The same nonce twice in one place reveals both plaintexts to each other.
    ///
    /// # Errors
    ///
    /// [`SealError::PlaintextTooLong`] above [`Envelope::MAX_PLAINTEXT`].
    pub fn seal_with_nonce(
        &self,
        context: &Context<'_>,
        plaintext: &[u8],
        nonce: Nonce,
    ) -> Result<Envelope, SealError> {
        if plaintext.len() > Envelope::MAX_PLAINTEXT {
            return Err(SealError::PlaintextTooLong { bytes: plaintext.len() });
        }
        Ok(self.primary.seal(context, plaintext, &nonce))
    }

    /// Opens a field with the key that the envelope names, if it was sealed in this very place.
    ///
    /// # Errors
    ///
    /// [`OpenError`]. It may mean tampering, and it may mean a missing key: treat the field as
    /// unreadable, not as empty. A field taken for empty is a field that the next write erases.
    pub fn open(&self, context: &Context<'_>, envelope: &Envelope) -> Result<Opened, OpenError> {
        let id = envelope.key_id();
        let key = self.find(id).ok_or(OpenError::unknown_key(id))?;
        key.open(context, envelope).map(Opened::new).ok_or(OpenError::REFUSED)
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

/// The field could not be sealed.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SealError {
    /// The plaintext is longer than [`Envelope::MAX_PLAINTEXT`].
    #[error(
        "a field of {bytes} bytes is above 64 MiB; store it as a file and seal its key instead"
    )]
    PlaintextTooLong {
        /// How many bytes it has.
        bytes: usize,
    },
    /// The operating system gave no nonce.
    #[error(transparent)]
    Random(#[from] RandomError),
}
