//! R22 and R8: whoever pulls the plug between any two calls of a recovery leaves the old password or the new one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use doorward::store::{Fault, Operation};
use doorward::{
    AccountChange, Error, NewGrant, Outcome, PasswordReset, Requested, Reset, Scopes, TokenRequest,
};
use support::app::Owner;
use support::{Door, PASSWORD, door_on, door_with_codes, keys};

const NEW: &str = "nine patient otters";
const FAULTS: [Fault; 4] =
    [Fault::Unavailable, Fault::LostReply, Fault::Throttled, Fault::Conflict];

/// A door and its owner, with or without a second factor.
async fn door(has_factor: bool) -> (Door, Option<Owner>) {
    let door = door_with_codes().with_account("alice").await;
    let owner = if has_factor { Some(door.enrol("alice").await) } else { None };
    (door, owner)
}

async fn ask(door: &Door) -> Result<Requested, Error> {
    door.auth.recovery().request(TokenRequest::new("alice").from([192, 0, 2, 7])).await
}

async fn last_token(door: &Door) -> String {
    door.mailbox.tokens().await.last().unwrap().expose_token().to_owned()
}

async fn reset(door: &Door, token: &str, code: Option<&str>) -> Result<Reset, Error> {
    let reset = PasswordReset::new(token, NEW).from([192, 0, 2, 7]);
    let reset = match code {
        Some(code) => reset.code(code),
        None => reset,
    };
    door.auth.recovery().reset(reset).await
}

/// Whether a password opens the account, or the way to its second factor.
async fn is_right(door: &Door, password: &str) -> bool {
    match door.login("alice", password).await {
        Outcome::Verified(_) | Outcome::StepUp(_) => true,
        Outcome::Rejected => false,
        other => panic!("{other:?}"),
    }
}

