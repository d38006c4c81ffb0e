//! The layer that lets nobody by but whom a route is for.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Frame, SizeHint};
use tower_layer::Layer;
use tower_service::Service;

use crate::body::Body;
use crate::identity::Identity;
use crate::problem::Problem;

/// A [`tower_layer::Layer`] that answers 401, 403 or 503 to whomever the routes behind it are not for.
///
/// It goes inside of the [`AuthLayer`](crate::AuthLayer). What it asks for is what [`Identity`] can tell.
///
/// ```
/// use doorward::{Authenticator, Keys, MemoryStore};
/// use doorward_http::{AuthLayer, Body, RequireLayer};
/// use http::{Request, Response, StatusCode};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let auth = Authenticator::builder().store(MemoryStore::new()).keys(Keys::generate()?).build()?;
/// let service = ServiceBuilder::new()
///     .layer(AuthLayer::new(auth))
///     .layer(RequireLayer::scope("invoices:read"))
///     .service(service_fn(async |_: Request<Body>| {
///         Ok::<_, std::convert::Infallible>(Response::new(Body::from("invoices")))
///     }));
/// let answer = service.oneshot(Request::new(Body::default())).await?;
/// assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RequireLayer {
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Fresh,
    Principal,
    Scope(String),
    SecondFactor,
}

impl RequireLayer {
    /// Whoever was authenticated.
    #[must_use]
    pub fn principal() -> Self {
        Self { what: What::Principal }
    }

    /// As [`Identity::with_scope`].
    #[must_use]
    pub fn scope(scope: impl Into<String>) -> Self {
        Self { what: What::Scope(scope.into()) }
    }

    /// As [`Identity::fresh`].
    #[must_use]
    pub fn fresh() -> Self {
        Self { what: What::Fresh }
    }

    /// As [`Identity::with_second_factor`].
    #[must_use]
    pub fn second_factor() -> Self {
        Self { what: What::SecondFactor }
    }

    fn check<B>(&self, request: &Request<B>) -> Result<(), Problem> {
        let identity = Identity::of(request.extensions())?;
        match &self.what {
            What::Fresh => identity.fresh().map(|_| ()),
            What::Principal => identity.principal().map(|_| ()),
            What::Scope(scope) => identity.with_scope(scope).map(|_| ()),
            What::SecondFactor => identity.with_second_factor().map(|_| ()),
        }
    }
}

impl<S> Layer<S> for RequireLayer {
    type Service = RequireService<S>;

    fn layer(&self, inner: S) -> RequireService<S> {
        RequireService { layer: self.clone(), inner }
    }
}

/// The service that [`RequireLayer`] makes of another.
#[derive(Clone, Debug)]
pub struct RequireService<S> {
    layer: RequireLayer,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for RequireService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
{
    type Response = Response<RequireBody<R>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<RequireBody<R>>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self.layer.check(&request) {
            Ok(()) => {
                let answer = self.inner.call(request);
                Box::pin(async move {
                    Ok(answer.await?.map(|body| RequireBody(Kind::Inner(Box::pin(body)))))
                })
            }
            Err(problem) => Box::pin(async move {
                Ok(problem.to_response().map(|body| RequireBody(Kind::Refused(body))))
            }),
        }
    }
}

/// The body of an answer from behind a [`RequireLayer`], or of its refusal.
#[derive(Debug)]
pub struct RequireBody<R>(Kind<R>);

#[derive(Debug)]
enum Kind<R> {
    Inner(Pin<Box<R>>),
    Refused(Body),
}

impl<R: http_body::Body<Data = Bytes>> http_body::Body for RequireBody<R> {
    type Data = Bytes;
    type Error = R::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, R::Error>>> {
        match &mut self.0 {
            Kind::Inner(body) => body.as_mut().poll_frame(context),
            Kind::Refused(body) => Pin::new(body)
                .poll_frame(context)
                .map(|frame| frame.map(|frame| frame.map_err(|never: Infallible| match never {}))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Inner(body) => body.is_end_stream(),
            Kind::Refused(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Inner(body) => body.size_hint(),
            Kind::Refused(body) => body.size_hint(),
        }
    }
}
