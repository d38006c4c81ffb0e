use std::sync::Arc;

use base64ct::{Base64, Base64Unpadded};
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::text;
use crate::{Arena, Ceiling, HashError, OverCeiling, ParseError, Work, scheme::Scheme};

/// PBKDF2 with one whole digest of output, as passlib, Django and Werkzeug write it.
struct Pbkdf2 {
    hash: Hash,
    iterations: u32,
    salt: Zeroizing<Vec<u8>>,
    digest: Zeroizing<Vec<u8>>,
}

pub(super) fn read(text: &str) -> Result<Option<Arc<dyn Scheme>>, ParseError> {
    let passlib = ["$pbkdf2$", "$pbkdf2-sha256$", "$pbkdf2-sha512$"];
    let django = ["pbkdf2_sha1$", "pbkdf2_sha256$"];
    let werkzeug = ["pbkdf2:sha1:", "pbkdf2:sha256:", "pbkdf2:sha512:"];
    let known = [
        (passlib[0], Hash::Sha1, of_passlib as Parser),
        (passlib[1], Hash::Sha256, of_passlib),
        (passlib[2], Hash::Sha512, of_passlib),
        (django[0], Hash::Sha1, of_django),
        (django[1], Hash::Sha256, of_django),
        (werkzeug[0], Hash::Sha1, of_werkzeug),
        (werkzeug[1], Hash::Sha256, of_werkzeug),
        (werkzeug[2], Hash::Sha512, of_werkzeug),
    ];
    for (prefix, hash, parse) in known {
        if let Some(rest) = text.strip_prefix(prefix) {
            return Ok(Some(Arc::new(parse(hash, rest).ok_or(MALFORMED)?)));
        }
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

    /// So many for every digest of the hash that the output takes.
    fn units(&self) -> u64 {
        let digests = self.digest.len().div_ceil(self.hash.bytes()) as u64;
        u64::from(self.iterations) * digests
    }

    fn admit(&self, ceiling: &Ceiling) -> Result<(), OverCeiling> {
        ceiling.admit_iterations(self.iterations)
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
        let Ok(iterations @ 1..) = u32::try_from(units) else { return Ok(Work::ZERO) };
        let digest = Zeroizing::new(Vec::new());
        let filler = Self { hash: self.hash, iterations, salt: self.salt.clone(), digest };
        filler.compute(arena, password, &mut [0; 64][..self.hash.bytes()])
    }
}

/// The scheme of these factors, as it gives them.
pub(super) fn make(format: &str, factors: &[u32], salt: &[u8]) -> Option<Arc<dyn Scheme>> {
    let &[iterations, bytes] = factors else { return None };
    let hash =
        [Hash::Sha1, Hash::Sha256, Hash::Sha512].into_iter().find(|h| h.format() == format)?;
    let digest =
        Zeroizing::new(vec![0; usize::try_from(bytes).ok().filter(|n| (1..=64).contains(n))?]);
    let salt = Zeroizing::new(salt.to_vec());
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

type Parser = fn(Hash, &str) -> Option<Pbkdf2>;

const MALFORMED: ParseError = ParseError::MalformedImport { format: "PBKDF2" };

/// `<iterations>$<salt>$<digest>` in unpadded Base64 with a full stop for the plus.
fn of_passlib(hash: Hash, rest: &str) -> Option<Pbkdf2> {
    let [iterations, salt, digest] = text::parts(rest)?;
    let decode = |text: &str, bytes| {
        let usual = Zeroizing::new(text.replace('.', "+"));
        if text.contains('+') { None } else { text::decode::<Base64Unpadded>(&usual, bytes) }
    };
    Some(Pbkdf2 {
        hash,
        iterations: text::number(iterations)?,
        salt: decode(salt, text::SALT_BYTES)?,
        digest: decode(digest, hash.bytes()..=hash.bytes())?,
    })
}

/// `<iterations>$<salt as text>$<digest in Base64>`.
fn of_django(hash: Hash, rest: &str) -> Option<Pbkdf2> {
    let [iterations, salt, digest] = text::parts(rest)?;
    Some(Pbkdf2 {
        hash,
        iterations: text::number(iterations)?,
        salt: text::salt(salt)?,
        digest: text::decode::<Base64>(digest, hash.bytes()..=hash.bytes())?,
    })
}

/// `<iterations>$<salt as text>$<digest in hexadecimal>`.
fn of_werkzeug(hash: Hash, rest: &str) -> Option<Pbkdf2> {
    let [iterations, salt, digest] = text::parts(rest)?;
    Some(Pbkdf2 {
        hash,
        iterations: text::number(iterations)?,
        salt: text::salt(salt)?,
        digest: text::unhex(digest, hash.bytes())?,
    })
}
