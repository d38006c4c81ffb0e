//! Stored hashes are encrypted: bound to their account, under a key that can be exchanged without
//! anybody's password.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use doorward::store::{CredentialStore, Fault, Operation, Replaced};
use doorward::{AccountId, Cost, ErrorKind, EventKind, Keys, Outcome, Renewal, Renewed};
use support::{Door, PASSWORD, door, door_on, is_verified, keys, login};

/// The id of the key that an account's hash is sealed under: the envelope names it.
async fn key_id(door: &Door, account: AccountId) -> u32 {
    let credential = door.memory.fetch(account).await.unwrap().unwrap();
    let sealed = credential.password().unwrap();
    u32::from_be_bytes(sealed[1..5].try_into().unwrap())
}

async fn pass(door: &Door, limit: usize) -> Vec<Renewal> {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = door.auth.renew_hashes(after, limit).await.unwrap();
        after = page.next;
        pages.push(page);
        if after.is_none() {
            return pages;
        }
    }
}

fn renewed(pages: &[Renewal]) -> (usize, usize, usize) {
    let sum = |count: fn(&Renewal) -> usize| pages.iter().map(count).sum();
    (sum(|page| page.renewed), sum(|page| page.unchanged), sum(|page| page.failed.len()))
}

#[tokio::test]
async fn r25_the_pepper_rotates_without_passwords() {
    let old = door();
    let mut accounts = Vec::new();
    for n in 0..5 {
        accounts.push(old.register(&format!("user-{n}")).await);
    }
    let rotated = keys().rotate().unwrap();
    let door = door_on(old.memory.clone(), &rotated, |builder, _| builder);
    for account in &accounts {
        assert_eq!(key_id(&door, *account).await, 1);
    }
    let pages = pass(&door, 2).await;
    assert_eq!((pages.len(), renewed(&pages)), (4, (5, 0, 0)));
    for account in &accounts {
        assert_eq!(key_id(&door, *account).await, 2);
    }
    assert_eq!(renewed(&pass(&door, 100).await), (0, 5, 0), "a second pass finds nothing to do");
    for n in 0..5 {
        assert!(is_verified(&door.login(&format!("user-{n}"), PASSWORD).await));
    }
    assert!(!door.events.kinds().contains(&EventKind::Rehashed), "the pass left nothing to do");
}

/// Where no pass is run, each login does it for its own account.
#[tokio::test]
async fn r25_a_login_brings_its_hash_under_the_newest_key() {
    let old = door();
    let account = old.register("alice").await;
    let door = door_on(old.memory.clone(), &keys().rotate().unwrap(), |builder, _| builder);
    assert!(matches!(door.login("alice", "wrong").await, Outcome::Rejected));
    assert_eq!(key_id(&door, account).await, 1);
    assert!(is_verified(&door.login("alice", PASSWORD).await));
    assert_eq!(key_id(&door, account).await, 2);
}

