//! One loud source is refused in front of everything else, and nobody else with it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use doorward::{
    Changed, DeviceToken, EventKind, FrontLimits, Login, Outcome, PasswordChange, Rule, Wait,
};
use support::{Door, PASSWORD, door_with, is_verified, login, stranger};
use tokio::task::JoinSet;

/// Twenty attempts a second, two hundred at once.
fn narrow() -> FrontLimits {
    let number = |number| NonZeroU32::new(number).unwrap();
    FrontLimits::default().with_per_second(number(20)).with_burst(number(200))
}

fn door() -> Door {
    door_with(|builder, _| builder.front(narrow()))
}

/// Of an attempt that nobody is there for, so that none after it meets a rule of the policy.
fn attempt(number: u32, source: IpAddr) -> Login {
    Login::new(format!("name {number}"), "guess").from(source)
}

/// Where `login` comes from.
const SOURCE: [u8; 4] = [192, 0, 2, 7];

/// As many attempts as the front admits from [`SOURCE`], all of them right.
async fn exhaust(door: &Door) -> Wait {
    for _ in 0..=narrow().burst().get() {
        match door.login("mallory", PASSWORD).await {
            Outcome::Verified(_) => {}
            Outcome::Wait(wait) => return wait,
            other => panic!("{other:?}"),
        }
    }
    panic!("never refused");
}

