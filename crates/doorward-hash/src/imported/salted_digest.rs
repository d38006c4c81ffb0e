use std::sync::Arc;

use base64ct::Base64;
use hmac::{EagerHash, Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use super::text;
use crate::{Arena, Ceiling, HashError, OverCeiling, ParseError, Work, scheme::Scheme};

/// One digest of the password and a salt, as Django, Werkzeug and Spring once wrote them: whoever has
/// the table guesses billions a second.
struct SaltedDigest {
    recipe: Recipe,
    hash: Hash,
    salt: Zeroizing<Vec<u8>>,
    digest: Zeroizing<Vec<u8>>,
}

pub(super) fn read(text: &str) -> Result<Option<Arc<dyn Scheme>>, ParseError> {
    for (prefix, hash, parse) in KNOWN {
        if let Some(rest) = text.strip_prefix(prefix) {
            if rest.starts_with('$') {
                return Err(ParseError::Unsupported { what: "a digest without a salt" });
            }
            return Ok(Some(Arc::new(parse(*hash, rest).ok_or(MALFORMED)?)));
        }
    }
    // Werkzeug takes any name that Python knows.
    if ["sha224$", "sha384$", "sha3_", "blake2"].iter().any(|prefix| text.starts_with(prefix)) {
        return Err(ParseError::Unsupported {
            what: "a salted digest other than MD5, SHA-1, SHA-256 and SHA-512",
        });
    }
    Ok(None)
}

impl Scheme for SaltedDigest {
    fn format(&self) -> &'static str {
        let at = RECIPES.iter().position(|known| *known == (self.recipe, self.hash));
        at.and_then(|at| FORMATS.get(at)).copied().unwrap_or_default()
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

    /// No more than 1,024 computations, whatever the text says.
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
            Hash::Md5 => self.digest_with::<Md5>(password, out),
            Hash::Sha1 => self.digest_with::<Sha1>(password, out),
            Hash::Sha256 => self.digest_with::<Sha256>(password, out),
            Hash::Sha512 => self.digest_with::<Sha512>(password, out),
        }
        .map(|()| Work::ZERO)
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
    let at = FORMATS.iter().position(|known| *known == format)?;
    let (recipe, hash) = *RECIPES.get(at)?;
    let (digest, salt) = (Zeroizing::new(vec![0; hash.bytes()]), Zeroizing::new(salt.to_vec()));
    let made = SaltedDigest { recipe, hash, salt, digest };
    if factors.is_empty() { Some(Arc::new(made)) } else { None }
}

pub(super) const FORMATS: &[&str] = &[
    "django-md5",
    "django-sha1",
    "werkzeug-md5",
    "werkzeug-sha1",
    "werkzeug-sha256",
    "werkzeug-sha512",
    "spring-md5",
    "spring-sha1",
    "spring-sha256",
    "spring-standard",
];

/// Those of [`FORMATS`], in their order.
const RECIPES: &[(Recipe, Hash)] = &[
    (Recipe::SaltFirst, Hash::Md5),
    (Recipe::SaltFirst, Hash::Sha1),
    (Recipe::Hmac, Hash::Md5),
    (Recipe::Hmac, Hash::Sha1),
    (Recipe::Hmac, Hash::Sha256),
    (Recipe::Hmac, Hash::Sha512),
    (Recipe::SaltInBraces, Hash::Md5),
    (Recipe::SaltInBraces, Hash::Sha1),
    (Recipe::SaltInBraces, Hash::Sha256),
    (Recipe::Iterated, Hash::Sha256),
];

