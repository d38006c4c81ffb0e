//! A store that fails on demand.

mod fault;
mod operation;

use std::fmt;
use std::future::{self, Future};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;

pub use self::fault::Fault;
pub use self::operation::Operation;
use crate::{
    AccountId, CounterKey, CounterRow, CounterStore, CounterUpdate, Credential, CredentialStore,
    FaultScript, Inserted, LookupKey, Opened, Rekeyed, Removed, Renewed, Replaced, Session,
    SessionId, SessionStore, StoreError, StoreErrorKind, Ticket, TicketKey, TicketStore, Version,
};

/// A store around another that fails as its script says, and keeps a log of the calls.
///
/// The script can name single calls, every call of a method, or a share of all calls drawn from a
/// seed; of several that fit, the first in this order counts. Calls are numbered from 1 when they
/// are first polled, and from 1 again after [`reset_log`](Self::reset_log). The same calls in the
/// same order meet the same faults.
///
/// A clone shares store, script and log. The methods that write the script answer such a clone, so
/// that they can follow each other.
///
/// ```
/// use doorward_store::{AccountId, CredentialStore, Fault, FaultyStore, MemoryStore, Operation};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let store = FaultyStore::new(MemoryStore::new()).fail_nth(Operation::Fetch, 2, Fault::Throttled);
/// let account = AccountId::from_bytes([1; 16]);
///
/// assert!(store.fetch(account).await.is_ok());
/// assert!(store.fetch(account).await.is_err());
/// assert!(store.fetch(account).await.is_ok());
/// assert_eq!(store.count(Operation::Fetch), 3);
/// # }
/// ```
pub struct FaultyStore<S> {
    inner: Arc<S>,
    script: Arc<Mutex<FaultScript<Operation, Fault>>>,
}

impl<S> FaultyStore<S> {
    /// A store that does what `inner` does, until it is told to fail.
    #[must_use]
    pub fn new(inner: S) -> Self {
        Self { inner: Arc::new(inner), script: Arc::default() }
    }

    /// Fails the `n`-th call, over all methods.
    pub fn fail_call(&self, n: usize, fault: Fault) -> Self {
        self.script().call(n, fault);
        self.clone()
    }

    /// Fails the `n`-th call of one method.
    pub fn fail_nth(&self, operation: Operation, n: usize, fault: Fault) -> Self {
        self.script().nth(operation, n, fault);
        self.clone()
    }

    /// Fails every call of one method.
    pub fn fail_every(&self, operation: Operation, fault: Fault) -> Self {
        self.script().every(operation, fault);
        self.clone()
    }

    /// Fails `per_mille` of a thousand calls with one of `faults`, drawn from `seed`.
    pub fn seeded(&self, seed: u64, per_mille: u32, faults: &[Fault]) -> Self {
        self.script().seeded(seed, per_mille, faults);
        self.clone()
    }

    /// Forgets the script: every call works again. The log stays.
    pub fn heal(&self) {
        self.script().heal();
    }

    /// Every call so far, in the order in which they began.
    #[must_use]
    pub fn calls(&self) -> Vec<Operation> {
        self.script().log().to_vec()
    }

    /// How often a method was called.
    #[must_use]
    pub fn count(&self, operation: Operation) -> usize {
        self.script().count(operation)
    }

    /// Forgets the calls so far: the next one is number 1. The script stays.
    pub fn reset_log(&self) {
        self.script().reset_log();
    }

    fn script(&self) -> MutexGuard<'_, FaultScript<Operation, Fault>> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries out `work`, unless the script has other plans.
    async fn perform<T>(
        &self,
        operation: Operation,
        work: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let fault = self.script().next(operation);
        let error = |kind| {
            Err(StoreError::new(kind, operation.as_str()).with_source("injected by the test"))
        };
        match fault {
            None => work.await,
            Some(Fault::Unavailable) => error(StoreErrorKind::Unavailable),
            Some(Fault::LostReply) => {
                work.await?;
                error(StoreErrorKind::Unavailable)
            }
            Some(Fault::Throttled) => error(StoreErrorKind::Throttled),
            Some(Fault::Conflict) => error(StoreErrorKind::Conflict),
            Some(Fault::Hang) => future::pending().await,
            Some(Fault::Yield(times)) => {
                for _ in 0..times {
                    tokio::task::yield_now().await;
                }
                work.await
            }
        }
    }
}

