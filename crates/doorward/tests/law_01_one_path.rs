//! Law 1: one path. Whatever is wrong with an attempt, it gets the same answer, makes the same calls
//! to the store, and costs the same hashing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use doorward::store::{CredentialStore, Operation};
use doorward::{Cost, Login, Outcome};
use proptest::prelude::*;
use support::{Door, PASSWORD, door_on, door_with, door_with_codes, keys, login, stranger};

/// What an attempt costs: the calls to the store in order, passwords verified, blocks computed.
type Traffic = (Vec<Operation>, u64, u64);

async fn traffic(door: &Door, login: Login) -> (Outcome, Traffic) {
    let before = door.auth.hashing();
    door.store.reset_log();
    let outcome = door.auth.authenticate(login).await.unwrap();
    let after = door.auth.hashing();
    let work = (after.verifications - before.verifications, after.blocks - before.blocks);
    let mut calls = door.store.calls();
    // The reservation and the look-ups run in parallel: their order means nothing.
    let parallel = calls.len().min(3);
    calls[..parallel].sort_unstable_by_key(|operation| format!("{operation:?}"));
    (outcome, (calls, work.0, work.1))
}

/// A small cost that leaves room for a smaller one below it.
fn cost() -> Cost {
    Cost::new(7_168, 5, 1).unwrap()
}

/// A door with an account of every kind.
async fn street() -> Door {
    let door = door_with(|builder, _| builder.cost(cost())).with_account("known").await;
    door.register("disabled").await;
    let _ = door.auth.disable("disabled").await.unwrap();

    let without = door.register("without password").await;
    let credential = door.memory.fetch(without).await.unwrap().unwrap();
    let version = credential.version();
    let _ = door.memory.replace(credential.with_password(None), version).await.unwrap();

    let old = door_on(door.memory.clone(), &keys(), |builder, _| builder);
    old.register("legacy").await;
    door
}

#[tokio::test]
async fn law_01_every_refusal_takes_one_path() {
    let door = street().await;
    let (outcome, wrong) = traffic(&door, login("known", "wrong").from(stranger(0))).await;
    assert!(matches!(outcome, Outcome::Rejected));
    assert_eq!(wrong.0, [Operation::Find, Operation::Read, Operation::Update, Operation::Update]);
    assert_eq!((wrong.1, wrong.2), (1, cost().work().blocks()));
    let flood = "x".repeat(1 << 20);
    let attempts = [
        ("unknown", "wrong"),
        ("unknown", PASSWORD),
        ("disabled", "wrong"),
        ("disabled", PASSWORD),
        ("without password", PASSWORD),
        ("without password", ""),
        ("legacy", "wrong"),
        ("known", ""),
        ("known", &flood),
        ("unknown", &flood),
        (&flood, PASSWORD),
        ("", ""),
        ("control\u{0}character", PASSWORD),
    ];
    for (n, (identifier, password)) in (1..).zip(attempts) {
        let name = identifier.get(..16).unwrap_or(identifier);
        let (outcome, same) = traffic(&door, login(identifier, password).from(stranger(n))).await;
        assert!(matches!(outcome, Outcome::Rejected), "{name}: {outcome:?}");
        assert_eq!(same, wrong, "{name} with {} bytes", password.len());
    }
}

#[tokio::test]
async fn law_01_a_right_login_costs_what_a_wrong_one_costs() {
    let door = street().await;
    let (_, wrong) = traffic(&door, login("known", "wrong")).await;
    let (outcome, right) = traffic(&door, login("known", PASSWORD)).await;
    assert!(support::is_verified(&outcome));
    assert_eq!(right, wrong);
}

#[tokio::test]
async fn law_01_known_and_unknown_are_made_to_wait_alike() {
    let door = street().await;
    let mut waits = Vec::new();
    for (n, identifier) in (0..).zip(["known", "unknown", "disabled"]) {
        let mut seconds = Vec::new();
        for attempt in 0..12 {
            let source = stranger(1_000 * n + attempt);
            match traffic(&door, Login::new(identifier, "wrong").from(source)).await {
                (Outcome::Wait(wait), traffic) => seconds.push((wait.seconds(), traffic)),
                (Outcome::Rejected, _) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(seconds.len(), 8, "{identifier}");
        waits.push(seconds);
    }
    assert_eq!(waits[0], waits[1]);
    assert_eq!(waits[0], waits[2]);
}

#[tokio::test]
async fn law_01_a_step_up_looks_the_same_for_right_wrong_and_unknown() {
    let door = door_with_codes().with_account("known").await;
    // The site is under attack: one guess at each of many names, each from its own network.
    for n in 0..60 {
        door.auth
            .authenticate(Login::new(format!("name {n}"), format!("guess {n}")).from(stranger(n)))
            .await
            .map(drop)
            .unwrap();
    }
    let mut seen = Vec::new();
    for (n, (identifier, password)) in
        (200..).zip([("known", PASSWORD), ("known", "wrong"), ("unknown", PASSWORD)])
    {
        match traffic(&door, Login::new(identifier, password).from(stranger(n))).await {
            (Outcome::StepUp(ticket), traffic) => {
                seen.push((ticket.expose_secret().len(), ticket.expires_at(), traffic));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
    assert_eq!(door.mailbox.codes().await.len(), 1, "only the right one was sent a code");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn law_01_whatever_is_typed_takes_the_one_path(identifier: String, password: String) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let door = support::door().with_account("known").await;
            let (_, wrong) = traffic(&door, login("known", "wrong")).await;
            let (outcome, any) = traffic(&door, Login::new(identifier, password).from(stranger(1))).await;
            assert!(matches!(outcome, Outcome::Rejected));
            assert_eq!(any, wrong);
        });
    }
}
