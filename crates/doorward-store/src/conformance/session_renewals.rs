//! Sessions that are renewed, one writer at a time.

use std::sync::Arc;

use super::fixture::{account, assert_fails, at, living, open, session_of};
use crate::{Renewed, Session, Store, StoreErrorKind, Version};

const SECOND: Version = Version::FIRST.next();

/// What is renewed is read and listed, at the next version.
pub async fn renew_is_seen_everywhere(store: Arc<dyn Store>) {
    let session = open(&store, session_of(account(), 0)).await;
    let renewed = session.clone().with_value(vec![0, 255]).with_expires_at(at(2000));
    assert_eq!(renew(&store, &renewed, Version::FIRST).await, Renewed::Done(SECOND));
    let renewed = renewed.with_version(SECOND);
    assert_eq!(living(&store, &session, at(1500)).await.as_ref(), Some(&renewed));
    let listed = store.sessions(session.account(), at(1500)).await.expect("sessions");
    assert_eq!(listed, std::slice::from_ref(&renewed));
    // Whoever writes next builds on it.
    assert_eq!(renew(&store, &renewed, SECOND).await, Renewed::Done(SECOND.next()));
}

/// The time of opening and the version that a caller sends do not matter, and so the session keeps its
/// place in the list.
pub async fn renew_keeps_the_time_of_opening(store: Arc<dyn Store>) {
    let account = account();
    let oldest = open(&store, session_of(account, 0)).await;
    let other = open(&store, session_of(account, 5)).await;
    let sent = Session::new(account, oldest.id(), vec![9], at(77), at(1000));
    let sent = sent.with_version(Version::new(40));
    assert_eq!(renew(&store, &sent, Version::FIRST).await, Renewed::Done(SECOND));
    let renewed = oldest.with_value(vec![9]).with_version(SECOND);
    let listed = store.sessions(account, at(100)).await.expect("sessions");
    assert_eq!(listed, [renewed, other]);
}

/// A session may expire later than before, or earlier.
pub async fn renew_moves_expiry_both_ways(store: Arc<dyn Store>) {
    let session = open(&store, session_of(account(), 0)).await;
    let longer = session.clone().with_expires_at(at(2000));
    assert_eq!(renew(&store, &longer, Version::FIRST).await, Renewed::Done(SECOND));
    assert!(living(&store, &session, at(1999)).await.is_some());
    let shorter = session.clone().with_expires_at(at(500));
    assert_eq!(renew(&store, &shorter, SECOND).await, Renewed::Done(SECOND.next()));
    assert!(living(&store, &session, at(499)).await.is_some());
    assert_eq!(living(&store, &session, at(500)).await, None);
}

/// A write on top of an older version changes nothing.
pub async fn renew_answers_stale_and_changes_nothing(store: Arc<dyn Store>) {
    let session = open(&store, session_of(account(), 0)).await;
    let newer = session.clone().with_value(vec![2]);
    assert_eq!(renew(&store, &newer, Version::FIRST).await, Renewed::Done(SECOND));
    let late = session.clone().with_value(vec![3]).with_expires_at(at(2000));
    for expected in [Version::FIRST, Version::new(0), Version::new(3), Version::new(u64::MAX)] {
        assert_eq!(renew(&store, &late, expected).await, Renewed::Stale);
    }
    let stored = living(&store, &session, at(1)).await;
    assert_eq!(stored, Some(newer.with_version(SECOND)));
    assert_eq!(living(&store, &session, at(1000)).await, None);
}

/// A session that was never opened cannot be renewed, at whatever version, and is not made.
pub async fn renew_answers_gone_and_makes_nothing(store: Arc<dyn Store>) {
    let (session, there) = (session_of(account(), 0), account());
    for expected in [Version::FIRST, Version::new(0), SECOND] {
        assert_eq!(renew(&store, &session, expected).await, Renewed::Gone);
    }
    assert_eq!(living(&store, &session, at(1)).await, None);
    assert_eq!(store.sessions(session.account(), at(1)).await.expect("sessions"), []);
    let session = open(&store, session).await;
    let elsewhere = Session::new(there, session.id(), vec![9], at(0), at(1000));
    assert_eq!(renew(&store, &elsewhere, Version::FIRST).await, Renewed::Gone);
    assert_eq!(living(&store, &session, at(1)).await, Some(session));
}

/// Whoever renews what has both changed and ended is told that it is gone.
pub async fn renew_answers_gone_before_stale(store: Arc<dyn Store>) {
    let session = open(&store, session_of(account(), 0)).await;
    let renewed = store.renew(session.clone(), Version::FIRST, at(1)).await.expect("renew");
    assert_eq!(renewed, Renewed::Done(SECOND));
    let late = store.renew(session.clone(), Version::FIRST, at(1000)).await.expect("renew");
    assert_eq!(late, Renewed::Gone, "it has expired");
    store.end_all(session.account(), None, at(1)).await.expect("end_all");
    assert_eq!(renew(&store, &session, Version::FIRST).await, Renewed::Gone, "it is ended");
}

/// A value that no store has to keep is refused, and the old one stays.
pub async fn renew_refuses_an_oversized_value(store: Arc<dyn Store>) {
    let session = open(&store, session_of(account(), 0)).await;
    let oversized = session.clone().with_value(vec![7; Session::MAX_VALUE_BYTES + 1]);
    let answer = store.renew(oversized, Version::FIRST, at(1)).await;
    assert_fails(answer, StoreErrorKind::Invalid);
    assert_eq!(living(&store, &session, at(1)).await, Some(session));
}

async fn renew(store: &Arc<dyn Store>, session: &Session, expected: Version) -> Renewed {
    store.renew(session.clone(), expected, at(1)).await.expect("renew")
}
