use thiserror::Error;

use crate::{Cost, Work};

/// What a stored hash may ask for. It is checked before anything is allocated.
///
/// A PHC string names its own parameters, so whoever can write one row decides what its
/// verification costs: without a ceiling up to 4 TiB and years. Too low a ceiling refuses owners
/// whose hashes are honest and strong, and they cannot log in; too high a one lets a planted row
/// stall the server. [`Ceiling::DEFAULT`] admits every recommendation in use below 256 MiB, and
/// about half a second of work. The costliest imported hashes that it admits took some 2 seconds
/// where they were measured.
///
/// ```
/// use doorward_hash::{Ceiling, StoredHash, Work};
///
/// // A service that imports hashes of 1 GiB says so by name.
/// let ceiling = Ceiling::default()
///     .with_memory_kib(1_048_576)
///     .with_work(Work::from_blocks(4 * 1_048_576));
/// let huge = "$argon2id$v=19$m=1048576,t=4,p=1$c2FsdHNhbHRzYWx0c2E$\
///             AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// assert!(StoredHash::parse(huge, &Ceiling::default()).is_err());
/// assert!(StoredHash::parse(huge, &ceiling).is_ok());
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ceiling {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    output_bytes: usize,
    work: Work,
    iterations: u32,
    bcrypt_cost: u32,
}

impl Ceiling {
    /// 256 MiB, 16 passes, 16 lanes, 64 bytes of output, and 2^20 blocks of work in all; of imported
    /// hashes also 2,000,000 iterations, and a bcrypt cost of 14.
    pub const DEFAULT: Self = Self {
        memory_kib: 262_144,
        passes: 16,
        lanes: 16,
        output_bytes: 64,
        work: Work::from_blocks(1 << 20),
        iterations: 2_000_000,
        bcrypt_cost: 14,
    };

    /// [`Ceiling::DEFAULT`], to be changed with the `with_` methods.
    #[must_use]
    pub const fn new() -> Self {
        Self::DEFAULT
    }

    /// At most `kib` KiB of memory.
    #[must_use]
    pub const fn with_memory_kib(mut self, kib: u32) -> Self {
        self.memory_kib = kib;
        self
    }

    /// At most `passes` passes.
    #[must_use]
    pub const fn with_passes(mut self, passes: u32) -> Self {
        self.passes = passes;
        self
    }

    /// At most `lanes` lanes.
    #[must_use]
    pub const fn with_lanes(mut self, lanes: u32) -> Self {
        self.lanes = lanes;
        self
    }

    /// At most `bytes` bytes of output. The PHC format itself ends at 64: more changes nothing.
    #[must_use]
    pub const fn with_output_bytes(mut self, bytes: usize) -> Self {
        self.output_bytes = bytes;
        self
    }

    /// At most `work` in all: memory times passes; of an imported scrypt, twice its memory times its
    /// lanes.
    #[must_use]
    pub const fn with_work(mut self, work: Work) -> Self {
        self.work = work;
        self
    }

    /// At most `iterations` of PBKDF2 or phpass, or half as many rounds of sha-crypt, in an imported
    /// hash. PBKDF2 counts once for each piece of output as long as its hash.
    #[must_use]
    pub const fn with_iterations(mut self, iterations: u32) -> Self {
        self.iterations = iterations;
        self
    }

    /// At most this cost of bcrypt, whose work is two to its power, in an imported hash.
    #[must_use]
    pub const fn with_bcrypt_cost(mut self, cost: u32) -> Self {
        self.bcrypt_cost = cost;
        self
    }

    /// Whether `cost` with so many bytes of output stays within.
    pub(crate) const fn admit(&self, cost: Cost, output_bytes: usize) -> Result<(), OverCeiling> {
        first_over(&[
            ("memory m, in KiB", cost.m_kib() as u64, self.memory_kib as u64),
            ("passes t", cost.t() as u64, self.passes as u64),
            ("lanes p", cost.p() as u64, self.lanes as u64),
            ("output, in bytes", output_bytes as u64, self.output_bytes as u64),
            ("work m*t, in blocks", cost.work().blocks(), self.work.blocks()),
        ])
    }

    /// Whether a digest stays within.
    pub(crate) const fn admit_output(&self, bytes: usize) -> Result<(), OverCeiling> {
        first_over(&[("output, in bytes", bytes as u64, self.output_bytes as u64)])
    }

