//! The pepper: stored hashes are encrypted, under a key that is not in the table.

use base64ct::{Base64Unpadded, Encoding};
use doorward_fields::random_bytes;
use doorward_hash::{Ceiling, Cost, StoredHash};
use doorward_store::{AccountId, Credential};

use crate::error::Error;
use crate::vault::Vault;

/// `password = seal[key id](stored hash; tenant, "accounts", account id, "password", 1)`
///
/// The envelope names its key, and the account id is associated data. So a stolen table cannot be
/// guessed at without the key, a hash that is copied to another account does not open there, and the
/// pepper is exchanged by opening and sealing anew, without anybody's password: a pepper that is hashed
/// together with the password never could be (NIST SP 800-63B-4, section 3.1.1.2, has either).
impl Vault {
    pub(crate) fn seal_hash(
        &self,
        account: AccountId,
        hash: &StoredHash,
    ) -> Result<Vec<u8>, Error> {
        self.seal(account.as_bytes(), FIELD, hash.expose_secret().as_bytes())
    }

    /// The stored hash, `None` where the account has no password.
    pub(crate) fn open_hash(
        &self,
        credential: &Credential,
        ceiling: &Ceiling,
    ) -> Result<Option<Peppered>, Error> {
        let Some(sealed) = credential.password() else {
            return Ok(None);
        };
        let row = self.open(credential.account().as_bytes(), FIELD, sealed)?;
        let hash = StoredHash::parse(&row, ceiling)?;
        Ok(Some(Peppered { hash, is_current: self.is_current(sealed)? }))
    }

    /// The stored hash as it is to be stored instead; `None` where there is none, or it is under the newest
    /// key.
    pub(crate) fn reseal_hash(&self, credential: &Credential) -> Result<Option<Vec<u8>>, Error> {
        let Some(sealed) = credential.password() else {
            return Ok(None);
        };
        self.reseal(credential.account().as_bytes(), FIELD, sealed)
    }

    /// Whether both hold one stored hash: it has a salt, so only a copy is the same.
    pub(crate) fn holds_same_hash(
        &self,
        one: &Credential,
        other: &Credential,
        ceiling: &Ceiling,
    ) -> Result<bool, Error> {
        let (one, other) = (self.open_hash(one, ceiling)?, self.open_hash(other, ceiling)?);
        Ok(match (one, other) {
            (Some(one), Some(other)) => one.hash.expose_secret() == other.hash.expose_secret(),
            (one, other) => one.is_none() && other.is_none(),
        })
    }

    /// Does with the hash of nobody what [`open_hash`](Self::open_hash) does with an account's.
    pub(crate) fn open_decoy(&self, ceiling: &Ceiling) -> Result<(), Error> {
        let row = self.open(&NOBODY, FIELD, &self.decoy)?;
        StoredHash::parse(&row, ceiling)?;
        self.is_current(&self.decoy)?;
        Ok(())
    }

    /// A sealed hash of nobody, as long as everybody's.
    pub(crate) fn make_decoy(&self, cost: Cost) -> Result<Vec<u8>, Error> {
        let salt = Base64Unpadded::encode_string(&random_bytes::<16>()?);
        let digest = Base64Unpadded::encode_string(&random_bytes::<32>()?);
        let row = format!("{{nfc1}}$argon2id$v=19${cost}${salt}${digest}");
        self.seal(&NOBODY, FIELD, row.as_bytes())
    }
}

/// A stored hash as it was opened.
pub(crate) struct Peppered {
    pub(crate) hash: StoredHash,
    /// Whether it was under the newest key.
    pub(crate) is_current: bool,
}

const FIELD: &str = "password";

/// No account has this id: ids are random.
const NOBODY: [u8; 16] = [0; 16];
