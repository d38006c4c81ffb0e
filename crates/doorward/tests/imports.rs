//! Accounts of other systems: they log in as before, and nobody can tell them from the others.

#![cfg(all(
    feature = "argon2-legacy",
    feature = "bcrypt",
    feature = "pbkdf2",
    feature = "phpass",
    feature = "salted-digest",
    feature = "salted-sha",
    feature = "scrypt",
    feature = "sha-crypt"
))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::collections::BTreeMap;

use doorward::store::CredentialStore as _;
use doorward::{
    AccountId, Cost, EventKind, HashKind, Import, ImportPepper, ImportProblem, Imported, Login,
    Outcome, ParseError, Rejection,
};
use support::{Door, PASSWORD, door_with, is_verified, keys, login, stranger};

/// One row and its password for each kind, of those that are quick to verify.
fn fixtures() -> Vec<(String, String)> {
    let unhex = |text: &str| {
        let byte = |i| u8::from_str_radix(&text[i..i + 2], 16).unwrap();
        String::from_utf8((0..text.len()).step_by(2).map(byte).collect()).unwrap()
    };
    let is_quick = |row: &str| {
        let ceiling = doorward::Ceiling::new().with_iterations(2_200).with_bcrypt_cost(4);
        doorward_hash::StoredHash::parse(row, &ceiling).is_ok()
            && !row.contains("m=65536")
            && !row.contains("m=102400")
    };
    let lines = include_str!("../../doorward-hash/tests/fixtures/import/hashes.txt").lines();
    let mut kinds = BTreeMap::new();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let mut parts = line.split('\t').skip(2);
        let (password, row) = (unhex(parts.next().unwrap()), parts.next().unwrap());
        if is_quick(row) {
            let kind = row.parse::<HashKind>().unwrap();
            kinds.entry(kind.format()).or_insert((password, row.to_owned()));
        }
    }
    kinds.into_values().collect()
}

fn door_expecting(rows: &[&str]) -> Door {
    let kinds: Vec<HashKind> = rows.iter().map(|row| row.parse().unwrap()).collect();
    door_with(|builder, _| builder.expecting(kinds))
}

async fn import(door: &Door, identifier: &str, row: &str) {
    let imported = door.auth.import(Import::new(identifier, row)).await.unwrap();
    assert!(matches!(imported, Imported::Created(_)), "{row}: {imported:?}");
}

#[tokio::test]
async fn r26_every_format_logs_in_and_is_hashed_anew() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 12, "{}", fixtures.len());
    for (password, row) in fixtures {
        let door = door_expecting(&[&row]);
        import(&door, "alice", &row).await;
        // R6: what is at rest is not the weak hash, nor is any of it in clear.
        assert!(!door.memory.dump().contains(&row));
        assert!(matches!(door.login("alice", "wrong").await, Outcome::Rejected), "{row}");
        assert!(is_verified(&door.login("alice", &password).await), "{row}");
        let kinds = door.events.kinds();
        assert!(kinds.contains(&EventKind::Imported), "{row}");
        assert_eq!(kinds.iter().filter(|kind| **kind == EventKind::Rehashed).count(), 1, "{row}");
        // The second login finds a hash of our own.
        assert!(is_verified(&door.login("alice", &password).await), "{row}");
        let again = door.events.kinds();
        assert_eq!(again.iter().filter(|kind| **kind == EventKind::Rehashed).count(), 1, "{row}");
        assert!(matches!(door.login("alice", &format!("{password}.")).await, Outcome::Rejected));
        assert_eq!(door.auth.hashing().unexpected, 0, "{row}");
    }
}

#[tokio::test]
async fn law_01_imported_accounts_take_the_same_work_and_calls_as_any() {
    let fixtures = fixtures();
    let rows: Vec<&str> = fixtures.iter().map(|(_, row)| row.as_str()).collect();
    let door = door_expecting(&rows).with_account("native").await;
    let mut names = vec!["native".to_owned(), "nobody".to_owned()];
    for (at, row) in rows.iter().enumerate() {
        names.push(format!("imported-{at}"));
        import(&door, &names[at + 2], row).await;
    }
    let empty = door.auth.import(Import::without_password("empty")).await.unwrap();
    assert!(matches!(empty, Imported::Created(_)));
    names.push("empty".to_owned());
    let mut seen = std::collections::BTreeSet::new();
    for (n, name) in names.into_iter().enumerate() {
        door.store.reset_log();
        let before = door.auth.hashing();
        let source = stranger(u32::try_from(n).unwrap());
        let attempt = Login::new(&name, format!("seven quiet falcons {n}")).from(source);
        let outcome = door.auth.authenticate(attempt).await.unwrap();
        assert!(matches!(outcome, Outcome::Rejected), "{name}: {outcome:?}");
        let after = door.auth.hashing();
        let calls = door.store.calls();
        seen.insert((
            calls,
            after.blocks - before.blocks,
            after.verifications - before.verifications,
        ));
    }
    assert_eq!(seen.len(), 1, "{seen:?}");
}

