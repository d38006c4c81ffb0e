//! Both backends compute the same function, for every stored hash that the other one made.

#![cfg(feature = "vectorised")]
#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

use argon2::{Algorithm, Argon2, Params, Version};
use doorward_hash::{
    Arena, Backend, Ceiling, Cost, Hasher, Password, Salt, StoredHash, Subject, Verdict,
};
use proptest::prelude::*;

fn hasher(backend: Backend) -> Hasher {
    Hasher::new(Cost::minimal_for_tests()).with_backend(backend)
}

/// A row made by the default backend alone, of any parameters.
fn row(
    (algorithm, version): (Algorithm, Version),
    (m, t, p): (u32, u32, u32),
    (password, salt, bytes): (&str, &[u8], usize),
) -> String {
    let params = Params::new(m, t, p, Some(bytes)).unwrap();
    let mut digest = vec![0; bytes];
    Argon2::new(algorithm, version, params)
        .hash_password_into(password.as_bytes(), salt, &mut digest)
        .unwrap();
    let encode = |bytes: &[u8]| argon2::password_hash::phc::Output::new(bytes).unwrap();
    let (number, salt, digest) = (u32::from(version), encode(salt), encode(&digest));
    format!("${algorithm}$v={number}$m={m},t={t},p={p}${salt}${digest}")
}

fn variants() -> impl Strategy<Value = (Algorithm, Version)> {
    let all = [Algorithm::Argon2id, Algorithm::Argon2i, Algorithm::Argon2d]
        .into_iter()
        .flat_map(|algorithm| [(algorithm, Version::V0x13), (algorithm, Version::V0x10)])
        .filter(|variant| {
            cfg!(feature = "argon2-legacy") || *variant == (Algorithm::Argon2id, Version::V0x13)
        });
    prop::sample::select(all.collect::<Vec<_>>())
}

proptest! {
    // Many parameter sets, so small ones; larger ones below.
    #![proptest_config(ProptestConfig::with_cases(1_200))]

    #[test]
    fn any_parameters_give_one_digest(
        variant in variants(), p in 1_u32..=6, extra in 0_u32..200, t in 1_u32..=5,
        password in "\\PC{1,24}", salt in prop::collection::vec(any::<u8>(), 10..=48),
        bytes in 10_usize..=64,
    ) {
        let text = row(variant, (8 * p + extra, t, p), (&password, &salt, bytes));
        let stored = StoredHash::parse(&text, &Ceiling::default()).unwrap();
        let vectorised = hasher(Backend::vectorised().unwrap());
        let mut arena = Arena::new();
        let mut verdict = |password: &str| {
            let password = Password::from(password);
            vectorised.verify(&mut arena, &password, Subject::Stored(&stored)).unwrap().verdict()
        };
        prop_assert_ne!(verdict(&password), Verdict::Invalid, "{}", text);
        let other = format!("{password}.");
        prop_assert_eq!(verdict(&other), Verdict::Invalid, "{}", text);
    }
}

/// The costs that are in use, one of them larger than any cache and with lanes.
#[test]
fn real_costs_give_one_row() {
    let mut arena = Arena::new();
    for (m, t, p) in [(19_456, 2, 1), (47_104, 1, 1), (7_168, 5, 1), (65_536, 3, 4)] {
        let cost = Cost::new(m, t, p).unwrap();
        let password = Password::from("correct horse battery staple");
        let mut hash = |backend| {
            let hasher = Hasher::new(cost).with_backend(backend);
            let made = hasher.hash(&mut arena, &password, Salt::from_bytes([7; 16])).unwrap();
            made.expose_secret().to_owned()
        };
        assert_eq!(hash(Backend::vectorised().unwrap()), hash(Backend::default()), "{cost}");
    }
}

/// An arena that changes hands holds the memory of one backend, never of both.
#[test]
fn the_arena_holds_memory_once() {
    let mut arena = Arena::new();
    let cost = Cost::new(7_168, 5, 1).unwrap();
    for backend in [Backend::default(), Backend::vectorised().unwrap(), Backend::default()] {
        let hasher = Hasher::new(cost).with_backend(backend);
        let answer = hasher.verify(&mut arena, &Password::from("wrong"), Subject::Decoy).unwrap();
        assert_eq!((answer.verdict(), answer.work()), (Verdict::Invalid, cost.work()));
        assert_eq!(arena.capacity_kib(), 7_168, "{backend}");
        arena.shrink_to(7_168);
        assert_eq!((arena.capacity_kib(), arena.is_dirty()), (7_168, false), "{backend}");
    }
    arena.shrink_to(0);
    assert_eq!(arena.capacity_kib(), 0);
}

/// One path, whichever backend computes it.
#[test]
fn law_01_a_vectorised_decoy_computes_what_a_hash_does() {
    let cost = Cost::new(9_216, 4, 2).unwrap();
    let hasher = Hasher::new(cost).with_backend(Backend::vectorised().unwrap());
    let mut arena = Arena::new();
    let right = Password::from("correct horse battery staple");
    let hash = hasher.hash(&mut arena, &right, Salt::from_bytes([1; 16])).unwrap();
    for subject in [Subject::Stored(&hash), Subject::Decoy] {
        for password in ["wrong", "", "correct horse battery staple"] {
            let answer = hasher.verify(&mut arena, &Password::from(password), subject).unwrap();
            assert_eq!(answer.work(), cost.work());
        }
    }
}
