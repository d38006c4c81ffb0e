use thiserror::Error;

use crate::{Context, Envelope, KeyStatus, Keyring, OpenError, SealError};

/// Sealing anew.
impl Keyring {
    /// The same plaintext in the same place, sealed under the primary key in the newest version of the
    /// format; `None` if it is so already ([`is_current`](Self::is_current)).
    ///
    /// `None` is an answer of the header alone: a current envelope is not opened, and what was forged
    /// shows when it is read. What is returned was opened, so it is genuine.
    ///
    /// ```
    /// use doorward_fields::{Context, FieldKey, KeyId, Keyring, Place};
    ///
    /// let key = |id| FieldKey::new(KeyId::new(id), [id as u8; 32]);
    /// let context = Context::new(Place {
    ///     tenant: "acme", table: "users", record: b"u-17", field: "email", version: 1,
    /// });
    /// let stored = Keyring::new(key(1)).seal(&context, b"alice")?;
    ///
    /// let keyring = Keyring::new(key(2)).with_open_only(key(1))?;
    /// let resealed = keyring.reseal(&context, &stored)?.ok_or("current")?;
    /// assert_eq!(resealed.key_id(), KeyId::new(2));
    /// assert_eq!(keyring.reseal(&context, &resealed)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ResealError`]. Keep the envelope as it is: another key may still open it.
    pub fn reseal(
        &self,
        context: &Context<'_>,
        envelope: &Envelope,
    ) -> Result<Option<Envelope>, ResealError> {
        if self.is_current(envelope) {
            return Ok(None);
        }
        let opened = self.open(context, envelope)?;
        Ok(Some(self.seal(context, opened.expose_secret())?))
    }

    /// Whether the envelope says that it is in the newest version of the format, and under the primary key
    /// or a pending one: then another instance is a stage ahead, and what it sealed is not taken back.
    #[must_use]
    pub fn is_current(&self, envelope: &Envelope) -> bool {
        let status = self.status(envelope.key_id());
        let may_stay = matches!(status, Some(KeyStatus::Primary | KeyStatus::Pending));
        may_stay && envelope.version() == Envelope::VERSION
    }
}

/// The field could not be sealed anew; it stays as it is.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ResealError {
    /// It does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What was opened could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}
