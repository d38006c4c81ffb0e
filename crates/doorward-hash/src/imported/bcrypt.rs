use std::sync::Arc;

use base64ct::Base64Bcrypt;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::text;
use crate::{
    Arena, Ceiling, HashError, OverCeiling, ParseError, Password, Work,
    scheme::{Scheme, takes_without_nul},
};

/// `$2a$`, `$2b$` and `$2y$`, which are one function for passwords up to 72 bytes; as they are, after
/// the `bcrypt$` or `bcrypt_sha256$` of Django, or after the `{bcrypt}` of Spring.
struct Bcrypt {
    cost: u32,
    salt: Zeroizing<[u8; SALT_BYTES]>,
    digest: Zeroizing<Vec<u8>>,
    /// Whether it is computed over the SHA-256 of the password in hexadecimal.
    is_prehashed: bool,
}

pub(super) fn read(text: &str) -> Result<Option<Arc<dyn Scheme>>, ParseError> {
    let (crypt, is_prehashed) = if let Some(crypt) = text.strip_prefix("bcrypt_sha256$") {
        (crypt, true)
    } else {
        let prefix = ["bcrypt$", "{bcrypt}"].iter().find_map(|prefix| text.strip_prefix(prefix));
        (prefix.unwrap_or(text), false)
    };
    if ["$2$", "$2x$"].iter().any(|prefix| crypt.starts_with(prefix)) {
        return Err(ParseError::Unsupported { what: "a faulty early bcrypt ($2$ or $2x$)" });
    }
    match ["$2a$", "$2b$", "$2y$"].iter().find_map(|prefix| crypt.strip_prefix(prefix)) {
        Some(rest) => Ok(Some(Arc::new(parse(rest, is_prehashed).ok_or(MALFORMED)?))),
        None => Ok(None),
    }
}

impl Scheme for Bcrypt {
    fn format(&self) -> &'static str {
        let [plain, prehashed] = FORMATS else { return "" };
        if self.is_prehashed { prehashed } else { plain }
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
        let most = if self.is_prehashed { Password::MAX_BYTES } else { KEY_BYTES };
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
        let length = if self.is_prehashed {
            let digest = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(password)));
            for (pair, byte) in key.as_chunks_mut::<2>().0.iter_mut().zip(*digest) {
                *pair = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 0xF)]];
            }
            2 * digest.len()
        } else {
            key.get_mut(..password.len()).ok_or(HashError::Backend)?.copy_from_slice(password);
            password.len()
        };
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
    let salt = Zeroizing::new(salt.try_into().ok()?);
    let digest = Zeroizing::new(vec![0; DIGEST_BYTES]);
    let is_prehashed = FORMATS.iter().position(|known| *known == format)? == 1;
    let made = Bcrypt { cost, salt, digest, is_prehashed };
    if (4..=31).contains(&cost) { Some(Arc::new(made)) } else { None }
}

pub(super) const FORMATS: &[&str] = &["bcrypt", "bcrypt-sha256-hex"];

const MALFORMED: ParseError = ParseError::MalformedImport { format: "bcrypt" };

/// What bcrypt reads of a password.
const KEY_BYTES: usize = 72;

const SALT_BYTES: usize = 16;

const DIGEST_BYTES: usize = 23;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// `<cost, two digits>$<salt, 22 characters><digest, 31 characters>`.
fn parse(rest: &str, is_prehashed: bool) -> Option<Bcrypt> {
    let [cost, encoded] = text::parts(rest)?;
    let cost = match cost.as_bytes() {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => u32::from((tens - b'0') * 10 + ones - b'0'),
        _ => return None,
    };
    let (salt, digest) = encoded.split_at_checked(22)?;
    let salt = text::decode::<Base64Bcrypt>(salt, SALT_BYTES..=SALT_BYTES)?;
    let salt = Zeroizing::new(<[u8; SALT_BYTES]>::try_from(salt.as_slice()).ok()?);
    let digest = text::decode::<Base64Bcrypt>(digest, DIGEST_BYTES..=DIGEST_BYTES)?;
    (4..=31).contains(&cost).then_some(Bcrypt { cost, salt, digest, is_prehashed })
}
