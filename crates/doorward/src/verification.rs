//! Identifiers: shown to be their owner's, and exchanged for others.

use std::sync::Arc;
use std::time::SystemTime;

use doorward_session::{AccountDetails, OneTimeRecord, Purpose};
use doorward_store::{AccountId, Credential, Rekeyed, Replaced};

use crate::authenticator::Inner;
use crate::epoch::epoch;
use crate::error::{Error, ErrorKind};
use crate::event::EventKind;
use crate::identifier::{Identifier, IdentifierProblem};
use crate::notice::{AccountChange, Address, Notice, TokenNotice};
use crate::one_time::{Requested, TokenRequest};
use crate::principal::{Fresh, Principal};
use crate::second_factor::MOST_TRIES;
use crate::vault::lookup_key;
use crate::visitor::Visitor;

/// How it is shown that an identifier, such as an e-mail address, is its owner's, and how an owner takes on another.
///
/// Both send a token to the identifier, good once and for a day.
#[derive(Clone, Debug)]
pub struct Verification {
    inner: Arc<Inner>,
}

impl Verification {
    pub(crate) fn new(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    /// Asks for a token to be sent to the identifier of an account. The answer is the same whether or not there is such
    /// an account.
    ///
    /// # Errors
    ///
    /// As for [`Recovery::request`](crate::Recovery::request).
    pub async fn request(&self, request: TokenRequest) -> Result<Requested, Error> {
        self.inner.request_token(Purpose::Verification, request).await
    }

    /// Notes that the identifier of an account is its owner's; answers whose. `None` for a token that is not good.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed: ask for another token.
    pub async fn confirm(&self, token: &str) -> Result<Option<AccountId>, Error> {
        self.inner.confirm_identifier(token).await
    }

    /// When it was last shown that the identifier of the principal's account is its owner's; `None` where it never was.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed.
    pub async fn verified_at(&self, principal: &Principal) -> Result<Option<SystemTime>, Error> {
        let Some(credential) = self.inner.store.fetch(principal.account()).await? else {
            return Ok(None);
        };
        Ok(self.inner.vault.open_details(&credential)?.verified_at())
    }

    /// Asks for a token to be sent to a new identifier, which takes the place of the owner's present one when it is
    /// [confirmed](Self::confirm_change). Whether it is somebody else's already does not show, nor whether the owner has
    /// had more sent in this hour than one address may ask for.
    ///
    /// # Errors
    ///
    /// As for [`Recovery::request`](crate::Recovery::request).
    pub async fn request_change(
        &self,
        owner: Fresh<'_>,
        identifier: &str,
    ) -> Result<ChangeRequested, Error> {
        self.inner.request_identifier_change(owner, identifier).await
    }

    /// Puts the new identifier in the place of the old one. The old one is told, and free again; devices that were known
    /// under it are so no more; tokens that were sent to it are void. Sessions go on.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed: the new identifier may be in force.
    pub async fn confirm_change(&self, token: &str) -> Result<IdentifierChanged, Error> {
        self.inner.confirm_identifier_change(token).await
    }
}

/// The answer to an owner who asks for another identifier.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a service must act on every answer")]
pub enum ChangeRequested {
    /// Say that a letter is on its way to the new identifier.
    Accepted,
    /// It cannot be one; the reason is for the person.
    Refused(IdentifierProblem),
    /// The owner has to log in again: the account was changed since, or it has a second factor that was no part of this
    /// authentication.
    Denied,
}

/// The answer to who confirms a new identifier.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "it may not have been changed"]
#[allow(clippy::exhaustive_enums, reason = "a service must act on every answer")]
pub enum IdentifierChanged {
    /// It is in force.
    Done(AccountId),
    /// It has become another account's meanwhile. Who confirms it may know: they read its mail.
    Taken,
    /// The token is not good: made up, expired, used, or for an account that was changed since.
    Rejected,
}

impl Inner {
    async fn confirm_identifier(&self, token: &str) -> Result<Option<AccountId>, Error> {
        let now = self.clock.now();
        let peeked = self.peek_one_time(Purpose::Verification, token, now).await?;
        let Some((key, record)) = peeked else { return Ok(None) };
        if self.account_of_token(&record).await?.is_none() {
            return Ok(None);
        }
        if self.store.take(key, now).await?.is_none() {
            return Ok(None);
        }
        for _ in 0..MOST_TRIES {
            let Some(credential) = self.account_of_token(&record).await? else { return Ok(None) };
            let account = credential.account();
            let details = self.vault.open_details(&credential)?.with_verified_at(Some(now));
            let version = credential.version();
            let changed = credential.with_details(self.vault.seal_details(account, &details)?);
            match self.store.replace(changed, version).await? {
                Replaced::Done(_) => {
                    self.emit_account(EventKind::IdentifierVerified, account);
                    return Ok(Some(account));
                }
                Replaced::Missing => return Ok(None),
                Replaced::Stale => {}
            }
        }
        Err(Error::new(ErrorKind::Conflict))
    }

