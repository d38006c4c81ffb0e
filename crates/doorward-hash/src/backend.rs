pub(crate) mod argon;
pub(crate) mod engine;
#[cfg(feature = "vectorised")]
pub(crate) mod known_answers;
pub(crate) mod rust_crypto;
#[cfg(feature = "vectorised")]
pub(crate) mod vectorised;

use std::fmt;

use crate::{backend::engine::Engine, backend::rust_crypto::RustCrypto};

/// What computes Argon2. Every backend gives the same hashes: only time differs.
///
/// | backend | by the crate | in words |
/// |---|---|---|
/// | [`Backend::default()`] | argon2 0.6 of RustCrypto | safe Rust but for one allocation and its AVX2 gate; compiled for AVX2 where the processor has it |
/// | `Backend::vectorised()`, feature `vectorised` | argon2-rust 1.1 | written by hand for SSE2, AVX2, AVX-512 and NEON, chosen as the program runs; about twice as fast |
///
/// A faster backend lets a login cost more for the same time, or more logins in for the same cost; a
/// thief has the fastest one anyway. What it costs: some 600 lines of `unsafe` Rust that nobody has
/// audited compute with every password. A wrong one that goes unnoticed makes hashes that no other
/// system can verify, so it has to give known answers before it may do anything. The feature brings it
/// and does not choose it: that is for the code that makes the [`Hasher`](crate::Hasher).
///
/// ```
/// use doorward_hash::{Backend, Cost, Hasher};
///
/// let hasher = Hasher::new(Cost::OWASP_19_MIB).with_backend(Backend::default());
/// assert_eq!(hasher.backend().to_string(), "argon2 (RustCrypto)");
/// ```
#[derive(Clone, Copy)]
pub struct Backend(&'static dyn Engine);

impl Backend {
    /// The vectorised backend, once it has given twelve known answers on this processor: hashes that
    /// the reference implementation made, of every variant and version. It takes some milliseconds.
    ///
    /// # Errors
    ///
    /// [`BackendError`](crate::BackendError) when an answer is wrong or is not given. Start without it
    /// then.
    #[cfg(feature = "vectorised")]
    pub fn vectorised() -> Result<Self, crate::BackendError> {
        let engine = &crate::backend::vectorised::Vectorised;
        crate::backend::known_answers::check(engine.memory().as_mut())?;
        Ok(Self(engine))
    }

    pub(crate) const fn engine(self) -> &'static dyn Engine {
        self.0
    }
}

impl Default for Backend {
    /// That of RustCrypto.
    fn default() -> Self {
        Self(&RustCrypto)
    }
}

impl PartialEq for Backend {
    fn eq(&self, other: &Self) -> bool {
        self.0.id() == other.0.id()
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
        f.write_str(&self.0.name())
    }
}
