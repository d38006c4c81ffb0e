use std::sync::Arc;

use crate::{Arena, Ceiling, HashError, OverCeiling, ParseError, Password, Work};

/// One way to compute a digest of a password: a format with its work factors and its salt, and the
/// digest that a right password has.
pub(crate) trait Scheme: Send + Sync {
    /// The name of the format: it never changes, for wrapped hashes are stored with it.
    fn format(&self) -> &'static str;

    /// All that, beside the salt, decides what is computed, and how long the digest is.
    fn factors(&self) -> Vec<u32>;

    /// The factors that no more of the same work makes up for: schemes of one format and one shape
    /// differ in [`Scheme::units`] alone.
    fn shape(&self) -> Vec<u32>;

    /// The work in units of the format's own: iterations, rounds, or two to the power of the cost.
    fn units(&self) -> u64;

    /// Whether the work and the memory that it asks for stay within.
    ///
    /// # Errors
    ///
    /// The first parameter that does not.
    fn admit(&self, ceiling: &Ceiling) -> Result<(), OverCeiling>;

    /// The blocks of Argon2 memory that it needs.
    fn blocks(&self) -> u32 {
        0
    }

    /// Whether such a password can have a hash of this format at all: never where another password
    /// would have the same.
    fn takes(&self, password: &[u8]) -> bool {
        takes_without_nul(password, Password::MAX_BYTES)
    }

    /// The bytes that make equal passwords hash differently.
    fn salt(&self) -> &[u8];

    /// The digest that a right password has: at most [`MAX_DIGEST_BYTES`].
    fn digest(&self) -> &[u8];

    /// Computes the digest of a password into `out`, which is as long as [`Scheme::digest`].
    ///
    /// Returns the Argon2 blocks that were computed: none in other formats.
    ///
    /// # Errors
    ///
    /// [`HashError::OutOfMemory`] and [`HashError::Backend`] when it cannot be computed.
    fn compute(
        &self,
        arena: &mut Arena,
        password: &[u8],
        out: &mut [u8],
    ) -> Result<Work, HashError>;

    /// Computes for nothing what costs `units`, the result being thrown away.
    ///
    /// Returns the Argon2 blocks that were computed.
    ///
    /// # Errors
    ///
    /// Those of [`Scheme::compute`].
    fn fill(&self, arena: &mut Arena, password: &[u8], units: u64) -> Result<Work, HashError>;

    /// Whether Argon2's input for a secret is there.
    fn takes_secret(&self) -> bool {
        false
    }

    /// [`Scheme::compute`] with the secret that Argon2 has an input for: RFC 9106 section 3.1.
    ///
    /// # Errors
    ///
    /// [`HashError::Pepper`] in a format that has no such input; those of [`Scheme::compute`].
    fn compute_with_secret(
        &self,
        _arena: &mut Arena,
        _password: &[u8],
        _secret: &[u8],
        _out: &mut [u8],
    ) -> Result<Work, HashError> {
        Err(HashError::Pepper)
    }
}

/// Reads a text of one format; `None` when it begins like another.
pub(crate) type Reader = fn(&str) -> Result<Option<Arc<dyn Scheme>>, ParseError>;

/// Makes a scheme of its format, factors and salt, with a digest of zeros; `None` when they are
/// another format's, or nonsense.
pub(crate) type Maker = fn(&str, &[u32], &[u8]) -> Option<Arc<dyn Scheme>>;

/// The longest digest of any format.
pub(crate) const MAX_DIGEST_BYTES: usize = 64;

/// Most formats take a NUL for the end, or fill up with them: then `a` and `a\0` are the same.
pub(crate) fn takes_without_nul(password: &[u8], max_bytes: usize) -> bool {
    !password.is_empty() && password.len() <= max_bytes && !password.contains(&0)
}
