//! R20: an account with a second factor opens with the password and a code, each of them once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::store::{CredentialStore, Fault, Operation};
use doorward::{
    AccountChange, Changed, Cost, ErrorKind, EventKind, Factor, Login, Managed, Method, Outcome,
    PasswordChange, Redemption,
};
use support::app::{STEP, door, is_rejected, proof, race};
use support::{PASSWORD, door_on, door_with_codes, is_verified, keys, login, stranger};

#[tokio::test]
async fn r20_a_login_asks_for_a_code_and_the_session_says_what_was_given() {
    let (door, owner) = door().await;
    assert!(is_rejected(&door.login("alice", "wrong").await));
    door.events.take();
    let ticket = door.ticket(login("alice", PASSWORD)).await;
    assert_eq!(door.events.kinds(), [EventKind::SecondFactorAsked]);
    assert!(door.mailbox.codes().await.is_empty(), "who has an app is sent nothing");

    let verified = proof(door.redeem(&ticket, &owner.app.next_code(&door)).await);
    assert_eq!((verified.account(), verified.method()), (owner.account, Method::PasswordAndTotp));
    assert!(verified.method().has_second_factor() && verified.replacement().is_none());
    let session = door.session(verified).await;
    let principal = door.auth.sessions().check(session.token()).await.unwrap().unwrap();
    assert!(principal.has_second_factor());
    assert_eq!(principal.factors().collect::<Vec<_>>(), [Factor::Password, Factor::Totp]);
    assert!(door.events.kinds().contains(&EventKind::Verified));
}

#[tokio::test]
async fn r20_a_known_device_is_asked_as_well_and_stays_the_same_device() {
    let (door, owner) = door().await;
    let device = proof(door.step_up("alice", &owner.app.next_code(&door)).await).device().clone();
    let ticket = door.ticket(login("alice", PASSWORD).device(device.clone())).await;
    let code = owner.app.next_code(&door);
    let redeemed = Redemption::new(&*ticket, code).from([192, 0, 2, 7]).device(device.clone());
    let next = proof(door.auth.redeem(redeemed).await.unwrap()).device().clone();
    let revoked = door.auth.revoke_device("alice", device).await.unwrap();
    assert_eq!(revoked, Managed::Done);
    // The token that it was given since is of the same device: void with it.
    door.events.take();
    let _ = door.ticket(login("alice", PASSWORD).device(next)).await;
    assert!(!door.events.take()[0].known_device);
}

