//! Credentials whose lookup keys change.

use std::sync::Arc;

use super::fixture::{assert_fails, at, credential, find, insert, lookup_key, rekeyed};
use crate::{Credential, Inserted, Rekeyed, Replaced, Status, Store, StoreErrorKind, Version};

/// What is rekeyed is seen by id and by every key that it has now, at the next version.
pub async fn rekey_is_seen_everywhere(store: Arc<dyn Store>) {
    let [first, second, third] = [(); 3].map(|()| lookup_key());
    let stored = insert(&store, credential(&[&first, &second])).await;
    let changed = rekeyed(&stored, &[&second, &third])
        .with_password(None)
        .with_status(Status::Disabled)
        .with_identifier(b"sealed anew".to_vec())
        .expect("sound")
        .with_changed_at(at(5));
    let answer = store.rekey(changed.clone(), Version::FIRST).await.expect("rekey");
    assert_eq!(answer, Rekeyed::Done(Version::FIRST.next()));
    let changed = changed.with_version(Version::FIRST.next());
    assert_eq!(store.fetch(changed.account()).await.expect("fetch").as_ref(), Some(&changed));
    for key in [second, third] {
        assert_eq!(find(&store, &key).await.as_ref(), Some(&changed));
    }
    // Whoever writes next sees its keys and its version.
    let next = changed.clone().with_status(Status::Active);
    let answer = store.replace(next, Version::FIRST.next()).await.expect("replace");
    assert_eq!(answer, Replaced::Done(Version::new(3)));
}

/// A new key is claimed, one that is gone names nobody.
pub async fn rekey_claims_and_releases_in_one_step(store: Arc<dyn Store>) {
    let (old, new) = (lookup_key(), lookup_key());
    let stored = insert(&store, credential(&[&old])).await;
    assert_eq!(rekey(&store, &rekeyed(&stored, &[&new])).await, done());
    assert_eq!(find(&store, &old).await, None);
    let answer = store.insert(credential(&[&new])).await.expect("insert");
    assert_eq!(answer, Inserted::Taken);
    let found = store.find(&[old, new]).await.expect("find").expect("by its new key");
    assert_eq!(found.account(), stored.account());
}

/// A released key is free for a new account, and for another one that claims it.
pub async fn rekey_frees_what_it_releases(store: Arc<dyn Store>) {
    let [first, second, kept] = [(); 3].map(|()| lookup_key());
    let stored = insert(&store, credential(&[&first, &second, &kept])).await;
    assert_eq!(rekey(&store, &rekeyed(&stored, &[&kept])).await, done());
    let newcomer = insert(&store, credential(&[&first])).await;
    let claimant = rekeyed(&newcomer, &[&first, &second]);
    assert_eq!(rekey(&store, &claimant).await, done());
    for key in [first, second] {
        let owner = find(&store, &key).await.expect("claimed anew").account();
        assert_eq!(owner, newcomer.account());
    }
}

/// The order of keys is the one that was given last.
pub async fn rekey_takes_another_order(store: Arc<dyn Store>) {
    let (first, second) = (lookup_key(), lookup_key());
    let stored = insert(&store, credential(&[&first, &second])).await;
    let turned = rekeyed(&stored, &[&second, &first]);
    assert_eq!(rekey(&store, &turned).await, done());
    let after = store.fetch(stored.account()).await.expect("fetch").expect("stored");
    assert_eq!(after.lookup_keys(), turned.lookup_keys());
    let answer = store.replace(stored, Version::FIRST.next()).await;
    assert_fails(answer, StoreErrorKind::Invalid);
}

/// With the keys that it has, it is a `replace`.
pub async fn rekey_takes_the_same_keys(store: Arc<dyn Store>) {
    let key = lookup_key();
    let stored = insert(&store, credential(&[&key])).await;
    let changed = stored.with_password(Some(vec![9]));
    assert_eq!(rekey(&store, &changed).await, done());
    let changed = changed.with_version(Version::FIRST.next());
    assert_eq!(find(&store, &key).await, Some(changed));
}

