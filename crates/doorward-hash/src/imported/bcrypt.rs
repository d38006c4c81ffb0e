use std::sync::Arc;

use base64ct::{Base64, Base64Bcrypt, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::text;
use crate::{
    Arena, Ceiling, HashError, OverCeiling, ParseError, Password, Work,
    scheme::{Scheme, takes_without_nul},
};

/// `$2a$`, `$2b$` and `$2y$`, which are one function for passwords up to 72 bytes: as they are, and
/// after the `bcrypt$` or `bcrypt_sha256$` of Django, the `{bcrypt}` of Spring or the `{CRYPT}` of
/// LDAP. Also `$bcrypt-sha256$` of passlib.
struct Bcrypt {
    cost: u32,
    salt: Zeroizing<[u8; SALT_BYTES]>,
    digest: Zeroizing<Vec<u8>>,
    key: Key,
}

pub(super) fn read(text: &str) -> Result<Option<Arc<dyn Scheme>>, ParseError> {
    if let Some(rest) = text.strip_prefix("$bcrypt-sha256$") {
        if rest.starts_with("v=") && !rest.starts_with("v=2,") {
            return Err(ParseError::Unsupported { what: "an unknown version of bcrypt-sha256" });
        }
        return Ok(Some(Arc::new(of_passlib(rest).ok_or(MALFORMED)?)));
    }
    let (crypt, key) = match text.strip_prefix("bcrypt_sha256$") {
        Some(crypt) => (crypt, Key::HexSha256),
        None => (text::after(text, &["bcrypt$", "{bcrypt}", "{CRYPT}"]), Key::Password),
    };
    if ["$2$", "$2x$"].iter().any(|prefix| crypt.starts_with(prefix)) {
        return Err(ParseError::Unsupported { what: "a faulty early bcrypt ($2$ or $2x$)" });
    }
    match ["$2a$", "$2b$", "$2y$"].iter().find_map(|prefix| crypt.strip_prefix(prefix)) {
        Some(rest) => Ok(Some(Arc::new(of_crypt(rest, key).ok_or(MALFORMED)?))),
        None => Ok(None),
    }
}

impl Scheme for Bcrypt {
    fn format(&self) -> &'static str {
        match self.key {
            Key::Password => "bcrypt",
            Key::HexSha256 => "bcrypt-sha256-hex",
            Key::Base64Sha256 => "bcrypt-sha256-base64",
            Key::Base64Hmac => "bcrypt-hmac-sha256",
        }
    }

    fn factors(&self) -> Vec<u32> {
        vec![self.cost]
    }

    /// What is hashed first costs next to nothing.
    fn shape(&self) -> Vec<u32> {
        Vec::new()
    }

    fn units(&self) -> u64 {
        1 << self.cost
    }

    fn admit(&self, ceiling: &Ceiling) -> Result<(), OverCeiling> {
        ceiling.admit_bcrypt(self.cost)
    }

    fn takes(&self, password: &[u8]) -> bool {
        let most = match self.key {
            Key::Password => KEY_BYTES,
            Key::HexSha256 | Key::Base64Sha256 | Key::Base64Hmac => Password::MAX_BYTES,
        };
        takes_without_nul(password, most)
    }

    fn salt(&self) -> &[u8] {
        self.salt.as_slice()
    }

    fn digest(&self) -> &[u8] {
        &self.digest
    }

    fn compute(&self, _: &mut Arena, password: &[u8], out: &mut [u8]) -> Result<Work, HashError> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        let length = self.write_key(password, &mut key)?;
        // A password ends with a NUL where there is room for one: at 72 bytes there is none.
        let key = &key[..KEY_BYTES.min(length + 1)];
        let digest = Zeroizing::new(bcrypt::bcrypt(self.cost, *self.salt, key));
        // The format leaves the last byte away.
        out.copy_from_slice(&digest[..DIGEST_BYTES]);
        Ok(Work::ZERO)
    }

    /// A sum of powers of two: one bcrypt for each bit.
    fn fill(&self, _: &mut Arena, password: &[u8], units: u64) -> Result<Work, HashError> {
        let key = &password[..password.len().min(KEY_BYTES)];
        for cost in (4..=31).filter(|cost| units >> cost & 1 == 1) {
            let _ = Zeroizing::new(bcrypt::bcrypt(cost, *self.salt, key));
        }
        Ok(Work::ZERO)
    }
}

