//! One credential an account, and no lookup key for two.

use std::sync::Arc;
use std::time::Duration;

use super::fixture::{account, assert_fails, at, credential, lookup_key};
use crate::{Credential, Inserted, Status, Store, StoreErrorKind, Version};

/// What was inserted comes back, every field of it, by id and by key.
pub async fn insert_keeps_every_field(store: Arc<dyn Store>) {
    let (first, second) = (lookup_key(), lookup_key());
    let credential = credential(&[&first, &second])
        .with_password(Some(vec![0, 255, 10]))
        .with_status(Status::Disabled)
        .with_changed_at(at(9));
    assert_eq!(store.insert(credential.clone()).await.expect("insert"), Inserted::Created);
    assert_eq!(store.fetch(credential.account()).await.expect("fetch").as_ref(), Some(&credential));
    assert_eq!(store.find(&[first]).await.expect("find"), Some(credential));
}

/// An account without a password is not one with an empty password.
pub async fn insert_tells_no_password_from_an_empty_one(store: Arc<dyn Store>) {
    for password in [None, Some(Vec::new())] {
        let credential = credential(&[&lookup_key()]).with_password(password.clone());
        assert_eq!(store.insert(credential.clone()).await.expect("insert"), Inserted::Created);
        let stored = store.fetch(credential.account()).await.expect("fetch").expect("stored");
        assert_eq!(stored.password(), password.as_deref());
    }
}

/// Times come back to the nanosecond, or as fine as the system's clock is.
pub async fn insert_keeps_times_exactly(store: Arc<dyn Store>) {
    let created_at = at(0) + Duration::from_nanos(123_456_700);
    let changed_at = created_at + Duration::from_nanos(100);
    let credential = Credential::new(account(), vec![lookup_key()], vec![1], created_at)
        .expect("sound")
        .with_changed_at(changed_at);
    assert_eq!(store.insert(credential.clone()).await.expect("insert"), Inserted::Created);
    let stored = store.fetch(credential.account()).await.expect("fetch").expect("stored");
    assert_eq!((stored.created_at(), stored.changed_at()), (created_at, changed_at));
}

/// A new credential is at the first version, whatever version it carries.
pub async fn insert_starts_at_the_first_version(store: Arc<dyn Store>) {
    let credential = credential(&[&lookup_key()]).with_version(Version::new(7));
    assert_eq!(store.insert(credential.clone()).await.expect("insert"), Inserted::Created);
    let stored = store.fetch(credential.account()).await.expect("fetch").expect("stored");
    assert_eq!(stored.version(), Version::FIRST);
}

/// An account id is claimed once, and its first credential stays.
pub async fn insert_answers_taken_for_a_claimed_account(store: Arc<dyn Store>) {
    let (key, other_key) = (lookup_key(), lookup_key());
    let first = credential(&[&key]);
    let second =
        Credential::new(first.account(), vec![other_key.clone()], vec![2], at(1)).expect("sound");
    assert_eq!(store.insert(first.clone()).await.expect("insert"), Inserted::Created);
    assert_eq!(store.insert(second).await.expect("insert"), Inserted::Taken);
    assert_eq!(store.fetch(first.account()).await.expect("fetch"), Some(first));
    assert_eq!(store.find(&[other_key]).await.expect("find"), None);
}

/// Every single one of eight lookup keys is claimed.
pub async fn insert_answers_taken_for_each_claimed_key(store: Arc<dyn Store>) {
    let keys: Vec<_> = (0..Credential::MAX_LOOKUP_KEYS).map(|_| lookup_key()).collect();
    let first = credential(&keys.iter().collect::<Vec<_>>());
    assert_eq!(store.insert(first.clone()).await.expect("insert"), Inserted::Created);
    for key in &keys {
        assert_eq!(store.insert(credential(&[key])).await.expect("insert"), Inserted::Taken);
        assert_eq!(
            store.find(std::slice::from_ref(key)).await.expect("find").as_ref(),
            Some(&first)
        );
    }
}

