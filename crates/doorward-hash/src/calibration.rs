pub(crate) mod budget;
pub(crate) mod candidate;
pub(crate) mod demand;
pub(crate) mod freedom;
pub(crate) mod queue;
pub(crate) mod recommendation;
pub(crate) mod remedy;
pub(crate) mod shortfall;

use crate::{
    Budget, Candidate, Cost, Demand, Recommendation, Shortfall, Timing, cost::owasp_least_m_kib,
};

/// Recommends the cost and the number of permits whose guesses are dearest, of those that meet the
/// demand within the budget.
///
/// `measure` tells how long a hash of a cost takes, alone and with so many at once; how, is its own
/// business: the crate `doorward` really measures, a test makes it up. It is asked some dozen times, only
/// for costs that [`Cost::new`] accepts, never for more at once than there are cores, and never for more
/// memory than the budget allows. Nothing that it was not asked about is recommended. Memory is tried in
/// steps of an eighth of a power of two, from the OWASP table's least to [`Ceiling::DEFAULT`](crate::Ceiling::DEFAULT)'s most; where
/// a hash takes the longer the more blocks it computes, nothing dearer of these would fit.
///
/// # Which cost
///
/// Dearest means the most memory times the time that it is held, `m * (m * t)`: the area of a chip
/// made for guessing, times the time that a guess takes it up. Twice the memory counts four times and
/// twice the passes twice, so for one and the same time memory wins, as RFC 9106 section 4 has it: as
/// much memory as can be afforded, then as many passes as the time allows. OWASP calls 46 MiB in one
/// pass equal to 7 MiB in five; that holds of guessing with bought hardware, where the work is what
/// counts, and its table is the floor of whatever is recommended here.
///
/// One lane always, `p=1`: a hash is computed by one thread, so that more lanes would not shorten a
/// login, while an attacker can compute them at once. Cores serve as many logins instead.
///
/// # Errors
///
/// That of `measure`, as soon as there is one. That the demand cannot be met is a value and not an
/// error: [`Calibration::Unmet`].
pub fn calibrate<E>(
    demand: Demand,
    budget: Budget,
    measure: impl FnMut(Cost, usize) -> Result<Timing, E>,
) -> Result<Calibration, E> {
    Search { demand, budget, measure, considered: Vec::new(), best: None }.run()
}

/// The answer to a demand.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a demand that is not met needs something to be done"]
#[allow(clippy::exhaustive_enums, reason = "a demand can be met or it cannot")]
pub enum Calibration {
    /// It can be met, and best like this.
    Met(Recommendation),
    /// It cannot be met at the least cost of the OWASP table, and this would have to change.
    Unmet(Shortfall),
}

impl Calibration {
    /// All that was measured, in that order.
    #[must_use]
    pub fn considered(&self) -> &[Candidate] {
        match self {
            Self::Met(recommendation) => recommendation.considered(),
            Self::Unmet(shortfall) => shortfall.considered(),
        }
    }
}

/// Numbers of permits worth trying: in steps of a third to a half, and `most` itself.
pub(crate) fn permits_up_to(most: usize) -> Vec<usize> {
    let powers = std::iter::successors(Some(2_usize), |n| n.checked_mul(2));
    let steps = powers.flat_map(|n| [n, n.saturating_add(n / 2)]);
    std::iter::once(1).chain(steps).take_while(|step| *step < most).chain([most]).collect()
}

/// More permits, then more passes, then more memory; each time only what makes guesses dearer.
struct Search<M> {
    demand: Demand,
    budget: Budget,
    measure: M,
    considered: Vec<Candidate>,
    best: Option<Candidate>,
}

impl<E, M: FnMut(Cost, usize) -> Result<Timing, E>> Search<M> {
    fn run(mut self) -> Result<Calibration, E> {
        for permits in permits_up_to(self.budget.most_permits()) {
            self.search_with(permits)?;
        }
        if let Some(best) = self.best {
            return Ok(Calibration::Met(Recommendation::new(best, self.considered)));
        }
        let load = |candidate: &Candidate| {
            candidate.timing().busy().as_nanos() / candidate.permits() as u128
        };
        let nearest = self.considered.iter().min_by_key(|one| (one.latency(), load(one)));
        let nearest = *nearest.expect("any budget has memory for one hash of the OWASP table");
        let shortfall = Shortfall::new(self.demand, self.budget, nearest, self.considered);
        Ok(Calibration::Unmet(shortfall))
    }

    /// As many passes as make guesses dearer, over as much memory as there is time for.
    fn search_with(&mut self, permits: usize) -> Result<(), E> {
        let share = self.budget.memory_kib() / permits as u64;
        for t in 1..=MOST_PASSES {
            let dearest = self.dearest();
            let mut costs = costs(t, share);
            costs.retain(|cost| cost.guess() > dearest);
            let Some(&least) = costs.first() else {
                continue;
            };
            if self.fits(least, permits)? {
                self.most_memory(&costs, permits)?;
            } else if !least.is_owasp_least() || t >= LAST_ROW {
                // Nor would a dearer guess with still more passes: they take still longer.
                break;
            }
        }
        Ok(())
    }