#[tokio::test]
async fn r20_a_code_of_the_app_is_good_once_and_so_is_its_step() {
    let (door, owner) = door().await;
    let code = owner.app.next_code(&door);
    let later = owner.app.code_at(doorward::Clock::now(&door.clock) + STEP);
    assert!(is_verified(&door.step_up("alice", &later).await), "from 30 seconds before its time");
    for used in [&later, &code] {
        assert!(is_rejected(&door.step_up("alice", used).await), "and none before it any more");
    }
    door.clock.advance(STEP);
    assert!(is_rejected(&door.step_up("alice", &later).await));
    door.clock.advance(STEP);
    assert!(is_verified(&door.step_up("alice", &owner.app.code(&door)).await));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r20_of_fifty_racers_with_one_code_and_many_tickets_one_gets_in() {
    for round in 0..10 {
        let (door, owner) = door().await;
        let mut tickets = Vec::new();
        for n in 0..10 {
            let attempt = Login::new("alice", PASSWORD).from(stranger(n));
            tickets.push((stranger(n), door.ticket(attempt).await));
        }
        // A code of the app, or a recovery code.
        let code = if round % 2 == 0 { owner.app.next_code(&door) } else { owner.codes[3].clone() };
        for operation in [Operation::Peek, Operation::Fetch, Operation::Take, Operation::Replace] {
            door.store.fail_every(operation, Fault::Yield(5));
        }
        let racers = (0..50).map(|n| {
            let (source, ticket) = &tickets[n % 10];
            Redemption::new(ticket.as_str(), code.as_str()).from(*source)
        });
        assert_eq!(race(&door.auth, racers).await, 1, "round {round}");
    }
}

#[tokio::test]
async fn r20_a_clock_may_be_one_step_off_and_one_that_is_set_back_opens_nothing_again() {
    for steps in [2, 3, 10] {
        let (door, owner) = door().await;
        door.clock.advance(100 * STEP);
        let now = doorward::Clock::now(&door.clock);
        for off in [owner.app.code_at(now + steps * STEP), owner.app.code_at(now - steps * STEP)] {
            assert!(is_rejected(&door.step_up("alice", &off).await), "{steps} steps off");
        }
    }
    let (door, owner) = door().await;
    door.clock.advance(100 * STEP);
    let now = doorward::Clock::now(&door.clock);
    let (before, present) = (owner.app.code_at(now - STEP), owner.app.code_at(now));
    assert!(is_verified(&door.step_up("alice", &before).await));
    assert!(is_verified(&door.step_up("alice", &present).await));
    door.clock.set(now - 5 * STEP);
    let early = owner.app.code(&door);
    for code in [&early, &before, &present] {
        assert!(is_rejected(&door.step_up("alice", code).await));
    }
    // A recovery code opens until the clock has caught up.
    assert!(is_verified(&door.step_up("alice", &owner.codes[0]).await));
}

#[tokio::test]
async fn r20_a_recovery_code_is_good_once_and_has_a_successor() {
    let (door, owner) = door().await;
    door.mailbox.changes().await;
    door.events.take();
    let typed = owner.codes[4].to_lowercase().replace('-', " ");
    let verified = proof(door.step_up("alice", &typed).await);
    assert_eq!(verified.method(), Method::PasswordAndRecoveryCode);
    let successor = verified.replacement().unwrap().expose_secret().to_owned();
    assert!(!format!("{verified:?}").contains(&successor));
    let told = door.mailbox.changes().await;
    assert_eq!(told.last(), Some(&AccountChange::RecoveryCodeUsed));
    assert!(door.events.kinds().contains(&EventKind::RecoveryCodeUsed));
    let session = door.session(verified).await;
    assert_eq!(session.replacement().unwrap().expose_secret(), successor);
    let factors: Vec<_> = session.principal().factors().collect();
    assert_eq!(factors, [Factor::Password, Factor::RecoveryCode]);
    let status = door.auth.second_factors().status(session.principal()).await.unwrap().unwrap();
    assert_eq!(status.codes_left(), 10);

    assert!(is_rejected(&door.step_up("alice", &owner.codes[4]).await));
    assert!(is_verified(&door.step_up("alice", &successor).await));
    assert!(is_verified(&door.step_up("alice", &owner.codes[5]).await));
}

#[tokio::test]
async fn r20_codes_of_another_account_open_nothing() {
    let (door, owner) = door().await;
    let other = door.owner("bob").await;
    let code = other.app.next_code(&door);
    assert!(is_rejected(&door.step_up("alice", &code).await));
    assert!(is_rejected(&door.step_up("alice", &other.codes[0]).await));
    assert!(is_verified(&door.step_up("alice", &owner.app.code(&door)).await));
    assert!(is_verified(&door.step_up("bob", &code).await));
}

#[tokio::test]
async fn r20_details_that_cannot_be_opened_let_nobody_in() {
    let (door, owner) = door().await;
    let bob = door.owner("bob").await;
    let ticket = door.ticket(login("alice", PASSWORD)).await;
    let original = door.memory.fetch(owner.account).await.unwrap().unwrap();
    let others = door.memory.fetch(bob.account).await.unwrap().unwrap();
    let mut flipped = original.details().unwrap().to_vec();
    *flipped.last_mut().unwrap() ^= 1;
    let planted = [flipped, others.details().unwrap().to_vec(), Vec::new()];
    for (n, details) in planted.into_iter().enumerate() {
        let version = door.memory.fetch(owner.account).await.unwrap().unwrap().version();
        let damaged = original.clone().with_details(Some(details));
        let _ = door.memory.replace(damaged, version).await.unwrap();
        let error = door.auth.authenticate(login("alice", PASSWORD)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{n}");
        let redemption = Redemption::new(&*ticket, owner.app.code(&door)).from([192, 0, 2, 7]);
        assert!(door.auth.redeem(redemption).await.is_err(), "{n}");
        assert!(is_rejected(&door.login("alice", "wrong").await), "it tells nobody else");
    }
    // An operator can help, and nobody else.
    let _ = door.auth.unlock("alice").await.unwrap();
    assert_eq!(door.auth.second_factors().reset("alice").await.unwrap(), Managed::Done);
    assert!(is_verified(&door.login("alice", PASSWORD).await));
}

#[tokio::test]
async fn r20_an_outdated_hash_is_made_anew_behind_a_code_as_well() {
    let (old, owner) = door().await;
    let cost = Cost::new(7_168, 5, 1).unwrap();
    let door = door_on(old.memory.clone(), &keys(), |builder, _| builder.cost(cost));
    let before = door.memory.fetch(owner.account).await.unwrap().unwrap();
    assert!(is_verified(&door.step_up("alice", &owner.app.next_code(&door)).await));
    assert!(door.events.kinds().contains(&EventKind::Rehashed));
    let after = door.memory.fetch(owner.account).await.unwrap().unwrap();
    assert_ne!(after.password(), before.password());
    assert!(is_verified(&door.step_up("alice", &owner.app.next_code(&door)).await));
}

/// Whoever holds a proof from before the factor was enrolled has shown no code.
#[tokio::test]
async fn r20_what_was_verified_before_the_factor_was_enrolled_is_worth_nothing_after() {
    let door = door_with_codes().with_account("alice").await;
    let (first, second) = (
        door.verified(login("alice", PASSWORD)).await,
        door.verified(login("alice", PASSWORD)).await,
    );
    let _ = door.enrol("alice").await;
    let new = doorward::NewSession::new(first);
    assert!(door.auth.sessions().open(new).await.unwrap().is_none());
    let change = PasswordChange::proven(second, "nine patient otters");
    let changed = door.auth.change_password(change).await.unwrap();
    assert!(matches!(changed, Changed::Denied(Outcome::Rejected)), "{changed:?}");
}

#[tokio::test]
async fn r20_whatever_is_typed_for_a_code_is_wrong_unless_it_is_one() {
    let (door, owner) = door().await;
    let long = "1".repeat(1 << 20);
    for typed in ["", " ", "-", "12345", "1234567", "１２３４５６", &long, "0\u{0}00000"] {
        let attempt = Login::new("alice", PASSWORD).from([198, 51, 100, 1]);
        let ticket = door.ticket(attempt).await;
        let redemption = Redemption::new(ticket, typed).from([198, 51, 100, 1]);
        assert!(is_rejected(&door.auth.redeem(redemption).await.unwrap()), "{}", typed.len());
        door.clock.advance(Duration::from_secs(4_000));
    }
    let code = owner.app.next_code(&door);
    let typed = format!(" {}-{}\t", &code[..3], &code[3..]);
    assert!(is_verified(&door.step_up("alice", &typed).await));
}
