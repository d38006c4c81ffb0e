//! Extractors for axum: whom a handler is for stands in its arguments.

use std::convert::Infallible;
use std::marker::PhantomData;

use axum::Router;
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequestParts, Request};
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use doorward::{Fresh, Principal};
use http::header::SET_COOKIE;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::client_address::ClientAddress;
use crate::cookie::SetCookie;
use crate::door::Door;
use crate::endpoints;
use crate::identity::Identity;
use crate::problem::Problem;
use crate::received::{self, BodyLimits};

/// Whoever was authenticated: by a bearer token, or by the session's cookie.
///
/// `Option<SignedIn>` is for pages that are for everybody: `None` where nobody was. Both are refused with a [`Problem`]
/// where it could not be decided, and where a request that changes something came with a cookie and does not show that
/// a page of this site has sent it ([`PrincipalForm`] is for forms).
///
/// ```
/// use axum::Router;
/// use axum::routing::get;
/// use doorward_http::{Door, SignedIn};
///
/// async fn me(SignedIn(principal): SignedIn) -> String {
///     format!("hello, {}", principal.account())
/// }
///
/// fn service(door: &Door) -> Router {
///     Router::new().route("/me", get(me)).layer(door.layer()).merge(door.router())
/// }
/// ```
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "an extractor is taken apart in the arguments")]
pub struct SignedIn(pub Principal);

/// A person who has logged in a short while ago: for what must not be done with a session that somebody has found open.
///
/// ```
/// use doorward_http::FreshlySignedIn;
///
/// async fn delete(
///     axum::extract::State(auth): axum::extract::State<doorward::Authenticator>,
///     person: FreshlySignedIn,
/// ) {
///     let _ = auth.delete_own(person.fresh()).await;
/// }
/// ```
#[derive(Clone, Debug)]
pub struct FreshlySignedIn(Principal);

/// Whoever was authenticated with a second factor.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "an extractor is taken apart in the arguments")]
pub struct WithSecondFactor(pub Principal);

/// Whoever may do what the scope `S` is for: a session, or an access token of this scope.
///
/// ```
/// use doorward_http::{Scope, WithScope};
///
/// struct ReadInvoices;
///
/// impl Scope for ReadInvoices {
///     const NAME: &str = "invoices:read";
/// }
///
/// async fn invoices(caller: WithScope<ReadInvoices>) -> String {
///     format!("invoices of {}", caller.principal.account())
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WithScope<S> {
    /// Who may.
    pub principal: Principal,
    scope: PhantomData<S>,
}

/// A scope that a handler asks for.
pub trait Scope {
    /// The scope token (RFC 6749, section 3.3).
    const NAME: &str;
}

/// A form of whoever is signed in: `application/x-www-form-urlencoded` of at most 16 KiB, its field `csrf_token` checked
/// ([`Identity::csrf_token`] is what the page puts there).
///
/// ```
/// use doorward_http::PrincipalForm;
///
/// #[derive(serde::Deserialize)]
/// struct Invoice {
///     amount: u32,
/// }
///
/// async fn pay(PrincipalForm(principal, invoice): PrincipalForm<Invoice>) -> String {
///     format!("{} pays {}", principal.account(), invoice.amount)
/// }
/// ```
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "an extractor is taken apart in the arguments")]
pub struct PrincipalForm<T>(pub Principal, pub T);

impl Door {
    /// All the endpoints, to merge into the router of a service. Serve it with
    /// `into_make_service_with_connect_info::<SocketAddr>()`, or all the world is one source.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let mut paths = self.endpoint_paths();
        paths.sort_unstable();
        paths.dedup();
        paths.iter().fold(Router::new(), |router, path| router.route_service(path, self.clone()))
    }

    fn endpoint_paths(&self) -> Vec<String> {
        let prefix = self.paths().prefix();
        endpoints::served(&self.settings)
            .map(|endpoint| format!("{prefix}{}", endpoint.path))
            .collect()
    }
}

impl FreshlySignedIn {
    /// The key to what changes an account.
    #[allow(
        clippy::missing_panics_doc,
        reason = "it was fresh when it was extracted, and does not age"
    )]
    pub fn fresh(&self) -> Fresh<'_> {
        self.0.fresh().expect("it was when it was extracted, and is as old as it was then")
    }

    /// Who.
    pub fn principal(&self) -> &Principal {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(Identity::of(&parts.extensions)?.principal()?.clone()))
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        Ok(Identity::of(&parts.extensions)?.optional()?.cloned().map(Self))
    }
}

impl<S: Sync> FromRequestParts<S> for FreshlySignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(Identity::of(&parts.extensions)?.fresh()?.principal().clone()))
    }
}

impl<S: Sync> FromRequestParts<S> for WithSecondFactor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(Identity::of(&parts.extensions)?.with_second_factor()?.clone()))
    }
}

impl<S: Sync, N: Scope> FromRequestParts<S> for WithScope<N> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let principal = Identity::of(&parts.extensions)?.with_scope(N::NAME)?.clone();
        Ok(Self { principal, scope: PhantomData })
    }
}

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for PrincipalForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let identity = Identity::of(&parts.extensions)?.clone();
        // Before anything is read for them.
        if identity.authenticated()?.is_none() {
            return Err(Problem::unauthenticated());
        }
        let text = received::form(&parts.headers, body, BodyLimits::default()).await?;
        let mut tokens = form_urlencoded::parse(&text).filter(|(name, _)| name == "csrf_token");
        let identity = match tokens.next() {
            Some((_, token)) => identity.with_csrf_token(&token),
            None => identity,
        };
        let principal = identity.principal()?.clone();
        let form = serde_urlencoded::from_bytes(&text).map_err(|error| {
            Problem::invalid_request(format!("the form cannot be read: {error}"))
        })?;
        Ok(Self(principal, form))
    }
}

impl<S: Sync> FromRequestParts<S> for Identity {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(&parts.extensions).cloned()
    }
}

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // It comes with the identity.
        Identity::of(&parts.extensions)?;
        parts.extensions.get::<Self>().copied().ok_or_else(Problem::undecided)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.to_response().into_response()
    }
}

impl IntoResponseParts for SetCookie {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.headers_mut().append(SET_COOKIE, self.into());
        Ok(parts)
    }
}
