//! Items by their keys.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};

use crate::item::Attributes;
use crate::requests::{Call, Repeat, pause};
use crate::schema::Key;
use crate::{Api, Cause};

impl Call<'_> {
    /// One item, strongly consistent.
    pub(crate) async fn get(&self, key: &Key) -> Result<Option<Attributes>, Cause> {
        let request = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = self.send(Api::GetItem, Repeat::Always, || request.clone().send()).await;
        Ok(answer.map_err(|failure| failure.cause)?.item)
    }

    /// Those of these items that exist, strongly consistent: one request for each hundred.
    pub(crate) async fn get_all(&self, keys: &[Key]) -> Result<HashMap<Key, Attributes>, Cause> {
        if let [key] = keys {
            let item = self.get(key).await?;
            return Ok(item.map(|item| (key.clone(), item)).into_iter().collect());
        }
        let mut distinct: Vec<&Key> = Vec::with_capacity(keys.len());
        for key in keys {
            if !distinct.contains(&key) {
                distinct.push(key);
            }
        }
        let pages = distinct.chunks(MOST_KEYS).map(|page| self.get_page(page));
        let pages = futures_util::future::try_join_all(pages).await?;
        Ok(pages.into_iter().flatten().collect())
    }

    async fn get_page(&self, keys: &[&Key]) -> Result<Vec<(Key, Attributes)>, Cause> {
        let mut found = Vec::with_capacity(keys.len());
        let mut left = Some(keys.iter().map(|key| key.attributes()).collect::<Vec<_>>());
        for attempt in 1.. {
            let Some(keys) = left.take() else { return Ok(found) };
            let keys = KeysAndAttributes::builder()
                .set_keys(Some(keys))
                .consistent_read(true)
                .build()
                .map_err(|_| Cause::cancelled(Api::BatchGetItem, "ValidationException"))?;
            let request = self
                .client
                .batch_get_item()
                .request_items(&self.table, keys)
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            let answer = self.send(Api::BatchGetItem, Repeat::Always, || request.clone().send());
            let answer = answer.await.map_err(|failure| failure.cause)?;
            let items = answer.responses.unwrap_or_default().into_values().flatten();
            for item in items {
                // Left out, it would read as if there were none.
                let key = Key::of(&item).ok_or(Cause::garbled(Api::BatchGetItem))?;
                found.push((key, item));
            }
            // What it had no capacity for.
            left = answer
                .unprocessed_keys
                .and_then(|unprocessed| unprocessed.into_values().next())
                .map(|unprocessed| unprocessed.keys)
                .filter(|keys| !keys.is_empty());
            if left.is_some() && (attempt >= self.attempts || !pause(attempt, self.until).await) {
                return Err(Cause::cancelled(Api::BatchGetItem, "ThrottlingException"));
            }
        }
        Ok(found)
    }
}

/// More in one request DynamoDB does not take.
const MOST_KEYS: usize = 100;
