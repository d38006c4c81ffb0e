//! What is left of counters, tickets and sessions when requests fail, and what the caller is told.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward_dynamodb::{Api, DynamoStore, FaultyConnector, RequestFault};
use doorward_store::{
    AccountId, Change, Column, CounterKey, CounterStore, CounterUpdate, Credential,
    CredentialStore, Inserted, LookupKey, Opened, Renewed, Session, SessionId, SessionStore,
    StoreErrorKind, TicketKey, TicketStore, Version,
};

const COLUMN: Column = Column::new(1);

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(4_000_000_000 + seconds)
}

fn digest() -> [u8; 32] {
    let halves = [0, 1].map(|_| *AccountId::generate().unwrap().as_bytes());
    halves.concat().try_into().unwrap()
}

fn add(key: CounterKey) -> CounterUpdate {
    CounterUpdate::new(key, vec![Change::Add(COLUMN, 1)], at(1_000))
}

async fn store(connector: &FaultyConnector) -> DynamoStore {
    let builder = support::builder().deadlines(Duration::from_secs(2), Duration::from_secs(20));
    builder.http_client(connector.clone()).connect().await.unwrap()
}

#[tokio::test]
async fn law_03_what_may_have_been_counted_is_not_counted_again() {
    let connector = FaultyConnector::new();
    let store = store(&connector).await;
    for (fault, counted) in [
        (RequestFault::LostReply, 1),
        (RequestFault::LateReply, 1),
        (RequestFault::Hang, 0),
        (RequestFault::ServerError, 0),
        (RequestFault::Unreachable, 0),
    ] {
        let key = CounterKey::new(digest());
        let _ = connector.fail_nth(Api::UpdateItem, 1, fault);
        let error = store.update(&[add(key)], at(0)).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{fault:?}");
        assert_eq!(connector.count(Api::UpdateItem), 1, "{fault:?}: sent once");
        let row = store.read(&[key], at(0)).await.unwrap().remove(0);
        assert_eq!(row.get(COLUMN), counted, "{fault:?}");
        connector.heal();
        connector.reset_log();
    }
}

#[tokio::test]
async fn what_was_surely_not_counted_is_counted_at_the_next_attempt() {
    let connector = FaultyConnector::new();
    let store = store(&connector).await;
    for fault in [RequestFault::Throttled, RequestFault::Conflict] {
        let key = CounterKey::new(digest());
        let _ = connector.fail_request(1, fault).fail_request(2, fault);
        let row = store.update(&[add(key)], at(0)).await.unwrap().remove(0);
        assert_eq!((row.get(COLUMN), connector.count(Api::UpdateItem)), (1, 3), "{fault:?}");
        connector.heal();
        connector.reset_log();
    }
    let _ = connector.fail_every(Api::UpdateItem, RequestFault::Throttled);
    let error = store.update(&[add(CounterKey::new(digest()))], at(0)).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Throttled);
}

#[tokio::test]
async fn a_usual_update_is_one_request_and_makes_no_other() {
    let connector = FaultyConnector::new();
    let store = store(&connector).await;
    let key = CounterKey::new(digest());
    let short = |now: u64| CounterUpdate::new(key, vec![Change::Add(COLUMN, 1)], at(now + 150));
    let long = |now: u64| CounterUpdate::new(key, vec![Change::Add(COLUMN, 1)], at(now + 86_400));
    for now in 0..40 {
        store.update(&[short(now)], at(now)).await.unwrap();
        store.update(&[long(now)], at(now)).await.unwrap();
    }
    let row = store.read(&[key], at(40)).await.unwrap().remove(0);
    assert_eq!(row.get(COLUMN), 80);
    assert_eq!((connector.count(Api::UpdateItem), connector.count(Api::PutItem)), (80, 0));
}

