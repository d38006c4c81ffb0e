//! Every row of both forms becomes an account or a line of the report, and old passwords go on.

use aws_sdk_dynamodb::types::AttributeValue;

use super::workshop::{
    BCRYPT, EMAIL, KEY, OTHER_PHONE, PASSWORD, PBKDF2, PHONE, SCRYPT, STAPLE, Workshop, bytes,
    is_let_in, texts,
};
use crate::emulator;

#[tokio::test]
async fn r26_keyed_by_user_id_with_everything_that_may_be_wrong() {
    let shop = Workshop::with_user_ids().await;
    let mut alice = texts(&[("user_id", "u-1"), ("email", "Alice@Example.com"), ("name", "Alice")]);
    alice.insert("password_hash".to_owned(), bytes(BCRYPT));
    alice.insert("phone".to_owned(), bytes(PHONE));
    alice.insert("logins".to_owned(), AttributeValue::N("17".to_owned()));
    emulator::put(&shop.from, alice).await;
    for row in [
        &[("user_id", "u-2"), ("email", "bob@example.com"), ("password_hash", PBKDF2)][..],
        &[("user_id", "u-3"), ("email", "carol@example.com"), ("password_hash", SCRYPT)],
        &[("user_id", "u-4"), ("email", "Dan@Example.com"), ("password_hash", BCRYPT)],
        &[("user_id", "u-5"), ("email", " dan@example.com"), ("password_hash", BCRYPT)],
        &[("user_id", "u-6"), ("email", "no-hash@example.com")],
        &[
            ("user_id", "u-7"),
            ("email", "md5@example.com"),
            ("password_hash", "5f4dcc3b5aa765d61d8327deb882cf99"),
        ],
        &[
            ("user_id", "u-8"),
            ("email", "other@example.com"),
            ("password_hash", BCRYPT),
            ("phone", OTHER_PHONE),
        ],
        &[("user_id", "u-9"), ("password_hash", BCRYPT)],
    ] {
        shop.put(row).await;
    }
    let source = emulator::scan(&shop.from).await;

    let key = shop.fernet_key(KEY);
    let told = shop.import(&["--fernet=phone", "--fernet-key", &key]).await.unwrap();
    let counts = told.counts;
    assert_eq!((counts.read, counts.imported, counts.already_there), (9, 3, 0));
    assert_eq!((counts.duplicates, counts.unreadable), (2, 4));
    assert_eq!(emulator::scan(&shop.from).await, source);

    let reported = shop.reported();
    let begins = [
        "u-4,duplicate,",
        "u-5,duplicate,",
        "u-6,unreadable,,",
        "u-7,unreadable,,",
        "u-8,unreadable,,\"no Fernet key opens phone",
        "u-9,unreadable,,there is nothing to log in with",
    ];
    assert_eq!(reported.len(), begins.len());
    for (line, begin) in reported.iter().zip(begins) {
        assert!(line.starts_with(begin), "{line}");
    }
    let group = |line: &str| line.split(',').nth(2).unwrap().to_owned();
    assert!(group(&reported[0]) == group(&reported[1]) && !group(&reported[0]).is_empty());

    let shown = told.to_string();
    assert!(shown.contains("9 = 3 + 0 + 2 + 4"), "{shown}");
    for kind in ["bcrypt 4", "pbkdf2", "scrypt"] {
        assert!(shown.contains(kind), "{shown}");
    }
    let texts = [shown, std::fs::read_to_string(shop.report()).unwrap()];
    for secret in ["alice", "Alice", "@", "u-1,", BCRYPT, PHONE, "+31"] {
        assert!(texts.iter().all(|text| !text.contains(secret)), "{secret} is shown");
    }

    // What is at rest shows neither who has an account nor the old hash.
    let stored = format!("{:?}", emulator::scan(&shop.to).await);
    assert!(!stored.contains("alice") && !stored.contains(&BCRYPT[7..]));
    let profiles = shop.profiles().await;
    assert_eq!(profiles.len(), 3);
    let of = |id: &str| {
        let id = AttributeValue::S(id.to_owned());
        profiles.iter().find(|profile| profile.attributes["user_id"] == id).unwrap()
    };
    let alice = of("u-1");
    assert_eq!(shop.open(alice, "phone").as_deref(), Some("+31 6 1234 5678"));
    assert_eq!(shop.open(alice, "email").as_deref(), Some("Alice@Example.com"));
    assert_eq!(alice.attributes["name"], AttributeValue::S("Alice".to_owned()));
    assert_eq!(alice.attributes["logins"], AttributeValue::N("17".to_owned()));
    let names: Vec<_> = alice.attributes.keys().chain(alice.sealed.keys()).collect();
    assert_eq!(names.len(), 5, "{names:?}");
    assert!(!format!("{profiles:?}").contains("Example.com"));

    // Sealed for one account: under another it does not open.
    let mut bob = of("u-2").sealed.clone();
    bob.insert("email".to_owned(), alice.sealed["email"].clone());
    let mut moved = shop.profiles().await.remove(0);
    moved.account = of("u-2").account;
    moved.sealed = bob;
    assert_eq!(shop.open(&moved, "email"), None);

    let service = shop.service(&[BCRYPT, PBKDF2, SCRYPT]).await;
    for (identifier, password) in [
        ("alice@example.com", PASSWORD),
        ("bob@example.com", STAPLE),
        ("carol@example.com", STAPLE),
    ] {
        assert!(!is_let_in(&service, identifier, &format!("not {identifier}")).await);
        assert!(is_let_in(&service, identifier, password).await, "{identifier}");
    }
    assert_eq!(service.hashing().hashes, 3);

    // The hashes are native now: no kind has to be expected, and none is met.
    let service = shop.service(&[]).await;
    for (identifier, password) in [("alice@example.com", PASSWORD), ("bob@example.com", STAPLE)] {
        assert!(is_let_in(&service, identifier, password).await, "{identifier}");
    }
    let stats = service.hashing();
    assert_eq!((stats.unexpected, stats.hashes), (0, 0));
}

