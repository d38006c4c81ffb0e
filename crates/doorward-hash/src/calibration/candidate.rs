use std::time::Duration;

use crate::{Budget, Cost, Demand, calibration::queue::Queue};

/// How long one hash took.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Timing {
    alone: Duration,
    busy: Duration,
}

impl Timing {
    /// `alone`: with no other hash going on. `busy`: with all permits hashing at once.
    ///
    /// Cores share caches and the way to the memory, so `busy` is what a login at the peak takes, and
    /// what everything here is reckoned with. `alone` is told and decides nothing.
    #[must_use]
    pub const fn new(alone: Duration, busy: Duration) -> Self {
        Self { alone, busy }
    }

    /// With no other hash going on.
    #[must_use]
    pub const fn alone(&self) -> Duration {
        self.alone
    }

    /// With all permits hashing at once.
    #[must_use]
    pub const fn busy(&self) -> Duration {
        self.busy
    }
}

/// A cost, how many hash at once, how long that was measured to take, and what it comes to under a
/// [`Demand`].
///
/// Waits are those of the M/M/c queue by the Erlang C formula, for logins that come at random. It
/// takes hashes to vary in length, which they hardly do: real waits are about half as long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    cost: Cost,
    permits: usize,
    timing: Timing,
    demand: Demand,
    budget: Budget,
}

impl Candidate {
    /// The cost.
    #[must_use]
    pub const fn cost(&self) -> Cost {
        self.cost
    }

    /// How many hashes go on at once: the number of hashing threads.
    #[must_use]
    pub const fn permits(&self) -> usize {
        self.permits
    }

    /// How long one hash took.
    #[must_use]
    pub const fn timing(&self) -> Timing {
        self.timing
    }

    /// The memory of all hashes together, in KiB.
    #[must_use]
    pub const fn memory_kib(&self) -> u64 {
        (self.permits as u64).saturating_mul(self.cost.m_kib() as u64)
    }

    /// The share of its time that a hashing thread works at the peak. At 1 and above the queue grows
    /// without end.
    #[must_use]
    pub fn utilisation(&self) -> f64 {
        self.queue_at_peak().utilisation()
    }

    /// The share of all cores of the budget that hashing takes at the peak.
    #[must_use]
    pub fn processor_share(&self) -> f64 {
        self.queue_at_peak().load() / self.budget.cores() as f64
    }

    /// The logins in a second that fill the threads as far as the budget allows.
    #[must_use]
    pub fn logins_per_second(&self) -> f64 {
        let busy = self.timing.busy.as_secs_f64().max(1e-9);
        self.permits as f64 * self.budget.utilisation() / busy
    }

    /// How long a login waits for a thread at the peak, in the mean; [`Duration::MAX`] when the queue
    /// grows without end.
    #[must_use]
    pub fn wait(&self) -> Duration {
        self.queue_at_peak().mean_wait()
    }

    /// The wait that 99 of 100 logins stay within at the peak.
    #[must_use]
    pub fn wait_of_99_percent(&self) -> Duration {
        self.queue_at_peak().wait_of_all_but(0.01)
    }

    /// How long a login takes at the peak, in the mean: the wait and the hash.
    #[must_use]
    pub fn latency(&self) -> Duration {
        self.wait().saturating_add(self.timing.busy)
    }

    /// How many may wait so that the last of them is still answered within the deadline of the demand:
    /// `permits * (floor(deadline / busy) - 1)`.
    #[must_use]
    pub fn queue(&self) -> usize {
        let rounds = self.demand.deadline().as_nanos() / self.timing.busy.as_nanos().max(1);
        let rounds = usize::try_from(rounds).unwrap_or(usize::MAX);
        self.permits.saturating_mul(rounds.saturating_sub(1))
    }

    /// The deadline of the demand.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.demand.deadline()
    }

    /// What a guess costs whoever has the table and hardware made for guessing, compared with
    /// [`Cost::OWASP_19_MIB`]: the memory times the time it is held, `m * (m * t)`.
    ///
    /// On hardware that is bought, where memory is there anyway, the work counts alone: that is
    /// [`Candidate::work_relative_to_owasp`].
    #[must_use]
    pub fn guess_relative_to_owasp(&self) -> f64 {
        self.cost.guess_relative_to(Cost::OWASP_19_MIB)
    }

    /// The work of a guess compared with [`Cost::OWASP_19_MIB`]: `m * t`.
    #[must_use]
    pub fn work_relative_to_owasp(&self) -> f64 {
        self.cost.work_relative_to(Cost::OWASP_19_MIB)
    }

    /// Whether it meets the demand within the budget.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.permits <= self.budget.cores()
            && self.memory_kib() <= self.budget.memory_kib()
            && self.utilisation() <= self.budget.utilisation()
            && self.latency() <= self.demand.target()
    }

    pub(crate) const fn new(
        cost: Cost,
        permits: usize,
        timing: Timing,
        demand: Demand,
        budget: Budget,
    ) -> Self {
        Self { cost, permits, timing, demand, budget }
    }

    fn queue_at_peak(&self) -> Queue {
        Queue::new(self.permits, self.demand.logins_per_second(), self.timing.busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(permits: usize, busy_ms: u64) -> Candidate {
        let busy = Duration::from_millis(busy_ms);
        let demand = Demand::new(Duration::from_millis(100), 20.0).unwrap();
        let budget = Budget::new(512 * 1_024, 4).unwrap();
        Candidate::new(Cost::OWASP_46_MIB, permits, Timing::new(busy, busy), demand, budget)
    }

    #[test]
    fn what_it_comes_to() {
        let candidate = candidate(2, 50);
        assert_eq!(candidate.memory_kib(), 2 * 47_104);
        assert!((candidate.utilisation() - 0.5).abs() < 1e-9);
        assert!((candidate.processor_share() - 0.25).abs() < 1e-9);
        assert!((candidate.logins_per_second() - 28.0).abs() < 1e-9);
        // C(2, 1) = 1/3, and those who wait do so for 50 ms in the mean.
        assert!((candidate.wait().as_secs_f64() - 0.05 / 3.0).abs() < 1e-9);
        assert!((candidate.latency().as_secs_f64() - 0.2 / 3.0).abs() < 1e-9);
        assert!(candidate.fits());
    }

    #[test]
    fn the_last_in_the_queue_makes_the_deadline_and_one_more_would_not() {
        let candidate = candidate(2, 60);
        // 83 rounds of 60 ms fit into 5 seconds; the hash itself is the last of them.
        assert_eq!(candidate.queue(), 2 * 82);
        let rounds = candidate.queue().div_ceil(2) as u32 + 1;
        assert!(rounds * candidate.timing().busy() <= candidate.deadline());
        assert!((rounds + 1) * candidate.timing().busy() > candidate.deadline());
    }

    #[test]
    fn each_bound_is_one() {
        assert!(!candidate(1, 50).fits(), "it always works");
        assert!(!candidate(2, 80).fits(), "it works more than 70 per cent");
        assert!(!candidate(4, 101).fits(), "it takes too long");
        assert!(!candidate(5, 10).fits(), "there are four cores");
        assert!(!candidate(12, 10).fits(), "there is memory for eleven");
    }

    #[test]
    fn more_memory_makes_a_guess_dearer_than_more_passes() {
        let candidate = candidate(1, 1);
        assert!((candidate.work_relative_to_owasp() - 47_104.0 / 38_912.0).abs() < 1e-9);
        let expected = 47_104.0 / 19_456.0 * (47_104.0 / 38_912.0);
        assert!((candidate.guess_relative_to_owasp() - expected).abs() < 1e-9);
    }
}
