//! Changing a password, by who knows the current one.

use std::sync::Arc;

use doorward_hash::AcceptedPassword;
use doorward_store::{AccountId, Credential, Replaced, Status};

use crate::attempt::{Evidence, PasswordChange};
use crate::authenticator::Inner;
use crate::breaches::Screening;
use crate::epoch::{self, epoch};
use crate::error::{Error, ErrorKind};
use crate::event::EventKind;
use crate::identifier::Identifier;
use crate::lane::Lane;
use crate::notice::AccountChange;
use crate::outcome::{Changed, Outcome};
use crate::permit::Permit;
use crate::second_factor::MOST_TRIES;
use crate::verified::Verified;
use crate::visitor::Visitor;

/// Who changes a password, and the account as it was verified.
struct Changing {
    visitor: Visitor,
    proof: Verified,
    credential: Credential,
}

impl Inner {
    /// The new password is checked first: what is wrong with it does not depend on the account.
    pub(crate) async fn change_password(
        self: Arc<Self>,
        change: PasswordChange,
    ) -> Result<Changed, Error> {
        let PasswordChange { evidence, new, words } = change;
        let identifier = match &evidence {
            Evidence::Login(login) => Identifier::lenient(&login.identifier.0),
            Evidence::Proof(proof) => match self.account_of_proof(proof).await? {
                Some(credential) => Identifier::lenient(&self.vault.open_identifier(&credential)?),
                None => return Ok(Changed::Denied(Outcome::Rejected)),
            },
        };
        let checked = self.passwords.check(new, identifier.expose(), &words).await;
        let (accepted, screening) = match checked {
            Ok(Ok(accepted)) => accepted,
            Ok(Err(problem)) => {
                let visitor = Visitor::named(&identifier, &self.vault)?;
                self.emit(&visitor, EventKind::Refused, None);
                return Ok(Changed::Refused(problem));
            }
            Err(error) => {
                let visitor = Visitor::named(&identifier, &self.vault)?;
                self.emit(&visitor, EventKind::Failed(error.kind()), None);
                return Err(error);
            }
        };
        let mut changing = match evidence {
            Evidence::Login(login) => {
                let mut visitor = Visitor::parse(&login, &self.vault)?;
                let decided = Arc::clone(&self).decide(login).await?;
                visitor.device = decided.device;
                match (decided.outcome, decided.credential) {
                    (Outcome::Verified(proof), Some(credential)) => {
                        Changing { visitor, proof, credential }
                    }
                    (outcome, _) => return Ok(Changed::Denied(outcome)),
                }
            }
            Evidence::Proof(proof) => {
                let mut visitor = Visitor::named(&identifier, &self.vault)?;
                visitor.device = self.vault.verify_device(proof.device(), &visitor.indexes);
                match self.account_of_proof(&proof).await? {
                    Some(credential) => Changing { visitor, proof: *proof, credential },
                    None => return Ok(Changed::Denied(Outcome::Rejected)),
                }
            }
        };
        // Shown once, and not yet: the code that takes the place of the one that the proof was given for.
        let replacement = changing.proof.take_replacement();
        let visitor = &changing.visitor;
        let account = changing.credential.account();
        let changed = async {
            let proof = self.replace_password(&changing, &accepted).await?;
            self.emit_screening(visitor, screening, account);
            self.emit(visitor, EventKind::PasswordChanged, Some(account));
            if self.notify_change(&changing.credential, AccountChange::Password).is_err() {
                self.emit_account(EventKind::NoticeNotSent, account);
            }
            // Last: whatever comes of it, the password is another one, and the owner is told.
            self.end_sessions(account).await?;
            Ok::<_, Error>(proof)
        };
        match changed.await {
            Ok(proof) => Ok(Changed::Done(match replacement {
                Some(code) => proof.with_replacement(code),
                None => proof,
            })),
            Err(error) => {
                self.emit(visitor, EventKind::Failed(error.kind()), None);
                Err(error)
            }
        }
    }

    /// The account, if it still is what was verified, a short while ago.
    async fn account_of_proof(&self, proof: &Verified) -> Result<Option<Credential>, Error> {
        if !proof.is_recent(self.clock.now()) {
            return Ok(None);
        }
        let Some(credential) = self.store.fetch(proof.account()).await? else { return Ok(None) };
        let is_same = epoch(&credential) == proof.epoch()
            && credential.status() == Status::Active
            && self.vault.is_enough(proof.method().has_second_factor(), &credential)?;
        Ok(is_same.then_some(credential))
    }

    /// An operator who accepts unchecked passwords may want to know whose they are.
    pub(crate) fn emit_screening(
        &self,
        visitor: &Visitor,
        screening: Screening,
        account: AccountId,
    ) {
        match screening {
            Screening::Done => {}
            Screening::Missed => self.emit(visitor, EventKind::PasswordUnchecked, Some(account)),
        }
    }

    /// The proof comes back with a new device token: those from before the change are void.
    ///
    /// All sessions end before the password changes, and once more after it, which is the caller's: if the second does
    /// not come about, only those live that were opened in between, and the next one that is opened ends them.
    async fn replace_password(
        &self,
        changing: &Changing,
        accepted: &AcceptedPassword,
    ) -> Result<Verified, Error> {
        let Changing { visitor, proof, credential } = changing;
        let mut credential = credential.clone();
        let permit = Permit::from(accepted);
        let hash = self.pool.hash(permit, Lane::Known, accepted.password().clone()).await?;
        let account = credential.account();
        let sealed = self.vault.seal_hash(account, &hash)?;
        let now = self.clock.now();
        self.store.end_all(account, None, now).await?;
        for _ in 0..MOST_TRIES {
            let changed = credential.clone().with_password(Some(sealed.clone()));
            let changed = epoch::changed(changed, now);
            let token = visitor.token(&self.vault, &changed, now)?;
            let proof = Verified::new(&changed, now, proof.method(), token);
            match self.store.replace(changed, credential.version()).await? {
                Replaced::Done(_) => return Ok(proof),
                Replaced::Missing => break,
                Replaced::Stale => match self.store.fetch(account).await? {
                    // A rotation was faster: it is the account that the password was checked against.
                    Some(present) if self.is_unchanged(&credential, &present)? => {
                        credential = present;
                    }
                    _ => break,
                },
            }
        }
        Err(Error::new(ErrorKind::Conflict))
    }

    /// Whether both are of one password and status, whatever they are sealed under.
    fn is_unchanged(&self, credential: &Credential, present: &Credential) -> Result<bool, Error> {
        let ceiling = self.pool.hasher().ceiling();
        Ok(credential.status() == present.status()
            && credential.changed_at() == present.changed_at()
            && self.vault.holds_same_hash(credential, present, ceiling)?)
    }
}
