//! How to connect to a table.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::ProvideCredentials;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_smithy_runtime_api::client::http::HttpClient;
use doorward_aws::Connection;
use thiserror::Error;

use crate::DynamoStore;
use crate::metrics::Recorder;
use crate::requests::Requests;

/// Adjusts a [`DynamoStore`].
///
/// By default: 1 s to connect, 1 s an attempt, 3 s in all, with up to 3 attempts and random pauses between
/// them. What only adds to a counter is not sent again unless it is sure that it was not carried out.
///
/// ```no_run
/// use doorward_dynamodb::DynamoStore;
///
/// # async fn connect() -> Result<(), Box<dyn std::error::Error>> {
/// let store = DynamoStore::builder("doorward").region("eu-central-1").connect().await?;
/// let emulator =
///     DynamoStore::builder("doorward").plain_http_on_loopback("http://127.0.0.1:8000").connect().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct DynamoStoreBuilder {
    table: String,
    connection: Connection,
}

impl DynamoStoreBuilder {
    pub(crate) fn new(table: String) -> Self {
        let (attempt, operation) = (Duration::from_secs(1), Duration::from_secs(3));
        Self { table, connection: Connection::new(attempt, operation, 3) }
    }

    /// With these credentials, whatever the environment says.
    pub fn credentials(self, credentials: impl ProvideCredentials + 'static) -> Self {
        self.with(|connection| connection.credentials(credentials))
    }

    /// In this region, whatever the environment says.
    pub fn region(self, region: impl Into<String>) -> Self {
        self.with(|connection| connection.region(region))
    }

    /// At this endpoint: of a VPC, of another vendor. HTTPS: a request that would leave over plain HTTP is
    /// refused as it is about to be sent, whatever named the endpoint.
    pub fn endpoint(self, url: impl Into<String>) -> Self {
        self.with(|connection| connection.endpoint(url))
    }

    /// At this endpoint on this very machine, in clear: for an emulator. Plain HTTP to any other
    /// address is refused still, and a name such as `localhost` is no address.
    pub fn plain_http_on_loopback(self, url: impl Into<String>) -> Self {
        self.with(|connection| connection.plain_http_on_loopback(url))
    }

    /// Through this client, instead of one that speaks HTTPS by rustls.
    pub fn http_client(self, client: impl HttpClient + 'static) -> Self {
        self.with(|connection| connection.http_client(client))
    }

    /// How long one attempt and how long all of them together may take.
    pub fn deadlines(self, attempt: Duration, operation: Duration) -> Self {
        self.with(|connection| connection.deadlines(attempt, operation))
    }

    /// How many attempts there are at the most, the first included.
    pub fn attempts(self, attempts: u32) -> Self {
        self.with(|connection| connection.attempts(attempts))
    }

    /// Reads the environment. DynamoDB is not asked for anything yet, nor whoever has the credentials.
    ///
    /// # Errors
    ///
    /// [`ConnectError::NoRegion`] if nothing names one; [`ConnectError::TableName`] for a name that no
    /// table can have.
    pub async fn connect(self) -> Result<DynamoStore, ConnectError> {
        if !is_table_name(&self.table) {
            return Err(ConnectError::TableName);
        }
        let shared = self.connection.load().await.ok_or(ConnectError::NoRegion)?;
        let mut config = aws_sdk_dynamodb::config::Builder::from(&shared)
            // The store repeats requests by itself: it knows which of them may be.
            .retry_config(RetryConfig::disabled())
            .interceptor(self.connection.transport());
        if let Some(endpoint) = self.connection.endpoint_url() {
            config = config.endpoint_url(endpoint);
        }
        let requests = Requests {
            client: Client::from_conf(config.build()),
            table: self.table,
            recorder: Recorder::default(),
            attempts: self.connection.most_attempts(),
            deadline: self.connection.operation_deadline(),
        };
        Ok(DynamoStore { requests: Arc::new(requests) })
    }

    fn with(self, change: impl FnOnce(Connection) -> Connection) -> Self {
        Self { connection: change(self.connection), ..self }
    }
}

/// A table's name, or its ARN: 3 to 255 characters of a few kinds, and those of an ARN.
fn is_table_name(name: &str) -> bool {
    let is_arn = name.starts_with("arn:");
    let allowed =
        |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c) || (is_arn && ":/".contains(c));
    let most = if is_arn { 1024 } else { 255 };
    (3..=most).contains(&name.len()) && name.chars().all(allowed)
}

/// There is nothing to connect to.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ConnectError {
    /// Nothing names a region.
    #[error("no region; set AWS_REGION, a profile with a region, or give one to the builder")]
    NoRegion,
    /// No table can have this name.
    #[error("not the name of a table; give 3 to 255 letters, digits, `_`, `.` and `-`, or its ARN")]
    TableName,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tables_are_checked() {
        for name in ["abc", "users.2026_x-1", "arn:aws:dynamodb:eu-central-1:111122223333:table/u"]
        {
            assert!(is_table_name(name), "{name}");
        }
        for name in ["", "ab", "a b c", "tab\u{e4}", "a/b", &"a".repeat(256)] {
            assert!(!is_table_name(name), "{name}");
        }
    }
}