    /// Of `costs`, of which the first fits, tries for the last that does.
    fn most_memory(&mut self, costs: &[Cost], permits: usize) -> Result<(), E> {
        let (mut fits, mut too_much) = (0, costs.len());
        while too_much - fits > 1 {
            let middle = fits + (too_much - fits) / 2;
            match self.fits(costs[middle], permits)? {
                true => fits = middle,
                false => too_much = middle,
            }
        }
        Ok(())
    }

    /// Measures; keeps the cost if it fits and is the dearest so far.
    fn fits(&mut self, cost: Cost, permits: usize) -> Result<bool, E> {
        let timing = (self.measure)(cost, permits)?;
        let candidate = Candidate::new(cost, permits, timing, self.demand, self.budget);
        self.considered.push(candidate);
        let fits = candidate.fits();
        if fits && cost.guess() > self.dearest() {
            self.best = Some(candidate);
        }
        Ok(fits)
    }

    fn dearest(&self) -> u64 {
        self.best.map_or(0, |best| best.cost().guess())
    }
}

/// One lane, `t` passes, at most `most_kib` KiB, and everything that [`Cost::new`] accepts: the least of
/// the OWASP table, then from 8 MiB on in steps of an eighth of a power of two.
fn costs(t: u32, most_kib: u64) -> Vec<Cost> {
    let steps =
        (0..=5).flat_map(|doubled| (8..16).map(move |eighths| (eighths * 1_024) << doubled));
    let mut memory: Vec<u32> = steps.chain([owasp_least_m_kib(t)]).collect();
    memory.sort_unstable();
    memory.dedup();
    memory.retain(|m_kib| u64::from(*m_kib) <= most_kib);
    memory.into_iter().filter_map(|m_kib| Cost::new(m_kib, t, 1).ok()).collect()
}

/// The passes of the default ceiling.
const MOST_PASSES: u32 = 16;

/// From so many passes on the OWASP table asks for no less memory.
const LAST_ROW: u32 = 5;

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, time::Duration};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Where time follows work, a search of everything finds nothing that is dearer.
        #[test]
        fn the_short_search_finds_the_dearest(
            target_ms in 20_u64..2_000, peak in 0.1_f64..500.0,
            mib in 8_u64..4_096, cores in 1_usize..33, nanos in 100_u64..2_000,
        ) {
            let demand = Demand::new(Duration::from_millis(target_ms), peak).unwrap();
            let budget = Budget::new(mib * 1_024, cores).unwrap();
            let timing = |cost: Cost| {
                let took = Duration::from_nanos(cost.work().blocks() * nanos);
                Timing::new(took, took)
            };
            let everything = permits_up_to(budget.most_permits()).into_iter().flat_map(|permits| {
                let share = budget.memory_kib() / permits as u64;
                let costs = (1..=MOST_PASSES).flat_map(move |t| costs(t, share));
                costs.map(move |cost| Candidate::new(cost, permits, timing(cost), demand, budget))
            });
            let fitting = everything.filter(Candidate::fits);
            let dearest = fitting.map(|candidate| candidate.cost().guess()).max();
            let measure = |cost, _| Ok::<_, Infallible>(timing(cost));
            match calibrate(demand, budget, measure).unwrap() {
                Calibration::Unmet(_) => prop_assert_eq!(dearest, None),
                Calibration::Met(found) => {
                    prop_assert_eq!(Some(found.cost().guess()), dearest, "{}", found.cost());
                }
            }
        }
    }

    #[test]
    fn permits_rise_to_the_most() {
        assert_eq!(permits_up_to(1), [1]);
        assert_eq!(permits_up_to(2), [1, 2]);
        assert_eq!(permits_up_to(7), [1, 2, 3, 4, 6, 7]);
        assert_eq!(permits_up_to(64).last_chunk(), Some(&[32, 48, 64]));
        assert_eq!(permits_up_to(usize::MAX).last(), Some(&usize::MAX));
    }

    #[test]
    fn costs_rise_from_the_floor_to_the_ceiling_in_small_steps() {
        for t in 1..=MOST_PASSES {
            let costs = costs(t, u64::MAX);
            assert_eq!(costs[0].m_kib(), owasp_least_m_kib(t));
            for pair in costs.windows(2) {
                let (less, more) = (pair[0].m_kib(), pair[1].m_kib());
                assert!(less < more && more <= less + less / 7, "{less} to {more}");
            }
            let most = costs[costs.len() - 1];
            let ceiling = 262_144.min((1 << 20) / t);
            assert!(most.m_kib() <= ceiling && most.m_kib() > ceiling * 7 / 8, "{most}");
        }
    }

    #[test]
    fn no_cost_takes_more_than_its_share() {
        assert!(costs(1, 47_103).is_empty());
        assert_eq!(costs(5, 8_191), [Cost::new(7_168, 5, 1).unwrap()]);
    }
}
