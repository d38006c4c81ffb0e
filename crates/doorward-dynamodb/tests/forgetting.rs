//! What is left in the table of sessions that were forgotten, read past the store: nothing.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::AttributeValue;
use doorward_dynamodb::{Api, DynamoStore, FaultyConnector, RequestFault};
use doorward_store::{
    AccountId, Credential, CredentialStore, Inserted, LookupKey, Opened, Session, SessionId,
    SessionStore, StoreErrorKind,
};

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(4_000_000_000 + seconds)
}

fn account() -> AccountId {
    AccountId::generate().unwrap()
}

async fn open(store: &DynamoStore, account: AccountId, value: Vec<u8>, expires: u64) -> SessionId {
    let id = SessionId::generate().unwrap();
    let session = Session::new(account, id, value, at(0), at(expires));
    assert_eq!(store.open(session).await.unwrap(), Opened::Done);
    id
}

/// The sort keys of all items in the account's partition.
async fn partition(table: &str, account: AccountId) -> BTreeSet<String> {
    let items = support::scan(table).await;
    let text = |item: &HashMap<_, AttributeValue>, name| item[name].as_s().unwrap().clone();
    let own = items.iter().filter(|item| text(item, "pk") == format!("ACCOUNT#{account}"));
    own.map(|item| text(item, "sk")).collect()
}

/// How often all sessions of the account were ended, and that nothing else is kept of that.
async fn epoch(table: &str, account: AccountId) -> String {
    let items = support::scan(table).await;
    let is_epoch = |item: &&HashMap<String, AttributeValue>| {
        item["pk"].as_s().unwrap() == &format!("ACCOUNT#{account}")
            && item["sk"].as_s().unwrap() == "EPOCH"
    };
    let epoch = items.iter().find(is_epoch).unwrap();
    let names: BTreeSet<_> = epoch.keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(["epoch", "pk", "sk"]));
    epoch["epoch"].as_n().unwrap().clone()
}

#[tokio::test]
async fn of_forgotten_sessions_the_epoch_is_left_and_nothing_else() {
    let name = "forgotten";
    let Some(builder) = support::own_table(name).await else { return };
    let store = builder.connect().await.unwrap();
    let (here, there) = (account(), account());
    let keys = vec![LookupKey::new(*here.as_bytes()).unwrap()];
    let credential = Credential::new(here, keys, vec![1], at(0)).unwrap();
    assert_eq!(store.insert(credential.clone()).await.unwrap(), Inserted::Created);
    // Ended, kept, expired and living ones, and one that nobody can read.
    let _ended = open(&store, here, vec![1], 1_000).await;
    let kept = open(&store, here, vec![2], 1_000).await;
    store.end_all(here, Some(kept), at(1)).await.unwrap();
    let _expired = open(&store, here, vec![3], 2).await;
    let _living = open(&store, here, vec![4], 1_000).await;
    let place = [("pk", format!("ACCOUNT#{here}")), ("sk", "SESSION#damaged".to_owned())];
    let damaged = place.map(|(name, text)| (name.to_owned(), AttributeValue::S(text)));
    support::put(name, vec![HashMap::from(damaged)]).await;
    let other = open(&store, there, vec![5], 1_000).await;
    let neighbours = partition(name, there).await;
    assert_eq!(partition(name, here).await.len(), 7);

    store.forget(here).await.unwrap();
    let left = partition(name, here).await;
    assert_eq!(left, ["CREDENTIAL", "EPOCH"].map(str::to_owned).into());
    assert_eq!(epoch(name, here).await, "2");
    assert_eq!(store.fetch(here).await.unwrap(), Some(credential));
    assert_eq!(partition(name, there).await, neighbours);
    assert!(store.session(there, other, at(1)).await.unwrap().is_some());
    // An account that never had one gets an epoch, for whatever is opened just now.
    let nobody = account();
    store.forget(nobody).await.unwrap();
    assert_eq!(partition(name, nobody).await, ["EPOCH".to_owned()].into());
}

#[tokio::test]
async fn every_page_of_sessions_is_forgotten() {
    let name = "forgotten-pages";
    let Some(builder) = support::own_table(name).await else { return };
    let connector = FaultyConnector::new();
    let store = builder.http_client(connector.clone()).connect().await.unwrap();
    let account = account();
    // A page is a megabyte.
    for _ in 0..1_100 {
        open(&store, account, vec![7; Session::MAX_VALUE_BYTES], 1_000).await;
    }
    assert_eq!(partition(name, account).await.len(), 1_100);
    connector.reset_log();
    store.forget(account).await.unwrap();
    assert!(connector.count(Api::Query) >= 3, "{} pages", connector.count(Api::Query));
    assert_eq!(connector.count(Api::DeleteItem), 1_100);
    assert_eq!(partition(name, account).await, ["EPOCH".to_owned()].into());
}

/// Whichever request it breaks off at: all sessions are over from the first on, and another call removes what
/// is left of them.
#[tokio::test]
async fn law_10_a_forget_that_breaks_off_has_ended_all_and_the_next_goes_on() {
    const SESSIONS: usize = 12;
    let name = "forgotten-faults";
    let Some(builder) = support::own_table(name).await else { return };
    let connector = FaultyConnector::new();
    // One attempt, so that one fault is enough.
    let builder = builder.attempts(1).http_client(connector.clone());
    let store = builder.connect().await.unwrap();
    let mut halves = 0;
    for fault in [RequestFault::Unreachable, RequestFault::LostReply, RequestFault::Throttled] {
        // The epoch, the page, and each session.
        for request in 1..=2 + SESSIONS {
            let account = account();
            let mut opened = Vec::new();
            for _ in 0..SESSIONS {
                opened.push(open(&store, account, vec![1], 1_000).await);
            }
            connector.reset_log();
            let _ = connector.fail_request(request, fault);
            let error = store.forget(account).await.unwrap_err();
            connector.heal();
            assert!(error.is_retryable(), "{fault:?} {request}: {error}");
            let expected = match fault {
                RequestFault::Throttled => StoreErrorKind::Throttled,
                _ => StoreErrorKind::Unavailable,
            };
            assert_eq!((error.kind(), error.operation()), (expected, "forget"));

            let left = partition(name, account).await;
            let left = left.iter().filter(|sort| sort.starts_with("SESSION#")).count();
            halves += usize::from(0 < left && left < SESSIONS);
            let was_begun = request > 1 || fault == RequestFault::LostReply;
            for id in opened {
                let lives = store.session(account, id, at(1)).await.unwrap().is_some();
                assert_eq!(lives, !was_begun, "{fault:?} {request}");
            }
            let listed = store.sessions(account, at(1)).await.unwrap().len();
            assert_eq!(listed, if was_begun { 0 } else { SESSIONS }, "{fault:?} {request}");

            store.forget(account).await.unwrap();
            assert_eq!(partition(name, account).await, ["EPOCH".to_owned()].into());
            assert_eq!(epoch(name, account).await, if was_begun { "2" } else { "1" });
        }
    }
    assert!(halves > 0, "it never broke off half-way");
}
