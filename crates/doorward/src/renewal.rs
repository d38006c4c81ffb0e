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
    /// It is weak, and of a kind that the builder was not told to expect: wrapped, its account could be told
    /// by time. It was left as weak as it was, but is under the newest key. Name its kind to
    /// [`AuthenticatorBuilder::expecting`](crate::AuthenticatorBuilder::expecting), and renew it again.
    Unexpected,
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
    /// Accounts whose stored hash stayed weak: see [`Renewed::Unexpected`].
    pub unexpected: usize,
    /// Accounts whose stored hash could not be read or written: they are as they were.
    pub failed: Vec<(AccountId, ErrorKind)>,
}

impl Inner {
    pub(crate) async fn renew_hash(&self, account: AccountId) -> Result<Renewed, Error> {
        for _ in 0..MOST_TRIES {
            let Some(credential) = self.store.fetch(account).await? else {
                return Ok(Renewed::NoSuchAccount);
            };
            let (hash, renewed) = match self.better_hash(&credential).await? {
                (Some(hash), renewed) => (hash, renewed),
                (None, renewed) => return Ok(renewed),
            };
            let version = credential.version();
            let sealed = self.vault.seal_hash(account, &hash)?;
            match self.store.replace(credential.with_password(Some(sealed)), version).await? {
                Replaced::Done(_) => return Ok(renewed),
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
                Ok(Renewed::Unexpected) => renewal.unexpected += 1,
                Err(error) => renewal.failed.push((account, error.kind())),
            }
        }
        Ok(renewal)
    }

    /// What to store instead, `None` when what is stored may stay; and what that comes to.
    async fn better_hash(
        &self,
        credential: &Credential,
    ) -> Result<(Option<StoredHash>, Renewed), Error> {
        let hasher = self.pool.hasher();
        let opened = self.vault.open_hash(credential, hasher.ceiling())?;
        let Some(Peppered { hash, is_current }) = opened else {
            return Ok((None, Renewed::Unchanged));
        };
        let resealed = |hash| (!is_current).then_some(hash);
        if !hasher.is_weak(&hash) {
            let renewed = if is_current { Renewed::Unchanged } else { Renewed::Done };
            return Ok((resealed(hash), renewed));
        }
        if !hasher.expects(&hash) {
            return Ok((resealed(hash), Renewed::Unexpected));
        }
        Ok((self.pool.wrap(hash).await?, Renewed::Done))
    }
}

/// As many as an account can change at once, and some more.
const MOST_TRIES: usize = 8;
