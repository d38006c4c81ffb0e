//! The store in memory.

mod counters;
mod credentials;
mod dump;
mod limits;
mod sessions;
mod state;
mod tickets;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;

pub use self::limits::Limits;
use self::state::State;
use crate::{
    AccountId, CounterKey, CounterRow, CounterStore, CounterUpdate, Credential, CredentialStore,
    Inserted, LookupKey, Opened, Rekeyed, Removed, Renewed, Replaced, Session, SessionId,
    SessionStore, StoreError, Ticket, TicketKey, TicketStore, Version,
};

/// A store in the memory of one process, bounded, for tests and for a service of one instance.
///
/// A clone shares the same data. Everything is lost when the last one is dropped: accounts, and
/// also the counters that hold a guesser back. Two processes that each keep their own give him
/// twice the guesses.
///
/// It never waits: every call is done when it is first polled.
///
/// # When it is full
///
/// It never grows beyond its [`Limits`], and what gives way is chosen so that a flood costs the
/// attacker's targets nothing:
///
/// - *accounts*: [`insert`](CredentialStore::insert) answers
///   [`Full`](crate::StoreErrorKind::Full), to those with a free identifier and a taken one alike;
/// - *counters*: expired rows go first, then those that weigh least (by the sum of their cells
///   without sign, then by soonest expiry), until a tenth is free. A flood of fresh keys so drives
///   out its own rows, and the row of an account or a source under attack stays. At the default
///   limit this takes some tens of milliseconds, once in 26,000 new keys;
/// - *tickets*: expired ones go, by the latest time that any call brought; then
///   [`put`](TicketStore::put) answers [`Full`](crate::StoreErrorKind::Full);
/// - *sessions*: expired ones go in the same way; then [`open`](SessionStore::open) answers
///   [`Full`](crate::StoreErrorKind::Full). How many one account may have is the caller's to say.
///
/// ```
/// use doorward_store::{Limits, MemoryStore};
///
/// let store = MemoryStore::with_limits(Limits::default().with_accounts(500));
/// assert_eq!(store.accounts(), 0);
/// ```
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<State>>);

impl MemoryStore {
    /// An empty store with the default [`Limits`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store with these limits.
    #[must_use]
    pub fn with_limits(limits: Limits) -> Self {
        Self(Arc::new(Mutex::new(State::new(limits))))
    }

    /// How many accounts it holds.
    #[must_use]
    pub fn accounts(&self) -> usize {
        self.state().credentials.len()
    }

    /// How many counter rows it holds, with those that are expired but not cleaned away.
    #[must_use]
    pub fn counters(&self) -> usize {
        self.state().counters.len()
    }

    /// How many tickets it holds, with those that are expired but not cleaned away.
    #[must_use]
    pub fn tickets(&self) -> usize {
        self.state().tickets.len()
    }

    /// How many sessions it holds, with those that are expired but not cleaned away.
    // `sessions` is the trait's.
    #[must_use]
    pub fn session_count(&self) -> usize {
        self.state().sessions.len()
    }

    /// Everything that it holds: what an attacker sees who steals the table.
    ///
    /// Every byte string is there twice, in hexadecimal and as text, so that a test can search for
    /// what must not be found. The layout is for reading and may change.
    #[must_use]
    pub fn dump(&self) -> String {
        dump::render(&self.state())
    }

    /// A panic elsewhere cannot leave the state half-changed: no change to it panics midway.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, for a call that brings the time.
    fn state_at(&self, now: SystemTime) -> MutexGuard<'_, State> {
        let mut state = self.state();
        state.seen = now;
        state
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("MemoryStore")
            .field("accounts", &state.credentials.len())
            .field("counters", &state.counters.len())
            .field("tickets", &state.tickets.len())
            .field("sessions", &state.sessions.len())
            .finish()
    }
}

#[async_trait]
impl CredentialStore for MemoryStore {
    async fn insert(&self, credential: Credential) -> Result<Inserted, StoreError> {
        self.state().credentials.insert(credential)
    }

    async fn find(&self, keys: &[LookupKey]) -> Result<Option<Credential>, StoreError> {
        self.state().credentials.find(keys)
    }

