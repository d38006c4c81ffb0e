//! Building an authenticator: what must be decided, in order, then what may be.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use doorward_hash::{
    Backend, BreachCheck, Ceiling, Cost, HashKind, Hasher, ImportPepper, Normalization,
    PasswordPolicy,
};
use doorward_session::{GrantPolicy, OneTimePolicy, SessionPolicy};
use doorward_store::Store;
use doorward_throttle::{Policy, Watch};
use thiserror::Error;

use crate::authenticator::{Authenticator, Inner};
use crate::breaches::Breaches;
use crate::clock::{Clock, SystemClock};
use crate::deadline::DeadlineStore;
use crate::event::{EventSink, TracingSink};
use crate::front::{Front, FrontLimits};
use crate::hashing::HashingLimits;
use crate::keys::Keys;
use crate::ledger::Ledger;
use crate::new_password::NewPasswords;
use crate::notice::Notifier;
use crate::outage::Outages;
use crate::pool::Pool;
use crate::queue::Queues;
use crate::vault::Vault;
use crate::waits::KnownWaits;

/// First decision: where accounts are kept.
#[derive(Debug, Default)]
#[must_use = "an authenticator is made by `build`"]
#[non_exhaustive]
pub struct NeedsStore;

impl NeedsStore {
    /// Keeps accounts, counters and tickets there.
    pub fn store(self, store: impl Store + 'static) -> NeedsKeys {
        NeedsKeys { store: Arc::new(store) }
    }
}

/// Second decision: the keys.
#[derive(Debug)]
#[must_use = "an authenticator is made by `build`"]
pub struct NeedsKeys {
    store: Arc<dyn Store>,
}

impl NeedsKeys {
    /// Derives every key from these.
    pub fn keys(self, keys: Keys) -> AuthenticatorBuilder {
        AuthenticatorBuilder {
            store: self.store,
            store_deadline: Duration::from_secs(5),
            keys,
            hashes: Hashes::default(),
            limits: HashingLimits::default(),
            front: FrontLimits::default(),
            policy: Policy::recommended(),
            passwords: PasswordPolicy::default(),
            service_names: Vec::new(),
            breach_check: None,
            breach_deadline: Duration::from_secs(3),
            accepts_unchecked: false,
            tenant: "default".to_owned(),
            clock: Arc::new(SystemClock),
            events: Arc::new(TracingSink),
            notifier: None,
            sessions: SessionPolicy::default(),
            grants: GrantPolicy::default(),
            one_time: OneTimePolicy::default(),
        }
    }
}

/// Everything else has a good default.
#[derive(Debug)]
#[must_use = "an authenticator is made by `build`"]
pub struct AuthenticatorBuilder {
    store: Arc<dyn Store>,
    store_deadline: Duration,
    keys: Keys,
    hashes: Hashes,
    limits: HashingLimits,
    front: FrontLimits,
    policy: Policy,
    passwords: PasswordPolicy,
    service_names: Vec<String>,
    breach_check: Option<Arc<dyn BreachCheck>>,
    breach_deadline: Duration,
    accepts_unchecked: bool,
    tenant: String,
    clock: Arc<dyn Clock>,
    events: Arc<dyn EventSink>,
    notifier: Option<Arc<dyn Notifier>>,
    sessions: SessionPolicy,
    grants: GrantPolicy,
    one_time: OneTimePolicy,
}

/// What is decided of hashes, until a hasher is made of it.
#[derive(Debug, Default)]
struct Hashes {
    cost: Cost,
    ceiling: Ceiling,
    backend: Backend,
    normalization: Normalization,
    expected: Vec<HashKind>,
    peppers: Vec<ImportPepper>,
}

impl Hashes {
    fn hasher(self) -> Hasher {
        Hasher::new(self.cost)
            .with_ceiling(self.ceiling)
            .with_backend(self.backend)
            .with_normalization(self.normalization)
            .with_import_peppers(self.peppers)
            .expecting(self.expected)
    }
}

impl AuthenticatorBuilder {
    /// How long one call to the store may take before it counts as failed; 5 seconds unless told.
    /// Nobody is let in on a failed call. At most 20 seconds: with the hash in between, an attempt
    /// has to be settled before its reservation lapses.
    pub fn store_deadline(mut self, deadline: Duration) -> Self {
        self.store_deadline = deadline.min(Duration::from_secs(20));
        self
    }

