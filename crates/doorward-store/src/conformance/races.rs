//! What holds when many ask at once.

use std::collections::HashSet;
use std::sync::Arc;

use super::fixture::{
    COLUMN, account, add, at, counter_key, credential, lookup_key, race, read, ticket_key,
};
use crate::{Credential, Inserted, Replaced, Store, Version};

/// Of 1,000 racing inserts under one lookup key exactly one makes an account.
pub async fn law_09_racing_inserts_make_one_account(store: Arc<dyn Store>) {
    let key = lookup_key();
    let candidates: Arc<Vec<_>> = Arc::new((0..1000).map(|_| credential(&[&key])).collect());
    let answers = {
        let (store, candidates) = (Arc::clone(&store), Arc::clone(&candidates));
        race(1000, move |racer| {
            let (store, candidate) = (Arc::clone(&store), candidates[racer].clone());
            async move { Ok((candidate.account(), store.insert(candidate).await?)) }
        })
        .await
    };
    let created: Vec<_> =
        answers.iter().filter(|(_, answer)| *answer == Inserted::Created).collect();
    assert_eq!(created.len(), 1, "one of them is created");
    let winner = store.find(&[key]).await.expect("find").expect("the winner is there");
    assert_eq!(winner.account(), created[0].0, "and it is the one that was told so");
    for candidate in candidates.iter() {
        let stored = store.fetch(candidate.account()).await.expect("fetch");
        assert_eq!(stored.is_some(), candidate.account() == winner.account(), "no loser is kept");
    }
}

/// Racers in a ring, each with a key in common with the next: winners are whole, losers are gone.
pub async fn racing_inserts_are_all_or_nothing(store: Arc<dyn Store>) {
    let keys: Vec<_> = (0..100).map(|_| lookup_key()).collect();
    let ring: Vec<_> = (0..100).map(|at| credential(&[&keys[at], &keys[(at + 1) % 100]])).collect();
    let candidates = Arc::new(ring);
    let answers = {
        let (store, candidates) = (Arc::clone(&store), Arc::clone(&candidates));
        race(100, move |racer| {
            let (store, candidate) = (Arc::clone(&store), candidates[racer].clone());
            async move { Ok((candidate.account(), store.insert(candidate).await?)) }
        })
        .await
    };
    let created: HashSet<_> = answers
        .into_iter()
        .filter(|(_, answer)| *answer == Inserted::Created)
        .map(|(account, _)| account)
        .collect();
    assert!((1..=50).contains(&created.len()), "{} winners in the ring", created.len());
    for candidate in candidates.iter() {
        let won = created.contains(&candidate.account());
        let stored = store.fetch(candidate.account()).await.expect("fetch");
        assert_eq!(stored.is_some(), won);
        for key in candidate.lookup_keys() {
            let owner = store.find(std::slice::from_ref(key)).await.expect("find");
            let owner = owner.map(|credential| credential.account());
            assert!(owner.is_none_or(|owner| created.contains(&owner)), "a loser has a key");
            assert!(!won || owner == Some(candidate.account()), "a winner lacks a key");
        }
    }
}

/// Of 100 racing writes on top of one version exactly one is done, and it is the one that stays.
pub async fn racing_replaces_have_one_winner(store: Arc<dyn Store>) {
    let stored = credential(&[&lookup_key()]);
    assert_eq!(store.insert(stored.clone()).await.expect("insert"), Inserted::Created);
    let answers = {
        let (store, stored) = (Arc::clone(&store), stored.clone());
        race(100, move |racer| {
            let store = Arc::clone(&store);
            let changed = stored.clone().with_password(Some(vec![racer as u8]));
            async move { Ok((racer, store.replace(changed, Version::FIRST).await?)) }
        })
        .await
    };
    let done: Vec<_> = answers.iter().filter(|(_, answer)| *answer != Replaced::Stale).collect();
    assert_eq!(done.len(), 1, "one of them is done");
    assert_eq!(done[0].1, Replaced::Done(Version::FIRST.next()));
    let after = store.fetch(stored.account()).await.expect("fetch").expect("stored");
    assert_eq!(after.password(), Some(&[done[0].0 as u8][..]));
    assert_eq!(after.version(), Version::FIRST.next());
}

