//! R8 while the counters cannot be reached: closed stays closed, and whoever goes on is counted.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::store::{Fault, Operation};
use doorward::{
    EventKind, Login, Managed, MemoryStore, Outage, Outcome, Policy, ScopeKind, Unlock,
};
use support::outage::{door_under, local_door, policy};
use support::{PASSWORD, door, door_on, is_verified, keys, login, stranger};

#[tokio::test]
async fn r08_closed_rules_stay_closed() {
    let doors = [
        door(),
        door_under(policy(1, &[(ScopeKind::Source, Outage::Closed)]), &MemoryStore::new()),
        door_under(policy(1, &[(ScopeKind::Site, Outage::Closed)]), &MemoryStore::new()),
    ];
    for door in doors {
        let door = door.with_account("alice").await;
        door.lose_counters();
        for password in [PASSWORD, "wrong"] {
            door.auth.authenticate(login("alice", password)).await.unwrap_err();
        }
        assert_eq!(door.auth.hashing().verifications, 0);
        assert_eq!(door.outages(), []);
    }
}

#[tokio::test]
async fn r08_an_error_of_another_kind_is_no_outage() {
    let door = local_door().await;
    door.store.fail_every(Operation::Update, Fault::Conflict);
    door.auth.authenticate(login("alice", PASSWORD)).await.unwrap_err();
    door.store.heal();
    door.lose_counters();
    door.store.fail_every(Operation::Find, Fault::Unavailable);
    door.auth.authenticate(login("alice", PASSWORD)).await.unwrap_err();
    assert_eq!(door.auth.hashing().verifications, 0);
    // The room that it held is given back.
    door.store.heal();
    door.lose_counters();
    door.guesses(0..4).await;
}

#[tokio::test]
async fn r08_local_rules_count_and_wait_and_the_owner_gets_in() {
    for fault in [Fault::Throttled, Fault::Unavailable, Fault::LostReply] {
        let door = local_door().await;
        let Outcome::Verified(proof) = door.login("alice", PASSWORD).await else { panic!() };
        door.store.fail_every(Operation::Update, fault);
        assert!(is_verified(&door.login("alice", PASSWORD).await));
        door.guesses(0..4).await;
        let Outcome::Wait(wait) = door.guess(4).await else { panic!() };
        assert!(matches!(door.login("alice", PASSWORD).await, Outcome::Wait(_)));
        let own = login("alice", PASSWORD).device(proof.device().clone());
        assert!(is_verified(&door.auth.authenticate(own).await.unwrap()));
        door.clock.set(wait.until());
        assert!(is_verified(&door.login("alice", PASSWORD).await), "{fault:?}");
        assert_eq!(door.outages(), [EventKind::OutageBegan]);
    }
}

#[tokio::test]
async fn r08_an_open_rule_judges_nobody_and_the_others_hold() {
    let open = [(ScopeKind::Source, Outage::Open), (ScopeKind::Site, Outage::Open)];
    for (but, rejected) in [(&open[..0], 6), (&open, 20)] {
        let door = door_under(policy(1, but), &MemoryStore::new());
        door.lose_counters();
        let mut answers = Vec::new();
        for n in 0..30 {
            answers.push(door.login(&format!("name {n}"), "wrong").await);
        }
        let rejections = answers.iter().filter(|answer| matches!(answer, Outcome::Rejected));
        assert_eq!(rejections.count(), rejected, "six of a source, twenty of a prefix");
    }
}

#[tokio::test]
async fn r08_what_an_outage_counted_is_in_the_store_after_it() {
    let memory = MemoryStore::new();
    let [here, there] = [0, 1].map(|_| door_under(policy(1, &[]), &memory));
    here.register("alice").await;
    here.register("bob").await;
    here.lose_counters();
    here.guesses(0..4).await;
    assert!(!matches!(there.guess(10).await, Outcome::Wait(_)), "it cannot know yet");
    here.find_counters();
    there.clock.advance(Duration::from_secs(3));
    assert!(is_verified(&here.login("bob", PASSWORD).await), "he pays for alice, too");
    let Outcome::Wait(wait) = there.guess(11).await else { panic!("a guesser has to wait") };
    assert!(matches!(here.guess(12).await, Outcome::Wait(_)));
    // It is told once, and ends as it says.
    assert!(is_verified(&here.login("bob", PASSWORD).await));
    there.clock.set(wait.until());
    assert!(is_verified(&there.login("alice", PASSWORD).await));
    assert_eq!(here.outages(), [EventKind::OutageBegan, EventKind::OutageEnded]);
    assert_eq!(there.outages(), []);
}

#[tokio::test]
async fn r08_who_comes_first_after_an_outage_is_judged_by_what_it_counted() {
    let door = local_door().await;
    door.guesses(0..2).await;
    door.lose_counters();
    door.clock.advance(Duration::from_secs(1));
    door.guesses(2..4).await;
    door.find_counters();
    assert!(matches!(door.guess(5).await, Outcome::Wait(_)), "two here and two there are four");
}

#[tokio::test]
async fn r08_a_settlement_that_cannot_be_written_is_counted_and_answered() {
    let memory = MemoryStore::new();
    let [here, there] = [0, 1].map(|_| door_under(policy(1, &[]), &memory));
    here.register("alice").await;
    for n in 0..4 {
        here.store.reset_log();
        // What is owed is paid before the attempt is reserved, but for the first.
        here.store.fail_nth(Operation::Update, if n == 0 { 2 } else { 3 }, Fault::Unavailable);
        here.guesses(n..n + 1).await;
        here.store.heal();
        // The room that was not given back lapses.
        [&here, &there].into_iter().for_each(|door| door.clock.advance(Duration::from_secs(200)));
    }
    assert!(matches!(here.guess(5).await, Outcome::Wait(_)));
    assert!(matches!(there.guess(6).await, Outcome::Wait(_)));
    here.clock.advance(Duration::from_secs(60));
    assert!(is_verified(&here.login("alice", PASSWORD).await));
}