#[tokio::test]
async fn r26_keyed_by_username_with_an_address_that_is_sealed() {
    let shop = Workshop::with_usernames().await;
    shop.put(&[("username", "alice"), ("password_hash", BCRYPT), ("email", EMAIL)]).await;
    shop.put(&[("username", "bob"), ("password_hash", BCRYPT)]).await;
    shop.put(&[("username", "BOB"), ("password_hash", BCRYPT)]).await;
    let key = shop.fernet_key(KEY);
    let told = shop.import(&["--form=username", "--fernet=email", "--fernet-key", &key]).await;
    let counts = told.unwrap().counts;
    assert_eq!((counts.read, counts.imported, counts.duplicates), (3, 1, 2));
    let keys: Vec<_> = shop.reported().iter().map(|line| line[..3].to_owned()).collect();
    assert_eq!(keys, ["BOB", "bob"]);
    let profiles = shop.profiles().await;
    assert_eq!(shop.open(&profiles[0], "email").as_deref(), Some("alice@example.com"));
    assert_eq!(shop.open(&profiles[0], "username").as_deref(), Some("alice"));
    assert!(is_let_in(&shop.service(&[BCRYPT]).await, "Alice", PASSWORD).await);
}

#[tokio::test]
async fn other_names_are_told_and_the_identifier_may_be_what_is_sealed() {
    let shop = Workshop::with_user_ids().await;
    shop.put(&[("user_id", "u-1"), ("email", "x"), ("mail", EMAIL), ("pw", BCRYPT)]).await;
    let key = shop.fernet_key(KEY);
    let names = ["--identifier=mail", "--hash=pw", "--fernet=mail", "--fernet-key", &key];
    assert_eq!(shop.import(&names).await.unwrap().counts.imported, 1);
    let profile = shop.profiles().await.remove(0);
    assert_eq!(shop.open(&profile, "mail").as_deref(), Some("alice@example.com"));
    assert_eq!(profile.attributes.get("pw"), None);
    assert!(is_let_in(&shop.service(&[BCRYPT]).await, "alice@example.com", PASSWORD).await);
}
