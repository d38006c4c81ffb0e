//! What the table of ASVS requirements says that no other test says.

#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use doorward::{
    AccountChange, ChangeRequested, Changed, IdentifierChanged, Managed, NewSession, Notice,
    OpenSession, Outcome, PasswordChange, PasswordReset, Purpose, Reset, TokenRequest,
};

use support::{Door, PASSWORD, door, door_with_codes, is_verified, login};

const ALICE: &str = "alice@example.com";
const NEW: &str = "alice@elsewhere.example";
const OTHER_PASSWORD: &str = "nine loud geese at dawn";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn asvs_6_2_10_a_password_does_not_grow_old() {
    let door = door().with_account(ALICE).await;
    door.clock.advance(10 * 365 * DAY);
    assert!(is_verified(&door.login(ALICE, PASSWORD).await));
}

#[tokio::test]
async fn asvs_6_3_2_a_new_store_lets_nobody_in() {
    let door = door();
    for name in ["admin", "administrator", "root", "sa", "test", "user", "doorward", ""] {
        for password in ["", name, "admin", "password", "changeme"] {
            let outcome = door.login(name, password).await;
            assert!(matches!(outcome, Outcome::Rejected | Outcome::Wait(_)), "{name} {outcome:?}");
        }
    }
}

#[tokio::test]
async fn asvs_6_3_7_the_owner_is_told_of_every_change_at_the_former_address() {
    let door = door_with_codes().with_account(ALICE).await;
    let change = PasswordChange::new(login(ALICE, PASSWORD), OTHER_PASSWORD);
    let changed = door.auth.change_password(change).await.unwrap();
    assert!(matches!(changed, Changed::Done(_)));
    assert_eq!(changes(&door).await, [(ALICE.to_owned(), AccountChange::Password)]);

    let request = TokenRequest::new(ALICE);
    let _ = door.auth.recovery().request(request).await.unwrap();
    let reset = PasswordReset::new(token(&door, Purpose::Recovery).await, PASSWORD);
    assert!(matches!(door.auth.recovery().reset(reset).await.unwrap(), Reset::Done { .. }));
    assert_eq!(changes(&door).await[1..], [(ALICE.to_owned(), AccountChange::PasswordReset)]);

    let session = open(&door, ALICE, PASSWORD).await;
    let verification = door.auth.verification();
    let fresh = session.principal().fresh().unwrap();
    let requested = verification.request_change(fresh, NEW).await.unwrap();
    assert_eq!(requested, ChangeRequested::Accepted);
    assert_eq!(changes(&door).await.len(), 2, "nothing has changed yet");
    let token = token(&door, Purpose::IdentifierChange).await;
    let confirmed = verification.confirm_change(&token).await.unwrap();
    assert_eq!(confirmed, IdentifierChanged::Done(session.principal().account()));
    assert_eq!(changes(&door).await[2..], [(ALICE.to_owned(), AccountChange::Identifier)]);

    assert_eq!(door.auth.delete(NEW).await.unwrap(), Managed::Done);
    assert_eq!(changes(&door).await[3..], [(NEW.to_owned(), AccountChange::Deleted)]);
}

#[tokio::test]
async fn asvs_7_2_3_tokens_and_secrets_never_come_twice() {
    let door = door().with_account(ALICE).await;
    let mut secrets = BTreeSet::new();
    for _ in 0..64 {
        let session = open(&door, ALICE, PASSWORD).await;
        let (_, secret) = session.token().split_once('.').unwrap();
        // 256 bits in Base64, without the checksum behind them.
        secrets.insert(secret[..43].to_owned());
    }
    assert_eq!(secrets.len(), 64);
    let characters: BTreeSet<char> = secrets.iter().flat_map(|secret| secret.chars()).collect();
    assert_eq!(characters.len(), 64, "all of Base64 comes about");
}

#[tokio::test]
async fn asvs_7_4_2_a_shut_or_deleted_account_has_no_session() {
    let door = door().with_account(ALICE).await;
    let session = open(&door, ALICE, PASSWORD).await;
    assert_eq!(door.auth.disable(ALICE).await.unwrap(), Managed::Done);
    assert!(door.auth.sessions().check(session.token()).await.unwrap().is_none());
    assert_eq!(door.auth.enable(ALICE).await.unwrap(), Managed::Done);
    assert!(door.auth.sessions().check(session.token()).await.unwrap().is_none());

    let session = open(&door, ALICE, PASSWORD).await;
    assert_eq!(door.auth.delete(ALICE).await.unwrap(), Managed::Done);
    assert!(door.auth.sessions().check(session.token()).await.unwrap().is_none());

    door.register(ALICE).await;
    let session = open(&door, ALICE, PASSWORD).await;
    let fresh = session.principal().fresh().unwrap();
    assert!(door.auth.delete_own(fresh).await.unwrap());
    assert!(door.auth.sessions().check(session.token()).await.unwrap().is_none());
    assert!(!is_verified(&door.login(ALICE, PASSWORD).await));
}

async fn open(door: &Door, identifier: &str, password: &str) -> OpenSession {
    let Outcome::Verified(proof) = door.login(identifier, password).await else { panic!() };
    door.auth.sessions().open(NewSession::new(proof)).await.unwrap().unwrap()
}

/// What was told of changes, and where to.
async fn changes(door: &Door) -> Vec<(String, AccountChange)> {
    let notices = door.mailbox.notices().await.into_iter();
    let told = notices.filter_map(|notice| match notice {
        Notice::Change(notice) => Some((notice.expose_identifier().to_owned(), notice.change())),
        _ => None,
    });
    told.collect()
}

/// The token that was sent last for this.
async fn token(door: &Door, purpose: Purpose) -> String {
    let notices = door.mailbox.notices().await.into_iter().rev();
    let mut tokens = notices.filter_map(|notice| match notice {
        Notice::Token(notice) if notice.purpose() == purpose => {
            Some(notice.expose_token().to_owned())
        }
        _ => None,
    });
    tokens.next().unwrap()
}
