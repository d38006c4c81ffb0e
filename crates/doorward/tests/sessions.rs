//! R15: what opens a session, how long it lives, and what a check of one costs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::store::{CredentialStore as _, Fault, Operation};
use doorward::{Clock as _, EventKind, Factor, Managed, NewSession, PasswordChange, SessionPolicy};
use support::sessions::{instances, proof};
use support::{PASSWORD, door, door_on, door_with, keys, login};
use tokio::task::JoinSet;

const MILLISECOND: Duration = Duration::from_millis(1);

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

#[tokio::test]
async fn r15_a_proof_opens_a_session_of_its_account() {
    let door = door();
    let alice = door.register("alice").await;
    let authenticated_at = door.proof("alice").await.at();
    let open = door.open("alice").await;
    let principal = door.check(open.token()).await.unwrap();
    assert_eq!((principal.account(), principal.session()), (alice, open.principal().session()));
    assert_eq!(principal.authenticated_at(), authenticated_at);
    assert_eq!(principal.factors().collect::<Vec<_>>(), [Factor::Password]);
    assert!(!principal.has_second_factor() && principal.scopes().is_none());
    assert!(principal.may("anything"));
    assert_eq!(principal.expires_at(), open.principal().expires_at());
    assert_eq!((door.memory.session_count(), door.told(EventKind::SessionOpened)), (1, 1));
}

#[tokio::test]
async fn r15_every_authentication_has_a_token_of_its_own_and_ends_the_one_it_replaces() {
    let door = door().with_account("alice").await.with_account("mallory").await;
    for planted in [door.token("alice").await, door.token("mallory").await] {
        let new = NewSession::new(door.proof("alice").await).replacing(planted.as_str());
        let open = door.auth.sessions().open(new).await.unwrap().unwrap();
        assert_ne!(open.token(), planted);
        assert!(door.is_open(open.token()).await && !door.is_open(&planted).await);
    }
    // What was planted and is no token of a session is no reason to refuse the login.
    let access = door.grant("mallory").await.access().to_owned();
    for planted in ["", "dws_", "no token", &access, &"x".repeat(100_000)] {
        let new = NewSession::new(door.proof("alice").await).replacing(planted);
        assert!(door.auth.sessions().open(new).await.unwrap().is_some());
    }
    assert!(door.is_good(&access).await);
}

#[tokio::test]
async fn r15_a_session_ends_at_the_very_millisecond_without_use_and_in_use() {
    let day = minutes(24 * 60);
    for (policy, absolute, idle) in [
        (SessionPolicy::aal1(), 30 * day, 7 * day),
        (SessionPolicy::aal2(), day, minutes(60)),
        (SessionPolicy::aal3(), day / 2, minutes(15)),
    ] {
        let door = door_with(|builder, _| builder.sessions(policy)).with_account("alice").await;
        let (left, right) = (door.token("alice").await, door.token("alice").await);
        door.clock.advance(idle - MILLISECOND);
        assert!(door.is_open(&left).await);
        door.clock.advance(MILLISECOND);
        assert!(!door.is_open(&right).await && door.is_open(&left).await);

        let opened_at = door.clock.now();
        let used = door.token("alice").await;
        while door.clock.now() + idle / 2 < opened_at + absolute {
            assert!(door.is_open(&used).await);
            door.clock.advance(idle / 2);
        }
        door.clock.set(opened_at + absolute - MILLISECOND);
        assert!(door.is_open(&used).await, "{policy:?}");
        door.clock.set(opened_at + absolute);
        assert!(!door.is_open(&used).await, "{policy:?}");
    }
}

#[tokio::test]
async fn r15_a_use_is_written_down_at_most_once_in_a_sixtieth() {
    let door = door().with_account("alice").await;
    let token = door.token("alice").await;
    door.store.reset_log();
    for _ in 0..600 {
        door.clock.advance(Duration::from_secs(1));
        let principal = door.check(&token).await.unwrap();
        // It lives an hour from now on, or up to a minute less.
        let left = principal.expires_at().duration_since(door.clock.now()).unwrap();
        assert!(left > minutes(59) && left <= minutes(60), "{left:?}");
    }
    assert_eq!(door.store.count(Operation::Session), 600);
    assert_eq!(door.store.count(Operation::Renew), 10);
    assert_eq!(door.store.calls().len(), 610);
}

