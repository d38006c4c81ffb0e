//! Tickets, each in one item.

use std::time::SystemTime;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValue};
use doorward_store::{StoreError, Ticket, TicketKey, TicketStore};

use crate::item::{Attributes, Item, Unreadable, bytes, number, time};
use crate::requests::{Call, Repeat};
use crate::schema::{EXPIRES, Key, TTL, VALUE};
use crate::store::Trouble;
use crate::time::to_ttl;
use crate::{Api, DynamoStore};

#[async_trait]
impl TicketStore for DynamoStore {
    async fn put(
        &self,
        key: TicketKey,
        value: Vec<u8>,
        expires_at: SystemTime,
    ) -> Result<(), StoreError> {
        let put = self.requests.call().put_ticket(key, &value, expires_at).await;
        put.map_err(|trouble| trouble.in_method("put"))
    }

    async fn peek(&self, key: TicketKey, now: SystemTime) -> Result<Option<Ticket>, StoreError> {
        self.requests.call().peek(key, now).await.map_err(|trouble| trouble.in_method("peek"))
    }

    async fn take(&self, key: TicketKey, now: SystemTime) -> Result<Option<Ticket>, StoreError> {
        self.requests.call().take(key, now).await.map_err(|trouble| trouble.in_method("take"))
    }
}

impl Call<'_> {
    async fn put_ticket(
        &self,
        key: TicketKey,
        value: &[u8],
        expires_at: SystemTime,
    ) -> Result<(), Trouble> {
        if value.len() > Ticket::MAX_VALUE_BYTES {
            return Err(Trouble::Invalid);
        }
        let mut item = Key::ticket(key).attributes();
        item.insert(VALUE.to_owned(), bytes(value));
        item.insert(EXPIRES.to_owned(), time(expires_at));
        item.insert(TTL.to_owned(), number(to_ttl(expires_at)));
        let request = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        // Not again after a lost reply: the ticket would stand in its own way.
        let sent = self.send(Api::PutItem, Repeat::IfUndone, || request.clone().send()).await;
        sent.map_err(|failure| failure.cause)?;
        Ok(())
    }

    async fn peek(&self, key: TicketKey, now: SystemTime) -> Result<Option<Ticket>, Trouble> {
        let item = self.get(&Key::ticket(key)).await?;
        Ok(alive(item.as_ref(), now)?)
    }

    async fn take(&self, key: TicketKey, now: SystemTime) -> Result<Option<Ticket>, Trouble> {
        let request = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(Key::ticket(key).attributes()))
            .return_values(ReturnValue::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        // Not again after a lost reply: the second one would find nothing, and say so.
        let sent = self.send(Api::DeleteItem, Repeat::IfUndone, || request.clone().send()).await;
        let item = sent.map_err(|failure| failure.cause)?.attributes;
        Ok(alive(item.as_ref(), now)?)
    }
}

fn alive(item: Option<&Attributes>, now: SystemTime) -> Result<Option<Ticket>, Unreadable> {
    let Some(item) = item.filter(|item| !item.is_empty()).map(Item) else { return Ok(None) };
    let ticket = Ticket::new(item.bytes(VALUE)?.to_vec(), item.time(EXPIRES)?);
    Ok(Some(ticket).filter(|ticket| !ticket.is_expired(now)))
}
