//! The door: every public call, each told in a few lines.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use doorward_session::{GrantPolicy, OneTimePolicy, SessionPolicy};
use doorward_store::{AccountId, Store};
use doorward_throttle::{Policy, Watch};
use tokio::sync::Notify;
use zeroize::Zeroizing;

use crate::attempt::{Login, PasswordChange, Redemption, Registration};
use crate::builder::NeedsStore;
use crate::clock::Clock;
use crate::device::DeviceToken;
use crate::error::Error;
use crate::event::EventSink;
use crate::export::AccountExport;
use crate::front::{Front, FrontLimits};
use crate::hashing::HashingStats;
use crate::import::{Import, Imported};
use crate::invitations::Invitations;
use crate::ledger::Ledger;
use crate::limiter::SourceLimiter;
use crate::new_password::NewPasswords;
use crate::notice::Notifier;
use crate::outage::Outages;
use crate::outcome::{Changed, Managed, Outcome, Registered};
use crate::pool::Pool;
use crate::principal::{Fresh, Principal};
use crate::queue::Queues;
use crate::recovery::Recovery;
use crate::renewal::{Renewal, Renewed};
use crate::rotation::Rotation;
use crate::second_factors::SecondFactors;
use crate::sessions::Sessions;
use crate::tokens::Tokens;
use crate::unlock::Unlock;
use crate::vault::Vault;
use crate::verification::Verification;
use crate::waits::KnownWaits;

/// The front door of a service: *may this person in?*
///
/// Clones share everything; make one for the whole process. Its calls need a Tokio runtime with time
/// enabled. A call that is dropped half-way still counts its attempt.
///
/// See the [crate's page](crate) for an example.
#[derive(Clone, Debug)]
pub struct Authenticator {
    inner: Arc<Inner>,
}

impl Authenticator {
    /// Starts with the two decisions that nobody else can make: the store, then the keys.
    pub fn builder() -> NeedsStore {
        NeedsStore::default()
    }

    /// Decides on a login.
    ///
    /// Wrong, unknown, disabled and over-long attempts take one path: the same answer, the same calls
    /// to the store, the same hashing. See [`Outcome`] for what to do with the answer.
    ///
    /// # Errors
    ///
    /// [`Error`] when no decision could be reached: the store failed, or the hashing pool is full.
    /// Nobody is let in, and nothing is told.
    pub async fn authenticate(&self, login: Login) -> Result<Outcome, Error> {
        // Boxed: each of the futures that it goes through would have room for it, and a crowd may wait.
        let decided = Arc::clone(&self.inner).decide(Box::new(login)).await?;
        Ok(decided.outcome)
    }

    /// Redeems a ticket with the code that its owner was sent, or with one of the account's second factor; a ticket
    /// that no code redeems, an expired one, one that was issued elsewhere, and a wrong code are all
    /// [`Outcome::Rejected`].
    ///
    /// Codes are throttled as passwords are, by the same policy and apart from them: [`Outcome::Wait`]. A ticket bears
    /// five tries.
    ///
    /// # Errors
    ///
    /// [`Error`] when no decision could be reached.
    pub async fn redeem(&self, redemption: Redemption) -> Result<Outcome, Error> {
        Arc::clone(&self.inner).redeem(redemption).await
    }

    /// Makes an account.
    ///
    /// # Errors
    ///
    /// [`Error`] when it could not be made; of the kind
    /// [`BreachCheck`](crate::ErrorKind::BreachCheck) before anything was done. After another, the account may exist all the same (the
    /// store's reply was lost): trying again answers [`Registered::Taken`].
    pub async fn register(&self, registration: Registration) -> Result<Registered, Error> {
        self.inner.register(registration).await
    }

    /// Brings over an account of another system, with the hash that it stored. For operators.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use doorward::{Authenticator, Import, Imported, Keys, Login, MemoryStore, Outcome};
    ///
    /// // Argon2id of 12 MiB and 3 passes. Hashes of other formats take a Cargo feature each.
    /// let row = "$argon2id$v=19$m=12288,t=3,p=1$c2FsdHNhbHRzYWx0c2E$\
    ///            NXh3GKRe0bkjUxflQZbAbdUAT5a2MXN4PBuDG6jSu4A";
    /// let auth = Authenticator::builder()
    ///     .store(MemoryStore::new())
    ///     .keys(Keys::generate()?)
    ///     .expecting([row.parse()?])
    ///     .build()?;
    /// let imported = auth.import(Import::new("alice@example.com", row)).await?;
    /// assert!(matches!(imported, Imported::Created(_)));
    ///
    /// let login = Login::new("alice@example.com", "correct horse battery staple");
    /// assert!(matches!(auth.authenticate(login).await?, Outcome::Verified(_)));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error`] when it could not be made. After one, the account may exist all the same: trying
    /// again answers [`Imported::Taken`].
    pub async fn import(&self, import: Import) -> Result<Imported, Error> {
        self.inner.import(import).await
    }

