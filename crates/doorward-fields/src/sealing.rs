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
        Ok(self.primary().seal(context, plaintext, &nonce))
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
