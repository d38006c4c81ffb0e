//! Accounts for people who were invited.

use std::sync::Arc;

use doorward_hash::Password;
use doorward_session::{AccountDetails, OneTimeRecord, Purpose};
use doorward_store::{AccountId, Inserted};
use zeroize::Zeroizing;

use crate::attempt::{Typed, typed};
use crate::authenticator::Inner;
use crate::error::{Error, ErrorKind};
use crate::event::EventKind;
use crate::identifier::{Identifier, IdentifierProblem};
use crate::lane::Lane;
use crate::notice::{Address, Notice, TokenNotice};
use crate::outcome::{Refusal, Registered};
use crate::permit::Permit;
use crate::visitor::Visitor;

/// How somebody is invited to make an account: by a token that is sent to the identifier, good once and for a day.
///
/// Nobody chooses a password for anybody else (ASVS 5.0, 6.4.6): the account is made when the invitation is accepted, with
/// the password of whoever accepts it, and an identifier that is verified by then.
#[derive(Clone, Debug)]
pub struct Invitations {
    inner: Arc<Inner>,
}

impl Invitations {
    pub(crate) fn new(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    /// Sends an invitation. Who has an account is sent none, and that does not show.
    ///
    /// # Errors
    ///
    /// As for [`Recovery::request`](crate::Recovery::request).
    pub async fn invite(&self, identifier: &str) -> Result<Invited, Error> {
        self.inner.invite(identifier).await
    }

    /// Makes the account. `None` for a token that is not good; where the answer is
    /// [`Refused`](Registered::Refused), the token stays good.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed. The token may be used by then, and the account exist: let the person try to log
    /// in, and invite them again if that fails.
    pub async fn accept(&self, acceptance: Acceptance) -> Result<Option<Registered>, Error> {
        self.inner.accept_invitation(acceptance).await
    }
}

/// The answer to who invites somebody.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a service must act on every answer")]
pub enum Invited {
    /// A letter is on its way, if they have no account yet and were not invited too often already.
    Accepted,
    /// It cannot be an identifier; the reason is for who typed it.
    Refused(IdentifierProblem),
}

/// An invitation that is accepted.
#[derive(Clone, Debug)]
#[must_use]
pub struct Acceptance {
    token: Typed,
    password: Password,
    words: Vec<Typed>,
}

impl Acceptance {
    /// With the token that was sent, and a password.
    pub fn new(token: impl Into<String>, password: impl Into<Password>) -> Self {
        Self { token: Typed(token.into()), password: password.into(), words: Vec::new() }
    }

    /// What else anyone knows about the person, as for [`Registration::context`](crate::Registration::context).
    pub fn context(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.words.extend(typed(words));
        self
    }
}

impl Inner {
    async fn invite(&self, typed: &str) -> Result<Invited, Error> {
        if self.notifier.is_none() {
            return Err(Error::new(ErrorKind::NoNotifier));
        }
        let identifier = match Identifier::parse(typed) {
            Ok(identifier) => identifier,
            Err(problem) => return Ok(Invited::Refused(problem)),
        };
        let (now, purpose) = (self.clock.now(), Purpose::Invitation);
        let visitor = Visitor::named(&identifier, &self.vault)?;
        let index = *visitor.account_subject();
        let (sends, found) = tokio::join!(
            self.count_sends_to(purpose, &index, now),
            self.store.find(&visitor.keys),
        );
        let (sends, is_free) = (sends?, found?.is_none());
        self.emit(&visitor, EventKind::TokenAsked(purpose), None);
        let record = OneTimeRecord::new(purpose, [0; 16], 0, index).with_text(identifier.expose());
        let (token, expires_at) = self.keep_one_time(&record, now).await?;
        if sends && is_free {
            let identifier = Address(Zeroizing::new(identifier.expose().to_owned()));
            let notice = TokenNotice { purpose, account: None, identifier, token, expires_at };
            self.notify(Notice::Token(notice), &index);
        }
        Ok(Invited::Accepted)
    }

    async fn accept_invitation(&self, acceptance: Acceptance) -> Result<Option<Registered>, Error> {
        let Acceptance { token, password, words } = acceptance;
        let now = self.clock.now();
        let peeked = self.peek_one_time(Purpose::Invitation, &token.0, now).await?;
        let Some((key, record)) = peeked else { return Ok(None) };
        let corrupt = |error| Error::because(ErrorKind::Corrupt, error);
        let identifier = Identifier::parse(record.expose_text()).map_err(corrupt)?;
        let visitor = Visitor::named(&identifier, &self.vault)?;
        let checked = self.passwords.check(password, identifier.expose(), &words).await?;
        let (accepted, screening) = match checked {
            Ok(accepted) => accepted,
            Err(problem) => {
                self.emit(&visitor, EventKind::Refused, None);
                return Ok(Some(Registered::Refused(Refusal::Password(problem))));
            }
        };
        let password = accepted.password().clone();
        let hash = self.pool.hash(Permit::from(&accepted), Lane::Strangers, password).await?;
        let account = AccountId::generate()?;
        let credential = self.vault.seal_credential(account, &identifier, Some(&hash), now)?;
        let details = AccountDetails::default().with_verified_at(Some(now));
        let credential = credential.with_details(self.vault.seal_details(account, &details)?);
        // Of all who have the token, one makes the account.
        if self.store.take(key, now).await?.is_none() {
            return Ok(None);
        }
        let registered = match self.store.insert(credential).await? {
            Inserted::Created => {
                self.emit_screening(&visitor, screening, account);
                self.emit(&visitor, EventKind::Registered, Some(account));
                Registered::Created(account)
            }
            Inserted::Taken => {
                self.emit(&visitor, EventKind::RegistrationTaken, None);
                Registered::Taken
            }
        };
        Ok(Some(registered))
    }
}
