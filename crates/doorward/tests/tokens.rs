//! R18: access and refresh tokens, from their grant to their end.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::store::{CredentialStore as _, Operation, Status};
use doorward::{Clock as _, EventKind, GrantPolicy, NewGrant, Scopes, SessionPolicy};
use doorward_session::{Grant, TokenKind};
use support::sessions::{forged, parts};
use support::{door, door_with};

const MILLISECOND: Duration = Duration::from_millis(1);

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

#[tokio::test]
async fn r18_a_refresh_token_is_exchanged_for_the_next() {
    let door = door();
    let alice = door.register("alice").await;
    let first = door.grant("alice").await;
    let mut pairs = vec![first];
    for _ in 0..3 {
        let next = door.refresh(pairs.last().unwrap().refresh()).await.unwrap();
        let principal = door.auth.tokens().check(next.access()).await.unwrap().unwrap();
        assert_eq!(principal.account(), alice);
        assert_eq!(principal.expires_at(), next.access_expires_at());
        assert_eq!(next.expires_in(), 300);
        pairs.push(next);
        door.clock.advance(minutes(1));
    }
    let mut tokens: Vec<_> = pairs.iter().flat_map(|it| [it.access(), it.refresh()]).collect();
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!(tokens.len(), 8, "each is another");
    assert!(door.is_good(pairs[2].access()).await, "the one before lives as long as it was to");
    assert_eq!(door.memory.session_count(), 1);
}

#[tokio::test]
async fn r18_tokens_end_at_the_very_millisecond() {
    let policy = GrantPolicy::default();
    let door = door_with(|builder, _| builder.grants(policy.absolute(minutes(45 * 1440))));
    let door = door.with_account("alice").await;
    let (unused, used) = (door.grant("alice").await, door.grant("alice").await);
    let granted_at = door.clock.now();
    door.clock.advance(minutes(5) - MILLISECOND);
    assert!(door.is_good(used.access()).await);
    door.clock.advance(MILLISECOND);
    assert!(!door.is_good(used.access()).await);

    let month = minutes(30 * 1440);
    door.clock.set(granted_at + month - MILLISECOND);
    let used = door.refresh(used.refresh()).await.unwrap();
    door.clock.set(granted_at + month);
    assert!(door.refresh(unused.refresh()).await.is_none());

    let last = granted_at + minutes(45 * 1440);
    door.clock.set(last - minutes(1));
    let used = door.refresh(used.refresh()).await.unwrap();
    assert_eq!((used.access_expires_at(), used.expires_in()), (last, 60), "never after its grant");
    door.clock.set(last - MILLISECOND);
    assert!(door.is_good(used.access()).await);
    door.clock.set(last);
    assert!(!door.is_good(used.access()).await && door.refresh(used.refresh()).await.is_none());
    assert_eq!(door.told(EventKind::RefreshReused), 0);
}

#[tokio::test]
async fn r18_a_retry_within_grace_is_given_the_very_same_tokens() {
    let door = door().with_account("alice").await;
    let first = door.grant("alice").await;
    door.clock.advance(minutes(10));
    let next = door.refresh(first.refresh()).await.unwrap();
    door.store.reset_log();
    for wait in [Duration::ZERO, Duration::from_secs(10), Duration::from_millis(49_999)] {
        door.clock.advance(wait);
        let again = door.refresh(first.refresh()).await.unwrap();
        assert_eq!((again.access(), again.refresh()), (next.access(), next.refresh()));
        assert_eq!(again.access_expires_at(), next.access_expires_at());
        let left = next.access_expires_at().duration_since(door.clock.now()).unwrap();
        assert_eq!(again.expires_in(), left.as_secs());
    }
    assert_eq!(door.store.count(Operation::Renew), 0, "nothing is exchanged by it");
    // Through several exchanges, all within grace.
    let second = door.refresh(next.refresh()).await.unwrap();
    let third = door.refresh(second.refresh()).await.unwrap();
    for earlier in [&next, &second] {
        let again = door.refresh(earlier.refresh()).await.unwrap();
        assert_eq!((again.access(), again.refresh()), (third.access(), third.refresh()));
    }
}

