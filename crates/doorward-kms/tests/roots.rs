//! Root secrets that KMS wraps, and passes that rewrap data keys.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(clippy::clone_on_ref_ptr, reason = "it becomes an Arc of the trait")]

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use doorward_fields::rotation::{Page, Pass, Progress, Swapped, Table};
use doorward_fields::{KeyId, KeySet, KeyStatus};
use doorward_kms::{
    DataKeys, EncryptionContext, KmsError, KmsErrorKind, MemoryKeyService, Rewrap, RootSecrets,
    RootSecretsError, WrappedKey,
};
use proptest::prelude::*;

fn set() -> KeySet {
    let mut set = KeySet::generate().unwrap();
    let new = set.add_pending().unwrap();
    set.promote(new).unwrap();
    let newest = set.add_pending().unwrap();
    set.retire(KeyId::new(1)).unwrap();
    set.set_minimum_open(new).unwrap();
    assert_eq!(set.status(newest), Some(KeyStatus::Pending));
    set
}

#[tokio::test]
async fn r25_a_set_survives_wrapping_and_the_text_holds_no_secret() {
    let service = Arc::new(MemoryKeyService::new());
    let roots = RootSecrets::new(service.clone(), service.create_key());
    let set = set();
    let text = roots.wrap(&set).await.unwrap();
    for entry in set.expose_secret().lines().filter(|entry| entry.matches(':').count() == 2) {
        let secret = entry.rsplit(':').next().unwrap();
        assert!(!text.contains(secret));
    }
    let again = roots.unwrap(&text).await.unwrap();
    assert_eq!(*again.expose_secret(), *set.expose_secret());
}

#[tokio::test]
async fn r25_a_root_opens_under_its_own_id_only() {
    let service = Arc::new(MemoryKeyService::new());
    let roots = RootSecrets::new(service.clone(), service.create_key());
    let text = roots.wrap(&KeySet::generate().unwrap()).await.unwrap();
    let renamed = text.replace("1:primary", "2:primary");
    let error = roots.unwrap(&renamed).await.unwrap_err();
    assert!(matches!(error, RootSecretsError::Malformed { entry: 1 }), "{error:?}");
}

#[tokio::test]
async fn r25_an_outage_gives_no_part_of_a_set() {
    let service = Arc::new(MemoryKeyService::new());
    let roots = RootSecrets::new(service.clone(), service.create_key());
    let text = roots.wrap(&set()).await.unwrap();
    service.fail_next([None, Some(KmsErrorKind::Throttled)]);
    let error = roots.unwrap(&text).await.unwrap_err();
    assert!(matches!(error, RootSecretsError::Kms { source, .. } if source.is_retryable()));
    roots.unwrap(&text).await.unwrap();
}

#[tokio::test]
async fn r25_rewrapped_roots_need_the_former_key_no_more() {
    let service = Arc::new(MemoryKeyService::new());
    let (old, new) = (service.create_key(), service.create_key());
    let set = set();
    let text = RootSecrets::new(service.clone(), old.clone()).wrap(&set).await.unwrap();
    let alone = RootSecrets::new(service.clone(), new.clone());
    let error = alone.unwrap(&text).await.unwrap_err();
    assert!(
        matches!(error, RootSecretsError::Kms { source, .. } if source.kind() == KmsErrorKind::Untrusted)
    );

    let text = alone.clone().also_opening(old).rewrap(&text).await.unwrap();
    assert_eq!(*alone.unwrap(&text).await.unwrap().expose_secret(), *set.expose_secret());
    assert_eq!(alone.rewrap(&text).await.unwrap(), text);
}

proptest! {
    #[test]
    fn unwrapping_never_panics_and_never_shows_what_it_read(text in "[0-9a-z:,#\n-]{0,80}") {
        let service = Arc::new(MemoryKeyService::new());
        let roots = RootSecrets::new(service.clone(), service.create_key());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let _ = runtime.block_on(roots.unwrap(&text)).map_err(|error| error.to_string());
    }
}

/// Wrapped keys by the number of their record.
struct Stored(Mutex<BTreeMap<u32, WrappedKey>>);

impl Table for Stored {
    type Error = KmsError;
    type Key = u32;
    type Record = WrappedKey;

    async fn keys(&self, after: Option<&u32>, limit: NonZeroUsize) -> Result<Page<u32>, KmsError> {
        let from = after.map_or(0, |key| key + 1);
        let stored = self.0.lock().unwrap();
        let keys: Vec<_> = stored.range(from..).map(|(key, _)| *key).take(limit.get()).collect();
        Ok(Page { next: keys.last().copied(), keys })
    }

    async fn read(&self, key: &u32) -> Result<Option<WrappedKey>, KmsError> {
        Ok(self.0.lock().unwrap().get(key).cloned())
    }

    async fn swap(
        &self,
        key: &u32,
        _: &WrappedKey,
        renewed: WrappedKey,
    ) -> Result<Swapped, KmsError> {
        self.0.lock().unwrap().insert(*key, renewed);
        Ok(Swapped::Done)
    }

    fn is_outage(&self, _: &KmsError) -> bool {
        true
    }
}

#[tokio::test]
async fn r25_a_pass_rewraps_every_data_key_and_goes_on_after_an_outage() -> Result<(), Infallible> {
    let service = Arc::new(MemoryKeyService::new());
    let (old, new) = (service.create_key(), service.create_key());
    let context = EncryptionContext::fields("acme", "users");
    let before = DataKeys::new(service.clone(), old.clone());
    let mut stored = BTreeMap::new();
    for record in 0..25 {
        let key = before.sealing(&context, 100_000, 0, SystemTime::UNIX_EPOCH).await.unwrap();
        stored.insert(record, key.wrapped().clone());
    }
    let table = Stored(Mutex::new(stored));
    let keys = DataKeys::new(service.clone(), new.clone()).also_opening(old);
    let work = Rewrap::new(&keys, context, |record: &WrappedKey| record, |_: &WrappedKey, new| new);
    let pass = Pass::new(&table, work).page_size(NonZeroUsize::new(10).unwrap());

    service.fail_next([None, None, None, Some(KmsErrorKind::Throttled)]);
    let outage = pass.page(None).await.unwrap_err();
    assert!(outage.is_retryable());
    let mut sum = Progress::default();
    loop {
        sum += pass.page(sum.next.as_ref()).await.unwrap();
        if sum.next.is_none() {
            break;
        }
    }
    assert_eq!((sum.renewed, sum.current), (22, 3));
    assert!(table.0.lock().unwrap().values().all(|wrapped| *wrapped.key() == new));
    Ok(())
}
