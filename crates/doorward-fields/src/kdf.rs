//! HKDF of [RFC 5869] with SHA-256, over an HMAC state that is keyed once.
//!
//! The `hkdf` crate leaves each block of output on the stack, and the first block is a cipher key
//! here. This one writes every block straight into the caller's buffer, who wipes it.
//!
//! [RFC 5869]: https://www.rfc-editor.org/rfc/rfc5869

use hmac::{Hmac, KeyInit as _, Mac as _, digest::FixedOutput as _};
use sha2::Sha256;
use zeroize::Zeroizing;

pub(crate) type HmacSha256 = Hmac<Sha256>;

/// `HMAC-SHA-256(key, ..)`, ready for its message. Wiped on drop by `sha2`.
pub(crate) fn hmac(key: &[u8]) -> HmacSha256 {
    HmacSha256::new_from_slice(key).expect("HMAC takes a key of any length")
}

/// `out = tag` without a copy elsewhere.
pub(crate) fn finish(mac: HmacSha256, out: &mut [u8; 32]) {
    mac.finalize_into(out.into());
}

/// A pseudorandom key, from which others expand.
///
/// On the heap: moving it leaves no copy behind.
pub(crate) struct Prk(Box<HmacSha256>);

impl Prk {
    /// A key that is uniformly random already (RFC 5869, section 3.3).
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(Box::new(hmac(key)))
    }

    /// `HKDF-Extract(salt, ikm)`
    pub(crate) fn extract(salt: &[u8], ikm: &[u8]) -> Self {
        let mut mac = hmac(salt);
        mac.update(ikm);
        let mut prk = Zeroizing::new([0; 32]);
        finish(mac, &mut prk);
        Self::new(&prk)
    }

    /// `HMAC-SHA-256(self, ..)`, ready for its message.
    pub(crate) fn mac(&self) -> HmacSha256 {
        HmacSha256::clone(&self.0)
    }

    /// `okm = HKDF-Expand(self, info, 32 * N)`, where `info` is the pieces joined.
    pub(crate) fn expand<const N: usize>(&self, info: &[&[u8]], okm: &mut [[u8; 32]; N]) {
        const { assert!(N <= 255, "RFC 5869, section 2.3: L <= 255 * HashLen") };
        let mut previous: &[u8] = &[];
        for (counter, block) in (1u8..).zip(okm) {
            let mut mac = self.mac();
            mac.update(previous);
            for piece in info {
                mac.update(piece);
            }
            mac.update(&[counter]);
            finish(mac, block);
            previous = block;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rfc_5869_test_case_1() {
        let salt: Vec<u8> = (0x00..=0x0c).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        let mut okm = [[0; 32]; 2];
        Prk::extract(&salt, &[0x0b; 22]).expand(&[&info], &mut okm);
        let expected = [
            0x3c, 0xb2, 0x5f, 0x25, 0xfa, 0xac, 0xd5, 0x7a, 0x90, 0x43, 0x4f, 0x64, 0xd0, 0x36,
            0x2f, 0x2a, 0x2d, 0x2d, 0x0a, 0x90, 0xcf, 0x1a, 0x5a, 0x4c, 0x5d, 0xb0, 0x2d, 0x56,
            0xec, 0xc4, 0xc5, 0xbf, 0x34, 0x00, 0x72, 0x08, 0xd5, 0xb8, 0x87, 0x18, 0x58, 0x65,
        ];
        assert_eq!(okm.as_flattened()[..42], expected);
    }

    proptest! {
        #[test]
        fn expand_agrees_with_the_hkdf_crate(key: [u8; 32], info: Vec<u8>, cut: prop::sample::Index) {
            let (left, right) = info.split_at(cut.index(info.len() + 1));
            let mut okm = [[0; 32]; 3];
            Prk::new(&key).expand(&[left, right], &mut okm);
            let mut expected = [0; 96];
            hkdf::Hkdf::<Sha256>::from_prk(&key).unwrap().expand(&info, &mut expected).unwrap();
            prop_assert_eq!(okm.as_flattened(), &expected);
        }
    }
}
