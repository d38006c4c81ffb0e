//! Weak hashes inside Argon2id, and the work that is done for every account beside its own.

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
#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

use std::sync::LazyLock;

use doorward_hash::{
    Arena, Ceiling, Cost, HashKind, Hasher, Outdated, ParseError, Password, Salt, StoredHash,
    Subject, Verdict, Verification, Work,
};
use proptest::prelude::*;

const IMPORTED: Verdict = Verdict::Outdated(Outdated::Imported);

/// Password and row: those that are quick to verify.
static FIXTURES: LazyLock<Vec<(String, StoredHash)>> = LazyLock::new(|| {
    let ceiling = Ceiling::new()
        .with_iterations(2_200)
        .with_bcrypt_cost(4)
        .with_work(Work::from_blocks(1_024));
    let unhex = |text: &str| {
        let byte = |i| u8::from_str_radix(&text[i..i + 2], 16).unwrap();
        String::from_utf8((0..text.len()).step_by(2).map(byte).collect()).unwrap()
    };
    include_str!("fixtures/import/hashes.txt")
        .lines()
        .filter_map(|line| {
            let mut parts = line.split('\t').skip(2);
            let (password, row) = (parts.next()?, parts.next()?);
            Some((unhex(password), StoredHash::parse(row, &ceiling).ok()?))
        })
        .collect()
});

/// Each of them, wrapped: it takes a while, and comes out the same every time.
static WRAPPED: LazyLock<Vec<StoredHash>> =
    LazyLock::new(|| FIXTURES.iter().map(|(_, stored)| wrap(stored).expect("weak")).collect());

fn hasher() -> Hasher {
    Hasher::new(Cost::minimal_for_tests())
}

fn verify(hasher: &Hasher, password: &str, stored: &StoredHash) -> Verification {
    hasher.verify(&mut Arena::new(), &Password::from(password), Subject::Stored(stored)).unwrap()
}

fn wrap(stored: &StoredHash) -> Option<StoredHash> {
    // Stronger than any fixture, so that each is weak; and still quick.
    let hasher = Hasher::new(Cost::new(7_168, 5, 1).unwrap());
    hasher.wrap(&mut Arena::new(), stored, Salt::from_bytes([3; 16])).unwrap()
}

#[test]
fn every_format_can_be_wrapped_and_verifies_as_before() {
    let mut formats = std::collections::BTreeSet::new();
    for ((password, stored), wrapped) in FIXTURES.iter().zip(WRAPPED.iter()) {
        if !formats.insert(stored.kind().to_string()) {
            continue;
        }
        assert!(wrapped.is_wrapped() && !stored.is_wrapped());
        assert_eq!(wrapped.kind(), stored.kind());
        let read = StoredHash::parse(wrapped.expose_secret(), &Ceiling::default()).unwrap();
        assert_eq!(verify(&hasher(), password, &read).verdict(), IMPORTED, "{read:?}");
        for wrong in [format!("{password}."), format!("{password}\0"), String::new()] {
            assert_eq!(verify(&hasher(), &wrong, &read).verdict(), Verdict::Invalid, "{read:?}");
        }
    }
    assert!(formats.len() > 20, "{formats:?}");
}

/// R6: no weak hash stays at rest. Nothing of the old digest is in the new row.
#[test]
fn r06_a_wrapped_row_does_not_hold_the_weak_digest() {
    for ((_, stored), wrapped) in FIXTURES.iter().zip(WRAPPED.iter()) {
        let row = wrapped.expose_secret();
        let digest = &stored.expose_secret()[stored.expose_secret().len() - 20..];
        assert!(!row.contains(digest.trim_end_matches('=')), "{row}");
        assert!(row.starts_with("$wrapped$") && row.contains("$argon2id$v=19$m=7168,t=5,p=1$"));
    }
}

#[test]
fn nothing_is_wrapped_twice_and_no_good_hash_once() {
    let hasher = hasher();
    let mut arena = Arena::new();
    let salt = || Salt::from_bytes([1; 16]);
    let good = hasher.hash(&mut arena, &Password::from("x"), salt()).unwrap();
    assert!(hasher.wrap(&mut arena, &good, salt()).unwrap().is_none());
    let wrapped = wrap(&good).unwrap();
    assert!(wrap(&wrapped).is_none());
    // Its form is kept: the inner hash was made of it.
    assert_eq!(wrapped.normalization(), good.normalization());
    assert_eq!(verify(&hasher, "x", &wrapped).verdict(), IMPORTED);
}

/// Law 1 rests on it: hashes of other systems are made of passwords as received, and no row says otherwise.
#[test]
fn law_01_no_hash_of_another_system_is_of_another_form() {
    for ((_, stored), wrapped) in FIXTURES.iter().zip(WRAPPED.iter()) {
        let is_argon2 = stored.kind().format().starts_with("argon2");
        for row in [stored, wrapped] {
            let row = format!("{{nfc1}}{}", row.expose_secret());
            let read = StoredHash::parse(&row, &Ceiling::default());
            // To Argon2 the length of a password makes no difference.
            assert_eq!(read.is_ok(), is_argon2, "{row}");
        }
    }
}

