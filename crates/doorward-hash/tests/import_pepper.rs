//! Secrets that another system hashed together with every password.

#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

use doorward_hash::{
    Arena, Ceiling, Cost, HashError, Hasher, HmacHash, HmacText, ImportPepper, ParseError,
    Password, PepperError, Salt, StoredHash, Subject, Verdict,
};
use proptest::prelude::*;

/// The line behind the comments: kind of pepper, its secret, password, row.
#[cfg(all(feature = "bcrypt", feature = "argon2-legacy"))]
fn fixtures() -> Vec<[String; 4]> {
    include_str!("fixtures/import/peppered.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let parts: Vec<String> = line.split('\t').map(str::to_owned).collect();
            parts.try_into().unwrap()
        })
        .collect()
}

fn pepper(kind: &str, secret: &str) -> ImportPepper {
    let hmac = |hash, text| ImportPepper::hmac("old", hash, text, secret);
    match kind {
        "argon2-secret" => ImportPepper::argon2_secret("old", secret),
        "appended" => ImportPepper::appended("old", secret),
        "prepended" => ImportPepper::prepended("old", secret),
        "hmac-sha1-hex" => hmac(HmacHash::Sha1, HmacText::Hex),
        "hmac-sha256-hex" => hmac(HmacHash::Sha256, HmacText::Hex),
        "hmac-sha256-raw" => hmac(HmacHash::Sha256, HmacText::Raw),
        "hmac-sha384-base64" => hmac(HmacHash::Sha384, HmacText::Base64),
        "hmac-sha512-base64" => hmac(HmacHash::Sha512, HmacText::Base64),
        other => panic!("no pepper {other}"),
    }
    .unwrap()
}

fn verify(hasher: &Hasher, password: &str, row: &StoredHash) -> Result<Verdict, HashError> {
    let password = Password::from(password);
    let answer = hasher.verify(&mut Arena::new(), &password, Subject::Stored(row))?;
    Ok(answer.verdict())
}

fn hasher() -> Hasher {
    Hasher::new(Cost::minimal_for_tests())
}

#[test]
#[cfg(all(feature = "bcrypt", feature = "argon2-legacy"))]
fn peppered_hashes_of_other_products_verify() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 16);
    for [kind, secret, password, text] in fixtures {
        let pepper = pepper(&kind, &secret);
        let bare = StoredHash::parse(&text, &Ceiling::default()).unwrap();
        let row = bare.with_pepper(&pepper);
        assert_eq!(row.expose_secret(), format!("{{pepper:old}}{text}"));
        let row = StoredHash::parse(row.expose_secret(), &Ceiling::default()).unwrap();
        let peppered = hasher().with_import_peppers([pepper]);
        assert_ne!(verify(&peppered, &password, &row).unwrap(), Verdict::Invalid, "{kind} {text}");
        let wrong = format!("{password}.");
        assert_eq!(verify(&peppered, &wrong, &row).unwrap(), Verdict::Invalid, "{kind} {text}");
        // Without its pepper the row says nothing, and the row without its record is another hash.
        assert_eq!(verify(&hasher(), &password, &row), Err(HashError::Pepper));
        assert_eq!(verify(&peppered, &password, &bare).unwrap(), Verdict::Invalid);

        // Wrapped, it still asks for it.
        let strong = Hasher::new(Cost::new(7_168, 5, 1).unwrap());
        let salt = Salt::from_bytes([2; 16]);
        let wrapped = strong.wrap(&mut Arena::new(), &row, salt).unwrap().unwrap();
        assert!(wrapped.expose_secret().starts_with("{pepper:old}$wrapped$"));
        assert_ne!(verify(&peppered, &password, &wrapped).unwrap(), Verdict::Invalid);
        assert_eq!(verify(&peppered, &wrong, &wrapped).unwrap(), Verdict::Invalid);
        assert_eq!(verify(&hasher(), &password, &wrapped), Err(HashError::Pepper));
    }
}