    async fn request_identifier_change(
        &self,
        owner: Fresh<'_>,
        typed: &str,
    ) -> Result<ChangeRequested, Error> {
        if self.notifier.is_none() {
            return Err(Error::new(ErrorKind::NoNotifier));
        }
        let new = match Identifier::parse(typed) {
            Ok(identifier) => identifier,
            Err(problem) => return Ok(ChangeRequested::Refused(problem)),
        };
        let Some(credential) = self.owned_account(owner).await? else {
            return Ok(ChangeRequested::Denied);
        };
        let now = self.clock.now();
        let visitor = Visitor::named(&new, &self.vault)?;
        let purpose = Purpose::IdentifierChange;
        let account = credential.account();
        let (sends, found) = tokio::join!(
            self.count_sends_of(account, purpose, visitor.account_subject(), now),
            self.store.find(&visitor.keys),
        );
        let (sends, is_free) = (sends?, found?.is_none());
        self.emit_account(EventKind::TokenAsked(purpose), account);
        let subject = self.vault.subject(&self.vault.open_identifier(&credential)?)?;
        let record = OneTimeRecord::new(purpose, *account.as_bytes(), epoch(&credential), subject)
            .with_text(new.expose());
        let (token, expires_at) = self.keep_one_time(&record, now).await?;
        if sends && is_free {
            let identifier = Address(zeroize::Zeroizing::new(new.expose().to_owned()));
            let account = Some(account);
            let notice = TokenNotice { purpose, account, identifier, token, expires_at };
            self.notify(Notice::Token(notice), visitor.account_subject());
        }
        Ok(ChangeRequested::Accepted)
    }

    async fn confirm_identifier_change(&self, token: &str) -> Result<IdentifierChanged, Error> {
        let now = self.clock.now();
        let peeked = self.peek_one_time(Purpose::IdentifierChange, token, now).await?;
        let Some((key, record)) = peeked else { return Ok(IdentifierChanged::Rejected) };
        if self.account_of_token(&record).await?.is_none()
            || self.store.take(key, now).await?.is_none()
        {
            return Ok(IdentifierChanged::Rejected);
        }
        for _ in 0..MOST_TRIES {
            let Some(credential) = self.account_of_token(&record).await? else {
                return Ok(IdentifierChanged::Rejected);
            };
            let details = self.vault.open_details(&credential)?.with_verified_at(Some(now));
            let changed = self.renamed(&credential, record.expose_text(), &details)?;
            match self.store.rekey(changed, credential.version()).await? {
                Rekeyed::Done(_) => {
                    let change = AccountChange::Identifier;
                    self.tell(&credential, EventKind::IdentifierChanged, change);
                    return Ok(IdentifierChanged::Done(credential.account()));
                }
                Rekeyed::Taken => return Ok(IdentifierChanged::Taken),
                Rekeyed::Missing => return Ok(IdentifierChanged::Rejected),
                Rekeyed::Stale => {}
            }
        }
        Err(Error::new(ErrorKind::Conflict))
    }

    /// The same account under another identifier.
    fn renamed(
        &self,
        credential: &Credential,
        identifier: &str,
        details: &AccountDetails,
    ) -> Result<Credential, Error> {
        let account = credential.account();
        let corrupt = |error| Error::because(ErrorKind::Corrupt, error);
        let identifier = Identifier::parse(identifier).map_err(corrupt)?;
        let indexes = self.vault.indexes(&identifier);
        let keys = indexes.iter().map(lookup_key).collect::<Result<Vec<_>, _>>()?;
        let sealed = self.vault.seal_identifier(account, &identifier)?;
        let internal = |error| Error::because(ErrorKind::Internal, error);
        let renamed = credential.clone().with_lookup_keys(keys).map_err(internal)?;
        let renamed = renamed.with_identifier(sealed).map_err(internal)?;
        Ok(renamed.with_details(self.vault.seal_details(account, details)?))
    }
}
