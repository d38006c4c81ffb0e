use std::fmt;

use crate::{
    Budget, Candidate, Demand, Remedy,
    calibration::freedom::{Floor, Freedom},
};

/// Not even the least cost of the OWASP table meets the demand within the budget.
///
/// Less is never recommended: a table of cheap hashes costs every user whose password is guessed, a
/// server more costs money. So something else has to give, and the [`Remedy`]s say what.
#[derive(Clone, Debug, PartialEq)]
pub struct Shortfall {
    demand: Demand,
    nearest: Candidate,
    considered: Vec<Candidate>,
    remedies: Vec<Remedy>,
}

impl Shortfall {
    /// What comes closest: of the costs and permits that were measured, those with the least latency
    /// at the peak, or, where every queue would grow without end, with the least load.
    #[must_use]
    pub const fn nearest(&self) -> &Candidate {
        &self.nearest
    }

    /// All that was measured, in that order.
    #[must_use]
    pub fn considered(&self) -> &[Candidate] {
        &self.considered
    }

    /// What can be changed: each of them alone is enough. Two changes at once are named where neither
    /// of them is enough without the other. None are left only where one hash takes longer than a
    /// minute.
    #[must_use]
    pub fn remedies(&self) -> &[Remedy] {
        &self.remedies
    }

    /// `considered` has each row of the OWASP table with which a hash fits the memory.
    pub(crate) fn new(
        demand: Demand,
        budget: Budget,
        nearest: Candidate,
        considered: Vec<Candidate>,
    ) -> Self {
        let floors = Floor::all_of(&considered);
        let remedies = Freedom::least_remedies(&floors, demand, budget);
        Self { demand, nearest, considered, remedies }
    }
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (demand, nearest) = (&self.demand, &self.nearest);
        write!(
            f,
            "{} logins a second within {:?} cannot be met at the least cost of the OWASP table: with \
             {} and {} at once a hash takes {:.1} ms, and the threads work {:.0} % of their time",
            demand.logins_per_second(),
            demand.target(),
            nearest.cost(),
            nearest.permits(),
            1e3 * nearest.timing().busy().as_secs_f64(),
            100.0 * nearest.utilisation(),
        )?;
        if self.remedies.is_empty() {
            return f.write_str(". No change is enough but a faster machine");
        }
        let remedies: Vec<_> = self.remedies.iter().map(Remedy::to_string).collect();
        write!(f, ". Each of these alone is enough: {}", remedies.join("; "))
    }
}

impl std::error::Error for Shortfall {}