#[tokio::test]
async fn r15_a_use_that_cannot_be_written_down_logs_nobody_out_and_promises_nothing() {
    let door = door().with_account("alice").await;
    let open = door.open("alice").await;
    door.clock.advance(minutes(30));
    door.store.fail_every(Operation::Renew, Fault::Unavailable);
    let principal = door.check(open.token()).await.unwrap();
    assert_eq!(principal.expires_at(), open.principal().expires_at());
}

#[tokio::test]
async fn r15_a_shorter_policy_holds_for_sessions_that_are_open() {
    let door = door().with_account("alice").await;
    let under = |policy| {
        door_on(door.memory.clone(), &keys(), |builder, _| {
            builder.sessions(policy).clock(door.clock.clone())
        })
    };
    let two_hours = under(SessionPolicy::aal2().absolute(minutes(120)));
    let five_minutes = under(SessionPolicy::aal2().idle(minutes(5)));
    let (one, other) = (door.token("alice").await, door.token("alice").await);
    for _ in 0..4 {
        assert!(two_hours.is_open(&one).await && door.is_open(&other).await);
        door.clock.advance(minutes(30) - MILLISECOND);
    }
    let principal = two_hours.check(&one).await.unwrap();
    assert_eq!(two_hours.auth.sessions().list(&principal).await.unwrap().len(), 2);
    door.clock.advance(4 * MILLISECOND);
    assert!(!two_hours.is_open(&one).await && !two_hours.is_open(&other).await);
    // Nor are they shown.
    assert!(two_hours.auth.sessions().list(&principal).await.unwrap().is_empty());
    assert!(door.is_open(&other).await, "where the longer one is still in force");

    assert!(
        five_minutes.is_open(&other).await,
        "a shorter time without use is, from the next use on"
    );
    door.clock.advance(minutes(5));
    assert!(!door.is_open(&other).await);
}

#[tokio::test]
async fn r15_the_oldest_session_makes_room_for_a_new_one() {
    let door = door_with(|builder, _| builder.sessions(SessionPolicy::aal2().most(3)));
    let door = door.with_account("alice").await.with_account("bob").await;
    let (bob, grant) = (door.token("bob").await, door.grant("alice").await);
    let mut tokens = Vec::new();
    for _ in 0..5 {
        tokens.push(door.token("alice").await);
        door.clock.advance(MILLISECOND);
    }
    let mut open = Vec::new();
    for token in &tokens {
        open.push(door.is_open(token).await);
    }
    assert_eq!(open, [false, false, true, true, true]);
    assert!(door.is_open(&bob).await && door.is_good(grant.access()).await, "they are not counted");
    assert_eq!(door.told(EventKind::SessionEnded), 2);
}

#[tokio::test]
async fn r15_fifty_opens_at_once_leave_exactly_as_many_as_are_allowed() {
    for seed in 0..20 {
        let most = 1 + seed as usize % 7;
        let door = door_with(|builder, _| builder.sessions(SessionPolicy::aal2().most(most)));
        let door = door.with_account("alice").await;
        let mut proofs = Vec::new();
        for _ in 0..50 {
            proofs.push(door.proof("alice").await);
        }
        door.store.seeded(seed, 900, &[1, 2, 3, 5, 8, 13, 40].map(Fault::Yield));
        let mut opens = JoinSet::new();
        for proof in proofs {
            let sessions = door.auth.sessions();
            opens.spawn(async move { sessions.open(NewSession::new(proof)).await.unwrap() });
        }
        let opened = opens.join_all().await;
        let mut living = 0;
        for open in &opened {
            living += usize::from(door.is_open(open.as_ref().unwrap().token()).await);
        }
        assert_eq!((living, door.memory.session_count()), (most, most), "seed {seed}");
    }
}

