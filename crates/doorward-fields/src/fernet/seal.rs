use thiserror::Error;

use super::{FernetError, FernetKeys};
use crate::{Context, Envelope, Keyring, SealError};

/// Bringing over what Fernet sealed.
impl Keyring {
    /// Opens a Fernet token, and seals what is in it in its place. The plaintext is in memory that is
    /// wiped, and nowhere else.
    ///
    /// The token itself is bound to no place: that it is the one of this record is for the table to
    /// know. What the envelope holds is the bytes of the token's plaintext.
    ///
    /// ```
    /// use doorward_fields::{Context, FernetKeys, FieldKey, KeyId, Keyring, Place, random_bytes};
    ///
    /// let keyring = Keyring::new(FieldKey::new(KeyId::new(1), random_bytes()?));
    /// let fernet = FernetKeys::parse("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=")?;
    /// let stored =
    ///     "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
    ///
    /// let email = Context::new(Place {
    ///     tenant: "acme", table: "users", record: b"u-17", field: "email", version: 1,
    /// });
    /// let envelope = keyring.seal_fernet(&email, &fernet, stored)?;
    /// assert_eq!(keyring.open(&email, &envelope)?.expose_secret(), b"hello");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`FernetSealError`]. Keep the token: another key may still open it.
    pub fn seal_fernet(
        &self,
        context: &Context<'_>,
        keys: &FernetKeys,
        token: &str,
    ) -> Result<Envelope, FernetSealError> {
        let opened = keys.open(token)?;
        Ok(self.seal(context, opened.expose_secret())?)
    }
}

/// The token was not sealed anew; it stays as it is.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum FernetSealError {
    /// It does not open.
    #[error(transparent)]
    Open(#[from] FernetError),
    /// What was opened could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}
