//! How to connect to a service of AWS.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpClient, SharedHttpClient};

use crate::Transport;
use crate::guarded::Guarded;

/// How to connect to a service of AWS: what an adapter's builder collects.
///
/// Credentials and region come from the standard chain (environment, profile, web identity, container,
/// instance) unless they are given.
#[derive(Clone, Debug)]
#[must_use]
pub struct Connection {
    credentials: Option<SharedCredentialsProvider>,
    region: Option<String>,
    endpoint: Option<String>,
    transport: Transport,
    http_client: Option<SharedHttpClient>,
    attempt: Duration,
    operation: Duration,
    attempts: u32,
}

impl Connection {
    /// With the standard chain; an attempt, and all attempts of one call together, may take so long.
    pub fn new(attempt: Duration, operation: Duration, attempts: u32) -> Self {
        Self {
            credentials: None,
            region: None,
            endpoint: None,
            transport: Transport::Tls,
            http_client: None,
            attempt,
            operation,
            attempts,
        }
    }

    /// With these credentials, whatever the environment says.
    pub fn credentials(self, credentials: impl ProvideCredentials + 'static) -> Self {
        Self { credentials: Some(SharedCredentialsProvider::new(credentials)), ..self }
    }

    /// In this region, whatever the environment says.
    pub fn region(self, region: impl Into<String>) -> Self {
        Self { region: Some(region.into()), ..self }
    }

    /// At this endpoint, over HTTPS.
    pub fn endpoint(self, url: impl Into<String>) -> Self {
        Self { endpoint: Some(url.into()), ..self }
    }

    /// At this endpoint on this very machine, in clear.
    pub fn plain_http_on_loopback(self, url: impl Into<String>) -> Self {
        Self { endpoint: Some(url.into()), transport: Transport::PlainOnLoopback, ..self }
    }

    /// Through this client instead of one of its own.
    pub fn http_client(self, client: impl HttpClient + 'static) -> Self {
        Self { http_client: Some(SharedHttpClient::new(client)), ..self }
    }

    /// How long one attempt and how long all of them together may take.
    pub fn deadlines(self, attempt: Duration, operation: Duration) -> Self {
        Self { attempt, operation, ..self }
    }

    /// How many attempts there are at the most, the first included; at least one.
    pub fn attempts(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }

    /// How requests may travel: to be given to the service's configuration as an interceptor.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// The endpoint that was asked for.
    #[must_use]
    pub fn endpoint_url(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// How many attempts a call has at the most.
    #[must_use]
    pub fn most_attempts(&self) -> u32 {
        self.attempts.max(1)
    }

    /// How long all attempts of one call together may take.
    #[must_use]
    pub fn operation_deadline(&self) -> Duration {
        self.operation
    }

    /// The client for HTTPS that is used unless another is given.
    #[must_use]
    pub fn https() -> SharedHttpClient {
        let tls = Provider::Rustls(CryptoMode::Ring);
        aws_smithy_http_client::Builder::new().tls_provider(tls).build_https()
    }

    /// Reads the environment. No service is asked for anything yet, nor whoever has the credentials.
    ///
    /// `None` if nothing names a region. The endpoint is left to the service's own configuration.
    pub async fn load(&self) -> Option<SdkConfig> {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1).min(self.attempt))
            .operation_attempt_timeout(self.attempt)
            .operation_timeout(self.operation)
            .build();
        let client = self.http_client.clone().unwrap_or_else(Self::https);
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(Guarded::new(client, self.transport))
            .retry_config(RetryConfig::standard().with_max_attempts(self.most_attempts()))
            .timeout_config(timeouts);
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(credentials) = &self.credentials {
            loader = loader.credentials_provider(credentials.clone());
        }
        let shared = loader.load().await;
        shared.region().is_some().then_some(shared)
    }
}
