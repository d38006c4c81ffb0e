//! R8: whatever fails, nobody is let in, one answer stands for all, and nothing is lost.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::store::{Fault, Operation};
use doorward::{
    Authenticator, ErrorKind, Login, Managed, Outcome, PasswordChange, Registered, Registration,
};
use support::{Door, PASSWORD, door, door_with, door_with_codes, is_verified, login, stranger};

const FAULTS: [Fault; 4] =
    [Fault::Unavailable, Fault::LostReply, Fault::Throttled, Fault::Conflict];

#[tokio::test]
async fn r08_a_fault_at_any_call_of_a_login_lets_nobody_in_and_tells_nothing() {
    for fault in FAULTS {
        // A login makes three calls: reserve, find, settle.
        for call in 1..=3 {
            for (identifier, password) in [("alice", PASSWORD), ("alice", "wrong"), ("no", "wrong")]
            {
                let door = door().with_account("alice").await;
                door.store.reset_log();
                door.store.fail_call(call, fault);
                let attempt = door.auth.authenticate(login(identifier, password)).await;
                let error = attempt.expect_err("a call failed");
                assert_eq!(error.to_string(), "the request could not be decided");
                assert!(error.is_retryable(), "{fault:?} at {call}: {error:?}");
                door.store.heal();
                assert!(is_verified(&door.login("alice", PASSWORD).await), "{fault:?} at {call}");
            }
        }
    }
}

#[tokio::test]
async fn r08_right_and_wrong_fail_at_the_same_call() {
    for call in 1..=4 {
        let mut seen = Vec::new();
        for password in [PASSWORD, "wrong"] {
            let door = door().with_account("alice").await;
            door.store.reset_log();
            door.store.fail_call(call, Fault::Unavailable);
            let failed = door.auth.authenticate(login("alice", password)).await.is_err();
            seen.push((failed, door.store.calls().len()));
        }
        assert_eq!(seen[0], seen[1], "call {call}");
    }
}

#[tokio::test]
async fn r08_guesses_while_the_store_is_half_down_are_not_free() {
    let door = door().with_account("alice").await;
    for n in 0..20 {
        // Settlements are lost; reservations are not.
        door.store.reset_log();
        door.store.fail_nth(Operation::Update, 2, Fault::Unavailable);
        let guess = Login::new("alice", "wrong").from(stranger(n));
        let attempt = door.auth.authenticate(guess);
        match tokio::time::timeout(Duration::from_millis(50), attempt).await {
            Ok(attempt) => assert!(attempt.is_err(), "nothing is told"),
            // It waits for room that the lost ones hold until they lapse.
            Err(_) => assert!(n >= 4),
        }
    }
    assert_eq!(door.auth.hashing().verifications, 4);
}

#[tokio::test]
async fn r08_a_store_that_hangs_ends_in_an_error() {
    for operation in [Operation::Update, Operation::Find] {
        let door = door_with(|builder, _| builder.store_deadline(Duration::from_millis(50)))
            .with_account("alice")
            .await;
        door.store.fail_every(operation, Fault::Hang);
        let error = door.auth.authenticate(login("alice", PASSWORD)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
        door.store.heal();
        assert!(is_verified(&door.login("alice", PASSWORD).await));
    }
}

#[tokio::test]
async fn r08_a_fault_while_registering_leaves_an_account_or_none() {
    for fault in FAULTS {
        let door = door();
        door.store.fail_nth(Operation::Insert, 1, fault);
        door.auth.register(Registration::new("alice", PASSWORD)).await.unwrap_err();
        let again = door.auth.register(Registration::new("alice", PASSWORD)).await.unwrap();
        let taken = matches!(again, Registered::Taken);
        assert_eq!(taken, fault == Fault::LostReply);
        assert_eq!(door.memory.accounts(), 1);
        assert!(is_verified(&door.login("alice", PASSWORD).await));
    }
}

async fn change(door: &Door) -> bool {
    let change = PasswordChange::new(login("alice", PASSWORD), "nine patient otters");
    door.auth.change_password(change).await.is_ok()
}

#[tokio::test]
async fn r08_a_fault_while_changing_a_password_leaves_the_old_or_the_new_one() {
    for fault in FAULTS {
        // The login, an end of all sessions, the change, another end.
        for call in 1..=7 {
            let door = door().with_account("alice").await;
            door.store.reset_log();
            door.store.fail_call(call, fault);
            assert!(!change(&door).await);
            let replaced = door.store.count(Operation::Replace) > 0;
            let was_last = door.store.calls().last() == Some(&Operation::Replace);
            door.store.heal();
            let old = is_verified(&door.login("alice", PASSWORD).await);
            let new = is_verified(&door.login("alice", "nine patient otters").await);
            assert!(old != new, "{fault:?} at {call}: old {old}, new {new}");
            assert_eq!(new, replaced && (fault == Fault::LostReply || !was_last));
        }
    }
}

#[tokio::test]
async fn r08_two_who_change_at_once_do_not_undo_each_other() {
    let door = door().with_account("alice").await;
    // An operator disables the account between the login and the change.
    let operator: Authenticator = door.auth.clone();
    door.store.fail_nth(Operation::Replace, 1, Fault::Yield(50));
    let (changed, disabled) = tokio::join!(change(&door), async {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        operator.disable("alice").await.unwrap()
    });
    assert_eq!(disabled, Managed::Done);
    let _ = changed;
    assert!(matches!(door.login("alice", PASSWORD).await, Outcome::Rejected));
    assert!(matches!(door.login("alice", "nine patient otters").await, Outcome::Rejected));
}

#[tokio::test]
async fn r08_faults_at_random_never_let_a_wrong_password_in() {
    for seed in 0..20 {
        let door = door_with_codes().with_account("alice").await;
        door.store.seeded(seed, 200, &FAULTS);
        for n in 0..100 {
            let guess = Login::new("alice", "wrong").from(stranger(n));
            if let Ok(outcome) = door.auth.authenticate(guess).await {
                assert!(!is_verified(&outcome), "seed {seed}");
            }
            door.clock.advance(Duration::from_secs(300));
        }
        door.store.heal();
        door.clock.advance(Duration::from_secs(3_600));
        assert!(is_verified(&door.login("alice", PASSWORD).await), "seed {seed}: nothing is lost");
    }
}

#[tokio::test]
async fn r08_rows_that_a_failing_store_let_grow_are_made_narrow_again() {
    let door = door().with_account("alice").await;
    // Two hours in which nothing could be settled or given back: every reservation stays.
    for n in 0..240 {
        door.store.reset_log();
        door.store.fail_nth(Operation::Update, 2, Fault::Unavailable);
        door.store.fail_nth(Operation::Update, 3, Fault::Unavailable);
        let guess = Login::new("alice", "wrong").from(stranger(n));
        let _ = door.auth.authenticate(guess).await;
        door.clock.advance(Duration::from_secs(31));
    }
    door.store.heal();
    door.clock.advance(Duration::from_secs(300));
    assert!(is_verified(&door.login("alice", PASSWORD).await));
}
