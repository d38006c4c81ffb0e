//! Bringing stored hashes up to the present keys and cost, without anybody's password.

use doorward_hash::StoredHash;
use doorward_store::{AccountId, Credential, Replaced};

use crate::authenticator::Inner;
use crate::error::{Error, ErrorKind};
use crate::pepper::Peppered;

/// What became of one account's stored hash.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[must_use = "nothing may have been changed"]
#[allow(clippy::exhaustive_enums, reason = "these are all the answers there are")]
pub enum Renewed {
    /// It is under the newest key now, and if it was weak, inside a hash of the present cost.
    Done,
    /// It was so already, or the account has no password.
    Unchanged,
    /// There is no such account.
    NoSuchAccount,
}

/// What became of a page of accounts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Renewal {
    /// Where to go on; `None` when every account was seen.
    pub next: Option<AccountId>,
    /// Accounts whose stored hash was renewed.
    pub renewed: usize,
    /// Accounts that needed nothing.
    pub unchanged: usize,
    /// Accounts whose stored hash could not be read or written: they are as they were.
    pub failed: Vec<(AccountId, ErrorKind)>,
}

impl Inner {
    pub(crate) async fn renew_hash(&self, account: AccountId) -> Result<Renewed, Error> {
        for _ in 0..MOST_TRIES {
            let Some(credential) = self.store.fetch(account).await? else {
                return Ok(Renewed::NoSuchAccount);
            };
            let Some(hash) = self.better_hash(&credential).await? else {
                return Ok(Renewed::Unchanged);
            };
            let version = credential.version();
            let sealed = self.vault.seal_hash(account, &hash)?;
            match self.store.replace(credential.with_password(Some(sealed)), version).await? {
                Replaced::Done(_) => return Ok(Renewed::Done),
                Replaced::Missing => return Ok(Renewed::NoSuchAccount),
                // A login or a change of password was faster: what it wrote is looked at anew.
                Replaced::Stale => {}
            }
        }
        Err(Error::new(ErrorKind::Conflict))
    }

    pub(crate) async fn renew_hashes(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Renewal, Error> {
        let accounts = self.store.list(after, limit).await?;
        let mut renewal = Renewal { next: accounts.last().copied(), ..Renewal::default() };
        for account in accounts {
            match self.renew_hash(account).await {
                Ok(Renewed::Done) => renewal.renewed += 1,
                Ok(Renewed::Unchanged | Renewed::NoSuchAccount) => renewal.unchanged += 1,
                Err(error) => renewal.failed.push((account, error.kind())),
            }
        }
        Ok(renewal)
    }

    /// What to store instead; `None` when what is stored is as good.
    async fn better_hash(&self, credential: &Credential) -> Result<Option<StoredHash>, Error> {
        let ceiling = self.pool.hasher().ceiling();
        let opened = self.vault.open_hash(credential, ceiling)?;
        let Some(Peppered { hash, is_current }) = opened else { return Ok(None) };
        let wrapped = self.pool.wrap(hash.clone()).await?;
        Ok(wrapped.or_else(|| (!is_current).then_some(hash)))
    }
}

/// As many as an account can change at once, and some more.
const MOST_TRIES: usize = 8;
