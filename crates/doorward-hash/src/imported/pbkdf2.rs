mod form;

use std::sync::Arc;

use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use self::form::FORMS;
use crate::{Arena, Ceiling, HashError, OverCeiling, ParseError, Work, scheme::Scheme};

/// PBKDF2 with HMAC and SHA, in the forms of [`FORMS`].
struct Pbkdf2 {
    hash: Hash,
    iterations: u32,
    salt: Zeroizing<Vec<u8>>,
    digest: Zeroizing<Vec<u8>>,
}

pub(super) fn read(text: &str) -> Result<Option<Arc<dyn Scheme>>, ParseError> {
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

impl Scheme for Pbkdf2 {
    fn format(&self) -> &'static str {
        self.hash.format()
    }

    fn factors(&self) -> Vec<u32> {
        vec![self.iterations, u32::try_from(self.digest.len()).unwrap_or(u32::MAX)]
    }

    fn shape(&self) -> Vec<u32> {
        Vec::new()
    }

    /// Each piece of the output as long as the hash takes all iterations again.
    fn units(&self) -> u64 {
        let pieces = self.digest.len().div_ceil(self.hash.bytes()) as u64;
        u64::from(self.iterations) * pieces
    }

    fn admit(&self, ceiling: &Ceiling) -> Result<(), OverCeiling> {
        ceiling.admit_iterations(u32::try_from(self.units()).unwrap_or(u32::MAX))
    }

    fn salt(&self) -> &[u8] {
        &self.salt
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

    fn fill(&self, arena: &mut Arena, password: &[u8], units: u64) -> Result<Work, HashError> {
        // More than a number of iterations holds is above every ceiling.
        let Ok(iterations @ 1..) = u32::try_from(units) else { return Ok(Work::ZERO) };
        let digest = Zeroizing::new(Vec::new());
        let filler = Self { hash: self.hash, iterations, salt: self.salt.clone(), digest };
        filler.compute(arena, password, &mut [0; 64][..self.hash.bytes()])
    }
}

/// The scheme of these factors, as it gives them.
pub(super) fn make(format: &str, factors: &[u32], salt: &[u8]) -> Option<Arc<dyn Scheme>> {
    let &[iterations, bytes] = factors else { return None };
    let hashes = [Hash::Sha1, Hash::Sha256, Hash::Sha512];
    let hash = hashes.into_iter().find(|hash| hash.format() == format)?;
    let bytes = usize::try_from(bytes).ok().filter(|bytes| (1..=64).contains(bytes))?;
    let (digest, salt) = (Zeroizing::new(vec![0; bytes]), Zeroizing::new(salt.to_vec()));
    let made = Pbkdf2 { hash, iterations, salt, digest };
    if iterations > 0 { Some(Arc::new(made)) } else { None }
}

pub(super) const FORMATS: &[&str] = &["pbkdf2-sha1", "pbkdf2-sha256", "pbkdf2-sha512"];

#[derive(Clone, Copy)]
enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

impl Hash {
    const fn format(self) -> &'static str {
        match self {
            Self::Sha1 => "pbkdf2-sha1",
            Self::Sha256 => "pbkdf2-sha256",
            Self::Sha512 => "pbkdf2-sha512",
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

const MALFORMED: ParseError = ParseError::MalformedImport { format: "PBKDF2" };
