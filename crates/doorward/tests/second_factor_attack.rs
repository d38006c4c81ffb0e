//! Law 1 while the site is attacked: with second factors about, nobody can tell a right password by its ticket.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use doorward::store::{Fault, Operation};
use doorward::{Login, Method, Outcome, Redemption};
use support::app::Owner;
use support::{Door, PASSWORD, door_with_codes, is_verified, login, stranger};
use tokio::task::JoinSet;

/// Alice has a second factor, Bob has none, Carol's account is shut.
async fn under_attack() -> (Door, Owner) {
    let door = door_with_codes();
    let owner = door.owner("alice").await;
    door.register("bob").await;
    door.register("carol").await;
    let _ = door.auth.disable("carol").await.unwrap();
    for n in 0..60 {
        let guess = Login::new(format!("name {n}"), format!("guess {n}")).from(stranger(n));
        let _ = door.auth.authenticate(guess).await.unwrap();
    }
    (door, owner)
}

/// What an attacker sees, and what the store sees.
type Seen = (String, Vec<Operation>);

async fn seen(door: &Door, work: impl Future<Output = Outcome>) -> (Seen, Outcome) {
    door.store.reset_log();
    let outcome = work.await;
    let mut calls = door.store.calls();
    // Most run beside each other.
    calls.sort_unstable();
    let answer = match &outcome {
        Outcome::StepUp(ticket) => {
            format!("{} until {:?}", ticket.expose_secret().len(), ticket.expires_at())
        }
        other => format!("{other:?}"),
    };
    ((answer, calls), outcome)
}

const GUESSES: [(&str, &str); 6] = [
    ("alice", "guess"),
    ("alice", PASSWORD),
    ("bob", PASSWORD),
    ("carol", PASSWORD),
    ("nobody", PASSWORD),
    ("bob", "guess"),
];

/// Tickets of one guess, each with wrong codes, until whatever there is of a budget has run out.
async fn campaign(guess: (&str, &str), sources: u32, pause: u64) -> Vec<Seen> {
    let (door, owner) = under_attack().await;
    let mut all = Vec::new();
    for n in 0..6 {
        let source = stranger(7_000 + n % sources);
        let attempt = Login::new(guess.0, guess.1).from(source);
        let (issued, outcome) =
            seen(&door, async { door.auth.authenticate(attempt).await.unwrap() }).await;
        all.push(issued);
        let Outcome::StepUp(ticket) = outcome else { continue };
        for _ in 0..7 {
            let wrong = owner.app.wrong_code(&door);
            let redemption = Redemption::new(ticket.expose_secret(), wrong).from(source);
            let redeemed = async { door.auth.redeem(redemption).await.unwrap() };
            all.push(seen(&door, redeemed).await.0);
            door.clock.advance(std::time::Duration::from_millis(pause));
        }
    }
    all
}

#[tokio::test]
async fn law_01_tickets_and_wrong_codes_tell_nothing_of_the_password_or_the_factor() {
    // From many places and from one; at once, and after what this instance knows of waits has lapsed.
    for (sources, pause) in [(6, 0), (6, 2_500), (1, 0)] {
        let wrong = campaign(GUESSES[0], sources, pause).await;
        assert!(wrong.iter().any(|(answer, _)| answer == "Rejected"));
        for guess in &GUESSES[1..] {
            let other = campaign(*guess, sources, pause).await;
            for (n, (wrong, other)) in wrong.iter().zip(&other).enumerate() {
                assert_eq!(wrong, other, "{guess:?}, {n}-th of {sources} sources, {pause} ms");
            }
            assert_eq!(wrong.len(), other.len());
        }
    }
}

/// Somebody else has used up the codes of the account: that must not show either.
#[tokio::test]
async fn law_01_an_exhausted_budget_of_codes_tells_nothing_of_the_password() {
    let mut all = Vec::new();
    for guess in [("alice", "guess"), ("alice", PASSWORD), ("nobody", "guess")] {
        let (door, owner) = under_attack().await;
        for n in 0..2 {
            let attempt = Login::new("alice", PASSWORD).from(stranger(8_000 + n));
            let ticket = door.ticket(attempt).await;
            for _ in 0..4 {
                let wrong = owner.app.wrong_code(&door);
                let redemption = Redemption::new(&*ticket, wrong).from(stranger(8_000 + n));
                let _ = door.auth.redeem(redemption).await.unwrap();
            }
        }
        let source = stranger(9_000);
        let ticket = door.ticket(Login::new(guess.0, guess.1).from(source)).await;
        let mut answers = Vec::new();
        for _ in 0..3 {
            let wrong = owner.app.wrong_code(&door);
            let redemption = Redemption::new(&*ticket, wrong).from(source);
            let redeemed = async { door.auth.redeem(redemption).await.unwrap() };
            answers.push(seen(&door, redeemed).await.0);
        }
        all.push((guess, answers));
    }
    for (guess, answers) in &all[1..] {
        assert_eq!(answers, &all[0].1, "{guess:?}");
    }
}

