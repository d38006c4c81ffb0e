//! Exchanging, checking and revoking the tokens of a grant.

use std::time::SystemTime;

use doorward_fields::random_bytes;
use doorward_session::{Grant, GrantPlace, GrantSecrets, Holder, Presented, Token, TokenKind};
use doorward_store::{AccountId, Renewed, SessionId, Status};

use crate::authenticator::Inner;
use crate::epoch::epoch;
use crate::error::{Error, ErrorKind};
use crate::event::EventKind;
use crate::principal::Principal;
use crate::session_keeping::Kept;
use crate::session_vault::SealedLabel;
use crate::tokens::TokenPair;

impl Inner {
    pub(crate) async fn refresh(&self, text: &str) -> Result<Option<TokenPair>, Error> {
        let Ok(token) = Token::parse(TokenKind::Refresh, text) else { return Ok(None) };
        let (account, id) = names(&token);
        // Of when it was asked: whoever waits for the store is not late for that.
        let now = self.clock.now();
        for _ in 0..MOST_TRIES {
            let (kept, credential) =
                tokio::try_join!(async { self.kept(account, id, now).await }, async {
                    Ok(self.store.fetch(account).await?)
                })?;
            let Some((kept, grant)) = kept.and_then(with_grant) else { return Ok(None) };
            if !self.is_of_grant(&kept, &grant, &token, now) {
                return Ok(None);
            }
            // Where an interrupted change of the account did not come to end its sessions, this does.
            let open = credential.filter(|credential| credential.status() == Status::Active);
            if open.map(|credential| epoch(&credential)) != Some(kept.record.epoch()) {
                self.store.end(account, id).await?;
                self.emit_account(EventKind::SessionEnded, account);
                return Ok(None);
            }
            let place = GrantPlace::new(token.account(), token.session());
            let (scopes, ends_at) = (grant.scopes().clone(), kept.record.ends_at());
            let pair =
                |secrets| Some(self.token_pair((account, id), secrets, scopes, ends_at, now));
            match grant.present(place, token.secret(), &self.grant_policy, now) {
                Presented::Recent(secrets) => return Ok(pair(secrets)),
                Presented::Unknown => return self.reused(account, id).await.map(|()| None),
                Presented::Present => {}
            }
            if let Some(secrets) = self.exchange(kept, &grant, &token, now).await? {
                return Ok(pair(secrets));
            }
        }
        Err(Error::new(ErrorKind::Conflict))
    }

    /// Whether a refresh token is of this grant, be it present, exchanged, or long forgotten.
    fn is_of_grant(&self, kept: &Kept, grant: &Grant, token: &Token, now: SystemTime) -> bool {
        let place = GrantPlace::new(token.account(), token.session());
        let presented = grant.present(place, token.secret(), &self.grant_policy, now);
        let is_over = now >= kept.record.ends_at();
        !is_over && (!matches!(presented, Presented::Unknown) || self.vault.is_own_refresh(token))
    }

    /// Exchanges the present token; `None` where another request was faster.
    async fn exchange(
        &self,
        kept: Kept,
        grant: &Grant,
        token: &Token,
        now: SystemTime,
    ) -> Result<Option<GrantSecrets>, Error> {
        let place = GrantPlace::new(token.account(), token.session());
        let exchanged =
            grant.exchange(place, token.secret(), random_bytes()?, &self.grant_policy, now);
        let Some((next, secrets)) = exchanged else { return Ok(None) };
        let Some(next) = next else { return Ok(Some(secrets)) };
        let Kept { session, record } = kept;
        let expires_at = self.grant_policy.expires_at(now, record.ends_at());
        let record = record.with_holder(Holder::Grant(Box::new(next)));
        let label = SealedLabel::of(&session);
        let sealed = self.vault.seal_session(session.account(), session.id(), &record, &label)?;
        let version = session.version();
        let session = session.with_value(sealed).with_expires_at(expires_at);
        match self.store.renew(session, version, now).await? {
            Renewed::Done(_) => Ok(Some(secrets)),
            // It is read again.
            Renewed::Stale | Renewed::Gone => Ok(None),
        }
    }

    /// Somebody has a copy: owner and thief both lose the grant, and the owner logs in again.
    async fn reused(&self, account: AccountId, id: SessionId) -> Result<(), Error> {
        self.emit_account(EventKind::RefreshReused, account);
        self.store.end(account, id).await?;
        self.emit_account(EventKind::SessionEnded, account);
        Ok(())
    }

    pub(crate) async fn check_access(&self, text: &str) -> Result<Option<Principal>, Error> {
        let Ok(token) = Token::parse(TokenKind::Access, text) else { return Ok(None) };
        let now = self.clock.now();
        let (account, id) = names(&token);
        let Some((kept, grant)) = self.kept(account, id, now).await?.and_then(with_grant) else {
            return Ok(None);
        };
        let place = GrantPlace::new(token.account(), token.session());
        let Some(expires_at) = grant.access(place, token.secret(), now) else { return Ok(None) };
        let expires_at = expires_at.min(kept.record.ends_at());
        let principal = Principal { expires_at, ..kept.principal(self, now) };
        Ok((now < expires_at).then_some(principal))
    }

    pub(crate) async fn revoke(&self, text: &str) -> Result<(), Error> {
        let now = self.clock.now();
        for kind in [TokenKind::Access, TokenKind::Refresh, TokenKind::Session] {
            let Ok(token) = Token::parse(kind, text) else { continue };
            let (account, id) = names(&token);
            let Some(kept) = self.kept(account, id, now).await? else { continue };
            if self.is_held(&kept, &token, now) {
                self.store.end(account, id).await?;
                self.emit_account(EventKind::SessionEnded, account);
            }
        }
        Ok(())
    }

    /// Whether a token is, or was, of this session.
    fn is_held(&self, kept: &Kept, token: &Token, now: SystemTime) -> bool {
        let place = GrantPlace::new(token.account(), token.session());
        match (token.kind(), kept.record.holder()) {
            (TokenKind::Session, Holder::Session(_)) => kept.record.is_held_by(&token.digest()),
            (TokenKind::Access, Holder::Grant(grant)) => {
                grant.access(place, token.secret(), now).is_some()
            }
            (TokenKind::Refresh, Holder::Grant(grant)) => self.is_of_grant(kept, grant, token, now),
            _ => false,
        }
    }
}

/// Where a token says that it belongs.
pub(crate) fn names(token: &Token) -> (AccountId, SessionId) {
    (AccountId::from_bytes(*token.account()), SessionId::from_bytes(*token.session()))
}

pub(crate) fn with_grant(kept: Kept) -> Option<(Kept, Box<Grant>)> {
    let Holder::Grant(grant) = kept.record.holder() else { return None };
    let grant = grant.clone();
    Some((kept, grant))
}

/// Each time another request has exchanged the token: then this one finds it exchanged. More are only needed where
/// it is exchanged again and again.
const MOST_TRIES: usize = 8;
