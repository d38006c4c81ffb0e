use std::sync::Arc;

use base64ct::Base64ShaCrypt;
use sha_crypt::{Params, sha256_crypt, sha512_crypt};
use zeroize::Zeroizing;

use super::text::{self, MAX_REPEATED_BYTES};
use crate::{
    Arena, Ceiling, HashError, OverCeiling, ParseError, Work,
    scheme::{Scheme, takes_without_nul},
};

/// `$5$` and `$6$`, the crypt of glibc with SHA-256 and SHA-512; also after the `{CRYPT}` of LDAP.
struct ShaCrypt {
    hash: Hash,
    rounds: u32,
    salt: Zeroizing<Vec<u8>>,
    /// In the order in which the format writes its bytes.
    digest: Zeroizing<Vec<u8>>,
}

pub(super) fn read(text: &str) -> Result<Option<Arc<dyn Scheme>>, ParseError> {
    let crypt = text::after(text, &["{CRYPT}"]);
    for (prefix, hash) in [("$5$", Hash::Sha256), ("$6$", Hash::Sha512)] {
        if let Some(rest) = crypt.strip_prefix(prefix) {
            return Ok(Some(Arc::new(parse(hash, rest).ok_or(MALFORMED)?)));
        }
    }
    Ok(None)
}

impl Scheme for ShaCrypt {
    fn format(&self) -> &'static str {
        self.hash.format()
    }

    fn factors(&self) -> Vec<u32> {
        vec![self.rounds]
    }

    fn shape(&self) -> Vec<u32> {
        Vec::new()
    }

    fn units(&self) -> u64 {
        u64::from(self.rounds)
    }

    fn admit(&self, ceiling: &Ceiling) -> Result<(), OverCeiling> {
        // A round reads the password up to twice.
        ceiling.admit_iterations(self.rounds.saturating_mul(2))
    }

    fn takes(&self, password: &[u8]) -> bool {
        takes_without_nul(password, MAX_REPEATED_BYTES)
    }

    fn salt(&self) -> &[u8] {
        &self.salt
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

    /// The format has no fewer rounds than 1,000: so many are done at least.
    fn fill(&self, arena: &mut Arena, password: &[u8], units: u64) -> Result<Work, HashError> {
        let Ok(rounds @ 1..) = u32::try_from(units) else { return Ok(Work::ZERO) };
        let (salt, digest) = (self.salt.clone(), Zeroizing::new(Vec::new()));
        let rounds = rounds.max(Params::ROUNDS_MIN);
        let filler = Self { hash: self.hash, rounds, salt, digest };
        filler.compute(arena, password, &mut [0; 64][..self.hash.bytes()])
    }
}

/// The scheme of these factors, as it gives them.
pub(super) fn make(format: &str, factors: &[u32], salt: &[u8]) -> Option<Arc<dyn Scheme>> {
    let &[rounds] = factors else { return None };
    let hash = [Hash::Sha256, Hash::Sha512].into_iter().find(|hash| hash.format() == format)?;
    let (digest, salt) = (Zeroizing::new(vec![0; hash.bytes()]), Zeroizing::new(salt.to_vec()));
    let is_sane = (Params::ROUNDS_MIN..=Params::ROUNDS_MAX).contains(&rounds) && salt.len() <= 16;
    if is_sane { Some(Arc::new(ShaCrypt { hash, rounds, salt, digest })) } else { None }
}

pub(super) const FORMATS: &[&str] = &["sha256-crypt", "sha512-crypt"];

#[derive(Clone, Copy)]
enum Hash {
    Sha256,
    Sha512,
}

impl Hash {
    const fn format(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256-crypt",
            Self::Sha512 => "sha512-crypt",
        }
    }

    const fn bytes(self) -> usize {
        match self {
            Self::Sha256 => ORDER_256.len(),
            Self::Sha512 => ORDER_512.len(),
        }
    }
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
    let bytes = hash.bytes();
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