/// Law 7: whoever can write to the table cannot give one account the password of another.
#[tokio::test]
async fn law_07_a_hash_does_not_open_at_another_account() {
    let door = door();
    let (alice, mallory) = (door.register("alice").await, door.register("mallory").await);
    let stolen = door.memory.fetch(mallory).await.unwrap().unwrap();
    let target = door.memory.fetch(alice).await.unwrap().unwrap();
    let version = target.version();
    let moved = target.with_password(stolen.password().map(<[u8]>::to_vec));
    assert!(matches!(door.memory.replace(moved, version).await.unwrap(), Replaced::Done(_)));
    let error = door.auth.authenticate(login("alice", PASSWORD)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    let page = door.auth.renew_hashes(None, 10).await.unwrap();
    assert_eq!(page.failed, [(alice, ErrorKind::Corrupt)]);
    assert!(is_verified(&door.login("mallory", PASSWORD).await));
}

/// R6: after the cost was raised, no weak hash stays at rest, and nobody has to log in for it.
#[tokio::test]
async fn r06_a_pass_puts_weak_hashes_inside_strong_ones() {
    let old = door();
    for n in 0..3 {
        old.register(&format!("user-{n}")).await;
    }
    let policy = Cost::new(7_168, 5, 1).unwrap();
    // Of a kind that nobody named: they stay, and the operator is told.
    let door = door_on(old.memory.clone(), &keys(), |builder, _| builder.cost(policy));
    let page = door.auth.renew_hashes(None, 10).await.unwrap();
    assert_eq!((page.renewed, page.unexpected, door.auth.hashing().hashes), (0, 3, 0));

    let former = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2E$\
                  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let door = door_on(old.memory.clone(), &keys(), |builder, _| {
        builder.cost(policy).expecting([former.parse().unwrap()])
    });
    assert_eq!(renewed(&pass(&door, 10).await), (3, 0, 0));
    assert_eq!(door.auth.hashing().hashes, 3);
    assert_eq!(renewed(&pass(&door, 10).await), (0, 3, 0));
    assert!(matches!(door.login("user-0", "wrong").await, Outcome::Rejected));
    assert!(is_verified(&door.login("user-0", PASSWORD).await));
    assert!(door.events.kinds().contains(&EventKind::Rehashed));
    assert!(is_verified(&door.login("user-0", PASSWORD).await));
}

/// Whatever befalls the store, an account is as it was or renewed, and the next pass goes on.
#[tokio::test]
async fn r08_an_interrupted_pass_loses_nothing() {
    for operation in [Operation::List, Operation::Fetch, Operation::Replace] {
        for fault in [Fault::Unavailable, Fault::LostReply, Fault::Throttled] {
            let old = door();
            let mut accounts = Vec::new();
            for n in 0..4 {
                accounts.push(old.register(&format!("user-{n}")).await);
            }
            let door = door_on(old.memory.clone(), &keys().rotate().unwrap(), |builder, _| builder);
            let script = door.store.clone().fail_nth(operation, 2, fault);
            let mut after = None;
            for _ in 0..10 {
                let Ok(page) = door.auth.renew_hashes(after, 1).await else { continue };
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            script.heal();
            for n in 0..4 {
                assert!(is_verified(&door.login(&format!("user-{n}"), PASSWORD).await));
            }
            let (_, _, failed) = renewed(&pass(&door, 10).await);
            assert_eq!(failed, 0, "{operation:?} {fault:?}");
            for account in accounts {
                assert_eq!(key_id(&door, account).await, 2, "{operation:?} {fault:?}");
            }
        }
    }
}

/// A change of password during the pass is not undone by it.
#[tokio::test]
async fn a_pass_beside_logins_and_changes_takes_nothing_back() {
    let old = door().with_account("alice").await;
    let door = door_on(old.memory.clone(), &keys().rotate().unwrap(), |builder, _| builder);
    let new = "nine patient otters";
    let change = doorward::PasswordChange::new(login("alice", PASSWORD), new);
    let (changed, page, outcome) = tokio::join!(
        door.auth.change_password(change),
        door.auth.renew_hashes(None, 10),
        door.auth.authenticate(login("alice", PASSWORD)),
    );
    let _ = (page.unwrap(), outcome);
    let password = if changed.is_ok() { new } else { PASSWORD };
    assert!(is_verified(&door.login("alice", password).await));
}

#[tokio::test]
async fn single_accounts_can_be_renewed() {
    let old = door();
    let account = old.register("alice").await;
    let door = door_on(old.memory.clone(), &keys().rotate().unwrap(), |builder, _| builder);
    assert_eq!(door.auth.renew_hash(account).await.unwrap(), Renewed::Done);
    assert_eq!(door.auth.renew_hash(account).await.unwrap(), Renewed::Unchanged);
    let nobody = AccountId::from_bytes([9; 16]);
    assert_eq!(door.auth.renew_hash(nobody).await.unwrap(), Renewed::NoSuchAccount);
    let refused = door.auth.renew_hashes(None, 0).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Store);
}

/// Without its key a hash opens for nobody: it is an error, not a wrong password.
#[tokio::test]
async fn r08_a_missing_key_fails_closed() {
    let old = door().with_account("alice").await;
    let text = keys().rotate().unwrap().expose_secret().to_string();
    let first_only = text.lines().next().unwrap();
    let door = door_on(old.memory.clone(), &Keys::parse(first_only).unwrap(), |builder, _| builder);
    // The identifier is not found under the new key at all: nobody by that name.
    assert!(matches!(door.login("alice", PASSWORD).await, Outcome::Rejected));
    let page = door.auth.renew_hashes(None, 10).await.unwrap();
    assert_eq!((page.renewed, page.failed.len()), (0, 1));
}
