//! Making and changing accounts.

use doorward_hash::AcceptedPassword;
use doorward_store::{AccountId, Credential, CredentialStore as _, Inserted, Replaced, Status};
use zeroize::Zeroizing;

use crate::attempt::Registration;
use crate::authenticator::Inner;
use crate::breaches::Screening;
use crate::epoch;
use crate::error::{Error, ErrorKind};
use crate::event::EventKind;
use crate::identifier::Identifier;
use crate::lane::Lane;
use crate::outcome::{Managed, Refusal, Registered};
use crate::permit::Permit;
use crate::principal::Principal;
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

    pub(crate) async fn identifier_of(
        &self,
        principal: &Principal,
    ) -> Result<Option<Zeroizing<String>>, Error> {
        let found = self.store.fetch(principal.account()).await?;
        let open = found.filter(|credential| credential.status() == Status::Active);
        open.map(|credential| self.vault.open_identifier(&credential)).transpose()
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
            let account = credential.account();
            if disabled {
                // First, and once more after it: if the second does not come about, only those live that were opened in
                // between, and the next call ends them.
                self.end_sessions(account).await?;
            }
            if credential.status() == status {
                return Ok(Managed::Unchanged);
            }
            if let Some(account) = self.replace_status(credential, status).await? {
                self.emit(&visitor, event, Some(account));
                if disabled {
                    self.end_sessions(account).await?;
                }
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
