//! The calibrator on a real machine, with demands whose answer does not depend on how fast it is.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::{Backend, Budget, Calibration, Cost, Demand, HashingLimits, calibrate};
use support::{PASSWORD, door_with, is_verified, login};

/// Nearly endless time for a hash, and nobody comes.
fn leisure() -> Demand {
    let demand = Demand::new(Duration::from_secs(60), 0.001).unwrap();
    demand.with_deadline(Duration::from_secs(60))
}

#[tokio::test]
async fn what_is_recommended_can_be_given_to_the_builder() {
    let budget = Budget::new(7_168, 1).unwrap();
    let Calibration::Met(recommended) = calibrate(leisure(), budget, Backend::default()).unwrap()
    else {
        panic!("a minute is enough anywhere");
    };
    // All the memory, and as many passes as the ceiling allows.
    assert_eq!(recommended.cost(), Cost::new(7_168, 16, 1).unwrap());
    let timing = recommended.candidate().timing();
    assert!(timing.alone() > Duration::ZERO && timing.alone() == timing.busy());

    let limits = HashingLimits::from(&recommended);
    assert_eq!(limits.threads(), 1);
    assert_eq!(limits.deadline(), Duration::from_secs(60));
    assert_eq!(limits.queue(), recommended.candidate().queue() / 2);

    let door = door_with(|builder, _| builder.cost(recommended.cost()).hashing(limits));
    door.register("alice").await;
    let answer = door.auth.authenticate(login("alice", PASSWORD)).await.unwrap();
    assert!(is_verified(&answer));
}

#[test]
fn what_no_machine_can_bear_is_not_met() {
    let demand = Demand::new(Duration::from_millis(1), 1e6).unwrap();
    let Calibration::Unmet(shortfall) =
        calibrate(demand, Budget::new(8_192, 1).unwrap(), Backend::default()).unwrap()
    else {
        panic!("no machine makes a million hashes of 7 MiB a second on one core");
    };
    assert!(!shortfall.remedies().is_empty());
}
