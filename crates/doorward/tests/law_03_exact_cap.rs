//! Law 3, in one process: the cap is exact, and right logins in parallel are not refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use doorward::store::{Fault, Operation};
use doorward::{Authenticator, Login, MemoryStore, Outcome};
use support::{Door, PASSWORD, door, door_on, is_verified, keys, stranger};
use tokio::task::JoinSet;

/// Instances that share one store.
fn instances(n: usize) -> Vec<Door> {
    let memory = MemoryStore::new();
    (0..n)
        .map(|_| door_on(memory.clone(), &keys(), |builder, _| builder))
        .collect()
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
    assert_eq!(
        verifications, 4,
        "the recommended policy lets four be tried before the first wait"
    );
    let rejected = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(Outcome::Rejected)))
        .count();
    let waits = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Ok(Outcome::Wait(_))))
        .count();
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
    let refused = outcomes
        .iter()
        .filter(|o| !o.as_ref().is_ok_and(is_verified))
        .count();
    assert_eq!(refused, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_03_a_caller_who_hangs_up_still_used_his_attempt() {
    let door = door().with_account("alice").await;
    for n in 0..200 {
        let auth = door.auth.clone();
        let login = Login::new("alice", "wrong").from(stranger(n));
        let attempt = tokio::spawn(async move { auth.authenticate(login).await });
        tokio::task::yield_now().await;
        attempt.abort();
        let _ = attempt.await;
    }
    // What was begun is settled by now, or lapses; none of it was free.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(
        door.auth.hashing().verifications <= 4,
        "{:?}",
        door.auth.hashing()
    );
}
