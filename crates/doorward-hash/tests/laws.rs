//! The laws of doorward that this crate owns. The zeroing of the arena (law 8) is tested next to it.

#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

use argon2::{Algorithm, Argon2, Params, Version};
use doorward_hash::{
    AcceptedPassword, Arena, Ceiling, Cost, HashError, Hasher, Outdated, ParseError, Password,
    PasswordPolicy, Salt, StoredHash, Subject, Verdict,
};
use proptest::prelude::*;

const RIGHT: &str = "correct horse battery staple";

/// A hash of [`RIGHT`] with parameters that no policy allows.
fn stored(m: u32, t: u32, p: u32) -> StoredHash {
    stored_of(RIGHT, m, t, p)
}

/// Made by the backend alone, which hashes what this crate refuses.
fn stored_of(password: &str, m: u32, t: u32, p: u32) -> StoredHash {
    let params = Params::new(m, t, p, Some(32)).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut digest = [0; 32];
    argon2.hash_password_into(password.as_bytes(), &[1; 16], &mut digest).unwrap();
    let encode = |bytes: &[u8]| argon2::password_hash::phc::Output::new(bytes).unwrap();
    let (salt, digest) = (encode(&[1; 16]), encode(&digest));
    let phc = format!("$argon2id$v=19$m={m},t={t},p={p}${salt}${digest}");
    StoredHash::parse(&phc, &Ceiling::default()).unwrap()
}

/// Policies near the floor of the OWASP table, where they are quick.
fn policies() -> impl Strategy<Value = Cost> {
    let floor =
        prop_oneof![Just((7_168, 5)), Just((9_216, 4)), Just((12_288, 3)), Just((19_456, 2))];
    (floor, 0_u32..200, 1_u32..=4)
        .prop_map(|((m, t), extra, p)| Cost::new(m + extra, t, p).unwrap())
}

/// Parameters of an older table: mostly weak, now and then near the policy's own work.
fn legacy() -> impl Strategy<Value = (u32, u32, u32)> {
    (1_u32..=4, prop_oneof![0_u32..64, 0_u32..7_000], 1_u32..=5)
        .prop_map(|(p, extra, t)| (8 * p + extra, t, p))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Right, wrong, unknown, empty, over-long and legacy: one amount of work.
    #[test]
    fn law_01_every_attempt_computes_the_same_blocks(policy in policies(), old in legacy()) {
        let hasher = Hasher::new(policy);
        let mut arena = Arena::new();
        let current = hasher
            .hash(&mut arena, &Password::from(RIGHT), Salt::from_bytes([2; 16]))
            .unwrap();
        let legacy = stored(old.0, old.1, old.2);
        prop_assert!(legacy.work() <= policy.work());
        let overlong = "x".repeat(Password::MAX_BYTES + 1);

        for (password, subject, verdict) in [
            (RIGHT, Subject::Stored(&current), Verdict::Valid),
            ("wrong", Subject::Stored(&current), Verdict::Invalid),
            ("", Subject::Stored(&current), Verdict::Invalid),
            (&overlong, Subject::Stored(&current), Verdict::Invalid),
            (RIGHT, Subject::Decoy, Verdict::Invalid),
            ("", Subject::Decoy, Verdict::Invalid),
            (&overlong, Subject::Decoy, Verdict::Invalid),
            (RIGHT, Subject::Stored(&legacy), Verdict::Outdated(Outdated::Memory)),
            ("wrong", Subject::Stored(&legacy), Verdict::Invalid),
            ("", Subject::Stored(&legacy), Verdict::Invalid),
            (&overlong, Subject::Stored(&legacy), Verdict::Invalid),
        ] {
            let answer = hasher.verify(&mut arena, &Password::from(password), subject).unwrap();
            prop_assert_eq!(answer.verdict(), verdict);
            let (done, owed) = (answer.work().blocks(), policy.work().blocks());
            // Only a legacy hash may lack the 4 blocks that Argon2 cannot compute alone.
            let is_legacy = matches!(subject, Subject::Stored(hash) if hash.kind() == legacy.kind());
            let over = if is_legacy { 4 } else { 0 };
            prop_assert!(done == owed || done == owed + over, "{done} blocks instead of {owed}");
        }
    }
}