    /// A pass that brings every account under the present keys, while people log in. For operators.
    pub fn rotation(&self) -> Rotation {
        Rotation::new(Arc::clone(&self.inner))
    }

    /// Brings the stored hash of an account up to date without its password: under the newest key, and
    /// if it is weaker than the present cost and of a kind that is expected, inside a hash of it. For
    /// operators.
    ///
    /// # Errors
    ///
    /// [`Error`] when it could not be read or written: it is as it was, unless the store's reply was
    /// lost, after which it may be renewed.
    pub async fn renew_hash(&self, account: AccountId) -> Result<Renewed, Error> {
        self.inner.renew_hash(account).await
    }

    /// [`renew_hash`](Self::renew_hash) of at most `limit` accounts behind `after`, in the store's own
    /// order. Call it until [`Renewal::next`] is `None`; a pass that was interrupted goes on behind the
    /// last account seen. Logins go on meanwhile.
    ///
    /// After a pass without failures every hash is as strong as a new one. For a change of keys, run
    /// [`rotation`](Self::rotation), which brings identifiers along.
    ///
    /// ```
    /// # async fn pass(auth: doorward::Authenticator) -> Result<(), doorward::Error> {
    /// let mut after = None;
    /// loop {
    ///     let page = auth.renew_hashes(after, 100).await?;
    ///     println!("{} renewed, {} failed", page.renewed, page.failed.len());
    ///     after = page.next;
    ///     if after.is_none() {
    ///         break;
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error`] when the store could not list them. What befell single accounts is in the answer.
    pub async fn renew_hashes(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Renewal, Error> {
        self.inner.renew_hashes(after, limit).await
    }

    /// Changes a password, given the current one, which is throttled and counted like a login.
    ///
    /// # Errors
    ///
    /// [`Error`] when no decision could be reached, or the account was changed at the same time. The
    /// old password is in force then, and was not looked at where the breach check failed, unless the store's reply was
    /// lost, or sessions could not be ended after the change: they end when the owner opens the next one.
    pub async fn change_password(&self, change: PasswordChange) -> Result<Changed, Error> {
        Arc::clone(&self.inner).change_password(change).await
    }

    /// Shuts an account: its logins are rejected like wrong passwords. For operators.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed; nothing has changed, or the store's reply was lost.
    pub async fn disable(&self, identifier: &str) -> Result<Managed, Error> {
        self.inner.set_disabled(identifier, true).await
    }

    /// Opens a shut account again. For operators.
    ///
    /// # Errors
    ///
    /// As for [`disable`](Self::disable).
    pub async fn enable(&self, identifier: &str) -> Result<Managed, Error> {
        self.inner.set_disabled(identifier, false).await
    }

    /// Lifts the waits of an account that strangers have run into. For operators, and for a service
    /// whose own recovery has verified the owner.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed.
    pub async fn unlock(&self, identifier: &str) -> Result<Managed, Error> {
        self.inner.unlock(&Unlock::account(identifier)).await
    }

    /// Lifts the waits of each of these, in order: accounts, sources, networks, devices, the site. For
    /// operators. Each emits an audit event of its own. Other instances follow within two seconds.
    ///
    /// ```
    /// # async fn unlock(auth: doorward::Authenticator) -> Result<(), doorward::Error> {
    /// use doorward::Unlock;
    ///
    /// let office: std::net::IpAddr = "198.51.100.7".parse().unwrap();
    /// let unlocked = auth.unlock_all([
    ///     Unlock::account("alice@example.com"),
    ///     Unlock::source(office),
    ///     Unlock::networks(office),
    ///     Unlock::site(),
    /// ]).await;
    /// for result in unlocked {
    ///     let _ = result?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// One result each, in the order asked; those behind one that failed are tried all the same.
    pub async fn unlock_all(
        &self,
        unlocks: impl IntoIterator<Item = Unlock>,
    ) -> Vec<Result<Managed, Error>> {
        let mut results = Vec::new();
        for unlock in unlocks {
            results.push(self.inner.unlock(&unlock).await);
        }
        results
    }

