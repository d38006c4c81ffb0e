//! The engine to measure on.

use std::env;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, HttpClient, Region};
use doorward::dynamodb::{DynamoStore, TableOptions};

use crate::Failure;

/// How long an emulator may take.
pub const SETTLED: Duration = Duration::from_secs(10);

/// An emulator on loopback, and a fresh table in it.
#[derive(Clone, Debug)]
pub struct Engine {
    url: String,
    table: String,
}

impl Engine {
    /// The one that `DOORWARD_DYNAMODB_ENDPOINT` names.
    ///
    /// # Errors
    ///
    /// [`Failure`] that says how to have one, if none is named.
    pub fn from_env() -> Result<Self, Failure> {
        let url = env::var("DOORWARD_DYNAMODB_ENDPOINT").map_err(|_| {
            "no engine to measure on: run this by .ci/with-dynamodb-local, or name an emulator on loopback in \
             DOORWARD_DYNAMODB_ENDPOINT"
        })?;
        Ok(Self { url, table: format!("doorward-measured-{}", std::process::id()) })
    }

    /// A store in the table, which is made if it is missing.
    ///
    /// # Errors
    ///
    /// [`Failure`] if it cannot be made.
    pub async fn store(&self, client: impl HttpClient + 'static) -> Result<DynamoStore, Failure> {
        let store = DynamoStore::builder(&self.table)
            .region("eu-central-1")
            .credentials(credentials())
            .plain_http_on_loopback(&self.url)
            .deadlines(SETTLED, 3 * SETTLED)
            .http_client(client)
            .connect()
            .await?;
        let _made_or_there = store.create_table(&TableOptions::for_emulators()).await?;
        Ok(store)
    }

    /// The bare client of the SDK.
    #[must_use]
    pub fn client(&self, client: impl HttpClient + 'static) -> Client {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-central-1"))
            .credentials_provider(credentials())
            .endpoint_url(&self.url)
            .http_client(client)
            .build();
        Client::from_conf(config)
    }

    /// The name of the table.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "not a secret", None, None, "measuring")
}
