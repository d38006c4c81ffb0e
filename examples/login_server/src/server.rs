//! The server: what it is made of, and how it begins.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use doorward::{Authenticator, HashingLimits, Keys, KeysError, MemoryStore, Store};
use doorward_examples::enrolment::{self, Existing};
use doorward_examples::failure::Failure;
use doorward_examples::policy_file;
use doorward_examples::problems::Problems;
use doorward_examples::users::Users;
use doorward_http::{DefaultPages, Door, DoorBuilder, Problem, Proxies};
use http::header::{HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use tokio::net::TcpListener;

use crate::arguments::Arguments;
use crate::connections::{self, Connections};
use crate::events::Events;
use crate::history::History;
use crate::metrics::Metrics;
use crate::operators::Operators;
use crate::outbox::Outbox;
use crate::{home, operator};

/// A server that listens already.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
    connections: Connections,
}

/// What handlers share.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) auth: Authenticator,
    pub(crate) door: Door,
    pub(crate) events: Events,
    pub(crate) operators: Operators,
}

impl Server {
    /// Reads the files, opens the store, makes the accounts, and listens.
    ///
    /// # Errors
    ///
    /// [`Failure`] that says what is wrong, and what to do about it.
    pub async fn start(arguments: Arguments) -> Result<Self, Failure> {
        let mut problems = Problems::default();
        let policy =
            arguments.policy.as_deref().and_then(|file| policy_file::read(file, &mut problems));
        let users = arguments.users.as_deref().map(|file| Users::read(file, &mut problems));
        if let Some(users) = &users {
            enrolment::check(users, &mut problems).await?;
        }
        problems.into_result()?;

        // Before anything is made: whoever has mistyped the port waits for no hash.
        let listener = connections::listen(arguments.listen).map_err(|error| {
            let what = format!("--listen {}", arguments.listen);
            Failure::of_run(
                &what,
                format_args!("{error}: choose another port, or 0 for any that is free"),
            )
        })?;
        let address = listener.local_addr().map_err(|error| Failure::of_run("--listen", error))?;

        let stored = arguments.store.open("login_server").await?;
        let existing = if stored.is_some() { Existing::Shared } else { Existing::None };
        let keys = keys(stored.is_some())?;
        let store: Arc<dyn Store> = stored.unwrap_or_else(|| Arc::new(MemoryStore::new()));
        let events =
            Events { history: Arc::new(History::default()), metrics: Arc::new(Metrics::new()) };
        let site = arguments.origin.clone().unwrap_or_else(|| format!("http://{address}"));

        // The paths are those of the door, which is built of the authenticator that writes the letters.
        let outbox = Outbox::open(arguments.outbox.as_deref(), site)?;
        eprintln!("letters are written to {}", outbox.folder().display());
        let mut builder = Authenticator::builder()
            .store(store)
            .keys(keys)
            .cost(arguments.cost)
            .service_name("doorward")
            .events(events.clone())
            .notifier(outbox);
        if let Some(policy) = policy {
            builder = builder.policy(policy);
        }
        if let Some(threads) = arguments.threads {
            builder = builder.hashing(HashingLimits::default().with_threads(threads));
        }
        let auth = builder.build().map_err(|error| Failure::of_run("the door", error))?;
        // Before any account is made: what is wrong with it is said first.
        let door = door(&arguments, auth.clone())?;
        if let Some(users) = &users {
            eprintln!("making {} accounts", users.count());
            enrolment::import(&auth, users, existing).await?;
        }
        if !address.ip().is_loopback() && arguments.proxies.is_empty() {
            eprintln!(
                "warning: browsers keep the cookies of this server over HTTPS only: put a proxy in front, and name it \
                 with --trust-proxy"
            );
        }
        let shared = Shared { auth, door, events, operators: Operators::from(arguments.operators) };
        let connections = Connections::new(Arc::clone(&shared.events.metrics));
        Ok(Self { listener, address, router: router(shared), connections })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` ends, and then what is under way.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        self.connections.serve(self.listener, self.router, shutdown).await;
    }
}

fn door(arguments: &Arguments, auth: Authenticator) -> Result<Door, Failure> {
    let mut proxies = Proxies::trusting(arguments.proxies.iter().copied());
    if let Some(header) = arguments.proxy_header {
        proxies = proxies.reading(header);
    }
    let mut builder: DoorBuilder = Door::builder(auth)
        .service_name("doorward")
        .proxies(proxies)
        .pages(DefaultPages::default());
    if let Some(origin) = &arguments.origin {
        builder = builder.origin(origin);
    }
    // Of a resource server. Not an argument: those are seen by everybody on the machine.
    if let Some(client) = std::env::var_os(CLIENT) {
        let pair = client.to_str().and_then(|client| client.split_once(':'));
        let (id, secret) = pair.ok_or_else(|| {
            Failure::of_input(format_args!("{CLIENT} is not ID:SECRET: see the README"))
        })?;
        builder = builder.client(id, secret);
    }
    builder.build().map_err(Failure::of_input)
}

/// The variable with the client that may ask about any token.
const CLIENT: &str = "DOORWARD_CLIENT";

/// In memory, new ones will do; what is in a table is lost without its keys.
fn keys(is_kept: bool) -> Result<Keys, Failure> {
    match Keys::from_env() {
        Err(KeysError::NotSet) if !is_kept => {
            Keys::generate().map_err(|error| Failure::of_run("keys", error))
        }
        Err(KeysError::NotSet) => Err(Failure::of_input(format_args!(
            "{} is not set: what is in a table can be read with its keys only. Make some with --make-keys, and keep them",
            Keys::VARIABLE
        ))),
        other => {
            other.map_err(|error| Failure::of_input(format_args!("{}: {error}", Keys::VARIABLE)))
        }
    }
}

fn router(shared: Shared) -> Router {
    let metrics = Arc::clone(&shared.events.metrics);
    let (layer, endpoints) = (shared.door.layer(), shared.door.router());
    let counted = move |request: Request, next: Next| {
        let metrics = Arc::clone(&metrics);
        async move {
            let method = request.method().clone();
            let mut answer = next.run(request).await;
            metrics.answered(&method, answer.status());
            const NO_SNIFF: HeaderValue = HeaderValue::from_static("nosniff");
            answer.headers_mut().entry::<HeaderName>(X_CONTENT_TYPE_OPTIONS).or_insert(NO_SNIFF);
            answer
        }
    };
    Router::new()
        .merge(home::routes())
        .merge(operator::routes())
        .merge(endpoints)
        .fallback(not_found)
        .layer(layer)
        .layer(axum::middleware::from_fn(counted))
        .with_state(shared)
}

async fn not_found() -> Response {
    Problem::not_found().into_response()
}
