//! R22: forgotten passwords. The same answer to everybody, tokens that are good once, and an end to what was before.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::net::IpAddr;
use std::time::Duration;

use doorward::store::CredentialStore;
use doorward::{
    AccountChange, Clock, ErrorKind, EventKind, Login, NewGrant, Outcome, PasswordReset, Purpose,
    Redemption, Requested, Reset, Rule, Scopes, TokenRequest,
};
use support::{Door, PASSWORD, door_with_codes, is_verified, login, stranger};

const NEW: &str = "nine patient otters";
const HOUR: Duration = Duration::from_secs(3_600);

async fn door() -> Door {
    door_with_codes().with_account("alice").await
}

async fn ask(door: &Door, identifier: &str, from: impl Into<IpAddr>) -> Requested {
    let request = TokenRequest::new(identifier).from(from);
    door.auth.recovery().request(request).await.unwrap()
}

/// The token that an owner is sent.
async fn token(door: &Door) -> String {
    let before = door.mailbox.tokens().await.len();
    assert_eq!(ask(door, "alice", [192, 0, 2, 7]).await, Requested::Accepted);
    door.mailbox.token_behind(before).await.expose_token().to_owned()
}

async fn reset(door: &Door, token: &str, password: &str) -> Reset {
    let reset = PasswordReset::new(token, password).from([192, 0, 2, 7]);
    door.auth.recovery().reset(reset).await.unwrap()
}

fn is_done(reset: &Reset) -> bool {
    matches!(reset, Reset::Done { .. })
}

#[tokio::test]
async fn r22_asking_looks_the_same_whoever_is_asked_for_and_sends_to_owners_alone() {
    let door = door().await.with_account("disabled").await;
    let _ = door.auth.disable("disabled").await.unwrap();
    let long = "x".repeat(1 << 20);
    let mut seen = Vec::new();
    for identifier in ["alice", "nobody", "disabled", &long, "", "a\u{0}b"] {
        // More often than letters are sent.
        for n in 0..5 {
            door.store.reset_log();
            let answer = ask(&door, identifier, stranger(n)).await;
            let mut calls = door.store.calls();
            calls.sort_unstable();
            seen.push((n, answer, calls));
        }
    }
    for (n, answer, calls) in &seen {
        let first = &seen[*n as usize];
        assert_eq!((answer, calls), (&first.1, &first.2));
        assert_eq!(*answer, Requested::Accepted);
    }
    let _ = ask(&door, " ALICE ", stranger(9)).await;
    let sent = door.mailbox.tokens().await;
    assert_eq!(sent.len(), 3, "of one identifier, however it is spelled");
    assert!(sent.iter().all(|notice| notice.expose_identifier() == "alice"));
    assert!(sent.iter().all(|notice| notice.purpose() == Purpose::Recovery));
    let asked = |kind: &&EventKind| **kind == EventKind::TokenAsked(Purpose::Recovery);
    assert_eq!(door.events.kinds().iter().filter(asked).count(), 31);
}

#[tokio::test]
async fn r22_each_of_three_tokens_is_good_while_no_other_was_used() {
    for n in 0..3 {
        let door = door().await;
        for asker in 0..9 {
            let _ = ask(&door, "alice", stranger(asker)).await;
        }
        let tokens = door.mailbox.tokens().await;
        assert_eq!(tokens.len(), 3);
        assert!(is_done(&reset(&door, tokens[n].expose_token(), NEW).await));
        for other in &tokens {
            let again = reset(&door, other.expose_token(), "eleven loud curlews").await;
            assert!(matches!(again, Reset::Rejected));
        }
    }
}

/// For days a stranger asks in the owner's name, as often as he can. There is always a token to get in with, and
/// after one was used there is another within the hour.
#[tokio::test]
async fn law_04_nobody_is_kept_from_recovery_by_a_stranger_who_asks_all_the_time() {
    let door = door().await;
    let start = door.clock.now();
    let mut resets = 0;
    let password_of = |n: u32| format!("nine patient otters {n}");
    for step in 0..(3 * 24 * 12_u32) {
        door.clock.set(start + step * Duration::from_secs(300));
        for n in 0..4 {
            let _ = ask(&door, "alice", stranger(4 * step + n)).await;
        }
        let newest = door.mailbox.tokens().await.last().unwrap().clone();
        let used_lately = resets > 0 && step % 84 < 12;
        assert!(newest.expires_at() > door.clock.now() || used_lately, "step {step}");
        if step % 84 == 83 {
            resets += 1;
            let done = reset(&door, newest.expose_token(), &password_of(resets)).await;
            assert!(is_done(&done), "step {step}: {done:?}");
        }
    }
    assert!(resets > 8);
    let most = 3 * (3 * 24 + 1);
    assert!(door.mailbox.tokens().await.len() <= most, "nor is the mailbox flooded");
}

