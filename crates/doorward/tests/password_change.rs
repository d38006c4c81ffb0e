//! Changes of passwords and of accounts end what was before, whatever fails in between.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::store::{Fault, Operation};
use doorward::{
    AccountChange, Changed, Managed, Method, NewGrant, NewSession, OpenSession, Outcome,
    PasswordChange, Scopes, TokenPair, Verified,
};
use support::{Door, PASSWORD, door_with_codes, is_verified, login};

const NEW: &str = "nine patient otters";
const FAULTS: [Fault; 4] =
    [Fault::Unavailable, Fault::LostReply, Fault::Throttled, Fault::Conflict];

async fn grant(door: &Door, proof: Verified) -> TokenPair {
    let grant = NewGrant::new(proof, Scopes::new(["read"]).unwrap());
    door.auth.tokens().grant(grant).await.unwrap().unwrap()
}

/// A session and a grant of an account without a second factor.
async fn opened(door: &Door) -> (OpenSession, TokenPair) {
    let session = door.session(door.verified(login("alice", PASSWORD)).await).await;
    (session, grant(door, door.verified(login("alice", PASSWORD)).await).await)
}

async fn lives(door: &Door, (session, pair): &(OpenSession, TokenPair)) -> bool {
    let session = door.lives(session).await;
    let access = door.auth.tokens().check(pair.access()).await.unwrap().is_some();
    assert_eq!(session, access);
    session
}

#[tokio::test]
async fn r20_an_owner_with_a_second_factor_changes_the_password_after_a_step_up() {
    let door = door_with_codes();
    let owner = door.owner("alice").await;
    let before = door.full_session("alice", &owner).await;
    let change = PasswordChange::new(login("alice", PASSWORD), NEW);
    let ticket = match door.auth.change_password(change).await.unwrap() {
        Changed::Denied(Outcome::StepUp(ticket)) => ticket,
        other => panic!("{other:?}"),
    };
    let code = owner.app.next_code(&door);
    let proof = match door.redeem(ticket.expose_secret(), &code).await {
        Outcome::Verified(proof) => proof,
        other => panic!("{other:?}"),
    };
    let change = PasswordChange::proven(proof, NEW);
    let proof = match door.auth.change_password(change).await.unwrap() {
        Changed::Done(proof) => proof,
        other => panic!("{other:?}"),
    };
    assert_eq!(proof.method(), Method::PasswordAndTotp);
    let session = door.session(proof).await;
    assert!(session.principal().has_second_factor());
    assert!(!door.lives(&before).await && door.lives(&session).await);
    assert!(matches!(door.login("alice", PASSWORD).await, Outcome::Rejected));
    assert!(matches!(door.login("alice", NEW).await, Outcome::StepUp(_)), "the factor stays");
    assert_eq!(door.mailbox.changes().await.last(), Some(&AccountChange::Password));
}

#[tokio::test]
async fn a_proof_changes_a_password_within_ten_minutes_and_of_the_account_as_it_was() {
    for (later, good) in [(599, true), (601, false)] {
        let door = door_with_codes().with_account("alice").await;
        let proof = door.verified(login("alice", PASSWORD)).await;
        door.clock.advance(Duration::from_secs(later));
        let change = PasswordChange::proven(proof, NEW);
        let changed = door.auth.change_password(change).await.unwrap();
        assert_eq!(matches!(changed, Changed::Done(_)), good, "{later}: {changed:?}");
    }
    let door = door_with_codes().with_account("alice").await;
    let (first, second) = (
        door.verified(login("alice", PASSWORD)).await,
        door.verified(login("alice", PASSWORD)).await,
    );
    let third = door.verified(login("alice", PASSWORD)).await;
    let poor = PasswordChange::proven(first, "short");
    assert!(matches!(door.auth.change_password(poor).await.unwrap(), Changed::Refused(_)));
    let change = PasswordChange::proven(second, NEW);
    assert!(matches!(door.auth.change_password(change).await.unwrap(), Changed::Done(_)));
    let again = PasswordChange::proven(third, "eleven loud curlews");
    let again = door.auth.change_password(again).await.unwrap();
    assert!(matches!(again, Changed::Denied(Outcome::Rejected)), "{again:?}");
    assert!(is_verified(&door.login("alice", NEW).await));
}

