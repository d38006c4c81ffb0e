//! R22 and R20: whoever reads the mail of an account with a second factor does not get by it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use doorward::store::{Fault, Operation};
use doorward::{
    AccountChange, EventKind, Login, Outcome, PasswordReset, Redemption, Reset, TokenRequest,
};
use support::app::Owner;
use support::{Door, PASSWORD, door_with_codes, is_verified, login, stranger};
use tokio::task::JoinSet;

const NEW: &str = "nine patient otters";

/// A door, an owner with a second factor, and the token that a reader of their mail has.
async fn door() -> (Door, Owner, String) {
    let door = door_with_codes();
    let owner = door.owner("alice").await;
    let token = token(&door).await;
    (door, owner, token)
}

async fn token(door: &Door) -> String {
    let before = door.mailbox.tokens().await.len();
    let request = TokenRequest::new("alice").from([192, 0, 2, 7]);
    let _ = door.auth.recovery().request(request).await.unwrap();
    door.mailbox.token_behind(before).await.expose_token().to_owned()
}

async fn reset_from(door: &Door, token: &str, code: &str, n: u32) -> Reset {
    let reset = PasswordReset::new(token, NEW).code(code).from(stranger(n));
    door.auth.recovery().reset(reset).await.unwrap()
}

async fn reset(door: &Door, token: &str, code: &str) -> Reset {
    reset_from(door, token, code, 1).await
}

/// Whether the password is the one before.
async fn is_unchanged(door: &Door) -> bool {
    matches!(door.login("alice", PASSWORD).await, Outcome::StepUp(_))
}

#[tokio::test]
async fn r22_the_token_alone_sets_no_password() {
    let (door, owner, token) = door().await;
    let without = PasswordReset::new(&*token, NEW).from(stranger(1));
    assert!(matches!(door.auth.recovery().reset(without).await.unwrap(), Reset::CodeNeeded));
    let wrong = owner.app.wrong_code(&door);
    for code in [wrong.as_str(), "00000-00000-00000-00000-00000"] {
        assert!(matches!(reset(&door, &token, code).await, Reset::WrongCode), "{code}");
    }
    assert!(is_unchanged(&door).await);
    let right = owner.app.next_code(&door);
    assert!(matches!(reset(&door, &token, &right).await, Reset::Done { replacement: None, .. }));
    assert!(!is_unchanged(&door).await);

    // The code is used, the factor still asked for.
    let ticket = door.ticket(login("alice", NEW)).await;
    assert!(matches!(door.redeem(&ticket, &right).await, Outcome::Rejected));
    assert!(is_verified(&door.redeem(&ticket, &owner.app.next_code(&door)).await));
}

#[tokio::test]
async fn r22_a_code_that_was_used_before_is_a_wrong_one() {
    let (door, owner, token) = door().await;
    let used = owner.app.next_code(&door);
    assert!(is_verified(&door.step_up("alice", &used).await));
    assert!(matches!(reset(&door, &token, &used).await, Reset::WrongCode));
    assert!(is_unchanged(&door).await);
}

#[tokio::test]
async fn r22_a_recovery_code_is_used_and_its_successor_told() {
    let (door, owner, token) = door().await;
    door.events.take();
    let successor = match reset(&door, &token, &owner.codes[2]).await {
        Reset::Done { replacement: Some(code), .. } => code.expose_secret().to_owned(),
        other => panic!("{other:?}"),
    };
    let told = door.mailbox.changes().await;
    assert!(told.contains(&AccountChange::PasswordReset));
    assert!(told.contains(&AccountChange::RecoveryCodeUsed));
    assert!(door.events.kinds().contains(&EventKind::RecoveryCodeUsed));
    let ticket = door.ticket(login("alice", NEW)).await;
    assert!(matches!(door.redeem(&ticket, &owner.codes[2]).await, Outcome::Rejected));
    assert!(is_verified(&door.redeem(&ticket, &successor).await));
}

