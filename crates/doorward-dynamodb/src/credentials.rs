//! Credentials, each in one item for its account and one for each of its lookup keys.
//!
//! The items of the lookup keys are the sentinels: DynamoDB keeps primary keys unique and nothing else, so
//! that what has to be unique is made one. All items of a credential change in one transaction.

pub(crate) mod form;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use doorward_store::{
    AccountId, Credential, CredentialStore, Inserted, LookupKey, Rekeyed, Removed, Replaced,
    StoreError, Version,
};

use self::form::{account_of, from_item, pack, to_item, to_update, version_of};
use crate::expression::Placeholders;
use crate::item::{Attributes, Item, Unreadable, bytes, number, time};
use crate::requests::{Call, Repeat};
use crate::schema::{
    ACCOUNT, ACCOUNTS, CREATED, CREDENTIAL_SORT, Key, LOOKUP_KEYS, PARTITION, SORT, VERSION,
};
use crate::store::Trouble;
use crate::transaction::{Transacted, Write};
use crate::{Api, Cause, DynamoStore};

#[async_trait]
impl CredentialStore for DynamoStore {
    async fn insert(&self, credential: Credential) -> Result<Inserted, StoreError> {
        self.requests
            .call()
            .insert(&credential)
            .await
            .map_err(|trouble| trouble.in_method("insert"))
    }

    async fn find(&self, keys: &[LookupKey]) -> Result<Option<Credential>, StoreError> {
        self.requests.call().find(keys).await.map_err(|trouble| trouble.in_method("find"))
    }

    async fn fetch(&self, account: AccountId) -> Result<Option<Credential>, StoreError> {
        self.requests.call().fetch(account).await.map_err(|trouble| trouble.in_method("fetch"))
    }

    async fn replace(
        &self,
        credential: Credential,
        expected: Version,
    ) -> Result<Replaced, StoreError> {
        let replaced = self.requests.call().replace(&credential, expected).await;
        replaced.map_err(|trouble| trouble.in_method("replace"))
    }

    async fn rekey(
        &self,
        credential: Credential,
        expected: Version,
    ) -> Result<Rekeyed, StoreError> {
        let rekeyed = self.requests.call().rekey(&credential, expected).await;
        rekeyed.map_err(|trouble| trouble.in_method("rekey"))
    }

    async fn remove(&self, account: AccountId, expected: Version) -> Result<Removed, StoreError> {
        let removed = self.requests.call().remove(account, expected).await;
        removed.map_err(|trouble| trouble.in_method("remove"))
    }

    async fn list(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        self.requests.call().list(after, limit).await.map_err(|trouble| trouble.in_method("list"))
    }
}

