use std::sync::Arc;

use base64ct::Base64ShaCrypt;
use md5::{Digest, Md5};
use zeroize::Zeroizing;

use super::{
    legacy::{Legacy, MAX_REPEATED_BYTES},
    text,
};
use crate::{Arena, Ceiling, HashError, OverCeiling, ParseError, Work};

/// `$P$` of WordPress and others, and `$H$` of phpBB, which is the same; also after the `{CRYPT}` of
/// LDAP.
struct Phpass {
    iterations: u32,
    salt: Zeroizing<Vec<u8>>,
    digest: Zeroizing<Vec<u8>>,
}

pub(super) fn read(text: &str) -> Result<Option<Arc<dyn Legacy>>, ParseError> {
    let crypt = text::after(text, &["{CRYPT}"]);
    match ["$P$", "$H$"].iter().find_map(|prefix| crypt.strip_prefix(prefix)) {
        Some(rest) => Ok(Some(Arc::new(parse(rest).ok_or(MALFORMED)?))),
        None => Ok(None),
    }
}

impl Legacy for Phpass {
    fn format(&self) -> &'static str {
        "phpass"
    }

    fn admit(&self, ceiling: &Ceiling) -> Result<(), OverCeiling> {
        ceiling.admit_iterations(self.iterations)
    }

    fn max_password_bytes(&self) -> usize {
        MAX_REPEATED_BYTES
    }

    fn digest(&self) -> &[u8] {
        &self.digest
    }

    fn compute(&self, _: &mut Arena, password: &[u8], out: &mut [u8]) -> Result<Work, HashError> {
        let md5 = |first: &[u8]| {
            let hash = Md5::new().chain_update(first).chain_update(password);
            Zeroizing::new(<[u8; DIGEST_BYTES]>::from(hash.finalize()))
        };
        let mut digest = md5(&self.salt);
        for _ in 0..self.iterations {
            digest = md5(digest.as_slice());
        }
        out.copy_from_slice(digest.as_slice());
        Ok(Work::ZERO)
    }
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
