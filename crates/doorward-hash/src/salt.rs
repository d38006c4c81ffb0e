use std::fmt;

use thiserror::Error;

/// The 16 bytes that make equal passwords hash differently: RFC 9106 section 4.
///
/// One salt serves one hash: [`Hasher::hash`](crate::Hasher::hash) takes it by value, and it cannot
/// be cloned. Its `Debug` shows nothing.
///
/// ```
/// use doorward_hash::Salt;
///
/// let salt = Salt::generate()?;
/// assert_eq!(format!("{salt:?}"), "Salt([REDACTED])");
/// # Ok::<(), doorward_hash::RandomError>(())
/// ```
pub struct Salt([u8; Self::BYTES]);

impl Salt {
    /// Length in bytes.
    pub const BYTES: usize = 16;

    /// A fresh salt from the operating system's generator: the only randomness of this crate.
    ///
    /// # Errors
    ///
    /// [`RandomError`] when the operating system gives none.
    pub fn generate() -> Result<Self, RandomError> {
        let mut bytes = [0; Self::BYTES];
        getrandom::fill(&mut bytes).map_err(RandomError)?;
        Ok(Self(bytes))
    }

    /// A given salt, for tests and for fixtures. A salt that repeats lets one guess be tried
    /// against every account that shares it.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt([REDACTED])")
    }
}

/// The operating system gave no random bytes.
// Opaque: the generator's crate is below 1.0 and stays out of the public API.
#[derive(Clone, Copy, Debug, Error)]
#[error("no random bytes from the operating system ({0}): try again, and check its generator")]
pub struct RandomError(getrandom::Error);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_salts_differ() {
        let (one, other) = (Salt::generate().unwrap(), Salt::generate().unwrap());
        assert_ne!(one.as_bytes(), other.as_bytes());
    }

    #[test]
    fn given_bytes_are_kept() {
        assert_eq!(Salt::from_bytes([7; 16]).as_bytes(), [7; 16]);
    }
}
