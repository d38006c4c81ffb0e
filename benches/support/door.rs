//! A door to knock at: an authenticator whose clock stands still until it is told to move.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, UNIX_EPOCH};

use doorward::{
    Authenticator, AuthenticatorBuilder, Cost, HashingLimits, Import, Imported, Keys, Login,
    Managed, ManualClock, Outcome, Registered, Registration, Store,
};
use tokio::runtime::Runtime;

use crate::stopwatch::{Took, time};

/// What ends a measuring program early.
pub type Failure = Box<dyn Error + Send + Sync>;

/// The password of every account here.
pub const PASSWORD: &str = "seven quiet herons";

/// Where every attempt comes from that does not say otherwise.
pub const SOURCE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

/// After this long every window has passed, and every run of failures has lapsed.
pub const LONG_AFTER: Duration = Duration::from_secs(31 * 86_400);

/// An identifier; all are of one length.
pub fn name(kind: &str, number: usize) -> String {
    format!("{kind:_<12}{number:06}@example.com")
}

/// An authenticator, and the runtime that its calls need.
#[derive(Debug)]
pub struct Door {
    auth: Authenticator,
    clock: ManualClock,
    runtime: Runtime,
}

impl Door {
    /// A door over `store`. Its calls run on the caller's thread, but for the hash.
    ///
    /// # Errors
    ///
    /// [`Failure`] when the system gives no thread or no random bytes.
    pub fn open(
        store: impl Store + 'static,
        keys: &Keys,
        cost: Cost,
        limits: HashingLimits,
    ) -> Result<Self, Failure> {
        Self::open_with(store, keys, |builder| builder.cost(cost).hashing(limits))
    }

    /// A door over `store`, with whatever else is to be decided.
    ///
    /// # Errors
    ///
    /// [`Failure`] when the system gives no thread or no random bytes.
    pub fn open_with(
        store: impl Store + 'static,
        keys: &Keys,
        decide: impl FnOnce(AuthenticatorBuilder) -> AuthenticatorBuilder,
    ) -> Result<Self, Failure> {
        let clock = ManualClock::new(UNIX_EPOCH + Duration::from_secs(1_700_000_000));
        let keys = Keys::parse(&keys.expose_secret())?;
        let builder = Authenticator::builder().store(store).keys(keys).clock(clock.clone());
        let auth = decide(builder).build()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        Ok(Self { auth, clock, runtime })
    }

    /// The authenticator behind it.
    pub fn auth(&self) -> &Authenticator {
        &self.auth
    }

    /// Lets all that was counted lapse.
    pub fn forget(&self) {
        self.clock.advance(LONG_AFTER);
    }

    /// One attempt.
    ///
    /// # Errors
    ///
    /// [`Failure`] when it could not be decided.
    pub fn attempt(&self, login: Login) -> Result<Outcome, Failure> {
        Ok(self.runtime.block_on(self.auth.authenticate(login))?)
    }

    /// One attempt, and how long it took.
    ///
    /// # Errors
    ///
    /// [`Failure`] when it could not be decided.
    pub fn timed(&self, login: Login) -> Result<(Outcome, Took), Failure> {
        let (outcome, took) = time(|| self.attempt(login));
        Ok((outcome?, took))
    }

    /// Makes an account with [`PASSWORD`].
    ///
    /// # Errors
    ///
    /// [`Failure`] when it could not be made.
    pub fn register(&self, identifier: &str) -> Result<(), Failure> {
        let registration = Registration::new(identifier, PASSWORD);
        match self.runtime.block_on(self.auth.register(registration))? {
            Registered::Created(_) => Ok(()),
            other => Err(format!("{identifier} was not made: {other:?}").into()),
        }
    }

    /// Brings an account over.
    ///
    /// # Errors
    ///
    /// [`Failure`] when it could not be made.
    pub fn import(&self, identifier: &str, import: Import) -> Result<(), Failure> {
        match self.runtime.block_on(self.auth.import(import))? {
            Imported::Created(_) => Ok(()),
            other => Err(format!("{identifier} was not made: {other:?}").into()),
        }
    }

    /// Shuts an account.
    ///
    /// # Errors
    ///
    /// [`Failure`] when it could not be shut.
    pub fn disable(&self, identifier: &str) -> Result<(), Failure> {
        match self.runtime.block_on(self.auth.disable(identifier))? {
            Managed::Done => Ok(()),
            other => Err(format!("{identifier} was not shut: {other:?}").into()),
        }
    }
}
