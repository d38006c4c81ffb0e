use std::{fmt, time::Duration};

use crate::{Budget, Demand};

/// A change that makes a [`Demand`] one that can be met: all that it names, together.
///
/// Its text is what a person is to do: `4 cores and 28 MiB of memory`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Remedy {
    pub(crate) logins_per_second: Option<f64>,
    pub(crate) cores: Option<usize>,
    pub(crate) memory_kib: Option<u64>,
    pub(crate) target: Option<Duration>,
}

impl Remedy {
    /// No more logins in a second than these, by more servers or by a stricter throttle.
    #[must_use]
    pub const fn logins_per_second(&self) -> Option<f64> {
        self.logins_per_second
    }

    /// So many cores. What a hash takes with more cores busy than there are cannot be measured: it is
    /// taken to be what it takes with all of them busy. Measure again where they are.
    #[must_use]
    pub const fn cores(&self) -> Option<usize> {
        self.cores
    }

    /// So much memory for all hashes together, in KiB. The same holds as of cores.
    #[must_use]
    pub const fn memory_kib(&self) -> Option<u64> {
        self.memory_kib
    }

    /// A target as long as this.
    #[must_use]
    pub const fn target(&self) -> Option<Duration> {
        self.target
    }

    /// What is asked for and what may be taken, with the change made.
    #[must_use]
    pub fn applied_to(&self, demand: Demand, budget: Budget) -> (Demand, Budget) {
        let peak = self.logins_per_second.unwrap_or(demand.logins_per_second());
        let target = self.target.unwrap_or(demand.target());
        let memory_kib = self.memory_kib.unwrap_or(budget.memory_kib());
        let cores = self.cores.unwrap_or(budget.cores());
        (
            demand.with_logins_per_second(peak).with_target(target),
            budget.with_memory_kib(memory_kib).with_cores(cores),
        )
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changes = [
            self.logins_per_second.map(|peak| format!("at most {peak} logins a second")),
            self.cores.map(|cores| format!("{cores} cores")),
            self.memory_kib.map(|kib| format!("{} MiB of memory", kib.div_ceil(1_024))),
            self.target.map(|target| format!("a target of {target:?}")),
        ];
        let changes: Vec<_> = changes.into_iter().flatten().collect();
        f.write_str(&changes.join(" and "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_to_do() {
        let remedy = Remedy { cores: Some(4), memory_kib: Some(28_672), ..Remedy::default() };
        assert_eq!(remedy.to_string(), "4 cores and 28 MiB of memory");
        let target = Some(Duration::from_millis(31));
        let remedy = Remedy { logins_per_second: Some(12.5), target, ..Remedy::default() };
        assert_eq!(remedy.to_string(), "at most 12.5 logins a second and a target of 31ms");
    }

    #[test]
    fn what_it_does_not_name_stays() {
        let demand = Demand::new(Duration::from_millis(20), 9.0).unwrap();
        let budget = Budget::new(65_536, 2).unwrap().with_utilisation_percent(50);
        assert_eq!(Remedy::default().applied_to(demand, budget), (demand, budget));
        let remedy = Remedy { cores: Some(4), ..Remedy::default() };
        assert_eq!(remedy.applied_to(demand, budget), (demand, budget.with_cores(4)));
    }
}
