//! Refusals as values: problem details (RFC 9457) with the headers that belong to them.

use std::time::Duration;

use doorward::{Refusal, Wait};
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use http::{Response, StatusCode};
use serde::Serialize;

use crate::body::Body;
use crate::challenge::Challenge;

/// Why a request is refused, as its sender may know it.
///
/// As an answer it is `application/problem+json` (RFC 9457), with a member `error` that programs go by, and
/// `Cache-Control: no-store`. The same refusal is the same bytes, whosever account it was about; what went wrong
/// inside is in the log of the operator, never here.
///
/// ```
/// use doorward_http::Problem;
/// use http::StatusCode;
///
/// let answer = Problem::unauthenticated().to_response();
/// assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
/// assert_eq!(answer.headers()["www-authenticate"], r#"Bearer realm="doorward""#); // RFC 6750
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "it is an answer"]
pub struct Problem(Box<Details>);

#[derive(Clone, Debug, Eq, PartialEq)]
struct Details {
    status: StatusCode,
    error: &'static str,
    title: &'static str,
    detail: Option<String>,
    challenge: Option<Challenge>,
    allow: Option<String>,
    wait: Option<u64>,
    ticket: Option<Ticket>,
}

/// What a step-up asks for.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct Ticket {
    pub(crate) secret: String,
    pub(crate) expires_in: u64,
}