    async fn fetch(&self, account: AccountId) -> Result<Option<Credential>, StoreError> {
        Ok(self.state().credentials.fetch(account))
    }

    async fn replace(
        &self,
        credential: Credential,
        expected: Version,
    ) -> Result<Replaced, StoreError> {
        self.state().credentials.replace(credential, expected)
    }

    async fn rekey(
        &self,
        credential: Credential,
        expected: Version,
    ) -> Result<Rekeyed, StoreError> {
        self.state().credentials.rekey(credential, expected)
    }

    async fn remove(&self, account: AccountId, expected: Version) -> Result<Removed, StoreError> {
        Ok(self.state().credentials.remove(account, expected))
    }

    async fn list(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        self.state().credentials.list(after, limit)
    }
}

#[async_trait]
impl CounterStore for MemoryStore {
    async fn update(
        &self,
        updates: &[CounterUpdate],
        now: SystemTime,
    ) -> Result<Vec<CounterRow>, StoreError> {
        let mut state = self.state_at(now);
        updates.iter().map(|update| state.counters.update(update, now)).collect()
    }

    async fn read(
        &self,
        keys: &[CounterKey],
        now: SystemTime,
    ) -> Result<Vec<CounterRow>, StoreError> {
        let state = self.state_at(now);
        Ok(keys.iter().map(|key| state.counters.read(*key, now)).collect())
    }

    async fn clear(&self, keys: &[CounterKey]) -> Result<(), StoreError> {
        let mut state = self.state();
        keys.iter().for_each(|key| state.counters.clear(*key));
        Ok(())
    }
}

#[async_trait]
impl TicketStore for MemoryStore {
    async fn put(
        &self,
        key: TicketKey,
        value: Vec<u8>,
        expires_at: SystemTime,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        let seen = state.seen;
        state.tickets.put(key, Ticket::new(value, expires_at), seen)
    }

    async fn peek(&self, key: TicketKey, now: SystemTime) -> Result<Option<Ticket>, StoreError> {
        Ok(self.state_at(now).tickets.peek(key, now))
    }

    async fn take(&self, key: TicketKey, now: SystemTime) -> Result<Option<Ticket>, StoreError> {
        Ok(self.state_at(now).tickets.take(key, now))
    }
}

#[async_trait]
impl SessionStore for MemoryStore {
    async fn open(&self, session: Session) -> Result<Opened, StoreError> {
        let mut state = self.state();
        let seen = state.seen;
        state.sessions.open(session, seen)
    }

    async fn session(
        &self,
        account: AccountId,
        id: SessionId,
        now: SystemTime,
    ) -> Result<Option<Session>, StoreError> {
        Ok(self.state_at(now).sessions.session(account, id, now))
    }

    async fn renew(
        &self,
        session: Session,
        expected: Version,
        now: SystemTime,
    ) -> Result<Renewed, StoreError> {
        self.state_at(now).sessions.renew(session, expected, now)
    }

    async fn end(&self, account: AccountId, id: SessionId) -> Result<(), StoreError> {
        self.state().sessions.end(account, id);
        Ok(())
    }

    async fn end_all(
        &self,
        account: AccountId,
        kept: Option<SessionId>,
        now: SystemTime,
    ) -> Result<(), StoreError> {
        self.state_at(now).sessions.end_all(account, kept, now);
        Ok(())
    }

    async fn forget(&self, account: AccountId) -> Result<(), StoreError> {
        self.state().sessions.forget(account);
        Ok(())
    }

    async fn sessions(
        &self,
        account: AccountId,
        now: SystemTime,
    ) -> Result<Vec<Session>, StoreError> {
        Ok(self.state_at(now).sessions.sessions(account, now))
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// Otherwise one panic would be an outage.
    #[test]
    fn poisoned_lock_still_opens() {
        let store = MemoryStore::new();
        let panicked = thread::scope(|scope| {
            let holder = scope.spawn(|| {
                let _state = store.state();
                panic!("while it holds the lock");
            });
            holder.join().is_err()
        });
        assert!(panicked && store.0.is_poisoned());
        assert_eq!(store.accounts(), 0);
    }
}
