#[cfg(feature = "argon2-legacy")]
mod argon;
#[cfg(feature = "bcrypt")]
mod bcrypt;
mod legacy;
#[cfg(feature = "pbkdf2")]
mod pbkdf2;
#[cfg(feature = "phpass")]
mod phpass;
mod refused;
#[cfg(feature = "salted-digest")]
mod salted_digest;
#[cfg(feature = "salted-sha")]
mod salted_sha;
#[cfg(feature = "scrypt")]
mod scrypt;
#[cfg(feature = "sha-crypt")]
mod sha_crypt;
#[allow(dead_code, reason = "each format uses some of it")]
mod text;

use std::{fmt, sync::Arc};

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use self::legacy::{Legacy, MAX_DIGEST_BYTES, Reader};
use crate::{
    Arena, Ceiling, HashError, Hasher, Outdated, OverCeiling, ParseError, Password, Subject,
    Verdict, Verification, argon::fill_up,
};

/// A hash that another system stored, well formed and within a [`Ceiling`].
///
/// It lets its owner log in once more; the answer is then [`Outdated::Imported`], and the password
/// is hashed anew. The format is recognised by its own prefix. Which formats are read is decided by
/// the Cargo features: the table is in the README of this crate. There is one spelling of each hash,
/// as for [`StoredHash`](crate::StoredHash): try that first, for what it reads needs no import.
///
/// Until its owner logs in, an imported hash is as weak at rest as it was in the other system.
///
#[cfg_attr(feature = "bcrypt", doc = "```")]
#[cfg_attr(not(feature = "bcrypt"), doc = "```ignore")]
/// use doorward_hash::{Arena, Hasher, ImportedHash, Outdated, Password, Verdict};
///
/// let hasher = Hasher::default();
/// let row = "$2b$05$6bqR/PVEJIqqVUkW6XDI6O1ryVlOs8/gGmMYsG3uocDDQ0YvFHyCC";
/// let stored = ImportedHash::parse(row, hasher.ceiling())?;
/// let password = Password::from("correct horse battery staple");
/// let answer = hasher.verify_imported(&mut Arena::new(), &password, &stored)?;
/// assert_eq!(answer.verdict(), Verdict::Outdated(Outdated::Imported));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ImportedHash {
    text: SecretString,
    legacy: Arc<dyn Legacy>,
}

impl ImportedHash {
    /// Reads the text that the other system stored. Nothing is hashed, and nothing of the size that
    /// it asks for is allocated.
    ///
    /// # Errors
    ///
    /// - [`ParseError::MalformedImport`] when it begins like a known format and does not go on so.
    /// - [`ParseError::NoPassword`] when it says that no password is set, as Django's `!` does.
    /// - [`ParseError::Unsupported`] when it begins like none, like one whose Cargo feature is off,
    ///   or like one that is never verified, such as unsalted SHA-1.
    /// - [`ParseError::OverCeiling`] when verifying it would cost more than `ceiling`.
    pub fn parse(text: &str, ceiling: &Ceiling) -> Result<Self, ParseError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(ParseError::Unsupported {
                what: "a format of longer texts than any known",
            });
        }
        if refused::is_no_password(text) {
            return Err(ParseError::NoPassword);
        }
        for reader in READERS {
            if let Some(legacy) = reader(text)? {
                let imported = Self { text: SecretString::from(text), legacy };
                imported.admit(ceiling).map_err(ParseError::OverCeiling)?;
                return Ok(imported);
            }
        }
        Err(refused::reason(text))
    }

    /// The text as it was stored. Every use of a hash in clear can be found by this name.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.text.expose_secret()
    }

    /// The name of its format: to count how many of which are left.
    #[must_use]
    pub fn format(&self) -> &'static str {
        self.legacy.format()
    }

    fn admit(&self, ceiling: &Ceiling) -> Result<(), OverCeiling> {
        ceiling.admit_output(self.legacy.digest().len())?;
        self.legacy.admit(ceiling)
    }
}

impl fmt::Debug for ImportedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImportedHash({}, [REDACTED])", self.format())
    }
}

