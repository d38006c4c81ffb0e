//! The items of the table, as another implementation makes them from `docs/table.md`: read, and written alike.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64ct::{Base64, Encoding as _};
use doorward_store::{
    AccountId, Change, Column, CounterKey, CounterStore, CounterUpdate, Credential,
    CredentialStore, Inserted, LookupKey, Opened, Session, SessionId, SessionStore, Status,
    TicketKey, TicketStore, Version,
};
use serde_json::Value;

type Item = HashMap<String, AttributeValue>;

fn vectors() -> Vec<Item> {
    let items: Vec<serde_json::Map<String, Value>> =
        serde_json::from_str(include_str!("vectors/table.json")).unwrap();
    let item = |item: serde_json::Map<String, Value>| {
        item.into_iter().map(|(name, value)| (name, attribute(&value))).collect()
    };
    items.into_iter().map(item).collect()
}

fn attribute(value: &Value) -> AttributeValue {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "B" => AttributeValue::B(Blob::new(Base64::decode_vec(value.as_str().unwrap()).unwrap())),
        "N" => AttributeValue::N(text(value)),
        "NS" => AttributeValue::Ns(value.as_array().unwrap().iter().map(text).collect()),
        "S" => AttributeValue::S(text(value)),
        other => panic!("{other}"),
    }
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

const NOW: u64 = 1_790_000_100;

fn account() -> AccountId {
    AccountId::from_bytes(std::array::from_fn(|at| at as u8))
}

fn session_id() -> SessionId {
    SessionId::from_bytes(std::array::from_fn(|at| at as u8 + 16))
}

fn digest() -> [u8; 32] {
    std::array::from_fn(|at| at as u8)
}

fn credential() -> Credential {
    let keys = vec![LookupKey::new([7; 32]).unwrap(), LookupKey::new([8]).unwrap()];
    let created = at(1_790_000_000) + Duration::from_nanos(7);
    Credential::new(account(), keys, b"sealed identifier".to_vec(), created)
        .unwrap()
        .with_password(Some(b"sealed password".to_vec()))
        .with_details(Some(b"sealed details".to_vec()))
        .with_status(Status::Disabled)
        .with_changed_at(at(1_790_000_001))
        .with_version(Version::new(3))
}

const CELLS: [(u64, i64); 3] = [(0, 0), ((1 << 56) | 250_000, 5), (u64::MAX, -3)];

#[tokio::test]
async fn what_another_implementation_wrote_is_read() {
    let Some(builder) = support::own_table("read").await else { return };
    support::put("read", vectors()).await;
    let store = builder.connect().await.unwrap();

    assert_eq!(store.fetch(account()).await.unwrap(), Some(credential()));
    for key in credential().lookup_keys() {
        let found = store.find(std::slice::from_ref(key)).await.unwrap();
        assert_eq!(found, Some(credential()), "{key:?}");
    }
    let opened_at = at(1_790_000_000);
    let kept = Session::new(
        account(),
        session_id(),
        b"sealed session".to_vec(),
        opened_at,
        at(4_000_000_000),
    );
    let session = store.session(account(), session_id(), at(NOW)).await.unwrap();
    assert_eq!(session, Some(kept.with_version(Version::new(2))));
    let row = store.read(&[CounterKey::new(digest())], at(3_950_000_000)).await.unwrap().remove(0);
    let cells: Vec<_> = row.iter().map(|(column, value)| (column.get(), value)).collect();
    assert_eq!(cells, CELLS);
    let ticket = store.peek(TicketKey::new(digest()), at(NOW)).await.unwrap().unwrap();
    assert_eq!(ticket.value(), b"sealed ticket");
    assert_eq!(ticket.expires_at(), at(4_000_000_000) + Duration::from_nanos(100));
}

#[tokio::test]
async fn what_is_written_is_what_another_implementation_writes() {
    let Some(builder) = support::own_table("written").await else { return };
    let store = builder.connect().await.unwrap();
    assert_eq!(store.insert(credential()).await.unwrap(), Inserted::Created);
    for version in [1, 2] {
        let _ = store.replace(credential(), Version::new(version)).await.unwrap();
    }
    let session = |id| {
        let value = b"sealed session".to_vec();
        Session::new(account(), id, value, at(1_790_000_000), at(4_000_000_000))
    };
    for _ in 0..2 {
        store.end_all(account(), None, at(NOW)).await.unwrap();
    }
    assert_eq!(store.open(session(session_id())).await.unwrap(), Opened::Done);
    let _ = store.renew(session(session_id()), Version::FIRST, at(NOW)).await.unwrap();
    for _ in 0..2 {
        store.end_all(account(), Some(session_id()), at(NOW)).await.unwrap();
    }
    let key = CounterKey::new(digest());
    let set = CELLS.map(|(column, value)| Change::Set(Column::new(column), value)).to_vec();
    store.update(&[CounterUpdate::new(key, set, at(3_900_000_000))], at(NOW)).await.unwrap();
    let later = CounterUpdate::new(key, Vec::new(), at(4_000_000_000));
    store.update(&[later], at(3_899_999_999)).await.unwrap();
    let expires_at = at(4_000_000_000) + Duration::from_nanos(100);
    store.put(TicketKey::new(digest()), b"sealed ticket".to_vec(), expires_at).await.unwrap();

    let place = |item: &Item| (format!("{:?}", item["pk"]), format!("{:?}", item["sk"]));
    let (mut written, mut expected) = (support::scan("written").await, vectors());
    for items in [&mut written, &mut expected] {
        items.sort_by_key(place);
        for item in items.iter_mut() {
            // It begins at random. And which of two expiries a row has depends on how they were asked for.
            if item.remove("seq").is_some() {
                item.remove("exp");
                item.remove("exp_short");
            }
            if let Some(AttributeValue::Ns(names)) = item.get_mut("names") {
                names.sort();
            }
        }
    }
    assert_eq!(written, expected);
}
