//! R12, least privilege: a policy allows what its role issues, and nothing else.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward_dynamodb::{DynamoStore, Role, TableOptions};
use doorward_store::{
    AccountId, Change, Column, CounterKey, CounterStore, CounterUpdate, Credential,
    CredentialStore, Inserted, LookupKey, Opened, Rekeyed, Removed, Renewed, Replaced, Session,
    SessionId, SessionStore, StoreErrorKind, TicketKey, TicketStore, Version,
};
use serde_json::json;

use self::support::policy::{Policies, needed};
use self::support::recorder::Recorder;

/// As in the conformance suite, far from any cleaning up.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(4_000_000_000)
}

fn later() -> SystemTime {
    now() + Duration::from_secs(3_600)
}

fn bytes() -> [u8; 32] {
    let [a, b] = [AccountId::generate().unwrap(), AccountId::generate().unwrap()];
    [*a.as_bytes(), *b.as_bytes()].concat().try_into().unwrap()
}

fn lookup_keys<const N: usize>() -> [LookupKey; N] {
    std::array::from_fn(|_| LookupKey::new(bytes()).unwrap())
}

fn credential(keys: &[LookupKey]) -> Credential {
    let account = AccountId::generate().unwrap();
    Credential::new(account, keys.to_vec(), b"sealed".to_vec(), now()).unwrap()
}

/// Every method but those of [`passes`], by each way that it has.
async fn serve(store: &DynamoStore) {
    let [first, second, third] = lookup_keys();
    let known = credential(&[first.clone(), second.clone()]);
    let account = known.account();
    assert_eq!(store.insert(known.clone()).await.unwrap(), Inserted::Created);
    store.find(std::slice::from_ref(&first)).await.unwrap().unwrap();
    store.find(&[third.clone(), second.clone()]).await.unwrap().unwrap();
    store.fetch(account).await.unwrap().unwrap();
    let [second_version, third_version] = [Version::new(2), Version::new(3)];
    let replaced = store.replace(known.clone(), Version::FIRST).await.unwrap();
    assert_eq!(replaced, Replaced::Done(second_version));
    let moved = known.with_lookup_keys(vec![first, third]).unwrap();
    let rekeyed = store.rekey(moved, second_version).await.unwrap();
    assert_eq!(rekeyed, Rekeyed::Done(third_version));
    serve_sessions(store, account).await;
    assert_eq!(store.remove(account, third_version).await.unwrap(), Removed::Done);
    assert!(store.fetch(account).await.unwrap().is_none());
    serve_counters(store).await;

    let ticket = TicketKey::new(bytes());
    store.put(ticket, b"sealed".to_vec(), later()).await.unwrap();
    store.peek(ticket, now()).await.unwrap().unwrap();
    store.take(ticket, now()).await.unwrap().unwrap();
    store.check_transactions().await.unwrap();
}

async fn serve_sessions(store: &DynamoStore, account: AccountId) {
    let session = || {
        let id = SessionId::generate().unwrap();
        Session::new(account, id, b"sealed".to_vec(), now(), later())
    };
    let (kept, other) = (session(), session());
    for session in [&kept, &other] {
        assert_eq!(store.open(session.clone()).await.unwrap(), Opened::Done);
    }
    store.session(account, kept.id(), now()).await.unwrap().unwrap();
    let renewed = store.renew(kept.clone(), Version::FIRST, now()).await.unwrap();
    assert_eq!(renewed, Renewed::Done(Version::new(2)));
    store.end_all(account, Some(kept.id()), now()).await.unwrap();
    assert_eq!(store.sessions(account, now()).await.unwrap().len(), 1);
    store.end(account, kept.id()).await.unwrap();
    store.end_all(account, None, now()).await.unwrap();
    assert_eq!(store.open(session()).await.unwrap(), Opened::Done);
    store.forget(account).await.unwrap();
}

