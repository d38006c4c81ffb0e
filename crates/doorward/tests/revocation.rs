//! R18: what whoever may ask learns of a token (RFC 7662), and tokens that are given back (RFC 7009).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward::{Clock as _, EventKind, Factor};
use serde_json::{Value, json};
use support::{Door, door};

async fn told(door: &Door, token: &str) -> Value {
    let told = door.auth.tokens().introspect(token).await.unwrap();
    serde_json::from_str(&told.to_json()).unwrap()
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[tokio::test]
async fn r18_introspection_tells_of_each_kind_of_token() {
    let door = door();
    let alice = door.register("alice").await;
    let open = door.open("alice").await;
    let granted_at = seconds(door.clock.now());
    let pair = door.grant("alice").await;
    door.clock.advance(Duration::from_secs(60));
    let pair = door.refresh(pair.refresh()).await.unwrap();
    let common = |kind: &str, until: u64| {
        json!({
            "active": true, "sub": alice.to_string(), "token_type": kind,
            "exp": until, "auth_time": granted_at, "amr": ["pwd"],
        })
    };
    let mut access = common("Bearer", granted_at + 60 + 300);
    access["scope"] = "read write".into();
    assert_eq!(told(&door, pair.access()).await, access);
    let mut refresh = common("refresh_token", granted_at + 60 + 30 * 86_400);
    refresh["scope"] = "read write".into();
    assert_eq!(told(&door, pair.refresh()).await, refresh);
    let mut session = common("session", granted_at + 3_600);
    session["iat"] = granted_at.into();
    assert_eq!(told(&door, open.token()).await, session);

    let introspection = door.auth.tokens().introspect(pair.access()).await.unwrap();
    let active = introspection.active().unwrap();
    assert_eq!((active.account(), active.scopes()), (alice, Some(pair.scopes())));
    assert_eq!(active.expires_at(), pair.access_expires_at());
    assert_eq!(active.authentication().factors().collect::<Vec<_>>(), [Factor::Password]);
}

#[tokio::test]
async fn r18_of_a_token_that_is_not_good_introspection_says_nothing_else() {
    let door = door().with_account("alice").await;
    let (ended, expired) = (door.token("alice").await, door.token("alice").await);
    let (old, revoked) = (door.grant("alice").await, door.grant("alice").await);
    let next = door.refresh(old.refresh()).await.unwrap();
    door.auth.sessions().end(&ended).await.unwrap();
    door.auth.tokens().revoke(revoked.refresh()).await.unwrap();
    let inactive = json!({ "active": false });
    // An exchanged one is not good, also while it is in its time of grace.
    assert_eq!(told(&door, old.refresh()).await, inactive);
    door.clock.advance(Duration::from_secs(3_600));
    let dead = [&ended, &expired, revoked.access(), revoked.refresh(), old.access(), next.access()];
    for token in dead.into_iter().chain(["", "dwa_", "no token", old.refresh()]) {
        assert_eq!(told(&door, token).await, inactive);
    }
    assert_eq!(told(&door, next.refresh()).await["active"], true, "asking ends nothing");
    assert_eq!(door.told(EventKind::RefreshReused), 0);
}

#[tokio::test]
async fn r18_introspection_of_what_is_open_ends_with_it_and_keeps_nothing_alive() {
    let door = door().with_account("alice").await;
    let token = door.token("alice").await;
    door.clock.advance(Duration::from_secs(3_599));
    assert_eq!(told(&door, &token).await["active"], true);
    door.clock.advance(Duration::from_secs(1));
    assert_eq!(told(&door, &token).await["active"], false);
    assert!(!door.is_open(&token).await);
}

#[tokio::test]
async fn r18_any_token_of_a_grant_gives_it_back_and_twice_is_no_error() {
    for which in 0..5 {
        let door = door().with_account("alice").await;
        let (session, other) = (door.token("alice").await, door.grant("alice").await);
        let first = door.grant("alice").await;
        let second = door.refresh(first.refresh()).await.unwrap();
        if which == 4 {
            door.clock.advance(Duration::from_secs(60));
        }
        let token = match which {
            0 => second.access(),
            1 => second.refresh(),
            2 => first.access(),
            // Exchanged a moment ago, and so long ago that it is forgotten.
            _ => first.refresh(),
        };
        for _ in 0..2 {
            door.auth.tokens().revoke(token).await.unwrap();
            for pair in [&first, &second] {
                assert!(!door.is_good(pair.access()).await, "{which}");
                assert!(door.refresh(pair.refresh()).await.is_none(), "{which}");
            }
        }
        assert!(door.is_open(&session).await && door.is_good(other.access()).await);
        assert_eq!(door.told(EventKind::SessionEnded), 1);
        assert_eq!(door.told(EventKind::RefreshReused), 0, "to give a token back is no theft");
    }
}

#[tokio::test]
async fn r18_what_cannot_be_given_back_is_no_error_and_ends_nothing() {
    let door = door().with_account("alice").await;
    let (session, pair) = (door.token("alice").await, door.grant("alice").await);
    let former = door.grant("alice").await;
    door.clock.advance(Duration::from_secs(300));
    door.auth.tokens().revoke(former.access()).await.unwrap();
    assert!(
        door.refresh(former.refresh()).await.is_some(),
        "the access token was not good any more"
    );
    for text in ["", "dwr_", "no token", &session[1..], &pair.refresh()[..90]] {
        door.auth.tokens().revoke(text).await.unwrap();
    }
    assert!(door.is_open(&session).await && door.refresh(pair.refresh()).await.is_some());
    for _ in 0..2 {
        door.auth.tokens().revoke(&session).await.unwrap();
        assert!(!door.is_open(&session).await);
    }
}
