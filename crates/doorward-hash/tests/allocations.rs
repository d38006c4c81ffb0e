//! What a verification takes of the allocator, once the arena is there: next to nothing.

#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

use allocation_counter::{AllocationInfo, measure};
use doorward_hash::{Arena, Backend, Cost, Hasher, Password, Salt, StoredHash, Subject};

/// What one more verification takes in all: less than this, no single piece can be larger.
const MOST_BYTES: u64 = 1_024;

fn backends() -> Vec<Backend> {
    vec![
        Backend::default(),
        #[cfg(feature = "vectorised")]
        Backend::vectorised().unwrap(),
    ]
}

fn taken(
    hasher: &Hasher,
    arena: &mut Arena,
    password: &Password,
    subject: Subject<'_>,
) -> AllocationInfo {
    // The first one makes room.
    let _ = hasher.verify(arena, password, subject).unwrap();
    measure(|| {
        for _ in 0..3 {
            let _ = hasher.verify(arena, password, subject).unwrap();
        }
    })
}

#[test]
fn r29_a_verification_in_the_steady_state_allocates_less_than_1_kib() {
    for backend in backends() {
        for cost in [Cost::OWASP_19_MIB, Cost::OWASP_46_MIB, Cost::new(9_216, 4, 4).unwrap()] {
            let hasher = Hasher::new(cost).with_backend(backend);
            let mut arena = Arena::new();
            let right = Password::from("correct horse battery staple");
            let current = hasher.hash(&mut arena, &right, Salt::from_bytes([1; 16])).unwrap();
            let weak = StoredHash::parse(
                "$argon2id$v=19$m=4096,t=3,p=1$c2FsdHNhbHRzYWx0c2E$\
                 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                hasher.ceiling(),
            )
            .unwrap();
            let wrapped =
                hasher.wrap(&mut arena, &weak, Salt::from_bytes([1; 16])).unwrap().unwrap();
            let overlong = Password::from("x".repeat(Password::MAX_BYTES + 1));
            let longest = Password::from("\u{1d160}".repeat(Password::MAX_BYTES / 4));
            for password in [&right, &Password::from("wrong"), &overlong, &longest] {
                for subject in [
                    Subject::Stored(&current),
                    Subject::Stored(&weak),
                    Subject::Stored(&wrapped),
                    Subject::Decoy,
                ] {
                    let taken = taken(&hasher, &mut arena, password, subject);
                    let each = taken.bytes_total / 3;
                    assert!(each < MOST_BYTES, "{backend}, {cost}, {subject:?}: {each} bytes");
                    assert_eq!(taken.bytes_current, 0, "{backend}, {cost}, {subject:?}");
                }
            }
        }
    }
}

/// The arena is taken once, and is no larger than the hash needs: 4 KiB more for a page.
#[test]
fn r29_the_arena_is_taken_once() {
    let hasher = Hasher::new(Cost::OWASP_19_MIB);
    let first = measure(|| {
        let mut arena = Arena::new();
        for _ in 0..3 {
            let _ = hasher.verify(&mut arena, &Password::from("wrong"), Subject::Decoy).unwrap();
        }
    });
    let kib = first.bytes_total / 1_024;
    assert!((19_456..19_460).contains(&kib), "{kib} KiB");
}

/// Reading a row takes no more than the row is long, many times over; whatever it asks for.
#[test]
fn r29_parsing_takes_nothing_of_the_size_that_is_asked_for() {
    let hasher = Hasher::default();
    for m in [19_456, 4_194_304, 4_294_967_295_u32] {
        let row = format!(
            "$argon2id$v=19$m={m},t=2,p=1$c2FsdHNhbHRzYWx0c2E$\
             AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        );
        let taken = measure(|| drop(StoredHash::parse(&row, hasher.ceiling())));
        assert!(taken.bytes_total < 4_096, "m={m}: {} bytes", taken.bytes_total);
    }
}