impl Call<'_> {
    async fn insert(&self, credential: &Credential) -> Result<Inserted, Trouble> {
        check_fits(credential)?;
        let item = to_item(credential, Version::FIRST);
        let mut writes =
            vec![Write::create(self, &Key::account(credential.account()), item.clone())?];
        for key in credential.lookup_keys() {
            writes.push(Write::create(self, &Key::lookup(key), item.clone())?);
        }
        Ok(match self.transact(writes).await? {
            Transacted::Done => Inserted::Created,
            Transacted::Refused(_) => Inserted::Taken,
        })
    }

    async fn find(&self, keys: &[LookupKey]) -> Result<Option<Credential>, Trouble> {
        if keys.is_empty() || keys.len() > Credential::MAX_LOOKUP_KEYS {
            return Err(Trouble::Invalid);
        }
        let places: Vec<_> = keys.iter().map(Key::lookup).collect();
        let items = self.get_all(&places).await?;
        let found =
            keys.iter().zip(&places).find_map(|(key, place)| Some((key, items.get(place)?)));
        let Some((key, item)) = found else { return Ok(None) };
        let credential = from_item(item)?;
        // An item under a key that its credential does not have would let another account's owner in.
        if !credential.lookup_keys().contains(key) {
            return Err(Unreadable(LOOKUP_KEYS).into());
        }
        Ok(Some(credential))
    }

    async fn fetch(&self, account: AccountId) -> Result<Option<Credential>, Trouble> {
        let item = self.get(&Key::account(account)).await?;
        let credential = item.as_ref().map(from_item).transpose()?;
        match credential {
            Some(other) if other.account() != account => Err(Unreadable(ACCOUNT).into()),
            credential => Ok(credential),
        }
    }

    async fn replace(&self, sent: &Credential, expected: Version) -> Result<Replaced, Trouble> {
        check_fits(sent)?;
        let next = expected.next();
        let mut writes = vec![self.rewrite_account(sent, expected, sent.lookup_keys())?];
        for key in sent.lookup_keys() {
            writes.push(self.rewrite_key(sent, expected, key)?);
        }
        let refused = match self.transact(writes).await? {
            Transacted::Done => return Ok(Replaced::Done(next)),
            Transacted::Refused(refused) => refused,
        };
        match Refusal::of(&refused, expected)? {
            Refusal::Missing => Ok(Replaced::Missing),
            Refusal::Stale => Ok(Replaced::Stale),
            // The version is the expected one, so it was the lookup keys.
            Refusal::Other => Err(Trouble::Invalid),
        }
    }

    async fn rekey(&self, sent: &Credential, expected: Version) -> Result<Rekeyed, Trouble> {
        check_fits(sent)?;
        // What it is found by now; the transaction holds only while that is so.
        let Some(stored) = self.fetch(sent.account()).await? else { return Ok(Rekeyed::Missing) };
        if stored.version() != expected {
            return Ok(Rekeyed::Stale);
        }
        let next = expected.next();
        let (old, new) = (stored.lookup_keys(), sent.lookup_keys());
        let made = (CREATED.to_owned(), time(stored.created_at()));
        let mut writes = vec![self.rewrite_account(sent, expected, old)?];
        for key in new {
            writes.push(if old.contains(key) {
                self.rewrite_key(sent, expected, key)?
            } else {
                let mut item = to_item(sent, next);
                item.extend([made.clone()]);
                Write::create(self, &Key::lookup(key), item)?
            });
        }
        for key in old.iter().filter(|key| !new.contains(key)) {
            writes.push(self.release(sent.account(), key)?);
        }
        let refused = match self.transact(writes).await? {
            Transacted::Done => return Ok(Rekeyed::Done(next)),
            Transacted::Refused(refused) => refused,
        };
        match Refusal::of(&refused, expected)? {
            Refusal::Missing => Ok(Rekeyed::Missing),
            Refusal::Stale => Ok(Rekeyed::Stale),
            Refusal::Other => {
                let claimed = new.iter().enumerate().filter(|(_, key)| !old.contains(key));
                let taken =
                    claimed.into_iter().any(|(at, _)| matches!(refused.get(at + 1), Some(Some(_))));
                if taken { Ok(Rekeyed::Taken) } else { Err(Unreadable(LOOKUP_KEYS).into()) }
            }
        }
    }

    async fn remove(&self, account: AccountId, expected: Version) -> Result<Removed, Trouble> {
        let Some(stored) = self.fetch(account).await? else { return Ok(Removed::Missing) };
        if stored.version() != expected {
            return Ok(Removed::Stale);
        }
        let mut placeholders = Placeholders::default();
        let is_expected = placeholders.equal(VERSION, number(expected.get()));
        let mut writes =
            vec![Write::delete(self, &Key::account(account), is_expected, placeholders)?];
        for key in stored.lookup_keys() {
            writes.push(self.release(account, key)?);
        }
        let refused = match self.transact(writes).await? {
            Transacted::Done => return Ok(Removed::Done),
            Transacted::Refused(refused) => refused,
        };
        match Refusal::of(&refused, expected)? {
            Refusal::Missing => Ok(Removed::Missing),
            Refusal::Stale => Ok(Removed::Stale),
            Refusal::Other => Err(Unreadable(LOOKUP_KEYS).into()),
        }
    }

    async fn list(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<AccountId>, Trouble> {
        if limit == 0 {
            return Err(Trouble::Invalid);
        }
        let mut placeholders = Placeholders::default();
        let [pk, sk] = [PARTITION, SORT].map(|name| placeholders.name(name));
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let accounts = placeholders.value(text(ACCOUNTS));
        let credential = placeholders.value(text(CREDENTIAL_SORT));
        let (names, values) = placeholders.into_parts();
        let request = self
            .client
            .scan()
            .table_name(&self.table)
            .consistent_read(true)
            .filter_expression(format!("{sk} = {credential} AND begins_with({pk}, {accounts})"))
            .projection_expression(pk)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let mut found = Vec::new();
        let mut from = after.map(|account| Key::account(account).attributes());
        loop {
            // A page each: the whole table may take longer than a call.
            let call = self.requests.call();
            let page = call.send(Api::Scan, Repeat::Always, || {
                request.clone().set_exclusive_start_key(from.clone()).send()
            });
            let page = page.await.map_err(|failure| failure.cause)?;
            for item in page.items.unwrap_or_default() {
                let account = Item(&item).text(PARTITION)?.strip_prefix(ACCOUNTS);
                let account = account.and_then(|text| text.parse().ok());
                found.push(account.ok_or(Unreadable(PARTITION))?);
                if found.len() == limit {
                    return Ok(found);
                }
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(found);
            }
        }
    }

    /// The account's item with new content, on condition that it is at this version, under these keys.
    fn rewrite_account(
        &self,
        sent: &Credential,
        expected: Version,
        keys: &[LookupKey],
    ) -> Result<Write, Cause> {
        let mut placeholders = Placeholders::default();
        let update = to_update(sent, expected.next(), &mut placeholders);
        let version = placeholders.equal(VERSION, number(expected.get()));
        let keys = placeholders.equal(LOOKUP_KEYS, bytes(&pack(keys)));
        let condition = format!("{version} AND {keys}");
        Write::update(self, &Key::account(sent.account()), &update, condition, placeholders)
    }

    /// A lookup key's item with new content, on condition that it is this account's at this version.
    fn rewrite_key(
        &self,
        sent: &Credential,
        expected: Version,
        key: &LookupKey,
    ) -> Result<Write, Cause> {
        let mut placeholders = Placeholders::default();
        let update = to_update(sent, expected.next(), &mut placeholders);
        let version = placeholders.equal(VERSION, number(expected.get()));
        let account = placeholders.equal(ACCOUNT, bytes(sent.account().as_bytes()));
        let condition = format!("{version} AND {account}");
        Write::update(self, &Key::lookup(key), &update, condition, placeholders)
    }

    /// A lookup key's item no more, on condition that it is this account's.
    fn release(&self, account: AccountId, key: &LookupKey) -> Result<Write, Cause> {
        let mut placeholders = Placeholders::default();
        let condition = placeholders.equal(ACCOUNT, bytes(account.as_bytes()));
        Write::delete(self, &Key::lookup(key), condition, placeholders)
    }
}

/// Why a transaction over a credential was refused, by its first item: that of the account.
enum Refusal {
    Missing,
    Stale,
    /// The account is there, at the version expected.
    Other,
}

impl Refusal {
    fn of(refused: &[Option<Attributes>], expected: Version) -> Result<Self, Unreadable> {
        let Some(Some(account)) = refused.first() else { return Ok(Self::Other) };
        if account.is_empty() {
            return Ok(Self::Missing);
        }
        account_of(Item(account))?;
        let is_expected = version_of(Item(account))? == expected;
        Ok(if is_expected { Self::Other } else { Self::Stale })
    }
}

fn check_fits(credential: &Credential) -> Result<(), Trouble> {
    if credential.fits() { Ok(()) } else { Err(Trouble::Invalid) }
}
