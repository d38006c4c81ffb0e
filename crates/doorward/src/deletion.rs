//! Accounts removed, with everything that is kept of them.

use doorward_session::Purpose;
use doorward_store::{AccountId, Credential, Removed, Replaced, Status};
use doorward_throttle::Scope;

use crate::authenticator::Inner;
use crate::epoch;
use crate::error::{Error, ErrorKind};
use crate::event::EventKind;
use crate::identifier::Identifier;
use crate::notice::AccountChange;
use crate::outcome::Managed;
use crate::principal::Fresh;
use crate::second_factor::MOST_TRIES;
use crate::visitor::Visitor;

impl Inner {
    /// For operators.
    pub(crate) async fn delete(&self, identifier: &str) -> Result<Managed, Error> {
        let visitor = Visitor::named(&Identifier::lenient(identifier), &self.vault)?;
        match self.store.find(&visitor.keys).await? {
            Some(credential) => self.delete_account(credential, visitor.account_subject()).await,
            None => Ok(Managed::NoSuchAccount),
        }
    }

    /// For owners; `false` where they have to log in again.
    pub(crate) async fn delete_own(&self, owner: Fresh<'_>) -> Result<bool, Error> {
        let Some(credential) = self.owned_account(owner).await? else { return Ok(false) };
        let subject = self.vault.subject(&self.vault.open_identifier(&credential)?)?;
        // Gone meanwhile is gone as well.
        let _ = self.delete_account(credential, &subject).await?;
        Ok(true)
    }

    /// The account is shut first, so that no session opens any more; it is there to the end, so that whoever was
    /// interrupted finds it and goes on. `subject` is the index of its identifier, which need not be readable.
    async fn delete_account(
        &self,
        mut credential: Credential,
        subject: &[u8; 32],
    ) -> Result<Managed, Error> {
        let (account, former) = (credential.account(), credential.clone());
        for _ in 0..MOST_TRIES {
            if credential.status() == Status::Active {
                let shut = credential.clone().with_status(Status::Disabled);
                let shut = epoch::changed(shut, self.clock.now());
                match self.store.replace(shut.clone(), credential.version()).await? {
                    Replaced::Done(version) => credential = shut.with_version(version),
                    Replaced::Missing => return Ok(Managed::NoSuchAccount),
                    Replaced::Stale => match self.store.fetch(account).await? {
                        Some(present) => {
                            credential = present;
                            continue;
                        }
                        None => return Ok(Managed::NoSuchAccount),
                    },
                }
            }
            self.store.forget(account).await?;
            self.forget_counts(account, subject).await?;
            match self.store.remove(account, credential.version()).await? {
                Removed::Done => {
                    // What was opened meanwhile lives no more, but may lie there until it is cleaned away.
                    let _ = self.store.forget(account).await;
                    self.tell(&former, EventKind::Deleted, AccountChange::Deleted);
                    return Ok(Managed::Done);
                }
                Removed::Missing => return Ok(Managed::NoSuchAccount),
                Removed::Stale => match self.store.fetch(account).await? {
                    Some(present) => credential = present,
                    None => return Ok(Managed::NoSuchAccount),
                },
            }
        }
        Err(Error::new(ErrorKind::Conflict))
    }

    /// What was counted of the account. What was counted of its devices goes by names that nobody knows here any more,
    /// and expires.
    async fn forget_counts(&self, account: AccountId, subject: &[u8; 32]) -> Result<(), Error> {
        let scopes = [Scope::account(subject), Scope::account(&self.vault.code_subject(subject))];
        self.ledger.clear(self.vault.counters(), &scopes).await?;
        scopes.iter().for_each(|scope| self.waits.forget(scope));
        let purposes = [
            Purpose::IdentifierChange,
            Purpose::Invitation,
            Purpose::Recovery,
            Purpose::Verification,
        ];
        let rows = purposes.map(|purpose| self.sends_key(purpose, subject)).into_iter();
        let rows: Vec<_> = rows.chain([self.asker_key(account)]).collect();
        self.store.clear(&rows).await?;
        Ok(())
    }
}
