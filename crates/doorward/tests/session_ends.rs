//! R15: sessions are shown to their owner, and ended: by their holder, their owner, an operator.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::store::{Fault, Operation};
use doorward::{EventKind, Managed, NewSession, OpenSession};
use support::{Door, door, door_with};

async fn labelled(door: &Door, label: &str) -> OpenSession {
    let new = NewSession::new(door.proof("alice").await).label(label);
    door.auth.sessions().open(new).await.unwrap().unwrap()
}

#[tokio::test]
async fn r15_an_owner_sees_the_sessions_of_the_account_the_oldest_first() {
    let door = door().with_account("alice").await.with_account("bob").await;
    let _ = door.open("bob").await;
    let phone = labelled(&door, "Safari\non a phone").await;
    door.clock.advance(Duration::from_secs(1));
    let laptop = labelled(&door, "Firefox on Linux").await;
    door.clock.advance(Duration::from_secs(1));
    let grant = door.grant("alice").await;
    door.store.reset_log();
    let shown = door.auth.sessions().list(laptop.principal()).await.unwrap();
    assert_eq!(door.store.calls(), [Operation::Sessions]);
    let labels: Vec<_> = shown.iter().map(|info| info.label()).collect();
    assert_eq!(labels, ["Safarion a phone", "Firefox on Linux", ""]);
    let current: Vec<_> = shown.iter().map(|info| info.is_current()).collect();
    assert_eq!(current, [false, true, false]);
    assert_eq!(shown[0].id(), phone.principal().session());
    assert_eq!(shown[0].expires_at(), phone.principal().expires_at());
    assert_eq!(shown[1].opened_at(), laptop.principal().authenticated_at());
    assert_eq!(shown[2].scopes(), Some(grant.scopes()));
    assert!(shown[0].scopes().is_none() && shown[0].opened_at() < shown[1].opened_at());

    door.auth.sessions().end(phone.token()).await.unwrap();
    door.clock.set(laptop.principal().expires_at());
    let shown = door.auth.sessions().list(laptop.principal()).await.unwrap();
    assert_eq!(shown.len(), 1, "what is over is not shown: the grant is left");
}

#[tokio::test]
async fn r15_a_logout_ends_one_session_and_can_be_said_twice() {
    let door = door().with_account("alice").await;
    let (one, other) = (door.token("alice").await, door.token("alice").await);
    for _ in 0..2 {
        door.auth.sessions().end(&one).await.unwrap();
        assert!(!door.is_open(&one).await && door.is_open(&other).await);
    }
    for text in ["", "dws_", &other[1..]] {
        door.auth.sessions().end(text).await.unwrap();
    }
    assert!(door.is_open(&other).await);
    assert_eq!(door.told(EventKind::SessionEnded), 1);
}

#[tokio::test]
async fn r15_an_owner_ends_one_session_of_theirs_and_nobody_elses() {
    let door = door().with_account("alice").await.with_account("mallory").await;
    let (one, other) = (door.open("alice").await, door.open("alice").await);
    let mallory = door.open("mallory").await;
    let sessions = door.auth.sessions();
    sessions
        .end_one(mallory.principal().fresh().unwrap(), one.principal().session())
        .await
        .unwrap();
    assert!(door.is_open(one.token()).await, "its name opens nothing");
    for _ in 0..2 {
        let owner = other.principal().fresh().unwrap();
        sessions.end_one(owner, one.principal().session()).await.unwrap();
        assert!(!door.is_open(one.token()).await && door.is_open(other.token()).await);
    }
}

#[tokio::test]
async fn r15_an_owner_ends_all_others_with_one_write() {
    let door = door().with_account("alice").await.with_account("bob").await;
    let (mine, bob) = (door.open("alice").await, door.token("bob").await);
    let mut others = Vec::new();
    for _ in 0..5 {
        others.push(door.token("alice").await);
    }
    let grant = door.grant("alice").await;
    door.store.reset_log();
    let owner = mine.principal().fresh().unwrap();
    door.auth.sessions().end_others(owner).await.unwrap();
    assert_eq!(door.store.calls(), [Operation::EndAll]);
    for other in &others {
        assert!(!door.is_open(other).await);
    }
    assert!(!door.is_good(grant.access()).await && door.refresh(grant.refresh()).await.is_none());
    assert!(door.is_open(mine.token()).await && door.is_open(&bob).await);
    assert_eq!(door.told(EventKind::SessionsEnded), 1);
}

