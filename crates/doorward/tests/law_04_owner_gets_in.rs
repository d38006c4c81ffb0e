//! Law 4: the owner gets in.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::time::Duration;

use doorward::store::{Fault, Operation};
use doorward::{
    Changed, Cost, DeviceToken, EventKind, HashingLimits, Login, Managed, Outcome, PasswordChange,
    Rule, ScopeKind,
};
use support::{Door, PASSWORD, door, door_with_codes, is_verified, login, stranger};
use tokio::task::JoinSet;

async fn device_of(door: &Door, identifier: &str) -> DeviceToken {
    match door.login(identifier, PASSWORD).await {
        Outcome::Verified(proof) => proof.device().clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn law_04_a_known_device_gets_in_whatever_strangers_do() {
    for door in [door(), door_with_codes()] {
        let door = door.with_account("alice").await;
        let device = device_of(&door, "alice").await;
        for n in 0..1_500 {
            let guess = Login::new("alice", "guess").from(stranger(n));
            let _ = door.auth.authenticate(guess).await.unwrap();
            // And from the owner's own network, at other accounts too.
            let _ = door.auth.authenticate(login(&format!("other {n}"), "guess")).await.unwrap();
            if n % 100 == 0 {
                let owner = login("alice", PASSWORD).device(device.clone());
                let outcome = door.auth.authenticate(owner).await.unwrap();
                assert!(is_verified(&outcome), "after {n} guesses: {outcome:?}");
            }
            door.clock.advance(Duration::from_secs(600));
        }
    }
}

#[tokio::test]
async fn law_04_attempts_during_a_wait_do_not_extend_it() {
    let door = door().with_account("alice").await;
    door.exhaust("alice").await;
    let mut until = None;
    for n in 0..50 {
        let guess = Login::new("alice", "guess").from(stranger(100 + n));
        let Outcome::Wait(wait) = door.auth.authenticate(guess).await.unwrap() else { panic!() };
        assert_eq!(*until.get_or_insert(wait.until()), wait.until());
        door.clock.advance(Duration::from_secs(1));
    }
    door.clock.set(until.unwrap());
    assert!(is_verified(&door.login("alice", PASSWORD).await));
}

#[tokio::test]
async fn law_04_the_announced_wait_is_enough() {
    let door = door().with_account("alice").await;
    for round in 0..20 {
        let guess = Login::new("alice", "guess").from(stranger(round));
        if let Outcome::Wait(wait) = door.auth.authenticate(guess).await.unwrap() {
            door.clock.advance(Duration::from_secs(wait.seconds()));
            assert!(is_verified(&door.login("alice", PASSWORD).await));
        }
    }
}

#[tokio::test]
async fn law_04_an_operator_can_lift_a_wait() {
    let door = door().with_account("alice").await;
    door.exhaust("alice").await;
    assert!(matches!(door.login("alice", PASSWORD).await, Outcome::Wait(_)));
    assert_eq!(door.auth.unlock("ALICE").await.unwrap(), Managed::Done);
    assert!(is_verified(&door.login("alice", PASSWORD).await));
    assert_eq!(door.auth.unlock("nobody").await.unwrap(), Managed::NoSuchAccount);
    assert!(door.events.kinds().contains(&EventKind::Unlocked(ScopeKind::Account)));
}

#[tokio::test]
async fn law_05_a_stolen_device_is_cut_off_and_then_a_stranger() {
    let door = door().with_account("alice").await;
    let stolen = device_of(&door, "alice").await;
    let mut rules = Vec::new();
    let mut rejected = 0;
    for n in 0..60 {
        let guess = login("alice", &format!("guess {n}")).device(stolen.clone());
        match door.auth.authenticate(guess).await.unwrap() {
            Outcome::Rejected => rejected += 1,
            Outcome::Wait(wait) => {
                rules.push(wait.rule());
                door.clock.advance(Duration::from_secs(wait.seconds()));
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(rules.contains(&Rule::Device) && rules.contains(&Rule::Account), "{rules:?}");
    assert!(rejected <= 10 + 30, "{rejected}");
}

#[tokio::test]
async fn law_04_a_device_of_one_account_is_nothing_to_another() {
    let door = door().with_account("alice").await.with_account("mallory").await;
    let mallorys = device_of(&door, "mallory").await;
    door.exhaust("alice").await;
    let attempt = login("alice", PASSWORD).device(mallorys);
    assert!(matches!(door.auth.authenticate(attempt).await.unwrap(), Outcome::Wait(_)));
    let forged = login("alice", PASSWORD).device(DeviceToken::new("dwd_AAAA"));
    assert!(matches!(door.auth.authenticate(forged).await.unwrap(), Outcome::Wait(_)));
}

#[tokio::test]
async fn law_04_tokens_from_before_a_change_of_password_are_void() {
    let door = door().with_account("alice").await;
    let old = device_of(&door, "alice").await;
    door.clock.advance(Duration::from_secs(1));
    let change = PasswordChange::new(login("alice", PASSWORD), "nine patient otters");
    let changed = door.auth.change_password(change).await.unwrap();
    let Changed::Done(proof) = changed else { panic!("{changed:?}") };
    let new = proof.device().clone();
    door.exhaust("alice").await;
    let attempt =
        |device: &DeviceToken| login("alice", "nine patient otters").device(device.clone());
    assert!(matches!(door.auth.authenticate(attempt(&old)).await.unwrap(), Outcome::Wait(_)));
    assert!(is_verified(&door.auth.authenticate(attempt(&new)).await.unwrap()));
}

#[tokio::test]
async fn law_05_tokens_that_were_hoarded_buy_no_guesses_after_a_change_of_password() {
    let door = door().with_account("alice").await;
    let mut hoard = Vec::new();
    for _ in 0..50 {
        hoard.push(device_of(&door, "alice").await);
    }
    door.clock.advance(Duration::from_secs(1));
    let change = PasswordChange::new(login("alice", PASSWORD), "nine patient otters");
    assert!(matches!(door.auth.change_password(change).await.unwrap(), Changed::Done(_)));
    let (mut rejected, mut guesses) = (0, 0);
    for device in hoard {
        for _ in 0..10 {
            guesses += 1;
            let guess = login("alice", &format!("guess {guesses}")).device(device.clone());
            rejected += u32::from(matches!(
                door.auth.authenticate(guess).await.unwrap(),
                Outcome::Rejected
            ));
        }
    }
    assert_eq!(rejected, 4, "as many as any stranger gets");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn law_04_a_known_device_gets_past_a_full_hashing_queue() {
    let limits = HashingLimits::default().with_threads(1).with_queue(8);
    let cost = Cost::new(47_104, 1, 1).unwrap();
    let door = support::door_with(|builder, mailbox| {
        builder.hashing(limits).cost(cost).notifier(mailbox.clone())
    });
    let door = door.with_account("alice").await;
    let device = device_of(&door, "alice").await;
    let mut flood = JoinSet::new();
    for n in 0..40 {
        let auth = door.auth.clone();
        flood.spawn(async move {
            for m in 0..1_000 {
                let guess = Login::new(format!("name {n} {m}"), "x").from(stranger(40 * m + n));
                let _ = auth.authenticate(guess).await;
            }
        });
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    for _ in 0..5 {
        let owner = login("alice", PASSWORD).device(device.clone());
        let outcome = door.auth.authenticate(owner).await.unwrap();
        assert!(is_verified(&outcome), "{outcome:?}");
    }
    assert!(door.auth.hashing().shed > 0, "the queue was full");
    flood.shutdown().await;
}

#[tokio::test]
async fn law_04_a_site_where_only_known_devices_log_in_runs_for_weeks() {
    let door = door();
    let mut people = Vec::new();
    for n in 0..6 {
        let name = format!("person {n}");
        door.register(&name).await;
        people.push((name.clone(), device_of(&door, &name).await));
    }
    for step in 0..3_000_usize {
        door.clock.advance(Duration::from_secs(601));
        let (name, device) = &people[step % people.len()];
        let attempt = login(name, PASSWORD).device(device.clone());
        assert!(is_verified(&door.auth.authenticate(attempt).await.unwrap()), "step {step}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn law_04_a_busy_morning_with_typos_makes_nobody_wait_for_others() {
    let door = door();
    for n in 0..300 {
        door.register(&format!("person {n}")).await;
    }
    // Time passes while attempts are under way, and the store takes its time.
    door.store.fail_every(Operation::Update, Fault::Yield(20));
    door.store.fail_every(Operation::Find, Fault::Yield(10));
    let clock = door.clock.clone();
    let ticking = tokio::spawn(async move {
        loop {
            clock.advance(Duration::from_millis(1));
            tokio::task::yield_now().await;
        }
    });
    let mut people = JoinSet::new();
    for n in 0..300 {
        let auth = door.auth.clone();
        people.spawn(async move {
            let name = format!("person {n}");
            let mut waited = 0;
            for password in if n % 10 == 0 {
                vec![format!("typo {n}"), PASSWORD.into()]
            } else {
                vec![PASSWORD.into()]
            } {
                let login = Login::new(&name, password).from(stranger(n));
                let outcome = auth.authenticate(login).await.unwrap();
                waited += u32::from(matches!(outcome, Outcome::Wait(_)));
            }
            waited
        });
    }
    let waited: u32 = people.join_all().await.into_iter().sum();
    ticking.abort();
    assert_eq!(waited, 0);
}
