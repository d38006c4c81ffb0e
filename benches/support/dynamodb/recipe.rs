//! The login recipe of rate-limiter-flexible (Node.js), as its store for DynamoDB asks for it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::Failure;

/// Two limiters, one by address and one by name and address: both are read before the check of the password,
/// and both count a failure. To count tries to begin a row and, where there is one, counts in it: the first
/// request then fails, and is billed all the same.
#[derive(Debug)]
pub struct Recipe {
    client: Client,
    table: String,
}

/// What it asked of DynamoDB, by kind.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "a plain sum")]
pub struct Asked {
    /// Requests of all kinds.
    pub requests: u64,
    /// Read units, half of one for each read that may be stale.
    pub read_units: f64,
    /// Write units; a condition that does not hold is billed as one.
    pub write_units: f64,
}

impl Recipe {
    /// In this table.
    #[must_use]
    pub fn new(client: Client, table: &str) -> Self {
        Self { client, table: table.to_owned() }
    }

    /// A login that fails, from this address, at this name.
    ///
    /// # Errors
    ///
    /// [`Failure`] when the engine does not answer.
    pub async fn fail(&self, address: &str, name: &str) -> Result<Asked, Failure> {
        let keys = [format!("ip_{address}"), format!("name_{name}_{address}")];
        let [first, second] = &keys;
        let _rows = both(self.get(first), self.get(second)).await?;
        let (first, second) = both(self.consume(first), self.consume(second)).await?;
        let writes = first + second;
        Ok(Asked { requests: 2 + writes, read_units: 1.0, write_units: writes as f64 })
    }

    async fn get(&self, key: &str) -> Result<(), Failure> {
        let request = self.client.get_item().table_name(&self.table);
        request.key("pk", text(key)).key("sk", text("limit")).send().await?;
        Ok(())
    }

    /// How many requests it took.
    async fn consume(&self, key: &str) -> Result<u64, Failure> {
        // Any moment will do: nothing of it expires here.
        let seconds = 1_700_000_000_u64;
        let update = |expression: &str, condition: &str| {
            self.client
                .update_item()
                .table_name(&self.table)
                .key("pk", text(key))
                .key("sk", text("limit"))
                .update_expression(expression)
                .condition_expression(condition)
                .expression_attribute_names("#points", "points")
                .expression_attribute_names("#expire", "expire")
                .expression_attribute_values(":one", AttributeValue::N("1".into()))
                .expression_attribute_values(":now", AttributeValue::N(seconds.to_string()))
        };
        let begun = update(
            "SET #points = :one, #expire = :end",
            "#expire <= :now OR attribute_not_exists(#points)",
        );
        let end = AttributeValue::N((seconds + 86_400).to_string());
        if begun.expression_attribute_values(":end", end).send().await.is_ok() {
            return Ok(1);
        }
        update("SET #points = #points + :one", "#expire > :now").send().await?;
        Ok(2)
    }
}

async fn both<T>(
    first: impl Future<Output = Result<T, Failure>>,
    second: impl Future<Output = Result<T, Failure>>,
) -> Result<(T, T), Failure> {
    let (first, second) = tokio::join!(first, second);
    Ok((first?, second?))
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}