#[tokio::test]
async fn r15_a_principal_whose_session_has_ended_meanwhile_keeps_none() {
    let door = door().with_account("alice").await;
    let (mine, other) = (door.open("alice").await, door.token("alice").await);
    door.auth.sessions().end(mine.token()).await.unwrap();
    let owner = mine.principal().fresh().unwrap();
    door.auth.sessions().end_others(owner).await.unwrap();
    assert!(!door.is_open(mine.token()).await && !door.is_open(&other).await);
}

#[tokio::test]
async fn r15_an_operator_ends_all_sessions_of_an_account() {
    let door = door().with_account("alice").await.with_account("bob").await;
    let (alice, bob) = (door.token("alice").await, door.token("bob").await);
    let grant = door.grant("alice").await;
    let sessions = door.auth.sessions();
    assert_eq!(sessions.end_all("nobody").await.unwrap(), Managed::NoSuchAccount);
    door.store.reset_log();
    assert_eq!(sessions.end_all("Alice").await.unwrap(), Managed::Done);
    assert_eq!(door.store.calls(), [Operation::Find, Operation::EndAll]);
    assert!(!door.is_open(&alice).await && !door.is_good(grant.access()).await);
    assert!(door.is_open(&bob).await);
    assert!(door.is_open(&door.token("alice").await).await, "whoever logs in again is in");
}

#[tokio::test]
async fn r15_an_operator_ends_everybodys_sessions_page_by_page_and_learns_whose_it_could_not() {
    let door = door();
    let mut tokens = Vec::new();
    for name in ["alice", "bob", "carol", "dave", "eve"] {
        let account = door.register(name).await;
        tokens.push((account, door.token(name).await));
    }
    door.store.reset_log();
    door.store.fail_nth(Operation::EndAll, 2, Fault::Unavailable);
    door.store.fail_nth(Operation::List, 2, Fault::Unavailable);
    let sessions = door.auth.sessions();
    let (mut after, mut ended, mut failed, mut stopped) = (None, 0, Vec::new(), 0);
    loop {
        // Begun again where it stopped.
        let Ok(page) = sessions.end_everybodys(after, 2).await else {
            stopped += 1;
            continue;
        };
        ended += page.accounts;
        failed.extend(page.failed.into_iter().map(|(account, _)| account));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((ended, failed.len(), stopped), (4, 1, 1));
    for (account, token) in &tokens {
        assert_eq!(door.is_open(token).await, failed.contains(account));
    }
}

#[tokio::test]
async fn law_10_a_logged_out_session_does_not_come_back_whatever_uses_race_with_it() {
    for seed in 0..200 {
        let door = door().with_account("alice").await;
        let token = door.token("alice").await;
        let sessions = door.auth.sessions();
        // Each use now would be written down.
        door.clock.advance(Duration::from_secs(120));
        door.store.seeded(seed, 700, &[1, 2, 3, 5, 8].map(Fault::Yield));
        let (ended, ..) = tokio::join!(
            sessions.end(&token),
            sessions.check(&token),
            sessions.check(&token),
            sessions.check(&token),
        );
        ended.unwrap();
        assert!(!door.is_open(&token).await, "seed {seed}");
        assert_eq!(door.memory.session_count(), 0, "seed {seed}");
    }
}

#[tokio::test]
async fn r15_a_store_that_hangs_ends_in_an_error_and_logs_nobody_out() {
    let door = door_with(|builder, _| builder.store_deadline(Duration::from_millis(20)));
    let door = door.with_account("alice").await;
    let token = door.token("alice").await;
    door.store.fail_every(Operation::Session, Fault::Hang);
    assert!(door.auth.sessions().check(&token).await.is_err());
    assert!(door.auth.sessions().end(&token).await.is_err());
    door.store.heal();
    assert!(door.is_open(&token).await);
}