#[tokio::test]
async fn r15_the_one_who_logged_in_last_is_in_whatever_the_clocks_say() {
    let policy = SessionPolicy::aal2().most(1);
    let shared = instances(&[20, -20, 0], |builder| builder.sessions(policy));
    shared.register("alice").await;
    let mut last: Option<String> = None;
    for turn in 0..9 {
        let auth = &shared.auths[turn % 3];
        let new = NewSession::new(proof(auth, "alice").await);
        let open = auth.sessions().open(new).await.unwrap().unwrap();
        assert!(auth.sessions().check(open.token()).await.unwrap().is_some(), "{turn}");
        if let Some(last) = last.replace(open.token().to_owned()) {
            assert!(auth.sessions().check(&last).await.unwrap().is_none(), "{turn}");
        }
    }
    assert_eq!(shared.memory.session_count(), 1);
}

#[tokio::test]
async fn r15_a_check_is_one_read_and_what_is_no_token_costs_none() {
    let door = door().with_account("alice").await;
    let token = door.token("alice").await;
    let gone = door.token("alice").await;
    door.auth.sessions().end(&gone).await.unwrap();
    door.store.reset_log();
    for (text, open) in [(&token, true), (&gone, false)] {
        assert_eq!(door.is_open(text).await, open);
        assert_eq!(door.store.calls(), [Operation::Session]);
        door.store.reset_log();
    }
    let swapped = token.to_ascii_uppercase();
    let access = door.grant("alice").await.access().to_owned();
    door.store.reset_log();
    for text in
        ["", "dws_", &token[1..], &format!("{token} "), &swapped, &access, "ä".repeat(60).as_str()]
    {
        assert!(!door.is_open(text).await);
    }
    assert_eq!(door.store.calls(), []);
}

#[tokio::test]
async fn r15_a_proof_is_good_for_less_than_ten_minutes() {
    let door = door().with_account("alice").await;
    let (early, late) = (door.proof("alice").await, door.proof("alice").await);
    door.clock.advance(minutes(10) - MILLISECOND);
    assert!(door.auth.sessions().open(NewSession::new(early)).await.unwrap().is_some());
    door.clock.advance(MILLISECOND);
    door.store.reset_log();
    assert!(door.auth.sessions().open(NewSession::new(late)).await.unwrap().is_none());
    assert_eq!((door.store.calls().len(), door.memory.session_count()), (0, 1));
}

#[tokio::test]
async fn r15_an_account_that_was_changed_since_the_proof_opens_no_session() {
    let door = door();
    let alice = door.register("alice").await;
    let (one, two) = (door.proof("alice").await, door.proof("alice").await);
    let (three, four) = (door.proof("alice").await, door.proof("alice").await);
    let is_opened = async |proof| {
        let opened = door.auth.sessions().open(NewSession::new(proof)).await.unwrap();
        assert_eq!(door.memory.session_count(), usize::from(opened.is_some()));
        opened.is_some()
    };
    assert_eq!(door.auth.disable("alice").await.unwrap(), Managed::Done);
    assert!(!is_opened(one).await);
    // Neither when it is open again: it was another account then.
    assert_eq!(door.auth.enable("alice").await.unwrap(), Managed::Done);
    assert!(!is_opened(two).await);

    let before = door.proof("alice").await;
    let change = PasswordChange::new(login("alice", PASSWORD), "nine patient otters");
    let _ = door.auth.change_password(change).await.unwrap();
    assert!(!is_opened(before).await && !is_opened(three).await);

    let version = door.memory.fetch(alice).await.unwrap().unwrap().version();
    let _ = door.memory.remove(alice, version).await.unwrap();
    assert!(!is_opened(four).await);
}

#[tokio::test]
async fn r15_an_authentication_is_fresh_for_a_while_and_an_access_token_never_is() {
    let door = door().with_account("alice").await;
    let (token, pair) = (door.token("alice").await, door.grant("alice").await);
    let access = door.auth.tokens().check(pair.access()).await.unwrap().unwrap();
    assert!(access.fresh().is_none());
    door.clock.advance(minutes(10) - MILLISECOND);
    assert!(door.check(&token).await.unwrap().fresh().is_some());
    door.clock.advance(MILLISECOND);
    assert!(door.check(&token).await.unwrap().fresh().is_none());
}