    /// Whether so many iterations stay within.
    #[cfg(any(feature = "pbkdf2", feature = "phpass", feature = "sha-crypt"))]
    pub(crate) const fn admit_iterations(&self, iterations: u32) -> Result<(), OverCeiling> {
        first_over(&[("number of iterations", iterations as u64, self.iterations as u64)])
    }

    /// Whether this cost of bcrypt stays within.
    #[cfg(feature = "bcrypt")]
    pub(crate) const fn admit_bcrypt(&self, cost: u32) -> Result<(), OverCeiling> {
        first_over(&[("cost of bcrypt", cost as u64, self.bcrypt_cost as u64)])
    }

    /// Whether scrypt with so much memory and so many lanes stays within. Each lane goes over the
    /// memory twice: to write it, and to read it.
    #[cfg(feature = "scrypt")]
    pub(crate) const fn admit_scrypt(&self, kib: u64, lanes: u32) -> Result<(), OverCeiling> {
        let work = kib.saturating_mul(2).saturating_mul(lanes as u64);
        first_over(&[
            ("memory of scrypt, in KiB", kib, self.memory_kib as u64),
            ("lanes p of scrypt", lanes as u64, self.lanes as u64),
            ("work of scrypt, in blocks", work, self.work.blocks()),
        ])
    }

    /// This ceiling, raised where `cost` needs it.
    pub(crate) fn covering(self, cost: Cost) -> Self {
        Self {
            memory_kib: self.memory_kib.max(cost.m_kib()),
            passes: self.passes.max(cost.t()),
            lanes: self.lanes.max(cost.p()),
            output_bytes: self.output_bytes.max(Cost::OUTPUT_BYTES),
            work: self.work.max(cost.work()),
            ..self
        }
    }
}

impl Default for Ceiling {
    /// [`Ceiling::DEFAULT`].
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// One parameter that exceeds a [`Ceiling`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("{what} is {asked}, above the ceiling of {allowed}")]
pub struct OverCeiling {
    what: &'static str,
    asked: u64,
    allowed: u64,
}

impl OverCeiling {
    /// The parameter and its unit, in words.
    #[must_use]
    pub const fn what(&self) -> &'static str {
        self.what
    }

    /// What was asked for.
    #[must_use]
    pub const fn asked(&self) -> u64 {
        self.asked
    }

    /// What the ceiling allows.
    #[must_use]
    pub const fn allowed(&self) -> u64 {
        self.allowed
    }
}

/// The first of `(what, asked, allowed)` that asks for more than is allowed.
const fn first_over(parameters: &[(&'static str, u64, u64)]) -> Result<(), OverCeiling> {
    let mut i = 0;
    while i < parameters.len() {
        let (what, asked, allowed) = parameters[i];
        if asked > allowed {
            return Err(OverCeiling { what, asked, allowed });
        }
        i += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_inclusive_and_its_own() {
        let ceiling = Ceiling::new()
            .with_memory_kib(100)
            .with_passes(5)
            .with_lanes(2)
            .with_output_bytes(32)
            .with_work(Work::from_blocks(400));
        assert_eq!(ceiling.admit(Cost::unchecked(80, 5, 2), 32), Ok(()));
        assert_eq!(ceiling.admit(Cost::unchecked(100, 4, 1), 32), Ok(()));
        for (m, t, p, output, what) in [
            (101, 1, 1, 32, "memory"),
            (16, 6, 1, 32, "passes"),
            (64, 1, 3, 32, "lanes"),
            (16, 1, 1, 33, "output"),
            (100, 5, 1, 32, "work"),
        ] {
            let over = ceiling.admit(Cost::unchecked(m, t, p), output).unwrap_err();
            assert!(over.what().starts_with(what), "{over}");
            assert!(over.asked() > over.allowed(), "{over}");
        }
    }

    #[test]
    fn covering_admits_the_policy_and_lowers_nothing() {
        let narrow = Ceiling::new()
            .with_memory_kib(8)
            .with_passes(1)
            .with_output_bytes(4)
            .with_work(Work::ZERO);
        let wide = narrow.covering(Cost::OWASP_19_MIB);
        assert_eq!(wide.admit(Cost::OWASP_19_MIB, Cost::OUTPUT_BYTES), Ok(()));
        assert!(wide.admit(Cost::OWASP_46_MIB, Cost::OUTPUT_BYTES).is_err());
        assert_eq!(Ceiling::DEFAULT.covering(Cost::OWASP_19_MIB), Ceiling::DEFAULT);
    }
}
