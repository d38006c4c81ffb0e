//! What is recommended, and what cannot be met, for any demand and any server.

#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

use std::convert::Infallible;
use std::time::Duration;

use doorward_hash::{
    Budget, Calibration, Candidate, Cost, Demand, Recommendation, Shortfall, Timing, calibrate,
};
use proptest::prelude::*;

/// A server that is made up. The more blocks and the more at once, the longer.
#[derive(Clone, Copy, Debug)]
struct Server {
    nanos_a_block: f64,
    /// A hash of nothing would still take this.
    nanos_a_hash: f64,
    /// How much longer a block takes in a memory of 256 MiB than in one of nothing.
    large: f64,
    /// How much longer a hash takes for each other one that goes on.
    crowd: f64,
}

impl Server {
    const PLAIN: Self = Self { nanos_a_block: 400.0, nanos_a_hash: 0.0, large: 0.0, crowd: 0.0 };

    fn timing(&self, cost: Cost, at_once: usize) -> Timing {
        let large = 1.0 + self.large * f64::from(cost.m_kib()) / 262_144.0;
        let blocks = cost.work().blocks() as f64;
        let alone = self.nanos_a_hash + blocks * self.nanos_a_block * large;
        let busy = alone * (1.0 + self.crowd * (at_once - 1) as f64);
        let nanos = |nanos: f64| Duration::from_nanos(nanos as u64);
        Timing::new(nanos(alone), nanos(busy))
    }

    fn calibrate(&self, demand: Demand, budget: Budget) -> Calibration {
        let measure = |cost: Cost, at_once: usize| {
            let memory = u64::from(cost.m_kib()) * at_once as u64;
            assert!(memory <= budget.memory_kib(), "{at_once} of {cost} were measured");
            assert!(at_once <= budget.cores(), "{at_once} at once were measured");
            Ok::<_, Infallible>(self.timing(cost, at_once))
        };
        calibrate(demand, budget, measure).unwrap()
    }

    fn met(&self, demand: Demand, budget: Budget) -> Recommendation {
        match self.calibrate(demand, budget) {
            Calibration::Met(recommendation) => recommendation,
            Calibration::Unmet(shortfall) => panic!("{shortfall}"),
        }
    }

    fn unmet(&self, demand: Demand, budget: Budget) -> Shortfall {
        match self.calibrate(demand, budget) {
            Calibration::Unmet(shortfall) => shortfall,
            Calibration::Met(recommendation) => panic!("{recommendation:?}"),
        }
    }
}

fn demand(target_ms: u64, peak: f64) -> Demand {
    Demand::new(Duration::from_millis(target_ms), peak).unwrap()
}

fn budget(mib: u64, cores: usize) -> Budget {
    Budget::new(mib * 1_024, cores).unwrap()
}

fn any_server() -> impl Strategy<Value = Server> {
    (20.0..5_000.0, 0.0..1e6, 0.0..1.0, 0.0..0.5).prop_map(
        |(nanos_a_block, nanos_a_hash, large, crowd)| Server {
            nanos_a_block,
            nanos_a_hash,
            large,
            crowd,
        },
    )
}

fn any_demand() -> impl Strategy<Value = Demand> {
    let peak = (-20_i32..60).prop_map(|tenths| 10_f64.powf(f64::from(tenths) / 20.0));
    (1_u64..3_000, peak, 0_u64..10).prop_map(|(target_ms, peak, deadline)| {
        demand(target_ms, peak).with_deadline(Duration::from_secs(deadline))
    })
}

fn any_budget() -> impl Strategy<Value = Budget> {
    (7_u64..8_192, 1_usize..65, 20_u32..100)
        .prop_map(|(mib, cores, percent)| budget(mib, cores).with_utilisation_percent(percent))
}

fn assert_within(candidate: &Candidate, demand: Demand, budget: Budget) {
    let cost = candidate.cost();
    assert_eq!(Cost::new(cost.m_kib(), cost.t(), cost.p()), Ok(cost), "at or above the floor");
    assert_eq!(cost.p(), 1);
    assert!((1..=budget.cores()).contains(&candidate.permits()));
    assert!(u64::from(cost.m_kib()) * candidate.permits() as u64 <= budget.memory_kib());
    let busy = candidate.timing().busy();
    let load = demand.logins_per_second() * busy.as_secs_f64() / candidate.permits() as f64;
    assert!(load <= budget.utilisation() + 1e-9, "{load}");
    assert!(candidate.latency() <= demand.target() && busy <= candidate.latency());
    // The last in a full queue is done within the deadline.
    let rounds = candidate.queue().div_ceil(candidate.permits()) as u32 + 1;
    assert!(busy * rounds <= demand.deadline());
}

