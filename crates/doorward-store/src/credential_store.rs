//! Where credentials are kept.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::{AccountId, Credential, LookupKey, StoreError, Version};

/// Keeps one [`Credential`] an account, and sees to it that no lookup key names two.
///
/// # Contract
///
/// Every read is strongly consistent: it sees each write that was answered before it began. A
/// credential is found whole or not at all, and times are kept to the nanosecond.
///
/// A stale read costs in both directions: a disabled account is let in, or a person who has just
/// registered or changed the password is turned away. So do lost details: without the second factor
/// that they hold, the password alone opens the account; with an older one, its owner is turned away.
///
/// There are no default methods: a convenient one would be the first to lose a guarantee.
///
/// # On a key-value store
///
/// One item for the account and one for each lookup key, every one with the whole credential,
/// written in one transaction. So a search is one read of items known by key, without an index that
/// lags behind.
#[async_trait]
pub trait CredentialStore: Debug + Send + Sync {
    /// Claims the account id and *all* lookup keys at once, or nothing.
    ///
    /// The credential is kept at [`Version::FIRST`], whatever version it carries.
    ///
    /// [`Taken`](Inserted::Taken) means that the id or one of the keys was claimed before; nothing
    /// of this credential is kept then.
    ///
    /// # Cost of a wrong answer
    ///
    /// `Created` for two credentials with a common key: two people own one identifier, and one of
    /// them gets the other's letters, or account. `Taken` for a free one: someone cannot register
    /// and tries again.
    ///
    /// # Errors
    ///
    /// [`Full`](crate::StoreErrorKind::Full) if there is no room;
    /// [`Invalid`](crate::StoreErrorKind::Invalid) if the password is longer than
    /// [`Credential::MAX_SEALED_BYTES`], or the details are; otherwise what befell the store. After
    /// [`Unavailable`](crate::StoreErrorKind::Unavailable) the credential may have been kept:
    /// insert the same one again, and on `Taken` let [`fetch`](Self::fetch) tell whether its
    /// account exists.
    async fn insert(&self, credential: Credential) -> Result<Inserted, StoreError>;

    /// The credential of the first of `keys` that is claimed.
    ///
    /// Takes 1 to [`Credential::MAX_LOOKUP_KEYS`] keys; the same one twice is no error. It costs one
    /// round trip whether all, some or none are claimed: who watches the traffic learns nothing.
    ///
    /// # Cost of a wrong answer
    ///
    /// A missing credential turns its owner away. The credential of another account would let that
    /// one's owner in under this name.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::StoreErrorKind::Invalid) for no keys or too many; otherwise what befell
    /// the store. An error is not "unknown": the caller must not answer as if nobody had that name.
    async fn find(&self, keys: &[LookupKey]) -> Result<Option<Credential>, StoreError>;

    /// The credential of an account.
    ///
    /// # Cost of a wrong answer
    ///
    /// As with [`find`](Self::find).
    ///
    /// # Errors
    ///
    /// What befell the store.
    async fn fetch(&self, account: AccountId) -> Result<Option<Credential>, StoreError>;

    /// Replaces status, password, details, identifier and `changed_at`, if the credential is still at
    /// version `expected`: compare-and-swap. A password or details that are not sent are kept no more.
    ///
    /// It is then at `expected.next()`, under every one of its lookup keys. The stored `created_at`
    /// stays, and the version that `credential` carries does not matter. Of any number of racers
    /// with the same `expected`, exactly one is [`Done`](Replaced::Done).
    ///
    /// # Cost of a wrong answer
    ///
    /// `Done` for a stale write: a password that was just changed, an account that was just disabled,
    /// or a second factor that was just taken off or used, comes back as it was. `Stale` for a fresh
    /// one: the caller reads and tries again.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::StoreErrorKind::Invalid) if the credential is still at `expected` and the
    /// lookup keys are not those of the stored one in their order, or if the password or the details are
    /// longer than [`Credential::MAX_SEALED_BYTES`]. (At another version it is `Stale`, whatever the keys: a
    /// [`rekey`](Self::rekey) may have been faster.) Otherwise what befell the store. After
    /// [`Unavailable`](crate::StoreErrorKind::Unavailable) the write may have happened: a repeated
    /// call then answers `Stale`.
    async fn replace(
        &self,
        credential: Credential,
        expected: Version,
    ) -> Result<Replaced, StoreError>;

