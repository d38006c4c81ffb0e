//! Connections: how many, for how long, and how they end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use doorward_http::PeerAddr;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Semaphore;
use tower_service::Service as _;

use crate::metrics::Metrics;

/// Serves HTTP/1.1 on each connection; how many there are at once is bounded.
#[derive(Debug)]
pub(crate) struct Connections {
    room: Arc<Semaphore>,
    metrics: Arc<Metrics>,
}

impl Connections {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        let files = usize::try_from(raise_limit()).unwrap_or(usize::MAX);
        let room = MOST.min(files.saturating_sub(OTHER_FILES).max(1));
        Self { room: Arc::new(Semaphore::new(room)), metrics }
    }

    /// Until `shutdown` ends; then nobody is accepted any more, and what is under way has its time to end.
    pub(crate) async fn serve(
        &self,
        listener: TcpListener,
        router: Router,
        shutdown: impl Future<Output = ()>,
    ) {
        let graceful = GracefulShutdown::new();
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let permit = tokio::select! {
                permit = Arc::clone(&self.room).acquire_owned() => permit,
                () = &mut shutdown => break,
            };
            let Ok(permit) = permit else { break };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = &mut shutdown => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Too many open files, or a client that hung up: others are waiting.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                }
            };
            let _ = stream.set_nodelay(true);
            let router = router.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(PeerAddr(peer));
                router.clone().call(request)
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADERS)
                .max_buf_size(BUFFER)
                .serve_connection(TokioIo::new(stream), service);
            let connection = graceful.watch(connection);
            let metrics = Arc::clone(&self.metrics);
            metrics.connections().inc();
            tokio::spawn(async move {
                // Clients break off all the time.
                let _ = connection.await;
                metrics.connections().dec();
                drop(permit);
            });
        }
        drop(listener);
        if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
            tracing::warn!("some requests were under way for too long, and are cut off");
        }
    }
}

/// As many open files as the system allows, for each connection is one: how many that are.
fn raise_limit() -> u64 {
    let mut limit = getrlimit(Resource::Nofile);
    let before = limit.current;
    limit.current = limit.maximum;
    match setrlimit(Resource::Nofile, limit) {
        Ok(()) => limit.current.unwrap_or(u64::MAX),
        Err(error) => {
            tracing::warn!(%error, "the limit of open files stays as it is");
            before.unwrap_or(u64::MAX)
        }
    }
}

/// Listens, with room for those that come at once: the kernel bounds it by `net.core.somaxconn`.
///
/// # Errors
///
/// Those of the socket.
pub(crate) fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// More than wait for hashes, so that whoever asks for something else is served meanwhile; and little enough that memory is
/// bounded: each takes up to some thirty kilobytes, while a login waits.
const MOST: usize = 16_384;
/// Of letters, of the log, and of what else is open.
const OTHER_FILES: usize = 64;
const BACKLOG: u32 = 4_096;
/// For the head of a request, and between two.
const HEADERS: Duration = Duration::from_secs(15);
/// For the head of a request: 16 KiB of cookies and the rest.
const BUFFER: usize = 32 * 1024;
/// For what is under way at the end: a login that waits for a hash has 5 seconds.
const GRACE: Duration = Duration::from_secs(10);