    /// What a new hash costs. Old hashes that cost less are made anew at the next login; until then
    /// verifying them is filled up to the same work, and to the same time as well where their kind is
    /// [expected](Self::expecting).
    pub fn cost(mut self, cost: Cost) -> Self {
        self.hashes.cost = cost;
        self
    }

    /// What a stored hash may ask for before it counts as planted.
    pub fn ceiling(mut self, ceiling: Ceiling) -> Self {
        self.hashes.ceiling = ceiling;
        self
    }

    /// What computes Argon2; the crate of RustCrypto unless told. `Backend::vectorised()?` (feature
    /// `vectorised`) is about twice as fast, and refuses to start on a processor where it computes
    /// something else.
    pub fn backend(mut self, backend: Backend) -> Self {
        self.hashes.backend = backend;
        self
    }

    /// The form of a password that new hashes are made of; NFC unless told. It is recorded with each
    /// hash, so it can be changed at any time.
    pub fn normalization(mut self, normalization: Normalization) -> Self {
        self.hashes.normalization = normalization;
        self
    }

    /// Kinds of hashes that the table holds beside those of the present cost: what is
    /// [imported](crate::Import), and what a former cost made. Every login then takes the time of one of
    /// each, so that nobody can be told by it. Take a kind out when none of it is left.
    pub fn expecting(mut self, kinds: impl IntoIterator<Item = HashKind>) -> Self {
        self.hashes.expected.extend(kinds);
        self
    }

    /// The peppers of imported hashes. (Hashes made here need none: the keys are their pepper.) The kinds to
    /// [expect](Self::expecting) name them as rows do: `{pepper:old-app}$2b$10$...`.
    pub fn import_peppers(mut self, peppers: impl IntoIterator<Item = ImportPepper>) -> Self {
        self.hashes.peppers.extend(peppers);
        self
    }

    /// How much hashing may go on at once.
    pub fn hashing(mut self, limits: HashingLimits) -> Self {
        self.limits = limits;
        self
    }

    /// How many attempts one source may make before they cost more than a look-up in memory.
    pub fn front(mut self, limits: FrontLimits) -> Self {
        self.front = limits;
        self
    }

    /// How often may be tried, by whom, from where.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Which new passwords will do.
    pub fn passwords(mut self, policy: PasswordPolicy) -> Self {
        self.passwords = policy;
        self
    }

