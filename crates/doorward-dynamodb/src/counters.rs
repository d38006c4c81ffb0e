//! Counter rows, each in one item, each update one atomic `UpdateItem`.

mod atomic;
pub(crate) mod form;

use std::time::SystemTime;

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure,
};
use doorward_store::{CounterKey, CounterRow, CounterStore, CounterUpdate, StoreError};
use futures_util::future::try_join_all;

use self::atomic::Atomic;
use self::form::{StoredRow, to_item};
use crate::expression::Placeholders;
use crate::item::{Attributes, Unreadable, number};
use crate::requests::{Call, Repeat, pause};
use crate::schema::{Key, SEQUENCE};
use crate::store::Trouble;
use crate::{Api, DynamoStore};

#[async_trait]
impl CounterStore for DynamoStore {
    async fn update(
        &self,
        updates: &[CounterUpdate],
        now: SystemTime,
    ) -> Result<Vec<CounterRow>, StoreError> {
        let updated = self.requests.call().update_rows(updates, now).await;
        updated.map_err(|trouble| trouble.in_method("update"))
    }

    async fn read(
        &self,
        keys: &[CounterKey],
        now: SystemTime,
    ) -> Result<Vec<CounterRow>, StoreError> {
        self.requests.call().read_rows(keys, now).await.map_err(|trouble| trouble.in_method("read"))
    }

    async fn clear(&self, keys: &[CounterKey]) -> Result<(), StoreError> {
        self.requests.call().clear_rows(keys).await.map_err(|trouble| trouble.in_method("clear"))
    }
}

impl Call<'_> {
    /// All rows at once, the updates of one row in their order.
    async fn update_rows(
        &self,
        updates: &[CounterUpdate],
        now: SystemTime,
    ) -> Result<Vec<CounterRow>, Trouble> {
        let is_first = |at: &usize| updates[..*at].iter().all(|it| it.key() != updates[*at].key());
        let rows = (0..updates.len()).filter(is_first).map(|first| async move {
            let mut answers = Vec::new();
            for (at, update) in updates.iter().enumerate().skip(first) {
                if update.key() == updates[first].key() {
                    answers.push((at, self.update_row(update, now).await?));
                }
            }
            Ok::<_, Trouble>(answers)
        });
        let mut answers: Vec<_> = try_join_all(rows).await?.into_iter().flatten().collect();
        answers.sort_unstable_by_key(|(at, _)| *at);
        Ok(answers.into_iter().map(|(_, row)| row).collect())
    }

    /// One request as a rule. Where its condition does not hold, the row as it is comes with the refusal. If
    /// that only lives longer than it is asked to, one more request does it; else the row as it should be is
    /// written if nobody else wrote meanwhile.
    async fn update_row(
        &self,
        update: &CounterUpdate,
        now: SystemTime,
    ) -> Result<CounterRow, Trouble> {
        if update.changes().len() > CounterRow::MAX_COLUMNS {
            return Err(Trouble::Invalid);
        }
        for attempt in 1..=ATTEMPTS_OF_CONTENDED {
            let mut refused = match self.update_at_once(update, Atomic::new(update, now)).await? {
                Ok(row) => return Ok(row),
                Err(item) => item,
            };
            if StoredRow::from_item(&refused)?.lasts(update.expires_at(), now) {
                let atomic = Atomic::of_lasting(update, now);
                refused = match self.update_at_once(update, atomic).await? {
                    Ok(row) => return Ok(row),
                    Err(item) => item,
                };
            }
            // Cleaned away meanwhile.
            if refused.is_empty() {
                continue;
            }
            if let Some(row) = self.write_whole(update, refused, now).await? {
                return Ok(row);
            }
            if !pause(attempt, self.until).await {
                break;
            }
        }
        Err(Trouble::Contended)
    }

    /// The row after the update, or the item on which its condition did not hold.
    async fn update_at_once(
        &self,
        update: &CounterUpdate,
        atomic: Atomic,
    ) -> Result<Result<CounterRow, Attributes>, Trouble> {
        let Atomic { update: expression, condition, placeholders } = atomic;
        let (names, values) = placeholders.into_parts();
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::counter(update.key()).attributes()))
            .update_expression(expression.render())
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let sent = self.send(Api::UpdateItem, Repeat::IfUndone, || request.clone().send()).await;
        match sent {
            Ok(answer) => {
                // Without the row it would read as if nothing had ever been counted.
                let row = answer.attributes.ok_or(Unreadable(SEQUENCE))?;
                Ok(Ok(StoredRow::from_item(&row)?.into_cells()))
            }
            Err(failure) => match failure.error {
                Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                    Ok(Err(refused.item.unwrap_or_default()))
                }
                _ => Err(failure.cause.into()),
            },
        }
    }

    /// The row after the update, or none if somebody else was faster.
    async fn write_whole(
        &self,
        update: &CounterUpdate,
        refused: Attributes,
        now: SystemTime,
    ) -> Result<Option<CounterRow>, Trouble> {
        let stored = StoredRow::from_item(&refused)?;
        let sequence = stored.sequence;
        let next = sequence.checked_add(1).ok_or(Unreadable(SEQUENCE))?;
        let expires_at = match stored.is_expired(now) {
            true => update.expires_at(),
            false => update.expires_at().max(stored.expires_at),
        };
        let row = stored.at(now).applied(update.changes()).ok_or(Trouble::Invalid)?;
        let mut item = to_item(&row, expires_at, next);
        item.extend(Key::counter(update.key()).attributes());
        let mut placeholders = Placeholders::default();
        let name = placeholders.name(SEQUENCE);
        let condition = format!("{name} = {}", placeholders.value(number(sequence)));
        let (names, values) = placeholders.into_parts();
        let request = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let sent = self.send(Api::PutItem, Repeat::IfUndone, || request.clone().send()).await;
        match sent {
            Ok(_) => Ok(Some(row)),
            Err(failure) => match failure.error {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(None),
                _ => Err(failure.cause.into()),
            },
        }
    }

    async fn read_rows(
        &self,
        keys: &[CounterKey],
        now: SystemTime,
    ) -> Result<Vec<CounterRow>, Trouble> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let places: Vec<_> = keys.iter().copied().map(Key::counter).collect();
        let items = self.get_all(&places).await?;
        let row = |place| match items.get(place) {
            Some(item) => Ok(StoredRow::from_item(item)?.at(now)),
            None => Ok(CounterRow::default()),
        };
        places.iter().map(row).collect()
    }

    async fn clear_rows(&self, keys: &[CounterKey]) -> Result<(), Trouble> {
        let removals = keys.iter().map(|key| async move {
            let request = self
                .client
                .delete_item()
                .table_name(&self.table)
                .set_key(Some(Key::counter(*key).attributes()))
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            self.send(Api::DeleteItem, Repeat::Always, || request.clone().send()).await
        });
        try_join_all(removals).await.map_err(|failure| failure.cause)?;
        Ok(())
    }
}

/// So often others may be faster at one row.
const ATTEMPTS_OF_CONTENDED: u32 = 32;
