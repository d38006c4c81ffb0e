//! Sessions, each in one item of its account's partition, beside the account's epoch.

mod form;
mod partition;

use std::time::SystemTime;

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use doorward_store::{
    AccountId, Opened, Renewed, Session, SessionId, SessionStore, StoreError, Version,
};

use self::form::{Epoch, Stamped};
use crate::expression::{Placeholders, Update};
use crate::item::{Unreadable, bytes, number, time};
use crate::requests::{Call, Repeat, pause};
use crate::schema::{CREATED, EPOCH, EXPIRES, KEPT, KEPT_EPOCH, Key, TTL, VALUE, VERSION};
use crate::store::Trouble;
use crate::time::to_ttl;
use crate::{Api, DynamoStore};

#[async_trait]
impl SessionStore for DynamoStore {
    async fn open(&self, session: Session) -> Result<Opened, StoreError> {
        self.requests.call().open(&session).await.map_err(|trouble| trouble.in_method("open"))
    }

    async fn session(
        &self,
        account: AccountId,
        id: SessionId,
        now: SystemTime,
    ) -> Result<Option<Session>, StoreError> {
        let found = self.requests.call().session(account, id, now).await;
        let (found, _) = found.map_err(|trouble| trouble.in_method("session"))?;
        Ok(found.map(|stamped| stamped.session))
    }

    async fn renew(
        &self,
        session: Session,
        expected: Version,
        now: SystemTime,
    ) -> Result<Renewed, StoreError> {
        let renewed = self.requests.call().renew(&session, expected, now).await;
        renewed.map_err(|trouble| trouble.in_method("renew"))
    }

    async fn end(&self, account: AccountId, id: SessionId) -> Result<(), StoreError> {
        self.requests.call().end(account, id).await.map_err(|trouble| trouble.in_method("end"))
    }

    async fn end_all(
        &self,
        account: AccountId,
        kept: Option<SessionId>,
        now: SystemTime,
    ) -> Result<(), StoreError> {
        let ended = self.requests.call().end_all(account, kept, now).await;
        ended.map_err(|trouble| trouble.in_method("end_all"))
    }

    async fn forget(&self, account: AccountId) -> Result<(), StoreError> {
        self.requests.call().forget(account).await.map_err(|trouble| trouble.in_method("forget"))
    }

    async fn sessions(
        &self,
        account: AccountId,
        now: SystemTime,
    ) -> Result<Vec<Session>, StoreError> {
        let sessions = self.requests.call().sessions(account, now).await;
        sessions.map_err(|trouble| trouble.in_method("sessions"))
    }
}