/// If one of its keys is taken, nothing of a credential is kept: neither its id nor another key.
pub async fn insert_claims_all_or_nothing(store: Arc<dyn Store>) {
    let (taken, before, after) = (lookup_key(), lookup_key(), lookup_key());
    let owner = credential(&[&taken]);
    assert_eq!(store.insert(owner).await.expect("insert"), Inserted::Created);
    let loser = credential(&[&before, &taken, &after]);
    assert_eq!(store.insert(loser.clone()).await.expect("insert"), Inserted::Taken);
    assert_eq!(store.fetch(loser.account()).await.expect("fetch"), None);
    assert_eq!(store.find(std::slice::from_ref(&before)).await.expect("find"), None);
    assert_eq!(store.find(std::slice::from_ref(&after)).await.expect("find"), None);
    let next = credential(&[&before, &after]);
    assert_eq!(store.insert(next).await.expect("insert"), Inserted::Created);
}

/// A password that no store has to keep is refused, and nothing is kept.
pub async fn insert_refuses_an_oversized_password(store: Arc<dyn Store>) {
    let largest = vec![7; Credential::MAX_SEALED_BYTES];
    let key = lookup_key();
    let oversized = credential(&[&key]).with_password(Some([&largest[..], &[7]].concat()));
    assert_fails(store.insert(oversized).await, StoreErrorKind::Invalid);
    let fitting = credential(&[&key]).with_password(Some(largest));
    assert_eq!(store.insert(fitting.clone()).await.expect("insert"), Inserted::Created);
    assert_eq!(store.fetch(fitting.account()).await.expect("fetch"), Some(fitting));
}

/// A credential is found by every one of its keys.
pub async fn find_knows_every_key(store: Arc<dyn Store>) {
    let (first, second) = (lookup_key(), lookup_key());
    let credential = credential(&[&first, &second]);
    assert_eq!(store.insert(credential.clone()).await.expect("insert"), Inserted::Created);
    for key in [first, second] {
        assert_eq!(store.find(&[key]).await.expect("find").as_ref(), Some(&credential));
    }
}

/// Of several keys the first one that is claimed decides, not the first one inserted.
pub async fn find_answers_the_first_claimed_key(store: Arc<dyn Store>) {
    let (key, other_key, unclaimed) = (lookup_key(), lookup_key(), lookup_key());
    let (one, other) = (credential(&[&key]), credential(&[&other_key]));
    for credential in [&one, &other] {
        assert_eq!(store.insert(credential.clone()).await.expect("insert"), Inserted::Created);
    }
    let there = [unclaimed.clone(), key.clone(), other_key.clone()];
    assert_eq!(store.find(&there).await.expect("find"), Some(one));
    let back = [other_key, unclaimed, key];
    assert_eq!(store.find(&back).await.expect("find"), Some(other));
}

/// Nobody has an unclaimed key, nor a key that merely begins like a claimed one.
pub async fn find_answers_none_for_unclaimed_keys(store: Arc<dyn Store>) {
    let key = lookup_key();
    assert_eq!(store.insert(credential(&[&key])).await.expect("insert"), Inserted::Created);
    let longer = crate::LookupKey::new([key.as_bytes(), &[0]].concat()).expect("sound");
    let shorter = crate::LookupKey::new(&key.as_bytes()[..15]).expect("sound");
    assert_eq!(store.find(&[lookup_key(), longer, shorter]).await.expect("find"), None);
}

/// To ask for one key several times is no error.
pub async fn find_takes_a_repeated_key(store: Arc<dyn Store>) {
    let (key, unclaimed) = (lookup_key(), lookup_key());
    let credential = credential(&[&key]);
    assert_eq!(store.insert(credential.clone()).await.expect("insert"), Inserted::Created);
    let keys = [unclaimed.clone(), unclaimed, key.clone(), key];
    assert_eq!(store.find(&keys).await.expect("find"), Some(credential));
}

/// A search takes one to eight keys.
pub async fn find_refuses_no_keys_and_too_many(store: Arc<dyn Store>) {
    let mut keys: Vec<_> = (0..Credential::MAX_LOOKUP_KEYS).map(|_| lookup_key()).collect();
    assert_eq!(store.find(&keys).await.expect("find"), None);
    keys.push(lookup_key());
    assert_fails(store.find(&keys).await, StoreErrorKind::Invalid);
    assert_fails(store.find(&[]).await, StoreErrorKind::Invalid);
}

/// There is no credential for an unknown account.
pub async fn fetch_answers_none_for_an_unknown_account(store: Arc<dyn Store>) {
    assert_eq!(store.fetch(account()).await.expect("fetch"), None);
}
