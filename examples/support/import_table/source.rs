//! The table that is brought over. It is read, and never written to.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{DisplayErrorContext, SdkError};
use aws_sdk_dynamodb::types::AttributeValue;

use crate::failure::Failure;

/// A row as DynamoDB has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The table that is brought over.
#[derive(Debug)]
pub(crate) struct Source {
    client: Client,
    table: String,
    /// The names of the attributes of its primary key.
    keys: Vec<String>,
}

/// Some of its rows, and the key behind which the next ones are; `None` behind the last.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) items: Vec<Item>,
    pub(crate) next: Option<Item>,
}

impl Source {
    /// Asks for the names of its key.
    pub(crate) async fn open(client: Client, table: &str) -> Result<Self, Failure> {
        let described = client.describe_table().table_name(table).send().await;
        let described = described.map_err(|error| failed(table, &error))?;
        let schema = described.table.and_then(|table| table.key_schema).unwrap_or_default();
        let keys = schema.into_iter().map(|element| element.attribute_name).collect();
        Ok(Self { client, table: table.to_owned(), keys })
    }

    /// The rows behind a key. All there are and nothing half-written, by consistent reads.
    pub(crate) async fn page(&self, after: Option<Item>) -> Result<Page, Failure> {
        let request = self.client.scan().table_name(&self.table).consistent_read(true);
        let request = request.limit(PAGE).set_exclusive_start_key(after);
        let scanned = request.send().await.map_err(|error| failed(&self.table, &error))?;
        let next = scanned.last_evaluated_key.filter(|key| !key.is_empty());
        Ok(Page { items: scanned.items.unwrap_or_default(), next })
    }

    /// The key of a row, for a person who looks for it.
    pub(crate) fn key_text(&self, item: &Item) -> String {
        let value = |name: &String| item.get(name).map(plain).unwrap_or_default();
        match self.keys.as_slice() {
            [name] => value(name),
            names => {
                let parts: Vec<_> =
                    names.iter().map(|name| format!("{name}={}", value(name))).collect();
                parts.join(", ")
            }
        }
    }

    /// The key of a row in an unambiguous form: table, then names and values in turn.
    pub(crate) fn key_parts(&self, item: &Item) -> Vec<String> {
        let mut parts = vec![self.table.clone()];
        for name in &self.keys {
            parts.push(name.clone());
            parts.push(item.get(name).map(typed).unwrap_or_default());
        }
        parts
    }
}

/// A string, a number, or bytes in hexadecimal.
fn plain(value: &AttributeValue) -> String {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.clone(),
        AttributeValue::B(bytes) => {
            bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
        }
        _ => String::new(),
    }
}

/// The same with its type, by which a number and the text of it are apart.
fn typed(value: &AttributeValue) -> String {
    let kind = match value {
        AttributeValue::S(_) => "S",
        AttributeValue::N(_) => "N",
        AttributeValue::B(_) => "B",
        _ => "",
    };
    format!("{kind}:{}", plain(value))
}

/// DynamoDB's own words, which tell of no row.
pub(crate) fn failed<E, R>(table: &str, error: &SdkError<E, R>) -> Failure
where
    SdkError<E, R>: std::error::Error,
{
    Failure::of_run(&format!("table `{table}`"), DisplayErrorContext(error))
}

/// Rows on a page. After a kill at most so many are looked at twice.
const PAGE: i32 = 100;
