use chacha20::{R20, hchacha};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::backend::engine::Engine;
use crate::envelope::TAG;

/// The crate `ring`, whose ChaCha20-Poly1305 is assembly and does cipher and tag in one pass.
#[derive(Debug)]
pub(crate) struct Ring;

impl Engine for Ring {
    fn name(&self) -> &'static str {
        "ring"
    }

    fn seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 24],
        associated: &[u8],
        text: &mut [u8],
    ) -> [u8; TAG] {
        let (key, nonce) = extended(key, nonce);
        key.seal_in_place_separate_tag(nonce, Aad::from(associated), text)
            .expect("64 MiB are far below the 256 GiB of ChaCha20")
            .as_ref()
            .try_into()
            .expect("a tag of Poly1305 has 16 bytes")
    }

    fn open<'b>(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 24],
        associated: &[u8],
        sealed: &'b mut [u8],
    ) -> Option<&'b mut [u8]> {
        let (key, nonce) = extended(key, nonce);
        key.open_in_place(nonce, Aad::from(associated), sealed).ok()
    }
}

/// What makes XChaCha20 of ChaCha20: draft-irtf-cfrg-xchacha-03, section 2.3.
fn extended(key: &[u8; 32], nonce: &[u8; 24]) -> (LessSafeKey, Nonce) {
    let (first, last) = nonce.split_first_chunk::<16>().expect("16 of 24 bytes");
    let subkey = Zeroizing::new(<[u8; 32]>::from(hchacha::<R20>(key.into(), first.into())));
    let mut short = [0; 12];
    short[4..].copy_from_slice(last);
    let key = UnboundKey::new(&CHACHA20_POLY1305, &*subkey).expect("a key of 32 bytes");
    (LessSafeKey::new(key), Nonce::assume_unique_for_key(short))
}
