//! What an API client was granted: scopes, and tokens that take turns.

mod form;

use std::time::SystemTime;

use crate::lifetime::GrantPolicy;
use crate::scopes::Scopes;
use crate::secret::{TokenSecret, same};
use crate::token::TokenKind;

/// A grant: its scopes, and of each token a digest.
///
/// # Rotation
///
/// Each refresh token is exchanged for a successor (RFC 9700, section 4.14.2), and that is computed, not drawn:
/// `HMAC-SHA-256(present secret, domain || "refresh" || salt)`, with 32 random bytes as the salt, which the
/// grant keeps for the time of grace. So whoever presents an exchanged token once more within it, be it the same
/// client whose answer was lost or another of its threads, is given the *same* successor, although the grant
/// holds no token. The salt alone is worth nothing, and neither is an exchanged token without it.
///
/// The access token of a refresh token is `HMAC-SHA-256(its secret, domain || "access")`.
///
/// A grant is changed by compare-and-swap: of any number of requests at once one exchanges the token, and the
/// others find it exchanged.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Grant {
    scopes: Scopes,
    /// The digest of the present refresh token.
    refresh: [u8; 32],
    access: Access,
    /// The access token before, which may live still.
    former: Option<Access>,
    /// Refresh tokens exchanged within the time of grace, the oldest first.
    recent: Vec<Exchanged>,
}

/// The digest of an access token, and from when on it is worth nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Access {
    digest: [u8; 32],
    expires_at: SystemTime,
}

/// A refresh token that was exchanged: its digest, what its successor comes from, and when.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Exchanged {
    digest: [u8; 32],
    salt: [u8; 32],
    at: SystemTime,
}

/// The secrets of a refresh token and its access token.
#[derive(Clone, Debug)]
pub struct GrantSecrets {
    /// Of the refresh token.
    pub(crate) refresh: TokenSecret,
    /// Of the access token.
    pub(crate) access: TokenSecret,
    pub(crate) access_expires_at: SystemTime,
}

impl GrantSecrets {
    /// The secret of the refresh token.
    #[must_use]
    pub fn refresh(&self) -> &TokenSecret {
        &self.refresh
    }

    /// The secret of the access token.
    #[must_use]
    pub fn access(&self) -> &TokenSecret {
        &self.access
    }

    /// From when on the access token is worth nothing.
    #[must_use]
    pub fn access_expires_at(&self) -> SystemTime {
        self.access_expires_at
    }
}

/// What a presented refresh token is to a grant.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums, reason = "a caller must have a plan for every answer")]
pub enum Presented {
    /// The present one: exchange it.
    Present,
    /// It was exchanged a moment ago. These are the secrets that are in force: the same that the first exchange
    /// gave, or what they have been exchanged for since.
    Recent(GrantSecrets),
    /// None that the grant knows. If its issuer knows it as one of this grant, it was exchanged before the time of
    /// grace: somebody has a copy.
    Unknown,
}

/// Whose grant it is: every digest is of one place.
#[derive(Clone, Copy, Debug)]
pub struct GrantPlace<'a> {
    /// The account.
    account: &'a [u8; 16],
    /// The session that holds the grant.
    session: &'a [u8; 16],
}

impl<'a> GrantPlace<'a> {
    /// The grant of this session of this account.
    #[must_use]
    pub fn new(account: &'a [u8; 16], session: &'a [u8; 16]) -> Self {
        Self { account, session }
    }

    fn digest(&self, kind: TokenKind, secret: &TokenSecret) -> [u8; 32] {
        secret.digest(kind, self.account, self.session)
    }
}

impl Grant {
    /// The most exchanges that are remembered at once. A client that exchanges faster is given what it has
    /// already, until the oldest is out of the time of grace.
    ///
    /// None is forgotten instead: whoever had it would be taken for a thief. What is left to a client that exchanges so
    /// often, with several threads, is not to put a token in the place of the one that it was exchanged for.
    pub const MAX_RECENT: usize = 14;

