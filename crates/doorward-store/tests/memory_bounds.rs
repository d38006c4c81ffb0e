//! The store in memory stays within its limits, whatever is thrown at it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, SystemTime};

use doorward_store::{
    AccountId, Change, Column, CounterKey, CounterStore, CounterUpdate, Credential,
    CredentialStore, Inserted, Limits, LookupKey, MemoryStore, Opened, Removed, Renewed, Session,
    SessionId, SessionStore, StoreError, StoreErrorKind, TicketKey, TicketStore, Version,
};

const COLUMN: Column = Column::new(1);

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000 + seconds)
}

fn digest(number: u64) -> [u8; 32] {
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&number.to_be_bytes());
    digest
}

fn credential(number: u64, keys: &[u64]) -> Credential {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    let keys = keys.iter().map(|key| LookupKey::new(digest(*key)).unwrap()).collect();
    Credential::new(AccountId::from_bytes(id), keys, vec![1], at(0)).unwrap()
}

async fn add(store: &MemoryStore, number: u64, amount: i64, expires: u64, now: u64) -> i64 {
    let changes = vec![Change::Add(COLUMN, amount)];
    let update = CounterUpdate::new(CounterKey::new(digest(number)), changes, at(expires));
    store.update(&[update], at(now)).await.unwrap()[0].get(COLUMN)
}

async fn count(store: &MemoryStore, number: u64, now: u64) -> i64 {
    store.read(&[CounterKey::new(digest(number))], at(now)).await.unwrap()[0].get(COLUMN)
}

fn kind<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> StoreErrorKind {
    answer.unwrap_err().kind()
}

#[tokio::test]
async fn full_accounts_refuse_without_half_writing() {
    let store = MemoryStore::with_limits(Limits::default().with_accounts(2));
    for number in 0..2 {
        let answer = store.insert(credential(number, &[number])).await.unwrap();
        assert_eq!(answer, Inserted::Created);
    }
    assert_eq!(kind(store.insert(credential(2, &[2, 3])).await), StoreErrorKind::Full);
    assert_eq!(store.accounts(), 2);
    for key in [2, 3] {
        assert_eq!(store.find(&[LookupKey::new(digest(key)).unwrap()]).await.unwrap(), None);
    }
    assert_eq!(store.fetch(credential(2, &[2]).account()).await.unwrap(), None);
}

#[tokio::test]
async fn removed_account_makes_room_for_another() {
    let store = MemoryStore::with_limits(Limits::default().with_accounts(1));
    let first = credential(1, &[1, 2]);
    assert_eq!(store.insert(first.clone()).await.unwrap(), Inserted::Created);
    assert_eq!(kind(store.insert(credential(2, &[3])).await), StoreErrorKind::Full);
    let removed = store.remove(first.account(), Version::FIRST).await.unwrap();
    assert_eq!((removed, store.accounts()), (Removed::Done, 0));
    assert_eq!(store.insert(credential(2, &[1, 2])).await.unwrap(), Inserted::Created);
}

/// Otherwise a full store would be an oracle: "full" for a free name, "taken" for one in use.
#[tokio::test]
async fn r01_full_accounts_answer_alike_for_free_and_taken_names() {
    let store = MemoryStore::with_limits(Limits::default().with_accounts(1));
    assert_eq!(store.insert(credential(1, &[1])).await.unwrap(), Inserted::Created);
    assert_eq!(kind(store.insert(credential(2, &[1])).await), StoreErrorKind::Full);
    assert_eq!(kind(store.insert(credential(2, &[2])).await), StoreErrorKind::Full);
}

#[tokio::test]
async fn flood_of_fresh_keys_neither_grows_the_store_nor_drives_out_heavy_rows() {
    const MAX: usize = 1000;
    let store = MemoryStore::with_limits(Limits::default().with_counters(MAX));
    // Grown attempt by attempt, as under attack.
    for number in (0..10).flat_map(|_| 0..50) {
        add(&store, number, 1, 10_000, 0).await;
    }
    for number in 1000..51_000 {
        add(&store, number, 1, 20_000, 0).await;
        assert!(store.counters() <= MAX, "{} rows", store.counters());
    }
    for number in 0..50 {
        assert_eq!(count(&store, number, 0).await, 10, "row {number} was driven out");
    }
    assert!(store.counters() >= MAX * 9 / 10, "room is made by a tenth: {}", store.counters());
}

#[tokio::test]
async fn weight_ignores_the_sign_of_a_cell() {
    let store = MemoryStore::with_limits(Limits::default().with_counters(10));
    add(&store, 0, i64::MIN, 10_000, 0).await;
    for number in 1..100 {
        add(&store, number, 1, 20_000, 0).await;
    }
    assert_eq!(count(&store, 0, 0).await, i64::MIN);
}

