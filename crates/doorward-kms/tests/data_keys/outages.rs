use super::*;

const OUTAGES: [KmsErrorKind; 4] = [
    KmsErrorKind::Throttled,
    KmsErrorKind::Timeout,
    KmsErrorKind::Unavailable,
    KmsErrorKind::Unreachable,
];

#[tokio::test]
async fn r25_sealing_outlasts_an_outage_until_the_key_is_used_up() {
    for outage in OUTAGES {
        let (service, keys) = with(limits());
        let first = seal(&keys, 0).await.unwrap();
        service.fail(outage);
        for seconds in 1..100 {
            assert_eq!(seal(&keys, seconds).await, Ok(first), "after {seconds} s");
        }
        assert_eq!(seal(&keys, 100).await, Err(outage));
        service.fail(None);
        assert_ne!(seal(&keys, 120).await.unwrap(), first);
    }
}

#[tokio::test]
async fn r25_opening_outlasts_an_outage_by_its_grace_and_no_longer() {
    for (grace, longest) in [(0, 100), (50, 150)] {
        for outage in OUTAGES {
            let (service, keys) = with(limits().outage_grace(Duration::from_secs(grace)));
            let wrapped = keys.sealing(&users(), 1, 1, at(0)).await.unwrap().wrapped().clone();
            service.fail(outage);
            for seconds in 0..200 {
                let opened = keys.opening(&users(), &wrapped, at(seconds)).await;
                assert_eq!(opened.is_ok(), seconds < longest, "{outage} after {seconds} s");
                if let Err(error) = opened {
                    assert!(error.is_retryable());
                    assert_eq!(error.kind(), outage);
                }
            }
        }
    }
}

#[tokio::test]
async fn r25_grace_is_not_for_sealing() {
    let (service, keys) = with(limits().outage_grace(Duration::from_secs(1_000)));
    seal(&keys, 0).await.unwrap();
    service.fail(KmsErrorKind::Unreachable);
    assert_eq!(seal(&keys, 100).await, Err(KmsErrorKind::Unreachable));
}

/// A thousand callers in ten seconds of outage make a handful of calls.
#[tokio::test]
async fn r25_an_outage_is_not_hammered_and_recovers() {
    let (service, keys) = with(limits());
    service.fail(KmsErrorKind::Throttled);
    for turn in 0..1_000 {
        let now = at(0) + Duration::from_millis(10 * turn);
        let error = keys.sealing(&users(), 1, 1, now).await.unwrap_err();
        assert_eq!(error.kind(), KmsErrorKind::Throttled);
    }
    let calls = service.calls();
    assert!((4..=14).contains(&calls), "{calls} calls");
    service.fail(None);
    seal(&keys, 30).await.unwrap();
    assert_eq!(service.calls(), calls + 1);
}

/// Other contexts, and records that are not cached, learn of the outage too.
#[tokio::test]
async fn r25_one_failure_is_known_in_every_context() {
    let (service, keys) = with(limits());
    let wrapped = keys.sealing(&users(), 1, 1, at(0)).await.unwrap().wrapped().clone();
    keys.forget();
    service.fail(KmsErrorKind::Timeout);
    seal(&keys, 0).await.unwrap_err();
    let calls = service.calls();
    for tenant in ["a", "b", "c"] {
        let context = EncryptionContext::fields(tenant, "users");
        keys.sealing(&context, 1, 1, at(0)).await.unwrap_err();
    }
    keys.opening(&users(), &wrapped, at(0)).await.unwrap_err();
    assert_eq!(service.calls(), calls);
}

/// The answer was lost, the key that it had seals nothing, and the next one does.
#[tokio::test]
async fn r25_a_lost_answer_costs_a_call() {
    let (service, keys) = with(limits());
    service.fail_next([Some(KmsErrorKind::Timeout)]);
    assert_eq!(seal(&keys, 0).await, Err(KmsErrorKind::Timeout));
    let first = seal(&keys, 1).await.unwrap();
    assert_eq!(seal(&keys, 2).await, Ok(first));
    assert_eq!(service.calls(), 2);
}