/// Of 10,000 parallel additions none is lost, and no two get the same answer.
///
/// This is what makes a cap exact: each attempt reserves its own number.
pub async fn law_03_parallel_adds_lose_nothing(store: Arc<dyn Store>) {
    let (key, other) = (counter_key(), counter_key());
    let answers = {
        let store = Arc::clone(&store);
        race(100, move |_| {
            let store = Arc::clone(&store);
            async move {
                let mut sums = Vec::with_capacity(30);
                for _ in 0..30 {
                    let rows = store.update(&[add(key, 1), add(other, 2)], at(0)).await?;
                    sums.push(rows[0].get(COLUMN));
                }
                Ok(sums)
            }
        })
        .await
    };
    let mut sums: Vec<_> = answers.into_iter().flatten().collect();
    sums.sort_unstable();
    assert!(sums.into_iter().eq(1..=3_000), "every number from 1 to 3,000 comes once");
    assert_eq!(read(&store, key, at(0)).await.get(COLUMN), 3_000);
    assert_eq!(read(&store, other, at(0)).await.get(COLUMN), 6_000);
}

/// When a row has just expired, racers empty it once: none of their counts is lost.
pub async fn racing_updates_empty_an_expired_row_once(store: Arc<dyn Store>) {
    let key = counter_key();
    store.update(&[add(key, 500)], at(0)).await.expect("update");
    let later = crate::CounterUpdate::new(key, vec![crate::Change::Add(COLUMN, 1)], at(3000));
    let mut sums = {
        let store = Arc::clone(&store);
        race(100, move |_| {
            let (store, later) = (Arc::clone(&store), later.clone());
            async move { Ok(store.update(&[later], at(2000)).await?[0].get(COLUMN)) }
        })
        .await
    };
    sums.sort_unstable();
    assert!(sums.into_iter().eq(1..=100), "every number from 1 to 100 comes once");
}

/// Of 1,000 racers for one ticket exactly one gets it.
pub async fn racing_takes_have_one_winner(store: Arc<dyn Store>) {
    let key = ticket_key();
    store.put(key, vec![1], at(10)).await.expect("put");
    let winners = {
        let store = Arc::clone(&store);
        race(1000, move |_| {
            let store = Arc::clone(&store);
            async move { store.take(key, at(0)).await }
        })
        .await
    };
    assert_eq!(winners.into_iter().flatten().count(), 1);
    assert_eq!(store.peek(key, at(0)).await.expect("peek"), None);
}

/// Of racers that put a ticket under one key exactly one succeeds, and its ticket stays.
pub async fn racing_puts_have_one_winner(store: Arc<dyn Store>) {
    let key = ticket_key();
    let answers = {
        let store = Arc::clone(&store);
        // A conflict is the answer here, not a reason to try again.
        race(100, move |racer| {
            let store = Arc::clone(&store);
            async move { Ok(store.put(key, vec![racer as u8], at(10)).await.ok().map(|()| racer)) }
        })
        .await
    };
    let winners: Vec<_> = answers.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    let ticket = store.take(key, at(0)).await.expect("take").expect("the winner's ticket");
    assert_eq!(ticket.value(), [winners[0] as u8]);
}

/// Racing writes over several rounds each build on the one before: no version is given twice.
pub async fn racing_read_modify_writes_lose_nothing(store: Arc<dyn Store>) {
    let stored = Credential::new(account(), vec![lookup_key()], vec![0], at(0)).expect("sound");
    assert_eq!(store.insert(stored.clone()).await.expect("insert"), Inserted::Created);
    let account = stored.account();
    let writes = {
        let store = Arc::clone(&store);
        race(10, move |_| {
            let store = Arc::clone(&store);
            async move {
                loop {
                    let current = store.fetch(account).await?.expect("it is never removed");
                    let mut list = current.password().unwrap_or_default().to_vec();
                    list.push(1);
                    let version = current.version();
                    let changed = current.with_password(Some(list));
                    if let Replaced::Done(version) = store.replace(changed, version).await? {
                        return Ok(version);
                    }
                }
            }
        })
        .await
    };
    assert_eq!(writes.iter().collect::<HashSet<_>>().len(), 10, "ten writes, ten versions");
    let after = store.fetch(account).await.expect("fetch").expect("stored");
    assert_eq!(after.password(), Some(&[1; 10][..]));
    assert_eq!(after.version(), Version::new(11));
}
