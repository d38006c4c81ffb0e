//! R20: a second factor is enrolled, exchanged and removed by its owner alone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::store::{Fault, Operation};
use doorward::{
    AccountChange, Changed, ErrorKind, EventKind, OpenSession, Outcome, PasswordChange, Registered,
    Registration,
};
use support::app::{App, Owner, STEP, texts};
use support::{Door, PASSWORD, door_on, door_with_codes, is_verified, keys, login};
use tokio::task::JoinSet;

async fn door() -> Door {
    door_with_codes().with_account("alice").await
}

async fn session(door: &Door) -> OpenSession {
    door.session(door.verified(login("alice", PASSWORD)).await).await
}

/// The app, and the token to confirm it with.
async fn begin(door: &Door, session: &OpenSession) -> (App, String) {
    let fresh = session.principal().fresh().unwrap();
    let enrolment = door.auth.second_factors().enrol(fresh, "Acme").await.unwrap().unwrap();
    (App::scan(enrolment.expose_uri()), enrolment.expose_token().to_owned())
}

async fn confirm(
    door: &Door,
    session: &OpenSession,
    token: &str,
    code: &str,
) -> Option<Vec<String>> {
    let fresh = session.principal().fresh().unwrap();
    let enrolled = door.auth.second_factors().confirm(fresh, token, code).await.unwrap();
    enrolled.map(|enrolled| texts(&enrolled))
}