#[tokio::test]
async fn r18_reuse_after_grace_ends_the_grant_and_is_told_once() {
    for waits in [[60, 0], [3000, 0], [0, 60], [59, 1]] {
        let door = door().with_account("alice").await;
        let session = door.token("alice").await;
        let (first, other) = (door.grant("alice").await, door.grant("alice").await);
        let mut next = door.refresh(first.refresh()).await.unwrap();
        for wait in waits {
            door.clock.advance(Duration::from_secs(wait));
            next = door.refresh(next.refresh()).await.unwrap();
        }
        assert!(door.is_good(next.access()).await);
        for _ in 0..3 {
            assert!(door.refresh(first.refresh()).await.is_none());
            assert_eq!(door.told(EventKind::RefreshReused), 1);
            assert_eq!(door.told(EventKind::SessionEnded), 1);
        }
        assert!(!door.is_good(next.access()).await && !door.is_good(first.access()).await);
        assert!(door.refresh(next.refresh()).await.is_none());
        // Nothing else of the account ends.
        assert!(door.is_open(&session).await && door.refresh(other.refresh()).await.is_some());
        let reused = door.events.take();
        let alarm = reused.iter().find(|event| event.kind == EventKind::RefreshReused).unwrap();
        assert_eq!(alarm.account, Some(door.check(&session).await.unwrap().account()));
    }
}

#[tokio::test]
async fn r18_tokens_that_were_made_up_end_nothing() {
    let door = door().with_account("alice").await.with_account("mallory").await;
    let kind = TokenKind::Refresh;
    let pair = door.grant("alice").await;
    let own = door.grant("mallory").await;
    let used = door.grant("mallory").await;
    let _ = door.refresh(used.refresh()).await.unwrap();
    door.clock.advance(minutes(1));
    let (victim, mallorys) = (parts(kind, pair.refresh()), parts(kind, used.refresh()));
    let mut made_up = Vec::new();
    for bit in 0..256 {
        made_up.push(forged(kind, pair.refresh(), |it| {
            it.secret[bit / 8] ^= 1 << (bit % 8);
        }));
    }
    // Tokens of Mallory's own, with and without their seals, under the names of Alice's grant.
    for text in [own.refresh(), used.refresh()] {
        made_up.push(forged(kind, text, |it| {
            (it.account, it.session) = (victim.account, victim.session);
        }));
        made_up.push(forged(kind, pair.refresh(), |it| {
            it.secret = parts(kind, text).secret;
        }));
        made_up.push(forged(kind, pair.refresh(), |it| {
            (it.secret, it.seal) = ([9; 32], mallorys.seal);
        }));
    }
    for id in [0_u32, 1, 2, u32::MAX] {
        made_up.push(forged(kind, pair.refresh(), |it| {
            (it.secret, it.seal) = ([9; 32], [0; 20]);
            it.seal[..4].copy_from_slice(&id.to_be_bytes());
        }));
    }
    for text in &made_up {
        assert!(door.refresh(text).await.is_none());
        door.auth.tokens().revoke(text).await.unwrap();
        assert!(door.auth.tokens().introspect(text).await.unwrap().active().is_none());
    }
    for text in ["", "dwr_", &pair.refresh()[1..], pair.access()] {
        assert!(door.refresh(text).await.is_none());
    }
    assert_eq!(door.told(EventKind::RefreshReused), 0);
    assert!(door.is_good(pair.access()).await);
    // The secret is what counts: whoever has the present one needs no seal.
    let unsealed = forged(kind, pair.refresh(), |it| it.seal = [0; 20]);
    let next = door.refresh(&unsealed).await.unwrap();
    door.clock.advance(minutes(1));
    // Nor is one without a seal known again; the one that was given out is.
    assert!(door.refresh(&unsealed).await.is_none() && door.is_good(next.access()).await);
    assert!(door.refresh(pair.refresh()).await.is_none() && !door.is_good(next.access()).await);
}