impl SaltedDigest {
    fn digest_with<D: EagerHash + Digest>(
        &self,
        password: &[u8],
        out: &mut [u8],
    ) -> Result<(), HashError> {
        let digest = |parts: &[&[u8]], out: &mut [u8]| {
            let hash = parts.iter().fold(D::new(), |hash, part| hash.chain_update(part));
            out.copy_from_slice(&hash.finalize());
        };
        match self.recipe {
            Recipe::SaltFirst => digest(&[&self.salt, password], out),
            Recipe::Hmac => {
                let mut mac =
                    Hmac::<D>::new_from_slice(&self.salt).map_err(|_| HashError::Backend)?;
                mac.update(password);
                out.copy_from_slice(&mac.finalize().into_bytes());
            }
            Recipe::SaltInBraces => digest(&[password, b"{", &self.salt, b"}"], out),
            Recipe::Iterated => {
                digest(&[&self.salt, password], out);
                let mut last = Zeroizing::new(vec![0; out.len()]);
                for _ in 1..ITERATIONS {
                    last.copy_from_slice(out);
                    digest(&[&last], out);
                }
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Recipe {
    /// Django: of the salt, then the password.
    SaltFirst,
    /// Werkzeug: HMAC, keyed with the salt.
    Hmac,
    /// Spring's `MessageDigestPasswordEncoder`: of the password, then the salt in its braces.
    SaltInBraces,
    /// Spring's `StandardPasswordEncoder`: of the salt, then the password; then of that, many times.
    Iterated,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Hash {
    Md5,
    Sha1,
    Sha256,
    Sha512,
}

impl Hash {
    const fn bytes(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

type Parser = fn(Hash, &str) -> Option<SaltedDigest>;

const KNOWN: &[(&str, Hash, Parser)] = &[
    ("md5$", Hash::Md5, of_python),
    ("sha1$", Hash::Sha1, of_python),
    ("sha256$", Hash::Sha256, of_werkzeug),
    ("sha512$", Hash::Sha512, of_werkzeug),
    ("{MD5}{", Hash::Md5, of_spring),
    ("{SHA-1}{", Hash::Sha1, of_spring),
    ("{SHA-256}{", Hash::Sha256, of_spring),
    ("{sha256}", Hash::Sha256, of_spring_standard),
];

const MALFORMED: ParseError = ParseError::MalformedImport { format: "a salted digest" };

/// How often Spring's `StandardPasswordEncoder` computes SHA-256.
const ITERATIONS: usize = 1_024;

/// The bytes of its salt.
const STANDARD_SALT_BYTES: usize = 8;

/// `<salt as text>$<digest in hexadecimal>`, which Django and Werkzeug both wrote and computed
/// otherwise. The salt tells them apart: Django's had 5, 12 or 22 characters, Werkzeug's 8 or 16.
fn of_python(hash: Hash, rest: &str) -> Option<SaltedDigest> {
    let [salt, digest] = text::parts(rest)?;
    let recipe = if matches!(salt.len(), 8 | 16) { Recipe::Hmac } else { Recipe::SaltFirst };
    let (salt, digest) = (text::salt(salt)?, text::unhex(digest, hash.bytes())?);
    Some(SaltedDigest { recipe, hash, salt, digest })
}

/// `<salt as text>$<digest in hexadecimal>`.
fn of_werkzeug(hash: Hash, rest: &str) -> Option<SaltedDigest> {
    Some(SaltedDigest { recipe: Recipe::Hmac, ..of_python(hash, rest)? })
}

/// `<salt as text>}<digest in hexadecimal, or in Base64>`.
fn of_spring(hash: Hash, rest: &str) -> Option<SaltedDigest> {
    let (salt, digest) = rest.split_once('}')?;
    let bytes = hash.bytes();
    let digest =
        text::unhex(digest, bytes).or_else(|| text::decode::<Base64>(digest, bytes..=bytes))?;
    let is_plain = !salt.contains('{');
    let salt = text::salt(salt)?;
    is_plain.then_some(SaltedDigest { recipe: Recipe::SaltInBraces, hash, salt, digest })
}

/// The salt and, after it, the digest, in hexadecimal.
fn of_spring_standard(hash: Hash, rest: &str) -> Option<SaltedDigest> {
    let (salt, digest) = rest.split_at_checked(2 * STANDARD_SALT_BYTES)?;
    let salt = text::unhex(salt, STANDARD_SALT_BYTES)?;
    let digest = text::unhex(digest, hash.bytes())?;
    Some(SaltedDigest { recipe: Recipe::Iterated, hash, salt, digest })
}
