use doorward_fields::{Context, Place};
use doorward_kms::WrappedKey;

use super::*;

const EMAIL: Place<'_> =
    Place { tenant: "acme", table: "users", record: b"u-17", field: "email", version: 1 };

#[tokio::test]
async fn r25_a_key_that_is_not_allowed_is_refused_without_asking() {
    let (service, keys) = with(limits());
    let foreign = DataKeys::new(Arc::<MemoryKeyService>::clone(&service), service.create_key());
    let wrapped = foreign.sealing(&users(), 1, 1, at(0)).await.unwrap().wrapped().clone();
    let calls = service.calls();
    let error = keys.opening(&users(), &wrapped, at(0)).await.unwrap_err();
    assert_eq!(error.kind(), KmsErrorKind::Untrusted);
    assert_eq!(keys.rewrap(&users(), &wrapped).await.unwrap_err().kind(), KmsErrorKind::Untrusted);
    assert_eq!(service.calls(), calls);

    let both = DataKeys::new(Arc::<MemoryKeyService>::clone(&service), keys.key().clone())
        .also_opening(foreign.key().clone());
    both.opening(&users(), &wrapped, at(0)).await.unwrap();
}

#[tokio::test]
async fn r25_another_context_opens_nothing() {
    let (_, keys) = with(limits());
    let wrapped = keys.sealing(&users(), 1, 1, at(0)).await.unwrap().wrapped().clone();
    for (tenant, table) in [("acme", "orders"), ("other", "users"), ("", "users"), ("acme", "")] {
        let context = EncryptionContext::fields(tenant, table);
        let error = keys.opening(&context, &wrapped, at(0)).await.unwrap_err();
        assert_eq!(error.kind(), KmsErrorKind::Invalid, "{tenant}/{table}");
    }
}

/// The id stands in clear. Under another one nothing opens, not even with the right key.
#[tokio::test]
async fn r25_a_renamed_data_key_opens_nothing() {
    let (_, keys) = with(limits());
    let key = keys.sealing(&users(), 1, 5, at(0)).await.unwrap();
    let envelope = key.keyring().seal(&Context::new(EMAIL), b"alice").unwrap();
    let mut bytes = key.wrapped().to_bytes();
    bytes[1] ^= 1;
    let renamed = WrappedKey::parse(&bytes).unwrap();
    let key = keys.opening(&users(), &renamed, at(0)).await.unwrap();
    assert!(key.keyring().open(&Context::new(EMAIL), &envelope).is_err());
}

#[tokio::test]
async fn r25_a_rewrapped_key_opens_what_it_sealed() {
    let (service, old) = with(limits());
    let key = old.sealing(&users(), 1, 5, at(0)).await.unwrap();
    let envelope = key.keyring().seal(&Context::new(EMAIL), b"alice").unwrap();
    let new = DataKeys::new(Arc::<MemoryKeyService>::clone(&service), service.create_key())
        .also_opening(old.key().clone());

    let renewed = new.rewrap(&users(), key.wrapped()).await.unwrap().unwrap();
    assert_eq!((renewed.id(), renewed.key()), (key.wrapped().id(), new.key()));
    assert_eq!(new.rewrap(&users(), &renewed).await.unwrap(), None);
    let orders = EncryptionContext::fields("acme", "orders");
    assert!(new.rewrap(&orders, key.wrapped()).await.is_err());

    let opened = new.opening(&users(), &renewed, at(0)).await.unwrap();
    let email = opened.keyring().open(&Context::new(EMAIL), &envelope).unwrap();
    assert_eq!(email.expose_secret(), b"alice");
}

/// What an operator prints. The secret itself cannot be had from a keyring to compare with.
#[tokio::test]
async fn law_08_debug_shows_no_key() {
    let (_, keys) = with(limits());
    let key = keys.sealing(&users(), 1, 1, at(0)).await.unwrap();
    for text in [format!("{keys:?} {keys:#?}"), format!("{key:?} {key:#?}")] {
        assert!(text.contains("[REDACTED]"), "{text}");
    }
    assert!(!format!("{:?}", key.wrapped()).contains('['), "bytes of the blob");
}