// Written out because the derived one would ask for `S: Clone`.
impl<S> Clone for FaultyStore<S> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), script: Arc::clone(&self.script) }
    }
}

impl<S: fmt::Debug> fmt::Debug for FaultyStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyStore").field("inner", &self.inner).finish_non_exhaustive()
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: CredentialStore> CredentialStore for FaultyStore<S> {
    async fn insert(&self, credential: Credential) -> Result<Inserted, StoreError> {
        self.perform(Operation::Insert, self.inner.insert(credential)).await
    }

    async fn find(&self, keys: &[LookupKey]) -> Result<Option<Credential>, StoreError> {
        self.perform(Operation::Find, self.inner.find(keys)).await
    }

    async fn fetch(&self, account: AccountId) -> Result<Option<Credential>, StoreError> {
        self.perform(Operation::Fetch, self.inner.fetch(account)).await
    }

    async fn replace(
        &self,
        credential: Credential,
        expected: Version,
    ) -> Result<Replaced, StoreError> {
        self.perform(Operation::Replace, self.inner.replace(credential, expected)).await
    }

    async fn rekey(
        &self,
        credential: Credential,
        expected: Version,
    ) -> Result<Rekeyed, StoreError> {
        self.perform(Operation::Rekey, self.inner.rekey(credential, expected)).await
    }

    async fn remove(&self, account: AccountId, expected: Version) -> Result<Removed, StoreError> {
        self.perform(Operation::Remove, self.inner.remove(account, expected)).await
    }

    async fn list(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        self.perform(Operation::List, self.inner.list(after, limit)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: CounterStore> CounterStore for FaultyStore<S> {
    async fn update(
        &self,
        updates: &[CounterUpdate],
        now: SystemTime,
    ) -> Result<Vec<CounterRow>, StoreError> {
        self.perform(Operation::Update, self.inner.update(updates, now)).await
    }

    async fn read(
        &self,
        keys: &[CounterKey],
        now: SystemTime,
    ) -> Result<Vec<CounterRow>, StoreError> {
        self.perform(Operation::Read, self.inner.read(keys, now)).await
    }

    async fn clear(&self, keys: &[CounterKey]) -> Result<(), StoreError> {
        self.perform(Operation::Clear, self.inner.clear(keys)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: TicketStore> TicketStore for FaultyStore<S> {
    async fn put(
        &self,
        key: TicketKey,
        value: Vec<u8>,
        expires_at: SystemTime,
    ) -> Result<(), StoreError> {
        self.perform(Operation::Put, self.inner.put(key, value, expires_at)).await
    }

    async fn peek(&self, key: TicketKey, now: SystemTime) -> Result<Option<Ticket>, StoreError> {
        self.perform(Operation::Peek, self.inner.peek(key, now)).await
    }

    async fn take(&self, key: TicketKey, now: SystemTime) -> Result<Option<Ticket>, StoreError> {
        self.perform(Operation::Take, self.inner.take(key, now)).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: SessionStore> SessionStore for FaultyStore<S> {
    async fn open(&self, session: Session) -> Result<Opened, StoreError> {
        self.perform(Operation::Open, self.inner.open(session)).await
    }

    async fn session(
        &self,
        account: AccountId,
        id: SessionId,
        now: SystemTime,
    ) -> Result<Option<Session>, StoreError> {
        self.perform(Operation::Session, self.inner.session(account, id, now)).await
    }

    async fn renew(
        &self,
        session: Session,
        expected: Version,
        now: SystemTime,
    ) -> Result<Renewed, StoreError> {
        self.perform(Operation::Renew, self.inner.renew(session, expected, now)).await
    }

    async fn end(&self, account: AccountId, id: SessionId) -> Result<(), StoreError> {
        self.perform(Operation::End, self.inner.end(account, id)).await
    }

    async fn end_all(
        &self,
        account: AccountId,
        kept: Option<SessionId>,
        now: SystemTime,
    ) -> Result<(), StoreError> {
        self.perform(Operation::EndAll, self.inner.end_all(account, kept, now)).await
    }

    async fn forget(&self, account: AccountId) -> Result<(), StoreError> {
        self.perform(Operation::Forget, self.inner.forget(account)).await
    }

    async fn sessions(
        &self,
        account: AccountId,
        now: SystemTime,
    ) -> Result<Vec<Session>, StoreError> {
        self.perform(Operation::Sessions, self.inner.sessions(account, now)).await
    }
}
