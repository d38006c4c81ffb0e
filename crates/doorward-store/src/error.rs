//! A store that could not do what it was asked.

use std::error::Error;
use std::fmt;

/// A store could not do what it was asked.
///
/// It is for the operator: [`kind`](Self::kind) says what to do about it, the source says what
/// happened. It says nothing about whose credential it was, and the caller must deny on every kind:
/// an error that let someone in would make an outage the best way through the door.
///
/// Whether a write that failed with [`Unavailable`](StoreErrorKind::Unavailable) happened is
/// unknown. After every other kind it did not, except that a call over several counter rows may
/// have changed some of them.
///
/// ```
/// use doorward_store::{StoreError, StoreErrorKind};
///
/// let error = StoreError::new(StoreErrorKind::Throttled, "find");
/// assert!(error.is_retryable());
/// ```
#[derive(Debug, thiserror::Error)]
#[error("store operation `{operation}` failed: {kind}")]
pub struct StoreError {
    kind: StoreErrorKind,
    operation: &'static str,
    #[source]
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// An error in `operation`, which is the name of the trait's method.
    #[must_use]
    pub fn new(kind: StoreErrorKind, operation: &'static str) -> Self {
        Self { kind, operation, source: None }
    }

    /// Caused by `source`, whose text must hold no secret and no identifier.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// The method that failed.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Whether the same call may succeed in a moment.
    ///
    /// A repeated call is not always the same: see each method on what its first try may have left.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.kind {
            StoreErrorKind::Unavailable | StoreErrorKind::Throttled | StoreErrorKind::Conflict => {
                true
            }
            StoreErrorKind::Full
            | StoreErrorKind::Invalid
            | StoreErrorKind::Corrupt
            | StoreErrorKind::Misconfigured => false,
        }
    }
}

/// What to do about a [`StoreError`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The store did not answer. The call may have been carried out.
    Unavailable,
    /// The store is too busy and did nothing.
    Throttled,
    /// The key is there already, or another call was changing the same item. Nothing was done.
    Conflict,
    /// The store has no room for anything new, and did nothing.
    Full,
    /// The call breaks the contract of its method: a mistake in the caller's code.
    Invalid,
    /// What the store holds cannot be read.
    Corrupt,
    /// There is no such table, or the store turns this service away. Nothing was done.
    Misconfigured,
}

impl fmt::Display for StoreErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable => "the store did not answer; check that it is up, then try again",
            Self::Throttled => "the store is too busy; try again later, or raise its capacity",
            Self::Conflict => "the item exists or is being changed; try again with fresh values",
            Self::Full => "the store is full; raise its limits or remove what is no longer needed",
            Self::Invalid => "the call breaks the contract of the store; correct the caller",
            Self::Corrupt => "a stored item cannot be read; restore it from a backup",
            Self::Misconfigured => {
                "the store turns this service away; check table, region, credentials and policy"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_names_the_operation_and_the_remedy() {
        let error = StoreError::new(StoreErrorKind::Full, "insert").with_source("cause");
        assert_eq!(
            error.to_string(),
            "store operation `insert` failed: the store is full; raise its limits or remove what is no longer needed"
        );
        assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("cause"));
        assert_eq!((error.kind(), error.operation()), (StoreErrorKind::Full, "insert"));
    }

    #[test]
    fn only_passing_troubles_are_retryable() {
        let retryable = |kind| StoreError::new(kind, "find").is_retryable();
        assert!(retryable(StoreErrorKind::Unavailable));
        assert!(retryable(StoreErrorKind::Throttled));
        assert!(retryable(StoreErrorKind::Conflict));
        assert!(!retryable(StoreErrorKind::Full));
        assert!(!retryable(StoreErrorKind::Invalid));
        assert!(!retryable(StoreErrorKind::Corrupt));
        assert!(!retryable(StoreErrorKind::Misconfigured));
    }
}
