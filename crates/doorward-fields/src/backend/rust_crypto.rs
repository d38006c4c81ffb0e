use chacha20poly1305::{AeadInOut as _, KeyInit as _, XChaCha20Poly1305};

use crate::backend::engine::Engine;
use crate::envelope::TAG;

/// The crate `chacha20poly1305`: portable, safe but for its vector code, and wipes its keys.
#[derive(Debug)]
pub(crate) struct RustCrypto;

impl Engine for RustCrypto {
    fn name(&self) -> &'static str {
        "chacha20poly1305 (RustCrypto)"
    }

    fn seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 24],
        associated: &[u8],
        text: &mut [u8],
    ) -> [u8; TAG] {
        XChaCha20Poly1305::new(key.into())
            .encrypt_inout_detached(nonce.into(), associated, text.into())
            .expect("64 MiB are far below the 256 GiB of ChaCha20")
            .into()
    }

    fn open<'b>(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 24],
        associated: &[u8],
        sealed: &'b mut [u8],
    ) -> Option<&'b mut [u8]> {
        let (text, tag) = sealed.split_last_chunk_mut::<TAG>()?;
        XChaCha20Poly1305::new(key.into())
            .decrypt_inout_detached(nonce.into(), associated, text.into(), (&*tag).into())
            .ok()?;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::digest::block_api::CoreProxy;
    use zeroize::ZeroizeOnDrop;

    /// The states that hold secrets wipe themselves only with these features of the dependencies.
    #[test]
    fn law_08_dependencies_wipe_what_they_hold() {
        fn wipes<T: ZeroizeOnDrop>() {}
        wipes::<XChaCha20Poly1305>();
        wipes::<<sha2::Sha256 as CoreProxy>::Core>();
        wipes::<sha2::Sha256>();
    }
}