/// At the policy's own cost a short salt makes no guess faster: such a row is hashed anew at the next login,
/// and until then it takes the time of any other.
#[test]
fn a_short_salt_is_no_reason_to_wrap() {
    let row = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA";
    let stored = StoredHash::parse(row, &Ceiling::default()).unwrap();
    let hasher = hasher();
    assert!(hasher.expects(&stored) && !hasher.is_weak(&stored));
    assert_eq!(stored.outdated(&hasher), Some(Outdated::Digest));
    let wrapped = hasher.wrap(&mut Arena::new(), &stored, Salt::from_bytes([1; 16])).unwrap();
    assert!(wrapped.is_none());
}

/// What is computed is reported, that of the inner hash too.
#[test]
fn a_wrapped_argon2_reports_both_computations() {
    let row = "$argon2i$v=19$m=64,t=3,p=1$c29tZXNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAA";
    let wrapped = wrap(&StoredHash::parse(row, &Ceiling::default()).unwrap()).unwrap();
    let policy = Hasher::new(Cost::new(7_168, 5, 1).unwrap());
    let inner = Work::from_blocks(64 * 3);
    for hasher in [policy.clone(), policy.expecting([kind(row)])] {
        let answer = verify(&hasher, "wrong", &wrapped);
        assert_eq!(answer.work(), hasher.cost().work() + inner);
    }
}

#[test]
fn a_changed_wrapped_row_verifies_nothing() {
    let (password, stored) = &FIXTURES[0];
    let row = wrap(stored).unwrap().expose_secret().to_owned();
    let ceiling = Ceiling::new().with_iterations(10_000).with_bcrypt_cost(6);
    for at in 0..row.len() {
        for to in ["A", "0", "$", ",", "-", "~", ""] {
            let changed = format!("{}{to}{}", &row[..at], &row[at + 1..]);
            if changed == row {
                continue;
            }
            match StoredHash::parse(&changed, &ceiling) {
                Ok(stored) => {
                    let verdict = verify(&hasher(), password, &stored).verdict();
                    assert_eq!(verdict, Verdict::Invalid, "{changed}");
                }
                Err(error) => assert!(!error.to_string().contains(&row[..12]), "{error}"),
            }
        }
    }
}

#[test]
fn wrapped_rows_are_held_to_the_ceiling_inside_and_outside() {
    let tail = "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let parse = |row: &str| StoredHash::parse(row, &Ceiling::default());
    for inside in [
        "bcrypt$15$AAAAAAAAAAAAAAAAAAAAAA",
        "pbkdf2-sha256$4000000000,32$c2FsdA",
        "scrypt$30,8,1,32$c2FsdA",
        "phpass$2000001$c2FsdA",
        "sha512-crypt$1000001$c2FsdA",
        "argon2i$4194304,1,1,32$c2FsdHNhbHQ",
    ] {
        let refused = parse(&format!("$wrapped${inside}{tail}")).unwrap_err();
        assert!(matches!(refused, ParseError::OverCeiling(_)), "{inside}: {refused}");
    }
    let outside = format!("$wrapped$ssha$-$c2FsdA{}", tail.replace("m=8", "m=4000000"));
    assert!(matches!(parse(&outside).unwrap_err(), ParseError::OverCeiling(_)));
    for malformed in [
        "",
        "$wrapped$",
        "$wrapped$ssha",
        &format!("$wrapped$ssha$1$c2FsdA{tail}"),
        &format!("$wrapped$ssha$$c2FsdA{tail}"),
        &format!("$wrapped$bcrypt$-$AAAAAAAAAAAAAAAAAAAAAA{tail}"),
        &format!("$wrapped$bcrypt$05$AAAAAAAAAAAAAAAAAAAAAA{tail}"),
        &format!("$wrapped$bcrypt$99$AAAAAAAAAAAAAAAAAAAAAA{tail}"),
        &format!("$wrapped$scrypt$300,8,1,32$c2FsdA{tail}"),
        &format!("$wrapped$scrypt$10,8,1,65$c2FsdA{tail}"),
        &format!("$wrapped$ssha$-$c2FsdA{tail}$"),
        &format!("$wrapped$ssha$-$c2FsdA{}", tail.replace("argon2id", "argon2i")),
        &format!("$wrapped$ssha$-$c2FsdA$wrapped$ssha$-$c2FsdA{tail}"),
    ] {
        let refused = parse(malformed).unwrap_err();
        let is_it = matches!(refused, ParseError::MalformedImport { .. } | ParseError::Malformed);
        assert!(is_it, "{malformed}: {refused}");
    }
    let unknown = parse(&format!("$wrapped$rot13$-$c2FsdA{tail}")).unwrap_err();
    assert!(matches!(unknown, ParseError::Unsupported { .. }), "{unknown}");
}

