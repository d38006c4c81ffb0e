//! Doors over one table of an embedded DynamoDB.

#[path = "../../../doorward-dynamodb/tests/support/embedded.rs"]
mod embedded;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use doorward::dynamodb::{DynamoStore, FaultyConnector, TableOptions};

/// A fresh table.
pub struct Table {
    name: String,
    pub connector: FaultyConnector,
    pub store: DynamoStore,
}

impl Table {
    pub async fn new() -> Self {
        Self::with_latency(Duration::ZERO).await
    }

    /// Every request takes so long.
    pub async fn with_latency(latency: Duration) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("doorward-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let connector = FaultyConnector::new().with_latency(latency);
        let store = DynamoStore::builder(&name)
            .region("eu-central-1")
            .credentials(credentials())
            .plain_http_on_loopback(embedded::url())
            .deadlines(Duration::from_secs(10), Duration::from_secs(60))
            .http_client(connector.clone())
            .connect()
            .await
            .unwrap();
        let _ = store.create_table(&TableOptions::for_emulators()).await.unwrap();
        Self { name, connector, store }
    }

    /// Everything in it.
    pub async fn scan(&self) -> Vec<HashMap<String, AttributeValue>> {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-central-1"))
            .credentials_provider(credentials())
            .endpoint_url(embedded::url())
            .http_client(FaultyConnector::new())
            .build();
        let pages = Client::from_conf(config).scan().table_name(&self.name).into_paginator();
        pages.items().send().collect::<Result<_, _>>().await.unwrap()
    }
}

/// How large DynamoDB takes an item to be, in bytes: names and values, numbers by their digits.
pub fn bytes(item: &HashMap<String, AttributeValue>) -> usize {
    let number = |text: &String| text.trim_start_matches('-').len().div_ceil(2) + 2;
    let value = |value: &AttributeValue| match value {
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::N(text) => number(text),
        AttributeValue::Ns(texts) => texts.iter().map(number).sum(),
        AttributeValue::S(text) => text.len(),
        other => panic!("{other:?}"),
    };
    item.iter().map(|(name, it)| name.len() + value(it)).sum()
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "not a secret", None, None, "tests")
}
