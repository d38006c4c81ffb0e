//! Step-up: owners get in with the code that they were sent, and nobody else with anything.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::store::{Fault, Operation};
use doorward::{
    Changed, DeviceToken, EventKind, Login, Method, Outcome, PasswordChange, Redemption, Rule,
    StepUp,
};
use support::{Door, PASSWORD, door_with_codes, is_verified, login, stranger};
use tokio::task::JoinSet;

/// One guess at each of many names, each from its own network: nothing but the site sees it.
async fn under_attack() -> Door {
    let door = door_with_codes().with_account("alice").await;
    attack(&door, 0).await;
    door
}

async fn attack(door: &Door, first: u32) {
    for n in first..first + 60 {
        let guess = Login::new(format!("name {n}"), format!("guess {n}")).from(stranger(n));
        let _ = door.auth.authenticate(guess).await.unwrap();
    }
    door.events.take();
}

async fn step_up(door: &Door, password: &str) -> StepUp {
    match door.auth.authenticate(Login::new("alice", password).from(stranger(999))).await.unwrap() {
        Outcome::StepUp(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

async fn redeem(door: &Door, ticket: &str, code: &str) -> bool {
    let outcome =
        door.auth.redeem(Redemption::new(ticket, code).from(stranger(999))).await.unwrap();
    assert!(matches!(outcome, Outcome::Verified(_) | Outcome::Rejected));
    is_verified(&outcome)
}

async fn last_code(door: &Door) -> String {
    door.mailbox.codes().await.last().unwrap().code().expose_secret().to_owned()
}

#[tokio::test]
async fn an_owner_on_a_new_device_gets_in_while_the_site_is_attacked() {
    let door = under_attack().await;
    let ticket = step_up(&door, PASSWORD).await;
    let notice = door.mailbox.codes().await[0].clone();
    assert_eq!(notice.expose_identifier(), "alice");
    let redemption =
        Redemption::new(ticket.expose_secret(), notice.code().expose_secret()).from(stranger(999));
    let outcome = door.auth.redeem(redemption).await.unwrap();
    let Outcome::Verified(proof) = outcome else { panic!("{outcome:?}") };
    assert_eq!((proof.account(), proof.method()), (notice.account(), Method::PasswordAndCode));

    // From now on the device is known, and notices nothing of the attack.
    let device: DeviceToken = proof.device().clone();
    let attempt = login("alice", PASSWORD).device(device);
    assert!(is_verified(&door.auth.authenticate(attempt).await.unwrap()));
    let kinds = door.events.kinds();
    assert_eq!(kinds[0], EventKind::StepUp(Rule::Site));
    assert!(kinds.contains(&EventKind::CodeSent));
}

#[tokio::test]
async fn r04_a_sprayer_with_a_right_guess_learns_nothing_and_enters_nothing() {
    let door = under_attack().await;
    for password in [PASSWORD, "guess"] {
        let ticket = step_up(&door, password).await;
        for code in ["00000000", "12345678", ""] {
            assert!(!redeem(&door, ticket.expose_secret(), code).await);
        }
    }
    assert_eq!(door.mailbox.codes().await.len(), 1);
}

#[tokio::test]
async fn a_code_opens_its_own_ticket_only() {
    let door = under_attack().await;
    let (first, dead) = (step_up(&door, PASSWORD).await, step_up(&door, "guess").await);
    let code = last_code(&door).await;
    assert!(!redeem(&door, dead.expose_secret(), &code).await);
    assert!(!redeem(&door, "", &code).await);
    assert!(!redeem(&door, &"x".repeat(1 << 20), &code).await);
    assert!(redeem(&door, first.expose_secret(), &code).await);
}

#[tokio::test]
async fn a_ticket_dies_after_five_tries() {
    let door = under_attack().await;
    let ticket = step_up(&door, PASSWORD).await;
    for _ in 0..5 {
        assert!(!redeem(&door, ticket.expose_secret(), "00000000").await);
    }
    let code = last_code(&door).await;
    assert!(!redeem(&door, ticket.expose_secret(), &code).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_ticket_is_redeemed_once_by_any_number_of_racers() {
    for _ in 0..20 {
        let door = under_attack().await;
        // So that many have seen the ticket before the first one takes it.
        door.store.fail_every(Operation::Peek, Fault::Yield(5));
        door.store.fail_every(Operation::Take, Fault::Yield(5));
        let ticket = step_up(&door, PASSWORD).await;
        while door.mailbox.codes().await.is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let code = last_code(&door).await;
        let mut racers = JoinSet::new();
        for _ in 0..50 {
            let redemption =
                Redemption::new(ticket.expose_secret(), code.as_str()).from(stranger(999));
            let auth = door.auth.clone();
            racers.spawn(async move { is_verified(&auth.redeem(redemption).await.unwrap()) });
        }
        assert_eq!(racers.join_all().await.into_iter().filter(|&won| won).count(), 1);
    }
}

#[tokio::test]
async fn a_changed_password_or_a_shut_account_voids_the_ticket() {
    let door = under_attack().await;
    let device = {
        let ticket = step_up(&door, PASSWORD).await;
        let code = last_code(&door).await;
        let redemption = Redemption::new(ticket.expose_secret(), code).from(stranger(999));
        match door.auth.redeem(redemption).await.unwrap() {
            Outcome::Verified(proof) => proof.device().clone(),
            other => panic!("{other:?}"),
        }
    };
    let ticket = step_up(&door, PASSWORD).await;
    let code = last_code(&door).await;
    let change =
        PasswordChange::new(login("alice", PASSWORD).device(device), "nine patient otters");
    assert!(matches!(door.auth.change_password(change).await.unwrap(), Changed::Done(_)));
    assert!(!redeem(&door, ticket.expose_secret(), &code).await);

    let ticket = step_up(&door, "nine patient otters").await;
    let code = last_code(&door).await;
    let _ = door.auth.disable("alice").await.unwrap();
    assert!(!redeem(&door, ticket.expose_secret(), &code).await);
}

#[tokio::test]
async fn an_owner_is_not_flooded_with_codes() {
    let door = under_attack().await;
    for _ in 0..30 {
        let _ = step_up(&door, PASSWORD).await;
    }
    assert_eq!(door.mailbox.codes().await.len(), 5);
    door.clock.advance(Duration::from_secs(3_900));
    attack(&door, 60).await;
    let _ = step_up(&door, PASSWORD).await;
    assert_eq!(door.mailbox.codes().await.len(), 6, "an hour later he can be sent one again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_owner_is_not_flooded_with_codes_by_attempts_at_once_or_a_failing_store() {
    let door = under_attack().await;
    door.store.fail_every(Operation::Update, Fault::Yield(9));
    let mut attempts = JoinSet::new();
    for n in 0..90 {
        let auth = door.auth.clone();
        let attempt = Login::new("alice", PASSWORD).from(stranger(2_000 + n));
        attempts.spawn(async move { auth.authenticate(attempt).await });
    }
    attempts.join_all().await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(door.mailbox.codes().await.len() <= 5);

    let door = under_attack().await;
    for n in 0..30 {
        door.store.reset_log();
        door.store.fail_nth(Operation::Update, 2, Fault::Throttled);
        let attempt = Login::new("alice", PASSWORD).from(stranger(3_000 + n));
        door.auth.authenticate(attempt).await.unwrap_err();
        door.clock.advance(Duration::from_secs(150));
    }
    assert_eq!(door.mailbox.codes().await.len(), 0, "no code without its count");
}

#[tokio::test]
async fn a_run_of_failures_ends_with_a_redeemed_code() {
    let door = door_with_codes().with_account("alice").await;
    let mut n = 0;
    let ticket = loop {
        n += 1;
        let guess = Login::new("alice", "guess").from(stranger(n));
        match door.auth.authenticate(guess).await.unwrap() {
            Outcome::Wait(wait) => door.clock.set(wait.until()),
            Outcome::Rejected => {}
            Outcome::StepUp(_) => break step_up(&door, PASSWORD).await,
            other => panic!("{other:?}"),
        }
    };
    let code = last_code(&door).await;
    assert!(redeem(&door, ticket.expose_secret(), &code).await);
    door.clock.advance(Duration::from_secs(3_600));
    assert!(is_verified(&door.login("alice", PASSWORD).await));
}

/// The answers to a row of attempts, as a client sees them.
async fn answers(door: &Door, attempts: impl Iterator<Item = Login>) -> Vec<String> {
    let mut answers = Vec::new();
    for attempt in attempts {
        answers.push(match door.auth.authenticate(attempt).await.unwrap() {
            Outcome::StepUp(_) => "step up".to_owned(),
            Outcome::Wait(wait) => format!("wait {}", wait.seconds()),
            other => panic!("{other:?}"),
        });
        door.clock.advance(Duration::from_millis(500));
    }
    answers
}

#[tokio::test]
async fn r04_a_row_of_challenged_attempts_tells_no_more_than_one() {
    let guesses =
        [("alice", PASSWORD), ("alice", "wrong"), ("nobody", PASSWORD), ("disabled", PASSWORD)];
    let mut seen = Vec::new();
    for (identifier, password) in guesses {
        let door = under_attack().await.with_account("disabled").await;
        let _ = door.auth.disable("disabled").await.unwrap();
        // The same guess from many networks, then from one; then any other name from there.
        let spread = (0..60).map(|n| Login::new(identifier, password).from(stranger(5_000 + n)));
        let one = (0..60).map(|_| Login::new(identifier, password).from([203, 0, 113, 9]));
        let other = (0..5).map(|_| Login::new("other", "guess").from([203, 0, 113, 9]));
        let mut row = answers(&door, spread).await;
        row.extend(answers(&door, one).await);
        row.extend(answers(&door, other).await);
        seen.push(row);
    }
    assert!(seen[0].iter().any(|answer| answer.starts_with("wait")), "{:?}", seen[0]);
    for row in &seen[1..] {
        assert_eq!(*row, seen[0]);
    }
}
