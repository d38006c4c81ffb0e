//! What a token is, for those who may ask.

use std::time::{SystemTime, UNIX_EPOCH};

use doorward_session::{Authentication, GrantPlace, Presented, Scopes, Token, TokenKind};
use doorward_store::AccountId;

use crate::authenticator::Inner;
use crate::error::Error;
use crate::refreshing::{names, with_grant};

/// The answer of RFC 7662, section 2.2. Of a token that is not good it says that it is not active, and nothing else:
/// not whether it ever was, and not why.
#[derive(Clone, Debug)]
#[must_use]
pub struct Introspection(Option<ActiveToken>);

/// A token that is good.
#[derive(Clone, Debug)]
pub struct ActiveToken {
    account: AccountId,
    kind: TokenKind,
    opened_at: SystemTime,
    expires_at: SystemTime,
    authentication: Authentication,
    scopes: Option<Scopes>,
}

impl Introspection {
    /// The token, if it is good.
    pub fn active(&self) -> Option<&ActiveToken> {
        self.0.as_ref()
    }

    /// The answer as JSON: `{"active":false}`, or `active`, `sub`, `token_type`, `exp`, `auth_time`, `amr` and, for access
    /// and refresh tokens, `scope`; for a session `iat`, which is not kept of each token of a grant.
    pub fn to_json(&self) -> String {
        let Some(token) = &self.0 else { return r#"{"active":false}"#.to_owned() };
        // A scope holds neither quotes nor backslashes, and everything else is made of digits or words of ours.
        let scope = match &token.scopes {
            Some(scopes) => format!(r#","scope":"{scopes}""#),
            None => String::new(),
        };
        let mut methods: Vec<_> = token.authentication.factors().map(|f| f.reference()).collect();
        methods.dedup();
        let methods = methods.join(r#"",""#);
        let issued = match token.kind {
            TokenKind::Session => format!(r#""iat":{},"#, seconds(token.opened_at)),
            _ => String::new(),
        };
        format!(
            r#"{{"active":true,"sub":"{}","token_type":"{}",{issued}"exp":{},"auth_time":{},"amr":["{methods}"]{scope}}}"#,
            token.account,
            token.token_type(),
            seconds(token.expires_at),
            seconds(token.authentication.at()),
        )
    }
}

impl ActiveToken {
    /// Whose account: `sub`.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// `Bearer` for an access token, else what it is.
    pub fn token_type(&self) -> &'static str {
        match self.kind {
            TokenKind::Access => "Bearer",
            TokenKind::Refresh => "refresh_token",
            _ => "session",
        }
    }

    /// When its session or grant was opened.
    pub fn opened_at(&self) -> SystemTime {
        self.opened_at
    }

    /// From when on it is worth nothing, if nobody uses it: `exp`.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    /// How and when its owner was authenticated: `auth_time` and `amr`.
    pub fn authentication(&self) -> Authentication {
        self.authentication
    }

    /// What it may be used for; `None` for a session.
    pub fn scopes(&self) -> Option<&Scopes> {
        self.scopes.as_ref()
    }
}

impl Inner {
    pub(crate) async fn introspect(&self, text: &str) -> Result<Introspection, Error> {
        let now = self.clock.now();
        for kind in [TokenKind::Access, TokenKind::Refresh, TokenKind::Session] {
            let Ok(token) = Token::parse(kind, text) else { continue };
            return Ok(Introspection(self.active(&token, now).await?));
        }
        Ok(Introspection(None))
    }

    async fn active(&self, token: &Token, now: SystemTime) -> Result<Option<ActiveToken>, Error> {
        let (account, id) = names(token);
        let Some(kept) = self.kept(account, id, now).await? else { return Ok(None) };
        let place = GrantPlace::new(token.account(), token.session());
        let (ends_at, expires_at) = (kept.ends_at(self), kept.session.expires_at());
        let opened_at = kept.session.opened_at();
        let authentication = kept.record.authentication();
        let (until, scopes) = if token.kind() == TokenKind::Session {
            (kept.record.is_held_by(&token.digest()).then_some(expires_at), None)
        } else {
            let Some((_, grant)) = with_grant(kept) else { return Ok(None) };
            let until = if token.kind() == TokenKind::Access {
                grant.access(place, token.secret(), now)
            } else {
                let presented = grant.present(place, token.secret(), &self.grant_policy, now);
                matches!(presented, Presented::Present).then_some(expires_at)
            };
            (until.map(|until| until.min(ends_at)), Some(grant.scopes().clone()))
        };
        let Some(expires_at) = until.filter(|until| now < *until) else { return Ok(None) };
        let kind = token.kind();
        Ok(Some(ActiveToken { account, kind, opened_at, expires_at, authentication, scopes }))
    }
}

/// Whole seconds since 1970, as `NumericDate` of RFC 7519.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
