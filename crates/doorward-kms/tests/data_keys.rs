//! The cache of data keys: bounds, parallel callers, outages.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(clippy::clone_on_ref_ptr, reason = "it becomes an Arc of the trait")]

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use doorward_fields::{Context, Place};
use doorward_kms::{
    CacheLimits, DataKey, DataKeys, EncryptionContext, KmsErrorKind, MemoryKeyService, WrappedKey,
};
use proptest::prelude::*;

struct World {
    service: Arc<MemoryKeyService>,
    keys: Arc<DataKeys>,
}

fn world(limits: CacheLimits) -> World {
    let service = Arc::new(MemoryKeyService::new());
    let arn = service.create_key();
    let keys = Arc::new(DataKeys::new(service.clone(), arn).with_limits(limits));
    World { service, keys }
}

fn users() -> EncryptionContext {
    EncryptionContext::fields("acme", "users")
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

impl World {
    async fn seal(&self, now: SystemTime) -> Result<Arc<DataKey>, doorward_kms::KmsError> {
        self.keys.sealing(&users(), 1, 1, now).await
    }
}

/// `tasks` tasks that seal `each` messages, one after the other; how many each data key sealed.
async fn crowd(world: &World, tasks: usize, each: usize) -> HashMap<WrappedKey, u64> {
    let tasks: Vec<_> = (0..tasks)
        .map(|_| {
            let keys = Arc::clone(&world.keys);
            tokio::spawn(async move {
                let mut used = Vec::new();
                for _ in 0..each {
                    let key = keys.sealing(&users(), 1, 32, at(0)).await.unwrap();
                    used.push(key.wrapped().clone());
                    tokio::task::yield_now().await;
                }
                used
            })
        })
        .collect();
    let mut counts = HashMap::new();
    for task in tasks {
        for wrapped in task.await.unwrap() {
            *counts.entry(wrapped).or_default() += 1;
        }
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r25_a_crowd_makes_one_call_and_the_bound_is_exact() {
    for (messages, keys) in [(100_000, 1), (1_000, 10), (37, 271)] {
        let limits = CacheLimits::default().max_messages(messages).unwrap();
        let world = world(limits);
        world.service.answer_after(20);
        let counts = crowd(&world, 32, 10_000 / 32 + 1).await;
        let sealed: u64 = counts.values().sum();
        assert_eq!(sealed, 32 * 313);
        assert!(counts.values().all(|count| *count <= messages), "{messages}: {counts:?}");
        // At most the next one was fetched ahead.
        let calls = world.service.calls();
        assert!((keys..=keys + 1).contains(&calls), "{messages}: {calls} calls");
    }
}

#[tokio::test]
async fn r25_bytes_are_bounded_as_messages_are() {
    let world = world(CacheLimits::default().max_bytes(100).unwrap());
    let first = world.keys.sealing(&users(), 1, 60, at(0)).await.unwrap();
    let second = world.keys.sealing(&users(), 1, 41, at(0)).await.unwrap();
    assert_ne!(first.wrapped(), second.wrapped());
    let error = world.keys.sealing(&users(), 1, 101, at(0)).await.unwrap_err();
    assert_eq!(error.kind(), KmsErrorKind::TooMuch);
}

#[tokio::test]
async fn r25_a_data_key_is_used_until_its_age_and_not_longer() {
    let world = world(CacheLimits::default());
    let first = world.seal(at(0)).await.unwrap();
    assert_eq!(world.seal(at(239)).await.unwrap().wrapped(), first.wrapped());
    assert_eq!(world.service.calls(), 1);
    // Past four fifths of its age the next one is fetched, and the present one seals on.
    assert_eq!(world.seal(at(250)).await.unwrap().wrapped(), first.wrapped());
    assert_eq!(world.service.calls(), 2);
    assert_ne!(world.seal(at(300)).await.unwrap().wrapped(), first.wrapped());
    assert_eq!(world.service.calls(), 2);
}

#[tokio::test]
async fn r25_a_clock_that_jumps_ends_a_data_key() {
    for jump in [at(10_000), SystemTime::UNIX_EPOCH] {
        let world = world(CacheLimits::default());
        let first = world.seal(at(0)).await.unwrap();
        assert_ne!(world.seal(jump).await.unwrap().wrapped(), first.wrapped());
    }
}

#[tokio::test]
async fn r25_sealing_survives_an_outage_as_long_as_its_bounds() {
    let world = world(CacheLimits::default());
    let first = world.seal(at(0)).await.unwrap();
    world.service.fail(KmsErrorKind::Unreachable);
    for second in [1, 100, 260, 299] {
        assert_eq!(world.seal(at(second)).await.unwrap().wrapped(), first.wrapped());
    }
    let error = world.seal(at(301)).await.unwrap_err();
    assert_eq!(error.kind(), KmsErrorKind::Unreachable);
    assert!(error.is_retryable());
    world.service.fail(None);
    world.seal(at(330)).await.unwrap();
}

#[tokio::test]
async fn r25_opening_survives_an_outage_for_the_grace_that_was_asked_for() {
    for (grace, until) in [(0, 299), (600, 899)] {
        let limits = CacheLimits::default().outage_grace(Duration::from_secs(grace));
        let world = world(limits);
        let key = world.seal(at(0)).await.unwrap();
        world.service.fail(KmsErrorKind::Timeout);
        let open = async |second| world.keys.opening(&users(), key.wrapped(), at(second)).await;
        assert!(open(until).await.is_ok(), "grace {grace}");
        assert_eq!(open(until + 1).await.unwrap_err().kind(), KmsErrorKind::Timeout);
    }
}

#[tokio::test]
async fn r25_a_denial_ends_what_is_cached_at_once() {
    for kind in [KmsErrorKind::Denied, KmsErrorKind::Disabled, KmsErrorKind::NotFound] {
        let limits = CacheLimits::default().outage_grace(Duration::from_secs(3_600));
        let world = world(limits);
        let key = world.seal(at(0)).await.unwrap();
        world.service.fail(kind);
        // The next key is asked for ahead of time, and denied: the present one goes, too.
        assert_eq!(world.seal(at(250)).await.unwrap_err().kind(), kind);
        assert_eq!(world.seal(at(250)).await.unwrap_err().kind(), kind);
        let error = world.keys.opening(&users(), key.wrapped(), at(250)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "no grace for a denial");
    }
}

#[tokio::test]
async fn r25_a_crowd_shares_one_failure() {
    let world = world(CacheLimits::default());
    world.service.answer_after(20);
    world.service.fail(KmsErrorKind::Throttled);
    let tasks: Vec<_> = (0..1_000)
        .map(|_| {
            let keys = Arc::clone(&world.keys);
            tokio::spawn(
                async move { keys.sealing(&users(), 1, 1, at(0)).await.unwrap_err().kind() },
            )
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), KmsErrorKind::Throttled);
    }
    assert_eq!(world.service.calls(), 1);
}

#[tokio::test]
async fn r25_a_caller_who_leaves_does_not_hold_up_the_others() {
    let world = world(CacheLimits::default());
    world.service.answer_after(u64::MAX);
    let keys = Arc::clone(&world.keys);
    let leader = tokio::spawn(async move { keys.sealing(&users(), 1, 1, at(0)).await });
    while world.service.calls() == 0 {
        tokio::task::yield_now().await;
    }
    let keys = Arc::clone(&world.keys);
    let waiter = tokio::spawn(async move { keys.sealing(&users(), 1, 1, at(0)).await });
    tokio::task::yield_now().await;
    world.service.answer_after(0);
    leader.abort();
    assert!(waiter.await.unwrap().is_ok());
}

#[tokio::test]
async fn r25_what_was_just_sealed_is_read_without_a_call() {
    let world = world(CacheLimits::default());
    let key = world.seal(at(0)).await.unwrap();
    world.keys.opening(&users(), key.wrapped(), at(1)).await.unwrap();
    assert_eq!(world.service.calls(), 1);
}

#[tokio::test]
async fn the_cache_keeps_no_more_than_its_entries() {
    let limits =
        CacheLimits::default().max_messages(1).unwrap().entries(NonZeroUsize::new(4).unwrap());
    let world = world(limits);
    let mut sealed = Vec::new();
    for _ in 0..12 {
        sealed.push(world.seal(at(0)).await.unwrap().wrapped().clone());
    }
    let before = world.service.calls();
    for wrapped in &sealed {
        world.keys.opening(&users(), wrapped, at(1)).await.unwrap();
    }
    assert!(world.service.calls() - before >= 8, "eight at least had to be asked for");
}

#[tokio::test]
async fn r24_a_data_key_opens_in_its_own_context_and_under_an_allowed_key_only() {
    let world = world(CacheLimits::default());
    let key = world.seal(at(0)).await.unwrap();
    let fresh = DataKeys::new(world.service.clone(), world.keys.key().clone());
    let elsewhere = EncryptionContext::fields("acme", "orders");
    let error = fresh.opening(&elsewhere, key.wrapped(), at(0)).await.unwrap_err();
    assert_eq!(error.kind(), KmsErrorKind::Invalid);

    // Whoever writes to the table puts a key of his own there.
    let foreign = DataKeys::new(world.service.clone(), world.service.create_key());
    let planted = foreign.sealing(&users(), 1, 1, at(0)).await.unwrap();
    let before = world.service.calls();
    let error = fresh.opening(&users(), planted.wrapped(), at(0)).await.unwrap_err();
    assert_eq!(error.kind(), KmsErrorKind::Untrusted);
    assert_eq!(world.service.calls(), before, "KMS is not asked");
}

#[tokio::test]
async fn r25_a_rewrapped_data_key_opens_what_it_sealed() {
    let world = world(CacheLimits::default());
    let key = world.seal(at(0)).await.unwrap();
    let place = Place { tenant: "acme", table: "users", record: b"u", field: "email", version: 1 };
    let envelope = key.keyring().seal(&Context::new(place), b"alice").unwrap();

    let new = world.service.create_key();
    let keys =
        DataKeys::new(world.service.clone(), new.clone()).also_opening(world.keys.key().clone());
    let rewrapped = keys.rewrap(&users(), key.wrapped()).await.unwrap().unwrap();
    assert_eq!((rewrapped.key(), rewrapped.id()), (&new, key.wrapped().id()));
    let opened = keys.opening(&users(), &rewrapped, at(0)).await.unwrap();
    let opened = opened.keyring().open(&Context::new(place), &envelope).unwrap();
    assert_eq!(opened.expose_secret(), b"alice");
    assert_eq!(keys.rewrap(&users(), &rewrapped).await.unwrap(), None);
}

#[tokio::test]
async fn law_08_debug_shows_no_data_key() {
    let world = world(CacheLimits::default());
    let key = world.seal(at(0)).await.unwrap();
    for text in [format!("{key:?}"), format!("{:?}", world.keys)] {
        assert!(text.contains("[REDACTED]"), "{text}");
    }
}

proptest! {
    /// Whatever is asked for, in whatever portions: no data key seals more than its bounds.
    #[test]
    fn r25_no_data_key_exceeds_its_bounds(
        demands in prop::collection::vec((1u64..20, 0u64..300), 1..60), messages in 20u64..50, bytes in 300u64..900,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let limits = CacheLimits::default().max_messages(messages).unwrap().max_bytes(bytes).unwrap();
        let world = world(limits);
        let mut spent: HashMap<WrappedKey, (u64, u64)> = HashMap::new();
        for (more_messages, more_bytes) in demands {
            let key = runtime
                .block_on(world.keys.sealing(&users(), more_messages, more_bytes, at(0)))
                .unwrap();
            let spent = spent.entry(key.wrapped().clone()).or_default();
            *spent = (spent.0 + more_messages, spent.1 + more_bytes);
            prop_assert!(spent.0 <= messages && spent.1 <= bytes);
        }
    }
}
