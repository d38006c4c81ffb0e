use std::sync::Arc;

use base64ct::Base64ShaCrypt;
use md5::{Digest, Md5};
use zeroize::Zeroizing;

use super::text::{self, MAX_REPEATED_BYTES};
use crate::{
    Arena, Ceiling, HashError, OverCeiling, ParseError, Work,
    scheme::{Scheme, takes_without_nul},
};

/// `$P$` of WordPress and others, and `$H$` of phpBB, which is the same; also after the `{CRYPT}` of
/// LDAP.
struct Phpass {
    iterations: u32,
    salt: Zeroizing<Vec<u8>>,
    digest: Zeroizing<Vec<u8>>,
}

pub(super) fn read(text: &str) -> Result<Option<Arc<dyn Scheme>>, ParseError> {
    let crypt = text::after(text, &["{CRYPT}"]);
    match ["$P$", "$H$"].iter().find_map(|prefix| crypt.strip_prefix(prefix)) {
        Some(rest) => Ok(Some(Arc::new(parse(rest).ok_or(MALFORMED)?))),
        None => Ok(None),
    }
}

impl Scheme for Phpass {
    fn format(&self) -> &'static str {
        "phpass"
    }

    fn factors(&self) -> Vec<u32> {
        vec![self.iterations]
    }

    fn shape(&self) -> Vec<u32> {
        Vec::new()
    }

    fn units(&self) -> u64 {
        u64::from(self.iterations)
    }

    fn admit(&self, ceiling: &Ceiling) -> Result<(), OverCeiling> {
        ceiling.admit_iterations(self.iterations)
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
        let digest = iterate(self.iterations.into(), password, &self.salt);
        out.copy_from_slice(digest.as_slice());
        Ok(Work::ZERO)
    }

    fn fill(&self, _: &mut Arena, password: &[u8], units: u64) -> Result<Work, HashError> {
        let _ = std::hint::black_box(iterate(units, password, &self.salt));
        Ok(Work::ZERO)
    }
}

/// The scheme of these factors, as it gives them.
pub(super) fn make(_: &str, factors: &[u32], salt: &[u8]) -> Option<Arc<dyn Scheme>> {
    let &[iterations] = factors else { return None };
    let digest = Zeroizing::new(vec![0; DIGEST_BYTES]);
    let made = Phpass { iterations, salt: Zeroizing::new(salt.to_vec()), digest };
    if iterations > 0 { Some(Arc::new(made)) } else { None }
}

pub(super) const FORMATS: &[&str] = &["phpass"];

/// MD5 of the salt and the password, and so many times of the last digest and the password.
fn iterate(iterations: u64, password: &[u8], salt: &[u8]) -> Zeroizing<[u8; DIGEST_BYTES]> {
    let md5 = |first: &[u8]| {
        let hash = Md5::new().chain_update(first).chain_update(password);
        Zeroizing::new(<[u8; DIGEST_BYTES]>::from(hash.finalize()))
    };
    let mut digest = md5(salt);
    for _ in 0..iterations {
        digest = md5(digest.as_slice());
    }
    digest
}

const MALFORMED: ParseError = ParseError::MalformedImport { format: "phpass" };

const DIGEST_BYTES: usize = 16;

/// `<logarithm of the iterations, one character><salt as text, 8 characters><digest>`.
fn parse(rest: &str) -> Option<Phpass> {
    let (log, rest) = rest.split_at_checked(1)?;
    let (salt, digest) = rest.split_at_checked(8)?;
    let log = ALPHABET.find(log)?;
    (7..=30).contains(&log).then_some(Phpass {
        iterations: 1 << log,
        salt: text::salt(salt)?,
        digest: text::decode::<Base64ShaCrypt>(digest, DIGEST_BYTES..=DIGEST_BYTES)?,
    })
}

/// The digits of its numbers: as many as the logarithm can be.
const ALPHABET: &str = "./0123456789ABCDEFGHIJKLMNOPQRS";
