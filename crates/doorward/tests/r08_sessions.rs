//! R8: wherever a call about a session fails, nobody is in who should not be, and the next one works.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::store::{Fault, Operation};
use doorward::{EventKind, NewGrant, NewSession, SessionPolicy};
use support::{Door, door_with};

const FAULTS: [Fault; 5] =
    [Fault::Unavailable, Fault::LostReply, Fault::Throttled, Fault::Conflict, Fault::Hang];

/// Two sessions are allowed, and the store has little time.
async fn door() -> Door {
    let policy = SessionPolicy::aal2().most(2);
    let deadline = Duration::from_millis(10);
    let door = door_with(|builder, _| builder.sessions(policy).store_deadline(deadline));
    door.with_account("alice").await.with_account("mallory").await
}

impl Door {
    fn fail(&self, call: usize, fault: Fault) {
        self.store.reset_log();
        self.store.fail_call(call, fault);
    }
}

#[tokio::test]
async fn r08_a_fault_at_any_call_of_an_opening_lets_nobody_in() {
    for fault in FAULTS {
        for call in 1.. {
            let door = door().await;
            let [oldest, old] = [door.token("alice").await, {
                door.clock.advance(Duration::from_secs(1));
                door.token("alice").await
            }];
            let planted = door.token("mallory").await;
            let proof = door.proof("alice").await;
            door.clock.advance(Duration::from_secs(1));
            door.fail(call, fault);
            let new = NewSession::new(proof).replacing(planted.as_str());
            let opened = door.auth.sessions().open(new).await;
            let calls = door.store.calls();
            door.store.heal();
            let kept = [door.is_open(&oldest).await, door.is_open(&old).await];
            let Err(error) = opened else {
                // Read and end the planted one, keep the new one, look at the account and its sessions, end the
                // oldest of them.
                assert_eq!((call, calls.len()), (7, 6), "{fault:?}: {calls:?}");
                assert_eq!((kept, door.is_open(&planted).await), ([false, true], false));
                break;
            };
            assert_eq!(error.to_string(), "the request could not be decided");
            assert!(error.is_retryable(), "{fault:?} at {call}");
            // Whose token nobody has is not left behind.
            assert_eq!(door.store.count(Operation::Open), usize::from(call > 2));
            let left = usize::from(kept[0])
                + usize::from(kept[1])
                + usize::from(door.is_open(&planted).await);
            assert_eq!(door.memory.session_count(), left, "{fault:?} at {call}");
            assert!(kept[1], "{fault:?} at {call}: the newer one is in nobody's way");
            assert_eq!(door.told(EventKind::SessionOpened), 3);

            let again = NewSession::new(door.proof("alice").await).replacing(planted.as_str());
            let open = door.auth.sessions().open(again).await.unwrap().unwrap();
            assert!(door.is_open(open.token()).await && !door.is_open(&planted).await);
            assert!(door.is_open(&old).await && !door.is_open(&oldest).await);
            assert_eq!(door.memory.session_count(), 2);
        }
    }
}

#[tokio::test]
async fn r08_a_fault_while_an_account_that_was_shut_is_let_in_lets_nobody_in() {
    for fault in FAULTS {
        for call in 1..=4 {
            let door = door().await;
            let proof = door.proof("alice").await;
            let _ = door.auth.disable("alice").await.unwrap();
            door.fail(call, fault);
            let opened = door.auth.sessions().open(NewSession::new(proof)).await;
            assert!(opened.is_err(), "{fault:?} at {call}");
        }
    }
}

#[tokio::test]
async fn r08_a_fault_at_any_call_of_a_grant_gives_no_token_out() {
    for fault in FAULTS {
        for call in 1..=3 {
            let door = door().await;
            let proof = door.proof("alice").await;
            door.fail(call, fault);
            let new = NewGrant::new(proof, "read".parse().unwrap());
            assert!(door.auth.tokens().grant(new).await.is_err(), "{fault:?} at {call}");
            door.store.heal();
            assert_eq!(door.memory.session_count(), 0, "{fault:?} at {call}");
            assert!(door.is_good(door.grant("alice").await.access()).await);
        }
    }
}

