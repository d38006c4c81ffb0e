//! Amazon DynamoDB, and emulators of it.

use std::env;
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Credentials;
use doorward::dynamodb::{Cause, DynamoStore, TableOptions};
use doorward::store::CredentialStore as _;
use doorward::{AccountId, Store, StoreError};
use doorward_aws::{Connection, Transport};

use crate::arguments::unclear;
use crate::failure::Failure;
use crate::store_choice::Opening;

/// Where DynamoDB is.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "there is no fourth way")]
pub enum Endpoint {
    /// Where region and credentials of the environment say.
    Aws,
    /// At another address, over HTTPS: of a VPC, of another vendor.
    Https(String),
    /// An emulator on this very machine, in clear.
    Emulator(String),
}

impl Endpoint {
    /// Reads what `--dynamodb` says: `aws`, or a URL.
    ///
    /// # Errors
    ///
    /// [`Failure`] for what is neither, and for plain HTTP to anywhere but an address of the loopback
    /// interface.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let url = text.to_owned();
        match text {
            "aws" => Ok(Self::Aws),
            _ if Transport::Tls.allows(text) => Ok(Self::Https(url)),
            _ if Transport::PlainOnLoopback.allows(text) => Ok(Self::Emulator(url)),
            _ => Err(unclear(
                "--dynamodb is `aws`, an https URL, or that of an emulator on loopback: \
                 http://127.0.0.1:8000, by its address and not by a name",
            )),
        }
    }

    /// The store of a table. On an emulator a table that is missing is made.
    ///
    /// # Errors
    ///
    /// [`Failure`] when there is no such table, which elsewhere than on an emulator is for its owner to
    /// make, or it cannot be reached.
    pub async fn store(&self, table: &str) -> Result<DynamoStore, Failure> {
        let store = self.connect(table).await?;
        if self.is_emulator() {
            let made = store.create_table(&TableOptions::for_emulators()).await;
            let _ = made.map_err(|error| unreachable_table(table, &error))?;
        }
        match Self::is_there(&store).await? {
            true => Ok(store),
            false => Err(Failure::of_input(format_args!(
                "there is no table `{table}`: make it with DynamoStore::create_table of \
                 doorward::dynamodb, or from the template that comes with doorward-dynamodb"
            ))),
        }
    }

    /// The store of a table that need not be there. Nothing is asked of DynamoDB yet.
    ///
    /// # Errors
    ///
    /// [`Failure`] when nothing names a region, or no table can have this name.
    pub async fn connect(&self, table: &str) -> Result<DynamoStore, Failure> {
        let mut builder = DynamoStore::builder(table).deadlines(ATTEMPT, OPERATION);
        match self {
            Self::Aws => {}
            Self::Https(url) => builder = builder.endpoint(url),
            Self::Emulator(url) => {
                builder = builder.plain_http_on_loopback(url);
                if let Some(credentials) = made_up_credentials() {
                    builder = builder.credentials(credentials);
                }
                if let Some(region) = made_up_region() {
                    builder = builder.region(region);
                }
            }
        }
        builder.connect().await.map_err(|error| Failure::of_run("DynamoDB", error))
    }

    /// Whether there is a table: an account that nobody has is read.
    ///
    /// # Errors
    ///
    /// [`Failure`] when that cannot be told.
    pub async fn is_there(store: &DynamoStore) -> Result<bool, Failure> {
        match store.fetch(AccountId::from_bytes([0; 16])).await {
            Ok(_) => Ok(true),
            Err(error) if code(&error) == "ResourceNotFoundException" => Ok(false),
            Err(error) => Err(unreachable_table(store.table(), &error)),
        }
    }

    /// Whether tables may be made without asking anybody.
    pub fn is_emulator(&self) -> bool {
        matches!(self, Self::Emulator(_))
    }

    /// A client of the SDK, for tables that are not doorward's.
    ///
    /// # Errors
    ///
    /// [`Failure`] when nothing names a region.
    pub async fn client(&self) -> Result<Client, Failure> {
        let connection = Connection::new(ATTEMPT, OPERATION, 5);
        let connection = match self {
            Self::Aws => connection,
            Self::Https(url) => connection.endpoint(url),
            Self::Emulator(url) => {
                let mut connection = connection.plain_http_on_loopback(url);
                if let Some(credentials) = made_up_credentials() {
                    connection = connection.credentials(credentials);
                }
                if let Some(region) = made_up_region() {
                    connection = connection.region(region);
                }
                connection
            }
        };
        let shared = connection.load().await;
        let shared =
            shared.ok_or_else(|| Failure::of_run("DynamoDB", "no region; set AWS_REGION"))?;
        let mut config =
            aws_sdk_dynamodb::config::Builder::from(&shared).interceptor(connection.transport());
        if let Some(endpoint) = connection.endpoint_url() {
            config = config.endpoint_url(endpoint);
        }
        Ok(Client::from_conf(config.build()))
    }
}

/// Opens a table for [`StoreChoice`](crate::store_choice::StoreChoice).
pub(crate) fn open(endpoint: String, table: String) -> Opening {
    Box::pin(async move {
        let store = Endpoint::parse(&endpoint)?.store(&table).await?;
        Ok(Arc::new(store) as Arc<dyn Store>)
    })
}

/// Emulators ask for some, and believe any.
fn made_up_credentials() -> Option<Credentials> {
    let is_told = env::var_os("AWS_ACCESS_KEY_ID").is_some();
    (!is_told).then(|| Credentials::new("doorward", "emulator", None, None, "doorward examples"))
}

fn made_up_region() -> Option<&'static str> {
    let is_told =
        ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().any(|name| env::var_os(name).is_some());
    (!is_told).then_some("eu-central-1")
}

fn code(error: &StoreError) -> &str {
    let cause = error.source().and_then(|source| source.downcast_ref::<Cause>());
    cause.map_or("", Cause::code)
}

/// What befell a table. It holds nothing of what is in there.
pub(crate) fn unreachable_table(table: &str, error: &StoreError) -> Failure {
    let what = format!("table `{table}`");
    match error.source() {
        Some(cause) => Failure::of_run(&what, cause),
        None => Failure::of_run(&what, error),
    }
}

/// An emulator may be busy with a crowd: it is to take longer, and not to answer with errors.
const ATTEMPT: Duration = Duration::from_secs(10);
const OPERATION: Duration = Duration::from_secs(19);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_aws_https_or_on_loopback() {
        let emulator = "http://127.0.0.1:8000";
        for (text, endpoint) in [
            ("aws", Endpoint::Aws),
            ("https://vpce-1.example", Endpoint::Https("https://vpce-1.example".to_owned())),
            (emulator, Endpoint::Emulator(emulator.to_owned())),
        ] {
            assert_eq!(Endpoint::parse(text).unwrap(), endpoint);
        }
        for text in ["", "AWS", "http://localhost:8000", "http://192.0.2.1", "127.0.0.1:8000"] {
            let told = Endpoint::parse(text).unwrap_err();
            assert!(told.to_string().contains("by its address and not by a name"), "{text}");
            assert_eq!(told.code(), 2);
        }
    }
}
