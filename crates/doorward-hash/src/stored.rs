pub(crate) mod kind;
pub(crate) mod parse_error;
pub(crate) mod phc;
pub(crate) mod prefix;
pub(crate) mod wrapped;

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::{
    Ceiling, HashKind, Hasher, Normalization, Outdated, OverCeiling, ParseError, Work, imported,
    scheme::Scheme, stored::phc::Phc, stored::prefix::Prefix, stored::wrapped::Wrapped,
};

/// A stored hash: what a table keeps of one password, well formed and within a [`Ceiling`].
///
/// ```text
/// {nfc1}$argon2id$v=19$m=<KiB>,t=<passes>,p=<lanes>$<salt, 8 to 48 bytes>$<digest, 10 to 64 bytes>
/// ```
///
/// Every new hash is a PHC string of Argon2id behind the record of its [`Normalization`]. A PHC
/// string alone, as the reference implementation of Argon2, libsodium, PHP, argon2-cffi and passlib
/// write it, is read as well: [PHC string specification]. So are, by the Cargo features of the
/// [README](crate), the hashes of other systems as they stored them, and either [wrapped] in
/// Argon2id.
///
/// There is one spelling of each hash: parameters in another order, leading zeros and loose trailing
/// bits are refused. The `Debug` shows the format and the parameters; salt and digest are wiped on
/// drop.
///
/// ```
/// use doorward_hash::{Ceiling, StoredHash};
///
/// let row = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2E$\
///            AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// let stored = StoredHash::parse(row, &Ceiling::default())?;
/// assert_eq!(stored.kind().to_string(), "argon2id m=19456,t=2,p=1");
/// assert_eq!(stored.expose_secret(), row);
/// # Ok::<(), doorward_hash::ParseError>(())
/// ```
///
/// [PHC string specification]: https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
/// [wrapped]: crate::Hasher::wrap
#[derive(Clone)]
pub struct StoredHash {
    row: SecretString,
    prefix: Prefix,
    body: Body,
}

impl StoredHash {
    /// Reads a row. Nothing is hashed, and nothing of the size it asks for is allocated.
    ///
    /// Calling a bad row good would let whoever planted it choose the server's load; calling a good
    /// row bad keeps its owner out, so the reason is typed and is for the operator, not the person.
    ///
    /// # Errors
    ///
    /// - [`ParseError::Malformed`] when it is no hash at all, and [`ParseError::MalformedImport`] when
    ///   it begins like a known format and does not go on so.
    /// - [`ParseError::NoPassword`] when it says that no password is set, as Django's `!` does.
    /// - [`ParseError::Unsupported`] for a format that is not read: because its Cargo feature is off,
    ///   or because it is never verified, such as unsalted SHA-1.
    /// - [`ParseError::OverCeiling`] when verifying it would cost more than `ceiling`.
    pub fn parse(row: &str, ceiling: &Ceiling) -> Result<Self, ParseError> {
        if row.len() > MAX_ROW_BYTES {
            return Err(ParseError::Malformed);
        }
        let (prefix, text) = Prefix::split(row)?;
        let body = Body::parse(text)?;
        // No other system normalised. What is computed for nothing is made of the password as received, so
        // a format that takes longer for a longer password must not be made of another form.
        let is_argon2 = body.scheme().format().starts_with("argon2");
        if prefix.normalization == Normalization::Nfc && !is_argon2 {
            return Err(ParseError::Malformed);
        }
        body.admit(ceiling).map_err(ParseError::OverCeiling)?;
        Ok(Self { row: SecretString::from(row), prefix, body })
    }

