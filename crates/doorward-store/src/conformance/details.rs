//! What else is kept of an account, sealed.

use std::sync::Arc;

use super::fixture::{assert_fails, credential, find, insert, lookup_key, race, rekeyed};
use crate::{Credential, LookupKey, Rekeyed, Removed, Replaced, Store, StoreErrorKind, Version};

const SECOND: Version = Version::FIRST.next();

/// Details come back to the byte, by id and by every key, the longest too.
pub async fn insert_keeps_details(store: Arc<dyn Store>) {
    for details in [vec![0, 255, 10], vec![7; Credential::MAX_SEALED_BYTES]] {
        let keys = [lookup_key(), lookup_key()];
        let sent = credential(&[&keys[0], &keys[1]]).with_details(Some(details));
        let stored = insert(&store, sent).await;
        assert_everywhere(&store, &keys, &stored).await;
    }
}

/// An account without details is not one with empty details.
pub async fn insert_tells_no_details_from_empty_ones(store: Arc<dyn Store>) {
    for details in [None, Some(Vec::new())] {
        let key = lookup_key();
        let stored = insert(&store, credential(&[&key]).with_details(details)).await;
        assert_everywhere(&store, &[key], &stored).await;
    }
}

/// Details that no store has to keep are refused, and nothing is kept.
pub async fn insert_refuses_oversized_details(store: Arc<dyn Store>) {
    let key = lookup_key();
    let sent = credential(&[&key]).with_details(oversized());
    assert_fails(store.insert(sent.clone()).await, StoreErrorKind::Invalid);
    assert_eq!(store.fetch(sent.account()).await.expect("fetch"), None);
    assert_eq!(find(&store, &key).await, None);
    let _fitting = insert(&store, sent.with_details(None)).await;
}

/// Details are exchanged by compare-and-swap, and every key finds the new ones.
pub async fn replace_exchanges_details(store: Arc<dyn Store>) {
    let keys = [lookup_key(), lookup_key()];
    let mut stored = insert(&store, credential(&[&keys[0], &keys[1]])).await;
    for details in [vec![1], vec![2, 0, 2], vec![7; Credential::MAX_SEALED_BYTES], Vec::new()] {
        let expected = stored.version();
        stored = stored.with_details(Some(details));
        let answer = store.replace(stored.clone(), expected).await.expect("replace");
        assert_eq!(answer, Replaced::Done(expected.next()));
        stored = stored.with_version(expected.next());
        assert_everywhere(&store, &keys, &stored).await;
    }
}

/// A write without details leaves none: not those that were there.
pub async fn replace_drops_details_that_are_not_sent(store: Arc<dyn Store>) {
    let keys = [lookup_key(), lookup_key()];
    let stored = insert(&store, detailed(&[&keys[0], &keys[1]])).await;
    let sent = stored.with_details(None);
    let answer = store.replace(sent.clone(), Version::FIRST).await.expect("replace");
    assert_eq!(answer, Replaced::Done(SECOND));
    assert_everywhere(&store, &keys, &sent.with_version(SECOND)).await;
}

/// A second factor that was used or taken off does not come back by a late write, nor go by one.
pub async fn stale_writes_change_no_details(store: Arc<dyn Store>) {
    let key = lookup_key();
    let stored = insert(&store, detailed(&[&key])).await;
    let newer = stored.clone().with_details(Some(vec![2]));
    let answer = store.replace(newer.clone(), Version::FIRST).await.expect("replace");
    assert_eq!(answer, Replaced::Done(SECOND));
    for details in [stored.details().map(<[u8]>::to_vec), Some(vec![3]), None] {
        let late = stored.clone().with_details(details);
        let answer = store.replace(late.clone(), Version::FIRST).await.expect("replace");
        assert_eq!(answer, Replaced::Stale);
        let answer = store.rekey(late, Version::FIRST).await.expect("rekey");
        assert_eq!(answer, Rekeyed::Stale);
    }
    assert_everywhere(&store, &[key], &newer.with_version(SECOND)).await;
}

/// Details that no store has to keep are refused, and the old ones stay.
pub async fn replace_refuses_oversized_details(store: Arc<dyn Store>) {
    let key = lookup_key();
    let stored = insert(&store, detailed(&[&key])).await;
    let sent = stored.clone().with_details(oversized());
    assert_fails(store.replace(sent, Version::FIRST).await, StoreErrorKind::Invalid);
    assert_everywhere(&store, &[key], &stored).await;
}