#[tokio::test]
async fn r22_whoever_asks_for_many_waits_and_nobody_else() {
    let door = door().await;
    let one = |n: u32| -> IpAddr { format!("2001:db8:1:1::{n:x}").parse().unwrap() };
    for n in 0..30 {
        assert_eq!(ask(&door, &format!("name {n}"), one(n)).await, Requested::Accepted);
    }
    for n in 30..33 {
        let Requested::Wait(wait) = ask(&door, "alice", one(n)).await else { panic!() };
        assert!(wait.rule() == Rule::Source && wait.until() <= door.clock.now() + HOUR);
        door.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(ask(&door, "alice", stranger(1)).await, Requested::Accepted);
    let Requested::Wait(wait) = ask(&door, "bob", one(1)).await else { panic!() };
    door.clock.set(wait.until());
    assert_eq!(ask(&door, "bob", one(1)).await, Requested::Accepted);
}

#[tokio::test]
async fn r22_without_a_way_to_send_there_is_no_recovery() {
    let door = support::door().with_account("alice").await;
    let asked = door.auth.recovery().request(TokenRequest::new("alice")).await;
    assert_eq!(asked.unwrap_err().kind(), ErrorKind::NoNotifier);
}

#[tokio::test]
async fn r22_a_new_password_ends_all_that_was_before_and_logs_nobody_in() {
    let door = door().await.with_account("bob").await;
    let proof = door.verified(login("alice", PASSWORD)).await;
    let device = proof.device().clone();
    let session = door.session(proof).await;
    let bobs = door.session(door.verified(login("bob", PASSWORD)).await).await;
    let granted = door.verified(login("alice", PASSWORD)).await;
    let grant = NewGrant::new(granted, Scopes::new(["read"]).unwrap());
    let pair = door.auth.tokens().grant(grant).await.unwrap().unwrap();
    door.exhaust("alice").await;
    let token = token(&door).await;
    door.events.take();

    let done = reset(&door, &token, NEW).await;
    let Reset::Done { account, replacement: None } = done else { panic!("{done:?}") };
    assert_eq!(account, session.principal().account());
    assert!(!door.lives(&session).await && door.lives(&bobs).await);
    assert!(door.auth.tokens().check(pair.access()).await.unwrap().is_none());
    assert!(door.auth.tokens().refresh(pair.refresh()).await.unwrap().is_none());
    assert_eq!(door.mailbox.changes().await, [AccountChange::PasswordReset]);
    let kinds = door.events.take();
    assert!(kinds.iter().any(|event| event.kind == EventKind::Recovered));
    assert!(kinds.iter().all(|event| event.kind != EventKind::SessionOpened));

    // Strangers' failures keep the owner out no more, old password and device token are worth nothing.
    let attempt = login("alice", NEW).device(device);
    assert!(is_verified(&door.auth.authenticate(attempt).await.unwrap()));
    assert!(!door.events.take()[0].known_device);
    assert!(matches!(door.login("alice", PASSWORD).await, Outcome::Rejected));
}

/// Somebody who has the password and not the mail fails with codes, until none is heard. A new password ends that.
#[tokio::test]
async fn law_04_a_new_password_lifts_the_waits_of_codes_as_well() {
    let door = door().await;
    let attack = async |first: u32| {
        for n in first..first + 60 {
            let guess = Login::new(format!("name {n}"), format!("guess {n}")).from(stranger(n));
            let _ = door.auth.authenticate(guess).await.unwrap();
        }
    };
    attack(0).await;
    for n in 0..2 {
        let source = stranger(900 + n);
        let ticket = door.ticket(Login::new("alice", PASSWORD).from(source)).await;
        for _ in 0..4 {
            let redemption = Redemption::new(&*ticket, "00000000").from(source);
            let outcome = door.auth.redeem(redemption).await.unwrap();
            assert!(matches!(outcome, Outcome::Rejected));
        }
    }
    let redeem = async |password: &str| {
        let ticket = door.ticket(login("alice", password)).await;
        let code = door.mailbox.codes().await.last().unwrap().code().expose_secret().to_owned();
        is_verified(&door.redeem(&ticket, &code).await)
    };
    assert!(!redeem(PASSWORD).await, "the codes have run out");
    let token = token(&door).await;
    assert!(is_done(&reset(&door, &token, NEW).await));
    assert!(redeem(NEW).await);
}

#[tokio::test]
async fn r22_an_account_without_a_password_is_given_one() {
    let door = door_with_codes();
    let _ = door.auth.import(doorward::Import::without_password("alice")).await.unwrap();
    let token = token(&door).await;
    assert!(is_done(&reset(&door, &token, NEW).await));
    assert!(is_verified(&door.login("alice", NEW).await));
}

#[tokio::test]
async fn r22_errors_tell_nothing() {
    let door = door().await;
    let token = token(&door).await;
    let account = door.verified(login("alice", PASSWORD)).await.account();
    let credential = door.memory.fetch(account).await.unwrap().unwrap();
    let version = credential.version();
    let damaged = credential.with_identifier(vec![1; 40]).unwrap();
    let _ = door.memory.replace(damaged, version).await.unwrap();
    let attempt = PasswordReset::new(token, NEW).from([192, 0, 2, 7]);
    let error = door.auth.recovery().reset(attempt).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert_eq!(error.to_string(), "the request could not be decided");
}
