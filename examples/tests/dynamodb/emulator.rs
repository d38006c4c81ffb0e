//! An embedded DynamoDB for all tests of this process, and tables in it.

#[path = "../../../crates/doorward-dynamodb/tests/support/embedded.rs"]
mod embedded;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement,
    KeyType, Projection, ProjectionType, ScalarAttributeType,
};
use doorward_examples::dynamo::Endpoint;

pub(crate) use self::embedded::url;

pub(crate) type Item = HashMap<String, AttributeValue>;

/// A name that no other test has.
pub(crate) fn name(what: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{what}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) async fn client() -> Client {
    Endpoint::parse(url()).unwrap().client().await.unwrap()
}

/// The names of all tables that begin like this.
pub(crate) async fn tables(prefix: &str) -> Vec<String> {
    let names = client().await.list_tables().into_paginator().items().send();
    let names: Vec<String> = names.collect::<Result<_, _>>().await.unwrap();
    names.into_iter().filter(|name| name.starts_with(prefix)).collect()
}

/// A table keyed by this attribute, with an index on another one.
pub(crate) async fn make_table(table: &str, key: &str, index: Option<&str>) {
    let text = |name: &str| {
        let attribute = AttributeDefinition::builder().attribute_name(name);
        attribute.attribute_type(ScalarAttributeType::S).build().unwrap()
    };
    let hash = |name: &str| {
        KeySchemaElement::builder().attribute_name(name).key_type(KeyType::Hash).build().unwrap()
    };
    let mut request = client()
        .await
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(text(key))
        .key_schema(hash(key));
    if let Some(name) = index {
        let projection = Projection::builder().projection_type(ProjectionType::All).build();
        let index = GlobalSecondaryIndex::builder()
            .index_name(format!("{name}-index"))
            .key_schema(hash(name))
            .projection(projection);
        request = request
            .attribute_definitions(text(name))
            .global_secondary_indexes(index.build().unwrap());
    }
    request.send().await.unwrap();
}

pub(crate) async fn put(table: &str, item: Item) {
    let request = client().await.put_item().table_name(table).set_item(Some(item));
    request.send().await.unwrap();
}

/// Everything in a table, in one order.
pub(crate) async fn scan(table: &str) -> Vec<Item> {
    let pages = client().await.scan().table_name(table).consistent_read(true).into_paginator();
    let mut items: Vec<Item> = pages.items().send().collect::<Result<_, _>>().await.unwrap();
    items.sort_by_cached_key(|item| {
        let mut cells: Vec<_> = item.iter().map(|cell| format!("{cell:?}")).collect();
        cells.sort_unstable();
        cells
    });
    items
}
