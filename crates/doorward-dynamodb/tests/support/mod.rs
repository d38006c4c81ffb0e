//! The engine that the tests run on.
//!
//! Dynoxide, in this process, unless `DOORWARD_DYNAMODB_ENDPOINT` names another: the URL of an emulator on
//! loopback, or `aws` for the real one. `DOORWARD_DYNAMODB_TABLE` names the table there; on an emulator it is
//! made if it is missing.
#![allow(dead_code, unreachable_pub, reason = "each test file uses some of it")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

pub mod hcl;
pub mod policy;
pub mod recorder;

use std::env;
use std::net::TcpListener;
use std::sync::OnceLock;
use std::time::Duration;

use aws_sdk_dynamodb::config::Credentials;
use doorward_dynamodb::{DynamoStore, DynamoStoreBuilder, Role, TableOptions};

use self::policy::Policies;
use self::recorder::Recorder;

/// A store in a table that this process has for all of its tests.
pub async fn store() -> DynamoStore {
    builder().connect().await.unwrap()
}

/// The same, through a client that denies what the policies of these roles do not allow.
pub async fn store_as(roles: &[Role]) -> DynamoStore {
    let client = Recorder::guarded(Policies::of(roles));
    builder().http_client(client).connect().await.unwrap()
}

/// A store in that table, to be adjusted.
pub fn builder() -> DynamoStoreBuilder {
    let table = env::var("DOORWARD_DYNAMODB_TABLE").unwrap_or_else(|_| "doorward-tests".into());
    match env::var("DOORWARD_DYNAMODB_ENDPOINT") {
        Ok(aws) if aws == "aws" => DynamoStore::builder(table),
        Ok(url) => emulator(table, &url),
        Err(_) => emulator(table, dynoxide()),
    }
}

fn emulator(table: String, url: &str) -> DynamoStoreBuilder {
    static MADE: OnceLock<()> = OnceLock::new();
    let builder = DynamoStore::builder(table)
        .region("eu-central-1")
        .credentials(Credentials::new("AKIDEXAMPLE", "not a secret", None, None, "tests"))
        .plain_http_on_loopback(url)
        // An emulator that a thousand racers wait for.
        .deadlines(Duration::from_secs(30), Duration::from_secs(120));
    MADE.get_or_init(|| {
        let builder = builder.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let store = builder.connect().await.unwrap();
                let _ = store.create_table(&TableOptions::for_emulators()).await.unwrap();
            });
        })
        .join()
        .unwrap();
    });
    builder
}

/// The URL of an embedded DynamoDB that lives as long as this process.
pub fn dynoxide() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                dynoxide::server::serve_on(listener, dynoxide::Database::memory().unwrap()).await;
            });
        });
        url
    })
}
