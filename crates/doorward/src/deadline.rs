//! No call to the store is waited for without end.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use doorward_store::{
    AccountId, CounterKey, CounterRow, CounterStore, CounterUpdate, Credential, CredentialStore,
    Inserted, LookupKey, Opened, Rekeyed, Removed, Renewed, Replaced, Session, SessionId,
    SessionStore, Store, StoreError, StoreErrorKind, Ticket, TicketKey, TicketStore, Version,
};

/// A store whose calls end in [`StoreErrorKind::Unavailable`] after a deadline, whatever the store
/// behind it does about time.
///
/// Too short a deadline turns a slow moment into refused logins; without one, a store that hangs
/// holds every login, and all that they hold, for ever.
#[derive(Debug)]
pub(crate) struct DeadlineStore {
    inner: Arc<dyn Store>,
    deadline: Duration,
}

impl DeadlineStore {
    pub(crate) fn new(inner: Arc<dyn Store>, deadline: Duration) -> Self {
        Self { inner, deadline }
    }

    async fn within<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        match tokio::time::timeout(self.deadline, call).await {
            Ok(answer) => answer,
            Err(late) => {
                Err(StoreError::new(StoreErrorKind::Unavailable, operation).with_source(late))
            }
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl CredentialStore for DeadlineStore {
    async fn insert(&self, credential: Credential) -> Result<Inserted, StoreError> {
        self.within("insert", self.inner.insert(credential)).await
    }

    async fn find(&self, keys: &[LookupKey]) -> Result<Option<Credential>, StoreError> {
        self.within("find", self.inner.find(keys)).await
    }

    async fn fetch(&self, account: AccountId) -> Result<Option<Credential>, StoreError> {
        self.within("fetch", self.inner.fetch(account)).await
    }

    async fn replace(
        &self,
        credential: Credential,
        expected: Version,
    ) -> Result<Replaced, StoreError> {
        self.within("replace", self.inner.replace(credential, expected)).await
    }

    async fn rekey(
        &self,
        credential: Credential,
        expected: Version,
    ) -> Result<Rekeyed, StoreError> {
        self.within("rekey", self.inner.rekey(credential, expected)).await
    }

    async fn remove(&self, account: AccountId, expected: Version) -> Result<Removed, StoreError> {
        self.within("remove", self.inner.remove(account, expected)).await
    }

    async fn list(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        self.within("list", self.inner.list(after, limit)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl CounterStore for DeadlineStore {
    async fn update(
        &self,
        updates: &[CounterUpdate],
        now: SystemTime,
    ) -> Result<Vec<CounterRow>, StoreError> {
        self.within("update", self.inner.update(updates, now)).await
    }

    async fn read(
        &self,
        keys: &[CounterKey],
        now: SystemTime,
    ) -> Result<Vec<CounterRow>, StoreError> {
        self.within("read", self.inner.read(keys, now)).await
    }

    async fn clear(&self, keys: &[CounterKey]) -> Result<(), StoreError> {
        self.within("clear", self.inner.clear(keys)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl TicketStore for DeadlineStore {
    async fn put(
        &self,
        key: TicketKey,
        value: Vec<u8>,
        expires_at: SystemTime,
    ) -> Result<(), StoreError> {
        self.within("put", self.inner.put(key, value, expires_at)).await
    }

    async fn peek(&self, key: TicketKey, now: SystemTime) -> Result<Option<Ticket>, StoreError> {
        self.within("peek", self.inner.peek(key, now)).await
    }

    async fn take(&self, key: TicketKey, now: SystemTime) -> Result<Option<Ticket>, StoreError> {
        self.within("take", self.inner.take(key, now)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl SessionStore for DeadlineStore {
    async fn open(&self, session: Session) -> Result<Opened, StoreError> {
        self.within("open", self.inner.open(session)).await
    }

    async fn session(
        &self,
        account: AccountId,
        id: SessionId,
        now: SystemTime,
    ) -> Result<Option<Session>, StoreError> {
        self.within("session", self.inner.session(account, id, now)).await
    }

    async fn renew(
        &self,
        session: Session,
        expected: Version,
        now: SystemTime,
    ) -> Result<Renewed, StoreError> {
        self.within("renew", self.inner.renew(session, expected, now)).await
    }

    async fn end(&self, account: AccountId, id: SessionId) -> Result<(), StoreError> {
        self.within("end", self.inner.end(account, id)).await
    }

    async fn end_all(
        &self,
        account: AccountId,
        kept: Option<SessionId>,
        now: SystemTime,
    ) -> Result<(), StoreError> {
        self.within("end_all", self.inner.end_all(account, kept, now)).await
    }

    async fn forget(&self, account: AccountId) -> Result<(), StoreError> {
        self.within("forget", self.inner.forget(account)).await
    }

    async fn sessions(
        &self,
        account: AccountId,
        now: SystemTime,
    ) -> Result<Vec<Session>, StoreError> {
        self.within("sessions", self.inner.sessions(account, now)).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use doorward_store::{Fault, FaultyStore, MemoryStore, Operation, store_conformance_tests};

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(60);

    async fn make_store() -> impl Store {
        DeadlineStore::new(Arc::new(MemoryStore::new()), DEADLINE)
    }

    store_conformance_tests!(make_store);

    #[tokio::test(start_paused = true)]
    async fn no_call_waits_for_a_store_that_hangs() {
        let hanging = FaultyStore::new(MemoryStore::new());
        for operation in Operation::ALL {
            hanging.fail_every(operation, Fault::Hang);
        }
        let store = DeadlineStore::new(Arc::new(hanging.clone()), DEADLINE);
        let (account, first, now) = (AccountId::from_bytes([1; 16]), Version::FIRST, UNIX_EPOCH);
        let keys = vec![LookupKey::new([7; 32]).unwrap()];
        let credential = Credential::new(account, keys.clone(), vec![1], now).unwrap();
        let (counter, ticket) = (CounterKey::new([1; 32]), TicketKey::new([1; 32]));
        let id = SessionId::from_bytes([1; 16]);
        let session = Session::new(account, id, vec![1], now, now);
        let errors = [
            store.insert(credential.clone()).await.err(),
            store.find(&keys).await.err(),
            store.fetch(account).await.err(),
            store.replace(credential.clone(), first).await.err(),
            store.rekey(credential, first).await.err(),
            store.remove(account, first).await.err(),
            store.list(None, 1).await.err(),
            store.update(&[], now).await.err(),
            store.read(&[counter], now).await.err(),
            store.clear(&[counter]).await.err(),
            store.put(ticket, vec![1], now).await.err(),
            store.peek(ticket, now).await.err(),
            store.take(ticket, now).await.err(),
            store.open(session.clone()).await.err(),
            store.session(account, id, now).await.err(),
            store.renew(session, first, now).await.err(),
            store.end(account, id).await.err(),
            store.end_all(account, None, now).await.err(),
            store.forget(account).await.err(),
            store.sessions(account, now).await.err(),
        ];
        assert_eq!(hanging.calls(), Operation::ALL);
        for (operation, error) in Operation::ALL.into_iter().zip(errors) {
            let error = error.unwrap();
            assert_eq!(error.kind(), StoreErrorKind::Unavailable);
            assert_eq!(error.operation(), operation.as_str());
        }
    }
}