    /// A new grant, whose first refresh token has this secret: 32 random bytes.
    #[must_use]
    pub fn new(
        place: GrantPlace<'_>,
        scopes: Scopes,
        secret: TokenSecret,
        policy: &GrantPolicy,
        now: SystemTime,
    ) -> (Self, GrantSecrets) {
        let secrets = secrets(secret, now + policy.access_life());
        let grant = Self {
            scopes,
            refresh: place.digest(TokenKind::Refresh, &secrets.refresh),
            access: access(place, &secrets),
            former: None,
            recent: Vec::new(),
        };
        (grant, secrets)
    }

    /// What its tokens may be used for.
    #[must_use]
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// What this secret of a refresh token is to the grant. Every digest is compared, whichever is right.
    #[must_use]
    pub fn present(
        &self,
        place: GrantPlace<'_>,
        secret: &TokenSecret,
        policy: &GrantPolicy,
        now: SystemTime,
    ) -> Presented {
        let digest = place.digest(TokenKind::Refresh, secret);
        let mut found = None;
        for (at, exchanged) in self.recent.iter().enumerate() {
            if same(&exchanged.digest, &digest) && exchanged.is_recent(policy, now) {
                found = Some(at);
            }
        }
        if same(&self.refresh, &digest) {
            return Presented::Present;
        }
        let Some(found) = found else { return Presented::Unknown };
        let mut secret = secret.clone();
        for exchanged in &self.recent[found..] {
            secret = successor(&secret, &exchanged.salt);
        }
        Presented::Recent(secrets(secret, self.access.expires_at))
    }

    /// Exchanges the present refresh token: the grant as it is to be kept instead, and the new secrets. `salt` is 32
    /// random bytes.
    ///
    /// Where so many were exchanged within the time of grace that there is no room for another, nothing is
    /// exchanged, and the secrets are those in force.
    ///
    /// `None` where `secret` is not that of the present token.
    #[must_use]
    pub fn exchange(
        &self,
        place: GrantPlace<'_>,
        secret: &TokenSecret,
        salt: [u8; 32],
        policy: &GrantPolicy,
        now: SystemTime,
    ) -> Option<(Option<Self>, GrantSecrets)> {
        let digest = place.digest(TokenKind::Refresh, secret);
        if !same(&self.refresh, &digest) {
            return None;
        }
        // The oldest go and no others, also where clocks differed: a successor is reckoned through all behind it.
        let recent = self.recent.iter().skip_while(|exchanged| !exchanged.is_recent(policy, now));
        let mut recent: Vec<_> = recent.copied().collect();
        if recent.len() >= Self::MAX_RECENT {
            return Some((None, secrets(secret.clone(), self.access.expires_at)));
        }
        recent.push(Exchanged { digest, salt, at: now });
        let secrets = secrets(successor(secret, &salt), now + policy.access_life());
        let grant = Self {
            scopes: self.scopes.clone(),
            refresh: place.digest(TokenKind::Refresh, &secrets.refresh),
            access: access(place, &secrets),
            former: Some(self.access).filter(|access| now < access.expires_at),
            recent,
        };
        Some((Some(grant), secrets))
    }

    /// Until when the access token with this secret is good; `None` if it is not, at `now`.
    #[must_use]
    pub fn access(
        &self,
        place: GrantPlace<'_>,
        secret: &TokenSecret,
        now: SystemTime,
    ) -> Option<SystemTime> {
        let digest = place.digest(TokenKind::Access, secret);
        let mut good = None;
        for access in self.former.iter().chain([&self.access]) {
            if same(&access.digest, &digest) && now < access.expires_at {
                good = Some(access.expires_at);
            }
        }
        good
    }
}

impl Exchanged {
    /// A clock that is behind the one which wrote it is no reason to take a client for a thief.
    fn is_recent(&self, policy: &GrantPolicy, now: SystemTime) -> bool {
        now.duration_since(self.at).unwrap_or_default() < policy.grace_period()
    }
}

fn secrets(refresh: TokenSecret, access_expires_at: SystemTime) -> GrantSecrets {
    let access = refresh.derive("access", &[]);
    GrantSecrets { refresh, access, access_expires_at }
}

fn access(place: GrantPlace<'_>, secrets: &GrantSecrets) -> Access {
    let digest = place.digest(TokenKind::Access, &secrets.access);
    Access { digest, expires_at: secrets.access_expires_at }
}

fn successor(secret: &TokenSecret, salt: &[u8; 32]) -> TokenSecret {
    secret.derive("refresh", salt)
}

#[cfg(test)]
mod tests;
