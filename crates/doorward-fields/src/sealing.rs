use thiserror::Error;

use crate::{Context, Envelope, Keyring, Nonce, RandomError};

/// Sealing.
impl Keyring {
    /// Seals a field under the primary key, with a random nonce of the operating system.
    ///
    /// # Errors
    ///
    /// [`SealError`] if the plaintext is too long or the operating system gives no random bytes.
    /// Store nothing then; never fall back to the plaintext.
    pub fn seal(&self, context: &Context<'_>, plaintext: &[u8]) -> Result<Envelope, SealError> {
        self.seal_with_nonce(context, plaintext, Nonce::generate()?)
    }

    /// Seals a field with a nonce of the caller's: of a batch ([`Nonces`](crate::Nonces)), of a store
    /// that brings its own randomness, of a test vector. The same nonce twice in one place reveals both
    /// plaintexts to each other.
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
        check(plaintext.len())?;
        // Filled once and encrypted where it stands: the plaintext is never copied elsewhere.
        let mut buffer = Vec::with_capacity(Envelope::OVERHEAD + plaintext.len());
        buffer.extend_from_slice(&[0; Envelope::HEADER]);
        buffer.extend_from_slice(plaintext);
        buffer.extend_from_slice(&[0; Envelope::TAG]);
        self.primary().seal(self.backend(), context, &mut buffer, &nonce);
        Ok(Envelope::from_sealed(buffer))
    }

    /// Seals a field where it stands, without a copy and without an allocation.
    ///
    /// `buffer` has [`Envelope::HEADER`] bytes of room, the plaintext, and [`Envelope::TAG`] bytes of
    /// room; what is in the rooms does not matter. Afterwards all of it is the envelope.
    ///
    /// ```
    /// use doorward_fields::{Context, Envelope, FieldKey, KeyId, Keyring, Nonce, Place, random_bytes};
    ///
    /// let keyring = Keyring::new(FieldKey::new(KeyId::new(1), random_bytes()?));
    /// let context = Context::new(Place {
    ///     tenant: "acme", table: "users", record: b"u-17", field: "pin", version: 1,
    /// });
    /// let mut buffer = [0; Envelope::OVERHEAD + 4];
    /// buffer[Envelope::HEADER..][..4].copy_from_slice(b"1234");
    /// keyring.seal_in_place(&context, &mut buffer, Nonce::generate()?)?;
    /// assert_eq!(keyring.open_in_place(&context, &mut buffer)?, b"1234");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SealError::NoRoom`] or [`SealError::PlaintextTooLong`]; `buffer` is as it was.
    pub fn seal_in_place(
        &self,
        context: &Context<'_>,
        buffer: &mut [u8],
        nonce: Nonce,
    ) -> Result<(), SealError> {
        let length = buffer.len().checked_sub(Envelope::OVERHEAD);
        check(length.ok_or(SealError::NoRoom { bytes: buffer.len() })?)?;
        self.primary().seal(self.backend(), context, buffer, &nonce);
        Ok(())
    }
}

/// The field could not be sealed.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum SealError {
    /// The buffer is shorter than [`Envelope::OVERHEAD`].
    #[error(
        "a buffer of {bytes} bytes has no room for an envelope; leave {} ahead of the plaintext and {} behind",
        Envelope::HEADER,
        Envelope::TAG
    )]
    NoRoom {
        /// How many bytes it has.
        bytes: usize,
    },
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

fn check(plaintext: usize) -> Result<(), SealError> {
    if plaintext > Envelope::MAX_PLAINTEXT {
        return Err(SealError::PlaintextTooLong { bytes: plaintext });
    }
    Ok(())
}