    /// As [`replace`](Self::replace), and the lookup keys change with the rest: those that are new are
    /// claimed and those that are gone are released, *all* in one step, or nothing.
    ///
    /// For an identifier whose index key rotates, and for one that its owner exchanges. The order of
    /// the keys is then that of `credential`; where they stay the same it is a `replace`. A released key
    /// is free: the next [`insert`](Self::insert) may claim it.
    ///
    /// [`Taken`](Rekeyed::Taken) means that a new key belongs to another account. A credential that is
    /// missing or stale is that first, whoever owns the keys. Of any number of racers with the same
    /// `expected`, and of any number that claim one key, exactly one has it.
    ///
    /// A [`find`](Self::find) that runs meanwhile finds the credential by every key that it keeps. One
    /// that asks for an old and a new key, of a credential that keeps neither, may miss it: exchange keys
    /// in two steps while people log in, and first add the new ones.
    ///
    /// # Cost of a wrong answer
    ///
    /// `Done` although a key belongs to another: two people own one identifier, as with `insert`.
    /// `Done` for a stale write: as with `replace`. A key that is claimed for nobody, or not released:
    /// someone can never register under it. A new key that is not claimed, or an old one released
    /// by a write that is not `Done`: the owner is turned away once the caller looks for that key alone,
    /// and a stranger can register the identifier. `Taken` for a free key: the pass reports the account,
    /// and the operator tries again.
    ///
    /// # On a key-value store
    ///
    /// One transaction over the account's item, on condition that its version is `expected`; an item
    /// for each key that stays, with the new content; one for each new key, on condition that there is
    /// none; and a deletion for each that is gone. At most 17 items.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::StoreErrorKind::Invalid) if the password is longer than
    /// [`Credential::MAX_SEALED_BYTES`], or the details are; otherwise what befell the store. After
    /// [`Unavailable`](crate::StoreErrorKind::Unavailable) the write may have happened: a repeated
    /// call then answers `Stale`, and [`fetch`](Self::fetch) tells which keys it has.
    async fn rekey(&self, credential: Credential, expected: Version)
    -> Result<Rekeyed, StoreError>;

    /// Removes the account with all that is in its credential, and releases *all* its lookup keys in one step, or nothing, if the credential
    /// is still at version `expected`: compare-and-swap.
    ///
    /// Its keys are free then: the next [`insert`](Self::insert) or [`rekey`](Self::rekey) may claim
    /// them. Of any number of racers with the same `expected`, whatever they write, exactly one is
    /// `Done`.
    ///
    /// Counters, tickets and sessions that bear the account's id are not touched, and so the id must not
    /// be given out again. Whoever removes an account also has its sessions forgotten, with
    /// [`SessionStore::forget`](crate::SessionStore::forget).
    ///
    /// # Cost of a wrong answer
    ///
    /// A key that stays claimed: nobody can ever register that identifier again, not even the person who
    /// left. A key that still finds the removed account: whoever left gets in, and what was to be
    /// forgotten is not. A key released that another account has claimed since: two people own one
    /// identifier, as with `insert`. `Done` for a stale write: an account is gone whose owner has just
    /// decided otherwise. `Stale` for a fresh one: the caller reads and tries again.
    ///
    /// # On a key-value store
    ///
    /// One transaction: the deletion of the account's item, on condition that its version is `expected`,
    /// and of each key's item, on condition that it is still that account's. At most 9 items.
    ///
    /// # Errors
    ///
    /// What befell the store. After [`Unavailable`](crate::StoreErrorKind::Unavailable) the account may
    /// be gone: a repeated call then answers [`Missing`](Removed::Missing).
    async fn remove(&self, account: AccountId, expected: Version) -> Result<Removed, StoreError>;

    /// A page of all accounts, behind the account `after` or from the beginning: at most `limit`, and
    /// none only where there are no more.
    ///
    /// For passes of an operator over everything, which this makes resumable: whoever was interrupted
    /// goes on behind the last account seen. Never on the path of a login: it reads the whole table.
    /// The order is the store's own, and the same for every call; an account that exists from the
    /// beginning of a pass to its end is in it once.
    ///
    /// # Cost of a wrong answer
    ///
    /// An account that is left out keeps what the pass was to renew: a weak hash, or one under a key
    /// that is then dropped, and its owner is turned away. One that comes twice costs a read.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::StoreErrorKind::Invalid) for a limit of zero; otherwise what befell the store.
    async fn list(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError>;
}

/// What became of a credential to [`insert`](CredentialStore::insert).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a caller must have a plan for every answer")]
pub enum Inserted {
    /// It is kept.
    Created,
    /// Its account id or one of its lookup keys belongs to another; nothing was kept.
    Taken,
}

/// What became of a credential to [`rekey`](CredentialStore::rekey).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a caller must have a plan for every answer")]
pub enum Rekeyed {
    /// It is kept, at this version, under its new keys and no others.
    Done(Version),
    /// There is no such account; nothing was made.
    Missing,
    /// Another writer was faster; nothing was changed. Read it again.
    Stale,
    /// One of its new lookup keys belongs to another account; nothing was changed.
    Taken,
}

/// What became of an account to [`remove`](CredentialStore::remove).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a caller must have a plan for every answer")]
pub enum Removed {
    /// It is gone, and its lookup keys are free.
    Done,
    /// Another writer was faster; nothing was changed. Read it again.
    Stale,
    /// There is no such account, or no more.
    Missing,
}

/// What became of a credential to [`replace`](CredentialStore::replace).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a caller must have a plan for every answer")]
pub enum Replaced {
    /// It is kept, at this version.
    Done(Version),
    /// Another writer was faster; nothing was changed. Read it again.
    Stale,
    /// There is no such account; nothing was made.
    Missing,
}
