//! What is kept of one session.

use std::fmt;
use std::time::SystemTime;

use crate::credential::Sealed;
use crate::{AccountId, SessionId, Version};

/// A session of an account: that someone has proved to be its owner, for a while.
///
/// What it stands for comes signed or sealed, at most [`MAX_VALUE_BYTES`](Self::MAX_VALUE_BYTES) long, and
/// `Debug` shows its length only. A session is expired when `now >= expires_at`: at the very instant
/// it is dead already.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use doorward_store::{AccountId, Session, SessionId, Version};
///
/// let (account, id) = (AccountId::from_bytes([1; 16]), SessionId::from_bytes([2; 16]));
/// let expires_at = UNIX_EPOCH + Duration::from_secs(3600);
/// let session = Session::new(account, id, b"sealed".to_vec(), UNIX_EPOCH, expires_at);
///
/// assert_eq!(session.version(), Version::FIRST);
/// assert!(session.is_expired(expires_at));
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct Session {
    account: AccountId,
    id: SessionId,
    version: Version,
    value: Vec<u8>,
    opened_at: SystemTime,
    expires_at: SystemTime,
}

impl Session {
    /// The longest value, in bytes.
    pub const MAX_VALUE_BYTES: usize = 2048;

    /// A session at [`Version::FIRST`].
    ///
    /// A store refuses a `value` that is longer than [`MAX_VALUE_BYTES`](Self::MAX_VALUE_BYTES).
    #[must_use]
    pub fn new(
        account: AccountId,
        id: SessionId,
        value: Vec<u8>,
        opened_at: SystemTime,
        expires_at: SystemTime,
    ) -> Self {
        Self { account, id, version: Version::FIRST, value, opened_at, expires_at }
    }

    /// With this value, signed or sealed.
    ///
    /// A store refuses one that is longer than [`MAX_VALUE_BYTES`](Self::MAX_VALUE_BYTES).
    #[must_use]
    pub fn with_value(self, value: Vec<u8>) -> Self {
        Self { value, ..self }
    }

    /// Expired from this time on.
    #[must_use]
    pub fn with_expires_at(self, expires_at: SystemTime) -> Self {
        Self { expires_at, ..self }
    }

    /// At this version: for a store, which alone knows it.
    #[must_use]
    pub fn with_version(self, version: Version) -> Self {
        Self { version, ..self }
    }

    /// Opened at this time: for a store that keeps the first one.
    pub(crate) fn with_opened_at(self, opened_at: SystemTime) -> Self {
        Self { opened_at, ..self }
    }

    /// Whose it is.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Its name among the sessions of its account.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// The version at which the store read it.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// What it stands for, signed or sealed.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// When it was opened.
    #[must_use]
    pub fn opened_at(&self) -> SystemTime {
        self.opened_at
    }

    /// From when on it is worth nothing.
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    /// Whether it is worth nothing at `now`.
    #[must_use]
    pub fn is_expired(&self, now: SystemTime) -> bool {
        now >= self.expires_at
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("account", &self.account)
            .field("id", &self.id)
            .field("version", &self.version)
            .field("value", &Sealed(self.value.len()))
            .field("opened_at", &self.opened_at)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}
