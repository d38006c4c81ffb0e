//! Access and refresh tokens of API clients.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use doorward_session::{
    Grant, GrantPlace, GrantPolicy, GrantSecrets, Holder, Label, Scopes, Token, TokenKind,
};
use doorward_store::{AccountId, SessionId};
use zeroize::Zeroizing;

use crate::authenticator::Inner;
use crate::error::Error;
use crate::introspection::Introspection;
use crate::principal::Principal;
use crate::session_keeping::{Opening, random_secret};
use crate::verified::Verified;

/// The tokens that API clients of an [`Authenticator`](crate::Authenticator) act with in an owner's name.
///
/// An access token (RFC 6750) opens an API for minutes; with the refresh token beside it a client gets the next pair,
/// and each refresh token is exchanged once (RFC 9700, section 4.14.2). Both belong to a *grant*, which is kept like a
/// session: its owner sees it in the list of [`Sessions`](crate::Sessions), and it ends with them. Lifetimes are
/// those of the [`GrantPolicy`].
///
/// ```
/// use doorward::{Authenticator, Keys, Login, MemoryStore, NewGrant, Outcome, Registration};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let auth = Authenticator::builder().store(MemoryStore::new()).keys(Keys::generate()?).build()?;
/// # let _ = auth.register(Registration::new("alice@example.com", "seven quiet herons")).await?;
/// # let login = Login::new("alice@example.com", "seven quiet herons");
/// # let Outcome::Verified(proof) = auth.authenticate(login).await? else { panic!() };
/// let new = NewGrant::new(proof, "invoices:read profile".parse()?);
/// let tokens = auth.tokens().grant(new).await?.expect("the account is as it was");
///
/// let principal = auth.tokens().check(tokens.access()).await?.expect("it is five minutes old at most");
/// assert!(principal.may("profile") && !principal.may("invoices:write"));
///
/// let next = auth.tokens().refresh(tokens.refresh()).await?.expect("it is the present one");
/// assert!(auth.tokens().check(next.access()).await?.is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Tokens {
    pub(crate) inner: Arc<Inner>,
}

impl Tokens {
    pub(crate) fn new(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    /// Makes a grant, and its first tokens. `None` as for [`Sessions::open`](crate::Sessions::open).
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed; there is no grant that anybody could use.
    pub async fn grant(&self, new: NewGrant) -> Result<Option<TokenPair>, Error> {
        let inner = &self.inner;
        let (now, policy) = (inner.clock.now(), &inner.grant_policy);
        let ends_at = policy.ends_at(now);
        let secret = random_secret()?;
        let expires_at = policy.expires_at(now, ends_at);
        let opening = Opening { proof: &new.proof, label: new.label, ends_at, expires_at, now };
        let mut secrets = None;
        let holder = |account: AccountId, id: SessionId| {
            let place = GrantPlace::new(account.as_bytes(), id.as_bytes());
            let (grant, first) = Grant::new(place, new.scopes.clone(), secret.clone(), policy, now);
            secrets = Some(first);
            Holder::Grant(Box::new(grant))
        };
        let kept = inner.open_session(opening, holder).await?;
        let Some((kept, secrets)) = kept.zip(secrets) else { return Ok(None) };
        Ok(Some(inner.token_pair(
            (kept.session.account(), kept.session.id()),
            secrets,
            new.scopes,
            ends_at,
            now,
        )))
    }

    /// Exchanges a refresh token for the next tokens; `None` for one that is not good: answer `invalid_grant`
    /// (RFC 6749, section 5.2).
    ///
    /// One conditional write. Whoever presents an exchanged token again within the
    /// [time of grace](GrantPolicy::grace) is given the same tokens, be it because the answer was lost or because
    /// several threads refresh at once. Presented after it, a token was copied: the grant ends, and an alarm
    /// ([`RefreshReused`](crate::EventKind::RefreshReused)) is raised.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed. Present the same token again: no token is lost.
    pub async fn refresh(&self, refresh_token: &str) -> Result<Option<TokenPair>, Error> {
        self.inner.refresh(refresh_token).await
    }

    /// Who a request is from, by the access token that came with it; `None` for whatever is none that is good: answer
    /// 401 with `WWW-Authenticate: Bearer error="invalid_token"` (RFC 6750, section 3.1). Whether it may do what it
    /// asks for is said by [`Principal::may`].
    ///
    /// One strongly consistent read, and no write.
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed: nobody is let in.
    pub async fn check(&self, access_token: &str) -> Result<Option<Principal>, Error> {
        self.inner.check_access(access_token).await
    }

    /// What a token is, for a resource server that has none of the keys (RFC 7662): access, refresh and session
    /// tokens. Whatever is not good is just not active. Ask whoever asks who they are (RFC 7662, section 2.1).
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed: answer 503, never "not active".
    pub async fn introspect(&self, token: &str) -> Result<Introspection, Error> {
        self.inner.introspect(token).await
    }

    /// Ends what a token belongs to: its grant with all tokens, or its session (RFC 7009). Of a grant, an access
    /// token, the present refresh token and one that was exchanged all will do. What is no token, or not good any
    /// more, is no error: answer 200 (RFC 7009, section 2.2).
    ///
    /// # Errors
    ///
    /// [`Error`] when the store failed: it may be good still (503).
    pub async fn revoke(&self, token: &str) -> Result<(), Error> {
        self.inner.revoke(token).await
    }

    /// How long grants and their tokens live.
    pub fn policy(&self) -> &GrantPolicy {
        &self.inner.grant_policy
    }
}

/// A grant to make.
#[derive(Debug)]
#[must_use = "a grant is made by `Tokens::grant`"]
pub struct NewGrant {
    proof: Verified,
    scopes: Scopes,
    label: Label,
}

impl NewGrant {
    /// By whoever was verified, for these scopes.
    pub fn new(proof: Verified, scopes: Scopes) -> Self {
        Self { proof, scopes, label: Label::default() }
    }

