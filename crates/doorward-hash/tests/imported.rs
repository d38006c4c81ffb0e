//! Hashes of other systems: made by the real products, flipped, planted and arbitrary.

#![cfg(any(
    feature = "argon2-legacy",
    feature = "bcrypt",
    feature = "pbkdf2",
    feature = "phpass",
    feature = "salted-sha",
    feature = "scrypt",
    feature = "sha-crypt"
))]
#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

use std::sync::LazyLock;

use doorward_hash::{
    Arena, Ceiling, Cost, HashError, Hasher, Outdated, ParseError, Password, StoredHash, Subject,
    Verdict, Verification, Work,
};
use proptest::prelude::*;

const IMPORTED: Verdict = Verdict::Outdated(Outdated::Imported);

struct Fixture {
    feature: &'static str,
    product: &'static str,
    password: String,
    text: &'static str,
}

/// Those whose feature is on.
static FIXTURES: LazyLock<Vec<Fixture>> = LazyLock::new(|| {
    let lines = include_str!("fixtures/import/hashes.txt").lines();
    let fixtures = lines.filter(|line| !line.starts_with('#')).map(|line| {
        let [feature, product, password, text] =
            line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        Fixture { feature, product, password: unhex(password), text }
    });
    fixtures.filter(|fixture| is_on(fixture.feature)).collect()
});

/// Those that are verified in next to no time, so that many can be.
static QUICK: LazyLock<Vec<&Fixture>> = LazyLock::new(|| {
    let ceiling = Ceiling::new()
        .with_iterations(2_200)
        .with_bcrypt_cost(4)
        .with_work(Work::from_blocks(1_024));
    FIXTURES.iter().filter(|fixture| StoredHash::parse(fixture.text, &ceiling).is_ok()).collect()
});

fn is_on(feature: &str) -> bool {
    match feature {
        "argon2-legacy" => cfg!(feature = "argon2-legacy"),
        "bcrypt" => cfg!(feature = "bcrypt"),
        "pbkdf2" => cfg!(feature = "pbkdf2"),
        "phpass" => cfg!(feature = "phpass"),
        "salted-sha" => cfg!(feature = "salted-sha"),
        "scrypt" => cfg!(feature = "scrypt"),
        "sha-crypt" => cfg!(feature = "sha-crypt"),
        _ => panic!("no feature {feature}"),
    }
}

fn unhex(text: &str) -> String {
    let byte = |i| u8::from_str_radix(&text[i..i + 2], 16).unwrap();
    String::from_utf8((0..text.len()).step_by(2).map(byte).collect()).unwrap()
}

fn parse(text: &str) -> Result<StoredHash, ParseError> {
    StoredHash::parse(text, &Ceiling::default())
}

fn verify(password: &str, stored: &StoredHash) -> Verification {
    Hasher::new(Cost::minimal_for_tests())
        .verify(&mut Arena::new(), &Password::from(password), Subject::Stored(stored))
        .unwrap()
}

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
        let wrong = format!("{}.", &fixture.password);
        assert_eq!(verify(&wrong, &stored).verdict(), Verdict::Invalid, "{product}: {text}");
        assert_eq!(stored.expose_secret(), text);
    }
    let of = |feature: &str| FIXTURES.iter().filter(|fixture| fixture.feature == feature).count();
    for (feature, least) in [
        ("argon2-legacy", 77),
        ("bcrypt", 30),
        ("pbkdf2", 67),
        ("phpass", 17),
        ("salted-sha", 24),
        ("scrypt", 27),
        ("sha-crypt", 50),
    ] {
        assert!(!is_on(feature) || of(feature) >= least, "{feature}: {}", of(feature));
    }
}

