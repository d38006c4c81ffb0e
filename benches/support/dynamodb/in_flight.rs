//! When requests were under way.
#![allow(clippy::disallowed_methods, reason = "a measuring program times itself")]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use doorward::dynamodb::FaultyConnector;
use tokio::time::Instant;

/// A connector that adds up for how long at least one of its requests was under way.
#[derive(Clone, Debug)]
pub struct InFlight {
    inner: SharedHttpClient,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    requests: usize,
    since: Option<Instant>,
    busy: Duration,
}

impl InFlight {
    /// Nothing is under way yet.
    #[must_use]
    pub fn new() -> Self {
        let inner = SharedHttpClient::new(FaultyConnector::new());
        Self { inner, state: Arc::default() }
    }

    /// For how long, so far.
    #[must_use]
    pub fn busy(&self) -> Duration {
        self.with(|state| state.busy)
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn begin(&self) {
        self.with(|state| {
            state.since.get_or_insert_with(Instant::now);
            state.requests += 1;
        });
    }

    fn end(&self) {
        self.with(|state| {
            state.requests = state.requests.saturating_sub(1);
            if state.requests == 0
                && let Some(since) = state.since.take()
            {
                state.busy += since.elapsed();
            }
        });
    }
}

impl Default for InFlight {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpClient for InFlight {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { connector, counted: self.clone() })
    }
}

#[derive(Debug)]
struct Connector {
    connector: SharedHttpConnector,
    counted: InFlight,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (connector, counted) = (self.connector.clone(), self.counted.clone());
        HttpConnectorFuture::new(async move {
            counted.begin();
            let answer = connector.call(request).await;
            counted.end();
            answer
        })
    }
}
