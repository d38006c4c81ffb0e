//! Making and changing accounts.

use std::sync::Arc;

use doorward_hash::AcceptedPassword;
use doorward_store::{AccountId, Credential, Inserted, Replaced, Status};

use crate::attempt::{PasswordChange, Registration};
use crate::authenticator::Inner;
use crate::breaches::Screening;
use crate::epoch;
use crate::error::{Error, ErrorKind};
use crate::event::EventKind;
use crate::identifier::Identifier;
use crate::lane::Lane;
use crate::outcome::{Changed, Managed, Outcome, Refusal, Registered};
use crate::permit::Permit;
use crate::verified::Verified;
use crate::visitor::Visitor;

impl Inner {
    pub(crate) async fn register(&self, registration: Registration) -> Result<Registered, Error> {
        let lenient = Identifier::lenient(&registration.identifier.0);
        let visitor = Visitor::named(&lenient, &self.vault)?;
        let existing = registration.existing;
        let registered = self.make_account(&visitor, registration).await;
        let (kind, account) = match &registered {
            Ok(Registered::Created(account)) if existing => (EventKind::Imported, Some(*account)),
            Ok(Registered::Created(account)) => (EventKind::Registered, Some(*account)),
            Ok(Registered::Taken) => (EventKind::RegistrationTaken, None),
            Ok(Registered::Refused(_)) => (EventKind::Refused, None),
            Err(error) => (EventKind::Failed(error.kind()), None),
        };
        self.emit(&visitor, kind, account);
        registered
    }

    /// The hash is computed before the store is asked, so that a taken identifier takes as long.
    async fn make_account(
        &self,
        visitor: &Visitor,
        registration: Registration,
    ) -> Result<Registered, Error> {
        let identifier = match Identifier::parse(&registration.identifier.0) {
            Ok(identifier) => identifier,
            Err(problem) => return Ok(Registered::Refused(Refusal::Identifier(problem))),
        };
        let checked = if registration.existing {
            let existing = AcceptedPassword::existing(registration.password);
            existing.map(|accepted| (accepted, Screening::Done))
        } else {
            let Registration { password, words, .. } = registration;
            self.passwords.check(password, identifier.expose(), &words).await?
        };
        let (accepted, screening) = match checked {
            Ok(accepted) => accepted,
            Err(problem) => return Ok(Registered::Refused(Refusal::Password(problem))),
        };
        let password = accepted.password().clone();
        let hash = self.pool.hash(Permit::from(&accepted), Lane::Strangers, password).await?;
        let account = AccountId::generate()?;
        let now = self.clock.now();
        let credential = self.vault.seal_credential(account, &identifier, Some(&hash), now)?;
        match self.store.insert(credential).await? {
            Inserted::Created => {
                self.emit_screening(visitor, screening, account);
                Ok(Registered::Created(account))
            }
            Inserted::Taken => Ok(Registered::Taken),
        }
    }

    pub(crate) async fn change_password(
        self: Arc<Self>,
        change: PasswordChange,
    ) -> Result<Changed, Error> {
        let identifier = Identifier::lenient(&change.login.identifier.0);
        let checked = self.passwords.check(change.new, identifier.expose(), &change.words).await;
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
        let mut visitor = Visitor::parse(&change.login, &self.vault)?;
        let decided = Arc::clone(&self).decide(Box::new(change.login)).await?;
        visitor.device = decided.device;
        let (proof, credential) = match (decided.outcome, decided.credential) {
            (Outcome::Verified(proof), Some(credential)) => (proof, credential),
            (outcome, _) => return Ok(Changed::Denied(outcome)),
        };
        let changed = self.replace_password(&visitor, &accepted, &proof, credential).await;
        let (kind, account) = match &changed {
            Ok(proof) => (EventKind::PasswordChanged, Some(proof.account())),
            Err(error) => (EventKind::Failed(error.kind()), None),
        };
        if let Ok(proof) = &changed {
            self.emit_screening(&visitor, screening, proof.account());
        }
        self.emit(&visitor, kind, account);
        changed.map(Changed::Done)
    }

    /// An operator who accepts unchecked passwords may want to know whose they are.
    fn emit_screening(&self, visitor: &Visitor, screening: Screening, account: AccountId) {
        match screening {
            Screening::Done => {}
            Screening::Missed => self.emit(visitor, EventKind::PasswordUnchecked, Some(account)),
        }
    }

    /// The proof comes back with a new device token: those from before the change are void.
    async fn replace_password(
        &self,
        visitor: &Visitor,
        accepted: &AcceptedPassword,
        proof: &Verified,
        mut credential: Credential,
    ) -> Result<Verified, Error> {
        let permit = Permit::from(accepted);
        let hash = self.pool.hash(permit, Lane::Known, accepted.password().clone()).await?;
        let account = credential.account();
        let sealed = self.vault.seal_hash(account, &hash)?;
        let now = self.clock.now();
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

    pub(crate) async fn set_disabled(
        &self,
        identifier: &str,
        disabled: bool,
    ) -> Result<Managed, Error> {
        let visitor = Visitor::named(&Identifier::lenient(identifier), &self.vault)?;
        let (status, event) = if disabled {
            (Status::Disabled, EventKind::Disabled)
        } else {
            (Status::Active, EventKind::Enabled)
        };
        for _ in 0..MOST_TRIES {
            let Some(credential) = self.store.find(&visitor.keys).await? else {
                return Ok(Managed::NoSuchAccount);
            };
            if credential.status() == status {
                return Ok(Managed::Unchanged);
            }
            if let Some(account) = self.replace_status(credential, status).await? {
                self.emit(&visitor, event, Some(account));
                return Ok(Managed::Done);
            }
        }
        Err(Error::new(ErrorKind::Conflict))
    }

    /// `None` when the account was changed at the same time.
    async fn replace_status(
        &self,
        credential: Credential,
        status: Status,
    ) -> Result<Option<AccountId>, Error> {
        let (account, version) = (credential.account(), credential.version());
        let changed = epoch::changed(credential.with_status(status), self.clock.now());
        match self.store.replace(changed, version).await? {
            Replaced::Done(_) => Ok(Some(account)),
            Replaced::Stale | Replaced::Missing => Ok(None),
        }
    }
}

/// Two operators at once need two tries; a login that rehashes, one more.
const MOST_TRIES: usize = 8;
