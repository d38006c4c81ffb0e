use thiserror::Error;

use crate::cost::OWASP_LEAST_M_KIB;

/// What hashing may take of the server.
///
/// ```
/// use doorward_hash::Budget;
///
/// let budget = Budget::new(512 * 1_024, 4)?.with_utilisation_percent(50);
/// assert_eq!(budget.utilisation(), 0.5);
/// # Ok::<(), doorward_hash::BudgetError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Budget {
    memory_kib: u64,
    cores: usize,
    utilisation_percent: u32,
}

impl Budget {
    /// All hashes together may take `memory_kib` KiB, and `cores` processors.
    ///
    /// More memory than there is ends in [`HashError::OutOfMemory`](crate::HashError::OutOfMemory), or
    /// in a process that the system ends; more cores than there are in hashes that take turns and all
    /// last longer. Too little of either makes a weaker cost than the server could bear.
    ///
    /// # Errors
    ///
    /// - [`BudgetError::Memory`] below 7168 KiB, the least that the OWASP table allows for one hash.
    /// - [`BudgetError::Cores`] without a core.
    pub const fn new(memory_kib: u64, cores: usize) -> Result<Self, BudgetError> {
        if memory_kib < OWASP_LEAST_M_KIB as u64 {
            return Err(BudgetError::Memory { memory_kib });
        }
        if cores == 0 {
            return Err(BudgetError::Cores);
        }
        Ok(Self { memory_kib, cores, utilisation_percent: 70 })
    }

    /// The share of their time that hashing threads may work at the peak, held between 1 and 95 per
    /// cent; 70 unless told. What is left over is for chance: at 95 per cent the queue is some ten
    /// times as long as at 70.
    #[must_use]
    pub fn with_utilisation_percent(self, percent: u32) -> Self {
        Self { utilisation_percent: percent.clamp(1, 95), ..self }
    }

    /// The memory of all hashes together, in KiB.
    #[must_use]
    pub const fn memory_kib(&self) -> u64 {
        self.memory_kib
    }

    /// The processors.
    #[must_use]
    pub const fn cores(&self) -> usize {
        self.cores
    }

    /// The share of their time that hashing threads may work, between 0 and 1.
    #[must_use]
    pub fn utilisation(&self) -> f64 {
        f64::from(self.utilisation_percent) / 100.0
    }

    /// As many hashes at once as it allows: one a core, each with the least memory there is.
    pub(crate) fn most_permits(&self) -> usize {
        let by_memory = self.memory_kib / u64::from(OWASP_LEAST_M_KIB);
        self.cores.min(usize::try_from(by_memory).unwrap_or(usize::MAX))
    }

    /// The same with other memory.
    pub(crate) const fn with_memory_kib(self, memory_kib: u64) -> Self {
        Self { memory_kib, ..self }
    }

    /// The same with other cores.
    pub(crate) const fn with_cores(self, cores: usize) -> Self {
        Self { cores, ..self }
    }
}

/// Why this is no [`Budget`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum BudgetError {
    /// No processor.
    #[error("hashing needs at least one core")]
    Cores,
    /// Less memory than one hash takes.
    #[error(
        "{memory_kib} KiB are too little for any hash of the OWASP table: allow {least} KiB or more",
        least = OWASP_LEAST_M_KIB
    )]
    Memory {
        /// The memory that was allowed, in KiB.
        memory_kib: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_little_is_refused_and_the_remedy_named() {
        let error = Budget::new(7_167, 1).unwrap_err();
        assert_eq!(error, BudgetError::Memory { memory_kib: 7_167 });
        assert!(error.to_string().contains("allow 7168 KiB"), "{error}");
        assert_eq!(Budget::new(7_168, 0), Err(BudgetError::Cores));
        assert!(Budget::new(7_168, 1).is_ok());
    }

    #[test]
    fn permits_end_with_the_cores_and_with_the_memory() {
        assert_eq!(Budget::new(7_168 * 3, 8).unwrap().most_permits(), 3);
        assert_eq!(Budget::new(7_168 * 3, 2).unwrap().most_permits(), 2);
    }

    #[test]
    fn some_of_the_time_is_always_left_over() {
        let budget = Budget::new(7_168, 1).unwrap();
        assert_eq!(budget.with_utilisation_percent(100).utilisation(), 0.95);
        assert_eq!(budget.with_utilisation_percent(0).utilisation(), 0.01);
    }
}
