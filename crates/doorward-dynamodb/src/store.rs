//! The store on Amazon DynamoDB.

use std::sync::Arc;

use doorward_store::{StoreError, StoreErrorKind};

use crate::builder::{ConnectError, DynamoStoreBuilder};
use crate::item::Unreadable;
use crate::requests::Requests;
use crate::{Cause, Metrics};

/// A [`Store`](doorward_store::Store) in one table of Amazon DynamoDB.
///
/// A clone shares connections and metrics. Nothing is cached: what one instance has written, every other
/// sees with its next read.
///
/// Errors are [`StoreError`]s; their source is a [`Cause`], with DynamoDB's own code and request id.
/// [`Misconfigured`](StoreErrorKind::Misconfigured) means that table, region, credentials or policy have
/// to be looked at.
#[derive(Clone, Debug)]
pub struct DynamoStore {
    pub(crate) requests: Arc<Requests>,
}

impl DynamoStore {
    /// The table of this name, with credentials and region from the standard AWS chain.
    ///
    /// Nothing is asked of DynamoDB yet.
    ///
    /// # Errors
    ///
    /// As of [`DynamoStoreBuilder::connect`].
    pub async fn connect(table: impl Into<String>) -> Result<Self, ConnectError> {
        Self::builder(table).connect().await
    }

    /// To be adjusted: another region, an emulator, other deadlines.
    pub fn builder(table: impl Into<String>) -> DynamoStoreBuilder {
        DynamoStoreBuilder::new(table.into())
    }

    /// The name of its table.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.requests.table
    }

    /// What it has asked of DynamoDB so far.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.requests.recorder.snapshot()
    }
}

/// What went wrong in a method of a store, before it has the method's name.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// A request failed.
    Request(Cause),
    /// What came back cannot be read.
    Item(Unreadable),
    /// The call breaks the contract of its method.
    Invalid,
    /// Others were faster again and again.
    Contended,
}

impl Trouble {
    /// As the error of the method.
    pub(crate) fn in_method(self, operation: &'static str) -> StoreError {
        match self {
            Self::Request(cause) => StoreError::new(cause.kind(), operation).with_source(cause),
            Self::Item(unreadable) => {
                StoreError::new(StoreErrorKind::Corrupt, operation).with_source(unreadable)
            }
            Self::Invalid => StoreError::new(StoreErrorKind::Invalid, operation),
            Self::Contended => StoreError::new(StoreErrorKind::Conflict, operation),
        }
    }
}

impl From<Cause> for Trouble {
    fn from(cause: Cause) -> Self {
        Self::Request(cause)
    }
}

impl From<Unreadable> for Trouble {
    fn from(unreadable: Unreadable) -> Self {
        Self::Item(unreadable)
    }
}