    /// The row, to be stored. Every use of a hash in clear can be found by this name.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.row.expose_secret()
    }

    /// The format and what it costs, without salt and digest. Of a wrapped hash: of the inner one.
    #[must_use]
    pub fn kind(&self) -> HashKind {
        HashKind::of(self.body.scheme(), self.prefix.pepper.as_ref())
    }

    /// The form of the password that was hashed.
    #[must_use]
    pub const fn normalization(&self) -> Normalization {
        self.prefix.normalization
    }

    /// Whether it is the hash of another system inside one of Argon2id.
    #[must_use]
    pub const fn is_wrapped(&self) -> bool {
        matches!(self.body, Body::Wrapped(_))
    }

    /// Why a right password should be hashed anew under the policy of `hasher`; `None` when the hash
    /// is as good as a new one, or better. Another [`Normalization`] is no reason: it is as strong.
    #[must_use]
    pub fn outdated(&self, hasher: &Hasher) -> Option<Outdated> {
        match &self.body {
            Body::Native(hash) => Outdated::judge(hash, hasher.cost()),
            Body::Imported(_) | Body::Wrapped(_) => Some(Outdated::Imported),
        }
    }

    /// The Argon2 blocks that its verification computes, before filling up to the policy.
    #[must_use]
    pub fn work(&self) -> Work {
        match &self.body {
            Body::Native(hash) => hash.cost().work(),
            Body::Imported(_) => Work::ZERO,
            Body::Wrapped(wrapped) => wrapped.outer.cost().work(),
        }
    }

    /// A new hash.
    pub(crate) fn native(normalization: Normalization, hash: Phc) -> Self {
        let text = hash.to_text();
        Self::of_parts(Prefix { normalization, pepper: None }, &text, Body::Native(hash))
    }

    /// The same password's hash, inside another.
    pub(crate) fn wrapped(&self, wrapped: Wrapped) -> Self {
        let text = wrapped.to_text();
        Self::of_parts(self.prefix.clone(), &text, Body::Wrapped(wrapped))
    }

    pub(crate) fn with_pepper_id(&self, id: crate::stored::prefix::PepperId) -> Self {
        let row = self.expose_secret();
        let text = Prefix::split(row).map_or(row, |(_, text)| text);
        let prefix = Prefix { pepper: Some(id), ..self.prefix.clone() };
        Self::of_parts(prefix, text, self.body.clone())
    }

    pub(crate) const fn prefix(&self) -> &Prefix {
        &self.prefix
    }

    pub(crate) const fn body(&self) -> &Body {
        &self.body
    }

    pub(crate) fn admit(&self, ceiling: &Ceiling) -> Result<(), OverCeiling> {
        self.body.admit(ceiling)
    }

    pub(crate) fn of_parts(prefix: Prefix, text: &str, body: Body) -> Self {
        let row = Zeroizing::new(prefix.before(text));
        Self { row: SecretString::from(row.as_str()), prefix, body }
    }
}

impl fmt::Debug for StoredHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wrapped = if self.is_wrapped() { "wrapped " } else { "" };
        write!(f, "StoredHash({wrapped}{}, {}, [REDACTED])", self.kind(), self.normalization())
    }
}

/// What stands behind the prefix.
#[derive(Clone)]
pub(crate) enum Body {
    /// Argon2id of the second version in a PHC string.
    Native(Phc),
    /// As another system stored it.
    Imported(Arc<dyn Scheme>),
    /// Either, inside Argon2id.
    Wrapped(Wrapped),
}

impl Body {
    /// What is computed of the password itself.
    pub(crate) fn scheme(&self) -> &dyn Scheme {
        match self {
            Self::Native(hash) => hash,
            Self::Imported(scheme) => scheme.as_ref(),
            Self::Wrapped(wrapped) => wrapped.inner.as_ref(),
        }
    }

    fn parse(text: &str) -> Result<Self, ParseError> {
        if let Some(rest) = text.strip_prefix(wrapped::PREFIX) {
            return Wrapped::parse(rest).map(Self::Wrapped);
        }
        if text.starts_with("$argon2id$v=19$") {
            return Phc::parse(text).map(Self::Native);
        }
        imported::read(text).map(Self::Imported)
    }

    fn admit(&self, ceiling: &Ceiling) -> Result<(), OverCeiling> {
        if let Self::Wrapped(wrapped) = self {
            wrapped.outer.admit(ceiling)?;
        }
        let scheme = self.scheme();
        ceiling.admit_output(scheme.digest().len())?;
        scheme.admit(ceiling)
    }
}

/// No row of any format is longer, within the lengths of salt and digest that are read.
const MAX_ROW_BYTES: usize = 1_024;
