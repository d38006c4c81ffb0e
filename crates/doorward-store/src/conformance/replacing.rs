//! Credentials that change, one writer at a time.

use std::sync::Arc;

use super::fixture::{assert_fails, at, credential, lookup_key};
use crate::{Credential, Inserted, Replaced, Status, Store, StoreErrorKind, Version};

/// What is replaced is seen by id and by every key, at the next version.
pub async fn replace_is_seen_everywhere(store: Arc<dyn Store>) {
    let (first, second) = (lookup_key(), lookup_key());
    let credential = credential(&[&first, &second]);
    assert_eq!(store.insert(credential.clone()).await.expect("insert"), Inserted::Created);
    let changed = credential
        .with_password(None)
        .with_status(Status::Disabled)
        .with_identifier(b"sealed anew".to_vec())
        .expect("sound")
        .with_changed_at(at(5));
    let second_version = Version::FIRST.next();
    assert_eq!(
        store.replace(changed.clone(), Version::FIRST).await.expect("replace"),
        Replaced::Done(second_version)
    );
    let changed = changed.with_version(second_version);
    assert_eq!(store.fetch(changed.account()).await.expect("fetch").as_ref(), Some(&changed));
    for key in [first, second] {
        assert_eq!(store.find(&[key]).await.expect("find").as_ref(), Some(&changed));
    }
}

/// The time of creation and the version that a caller sends do not matter.
pub async fn replace_keeps_the_time_of_creation(store: Arc<dyn Store>) {
    let key = lookup_key();
    let stored = credential(&[&key]);
    assert_eq!(store.insert(stored.clone()).await.expect("insert"), Inserted::Created);
    let sent = Credential::new(stored.account(), vec![key], vec![1], at(77))
        .expect("sound")
        .with_version(Version::new(40));
    let done = Replaced::Done(Version::FIRST.next());
    assert_eq!(store.replace(sent, Version::FIRST).await.expect("replace"), done);
    let after = store.fetch(stored.account()).await.expect("fetch").expect("stored");
    assert_eq!(after.created_at(), stored.created_at());
    assert_eq!(after.changed_at(), at(77));
    assert_eq!(after.version(), Version::FIRST.next());
}

/// A write on top of an older version changes nothing.
pub async fn replace_answers_stale_and_changes_nothing(store: Arc<dyn Store>) {
    let credential = credential(&[&lookup_key()]);
    assert_eq!(store.insert(credential.clone()).await.expect("insert"), Inserted::Created);
    let newer = credential.clone().with_status(Status::Disabled);
    let done = Replaced::Done(Version::FIRST.next());
    assert_eq!(store.replace(newer.clone(), Version::FIRST).await.expect("replace"), done);
    for expected in [Version::FIRST, Version::new(0), Version::new(3), Version::new(u64::MAX)] {
        let answer = store.replace(credential.clone(), expected).await.expect("replace");
        assert_eq!(answer, Replaced::Stale);
    }
    let stored = store.fetch(credential.account()).await.expect("fetch");
    assert_eq!(stored, Some(newer.with_version(Version::FIRST.next())));
}

/// An account that is not there cannot be replaced, and is not made.
pub async fn replace_answers_missing_and_makes_nothing(store: Arc<dyn Store>) {
    let key = lookup_key();
    let credential = credential(&[&key]);
    let answer = store.replace(credential.clone(), Version::FIRST).await.expect("replace");
    assert_eq!(answer, Replaced::Missing);
    assert_eq!(store.fetch(credential.account()).await.expect("fetch"), None);
    assert_eq!(store.find(&[key]).await.expect("find"), None);
}

/// Lookup keys stay as they were claimed: other ones, fewer or another order are refused. Whoever is
/// late is told so first: a `rekey` may have been faster.
pub async fn replace_refuses_other_lookup_keys(store: Arc<dyn Store>) {
    let (first, second, third) = (lookup_key(), lookup_key(), lookup_key());
    let stored = credential(&[&first, &second]);
    assert_eq!(store.insert(stored.clone()).await.expect("insert"), Inserted::Created);
    for keys in [
        vec![first.clone()],
        vec![second.clone(), first.clone()],
        vec![first.clone(), third.clone()],
        vec![first.clone(), second.clone(), third.clone()],
    ] {
        let sent = Credential::new(stored.account(), keys, vec![9], at(0)).expect("sound");
        assert_fails(store.replace(sent.clone(), Version::FIRST).await, StoreErrorKind::Invalid);
        let late = store.replace(sent, Version::new(9)).await.expect("replace");
        assert_eq!(late, Replaced::Stale);
    }
    assert_eq!(store.find(&[third]).await.expect("find"), None);
    assert_eq!(store.fetch(stored.account()).await.expect("fetch"), Some(stored));
}

/// A password that no store has to keep is refused, and the old one stays.
pub async fn replace_refuses_an_oversized_password(store: Arc<dyn Store>) {
    let stored = credential(&[&lookup_key()]);
    assert_eq!(store.insert(stored.clone()).await.expect("insert"), Inserted::Created);
    let oversized = vec![7; Credential::MAX_SEALED_BYTES + 1];
    let answer = store.replace(stored.clone().with_password(Some(oversized)), Version::FIRST).await;
    assert_fails(answer, StoreErrorKind::Invalid);
    assert_eq!(store.fetch(stored.account()).await.expect("fetch"), Some(stored));
}