    /// What its owner knows it by, such as the name of the client: as
    /// [`NewSession::label`](crate::NewSession::label).
    pub fn label(self, label: &str) -> Self {
        Self { label: Label::new(label), ..self }
    }
}

/// An access token and the refresh token beside it. `Debug` shows neither.
#[must_use = "the client needs the tokens"]
pub struct TokenPair {
    access: Zeroizing<String>,
    refresh: Zeroizing<String>,
    access_expires_at: SystemTime,
    expires_in: Duration,
    scopes: Scopes,
}

impl TokenPair {
    /// The access token, a secret: `access_token` in the answer (RFC 6749, section 5.1), of the type `Bearer`.
    pub fn access(&self) -> &str {
        &self.access
    }

    /// The refresh token, a secret: `refresh_token` in the answer. The client overwrites the one it had.
    pub fn refresh(&self) -> &str {
        &self.refresh
    }

    /// From when on the access token is worth nothing.
    pub fn access_expires_at(&self) -> SystemTime {
        self.access_expires_at
    }

    /// Whole seconds until then, rounded down: `expires_in` in the answer.
    pub fn expires_in(&self) -> u64 {
        self.expires_in.as_secs()
    }

    /// What the access token may be used for: `scope` in the answer.
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }
}

impl fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenPair").field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

impl Inner {
    pub(crate) fn token_pair(
        &self,
        (account, id): (AccountId, SessionId),
        secrets: GrantSecrets,
        scopes: Scopes,
        ends_at: SystemTime,
        now: SystemTime,
    ) -> TokenPair {
        let names = (*account.as_bytes(), *id.as_bytes());
        let access = Token::new(TokenKind::Access, names.0, names.1, secrets.access().clone());
        let refresh = self.vault.seal_refresh(account, id, secrets.refresh().clone());
        // No token outlives its grant, and no client is told so.
        let access_expires_at = secrets.access_expires_at().min(ends_at);
        TokenPair {
            access: access.to_text(),
            refresh: refresh.to_text(),
            access_expires_at,
            expires_in: access_expires_at.duration_since(now).unwrap_or_default(),
            scopes,
        }
    }
}
