use std::sync::Arc;

use base64ct::Base64;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use super::{legacy::Legacy, text};
use crate::{Arena, Ceiling, HashError, OverCeiling, ParseError, Work};

/// `{SSHA}`, `{SSHA256}` and `{SSHA512}` of LDAP: one SHA of the password and a salt. Also after the
/// `{ldap}` of Spring.
struct SaltedSha {
    hash: Hash,
    digest: Zeroizing<Vec<u8>>,
    salt: Zeroizing<Vec<u8>>,
}

pub(super) fn read(text: &str) -> Result<Option<Arc<dyn Legacy>>, ParseError> {
    let text = text::after(text, &["{ldap}"]);
    let known = [("{SSHA}", Hash::Sha1), ("{SSHA256}", Hash::Sha256), ("{SSHA512}", Hash::Sha512)];
    for (prefix, hash) in known {
        if let Some(rest) = text.strip_prefix(prefix) {
            return Ok(Some(Arc::new(parse(hash, rest).ok_or(MALFORMED)?)));
        }
    }
    Ok(None)
}

impl Legacy for SaltedSha {
    fn format(&self) -> &'static str {
        match self.hash {
            Hash::Sha1 => "ssha",
            Hash::Sha256 => "ssha256",
            Hash::Sha512 => "ssha512",
        }
    }

    /// One computation, whatever the text says.
    fn admit(&self, _: &Ceiling) -> Result<(), OverCeiling> {
        Ok(())
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
}

#[derive(Clone, Copy)]
enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

const MALFORMED: ParseError = ParseError::MalformedImport { format: "a salted SHA of LDAP" };

/// Base64 of the digest and, after it, the salt.
fn parse(hash: Hash, rest: &str) -> Option<SaltedSha> {
    let digest_bytes = match hash {
        Hash::Sha1 => 20,
        Hash::Sha256 => 32,
        Hash::Sha512 => 64,
    };
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