/// Every subject makes the arena as large as the policy needs, the nearly current ones too.
#[test]
fn law_01_no_memory_is_taken_that_tells_subjects_apart() {
    let (old, recent) = (stored(8, 1, 1), stored(19_000, 2, 1));
    for subject in [Subject::Decoy, Subject::Stored(&old), Subject::Stored(&recent)] {
        let mut arena = Arena::new();
        let answer =
            Hasher::default().verify(&mut arena, &Password::from("wrong"), subject).unwrap();
        assert_eq!(answer.work(), Cost::OWASP_19_MIB.work());
        assert_eq!(arena.capacity_kib(), 19_456);
    }
}

/// Another product may have hashed an empty or an endless password: it lets no one in.
#[test]
fn law_01_unfit_passwords_are_invalid_even_where_they_match() {
    for password in [String::new(), "x".repeat(Password::MAX_BYTES + 1)] {
        let matching = stored_of(&password, 64, 1, 1);
        let answer = Hasher::default()
            .verify(&mut Arena::new(), &Password::from(password), Subject::Stored(&matching))
            .unwrap();
        assert_eq!(answer.verdict(), Verdict::Invalid);
        assert_eq!(answer.work(), Cost::OWASP_19_MIB.work());
    }
}

/// A hash stronger than the policy takes its own work, as documented, and is not replaced.
#[test]
fn a_stronger_hash_is_verified_at_its_own_cost() {
    let strong = stored(65_536, 3, 4);
    let answer = Hasher::default()
        .verify(&mut Arena::new(), &Password::from(RIGHT), Subject::Stored(&strong))
        .unwrap();
    assert_eq!(answer.verdict(), Verdict::Valid);
    assert_eq!(answer.work(), strong.work());
}

#[test]
fn law_08_debug_and_errors_show_no_secret() {
    let hasher = Hasher::new(Cost::minimal_for_tests());
    let mut arena = Arena::new();
    let secret = "s3cr3t-horse";
    let password = Password::from(secret);
    let accepted = AcceptedPassword::existing(password.clone()).unwrap();
    let hash = hasher.hash(&mut arena, &password, Salt::from_bytes(*b"saltsaltsaltsalt")).unwrap();
    let parts: Vec<&str> = hash.expose_secret().rsplit('$').take(2).collect();
    let (digest, salt) = (parts[0], parts[1]);
    let answer = hasher.verify(&mut arena, &password, Subject::Stored(&hash)).unwrap();
    let planted = format!("$argon2id$v=19$m=9999999,t=1,p=1${salt}${digest}");

    let mut shown = vec![
        format!("{password:?} {password:#?} {accepted:?} {accepted:#?}"),
        format!("{hash:?} {hash:#?} {:?}", hash.clone()),
        format!("{:?}", Salt::from_bytes(*b"saltsaltsaltsalt")),
        format!("{arena:?} {hasher:?} {answer:?} {:?}", Subject::Stored(&hash)),
    ];
    for text in [format!("{}=", hash.expose_secret()), format!("${salt}${digest}"), planted] {
        let error: ParseError = StoredHash::parse(&text, &Ceiling::default()).unwrap_err();
        shown.push(format!("{error} {error:?}"));
    }
    let overlong = Password::from(secret.repeat(100));
    let error: HashError =
        hasher.hash(&mut arena, &overlong, Salt::from_bytes([1; 16])).unwrap_err();
    shown.push(format!("{error} {error:?} {overlong:?}"));
    for (password, context) in [(secret, ""), ("s3cr3t-horse.org", "s3cr3t-horse.org")] {
        let problem = PasswordPolicy::default().check(password.into(), &[context]).unwrap_err();
        shown.push(format!("{problem} {problem:?}"));
    }

    for text in &shown {
        for hidden in [secret, "s3cr3t", salt, digest, "saltsalt", "115, 97, 108, 116"] {
            assert!(!text.contains(hidden), "{hidden:?} in {text}");
        }
    }
    // What is shown is of use.
    assert!(shown[1].contains("m=8,t=1,p=1"), "{}", shown[1]);
}
