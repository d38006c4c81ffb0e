use std::num::NonZeroUsize;
use std::time::Duration;

use thiserror::Error;

/// How long and for how much a data key may be used.
///
/// | bound | default | too small costs | too large costs |
/// |---|---|---|---|
/// | `max_age` | 5 minutes | calls to KMS; an outage is felt sooner | a key that KMS has denied seals and opens for so long still |
/// | `max_messages` | 100,000 | calls | so many records open with one data key that leaks |
/// | `max_bytes` | 1 GiB | calls | the same, in bytes |
/// | `entries` | 1,000 | calls when records of many data keys, or of many tenants, are used | memory |
/// | `outage_grace` | none | an outage of KMS turns readers away | a denial that cannot be heard, because KMS is away, waits longer |
///
/// XChaCha20-Poly1305 itself sets no bound that could be reached: these limit what one leaked data key is
/// worth, and how late a revocation is noticed.
///
/// ```
/// use std::time::Duration;
/// use doorward_kms::CacheLimits;
///
/// let limits = CacheLimits::default()
///     .max_age(Duration::from_secs(60))?
///     .max_messages(10_000)?
///     .outage_grace(Duration::from_secs(600));
/// # Ok::<(), doorward_kms::CacheLimitsError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CacheLimits {
    pub(crate) max_age: Duration,
    pub(crate) max_messages: u64,
    pub(crate) max_bytes: u64,
    pub(crate) entries: NonZeroUsize,
    pub(crate) outage_grace: Duration,
}

impl CacheLimits {
    /// How long after it was made or unwrapped a data key is used without asking KMS again.
    ///
    /// # Errors
    ///
    /// [`CacheLimitsError`] for zero and for more than a day.
    pub fn max_age(self, max_age: Duration) -> Result<Self, CacheLimitsError> {
        if max_age.is_zero() || max_age > DAY {
            return Err(CacheLimitsError::Age);
        }
        Ok(Self { max_age, ..self })
    }

    /// How many messages one data key may seal.
    ///
    /// # Errors
    ///
    /// [`CacheLimitsError`] for zero.
    pub fn max_messages(self, max_messages: u64) -> Result<Self, CacheLimitsError> {
        if max_messages == 0 {
            return Err(CacheLimitsError::Nothing);
        }
        Ok(Self { max_messages, ..self })
    }

    /// How many bytes one data key may seal.
    ///
    /// # Errors
    ///
    /// [`CacheLimitsError`] for zero.
    pub fn max_bytes(self, max_bytes: u64) -> Result<Self, CacheLimitsError> {
        if max_bytes == 0 {
            return Err(CacheLimitsError::Nothing);
        }
        Ok(Self { max_bytes, ..self })
    }

    /// How many data keys are kept for opening, and for how many contexts those for sealing; what was used
    /// longest ago goes first.
    #[must_use]
    pub fn entries(self, entries: NonZeroUsize) -> Self {
        Self { entries, ..self }
    }

    /// How much longer than its age a data key that is cached still *opens* while KMS cannot be
    /// reached. [`sealing`](crate::DataKeys::sealing) gives none that is older, and a denial ends it at once.
    #[must_use]
    pub fn outage_grace(self, outage_grace: Duration) -> Self {
        Self { outage_grace, ..self }
    }
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self {
            max_age: Duration::from_secs(300),
            max_messages: 100_000,
            max_bytes: 1 << 30,
            entries: const { NonZeroUsize::new(1_000).unwrap() },
            outage_grace: Duration::ZERO,
        }
    }
}

/// The limits make no sense.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum CacheLimitsError {
    /// An age of zero, or of more than a day.
    #[error("a data key can be cached for up to a day; give 1 ns to 24 h")]
    Age,
    /// No messages, or no bytes.
    #[error("a data key that may seal nothing is of no use; give at least 1")]
    Nothing,
}

const DAY: Duration = Duration::from_secs(24 * 3_600);