#[tokio::test]
async fn r08_one_attempt_a_second_asks_a_store_that_does_not_answer() {
    let door = local_door().await;
    door.store.reset_log();
    door.lose_counters();
    for second in 1..=3 {
        for _ in 0..20 {
            assert!(is_verified(&door.login("alice", PASSWORD).await));
        }
        assert_eq!(door.store.count(Operation::Update), second);
        door.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(door.store.count(Operation::Find), 60);
    assert_eq!(door.outages(), [EventKind::OutageBegan]);
    door.store.heal();
    assert!(is_verified(&door.login("alice", PASSWORD).await));
    assert_eq!(door.outages(), [EventKind::OutageBegan, EventKind::OutageEnded]);
}

#[tokio::test]
async fn r08_a_store_that_hangs_is_waited_for_once() {
    let door = door_on(MemoryStore::new(), &keys(), |builder, _| {
        builder.policy(policy(1, &[])).store_deadline(Duration::from_millis(50))
    });
    let door = door.with_account("alice").await;
    door.store.reset_log();
    door.store.fail_every(Operation::Update, Fault::Hang);
    for _ in 0..20 {
        assert!(is_verified(&door.login("alice", PASSWORD).await));
    }
    assert_eq!(door.store.count(Operation::Update), 1);
}

#[tokio::test]
async fn r08_an_operator_lifts_what_was_counted_apart_too() {
    let door = local_door().await;
    door.lose_counters();
    door.guesses(0..4).await;
    door.find_counters();
    let lifted = door.auth.unlock_all([Unlock::account("alice")]).await.remove(0).unwrap();
    assert_eq!(lifted, Managed::Done);
    assert!(is_verified(&door.login("alice", PASSWORD).await));
    door.lose_counters();
    assert!(is_verified(&door.login("alice", PASSWORD).await));
}

#[tokio::test]
async fn r08_a_row_that_is_full_keeps_nobody_else_from_telling() {
    let memory = MemoryStore::new();
    let [full, here] = [Policy::recommended(), policy(1, &[])].map(|of| door_under(of, &memory));
    here.register("alice").await;
    here.register("bob").await;
    // Reservations that could neither be settled nor given back, until no more columns fit.
    for n in 0..62 {
        full.store.reset_log();
        full.store.fail_nth(Operation::Update, 2, Fault::Unavailable);
        full.store.fail_nth(Operation::Update, 3, Fault::Unavailable);
        let guess = Login::new("alice", "wrong").from(stranger(n));
        let _ = full.auth.authenticate(guess).await;
        full.clock.advance(Duration::from_secs(31));
        here.clock.advance(Duration::from_secs(31));
    }
    here.lose_counters();
    here.guesses(100..104).await;
    here.find_counters();
    here.store.reset_log();
    assert!(is_verified(&here.login("bob", PASSWORD).await));
    assert!(here.store.count(Operation::Update) > 3, "one by one");
    let paid = here.store.count(Operation::Update);
    assert!(is_verified(&here.login("bob", PASSWORD).await));
    assert_eq!(here.store.count(Operation::Update), paid + 2, "the full row is left alone");
    assert!(matches!(here.guess(105).await, Outcome::Wait(_)), "room was made in it");
}

#[tokio::test]
async fn r08_an_attack_on_the_site_is_not_forgotten_in_an_outage() {
    let door = door_on(MemoryStore::new(), &keys(), |builder, mailbox| {
        builder.policy(policy(4, &[])).notifier(mailbox.clone())
    });
    let door = door.with_account("alice").await;
    for n in 0..60 {
        let guess = Login::new(format!("name {n}"), format!("guess {n}")).from(stranger(n));
        let _ = door.auth.authenticate(guess).await.unwrap();
    }
    door.lose_counters();
    for n in 100..105 {
        let right = Login::new("alice", PASSWORD).from(stranger(n));
        let outcome = door.auth.authenticate(right).await.unwrap();
        assert!(matches!(outcome, Outcome::StepUp(_)), "{outcome:?}");
    }
    assert_eq!(door.mailbox.codes().await.len(), 1, "a quarter of five codes");
}

#[tokio::test]
async fn r08_faults_at_random_let_no_wrong_password_in_and_lose_nothing() {
    let faults = [Fault::Unavailable, Fault::LostReply, Fault::Throttled];
    for seed in 0..20 {
        let door = local_door().await;
        door.store.seeded(seed, 300, &faults);
        let mut rejected = 0;
        for n in 0..40 {
            let guess = Login::new("alice", format!("wrong {n}")).from(stranger(n));
            let outcome = door.auth.authenticate(guess).await;
            assert!(!outcome.as_ref().is_ok_and(is_verified), "seed {seed}");
            rejected += u32::from(matches!(outcome, Ok(Outcome::Rejected)));
            door.clock.advance(Duration::from_secs(151));
        }
        // The waits let nine through in these 100 minutes, in the store and here.
        assert!((4..=2 * 9).contains(&rejected), "seed {seed}: {rejected}");
        door.store.heal();
        // The last wait may be over: that lets one more through.
        let mut answer = door.guess(100).await;
        if matches!(answer, Outcome::Rejected) {
            answer = door.guess(101).await;
        }
        let Outcome::Wait(wait) = answer else {
            panic!("seed {seed}: what was counted is in the store")
        };
        door.clock.set(wait.until());
        assert!(is_verified(&door.login("alice", PASSWORD).await), "seed {seed}");
    }
}