fn kind(row: &str) -> HashKind {
    row.parse().unwrap()
}

#[test]
fn kinds_are_named_and_the_larger_covers_the_smaller() {
    let rows = [
        ("$2b$10$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04.", "bcrypt 10"),
        ("$2b$12$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04.", "bcrypt 12"),
        ("$scrypt$ln=14,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA", "scrypt 14,8,1,16"),
        ("{SSHA}p7+FaZDSDkPAOMUzhbhBIZf/TRxzYWx0", "ssha"),
    ];
    for (row, name) in rows {
        assert_eq!(kind(row).to_string(), name);
    }
    let row = |at: usize| StoredHash::parse(rows[at].0, &Ceiling::default()).unwrap();
    let twelve = hasher().expecting([kind(rows[1].0)]);
    assert!(twelve.expects(&row(0)) && twelve.expects(&row(1)));
    assert!(!twelve.expects(&row(2)) && !twelve.expects(&row(3)));
    let ten = hasher().expecting([kind(rows[0].0)]);
    assert!(ten.expects(&row(0)) && !ten.expects(&row(1)));
    // In any order, and more than once.
    let both = hasher().expecting([kind(rows[1].0), kind(rows[0].0), kind(rows[1].0)]);
    assert!(both.expects(&row(1)));
    assert_eq!(format!("{both:?}").matches("\"bcrypt").count(), 1, "{both:?}");

    // Wrapped: both of what is computed has to be expected.
    let wrapped = wrap(&row(3)).unwrap();
    let policy = Hasher::new(Cost::new(7_168, 5, 1).unwrap());
    assert!(!policy.expects(&wrapped));
    assert!(policy.expecting([wrapped.kind()]).expects(&wrapped));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Law 1: where every kind of the table is expected, any row, right or wrong, any password and none
    /// compute the same Argon2 blocks.
    #[test]
    fn law_01_expected_kinds_compute_the_same_blocks(
        chosen in prop::collection::vec(any::<prop::sample::Index>(), 1..5),
        also in any::<prop::sample::Index>(),
    ) {
        let chosen: Vec<_> = chosen.iter().map(|at| at.get(&FIXTURES)).collect();
        let hasher = hasher().expecting(chosen.iter().map(|(_, stored)| stored.kind()));
        let mut arena = Arena::new();
        let owed = hasher
            .verify(&mut arena, &Password::from("any"), Subject::Decoy)
            .unwrap()
            .work();
        let (other, _) = also.get(&FIXTURES);
        let overlong = "x".repeat(Password::MAX_BYTES + 1);
        for (password, stored) in chosen {
            prop_assert!(hasher.expects(stored), "{stored:?}");
            for tried in [password.as_str(), other, "", &overlong, "a\0b", &"l".repeat(300)] {
                let tried = Password::from(tried);
                for subject in [Subject::Stored(stored), Subject::Decoy] {
                    let answer = hasher.verify(&mut arena, &tried, subject).unwrap();
                    prop_assert_eq!(answer.work(), owed, "{:?}", stored);
                }
            }
            let right = verify(&hasher, password, stored).verdict();
            prop_assert_ne!(right, Verdict::Invalid);
        }
    }

    /// What a policy expects changes no verdict.
    #[test]
    fn expecting_decides_nothing(
        at in any::<prop::sample::Index>(), kind in any::<prop::sample::Index>(),
        tried in any::<prop::sample::Index>(),
    ) {
        let (_, stored) = at.get(&FIXTURES);
        let (_, other) = kind.get(&FIXTURES);
        let (tried, _) = tried.get(&FIXTURES);
        let expecting = hasher().expecting([other.kind(), stored.kind()]);
        let plain = verify(&hasher(), tried, stored).verdict();
        prop_assert_eq!(verify(&expecting, tried, stored).verdict(), plain);
    }

    #[test]
    fn parsing_wrapped_near_misses_never_panics(
        format in prop::sample::select(vec![
            "argon2id", "argon2d", "bcrypt", "pbkdf2-sha1", "phpass", "scrypt", "ssha512",
            "sha256-crypt", "rot13",
        ]),
        rest in "\\$([0-9]{0,11},?){0,6}-?\\$[A-Za-z0-9+/]{0,90}",
        tail in "(\\$argon2id\\$v=19\\$m=[0-9]{1,3},t=1,p=1\\$[A-Za-z0-9+/]{0,30}\\$[A-Za-z0-9+/]{0,50})?",
    ) {
        if let Ok(stored) = StoredHash::parse(&format!("$wrapped${format}{rest}{tail}"), &Ceiling::default()) {
            prop_assert!(stored.is_wrapped());
        }
    }
}
