use std::sync::Arc;

use base64ct::Base64ShaCrypt;
use sha_crypt::{Params, sha256_crypt, sha512_crypt};
use zeroize::Zeroizing;

use super::{
    legacy::{Legacy, MAX_REPEATED_BYTES},
    text,
};
use crate::{Arena, Ceiling, HashError, OverCeiling, ParseError, Work};

/// `$5$` and `$6$`, the crypt of glibc with SHA-256 and SHA-512; also after the `{CRYPT}` of LDAP.
struct ShaCrypt {
    hash: Hash,
    rounds: u32,
    salt: Zeroizing<Vec<u8>>,
    /// In the order in which the format writes its bytes.
    digest: Zeroizing<Vec<u8>>,
}

pub(super) fn read(text: &str) -> Result<Option<Arc<dyn Legacy>>, ParseError> {
    let crypt = text::after(text, &["{CRYPT}"]);
    for (prefix, hash) in [("$5$", Hash::Sha256), ("$6$", Hash::Sha512)] {
        if let Some(rest) = crypt.strip_prefix(prefix) {
            return Ok(Some(Arc::new(parse(hash, rest).ok_or(MALFORMED)?)));
        }
    }
    Ok(None)
}

impl Legacy for ShaCrypt {
    fn format(&self) -> &'static str {
        match self.hash {
            Hash::Sha256 => "sha256-crypt",
            Hash::Sha512 => "sha512-crypt",
        }
    }

    fn admit(&self, ceiling: &Ceiling) -> Result<(), OverCeiling> {
        // A round reads the password up to twice.
        ceiling.admit_iterations(self.rounds.saturating_mul(2))
    }

    fn max_password_bytes(&self) -> usize {
        MAX_REPEATED_BYTES
    }

    fn digest(&self) -> &[u8] {
        &self.digest
    }

    fn compute(&self, _: &mut Arena, password: &[u8], out: &mut [u8]) -> Result<Work, HashError> {
        let params = Params::new(self.rounds).map_err(|_| HashError::Backend)?;
        match self.hash {
            Hash::Sha256 => {
                let digest = Zeroizing::new(sha256_crypt(password, &self.salt, params));
                reorder(&digest, &ORDER_256, out);
            }
            Hash::Sha512 => {
                let digest = Zeroizing::new(sha512_crypt(password, &self.salt, params));
                reorder(&digest, &ORDER_512, out);
            }
        }
        Ok(Work::ZERO)
    }
}

#[derive(Clone, Copy)]
enum Hash {
    Sha256,
    Sha512,
}

const MALFORMED: ParseError = ParseError::MalformedImport { format: "sha-crypt" };

/// What a text without rounds means.
const DEFAULT_ROUNDS: u32 = 5_000;

/// `[rounds=<rounds>$]<salt as text>$<digest>`.
fn parse(hash: Hash, rest: &str) -> Option<ShaCrypt> {
    let (rounds, rest) = match rest.strip_prefix("rounds=") {
        Some(named) => {
            let (rounds, rest) = named.split_once('$')?;
            (text::number(rounds)?, rest)
        }
        None => (DEFAULT_ROUNDS, rest),
    };
    let [salt, digest] = text::parts(rest)?;
    let bytes = match hash {
        Hash::Sha256 => ORDER_256.len(),
        Hash::Sha512 => ORDER_512.len(),
    };
    let is_known = (Params::ROUNDS_MIN..=Params::ROUNDS_MAX).contains(&rounds)
        // More would not count.
        && salt.len() <= 16;
    is_known.then_some(ShaCrypt {
        hash,
        rounds,
        salt: text::salt(salt)?,
        digest: text::decode::<Base64ShaCrypt>(digest, bytes..=bytes)?,
    })
}

fn reorder<const N: usize>(digest: &[u8; N], order: &[u8; N], out: &mut [u8]) {
    for (place, from) in out.iter_mut().zip(order) {
        *place = digest[usize::from(*from)];
    }
}

/// Which byte of the digest is written where: step 22 of Ulrich Drepper's specification.
#[rustfmt::skip]
const ORDER_256: [u8; 32] = [
    20, 10, 0, 11, 1, 21, 2, 22, 12, 23, 13, 3, 14, 4, 24, 5, 25, 15, 26, 16, 6, 17, 7, 27, 8, 28,
    18, 29, 19, 9, 30, 31,
];

#[rustfmt::skip]
const ORDER_512: [u8; 64] = [
    42, 21, 0, 1, 43, 22, 23, 2, 44, 45, 24, 3, 4, 46, 25, 26, 5, 47, 48, 27, 6, 7, 49, 28, 29, 8,
    50, 51, 30, 9, 10, 52, 31, 32, 11, 53, 54, 33, 12, 13, 55, 34, 35, 14, 56, 57, 36, 15, 16, 58,
    37, 38, 17, 59, 60, 39, 18, 19, 61, 40, 41, 20, 62, 63,
];