#[tokio::test]
async fn row_just_written_is_not_the_one_that_goes() {
    let store = MemoryStore::with_limits(Limits::default().with_counters(10));
    for number in 0..10 {
        add(&store, number, 100, 1000, 0).await;
    }
    for sum in 1..50 {
        assert_eq!(add(&store, 99, 1, 1000, 0).await, sum);
    }
}

#[tokio::test]
async fn of_rows_that_weigh_the_same_the_soonest_to_expire_goes() {
    let store = MemoryStore::with_limits(Limits::default().with_counters(10));
    for number in 0..10 {
        add(&store, number, 1, 1000 + number, 0).await;
    }
    add(&store, 10, 1, 5000, 0).await;
    assert_eq!(store.counters(), 10);
    assert_eq!(count(&store, 0, 0).await, 0);
    for number in 1..=10 {
        assert_eq!(count(&store, number, 0).await, 1, "row {number}");
    }
}

#[tokio::test]
async fn a_tenth_goes_and_the_lightest_of_all_are_in_it() {
    let store = MemoryStore::with_limits(Limits::default().with_counters(30));
    for number in 0..30 {
        add(&store, number, if number == 17 { 1 } else { 2 }, 1000, 0).await;
    }
    add(&store, 30, 1, 1000, 0).await;
    assert_eq!(store.counters(), 28, "three went, one came");
    assert_eq!(count(&store, 17, 0).await, 0, "the lightest is one of them");
    assert_eq!(count(&store, 30, 0).await, 1);
}

#[tokio::test]
async fn expired_rows_go_before_live_ones_however_heavy() {
    let store = MemoryStore::with_limits(Limits::default().with_counters(10));
    for number in 0..5 {
        add(&store, number, 1000, 10, 0).await;
    }
    for number in 5..10 {
        add(&store, number, 1, 1000, 0).await;
    }
    add(&store, 10, 1, 1000, 10).await;
    assert_eq!(store.counters(), 6);
    for number in 5..=10 {
        assert_eq!(count(&store, number, 10).await, 1, "row {number}");
    }
}

#[tokio::test]
async fn tiny_limits_work() {
    for max in 0..4 {
        let store = MemoryStore::with_limits(Limits::default().with_counters(max));
        for number in 0..20 {
            assert_eq!(add(&store, number, 1, 1000, 0).await, 1);
            assert!(store.counters() <= max.max(1));
        }
    }
}

#[tokio::test]
async fn full_tickets_drop_the_expired_and_then_refuse() {
    let store = MemoryStore::with_limits(Limits::default().with_tickets(3));
    let put =
        |number: u64, expires| store.put(TicketKey::new(digest(number)), vec![1], at(expires));
    put(1, 10).await.unwrap();
    put(2, 20).await.unwrap();
    put(3, 30).await.unwrap();
    assert_eq!(kind(put(4, 40).await), StoreErrorKind::Full);
    assert_eq!(store.tickets(), 3);

    // Any call that brings the time will do.
    assert_eq!(count(&store, 0, 20).await, 0);
    put(4, 40).await.unwrap();
    put(5, 50).await.unwrap();
    assert_eq!(kind(put(6, 60).await), StoreErrorKind::Full);
    for (number, there) in [(1, false), (2, false), (3, true), (4, true), (5, true)] {
        let ticket = store.peek(TicketKey::new(digest(number)), at(0)).await.unwrap();
        assert_eq!(ticket.is_some(), there, "ticket {number}");
    }
    assert!(store.take(TicketKey::new(digest(5)), at(20)).await.unwrap().is_some());
    put(6, 60).await.unwrap();
}

#[tokio::test]
async fn expiry_of_a_taken_ticket_does_not_touch_the_next_under_its_key() {
    let store = MemoryStore::with_limits(Limits::default().with_tickets(1));
    let key = TicketKey::new(digest(1));
    store.put(key, vec![1], at(10)).await.unwrap();
    assert!(store.take(key, at(0)).await.unwrap().is_some());
    store.put(key, vec![2], at(30)).await.unwrap();
    assert_eq!(count(&store, 0, 20).await, 0);
    let other = TicketKey::new(digest(2));
    assert_eq!(kind(store.put(other, vec![3], at(40)).await), StoreErrorKind::Full);
    assert!(store.peek(key, at(20)).await.unwrap().is_some());
}