#[tokio::test]
async fn an_account_without_a_password_lets_nobody_in() {
    let unusable = "!UEg5x85r3A0i6mSEkw2QABXgayAHcvrA87FGRtmH";
    for (name, import) in
        [("alice", Import::without_password("alice")), ("bob", Import::new("bob", unusable))]
    {
        let door = door_expecting(&[]);
        let imported = door.auth.import(import).await.unwrap();
        assert!(matches!(imported, Imported::Created(_)));
        for password in ["", PASSWORD, "!", unusable] {
            assert!(matches!(door.login(name, password).await, Outcome::Rejected));
        }
        assert!(door.events.kinds().contains(&EventKind::Rejected(Rejection::NoPassword)));
    }
}

#[tokio::test]
async fn what_cannot_be_brought_over_is_refused_and_nothing_is_made() {
    let bcrypt = "$2b$05$6bqR/PVEJIqqVUkW6XDI6O1ryVlOs8/gGmMYsG3uocDDQ0YvFHyCC";
    let door = door_expecting(&[bcrypt]);
    let refused = async |import| match door.auth.import(import).await.unwrap() {
        Imported::Refused(problem) => problem,
        other => panic!("{other:?}"),
    };
    let costlier = bcrypt.replace("$05$", "$06$");
    let ssha = "{SSHA}p7+FaZDSDkPAOMUzhbhBIZf/TRxzYWx0";
    for row in [costlier.as_str(), ssha] {
        let problem = refused(Import::new("alice", row)).await;
        let ImportProblem::Unexpected { kind } = &problem else { panic!("{problem:?}") };
        assert_eq!(*kind, row.parse().unwrap());
        let text = problem.to_string();
        assert!(text.contains("AuthenticatorBuilder::expecting"), "{text}");
        assert!(!text.contains(&row[row.len() - 12..]), "{text}");
    }
    for (row, is_it) in [
        ("hunter2", ParseError::Malformed),
        ("$2b$05$6bqR", ParseError::MalformedImport { format: "bcrypt" }),
    ] {
        assert_eq!(refused(Import::new("alice", row)).await, ImportProblem::Hash(is_it));
    }
    let planted = "$2b$31$6bqR/PVEJIqqVUkW6XDI6O1ryVlOs8/gGmMYsG3uocDDQ0YvFHyCC";
    let over = refused(Import::new("alice", planted)).await;
    assert!(matches!(over, ImportProblem::Hash(ParseError::OverCeiling(_))), "{over:?}");
    let nameless = refused(Import::new("", bcrypt)).await;
    assert!(matches!(nameless, ImportProblem::Identifier(_)), "{nameless:?}");
    let unknown = refused(Import::new("alice", bcrypt).pepper("old")).await;
    assert_eq!(unknown, ImportProblem::UnknownPepper);
    assert_eq!(door.memory.accounts(), 0);

    // The smaller cost is covered by the larger one.
    import(&door, "alice", &bcrypt.replace("$05$", "$04$")).await;
    let taken = door.auth.import(Import::new("alice", bcrypt)).await.unwrap();
    assert_eq!((taken, door.memory.accounts()), (Imported::Taken, 1));
}