#[tokio::test]
async fn r15_changing_the_password_or_shutting_the_account_ends_sessions_and_grants() {
    let door = door_with_codes().with_account("alice").await;
    let before = opened(&door).await;
    let _ = door.auth.disable("alice").await.unwrap();
    assert!(!lives(&door, &before).await);
    let _ = door.auth.enable("alice").await.unwrap();
    assert!(!lives(&door, &before).await, "they do not come back");

    let before = opened(&door).await;
    let change = PasswordChange::new(login("alice", PASSWORD), NEW);
    assert!(matches!(door.auth.change_password(change).await.unwrap(), Changed::Done(_)));
    assert!(!lives(&door, &before).await);
}

/// The next login and session repair what was interrupted.
#[tokio::test]
async fn r08_a_fault_at_any_call_of_a_change_leaves_no_session_once_the_owner_is_back() {
    for fault in FAULTS {
        for call in 1.. {
            let door = door_with_codes().with_account("alice").await;
            let before = opened(&door).await;
            door.store.reset_log();
            door.store.fail_call(call, fault);
            let change = PasswordChange::new(login("alice", PASSWORD), NEW);
            let changed = door.auth.change_password(change).await;
            let calls = door.store.calls();
            door.store.heal();
            if calls.len() < call {
                assert!(matches!(changed, Ok(Changed::Done(_))));
                break;
            }
            let name = format!("{fault:?} at {call}: {calls:?}");
            assert!(changed.is_err(), "{name}");
            match door.login("alice", NEW).await {
                Outcome::Verified(proof) => {
                    let _ = door.session(proof).await;
                    assert!(!lives(&door, &before).await, "{name}");
                    let told = door.mailbox.changes().await.contains(&AccountChange::Password);
                    assert!(told || calls.last() == Some(&Operation::Replace), "{name}");
                }
                _ => assert!(is_verified(&door.login("alice", PASSWORD).await), "{name}"),
            }
        }
    }
}

#[tokio::test]
async fn r08_a_fault_at_any_call_of_shutting_an_account_is_mended_by_the_next() {
    for fault in FAULTS {
        for call in 1.. {
            let door = door_with_codes().with_account("alice").await;
            let before = opened(&door).await;
            door.store.reset_log();
            door.store.fail_call(call, fault);
            let shut = door.auth.disable("alice").await;
            let is_over = door.store.calls().len() < call;
            door.store.heal();
            let again = door.auth.disable("alice").await.unwrap();
            assert!(matches!(again, Managed::Done | Managed::Unchanged));
            assert!(!lives(&door, &before).await, "{fault:?} at {call}");
            assert!(matches!(door.login("alice", PASSWORD).await, Outcome::Rejected));
            if is_over {
                assert_eq!(shut.unwrap(), Managed::Done);
                break;
            }
        }
    }
}

/// A login that was verified before the change, and opens its session after it.
#[tokio::test]
async fn r15_no_session_is_opened_with_a_proof_from_before_the_change() {
    let door = door_with_codes().with_account("alice").await;
    for by_change in [true, false] {
        let password = if by_change { PASSWORD } else { NEW };
        let proof = door.verified(login("alice", password)).await;
        if by_change {
            let change = PasswordChange::new(login("alice", PASSWORD), NEW);
            assert!(matches!(door.auth.change_password(change).await.unwrap(), Changed::Done(_)));
        } else {
            let _ = door.auth.disable("alice").await.unwrap();
            let _ = door.auth.enable("alice").await.unwrap();
        }
        assert!(door.auth.sessions().open(NewSession::new(proof)).await.unwrap().is_none());
        assert_eq!(door.memory.session_count(), 0);
    }
}
