//! Texts of other systems: flipped, planted, refused and arbitrary.

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

use std::collections::BTreeSet;

use doorward_hash::{Ceiling, ParseError, StoredHash, Verdict};
use proptest::prelude::*;

use self::fixtures::{ALL, FIXTURES, QUICK, is_on, parse, verify};

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
        (
            "bcrypt",
            "$bcrypt-sha256$v=2,t=2a,r=5$abcdefghijklmnopqrstuu$hyxe57jaPf.FFjLBHfR7fAOmRHLb04.",
        ),
        (
            "bcrypt",
            "$bcrypt-sha256$v=2,t=2b,r=05$abcdefghijklmnopqrstuu$hyxe57jaPf.FFjLBHfR7fAOmRHLb04.",
        ),
        ("bcrypt", "$bcrypt-sha256$2y,5$abcdefghijklmnopqrstuu$hyxe57jaPf.FFjLBHfR7fAOmRHLb04."),
        ("pbkdf2", "$p5k2$0a$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("pbkdf2", "$p5k2$190$salt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("pbkdf2", "$p5k2$A$c2FsdA==$AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("pbkdf2", "grub.pbkdf2.sha512.10..00"),
        ("pbkdf2", "{PKCS5S2}AAAA"),
        ("pbkdf2", "{pbkdf2}00"),
        ("phpass", "$P$"),
        ("phpass", "$P$4........2xZC94.GYVvMGXEuKZ0/0."),
        ("salted-digest", "md5$salt$qctaq2I2IzwSrDvShQdDQQ=="),
        ("salted-digest", "sha1$sa lt$7d0a3dcdeef6fcfdc6421bac987e6296b0341a3c"),
        ("salted-digest", "{MD5}{salt}AAC72D6AAD88D88CF04AB0EF4A141D0D"),
        ("salted-digest", "{MD5}{{salt}aac72d6aad88d88cf04ab0ef4a141d0d"),
        ("salted-digest", "{sha256}7878a0494d3c83f2"),
        ("salted-sha", "{SSHA}AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("scrypt", "$scrypt$ln=0,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"),
        ("scrypt", "$scrypt$ln=64,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"),
        ("scrypt", "$scrypt$ln=1,r=65,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"),
        ("scrypt", "scrypt:3:8:1$salt$00"),
        ("scrypt", "{scrypt}$00801$c2FsdA==$AAAAAAAAAAAAAAAAAAAAAA=="),
        ("scrypt", "{scrypt}$e0001$c2FsdA==$AAAAAAAAAAAAAAAAAAAAAA=="),
        ("scrypt", "{scrypt}$e0800$c2FsdA==$AAAAAAAAAAAAAAAAAAAAAA=="),
        ("scrypt", "{scrypt}$e0801$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"),
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
    for text in [
        "$2x$05$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04.",
        "$bcrypt-sha256$v=3,t=2b,r=5$abcdefghijklmnopqrstuu$hyxe57jaPf.FFjLBHfR7fAOmRHLb04.",
        "{bcrypt}$2$05$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04.",
        "pbkdf2:sha256$salt$abcdef",
        "pbkdf2:sha256$$abcdef",
        "md5$$aac72d6aad88d88cf04ab0ef4a141d0d",
        "sha256$$abcdef",
        "{SHA-1}7d0a3dcdeef6fcfdc6421bac987e6296b0341a3c",
        "{ldap}{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
        "$wp$2y$10$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04.",
    ] {
        let refused = parse(text).unwrap_err();
        assert!(matches!(refused, ParseError::Unsupported { .. }), "{text}: {refused}");
    }
    for text in ["", "hunter2", &"$6$".repeat(1_000)] {
        assert_eq!(parse(text).unwrap_err(), ParseError::Malformed, "{text}");
    }
}

/// Each is told by name, whatever the features are. Only a password in clear, and the crypt of Unix
/// that is 13 characters and no prefix, look like nothing.
#[test]
fn what_is_never_verified_says_what_it_is() {
    let of = |feature| ALL.iter().filter(move |fixture| fixture.feature == feature);
    for fixture in of("refused") {
        let refused = parse(fixture.text).unwrap_err();
        if fixture.text == fixture.password || fixture.text.len() == 13 {
            assert_eq!(refused, ParseError::Malformed);
            continue;
        }
        assert!(matches!(refused, ParseError::Unsupported { .. }), "{}: {refused}", fixture.text);
        let is_named = !refused.to_string().contains("no Cargo feature");
        // Their readers name what they would read if its hash were another.
        let is_near =
            fixture.product.starts_with("Werkzeug") && !(is_on("pbkdf2") && is_on("salted-digest"));
        assert!(is_named || is_near, "{}: {refused}", fixture.text);
        assert!(refused.to_string().contains("have its owner reset"), "{refused}");
    }
    assert_eq!(of("refused").count(), 47);
}

/// Django's unusable password, and the locked accounts of `/etc/shadow`.
#[test]
fn no_password_is_an_answer_of_its_own() {
    let made = ALL.iter().filter(|fixture| fixture.feature == "no-password");
    let made: Vec<&str> = made.map(|fixture| fixture.text).collect();
    assert_eq!(made.len(), 2);
    for text in made.iter().chain(&["!", "!!", "*", "!$6$salt$", "!hunter2"]) {
        assert_eq!(parse(text).unwrap_err(), ParseError::NoPassword, "{text}");
    }
    for text in ["", "**", "*LK*", "x", "hunter2!", " !"] {
        assert_eq!(parse(text).unwrap_err(), ParseError::Malformed, "{text}");
    }
}

/// The table of the README says which product and version made which fixtures: it says no less and
/// no more.
#[test]
fn the_readme_names_the_products_of_the_fixtures() {
    let features: BTreeSet<&str> = ALL.iter().map(|fixture| fixture.feature).collect();
    for feature in features.iter().filter(|feature| !["no-password", "refused"].contains(feature)) {
        let made = ALL.iter().filter(|fixture| fixture.feature == *feature);
        // Behind a comma: what was done to it.
        let made = made.map(|fixture| fixture.product.split(',').next().unwrap());
        assert_eq!(products(feature), made.collect(), "{feature}");
    }
}

/// The last column of the row of a feature.
fn products(feature: &str) -> BTreeSet<&'static str> {
    let start = format!("| `{feature}` |");
    let rows = include_str!("../README.md").lines();
    let mut row = rows.filter(|line| line.starts_with(&start));
    let Some(cells) = row.next() else { return BTreeSet::new() };
    let last = cells.trim_end_matches([' ', '|']).rsplit('|').next().unwrap();
    last.split(',').map(str::trim).collect()
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
    [("$2a$", "$2b$"), ("$2y$", "$2b$"), ("$2a,", "$2b,"), ("$H$", "$P$")]
        .into_iter()
        .fold(text.to_owned(), |text, (one, other)| text.replace(one, other))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 300 } else { 3_000 }))]

    /// A changed text is refused or verifies nothing.
    #[test]
    fn any_other_character_breaks_the_hash(
        fixture in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(),
        to in prop_oneof![any::<char>(), (b' '..=b'~').prop_map(char::from)],
    ) {
        if QUICK.is_empty() {
            // Without a format's feature there is nothing to change.
            return Ok(());
        }
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
        middle in "[$:{}=,.!0-9a-zA-Zż]{0,12}",
    ) {
        if FIXTURES.is_empty() {
            // Without a format's feature there is nothing to change.
            return Ok(());
        }
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
            "$bcrypt-sha256$v=2,t=2b,r=", "$bcrypt-sha256$2a,", "{bcrypt}$2", "{CRYPT}$2b$",
            "{PBKDF2-SHA256}", "$p5k2$", "grub.pbkdf2.sha512.", "{PKCS5S2}", "{pbkdf2}",
            "{pbkdf2@SpringSecurity_v5_8}", "{scrypt}$", "{ARGON2}$argon2i$", "{CRYPT}$6$",
            "{CRYPT}$P$", "{ldap}{SSHA}", "md5$", "sha1$", "sha256$", "{MD5}{", "{SHA-256}{",
            "{sha256}", "{CRYPT}", "!",
        ]),
        rest in "[0-9a-f]{0,11}[$:,.}]?[A-Za-z0-9+/.=:,ż]{0,90}[$.]?[A-Za-z0-9+/.=ż]{0,90}",
    ) {
        let _ = parse(&format!("{prefix}{rest}"));
    }
}
