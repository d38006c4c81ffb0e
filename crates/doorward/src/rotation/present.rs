use std::future::ready;

use doorward_fields::rotation::Renew;
use doorward_store::{AccountId, Credential};

use crate::error::{Error, ErrorKind};
use crate::identifier::Identifier;
use crate::vault::{Vault, lookup_key};

/// Brings an account under the present keys.
pub(super) struct Present<'a>(pub(super) &'a Vault);

impl Renew<AccountId, Credential> for Present<'_> {
    type Error = Error;

    fn renew(
        &self,
        _: &AccountId,
        credential: &Credential,
    ) -> impl Future<Output = Result<Option<Credential>, Error>> + Send {
        ready(self.0.renewed(credential))
    }

    fn is_outage(&self, error: &Error) -> bool {
        error.kind() == ErrorKind::Randomness
    }
}

impl Vault {
    /// The same account under the present keys; `None` where it is so already.
    fn renewed(&self, credential: &Credential) -> Result<Option<Credential>, Error> {
        let typed = self.open_identifier(credential)?;
        // What could not be registered today has indexes that nobody looks for.
        let identifier =
            Identifier::parse(&typed).map_err(|error| Error::because(ErrorKind::Corrupt, error))?;
        let indexes = self.indexes(&identifier);
        let keys = indexes.iter().map(lookup_key).collect::<Result<Vec<_>, _>>()?;
        let stored = credential.lookup_keys();
        let is_found = keys.len() == stored.len() && keys.iter().all(|key| stored.contains(key));

        let resealed = self.reseal_identifier(credential)?;
        let rehashed = self.reseal_hash(credential)?;
        let details = self.reseal_details(credential)?;
        if is_found && resealed.is_none() && rehashed.is_none() && details.is_none() {
            return Ok(None);
        }
        let internal = |error| Error::because(ErrorKind::Internal, error);
        let identifier = resealed.unwrap_or_else(|| credential.identifier().to_vec());
        let password = rehashed.or_else(|| credential.password().map(<[u8]>::to_vec));
        let details = details.or_else(|| credential.details().map(<[u8]>::to_vec));
        let renewed = credential.clone().with_lookup_keys(keys).map_err(internal)?;
        let renewed = renewed.with_identifier(identifier).map_err(internal)?;
        Ok(Some(renewed.with_password(password).with_details(details)))
    }
}
