//! A connector that does to requests what no emulator does.

mod answers;
mod request_fault;
mod trips;

use std::future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::config::RuntimeComponents;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use doorward_aws::Connection;
use doorward_store::FaultScript;
use serde_json::Value;

use self::answers::{asks, empty_answer, refusal};
pub use self::request_fault::RequestFault;
use self::trips::Trips;
use crate::Api;

/// A connector that fails requests as its script says: throttling, conflicts of transactions, lost replies,
/// stale reads. Emulators do none of it.
///
/// The script names single requests, every request of an operation, or a share of all drawn from a seed; of
/// several that fit, the first in this order counts. Requests are numbered from 1 as they are sent, each
/// repetition too. A clone shares script and log.
///
/// ```no_run
/// use doorward_dynamodb::{Api, DynamoStore, FaultyConnector, RequestFault};
///
/// # async fn connect() -> Result<(), Box<dyn std::error::Error>> {
/// let connector = FaultyConnector::new().fail_nth(Api::TransactWriteItems, 1, RequestFault::LostReply);
/// let store = DynamoStore::builder("doorward")
///     .plain_http_on_loopback("http://127.0.0.1:8000")
///     .http_client(connector.clone())
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FaultyConnector {
    inner: SharedHttpClient,
    script: Arc<Mutex<FaultScript<Api, RequestFault>>>,
    trips: Arc<Mutex<Trips>>,
    latency: Duration,
    stale_reads: bool,
}

impl FaultyConnector {
    /// One that fails nothing until it is told to.
    #[must_use]
    pub fn new() -> Self {
        Self::over(Connection::https())
    }

    /// The same, over a client of the test's own.
    #[must_use]
    pub fn over(client: impl HttpClient + 'static) -> Self {
        Self {
            inner: SharedHttpClient::new(client),
            script: Arc::default(),
            trips: Arc::default(),
            latency: Duration::ZERO,
            stale_reads: false,
        }
    }

    /// Every request takes so long before it is sent: those of one round trip are then under way together, and
    /// [`round_trips`](Self::round_trips) tells them from those that follow each other.
    #[must_use]
    pub fn with_latency(self, latency: Duration) -> Self {
        Self { latency, ..self }
    }

    /// Every read that does not ask for consistency finds nothing: as DynamoDB may answer, and emulators
    /// never do.
    #[must_use]
    pub fn with_stale_reads(self) -> Self {
        Self { stale_reads: true, ..self }
    }

    /// Fails the `n`-th request, over all operations.
    #[must_use]
    pub fn fail_request(&self, n: usize, fault: RequestFault) -> Self {
        self.script().call(n, fault);
        self.clone()
    }

    /// Fails the `n`-th request of one operation.
    #[must_use]
    pub fn fail_nth(&self, api: Api, n: usize, fault: RequestFault) -> Self {
        self.script().nth(api, n, fault);
        self.clone()
    }

    /// Fails every request of one operation.
    #[must_use]
    pub fn fail_every(&self, api: Api, fault: RequestFault) -> Self {
        self.script().every(api, fault);
        self.clone()
    }

    /// Fails `per_mille` of a thousand requests with one of `faults`, drawn from `seed`.
    #[must_use]
    pub fn seeded(&self, seed: u64, per_mille: u32, faults: &[RequestFault]) -> Self {
        self.script().seeded(seed, per_mille, faults);
        self.clone()
    }

    /// Forgets the script: every request works again. The log stays.
    pub fn heal(&self) {
        self.script().heal();
    }

    /// Every request so far, in the order in which they were sent.
    #[must_use]
    pub fn requests(&self) -> Vec<Api> {
        self.script().log().to_vec()
    }

    /// How many requests of an operation were sent.
    #[must_use]
    pub fn count(&self, api: Api) -> usize {
        self.script().count(api)
    }

    /// How many round trips followed each other: a request that begins after another one was answered begins the
    /// next.
    #[must_use]
    pub fn round_trips(&self) -> usize {
        self.trips().count()
    }

    /// Forgets the requests so far, and the round trips: the next one is number 1. The script stays.
    pub fn reset_log(&self) {
        self.script().reset_log();
        self.trips().reset();
    }

    fn script(&self) -> MutexGuard<'_, FaultScript<Api, RequestFault>> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn trips(&self) -> MutexGuard<'_, Trips> {
        self.trips.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for FaultyConnector {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpClient for FaultyConnector {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { connector, faults: self.clone() })
    }
}

#[derive(Debug)]
struct Connector {
    connector: SharedHttpConnector,
    faults: FaultyConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // What is no request to DynamoDB, for credentials perhaps, is none of its business.
        let Some((api, body)) = asks(&request) else { return self.connector.call(request) };
        let fault = self.faults.script().next(api);
        let (connector, faults) = (self.connector.clone(), self.faults.clone());
        HttpConnectorFuture::new(async move {
            faults.trips().begin();
            let answer = faults.answer(connector, request, api, body, fault).await;
            faults.trips().end();
            answer
        })
    }
}

impl FaultyConnector {
    async fn answer(
        &self,
        connector: SharedHttpConnector,
        request: HttpRequest,
        api: Api,
        body: Value,
        fault: Option<RequestFault>,
    ) -> Result<HttpResponse, ConnectorError> {
        if self.latency > Duration::ZERO {
            tokio::time::sleep(self.latency).await;
        }
        if self.stale_reads
            && let Some(stale) = empty_answer(api, &body)
        {
            return Ok(stale);
        }
        match fault {
            None => connector.call(request).await,
            Some(RequestFault::Hang) => future::pending().await,
            Some(RequestFault::LateReply) => {
                let _late = connector.call(request).await?;
                future::pending().await
            }
            Some(RequestFault::LostReply) => {
                let _lost = connector.call(request).await?;
                Err(broken())
            }
            Some(RequestFault::Unreachable) => Err(broken()),
            Some(fault) => refusal(api, &body, fault),
        }
    }
}

fn broken() -> ConnectorError {
    ConnectorError::io("the connection broke: injected by the test".into())
}
