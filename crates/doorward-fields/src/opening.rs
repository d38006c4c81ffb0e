use zeroize::Zeroizing;

use crate::envelope::{HEADER, check, key_id};
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
        let mut buffer = Zeroizing::new(envelope.sealed().to_vec());
        let opened = key.open(self.backend(), context, envelope.header(), &mut buffer);
        let length = opened.ok_or(OpenError::REFUSED)?.len();
        buffer.truncate(length);
        Ok(Opened::new(buffer))
    }

    /// Opens a field where it stands, without a copy: `buffer` holds the bytes of an envelope, and the
    /// plaintext is the part of it that is given back. To wipe it is the caller's.
    ///
    /// # Errors
    ///
    /// [`OpenError`], of kind [`Malformed`](crate::OpenErrorKind::Malformed) also if the bytes are no
    /// envelope. `buffer` then holds no plaintext, and may no longer hold the ciphertext.
    pub fn open_in_place<'b>(
        &self,
        context: &Context<'_>,
        buffer: &'b mut [u8],
    ) -> Result<&'b mut [u8], OpenError> {
        check(buffer).map_err(OpenError::malformed)?;
        let (header, sealed) =
            buffer.split_first_chunk_mut::<HEADER>().ok_or(OpenError::REFUSED)?;
        let key = self.opener(key_id(header))?;
        key.open(self.backend(), context, header, sealed).ok_or(OpenError::REFUSED)
    }
}
