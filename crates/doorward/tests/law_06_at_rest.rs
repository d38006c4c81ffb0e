//! Laws 6 and 7: what is stored is hashed or sealed, and a sealed field opens only in its own place.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use doorward::store::{Credential, CredentialStore};
use doorward::{AccountId, ErrorKind, Keys, Login, Outcome, Registration};
use support::{Door, PASSWORD, door, door_on, door_with_codes, is_verified, keys, login, stranger};

/// The ways in which a text may lie in a dump: as it is, and in hex.
fn traces(secret: &str) -> [String; 2] {
    [secret.to_owned(), secret.bytes().map(|byte| format!("{byte:02x}")).collect()]
}

#[tokio::test]
async fn law_06_a_dump_of_the_table_reveals_no_secret() {
    let door = door_with_codes().with_account("alice@example.com").await;
    let mut secrets = vec![
        "alice@example.com".to_owned(),
        "alice".to_owned(),
        PASSWORD.to_owned(),
        // No password hash that could be attacked without the key.
        "argon2id".to_owned(),
        "$argon2".to_owned(),
        "192.0.2.7".to_owned(),
        "nobody@example.com".to_owned(),
        "a wrong guess".to_owned(),
    ];
    match door.login("alice@example.com", PASSWORD).await {
        Outcome::Verified(proof) => secrets.push(proof.device().expose_secret().to_owned()),
        other => panic!("{other:?}"),
    }
    for n in 0..70 {
        let guess = Login::new(format!("name{n}"), format!("a wrong guess {n}")).from(stranger(n));
        let _ = door.auth.authenticate(guess).await.unwrap();
    }
    let _ = door.login("nobody@example.com", "a wrong guess").await;
    match door.login("alice@example.com", PASSWORD).await {
        Outcome::StepUp(ticket) => secrets.push(ticket.expose_secret().to_owned()),
        other => panic!("{other:?}"),
    }
    for notice in door.mailbox.codes().await {
        secrets.push(notice.code().expose_secret().to_owned());
    }
    assert_eq!(secrets.len(), 8 + 3, "a device token, a ticket and a code were given out");

    let dump = door.memory.dump();
    assert!(dump.len() > 2_000, "the dump shows the table");
    for secret in &secrets {
        for trace in traces(secret) {
            assert!(!dump.contains(&trace), "the dump holds {secret:?}");
        }
    }
}

#[tokio::test]
async fn law_06_equal_passwords_and_identifiers_of_two_tenants_leave_no_equal_bytes() {
    let one = door().with_account("alice").await;
    let account = one.register("bob").await;
    let other =
        support::door_with(|builder, _| builder.tenant("other")).with_account("alice").await;
    let bob = one.memory.fetch(account).await.unwrap().unwrap();
    let dump = other.memory.dump();
    for bytes in [bob.identifier(), bob.password().unwrap(), bob.lookup_keys()[0].as_bytes()] {
        assert!(!dump.contains(&traces_of(bytes)), "{bytes:?}");
    }
}

fn traces_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn credential(door: &Door, account: AccountId) -> Credential {
    door.memory.fetch(account).await.unwrap().unwrap()
}

#[tokio::test]
async fn law_07_a_password_moved_to_another_account_opens_nothing() {
    let door = door();
    let mallory = door.register("mallory").await;
    let alice = door.register("alice").await;
    // Mallory can write to the table, and gives Alice the password that he knows.
    let planted = credential(&door, mallory).await.password().map(<[u8]>::to_vec);
    let victim = credential(&door, alice).await;
    let version = victim.version();
    let _ = door.memory.replace(victim.with_password(planted), version).await.unwrap();
    let error = door.auth.authenticate(login("alice", PASSWORD)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert!(is_verified(&door.login("mallory", PASSWORD).await));
}

#[tokio::test]
async fn law_07_a_password_does_not_open_as_an_identifier_nor_with_a_bit_changed() {
    let door = door();
    let alice = door.register("alice").await;
    let original = credential(&door, alice).await;
    let sealed = original.password().unwrap().to_vec();
    let mut versions = original.version();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1 << (at % 8);
        let planted = original.clone().with_password(Some(changed));
        let _ = door.memory.replace(planted, versions).await.unwrap();
        versions = credential(&door, alice).await.version();
        let attempt = door.auth.authenticate(login("alice", PASSWORD)).await;
        assert_eq!(attempt.unwrap_err().kind(), ErrorKind::Corrupt, "byte {at}");
    }
    let swapped = original.identifier().to_vec();
    let _ = door.memory.replace(original.with_password(Some(swapped)), versions).await.unwrap();
    let attempt = door.auth.authenticate(login("alice", PASSWORD)).await;
    assert_eq!(attempt.unwrap_err().kind(), ErrorKind::Corrupt);
}

#[tokio::test]
async fn law_07_other_keys_and_other_tenants_find_nobody() {
    let door = door().with_account("alice").await;
    let strange = Keys::generate().unwrap();
    for other in [
        door_on(door.memory.clone(), &strange, |builder, _| builder),
        door_on(door.memory.clone(), &keys(), |builder, _| builder.tenant("other")),
    ] {
        assert!(matches!(other.login("alice", PASSWORD).await, Outcome::Rejected));
    }
}

#[tokio::test]
async fn r25_a_rotated_root_keeps_every_account() {
    let old = door().with_account("alice").await;
    let rotated = keys().rotate().unwrap();
    let new = door_on(old.memory.clone(), &rotated, |builder, _| builder);
    assert!(is_verified(&new.login("alice", PASSWORD).await));
    // The old identifier is still taken, and new accounts are found under both keys.
    let again = new.auth.register(Registration::new("alice", PASSWORD)).await.unwrap();
    assert_eq!(again, doorward::Registered::Taken);
    new.register("bob").await;
    assert!(is_verified(&new.login("bob", PASSWORD).await));
}