/// Tickets of one guess from many places at once stand in one line, whether the guess is right or not, and whether
/// there are letters left to send.
#[tokio::test]
async fn law_01_codes_given_at_once_tell_nothing_of_the_password() {
    let mut all = Vec::new();
    for guess in GUESSES {
        let (door, owner) = under_attack().await;
        let wrong = owner.app.wrong_code(&door);
        let mut tries = Vec::new();
        for n in 0..24 {
            let source = stranger(7_000 + n);
            let ticket = door.ticket(Login::new(guess.0, guess.1).from(source)).await;
            tries.push(Redemption::new(ticket, &*wrong).from(source));
        }
        door.store.reset_log();
        door.store.fail_every(Operation::Update, Fault::Yield(7));
        door.store.fail_every(Operation::Fetch, Fault::Yield(3));
        let mut tasks = JoinSet::new();
        for redemption in tries {
            let auth = door.auth.clone();
            tasks.spawn(async move { auth.redeem(redemption).await });
        }
        let outcomes = tasks.join_all().await;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(Outcome::Rejected))));
        all.push((guess, door.store.calls()));
    }
    for (guess, calls) in &all[1..] {
        assert_eq!(calls.len(), all[0].1.len(), "{guess:?}");
    }
}

/// Whoever has a wrong password fails with codes at nobody's cost.
#[tokio::test]
async fn law_04_wrong_codes_on_tickets_of_wrong_passwords_keep_no_owner_out() {
    let (door, owner) = under_attack().await;
    for n in 0..10 {
        let source = stranger(8_000 + n);
        for identifier in ["alice", "bob"] {
            let guess = Login::new(identifier, format!("guess {}", n % 3)).from(source);
            let ticket = door.ticket(guess).await;
            for _ in 0..2 {
                let wrong = owner.app.wrong_code(&door);
                let redemption = Redemption::new(&*ticket, wrong).from(source);
                let _ = door.auth.redeem(redemption).await.unwrap();
            }
        }
    }
    assert!(is_verified(&door.step_up("alice", &owner.app.next_code(&door)).await));
    let ticket = door.ticket(login("bob", PASSWORD)).await;
    let code = door.mailbox.codes().await[0].code().expose_secret().to_owned();
    assert!(is_verified(&door.redeem(&ticket, &code).await));
}

#[tokio::test]
async fn r20_an_owner_with_an_app_gets_in_during_an_attack_and_is_sent_nothing() {
    let (door, owner) = under_attack().await;
    let ticket = door.ticket(login("alice", PASSWORD)).await;
    assert!(door.mailbox.codes().await.is_empty());
    match door.redeem(&ticket, &owner.app.next_code(&door)).await {
        Outcome::Verified(proof) => assert_eq!(proof.method(), Method::PasswordAndTotp),
        other => panic!("{other:?}"),
    }
    let wrong = door.ticket(login("alice", "guess")).await;
    let outcome = door.redeem(&wrong, &owner.app.next_code(&door)).await;
    assert!(matches!(outcome, Outcome::Rejected), "the code alone opens nothing");
}

/// A code that was sent is no second factor: not for a ticket from before there was one either.
#[tokio::test]
async fn r20_a_mailed_code_opens_no_account_that_has_enrolled_an_app_since() {
    let (door, _) = under_attack().await;
    let session = {
        let ticket = door.ticket(login("bob", PASSWORD)).await;
        let code = door.mailbox.codes().await[0].code().expose_secret().to_owned();
        match door.redeem(&ticket, &code).await {
            Outcome::Verified(proof) => door.session(proof).await,
            other => panic!("{other:?}"),
        }
    };
    let waiting = door.ticket(login("bob", PASSWORD)).await;
    let code = door.mailbox.codes().await[1].code().expose_secret().to_owned();
    let _ = door.enrol_in(&session).await;
    assert!(matches!(door.redeem(&waiting, &code).await, Outcome::Rejected));
}
