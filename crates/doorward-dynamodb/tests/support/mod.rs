//! The engine that the tests run on.
//!
//! Dynoxide, in this process, unless `DOORWARD_DYNAMODB_ENDPOINT` names another: the URL of an emulator on
//! loopback, or `aws` for the real one. `DOORWARD_DYNAMODB_TABLE` names the table there; on an emulator it is
//! made if it is missing.
#![allow(dead_code, unreachable_pub, reason = "each test file uses some of it")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

pub mod embedded;
pub mod hcl;
pub mod late;
pub mod policy;
pub mod recorder;

use std::collections::HashMap;
use std::env;
use std::sync::OnceLock;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use doorward_dynamodb::{DynamoStore, DynamoStoreBuilder, FaultyConnector, TableOptions};
use tokio::runtime::Runtime;

/// A store in a table that this process has for all of its tests.
pub(crate) async fn store() -> DynamoStore {
    builder().connect().await.unwrap()
}

/// The same, to be adjusted.
pub(crate) fn builder() -> DynamoStoreBuilder {
    match engine() {
        Engine::Aws => DynamoStore::builder(table()),
        Engine::Emulator(url) => {
            static MADE: OnceLock<()> = OnceLock::new();
            MADE.get_or_init(|| {
                let builder = emulator(table(), &url);
                // The runtime of one test must not be what all others wait for.
                std::thread::spawn(|| Runtime::new().unwrap().block_on(make(builder)))
                    .join()
                    .unwrap();
            });
            emulator(table(), &url)
        }
    }
}

/// A store in a table that nobody else has, to be adjusted; `None` on the real engine, where tables take
/// minutes and money.
pub(crate) async fn own_table(name: &str) -> Option<DynamoStoreBuilder> {
    let Engine::Emulator(url) = engine() else { return None };
    let builder = emulator(own(name), &url);
    make(builder.clone()).await;
    Some(builder)
}

/// Everything in such a table.
pub(crate) async fn scan(name: &str) -> Vec<HashMap<String, AttributeValue>> {
    let Some(client) = client() else { return Vec::new() };
    let pages = client.scan().table_name(own(name)).consistent_read(true);
    pages.into_paginator().items().send().collect::<Result<_, _>>().await.unwrap()
}

/// Puts items into such a table, whatever they are.
pub(crate) async fn put(name: &str, items: Vec<HashMap<String, AttributeValue>>) {
    let Some(client) = client() else { return };
    for item in items {
        client.put_item().table_name(own(name)).set_item(Some(item)).send().await.unwrap();
    }
}

fn client() -> Option<Client> {
    let Engine::Emulator(url) = engine() else { return None };
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .credentials_provider(credentials())
        .endpoint_url(url)
        .http_client(FaultyConnector::new())
        .build();
    Some(Client::from_conf(config))
}

enum Engine {
    Aws,
    Emulator(String),
}

fn engine() -> Engine {
    match env::var("DOORWARD_DYNAMODB_ENDPOINT") {
        Ok(aws) if aws == "aws" => Engine::Aws,
        Ok(url) => Engine::Emulator(url),
        Err(_) => Engine::Emulator(embedded::url().to_owned()),
    }
}

fn table() -> String {
    env::var("DOORWARD_DYNAMODB_TABLE").unwrap_or_else(|_| "doorward-tests".into())
}

/// A name that no other run has used.
fn own(name: &str) -> String {
    format!("{}-{name}-{}", table(), std::process::id())
}

fn emulator(table: String, url: &str) -> DynamoStoreBuilder {
    DynamoStore::builder(table)
        .region("eu-central-1")
        .credentials(credentials())
        .plain_http_on_loopback(url)
        // An emulator that a thousand racers wait for.
        .deadlines(Duration::from_secs(30), Duration::from_secs(120))
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "not a secret", None, None, "tests")
}

async fn make(builder: DynamoStoreBuilder) {
    let store = builder.connect().await.unwrap();
    let _ = store.create_table(&TableOptions::for_emulators()).await.unwrap();
}
