use crate::{Context, Envelope, Keyring, OpenError, Opened};

/// Opening.
impl Keyring {
    /// Opens a field with the key that the envelope names, if it was sealed in this very place.
    ///
    /// # Errors
    ///
    /// [`OpenError`]. It may mean tampering, and it may mean a missing key: treat the field as
    /// unreadable, not as empty. A field taken for empty is a field that the next write erases.
    pub fn open(&self, context: &Context<'_>, envelope: &Envelope) -> Result<Opened, OpenError> {
        let key = self.opener(envelope.key_id())?;
        key.open(context, envelope).map(Opened::new).ok_or(OpenError::REFUSED)
    }
}
