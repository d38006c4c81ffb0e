//! The error of the facade: nothing for an attacker, a kind and a source for the operator.

use std::error::Error as StdError;
use std::fmt;

use doorward_fields::rotation::ResealError;
use doorward_fields::{OpenError, RandomError, SealError};
use doorward_hash::{HashError, ParseError};
use doorward_store::{StoreError, StoreErrorKind};

/// *We could not decide.* It always means no: nobody is let in on an error.
///
/// Its text is the same for every cause, so that an answer which shows it tells nothing. The cause is
/// in [`kind`](Error::kind) and [`source`](StdError::source), for logs.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What kept doorward from deciding.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The breach check could not tell whether a new password is known. Nothing has changed; try again
    /// later.
    BreachCheck,
    /// Two changes of one account met; try again.
    Conflict,
    /// A stored credential cannot be read: wrong keys, a pepper that is missing, or damage. Look at the
    /// key ids.
    Corrupt,
    /// In a pass over all accounts: another account has the same identifier, claimed under another key.
    /// Keys were exchanged in the wrong order; nothing has changed. Look at both accounts.
    IdentifierTaken,
    /// A fault of doorward itself.
    Internal,
    /// What the service itself said will not do; the source names the remedy.
    Invalid,
    /// There is nobody to send anything: give the builder a [`Notifier`](crate::Notifier).
    NoNotifier,
    /// No memory for a hash.
    OutOfMemory,
    /// The operating system gave no random bytes.
    Randomness,
    /// The hashing pool's queue is full, or the wait in it was too long; try again later.
    Saturated,
    /// The store did not answer, or refused.
    Store,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self { kind, source: None }
    }

    pub(crate) fn because(kind: ErrorKind, source: impl StdError + Send + Sync + 'static) -> Self {
        Self { kind, source: Some(Box::new(source)) }
    }

    /// What happened, for the operator.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self.kind {
            ErrorKind::BreachCheck
            | ErrorKind::Conflict
            | ErrorKind::OutOfMemory
            | ErrorKind::Saturated => true,
            ErrorKind::Corrupt
            | ErrorKind::IdentifierTaken
            | ErrorKind::Internal
            | ErrorKind::Invalid
            | ErrorKind::NoNotifier
            | ErrorKind::Randomness => false,
            ErrorKind::Store => self
                .source
                .as_ref()
                .and_then(|source| source.downcast_ref::<StoreError>())
                .is_some_and(StoreError::is_retryable),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request could not be decided")
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let kind = match error.kind() {
            StoreErrorKind::Conflict => ErrorKind::Conflict,
            StoreErrorKind::Corrupt => ErrorKind::Corrupt,
            _ => ErrorKind::Store,
        };
        Self::because(kind, error)
    }
}

impl From<ResealError> for Error {
    fn from(error: ResealError) -> Self {
        match error {
            ResealError::Open(error) => error.into(),
            ResealError::Seal(error) => error.into(),
            error => Self::because(ErrorKind::Internal, error),
        }
    }
}

impl From<HashError> for Error {
    fn from(error: HashError) -> Self {
        let kind = match error {
            HashError::OutOfMemory => ErrorKind::OutOfMemory,
            HashError::OverCeiling(_) | HashError::Pepper => ErrorKind::Corrupt,
            _ => ErrorKind::Internal,
        };
        Self::because(kind, error)
    }
}

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        Self::because(ErrorKind::Corrupt, error)
    }
}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        Self::because(ErrorKind::Corrupt, error)
    }
}

impl From<SealError> for Error {
    fn from(error: SealError) -> Self {
        Self::because(ErrorKind::Internal, error)
    }
}

impl From<RandomError> for Error {
    fn from(error: RandomError) -> Self {
        Self::because(ErrorKind::Randomness, error)
    }
}

impl From<doorward_hash::RandomError> for Error {
    fn from(error: doorward_hash::RandomError) -> Self {
        Self::because(ErrorKind::Randomness, error)
    }
}

impl From<doorward_store::RandomError> for Error {
    fn from(error: doorward_store::RandomError) -> Self {
        Self::because(ErrorKind::Randomness, error)
    }
}