proptest! {
    /// Whatever is recommended is within memory, cores, target and load, and above the floor.
    #[test]
    fn a_recommendation_keeps_every_bound(
        server in any_server(), demand in any_demand(), budget in any_budget(),
    ) {
        if let Calibration::Met(recommendation) = server.calibrate(demand, budget) {
            assert_within(recommendation.candidate(), demand, budget);
            prop_assert!(recommendation.considered().contains(recommendation.candidate()));
            let timing = server.timing(recommendation.cost(), recommendation.permits());
            prop_assert_eq!(recommendation.candidate().timing(), timing);
        }
    }

    /// Nothing that was measured and fits is dearer to guess.
    #[test]
    fn the_dearest_of_what_fits_is_recommended(
        server in any_server(), demand in any_demand(), budget in any_budget(),
    ) {
        if let Calibration::Met(recommendation) = server.calibrate(demand, budget) {
            let guess = recommendation.candidate().guess_relative_to_owasp();
            for other in recommendation.considered().iter().filter(|other| other.fits()) {
                prop_assert!(other.guess_relative_to_owasp() <= guess);
            }
        }
    }

    /// No shortfall is a mistake: no row of the OWASP table fits with any number of permits tried.
    #[test]
    fn what_is_not_met_does_not_fit(
        server in any_server(), demand in any_demand(), budget in any_budget(),
    ) {
        if let Calibration::Unmet(shortfall) = server.calibrate(demand, budget) {
            prop_assert!(!shortfall.considered().is_empty());
            prop_assert!(shortfall.considered().iter().all(|candidate| !candidate.fits()));
        }
    }

    /// Each remedy, followed to the number, makes the demand one that can be met. (Those that have more
    /// go on at once than could be measured are tested below.)
    #[test]
    fn a_remedy_that_is_followed_is_enough(
        server in any_server(), demand in any_demand(), budget in any_budget(),
    ) {
        let Calibration::Unmet(shortfall) = server.calibrate(demand, budget) else {
            return Ok(());
        };
        prop_assert!(!shortfall.remedies().is_empty(), "{}", shortfall);
        for remedy in shortfall.remedies() {
            let scales = remedy.cores().or(remedy.memory_kib().map(|_| 1)).is_some();
            if scales && server.crowd > 0.0 {
                continue;
            }
            let (demand, budget) = remedy.applied_to(demand, budget);
            let recommendation = server.met(demand, budget);
            assert_within(recommendation.candidate(), demand, budget);
        }
    }

    /// The same of every remedy, where hashes do not get into each other's way: more at once than there
    /// were cores or memory for are taken to last no longer.
    #[test]
    fn more_cores_and_more_memory_are_enough_where_they_scale(
        server in any_server(), demand in any_demand(), budget in any_budget(),
    ) {
        let server = Server { crowd: 0.0, ..server };
        let Calibration::Unmet(shortfall) = server.calibrate(demand, budget) else {
            return Ok(());
        };
        for remedy in shortfall.remedies() {
            let (demand, budget) = remedy.applied_to(demand, budget);
            let recommendation = server.met(demand, budget);
            assert_within(recommendation.candidate(), demand, budget);
        }
    }
}

#[test]
fn memory_wins_over_passes_where_there_is_enough_of_it() {
    let recommendation = Server::PLAIN.met(demand(100, 5.0), budget(2_048, 4));
    assert_eq!(recommendation.cost().t(), 1);
    assert!(recommendation.cost().m_kib() > 3 * 47_104, "{}", recommendation.cost());
}

#[test]
fn passes_take_the_time_that_memory_leaves() {
    let recommendation = Server::PLAIN.met(demand(100, 5.0), budget(32, 1));
    assert_eq!(recommendation.cost().m_kib(), 32_768);
    assert!(recommendation.cost().t() > 2, "{}", recommendation.cost());
}

#[test]
fn as_many_permits_as_the_load_asks_for() {
    let quiet = Server::PLAIN.met(demand(100, 1.0), budget(2_048, 16));
    let busy = Server::PLAIN.met(demand(100, 100.0), budget(2_048, 16));
    assert!(quiet.permits() <= 2, "{}", quiet.permits());
    assert!(busy.permits() >= 10, "{}", busy.permits());
}

#[test]
fn a_search_asks_some_dozen_times() {
    for (target_ms, peak, mib, cores) in
        [(100, 20.0, 512, 2), (500, 1.0, 8_192, 64), (50, 400.0, 4_096, 64), (30, 1.0, 7, 1)]
    {
        let calibration = Server::PLAIN.calibrate(demand(target_ms, peak), budget(mib, cores));
        assert!(calibration.considered().len() <= 60, "{}", calibration.considered().len());
    }
}

#[test]
fn a_shortfall_names_the_remedies_and_their_numbers() {
    // The least row takes 14.3 ms: four cores would do at 280 logins, and there are two.
    let shortfall = Server::PLAIN.unmet(demand(100, 150.0), budget(512, 2));
    let text = shortfall.to_string();
    assert!(text.starts_with("150 logins a second within 100ms cannot be met"), "{text}");
    assert!(text.contains("at most 97.65 logins a second; 4 cores"), "{text}");
    assert!(!text.contains("MiB of memory"), "{text}");

    // Memory for one hash only, and two cores.
    let shortfall = Server::PLAIN.unmet(demand(100, 60.0), budget(8, 2));
    let text = shortfall.to_string();
    assert!(text.contains("14 MiB of memory"), "{text}");

    // Four cores would do, and memory for four: neither alone is enough.
    let shortfall = Server::PLAIN.unmet(demand(100, 150.0), budget(14, 2));
    let text = shortfall.to_string();
    assert!(text.ends_with("97.65 logins a second; 4 cores and 28 MiB of memory"), "{text}");

    // One hash alone takes longer than the target, and the load is too high as well.
    let shortfall = Server::PLAIN.unmet(demand(10, 1_000.0), budget(512, 2));
    assert!(shortfall.remedies().iter().all(|remedy| remedy.target().is_some()));
    assert!(shortfall.to_string().contains(" and a target of "), "{shortfall}");
}

#[test]
fn nothing_helps_a_machine_that_takes_more_than_a_minute() {
    let slow = Server { nanos_a_block: 2e6, ..Server::PLAIN };
    let shortfall = slow.unmet(demand(100, 1.0), budget(512, 2));
    assert!(shortfall.remedies().is_empty());
    assert!(shortfall.to_string().ends_with("but a faster machine"), "{shortfall}");
}

#[test]
fn what_cannot_be_measured_is_not_recommended() {
    let failing = |_: Cost, _: usize| Err("no memory");
    assert_eq!(calibrate(demand(100, 20.0), budget(512, 2), failing), Err("no memory"));
}
