//! Whom a request is from, as the layer has found.

use std::time::Duration;

use doorward::{Authenticator, Fresh, Principal};
use http::header::{AUTHORIZATION, HeaderMap};
use http::{Extensions, Method};
use zeroize::Zeroizing;

use crate::cookie::CookieName;
use crate::csrf::{self, Origins, Provenance};
use crate::problem::Problem;

/// Whom a request is from: in its extensions, once the [`AuthLayer`](crate::AuthLayer) has seen it.
///
/// Each way to the [`Principal`] is an answer to give where there is none: 401, 403, or 503 where it could not be
/// decided. A request that changes something and came with a cookie has to show as well that a page of this site has
/// sent it.
///
/// ```
/// use doorward_http::{Identity, Problem};
///
/// fn greet(request: &http::Request<()>) -> Result<String, Problem> {
///     let principal = Identity::of(request.extensions())?.principal()?;
///     Ok(format!("hello, {}", principal.account()))
/// }
/// # // Without the layer, nobody is let in.
/// # assert_eq!(greet(&http::Request::new(())).unwrap_err().status(), 503);
/// ```
#[derive(Clone, Debug)]
pub struct Identity {
    state: State,
    guard: Guard,
    freshness: Duration,
    /// What tokens against forgery are bound to.
    cookie: Option<Secret>,
}

#[derive(Clone, Debug)]
enum State {
    Anonymous,
    Authenticated(Box<Principal>),
    /// A cookie of no session that lives.
    Ended,
    /// A bearer token that is not good.
    InvalidToken,
    /// The store failed.
    Undecided,
}

/// What has been shown of a request that came with a cookie.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Guard {
    CrossSite,
    /// It changes something, and its token is not there, or in its body.
    NoToken,
    Passed,
}

#[derive(Clone)]
struct Secret(Zeroizing<String>);

impl Identity {
    /// The one that the layer left.
    ///
    /// # Errors
    ///
    /// [`Problem`] where there was no layer: 503, and a line in the log. It lets nobody in.
    pub fn of(extensions: &Extensions) -> Result<&Self, Problem> {
        extensions.get::<Self>().ok_or_else(|| {
            tracing::error!("no identity: put the route inside of doorward's AuthLayer");
            Problem::undecided()
        })
    }

    /// Whoever was authenticated.
    ///
    /// # Errors
    ///
    /// [`Problem`] where nobody was.
    pub fn principal(&self) -> Result<&Principal, Problem> {
        let principal = self.authenticated()?.ok_or_else(Problem::unauthenticated)?;
        match self.guard {
            Guard::CrossSite => Err(Problem::cross_site()),
            Guard::NoToken => Err(Problem::csrf_token()),
            Guard::Passed => Ok(principal),
        }
    }

    /// Whoever was authenticated, if anybody: for pages that are for everybody. A bearer token that is not good is
    /// refused here as well, for its client would not learn of it.
    ///
    /// # Errors
    ///
    /// [`Problem`] where it could not be decided, and as [`principal`](Self::principal) where somebody was.
    pub fn optional(&self) -> Result<Option<&Principal>, Problem> {
        match self.authenticated()? {
            Some(_) => self.principal().map(Some),
            None => Ok(None),
        }
    }

    /// Whoever may do this: a person's session, or a token of this scope.
    ///
    /// # Errors
    ///
    /// [`Problem`]: also 403 where the token is not for this.
    pub fn with_scope(&self, scope: &str) -> Result<&Principal, Problem> {
        let principal = self.principal()?;
        if principal.may(scope) { Ok(principal) } else { Err(Problem::insufficient_scope(scope)) }
    }

