use std::fmt;
use std::marker::PhantomData;

use zeroize::Zeroizing;

use crate::{
    Context, Envelope, Keyring, Nonces, Place, RecordError, RecordErrorKind, RecordKey, Sealed,
    Secret, SecretValue, value,
};

/// One sealed field of a kind of record: its place but for tenant and record, and the type of its value.
///
/// [`sealed_record!`](crate::sealed_record) makes one for each field that it seals. With it, one field
/// can be read or written without the others.
///
/// ```
/// use doorward_fields::{FieldKey, KeyId, Keyring, Nonces, Secret, SealedField, random_bytes};
///
/// let keyring = Keyring::new(FieldKey::new(KeyId::new(1), random_bytes()?));
/// const EMAIL: SealedField<String> = SealedField::new("customers", "email", 1);
///
/// let email = Secret::new("alice@example.com".to_owned());
/// let sealed = EMAIL.seal(&keyring, "acme", "c-17", &email, &mut Nonces::in_batches_of(1))?;
/// let opened = EMAIL.open(&keyring, "acme", "c-17", &sealed)?;
/// assert_eq!(opened.expose_secret(), "alice@example.com");
/// assert!(EMAIL.open(&keyring, "acme", "c-18", &sealed).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SealedField<T> {
    table: &'static str,
    name: &'static str,
    version: u32,
    value: PhantomData<fn() -> T>,
}

impl<T> SealedField<T> {
    /// The field `name` of the records of `table`, in one version of their schema.
    #[must_use]
    pub const fn new(table: &'static str, name: &'static str, version: u32) -> Self {
        Self { table, name, version, value: PhantomData }
    }

    /// The name of the field.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The place of the field in the record that `record` names; see [`RecordKey::to_record_key`].
    #[must_use]
    pub const fn context<'a>(&self, tenant: &'a str, record: &'a [u8]) -> Context<'a> {
        let Self { table, name: field, version, .. } = *self;
        Context::new(Place { tenant, table, record, field, version })
    }

    /// Seals it anew unless it [is current](Keyring::is_current); `None` if it is.
    /// The value need not be a `T` for that.
    ///
    /// # Errors
    ///
    /// [`RecordError`] if it does not open here, or no nonce is to be had. Keep what is stored.
    pub fn reseal<K: RecordKey + ?Sized>(
        &self,
        keyring: &Keyring,
        tenant: &str,
        record: &K,
        sealed: &Sealed<T>,
        nonces: &mut Nonces,
    ) -> Result<Option<Sealed<T>>, RecordError> {
        let envelope = sealed.envelope();
        if keyring.is_current(envelope) {
            return Ok(None);
        }
        let record = record.to_record_key();
        let context = self.context(tenant, &record);
        let opened = keyring.open(&context, envelope).map_err(|error| self.error(error))?;
        let nonce = nonces.draw().map_err(|error| self.error(error))?;
        let renewed = keyring
            .seal_with_nonce(&context, opened.expose_secret(), nonce)
            .map_err(|error| self.error(error))?;
        Ok(Some(Sealed::from_envelope(renewed)))
    }

    fn error(&self, kind: impl Into<RecordErrorKind>) -> RecordError {
        RecordError::new(self.name, kind.into())
    }
}

impl<T: SecretValue> SealedField<T> {
    /// Seals a value under the primary key.
    ///
    /// # Errors
    ///
    /// [`RecordError`] if the value cannot be sealed so that it would open to itself, is too long, or
    /// no nonce is to be had. Store nothing then; never fall back to the plaintext.
    pub fn seal<K: RecordKey + ?Sized>(
        &self,
        keyring: &Keyring,
        tenant: &str,
        record: &K,
        secret: &Secret<T>,
        nonces: &mut Nonces,
    ) -> Result<Sealed<T>, RecordError> {
        let mut buffer = envelope_of(secret.expose_secret()).map_err(|kind| self.error(kind))?;
        let nonce = nonces.draw().map_err(|error| self.error(error))?;
        keyring
            .seal_in_place(&self.context(tenant, &record.to_record_key()), &mut buffer, nonce)
            .map_err(|error| self.error(error))?;
        let envelope = std::mem::take(&mut *buffer);
        Ok(Sealed::from_envelope(Envelope::from_sealed(envelope)))
    }

    /// Opens a value, if it was sealed in this very place.
    ///
    /// # Errors
    ///
    /// [`RecordError`]. It may mean tampering, and it may mean a missing key: treat the field as
    /// unreadable, not as empty. A field taken for empty is a field that the next write erases.
    pub fn open<K: RecordKey + ?Sized>(
        &self,
        keyring: &Keyring,
        tenant: &str,
        record: &K,
        sealed: &Sealed<T>,
    ) -> Result<Secret<T>, RecordError> {
        let opened = keyring
            .open(&self.context(tenant, &record.to_record_key()), sealed.envelope())
            .map_err(|error| self.error(error))?;
        value::read(opened.expose_secret())
            .map(Secret::new)
            .ok_or_else(|| self.error(RecordErrorKind::Unreadable))
    }
}

impl<T> Clone for SealedField<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for SealedField<T> {}

impl<T> fmt::Debug for SealedField<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedField")
            .field("table", &self.table)
            .field("name", &self.name)
            .field("version", &self.version)
            .finish()
    }
}

/// The value, in a buffer with room for the rest of its envelope, to be encrypted where it stands.
///
/// It is written once into a buffer of the right length, so that there is no copy of it that nobody
/// wipes. It is read back before it is encrypted: what would not open is lost.
fn envelope_of<T: SecretValue>(value: &T) -> Result<Zeroizing<Vec<u8>>, RecordErrorKind> {
    let length = value::measure(value)?;
    if length > Envelope::MAX_PLAINTEXT {
        return Err(crate::SealError::PlaintextTooLong { bytes: length }.into());
    }
    let mut buffer = Zeroizing::new(vec![0; Envelope::OVERHEAD + length]);
    let plaintext = &mut buffer[Envelope::HEADER..][..length];
    value::write(value, plaintext)?;
    let read: Option<Secret<T>> = value::read(plaintext).map(Secret::new);
    let read = read.ok_or(value::ValueProblem::Unreadable)?;
    // By its length alone: a map without an order of its own comes back in another one.
    if value::measure(read.expose_secret())? != length {
        return Err(value::ValueProblem::Changed.into());
    }
    Ok(buffer)
}
