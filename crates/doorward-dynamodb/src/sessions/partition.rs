//! All sessions of one account at once: listed, and forgotten.

use std::time::SystemTime;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use doorward_store::{AccountId, Session, SessionId};
use futures_util::future::try_join_all;

use super::form::{Epoch, Stamped};
use crate::Api;
use crate::expression::Placeholders;
use crate::item::{Attributes, Item, Unreadable};
use crate::requests::{Call, Repeat};
use crate::schema::{EPOCH_SORT, Key, PARTITION, SESSION_SORT, SORT, accounts};
use crate::store::Trouble;

impl Call<'_> {
    /// Those that live, the oldest first.
    pub(super) async fn sessions(
        &self,
        account: AccountId,
        now: SystemTime,
    ) -> Result<Vec<Session>, Trouble> {
        let mut placeholders = Placeholders::default();
        let [pk, sk] = [PARTITION, SORT].map(|name| placeholders.name(name));
        let partition = placeholders.value(AttributeValue::S(accounts(account)));
        let first = placeholders.value(AttributeValue::S(EPOCH_SORT.to_owned()));
        let (names, values) = placeholders.into_parts();
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression(format!("{pk} = {partition} AND {sk} >= {first}"))
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let mut epoch = Epoch::default();
        let mut found = Vec::new();
        let mut from = None;
        loop {
            let page = self.send(Api::Query, Repeat::Always, || {
                request.clone().set_exclusive_start_key(from.clone()).send()
            });
            let page = page.await.map_err(|failure| failure.cause)?;
            for item in page.items.unwrap_or_default() {
                // The epoch sorts before every session.
                let sort = Item(&item).text(SORT)?;
                if sort == EPOCH_SORT {
                    epoch = Epoch::of(Some(&item))?;
                    continue;
                }
                let id = sort.strip_prefix(SESSION_SORT).and_then(|text| text.parse().ok());
                let id: SessionId = id.ok_or(Unreadable(SORT))?;
                let stamped = Stamped::from_item(account, id, &item)?;
                found.extend(stamped.lives(&epoch, now).then_some(stamped.session));
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
        found.sort_by_key(|session| (session.opened_at(), session.id()));
        Ok(found)
    }

    /// All are ended first, in one write: whatever breaks off later leaves nobody inside.
    pub(super) async fn forget(&self, account: AccountId) -> Result<(), Trouble> {
        self.next_epoch(account).await?;
        let mut from = None;
        loop {
            // A time for each page and for each batch: all of it may take longer than a call.
            let (keys, next) = self.requests.call().keys_of_sessions(account, from).await?;
            for batch in keys.chunks(DELETED_AT_ONCE) {
                let call = self.requests.call();
                try_join_all(batch.iter().map(|key| call.delete(key))).await?;
            }
            from = next;
            if from.is_none() {
                return Ok(());
            }
        }
    }

    /// Where sessions lie, a page of them, and where the next one begins. Nothing else of them is asked for, so
    /// that one which cannot be read can still be removed.
    async fn keys_of_sessions(
        &self,
        account: AccountId,
        from: Option<Attributes>,
    ) -> Result<(Vec<Key>, Option<Attributes>), Trouble> {
        let mut placeholders = Placeholders::default();
        let [pk, sk] = [PARTITION, SORT].map(|name| placeholders.name(name));
        let partition = placeholders.value(AttributeValue::S(accounts(account)));
        let sessions = placeholders.value(AttributeValue::S(SESSION_SORT.to_owned()));
        let (names, values) = placeholders.into_parts();
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression(format!(
                "{pk} = {partition} AND begins_with({sk}, {sessions})"
            ))
            .projection_expression(format!("{pk}, {sk}"))
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .set_exclusive_start_key(from)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let page = self.send(Api::Query, Repeat::Always, || request.clone().send()).await;
        let page = page.map_err(|failure| failure.cause)?;
        let items = page.items.unwrap_or_default();
        // Left out, it would stay for good.
        let keys = items.iter().map(|item| Key::of(item).ok_or(Unreadable(SORT)));
        Ok((keys.collect::<Result<_, _>>()?, page.last_evaluated_key))
    }
}

/// More at once would crowd out, in their partition, what others write there.
const DELETED_AT_ONCE: usize = 10;