/// Details go along to new keys, as they were or as they are sent: an account whose second factor stayed
/// behind would be found without it.
pub async fn rekey_keeps_details_under_every_key(store: Arc<dyn Store>) {
    let [old, kept, new] = [(); 3].map(|()| lookup_key());
    for details in [b"sealed details".to_vec(), vec![9; Credential::MAX_SEALED_BYTES]] {
        let stored = insert(&store, detailed(&[&old, &kept])).await;
        let sent = rekeyed(&stored, &[&kept, &new]).with_details(Some(details));
        assert_eq!(store.rekey(sent.clone(), Version::FIRST).await.expect("rekey"), done());
        let sent = sent.with_version(SECOND);
        assert_everywhere(&store, &[kept.clone(), new.clone()], &sent).await;
        assert_eq!(find(&store, &old).await, None);
        let removed = store.remove(stored.account(), SECOND).await.expect("remove");
        assert_eq!(removed, Removed::Done);
    }
}

/// A write without details leaves none under any key, neither one that stays nor a new one.
pub async fn rekey_drops_details_that_are_not_sent(store: Arc<dyn Store>) {
    let [old, kept, new] = [(); 3].map(|()| lookup_key());
    let stored = insert(&store, detailed(&[&old, &kept])).await;
    let sent = rekeyed(&stored, &[&kept, &new]).with_details(None);
    assert_eq!(store.rekey(sent.clone(), Version::FIRST).await.expect("rekey"), done());
    assert_everywhere(&store, &[kept, new], &sent.with_version(SECOND)).await;
}

/// Details that no store has to keep are refused; keys and details stay.
pub async fn rekey_refuses_oversized_details(store: Arc<dyn Store>) {
    let (old, new) = (lookup_key(), lookup_key());
    let stored = insert(&store, detailed(&[&old])).await;
    let sent = rekeyed(&stored, &[&new]).with_details(oversized());
    assert_fails(store.rekey(sent, Version::FIRST).await, StoreErrorKind::Invalid);
    assert_eq!(find(&store, &new).await, None);
    assert_everywhere(&store, &[old], &stored).await;
}

/// Whoever claims the keys of a removed account inherits none of its details.
pub async fn remove_takes_the_details_along(store: Arc<dyn Store>) {
    let key = lookup_key();
    let stored = insert(&store, detailed(&[&key])).await;
    let removed = store.remove(stored.account(), Version::FIRST).await.expect("remove");
    assert_eq!(removed, Removed::Done);
    assert_eq!(store.fetch(stored.account()).await.expect("fetch"), None);
    let newcomer = insert(&store, credential(&[&key])).await;
    assert_everywhere(&store, &[key], &newcomer).await;
}

/// Of racers that write details on top of one version, half of them with other keys, exactly one is done,
/// and its details are those that are read.
pub async fn racing_writes_of_details_have_one_winner(store: Arc<dyn Store>) {
    let (kept, new) = (lookup_key(), lookup_key());
    let stored = insert(&store, detailed(&[&kept])).await;
    let more = rekeyed(&stored, &[&kept, &new]);
    let answers = {
        let (store, more) = (Arc::clone(&store), more.clone());
        race(100, move |racer| {
            let details = Some(vec![racer as u8]);
            let (store, same) = (Arc::clone(&store), stored.clone().with_details(details.clone()));
            let more = more.clone().with_details(details);
            async move {
                if racer % 2 == 0 {
                    let answer = store.replace(same, Version::FIRST).await?;
                    return Ok(answer == Replaced::Done(SECOND));
                }
                Ok(store.rekey(more, Version::FIRST).await? == Rekeyed::Done(SECOND))
            }
        })
        .await
    };
    let won: Vec<_> = (0..100_u8).filter(|racer| answers[usize::from(*racer)]).collect();
    assert_eq!(won.len(), 1, "one of them is done");
    let after = store.fetch(more.account()).await.expect("fetch").expect("stored");
    assert_eq!((after.details(), after.version()), (Some(&won[..]), SECOND));
    assert_everywhere(&store, after.lookup_keys(), &after).await;
}

fn done() -> Rekeyed {
    Rekeyed::Done(SECOND)
}

/// A new credential with these lookup keys, and with details.
fn detailed(keys: &[&LookupKey]) -> Credential {
    credential(keys).with_details(Some(b"sealed details".to_vec()))
}

fn oversized() -> Option<Vec<u8>> {
    Some(vec![7; Credential::MAX_SEALED_BYTES + 1])
}

/// It is the same by its id and by each of these keys.
async fn assert_everywhere(store: &Arc<dyn Store>, keys: &[LookupKey], expected: &Credential) {
    let fetched = store.fetch(expected.account()).await.expect("fetch");
    assert_eq!(fetched.as_ref(), Some(expected));
    for key in keys {
        assert_eq!(find(store, key).await.as_ref(), Some(expected));
    }
}
