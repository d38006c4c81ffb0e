//! Answers and items that are not what they should be: an error, and neither nothing nor somebody else's.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward_dynamodb::DynamoStore;
use doorward_store::{
    AccountId, Change, Column, CounterKey, CounterStore, CounterUpdate, Credential,
    CredentialStore, LookupKey, Session, SessionId, SessionStore, StoreError, StoreErrorKind,
    TicketKey, TicketStore, Version,
};
use serde_json::{Value, json};
use support::recorder::Recorder;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(4_000_000_000 + seconds)
}

fn account(n: u8) -> AccountId {
    AccountId::from_bytes([n; 16])
}

fn lookup_key(n: u8) -> LookupKey {
    LookupKey::new([n; 16]).unwrap()
}

fn credential(n: u8) -> Credential {
    let keys = vec![lookup_key(n), lookup_key(n + 100)];
    let credential = Credential::new(account(n), keys, b"sealed".to_vec(), at(0)).unwrap();
    credential.with_password(Some(b"sealed hash".to_vec()))
}

fn session() -> Session {
    Session::new(account(1), SessionId::from_bytes([2; 16]), vec![1], at(0), at(100))
}

fn update() -> CounterUpdate {
    CounterUpdate::new(CounterKey::new([3; 32]), vec![Change::Add(Column::new(1), 1)], at(60))
}

/// A store to which the engine says this, whatever it is asked.
async fn told(answer: Value) -> DynamoStore {
    let apis = ["BatchGetItem", "DeleteItem", "GetItem", "Query", "UpdateItem"];
    Recorder::canned(apis.map(|api| (api, (200, answer.clone())))).store().await
}

/// What the store puts into the table, by what is done to it: the items of one request.
async fn put(api: &'static str, act: impl AsyncFnOnce(&DynamoStore)) -> Vec<Value> {
    let recorder = Recorder::canned([(api, (200, json!({}))), ("GetItem", (200, json!({})))]);
    act(&recorder.store().await).await;
    let body = recorder.requests().into_iter().find(|request| request.api == api).unwrap().body;
    match body["TransactItems"].as_array() {
        Some(writes) => writes.iter().map(|write| write["Put"]["Item"].clone()).collect(),
        None => vec![body["Item"].clone()],
    }
}

/// The item with each attribute of these missing or of another type.
fn damaged<'a>(item: &'a Value, names: &'a [&'a str]) -> impl Iterator<Item = (String, Value)> {
    names.iter().flat_map(move |name| {
        let others = [json!({ "BOOL": true }), json!({ "S": "text" }), json!({ "N": "1.5" })];
        let mut missing = item.clone();
        missing.as_object_mut().unwrap().remove(*name);
        let replaced = others.into_iter().map(move |other| {
            let mut item = item.clone();
            item[name] = other;
            item
        });
        std::iter::once(missing).chain(replaced).map(move |item| (format!("{name}: {item}"), item))
    })
}

fn kind<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> StoreErrorKind {
    answer.unwrap_err().kind()
}

#[tokio::test]
async fn a_damaged_credential_is_corrupt_whoever_asks() {
    let items = put("TransactWriteItems", async |store| {
        let _created = store.insert(credential(1)).await.unwrap();
    });
    let items = items.await;
    let names = ["account", "version", "keys", "identifier", "status", "created", "changed"];
    for (name, item) in damaged(&items[0], &names) {
        let store = told(json!({ "Item": item })).await;
        assert_eq!(kind(store.fetch(account(1)).await), StoreErrorKind::Corrupt, "{name}");
        assert_eq!(kind(store.find(&[lookup_key(1)]).await), StoreErrorKind::Corrupt, "{name}");
        let removed = store.remove(account(1), Version::FIRST).await;
        assert_eq!(kind(removed), StoreErrorKind::Corrupt, "{name}");
        let rekeyed = store.rekey(credential(1), Version::FIRST).await;
        assert_eq!(kind(rekeyed), StoreErrorKind::Corrupt, "{name}");
    }
}

