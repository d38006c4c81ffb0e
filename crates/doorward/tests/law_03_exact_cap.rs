//! Law 3, in one process: the cap is exact, and right logins in parallel are not refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::num::NonZeroU32;
use std::time::Duration;

use doorward::store::{Fault, Operation};
use doorward::{Authenticator, FrontLimits, Login, MemoryStore, Outcome};
use support::{Door, PASSWORD, door, door_on, is_verified, keys, stranger};
use tokio::task::JoinSet;

/// Instances that share one store.
fn instances(n: usize) -> Vec<Door> {
    let memory = MemoryStore::new();
    (0..n).map(|_| door_on(memory.clone(), &keys(), |builder, _| builder)).collect()
}

async fn storm(
    doors: &[Authenticator],
    attempts: u32,
    password: &'static str,
) -> Vec<Result<Outcome, doorward::Error>> {
    let mut tasks = JoinSet::new();
    for n in 0..attempts {
        let auth = doors[n as usize % doors.len()].clone();
        let login = Login::new("alice", password).from(stranger(n));
        tasks.spawn(async move { auth.authenticate(login).await });
    }
    tasks.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_03_cap_is_exact_under_parallelism() {
    let doors = instances(8);
    doors[0].register("alice").await;
    let auths: Vec<_> = doors.iter().map(|door| door.auth.clone()).collect();
    let outcomes = storm(&auths, 10_000, "wrong").await;
    let verifications: u64 = auths.iter().map(|auth| auth.hashing().verifications).sum();
    assert_eq!(verifications, 4, "the recommended policy lets four be tried before the first wait");
    let rejected =
        outcomes.iter().filter(|outcome| matches!(outcome, Ok(Outcome::Rejected))).count();
    let waits = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Outcome::Wait(_)))).count();
    assert_eq!((rejected, waits), (4, 9_996));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_03_the_cap_is_exact_when_the_store_answers_out_of_order() {
    let door = door().with_account("alice").await;
    door.store.fail_every(Operation::Update, Fault::Yield(7));
    door.store.fail_every(Operation::Find, Fault::Yield(3));
    let _ = storm(std::slice::from_ref(&door.auth), 500, "wrong").await;
    assert_eq!(door.auth.hashing().verifications, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_03_parallel_correct_logins_are_not_refused() {
    let doors = instances(4);
    doors[0].register("alice").await;
    let auths: Vec<_> = doors.iter().map(|door| door.auth.clone()).collect();
    let outcomes = storm(&auths, 1_000, PASSWORD).await;
    let refused = outcomes.iter().filter(|o| !o.as_ref().is_ok_and(is_verified)).count();
    assert_eq!(refused, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_03_right_logins_at_once_are_served_by_a_slow_store_too() {
    let door = door().with_account("alice").await;
    door.store.fail_every(Operation::Update, Fault::Yield(40));
    door.store.fail_every(Operation::Find, Fault::Yield(20));
    let outcomes = storm(std::slice::from_ref(&door.auth), 1_000, PASSWORD).await;
    let refused = outcomes.iter().filter(|o| !o.as_ref().is_ok_and(is_verified)).count();
    assert_eq!(refused, 0);
    assert!(door.store.count(Operation::Update) < 4_000, "{}", door.store.count(Operation::Update));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_03_an_office_that_logs_in_all_at_once_is_served_by_a_slow_store_too() {
    // A larger one than most: the front is told.
    let front = FrontLimits::default().with_burst(NonZeroU32::new(500).unwrap());
    let door = support::door_with(|builder, _| builder.front(front));
    for person in 0..500 {
        door.register(&format!("person {person}")).await;
    }
    door.store.fail_every(Operation::Update, Fault::Yield(40));
    let mut tasks = JoinSet::new();
    for person in 0..500 {
        let auth = door.auth.clone();
        let login = Login::new(format!("person {person}"), PASSWORD).from([198, 51, 100, 1]);
        tasks.spawn(async move { auth.authenticate(login).await });
    }
    let outcomes = tasks.join_all().await;
    let refused = outcomes.iter().filter(|o| !o.as_ref().is_ok_and(is_verified)).count();
    assert_eq!(refused, 0);
    assert!(door.store.count(Operation::Update) < 3_000, "{}", door.store.count(Operation::Update));
}

/// Begins an attempt and hangs up before it is answered.
async fn hang_up(door: &Door, login: Login) {
    let auth = door.auth.clone();
    let attempt = tokio::spawn(async move { auth.authenticate(login).await });
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    attempt.abort();
    let _ = attempt.await;
}

#[tokio::test]
async fn law_03_a_caller_who_hangs_up_still_used_his_attempt() {
    let door = door().with_account("alice").await;
    door.store.fail_every(Operation::Update, Fault::Yield(30));
    door.store.fail_every(Operation::Find, Fault::Yield(30));
    for n in 0..200 {
        hang_up(&door, Login::new("alice", "wrong").from(stranger(n))).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(door.auth.hashing().verifications, 4);
    door.store.heal();
    // The failures were counted, and no room is held: the wait ends when it says.
    let Outcome::Wait(wait) = door.login("alice", PASSWORD).await else { panic!() };
    door.clock.set(wait.until());
    assert!(is_verified(&door.login("alice", PASSWORD).await));
}

#[tokio::test]
async fn law_04_callers_who_hang_up_keep_nobody_else_out() {
    let door = door().with_account("alice").await;
    door.store.fail_every(Operation::Update, Fault::Yield(30));
    for n in 0..400 {
        let guess = Login::new(format!("name {n}"), "wrong").from([203, 0, 113, 9]);
        hang_up(&door, guess).await;
    }
    door.store.heal();
    assert!(is_verified(&door.login("alice", PASSWORD).await));
}
