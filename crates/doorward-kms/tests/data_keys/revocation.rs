use super::*;

const DENIALS: [KmsErrorKind; 3] =
    [KmsErrorKind::Denied, KmsErrorKind::Disabled, KmsErrorKind::NotFound];

#[tokio::test]
async fn r25_a_key_that_is_gone_ends_all_that_is_cached_of_it_without_grace() {
    for denial in [KmsErrorKind::Disabled, KmsErrorKind::NotFound] {
        let (service, keys) = with(limits().outage_grace(Duration::from_secs(1_000)));
        let first = keys.sealing(&users(), 1, 1, at(0)).await.unwrap().wrapped().clone();
        let orders = EncryptionContext::fields("acme", "orders");
        let second = keys.sealing(&orders, 1, 1, at(50)).await.unwrap().wrapped().clone();
        service.fail(denial);
        // The first one is due. What KMS says of it holds for all that the key has wrapped.
        let error = keys.opening(&users(), &first, at(100)).await.unwrap_err();
        assert!(error.kind() == denial && !error.is_retryable());
        for (context, wrapped) in [(&users(), &first), (&orders, &second)] {
            assert_eq!(keys.opening(context, wrapped, at(101)).await.unwrap_err().kind(), denial);
            assert_eq!(keys.sealing(context, 1, 1, at(101)).await.unwrap_err().kind(), denial);
        }
        service.fail(None);
        keys.opening(&orders, &second, at(200)).await.unwrap();
        keys.sealing(&orders, 1, 1, at(200)).await.unwrap();
    }
}

/// A key policy may deny one context: the others notice nothing.
#[tokio::test]
async fn r25_a_denial_ends_what_is_cached_of_its_context_alone() {
    let (service, keys) = with(limits().outage_grace(Duration::from_secs(1_000)));
    let first = keys.sealing(&users(), 1, 1, at(0)).await.unwrap().wrapped().clone();
    let orders = EncryptionContext::fields("acme", "orders");
    let second = keys.sealing(&orders, 1, 1, at(50)).await.unwrap().wrapped().clone();
    service.fail(KmsErrorKind::Denied);
    for second_of_many in [100, 101, 120] {
        let now = at(second_of_many);
        let error = keys.opening(&users(), &first, now).await.unwrap_err();
        assert_eq!(error.kind(), KmsErrorKind::Denied);
        let error = keys.sealing(&users(), 1, 1, now).await.unwrap_err();
        assert_eq!(error.kind(), KmsErrorKind::Denied);
        keys.opening(&orders, &second, now).await.unwrap();
        keys.sealing(&orders, 1, 1, now).await.unwrap();
    }
}

#[tokio::test]
async fn r25_what_was_under_way_when_all_was_forgotten_is_not_kept() {
    let (service, keys) = with(limits());
    service.answer_after(50);
    let sealing = {
        let keys = Arc::clone(&keys);
        tokio::spawn(async move { keys.sealing(&users(), 1, 1, at(0)).await.unwrap() })
    };
    while service.calls() == 0 {
        tokio::task::yield_now().await;
    }
    keys.forget();
    let key = sealing.await.unwrap();
    keys.opening(&users(), key.wrapped(), at(0)).await.unwrap();
    assert_eq!(service.calls(), 2, "it was asked for again");
    let next = keys.sealing(&users(), 1, 1, at(0)).await.unwrap();
    assert_ne!(next.wrapped(), key.wrapped());
}

#[tokio::test]
async fn r25_a_denial_while_fetching_ahead_ends_the_present_key() {
    for denial in DENIALS {
        let (service, keys) = with(limits());
        seal(&keys, 0).await.unwrap();
        service.fail(denial);
        assert_eq!(seal(&keys, 90).await, Err(denial));
        assert_eq!(seal(&keys, 90).await, Err(denial));
    }
}

#[tokio::test]
async fn r25_what_was_refused_is_not_asked_for_again_at_once() {
    for refusal in [KmsErrorKind::Denied, KmsErrorKind::Invalid] {
        let (service, keys) = with(limits());
        let wrapped = keys.sealing(&users(), 1, 1, at(0)).await.unwrap().wrapped().clone();
        keys.forget();
        service.fail(refusal);
        let before = service.calls();
        for _ in 0..1_000 {
            let error = keys.opening(&users(), &wrapped, at(1)).await.unwrap_err();
            assert_eq!(error.kind(), refusal);
        }
        assert_eq!(service.calls(), before + 1);
    }
}

/// One damaged record does not shut the door for the others.
#[tokio::test]
async fn r25_a_blob_that_is_refused_concerns_nobody_else() {
    let (service, keys) = with(limits());
    let first = keys.sealing(&users(), 1, 1, at(0)).await.unwrap().wrapped().clone();
    service.fail_next([Some(KmsErrorKind::Invalid)]);
    keys.opening(&users(), &first, at(100)).await.unwrap_err();
    seal(&keys, 100).await.unwrap();
}
