//! Hashes of other systems: made by the real products, guessed at, and planted.

#![cfg(any(
    feature = "argon2-legacy",
    feature = "bcrypt",
    feature = "pbkdf2",
    feature = "phpass",
    feature = "salted-digest",
    feature = "salted-sha",
    feature = "scrypt",
    feature = "sha-crypt"
))]
#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

#[allow(dead_code, reason = "each test program uses some of it")]
#[path = "fixtures/imported.rs"]
mod fixtures;

use doorward_hash::{
    Arena, Ceiling, Cost, HashError, Hasher, ParseError, Password, StoredHash, Subject, Verdict,
    Work,
};

use self::fixtures::{FIXTURES, IMPORTED, QUICK, is_native, is_on, parse, verify};

#[test]
fn hashes_of_every_product_verify() {
    for fixture in FIXTURES.iter() {
        let (product, text) = (fixture.product, fixture.text);
        let stored = parse(text).unwrap_or_else(|error| panic!("{product}: {text}: {error}"));
        let right = verify(&fixture.password, &stored).verdict();
        if is_native(text) {
            assert_ne!(right, Verdict::Invalid, "{product}: {text}");
        } else {
            assert_eq!(right, IMPORTED, "{product}: {text}");
        }
        assert_eq!(stored.expose_secret(), text);
    }
    let of = |feature: &str| FIXTURES.iter().filter(|fixture| fixture.feature == feature).count();
    for (feature, least) in [
        ("argon2-legacy", 124),
        ("bcrypt", 121),
        ("pbkdf2", 202),
        ("phpass", 29),
        ("salted-digest", 173),
        ("salted-sha", 63),
        ("scrypt", 52),
        ("sha-crypt", 119),
    ] {
        assert!(!is_on(feature) || of(feature) >= least, "{feature}: {}", of(feature));
    }
}

/// Every byte counts, the ends and the case as well.
#[test]
fn near_misses_are_invalid() {
    for fixture in QUICK.iter() {
        let (password, stored) = (&fixture.password, parse(fixture.text).unwrap());
        let mut shorter = password.clone();
        let _last = shorter.pop();
        for near in [
            shorter,
            format!("{password}."),
            format!("{password} "),
            format!(" {password}"),
            format!("{password}\0"),
            format!("{password}\0{password}"),
            format!("{password}{password}"),
            String::new(),
        ] {
            let answer = verify(&near, &stored);
            assert_eq!(answer.verdict(), Verdict::Invalid, "{near:?}: {}", fixture.text);
        }
    }
}

/// bcrypt reads 72 bytes: so many are verified, and more are never cut off.
#[test]
#[cfg(feature = "bcrypt")]
fn bcrypt_takes_72_bytes_and_refuses_73() {
    let is_full = |fixture: &&fixtures::Fixture| {
        let is_plain = parse(fixture.text).unwrap().kind().format() == "bcrypt";
        is_plain && fixture.password.len() == 72
    };
    let full: Vec<_> = QUICK.iter().copied().filter(is_full).collect();
    assert_eq!(full.len(), 18);
    for fixture in full {
        let stored = parse(fixture.text).unwrap();
        assert_eq!(verify(&fixture.password, &stored).verdict(), IMPORTED);
        for end in ["b", "ż", "\0"] {
            let longer = format!("{}{end}", fixture.password);
            assert_eq!(verify(&longer, &stored).verdict(), Verdict::Invalid);
        }
        let shorter = &fixture.password[..70];
        assert_eq!(verify(shorter, &stored).verdict(), Verdict::Invalid);
    }
}

/// sha-crypt and phpass read the password in every iteration: it may not be of any length.
#[test]
#[cfg(all(feature = "phpass", feature = "sha-crypt"))]
fn no_attempt_makes_itself_costly() {
    for text in [
        "$5$rounds=1000000$salt$...........................................",
        "$P$H........2xZC94.GYVvMGXEuKZ0/0.",
    ] {
        let stored = parse(text).unwrap();
        for length in [257, 1_024] {
            let hasher = Hasher::new(Cost::minimal_for_tests());
            let password = Password::from("x".repeat(length));
            let answer =
                hasher.verify(&mut Arena::new(), &password, Subject::Stored(&stored)).unwrap();
            assert_eq!(answer.verdict(), Verdict::Invalid);
            assert_eq!(answer.work(), Cost::minimal_for_tests().work());
        }
    }
}

/// Law 1, as far as it can hold: the policy's blocks are computed whatever the answer. Passwords
/// that cannot be right take those of a decoy and no others.
#[test]
fn law_01_imported_hashes_never_take_less_than_a_decoy() {
    let policy = Cost::new(7_168, 5, 2).unwrap();
    let hasher = Hasher::new(policy);
    let mut arena = Arena::new();
    let overlong = "x".repeat(Password::MAX_BYTES + 1);
    for fixture in QUICK.iter().step_by(11) {
        let stored = parse(fixture.text).unwrap();
        for (password, verdict, unfit) in [
            (fixture.password.as_str(), IMPORTED, false),
            ("wrong", Verdict::Invalid, false),
            ("", Verdict::Invalid, true),
            // To Argon2 a NUL is a character like any other.
            ("w\0rong", Verdict::Invalid, fixture.feature != "argon2-legacy"),
            (&overlong, Verdict::Invalid, true),
        ] {
            let password = Password::from(password);
            let answer = hasher.verify(&mut arena, &password, Subject::Stored(&stored)).unwrap();
            if is_native(fixture.text) && verdict == IMPORTED {
                assert_ne!(answer.verdict(), Verdict::Invalid, "{}", fixture.text);
            } else {
                assert_eq!(answer.verdict(), verdict, "{}", fixture.text);
            }
            let (done, owed) = (answer.work().blocks(), policy.work().blocks());
            // Only Argon2 may lack the 4 blocks that it cannot compute alone.
            let over = if fixture.feature == "argon2-legacy" && !unfit { 4 } else { 0 };
            assert!(done == owed || done == owed + over, "{done} blocks: {}", fixture.text);
        }
        assert_eq!(arena.capacity_kib(), 7_168);
    }
}