#[tokio::test]
async fn law_03_an_instance_whose_clock_is_behind_counts_without_competing_for_the_row() {
    let connector = FaultyConnector::new();
    let store = store(&connector).await;
    for lasts in [180, 86_400] {
        let key = CounterKey::new(digest());
        let until =
            |now: u64| CounterUpdate::new(key, vec![Change::Add(COLUMN, 1)], at(now + lasts));
        store.update(&[until(60)], at(60)).await.unwrap();
        connector.reset_log();
        let row = store.update(&[until(0)], at(0)).await.unwrap().remove(0);
        assert_eq!(row.get(COLUMN), 2);
        assert_eq!(connector.requests(), [Api::UpdateItem; 2], "{lasts}");
        // The later expiry stays.
        let row = store.read(&[key], at(60 + lasts - 1)).await.unwrap().remove(0);
        assert_eq!(row.get(COLUMN), 2);
        assert!(store.read(&[key], at(60 + lasts)).await.unwrap().remove(0).is_empty());
        // What is expired is begun anew, though it lasted longer.
        let row = store.update(&[until(60 + lasts)], at(60 + lasts)).await.unwrap().remove(0);
        assert_eq!(row.get(COLUMN), 1);
    }
}

#[tokio::test]
async fn law_03_a_row_is_never_cleaned_away_at_the_moment_when_it_ends() {
    let name = "grace";
    let Some(builder) = support::own_table(name).await else { return };
    let store = builder.connect().await.unwrap();
    let key = CounterKey::new(digest());
    let until = |end| CounterUpdate::new(key, vec![Change::Add(COLUMN, 1)], at(end));
    store.update(&[until(1_000)], at(0)).await.unwrap();
    // Kept alive by attempts for a day and longer.
    let mut counted = 1;
    for now in (900..100_000).step_by(850) {
        let row = store.update(&[until(now + 900)], at(now)).await.unwrap().remove(0);
        counted += 1;
        assert_eq!(row.get(COLUMN), counted);
        let item = support::scan(name).await.remove(0);
        let ttl: u64 = item["ttl"].as_n().unwrap().parse().unwrap();
        assert!(at(now + 900 + 3_600) <= UNIX_EPOCH + Duration::from_secs(ttl), "{now}");
    }
}

#[tokio::test]
async fn a_batch_without_capacity_is_asked_again_for_what_is_left() {
    let connector = FaultyConnector::new();
    let store = store(&connector).await;
    let keys: Vec<_> = (0..150).map(|_| CounterKey::new(digest())).collect();
    let updates: Vec<_> = keys.iter().copied().map(add).collect();
    store.update(&updates, at(0)).await.unwrap();
    connector.reset_log();
    let _ = connector.fail_nth(Api::BatchGetItem, 1, RequestFault::Throttled);
    let rows = store.read(&keys, at(0)).await.unwrap();
    assert!(rows.iter().all(|row| row.get(COLUMN) == 1));
    assert_eq!(connector.count(Api::BatchGetItem), 3, "two pages, one of them twice");
    let _ = connector.fail_every(Api::BatchGetItem, RequestFault::Throttled);
    let error = store.read(&keys, at(0)).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Throttled, "and is not taken for empty rows");
}

#[tokio::test]
async fn law_10_a_ticket_whose_reply_is_lost_is_not_given_out_twice() {
    let connector = FaultyConnector::new();
    let store = store(&connector).await;
    let key = TicketKey::new(digest());
    store.put(key, vec![1], at(100)).await.unwrap();
    let _ = connector.fail_nth(Api::DeleteItem, 1, RequestFault::LostReply);
    let error = store.take(key, at(0)).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "not `none`: it may have been there");
    assert_eq!(store.take(key, at(0)).await.unwrap(), None);

    let key = TicketKey::new(digest());
    let _ = connector.fail_nth(Api::PutItem, 2, RequestFault::LostReply);
    let error = store.put(key, vec![1], at(100)).await.unwrap_err();
    assert_eq!(
        error.kind(),
        StoreErrorKind::Unavailable,
        "not `conflict`: nobody else has the key"
    );
}

