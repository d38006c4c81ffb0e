//! The real client against a KMS server that is not ours: that of moto. `.ci/run kms` starts one.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(clippy::clone_on_ref_ptr, reason = "it becomes an Arc of the trait")]

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_sdk_kms::Client;
use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_http_client::Builder;
use doorward_fields::{Context, KeySet, Place};
use doorward_kms::{
    AwsKms, DataKeys, EncryptionContext, KeyArn, KmsErrorKind, RootSecrets, WrappedKey,
};

fn endpoint() -> String {
    std::env::var("DOORWARD_KMS_ENDPOINT")
        .expect("DOORWARD_KMS_ENDPOINT is not set: run .ci/run kms, which starts a server")
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "secret", None, None, "tests")
}

/// What an administrator does, and our client cannot.
fn administrator() -> Client {
    let config = aws_sdk_kms::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .credentials_provider(credentials())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint())
        .http_client(Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

async fn new_key() -> KeyArn {
    let answer = administrator().create_key().send().await.unwrap();
    KeyArn::parse(answer.key_metadata().unwrap().arn().unwrap()).unwrap()
}

async fn client() -> Arc<AwsKms> {
    let kms = AwsKms::builder()
        .region("us-east-1")
        .credentials(credentials())
        .plain_http_on_loopback(endpoint());
    Arc::new(kms.connect().await.unwrap())
}

fn users() -> EncryptionContext {
    EncryptionContext::fields("acme", "users")
}

fn email() -> Context<'static> {
    Context::new(Place { tenant: "acme", table: "users", record: b"u", field: "email", version: 1 })
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

#[tokio::test]
#[ignore = "needs a KMS server: .ci/run kms"]
async fn r25_a_record_is_sealed_here_and_opened_by_another_process() -> Result<(), Box<dyn Error>> {
    let (kms, arn) = (client().await, new_key().await);
    let keys = DataKeys::new(kms.clone(), arn.clone());
    let key = keys.sealing(&users(), 1, 5, now()).await?;
    let sealed = key.keyring().seal(&email(), b"alice")?;
    let stored = key.wrapped().to_bytes();

    let other = DataKeys::new(client().await, arn);
    let wrapped = WrappedKey::parse(&stored)?;
    let key = other.opening(&users(), &wrapped, now()).await?;
    assert_eq!(key.keyring().open(&email(), &sealed)?.expose_secret(), b"alice");

    let elsewhere = EncryptionContext::fields("acme", "orders");
    let error = other.opening(&elsewhere, &wrapped, now()).await.unwrap_err();
    assert_eq!(error.kind(), KmsErrorKind::Invalid, "{:?}", error.source());
    Ok(())
}

#[tokio::test]
#[ignore = "needs a KMS server: .ci/run kms"]
async fn r25_a_data_key_is_rewrapped_and_the_sealed_field_stays() -> Result<(), Box<dyn Error>> {
    let (kms, old, new) = (client().await, new_key().await, new_key().await);
    let key = DataKeys::new(kms.clone(), old.clone()).sealing(&users(), 1, 5, now()).await?;
    let sealed = key.keyring().seal(&email(), b"alice")?;

    let keys = DataKeys::new(kms.clone(), new.clone()).also_opening(old);
    let rewrapped = keys.rewrap(&users(), key.wrapped()).await?.unwrap();
    assert_eq!(*rewrapped.key(), new);
    assert_eq!(keys.rewrap(&users(), &rewrapped).await?, None);

    // The old key is needed no more.
    let key = DataKeys::new(kms, new).opening(&users(), &rewrapped, now()).await?;
    assert_eq!(key.keyring().open(&email(), &sealed)?.expose_secret(), b"alice");
    Ok(())
}

#[tokio::test]
#[ignore = "needs a KMS server: .ci/run kms"]
async fn r25_root_secrets_are_unwrapped_at_the_start() -> Result<(), Box<dyn Error>> {
    let (kms, old, new) = (client().await, new_key().await, new_key().await);
    let mut set = KeySet::generate()?;
    let id = set.add_pending()?;
    set.promote(id)?;
    let text = RootSecrets::new(kms.clone(), old.clone()).wrap(&set).await?;
    let text = RootSecrets::new(kms.clone(), new.clone()).also_opening(old).rewrap(&text).await?;
    let again = RootSecrets::new(kms, new).unwrap(&text).await?;
    assert_eq!(*again.expose_secret(), *set.expose_secret());
    Ok(())
}

#[tokio::test]
#[ignore = "needs a KMS server: .ci/run kms"]
async fn a_key_that_is_not_there_is_named_to_the_operator() {
    let arn = new_key().await;
    let other = KeyArn::parse(&format!("{arn}0")).unwrap();
    let keys = DataKeys::new(client().await, other);
    let error = keys.sealing(&users(), 1, 5, now()).await.unwrap_err();
    assert_eq!(error.kind(), KmsErrorKind::NotFound, "{:?}", error.source());
    assert_eq!(error.to_string(), "the key service gave no key");
}
