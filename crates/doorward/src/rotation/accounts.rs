use std::num::NonZeroUsize;

use doorward_fields::rotation::{Page, Swapped, Table};
use doorward_store::{AccountId, Credential, Rekeyed, Store, StoreErrorKind};

use crate::error::{Error, ErrorKind};

/// The accounts of a store, as a pass sees them.
pub(super) struct Accounts<'a>(pub(super) &'a dyn Store);

impl Table for Accounts<'_> {
    type Error = Error;
    type Key = AccountId;
    type Record = Credential;

    async fn keys(
        &self,
        after: Option<&AccountId>,
        limit: NonZeroUsize,
    ) -> Result<Page<AccountId>, Error> {
        let keys = self.0.list(after.copied(), limit.get()).await?;
        Ok(Page { next: keys.last().copied(), keys })
    }

    async fn read(&self, account: &AccountId) -> Result<Option<Credential>, Error> {
        Ok(self.0.fetch(*account).await?)
    }

    async fn swap(
        &self,
        _: &AccountId,
        read: &Credential,
        renewed: Credential,
    ) -> Result<Swapped, Error> {
        match self.0.rekey(renewed, read.version()).await {
            Ok(Rekeyed::Done(_)) => Ok(Swapped::Done),
            Ok(Rekeyed::Missing) => Ok(Swapped::Gone),
            Ok(Rekeyed::Stale) => Ok(Swapped::Stale),
            Ok(Rekeyed::Taken) => Err(Error::new(ErrorKind::IdentifierTaken)),
            // Another call was changing the account, or claiming one of the keys: look again.
            Err(error) if error.kind() == StoreErrorKind::Conflict => Ok(Swapped::Stale),
            Err(error) => Err(error.into()),
        }
    }

    fn is_outage(&self, error: &Error) -> bool {
        !matches!(error.kind(), ErrorKind::Corrupt | ErrorKind::IdentifierTaken)
    }
}
