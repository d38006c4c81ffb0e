//! Sessions in the store: opened, read, ended.

use std::time::{Duration, SystemTime};

use doorward_fields::random_bytes;
use doorward_session::{Holder, Label, SessionRecord, TokenSecret};
use doorward_store::{AccountId, Opened, Session, SessionId, Status, StoreErrorKind};

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

/// What became of a session that was just opened.
enum Admitted {
    /// It stays.
    In,
    /// The account is not any more what was verified.
    Out,
    /// So many newer ones as are allowed stand before it, the newest of this time.
    Behind(SystemTime),
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
        mut holder: impl FnMut(AccountId, SessionId) -> Holder,
    ) -> Result<Option<Kept>, Error> {
        let Opening { proof, now, .. } = opening;
        if !proof.is_recent(now) {
            return Ok(None);
        }
        let account = proof.account();
        let mut opened_at = now;
        let mut was_behind = false;
        loop {
            let kept = self.keep_session(&opening, opened_at, &mut holder).await?;
            let id = kept.session.id();
            match self.admit_session(&kept, now).await {
                Ok(Admitted::In) => {
                    self.emit_account(EventKind::SessionOpened, account);
                    return Ok(Some(kept));
                }
                Ok(Admitted::Out) => {
                    self.store.end(account, id).await?;
                    return Ok(None);
                }
                // A clock was ahead of this one, or many are opened at once. Whoever logs in last is in: it takes its
                // place before the newest.
                Ok(Admitted::Behind(newest)) => {
                    self.store.end(account, id).await?;
                    if was_behind {
                        // It had to make room for what was opened since.
                        self.emit_account(EventKind::SessionOpened, account);
                        self.emit_account(EventKind::SessionEnded, account);
                        return Ok(Some(kept));
                    }
                    was_behind = true;
                    opened_at = newest + Duration::from_millis(1);
                }
                Err(error) => {
                    // Nobody has its token: it harms nobody if this fails as well.
                    let _ = self.store.end(account, id).await;
                    return Err(error);
                }
            }
        }
    }

    async fn keep_session(
        &self,
        opening: &Opening<'_>,
        opened_at: SystemTime,
        holder: &mut impl FnMut(AccountId, SessionId) -> Holder,
    ) -> Result<Kept, Error> {
        let Opening { proof, label, ends_at, expires_at, .. } = opening;
        let (account, id) = (proof.account(), SessionId::generate()?);
        let holder = holder(account, id);
        let record = SessionRecord::new(proof.authentication(), proof.epoch(), *ends_at, holder);
        let label = self.vault.seal_label(account, id, label)?;
        let sealed = self.vault.seal_session(account, id, &record, &label)?;
        let session = Session::new(account, id, sealed, opened_at, *expires_at);
        match self.store.open(session.clone()).await {
            Ok(Opened::Done) => Ok(Kept { session, record }),
            // Nobody draws the same 128 bits twice.
            Ok(Opened::Taken) => Err(Error::new(ErrorKind::Internal)),
            Err(error) => {
                // It may be kept all the same, and would stand in its owner's list.
                if error.kind() == StoreErrorKind::Unavailable {
                    let _ = self.store.end(account, id).await;
                }
                Err(error.into())
            }
        }
    }

    /// Whether a session that was just opened may stay. Ends what has to make room for it, and what an interrupted
    /// change of the account left behind.
    ///
    /// What ends is only what as many newer ones as are allowed stand before: of any number that are opened at once,
    /// exactly so many are left.
    async fn admit_session(&self, new: &Kept, now: SystemTime) -> Result<Admitted, Error> {
        let account = new.session.account();
        let (credential, all) =
            tokio::try_join!(self.store.fetch(account), self.store.sessions(account, now))?;
        let present = credential.filter(|credential| credential.status() == Status::Active);
        let present = present.filter(|credential| epoch(credential) == new.record.epoch());
        let Some(present) = present else { return Ok(Admitted::Out) };
        if !self.vault.is_enough(new.record.authentication().has_second_factor(), &present)? {
            return Ok(Admitted::Out);
        }
        let place = |session: &Session| (session.opened_at(), session.id());
        let all = all.into_iter().filter(|session| session.id() != new.session.id());
        let others = all.filter_map(|session| self.read_session(session));
        let (others, outdated): (Vec<_>, Vec<_>) =
            others.partition(|other| other.record.epoch() == new.record.epoch());
        let others: Vec<_> =
            others.into_iter().filter(|other| other.is_grant() == new.is_grant()).collect();
        let most = self.session_policy.most_sessions();
        let newer = others.iter().filter(|it| place(&it.session) > place(&new.session)).count();
        if let Some(newest) = others.last().filter(|_| newer >= most) {
            return Ok(Admitted::Behind(newest.session.opened_at()));
        }
        // The oldest first.
        let too_many = (others.len() + 1).saturating_sub(most);
        for ended in others[..too_many].iter().chain(&outdated) {
            self.store.end(account, ended.session.id()).await?;
            self.emit_account(EventKind::SessionEnded, account);
        }
        Ok(Admitted::In)
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

    /// When it ends, in use or not. A policy that was made shorter since holds for sessions that are open as well.
    pub(crate) fn ends_at(&self, inner: &Inner) -> SystemTime {
        let ends_at = self.record.ends_at();
        if self.is_grant() {
            return ends_at;
        }
        ends_at.min(inner.session_policy.ends_at(self.session.opened_at()))
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