#[tokio::test]
async fn law_10_sessions_that_ended_under_faults_do_not_come_back() {
    let connector = FaultyConnector::new();
    let store = store(&connector).await;
    for fault in [RequestFault::LostReply, RequestFault::Throttled, RequestFault::Unreachable] {
        let (account, id) = (AccountId::generate().unwrap(), SessionId::generate().unwrap());
        let kept = SessionId::generate().unwrap();
        for id in [id, kept] {
            let session = Session::new(account, id, vec![1], at(0), at(1_000));
            assert_eq!(store.open(session).await.unwrap(), Opened::Done);
        }
        connector.reset_log();
        let _ = connector.fail_nth(Api::UpdateItem, 1, fault);
        store.end_all(account, Some(kept), at(1)).await.unwrap();
        assert!(store.session(account, id, at(1)).await.unwrap().is_none(), "{fault:?}");
        assert!(store.session(account, kept, at(1)).await.unwrap().is_some(), "{fault:?}");
        let ended = Session::new(account, id, vec![2], at(0), at(2_000));
        assert_eq!(store.renew(ended, Version::FIRST, at(1)).await.unwrap(), Renewed::Gone);

        connector.reset_log();
        let _ = connector.fail_nth(Api::UpdateItem, 1, fault);
        store.end_all(account, None, at(2)).await.unwrap();
        assert!(store.sessions(account, at(2)).await.unwrap().is_empty(), "{fault:?}");
        connector.heal();
    }
}

#[tokio::test]
async fn a_session_is_checked_with_one_request_whatever_the_answer() {
    let connector = FaultyConnector::new();
    let store = store(&connector).await;
    let (account, id) = (AccountId::generate().unwrap(), SessionId::generate().unwrap());
    assert_eq!(
        store.open(Session::new(account, id, vec![1], at(0), at(10))).await.unwrap(),
        Opened::Done
    );
    for (id, now) in [(id, 1), (id, 11), (SessionId::generate().unwrap(), 1)] {
        connector.reset_log();
        let _session = store.session(account, id, at(now)).await.unwrap();
        assert_eq!(connector.requests(), [Api::BatchGetItem]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_keeps_its_deadline_however_many_requests_it_takes() {
    let limit = Duration::from_millis(900);
    let patience = limit * 4 / 3;
    let connector = FaultyConnector::new().with_latency(Duration::from_millis(250));
    let deadlines = (Duration::from_millis(400), limit);
    let builder = support::builder().http_client(connector.clone());
    let store = builder.deadlines(deadlines.0, deadlines.1).connect().await.unwrap();
    let (account, kept) = (AccountId::generate().unwrap(), SessionId::generate().unwrap());
    let keys = vec![LookupKey::new(digest()).unwrap()];
    let credential = Credential::new(account, keys, vec![1], at(0)).unwrap();
    assert_eq!(store.insert(credential.clone()).await.unwrap(), Inserted::Created);
    for fault in [RequestFault::Conflict, RequestFault::Hang, RequestFault::Throttled] {
        connector.reset_log();
        // What is read first is read at the second attempt; what follows fails for good.
        for read in [Api::GetItem, Api::BatchGetItem] {
            let _ = connector.fail_nth(read, 1, RequestFault::Throttled);
        }
        for write in [Api::TransactWriteItems, Api::UpdateItem] {
            let _ = connector.fail_every(write, fault);
        }
        let rekey = store.rekey(credential.clone(), Version::FIRST);
        let rekeyed = tokio::time::timeout(patience, rekey).await.unwrap();
        assert!(rekeyed.is_err(), "{fault:?}: rekey");
        let insert = store.insert(credential.clone());
        let inserted = tokio::time::timeout(patience, insert).await.unwrap();
        assert!(inserted.is_err(), "{fault:?}: insert");
        let end = store.end_all(account, Some(kept), at(1));
        let ended = tokio::time::timeout(patience, end).await.unwrap();
        assert!(ended.is_err(), "{fault:?}: end_all");
        connector.heal();
    }
}