#[tokio::test]
async fn the_credential_of_another_under_a_key_is_nobodys() {
    let items = put("TransactWriteItems", async |store| {
        let _created = store.insert(credential(2)).await.unwrap();
    });
    let items = items.await;
    let store = told(json!({ "Item": items[0] })).await;
    assert_eq!(kind(store.fetch(account(1)).await), StoreErrorKind::Corrupt);
    assert_eq!(kind(store.find(&[lookup_key(1)]).await), StoreErrorKind::Corrupt);
    let removed = store.remove(account(1), Version::FIRST).await;
    assert_eq!(kind(removed), StoreErrorKind::Corrupt);
    // Under the place of the second key that was asked for.
    let mut moved = items[1].clone();
    let own = put("TransactWriteItems", async |store| {
        let _created = store.insert(credential(1)).await.unwrap();
    });
    moved["pk"] = own.await[1]["pk"].clone();
    let store = told(json!({ "Responses": { "doorward": [moved] } })).await;
    let found = store.find(&[lookup_key(9), lookup_key(1)]).await;
    assert_eq!(kind(found), StoreErrorKind::Corrupt);
}

#[tokio::test]
async fn a_damaged_session_or_ticket_is_corrupt() {
    let item = put("PutItem", async |store| {
        let _opened = store.open(session()).await.unwrap();
    });
    let item = item.await.remove(0);
    for (name, item) in damaged(&item, &["version", "value", "created", "exp", "epoch"]) {
        let store = told(json!({ "Responses": { "doorward": [item] }, "Items": [item] })).await;
        let (account, id) = (session().account(), session().id());
        let answers = [
            store.session(account, id, at(1)).await.map(drop),
            store.renew(session(), Version::FIRST, at(1)).await.map(drop),
            store.end_all(account, Some(id), at(1)).await,
            store.sessions(account, at(1)).await.map(drop),
        ];
        assert!(answers.into_iter().all(|it| kind(it) == StoreErrorKind::Corrupt), "{name}");
    }
    let key = TicketKey::new([4; 32]);
    let item = put("PutItem", async |store| store.put(key, vec![1], at(100)).await.unwrap());
    let item = item.await.remove(0);
    for (name, item) in damaged(&item, &["value", "exp"]) {
        let store = told(json!({ "Item": item, "Attributes": item })).await;
        assert_eq!(kind(store.peek(key, at(1)).await), StoreErrorKind::Corrupt, "{name}");
        assert_eq!(kind(store.take(key, at(1)).await), StoreErrorKind::Corrupt, "{name}");
    }
}

/// As nothing, it would be a count of zero: guesses for free.
#[tokio::test]
async fn law_03_an_answer_without_the_row_is_not_an_empty_row() {
    for answer in [json!({}), json!({ "Attributes": {} }), json!({ "__type": "x#Error" })] {
        let store = told(answer).await;
        assert_eq!(kind(store.update(&[update()], at(0)).await), StoreErrorKind::Corrupt);
    }
}

#[tokio::test]
async fn a_number_at_its_end_is_corrupt_and_no_panic() {
    let most = json!({ "N": i128::MAX.to_string() });
    let (account, id) = (session().account(), session().id());
    let place = json!({ "S": format!("ACCOUNT#{account}") });
    let epoch = json!({ "pk": place, "sk": { "S": "EPOCH" }, "epoch": most });
    let store = told(json!({ "Responses": { "doorward": [epoch] } })).await;
    let ended = store.end_all(account, Some(id), at(1)).await;
    assert_eq!(kind(ended), StoreErrorKind::Corrupt);
    let refused = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
        "Item": { "exp": { "N": "1" }, "seq": most },
    });
    let store = Recorder::canned([("UpdateItem", (400, refused))]).store().await;
    assert_eq!(kind(store.update(&[update()], at(0)).await), StoreErrorKind::Corrupt);
}

#[tokio::test]
async fn an_item_whose_key_cannot_be_read_is_not_left_out() {
    let item = json!({ "c1": { "N": "7" }, "exp": { "N": "9" }, "seq": { "N": "1" } });
    let store = told(json!({ "Responses": { "doorward": [item] } })).await;
    let keys = [CounterKey::new([3; 32]), CounterKey::new([4; 32])];
    assert_eq!(kind(store.read(&keys, at(0)).await), StoreErrorKind::Unavailable);
    let found = store.find(&[lookup_key(1), lookup_key(2)]).await;
    assert_eq!(kind(found), StoreErrorKind::Unavailable);
    // One that cannot be named cannot be removed: it must not pass for forgotten.
    let store = told(json!({ "Items": [item] })).await;
    assert_eq!(kind(store.forget(account(1)).await), StoreErrorKind::Corrupt);
}