/// The scheme of these factors, as it gives them.
pub(super) fn make(format: &str, factors: &[u32], salt: &[u8]) -> Option<Arc<dyn Scheme>> {
    let &[cost] = factors else { return None };
    let keys = [Key::Password, Key::HexSha256, Key::Base64Sha256, Key::Base64Hmac];
    let key = *keys.get(FORMATS.iter().position(|known| *known == format)?)?;
    let salt = Zeroizing::new(salt.try_into().ok()?);
    let digest = Zeroizing::new(vec![0; DIGEST_BYTES]);
    let made = Bcrypt { cost, salt, digest, key };
    if (4..=31).contains(&cost) { Some(Arc::new(made)) } else { None }
}

pub(super) const FORMATS: &[&str] =
    &["bcrypt", "bcrypt-sha256-hex", "bcrypt-sha256-base64", "bcrypt-hmac-sha256"];

impl Bcrypt {
    /// Writes what bcrypt is computed over, and says how long it is.
    fn write_key(&self, password: &[u8], key: &mut [u8; KEY_BYTES]) -> Result<usize, HashError> {
        let sha256 = || Zeroizing::new(<[u8; 32]>::from(Sha256::digest(password)));
        match self.key {
            Key::Password => {
                key.get_mut(..password.len()).ok_or(HashError::Backend)?.copy_from_slice(password);
                Ok(password.len())
            }
            Key::HexSha256 => {
                let digest = sha256();
                for (pair, byte) in key.as_chunks_mut::<2>().0.iter_mut().zip(*digest) {
                    *pair = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 0xF)]];
                }
                Ok(2 * digest.len())
            }
            Key::Base64Sha256 => write_base64(&sha256(), key),
            Key::Base64Hmac => {
                // Keyed with the salt as the text that it is in the hash.
                let salt = Zeroizing::new(Base64Bcrypt::encode_string(self.salt.as_slice()));
                let mut mac = Hmac::<Sha256>::new_from_slice(salt.as_bytes())
                    .map_err(|_| HashError::Backend)?;
                mac.update(password);
                write_base64(&Zeroizing::new(mac.finalize().into_bytes().into()), key)
            }
        }
    }
}

/// What bcrypt is computed over.
#[derive(Clone, Copy)]
enum Key {
    Password,
    /// Its SHA-256 in hexadecimal.
    HexSha256,
    /// Its SHA-256 in Base64.
    Base64Sha256,
    /// Its HMAC-SHA-256 in Base64.
    Base64Hmac,
}

const MALFORMED: ParseError = ParseError::MalformedImport { format: "bcrypt" };

/// What bcrypt reads of a password.
const KEY_BYTES: usize = 72;

const SALT_BYTES: usize = 16;

const DIGEST_BYTES: usize = 23;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// `<cost, two digits>$<salt, 22 characters><digest, 31 characters>`.
fn of_crypt(rest: &str, key: Key) -> Option<Bcrypt> {
    let [cost, encoded] = text::parts(rest)?;
    let cost = match cost.as_bytes() {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => u32::from((tens - b'0') * 10 + ones - b'0'),
        _ => return None,
    };
    let (salt, digest) = encoded.split_at_checked(22)?;
    of_parts(cost, salt, digest, key)
}

/// `v=2,t=2b,r=<cost>$<salt>$<digest>`, or at first `<2a or 2b>,<cost>$<salt>$<digest>`.
fn of_passlib(rest: &str) -> Option<Bcrypt> {
    let [params, salt, digest] = text::parts(rest)?;
    let (cost, key) = match params.strip_prefix("v=2,t=2b,r=") {
        Some(cost) => (cost, Key::Base64Hmac),
        None => {
            let older = ["2a,", "2b,"].iter().find_map(|prefix| params.strip_prefix(prefix));
            (older?, Key::Base64Sha256)
        }
    };
    of_parts(text::number(cost)?, salt, digest, key)
}

fn of_parts(cost: u32, salt: &str, digest: &str, key: Key) -> Option<Bcrypt> {
    let salt = text::decode::<Base64Bcrypt>(salt, SALT_BYTES..=SALT_BYTES)?;
    let salt = Zeroizing::new(<[u8; SALT_BYTES]>::try_from(salt.as_slice()).ok()?);
    let digest = text::decode::<Base64Bcrypt>(digest, DIGEST_BYTES..=DIGEST_BYTES)?;
    (4..=31).contains(&cost).then_some(Bcrypt { cost, salt, digest, key })
}

fn write_base64(digest: &[u8; 32], key: &mut [u8; KEY_BYTES]) -> Result<usize, HashError> {
    Base64::encode(digest, key).map(str::len).map_err(|_| HashError::Backend)
}