/// What a planted row may ask for.
const PLANTED: &[(&str, &str)] = &[
    ("argon2-legacy", "$argon2i$v=19$m=4194303,t=1,p=1$c2FsdHNhbHRzYWx0c2E$AAAAAAAAAAAAAAAAAAAAAA"),
    ("argon2-legacy", "$argon2d$m=8,t=4294967295,p=1$c2FsdHNhbHRzYWx0c2E$AAAAAAAAAAAAAAAAAAAAAA"),
    ("bcrypt", "$2b$31$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04."),
    ("bcrypt", "bcrypt_sha256$$2b$15$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04."),
    ("pbkdf2", "pbkdf2_sha256$4294967295$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ("pbkdf2", "$pbkdf2$2000001$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ("pbkdf2", "{PBKDF2}4294967295$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    // A million iterations, twice.
    ("pbkdf2", "$p5k2$f4241$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ("pbkdf2", "$p5k2$ffffffff$c2FsdA==$AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    (
        "bcrypt",
        "$bcrypt-sha256$v=2,t=2b,r=31$abcdefghijklmnopqrstuu$hyxe57jaPf.FFjLBHfR7fAOmRHLb04.",
    ),
    ("bcrypt", "{bcrypt}$2a$31$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04."),
    ("phpass", "$P$S........2xZC94.GYVvMGXEuKZ0/0."),
    ("scrypt", "$scrypt$ln=30,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"),
    ("scrypt", "$scrypt$ln=63,r=64,p=4294967295$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"),
    ("scrypt", "$scrypt$ln=1,r=64,p=17$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"),
    ("scrypt", "{scrypt}$1e0801$c2FsdA==$AAAAAAAAAAAAAAAAAAAAAA=="),
    ("scrypt", "$scrypt$ln=17,r=8,p=4$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"),
    ("sha-crypt", "$5$rounds=999999999$salt$..........................................."),
    ("sha-crypt", "{CRYPT}$5$rounds=999999999$salt$..........................................."),
    ("sha-crypt", "$5$rounds=1000001$salt$..........................................."),
];

#[test]
fn a_planted_row_is_refused_before_any_work() {
    let wide = Ceiling::new()
        .with_memory_kib(u32::MAX)
        .with_passes(u32::MAX)
        .with_lanes(u32::MAX)
        .with_work(Work::from_blocks(u64::MAX))
        .with_iterations(u32::MAX)
        .with_bcrypt_cost(31);
    for (_, text) in PLANTED.iter().filter(|(feature, _)| is_on(feature)) {
        let refused = parse(text).unwrap_err();
        assert!(matches!(refused, ParseError::OverCeiling(_)), "{text}: {refused}");

        // Parsed within a wider ceiling than the hasher's: still refused, and no memory taken.
        let Ok(planted) = StoredHash::parse(text, &wide) else {
            assert!(text.contains("ln=63"), "{text}");
            continue;
        };
        let mut arena = Arena::new();
        let refused = Hasher::default().verify(
            &mut arena,
            &Password::from("guess"),
            Subject::Stored(&planted),
        );
        assert!(matches!(refused, Err(HashError::OverCeiling(_))), "{text}");
        assert_eq!(arena.capacity_kib(), 0);
    }
}

/// The OWASP table of scrypt, and the costliest defaults of the products.
#[test]
fn the_default_ceiling_admits_what_is_in_use() {
    for params in
        ["ln=17,r=8,p=1", "ln=16,r=8,p=2", "ln=15,r=8,p=3", "ln=14,r=8,p=5", "ln=13,r=8,p=10"]
    {
        let text = format!("$scrypt${params}$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(parse(&text).is_ok(), is_on("scrypt"), "{params}");
    }
    let sha1 = "pbkdf2_sha1$1400000$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    assert_eq!(parse(sha1).is_ok(), is_on("pbkdf2"));
    let bcrypt = "$2b$14$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04.";
    assert_eq!(parse(bcrypt).is_ok(), is_on("bcrypt"));
}

/// Work that the format fixes, and the text does not name, counts as well.
#[test]
fn the_ceiling_counts_what_goes_without_saying() {
    let is_silent = |text: &str| {
        ["{pbkdf2}", "{pbkdf2@", "{PKCS5S2}"].iter().any(|prefix| text.starts_with(prefix))
            || ["$5$", "$6$"].iter().any(|p| text.starts_with(p)) && !text.contains("rounds=")
    };
    let narrow = Ceiling::new().with_iterations(9_999);
    for fixture in FIXTURES.iter().filter(|fixture| is_silent(fixture.text)) {
        let refused = StoredHash::parse(fixture.text, &narrow).unwrap_err();
        assert!(matches!(refused, ParseError::OverCeiling(_)), "{}", fixture.text);
    }
}

#[test]
fn the_ceiling_counts_the_digest() {
    let narrow = Ceiling::new().with_output_bytes(9);
    for fixture in FIXTURES.iter() {
        let refused = StoredHash::parse(fixture.text, &narrow).unwrap_err();
        assert!(matches!(refused, ParseError::OverCeiling(_)), "{}", fixture.text);
    }
}
