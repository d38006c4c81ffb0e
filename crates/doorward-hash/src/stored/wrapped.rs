use std::sync::Arc;

use base64ct::{Base64Unpadded, Encoding};
use zeroize::Zeroizing;

use crate::{HashError, ParseError, imported, scheme::Scheme, stored::phc::Phc};

/// Argon2id over the digest of a weaker hash, so that the weaker one is no longer at rest.
///
/// ```text
/// $wrapped$<format>$<factors>$<salt of the inner hash>$argon2id$v=19$m=..,t=..,p=..$<salt>$<digest>
/// ```
///
/// `digest = Argon2id(inner digest, salt)`. The factors are decimal numbers between commas, or `-`
/// where there is none; the salt is unpadded Base64. The inner digest is nowhere.
#[derive(Clone)]
pub(crate) struct Wrapped {
    pub(crate) outer: Phc,
    pub(crate) inner: Arc<dyn Scheme>,
}

impl Wrapped {
    /// Reads what stands behind [`PREFIX`].
    ///
    /// # Errors
    ///
    /// [`ParseError::MalformedImport`], and [`ParseError::Unsupported`] for a format that is not read.
    pub(crate) fn parse(rest: &str) -> Result<Self, ParseError> {
        let mut parts = rest.splitn(4, '$');
        let mut next = || parts.next().ok_or(MALFORMED);
        let (format, factors, salt, outer) = (next()?, next()?, next()?, next()?);
        let outer = Phc::parse(&Zeroizing::new(format!("${outer}"))).map_err(|_| MALFORMED)?;
        let factors = factors_of(factors).ok_or(MALFORMED)?;
        let salt = Base64Unpadded::decode_vec(salt).map_err(|_| MALFORMED)?;
        let inner = imported::make(format, &factors, &Zeroizing::new(salt))?.ok_or(MALFORMED)?;
        let wrapped = Self { outer, inner };
        // One spelling.
        let is_same = wrapped.to_text().strip_prefix(PREFIX) == Some(rest);
        is_same.then_some(wrapped).ok_or(MALFORMED)
    }

    /// The text.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        let salt = Zeroizing::new(Base64Unpadded::encode_string(self.inner.salt()));
        let numbers: Vec<String> = self.inner.factors().iter().map(u32::to_string).collect();
        let factors = if numbers.is_empty() { NO_FACTORS.to_owned() } else { numbers.join(",") };
        let (format, outer) = (self.inner.format(), self.outer.to_text());
        Zeroizing::new(format!("{PREFIX}{format}${factors}${}{}", *salt, *outer))
    }
}

/// What every wrapped hash begins with. It is no name of an algorithm in the PHC format's registry.
pub(crate) const PREFIX: &str = "$wrapped$";

/// A scheme of the inner hash's kind and salt, whose own digest is not kept.
///
/// # Errors
///
/// [`HashError::Backend`] when its own reader does not read it back.
pub(crate) fn without_digest(scheme: &dyn Scheme) -> Result<Arc<dyn Scheme>, HashError> {
    imported::make(scheme.format(), &scheme.factors(), scheme.salt())
        .ok()
        .flatten()
        .ok_or(HashError::Backend)
}

const NO_FACTORS: &str = "-";

const MALFORMED: ParseError = ParseError::MalformedImport { format: "a wrapped hash" };

fn factors_of(text: &str) -> Option<Vec<u32>> {
    if text == NO_FACTORS {
        Some(Vec::new())
    } else {
        text.split(',').map(|n| n.parse().ok()).collect()
    }
}
