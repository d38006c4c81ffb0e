//! Everything that doorward keeps, in one trait.

use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;

use crate::{
    AccountId, CounterKey, CounterRow, CounterStore, CounterUpdate, Credential, CredentialStore,
    Inserted, LookupKey, Opened, Rekeyed, Removed, Renewed, Replaced, Session, SessionId,
    SessionStore, StoreError, Ticket, TicketKey, TicketStore, Version,
};

/// A place for everything that doorward keeps: credentials, counters, tickets and sessions.
///
/// There is nothing to implement: whatever has the four traits is a `Store`, and so are an [`Arc`]
/// and a [`Box`] of one.
///
/// ```
/// use std::sync::Arc;
/// use doorward_store::{MemoryStore, Store};
///
/// fn takes_any(_: impl Store) {}
///
/// let shared: Arc<dyn Store> = Arc::new(MemoryStore::new());
/// takes_any(shared);
/// ```
pub trait Store: CredentialStore + CounterStore + TicketStore + SessionStore {}

impl<T: CredentialStore + CounterStore + TicketStore + SessionStore + ?Sized> Store for T {}

macro_rules! forward {
    ($pointer:ident) => {
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: CredentialStore + ?Sized> CredentialStore for $pointer<T> {
            async fn insert(&self, credential: Credential) -> Result<Inserted, StoreError> {
                (**self).insert(credential).await
            }

            async fn find(&self, keys: &[LookupKey]) -> Result<Option<Credential>, StoreError> {
                (**self).find(keys).await
            }

            async fn fetch(&self, account: AccountId) -> Result<Option<Credential>, StoreError> {
                (**self).fetch(account).await
            }

            async fn replace(
                &self,
                credential: Credential,
                expected: Version,
            ) -> Result<Replaced, StoreError> {
                (**self).replace(credential, expected).await
            }

            async fn rekey(
                &self,
                credential: Credential,
                expected: Version,
            ) -> Result<Rekeyed, StoreError> {
                (**self).rekey(credential, expected).await
            }

            async fn remove(
                &self,
                account: AccountId,
                expected: Version,
            ) -> Result<Removed, StoreError> {
                (**self).remove(account, expected).await
            }

            async fn list(
                &self,
                after: Option<AccountId>,
                limit: usize,
            ) -> Result<Vec<AccountId>, StoreError> {
                (**self).list(after, limit).await
            }
        }

        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: CounterStore + ?Sized> CounterStore for $pointer<T> {
            async fn update(
                &self,
                updates: &[CounterUpdate],
                now: SystemTime,
            ) -> Result<Vec<CounterRow>, StoreError> {
                (**self).update(updates, now).await
            }

            async fn read(
                &self,
                keys: &[CounterKey],
                now: SystemTime,
            ) -> Result<Vec<CounterRow>, StoreError> {
                (**self).read(keys, now).await
            }

            async fn clear(&self, keys: &[CounterKey]) -> Result<(), StoreError> {
                (**self).clear(keys).await
            }
        }

        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: TicketStore + ?Sized> TicketStore for $pointer<T> {
            async fn put(
                &self,
                key: TicketKey,
                value: Vec<u8>,
                expires_at: SystemTime,
            ) -> Result<(), StoreError> {
                (**self).put(key, value, expires_at).await
            }

            async fn peek(
                &self,
                key: TicketKey,
                now: SystemTime,
            ) -> Result<Option<Ticket>, StoreError> {
                (**self).peek(key, now).await
            }

            async fn take(
                &self,
                key: TicketKey,
                now: SystemTime,
            ) -> Result<Option<Ticket>, StoreError> {
                (**self).take(key, now).await
            }
        }

        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: SessionStore + ?Sized> SessionStore for $pointer<T> {
            async fn open(&self, session: Session) -> Result<Opened, StoreError> {
                (**self).open(session).await
            }

            async fn session(
                &self,
                account: AccountId,
                id: SessionId,
                now: SystemTime,
            ) -> Result<Option<Session>, StoreError> {
                (**self).session(account, id, now).await
            }

            async fn renew(
                &self,
                session: Session,
                expected: Version,
                now: SystemTime,
            ) -> Result<Renewed, StoreError> {
                (**self).renew(session, expected, now).await
            }

            async fn end(&self, account: AccountId, id: SessionId) -> Result<(), StoreError> {
                (**self).end(account, id).await
            }

            async fn end_all(
                &self,
                account: AccountId,
                kept: Option<SessionId>,
                now: SystemTime,
            ) -> Result<(), StoreError> {
                (**self).end_all(account, kept, now).await
            }

            async fn forget(&self, account: AccountId) -> Result<(), StoreError> {
                (**self).forget(account).await
            }

            async fn sessions(
                &self,
                account: AccountId,
                now: SystemTime,
            ) -> Result<Vec<Session>, StoreError> {
                (**self).sessions(account, now).await
            }
        }
    };
}

forward!(Arc);
forward!(Box);
