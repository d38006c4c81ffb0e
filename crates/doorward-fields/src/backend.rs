pub(crate) mod engine;
#[cfg(feature = "ring")]
pub(crate) mod ring;
pub(crate) mod rust_crypto;

use std::fmt;

use crate::backend::engine::Engine;
use crate::backend::rust_crypto::RustCrypto;

/// What computes XChaCha20-Poly1305. Every backend gives the same bytes and opens what the others
/// sealed: only time differs.
///
/// | backend | by the crate | in words |
/// |---|---|---|
/// | [`Backend::default()`] | chacha20poly1305 of RustCrypto | Rust alone; wipes its keys; over a microsecond for the smallest field on x86 |
/// | `Backend::ring()`, feature `ring` | ring, and HChaCha20 of RustCrypto | assembly and C, needs a C compiler; about three times as fast on a small field |
///
/// ring does not wipe the key that it was given: that of one envelope, which opens nothing else. It
/// may stay on the stack until it is overwritten, as the plaintext does in a caller who copies it.
///
/// The feature brings the backend and does not choose it: that is for the code that makes the
/// [`Keyring`](crate::Keyring).
///
/// ```
/// use doorward_fields::{Backend, FieldKey, KeyId, Keyring, random_bytes};
///
/// let keyring = Keyring::new(FieldKey::new(KeyId::new(1), random_bytes()?))
///     .with_backend(Backend::default());
/// assert_eq!(keyring.backend().to_string(), "chacha20poly1305 (RustCrypto)");
/// # Ok::<(), doorward_fields::RandomError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Backend(&'static dyn Engine);

impl Backend {
    /// That of RustCrypto, for a `const`.
    pub const RUST_CRYPTO: Self = Self(&RustCrypto);

    /// The backend of ring.
    #[cfg(feature = "ring")]
    #[must_use]
    pub const fn ring() -> Self {
        Self(&ring::Ring)
    }

    pub(crate) const fn engine(self) -> &'static dyn Engine {
        self.0
    }
}

impl Default for Backend {
    /// That of RustCrypto.
    fn default() -> Self {
        Self::RUST_CRYPTO
    }
}

impl PartialEq for Backend {
    fn eq(&self, other: &Self) -> bool {
        self.0.name() == other.0.name()
    }
}

impl Eq for Backend {}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Backend({self})")
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}