    /// A person who has logged in a short while ago: see [`Principal::fresh`].
    ///
    /// # Errors
    ///
    /// [`Problem`]: also 401 where that is too long ago (RFC 9470).
    pub fn fresh(&self) -> Result<Fresh<'_>, Problem> {
        let principal = self.principal()?;
        principal.fresh().ok_or_else(|| Problem::authentication_too_old(self.freshness))
    }

    /// Whoever was authenticated with a second factor.
    ///
    /// # Errors
    ///
    /// [`Problem`]: also 401 where there was none (RFC 9470).
    pub fn with_second_factor(&self) -> Result<&Principal, Problem> {
        let principal = self.principal()?;
        if principal.has_second_factor() {
            Ok(principal)
        } else {
            Err(Problem::second_factor_missing())
        }
    }

    /// A person, with a session: what owners see of their account is nothing for the programs that act for them.
    pub(crate) fn person(&self) -> Result<&Principal, Problem> {
        let principal = self.principal()?;
        if principal.scopes().is_none() {
            Ok(principal)
        } else {
            Err(Problem::authentication_too_old(self.freshness))
        }
    }

    /// The same, once the field `csrf_token` of a form was read.
    pub fn with_csrf_token(mut self, presented: &str) -> Self {
        let cookie = self.cookie.as_ref().map(|cookie| cookie.0.as_str());
        if self.guard == Guard::NoToken
            && cookie.is_some_and(|cookie| csrf::is_token(cookie, presented))
        {
            self.guard = Guard::Passed;
        }
        self
    }

    /// For the hidden field `csrf_token` of a form, or the header `X-CSRF-Token` of a script. `None` for whoever has no
    /// session's cookie, and needs none.
    ///
    /// # Errors
    ///
    /// [`Problem`] where there are no random bytes: 503.
    pub fn csrf_token(&self) -> Result<Option<Zeroizing<String>>, Problem> {
        let cookie = self.cookie.as_ref();
        Ok(cookie.map(|cookie| csrf::token(&cookie.0)).transpose()?)
    }

    /// Whether a session's cookie came that is good.
    pub(crate) fn has_session(&self) -> bool {
        matches!(self.state, State::Authenticated(_)) && self.cookie.is_some()
    }

    /// Whether anything was presented: such answers are nobody else's to keep.
    pub(crate) fn is_personal(&self) -> bool {
        !matches!(self.state, State::Anonymous)
    }

    /// Reads what was presented, and checks it.
    ///
    /// A bearer token comes before a cookie: browsers attach cookies by themselves, and never a token.
    pub(crate) async fn check(
        auth: &Authenticator,
        origins: &Origins,
        method: &Method,
        headers: &HeaderMap,
    ) -> Self {
        let mut identity = Self {
            state: State::Anonymous,
            guard: Guard::Passed,
            freshness: auth.sessions().policy().freshness(),
            cookie: None,
        };
        match Presented::of(headers) {
            Presented::Nothing => {}
            Presented::Unreadable => identity.state = State::InvalidToken,
            Presented::Bearer(token) => {
                let checked = auth.tokens().check(token).await;
                identity.state = State::of(checked, State::InvalidToken);
            }
            Presented::Cookie(token) => {
                let checked = auth.sessions().check(token).await;
                identity.state = State::of(checked, State::Ended);
                identity.guard = guard(token, origins, method, headers);
                identity.cookie = Some(Secret(Zeroizing::new(token.to_owned())));
            }
        }
        identity
    }

    /// Whoever was authenticated, before a form's token was looked at.
    pub(crate) fn authenticated(&self) -> Result<Option<&Principal>, Problem> {
        match &self.state {
            State::Authenticated(principal) => Ok(Some(principal)),
            State::Anonymous | State::Ended => Ok(None),
            State::InvalidToken => Err(Problem::invalid_token()),
            State::Undecided => Err(Problem::undecided()),
        }
    }
}

impl State {
    fn of(checked: Result<Option<Principal>, doorward::Error>, none: Self) -> Self {
        match checked {
            Ok(Some(principal)) => Self::Authenticated(Box::new(principal)),
            Ok(None) => none,
            Err(error) => {
                let _logged = Problem::unavailable(&error);
                Self::Undecided
            }
        }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret([REDACTED])")
    }
}

/// What came with a request.
pub(crate) enum Presented<'a> {
    Bearer(&'a str),
    Cookie(&'a str),
    Nothing,
    /// Two headers, or one that is no text: which one others go by is anybody's guess.
    Unreadable,
}

impl<'a> Presented<'a> {
    pub(crate) fn of(headers: &'a HeaderMap) -> Self {
        let mut lines = headers.get_all(AUTHORIZATION).into_iter();
        match (lines.next().map(|line| line.to_str()), lines.next()) {
            (Some(Ok(line)), None) => match line.split_once(' ') {
                Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                    Self::Bearer(token.trim_matches(' '))
                }
                // Of another scheme, which is somebody else's to judge.
                _ => Self::cookie(headers),
            },
            (Some(_), _) => Self::Unreadable,
            (None, _) => Self::cookie(headers),
        }
    }

    fn cookie(headers: &'a HeaderMap) -> Self {
        CookieName::Session.read(headers).map_or(Self::Nothing, Self::Cookie)
    }
}

/// What a request that came with the session's cookie has shown.
fn guard(cookie: &str, origins: &Origins, method: &Method, headers: &HeaderMap) -> Guard {
    if method.is_safe() {
        return Guard::Passed;
    }
    if origins.provenance(headers) == Provenance::CrossSite {
        return Guard::CrossSite;
    }
    let presented = headers.get(CSRF_HEADER).and_then(|token| token.to_str().ok());
    match presented {
        Some(token) if csrf::is_token(cookie, token) => Guard::Passed,
        _ => Guard::NoToken,
    }
}

/// Where scripts put their token.
pub(crate) const CSRF_HEADER: &str = "x-csrf-token";
