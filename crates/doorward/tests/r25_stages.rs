//! Requirement 25: keys come from outside, are named by id, and rotate in stages while instances run.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::process::Command;

use doorward::fields::{KeySet, KeyStatus};
use doorward::{
    AuthenticatorBuilder, DeviceToken, Keys, KeysError, MemoryStore, Outcome, Registered,
    Registration,
};
use proptest::prelude::*;
use support::{Door, Mailbox, PASSWORD, SECRET, door_on, is_verified, login};
use tokio::runtime::Builder;

const NEW: &str = "HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// The keys at each stage: old; old and new pending; new and old open-only.
fn stage(stage: usize) -> Keys {
    let text = [
        format!("1:{SECRET}"),
        format!("1:primary:{SECRET}\n2:pending:{NEW}"),
        format!("2:primary:{NEW}\n1:open-only:{SECRET}"),
    ];
    Keys::parse(&text[stage]).unwrap()
}

fn unchanged(builder: AuthenticatorBuilder, _: &Mailbox) -> AuthenticatorBuilder {
    builder
}

async fn device(door: &Door, identifier: &str) -> DeviceToken {
    match door.login(identifier, PASSWORD).await {
        Outcome::Verified(proof) => proof.device().clone(),
        other => panic!("{other:?}"),
    }
}

/// Registers with one instance. Then each lets the account in, knows the devices of the other, and
/// refuses to register it again.
async fn live_together(doors: [&Door; 2], first: usize, identifier: &str) {
    doors[first].register(identifier).await;
    for (one, other) in [(0, 1), (1, 0)] {
        let token = device(doors[one], identifier).await;
        let known = login(identifier, PASSWORD).device(token);
        doors[other].events.take();
        assert!(is_verified(&doors[other].auth.authenticate(known).await.unwrap()));
        assert!(doors[other].events.take()[0].known_device);
        let again = Registration::new(identifier, PASSWORD);
        assert_eq!(doors[other].auth.register(again).await.unwrap(), Registered::Taken);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Two instances on one store go forth and back through the stages, never more than one apart.
    /// Whatever one makes at any moment, the other reads, then and later.
    #[test]
    fn r25_two_instances_work_together_in_every_interleaving(
        moves in prop::collection::vec((0usize..2, prop::bool::weighted(0.7)), 1..8),
    ) {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let memory = MemoryStore::new();
            let mut at = [0usize; 2];
            for (number, (instance, forth)) in moves.into_iter().enumerate() {
                let next = if forth { at[instance] + 1 } else { at[instance].saturating_sub(1) };
                if next > 2 || next.abs_diff(at[1 - instance]) > 1 {
                    continue;
                }
                at[instance] = next;
                let doors = at.map(|at| door_on(memory.clone(), &stage(at), unchanged));
                live_together([&doors[0], &doors[1]], number % 2, &format!("user-{number}")).await;
            }
        });
    }
}

#[tokio::test]
async fn r25_accounts_of_every_stage_are_found_until_their_key_is_retired() {
    let memory = MemoryStore::new();
    for at in 0..3 {
        let door = door_on(memory.clone(), &stage(at), unchanged);
        door.register(&format!("user-{at}")).await;
        for earlier in 0..=at {
            assert!(is_verified(&door.login(&format!("user-{earlier}"), PASSWORD).await));
        }
    }
    let mut keys = stage(2);
    keys.retire(1).unwrap();
    let door = door_on(memory.clone(), &keys, unchanged);
    let outcome = door.login("user-0", PASSWORD).await;
    assert!(matches!(outcome, Outcome::Rejected), "found under the old key alone: {outcome:?}");
    assert!(is_verified(&door.login("user-2", PASSWORD).await));
}

#[test]
fn r25_keys_come_from_a_file_and_are_named_by_id() {
    let path = std::env::temp_dir().join(format!("doorward-keys-{}", std::process::id()));
    let mut keys = stage(0);
    let new = keys.add_pending().unwrap();
    keys.promote(new).unwrap();
    keys.retire(1).unwrap();
    std::fs::write(&path, format!("# two keys\n{}\n", *keys.expose_secret())).unwrap();
    let read = Keys::from_file(&path);
    std::fs::remove_file(&path).unwrap();
    let read = read.unwrap();
    assert_eq!(read.ids().collect::<Vec<_>>(), [2, 1]);
    assert_eq!(read.status(1), Some(KeyStatus::Retired));
    assert_eq!(*read.expose_secret(), *keys.expose_secret());
}

/// Runs itself again with the variable set: a process must not change its own while tests run.
#[test]
fn r25_keys_come_from_the_environment() {
    if std::env::var(Keys::VARIABLE).is_ok() {
        assert_eq!(Keys::from_env().unwrap().ids().collect::<Vec<_>>(), [2, 1]);
        return;
    }
    assert!(matches!(Keys::from_env(), Err(KeysError::NotSet)));
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "r25_keys_come_from_the_environment"])
        .env(Keys::VARIABLE, &*stage(2).expose_secret())
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && output.contains("1 passed"), "{output}");
}

#[test]
fn r25_keys_are_never_printed() {
    let keys = Keys::from(KeySet::parse(&format!("1:primary:{SECRET},2:pending:{NEW}")).unwrap());
    let printed = [
        format!("{keys:?} {keys:#?}"),
        format!("{:?}", keys.keyring("a")),
        format!("{:?} {:?}", keys.index_keys("a"), keys.mac_keys("a")),
        format!("{:?}", Keys::parse(&format!("1:{SECRET},2:pending:{NEW}")).unwrap_err()),
    ];
    for text in printed {
        for secret in [SECRET, NEW] {
            assert!(!text.contains(&secret[4..12]), "{text}");
        }
    }
}
