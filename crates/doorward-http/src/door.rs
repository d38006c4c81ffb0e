//! The door: all endpoints behind one service.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use doorward::{Authenticator, Scopes, SourceLimiter};
use http::{Method, Request, Response};
use tower_service::Service;

use crate::body::Body;
use crate::client::Client;
use crate::client_address::{ClientAddress, peer};
use crate::csrf::{self, Origins};
use crate::door_builder::DoorBuilder;
use crate::endpoints;
use crate::fields::Fields;
use crate::identity::Identity;
use crate::layer::AuthLayer;
use crate::page::Pages;
use crate::paths::Paths;
use crate::problem::Problem;
use crate::proxies::Proxies;
use crate::received::{self, BodyLimits, Kind, Received};

/// Ready endpoints for all that clients and people do at the door, as a [`tower_service::Service`]: login, second factor,
/// logout, refresh, recovery, a change of password, sessions, introspection, revocation, and a description of them.
///
/// They take JSON and forms on the same paths: a program logs in and gets tokens, a browser's form gets cookies and a
/// redirect. Every refusal of a login is the same bytes. What each takes and answers is told by `GET /openapi.json`, and by
/// the [README](https://docs.rs/doorward-http).
///
/// Under the feature `axum`, `Door::router` is a router to merge into one's own. Without a framework, ask
/// [`serves`](Self::serves), and call it:
///
/// ```
/// use doorward::{Authenticator, Keys, MemoryStore};
/// use doorward_http::{Body, Door};
/// use http::{Request, StatusCode};
/// use tower::ServiceExt;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let auth = Authenticator::builder()
///     .store(MemoryStore::new())
///     .keys(Keys::generate()?) // in service: Keys::from_env()?
///     .build()?;
/// let door = Door::builder(auth).build()?;
/// assert!(door.serves("/login") && !door.serves("/invoices"));
///
/// let attempt = r#"{"username":"alice@example.com","password":"seven quiet herons"}"#;
/// let request = Request::post("/login")
///     .header("content-type", "application/json")
///     .body(Body::from(attempt))?;
/// let answer = door.oneshot(request).await?;
/// assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
/// # Ok(())
/// # }
/// ```
///
/// Clones share everything. It needs a Tokio runtime with time enabled, and in the extensions of each request the
/// [`PeerAddr`](crate::PeerAddr): requests without one share one strict budget.
#[derive(Clone, Debug)]
pub struct Door {
    pub(crate) settings: Arc<Settings>,
}

#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) auth: Authenticator,
    pub(crate) bodies: BodyLimits,
    pub(crate) clients: Vec<Client>,
    pub(crate) introspections: SourceLimiter,
    pub(crate) origins: Origins,
    pub(crate) pages: Option<Arc<dyn Pages>>,
    pub(crate) paths: Paths,
    pub(crate) proxies: Proxies,
    pub(crate) registrations: Option<SourceLimiter>,
    pub(crate) scopes: Scopes,
    pub(crate) service: String,
}

impl Door {
    /// Starts with what decides.
    pub fn builder(auth: Authenticator) -> DoorBuilder {
        DoorBuilder::new(auth)
    }

    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings: Arc::new(settings) }
    }

    /// The layer for the routes of the service, with the proxies and origins of this door.
    #[must_use]
    pub fn layer(&self) -> AuthLayer {
        let Settings { auth, origins, proxies, .. } = &*self.settings;
        AuthLayer::with(auth.clone(), origins.clone(), proxies.clone())
    }

    /// Where the endpoints are.
    #[must_use]
    pub fn paths(&self) -> &Paths {
        &self.settings.paths
    }

    /// Whether a request for this path is this door's to answer.
    #[must_use]
    pub fn serves(&self, path: &str) -> bool {
        let within = self.settings.paths.within(path);
        within.is_some_and(|path| endpoints::is_served(&self.settings, path))
    }

    /// The description of the endpoints that are served: OpenAPI 3.1, in JSON.
    #[must_use]
    pub fn openapi(&self) -> String {
        crate::openapi::describe(&self.settings)
    }

    async fn answer<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body,
    {
        let settings = &*self.settings;
        let (mut parts, body) = request.into_parts();
        csrf::name_host(&parts.uri, &mut parts.headers);
        let Some(path) = settings.paths.within(parts.uri.path()) else {
            return Problem::not_found().to_response();
        };
        let endpoint = match endpoints::find(settings, &parts.method, path) {
            Ok(endpoint) => endpoint,
            Err(problem) => return problem.to_response(),
        };
        // What the layer has found, where there is one around.
        let client = match parts.extensions.get::<ClientAddress>() {
            Some(client) => *client,
            None => settings.proxies.client(peer(&parts.extensions), &parts.headers),
        };
        let read = if matches!(parts.method, Method::GET | Method::HEAD) {
            Ok((Fields::default(), Kind::Empty))
        } else {
            received::read(&parts.headers, body, settings.bodies).await
        };
        let read = read.and_then(|(fields, kind)| {
            fields.check(endpoint.fields)?;
            Ok((fields, kind))
        });
        let (fields, kind) = match read {
            Ok(read) => read,
            Err(problem) => return problem.to_response(),
        };
        let identity = match parts.extensions.get::<Identity>() {
            Some(identity) => identity.clone(),
            None => {
                let (auth, origins) = (&settings.auth, &settings.origins);
                Identity::check(auth, origins, &parts.method, &parts.headers).await
            }
        };
        let received = Received {
            method: parts.method,
            path: path.to_owned(),
            query: parts.uri.query().map(str::to_owned),
            headers: parts.headers,
            client,
            identity,
            fields,
            kind,
        };
        endpoints::answer(settings, endpoint, received).await
    }
}

impl<B> Service<Request<B>> for Door
where
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let door = self.clone();
        Box::pin(async move { Ok(door.answer(request).await) })
    }
}
