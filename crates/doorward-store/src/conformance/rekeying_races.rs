//! What holds when many exchange lookup keys at once.

use std::sync::Arc;

use super::fixture::{credential, find, insert, lookup_key, race, rekeyed};
use crate::{Inserted, Rekeyed, Replaced, Store, Version};

/// Of 100 racers on top of one version exactly one is done, and no other's key is claimed.
pub async fn racing_rekeys_have_one_winner(store: Arc<dyn Store>) {
    let old = lookup_key();
    let stored = insert(&store, credential(&[&old])).await;
    let keys: Arc<Vec<_>> = Arc::new((0..100).map(|_| lookup_key()).collect());
    let answers = {
        let (store, keys) = (Arc::clone(&store), Arc::clone(&keys));
        race(100, move |racer| {
            let store = Arc::clone(&store);
            let sent = rekeyed(&stored, &[&keys[racer]]);
            async move { store.rekey(sent, Version::FIRST).await }
        })
        .await
    };
    let done = Rekeyed::Done(Version::FIRST.next());
    assert_eq!(answers.iter().filter(|answer| **answer == done).count(), 1, "one is done");
    assert_eq!(find(&store, &old).await, None);
    for (key, answer) in keys.iter().zip(answers) {
        assert!(answer == done || answer == Rekeyed::Stale, "{answer:?}");
        assert_eq!(find(&store, key).await.is_some(), answer == done, "the winner's key alone");
    }
}

/// Of 100 accounts that claim one key exactly one gets it. The others keep what they had.
pub async fn racing_rekeys_to_one_key_have_one_winner(store: Arc<dyn Store>) {
    let wanted = lookup_key();
    let mut accounts = Vec::new();
    for _ in 0..100 {
        accounts.push(insert(&store, credential(&[&lookup_key()])).await);
    }
    let accounts = Arc::new(accounts);
    let answers = {
        let (store, accounts, wanted) = (Arc::clone(&store), Arc::clone(&accounts), wanted.clone());
        race(100, move |racer| {
            let store = Arc::clone(&store);
            let sent = rekeyed(&accounts[racer], &[&wanted]);
            async move { store.rekey(sent, Version::FIRST).await }
        })
        .await
    };
    let owner = find(&store, &wanted).await.expect("one of them has it").account();
    for (stored, answer) in accounts.iter().zip(answers) {
        let won = stored.account() == owner;
        let told = if won { Rekeyed::Done(Version::FIRST.next()) } else { Rekeyed::Taken };
        assert_eq!(answer, told);
        assert_eq!(find(&store, &stored.lookup_keys()[0]).await.is_some(), !won);
    }
}

/// A key that accounts claim and registrations want, both many at once, has one owner.
pub async fn law_09_racing_rekeys_and_inserts_make_one_owner(store: Arc<dyn Store>) {
    let wanted = lookup_key();
    let mut accounts = Vec::new();
    for at in 0..100 {
        let old = lookup_key();
        accounts.push(if at % 2 == 0 {
            rekeyed(&insert(&store, credential(&[&old])).await, &[&old, &wanted])
        } else {
            credential(&[&wanted])
        });
    }
    let accounts = Arc::new(accounts);
    let won = {
        let (store, accounts) = (Arc::clone(&store), Arc::clone(&accounts));
        race(100, move |racer| {
            let (store, sent) = (Arc::clone(&store), accounts[racer].clone());
            async move {
                Ok(if racer % 2 == 0 {
                    matches!(store.rekey(sent, Version::FIRST).await?, Rekeyed::Done(_))
                } else {
                    store.insert(sent).await? == Inserted::Created
                })
            }
        })
        .await
    };
    assert_eq!(won.iter().filter(|won| **won).count(), 1, "one of them has it");
    let owner = find(&store, &wanted).await.expect("it is claimed").account();
    for (sent, won) in accounts.iter().zip(won) {
        assert_eq!(won, sent.account() == owner, "and it is the one that was told so");
    }
}

/// Of racers that write and racers that exchange keys on top of one version exactly one is done, and
/// what it wrote is what stays.
pub async fn racing_rekeys_and_replaces_have_one_winner(store: Arc<dyn Store>) {
    for _ in 0..20 {
        let (old, new) = (lookup_key(), lookup_key());
        let stored = insert(&store, credential(&[&old])).await;
        let account = stored.account();
        let answers = {
            let (store, old, new) = (Arc::clone(&store), old.clone(), new.clone());
            race(10, move |racer| {
                let store = Arc::clone(&store);
                let sent = stored.clone().with_password(Some(vec![racer as u8]));
                let rekeyed = rekeyed(&sent, &[&old, &new]);
                async move {
                    Ok(if racer % 2 == 0 {
                        matches!(store.rekey(rekeyed, Version::FIRST).await?, Rekeyed::Done(_))
                    } else {
                        store.replace(sent, Version::FIRST).await? != Replaced::Stale
                    })
                }
            })
            .await
        };
        let done: Vec<_> = (0..10_u8).filter(|racer| answers[usize::from(*racer)]).collect();
        assert_eq!(done.len(), 1, "one of them is done");
        let after = store.fetch(account).await.expect("fetch").expect("stored");
        assert_eq!(after.password(), Some(&done[..]));
        assert_eq!(find(&store, &new).await.is_some(), done[0] % 2 == 0);
    }
}

/// Whoever looks for a key that stays finds the credential, whatever is claimed and released beside it.
pub async fn racing_finds_never_miss_a_key_that_stays(store: Arc<dyn Store>) {
    let (kept, beside) = (lookup_key(), lookup_key());
    let stored = insert(&store, credential(&[&kept])).await;
    let account = stored.account();
    let missed = {
        let (store, kept, beside) = (Arc::clone(&store), kept.clone(), beside.clone());
        race(9, move |racer| {
            let (store, stored) = (Arc::clone(&store), stored.clone());
            let keys = [beside.clone(), kept.clone()];
            async move {
                let mut missed = 0;
                for round in 0..50_u64 {
                    if racer > 0 {
                        let found = store.find(&keys).await?;
                        missed += usize::from(found.is_none_or(|it| it.account() != account));
                        continue;
                    }
                    let both = [&keys[0], &keys[1]];
                    let sent = rekeyed(&stored, if round % 2 == 0 { &both } else { &both[1..] });
                    let version = store.fetch(account).await?.expect("it stays").version();
                    let _done = store.rekey(sent, version).await?;
                }
                Ok(missed)
            }
        })
        .await
    };
    assert_eq!(missed.into_iter().sum::<usize>(), 0, "of 400 searches");
}
