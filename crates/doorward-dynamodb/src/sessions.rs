//! Sessions, each in one item of its account's partition, beside the account's epoch.

use std::time::SystemTime;

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
};
use doorward_store::{
    AccountId, Opened, Renewed, Session, SessionId, SessionStore, StoreError, Version,
};
use tokio::time::Instant;

use crate::expression::{Placeholders, Update};
use crate::item::{Attributes, Item, Unreadable, bytes, number, time};
use crate::requests::{Repeat, Requests, pause};
use crate::schema::{
    CREATED, EPOCH, EPOCH_SORT, EXPIRES, Key, PARTITION, SESSION_SORT, SORT, TTL, VALUE, VERSION,
    accounts,
};
use crate::store::Trouble;
use crate::time::to_ttl;
use crate::transaction::{Transacted, Write};
use crate::{Api, DynamoStore};

#[async_trait]
impl SessionStore for DynamoStore {
    async fn open(&self, session: Session) -> Result<Opened, StoreError> {
        self.requests.open(&session).await.map_err(|trouble| trouble.in_method("open"))
    }

    async fn session(
        &self,
        account: AccountId,
        id: SessionId,
        now: SystemTime,
    ) -> Result<Option<Session>, StoreError> {
        let found = self.requests.session(account, id, now).await;
        let found = found.map_err(|trouble| trouble.in_method("session"))?;
        Ok(found.map(|(session, _)| session))
    }

    async fn renew(
        &self,
        session: Session,
        expected: Version,
        now: SystemTime,
    ) -> Result<Renewed, StoreError> {
        let renewed = self.requests.renew(&session, expected, now).await;
        renewed.map_err(|trouble| trouble.in_method("renew"))
    }

    async fn end(&self, account: AccountId, id: SessionId) -> Result<(), StoreError> {
        self.requests.end(account, id).await.map_err(|trouble| trouble.in_method("end"))
    }

    async fn end_all(
        &self,
        account: AccountId,
        kept: Option<SessionId>,
        now: SystemTime,
    ) -> Result<(), StoreError> {
        let ended = self.requests.end_all(account, kept, now).await;
        ended.map_err(|trouble| trouble.in_method("end_all"))
    }

    async fn sessions(
        &self,
        account: AccountId,
        now: SystemTime,
    ) -> Result<Vec<Session>, StoreError> {
        let sessions = self.requests.sessions(account, now).await;
        sessions.map_err(|trouble| trouble.in_method("sessions"))
    }
}

impl Requests {
    async fn open(&self, session: &Session) -> Result<Opened, Trouble> {
        check_value(session)?;
        let epoch = self.get(&Key::epoch(session.account())).await?;
        let mut item = Key::session(session.account(), session.id()).attributes();
        item.extend([
            (VERSION.to_owned(), number(Version::FIRST.get())),
            (VALUE.to_owned(), bytes(session.value())),
            (CREATED.to_owned(), time(session.opened_at())),
            (EXPIRES.to_owned(), time(session.expires_at())),
            (EPOCH.to_owned(), number(epoch_of(epoch.as_ref())?)),
            (TTL.to_owned(), number(to_ttl(session.expires_at()))),
        ]);
        let request = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        // Not again after a lost reply: the session would stand in its own way.
        let sent = self.send(Api::PutItem, Repeat::IfUndone, || request.clone().send()).await;
        match sent {
            Ok(_) => Ok(Opened::Done),
            Err(failure) => match failure.error {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(Opened::Taken),
                _ => Err(failure.cause.into()),
            },
        }
    }

    /// The session and its epoch, if it lives: one batch.
    async fn session(
        &self,
        account: AccountId,
        id: SessionId,
        now: SystemTime,
    ) -> Result<Option<(Session, i128)>, Trouble> {
        let places = [Key::session(account, id), Key::epoch(account)];
        let items = self.get_all(&places).await?;
        let epoch = epoch_of(items.get(&places[1]))?;
        let Some(item) = items.get(&places[0]) else { return Ok(None) };
        let session = living(account, id, item, epoch, now)?;
        Ok(session.map(|session| (session, epoch)))
    }

    async fn renew(
        &self,
        sent: &Session,
        expected: Version,
        now: SystemTime,
    ) -> Result<Renewed, Trouble> {
        check_value(sent)?;
        let (account, id) = (sent.account(), sent.id());
        let until = Instant::now() + self.deadline;
        for attempt in 1..=ATTEMPTS_OF_CONTENDED {
            let Some((stored, epoch)) = self.session(account, id, now).await? else {
                return Ok(Renewed::Gone);
            };
            if stored.version() != expected {
                return Ok(Renewed::Stale);
            }
            if self.rewrite(sent, expected, epoch).await? {
                return Ok(Renewed::Done(expected.next()));
            }
            // Renewed, ended, or kept while others were ended: the next look tells.
            if !pause(attempt, until).await {
                break;
            }
        }
        Err(Trouble::Contended)
    }