async fn proof(door: &Door, owner: Option<&Owner>, password: &str) -> doorward::Verified {
    match (door.login("alice", password).await, owner) {
        (Outcome::Verified(proof), None) => proof,
        (Outcome::StepUp(ticket), Some(owner)) => {
            let code = owner.app.next_code(door);
            match door.redeem(ticket.expose_secret(), &code).await {
                Outcome::Verified(proof) => proof,
                other => panic!("{other:?}"),
            }
        }
        (other, _) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn r22_a_fault_at_any_call_of_a_reset_never_leaves_half_of_it() {
    for has_factor in [false, true] {
        for fault in FAULTS {
            let mut call = 0;
            loop {
                call += 1;
                let (door, owner) = door(has_factor).await;
                let owner = owner.as_ref();
                let session = door.session(proof(&door, owner, PASSWORD).await).await;
                let granted = proof(&door, owner, PASSWORD).await;
                let grant = NewGrant::new(granted, Scopes::new(["read"]).unwrap());
                let pair = door.auth.tokens().grant(grant).await.unwrap().unwrap();
                assert_eq!(ask(&door).await.unwrap(), Requested::Accepted);
                let (token, code) =
                    (last_token(&door).await, owner.map(|owner| owner.app.next_code(&door)));
                door.store.reset_log();
                door.store.fail_call(call, fault);
                let outcome = reset(&door, &token, code.as_deref()).await;
                let calls = door.store.calls();
                door.store.heal();
                let name = format!("factor {has_factor}, {fault:?} at {call}: {calls:?}");
                if outcome.is_ok() && calls.len() < call {
                    assert!(call > 6, "{name}: {outcome:?}");
                    break;
                }

                let (old, new) = (is_right(&door, PASSWORD).await, is_right(&door, NEW).await);
                assert!(old != new, "{name}: old {old}, new {new}");
                match &outcome {
                    Ok(Reset::Done { .. }) => assert!(new, "{name}"),
                    Ok(other) => panic!("{name}: {other:?}"),
                    Err(error) => {
                        assert_eq!(error.to_string(), "the request could not be decided");
                    }
                }
                if new {
                    // Once the owner has logged in again, nothing of before lives.
                    let _ = door.session(proof(&door, owner, NEW).await).await;
                    assert!(!door.lives(&session).await, "{name}");
                    let refreshed = door.auth.tokens().refresh(pair.refresh()).await.unwrap();
                    assert!(refreshed.is_none(), "{name}");
                    let changes = door.mailbox.changes().await;
                    // Whose reply was lost does not know that there is something to tell.
                    let told = changes.contains(&AccountChange::PasswordReset);
                    assert!(told || calls.last() == Some(&Operation::Replace), "{name}");
                    assert!(matches!(reset(&door, &token, None).await.unwrap(), Reset::Rejected));
                } else {
                    // Another token does it, if this one is used.
                    door.clock.advance(std::time::Duration::from_secs(3_600));
                    let _ = ask(&door).await.unwrap();
                    let code = owner.map(|owner| owner.app.next_code(&door));
                    let again = reset(&door, &last_token(&door).await, code.as_deref()).await;
                    assert!(matches!(again.unwrap(), Reset::Done { .. }), "{name}");
                }
            }
        }
    }
}

#[tokio::test]
async fn r22_a_fault_at_any_call_of_asking_tells_nothing_and_loses_no_owner() {
    for fault in FAULTS {
        for call in 1..=3 {
            let mut seen = Vec::new();
            for identifier in ["alice", "nobody"] {
                let (door, _) = door(false).await;
                door.store.reset_log();
                door.store.fail_call(call, fault);
                let request = TokenRequest::new(identifier).from([192, 0, 2, 7]);
                let error = door.auth.recovery().request(request).await.unwrap_err();
                seen.push((error.to_string(), error.kind(), door.store.calls()));
                assert!(door.mailbox.tokens().await.is_empty());
                door.store.heal();
                assert_eq!(ask(&door).await.unwrap(), Requested::Accepted);
                let token = last_token(&door).await;
                let done = reset(&door, &token, None).await.unwrap();
                assert!(matches!(done, Reset::Done { .. }), "{fault:?} at {call}");
            }
            assert_eq!(seen[0], seen[1], "{fault:?} at {call}");
        }
    }
}

#[tokio::test]
async fn r22_faults_at_random_let_nobody_by_the_second_factor() {
    for seed in 0..12 {
        let (door, owner) = door(true).await;
        let owner = owner.unwrap();
        let _ = ask(&door).await.unwrap();
        let token = last_token(&door).await;
        door.store.seeded(seed, 250, &FAULTS);
        for _ in 0..30 {
            let wrong = owner.app.wrong_code(&door);
            for code in [None, Some(wrong.as_str())] {
                let outcome = reset(&door, &token, code).await;
                assert!(!matches!(outcome, Ok(Reset::Done { .. })), "seed {seed}");
            }
            door.clock.advance(std::time::Duration::from_secs(90));
        }
        door.store.heal();
        door.clock.advance(std::time::Duration::from_secs(7_200));
        assert!(is_right(&door, PASSWORD).await, "seed {seed}");
    }
}

/// Whoever changes the account first wins: a token that was looked at by then is for another one.
#[tokio::test]
async fn r22_a_reset_that_is_overtaken_by_a_change_of_the_account_changes_nothing() {
    for only_shut in [true, false] {
        let (door, _) = door(false).await;
        assert_eq!(ask(&door).await.unwrap(), Requested::Accepted);
        let token = last_token(&door).await;
        let operator = door_on(door.memory.clone(), &keys(), |builder, _| builder);
        door.store.fail_every(Operation::Replace, Fault::Yield(200));
        let (outcome, ()) = tokio::join!(reset(&door, &token, None), async {
            while door.store.count(Operation::Replace) == 0 {
                tokio::task::yield_now().await;
            }
            let _ = operator.auth.disable("alice").await.unwrap();
            if !only_shut {
                let _ = operator.auth.enable("alice").await.unwrap();
            }
        });
        assert!(matches!(outcome, Ok(Reset::Rejected)), "{outcome:?}");
        door.store.heal();
        let _ = door.auth.enable("alice").await.unwrap();
        assert!(!is_right(&door, NEW).await && is_right(&door, PASSWORD).await);
    }
}