/// Hashes of other systems.
impl Hasher {
    /// Verifies a password against a hash of another system. A right one is
    /// [`Outdated::Imported`], never [`Verdict::Valid`]. Digests are compared in constant time.
    ///
    /// # Never less work than a decoy, and mostly more time
    ///
    /// The hash of the other system is computed, and then the policy's own work, whether the
    /// password is right or wrong. So [`Verification::work`], which counts Argon2 blocks only, is
    /// that of a decoy; the time is a decoy's and that of the other hash. Until its owner logs in and
    /// it is replaced, a stopwatch can tell that such an account exists. Hashes of Argon2 count
    /// towards the policy's work, as in [`Hasher::verify`].
    ///
    /// # Passwords that are never valid
    ///
    /// They take exactly the work of a decoy, and so tell nothing:
    ///
    /// - an empty one, and one above [`Password::MAX_BYTES`];
    /// - one with a NUL character: HMAC fills a password up with NULs and bcrypt ends it with one,
    ///   so that `a` and `a\0` are the same to them;
    /// - with bcrypt, one above 72 bytes: bcrypt reads no more, so that its end would not count. 72
    ///   bytes are read in full. A system that cut passwords off at 72 bytes has owners who must
    ///   reset theirs;
    /// - with sha-crypt and phpass, one above 256 bytes: every iteration reads it again, so that
    ///   whoever sends it would choose what it costs.
    ///
    /// # Memory
    ///
    /// Argon2 is computed in the arena. scrypt takes the memory it asks for anew each time, beside
    /// the arena, and it is not wiped. Whether it can be had is asked first; where something else
    /// takes it at that very moment, the process ends. Who imports scrypt sets aside so much for
    /// every hash that runs at once.
    ///
    /// # Errors
    ///
    /// An error means that nothing was decided, and lets no one in.
    ///
    /// - [`HashError::OverCeiling`] when the hash was parsed within a wider ceiling than this
    ///   hasher's; before any work.
    /// - [`HashError::OutOfMemory`] and [`HashError::Backend`] when it cannot be computed.
    pub fn verify_imported(
        &self,
        arena: &mut Arena,
        password: &Password,
        stored: &ImportedHash,
    ) -> Result<Verification, HashError> {
        stored.admit(self.ceiling()).map_err(HashError::OverCeiling)?;
        let (legacy, secret) = (stored.legacy.as_ref(), password.expose_secret().as_bytes());
        let fits = !password.is_empty()
            && !password.is_overlong()
            && !secret.contains(&0)
            && secret.len() <= legacy.max_password_bytes();
        if !fits {
            return self.verify(arena, password, Subject::Decoy);
        }
        arena.reserve(legacy.blocks().max(self.cost().blocks()) as usize)?;

        let mut buffer = Zeroizing::new([0; MAX_DIGEST_BYTES]);
        let digest = legacy.digest();
        let computed = buffer.get_mut(..digest.len()).ok_or(HashError::Backend)?;
        let own = legacy.compute(arena, secret, computed)?;
        let work = own + fill_up(arena, self.cost(), own.missing_to(self.cost().work()))?;

        let right = bool::from(computed.ct_eq(digest));
        let verdict = if right { Verdict::Outdated(Outdated::Imported) } else { Verdict::Invalid };
        Ok(Verification::new(verdict, work))
    }
}

/// No text of any format is longer, within the lengths of salt and digest that are read.
const MAX_TEXT_BYTES: usize = 512;

/// Each knows its own prefixes. No two know the same.
const READERS: &[Reader] = &[
    #[cfg(feature = "argon2-legacy")]
    argon::read,
    #[cfg(feature = "bcrypt")]
    bcrypt::read,
    #[cfg(feature = "pbkdf2")]
    pbkdf2::read,
    #[cfg(feature = "phpass")]
    phpass::read,
    #[cfg(feature = "salted-digest")]
    salted_digest::read,
    #[cfg(feature = "salted-sha")]
    salted_sha::read,
    #[cfg(feature = "scrypt")]
    scrypt::read,
    #[cfg(feature = "sha-crypt")]
    sha_crypt::read,
];
