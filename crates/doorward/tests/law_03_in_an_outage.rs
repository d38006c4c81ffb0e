//! Law 3 while the counters cannot be reached, and while the store is told what was counted apart.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::store::{Fault, Operation};
use doorward::{Login, MemoryStore, Outcome};
use support::outage::{door_under, local_door, policy};
use support::{Door, PASSWORD, is_verified, login, stranger};
use tokio::task::JoinSet;

async fn storm(doors: &[Door], attempts: u32) -> usize {
    let mut tasks = JoinSet::new();
    for n in 0..attempts {
        let auth = doors[n as usize % doors.len()].auth.clone();
        let guess = Login::new("alice", format!("wrong {n}")).from(stranger(n));
        tasks.spawn(async move { auth.authenticate(guess).await });
    }
    let outcomes = tasks.join_all().await;
    outcomes.iter().filter(|outcome| matches!(outcome, Ok(Outcome::Rejected))).count()
}

fn verifications(doors: &[Door]) -> u64 {
    doors.iter().map(|door| door.auth.hashing().verifications).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_03_in_an_outage_all_instances_keep_to_the_budget_or_one_each() {
    for (instances, most) in [(1, 4), (2, 4), (3, 3), (8, 8)] {
        let memory = MemoryStore::new();
        let doors: Vec<_> =
            (0..instances).map(|_| door_under(policy(instances, &[]), &memory)).collect();
        doors[0].register("alice").await;
        doors.iter().for_each(Door::lose_counters);
        let attempts = if instances == 8 { 10_000 } else { 1_000 };
        assert_eq!(storm(&doors, attempts).await, most);
        assert_eq!(verifications(&doors), most as u64, "{instances} instances");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_03_the_cap_is_exact_while_what_was_counted_is_being_told() {
    let doors = [local_door().await];
    let [door] = &doors;
    door.lose_counters();
    door.guesses(0..4).await;
    door.find_counters();
    door.store.fail_every(Operation::Update, Fault::Yield(20));
    assert_eq!(storm(&doors, 500).await, 0);
    assert_eq!(verifications(&doors), 4);
}

#[tokio::test]
async fn law_03_who_comes_while_another_tells_the_store_is_judged_by_what_is_told() {
    let door = local_door().await;
    door.register("bob").await;
    door.lose_counters();
    door.guesses(0..4).await;
    door.find_counters();
    door.store.reset_log();
    door.store.fail_nth(Operation::Update, 1, Fault::Yield(1_000));
    let auth = door.auth.clone();
    let bob = tokio::spawn(async move { auth.authenticate(login("bob", PASSWORD)).await });
    while door.store.count(Operation::Update) == 0 {
        tokio::task::yield_now().await;
    }
    // Another may ask the store by now, which does not know yet what bob is about to tell it.
    door.clock.advance(Duration::from_secs(1));
    assert!(matches!(door.guess(4).await, Outcome::Wait(_)));
    assert_eq!(door.store.count(Operation::Update), 1);
    assert!(is_verified(&bob.await.unwrap().unwrap()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_03_room_that_was_taken_in_the_store_is_not_given_back_elsewhere() {
    let doors = [door_under(policy(4, &[]), &MemoryStore::new()).with_account("alice").await];
    let [door] = &doors;
    for n in 0..3 {
        door.store.reset_log();
        // The settlement; what is owed is paid before the attempt is reserved, but for the first.
        door.store.fail_nth(Operation::Update, if n == 0 { 2 } else { 3 }, Fault::Unavailable);
        let right = Login::new("alice", PASSWORD).from(stranger(1_000 + n));
        assert!(is_verified(&door.auth.authenticate(right).await.unwrap()));
        door.store.heal();
        door.clock.advance(Duration::from_secs(1));
    }
    door.lose_counters();
    assert_eq!(storm(&doors, 200).await, 1, "a quarter of the budget");
}

#[tokio::test]
async fn law_03_an_outage_that_comes_again_does_not_begin_afresh() {
    let door = local_door().await;
    for n in 0..2 {
        door.lose_counters();
        door.guesses(2 * n..2 * n + 2).await;
        door.find_counters();
        let _ = door.login("bob", PASSWORD).await;
    }
    door.lose_counters();
    door.clock.advance(Duration::from_secs(3));
    assert!(matches!(door.guess(9).await, Outcome::Wait(_)));
}