#[tokio::test]
async fn r22_a_refused_password_and_a_wait_use_neither_token_nor_code() {
    let (door, owner, token) = door().await;
    let code = owner.app.next_code(&door);
    let poor = PasswordReset::new(&*token, "short").code(&*code).from(stranger(1));
    assert!(matches!(door.auth.recovery().reset(poor).await.unwrap(), Reset::Refused(_)));
    let mut n = 0;
    let wait = loop {
        n += 1;
        match reset_from(&door, &token, &owner.app.wrong_code(&door), n).await {
            Reset::WrongCode => {}
            Reset::Wait(wait) => break wait,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((n, wait.seconds()), (5, 60));
    assert!(matches!(reset_from(&door, &token, &code, 77).await, Reset::Wait(_)));
    door.clock.set(wait.until());
    let late = owner.app.code(&door);
    assert!(matches!(reset_from(&door, &token, &late, 78).await, Reset::Done { .. }));
}

/// Codes are guessed at one door or the other, out of one budget.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_03_the_cap_of_codes_is_exact_over_logins_and_recovery() {
    let (door, owner, token) = door().await;
    let wrong = owner.app.wrong_code(&door);
    let mut tickets = Vec::new();
    for n in 0..32 {
        let attempt = Login::new("alice", PASSWORD).from(stranger(n));
        tickets.push(door.ticket(attempt).await);
    }
    door.store.fail_every(Operation::Update, Fault::Yield(5));
    let mut tries = JoinSet::new();
    for (n, ticket) in (0..).zip(tickets) {
        let (auth, wrong) = (door.auth.clone(), wrong.clone());
        let redemption = Redemption::new(ticket, &*wrong).from(stranger(n));
        tries.spawn(async move { matches!(auth.redeem(redemption).await, Ok(Outcome::Rejected)) });
        let (auth, token) = (door.auth.clone(), token.clone());
        let reset = PasswordReset::new(token, NEW).code(wrong).from(stranger(1_000 + n));
        tries.spawn(
            async move { matches!(auth.recovery().reset(reset).await, Ok(Reset::WrongCode)) },
        );
    }
    let checked = tries.join_all().await.into_iter().filter(|&checked| checked).count();
    assert_eq!(checked, 4);
}

#[tokio::test]
async fn law_04_a_known_device_recovers_while_strangers_have_used_up_the_codes() {
    let (door, owner, token) = door().await;
    let device = match door.step_up("alice", &owner.app.next_code(&door)).await {
        Outcome::Verified(proof) => proof.device().clone(),
        other => panic!("{other:?}"),
    };
    for n in 0..5 {
        let _ = reset_from(&door, &token, &owner.app.wrong_code(&door), n).await;
    }
    let code = owner.app.next_code(&door);
    assert!(matches!(reset_from(&door, &token, &code, 6).await, Reset::Wait(_)));
    let reset = PasswordReset::new(token, NEW).code(code).from(stranger(6)).device(device);
    assert!(matches!(door.auth.recovery().reset(reset).await.unwrap(), Reset::Done { .. }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r22_of_racers_with_one_code_and_several_tokens_one_sets_the_password() {
    for round in 0..6 {
        let (door, owner, first) = door().await;
        let tokens = [first, token(&door).await, token(&door).await];
        let code = if round % 2 == 0 { owner.app.next_code(&door) } else { owner.codes[0].clone() };
        for operation in [Operation::Peek, Operation::Fetch, Operation::Take, Operation::Replace] {
            door.store.fail_every(operation, Fault::Yield(5));
        }
        let mut racers = JoinSet::new();
        for n in 0..12_u32 {
            let token = tokens[n as usize % 3].clone();
            let reset = PasswordReset::new(token, format!("{NEW} {n}")).code(&*code);
            let (auth, reset) = (door.auth.clone(), reset.from(stranger(n)));
            racers.spawn(async move {
                let reset = auth.recovery().reset(reset).await;
                matches!(reset, Ok(Reset::Done { .. })).then_some(n)
            });
        }
        let won: Vec<_> = racers.join_all().await.into_iter().flatten().collect();
        assert_eq!(won.len(), 1, "round {round}");
        door.store.heal();
        let password = format!("{NEW} {}", won[0]);
        let again = door.auth.authenticate(login("alice", &password)).await.unwrap();
        assert!(matches!(again, Outcome::StepUp(_)));
    }
}
