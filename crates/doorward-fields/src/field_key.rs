use std::fmt;

use zeroize::Zeroize as _;

use crate::envelope::derived::{Derived, version_1, version_2};
use crate::envelope::{COMMITMENT, HEADER, TAG};
use crate::kdf::Prk;
use crate::{Backend, Context, Envelope, KeyId, Nonce};

/// A secret that seals and opens fields, and its [`KeyId`]. Used through a
/// [`Keyring`](crate::Keyring).
///
/// Comes from [`RootKey::derive_field_key`](crate::RootKey::derive_field_key), or from 32 random
/// bytes of a key service. Wiped on drop; `Debug` shows the id alone.
pub struct FieldKey {
    id: KeyId,
    prk: Prk,
}

impl FieldKey {
    /// The key of 32 uniformly random bytes. Wipes the array it was given.
    #[must_use]
    pub fn new(id: KeyId, mut secret: [u8; 32]) -> Self {
        let prk = Prk::new(&secret);
        secret.zeroize();
        Self { id, prk }
    }

    /// The id that the key's envelopes bear.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Seals what stands in `buffer` between the room for a header and the room for a tag. It is at
    /// most [`Envelope::MAX_PLAINTEXT`] long.
    pub(crate) fn seal(
        &self,
        backend: Backend,
        context: &Context<'_>,
        buffer: &mut [u8],
        nonce: &Nonce,
    ) {
        let (header, rest) = buffer.split_first_chunk_mut::<HEADER>().expect("room for a header");
        let (text, tag) = rest.split_last_chunk_mut::<TAG>().expect("room for a tag");
        header[0] = Envelope::VERSION;
        header[1..5].copy_from_slice(&self.id.to_be_bytes());
        header[5..COMMITMENT].copy_from_slice(nonce.as_bytes());
        let derived = version_2(&self.prk, header, context);
        header[COMMITMENT..].copy_from_slice(&derived.commitment);
        let Derived { subkey, associated, .. } = derived;
        *tag = backend.engine().seal(&subkey, nonce.as_bytes(), &associated, text);
    }

    /// Opens ciphertext and tag where they stand. `None`: another key, another place, or changed bytes.
    pub(crate) fn open<'b>(
        &self,
        backend: Backend,
        context: &Context<'_>,
        header: &[u8; HEADER],
        sealed: &'b mut [u8],
    ) -> Option<&'b mut [u8]> {
        let derived = match header[0] {
            1 => version_1(&self.prk, header, context),
            _ => version_2(&self.prk, header, context),
        };
        // Before decryption: Poly1305 alone may accept a forged envelope under several keys.
        if !derived.matches(header) {
            return None;
        }
        let nonce = header[5..COMMITMENT].first_chunk().expect("24 bytes ahead of the commitment");
        backend.engine().open(&derived.subkey, nonce, &derived.associated, sealed)
    }
}

impl fmt::Debug for FieldKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldKey")
            .field("id", &format_args!("{}", self.id))
            .field("secret", &format_args!("[REDACTED]"))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Keyring, Place};

    fn context() -> Context<'static> {
        Context::new(Place { tenant: "t", table: "u", record: b"r", field: "f", version: 1 })
    }

    fn sealed(key: FieldKey, context: &Context<'_>, nonce: u8) -> Envelope {
        Keyring::new(key).seal_with_nonce(context, b"secret", Nonce::new([nonce; 24])).unwrap()
    }

    /// A forger who knows the key makes everything right but the commitment.
    #[test]
    fn a_valid_aead_under_a_wrong_commitment_is_refused() {
        let secret = [7; 32];
        let genuine = sealed(FieldKey::new(KeyId::new(1), secret), &context(), 9);
        let key = FieldKey::new(KeyId::new(1), secret);
        let engine = Backend::default().engine();
        for (version, derive) in [(1, version_1 as fn(&_, &_, &_) -> _), (2, version_2)] {
            let mut header = *genuine.header();
            header[0] = version;
            let commitment = derive(&key.prk, &header, &context()).commitment;
            let forge = |commitment: [u8; 32]| {
                header[COMMITMENT..].copy_from_slice(&commitment);
                let Derived { subkey, associated, .. } = derive(&key.prk, &header, &context());
                let mut bytes = b"secret".to_vec();
                let tag = engine.seal(&subkey, &[9; 24], &associated, &mut bytes);
                bytes.extend_from_slice(&tag);
                key.open(Backend::default(), &context(), &header, &mut bytes).is_some()
            };
            let mut forge = forge;
            assert!(forge(commitment));
            for bit in 0..256 {
                let mut wrong = commitment;
                wrong[bit / 8] ^= 1 << (bit % 8);
                assert!(!forge(wrong), "version {version}, bit {bit}");
            }
        }
    }

    #[test]
    fn the_commitment_depends_on_key_id_nonce_and_context() {
        let commitment = |id, secret, nonce, field| {
            let place = Place { tenant: "t", table: "u", record: b"r", field, version: 1 };
            let key = FieldKey::new(KeyId::new(id), [secret; 32]);
            sealed(key, &Context::new(place), nonce).header()[COMMITMENT..].to_vec()
        };
        let all = [
            commitment(1, 1, 1, "f"),
            commitment(2, 1, 1, "f"),
            commitment(1, 2, 1, "f"),
            commitment(1, 1, 2, "f"),
            commitment(1, 1, 1, "g"),
        ];
        for (i, one) in all.iter().enumerate() {
            assert!(!all[..i].contains(one), "commitment {i} repeats");
        }
        assert_eq!(all[0], commitment(1, 1, 1, "f"));
    }
}