impl Call<'_> {
    async fn open(&self, session: &Session) -> Result<Opened, Trouble> {
        check_value(session)?;
        let epoch = self.get(&Key::epoch(session.account())).await?;
        let mut item = Key::session(session.account(), session.id()).attributes();
        item.extend([
            (VERSION.to_owned(), number(Version::FIRST.get())),
            (VALUE.to_owned(), bytes(session.value())),
            (CREATED.to_owned(), time(session.opened_at())),
            (EXPIRES.to_owned(), time(session.expires_at())),
            (EPOCH.to_owned(), number(Epoch::of(epoch.as_ref())?.number)),
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

    /// The session, if it lives, and what it lives by: one batch.
    async fn session(
        &self,
        account: AccountId,
        id: SessionId,
        now: SystemTime,
    ) -> Result<(Option<Stamped>, Epoch), Trouble> {
        let places = [Key::session(account, id), Key::epoch(account)];
        let items = self.get_all(&places).await?;
        let epoch = Epoch::of(items.get(&places[1]))?;
        let stamped = match items.get(&places[0]) {
            Some(item) => Some(Stamped::from_item(account, id, item)?),
            None => None,
        };
        Ok((stamped.filter(|stamped| stamped.lives(&epoch, now)), epoch))
    }

    async fn renew(
        &self,
        sent: &Session,
        expected: Version,
        now: SystemTime,
    ) -> Result<Renewed, Trouble> {
        check_value(sent)?;
        let (account, id) = (sent.account(), sent.id());
        for attempt in 1..=ATTEMPTS_OF_CONTENDED {
            let (Some(stored), _) = self.session(account, id, now).await? else {
                return Ok(Renewed::Gone);
            };
            if stored.session.version() != expected {
                return Ok(Renewed::Stale);
            }
            if self.rewrite(sent, expected).await? {
                return Ok(Renewed::Done(expected.next()));
            }
            // Renewed or ended: the next look tells.
            if !pause(attempt, self.until).await {
                break;
            }
        }
        Err(Trouble::Contended)
    }

    /// Whether the session was still as it was read, and is now as it was sent. Its epoch stays: if all have
    /// been ended meanwhile, it has been as well.
    async fn rewrite(&self, sent: &Session, expected: Version) -> Result<bool, Trouble> {
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
        let key = Key::session(sent.account(), sent.id());
        self.update_if(&key, &update, is_version, placeholders, Repeat::IfUndone).await
    }

    /// An update of one item; `false` if its condition did not hold.
    async fn update_if(
        &self,
        key: &Key,
        update: &Update,
        condition: String,
        placeholders: Placeholders,
        repeat: Repeat,
    ) -> Result<bool, Trouble> {
        let (names, values) = placeholders.into_parts();
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .update_expression(update.render())
            .condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = self.send(Api::UpdateItem, repeat, || request.clone().send()).await;
        match answer {
            Ok(_) => Ok(true),
            Err(failure) => match failure.error {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(failure.cause.into()),
            },
        }
    }

    async fn end(&self, account: AccountId, id: SessionId) -> Result<(), Trouble> {
        self.delete(&Key::session(account, id)).await
    }

    /// One item no more, if there was one.
    async fn delete(&self, key: &Key) -> Result<(), Trouble> {
        let request = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
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
        let Some(id) = kept else { return self.next_epoch(account).await };
        for attempt in 1..=ATTEMPTS_OF_CONTENDED {
            let (living, epoch) = self.session(account, id, now).await?;
            if self.next_epoch_after(account, &epoch, living.as_ref()).await? {
                return Ok(());
            }
            if !pause(attempt, self.until).await {
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
        update.remove(&mut placeholders, KEPT);
        update.remove(&mut placeholders, KEPT_EPOCH);
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

    /// The same, but for one session that is named as kept; `false` if all have been ended meanwhile. Whoever
    /// found the session dead must not end it either, if it is only that another keeps it just now.
    async fn next_epoch_after(
        &self,
        account: AccountId,
        epoch: &Epoch,
        kept: Option<&Stamped>,
    ) -> Result<bool, Trouble> {
        let mut placeholders = Placeholders::default();
        let mut update = Update::default();
        let next = epoch.number.checked_add(1).ok_or(Unreadable(EPOCH))?;
        update.set(&mut placeholders, EPOCH, number(next));
        match kept {
            Some(kept) => {
                update.set(&mut placeholders, KEPT, bytes(kept.session.id().as_bytes()));
                update.set(&mut placeholders, KEPT_EPOCH, number(kept.epoch));
            }
            None => {
                update.remove(&mut placeholders, KEPT);
                update.remove(&mut placeholders, KEPT_EPOCH);
            }
        }
        let condition = match epoch.number {
            0 => "attribute_not_exists(pk)".to_owned(),
            read => placeholders.equal(EPOCH, number(read)),
        };
        // Said again after a lost reply, it is found done, and done once more.
        self.update_if(&Key::epoch(account), &update, condition, placeholders, Repeat::Always).await
    }
}

fn check_value(session: &Session) -> Result<(), Trouble> {
    if session.value().len() > Session::MAX_VALUE_BYTES {
        return Err(Trouble::Invalid);
    }
    Ok(())
}

/// So often others may be faster at one session.
const ATTEMPTS_OF_CONTENDED: u32 = 32;
