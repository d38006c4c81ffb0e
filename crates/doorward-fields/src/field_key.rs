use std::fmt;

use chacha20poly1305::{AeadInOut as _, KeyInit as _, XChaCha20Poly1305};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::envelope::{HEADER, VERSION};
use crate::kdf::Prk;
use crate::{Context, Envelope, KeyId, Nonce};

const LABEL: &[u8] = b"doorward/fields/v1";
/// Where the commitment stands in the header.
const COMMITMENT: usize = HEADER - 32;

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

    /// The plaintext must be at most [`Envelope::MAX_PLAINTEXT`] long.
    pub(crate) fn seal(&self, context: &Context<'_>, plaintext: &[u8], nonce: &Nonce) -> Envelope {
        let mut aad = aad_with_room(context);
        aad.push(VERSION);
        aad.extend_from_slice(&self.id.to_be_bytes());
        aad.extend_from_slice(nonce.as_bytes());
        aad.extend_from_slice(&[0; 32]);
        context.encode_into(&mut aad);
        let derived = self.derive(&aad);
        aad[COMMITMENT..HEADER].copy_from_slice(derived.commitment());

        // Filled once and encrypted where it stands: the plaintext is never copied elsewhere.
        let mut envelope = Vec::with_capacity(Envelope::OVERHEAD + plaintext.len());
        envelope.extend_from_slice(&aad[..HEADER]);
        envelope.extend_from_slice(plaintext);
        let tag = derived
            .cipher()
            .encrypt_inout_detached(nonce.as_bytes().into(), &aad, (&mut envelope[HEADER..]).into())
            .expect("64 MiB are far below the 256 GiB of ChaCha20");
        envelope.extend_from_slice(&tag);
        Envelope::from_sealed(envelope)
    }

    /// `None`: another key, another place, or changed bytes.
    pub(crate) fn open(
        &self,
        context: &Context<'_>,
        envelope: &Envelope,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let header = envelope.header();
        let mut aad = aad_with_room(context);
        aad.extend_from_slice(header);
        context.encode_into(&mut aad);
        let derived = self.derive(&aad);
        // Before decryption: Poly1305 alone may accept a forged envelope under several keys.
        if !bool::from(derived.commitment().ct_eq(&header[COMMITMENT..])) {
            return None;
        }

        let mut buffer = Zeroizing::new(envelope.ciphertext().to_vec());
        derived
            .cipher()
            .decrypt_inout_detached(
                envelope.nonce().into(),
                &aad,
                buffer.as_mut_slice().into(),
                envelope.tag().into(),
            )
            .ok()?;
        Some(buffer)
    }

    /// `subkey || commitment = HKDF-Expand(key, LABEL || key id || nonce || context, 64)`
    ///
    /// The parts are where the associated data has them: version, key id, nonce, commitment, context.
    fn derive(&self, aad: &[u8]) -> Derived {
        let mut derived = Derived(Zeroizing::new([[0; 32]; 2]));
        self.prk.expand(&[LABEL, &aad[1..COMMITMENT], &aad[HEADER..]], &mut derived.0);
        derived
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

/// What belongs to one envelope: the key of its cipher, and the commitment to key and context.
struct Derived(Zeroizing<[[u8; 32]; 2]>);

impl Derived {
    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&self.0[0]).into())
    }

    fn commitment(&self) -> &[u8; 32] {
        &self.0[1]
    }
}

fn aad_with_room(context: &Context<'_>) -> Vec<u8> {
    Vec::with_capacity(HEADER + context.encoded_len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;
    use hmac::digest::block_api::CoreProxy;
    use zeroize::ZeroizeOnDrop;

    fn context() -> Context<'static> {
        Context::new(Place { tenant: "t", table: "u", record: b"r", field: "f", version: 1 })
    }

    /// A forger who knows the key makes everything right but the commitment.
    #[test]
    fn a_valid_aead_under_a_wrong_commitment_is_refused() {
        let key = FieldKey::new(KeyId::new(1), [7; 32]);
        let genuine = key.seal(&context(), b"secret", &Nonce::new([9; 24]));

        let forge = |commitment: [u8; 32]| {
            let mut aad = genuine.header().to_vec();
            aad[COMMITMENT..].copy_from_slice(&commitment);
            context().encode_into(&mut aad);
            let mut bytes = [&aad[..HEADER], b"secret"].concat();
            let tag = key
                .derive(&aad)
                .cipher()
                .encrypt_inout_detached(
                    genuine.nonce().into(),
                    &aad,
                    bytes[HEADER..].as_mut().into(),
                )
                .unwrap();
            bytes.extend_from_slice(&tag);
            Envelope::parse(&bytes).unwrap()
        };
        let commitment: [u8; 32] = genuine.header()[COMMITMENT..].try_into().unwrap();
        assert_eq!(forge(commitment), genuine);

        for bit in 0..256 {
            let mut wrong = commitment;
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert!(key.open(&context(), &forge(wrong)).is_none(), "bit {bit}");
        }
    }

    /// The commitment is all that changes between two keys: the AEAD alone would not notice.
    #[test]
    fn the_commitment_depends_on_key_id_nonce_and_context() {
        let commitment = |id, secret, nonce, field| {
            let place = Place { tenant: "t", table: "u", record: b"r", field, version: 1 };
            let key = FieldKey::new(KeyId::new(id), [secret; 32]);
            let envelope = key.seal(&Context::new(place), b"", &Nonce::new([nonce; 24]));
            envelope.header()[COMMITMENT..].to_vec()
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

    /// The states that hold secrets wipe themselves only with these features of the dependencies.
    #[test]
    fn dependencies_wipe_what_they_hold() {
        fn wipes<T: ZeroizeOnDrop>() {}
        wipes::<XChaCha20Poly1305>();
        wipes::<<sha2::Sha256 as CoreProxy>::Core>();
        wipes::<sha2::Sha256>();
    }
}
