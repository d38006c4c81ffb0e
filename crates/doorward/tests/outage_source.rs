//! A failure of a source in an outage, wherever it was reserved and settled: the store is told of it once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::store::{Fault, Operation};
use doorward::{Login, MemoryStore, Outcome};
use support::outage::{door_under, policy};
use support::{Door, PASSWORD, is_verified, stranger};

const SOURCE: [u8; 4] = [203, 0, 113, 9];

/// The instance that has the outage, and one that has none.
async fn two() -> [Door; 2] {
    let memory = MemoryStore::new();
    let doors = [0, 1].map(|_| door_under(policy(1, &[]), &memory));
    doors[0].register("alice").await;
    doors[0].register("bob").await;
    doors
}

async fn fail(door: &Door, n: u32) {
    let guess = Login::new(format!("name {n}"), format!("guess {n}")).from(SOURCE);
    assert!(matches!(door.auth.authenticate(guess).await.unwrap(), Outcome::Rejected), "{n}");
}

async fn log_in(door: &Door) {
    let login = Login::new("alice", PASSWORD).from(SOURCE);
    assert!(is_verified(&door.auth.authenticate(login).await.unwrap()));
}

/// The store answers again, and is told what it is owed; room that nobody gave back lapses.
async fn recover(doors: &[Door; 2]) {
    doors[0].find_counters();
    doors.iter().for_each(|door| door.clock.advance(Duration::from_secs(40)));
    let bob = Login::new("bob", PASSWORD).from(stranger(7));
    assert!(is_verified(&doors[0].auth.authenticate(bob).await.unwrap()));
}

/// So many wrong passwords from there are still rejected elsewhere: six, less what was counted.
async fn left(door: &Door) -> u32 {
    for n in 0..20 {
        let guess = Login::new(format!("fresh {n}"), format!("fresh {n}")).from(SOURCE);
        if let Outcome::Wait(_) = door.auth.authenticate(guess).await.unwrap() {
            return n;
        }
    }
    panic!("no wait");
}

#[tokio::test]
async fn r08_failures_that_were_reserved_and_settled_here_are_told_once() {
    let doors = two().await;
    doors[0].lose_counters();
    for n in 0..2 {
        fail(&doors[0], n).await;
    }
    recover(&doors).await;
    assert_eq!(left(&doors[1]).await, 4);
}

#[tokio::test]
async fn r08_right_logins_here_take_nothing_back_in_the_store() {
    let doors = two().await;
    fail(&doors[1], 90).await;
    doors[0].lose_counters();
    for n in 0..2 {
        fail(&doors[0], n).await;
        log_in(&doors[0]).await;
    }
    recover(&doors).await;
    assert_eq!(left(&doors[1]).await, 3);
}

#[tokio::test]
async fn r08_failures_that_the_store_has_counted_ahead_are_not_told_again() {
    for fault in [Fault::Unavailable, Fault::LostReply] {
        let doors = two().await;
        doors[0].store.reset_log();
        doors[0].store.fail_nth(Operation::Update, 2, fault);
        fail(&doors[0], 0).await;
        // One is counted here, the store being asked once a second.
        doors[0].lose_counters();
        fail(&doors[0], 1).await;
        recover(&doors).await;
        assert_eq!(left(&doors[1]).await, 4, "{fault:?}");
    }
}

#[tokio::test]
async fn r08_a_right_login_whose_end_is_lost_has_failed_in_the_store_and_not_here() {
    let doors = two().await;
    doors[0].store.reset_log();
    doors[0].store.fail_nth(Operation::Update, 2, Fault::Unavailable);
    log_in(&doors[0]).await;
    doors[0].lose_counters();
    for n in 0..6 {
        fail(&doors[0], n).await;
    }
    let doors = two().await;
    doors[0].store.reset_log();
    doors[0].store.fail_nth(Operation::Update, 2, Fault::Unavailable);
    log_in(&doors[0]).await;
    recover(&doors).await;
    assert_eq!(left(&doors[1]).await, 5);
}
