//! Where sessions are kept.

use std::fmt::Debug;
use std::time::SystemTime;

use async_trait::async_trait;

use crate::{AccountId, Session, SessionId, StoreError, Version};

/// Keeps the sessions of each account, each for a limited time.
///
/// # Contract
///
/// A session *lives* from its [`open`](Self::open) until it is ended, by its name or with all of its
/// account, is forgotten with all of its account, or expires: when `now >= expires_at`. One that does not live is as good as gone on every
/// call, even if it has not been cleaned away yet, and nothing brings it back. Every read is strongly
/// consistent: it sees each write that was answered before it began. Times are kept to the nanosecond.
///
/// A session is named by its account *and* its id: the same id on two accounts names two sessions,
/// that know nothing of each other. An id is used once. The store asks nobody whether the account
/// exists, and [`remove`](crate::CredentialStore::remove) does not touch its sessions: whoever removes
/// an account also calls [`forget`](Self::forget).
///
/// # Cost of a wrong answer
///
/// A session that outlives its end leaves a thief inside whom the owner has just thrown out. One that
/// is lost costs its owner a login. So a store that cannot tell takes a session for ended.
///
/// # On a key-value store
///
/// All in one partition an account: one item a session, and one that holds the account's *epoch*, a
/// number that reads as 0 where there is none. A session's item names the epoch in which it was opened,
/// and the session lives while that is the account's, or while the epoch's item names it as the one that
/// was kept. So all sessions end with one number, however many there are, and whether one lives is for one
/// item to say. The item of the epoch outlives every session that could still be presented, and is
/// best never cleaned away: a count that began anew would come to numbers that old items still name.
#[async_trait]
pub trait SessionStore: Debug + Send + Sync {
    /// Keeps a new session.
    ///
    /// It is kept at [`Version::FIRST`], whatever version it carries, and also if it has expired.
    ///
    /// [`Taken`](Opened::Taken) means that its id is in use on that account, and that nothing is kept
    /// of this one. A session that is ended or expired counts as well, until it is cleaned away or
    /// forgotten.
    ///
    /// A session that is opened while an [`end_all`](Self::end_all) or a [`forget`](Self::forget) of its
    /// account is under way may be void at once, although the answer is `Done`: which of the two was first cannot be known, and the
    /// safe side is out.
    ///
    /// # Cost of a wrong answer
    ///
    /// `Done` for an id in use: two people share a session. `Taken` for a free one: the caller takes
    /// another id.
    ///
    /// # On a key-value store
    ///
    /// Read the epoch, then write the session's item, which names it, on condition that there is none.
    /// An `end_all` or a `forget` that came between has made the session void; a transaction that also demands that
    /// the epoch still be the same makes it a [`Conflict`](crate::StoreErrorKind::Conflict) instead.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::StoreErrorKind::Invalid) if the value is longer than
    /// [`Session::MAX_VALUE_BYTES`]; [`Full`](crate::StoreErrorKind::Full) if there is no room;
    /// otherwise what befell the store. After [`Unavailable`](crate::StoreErrorKind::Unavailable) the
    /// session may have been kept: use a fresh id for the next one.
    async fn open(&self, session: Session) -> Result<Opened, StoreError>;

    /// The session, if it lives at `now`.
    ///
    /// It costs one strongly consistent request, whatever the answer: it is asked with every request of
    /// a person who is logged in, and who watches the traffic learns nothing of the others.
    ///
    /// While an [`end_all`](Self::end_all) is under way, the session that it keeps may be missed.
    ///
    /// # Cost of a wrong answer
    ///
    /// As with the whole trait. That of another account would show its owner's affairs to a stranger.
    ///
    /// # On a key-value store
    ///
    /// The session's item and the epoch's, in one consistent batch. It need not be a snapshot: an `end_all`
    /// writes the epoch's item alone.
    ///
    /// # Errors
    ///
    /// What befell the store. An error is not "ended", and not "lives" either: the caller lets nobody in,
    /// and throws nobody out.
    async fn session(
        &self,
        account: AccountId,
        id: SessionId,
        now: SystemTime,
    ) -> Result<Option<Session>, StoreError>;

    /// Replaces value and `expires_at` of a session that lives at `now`, if it is still at version
    /// `expected`: compare-and-swap.
    ///
    /// It is then at `expected.next()`, and may expire earlier than before as well as later. The stored
    /// `opened_at` stays, and the version that `session` carries does not matter. Of any number of racers
    /// with the same `expected`, exactly one is [`Done`](Renewed::Done).
    ///
    /// [`Gone`](Renewed::Gone) comes before [`Stale`](Renewed::Stale). Once [`end`](Self::end),
    /// [`end_all`](Self::end_all) or [`forget`](Self::forget) is answered, the session is gone, whatever
    /// renewals raced with it.
    ///
    /// # Cost of a wrong answer
    ///
    /// `Done` for a session that had ended: as with the whole trait, and here it comes back for good.
    /// `Done` for a stale write: what another request has just written, a step-up that was used
    /// perhaps, comes back as it was. `Stale` for a fresh one: the caller reads and tries again.
    ///
    /// # On a key-value store
    ///
    /// Read both items; if the session lives, write its own on condition that its version is still the same.
    /// The epoch that it names stays: what an `end_all` has ended meanwhile has ended.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::StoreErrorKind::Invalid) if the value is longer than
    /// [`Session::MAX_VALUE_BYTES`]; otherwise what befell the store. After
    /// [`Unavailable`](crate::StoreErrorKind::Unavailable) the write may have happened: a repeated
    /// call then answers `Stale`.
    async fn renew(
        &self,
        session: Session,
        expected: Version,
        now: SystemTime,
    ) -> Result<Renewed, StoreError>;

