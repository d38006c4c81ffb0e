//! R29: hashing cannot be used to exhaust the server.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::{Cost, ErrorKind, HashingLimits, Login, Registration};
use support::{PASSWORD, door_with, is_verified, login, stranger};
use tokio::task::JoinSet;

/// About a tenth of a second a hash.
fn slow() -> Cost {
    Cost::new(47_104, 5, 1).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r29_a_full_queue_sheds_at_once_with_a_typed_error() {
    let limits = HashingLimits::default().with_threads(1).with_queue(2);
    let door = door_with(|builder, _| builder.cost(slow()).hashing(limits));
    let mut tasks = JoinSet::new();
    for n in 0..20 {
        let auth = door.auth.clone();
        let attempt = Login::new(format!("name {n}"), "guess").from(stranger(n));
        tasks.spawn(async move { auth.authenticate(attempt).await });
    }
    let answers = tasks.join_all().await;
    let errors: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    // One is computed and two wait; on a slow machine one may be done before the last has come.
    assert!((10..=17).contains(&errors.len()), "{}", errors.len());
    assert!(errors.iter().all(|e| e.kind() == ErrorKind::Saturated && e.is_retryable()));
    let stats = door.auth.hashing();
    assert_eq!(stats.shed, errors.len() as u64);
    assert_eq!(stats.verifications, 20 - stats.shed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r29_shed_attempts_do_not_count_as_failures() {
    let limits = HashingLimits::default().with_threads(1).with_queue(0);
    let door = door_with(|builder, _| builder.hashing(limits)).with_account("alice").await;
    let mut tasks = JoinSet::new();
    for n in 0..500 {
        let auth = door.auth.clone();
        let attempt = Login::new("alice", PASSWORD).from(stranger(n));
        tasks.spawn(async move { auth.authenticate(attempt).await });
    }
    for answer in tasks.join_all().await {
        match answer {
            Ok(outcome) => assert!(is_verified(&outcome), "{outcome:?}"),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Saturated),
        }
    }
    assert!(is_verified(&door.login("alice", PASSWORD).await));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r29_callers_who_go_away_do_not_free_a_slot_early() {
    let limits = HashingLimits::default().with_threads(1).with_queue(64);
    let door = door_with(|builder, _| builder.cost(slow()).hashing(limits));
    for n in 0..8 {
        let auth = door.auth.clone();
        let attempt = Login::new(format!("name {n}"), "guess").from(stranger(n));
        let task = tokio::spawn(async move { auth.authenticate(attempt).await });
        tokio::time::sleep(Duration::from_millis(5)).await;
        task.abort();
        assert!(door.auth.hashing().running <= 1);
    }
    assert!(door.auth.hashing().waiting >= 4, "{:?}", door.auth.hashing());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r29_waiting_ends_at_the_deadline() {
    let limits = HashingLimits::default()
        .with_threads(1)
        .with_queue(64)
        .with_deadline(Duration::from_millis(1));
    let door = door_with(|builder, _| builder.cost(slow()).hashing(limits));
    let error = door.auth.authenticate(login("alice", PASSWORD)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Saturated);
    let error = door.auth.register(Registration::new("alice", PASSWORD)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Saturated);
    assert_eq!(door.memory.accounts(), 0, "nothing is half-written");
}
