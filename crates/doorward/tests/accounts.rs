//! Making and changing accounts through the door.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use doorward::{
    Changed, Cost, EventKind, IdentifierProblem, Managed, Outcome, PasswordChange, PasswordProblem,
    Refusal, Registered, Registration,
};
use support::{PASSWORD, door, door_on, is_verified, keys, login};
use tokio::task::JoinSet;

#[tokio::test]
async fn an_identifier_is_one_account_in_all_its_spellings() {
    let door = door().with_account("Alice@Example.com").await;
    for spelling in ["alice@example.com", " ALICE@EXAMPLE.COM ", "ａlice@example.com"] {
        let again = door.auth.register(Registration::new(spelling, PASSWORD)).await.unwrap();
        assert_eq!(again, Registered::Taken, "{spelling}");
        assert!(is_verified(&door.login(spelling, PASSWORD).await), "{spelling}");
    }
}

#[tokio::test]
async fn a_password_is_verified_exactly_as_received() {
    let door = door();
    let password = "  Ünusual, \"quoted\" 🦉 passphrase\t";
    let _ = door.auth.register(Registration::new("alice", password)).await.unwrap();
    assert!(is_verified(&door.login("alice", password).await));
    for near in [password.trim(), &password.to_lowercase(), &format!("{password} ")] {
        assert!(matches!(door.login("alice", near).await, Outcome::Rejected), "{near:?}");
        let _ = door.auth.unlock("alice").await.unwrap();
    }
}

#[tokio::test]
async fn r21_a_refusal_says_why() {
    let door = door();
    let register = async |identifier: &str, password: &str| {
        door.auth.register(Registration::new(identifier, password)).await.unwrap()
    };
    let refused = |problem| Registered::Refused(Refusal::Password(problem));
    assert_eq!(
        register("alice", "only 14 chars.").await,
        refused(PasswordProblem::TooShort { min: 15, actual: 14 })
    );
    assert!(matches!(
        register("alice@example.com", "alice@example.com").await,
        Registered::Refused(Refusal::Password(PasswordProblem::ContextWord))
    ));
    assert_eq!(
        register(" ", PASSWORD).await,
        Registered::Refused(Refusal::Identifier(IdentifierProblem::Empty))
    );
    assert_eq!(door.memory.accounts(), 0);
}

#[tokio::test]
async fn accounts_that_exist_elsewhere_are_taken_as_they_are() {
    let door = door();
    let existing = door.auth.register(Registration::existing("alice", "123456")).await.unwrap();
    assert!(matches!(existing, Registered::Created(_)));
    assert!(is_verified(&door.login("alice", "123456").await));
    for password in ["", &"x".repeat(1025)] {
        let refused = door.auth.register(Registration::existing("bob", password)).await.unwrap();
        assert!(matches!(refused, Registered::Refused(_)));
    }
    assert_eq!(door.events.kinds()[0], EventKind::Imported);
}

#[tokio::test]
async fn law_09_racing_registrations_make_one_account() {
    let door = door();
    let mut racers = JoinSet::new();
    for n in 0..200 {
        let auth = door.auth.clone();
        let spelling = if n % 2 == 0 { "alice" } else { "ALICE" };
        racers.spawn(async move { auth.register(Registration::new(spelling, PASSWORD)).await });
    }
    let answers = racers.join_all().await;
    let created = answers.iter().filter(|a| matches!(a, Ok(Registered::Created(_)))).count();
    assert_eq!((created, door.memory.accounts()), (1, 1));
}

#[tokio::test]
async fn a_changed_password_is_the_only_one() {
    let door = door().with_account("alice").await;
    let change = |current: &str, new: &str| PasswordChange::new(login("alice", current), new);
    let wrong = door.auth.change_password(change("wrong", "nine patient otters")).await.unwrap();
    assert!(matches!(wrong, Changed::Denied(Outcome::Rejected)));
    let weak = door.auth.change_password(change(PASSWORD, "short")).await.unwrap();
    assert!(matches!(weak, Changed::Refused(PasswordProblem::TooShort { .. })));
    let done = door.auth.change_password(change(PASSWORD, "nine patient otters")).await.unwrap();
    assert!(matches!(done, Changed::Done(_)));
    assert!(matches!(door.login("alice", PASSWORD).await, Outcome::Rejected));
    assert!(is_verified(&door.login("alice", "nine patient otters").await));
}

#[tokio::test]
async fn a_disabled_account_is_shut_until_it_is_enabled() {
    let door = door().with_account("alice").await;
    assert_eq!(door.auth.disable("Alice").await.unwrap(), Managed::Done);
    assert_eq!(door.auth.disable("alice").await.unwrap(), Managed::Unchanged);
    assert!(matches!(door.login("alice", PASSWORD).await, Outcome::Rejected));
    let change = PasswordChange::new(login("alice", PASSWORD), "nine patient otters");
    let changed = door.auth.change_password(change).await.unwrap();
    assert!(matches!(changed, Changed::Denied(Outcome::Rejected)));
    assert_eq!(door.auth.enable("alice").await.unwrap(), Managed::Done);
    assert!(is_verified(&door.login("alice", PASSWORD).await));
    assert_eq!(door.auth.disable("nobody").await.unwrap(), Managed::NoSuchAccount);
}

#[tokio::test]
async fn r06_an_outdated_hash_is_made_anew_at_the_next_login() {
    let old = door().with_account("alice").await;
    let cost = Cost::new(7_168, 5, 1).unwrap();
    let new = door_on(old.memory.clone(), &keys(), |builder, _| builder.cost(cost));
    assert!(matches!(new.login("alice", "wrong").await, Outcome::Rejected));
    assert!(!new.events.kinds().contains(&EventKind::Rehashed), "only for those who know it");
    assert!(is_verified(&new.login("alice", PASSWORD).await));
    assert!(new.events.kinds().contains(&EventKind::Rehashed));
    new.events.take();
    assert!(is_verified(&new.login("alice", PASSWORD).await));
    assert!(!new.events.kinds().contains(&EventKind::Rehashed), "once is enough");
    // And a change of password right after a rehash does not meet a stale version.
    let change = PasswordChange::new(login("alice", PASSWORD), "nine patient otters");
    assert!(matches!(new.auth.change_password(change).await.unwrap(), Changed::Done(_)));
}

#[tokio::test]
async fn an_outdated_hash_and_a_change_of_password_in_one_call() {
    let old = door().with_account("alice").await;
    let cost = Cost::new(7_168, 5, 1).unwrap();
    let new = door_on(old.memory.clone(), &keys(), |builder, _| builder.cost(cost));
    let change = PasswordChange::new(login("alice", PASSWORD), "nine patient otters");
    assert!(matches!(new.auth.change_password(change).await.unwrap(), Changed::Done(_)));
    assert!(is_verified(&new.login("alice", "nine patient otters").await));
}