/// What is read without any feature, and is not imported.
fn is_native(text: &str) -> bool {
    text.starts_with("$argon2id$v=19$")
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
    let full: Vec<&Fixture> = QUICK
        .iter()
        .copied()
        .filter(|fixture| fixture.text.starts_with("$2") && fixture.password.len() == 72)
        .collect();
    assert_eq!(full.len(), 4);
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
    ("phpass", "$P$S........2xZC94.GYVvMGXEuKZ0/0."),
    ("scrypt", "$scrypt$ln=30,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"),
    ("scrypt", "$scrypt$ln=63,r=64,p=4294967295$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"),
    ("scrypt", "$scrypt$ln=1,r=64,p=17$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"),
    ("scrypt", "$scrypt$ln=17,r=8,p=4$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"),
    ("sha-crypt", "$5$rounds=999999999$salt$..........................................."),
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

#[test]
fn the_ceiling_counts_the_digest() {
    let narrow = Ceiling::new().with_output_bytes(9);
    for fixture in FIXTURES.iter() {
        let refused = StoredHash::parse(fixture.text, &narrow).unwrap_err();
        assert!(matches!(refused, ParseError::OverCeiling(_)), "{}", fixture.text);
    }
}

#[test]
fn malformed_and_unsupported_are_told_apart() {
    for (feature, text) in [
        ("argon2-legacy", "$argon2i$v=19$m=7,t=1,p=1$c2FsdHNhbHRzYWx0c2E$AAAAAAAAAAAAAAAAAAAAAA"),
        ("argon2-legacy", "$argon2i$v=19$m=8,t=0,p=1$c2FsdHNhbHRzYWx0c2E$AAAAAAAAAAAAAAAAAAAAAA"),
        ("argon2-legacy", "$argon2x$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2E$AAAAAAAAAAAAAAAAAAAAAA"),
        ("argon2-legacy", "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2E"),
        ("bcrypt", "$2b$3$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04."),
        ("bcrypt", "$2b$03$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04."),
        ("bcrypt", "$2b$32$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04."),
        ("bcrypt", "$2b$05$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04"),
        ("bcrypt", "$2b$05$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04.$"),
        ("pbkdf2", "pbkdf2_sha256$0$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("pbkdf2", "pbkdf2_sha256$1$salt$AAAA"),
        ("pbkdf2", "pbkdf2_sha1$1$$AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("phpass", "$P$"),
        ("phpass", "$P$4........2xZC94.GYVvMGXEuKZ0/0."),
        ("salted-sha", "{SSHA}AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("scrypt", "$scrypt$ln=0,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"),
        ("scrypt", "$scrypt$ln=64,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"),
        ("scrypt", "$scrypt$ln=1,r=65,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"),
        ("scrypt", "scrypt:3:8:1$salt$00"),
        ("sha-crypt", "$5$rounds=999$salt$..........................................."),
        ("sha-crypt", "$5$rounds=1000000000$salt$..........................................."),
        ("sha-crypt", "$5$saltsaltsaltsalts$..........................................."),
    ] {
        let refused = parse(text).unwrap_err();
        if is_on(feature) {
            assert!(matches!(refused, ParseError::MalformedImport { .. }), "{text}: {refused}");
        } else {
            assert!(matches!(refused, ParseError::Unsupported { .. }), "{text}: {refused}");
        }
    }
    for text in ["", "hunter2", "5f4dcc3b5aa765d61d8327deb882cf99", &"$6$".repeat(1_000)] {
        assert_eq!(parse(text).unwrap_err(), ParseError::Malformed, "{text}");
    }
    for text in [
        "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
        "$2x$05$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04.",
        "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
    ] {
        let refused = parse(text).unwrap_err();
        assert!(matches!(refused, ParseError::Unsupported { .. }), "{text}: {refused}");
    }
}

#[test]
fn law_08_debug_and_errors_show_no_secret() {
    for fixture in QUICK.iter() {
        let stored = parse(fixture.text).unwrap();
        let shown = format!("{stored:?} {:?}", parse(&format!("{}!", fixture.text)));
        let end = &fixture.text[fixture.text.len() - 12..];
        assert!(!shown.contains(end) && shown.contains("[REDACTED]"), "{shown}");
        assert!(shown.contains(stored.kind().format()), "{shown}");
    }
}

/// Where one function has several names, another name is no other hash.
fn same_name(text: &str) -> String {
    text.replace("$2a$", "$2b$").replace("$2y$", "$2b$").replace("$H$", "$P$")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 300 } else { 3_000 }))]

    /// A changed text is refused or verifies nothing.
    #[test]
    fn any_other_character_breaks_the_hash(
        fixture in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(),
        to in prop_oneof![any::<char>(), (b' '..=b'~').prop_map(char::from)],
    ) {
        prop_assume!(!QUICK.is_empty());
        let fixture = fixture.get(&QUICK);
        let mut flipped: Vec<char> = fixture.text.chars().collect();
        let at = at.index(flipped.len());
        flipped[at] = to;
        let flipped: String = flipped.into_iter().collect();
        prop_assume!(same_name(&flipped) != same_name(fixture.text));
        let ceiling = Ceiling::new().with_iterations(10_000).with_bcrypt_cost(6);
        if let Ok(stored) = StoredHash::parse(&flipped, &ceiling) {
            prop_assert_eq!(verify(&fixture.password, &stored).verdict(), Verdict::Invalid, "{}", flipped);
        }
    }

    #[test]
    fn parsing_never_panics(text in "\\PC{0,200}") {
        let _ = parse(&text);
    }

    /// Pieces taken out, doubled and swapped.
    #[test]
    fn parsing_mutations_never_panics(
        fixture in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(), end in any::<prop::sample::Index>(),
        middle in "[$:{}=,0-9a-zA-Zż]{0,12}",
    ) {
        prop_assume!(!FIXTURES.is_empty());
        let (fixture, other) = (fixture.get(&FIXTURES).text, other.get(&FIXTURES).text);
        let (cut, end) = (cut.index(fixture.len()), end.index(other.len()));
        let text = format!("{}{middle}{}", &fixture[..cut], &other[end..]);
        if let Ok(stored) = parse(&text) {
            prop_assert_eq!(stored.expose_secret(), text);
        }
    }

    /// Prefixes of every format, and what may follow them.
    #[test]
    fn parsing_near_misses_never_panics(
        prefix in prop::sample::select(vec![
            "$argon2i$v=16$", "argon2$argon2d$", "$2b$", "bcrypt$$2y$", "bcrypt_sha256$$2a$",
            "$pbkdf2$", "$pbkdf2-sha512$", "pbkdf2_sha1$", "pbkdf2:sha256:", "$P$", "$H$",
            "{SSHA}", "{SSHA512}", "$scrypt$ln=", "scrypt$", "scrypt:", "$5$", "$6$rounds=",
        ]),
        rest in "[0-9]{0,11}[$:,][A-Za-z0-9+/.=:,ż]{0,90}[$]?[A-Za-z0-9+/.=ż]{0,90}",
    ) {
        let _ = parse(&format!("{prefix}{rest}"));
    }
}