#[tokio::test]
async fn r08_a_fault_at_any_call_of_a_refresh_loses_no_token() {
    for fault in FAULTS {
        for call in 1..=4 {
            let door = door().await;
            let first = door.grant("alice").await;
            door.fail(call, fault);
            let refreshed = door.auth.tokens().refresh(first.refresh()).await;
            assert_eq!(
                refreshed.is_err(),
                call < 4,
                "{fault:?} at {call}: {:?}",
                door.store.calls()
            );
            door.store.heal();
            let next = door.refresh(first.refresh()).await.unwrap();
            let again = door.refresh(first.refresh()).await.unwrap();
            assert_eq!(next.refresh(), again.refresh());
            assert!(door.is_good(next.access()).await);
            assert!(door.refresh(next.refresh()).await.is_some());
            assert_eq!(door.told(EventKind::RefreshReused), 0);
        }
    }
}

#[tokio::test]
async fn r08_a_fault_at_any_call_of_a_check_lets_nobody_in_and_throws_nobody_out() {
    for fault in FAULTS {
        for operation in [Operation::Session, Operation::Renew] {
            let door = door().await;
            let (open, pair) = (door.open("alice").await, door.grant("alice").await);
            let gone = door.token("alice").await;
            door.auth.sessions().end(&gone).await.unwrap();
            // From here on a use is to be written down.
            door.clock.advance(Duration::from_secs(120));
            door.store.fail_every(operation, fault);
            let checked = door.auth.sessions().check(open.token()).await;
            let other = door.auth.sessions().check(&gone).await;
            let access = door.auth.tokens().check(pair.access()).await;
            if operation == Operation::Session {
                assert!(checked.is_err() && other.is_err() && access.is_err(), "{fault:?}");
            } else {
                assert!(checked.unwrap().is_some() && other.unwrap().is_none(), "{fault:?}");
                assert!(access.unwrap().is_some(), "{fault:?}");
            }
            door.store.heal();
            assert!(door.is_open(open.token()).await && !door.is_open(&gone).await);
            assert!(door.is_good(pair.access()).await);
        }
    }
}

#[tokio::test]
async fn r08_a_fault_while_sessions_are_ended_is_told_and_the_next_call_ends_them() {
    for fault in FAULTS {
        let door = door().await;
        let (mine, other) = (door.open("alice").await, door.token("alice").await);
        let others = door.auth.sessions();
        door.fail(1, fault);
        assert!(others.end_others(mine.principal().fresh().unwrap()).await.is_err(), "{fault:?}");
        assert!(door.is_open(mine.token()).await);
        assert_eq!(door.is_open(&other).await, fault != Fault::LostReply);
        assert_eq!(door.told(EventKind::SessionsEnded), 0);
        others.end_others(mine.principal().fresh().unwrap()).await.unwrap();
        assert!(door.is_open(mine.token()).await && !door.is_open(&other).await);

        for call in 1..=2 {
            let token = door.token("mallory").await;
            door.fail(call, fault);
            assert!(door.auth.sessions().end(&token).await.is_err(), "{fault:?} at {call}");
            door.store.heal();
            door.auth.sessions().end(&token).await.unwrap();
            assert!(!door.is_open(&token).await);

            let pair = door.grant("mallory").await;
            door.fail(call, fault);
            assert!(
                door.auth.tokens().revoke(pair.refresh()).await.is_err(),
                "{fault:?} at {call}"
            );
            door.store.heal();
            door.auth.tokens().revoke(pair.refresh()).await.unwrap();
            assert!(!door.is_good(pair.access()).await);
        }
    }
}

#[tokio::test]
async fn r08_while_the_store_is_down_no_token_is_called_inactive() {
    for fault in FAULTS {
        let door = door().await;
        let (open, pair) = (door.open("alice").await, door.grant("alice").await);
        door.store.fail_every(Operation::Session, fault);
        for token in [open.token(), pair.access(), pair.refresh()] {
            assert!(door.auth.tokens().introspect(token).await.is_err(), "{fault:?}");
        }
    }
}
