use std::fmt::Debug;

use crate::envelope::TAG;

/// XChaCha20-Poly1305 of draft-irtf-cfrg-xchacha-03, in place.
///
/// Every engine gives the same bytes. Keys are of one envelope each, so nothing is kept between calls.
pub(crate) trait Engine: Debug + Sync {
    fn name(&self) -> &'static str;

    /// Encrypts `text` where it stands. It is at most 64 MiB long.
    fn seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 24],
        associated: &[u8],
        text: &mut [u8],
    ) -> [u8; TAG];

    /// Decrypts all of `sealed` but the tag at its end, where it stands. `None`: the tag is wrong, and
    /// `sealed` holds no plaintext.
    fn open<'b>(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 24],
        associated: &[u8],
        sealed: &'b mut [u8],
    ) -> Option<&'b mut [u8]>;
}
