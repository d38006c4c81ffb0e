//! The layer that finds out whom requests are from.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use doorward::Authenticator;
use http::header::CACHE_CONTROL;
use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::client_address::peer;
use crate::csrf::{self, Origins};
use crate::identity::Identity;
use crate::problem::NO_STORE;
use crate::proxies::Proxies;

/// A [`tower_layer::Layer`] that checks the bearer token or the session's cookie of each request, and puts into its
/// extensions the [`Identity`] it found and the [`ClientAddress`](crate::ClientAddress) it came from.
///
/// It refuses nobody: the handler does, by asking for whom it needs (an extractor under the feature `axum`,
/// [`Identity`] elsewhere), or a [`RequireLayer`](crate::RequireLayer) behind it. So a route that asks for nobody is
/// open to everybody. Answers to requests that presented something get `Cache-Control: no-store`, unless the handler
/// has set another.
///
/// Made by [`Door::layer`](crate::Door::layer), or of an [`Authenticator`] alone. A check costs what
/// [`Sessions::check`](doorward::Sessions::check) does; a request that presents nothing costs nothing.
///
/// ```
/// use doorward::{Authenticator, Keys, MemoryStore};
/// use doorward_http::{AuthLayer, Body, Identity, Problem};
/// use http::{Request, Response, StatusCode};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let auth = Authenticator::builder().store(MemoryStore::new()).keys(Keys::generate()?).build()?;
/// async fn hello(request: Request<Body>) -> Result<Response<Body>, std::convert::Infallible> {
///     let greeting = || -> Result<_, Problem> {
///         let principal = Identity::of(request.extensions())?.principal()?;
///         Ok(Response::new(Body::from(format!("hello, {}", principal.account()))))
///     };
///     Ok(greeting().unwrap_or_else(|problem| problem.to_response()))
/// }
///
/// let service = ServiceBuilder::new().layer(AuthLayer::new(auth)).service(service_fn(hello));
/// let answer = service.oneshot(Request::new(Body::default())).await?;
/// assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct AuthLayer {
    checks: Arc<Checks>,
}

#[derive(Debug)]
struct Checks {
    auth: Authenticator,
    origins: Origins,
    proxies: Proxies,
}

impl AuthLayer {
    /// Without proxies in front, and with the `Host` of each request as its origin: see
    /// [`Door::layer`](crate::Door::layer) for a layer with the settings of a door.
    #[must_use]
    pub fn new(auth: Authenticator) -> Self {
        Self::with(auth, Origins::default(), Proxies::none())
    }

    pub(crate) fn with(auth: Authenticator, origins: Origins, proxies: Proxies) -> Self {
        Self { checks: Arc::new(Checks { auth, origins, proxies }) }
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = AuthService<S>;

    fn layer(&self, inner: S) -> AuthService<S> {
        AuthService { checks: Arc::clone(&self.checks), inner }
    }
}

/// The service that [`AuthLayer`] makes of another.
#[derive(Clone, Debug)]
pub struct AuthService<S> {
    checks: Arc<Checks>,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for AuthService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let checks = Arc::clone(&self.checks);
        // The one that is ready is called; its clone takes its place, and need not be.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        Box::pin(async move {
            let target = request.uri().clone();
            csrf::name_host(&target, request.headers_mut());
            let address = checks.proxies.client(peer(request.extensions()), request.headers());
            let (method, headers) = (request.method(), request.headers());
            let identity = Identity::check(&checks.auth, &checks.origins, method, headers).await;
            let is_personal = identity.is_personal();
            request.extensions_mut().insert(address);
            request.extensions_mut().insert(identity);
            let mut answer = inner.call(request).await?;
            if is_personal {
                answer.headers_mut().entry(CACHE_CONTROL).or_insert(NO_STORE);
            }
            Ok(answer)
        })
    }
}
