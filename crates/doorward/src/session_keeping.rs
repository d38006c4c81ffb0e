//! Sessions in the store: opened, read, ended.

use std::time::SystemTime;

use doorward_fields::random_bytes;
use doorward_session::{Holder, Label, SessionRecord, TokenSecret};
use doorward_store::{AccountId, Opened, Session, SessionId, Status};

use crate::authenticator::Inner;
use crate::epoch::epoch;
use crate::error::{Error, ErrorKind};
use crate::event::{Event, EventKind};
use crate::principal::Principal;
use crate::verified::Verified;

/// A session as it was read, and what it holds.
pub(crate) struct Kept {
    pub(crate) session: Session,
    pub(crate) record: SessionRecord,
}

/// What is to be opened.
pub(crate) struct Opening<'a> {
    pub(crate) proof: &'a Verified,
    pub(crate) label: Label,
    /// When it ends for good, and when without use.
    pub(crate) ends_at: SystemTime,
    pub(crate) expires_at: SystemTime,
    pub(crate) now: SystemTime,
}

impl Inner {
    /// Opens a session that this holder has. `None` where the account is not any more what was verified, or that
    /// was too long ago.
    ///
    /// The account is looked at *after* the session is kept: whoever shuts it, or changes its password, changes it
    /// first and ends all sessions then. So one of the two sees the other.
    pub(crate) async fn open_session(
        &self,
        opening: Opening<'_>,
        holder: impl FnOnce(AccountId, SessionId) -> Holder,
    ) -> Result<Option<Kept>, Error> {
        let Opening { proof, label, ends_at, expires_at, now } = opening;
        if !proof.is_recent(now) {
            return Ok(None);
        }
        let (account, id) = (proof.account(), SessionId::generate()?);
        let holder = holder(account, id);
        let record =
            SessionRecord::new(proof.authentication(), proof.epoch(), ends_at, label, holder);
        let sealed = self.vault.seal_session(account, id, &record)?;
        let session = Session::new(account, id, sealed, now, expires_at);
        match self.store.open(session.clone()).await? {
            Opened::Done => {}
            // Nobody draws the same 128 bits twice.
            Opened::Taken => return Err(Error::new(ErrorKind::Internal)),
        }
        let kept = Kept { session, record };
        match self.admit_session(&kept, now).await {
            Ok(true) => {
                self.emit_account(EventKind::SessionOpened, account);
                Ok(Some(kept))
            }
            Ok(false) => {
                self.store.end(account, id).await?;
                Ok(None)
            }
            Err(error) => {
                // Nobody has its token: it harms nobody if this fails as well.
                let _ = self.store.end(account, id).await;
                Err(error)
            }
        }
    }

    /// Whether a session that was just opened may stay. Ends what has to make room for it, and what an interrupted
    /// change of the account left behind.
    async fn admit_session(&self, new: &Kept, now: SystemTime) -> Result<bool, Error> {
        let account = new.session.account();
        let (credential, all) =
            tokio::try_join!(self.store.fetch(account), self.store.sessions(account, now))?;
        let present = credential.filter(|credential| credential.status() == Status::Active);
        let present = present.filter(|credential| epoch(credential) == new.record.epoch());
        let Some(present) = present else { return Ok(false) };
        if !self.vault.is_enough(new.record.authentication().has_second_factor(), &present)? {
            return Ok(false);
        }
        let mut of_its_kind = 1;
        // The newest first.
        for session in all.into_iter().rev() {
            if session.id() == new.session.id() {
                continue;
            }
            let Some(other) = self.read_session(session) else { continue };
            let is_outdated = other.record.epoch() != new.record.epoch();
            if other.is_grant() == new.is_grant() && !is_outdated {
                of_its_kind += 1;
                if of_its_kind <= self.session_policy.most_sessions() {
                    continue;
                }
            } else if !is_outdated {
                continue;
            }
            self.store.end(account, other.session.id()).await?;
            self.emit_account(EventKind::SessionEnded, account);
        }
        Ok(true)
    }

    /// A session that lives, whoever holds it.
    pub(crate) async fn kept(
        &self,
        account: AccountId,
        id: SessionId,
        now: SystemTime,
    ) -> Result<Option<Kept>, Error> {
        let session = self.store.session(account, id, now).await?;
        Ok(session.and_then(|session| self.read_session(session)))
    }

    /// What a session holds. One that cannot be read, because its key is retired or it was tampered with, is as good
    /// as ended: its holder logs in again.
    pub(crate) fn read_session(&self, session: Session) -> Option<Kept> {
        match self.vault.open_session(&session) {
            Ok(record) => Some(Kept { session, record }),
            Err(error) => {
                self.emit_account(EventKind::Failed(error.kind()), session.account());
                None
            }
        }
    }

    /// Ends every session of an account, for good.
    pub(crate) async fn end_sessions(&self, account: AccountId) -> Result<(), Error> {
        self.store.end_all(account, None, self.clock.now()).await?;
        self.emit_account(EventKind::SessionsEnded, account);
        Ok(())
    }

    pub(crate) fn emit_account(&self, kind: EventKind, account: AccountId) {
        self.events.record(&Event {
            at: self.clock.now(),
            kind,
            account: Some(account),
            subject: String::new(),
            source: None,
            known_device: false,
        });
    }
}

impl Kept {
    pub(crate) fn is_grant(&self) -> bool {
        matches!(self.record.holder(), Holder::Grant(_))
    }

    /// Who holds it, as of `now`.
    pub(crate) fn principal(&self, inner: &Inner, now: SystemTime) -> Principal {
        Principal {
            account: self.session.account(),
            session: self.session.id(),
            authentication: self.record.authentication(),
            epoch: self.record.epoch(),
            checked_at: now,
            expires_at: self.session.expires_at(),
            freshness: inner.session_policy.freshness(),
            scopes: match self.record.holder() {
                Holder::Session(_) => None,
                Holder::Grant(grant) => Some(grant.scopes().clone()),
            },
        }
    }
}

pub(crate) fn random_secret() -> Result<TokenSecret, Error> {
    Ok(TokenSecret::new(random_bytes()?))
}