#[tokio::test]
async fn r18_an_access_token_that_was_made_up_opens_nothing() {
    let door = door().with_account("alice").await;
    let (kind, pair) = (TokenKind::Access, door.grant("alice").await);
    door.store.reset_log();
    for bit in 0..256 {
        let text = forged(kind, pair.access(), |it| it.secret[bit / 8] ^= 1 << (bit % 8));
        assert!(!door.is_good(&text).await);
    }
    assert!(door.store.calls().iter().all(|call| *call == Operation::Session));
    assert!(!door.is_good(pair.refresh()).await && !door.is_open(pair.access()).await);
    door.store.reset_log();
    assert!(door.is_good(pair.access()).await);
    assert_eq!(door.store.calls(), [Operation::Session], "a check is one read");
}

#[tokio::test]
async fn r18_a_client_in_a_loop_is_given_what_it_has_and_keeps_its_grant() {
    let door = door().with_account("alice").await;
    let mut pair = door.grant("alice").await;
    for _ in 0..50 {
        pair = door.refresh(pair.refresh()).await.unwrap();
        assert!(door.is_good(pair.access()).await);
    }
    assert_eq!(door.store.count(Operation::Renew), Grant::MAX_RECENT, "as many as are remembered");
    door.clock.advance(minutes(1));
    assert!(door.refresh(pair.refresh()).await.is_some());
}

#[tokio::test]
async fn r18_the_grant_of_an_account_that_was_changed_ends_at_the_next_refresh() {
    // Also where whoever changed it did not come to end its sessions.
    for shut in [true, false] {
        let door = door();
        let alice = door.register("alice").await;
        let pair = door.grant("alice").await;
        let kept = door.memory.fetch(alice).await.unwrap().unwrap();
        let (version, later) = (kept.version(), kept.changed_at() + MILLISECOND);
        let changed =
            if shut { kept.with_status(Status::Disabled) } else { kept.with_changed_at(later) };
        let _ = door.memory.replace(changed, version).await.unwrap();
        assert!(door.refresh(pair.refresh()).await.is_none());
        assert!(!door.is_good(pair.access()).await);
        assert_eq!((door.memory.session_count(), door.told(EventKind::RefreshReused)), (0, 0));
    }
}

#[tokio::test]
async fn r18_what_a_token_may_be_used_for_stays_what_was_granted() {
    let door = door().with_account("alice").await;
    for (text, may, may_not) in [
        ("read write", &["read", "write"][..], &["", "rea", "read write", "admin", "READ"][..]),
        ("", &[], &["read", ""]),
    ] {
        let scopes: Scopes = text.parse().unwrap();
        let new = NewGrant::new(door.proof("alice").await, scopes.clone());
        let mut pair = door.auth.tokens().grant(new).await.unwrap().unwrap();
        for _ in 0..3 {
            assert_eq!(pair.scopes(), &scopes);
            let principal = door.auth.tokens().check(pair.access()).await.unwrap().unwrap();
            assert_eq!(principal.scopes(), Some(&scopes));
            assert!(may.iter().all(|scope| principal.may(scope)));
            assert!(!may_not.iter().any(|scope| principal.may(scope)));
            pair = door.refresh(pair.refresh()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn r18_an_account_has_only_so_many_grants() {
    let door = door_with(|builder, _| builder.sessions(SessionPolicy::aal2().most(2)));
    let door = door.with_account("alice").await;
    let session = door.token("alice").await;
    let mut pairs = Vec::new();
    for _ in 0..3 {
        pairs.push(door.grant("alice").await);
        door.clock.advance(MILLISECOND);
    }
    assert!(
        !door.is_good(pairs[0].access()).await && door.refresh(pairs[0].refresh()).await.is_none()
    );
    assert!(door.is_good(pairs[1].access()).await && door.is_good(pairs[2].access()).await);
    assert!(door.is_open(&session).await);
}

#[tokio::test]
async fn r18_a_proof_is_good_for_less_than_ten_minutes() {
    let door = door().with_account("alice").await;
    let proof = door.proof("alice").await;
    door.clock.advance(minutes(10));
    let new = NewGrant::new(proof, Scopes::default());
    assert!(door.auth.tokens().grant(new).await.unwrap().is_none());
}