/// As many keys as there can be are exchanged for as many others.
pub async fn rekey_takes_eight_keys_for_eight_others(store: Arc<dyn Store>) {
    let keys = || (0..Credential::MAX_LOOKUP_KEYS).map(|_| lookup_key()).collect::<Vec<_>>();
    let (old, new) = (keys(), keys());
    let stored = insert(&store, credential(&old.iter().collect::<Vec<_>>())).await;
    let changed = stored.clone().with_lookup_keys(new.clone()).expect("sound");
    assert_eq!(rekey(&store, &changed).await, done());
    for key in &old {
        assert_eq!(find(&store, key).await, None);
    }
    for key in &new {
        assert_eq!(find(&store, key).await.expect("claimed").account(), stored.account());
    }
}

/// The time of creation and the version that a caller sends do not matter.
pub async fn rekey_keeps_the_time_of_creation(store: Arc<dyn Store>) {
    let stored = insert(&store, credential(&[&lookup_key()])).await;
    let sent = Credential::new(stored.account(), vec![lookup_key()], vec![1], at(77))
        .expect("sound")
        .with_version(Version::new(40));
    assert_eq!(rekey(&store, &sent).await, done());
    let after = store.fetch(stored.account()).await.expect("fetch").expect("stored");
    assert_eq!((after.created_at(), after.changed_at()), (stored.created_at(), at(77)));
    assert_eq!(after.version(), Version::FIRST.next());
}

/// If one new key belongs to another account nothing happens: no key is claimed or released, and no
/// field is written.
pub async fn rekey_answers_taken_and_changes_nothing(store: Arc<dyn Store>) {
    let [old, before, taken, after] = [(); 4].map(|()| lookup_key());
    let owner = insert(&store, credential(&[&taken])).await;
    let stored = insert(&store, credential(&[&old])).await;
    let sent = rekeyed(&stored, &[&before, &taken, &after]).with_password(None);
    assert_eq!(rekey(&store, &sent).await, Rekeyed::Taken);
    assert_eq!(find(&store, &old).await, Some(stored));
    assert_eq!(find(&store, &taken).await, Some(owner));
    for key in [before, after] {
        assert_eq!(find(&store, &key).await, None);
    }
}

/// A write on top of an older version changes nothing, and whoever is late is told so first.
pub async fn rekey_answers_stale_and_changes_nothing(store: Arc<dyn Store>) {
    let [old, new, taken] = [(); 3].map(|()| lookup_key());
    let _owner = insert(&store, credential(&[&taken])).await;
    let stored = insert(&store, credential(&[&old])).await;
    let newer = stored.clone().with_status(Status::Disabled);
    let answer = store.replace(newer.clone(), Version::FIRST).await.expect("replace");
    assert_eq!(answer, Replaced::Done(Version::FIRST.next()));
    for keys in [[&new].as_slice(), &[&new, &old], &[&taken]] {
        for expected in [Version::FIRST, Version::new(0), Version::new(3)] {
            let answer = store.rekey(rekeyed(&stored, keys), expected).await.expect("rekey");
            assert_eq!(answer, Rekeyed::Stale);
        }
    }
    assert_eq!(find(&store, &new).await, None);
    assert_eq!(find(&store, &old).await, Some(newer.with_version(Version::FIRST.next())));
}

/// An account that is not there is not made, and claims nothing.
pub async fn rekey_answers_missing_and_makes_nothing(store: Arc<dyn Store>) {
    let key = lookup_key();
    let absent = credential(&[&key]);
    assert_eq!(rekey(&store, &absent).await, Rekeyed::Missing);
    assert_eq!(store.fetch(absent.account()).await.expect("fetch"), None);
    assert_eq!(find(&store, &key).await, None);
    let answer = store.insert(credential(&[&key])).await.expect("insert");
    assert_eq!(answer, Inserted::Created);
}

/// A password that no store has to keep is refused, and keys and password stay.
pub async fn rekey_refuses_an_oversized_password(store: Arc<dyn Store>) {
    let (old, new) = (lookup_key(), lookup_key());
    let stored = insert(&store, credential(&[&old])).await;
    let oversized = vec![7; Credential::MAX_SEALED_BYTES + 1];
    let sent = rekeyed(&stored, &[&new]).with_password(Some(oversized));
    assert_fails(store.rekey(sent, Version::FIRST).await, StoreErrorKind::Invalid);
    assert_eq!(find(&store, &new).await, None);
    assert_eq!(find(&store, &old).await, Some(stored));
}

fn done() -> Rekeyed {
    Rekeyed::Done(Version::FIRST.next())
}

async fn rekey(store: &Arc<dyn Store>, credential: &Credential) -> Rekeyed {
    store.rekey(credential.clone(), Version::FIRST).await.expect("rekey")
}
