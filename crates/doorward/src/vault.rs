//! What is stored of an account, sealed and opened.

use doorward_fields::{BlindIndex, Context, Envelope, IndexPlace, IndexedValue, MacKey, Place};
use doorward_hash::{Cost, StoredHash};
use doorward_store::{AccountId, Credential, LookupKey};
use zeroize::Zeroizing;

use crate::device::{DeviceToken, KnownDevice};
use crate::error::{Error, ErrorKind};
use crate::identifier::Identifier;
use crate::keys::DerivedKeys;

/// Seals what goes into the store, and opens what comes out: law 6.
#[derive(Debug)]
pub(crate) struct Vault {
    keys: DerivedKeys,
    tenant: String,
    /// A sealed hash of nobody: opened where there is none to open.
    pub(crate) decoy: Vec<u8>,
}

impl Vault {
    pub(crate) fn new(keys: DerivedKeys, tenant: String, cost: Cost) -> Result<Self, Error> {
        let mut vault = Self { keys, tenant, decoy: Vec::new() };
        vault.decoy = vault.make_decoy(cost)?;
        Ok(vault)
    }

    /// The identifier's blind indexes, the primary key's first: what it is looked up by, and what a new
    /// account claims, so that two instances at different steps of a rotation cannot both register it.
    pub(crate) fn indexes(&self, identifier: &Identifier) -> Vec<BlindIndex> {
        let place = IndexPlace { tenant: &self.tenant, table: ACCOUNTS, field: "identifier" };
        let value = IndexedValue::exact(identifier.expose().as_bytes());
        self.keys.identifiers.read(place, &value)
    }

    /// A new credential, version and all, ready to be inserted.
    pub(crate) fn seal_credential(
        &self,
        account: AccountId,
        identifier: &Identifier,
        hash: Option<&StoredHash>,
        now: std::time::SystemTime,
    ) -> Result<Credential, Error> {
        let keys = self.indexes(identifier).iter().map(lookup_key).collect::<Result<_, _>>()?;
        let sealed = self.seal_identifier(account, identifier)?;
        let credential = Credential::new(account, keys, sealed, now)
            .map_err(|error| Error::because(ErrorKind::Internal, error))?;
        let sealed = hash.map(|hash| self.seal_hash(account, hash)).transpose()?;
        Ok(credential.with_password(sealed))
    }

    pub(crate) fn seal_identifier(
        &self,
        account: AccountId,
        identifier: &Identifier,
    ) -> Result<Vec<u8>, Error> {
        self.seal(account.as_bytes(), "identifier", identifier.expose().as_bytes())
    }

    pub(crate) fn open_identifier(
        &self,
        credential: &Credential,
    ) -> Result<Zeroizing<String>, Error> {
        self.open(credential.account().as_bytes(), "identifier", credential.identifier())
    }

    /// The identifier as it is to be stored instead; `None` where it is under the newest key.
    pub(crate) fn reseal_identifier(
        &self,
        credential: &Credential,
    ) -> Result<Option<Vec<u8>>, Error> {
        self.reseal(credential.account().as_bytes(), "identifier", credential.identifier())
    }

    pub(crate) fn tenant(&self) -> &str {
        &self.tenant
    }

    pub(crate) fn keys(&self) -> &DerivedKeys {
        &self.keys
    }

    pub(crate) fn counters(&self) -> &MacKey {
        self.keys.counters.primary()
    }

    pub(crate) fn issue_device(&self, device: KnownDevice, indexes: &[BlindIndex]) -> DeviceToken {
        DeviceToken::issue(device, &indexes[0], self.keys.devices.primary())
    }

    /// A token for an account whose identifier was not typed just now.
    pub(crate) fn reissue_device(
        &self,
        device: KnownDevice,
        credential: &Credential,
    ) -> Result<DeviceToken, Error> {
        let identifier = Identifier::lenient(&self.open_identifier(credential)?);
        Ok(self.issue_device(device, &self.indexes(&identifier)))
    }

    pub(crate) fn verify_device(
        &self,
        token: &DeviceToken,
        indexes: &[BlindIndex],
    ) -> Option<KnownDevice> {
        token.verify(indexes, &self.keys.devices)
    }

    pub(crate) fn seal(
        &self,
        record: &[u8],
        field: &str,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let context = Context::new(self.place(record, field));
        Ok(self.keys.fields.seal(&context, plaintext)?.into_bytes())
    }

    /// Whether it was sealed under the newest key, in the newest format.
    pub(crate) fn is_current(&self, sealed: &[u8]) -> Result<bool, Error> {
        Ok(self.keys.fields.is_current(&envelope(sealed)?))
    }

    pub(crate) fn reseal(
        &self,
        record: &[u8],
        field: &str,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, Error> {
        let context = Context::new(self.place(record, field));
        let resealed = self.keys.fields.reseal(&context, &envelope(sealed)?)?;
        Ok(resealed.map(Envelope::into_bytes))
    }

    pub(crate) fn open(
        &self,
        record: &[u8],
        field: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<String>, Error> {
        let opened = self.open_bytes(record, field, sealed)?;
        let text = std::str::from_utf8(&opened);
        Ok(Zeroizing::new(text.map_err(|_| Error::new(ErrorKind::Corrupt))?.to_owned()))
    }

    pub(crate) fn open_bytes(
        &self,
        record: &[u8],
        field: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let context = Context::new(self.place(record, field));
        let opened = self.keys.fields.open(&context, &envelope(sealed)?)?;
        Ok(Zeroizing::new(opened.expose_secret().to_vec()))
    }

    /// The index of an identifier that is in its normal form: by it the throttle knows the account.
    pub(crate) fn subject(&self, identifier: &str) -> Result<[u8; 32], Error> {
        let indexes = self.indexes(&Identifier::lenient(identifier));
        let first = indexes.first().ok_or(Error::new(ErrorKind::Internal))?;
        Ok(*first.digest())
    }

    pub(crate) fn place<'a>(&'a self, record: &'a [u8], field: &'a str) -> Place<'a> {
        Place { tenant: &self.tenant, table: ACCOUNTS, record, field, version: SCHEMA }
    }
}

pub(crate) fn lookup_key(index: &BlindIndex) -> Result<LookupKey, Error> {
    LookupKey::new(index.to_bytes()).map_err(|error| Error::because(ErrorKind::Internal, error))
}

const ACCOUNTS: &str = "accounts";
/// The version of what the sealed fields hold; part of each field's context.
const SCHEMA: u32 = 1;

pub(crate) fn envelope(sealed: &[u8]) -> Result<Envelope, Error> {
    Envelope::parse(sealed).map_err(|error| Error::because(ErrorKind::Corrupt, error))
}
