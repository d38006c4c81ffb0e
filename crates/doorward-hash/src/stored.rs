use std::fmt::{self, Write};

use password_hash::phc::{self, ParamsString, PasswordHash};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{Ceiling, Cost, HashError, OverCeiling, Work};

/// A stored hash: a PHC string of Argon2id that is well formed and within a [`Ceiling`].
///
/// ```text
/// $argon2id$v=19$m=<KiB>,t=<passes>,p=<lanes>$<salt, 8 to 48 bytes>$<digest, 10 to 64 bytes>
/// ```
///
/// Salt and digest are unpadded base64. There is one spelling of each hash: parameters in another
/// order, leading zeros and loose trailing bits are refused. The `Debug` shows the algorithm and
/// the parameters; salt and digest are wiped on drop.
///
/// The format is that of the [PHC string specification], as the reference implementation of
/// Argon2, libsodium, PHP, argon2-cffi and passlib write it.
///
/// ```
/// use doorward_hash::{Ceiling, StoredHash};
///
/// let row = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2E$\
///            AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// let stored = StoredHash::parse(row, &Ceiling::default())?;
/// assert_eq!((stored.m_kib(), stored.t(), stored.p()), (19_456, 2, 1));
/// assert_eq!(stored.expose_secret(), row);
/// # Ok::<(), doorward_hash::ParseError>(())
/// ```
///
/// [PHC string specification]: https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
#[derive(Clone)]
pub struct StoredHash {
    phc: SecretString,
    cost: Cost,
    salt: Zeroizing<Vec<u8>>,
    digest: Zeroizing<Vec<u8>>,
}

impl StoredHash {
    /// Reads a PHC string. Nothing is hashed, and nothing of the size it asks for is allocated.
    ///
    /// Calling a bad row good would let whoever planted it choose the server's load; calling a good
    /// row bad keeps its owner out, so the reason is typed and is for the operator, not the person.
    ///
    /// # Errors
    ///
    /// - [`ParseError::Malformed`] when it is no PHC string of Argon2id.
    /// - [`ParseError::Unsupported`] for another algorithm, version or parameter.
    /// - [`ParseError::OverCeiling`] when verifying it would cost more than `ceiling`.
    pub fn parse(phc: &str, ceiling: &Ceiling) -> Result<Self, ParseError> {
        recognise(phc)?;
        let parsed = PasswordHash::new(phc).map_err(|_| ParseError::Malformed)?;
        if parsed.version != Some(VERSION) {
            return Err(ParseError::Unsupported { what: "a version of Argon2 other than v=19" });
        }
        let cost = read_cost(&parsed.params)?;
        let (Some(salt), Some(digest)) = (parsed.salt, parsed.hash) else {
            return Err(ParseError::Malformed);
        };
        ceiling.admit(cost, digest.len()).map_err(ParseError::OverCeiling)?;
        // RFC 9106 section 3.1: 8 blocks a lane at least. The product is taken in 64 bits.
        let least_kib = 8 * u64::from(cost.p());
        if cost.t() == 0 || cost.p() == 0 || u64::from(cost.m_kib()) < least_kib {
            return Err(ParseError::Malformed);
        }
        let stored =
            Self::new(cost, &salt, digest.as_bytes()).map_err(|_| ParseError::Malformed)?;
        // One spelling. The parser is strict already: this holds it to that.
        if stored.expose_secret() != phc {
            return Err(ParseError::Malformed);
        }
        Ok(stored)
    }

