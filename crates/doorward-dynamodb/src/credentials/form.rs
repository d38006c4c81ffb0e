//! The item of a credential.

use doorward_store::{AccountId, Credential, LookupKey, Status, Version};

use crate::expression::{Placeholders, Update};
use crate::item::{Attributes, Item, Unreadable, bytes, number, time};
use crate::schema::{
    ACCOUNT, CHANGED, CREATED, DETAILS, IDENTIFIER, LOOKUP_KEYS, PASSWORD, STATUS, VERSION,
};

/// What is kept of a credential, under its account and under each of its lookup keys.
pub(crate) fn to_item(credential: &Credential, version: Version) -> Attributes {
    let text = |text: &str| aws_sdk_dynamodb::types::AttributeValue::S(text.to_owned());
    let mut item = Attributes::from([
        (ACCOUNT.to_owned(), bytes(credential.account().as_bytes())),
        (VERSION.to_owned(), number(version.get())),
        (LOOKUP_KEYS.to_owned(), bytes(&pack(credential.lookup_keys()))),
        (IDENTIFIER.to_owned(), bytes(credential.identifier())),
        (STATUS.to_owned(), text(credential.status().as_str())),
        (CREATED.to_owned(), time(credential.created_at())),
        (CHANGED.to_owned(), time(credential.changed_at())),
    ]);
    for (name, sealed) in [(PASSWORD, credential.password()), (DETAILS, credential.details())] {
        item.extend(sealed.map(|sealed| (name.to_owned(), bytes(sealed))));
    }
    item
}

/// The same as an update of an item that is there. What never changes is not in it: whose it is, and when
/// it was made.
pub(crate) fn to_update(
    credential: &Credential,
    version: Version,
    placeholders: &mut Placeholders,
) -> Update {
    let mut update = Update::default();
    let item = to_item(credential, version);
    for name in [PASSWORD, DETAILS] {
        if !item.contains_key(name) {
            update.remove(placeholders, name);
        }
    }
    let changing = item.into_iter().filter(|(name, _)| name != ACCOUNT && name != CREATED);
    for (name, value) in changing {
        update.set(placeholders, &name, value);
    }
    update
}

pub(crate) fn from_item(item: &Attributes) -> Result<Credential, Unreadable> {
    let item = Item(item);
    let account = account_of(item)?;
    let keys = unpack(item.bytes(LOOKUP_KEYS)?).ok_or(Unreadable(LOOKUP_KEYS))?;
    let identifier = item.bytes(IDENTIFIER)?.to_vec();
    let credential = Credential::new(account, keys, identifier, item.time(CREATED)?)
        .map_err(|_| Unreadable(LOOKUP_KEYS))?;
    let status = Status::from_name(item.text(STATUS)?).ok_or(Unreadable(STATUS))?;
    Ok(credential
        .with_password(item.optional_bytes(PASSWORD)?.map(<[u8]>::to_vec))
        .with_details(item.optional_bytes(DETAILS)?.map(<[u8]>::to_vec))
        .with_status(status)
        .with_changed_at(item.time(CHANGED)?)
        .with_version(version_of(item)?))
}

pub(crate) fn account_of(item: Item<'_>) -> Result<AccountId, Unreadable> {
    let bytes = item.bytes(ACCOUNT)?.try_into().map_err(|_| Unreadable(ACCOUNT))?;
    Ok(AccountId::from_bytes(bytes))
}

pub(crate) fn version_of(item: Item<'_>) -> Result<Version, Unreadable> {
    item.number(VERSION).map(Version::new)
}

/// Each key behind a byte with its length.
pub(crate) fn pack(keys: &[LookupKey]) -> Vec<u8> {
    let mut packed = Vec::new();
    for key in keys {
        // A key is at most 64 bytes long.
        packed.push(u8::try_from(key.as_bytes().len()).unwrap_or(u8::MAX));
        packed.extend_from_slice(key.as_bytes());
    }
    packed
}

fn unpack(mut packed: &[u8]) -> Option<Vec<LookupKey>> {
    let mut keys = Vec::new();
    while let Some((length, rest)) = packed.split_first() {
        let (key, rest) = rest.split_at_checked(usize::from(*length))?;
        keys.push(LookupKey::new(key).ok()?);
        packed = rest;
    }
    Some(keys)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use aws_sdk_dynamodb::types::AttributeValue;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn credential() -> Credential {
        let keys = vec![LookupKey::new([7; 32]).unwrap(), LookupKey::new([8]).unwrap()];
        let account = AccountId::from_bytes([1; 16]);
        Credential::new(account, keys, vec![1, 2], UNIX_EPOCH - Duration::from_nanos(7))
            .unwrap()
            .with_password(Some(Vec::new()))
            .with_details(Some(vec![0, 255]))
            .with_status(Status::Disabled)
            .with_changed_at(UNIX_EPOCH + Duration::from_nanos(u64::MAX))
            .with_version(Version::new(u64::MAX))
    }

    #[test]
    fn a_credential_comes_back_whole() {
        let (bare, empty) = (credential().with_details(None), Some(Vec::new()));
        for credential in
            [credential(), credential().with_password(None), credential().with_details(empty), bare]
        {
            let item = to_item(&credential, credential.version());
            assert_eq!(from_item(&item), Ok(credential));
        }
    }

    #[test]
    fn what_is_missing_or_of_another_type_is_named() {
        let whole = to_item(&credential(), Version::FIRST);
        for name in [ACCOUNT, VERSION, LOOKUP_KEYS, IDENTIFIER, STATUS, CREATED, CHANGED] {
            let mut item = whole.clone();
            item.remove(name);
            assert_eq!(from_item(&item), Err(Unreadable(name)));
            item.insert(name.to_owned(), AttributeValue::Bool(true));
            assert_eq!(from_item(&item), Err(Unreadable(name)));
        }
        for name in [PASSWORD, DETAILS] {
            let mut item = whole.clone();
            item.insert(name.to_owned(), AttributeValue::S("text".into()));
            assert_eq!(from_item(&item), Err(Unreadable(name)));
        }
    }

    proptest! {
        #[test]
        fn keys_come_back_and_nothing_else_is_one(
            lengths in vec(1..=64_usize, 0..9), junk in vec(any::<u8>(), 0..200),
        ) {
            let key = |length| LookupKey::new(vec![9; length]).unwrap();
            let keys: Vec<_> = lengths.into_iter().map(key).collect();
            prop_assert_eq!(unpack(&pack(&keys)), Some(keys));
            if let Some(keys) = unpack(&junk) {
                prop_assert_eq!(pack(&keys), junk);
            }
        }
    }
}