async fn asks_for_a_code(door: &Door) -> bool {
    match door.login("alice", PASSWORD).await {
        Outcome::StepUp(_) => true,
        Outcome::Verified(_) => false,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn r20_once_a_factor_is_confirmed_every_login_asks_for_it() {
    let door = door().await;
    let session = session(&door).await;
    let (app, token) = begin(&door, &session).await;
    assert!(!asks_for_a_code(&door).await, "nothing changes before it is confirmed");
    let factors = door.auth.second_factors();
    assert!(factors.status(session.principal()).await.unwrap().is_none());
    door.events.take();

    let codes = confirm(&door, &session, &token, &app.code(&door)).await.unwrap();
    let distinct: std::collections::HashSet<_> = codes.iter().collect();
    assert_eq!((codes.len(), distinct.len()), (10, 10));
    let status = factors.status(session.principal()).await.unwrap().unwrap();
    assert_eq!(status.codes_left(), 10);
    assert_eq!(door.mailbox.changes().await, [AccountChange::SecondFactorEnrolled]);
    let kinds = door.events.kinds();
    assert_eq!(kinds, [EventKind::SecondFactorEnrolled, EventKind::NoticeSent]);
    assert!(asks_for_a_code(&door).await);
    assert!(door.lives(&session).await, "the session goes on");
}

#[tokio::test]
async fn r20_a_session_that_is_not_fresh_changes_no_factor() {
    let door = door().await;
    let session = session(&door).await;
    door.clock.advance(door.auth.sessions().policy().freshness());
    let principal = door.auth.sessions().check(session.token()).await.unwrap().unwrap();
    assert!(principal.fresh().is_none());
}

/// Whoever has both pages open in a session without a factor cannot exchange one that another session enrolled.
#[tokio::test]
async fn r20_an_enrolment_begun_before_another_was_confirmed_is_void() {
    let door = door().await;
    let (first, second) = (session(&door).await, session(&door).await);
    let (thief, stolen) = begin(&door, &second).await;
    let owner = door.enrol_in(&first).await;
    assert!(confirm(&door, &second, &stolen, &thief.code(&door)).await.is_none());
    assert!(is_verified(&door.step_up("alice", &owner.app.next_code(&door)).await));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r20_of_racing_confirmations_one_enrols() {
    for _ in 0..10 {
        let door = door().await;
        let session = session(&door).await;
        let mut begun = Vec::new();
        for _ in 0..4 {
            begun.push(begin(&door, &session).await);
        }
        for operation in [Operation::Fetch, Operation::Replace, Operation::Take] {
            door.store.fail_every(operation, Fault::Yield(5));
        }
        let mut racers = JoinSet::new();
        for n in 0..16 {
            let (app, token) = &begun[n % 4];
            let (token, code) = (token.clone(), app.code(&door));
            let (auth, principal) = (door.auth.clone(), session.principal().clone());
            racers.spawn(async move {
                let fresh = principal.fresh().unwrap();
                let enrolled = auth.second_factors().confirm(fresh, &token, &code).await.unwrap();
                enrolled.map(|enrolled| (n % 4, texts(&enrolled)))
            });
        }
        let won: Vec<_> = racers.join_all().await.into_iter().flatten().collect();
        assert_eq!(won.len(), 1);
        door.store.heal();
        let (app, codes) = (&begun[won[0].0].0, &won[0].1);
        assert!(is_verified(&door.step_up("alice", &app.next_code(&door)).await));
        assert!(is_verified(&door.step_up("alice", &codes[9]).await));
    }
}

#[tokio::test]
async fn r20_an_enrolment_bears_five_tries() {
    let door = door().await;
    let session = session(&door).await;
    let (app, token) = begin(&door, &session).await;
    for _ in 0..4 {
        assert!(confirm(&door, &session, &token, &app.wrong_code(&door)).await.is_none());
    }
    let (other, again) = begin(&door, &session).await;
    for _ in 0..5 {
        assert!(confirm(&door, &session, &again, &other.wrong_code(&door)).await.is_none());
    }
    assert!(confirm(&door, &session, &again, &other.code(&door)).await.is_none(), "the sixth");
    assert!(confirm(&door, &session, &token, &app.code(&door)).await.is_some(), "the fifth");
}

#[tokio::test]
async fn r20_an_enrolment_is_good_for_ten_minutes_to_the_millisecond_and_once() {
    for (late, good) in [(Duration::from_millis(1), true), (Duration::ZERO, false)] {
        let door = door().await;
        let session = session(&door).await;
        let (app, token) = begin(&door, &session).await;
        door.clock.advance(Duration::from_secs(600) - late);
        assert_eq!(confirm(&door, &session, &token, &app.code(&door)).await.is_some(), good);
        assert_eq!(asks_for_a_code(&door).await, good);
        let again = confirm(&door, &session, &token, &app.next_code(&door)).await;
        assert!(again.is_none());
    }
}

#[tokio::test]
async fn r20_an_enrolment_is_its_owners() {
    let door = door().await.with_account("mallory").await;
    let alice = session(&door).await;
    let mallory = door.session(door.verified(login("mallory", PASSWORD)).await).await;
    let (app, token) = begin(&door, &mallory).await;
    assert!(confirm(&door, &alice, &token, &app.code(&door)).await.is_none());
    assert!(!asks_for_a_code(&door).await);
    assert!(confirm(&door, &mallory, &token, &app.code(&door)).await.is_some());
}

#[tokio::test]
async fn r20_a_changed_password_voids_an_enrolment_and_the_right_to_one() {
    let door = door().await;
    let session = session(&door).await;
    let (app, token) = begin(&door, &session).await;
    let change = PasswordChange::new(login("alice", PASSWORD), "nine patient otters");
    assert!(matches!(door.auth.change_password(change).await.unwrap(), Changed::Done(_)));
    // A request that was checked before the change.
    assert!(confirm(&door, &session, &token, &app.code(&door)).await.is_none());
    let fresh = session.principal().fresh().unwrap();
    assert!(door.auth.second_factors().enrol(fresh, "Acme").await.unwrap().is_none());
    let again = door.session(door.verified(login("alice", "nine patient otters")).await).await;
    assert!(confirm(&door, &again, &token, &app.code(&door)).await.is_none());
}

#[tokio::test]
async fn r20_the_code_that_confirmed_opens_nothing_afterwards() {
    let door = door().await;
    let owner = door.enrol("alice").await;
    let used = owner.app.code(&door);
    assert!(matches!(door.step_up("alice", &used).await, Outcome::Rejected));
    door.clock.advance(STEP);
    assert!(matches!(door.step_up("alice", &used).await, Outcome::Rejected));
    assert!(is_verified(&door.step_up("alice", &owner.app.code(&door)).await));
}

#[tokio::test]
async fn r20_every_identifier_and_no_bad_issuer_can_be_scanned() {
    let door = door_with_codes();
    let longest = format!("{}@example.com", "ß".repeat(154));
    for identifier in [longest.as_str(), "urn:alice:1", "a", "名前 \u{1f6aa}%&?#"] {
        let registered = Registration::new(identifier, PASSWORD);
        assert!(matches!(door.auth.register(registered).await.unwrap(), Registered::Created(_)));
        let owner = door.enrol(identifier).await;
        assert!(is_verified(&door.step_up(identifier, &owner.app.next_code(&door)).await));
    }
    door.register("alice").await;
    let session = session(&door).await;
    let fresh = session.principal().fresh().unwrap();
    for issuer in ["", " ", "Ac:me", &"x".repeat(65)] {
        let refused = door.auth.second_factors().enrol(fresh, issuer).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid, "{issuer}");
    }
}

/// Whatever fails, the account has no factor, or the one that was scanned.
#[tokio::test]
async fn r20_a_fault_at_any_call_of_a_confirmation_leaves_no_half_a_factor() {
    for fault in [Fault::Unavailable, Fault::LostReply, Fault::Throttled, Fault::Conflict] {
        let mut call = 0;
        loop {
            call += 1;
            let door = door().await;
            let session = session(&door).await;
            let (app, token) = begin(&door, &session).await;
            let (fresh, code) = (session.principal().fresh().unwrap(), app.code(&door));
            door.store.reset_log();
            door.store.fail_call(call, fault);
            let confirmed = door.auth.second_factors().confirm(fresh, &token, &code).await;
            door.store.heal();
            if let Ok(enrolled) = confirmed {
                assert!(enrolled.is_some() && call == 6, "{fault:?} at {call}");
                break;
            }
            let enrolled = asks_for_a_code(&door).await;
            assert_eq!(enrolled, fault == Fault::LostReply && call == 5, "{fault:?} at {call}");
            if enrolled {
                assert!(is_verified(&door.step_up("alice", &app.next_code(&door)).await));
            } else {
                let owner: Owner = door.enrol_in(&session).await;
                assert!(is_verified(&door.step_up("alice", &owner.app.next_code(&door)).await));
            }
        }
    }
}

#[tokio::test]
async fn r20_a_confirmation_that_is_overtaken_by_a_change_of_the_account_enrols_nothing() {
    let door = door().await;
    let session = session(&door).await;
    let (app, token) = begin(&door, &session).await;
    let operator = door_on(door.memory.clone(), &keys(), |builder, _| builder);
    door.store.fail_every(Operation::Replace, Fault::Yield(200));
    let code = app.code(&door);
    let (enrolled, ()) = tokio::join!(confirm(&door, &session, &token, &code), async {
        while door.store.count(Operation::Replace) == 0 {
            tokio::task::yield_now().await;
        }
        let _ = operator.auth.disable("alice").await.unwrap();
        let _ = operator.auth.enable("alice").await.unwrap();
    });
    assert!(enrolled.is_none());
    assert!(!asks_for_a_code(&door).await);
}

#[tokio::test]
async fn law_08_nothing_about_an_enrolment_is_printed() {
    let door = door().await;
    let session = session(&door).await;
    let fresh = session.principal().fresh().unwrap();
    let factors = door.auth.second_factors();
    let enrolment = factors.enrol(fresh, "Acme").await.unwrap().unwrap();
    let app = App::scan(enrolment.expose_uri());
    let printed = format!("{enrolment:?}");
    for secret in ["alice", "Acme", enrolment.expose_key(), enrolment.expose_token(), "otpauth"] {
        assert!(!printed.contains(secret), "{printed}");
    }
    let token = enrolment.expose_token().to_owned();
    let enrolled = factors.confirm(fresh, &token, &app.code(&door)).await.unwrap().unwrap();
    let printed = format!("{enrolled:?} {factors:?}");
    for code in texts(&enrolled) {
        assert!(!printed.contains(&code), "{printed}");
    }
}