fn session(number: u8, expires: u64) -> Session {
    let (account, id) = (AccountId::from_bytes([7; 16]), SessionId::from_bytes([number; 16]));
    Session::new(account, id, vec![1], at(0), at(expires))
}

#[tokio::test]
async fn full_sessions_drop_expired_ones_and_then_refuse() {
    let store = MemoryStore::with_limits(Limits::default().with_sessions(3));
    let open = async |number, expires| store.open(session(number, expires)).await;
    for (number, expires) in [(1, 10), (2, 20), (3, 30)] {
        assert_eq!(open(number, expires).await.unwrap(), Opened::Done);
    }
    assert_eq!(kind(open(4, 40).await), StoreErrorKind::Full);
    assert_eq!(open(3, 40).await.unwrap(), Opened::Taken, "told so by a full store too");
    assert_eq!(store.session_count(), 3, "a refused session leaves the others alone");
    // Any call that brings the time will do.
    let account = session(1, 10).account();
    assert_eq!(store.sessions(account, at(20)).await.unwrap().len(), 1);
    assert_eq!(open(4, 40).await.unwrap(), Opened::Done);
    assert_eq!(open(5, 50).await.unwrap(), Opened::Done);
    assert_eq!(kind(open(6, 60).await), StoreErrorKind::Full);
    let left = store.sessions(account, at(0)).await.unwrap();
    let ids: Vec<_> = left.iter().map(|session| session.id().as_bytes()[0]).collect();
    assert_eq!(ids, [3, 4, 5]);
    store.end(account, session(5, 50).id()).await.unwrap();
    assert_eq!(open(6, 60).await.unwrap(), Opened::Done);
    store.end_all(account, None, at(20)).await.unwrap();
    assert_eq!(store.session_count(), 0);
}

/// Expired ones too, of this account and of no other.
#[tokio::test]
async fn nothing_is_left_of_forgotten_sessions() {
    let store = MemoryStore::with_limits(Limits::default().with_sessions(3));
    for (number, expires) in [(1, 10), (2, 20)] {
        assert_eq!(store.open(session(number, expires)).await.unwrap(), Opened::Done);
    }
    let (account, other) = (session(1, 10).account(), AccountId::from_bytes([8; 16]));
    let neighbour = Session::new(other, session(3, 30).id(), b"OTHER".to_vec(), at(0), at(30));
    assert_eq!(store.open(neighbour.clone()).await.unwrap(), Opened::Done);
    assert_eq!(store.sessions(account, at(15)).await.unwrap().len(), 1);
    assert_eq!(store.session_count(), 3, "one has expired, and is still there");
    store.forget(account).await.unwrap();
    assert_eq!(store.session_count(), 1);
    let dump = store.dump();
    assert!(!dump.contains(&account.to_string()) && dump.contains("OTHER"), "{dump}");
    for number in [4, 5] {
        assert_eq!(store.open(session(number, 40)).await.unwrap(), Opened::Done);
    }
    store.forget(account).await.unwrap();
    store.forget(other).await.unwrap();
    assert_eq!(store.dump(), "");
    // Nor anything that would make room later.
    for number in 4..7 {
        assert_eq!(store.open(session(number, 40)).await.unwrap(), Opened::Done);
    }
    assert_eq!(kind(store.open(session(7, 40)).await), StoreErrorKind::Full);
}

/// When room is made, a session counts as it was last renewed.
#[tokio::test]
async fn expiry_before_a_renewal_does_not_drop_the_session() {
    let store = MemoryStore::with_limits(Limits::default().with_sessions(1));
    let longer = session(1, 30);
    assert_eq!(store.open(session(1, 10)).await.unwrap(), Opened::Done);
    let renewed = store.renew(longer.clone(), Version::FIRST, at(5)).await.unwrap();
    assert_eq!(renewed, Renewed::Done(Version::FIRST.next()));
    let (account, id) = (longer.account(), longer.id());
    assert!(store.session(account, id, at(20)).await.unwrap().is_some());
    assert_eq!(kind(store.open(session(2, 40)).await), StoreErrorKind::Full);
    assert!(store.session(account, id, at(29)).await.unwrap().is_some());
    assert_eq!(store.session(account, id, at(30)).await.unwrap(), None);
    assert_eq!(store.open(session(2, 40)).await.unwrap(), Opened::Done);
}

#[tokio::test]
async fn clones_share_and_new_stores_do_not() {
    let store = MemoryStore::new();
    add(&store.clone(), 1, 5, 1000, 0).await;
    assert_eq!(count(&store, 1, 0).await, 5);
    assert_eq!(count(&MemoryStore::new(), 1, 0).await, 0);
}
