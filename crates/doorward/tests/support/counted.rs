//! A store that counts rows: what a database bills.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use doorward::store::{
    CounterKey, CounterRow, CounterStore, CounterUpdate, Credential, CredentialStore, Inserted,
    LookupKey, Opened, Operation, Rekeyed, Removed, Renewed, Replaced, Session, SessionId,
    SessionStore, StoreError, Ticket, TicketKey, TicketStore, Version,
};
use doorward::{AccountId, Authenticator, Cost, Keys, ManualClock, MemoryStore};

use super::keys;

/// Every call about a login, with its rows, in order.
#[derive(Clone, Debug, Default)]
pub struct CountedStore {
    memory: MemoryStore,
    calls: Arc<Mutex<Vec<(Operation, usize)>>>,
}

impl CountedStore {
    /// The calls since it was asked last. Those before the last are sorted: most run beside each other.
    pub fn take(&self) -> Vec<(Operation, usize)> {
        let mut calls = std::mem::take(&mut *self.calls.lock().unwrap());
        let before = calls.len().saturating_sub(1);
        calls[..before].sort_unstable_by_key(|&(operation, rows)| (format!("{operation:?}"), rows));
        calls
    }

    pub fn memory(&self) -> &MemoryStore {
        &self.memory
    }

    fn note(&self, operation: Operation, rows: usize) {
        self.calls.lock().unwrap().push((operation, rows));
    }
}

/// A door on such a store.
pub fn counted_door() -> (Authenticator, CountedStore, ManualClock) {
    let store = CountedStore::default();
    let clock = ManualClock::new(UNIX_EPOCH + Duration::from_secs(1_790_000_000));
    let keys = Keys::parse(&keys().expose_secret()).unwrap();
    let builder = Authenticator::builder().store(store.clone()).keys(keys);
    let auth = builder.cost(Cost::minimal_for_tests()).clock(clock.clone()).build().unwrap();
    (auth, store, clock)
}

#[async_trait]
impl CounterStore for CountedStore {
    async fn update(
        &self,
        updates: &[CounterUpdate],
        now: SystemTime,
    ) -> Result<Vec<CounterRow>, StoreError> {
        self.note(Operation::Update, updates.len());
        self.memory.update(updates, now).await
    }

    async fn read(
        &self,
        keys: &[CounterKey],
        now: SystemTime,
    ) -> Result<Vec<CounterRow>, StoreError> {
        self.note(Operation::Read, keys.len());
        self.memory.read(keys, now).await
    }

    async fn clear(&self, keys: &[CounterKey]) -> Result<(), StoreError> {
        self.memory.clear(keys).await
    }
}

#[async_trait]
impl CredentialStore for CountedStore {
    async fn insert(&self, credential: Credential) -> Result<Inserted, StoreError> {
        self.memory.insert(credential).await
    }

    async fn find(&self, keys: &[LookupKey]) -> Result<Option<Credential>, StoreError> {
        self.note(Operation::Find, keys.len());
        self.memory.find(keys).await
    }

    async fn fetch(&self, account: AccountId) -> Result<Option<Credential>, StoreError> {
        self.memory.fetch(account).await
    }

    async fn replace(
        &self,
        credential: Credential,
        expected: Version,
    ) -> Result<Replaced, StoreError> {
        self.note(Operation::Replace, 1);
        self.memory.replace(credential, expected).await
    }

    async fn rekey(
        &self,
        credential: Credential,
        expected: Version,
    ) -> Result<Rekeyed, StoreError> {
        self.memory.rekey(credential, expected).await
    }

    async fn remove(&self, account: AccountId, expected: Version) -> Result<Removed, StoreError> {
        self.memory.remove(account, expected).await
    }

    async fn list(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        self.memory.list(after, limit).await
    }
}

#[async_trait]
impl TicketStore for CountedStore {
    async fn put(
        &self,
        key: TicketKey,
        value: Vec<u8>,
        expires_at: SystemTime,
    ) -> Result<(), StoreError> {
        self.memory.put(key, value, expires_at).await
    }

    async fn peek(&self, key: TicketKey, now: SystemTime) -> Result<Option<Ticket>, StoreError> {
        self.memory.peek(key, now).await
    }

    async fn take(&self, key: TicketKey, now: SystemTime) -> Result<Option<Ticket>, StoreError> {
        self.memory.take(key, now).await
    }
}

/// No login asks for sessions.
#[async_trait]
impl SessionStore for CountedStore {
    async fn open(&self, session: Session) -> Result<Opened, StoreError> {
        self.memory.open(session).await
    }

    async fn session(
        &self,
        account: AccountId,
        id: SessionId,
        now: SystemTime,
    ) -> Result<Option<Session>, StoreError> {
        self.memory.session(account, id, now).await
    }

    async fn renew(
        &self,
        session: Session,
        expected: Version,
        now: SystemTime,
    ) -> Result<Renewed, StoreError> {
        self.memory.renew(session, expected, now).await
    }

    async fn end(&self, account: AccountId, id: SessionId) -> Result<(), StoreError> {
        self.memory.end(account, id).await
    }

    async fn end_all(
        &self,
        account: AccountId,
        kept: Option<SessionId>,
        now: SystemTime,
    ) -> Result<(), StoreError> {
        self.memory.end_all(account, kept, now).await
    }

    async fn forget(&self, account: AccountId) -> Result<(), StoreError> {
        self.memory.forget(account).await
    }

    async fn sessions(
        &self,
        account: AccountId,
        now: SystemTime,
    ) -> Result<Vec<Session>, StoreError> {
        self.memory.sessions(account, now).await
    }
}
