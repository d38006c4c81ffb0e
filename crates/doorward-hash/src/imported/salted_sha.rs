use std::sync::Arc;

use base64ct::Base64;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use super::text;
use crate::{Arena, Ceiling, HashError, OverCeiling, ParseError, Work, scheme::Scheme};

/// `{SSHA}`, `{SSHA256}` and `{SSHA512}` of LDAP: one SHA of the password and a salt. Also after the
/// `{ldap}` of Spring.
struct SaltedSha {
    hash: Hash,
    digest: Zeroizing<Vec<u8>>,
    salt: Zeroizing<Vec<u8>>,
}

pub(super) fn read(text: &str) -> Result<Option<Arc<dyn Scheme>>, ParseError> {
    let text = text::after(text, &["{ldap}"]);
    let known = [("{SSHA}", Hash::Sha1), ("{SSHA256}", Hash::Sha256), ("{SSHA512}", Hash::Sha512)];
    for (prefix, hash) in known {
        if let Some(rest) = text.strip_prefix(prefix) {
            return Ok(Some(Arc::new(parse(hash, rest).ok_or(MALFORMED)?)));
        }
    }
    Ok(None)
}

impl Scheme for SaltedSha {
    fn format(&self) -> &'static str {
        self.hash.format()
    }

    fn factors(&self) -> Vec<u32> {
        Vec::new()
    }

    fn shape(&self) -> Vec<u32> {
        Vec::new()
    }

    fn units(&self) -> u64 {
        1
    }

    /// One computation, whatever the text says.
    fn admit(&self, _: &Ceiling) -> Result<(), OverCeiling> {
        Ok(())
    }

    fn salt(&self) -> &[u8] {
        &self.salt
    }

    fn digest(&self) -> &[u8] {
        &self.digest
    }

    fn compute(&self, _: &mut Arena, password: &[u8], out: &mut [u8]) -> Result<Work, HashError> {
        match self.hash {
            Hash::Sha1 => salted::<Sha1>(password, &self.salt, out),
            Hash::Sha256 => salted::<Sha256>(password, &self.salt, out),
            Hash::Sha512 => salted::<Sha512>(password, &self.salt, out),
        }
        Ok(Work::ZERO)
    }

    fn fill(&self, arena: &mut Arena, password: &[u8], units: u64) -> Result<Work, HashError> {
        for _ in 0..units {
            self.compute(arena, password, &mut [0; 64][..self.hash.bytes()])?;
        }
        Ok(Work::ZERO)
    }
}

/// The scheme of these factors, as it gives them.
pub(super) fn make(format: &str, factors: &[u32], salt: &[u8]) -> Option<Arc<dyn Scheme>> {
    let hashes = [Hash::Sha1, Hash::Sha256, Hash::Sha512];
    let hash = hashes.into_iter().find(|hash| hash.format() == format)?;
    let (digest, salt) = (Zeroizing::new(vec![0; hash.bytes()]), Zeroizing::new(salt.to_vec()));
    if factors.is_empty() { Some(Arc::new(SaltedSha { hash, digest, salt })) } else { None }
}

pub(super) const FORMATS: &[&str] = &["ssha", "ssha256", "ssha512"];

#[derive(Clone, Copy)]
enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

impl Hash {
    const fn format(self) -> &'static str {
        match self {
            Self::Sha1 => "ssha",
            Self::Sha256 => "ssha256",
            Self::Sha512 => "ssha512",
        }
    }

    const fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

const MALFORMED: ParseError = ParseError::MalformedImport { format: "a salted SHA of LDAP" };

/// Base64 of the digest and, after it, the salt.
fn parse(hash: Hash, rest: &str) -> Option<SaltedSha> {
    let digest_bytes = hash.bytes();
    let least = digest_bytes + text::SALT_BYTES.start();
    let most = digest_bytes + text::SALT_BYTES.end();
    let both = text::decode::<Base64>(rest, least..=most)?;
    let (digest, salt) = both.split_at_checked(digest_bytes)?;
    let (digest, salt) = (Zeroizing::new(digest.to_vec()), Zeroizing::new(salt.to_vec()));
    Some(SaltedSha { hash, digest, salt })
}

fn salted<D: Digest>(password: &[u8], salt: &[u8], out: &mut [u8]) {
    out.copy_from_slice(&D::new().chain_update(password).chain_update(salt).finalize());
}
