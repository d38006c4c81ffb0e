use std::collections::HashMap;
use std::num::NonZeroUsize;

use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever is asked for by how many at once, and whatever the service does meanwhile.
    #[test]
    fn r25_no_data_key_seals_more_than_its_bounds(
        max_messages in 1u64..20,
        max_bytes in 1u64..200,
        demands in prop::collection::vec((1u64..6, 0u64..60), 1..80),
        faults in prop::collection::vec(prop::bool::weighted(0.3), 0..20),
        yields in 0u64..4,
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
        let spent = runtime.block_on(async {
            let limits = limits().max_messages(max_messages).unwrap().max_bytes(max_bytes).unwrap();
            let (service, keys) = with(limits);
            service.answer_after(yields);
            service.fail_next(faults.iter().map(|fails| fails.then_some(KmsErrorKind::Throttled)));
            let tasks: Vec<_> = (0u64..).zip(demands).map(|(turn, (messages, bytes))| {
                let keys = Arc::clone(&keys);
                tokio::spawn(async move {
                    // Some come back a second later, when the service is tried again.
                    let key = keys.sealing(&users(), messages, bytes, at(turn % 3)).await;
                    key.ok().map(|key| (key.wrapped().to_bytes(), messages, bytes))
                })
            }).collect();
            let mut spent = HashMap::<_, (u64, u64)>::new();
            for task in tasks {
                if let Some((name, messages, bytes)) = task.await.unwrap() {
                    let sum = spent.entry(name).or_default();
                    *sum = (sum.0 + messages, sum.1 + bytes);
                }
            }
            spent
        });
        for (messages, bytes) in spent.into_values() {
            prop_assert!(messages <= max_messages && bytes <= max_bytes, "{messages}, {bytes}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r25_ten_thousand_messages_of_a_crowd_make_as_few_calls_as_the_bound_allows() {
    for (max_messages, fewest) in [(100_000, 1), (1_000, 10), (37, 271)] {
        let (service, keys) = with(limits().max_messages(max_messages).unwrap());
        service.answer_after(20);
        let tasks: Vec<_> = (0..32)
            .map(|_| {
                let keys = Arc::clone(&keys);
                tokio::spawn(async move {
                    for _ in 0..313 {
                        seal(&keys, 0).await.unwrap();
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        // At most the next one was fetched ahead.
        let calls = service.calls();
        assert!((fewest..=fewest + 1).contains(&calls), "{max_messages}: {calls} calls");
    }
}

#[tokio::test]
async fn r25_a_bound_is_used_to_the_full_and_not_beyond() {
    let (service, keys) = with(limits().max_messages(5).unwrap());
    let mut ids = Vec::new();
    for _ in 0..10 {
        ids.push(seal(&keys, 0).await.unwrap());
    }
    assert_eq!(ids[..5], [ids[0]; 5]);
    assert_eq!(ids[5..], [ids[5]; 5]);
    assert_ne!(ids[0], ids[5]);
    assert_eq!(service.calls(), 3, "the last of each five fetched the next");
}

#[tokio::test]
async fn r25_more_at_once_than_a_key_may_seal_is_refused() {
    let (service, keys) = with(limits().max_messages(4).unwrap().max_bytes(100).unwrap());
    for (messages, bytes) in [(5, 1), (1, 101), (u64::MAX, u64::MAX)] {
        let error = keys.sealing(&users(), messages, bytes, at(0)).await.unwrap_err();
        assert_eq!(error.kind(), KmsErrorKind::TooMuch);
    }
    assert_eq!(service.calls(), 0);
}

#[tokio::test]
async fn r25_an_aged_key_neither_seals_nor_opens_without_kms() {
    let (service, keys) = with(limits());
    let key = keys.sealing(&users(), 1, 10, at(0)).await.unwrap();
    let (first, wrapped) = (key.wrapped().id().get(), key.wrapped().clone());
    drop(key);
    assert_eq!(seal(&keys, 79).await, Ok(first));
    keys.opening(&users(), &wrapped, at(99)).await.unwrap();
    assert_eq!(service.calls(), 1, "what was just made need not be unwrapped");
    assert_ne!(seal(&keys, 100).await, Ok(first));
    keys.opening(&users(), &wrapped, at(100)).await.unwrap();
    assert_eq!(service.calls(), 3);
}

#[tokio::test]
async fn r25_a_clock_that_is_set_back_makes_keys_too_old() {
    let (service, keys) = with(limits());
    let first = seal(&keys, 1_000).await.unwrap();
    assert_eq!(seal(&keys, 990).await, Ok(first), "callers are not in step");
    assert_ne!(seal(&keys, 900).await, Ok(first));
    assert_eq!(service.calls(), 2);
}

#[tokio::test]
async fn r25_the_cache_has_no_more_entries_than_it_may() {
    let (service, keys) = with(limits().entries(NonZeroUsize::new(2).unwrap()));
    let mut stored = Vec::new();
    for tenant in ["a", "b", "c"] {
        let context = EncryptionContext::fields(tenant, "users");
        let key = keys.sealing(&context, 1, 1, at(0)).await.unwrap();
        stored.push((context, key.wrapped().clone()));
    }
    assert_eq!(service.calls(), 3);
    for (context, wrapped) in stored.iter().rev() {
        keys.opening(context, wrapped, at(1)).await.unwrap();
    }
    assert_eq!(service.calls(), 4, "the first had to go");
    keys.forget();
    keys.opening(&stored[2].0, &stored[2].1, at(1)).await.unwrap();
    assert_eq!(service.calls(), 5);
}
