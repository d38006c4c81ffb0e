//! Sessions of people: opened with a proof, checked with every request, ended.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use doorward_session::{Holder, Label, SessionPolicy, Token, TokenKind};
use doorward_store::{AccountId, Renewed, SessionId};
use zeroize::Zeroizing;

use crate::authenticator::Inner;
use crate::device::DeviceToken;
use crate::error::Error;
use crate::event::EventKind;
use crate::outcome::Managed;
use crate::principal::{Fresh, Principal};
use crate::session_keeping::{Kept, Opening, random_secret};
use crate::session_list::{EndedSessions, SessionInfo};
use crate::verified::Verified;

/// The sessions of an [`Authenticator`](crate::Authenticator).
///
/// A session is opened with the [`Verified`] that a login gives, and with nothing else. Its token is opaque, new at
/// every authentication, and kept as a digest; the session itself is kept in the store, so it can be ended there:
/// by its owner, by the service, by a change of the password. Lifetimes are those of the
/// [`SessionPolicy`].
///
/// ```
/// use doorward::{Authenticator, Keys, Login, MemoryStore, NewSession, Outcome, Registration};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let auth = Authenticator::builder().store(MemoryStore::new()).keys(Keys::generate()?).build()?;
/// # let _ = auth.register(Registration::new("alice@example.com", "seven quiet herons")).await?;
/// let login = Login::new("alice@example.com", "seven quiet herons");
/// let Outcome::Verified(proof) = auth.authenticate(login).await? else { panic!() };
///
/// let new = NewSession::new(proof).label("Firefox on Linux");
/// let Some(session) = auth.sessions().open(new).await? else { panic!() };
/// let cookie = session.token().to_owned(); // `Secure`, `HttpOnly`, `SameSite`, and `__Host-` before its name
///
/// let principal = auth.sessions().check(&cookie).await?.expect("it was opened just now");
/// assert_eq!(principal.account(), session.principal().account());
///
/// auth.sessions().end(&cookie).await?;
/// assert!(auth.sessions().check(&cookie).await?.is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Sessions {
    inner: Arc<Inner>,
}

