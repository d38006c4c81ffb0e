use std::fmt;

use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{HashError, StoredHash, scheme::Scheme, stored::prefix::PepperId};

/// A secret that another system hashed together with every password, so that its hashes can be
/// verified here.
///
/// For imports only. Such a pepper cannot be exchanged without the passwords, so new hashes have none;
/// what protects them is encryption, which can be: see the [README](crate).
///
/// A row names the pepper it needs, `{pepper:<id>}`, and [`Hasher::with_import_peppers`] has the
/// secrets. Without the right one nobody is let in: it is an error, not a wrong password.
///
/// [`Hasher::with_import_peppers`]: crate::Hasher::with_import_peppers
///
/// ```
/// use doorward_hash::{Arena, Ceiling, Cost, Hasher, ImportPepper, Password, StoredHash, Subject, Verdict};
///
/// // What another system stored: Argon2id of the password with "!" behind it.
/// let other = Hasher::new(Cost::minimal_for_tests());
/// let mut arena = Arena::new();
/// let salt = doorward_hash::Salt::generate()?;
/// let made = other.hash(&mut arena, &Password::from("correct horse!"), salt)?;
///
/// let row = StoredHash::parse(made.expose_secret(), &Ceiling::default())?;
/// let pepper = ImportPepper::appended("old-app", "!")?;
/// let row = row.with_pepper(&pepper);
/// let hasher = other.with_import_peppers([pepper]);
/// let answer = hasher.verify(&mut arena, &Password::from("correct horse"), Subject::Stored(&row))?;
/// assert_ne!(answer.verdict(), Verdict::Invalid);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ImportPepper {
    id: PepperId,
    place: Place,
    secret: SecretSlice<u8>,
}

impl ImportPepper {
    /// Hashed behind the password, as Devise does.
    ///
    /// # Errors
    ///
    /// [`PepperError`], as for all of these, when the id or the secret will not do.
    pub fn appended(id: &str, secret: impl AsRef<[u8]>) -> Result<Self, PepperError> {
        Self::new(id, Place::Behind, secret.as_ref())
    }

    /// Hashed before the password.
    ///
    /// # Errors
    ///
    /// [`PepperError`].
    pub fn prepended(id: &str, secret: impl AsRef<[u8]>) -> Result<Self, PepperError> {
        Self::new(id, Place::Before, secret.as_ref())
    }

    /// The key of an HMAC of the password, whose text is hashed in its place: `bcrypt(base64(hmac-sha384(password,
    /// key)))` is what the OWASP Password Storage Cheat Sheet has for bcrypt.
    ///
    /// # Errors
    ///
    /// [`PepperError`].
    pub fn hmac(
        id: &str,
        hash: HmacHash,
        text: HmacText,
        key: impl AsRef<[u8]>,
    ) -> Result<Self, PepperError> {
        Self::new(id, Place::Hmac(hash, text), key.as_ref())
    }

    /// The secret input of Argon2 itself: RFC 9106 section 3.1, *K*. Hashes of another format do not
    /// verify with it.
    ///
    /// # Errors
    ///
    /// [`PepperError`].
    pub fn argon2_secret(id: &str, secret: impl AsRef<[u8]>) -> Result<Self, PepperError> {
        Self::new(id, Place::Argon2, secret.as_ref())
    }

    /// The name by which rows ask for it.
    #[must_use]
    pub fn id(&self) -> &str {
        self.id.as_str()
    }

    /// Whether hashes of this scheme can be made with it.
    pub(crate) fn suits(&self, scheme: &dyn Scheme) -> bool {
        !matches!(self.place, Place::Argon2) || scheme.takes_secret()
    }

    /// What is hashed of a password, and the secret that Argon2 is given.
    pub(crate) fn season(&self, password: &[u8]) -> Result<Seasoned<'_>, HashError> {
        let secret = self.secret.expose_secret();
        let seasoned = match self.place {
            Place::Argon2 => return Ok((Zeroizing::new(password.to_vec()), secret)),
            Place::Before => Zeroizing::new([secret, password].concat()),
            Place::Behind => Zeroizing::new([password, secret].concat()),
            Place::Hmac(hash, text) => text.of(&hash.tag(secret, password)?),
        };
        Ok((seasoned, &[]))
    }

    fn new(id: &str, place: Place, secret: &[u8]) -> Result<Self, PepperError> {
        let id = PepperId::new(id).ok_or(PepperError::Id)?;
        if !(1..=MAX_SECRET_BYTES).contains(&secret.len()) {
            return Err(PepperError::Secret { max_bytes: MAX_SECRET_BYTES });
        }
        Ok(Self { id, place, secret: SecretSlice::from(secret.to_vec()) })
    }
}

/// What is hashed in place of a password, and the secret that Argon2 is given.
pub(crate) type Seasoned<'a> = (Zeroizing<Vec<u8>>, &'a [u8]);

impl fmt::Debug for ImportPepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImportPepper({}, {:?}, [REDACTED])", self.id(), self.place)
    }
}

impl StoredHash {
    /// The same row, recorded as one that needs this pepper.
    #[must_use]
    pub fn with_pepper(&self, pepper: &ImportPepper) -> Self {
        self.with_pepper_id(pepper.id.clone())
    }
}

/// The hash of an HMAC: RFC 2104, FIPS 180-4.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum HmacHash {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl HmacHash {
    fn tag(self, key: &[u8], message: &[u8]) -> Result<Zeroizing<Vec<u8>>, HashError> {
        fn of<M: Mac + KeyInit>(
            key: &[u8],
            message: &[u8],
        ) -> Result<Zeroizing<Vec<u8>>, HashError> {
            let mac = <M as KeyInit>::new_from_slice(key).map_err(|_| HashError::Backend)?;
            Ok(Zeroizing::new(mac.chain_update(message).finalize().into_bytes().to_vec()))
        }
        match self {
            Self::Sha1 => of::<Hmac<Sha1>>(key, message),
            Self::Sha256 => of::<Hmac<Sha256>>(key, message),
            Self::Sha384 => of::<Hmac<Sha384>>(key, message),
            Self::Sha512 => of::<Hmac<Sha512>>(key, message),
        }
    }
}

/// How the tag of an HMAC was written before it was hashed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum HmacText {
    /// Base64 with padding: RFC 4648 section 4.
    Base64,
    /// Hexadecimal in lower case.
    Hex,
    /// As it is. In formats that end at a NUL character a tag with one in it verifies nothing.
    Raw,
}

impl HmacText {
    fn of(self, tag: &[u8]) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::Base64 => Base64::encode_string(tag).into_bytes(),
            Self::Hex => hex(tag),
            Self::Raw => tag.to_vec(),
        })
    }
}

/// Why something is no [`ImportPepper`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum PepperError {
    /// Its name will not do.
    #[error(
        "a pepper is named by 1 to 32 ASCII letters, digits, hyphens, underscores and full stops"
    )]
    Id,
    /// Its secret will not do.
    #[error("a pepper's secret has 1 to {max_bytes} bytes")]
    Secret {
        /// The most bytes that it may have.
        max_bytes: usize,
    },
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Argon2,
    Before,
    Behind,
    Hmac(HmacHash, HmacText),
}

const MAX_SECRET_BYTES: usize = 256;

fn hex(tag: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let nibbles = tag.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.map(|nibble| DIGITS[usize::from(nibble)]).collect()
}
