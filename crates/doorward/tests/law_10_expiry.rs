//! Law 10: expiry is checked on read, against the injected clock.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::{Clock, Login, Outcome, Redemption};
use support::{Door, PASSWORD, door, door_with_codes, is_verified, stranger};

async fn under_attack() -> Door {
    let door = door_with_codes().with_account("alice").await;
    for n in 0..60 {
        let guess = Login::new(format!("name {n}"), format!("guess {n}")).from(stranger(n));
        let _ = door.auth.authenticate(guess).await.unwrap();
    }
    door
}

#[tokio::test]
async fn law_10_a_ticket_ends_at_its_moment_and_not_when_it_is_cleaned_away() {
    for (early, opens) in [(1, true), (0, false)] {
        let door = under_attack().await;
        let others = door.memory.tickets();
        let Outcome::StepUp(ticket) = door.login("alice", PASSWORD).await else { panic!() };
        let code = door.mailbox.codes().await[0].code().expose_secret().to_owned();
        door.clock.set(ticket.expires_at() - Duration::from_nanos(early));
        assert_eq!(door.memory.tickets(), others + 1, "it still lies in the table");
        let redemption = Redemption::new(ticket.expose_secret(), code).from([192, 0, 2, 7]);
        assert_eq!(is_verified(&door.auth.redeem(redemption).await.unwrap()), opens);
    }
}

#[tokio::test]
async fn law_10_what_was_counted_lapses_with_its_window() {
    let door = door().with_account("alice").await;
    door.exhaust("alice").await;
    door.clock.advance(Duration::from_secs(27 * 3_600));
    assert!(door.memory.counters() > 0, "the rows still lie in the table");
    // As on the first day: four tries without a wait.
    for n in 0..4 {
        let guess = Login::new("alice", "wrong").from(stranger(600 + n));
        assert!(matches!(door.auth.authenticate(guess).await.unwrap(), Outcome::Rejected));
    }
}

#[tokio::test]
async fn law_10_the_injected_clock_is_the_only_one() {
    let door = door().with_account("alice").await;
    let now = door.clock.now();
    let Outcome::Verified(proof) = door.login("alice", PASSWORD).await else { panic!() };
    assert_eq!(proof.at(), now);
    assert!(door.events.take().iter().all(|event| event.at == now));
}
