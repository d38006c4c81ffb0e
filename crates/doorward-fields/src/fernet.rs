//! What others sealed with [Fernet], to be sealed anew.
//!
//! [Fernet]: https://github.com/fernet/spec/blob/master/Spec.md

mod error;
mod key;
mod keys_error;
mod opened_token;
mod seal;
mod token;

use std::fmt;

pub use error::{FernetError, FernetErrorKind};
pub use keys_error::FernetKeysError;
pub use opened_token::OpenedToken;
pub use seal::FernetSealError;

use key::FernetKey;
use token::Token;

/// Keys of Fernet, which open what they sealed and seal nothing any more.
///
/// The way over is on the page [`format::fernet`](crate::format::fernet). Wiped on drop; `Debug` shows
/// how many there are.
///
/// ```
/// use doorward_fields::FernetKeys;
///
/// // The vector of the specification.
/// let keys = FernetKeys::parse("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=")?;
/// let opened = keys.open(
///     "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==",
/// )?;
/// assert_eq!(opened.expose_secret(), b"hello");
/// assert_eq!(opened.made_at(), 499_162_800);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct FernetKeys(Vec<FernetKey>);

impl FernetKeys {
    /// Reads keys as the Python package `cryptography` makes them: 32 bytes of Base64 with padding,
    /// URL-safe or not. Several, as of a `MultiFernet`, are separated by commas or by lines; a line that
    /// begins with `#` is a comment. The order is the one in which they are tried: newest first.
    ///
    /// # Errors
    ///
    /// [`FernetKeysError`], which says which entry to mend, and nothing of what is in it.
    pub fn parse(text: &str) -> Result<Self, FernetKeysError> {
        let entries = text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        let keys: Vec<_> = entries
            .zip(1..)
            .map(|(entry, number)| {
                FernetKey::parse(entry).ok_or(FernetKeysError::Malformed { entry: number })
            })
            .collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err(FernetKeysError::Empty);
        }
        Ok(Self(keys))
    }

    /// How many keys there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Opens a token with the first key that made it. Its tag is checked before anything is decrypted.
    ///
    /// A token is opened however old it is: what is stored does not expire.
    /// [`OpenedToken::made_at`] is for whoever wants to know. White space around it is passed over.
    ///
    /// # Errors
    ///
    /// [`FernetError`]. Treat the field as unreadable, not as empty, and keep the token: a key that is
    /// missing here may open it.
    pub fn open(&self, token: &str) -> Result<OpenedToken, FernetError> {
        let token = Token::parse(token).ok_or(FernetError::MALFORMED)?;
        let made_by = |key: &FernetKey| key.made(&token);
        let number = self.0.iter().position(made_by).ok_or(FernetError::REFUSED)?;
        self.0[number].open(token, number).ok_or(FernetError::MALFORMED)
    }
}

impl fmt::Debug for FernetKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FernetKeys([REDACTED]; {})", self.count())
    }
}
