use std::time::Duration;

use thiserror::Error;

/// What logins ask of the server: how long one may take, and how many come at the peak.
///
/// ```
/// use std::time::Duration;
/// use doorward_hash::Demand;
///
/// let demand = Demand::new(Duration::from_millis(100), 20.0)?;
/// assert_eq!(demand.deadline(), Duration::from_secs(5));
/// # Ok::<(), doorward_hash::DemandError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demand {
    target: Duration,
    logins_per_second: f64,
    deadline: Duration,
}

impl Demand {
    /// A login takes up to `target` in the mean at the peak, its wait for a hashing thread included,
    /// and the peak is `logins_per_second`, spread at random.
    ///
    /// Count wrong guesses with the logins, and only those that get to a hash: an attempt that the
    /// throttle makes wait costs none. A target that is too short leaves a stolen table cheap to
    /// guess; a long one keeps people waiting, and a peak that is set too low a queue that grows.
    /// OWASP asks to stay below one second.
    ///
    /// # Errors
    ///
    /// - [`DemandError::Target`] outside of 1 millisecond to 60 seconds.
    /// - [`DemandError::Peak`] outside of one login in 1,000,000 seconds to 1,000,000 a second.
    pub fn new(target: Duration, logins_per_second: f64) -> Result<Self, DemandError> {
        if !(Duration::from_millis(1)..=LONGEST).contains(&target) {
            return Err(DemandError::Target);
        }
        if !(1e-6..=1e6).contains(&logins_per_second) {
            return Err(DemandError::Peak);
        }
        Ok(Self { target, logins_per_second, deadline: Duration::from_secs(5) })
    }

    /// How long a login may take at the very most, waiting included; 5 seconds unless told. It is
    /// raised to the target where it is shorter, and held at 60 seconds. The length of the queue
    /// follows from it.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline: deadline.min(LONGEST), ..self }
    }

    /// How long a login may take in the mean.
    #[must_use]
    pub const fn target(&self) -> Duration {
        self.target
    }

    /// The logins in a second at the peak.
    #[must_use]
    pub const fn logins_per_second(&self) -> f64 {
        self.logins_per_second
    }

    /// How long a login may take at the very most.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.deadline.max(self.target)
    }

    /// The same with another target, held at the longest.
    pub(crate) fn with_target(self, target: Duration) -> Self {
        Self { target: target.min(LONGEST), ..self }
    }

    /// The same with another peak.
    pub(crate) fn with_logins_per_second(self, logins_per_second: f64) -> Self {
        Self { logins_per_second, ..self }
    }
}

/// Why this is no [`Demand`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum DemandError {
    /// No rate of logins.
    #[error("the logins in a second must be a number above 0 and up to 1,000,000: 20 for instance")]
    Peak,
    /// No time that a login can take.
    #[error("a login's target must be between 1 millisecond and 60 seconds: 100 ms for instance")]
    Target,
}

/// No attempt is kept waiting for longer.
pub(crate) const LONGEST: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    const TENTH: Duration = Duration::from_millis(100);

    #[test]
    fn what_is_no_demand_is_refused() {
        for target in [Duration::ZERO, Duration::from_micros(999), Duration::from_secs(61)] {
            assert_eq!(Demand::new(target, 20.0), Err(DemandError::Target));
        }
        for peak in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e7] {
            assert_eq!(Demand::new(TENTH, peak), Err(DemandError::Peak));
        }
    }

    #[test]
    fn a_deadline_is_never_shorter_than_the_target() {
        let demand = Demand::new(TENTH, 20.0).unwrap();
        assert_eq!(demand.with_deadline(Duration::ZERO).deadline(), TENTH);
        assert_eq!(demand.with_deadline(Duration::MAX).deadline(), LONGEST);
    }
}