    /// The PHC string, to be stored. Every use of a hash in clear can be found by this name.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.phc.expose_secret()
    }

    /// Memory in KiB.
    #[must_use]
    pub const fn m_kib(&self) -> u32 {
        self.cost.m_kib()
    }

    /// Passes over the memory.
    #[must_use]
    pub const fn t(&self) -> u32 {
        self.cost.t()
    }

    /// Lanes.
    #[must_use]
    pub const fn p(&self) -> u32 {
        self.cost.p()
    }

    /// The blocks that its verification computes, before filling up to the policy.
    #[must_use]
    pub const fn work(&self) -> Work {
        self.cost.work()
    }

    /// Length of the digest in bytes.
    #[must_use]
    pub fn digest_bytes(&self) -> usize {
        self.digest.len()
    }

    /// Length of the salt in bytes.
    #[must_use]
    pub fn salt_bytes(&self) -> usize {
        self.salt.len()
    }

    /// The hash of these parts.
    ///
    /// # Errors
    ///
    /// [`HashError::Backend`] when the PHC format has no room for them.
    pub(crate) fn new(cost: Cost, salt: &[u8], digest: &[u8]) -> Result<Self, HashError> {
        let salt_text = phc::Salt::new(salt).map_err(|_| HashError::Backend)?;
        let digest_text = phc::Output::new(digest).map_err(|_| HashError::Backend)?;
        // Room for the longest: a String that grows would leave its older, shorter self unwiped.
        let mut text = Zeroizing::new(String::with_capacity(MAX_CHARS));
        write!(text, "${ALGORITHM}$v={VERSION}${cost}${salt_text}${digest_text}")
            .map_err(|_| HashError::Backend)?;
        Ok(Self {
            phc: SecretString::from(text.as_str()),
            cost,
            salt: Zeroizing::new(salt.to_vec()),
            digest: Zeroizing::new(digest.to_vec()),
        })
    }

    // Not public: a weak `Cost` read from a row must not become a policy.
    pub(crate) const fn cost(&self) -> Cost {
        self.cost
    }

    pub(crate) fn salt(&self) -> &[u8] {
        &self.salt
    }

    pub(crate) fn digest(&self) -> &[u8] {
        &self.digest
    }
}

impl fmt::Debug for StoredHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredHash(${ALGORITHM}$v={VERSION}${}$[REDACTED]$[REDACTED])", self.cost)
    }
}

/// Why a stored string is no [`StoredHash`]. No message repeats any part of the string.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ParseError {
    /// Not a PHC string of Argon2id in its one spelling.
    #[error(
        "the stored hash is not a PHC string ($argon2id$v=19$m=..,t=..,p=..$salt$digest): check \
         that the column keeps the whole string, unchanged"
    )]
    Malformed,
    /// It begins like a hash of another system and does not go on like one.
    #[error(
        "the stored hash begins like {format} and is not well formed: check that the column keeps \
         the whole string, unchanged"
    )]
    MalformedImport {
        /// The format that it begins like.
        format: &'static str,
    },
    /// It is no hash: the other system wrote that its owner has no password.
    #[error(
        "the stored text says that no password is set: keep none, verify a decoy, and have its owner \
         set one"
    )]
    NoPassword,
    /// Its verification would cost too much.
    #[error(
        "{0} of stored hashes: treat the row as planted, or raise the Ceiling if such hashes are \
         yours"
    )]
    OverCeiling(OverCeiling),
    /// A hash of a kind that is not verified here.
    #[error(
        "the stored hash uses {what}, which is not verified here: have its owner reset the \
         password, which stores Argon2id v=19"
    )]
    Unsupported {
        /// What is not supported, in words.
        what: &'static str,
    },
}

const ALGORITHM: &str = "argon2id";

/// Version 0x13, the one of RFC 9106.
const VERSION: u32 = 0x13;

/// No PHC string within the format's own limits is longer: 127 characters of parameters, 64 of salt,
/// 86 of digest, and the names.
const MAX_CHARS: usize = 320;

/// Whether the string names this algorithm; says so when it names another.
fn recognise(phc: &str) -> Result<(), ParseError> {
    let name = phc.strip_prefix('$').and_then(|rest| rest.split('$').next());
    let is_name = |name: &str| {
        !name.is_empty()
            && name.len() <= 32
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    match name {
        Some(ALGORITHM) => Ok(()),
        Some(name) if is_name(name) => {
            Err(ParseError::Unsupported { what: "an algorithm other than argon2id" })
        }
        _ => Err(ParseError::Malformed),
    }
}

/// Exactly `m`, `t` and `p`, in this order, as every implementation writes them.
pub(crate) fn read_cost(params: &ParamsString) -> Result<Cost, ParseError> {
    let mut pairs = params.iter();
    let mut next = |name: &str| match pairs.next() {
        Some((found, value)) if found.as_str() == name => {
            value.decimal().map_err(|_| ParseError::Malformed)
        }
        _ => Err(ParseError::Malformed),
    };
    let cost = Cost::unchecked(next("m")?, next("t")?, next("p")?);
    match pairs.next() {
        None => Ok(cost),
        Some((name, _)) if matches!(name.as_str(), "data" | "keyid") => {
            Err(ParseError::Unsupported { what: "the parameter keyid or data" })
        }
        Some(_) => Err(ParseError::Malformed),
    }
}