    /// Makes a device unknown: its token is worth nothing from now on, and neither are those that it
    /// was given before. For a lost or stolen one; a change of the password does the same for all.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed.
    pub async fn revoke_device(
        &self,
        identifier: &str,
        token: DeviceToken,
    ) -> Result<Managed, Error> {
        self.inner.revoke_device(identifier, &token).await
    }

    /// The sessions of people: opened with the proof of a login.
    pub fn sessions(&self) -> Sessions {
        Sessions::new(Arc::clone(&self.inner))
    }

    /// The tokens of API clients: granted with the proof of a login.
    pub fn tokens(&self) -> Tokens {
        Tokens::new(Arc::clone(&self.inner))
    }

    /// The second factors of accounts: enrolled and removed by their owners.
    pub fn second_factors(&self) -> SecondFactors {
        SecondFactors::new(Arc::clone(&self.inner))
    }

    /// Forgotten passwords.
    pub fn recovery(&self) -> Recovery {
        Recovery::new(Arc::clone(&self.inner))
    }

    /// Identifiers, shown to be their owners' and exchanged.
    pub fn verification(&self) -> Verification {
        Verification::new(Arc::clone(&self.inner))
    }

    /// Accounts for people who are invited.
    pub fn invitations(&self) -> Invitations {
        Invitations::new(Arc::clone(&self.inner))
    }

    /// Removes an account and everything that is kept of it: identifier, password, second factor, sessions, counters. For
    /// operators. What was counted of its devices goes by keyed digests and expires; of a backup, nothing is removed.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed. The account is shut then, or as it was: call again, and it goes on.
    pub async fn delete(&self, identifier: &str) -> Result<Managed, Error> {
        self.inner.delete(identifier).await
    }

    /// [`delete`](Self::delete), by the owner: `false` where the owner has to log in again, because the account was
    /// changed since, or has a second factor that was no part of this authentication.
    ///
    /// # Errors
    ///
    /// As for [`delete`](Self::delete); the owner is logged out then, and an operator has to go on.
    pub async fn delete_own(&self, owner: Fresh<'_>) -> Result<bool, Error> {
        self.inner.delete_own(owner).await
    }

    /// All that is kept of an account. For operators. `None` where nobody has this identifier.
    ///
    /// # Errors
    ///
    /// [`Error`] when it could not be read.
    pub async fn export(&self, identifier: &str) -> Result<Option<AccountExport>, Error> {
        self.inner.export(identifier).await
    }

    /// [`export`](Self::export), for the owner: `None` where the owner has to log in again, as for
    /// [`delete_own`](Self::delete_own).
    ///
    /// # Errors
    ///
    /// [`Error`] when it could not be read.
    pub async fn export_own(&self, owner: Fresh<'_>) -> Result<Option<AccountExport>, Error> {
        self.inner.export_own(owner).await
    }

    /// The identifier of whoever a request is from, in its normal form, to greet them with; `None` where the account was
    /// removed or shut since. One read. It is personal data.
    ///
    /// # Errors
    ///
    /// [`Error`] when it could not be read.
    pub async fn identifier(
        &self,
        principal: &Principal,
    ) -> Result<Option<Zeroizing<String>>, Error> {
        self.inner.identifier_of(principal).await
    }

    /// A limit for each source on something that is no login, by this door's clock.
    pub fn limiter(&self, limits: FrontLimits) -> SourceLimiter {
        SourceLimiter::new(limits, Arc::clone(&self.inner.clock))
    }

    /// The time by this door's [`Clock`]: what remains of a ticket or a session is reckoned from it.
    pub fn now(&self) -> SystemTime {
        self.inner.clock.now()
    }

    /// What the hashing pool has done and is doing, for metrics.
    pub fn hashing(&self) -> HashingStats {
        self.inner.pool.stats()
    }

    pub(crate) fn new(inner: Inner) -> Self {
        Self { inner: Arc::new(inner) }
    }
}

/// What the calls share.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) ledger: Ledger,
    pub(crate) vault: Vault,
    pub(crate) pool: Pool,
    pub(crate) policy: Policy,
    pub(crate) watch: Mutex<Watch>,
    pub(crate) passwords: NewPasswords,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) events: Arc<dyn EventSink>,
    pub(crate) notifier: Option<Arc<dyn Notifier>>,
    pub(crate) session_policy: SessionPolicy,
    pub(crate) grant_policy: GrantPolicy,
    pub(crate) one_time_policy: OneTimePolicy,
    pub(crate) front: Front,
    pub(crate) outages: Outages,
    pub(crate) queues: Queues,
    pub(crate) waits: KnownWaits,
    /// Tells those who wait for room that an attempt has settled.
    pub(crate) settled: Notify,
}
