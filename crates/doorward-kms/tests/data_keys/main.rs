//! Data keys over a key service in memory, whose faults are made.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bounds;
mod outages;
mod revocation;
mod single_flight;
mod trust;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use doorward_kms::{CacheLimits, DataKeys, EncryptionContext, KmsErrorKind, MemoryKeyService};

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds)
}

fn users() -> EncryptionContext {
    EncryptionContext::fields("acme", "users")
}

fn limits() -> CacheLimits {
    CacheLimits::default().max_age(Duration::from_secs(100)).unwrap()
}

fn with(limits: CacheLimits) -> (Arc<MemoryKeyService>, Arc<DataKeys>) {
    let service = Arc::new(MemoryKeyService::new());
    let arn = service.create_key();
    let keys = DataKeys::new(Arc::<MemoryKeyService>::clone(&service), arn).with_limits(limits);
    (service, Arc::new(keys))
}

/// What comes of sealing one message of ten bytes.
async fn seal(keys: &DataKeys, seconds: u64) -> Result<u32, KmsErrorKind> {
    let key = keys.sealing(&users(), 1, 10, at(seconds)).await;
    key.map(|key| key.wrapped().id().get()).map_err(|error| error.kind())
}