    /// Whether the session was still as it was read, and is now as it was sent. It keeps its epoch: if all
    /// have been ended meanwhile, it has been as well.
    async fn rewrite(
        &self,
        sent: &Session,
        expected: Version,
        epoch: i128,
    ) -> Result<bool, Trouble> {
        let mut placeholders = Placeholders::default();
        let mut update = Update::default();
        for (name, value) in [
            (VERSION, number(expected.next().get())),
            (VALUE, bytes(sent.value())),
            (EXPIRES, time(sent.expires_at())),
            (TTL, number(to_ttl(sent.expires_at()))),
        ] {
            update.set(&mut placeholders, name, value);
        }
        let is_version = placeholders.equal(VERSION, number(expected.get()));
        let is_epoch = placeholders.equal(EPOCH, number(epoch));
        let (names, values) = placeholders.into_parts();
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::session(sent.account(), sent.id()).attributes()))
            .update_expression(update.render())
            .condition_expression(format!("{is_version} AND {is_epoch}"))
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::None)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = self.send(Api::UpdateItem, Repeat::IfUndone, || request.clone().send()).await;
        match answer {
            Ok(_) => Ok(true),
            Err(failure) => match failure.error {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(failure.cause.into()),
            },
        }
    }

    async fn end(&self, account: AccountId, id: SessionId) -> Result<(), Trouble> {
        let request = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(Key::session(account, id).attributes()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let sent = self.send(Api::DeleteItem, Repeat::Always, || request.clone().send()).await;
        sent.map_err(|failure| failure.cause)?;
        Ok(())
    }

    async fn end_all(
        &self,
        account: AccountId,
        kept: Option<SessionId>,
        now: SystemTime,
    ) -> Result<(), Trouble> {
        let until = Instant::now() + self.deadline;
        for attempt in 1..=ATTEMPTS_OF_CONTENDED {
            let living = match kept {
                Some(id) => self.session(account, id, now).await?,
                None => None,
            };
            let Some((kept, epoch)) = living else { return self.next_epoch(account).await };
            if self.next_epoch_with(&kept, epoch).await? {
                return Ok(());
            }
            if !pause(attempt, until).await {
                break;
            }
        }
        Err(Trouble::Contended)
    }

    /// One write, and every session of the account is over. Said twice, it is over twice.
    async fn next_epoch(&self, account: AccountId) -> Result<(), Trouble> {
        let mut placeholders = Placeholders::default();
        let mut update = Update::default();
        update.add(&mut placeholders, EPOCH, number(1));
        let (names, values) = placeholders.into_parts();
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::epoch(account).attributes()))
            .update_expression(update.render())
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let sent = self.send(Api::UpdateItem, Repeat::Always, || request.clone().send()).await;
        sent.map_err(|failure| failure.cause)?;
        Ok(())
    }

    /// The same, and the session that is kept goes along; `false` if either was changed meanwhile.
    async fn next_epoch_with(&self, kept: &Session, epoch: i128) -> Result<bool, Trouble> {
        let account = kept.account();
        let step = |key: &Key, is_first: bool| {
            let mut placeholders = Placeholders::default();
            let mut update = Update::default();
            update.set(&mut placeholders, EPOCH, number(epoch + 1));
            let condition = match is_first {
                true => "attribute_not_exists(pk)".to_owned(),
                false => placeholders.equal(EPOCH, number(epoch)),
            };
            Write::update(self, key, &update, condition, placeholders)
        };
        let writes = vec![
            step(&Key::epoch(account), epoch == 0)?,
            step(&Key::session(account, kept.id()), false)?,
        ];
        Ok(matches!(self.transact(writes).await?, Transacted::Done))
    }

    async fn sessions(&self, account: AccountId, now: SystemTime) -> Result<Vec<Session>, Trouble> {
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
        let mut epoch = 0;
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
                    epoch = epoch_of(Some(&item))?;
                    continue;
                }
                let id = sort.strip_prefix(SESSION_SORT).and_then(|text| text.parse().ok());
                let id: SessionId = id.ok_or(Unreadable(SORT))?;
                found.extend(living(account, id, &item, epoch, now)?);
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
        found.sort_by_key(|session| (session.opened_at(), session.id()));
        Ok(found)
    }
}

/// The session of an item, unless it is over.
fn living(
    account: AccountId,
    id: SessionId,
    item: &Attributes,
    epoch: i128,
    now: SystemTime,
) -> Result<Option<Session>, Unreadable> {
    let item = Item(item);
    let value = item.bytes(VALUE)?.to_vec();
    let session = Session::new(account, id, value, item.time(CREATED)?, item.time(EXPIRES)?)
        .with_version(item.number(VERSION).map(Version::new)?);
    let lives = item.number::<i128>(EPOCH)? == epoch && !session.is_expired(now);
    Ok(lives.then_some(session))
}

fn epoch_of(item: Option<&Attributes>) -> Result<i128, Unreadable> {
    item.map_or(Ok(0), |item| Item(item).number(EPOCH))
}

fn check_value(session: &Session) -> Result<(), Trouble> {
    if session.value().len() > Session::MAX_VALUE_BYTES {
        return Err(Trouble::Invalid);
    }
    Ok(())
}

/// So often others may be faster at one session.
const ATTEMPTS_OF_CONTENDED: u32 = 32;
