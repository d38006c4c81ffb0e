//! Accounts that are removed.

use std::sync::Arc;

use super::fixture::{account, credential, find, insert, lookup_key, rekeyed};
use crate::{Credential, Inserted, Rekeyed, Removed, Replaced, Status, Store, Version};

/// A removed account is found neither by its id nor by any of its keys, nor in a pass over all.
pub async fn removed_account_is_found_nowhere(store: Arc<dyn Store>) {
    let keys = [(); 3].map(|()| lookup_key());
    let stored = insert(&store, credential(&[&keys[0], &keys[1], &keys[2]])).await;
    assert_eq!(remove(&store, &stored, Version::FIRST).await, Removed::Done);
    assert_eq!(store.fetch(stored.account()).await.expect("fetch"), None);
    assert_eq!(store.find(&keys).await.expect("find"), None);
    for key in &keys {
        assert_eq!(find(&store, key).await, None);
    }
    let mut after = None;
    loop {
        let page = store.list(after, 100).await.expect("list");
        assert!(!page.contains(&stored.account()), "it is still listed");
        let Some(last) = page.last() else { break };
        after = Some(*last);
    }
}

/// The keys of a removed account are free for a new one, and for another that claims them.
pub async fn remove_frees_every_key(store: Arc<dyn Store>) {
    let [first, second, own] = [(); 3].map(|()| lookup_key());
    let stored = insert(&store, credential(&[&first, &second])).await;
    assert_eq!(remove(&store, &stored, Version::FIRST).await, Removed::Done);
    let newcomer = insert(&store, credential(&[&first])).await;
    let claimant = insert(&store, credential(&[&own])).await;
    let claim = rekeyed(&claimant, &[&own, &second]);
    let answer = store.rekey(claim, Version::FIRST).await.expect("rekey");
    assert_eq!(answer, Rekeyed::Done(Version::FIRST.next()));
    let owners = [find(&store, &first).await, find(&store, &second).await];
    let owners = owners.map(|owner| owner.expect("claimed anew").account());
    assert_eq!(owners, [newcomer.account(), claimant.account()]);
}

/// As many keys as there can be are released together.
pub async fn remove_frees_eight_keys(store: Arc<dyn Store>) {
    let keys = [(); Credential::MAX_LOOKUP_KEYS].map(|()| lookup_key());
    let all = keys.each_ref();
    let stored = insert(&store, credential(&all)).await;
    assert_eq!(remove(&store, &stored, Version::FIRST).await, Removed::Done);
    insert(&store, credential(&all)).await;
}

/// The keys that go are those of today: one that was released before may be another's by now.
pub async fn remove_takes_the_keys_of_today(store: Arc<dyn Store>) {
    let [released, kept, added] = [(); 3].map(|()| lookup_key());
    let stored = insert(&store, credential(&[&released, &kept])).await;
    let changed = rekeyed(&stored, &[&kept, &added]);
    let answer = store.rekey(changed, Version::FIRST).await.expect("rekey");
    assert_eq!(answer, Rekeyed::Done(Version::FIRST.next()));
    let newcomer = insert(&store, credential(&[&released])).await;
    assert_eq!(remove(&store, &stored, Version::FIRST).await, Removed::Stale);
    assert_eq!(remove(&store, &stored, Version::FIRST.next()).await, Removed::Done);
    assert_eq!(find(&store, &released).await, Some(newcomer));
    insert(&store, credential(&[&kept, &added])).await;
}

/// Whoever read an older version removes nothing.
pub async fn remove_answers_stale_and_changes_nothing(store: Arc<dyn Store>) {
    let key = lookup_key();
    let stored = insert(&store, credential(&[&key])).await;
    let newer = stored.clone().with_status(Status::Disabled);
    let done = Replaced::Done(Version::FIRST.next());
    assert_eq!(store.replace(newer.clone(), Version::FIRST).await.expect("replace"), done);
    for expected in [Version::FIRST, Version::new(0), Version::new(3), Version::new(u64::MAX)] {
        assert_eq!(remove(&store, &stored, expected).await, Removed::Stale);
    }
    let newer = newer.with_version(Version::FIRST.next());
    assert_eq!(store.fetch(stored.account()).await.expect("fetch").as_ref(), Some(&newer));
    assert_eq!(find(&store, &key).await, Some(newer));
    let rival = store.insert(credential(&[&key])).await.expect("insert");
    assert_eq!(rival, Inserted::Taken);
}

/// What is not there, or no more, is missing at every version.
pub async fn remove_answers_missing(store: Arc<dyn Store>) {
    let unknown = store.remove(account(), Version::FIRST).await.expect("remove");
    assert_eq!(unknown, Removed::Missing);
    let stored = insert(&store, credential(&[&lookup_key()])).await;
    assert_eq!(remove(&store, &stored, Version::FIRST).await, Removed::Done);
    for expected in [Version::FIRST, Version::FIRST.next()] {
        assert_eq!(remove(&store, &stored, expected).await, Removed::Missing);
    }
}

/// No late writer brings a removed account back, nor claims a key for it.
pub async fn removed_account_cannot_be_written(store: Arc<dyn Store>) {
    let (key, other) = (lookup_key(), lookup_key());
    let stored = insert(&store, credential(&[&key])).await;
    assert_eq!(remove(&store, &stored, Version::FIRST).await, Removed::Done);
    let late = store.replace(stored.clone(), Version::FIRST).await.expect("replace");
    assert_eq!(late, Replaced::Missing);
    let late = rekeyed(&stored, &[&key, &other]);
    let late = store.rekey(late, Version::FIRST).await.expect("rekey");
    assert_eq!(late, Rekeyed::Missing);
    assert_eq!(store.fetch(stored.account()).await.expect("fetch"), None);
    insert(&store, credential(&[&key, &other])).await;
}

/// Other accounts keep all that they have.
pub async fn remove_leaves_the_others(store: Arc<dyn Store>) {
    let (key, other) = (lookup_key(), lookup_key());
    let stored = insert(&store, credential(&[&key])).await;
    let neighbour = insert(&store, credential(&[&other])).await;
    assert_eq!(remove(&store, &stored, Version::FIRST).await, Removed::Done);
    let found = store.find(&[key, other]).await.expect("find");
    assert_eq!(found.as_ref(), Some(&neighbour));
    let fetched = store.fetch(neighbour.account()).await.expect("fetch");
    assert_eq!(fetched, Some(neighbour));
}

async fn remove(store: &Arc<dyn Store>, stored: &Credential, expected: Version) -> Removed {
    store.remove(stored.account(), expected).await.expect("remove")
}