    /// A name of the service: its brand, its domain. Called again, it adds another. A new password that
    /// is made of one is refused, as one that is made of the identifier is: see
    /// [`PasswordPolicy::check`].
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.service_names.push(name.into());
        self
    }

    /// Refuses new passwords that are known from a breach (NIST SP 800-63B-4, section 3.1.1.2; ASVS
    /// 5.0, 6.2.12). The module [`breach`](crate::breach) has a list in memory, one in a file, and a
    /// question to a service.
    ///
    /// It is asked last, and only about a password that would be accepted, before anything is looked up:
    /// the answer does not depend on whether there is an account. At most 64 questions are under
    /// way at once. What it cannot tell is an error of the kind
    /// [`BreachCheck`](crate::ErrorKind::BreachCheck), and nothing has changed; unless
    /// [`accept_unchecked_passwords`](Self::accept_unchecked_passwords) says otherwise. Registrations
    /// of [`existing`](crate::Registration::existing) accounts are not asked about.
    ///
    /// ```
    /// use doorward::{Authenticator, Keys, MemoryStore, PasswordProblem, Refusal, Registered, Registration};
    /// use doorward::breach::{BreachDigest, BreachFilter};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let line = "ABF7AAD6438836DBE526AA231ABDE2D0EEF74D42:116"; // of a list of SHA-1 digests
    /// let auth = Authenticator::builder()
    ///     .store(MemoryStore::new())
    ///     .keys(Keys::generate()?)
    ///     .breach_check(BreachFilter::from_iter([line.parse::<BreachDigest>()?]))
    ///     .build()?;
    ///
    /// let registration = Registration::new("alice@example.com", "correct horse battery staple");
    /// let refusal = Refusal::Password(PasswordProblem::Breached);
    /// assert_eq!(auth.register(registration).await?, Registered::Refused(refusal));
    /// # Ok(())
    /// # }
    /// ```
    pub fn breach_check(mut self, check: impl BreachCheck + 'static) -> Self {
        self.breach_check = Some(Arc::new(check));
        self
    }

    /// How long the breach check may take before it counts as failed; 3 seconds unless told.
    pub fn breach_deadline(mut self, deadline: Duration) -> Self {
        self.breach_deadline = deadline;
        self
    }

    /// Accepts a new password when the breach check cannot tell, instead of an error. An audit event,
    /// [`PasswordUnchecked`](crate::EventKind::PasswordUnchecked), names the account.
    ///
    /// With it, whoever can disturb the check can set a breached password; without it, nobody can
    /// register or change a password while the check is down.
    pub fn accept_unchecked_passwords(mut self) -> Self {
        self.accepts_unchecked = true;
        self
    }

    /// The tenant whose accounts these are; `default` unless told. It is bound into every sealed
    /// field and every index: another tenant's data does not open.
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = tenant.into();
        self
    }

    /// Where the time comes from.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Where audit events go; to `tracing` unless told.
    pub fn events(mut self, sink: impl EventSink + 'static) -> Self {
        self.events = Arc::new(sink);
        self
    }

    /// Sends codes and notices to owners. Without one there is no step-up, and where the policy would ask
    /// for it, attempts from unknown devices wait; and there is no recovery.
    pub fn notifier(mut self, notifier: impl Notifier + 'static) -> Self {
        self.notifier = Some(Arc::new(notifier));
        self
    }

    /// How long sessions live, and how many an account has; [`SessionPolicy::aal2`] unless told. What is shorter than
    /// before holds for sessions that are open as well.
    pub fn sessions(mut self, policy: SessionPolicy) -> Self {
        self.sessions = policy;
        self
    }

    /// How long grants to API clients and their tokens live.
    pub fn grants(mut self, policy: GrantPolicy) -> Self {
        self.grants = policy;
        self
    }

    /// How long tokens that are sent live, and how many are.
    pub fn one_time_tokens(mut self, policy: OneTimePolicy) -> Self {
        self.one_time = policy;
        self
    }

    /// Starts the hashing threads.
    ///
    /// # Errors
    ///
    /// [`BuildError`] when a thread cannot be started or there are no random bytes.
    pub fn build(self) -> Result<Authenticator, BuildError> {
        let cost = self.hashes.cost;
        let pool = Pool::start(self.hashes.hasher(), self.limits).map_err(BuildError::Thread)?;
        let vault = Vault::new(self.keys.derive(), self.tenant, cost)
            .map_err(|error| BuildError::Randomness(Box::new(error)))?;
        let store: Arc<dyn Store> = Arc::new(DeadlineStore::new(self.store, self.store_deadline));
        // Nobody else can predict it, and a replay under the same keys notices the same.
        let seed = *vault.counters().tag("watch", &[]).as_bytes();
        let mut watch = Watch::new(self.policy.detection(), self.notifier.is_some(), seed);
        for name in &self.service_names {
            // Whoever sprays a service begins with its name.
            let typed = [name.clone(), name.to_lowercase()];
            typed.iter().for_each(|name| watch.prime(&vault.password_digest(name)));
        }
        let breaches = self
            .breach_check
            .map(|check| Breaches::new(check, self.breach_deadline, self.accepts_unchecked));
        let passwords =
            NewPasswords { policy: self.passwords, service_names: self.service_names, breaches };
        Ok(Authenticator::new(Inner {
            ledger: Ledger::new(Arc::clone(&store)),
            store,
            vault,
            pool,
            watch: Mutex::new(watch),
            outages: Outages::new(&self.policy),
            policy: self.policy,
            passwords,
            clock: self.clock,
            events: self.events,
            notifier: self.notifier,
            session_policy: self.sessions,
            grant_policy: self.grants,
            one_time_policy: self.one_time,
            front: Front::new(self.front),
            queues: Queues::default(),
            waits: KnownWaits::default(),
            settled: tokio::sync::Notify::new(),
        }))
    }
}

/// Why an authenticator could not be built.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    Randomness(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The operating system gave no thread.
    #[error(
        "a hashing thread could not be started: lower the number of threads, or raise the limit"
    )]
    Thread(#[source] std::io::Error),
}