    /// Ends one session. One that is not there is no error.
    ///
    /// # Errors
    ///
    /// What befell the store. After [`Unavailable`](crate::StoreErrorKind::Unavailable) the session may
    /// have ended; calling again does no harm.
    async fn end(&self, account: AccountId, id: SessionId) -> Result<(), StoreError>;

    /// Ends every session of the account, in one write however many there are, but the one that is
    /// `kept`.
    ///
    /// A session whose [`open`](Self::open) was answered before this call began is ended. One whose
    /// `open` begins after this call was answered lives. One that is opened meanwhile may do either.
    ///
    /// What is `kept` stays as it is, its version too, if it lives at `now`. Where it does not, every
    /// session ends, and that is no error.
    ///
    /// # Cost of a wrong answer
    ///
    /// As with the whole trait: this is what an owner calls who was robbed, so it must not fail by half.
    ///
    /// # On a key-value store
    ///
    /// Add 1 to the epoch. Where a session is to be kept, read both items; then write the next epoch and, if
    /// the session lives, its name and the epoch in which it was opened, on condition that the epoch is still
    /// the same, also if the session does not live. Where that does not hold, begin again: two calls that
    /// keep the same session would else end it.
    ///
    /// # Errors
    ///
    /// What befell the store. After [`Unavailable`](crate::StoreErrorKind::Unavailable) the sessions may
    /// have ended, all of them or none; calling again also ends those that were opened since.
    async fn end_all(
        &self,
        account: AccountId,
        kept: Option<SessionId>,
        now: SystemTime,
    ) -> Result<(), StoreError>;

    /// Removes, for good, all that is kept of the account's sessions, also of those that were ended or have
    /// expired. None of them lives afterwards, and nothing of them is left to read.
    ///
    /// For the deletion of an account. A session whose [`open`](Self::open) was answered before this call
    /// began is gone; one whose `open` begins after this call was answered lives, as ever. One that is opened
    /// meanwhile may live, or be void and kept all the same until it is cleaned away. So whoever deletes an
    /// account calls this twice: before [`remove`](crate::CredentialStore::remove), lest someone stay inside
    /// if the deletion breaks off, and after it, when nobody can log in any more.
    ///
    /// An account without sessions is no error. The ids of forgotten sessions are free, and nothing that
    /// was opened under one of them comes back. What may stay of the account is its *epoch*: a number, and
    /// nothing of a person.
    ///
    /// # Cost of a wrong answer
    ///
    /// A session that lives afterwards leaves someone inside an account that is no more. One that is only
    /// ended, and still kept, breaks the promise to the person who left: what was sealed in it, and when
    /// they came and went, can still be read. A session of another account that is gone costs its owner a
    /// login.
    ///
    /// # On a key-value store
    ///
    /// End all first, with the epoch, in one write that keeps no session. Then read the keys of the
    /// sessions' items page by page, and remove each item. So a call that breaks off has ended every session,
    /// and calling again goes on with what is left. The item of the epoch must stay: without it the count
    /// would begin anew, and an item that a racing `open` left behind would live again.
    ///
    /// # Errors
    ///
    /// What befell the store. After any error but [`Invalid`](crate::StoreErrorKind::Invalid) the sessions
    /// may have ended, all of them or none, and some of them may be gone; call again until it succeeds.
    async fn forget(&self, account: AccountId) -> Result<(), StoreError>;

    /// All sessions of the account that live at `now`, the oldest first. Of those that were opened at
    /// one time, that with the lesser id.
    ///
    /// For the owner's list, and for limits: what two of them open at once, both may find to be within a
    /// limit. It reads all that is kept of the account, and what is expired until it is cleaned away.
    ///
    /// # Cost of a wrong answer
    ///
    /// One that is left out cannot be ended by an owner who does not know it. One too many alarms him.
    ///
    /// # Errors
    ///
    /// What befell the store.
    async fn sessions(
        &self,
        account: AccountId,
        now: SystemTime,
    ) -> Result<Vec<Session>, StoreError>;
}

/// What became of a session to [`open`](SessionStore::open).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a caller must have a plan for every answer")]
pub enum Opened {
    /// It is kept.
    Done,
    /// Its id is in use on that account; nothing was kept.
    Taken,
}

/// What became of a session to [`renew`](SessionStore::renew).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a caller must have a plan for every answer")]
pub enum Renewed {
    /// It is kept, at this version.
    Done(Version),
    /// Another writer was faster; nothing was changed. Read it again.
    Stale,
    /// It does not live, if it ever did; nothing was changed.
    Gone,
}
