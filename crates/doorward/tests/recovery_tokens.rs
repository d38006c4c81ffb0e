//! R22: a token of a recovery is good once, for a while, for one purpose, and for the account as it was.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::store::Operation;
use doorward::{
    Acceptance, Changed, IdentifierChanged, PasswordChange, PasswordReset, Requested, Reset,
    TokenRequest,
};
use support::{Door, PASSWORD, door_with_codes, is_verified, login, stranger};
use tokio::task::JoinSet;

const NEW: &str = "nine patient otters";
const HOUR: Duration = Duration::from_secs(3_600);

async fn door() -> Door {
    door_with_codes().with_account("alice").await
}

/// The token that an owner is sent.
async fn token(door: &Door) -> String {
    let before = door.mailbox.tokens().await.len();
    let request = TokenRequest::new("alice").from([192, 0, 2, 7]);
    assert_eq!(door.auth.recovery().request(request).await.unwrap(), Requested::Accepted);
    door.mailbox.token_behind(before).await.expose_token().to_owned()
}

async fn last_token(door: &Door) -> String {
    door.mailbox.tokens().await.last().unwrap().expose_token().to_owned()
}

async fn reset(door: &Door, token: &str, password: &str) -> Reset {
    let reset = PasswordReset::new(token, password).from([192, 0, 2, 7]);
    door.auth.recovery().reset(reset).await.unwrap()
}

fn is_done(reset: &Reset) -> bool {
    matches!(reset, Reset::Done { .. })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r22_of_a_thousand_racers_with_one_token_one_sets_the_password() {
    let door = door().await;
    let token = token(&door).await;
    let mut racers = JoinSet::new();
    for n in 0..1_000_u32 {
        let auth = door.auth.clone();
        let reset = PasswordReset::new(token.clone(), format!("{NEW} {n}")).from(stranger(n));
        racers.spawn(async move {
            auth.recovery().reset(reset).await.is_ok_and(|reset| is_done(&reset)).then_some(n)
        });
    }
    let won: Vec<_> = racers.join_all().await.into_iter().flatten().collect();
    assert_eq!(won.len(), 1);
    assert!(is_verified(&door.login("alice", &format!("{NEW} {}", won[0])).await));
}

#[tokio::test]
async fn r22_a_token_is_good_for_an_hour_to_the_millisecond() {
    for (late, good) in [(Duration::from_millis(1), true), (Duration::ZERO, false)] {
        let door = door().await;
        let token = token(&door).await;
        door.clock.advance(HOUR - late);
        assert_eq!(is_done(&reset(&door, &token, NEW).await), good);
        assert_eq!(is_verified(&door.login("alice", PASSWORD).await), !good);
    }
}

#[tokio::test]
async fn r22_a_token_with_one_letter_wrong_is_none_and_costs_no_read() {
    let door = door().await;
    let token = token(&door).await;
    door.store.reset_log();
    for at in 0..token.len() {
        let mut wrong = token.clone().into_bytes();
        wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
        let wrong = String::from_utf8(wrong).unwrap();
        assert!(matches!(reset(&door, &wrong, NEW).await, Reset::Rejected), "{at}");
    }
    for wrong in ["", &token[1..], &format!("{token} "), &"x".repeat(1 << 20)] {
        assert!(matches!(reset(&door, wrong, NEW).await, Reset::Rejected));
    }
    assert_eq!(door.store.count(Operation::Peek), 0);
    assert!(is_done(&reset(&door, &token, NEW).await));
}

#[tokio::test]
async fn r22_a_token_of_another_purpose_is_none() {
    let door = door().await;
    let recovery = token(&door).await;
    let verification = door.auth.verification();
    let _ = verification.request(TokenRequest::new("alice")).await.unwrap();
    let verifying = last_token(&door).await;
    let _ = door.auth.invitations().invite("carol").await.unwrap();
    let invitation = last_token(&door).await;
    for wrong in [&verifying, &invitation] {
        assert!(matches!(reset(&door, wrong, NEW).await, Reset::Rejected));
        let changed = verification.confirm_change(wrong).await.unwrap();
        assert_eq!(changed, IdentifierChanged::Rejected);
    }
    for wrong in [&recovery, &invitation] {
        assert!(verification.confirm(wrong).await.unwrap().is_none());
    }
    for wrong in [&recovery, &verifying] {
        let acceptance = Acceptance::new(wrong.as_str(), NEW);
        assert!(door.auth.invitations().accept(acceptance).await.unwrap().is_none());
    }
    assert!(verification.confirm(&verifying).await.unwrap().is_some());
    assert!(is_done(&reset(&door, &recovery, NEW).await), "none of them used it");
}

#[tokio::test]
async fn r22_a_token_is_void_once_the_account_has_changed() {
    let door = door().await;
    let token_of = async |door: &Door| {
        door.clock.advance(HOUR);
        token(door).await
    };
    let first = token_of(&door).await;
    let change = PasswordChange::new(login("alice", PASSWORD), NEW);
    assert!(matches!(door.auth.change_password(change).await.unwrap(), Changed::Done(_)));
    assert!(matches!(reset(&door, &first, PASSWORD).await, Reset::Rejected), "a new password");

    let second = token_of(&door).await;
    let _ = door.auth.disable("alice").await.unwrap();
    assert!(matches!(reset(&door, &second, PASSWORD).await, Reset::Rejected), "shut");
    let _ = door.auth.enable("alice").await.unwrap();
    assert!(matches!(reset(&door, &second, PASSWORD).await, Reset::Rejected), "open again");

    let third = token_of(&door).await;
    let session = door.session(door.verified(login("alice", NEW)).await).await;
    let fresh = session.principal().fresh().unwrap();
    let _ = door.auth.verification().request_change(fresh, "liddell").await.unwrap();
    let confirmed = door.auth.verification().confirm_change(&last_token(&door).await).await;
    assert!(matches!(confirmed.unwrap(), IdentifierChanged::Done(_)));
    assert!(matches!(reset(&door, &third, PASSWORD).await, Reset::Rejected), "another identifier");
    assert!(is_verified(&door.login("liddell", NEW).await));
}

#[tokio::test]
async fn r22_a_token_of_a_deleted_account_opens_no_other_of_the_same_name() {
    let door = door().await;
    let token = token(&door).await;
    let _ = door.auth.delete("alice").await.unwrap();
    assert!(matches!(reset(&door, &token, NEW).await, Reset::Rejected));
    door.register("alice").await;
    assert!(matches!(reset(&door, &token, NEW).await, Reset::Rejected));
    assert!(is_verified(&door.login("alice", PASSWORD).await));
}

#[tokio::test]
async fn r22_a_refused_password_leaves_the_token_good() {
    let door = door().await;
    let token = token(&door).await;
    for poor in ["short", "alice", "password", "alicealicealice"] {
        assert!(matches!(reset(&door, &token, poor).await, Reset::Refused(_)), "{poor}");
    }
    assert!(is_done(&reset(&door, &token, NEW).await));
}

#[tokio::test]
async fn law_06_no_token_lies_in_the_table_and_law_08_none_is_printed() {
    let door = door().await;
    let token = token(&door).await;
    let hex: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
    let dump = door.memory.dump();
    assert!(!dump.contains(&token) && !dump.contains(&hex));
    let request = TokenRequest::new("alice");
    let reset = PasswordReset::new(token.as_str(), NEW).code("123456").context(["Liddell"]);
    let notice = door.mailbox.tokens().await[0].clone();
    let printed = format!("{request:?} {reset:?} {notice:?}");
    for secret in [token.as_str(), "alice", NEW, "123456", "Liddell"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