async fn serve_counters(store: &DynamoStore) {
    let (one, other) = (CounterKey::new(bytes()), CounterKey::new(bytes()));
    let add = |until| {
        let add = vec![Change::Add(Column::new(1), 1)];
        CounterUpdate::new(one, add, until)
    };
    store.update(&[add(later())], now()).await.unwrap();
    // It is over: it is written whole.
    let expired = later() + Duration::from_secs(1);
    store.update(&[add(expired + Duration::from_secs(9_000))], expired).await.unwrap();
    store.read(&[one], expired).await.unwrap();
    store.read(&[one, other], expired).await.unwrap();
    store.clear(&[one]).await.unwrap();
}

/// What imports and passes over all accounts call.
async fn passes(store: &DynamoStore) {
    let [first, second] = lookup_keys();
    let known = credential(std::slice::from_ref(&first));
    assert_eq!(store.insert(known.clone()).await.unwrap(), Inserted::Created);
    assert!(!store.list(None, 10).await.unwrap().is_empty());
    store.fetch(known.account()).await.unwrap().unwrap();
    let replaced = store.replace(known.clone(), Version::FIRST).await.unwrap();
    assert_eq!(replaced, Replaced::Done(Version::new(2)));
    let moved = known.with_lookup_keys(vec![second]).unwrap();
    let rekeyed = store.rekey(moved, Version::new(2)).await.unwrap();
    assert_eq!(rekeyed, Rekeyed::Done(Version::new(3)));
}

/// The policy of a role allows what was asked for, and nothing else.
fn assert_exact(role: Role, recorder: &Recorder) {
    let (needed, allowed) = (needed(&recorder.requests()), Policies::of(&[role]).allowed());
    let missing: BTreeSet<_> = needed.difference(&allowed).collect();
    let unused: BTreeSet<_> = allowed.difference(&needed).collect();
    assert!(missing.is_empty(), "{role:?} lacks {missing:?}");
    assert!(unused.is_empty(), "{role:?} never uses {unused:?}");
}

async fn guarded(role: Role) -> (DynamoStore, Recorder) {
    let recorder = Recorder::guarded(Policies::of(&[role]));
    (support::builder().http_client(recorder.clone()).connect().await.unwrap(), recorder)
}

#[tokio::test]
async fn r12_a_login_service_may_do_what_it_does_and_nothing_else() {
    let (store, recorder) = guarded(Role::LoginService).await;
    serve(&store).await;
    assert_exact(Role::LoginService, &recorder);
    let refused = store.list(None, 10).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misconfigured);
}

#[tokio::test]
async fn r12_passes_may_do_what_they_do_and_nothing_else() {
    let (store, recorder) = guarded(Role::Migration).await;
    passes(&store).await;
    assert_exact(Role::Migration, &recorder);
    let refused = store.peek(TicketKey::new(bytes()), now()).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misconfigured);
}

#[tokio::test]
async fn r12_an_administrator_may_make_and_check_the_table_and_touch_no_item() {
    let table = json!({ "TableDescription": { "TableStatus": "ACTIVE" } });
    let description = json!({ "Table": { "TableStatus": "ACTIVE" } });
    let recorder = Recorder::canned([
        ("CreateTable", (200, table)),
        ("DescribeTable", (200, description)),
        ("UpdateTimeToLive", (200, json!({}))),
        ("UpdateContinuousBackups", (200, json!({}))),
    ]);
    let store = recorder.store().await;
    let _ = store.create_table(&TableOptions::default()).await.unwrap();
    let _ = store.check_table().await.unwrap();
    assert_exact(Role::Administrator, &recorder);

    let (store, _) = guarded(Role::Administrator).await;
    let refused = store.fetch(AccountId::generate().unwrap()).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misconfigured);
}

#[test]
fn r12_the_files_are_the_policies() {
    for role in Role::ALL {
        let path = format!("{}/deploy/iam-{}.json", env!("CARGO_MANIFEST_DIR"), role.name());
        let file = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(file, format!("{}\n", role.policy("${table_arn}")), "{path}");
    }
}
