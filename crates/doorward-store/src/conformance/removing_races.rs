//! What holds when accounts are removed while others write.

use std::sync::Arc;

use super::fixture::{credential, find, insert, lookup_key, race, rekeyed};
use crate::{Inserted, Rekeyed, Removed, Replaced, Store, Version};

/// Of 100 racers exactly one removes the account. To the others there is none any more.
pub async fn racing_removes_have_one_winner(store: Arc<dyn Store>) {
    let key = lookup_key();
    let account = insert(&store, credential(&[&key])).await.account();
    let answers = {
        let store = Arc::clone(&store);
        race(100, move |_| {
            let store = Arc::clone(&store);
            async move { store.remove(account, Version::FIRST).await }
        })
        .await
    };
    let done = answers.iter().filter(|answer| **answer == Removed::Done).count();
    assert_eq!(done, 1, "one of them is done");
    assert!(!answers.contains(&Removed::Stale), "none finds another version");
    insert(&store, credential(&[&key])).await;
}

/// Of racers that remove, write and exchange keys on top of one version exactly one is done. What it
/// did stays, and no key is left that names nobody.
pub async fn law_09_racing_removes_and_writes_leave_no_orphan(store: Arc<dyn Store>) {
    for _ in 0..20 {
        let [old, kept, new] = [(); 3].map(|()| lookup_key());
        let stored = insert(&store, credential(&[&old, &kept])).await;
        let account = stored.account();
        let won = {
            let (store, kept, new) = (Arc::clone(&store), kept.clone(), new.clone());
            race(12, move |racer| {
                let (store, sent) = (Arc::clone(&store), stored.clone());
                let rekeyed = rekeyed(&sent, &[&kept, &new]);
                async move {
                    let first = Version::FIRST;
                    Ok(match racer % 3 {
                        0 => store.remove(account, first).await? == Removed::Done,
                        1 => matches!(store.replace(sent, first).await?, Replaced::Done(_)),
                        _ => matches!(store.rekey(rekeyed, first).await?, Rekeyed::Done(_)),
                    })
                }
            })
            .await
        };
        let won: Vec<_> = (0..12).filter(|racer| won[*racer]).collect();
        assert_eq!(won.len(), 1, "one of them is done");
        let owned = match won[0] % 3 {
            0 => [false, false, false],
            1 => [true, true, false],
            _ => [false, true, true],
        };
        for (key, owned) in [old, kept, new].iter().zip(owned) {
            let owner = find(&store, key).await.map(|owner| owner.account());
            assert_eq!(owner, owned.then_some(account));
            let answer = store.insert(credential(&[key])).await.expect("insert");
            let told = if owned { Inserted::Taken } else { Inserted::Created };
            assert_eq!(answer, told, "a key is free if it finds nobody");
        }
    }
}

/// Newcomers who want the keys of an account that is being removed get them whole or not at all.
pub async fn law_09_racing_removes_and_inserts_leave_no_orphan(store: Arc<dyn Store>) {
    for _ in 0..10 {
        let (first, second) = (lookup_key(), lookup_key());
        let leaver = insert(&store, credential(&[&first, &second])).await.account();
        let wanted = [vec![&first], vec![&second], vec![&second, &first]];
        let newcomers: Vec<_> = (0..20).map(|n| credential(&wanted[n % 3])).collect();
        let newcomers = Arc::new(newcomers);
        let created = {
            let (store, newcomers) = (Arc::clone(&store), Arc::clone(&newcomers));
            race(20, move |racer| {
                let (store, newcomer) = (Arc::clone(&store), newcomers[racer].clone());
                async move {
                    if racer == 7 {
                        let answer = store.remove(leaver, Version::FIRST).await?;
                        assert_eq!(answer, Removed::Done, "nobody else writes the account");
                        return Ok(false);
                    }
                    Ok(store.insert(newcomer).await? == Inserted::Created)
                }
            })
            .await
        };
        assert_eq!(store.fetch(leaver).await.expect("fetch"), None);
        let winners: Vec<_> = (0..20).filter(|racer| created[*racer]).collect();
        let claimed = |key| {
            let claims = |racer: &&usize| newcomers[**racer].lookup_keys().contains(key);
            winners.iter().filter(claims).collect::<Vec<_>>()
        };
        for key in [&first, &second] {
            let claimed = claimed(key);
            assert!(claimed.len() <= 1, "two newcomers were told that they have one key");
            let told = claimed.first().map(|racer| newcomers[**racer].account());
            let owner = find(&store, key).await.map(|owner| owner.account());
            assert_eq!(owner, told, "and whoever was told so has it");
            if owner.is_none() {
                insert(&store, credential(&[key])).await;
            }
        }
    }
}
