//! What is made of a transaction that was cancelled for several reasons, or arrived late.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::time::{Duration, UNIX_EPOCH};

use doorward_dynamodb::{Api, FaultyConnector, RequestFault};
use doorward_store::{
    AccountId, Credential, CredentialStore, Inserted, LookupKey, Rekeyed, Replaced, StoreErrorKind,
    Version,
};
use serde_json::{Value, json};
use support::late::Late;
use support::recorder::Recorder;

fn lookup_key(byte: u8) -> LookupKey {
    LookupKey::new([byte; 16]).unwrap()
}

fn credential(keys: &[LookupKey]) -> Credential {
    let account = AccountId::generate().unwrap();
    Credential::new(account, keys.to_vec(), b"sealed".to_vec(), UNIX_EPOCH).unwrap()
}

/// The item under its account, as the engine has it.
async fn stored(credential: &Credential) -> Value {
    let recorder = Recorder::canned([("TransactWriteItems", (200, json!({})))]);
    let store = recorder.store().await;
    assert_eq!(store.insert(credential.clone()).await.unwrap(), Inserted::Created);
    recorder.requests()[0].body["TransactItems"][0]["Put"]["Item"].clone()
}

/// Another writer has written a key's item and is still at the account's, which alone says what happened.
#[tokio::test]
async fn a_transaction_that_is_half_seen_is_a_conflict_and_no_answer() {
    let keys = [lookup_key(1), lookup_key(2)];
    let credential = credential(&keys);
    let item = stored(&credential).await;
    let mut newer = item.clone();
    newer["version"] = json!({ "N": "2" });
    let reasons = json!([
        { "Code": "TransactionConflict" },
        { "Code": "ConditionalCheckFailed", "Item": newer },
        { "Code": "None" },
    ]);
    let cancelled = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "CancellationReasons": reasons,
    });
    let store = Recorder::canned([
        ("TransactWriteItems", (400, cancelled)),
        ("GetItem", (200, json!({ "Item": item }))),
    ])
    .store()
    .await;
    let replaced = store.replace(credential.clone(), Version::FIRST).await.unwrap_err();
    assert_eq!(replaced.kind(), StoreErrorKind::Conflict, "the keys are its own");
    let rekeyed = store.rekey(credential.clone(), Version::FIRST).await.unwrap_err();
    assert_eq!(rekeyed.kind(), StoreErrorKind::Conflict, "nothing is damaged");
    let other = credential.clone().with_lookup_keys(vec![lookup_key(3), lookup_key(1)]).unwrap();
    let rekeyed = store.rekey(other, Version::FIRST).await.unwrap_err();
    assert_eq!(rekeyed.kind(), StoreErrorKind::Conflict, "stale comes before taken");
    let removed = store.remove(credential.account(), Version::FIRST).await.unwrap_err();
    assert_eq!(removed.kind(), StoreErrorKind::Conflict, "nothing is damaged");
}

/// The first request is given up and arrives after the second was cancelled: what the third finds is its own.
#[tokio::test]
async fn r14_a_request_that_arrives_late_does_not_make_its_own_write_another_ones() {
    for n in 0..3 {
        let connector = FaultyConnector::over(Late::new());
        let deadlines = (Duration::from_millis(300), Duration::from_secs(3));
        let plain = support::store().await;
        let store = support::builder()
            .http_client(connector.clone())
            .deadlines(deadlines.0, deadlines.1)
            .connect()
            .await
            .unwrap();
        let key = LookupKey::new(*AccountId::generate().unwrap().as_bytes()).unwrap();
        let credential = credential(&[key]);
        let account = credential.account();
        let _ = connector.fail_nth(Api::TransactWriteItems, 2, RequestFault::Conflict);
        match n {
            0 => assert_eq!(store.insert(credential).await.unwrap(), Inserted::Created),
            n => {
                assert_eq!(plain.insert(credential.clone()).await.unwrap(), Inserted::Created);
                let done = Version::FIRST.next();
                if n == 1 {
                    let replaced = store.replace(credential, Version::FIRST).await.unwrap();
                    assert_eq!(replaced, Replaced::Done(done));
                } else {
                    let rekeyed = store.rekey(credential, Version::FIRST).await.unwrap();
                    assert_eq!(rekeyed, Rekeyed::Done(done));
                }
            }
        }
        assert_eq!(connector.count(Api::TransactWriteItems), 3);
        assert!(plain.fetch(account).await.unwrap().is_some());
    }
}