impl Problem {
    /// 401: nobody was authenticated. Nothing, or nothing that could count, was presented.
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "Authentication is required")
            .asking(Challenge::Bearer)
    }

    /// 401: identifier or password are wrong, or the account is shut. Which of these does not show.
    pub fn invalid_credentials() -> Self {
        const TITLE: &str = "The username or the password is wrong";
        Self::new(StatusCode::UNAUTHORIZED, "invalid_credentials", TITLE).asking(Challenge::Bearer)
    }

    /// 401: the token is expired, revoked, or none (RFC 6750, section 3.1).
    pub fn invalid_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_token", "The token is not good any more")
            .asking(Challenge::InvalidToken)
    }

    /// 403: the token is not for this (RFC 6750, section 3.1).
    pub fn insufficient_scope(scope: &str) -> Self {
        const TITLE: &str = "The token is not for this";
        Self::new(StatusCode::FORBIDDEN, "insufficient_scope", TITLE)
            .asking(Challenge::Scope(scope.to_owned()))
    }

    /// 401: the login is longer ago than this, or was none of a person (RFC 9470).
    pub fn authentication_too_old(age: Duration) -> Self {
        Self::insufficient_user_authentication("Sign in again to do this")
            .asking(Challenge::Fresh(age))
    }

    /// 401: the login was without a second factor (RFC 9470).
    pub fn second_factor_missing() -> Self {
        Self::insufficient_user_authentication("Sign in with a second factor to do this")
            .asking(Challenge::SecondFactor)
    }

    /// 403: the record is somebody else's. Where its existence is nobody's business, answer
    /// [`not_found`](Self::not_found) instead.
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "This is not yours")
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is no such thing")
    }

    /// 429 with `Retry-After`, and the fields `RateLimit` and `RateLimit-Policy`
    /// (draft-ietf-httpapi-ratelimit-headers): nothing is left, and one more may be tried in so many seconds.
    pub fn too_many_attempts(wait: &Wait) -> Self {
        const TITLE: &str = "Too many attempts: try again later";
        let new = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", TITLE);
        new.with(|details| details.wait = Some(wait.seconds()))
    }

    /// 503: no decision could be reached. Nobody is let in, nobody is logged out, and the kind of the error goes to the
    /// log alone.
    pub fn unavailable(error: &doorward::Error) -> Self {
        tracing::error!(kind = ?error.kind(), %error, "no decision could be reached");
        Self::undecided()
    }

    /// 400: the request cannot be read. What is wrong with it is told.
    pub(crate) fn invalid_request(detail: impl Into<String>) -> Self {
        let new =
            Self::new(StatusCode::BAD_REQUEST, "invalid_request", "The request cannot be read");
        new.with_detail(detail)
    }

    /// 403: another site has sent it.
    pub(crate) fn cross_site() -> Self {
        const TITLE: &str = "The request comes from another site";
        Self::new(StatusCode::FORBIDDEN, "cross_site", TITLE)
    }

    /// 403: it does not show that it comes from a page of ours.
    pub(crate) fn csrf_token() -> Self {
        let new = Self::new(
            StatusCode::FORBIDDEN,
            "csrf_token",
            "The request does not show that it comes from this site",
        );
        let detail = "send the token of GET /csrf-token in the header X-CSRF-Token, or in the \
                      form field csrf_token; in a browser, load the page again";
        new.with_detail(detail)
    }

    /// 401: a code is asked for.
    pub(crate) fn second_factor_required(ticket: Ticket) -> Self {
        const TITLE: &str =
            "Enter the code from your app, or the one that was sent to you if you have none";
        let new = Self::new(StatusCode::UNAUTHORIZED, "second_factor_required", TITLE)
            .asking(Challenge::Bearer);
        new.with(|details| details.ticket = Some(ticket))
    }

    /// 400: the token of a letter is not good.
    pub(crate) fn invalid_letter() -> Self {
        const TITLE: &str = "The link is not good any more: ask for another";
        Self::new(StatusCode::BAD_REQUEST, "invalid_token", TITLE)
    }

    /// 401: a reset needs a code of the second factor.
    pub(crate) fn code_required() -> Self {
        const TITLE: &str = "Enter the code from your app, or a recovery code";
        Self::new(StatusCode::UNAUTHORIZED, "code_required", TITLE).asking(Challenge::Bearer)
    }

    /// 401: it was another code.
    pub(crate) fn invalid_code() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_code", "The code is wrong, or was used")
            .asking(Challenge::Bearer)
    }

    /// 401: neither the credentials of a client nor a token.
    pub(crate) fn invalid_client() -> Self {
        const TITLE: &str = "Only registered clients, and owners, may ask about tokens";
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", TITLE).asking(Challenge::Client)
    }

    /// 403: whoever is signed in does not know the current password.
    pub(crate) fn wrong_password() -> Self {
        Self::new(StatusCode::FORBIDDEN, "wrong_password", "The current password is wrong")
    }

    /// 422: no account, or no password, can be made of this. The reason is for the person.
    pub(crate) fn refused(refusal: &Refusal) -> Self {
        let (error, title) = match refusal {
            Refusal::Identifier(_) => ("invalid_username", "Choose another username"),
            Refusal::Password(_) => ("invalid_password", "Choose another password"),
        };
        let new = Self::new(StatusCode::UNPROCESSABLE_ENTITY, error, title);
        new.with_detail(refusal.to_string())
    }

    pub(crate) fn method_not_allowed(allow: String) -> Self {
        const TITLE: &str = "This cannot be done here";
        let new = Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", TITLE);
        new.with(|details| details.allow = Some(allow))
    }

    pub(crate) fn too_large(most: usize) -> Self {
        let new = Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The request is too large");
        new.with_detail(format!("send at most {most} bytes"))
    }

    pub(crate) fn too_slow() -> Self {
        const TITLE: &str = "The request did not arrive in time";
        Self::new(StatusCode::REQUEST_TIMEOUT, "too_slow", TITLE)
    }

    pub(crate) fn unsupported_media_type() -> Self {
        let new = Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "The request is of a type that is not read here",
        );
        let detail = "send application/json or application/x-www-form-urlencoded";
        new.with_detail(detail)
    }

    /// 503, where the kind has been logged.
    pub(crate) fn undecided() -> Self {
        const TITLE: &str = "The service cannot decide at the moment: try again";
        let new = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", TITLE);
        new.with(|details| details.wait = Some(1))
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// What programs go by: `error` in the answer.
    pub fn error(&self) -> &'static str {
        self.0.error
    }

    /// What it is, for people.
    pub fn title(&self) -> &'static str {
        self.0.title
    }

    /// What is to be done about it, where there is more to say.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// After how many seconds to come back.
    pub fn retry_after(&self) -> Option<u64> {
        self.0.wait
    }

    /// The ticket to go on with, where there is one.
    pub(crate) fn ticket(&self) -> Option<&str> {
        self.0.ticket.as_ref().map(|ticket| ticket.secret.as_str())
    }

    /// Whether a login would help.
    pub(crate) fn is_for_the_login(&self) -> bool {
        matches!(
            self.0.error,
            "insufficient_user_authentication" | "invalid_token" | "unauthenticated"
        )
    }

    /// Whether a code would help.
    pub(crate) fn is_for_a_code(&self) -> bool {
        matches!(self.0.error, "code_required" | "invalid_code")
    }

    /// The answer.
    #[allow(clippy::missing_panics_doc, reason = "texts and numbers are always JSON")]
    pub fn to_response(&self) -> Response<Body> {
        let members = Members {
            error: self.0.error,
            status: self.0.status.as_u16(),
            title: self.0.title,
            r#type: "about:blank",
            detail: self.0.detail.as_deref(),
            ticket: self.0.ticket.as_ref().map(|ticket| ticket.secret.as_str()),
            expires_in: self.0.ticket.as_ref().map(|ticket| ticket.expires_in),
        };
        let body = serde_json::to_vec(&members).expect("names and texts are JSON");
        let mut answer = self.with_headers(Body::from(body));
        const TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");
        answer.headers_mut().insert(CONTENT_TYPE, TYPE);
        answer
    }

    /// Status and headers around a page.
    pub(crate) fn with_headers(&self, body: Body) -> Response<Body> {
        let mut answer = Response::new(body);
        *answer.status_mut() = self.0.status;
        let headers = answer.headers_mut();
        headers.insert(CACHE_CONTROL, NO_STORE);
        if let Some(challenge) = &self.0.challenge {
            headers.insert(WWW_AUTHENTICATE, challenge.to_header());
        }
        if let Some(Ok(allow)) = self.0.allow.as_deref().map(HeaderValue::from_str) {
            headers.insert(ALLOW, allow);
        }
        if let Some(wait) = self.0.wait {
            headers.insert(RETRY_AFTER, wait.into());
        }
        if let Some(wait) = self.0.wait.filter(|_| self.0.status == StatusCode::TOO_MANY_REQUESTS) {
            let field = |text: String| {
                HeaderValue::from_str(&text).expect("digits and names are visible ASCII")
            };
            headers.insert("ratelimit", field(format!(r#""attempts";r=0;t={wait}"#)));
            headers.insert("ratelimit-policy", field(format!(r#""attempts";q=1;w={wait}"#)));
        }
        answer
    }

    fn insufficient_user_authentication(title: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "insufficient_user_authentication", title)
    }

    fn new(status: StatusCode, error: &'static str, title: &'static str) -> Self {
        Self(Box::new(Details {
            status,
            error,
            title,
            detail: None,
            challenge: None,
            allow: None,
            wait: None,
            ticket: None,
        }))
    }

    fn with_detail(self, detail: impl Into<String>) -> Self {
        self.with(|details| details.detail = Some(detail.into()))
    }

    fn with(mut self, change: impl FnOnce(&mut Details)) -> Self {
        change(&mut self.0);
        self
    }

    fn asking(self, challenge: Challenge) -> Self {
        self.with(|details| details.challenge = Some(challenge))
    }
}

impl From<Problem> for Response<Body> {
    fn from(problem: Problem) -> Self {
        problem.to_response()
    }
}

impl From<doorward::Error> for Problem {
    fn from(error: doorward::Error) -> Self {
        Self::unavailable(&error)
    }
}

impl From<doorward::fields::RandomError> for Problem {
    fn from(error: doorward::fields::RandomError) -> Self {
        tracing::error!(%error, "no random bytes");
        Self::undecided()
    }
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ticket([REDACTED])")
    }
}

/// In this order: `error` comes first.
#[derive(Serialize)]
struct Members<'a> {
    error: &'a str,
    status: u16,
    title: &'a str,
    r#type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<u64>,
}

pub(crate) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
