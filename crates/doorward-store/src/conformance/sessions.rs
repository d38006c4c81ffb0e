//! Sessions that are opened, read and listed.

use std::sync::Arc;
use std::time::Duration;

use super::fixture::{
    account, assert_fails, at, just_before, living, open, session_id, session_of,
};
use crate::{Opened, Renewed, Session, SessionId, Store, StoreErrorKind, Version};

/// A session comes back as it was opened, to the byte and to the 100 nanoseconds.
pub async fn session_comes_back_whole(store: Arc<dyn Store>) {
    let account = account();
    let opened_at = at(1) + Duration::from_nanos(987_654_300);
    let expires_at = at(10) + Duration::from_nanos(123_456_700);
    for value in [vec![0, 255, 10], Vec::new(), vec![7; Session::MAX_VALUE_BYTES]] {
        let session = Session::new(account, session_id(), value, opened_at, expires_at);
        let session = open(&store, session).await;
        assert_eq!(living(&store, &session, at(2)).await.as_ref(), Some(&session));
        let listed = store.sessions(account, at(2)).await.expect("sessions");
        assert!(listed.contains(&session), "the list has it as it is");
    }
}

/// There is no session under a name that was never used.
pub async fn absent_session_is_none(store: Arc<dyn Store>) {
    let account = account();
    assert_eq!(living(&store, &session_of(account, 0), at(0)).await, None);
    assert_eq!(store.sessions(account, at(0)).await.expect("sessions"), []);
}

/// A new session is at the first version, whatever the caller sent.
pub async fn open_starts_at_the_first_version(store: Arc<dyn Store>) {
    let sent = session_of(account(), 0).with_version(Version::new(7));
    let sent = open(&store, sent).await;
    let kept = living(&store, &sent, at(0)).await.expect("it lives");
    assert_eq!(kept.version(), Version::FIRST);
}

/// An id in use is taken, for the same session too, and the first one stays.
pub async fn open_answers_taken_for_an_id_in_use(store: Arc<dyn Store>) {
    let first = open(&store, session_of(account(), 0)).await;
    let rival = Session::new(first.account(), first.id(), vec![2], at(5), at(2000));
    for sent in [rival, first.clone()] {
        assert_eq!(store.open(sent).await.expect("open"), Opened::Taken);
    }
    assert_eq!(living(&store, &first, at(10)).await.as_ref(), Some(&first));
    assert_eq!(store.sessions(first.account(), at(10)).await.expect("sessions"), [first]);
}

/// A session is what its whole name says: on another account the same id is another session.
pub async fn sessions_are_independent(store: Arc<dyn Store>) {
    let (here, there) = (account(), account());
    let mut id = *session_id().as_bytes();
    let first = Session::new(here, SessionId::from_bytes(id), vec![1], at(0), at(1000));
    id[15] ^= 1;
    let second = Session::new(here, SessionId::from_bytes(id), vec![2], at(1), at(1000));
    let third = Session::new(there, first.id(), vec![3], at(2), at(1000));
    open(&store, first.clone()).await;
    assert_eq!(living(&store, &second, at(5)).await, None);
    assert_eq!(living(&store, &third, at(5)).await, None);
    open(&store, second.clone()).await;
    open(&store, third.clone()).await;
    for session in [&first, &second, &third] {
        assert_eq!(living(&store, session, at(5)).await.as_ref(), Some(session));
    }
    store.end(here, first.id()).await.expect("end");
    assert_eq!(living(&store, &first, at(5)).await, None);
    assert_eq!(store.sessions(here, at(5)).await.expect("sessions"), [second]);
    assert_eq!(store.sessions(there, at(5)).await.expect("sessions"), [third]);
}

/// A value that no store has to keep is refused, and nothing is kept.
pub async fn open_refuses_an_oversized_value(store: Arc<dyn Store>) {
    let session = session_of(account(), 0);
    let oversized = session.clone().with_value(vec![7; Session::MAX_VALUE_BYTES + 1]);
    assert_fails(store.open(oversized).await, StoreErrorKind::Invalid);
    assert_eq!(living(&store, &session, at(0)).await, None);
    open(&store, session).await;
}

/// A session lives until just before it expires. From that very instant on it is read no more, listed
/// no more and renewed no more, and one that is opened too late is dead from the beginning.
pub async fn law_10_session_expires_at_its_very_instant(store: Arc<dyn Store>) {
    let account = account();
    let sent = session_of(account, 0).with_expires_at(at(10));
    let session = open(&store, sent).await;
    let longer = session.clone().with_expires_at(at(1000));
    for now in [at(10), at(11), at(5000)] {
        assert_eq!(living(&store, &session, now).await, None);
        assert_eq!(store.sessions(account, now).await.expect("sessions"), []);
        let late = store.renew(longer.clone(), Version::FIRST, now).await.expect("renew");
        assert_eq!(late, Renewed::Gone);
    }
    let last = just_before(at(10));
    assert_eq!(living(&store, &session, last).await.as_ref(), Some(&session));
    let listed = store.sessions(account, last).await.expect("sessions");
    assert_eq!(listed, [session]);
    let renewed = store.renew(longer.clone(), Version::FIRST, last).await.expect("renew");
    assert_eq!(renewed, Renewed::Done(Version::FIRST.next()));
    assert!(living(&store, &longer, at(999)).await.is_some());
}

/// The list has the living sessions of one account, the oldest first, whatever the order of opening.
pub async fn list_of_sessions_has_the_oldest_first(store: Arc<dyn Store>) {
    let account = account();
    let mut opened = Vec::new();
    for seconds in [30, 10, 50, 20, 40, 20, 20] {
        opened.push(open(&store, session_of(account, seconds)).await);
    }
    open(&store, session_of(account, 25).with_expires_at(at(60))).await;
    let ended = open(&store, session_of(account, 35)).await;
    store.end(account, ended.id()).await.expect("end");
    open(&store, session_of(super::fixture::account(), 15)).await;
    opened.sort_by_key(|session| (session.opened_at(), session.id()));
    assert_eq!(store.sessions(account, at(60)).await.expect("sessions"), opened);
}

/// However much an account has, the list has all of it, and one call ends it.
pub async fn list_of_sessions_is_whole(store: Arc<dyn Store>) {
    // More than a megabyte: what a store may well read in several pages.
    const MANY: u64 = 600;
    let account = account();
    for seconds in 0..MANY {
        let value = vec![seconds as u8; Session::MAX_VALUE_BYTES];
        open(&store, session_of(account, seconds).with_value(value)).await;
    }
    let listed = store.sessions(account, at(900)).await.expect("sessions");
    let seconds = listed.iter().map(Session::opened_at);
    assert!(seconds.eq((0..MANY).map(at)), "each of them once, the oldest first");
    store.end_all(account, None, at(900)).await.expect("end_all");
    assert_eq!(store.sessions(account, at(900)).await.expect("sessions"), []);
}