async fn device_of(door: &Door, identifier: &str) -> DeviceToken {
    match door.login(identifier, PASSWORD).await {
        Outcome::Verified(proof) => proof.device().clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_flood_of_right_logins_costs_nothing_beyond_the_burst() {
    let door = door().with_account("mallory").await;
    let hashes = door.auth.hashing().verifications;
    let wait = exhaust(&door).await;
    assert_eq!(wait.rule(), Rule::Front);
    assert_eq!(door.auth.hashing().verifications - hashes, 200);
    door.store.reset_log();
    door.events.take();
    for _ in 0..5_000 {
        assert!(matches!(door.login("mallory", PASSWORD).await, Outcome::Wait(_)));
    }
    assert_eq!(door.store.calls(), []);
    assert_eq!(door.auth.hashing().verifications - hashes, 200);
    let waited = EventKind::Waited(Rule::Front);
    assert_eq!(door.events.kinds(), vec![waited; 5_000]);
    assert_eq!(waited.detail(), "front");
}

#[tokio::test]
async fn a_flood_of_guesses_at_many_names_costs_nothing_beyond_the_burst() {
    let limits = narrow().with_burst(NonZeroU32::new(5).unwrap());
    let door = door_with(|builder, _| builder.front(limits));
    let mut rules = Vec::new();
    for n in 0..1_000 {
        if let Outcome::Wait(wait) =
            door.auth.authenticate(attempt(n, SOURCE.into())).await.unwrap()
        {
            rules.push(wait.rule());
        }
    }
    assert_eq!(rules, [Rule::Front; 995]);
    assert_eq!(door.auth.hashing().verifications, 5);
    assert_eq!(door.store.calls().len(), 5 * 4, "reserve, read, find, settle");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_flood_in_parallel_costs_no_more() {
    let door = door();
    let mut flood = JoinSet::new();
    for n in 0..2_000 {
        let auth = door.auth.clone();
        flood.spawn(async move {
            let source = IpAddr::from([0x2001, 0xdb8, 7, 1, 0, 0, 0, n as u16]);
            auth.authenticate(attempt(n, source)).await
        });
    }
    let answers = flood.join_all().await;
    let of_front = |wait: &Wait| wait.rule() == Rule::Front;
    let waits = answers.iter().filter(|a| matches!(a, Ok(Outcome::Wait(w)) if of_front(w)));
    assert_eq!(waits.count(), 1_800, "its /64 is one source");
}

#[tokio::test]
async fn a_known_device_is_let_in_from_the_same_address() {
    let door = door().with_account("alice").await.with_account("mallory").await;
    let device = device_of(&door, "alice").await;
    exhaust(&door).await;
    for _ in 0..300 {
        let owner = login("alice", PASSWORD).device(device.clone());
        assert!(is_verified(&door.auth.authenticate(owner).await.unwrap()));
    }
    let forged = login("alice", PASSWORD).device(DeviceToken::new("dwd_AAAA"));
    for stranger in [forged, login("alice", PASSWORD), login("mallory", PASSWORD).device(device)] {
        let Outcome::Wait(wait) = door.auth.authenticate(stranger).await.unwrap() else { panic!() };
        assert_eq!(wait.rule(), Rule::Front);
    }
}

#[tokio::test]
async fn another_source_is_let_in() {
    let door = door().with_account("alice").await.with_account("mallory").await;
    exhaust(&door).await;
    let neighbour = Login::new("alice", PASSWORD).from([192, 0, 2, 8]);
    assert!(is_verified(&door.auth.authenticate(neighbour).await.unwrap()));
    let nowhere = Login::new("alice", PASSWORD);
    assert!(is_verified(&door.auth.authenticate(nowhere).await.unwrap()));
}

#[tokio::test]
async fn attempts_without_an_address_are_one_source() {
    let door = door().with_account("alice").await;
    let mut verified = 0;
    for _ in 0..300 {
        match door.auth.authenticate(Login::new("alice", PASSWORD)).await.unwrap() {
            Outcome::Verified(_) => verified += 1,
            Outcome::Wait(wait) => assert_eq!(wait.rule(), Rule::Front),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(verified, 200);
    assert!(is_verified(&door.login("alice", PASSWORD).await));
}

#[tokio::test]
async fn law_04_the_wait_in_front_ends_when_it_was_announced_and_knocking_does_not_extend_it() {
    let door = door().with_account("alice").await.with_account("mallory").await;
    let start = exhaust(&door).await.until() - Duration::from_millis(50);
    for millis in [0, 20, 49] {
        door.clock.set(start + Duration::from_millis(millis));
        let Outcome::Wait(wait) = door.login("alice", PASSWORD).await else { panic!() };
        assert_eq!((wait.until(), wait.seconds()), (start + Duration::from_millis(50), 1));
    }
    door.clock.set(start + Duration::from_millis(50));
    assert!(is_verified(&door.login("alice", PASSWORD).await));
    assert!(matches!(door.login("alice", PASSWORD).await, Outcome::Wait(_)));
}

#[tokio::test]
async fn law_04_a_clock_that_is_set_back_keeps_nobody_out() {
    let door = door().with_account("mallory").await;
    let until = exhaust(&door).await.until();
    door.clock.set(until - Duration::from_secs(30 * 86_400));
    assert!(matches!(door.login("mallory", PASSWORD).await, Outcome::Wait(_)));
    door.clock.advance(Duration::from_millis(50));
    assert!(is_verified(&door.login("mallory", PASSWORD).await));
}

#[tokio::test]
async fn a_change_of_password_is_refused_like_a_login() {
    let door = door().with_account("alice").await.with_account("mallory").await;
    exhaust(&door).await;
    door.store.reset_log();
    let change = PasswordChange::new(login("alice", PASSWORD), "nine patient otters");
    let changed = door.auth.change_password(change).await.unwrap();
    let Changed::Denied(Outcome::Wait(wait)) = changed else { panic!("{changed:?}") };
    assert_eq!(wait.rule(), Rule::Front);
    assert_eq!(door.store.calls(), []);
}

#[tokio::test]
async fn an_office_of_two_hundred_behind_one_address_does_not_meet_it() {
    let door = door();
    for n in 0..200 {
        door.register(&format!("person {n}")).await;
    }
    for n in 0..200 {
        let outcome = door.login(&format!("person {n}"), PASSWORD).await;
        assert!(is_verified(&outcome), "person {n}: {outcome:?}");
    }
    // The next morning one types it wrong, and all come at once again.
    door.clock.advance(Duration::from_secs(86_400));
    assert!(matches!(door.login("person 0", "typo").await, Outcome::Rejected));
    for n in 0..199 {
        assert!(is_verified(&door.login(&format!("person {n}"), PASSWORD).await));
    }
    assert!(is_verified(
        &door
            .auth
            .authenticate(Login::new("person 199", PASSWORD).from(stranger(1)))
            .await
            .unwrap()
    ));
}
