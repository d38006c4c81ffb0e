use crate::{Candidate, Cost};

/// A cost and a number of permits that meet the demand within the budget, and what they come to.
///
/// ```
/// use std::time::Duration;
/// use doorward_hash::{Budget, Calibration, Demand, Timing, calibrate};
///
/// let demand = Demand::new(Duration::from_millis(100), 20.0)?;
/// let budget = Budget::new(512 * 1_024, 4)?;
/// let calibration = calibrate(demand, budget, |cost, _at_once| {
///     // In place of a measurement: 3 blocks in a microsecond.
///     let took = Duration::from_micros(cost.work().blocks() / 3);
///     Ok::<_, std::convert::Infallible>(Timing::new(took, took))
/// })?;
/// let Calibration::Met(recommended) = calibration else { panic!("it can be met") };
/// assert_eq!(recommended.cost().to_string(), "m=131072,t=2,p=1");
/// assert_eq!(recommended.permits(), 4);
/// assert!(recommended.candidate().latency() <= demand.target());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a recommendation changes nothing by itself"]
pub struct Recommendation {
    candidate: Candidate,
    considered: Vec<Candidate>,
}

impl Recommendation {
    /// What a new hash is to cost.
    #[must_use]
    pub const fn cost(&self) -> Cost {
        self.candidate.cost()
    }

    /// How many hashes are to go on at once.
    #[must_use]
    pub const fn permits(&self) -> usize {
        self.candidate.permits()
    }

    /// What it comes to: memory, load, waits, and the length of the queue.
    #[must_use]
    pub const fn candidate(&self) -> &Candidate {
        &self.candidate
    }

    /// All that was measured on the way, in that order; the recommended one is among them.
    #[must_use]
    pub fn considered(&self) -> &[Candidate] {
        &self.considered
    }

    /// How the cost compares with those that standards name: the two of the OWASP table with the most
    /// memory, and the two of RFC 9106 section 4.
    #[must_use]
    pub fn comparisons(&self) -> [Comparison; 4] {
        STANDARDS.map(|(name, standard)| Comparison { name, standard, cost: self.cost() })
    }

    pub(crate) const fn new(candidate: Candidate, considered: Vec<Candidate>) -> Self {
        Self { candidate, considered }
    }
}

/// A cost beside one that a standard names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Comparison {
    name: &'static str,
    standard: Cost,
    cost: Cost,
}

impl Comparison {
    /// The standard, in words.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What the standard names.
    #[must_use]
    pub const fn standard(&self) -> Cost {
        self.standard
    }

    /// The memory of one hash, as a multiple of the standard's.
    #[must_use]
    pub fn memory(&self) -> f64 {
        f64::from(self.cost.m_kib()) / f64::from(self.standard.m_kib())
    }

    /// The work of one hash, `m * t`, as a multiple of the standard's.
    #[must_use]
    pub fn work(&self) -> f64 {
        self.cost.work_relative_to(self.standard)
    }

    /// What a guess costs on hardware made for guessing, `m * (m * t)`, as a multiple of the standard's.
    #[must_use]
    pub fn guess(&self) -> f64 {
        self.cost.guess_relative_to(self.standard)
    }
}

const STANDARDS: [(&str, Cost); 4] = [
    ("OWASP, the default here", Cost::OWASP_19_MIB),
    ("OWASP, one pass", Cost::OWASP_46_MIB),
    ("RFC 9106, second choice", Cost::unchecked(65_536, 3, 4)),
    ("RFC 9106, first choice", Cost::unchecked(2_097_152, 1, 4)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_as_dear_as_itself() {
        for (name, standard) in STANDARDS {
            let same = Comparison { name, standard, cost: standard };
            assert_eq!((same.memory(), same.work(), same.guess()), (1.0, 1.0, 1.0), "{name}");
        }
    }

    #[test]
    fn twice_the_memory_is_four_times_the_guess_and_twice_the_passes_twice() {
        let guess = |m, t| {
            let cost = Cost::new(m, t, 1).unwrap();
            Comparison { name: "", standard: Cost::OWASP_19_MIB, cost }.guess()
        };
        assert_eq!((guess(38_912, 2), guess(19_456, 4)), (4.0, 2.0));
    }
}
