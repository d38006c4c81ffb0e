use hmac::Mac as _;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::Context;
use crate::envelope::{COMMITMENT, HEADER};
use crate::kdf::{Prk, finish};

/// What belongs to one envelope: the commitment to key and place, and what its cipher is given.
pub(crate) struct Derived {
    pub(crate) commitment: [u8; 32],
    pub(crate) subkey: Zeroizing<[u8; 32]>,
    pub(crate) associated: Vec<u8>,
}

impl Derived {
    /// Whether `header` bears the commitment. In constant time.
    pub(crate) fn matches(&self, header: &[u8; HEADER]) -> bool {
        self.commitment.ct_eq(&header[COMMITMENT..]).into()
    }
}

/// Version 1: one HKDF for both, and everything once more as associated data.
pub(crate) fn version_1(prk: &Prk, header: &[u8; HEADER], context: &Context<'_>) -> Derived {
    let mut associated = Vec::with_capacity(HEADER + context.encoded_len());
    associated.extend_from_slice(header);
    context.encode(|piece| associated.extend_from_slice(piece));
    let mut okm = Zeroizing::new([[0; 32]; 2]);
    prk.expand(&[b"doorward/fields/v1", &header[1..COMMITMENT], &associated[HEADER..]], &mut okm);
    Derived { commitment: okm[1], subkey: Zeroizing::new(okm[0]), associated }
}

/// Version 2: the subkey is the MAC of header and context, and the commitment is a hash of the subkey.
/// What is committed to needs no authentication of its own.
pub(crate) fn version_2(prk: &Prk, header: &[u8; HEADER], context: &Context<'_>) -> Derived {
    let mut mac = prk.mac();
    mac.update(&header[..COMMITMENT]);
    context.encode(|piece| mac.update(piece));
    let mut subkey = Zeroizing::new([0; 32]);
    finish(mac, &mut subkey);
    let commitment =
        Sha256::new().chain_update(COMMITMENT_LABEL).chain_update(subkey.as_slice()).finalize();
    Derived { commitment: commitment.into(), subkey, associated: Vec::new() }
}

/// With the subkey it fills one block of SHA-256.
const COMMITMENT_LABEL: &[u8] = b"doorward/commitment/v2";
