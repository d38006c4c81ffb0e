//! Values that can be taken once.

use std::sync::Arc;
use std::time::Duration;

use super::fixture::{assert_fails, at, just_before, ticket_key};
use crate::{Store, StoreErrorKind, Ticket, TicketKey};

/// A ticket comes back as it was put, to the byte and to the nanosecond.
pub async fn ticket_comes_back_whole(store: Arc<dyn Store>) {
    let expires_at = at(10) + Duration::from_nanos(123_456_700);
    for value in [vec![0, 255, 10], Vec::new(), vec![7; Ticket::MAX_VALUE_BYTES]] {
        let key = ticket_key();
        let ticket = Ticket::new(value.clone(), expires_at);
        store.put(key, value, expires_at).await.expect("put");
        assert_eq!(store.peek(key, at(0)).await.expect("peek").as_ref(), Some(&ticket));
        assert_eq!(store.take(key, at(0)).await.expect("take"), Some(ticket));
    }
}

/// There is no ticket under a key that was never used.
pub async fn absent_ticket_is_none(store: Arc<dyn Store>) {
    let key = ticket_key();
    assert_eq!(store.peek(key, at(0)).await.expect("peek"), None);
    assert_eq!(store.take(key, at(0)).await.expect("take"), None);
}

/// A ticket is what its whole key says.
pub async fn tickets_are_independent(store: Arc<dyn Store>) {
    let key = ticket_key();
    let mut digest = *key.as_bytes();
    digest[31] ^= 1;
    let other = TicketKey::new(digest);
    store.put(key, vec![1], at(10)).await.expect("put");
    assert_eq!(store.take(other, at(0)).await.expect("take"), None);
    store.put(other, vec![2], at(10)).await.expect("put");
    assert_eq!(store.take(key, at(0)).await.expect("take"), Some(Ticket::new(vec![1], at(10))));
    assert_eq!(store.take(other, at(0)).await.expect("take"), Some(Ticket::new(vec![2], at(10))));
}

/// A key in use is refused, and the first ticket stays.
pub async fn put_refuses_a_key_in_use(store: Arc<dyn Store>) {
    let key = ticket_key();
    store.put(key, vec![1], at(10)).await.expect("put");
    assert_fails(store.put(key, vec![2], at(20)).await, StoreErrorKind::Conflict);
    assert_fails(store.put(key, vec![1], at(10)).await, StoreErrorKind::Conflict);
    assert_eq!(store.take(key, at(0)).await.expect("take"), Some(Ticket::new(vec![1], at(10))));
}

/// A value that no store has to keep is refused, and nothing is kept.
pub async fn put_refuses_an_oversized_value(store: Arc<dyn Store>) {
    let key = ticket_key();
    let oversized = vec![7; Ticket::MAX_VALUE_BYTES + 1];
    assert_fails(store.put(key, oversized, at(10)).await, StoreErrorKind::Invalid);
    assert_eq!(store.peek(key, at(0)).await.expect("peek"), None);
    store.put(key, vec![1], at(10)).await.expect("put");
}

/// To look at a ticket does not use it up.
pub async fn peek_leaves_the_ticket(store: Arc<dyn Store>) {
    let key = ticket_key();
    store.put(key, vec![1], at(10)).await.expect("put");
    for _ in 0..3 {
        assert!(store.peek(key, at(0)).await.expect("peek").is_some());
    }
    assert!(store.take(key, at(0)).await.expect("take").is_some());
}

/// A ticket works once, and its key is free again.
pub async fn take_works_once(store: Arc<dyn Store>) {
    let key = ticket_key();
    store.put(key, vec![1], at(10)).await.expect("put");
    assert!(store.take(key, at(0)).await.expect("take").is_some());
    assert_eq!(store.take(key, at(0)).await.expect("take"), None);
    assert_eq!(store.peek(key, at(0)).await.expect("peek"), None);
    store.put(key, vec![2], at(20)).await.expect("put");
    assert_eq!(store.take(key, at(0)).await.expect("take"), Some(Ticket::new(vec![2], at(20))));
}

/// A ticket is alive until just before it expires, and gone from that very instant on.
pub async fn ticket_expires_at_its_very_instant(store: Arc<dyn Store>) {
    let key = ticket_key();
    store.put(key, vec![1], at(10)).await.expect("put");
    assert_eq!(store.peek(key, at(10)).await.expect("peek"), None);
    assert_eq!(store.peek(key, at(11)).await.expect("peek"), None);
    assert!(store.peek(key, just_before(at(10))).await.expect("peek").is_some());
    assert!(store.take(key, just_before(at(10))).await.expect("take").is_some());
}

/// An expired ticket is not given out, and is gone once someone tried.
pub async fn take_removes_an_expired_ticket(store: Arc<dyn Store>) {
    for now in [at(10), at(11)] {
        let key = ticket_key();
        store.put(key, vec![1], at(10)).await.expect("put");
        assert_eq!(store.take(key, now).await.expect("take"), None);
        assert_eq!(store.take(key, at(0)).await.expect("take"), None);
        store.put(key, vec![2], at(20)).await.expect("put");
    }
}