impl Sessions {
    pub(crate) fn new(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    /// Opens a session. `None` where the account was shut, removed or changed since the proof was made, or that is
    /// ten minutes ago: answer as to a login that was rejected.
    ///
    /// Where the account has too many sessions with it, the oldest end. Where more are opened at once than it may have,
    /// that may be this one already: the next check says so.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed: no session is open that anybody could use, and the one that was to be
    /// [replaced](NewSession::replacing) may have ended.
    pub async fn open(&self, new: NewSession) -> Result<Option<OpenSession>, Error> {
        let inner = &self.inner;
        let now = inner.clock.now();
        let policy = &inner.session_policy;
        let ends_at = policy.ends_at(now);
        if let Some(replaced) = &new.replaces {
            self.end(replaced).await?;
        }
        let secret = random_secret()?;
        let opening = Opening {
            proof: &new.proof,
            label: new.label,
            ends_at,
            expires_at: policy.expires_at(now, ends_at),
            now,
        };
        let digest = |account: AccountId, id: SessionId| {
            let (account, id) = (account.as_bytes(), id.as_bytes());
            Holder::Session(secret.digest(TokenKind::Session, account, id))
        };
        let Some(kept) = inner.open_session(opening, digest).await? else { return Ok(None) };
        let (account, id) = (*kept.session.account().as_bytes(), *kept.session.id().as_bytes());
        let token = Token::new(TokenKind::Session, account, id, secret).to_text();
        Ok(Some(OpenSession { token, principal: kept.principal(inner, now), proof: new.proof }))
    }

    /// Who a request is from, by the token that came with it; `None` for whatever is not the token of a session
    /// that lives: answer 401.
    ///
    /// One strongly consistent read, and at most once in a sixtieth of the time without use a write, which keeps the
    /// session alive. What is not shaped like a token costs no read.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed: nobody is let in, and nobody is logged out either (503).
    pub async fn check(&self, token: &str) -> Result<Option<Principal>, Error> {
        let now = self.inner.clock.now();
        let Some(kept) = self.held(token, now).await? else { return Ok(None) };
        let policy = &self.inner.session_policy;
        let ends_at = kept.ends_at(&self.inner);
        if now >= ends_at {
            return Ok(None);
        }
        let mut principal = kept.principal(&self.inner, now);
        if policy.is_to_be_touched(kept.session.expires_at(), ends_at, now) {
            let expires_at = policy.expires_at(now, ends_at);
            let version = kept.session.version();
            let touched = kept.session.with_expires_at(expires_at);
            match self.inner.store.renew(touched, version, now).await {
                Ok(Renewed::Gone) => return Ok(None),
                // Or another request was faster, and wrote as much.
                Ok(Renewed::Done(_) | Renewed::Stale) => principal.expires_at = expires_at,
                // The session lives, and the next use is written down.
                Err(_) => {}
            }
        }
        Ok(Some(principal))
    }

    /// Ends a session by its token: a logout. A token of no session is no error.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed: the session may live still. Say so, and let the person try again.
    pub async fn end(&self, token: &str) -> Result<(), Error> {
        if let Some(kept) = self.held(token, self.inner.clock.now()).await? {
            let account = kept.session.account();
            self.inner.store.end(account, kept.session.id()).await?;
            self.inner.emit_account(EventKind::SessionEnded, account);
        }
        Ok(())
    }

    /// The sessions of the principal's account, grants to API clients among them, the oldest first.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed.
    pub async fn list(&self, principal: &Principal) -> Result<Vec<SessionInfo>, Error> {
        self.inner.list_sessions(principal.account(), Some(principal.session())).await
    }

    /// Ends one session of the owner's: one of those that [`list`](Self::list) shows (ASVS 5.0, 7.5.2). One that is
    /// over already is no error.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed: it may live still.
    pub async fn end_one(&self, owner: Fresh<'_>, session: SessionId) -> Result<(), Error> {
        let account = owner.principal().account();
        self.inner.store.end(account, session).await?;
        self.inner.emit_account(EventKind::SessionEnded, account);
        Ok(())
    }

    /// Ends all sessions of the owner's but the present one, and all grants: one write, however many there are.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed: all of them may live still, or none.
    pub async fn end_others(&self, owner: Fresh<'_>) -> Result<(), Error> {
        let Principal { account, session, .. } = *owner.principal();
        self.inner.store.end_all(account, Some(session), self.inner.clock.now()).await?;
        self.inner.emit_account(EventKind::SessionsEnded, account);
        Ok(())
    }

    /// Ends all sessions and grants of an account: one write. For operators.
    ///
    /// # Errors
    ///
    /// As for [`end_others`](Self::end_others).
    pub async fn end_all(&self, identifier: &str) -> Result<Managed, Error> {
        let Some(account) = self.inner.account_of(identifier).await? else {
            return Ok(Managed::NoSuchAccount);
        };
        self.inner.end_sessions(account).await?;
        Ok(Managed::Done)
    }

    /// Ends all sessions of at most `limit` accounts behind `after`, in the store's own order: for an operator who
    /// has to end those of everybody (ASVS 5.0, 7.4.5). Call it until [`EndedSessions::next`] is `None`.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store could not list the accounts. What befell single accounts is in the answer.
    pub async fn end_everybodys(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<EndedSessions, Error> {
        self.inner.end_everybodys(after, limit).await
    }

    /// The session whose token this is.
    async fn held(&self, token: &str, now: SystemTime) -> Result<Option<Kept>, Error> {
        let Ok(token) = Token::parse(TokenKind::Session, token) else { return Ok(None) };
        let account = AccountId::from_bytes(*token.account());
        let id = SessionId::from_bytes(*token.session());
        let kept = self.inner.kept(account, id, now).await?;
        Ok(kept.filter(|kept| kept.record.is_held_by(&token.digest())))
    }

    /// How long sessions live.
    pub fn policy(&self) -> &SessionPolicy {
        &self.inner.session_policy
    }
}

/// A session to open.
#[derive(Debug)]
#[must_use = "a session is opened by `Sessions::open`"]
pub struct NewSession {
    proof: Verified,
    label: Label,
    replaces: Option<Presented>,
}

/// A token as a client presented it; `Debug` shows none of it.
struct Presented(Zeroizing<String>);

impl std::ops::Deref for Presented {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

impl NewSession {
    /// Of whoever was verified.
    pub fn new(proof: Verified) -> Self {
        Self { proof, label: Label::default(), replaces: None }
    }

    /// What its owner knows it by, such as `Firefox on Linux`: at most 128 bytes, without control characters;
    /// whatever is longer is cut off.
    pub fn label(self, label: &str) -> Self {
        Self { label: Label::new(label), ..self }
    }

    /// In the place of the session whose token the client had, whosever that was: it ends. Say it at every login, or a
    /// token that was planted, or left, before it goes on (ASVS 5.0, 7.2.4). What is no token is no error.
    pub fn replacing(self, token: impl Into<String>) -> Self {
        Self { replaces: Some(Presented(Zeroizing::new(token.into()))), ..self }
    }
}

/// A session that was just opened. `Debug` shows no token.
#[must_use = "the client needs the token"]
pub struct OpenSession {
    token: Zeroizing<String>,
    principal: Principal,
    proof: Verified,
}

impl OpenSession {
    /// The token for the client, a secret: in a cookie with `Secure`, `HttpOnly`, `SameSite` and a name that begins
    /// with `__Host-`. Nobody can tell it again.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Whose session it is.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The token to keep on the device: see [`Verified::device`].
    pub fn device(&self) -> &DeviceToken {
        self.proof.device()
    }

    /// The recovery code that takes the place of one that was used: see [`Verified::replacement`].
    pub fn replacement(&self) -> Option<&doorward_session::RecoveryCode> {
        self.proof.replacement()
    }
}

impl fmt::Debug for OpenSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenSession").field("principal", &self.principal).finish_non_exhaustive()
    }
}
