use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use thiserror::Error;

/// There is no key to be had now.
///
/// One text whatever happened, for it may reach a client; an operator asks [`kind`](Self::kind) and
/// [`source`](StdError::source). Clones share their source: everybody who waited for one call to the
/// key service gets the same error.
#[derive(Clone, Debug, Error)]
#[error("the key service gave no key")]
pub struct KmsError {
    kind: KmsErrorKind,
    #[source]
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl KmsError {
    /// Of this kind, with nothing more to say.
    #[must_use]
    pub fn new(kind: KmsErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// Of this kind, because of `source`.
    pub fn because(kind: KmsErrorKind, source: impl StdError + Send + Sync + 'static) -> Self {
        Self { kind, source: Some(Arc::new(source)) }
    }

    /// What happened, for the operator.
    #[must_use]
    pub const fn kind(&self) -> KmsErrorKind {
        self.kind
    }

    /// Whether the same call may go well later.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        use KmsErrorKind::{Throttled, Timeout, Unavailable, Unreachable};
        matches!(self.kind, Throttled | Timeout | Unavailable | Unreachable)
    }

    /// Whether the key service has said that the key is not to be used: what is cached of it goes at once.
    #[must_use]
    pub const fn is_denial(&self) -> bool {
        use KmsErrorKind::{Denied, Disabled, NotFound};
        matches!(self.kind, Denied | Disabled | NotFound)
    }
}

/// Why there is no key, for the operator.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum KmsErrorKind {
    /// No request can be made: nothing names a region, or, where there is a source, there are no credentials.
    Configuration,
    /// The caller may not use the key: see its policy, the role, the encryption context in both.
    Denied,
    /// The key is disabled, or waits for its deletion.
    Disabled,
    /// The endpoint is plain HTTP, and not a loopback address that was asked for by name.
    Insecure,
    /// The wrapped key was not made by this KMS key, in this context, or was changed.
    Invalid,
    /// There is no such key in this region.
    NotFound,
    /// The operating system gave no random bytes.
    Random,
    /// The key service takes no more calls for now.
    Throttled,
    /// The key service did not answer in time.
    Timeout,
    /// More messages or bytes at once than one data key may seal: raise the bound, or seal in parts.
    TooMuch,
    /// The key service has a fault of its own, or answered what cannot be read.
    Unavailable,
    /// The key service cannot be reached.
    Unreachable,
    /// A key that the configuration does not allow: add it with
    /// [`DataKeys::also_opening`](crate::DataKeys::also_opening) if it is yours.
    Untrusted,
}

impl fmt::Display for KmsErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
