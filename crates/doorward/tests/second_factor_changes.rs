//! R20: a second factor that is there is exchanged and removed by whoever shows it, and by operators.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use doorward::{AccountChange, ChangeRequested, EventKind, Managed, OpenSession, Outcome};
use support::app::{STEP, texts};
use support::{Door, PASSWORD, door_with_codes, is_verified, login};

async fn door() -> Door {
    door_with_codes().with_account("alice").await
}

/// A session of the password alone.
async fn session(door: &Door) -> OpenSession {
    door.session(door.verified(login("alice", PASSWORD)).await).await
}

async fn asks_for_a_code(door: &Door) -> bool {
    matches!(door.login("alice", PASSWORD).await, Outcome::StepUp(_))
}

#[tokio::test]
async fn r20_another_app_takes_the_place_of_the_first_with_all_its_codes() {
    let door = door().await;
    let old = door.enrol("alice").await;
    let session = door.full_session("alice", &old).await;
    let new = door.enrol_in(&session).await;
    door.clock.advance(STEP);
    for void in [&old.app.code(&door), &old.codes[0]] {
        assert!(matches!(door.step_up("alice", void).await, Outcome::Rejected));
    }
    for good in [&new.app.code(&door), &new.codes[0]] {
        assert!(is_verified(&door.step_up("alice", good).await));
    }
}

#[tokio::test]
async fn r20_new_recovery_codes_void_those_before_and_leave_the_app() {
    let door = door().await;
    let owner = door.enrol("alice").await;
    let session = door.full_session("alice", &owner).await;
    let used = owner.app.code(&door);
    let fresh = session.principal().fresh().unwrap();
    let codes = door.auth.second_factors().new_recovery_codes(fresh).await.unwrap().unwrap();
    let codes = texts(&codes);
    assert_eq!(codes.len(), 10);
    assert!(matches!(door.step_up("alice", &owner.codes[0]).await, Outcome::Rejected));
    assert!(matches!(door.step_up("alice", &used).await, Outcome::Rejected), "used before");
    assert!(is_verified(&door.step_up("alice", &codes[0]).await));
    assert!(is_verified(&door.step_up("alice", &owner.app.next_code(&door)).await));
    assert!(door.mailbox.changes().await.contains(&AccountChange::RecoveryCodes));
    assert!(door.events.kinds().contains(&EventKind::RecoveryCodesExchanged));
}

#[tokio::test]
async fn r20_a_removed_factor_is_asked_for_no_more_and_the_owner_is_told() {
    let door = door().await;
    let owner = door.enrol("alice").await;
    let session = door.full_session("alice", &owner).await;
    let waiting = door.ticket(login("alice", PASSWORD)).await;
    let fresh = session.principal().fresh().unwrap();
    assert!(door.auth.second_factors().remove(fresh).await.unwrap());
    assert!(!asks_for_a_code(&door).await);
    let stale = door.redeem(&waiting, &owner.app.next_code(&door)).await;
    assert!(matches!(stale, Outcome::Rejected), "a ticket for a factor that is gone");
    let told = door.mailbox.changes().await;
    assert_eq!(told.last(), Some(&AccountChange::SecondFactorRemoved));
    assert!(door.events.kinds().contains(&EventKind::SecondFactorRemoved));
}

#[tokio::test]
async fn r20_an_operator_takes_a_lost_factor_away_and_ends_all_sessions() {
    let door = door().await;
    let factors = door.auth.second_factors();
    assert_eq!(factors.reset("nobody").await.unwrap(), Managed::NoSuchAccount);
    assert_eq!(factors.reset("alice").await.unwrap(), Managed::Unchanged);
    let owner = door.enrol("alice").await;
    let session = door.full_session("alice", &owner).await;
    assert_eq!(factors.reset("alice").await.unwrap(), Managed::Done);
    assert!(!door.lives(&session).await && !asks_for_a_code(&door).await);
    let told = door.mailbox.changes().await;
    assert_eq!(told.last(), Some(&AccountChange::SecondFactorRemoved));
}

#[tokio::test]
async fn r20_what_an_account_with_a_factor_guards_takes_a_session_that_it_was_part_of() {
    let door = door().await;
    let weak = session(&door).await;
    let owner = door.enrol_in(&weak).await;
    let strong = door.full_session("alice", &owner).await;
    assert!(strong.principal().has_second_factor() && !weak.principal().has_second_factor());
    let factors = door.auth.second_factors();
    for (session, may) in [(&weak, false), (&strong, true)] {
        let fresh = session.principal().fresh().unwrap();
        assert_eq!(factors.enrol(fresh, "Acme").await.unwrap().is_some(), may);
        assert_eq!(factors.new_recovery_codes(fresh).await.unwrap().is_some(), may);
        assert_eq!(door.auth.export_own(fresh).await.unwrap().is_some(), may);
        let asked = door.auth.verification().request_change(fresh, "bob").await.unwrap();
        assert_eq!(asked == ChangeRequested::Accepted, may);
        assert_eq!(factors.remove(fresh).await.unwrap(), may);
    }
    assert_eq!(door.memory.accounts(), 1);
}

#[tokio::test]
async fn r20_a_session_without_the_factor_does_not_delete_the_account() {
    let door = door().await;
    let weak = session(&door).await;
    let _ = door.enrol_in(&weak).await;
    assert!(!door.auth.delete_own(weak.principal().fresh().unwrap()).await.unwrap());
    assert_eq!(door.memory.accounts(), 1);
}