/// Which pepper a row needs is not for its writer to say: another one verifies nothing.
#[test]
fn another_pepper_or_none_lets_no_one_in() {
    let made = hasher()
        .hash(&mut Arena::new(), &Password::from("correct horse!"), Salt::from_bytes([1; 16]))
        .unwrap();
    let right = ImportPepper::appended("old", "!").unwrap();
    let row = made.with_pepper(&right);
    for other in [
        ImportPepper::appended("old", "?").unwrap(),
        ImportPepper::prepended("old", "!").unwrap(),
        ImportPepper::argon2_secret("old", "!").unwrap(),
        pepper("hmac-sha256-hex", "!"),
    ] {
        let hasher = hasher().with_import_peppers([other]);
        assert_eq!(verify(&hasher, "correct horse", &row), Ok(Verdict::Invalid));
    }
    let elsewhere = ImportPepper::appended("other", "!").unwrap();
    let hasher = hasher().with_import_peppers([elsewhere, right]);
    assert_eq!(verify(&hasher, "correct horse", &row), Ok(Verdict::Valid));
    let more = row.with_pepper(&ImportPepper::appended("third", "!").unwrap());
    assert!(more.expose_secret().starts_with("{nfc1}{pepper:third}$argon2id$"));
}

#[test]
#[cfg(feature = "bcrypt")]
fn a_format_without_an_input_for_it_is_an_error_and_not_a_wrong_password() {
    let pepper = ImportPepper::argon2_secret("old", "secret").unwrap();
    let row = "$2b$04$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04.";
    let row = StoredHash::parse(row, &Ceiling::default()).unwrap().with_pepper(&pepper);
    let hasher = hasher().with_import_peppers([pepper]);
    assert_eq!(verify(&hasher, "any", &row), Err(HashError::Pepper));
}

/// An empty password is never valid, though with its pepper there would be something to hash.
#[test]
fn law_01_an_empty_password_stays_empty() {
    let made = hasher()
        .hash(&mut Arena::new(), &Password::from("pepper"), Salt::from_bytes([1; 16]))
        .unwrap();
    let pepper = ImportPepper::appended("old", "pepper").unwrap();
    let row = made.with_pepper(&pepper);
    let hasher = hasher().with_import_peppers([pepper]);
    assert_eq!(verify(&hasher, "", &row), Ok(Verdict::Invalid));
}

#[test]
fn bad_peppers_are_typed_and_nothing_shows() {
    assert_eq!(ImportPepper::appended("", "x").unwrap_err(), PepperError::Id);
    assert_eq!(ImportPepper::appended("a b", "x").unwrap_err(), PepperError::Id);
    let size = PepperError::Secret { max_bytes: 256 };
    assert_eq!(ImportPepper::appended("a", "").unwrap_err(), size);
    assert_eq!(ImportPepper::appended("a", "x".repeat(257)).unwrap_err(), size);
    let shown = format!("{:?}", ImportPepper::appended("old", "s3cr3t").unwrap());
    assert!(shown.contains("old") && !shown.contains("s3cr3t"), "{shown}");
    let row = "{pepper:a b}$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2E$AAAA";
    let refused = StoredHash::parse(row, &Ceiling::default()).unwrap_err();
    assert!(matches!(refused, ParseError::MalformedImport { .. }), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_peppered_password_verifies_and_nothing_else(
        password in "\\PC{1,20}", other in "\\PC{1,20}", secret in "\\PC{1,20}",
    ) {
        let seasoned = Password::from(format!("{password}{secret}"));
        let as_received = hasher().with_normalization(doorward_hash::Normalization::AsReceived);
        let made = as_received.hash(&mut Arena::new(), &seasoned, Salt::from_bytes([1; 16])).unwrap();
        let pepper = ImportPepper::appended("p", &secret).unwrap();
        let row = made.with_pepper(&pepper);
        let hasher = as_received.with_import_peppers([pepper]);
        prop_assert_eq!(verify(&hasher, &password, &row), Ok(Verdict::Valid));
        prop_assert_eq!(verify(&hasher, &other, &row) == Ok(Verdict::Valid), other == password);
    }
}