#[tokio::test]
async fn an_import_that_broke_off_is_repeated_under_the_same_ids() {
    let bcrypt = "$2b$04$QsLF29uCpjuABiSsoVRAweSiD27VJz9nB3Z4nPWzq0oqDMEOlSFrW";
    let door = door_expecting(&[bcrypt]);
    let [id, other] = [[7; 16], [8; 16]].map(AccountId::from_bytes);
    let import = async |identifier: &str, id| {
        door.auth.import(Import::new(identifier, bcrypt).account(id)).await.unwrap()
    };
    assert_eq!(import("alice", id).await, Imported::Created(id));
    assert!(
        matches!(door.login("alice", "x").await, Outcome::Verified(proof) if proof.account() == id)
    );
    for (identifier, id) in [("alice", id), ("Alice", other), ("bob", id)] {
        assert_eq!(import(identifier, id).await, Imported::Taken);
    }
    assert!(door.memory.fetch(id).await.unwrap().is_some());
    assert_eq!(door.memory.fetch(other).await.unwrap(), None);
    assert_eq!(door.memory.accounts(), 1);
}

#[tokio::test]
async fn peppered_hashes_are_brought_over_with_their_pepper() {
    let fixture = include_str!("../../doorward-hash/tests/fixtures/import/peppered.txt");
    let line = fixture.lines().find(|line| line.starts_with("appended\t")).unwrap();
    let [_, secret, password, row] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
    let pepper = ImportPepper::appended("old-app", secret).unwrap();
    let unfit = ImportPepper::argon2_secret("argon2", secret).unwrap();
    let peppered = |id: &str| format!("{{pepper:{id}}}{row}").parse::<HashKind>().unwrap();
    let kinds = ["old-app", "argon2", "nobody"].map(peppered);
    let door = door_with(|builder, _| builder.expecting(kinds).import_peppers([pepper, unfit]));
    // Whoever names the pepper, the row or the caller: it has to be there, and to suit the format.
    for import in [
        Import::new("alice", row).pepper("nobody"),
        Import::new("alice", format!("{{pepper:nobody}}{row}")),
        Import::new("alice", row).pepper("argon2"),
    ] {
        let refused = door.auth.import(import).await.unwrap();
        assert_eq!(refused, Imported::Refused(ImportProblem::UnknownPepper));
    }
    let bare = door.auth.import(Import::new("alice", row)).await.unwrap();
    assert!(matches!(bare, Imported::Refused(ImportProblem::Unexpected { .. })), "{bare:?}");
    let import = Import::new("alice", row).pepper("old-app");
    assert!(matches!(door.auth.import(import).await.unwrap(), Imported::Created(_)));
    assert!(matches!(door.login("alice", "wrong").await, Outcome::Rejected));
    assert!(is_verified(&door.login("alice", password).await));
    assert!(is_verified(&door.login("alice", password).await));
}

/// Without the pepper nothing can be decided: that is no wrong password, and the attempt is given back.
#[tokio::test]
async fn r08_a_missing_pepper_fails_closed() {
    let row = "$2b$05$6bqR/PVEJIqqVUkW6XDI6O1ryVlOs8/gGmMYsG3uocDDQ0YvFHyCC";
    let kind: HashKind = format!("{{pepper:old-app}}{row}").parse().unwrap();
    let pepper = ImportPepper::appended("old-app", "secret").unwrap();
    let door = door_with(|builder, _| builder.expecting([kind]).import_peppers([pepper]));
    let import = Import::new("alice", row).pepper("old-app");
    assert!(matches!(door.auth.import(import).await.unwrap(), Imported::Created(_)));
    let without = support::door_on(door.memory.clone(), &keys(), |builder, _| builder);
    for _ in 0..20 {
        let error = without.auth.authenticate(login("alice", "any")).await.unwrap_err();
        assert_eq!(error.kind(), doorward::ErrorKind::Corrupt);
        assert_eq!(error.to_string(), "the request could not be decided");
    }
}

/// A plain row that a former cost made, and one of a kind that nobody named: both log in, and the
/// operator sees that they can be told.
#[tokio::test]
async fn law_04_the_owner_of_an_unexpected_hash_gets_in_and_the_operator_learns_of_it() {
    let old = support::door().with_account("alice").await;
    let policy = Cost::new(7_168, 5, 1).unwrap();
    let door = support::door_on(old.memory.clone(), &keys(), |builder, _| builder.cost(policy));
    assert!(matches!(door.login("alice", "wrong").await, Outcome::Rejected));
    assert_eq!(door.auth.hashing().unexpected, 1);
    assert!(is_verified(&door.login("alice", PASSWORD).await));
    assert!(is_verified(&door.login("alice", PASSWORD).await));
    assert_eq!(door.auth.hashing().unexpected, 2, "the second login found a new hash");
}
