use std::sync::Arc;

use crate::{Arena, Ceiling, HashError, OverCeiling, ParseError, Password, Work};

/// A stored hash of one format: its parameters, its salt and its digest.
pub(super) trait Legacy: Send + Sync {
    /// The name of the format.
    fn format(&self) -> &'static str;

    /// Whether the work and the memory that it asks for stay within.
    fn admit(&self, ceiling: &Ceiling) -> Result<(), OverCeiling>;

    /// The blocks of Argon2 memory that it needs.
    fn blocks(&self) -> u32 {
        0
    }

    /// The longest password that is read.
    fn max_password_bytes(&self) -> usize {
        Password::MAX_BYTES
    }

    /// The digest that a right password has: at most [`MAX_DIGEST_BYTES`].
    fn digest(&self) -> &[u8];

    /// Computes the digest of a password into `out`, which is as long as [`Legacy::digest`].
    ///
    /// Returns the Argon2 blocks that were computed: none in other formats.
    fn compute(
        &self,
        arena: &mut Arena,
        password: &[u8],
        out: &mut [u8],
    ) -> Result<Work, HashError>;
}

/// Reads a text of one format; `None` when it begins like another.
pub(super) type Reader = fn(&str) -> Result<Option<Arc<dyn Legacy>>, ParseError>;

/// The longest digest of any format.
pub(super) const MAX_DIGEST_BYTES: usize = 64;

/// The longest password of a format whose every iteration reads all of it: what one attempt costs is
/// otherwise up to whoever sends it.
#[cfg(any(feature = "phpass", feature = "sha-crypt"))]
pub(super) const MAX_REPEATED_BYTES: usize = 256;
