//! Law 5: at most 30 guesses an account a day from unknown devices, at most 100 failures in a row.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::{Clock, Login, Outcome};
use support::{door, door_with_codes, stranger};

/// Guesses for ten days, each from a fresh network, each as soon as it is heard.
#[tokio::test]
async fn law_05_at_most_30_guesses_a_day_and_100_failures_in_a_row() {
    for door in [door(), door_with_codes()] {
        let door = door.with_account("alice").await;
        let start = door.clock.now();
        let day = Duration::from_secs(86_400);
        let mut rejected = Vec::new();
        for n in 0..4_000 {
            let guess = Login::new("alice", "guess").from(stranger(n));
            match door.auth.authenticate(guess).await.unwrap() {
                Outcome::Rejected => rejected.push(door.clock.now()),
                Outcome::Wait(wait) => door.clock.set(wait.until()),
                Outcome::StepUp(_) => door.clock.advance(Duration::from_secs(60)),
                Outcome::Verified(proof) => panic!("{proof:?}"),
            }
            if door.clock.now() > start + 10 * day {
                break;
            }
        }
        for (at, first) in rejected.iter().enumerate() {
            let within = rejected[at..].iter().take_while(|&&then| then <= *first + day).count();
            assert!(within <= 30, "{within} guesses in a day");
        }
        assert_eq!(rejected.len(), 60, "failures in a row");
    }
}
