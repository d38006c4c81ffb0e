use std::{cmp::Ordering, time::Duration};

use crate::{Budget, Candidate, Cost, Demand, Remedy, Timing, calibration::permits_up_to};

/// What may be changed to meet a demand. The rest stays as it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Freedom {
    logins: bool,
    cores: bool,
    memory: bool,
    target: bool,
}

impl Freedom {
    /// What alone is enough; then what is enough in pairs, without what alone is enough.
    pub(crate) fn least_remedies(floors: &[Floor], demand: Demand, budget: Budget) -> Vec<Remedy> {
        let mut enough = Self::NONE;
        let mut remedies = Vec::new();
        for single in Self::SINGLE {
            if let Some(remedy) = single.remedy(floors, demand, budget) {
                enough = enough.or(single);
                remedies.push(remedy);
            }
        }
        let pairs = Self::PAIRS.into_iter().filter(|pair| !pair.shares_with(enough));
        remedies.extend(pairs.filter_map(|pair| pair.remedy(floors, demand, budget)));
        remedies
    }

    const NONE: Self = Self { logins: false, cores: false, memory: false, target: false };

    const SINGLE: [Self; 4] = [
        Self { logins: true, ..Self::NONE },
        Self { cores: true, ..Self::NONE },
        Self { memory: true, ..Self::NONE },
        Self { target: true, ..Self::NONE },
    ];

    /// The last is always a way, as long as a hash takes less than the longest target.
    const PAIRS: [Self; 4] = [
        Self { cores: true, memory: true, ..Self::NONE },
        Self { cores: true, target: true, ..Self::NONE },
        Self { memory: true, target: true, ..Self::NONE },
        Self { logins: true, target: true, ..Self::NONE },
    ];

    const fn or(self, other: Self) -> Self {
        Self {
            logins: self.logins || other.logins,
            cores: self.cores || other.cores,
            memory: self.memory || other.memory,
            target: self.target || other.target,
        }
    }

    const fn shares_with(self, other: Self) -> bool {
        (self.logins && other.logins)
            || (self.cores && other.cores)
            || (self.memory && other.memory)
            || (self.target && other.target)
    }

    /// The least change of this kind that meets the demand with one of these costs.
    pub(crate) fn remedy(self, floors: &[Floor], demand: Demand, budget: Budget) -> Option<Remedy> {
        let ways = floors.iter().flat_map(|floor| {
            let way = Way { freedom: self, floor, demand, budget };
            let permits = match self.cores {
                true => way.more_cores().into_iter().collect(),
                false => permits_up_to(budget.cores()),
            };
            permits.into_iter().filter_map(move |permits| way.remedy(permits))
        });
        ways.min_by(least)
    }
}

/// A row of the OWASP table, and how long it was measured to take with more and more permits.
#[derive(Clone, Debug)]
pub(crate) struct Floor {
    cost: Cost,
    timings: Vec<(usize, Timing)>,
}

impl Floor {
    /// The rows among what was measured.
    pub(crate) fn all_of(considered: &[Candidate]) -> Vec<Self> {
        let mut floors: Vec<Self> = Vec::new();
        for candidate in considered.iter().filter(|candidate| candidate.cost().is_owasp_least()) {
            let timing = (candidate.permits(), candidate.timing());
            match floors.iter_mut().find(|floor| floor.cost == candidate.cost()) {
                Some(floor) => floor.timings.push(timing),
                None => floors.push(Self { cost: candidate.cost(), timings: vec![timing] }),
            }
        }
        floors
    }

    /// With as many permits, or as nearly as many as could be measured.
    fn timing(&self, permits: usize) -> Option<Timing> {
        let measured = self.timings.iter().rev().find(|(most, _)| *most <= permits);
        measured.or(self.timings.first()).map(|(_, timing)| *timing)
    }
}

/// One row of the OWASP table, and what may be changed for it.
#[derive(Clone, Copy)]
struct Way<'a> {
    freedom: Freedom,
    floor: &'a Floor,
    demand: Demand,
    budget: Budget,
}

impl Way<'_> {
    /// The least change with so many permits, if there is one.
    fn remedy(&self, permits: usize) -> Option<Remedy> {
        let memory_kib = (permits as u64).saturating_mul(u64::from(self.floor.cost.m_kib()));
        let mut remedy = Remedy {
            cores: self.freedom.cores.then_some(permits),
            memory_kib: self.freedom.memory.then_some(memory_kib),
            target: self.freedom.target.then_some(crate::calibration::demand::LONGEST),
            ..Remedy::default()
        };
        if self.freedom.logins {
            remedy.logins_per_second = self.most_logins(remedy, permits);
        }
        let changed = self.candidate(remedy, permits)?;
        if self.freedom.target {
            remedy.target = Some(whole_milliseconds(changed.latency()));
        }
        self.candidate(remedy, permits)?.fits().then_some(remedy)
    }

    /// The fewest cores beyond those there are with which the load can be borne.
    fn more_cores(&self) -> Option<usize> {
        let any_memory = Self { freedom: Freedom { memory: true, ..self.freedom }, ..*self };
        let timing = self.floor.timing(usize::MAX)?;
        // At twice the permits that the load asks for, waits are next to nothing.
        let load = self.demand.logins_per_second() * timing.busy().as_secs_f64();
        let most = (2.0 * load / self.budget.utilisation()) as usize + self.budget.cores() + 64;
        let (mut least, mut enough) = (self.budget.cores() + 1, most);
        any_memory.remedy(enough)?;
        while least < enough {
            let middle = least + (enough - least) / 2;
            match any_memory.remedy(middle) {
                Some(_) => enough = middle,
                None => least = middle + 1,
            }
        }
        Some(enough)
    }

    /// The most logins in a second with which everything else fits, rounded down to hundredths.
    fn most_logins(&self, remedy: Remedy, permits: usize) -> Option<f64> {
        let fits = |peak: f64| {
            let remedy = Remedy { logins_per_second: Some(peak), ..remedy };
            self.candidate(remedy, permits).is_some_and(|candidate| candidate.fits())
        };
        let (mut most, mut too_many) = (0.0, self.demand.logins_per_second());
        for _ in 0..64 {
            let middle = f64::midpoint(most, too_many);
            match fits(middle) {
                true => most = middle,
                false => too_many = middle,
            }
        }
        let rounded = (most * 100.0).floor() / 100.0;
        let most = if rounded > 0.0 { rounded } else { most };
        (most > 0.0).then_some(most)
    }

    fn candidate(&self, remedy: Remedy, permits: usize) -> Option<Candidate> {
        let (demand, budget) = remedy.applied_to(self.demand, self.budget);
        let timing = self.floor.timing(permits)?;
        Some(Candidate::new(self.floor.cost, permits, timing, demand, budget))
    }
}

/// What costs least to change comes first: what has to be bought, then what people notice.
fn least(a: &Remedy, b: &Remedy) -> Ordering {
    let fewer = a.logins_per_second.partial_cmp(&b.logins_per_second).unwrap_or(Ordering::Equal);
    (a.cores, a.memory_kib)
        .cmp(&(b.cores, b.memory_kib))
        .then(fewer.reverse())
        .then(a.target.cmp(&b.target))
}

/// Rounded up.
fn whole_milliseconds(time: Duration) -> Duration {
    let rounded = time.as_nanos().div_ceil(1_000_000);
    Duration::from_millis(u64::try_from(rounded).unwrap_or(u64::MAX))
}
