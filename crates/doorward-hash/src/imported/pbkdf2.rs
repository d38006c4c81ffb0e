mod form;

use std::sync::Arc;

use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use self::form::FORMS;
use super::legacy::Legacy;
use crate::{Arena, Ceiling, HashError, OverCeiling, ParseError, Work};

/// PBKDF2 with HMAC and SHA, in the forms of [`FORMS`].
struct Pbkdf2 {
    hash: Hash,
    iterations: u32,
    salt: Zeroizing<Vec<u8>>,
    digest: Zeroizing<Vec<u8>>,
}

pub(super) fn read(text: &str) -> Result<Option<Arc<dyn Legacy>>, ParseError> {
    for (prefix, hash, parse) in FORMS {
        if let Some(rest) = text.strip_prefix(prefix) {
            return Ok(Some(Arc::new(parse(*hash, rest).ok_or(MALFORMED)?)));
        }
    }
    // Werkzeug takes any name that Python knows. It always writes the iterations; without them the
    // text would mean another number in each of its versions.
    if text.starts_with("pbkdf2:") {
        return Err(ParseError::Unsupported {
            what: "PBKDF2 with a hash other than SHA-1, SHA-256 and SHA-512, or of no stated number \
                   of iterations",
        });
    }
    Ok(None)
}

impl Legacy for Pbkdf2 {
    fn format(&self) -> &'static str {
        match self.hash {
            Hash::Sha1 => "pbkdf2-sha1",
            Hash::Sha256 => "pbkdf2-sha256",
            Hash::Sha512 => "pbkdf2-sha512",
        }
    }

    fn admit(&self, ceiling: &Ceiling) -> Result<(), OverCeiling> {
        // Each piece of the output as long as the hash takes all iterations again.
        let pieces = self.digest.len().div_ceil(self.hash.bytes());
        let pieces = u32::try_from(pieces).unwrap_or(u32::MAX);
        ceiling.admit_iterations(self.iterations.saturating_mul(pieces))
    }

    fn digest(&self) -> &[u8] {
        &self.digest
    }

    fn compute(&self, _: &mut Arena, password: &[u8], out: &mut [u8]) -> Result<Work, HashError> {
        match self.hash {
            Hash::Sha1 => pbkdf2_hmac::<Sha1>(password, &self.salt, self.iterations, out),
            Hash::Sha256 => pbkdf2_hmac::<Sha256>(password, &self.salt, self.iterations, out),
            Hash::Sha512 => pbkdf2_hmac::<Sha512>(password, &self.salt, self.iterations, out),
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

impl Hash {
    const fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

const MALFORMED: ParseError = ParseError::MalformedImport { format: "PBKDF2" };
