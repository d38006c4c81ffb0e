//! Promises that an attacker, or bad luck, might have broken.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::{DeviceToken, EventKind, Login, Managed, MemoryStore, Outcome, Rule, Unlock};
use support::{Door, PASSWORD, door, door_on, door_with_codes, is_verified, keys, login, stranger};

const OFFICE: [u8; 4] = [203, 0, 113, 9];

async fn device_of(door: &Door, identifier: &str) -> DeviceToken {
    match door.login(identifier, PASSWORD).await {
        Outcome::Verified(proof) => proof.device().clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn law_04_an_office_with_a_bad_morning_now_and_then_is_let_in_for_years() {
    let door = door_with_codes().with_account("alice").await;
    let mut device = device_of(&door, "alice").await;
    for day in 0..300_u32 {
        for hour in 0..12 {
            if day % 3 == 0 {
                let wrong = format!("typo {day} {hour}");
                let attempt = Login::new(format!("{day} {hour}"), wrong).from(OFFICE);
                let answer = door.auth.authenticate(attempt).await;
                assert!(answer.is_ok(), "a stranger on day {day}: {answer:?}");
            } else {
                let owner = Login::new("alice", PASSWORD).from(OFFICE).device(device.clone());
                match door.auth.authenticate(owner).await {
                    Ok(Outcome::Verified(proof)) => device = proof.device().clone(),
                    other => panic!("a known device on day {day}: {other:?}"),
                }
            }
            door.clock.advance(Duration::from_secs(7_200));
        }
    }
}

fn two() -> [Door; 2] {
    let memory = MemoryStore::new();
    let one =
        || door_on(memory.clone(), &keys(), |builder, mailbox| builder.notifier(mailbox.clone()));
    [one(), one()]
}

fn pass(doors: &[Door], seconds: u64) {
    doors.iter().for_each(|door| door.clock.advance(Duration::from_secs(seconds)));
}

#[tokio::test]
async fn a_password_is_unlocked_on_every_instance() {
    let doors = two();
    let [here, there] = &doors;
    for n in 0..20 {
        let guess = Login::new(format!("name {n}"), "qwerty").from(stranger(n));
        let _ = there.auth.authenticate(guess).await.unwrap();
        pass(&doors, 60);
    }
    assert!(matches!(here.auth.unlock_all([Unlock::site()]).await[..], [Ok(Managed::Done)]));
    let mut asked = 0;
    for n in 100..105 {
        // Seconds in which the other one reads that it is unlocked.
        for other in 0..8 {
            let typo = Login::new(format!("other {n} {other}"), format!("typo {n} {other}"));
            let _ = there.auth.authenticate(typo.from(stranger(1_000 + n * 8 + other))).await;
            pass(&doors, 60);
        }
        let guess = Login::new(format!("name {n}"), "qwerty").from(stranger(n));
        let answer = there.auth.authenticate(guess).await.unwrap();
        asked += u32::from(matches!(answer, Outcome::StepUp(_)));
    }
    assert_eq!(asked, 0, "of five, after the operator had unlocked the site");
}

#[tokio::test]
async fn a_source_is_unlocked_on_every_instance() {
    let doors = two();
    let [here, there] = &doors;
    there.register("alice").await;
    for n in 0..8 {
        let guess = Login::new(format!("name {n}"), format!("typo {n}")).from(OFFICE);
        let _ = there.auth.authenticate(guess).await.unwrap();
        pass(&doors, 1_000);
    }
    let source = std::net::IpAddr::from(OFFICE);
    let unlocked = here.auth.unlock_all([Unlock::networks(source)]).await;
    assert!(matches!(unlocked[..], [Ok(Managed::Done)]));
    pass(&doors, 10);
    let typo = Login::new("name 100", "typo 100").from(OFFICE);
    assert!(matches!(there.auth.authenticate(typo).await.unwrap(), Outcome::Rejected));
    pass(&doors, 10);
    let alice = Login::new("alice", PASSWORD).from(OFFICE);
    let answer = there.auth.authenticate(alice).await.unwrap();
    assert!(is_verified(&answer), "after one mistake of somebody else: {answer:?}");
}

/// Whether an attempt with this token is told to wait like a stranger of an exhausted account.
async fn is_stranger(door: &Door, device: &DeviceToken) -> bool {
    let guess = login("alice", "a thief's guess").device(device.clone());
    let answer = door.auth.authenticate(guess).await.unwrap();
    matches!(answer, Outcome::Wait(wait) if wait.rule() == Rule::Account)
}

#[tokio::test]
async fn a_revoked_device_stays_revoked_when_its_waits_are_lifted() {
    let door = door().with_account("alice").await;
    let lost = device_of(&door, "alice").await;
    assert_eq!(door.auth.revoke_device("alice", lost.clone()).await.unwrap(), Managed::Done);
    let _ = door.auth.unlock_all([Unlock::device("alice", lost.clone())]).await;
    door.exhaust("alice").await;
    assert!(is_stranger(&door, &lost).await, "known again");
}

#[tokio::test]
async fn people_behind_one_address_get_in_with_their_codes_while_the_site_is_attacked() {
    let door = door_with_codes();
    for n in 0..150 {
        door.register(&format!("person {n}")).await;
    }
    for n in 0..80 {
        let guess = Login::new(format!("name {n}"), format!("guess {n}")).from(stranger(n));
        let _ = door.auth.authenticate(guess).await.unwrap();
    }
    let mut waits = 0;
    for n in 0..150 {
        let owner = Login::new(format!("person {n}"), PASSWORD).from(OFFICE);
        match door.auth.authenticate(owner).await.unwrap() {
            Outcome::Wait(_) => waits += 1,
            Outcome::StepUp(ticket) => {
                let code = door.mailbox.codes().await.pop().unwrap();
                let code = code.code().expose_secret().to_owned();
                let redemption = doorward::Redemption::new(ticket.expose_secret(), code);
                assert!(is_verified(&door.auth.redeem(redemption.from(OFFICE)).await.unwrap()));
            }
            other => panic!("{other:?}"),
        }
        door.clock.advance(Duration::from_secs(10));
    }
    let codes = door.events.kinds().iter().filter(|&&kind| kind == EventKind::CodeSent).count();
    assert_eq!(waits, 0, "of 150 right ones, {codes} were sent a code");
}
