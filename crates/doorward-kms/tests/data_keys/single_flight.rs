use async_trait::async_trait;
use doorward_kms::{GeneratedKey, KeyArn, KeyService, KmsError};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::*;

/// Answers, or panics, when it is let.
#[derive(Debug)]
struct Gated {
    inner: MemoryKeyService,
    gate: Semaphore,
    panics: bool,
}

impl Gated {
    fn with(panics: bool) -> (Arc<Self>, Arc<DataKeys>) {
        let (inner, gate) = (MemoryKeyService::new(), Semaphore::new(0));
        let arn = inner.create_key();
        let service = Arc::new(Self { inner, gate, panics });
        let keys = DataKeys::new(Arc::<Self>::clone(&service), arn).with_limits(limits());
        (service, Arc::new(keys))
    }

    async fn pass(&self) {
        self.gate.acquire().await.unwrap().forget();
        assert!(!self.panics, "as it was asked to");
    }
}

#[async_trait]
impl KeyService for Gated {
    async fn generate(
        &self,
        key: &KeyArn,
        context: &EncryptionContext,
    ) -> Result<GeneratedKey, KmsError> {
        let answer = self.inner.generate(key, context).await;
        self.pass().await;
        answer
    }

    async fn encrypt(
        &self,
        key: &KeyArn,
        secret: &[u8; 32],
        context: &EncryptionContext,
    ) -> Result<Vec<u8>, KmsError> {
        self.inner.encrypt(key, secret, context).await
    }

    async fn decrypt(
        &self,
        key: &KeyArn,
        blob: &[u8],
        context: &EncryptionContext,
    ) -> Result<Zeroizing<[u8; 32]>, KmsError> {
        let answer = self.inner.decrypt(key, blob, context).await;
        self.pass().await;
        answer
    }

    async fn re_encrypt(
        &self,
        from: &KeyArn,
        to: &KeyArn,
        blob: &[u8],
        context: &EncryptionContext,
    ) -> Result<Vec<u8>, KmsError> {
        self.inner.re_encrypt(from, to, blob, context).await
    }
}

fn crowd(keys: &Arc<DataKeys>) -> Vec<tokio::task::JoinHandle<Result<u32, KmsErrorKind>>> {
    let one = || {
        let keys = Arc::clone(keys);
        tokio::spawn(async move { seal(&keys, 0).await })
    };
    (0..64).map(|_| one()).collect()
}

/// Lets every task go as far as it can.
async fn settle() {
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn r25_a_crowd_makes_one_call() {
    let (service, keys) = Gated::with(false);
    let tasks = crowd(&keys);
    settle().await;
    service.gate.add_permits(1);
    let mut ids = Vec::new();
    for task in tasks {
        ids.push(task.await.unwrap().unwrap());
    }
    assert_eq!(ids, [ids[0]; 64]);
    assert_eq!(service.inner.calls(), 1);

    // And for one record that is not cached.
    let wrapped = keys.sealing(&users(), 1, 1, at(0)).await.unwrap().wrapped().clone();
    keys.forget();
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let (keys, wrapped) = (Arc::clone(&keys), wrapped.clone());
            tokio::spawn(async move { keys.opening(&users(), &wrapped, at(0)).await.is_ok() })
        })
        .collect();
    settle().await;
    service.gate.add_permits(1);
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(service.inner.calls(), 2);
}

#[tokio::test]
async fn r25_a_crowd_shares_one_failure() {
    let (service, keys) = Gated::with(false);
    service.inner.fail(KmsErrorKind::Timeout);
    let tasks = crowd(&keys);
    // Latecomers, whose clock says that it may be tried again.
    let late: Vec<_> = (0..64)
        .map(|turn| {
            let keys = Arc::clone(&keys);
            tokio::spawn(async move { seal(&keys, turn % 30).await })
        })
        .collect();
    settle().await;
    service.gate.add_permits(1);
    for task in tasks.into_iter().chain(late) {
        assert_eq!(task.await.unwrap(), Err(KmsErrorKind::Timeout));
    }
    assert_eq!(service.inner.calls(), 1);
}

#[tokio::test]
async fn r25_a_caller_who_hangs_up_does_not_wedge_the_others() {
    let (service, keys) = Gated::with(false);
    let tasks = crowd(&keys);
    settle().await;
    tasks[0].abort();
    settle().await;
    service.gate.add_permits(1);
    for task in tasks.into_iter().skip(1) {
        task.await.unwrap().unwrap();
    }
    assert_eq!(service.inner.calls(), 2);
}

#[tokio::test]
async fn r25_a_panic_in_the_service_does_not_wedge_the_others() {
    let (service, keys) = Gated::with(true);
    let tasks = crowd(&keys);
    service.gate.add_permits(64);
    for task in tasks {
        assert!(task.await.unwrap_err().is_panic());
    }
    assert_eq!(service.inner.calls(), 64, "each had its turn");
}

#[tokio::test]
async fn r25_one_fetches_ahead_while_the_others_seal_on() {
    let (service, keys) = Gated::with(false);
    service.gate.add_permits(1);
    let first = seal(&keys, 0).await.unwrap();
    let fetching = {
        let keys = Arc::clone(&keys);
        tokio::spawn(async move { seal(&keys, 90).await })
    };
    settle().await;
    assert!(!fetching.is_finished());
    for _ in 0..100 {
        assert_eq!(seal(&keys, 90).await, Ok(first));
    }
    service.gate.add_permits(1);
    assert_eq!(fetching.await.unwrap(), Ok(first));
    assert_ne!(seal(&keys, 100).await.unwrap(), first);
    assert_eq!(service.inner.calls(), 2);
}
