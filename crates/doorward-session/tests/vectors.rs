//! The committed vectors, which `vectors/make_second_factor.py` made with another implementation.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward_session::{OtpauthUri, RecoveryCode, SecondFactor, TotpSecret};

use support::Vector;

fn vectors(kind: &str) -> Vec<Vector> {
    support::vectors(include_str!("vectors/second_factor_v1.txt"), kind)
}

fn secret(vector: &Vector) -> TotpSecret {
    TotpSecret::new(vector.array("secret"))
}

fn second(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

#[test]
fn one_time_codes_match() {
    for vector in vectors("totp") {
        let seconds = vector.number("seconds");
        let step = secret(&vector).check(vector.text("code"), None, second(seconds));
        assert_eq!(step, Some(seconds / TotpSecret::STEP_SECONDS));
    }
}

/// Two steps that are near each other and have one code, which must not be good once for each.
#[test]
fn r20_of_two_steps_with_one_code_it_is_the_later_one() {
    let mut distances = Vec::new();
    for vector in vectors("alike") {
        let (first, later) = (vector.number("first"), vector.number("second"));
        let (secret, code) = (secret(&vector), vector.text("code"));
        let (last, between) = (second(later * 30 - 1), second((later - 1) * 30));
        distances.push(later - first);
        assert_eq!(secret.check(code, None, between), Some(later));
        assert_eq!(secret.check(code, None, last), Some(later), "a step before it began");
        for now in [last, between, second(first * 30), second(later * 30), second(later * 30 + 30)]
        {
            assert_eq!(secret.check(code, Some(later), now), None, "good a second time");
        }
        assert_eq!(secret.check(code, Some(first), between), Some(later));
    }
    assert_eq!(distances, [1, 2]);
}

#[test]
fn uris_match() {
    for vector in vectors("uri") {
        let (issuer, account) = (vector.text("issuer"), vector.text("account"));
        let uri = OtpauthUri::new(&secret(&vector), issuer, account).unwrap();
        assert_eq!(uri.expose_secret(), vector.text("uri"));
        assert!(vector.text("uri").contains(&format!("?secret={}&", uri.expose_secret_key())));
    }
}

#[test]
fn recovery_codes_match() {
    for vector in vectors("recovery_code") {
        let code = RecoveryCode::new(vector.array("random"));
        assert_eq!(code.expose_secret(), vector.text("written"));
        for typed in [vector.text("written"), vector.text("typed")] {
            let typed = RecoveryCode::parse(typed).unwrap();
            assert_eq!(typed.digest(&vector.array("account")), vector.array("digest"));
        }
    }
}

#[test]
fn records_match() {
    for vector in vectors("record") {
        let (first_step, account) = (vector.number("first_step"), vector.array("account"));
        let enrolled_at = UNIX_EPOCH + Duration::from_millis(vector.number("enrolled_at"));
        let codes: Vec<RecoveryCode> =
            vector.bytes("codes").as_chunks().0.iter().map(|c| RecoveryCode::new(*c)).collect();
        let digests: Vec<_> = codes.iter().map(|code| code.digest(&account)).collect();

        let read = SecondFactor::parse(vector.bytes("bytes")).unwrap();
        assert_eq!(read.to_bytes().as_slice(), vector.bytes("bytes"));
        assert_eq!((read.enrolled_at(), read.codes_left()), (enrolled_at, codes.len()));
        for code in &codes {
            assert!(read.spend(code, &account, &RecoveryCode::new([1; 16])).is_some());
        }

        let made = SecondFactor::new(secret(&vector), enrolled_at).with_codes(&digests).unwrap();
        let mut bytes = made.to_bytes().to_vec();
        bytes[21..29].copy_from_slice(&first_step.to_be_bytes());
        assert_eq!(bytes, vector.bytes("bytes"));
    }
}
