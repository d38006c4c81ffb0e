//! Lifting waits, by account, source, network, device and for the whole site.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::net::IpAddr;
use std::time::Duration;

use doorward::{DeviceToken, EventKind, Login, Managed, Outcome, Rule, ScopeKind, Unlock};
use support::{Door, PASSWORD, door, door_with_codes, is_verified, login, stranger};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// The rule under which the next attempt from there waits.
async fn waits(door: &Door, attempt: Login) -> Option<Rule> {
    match door.auth.authenticate(attempt).await.unwrap() {
        Outcome::Wait(wait) => Some(wait.rule()),
        _ => None,
    }
}

async fn device_of(door: &Door, identifier: &str) -> DeviceToken {
    match door.login(identifier, PASSWORD).await {
        Outcome::Verified(proof) => proof.device().clone(),
        other => panic!("{other:?}"),
    }
}

async fn done(door: &Door, unlock: Unlock) {
    let answers = door.auth.unlock_all([unlock]).await;
    assert!(matches!(answers[..], [Ok(Managed::Done)]), "{answers:?}");
}

#[tokio::test]
async fn a_source_is_unlocked_and_its_network_with_it_if_asked() {
    for (spread, unlock, rule, kind) in [
        (1, Unlock::source(ip("192.0.2.1")), Rule::Source, ScopeKind::Source),
        (200, Unlock::networks(ip("192.0.2.1")), Rule::Prefix, ScopeKind::Prefix),
    ] {
        let door = door().with_account("alice").await;
        let from = |n: u32| {
            let host = u8::try_from(n % spread).unwrap();
            Login::new(format!("name {n}"), format!("guess {n}")).from([192, 0, 2, 1 + host])
        };
        let mut n = 0;
        loop {
            n += 1;
            match waits(&door, from(n)).await {
                None => {}
                Some(found) => break assert_eq!(found, rule),
            }
        }
        let owner = || Login::new("alice", PASSWORD).from([192, 0, 2, 1]);
        assert!(waits(&door, owner()).await.is_some());
        done(&door, unlock).await;
        assert!(is_verified(&door.auth.authenticate(owner()).await.unwrap()));
        assert!(door.events.kinds().contains(&EventKind::Unlocked(kind)));
    }
}

#[tokio::test]
async fn a_device_is_unlocked_by_its_token() {
    let door = door().with_account("alice").await;
    let device = device_of(&door, "alice").await;
    let mut n = 0;
    loop {
        n += 1;
        let guess = login("alice", &format!("guess {n}")).device(device.clone());
        if waits(&door, guess).await == Some(Rule::Device) {
            break;
        }
    }
    done(&door, Unlock::device("alice", device.clone())).await;
    let owner = login("alice", PASSWORD).device(device);
    assert!(is_verified(&door.auth.authenticate(owner).await.unwrap()));
    let answers = door.auth.unlock_all([
        Unlock::device("alice", DeviceToken::new("dwd_none")),
        Unlock::account("nobody"),
    ]);
    let answers = answers.await;
    assert!(matches!(answers[..], [Ok(Managed::Unchanged), Ok(Managed::NoSuchAccount)]));
}

#[tokio::test]
async fn a_revoked_device_is_a_stranger_and_its_owner_gets_another() {
    let door = door().with_account("alice").await;
    let lost = device_of(&door, "alice").await;
    let other = device_of(&door, "alice").await;
    assert_eq!(door.auth.revoke_device("alice", lost.clone()).await.unwrap(), Managed::Done);
    door.exhaust("alice").await;
    door.clock.advance(Duration::from_secs(300 * 86_400));
    door.exhaust("alice").await;
    let attempt = |device: &DeviceToken| login("alice", PASSWORD).device(device.clone());
    assert_eq!(waits(&door, attempt(&lost)).await, Some(Rule::Account));
    assert!(is_verified(&door.auth.authenticate(attempt(&other)).await.unwrap()));
    assert!(door.events.kinds().contains(&EventKind::DeviceRevoked));
}

#[tokio::test]
async fn law_04_a_stolen_token_is_void_once_its_owner_has_logged_in_twice() {
    // Also while the owner is on holiday.
    for days in [0, 31, 399] {
        let door = door().with_account("alice").await;
        let stolen = device_of(&door, "alice").await;
        let mut device = stolen.clone();
        for _ in 0..2 {
            door.clock.advance(Duration::from_secs(60));
            let owner = login("alice", PASSWORD).device(device.clone());
            match door.auth.authenticate(owner).await.unwrap() {
                Outcome::Verified(proof) => device = proof.device().clone(),
                other => panic!("{other:?}"),
            }
        }
        door.clock.advance(Duration::from_secs(days * 86_400));
        door.exhaust("alice").await;
        let thief = login("alice", "guess").device(stolen);
        assert_eq!(waits(&door, thief).await, Some(Rule::Account), "after {days} days");
        let owner = login("alice", PASSWORD).device(device.clone());
        assert!(is_verified(&door.auth.authenticate(owner).await.unwrap()));
    }
}

#[tokio::test]
async fn a_device_that_was_away_for_too_long_is_a_stranger() {
    let door = door().with_account("alice").await;
    let device = device_of(&door, "alice").await;
    door.clock.advance(Duration::from_secs(400 * 86_400));
    door.exhaust("alice").await;
    let owner = login("alice", PASSWORD).device(device);
    assert_eq!(waits(&door, owner).await, Some(Rule::Account));
}

#[tokio::test]
async fn the_site_is_unlocked_when_its_operator_knows_better() {
    let door = door_with_codes().with_account("alice").await;
    for n in 0..60 {
        let guess = Login::new(format!("name {n}"), format!("guess {n}")).from(stranger(n));
        let _ = door.auth.authenticate(guess).await.unwrap();
    }
    for n in 60..90 {
        let guess = Login::new(format!("name {n}"), "qwerty").from(stranger(n));
        let _ = door.auth.authenticate(guess).await.unwrap();
    }
    assert!(matches!(door.login("alice", PASSWORD).await, Outcome::StepUp(_)));
    done(&door, Unlock::site()).await;
    assert!(is_verified(&door.login("alice", PASSWORD).await));
    let guess = Login::new("name 1000", "qwerty").from(stranger(1_000));
    assert!(matches!(door.auth.authenticate(guess).await.unwrap(), Outcome::Rejected));
}

#[tokio::test]
async fn many_are_unlocked_in_one_call() {
    let door = door();
    for n in 0..20 {
        door.register(&format!("person {n}")).await;
        door.exhaust(&format!("person {n}")).await;
    }
    let all = (0..20).map(|n| Unlock::account(format!("person {n}")));
    let answers = door.auth.unlock_all(all).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(Managed::Done))));
    for n in 0..20 {
        let owner = Login::new(format!("person {n}"), PASSWORD).from(stranger(900 + n));
        assert!(is_verified(&door.auth.authenticate(owner).await.unwrap()));
    }
    let unlocked = door.events.kinds().into_iter();
    assert_eq!(unlocked.filter(|kind| kind.name() == "unlocked").count(), 20);
}
