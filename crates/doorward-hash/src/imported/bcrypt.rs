use std::sync::Arc;

use base64ct::Base64Bcrypt;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{legacy::Legacy, text};
use crate::{Arena, Ceiling, HashError, OverCeiling, ParseError, Password, Work};

/// `$2a$`, `$2b$` and `$2y$`, which are one function for passwords up to 72 bytes; as they are, after
/// the `bcrypt$` or `bcrypt_sha256$` of Django, or after the `{bcrypt}` of Spring.
struct Bcrypt {
    cost: u32,
    salt: Zeroizing<[u8; SALT_BYTES]>,
    digest: Zeroizing<Vec<u8>>,
    /// Whether it is computed over the SHA-256 of the password in hexadecimal.
    is_prehashed: bool,
}

pub(super) fn read(text: &str) -> Result<Option<Arc<dyn Legacy>>, ParseError> {
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

impl Legacy for Bcrypt {
    fn format(&self) -> &'static str {
        if self.is_prehashed { "bcrypt-sha256" } else { "bcrypt" }
    }

    fn admit(&self, ceiling: &Ceiling) -> Result<(), OverCeiling> {
        ceiling.admit_bcrypt(self.cost)
    }

    fn max_password_bytes(&self) -> usize {
        if self.is_prehashed { Password::MAX_BYTES } else { KEY_BYTES }
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
}

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
