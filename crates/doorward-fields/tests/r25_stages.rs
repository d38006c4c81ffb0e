//! Requirement 25: keys rotate in stages, on instances that never all change at once.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use doorward_fields::{Context, KeyId, KeySet, Keyring, OpenErrorKind, Place, RootKey};
use proptest::prelude::*;

const OLD: KeyId = KeyId::new(1);
const NEW: KeyId = KeyId::new(2);

/// The set at each stage: old; old and new pending; new and old open-only.
fn stage(stage: usize) -> KeySet {
    let mut set = KeySet::new(RootKey::new(OLD, [1; 32]));
    if stage > 0 {
        set = set.with_pending(RootKey::new(NEW, [2; 32])).unwrap();
    }
    if stage > 1 {
        set.promote(NEW).unwrap();
    }
    // As each instance reads it.
    KeySet::parse(&set.expose_secret()).unwrap()
}

fn keyring(at: usize) -> Keyring {
    stage(at).derive_keyring("users")
}

fn context(record: &[u8]) -> Context<'_> {
    Context::new(Place { tenant: "acme", table: "users", record, field: "email", version: 1 })
}

proptest! {
    /// Two instances go forth and back through the stages, never more than one apart. Whatever one of
    /// them seals between two steps, both open, then and until the next step.
    #[test]
    fn r25_two_instances_read_each_other_in_every_interleaving(
        moves in prop::collection::vec((0usize..2, any::<bool>()), 1..24),
    ) {
        let mut at = [0usize; 2];
        for (number, (instance, forth)) in moves.into_iter().enumerate() {
            let next = if forth { at[instance] + 1 } else { at[instance].saturating_sub(1) };
            if next <= 2 && next.abs_diff(at[1 - instance]) <= 1 {
                at[instance] = next;
            }
            let rings = at.map(keyring);
            let record = number.to_be_bytes();
            for sealer in &rings {
                let sealed = sealer.seal(&context(&record), b"alice").unwrap();
                for opener in &rings {
                    prop_assert!(opener.open(&context(&record), &sealed).is_ok(), "{:?}", at);
                }
            }
        }
    }

    /// What was sealed at any stage opens at every later one, and at the one before.
    #[test]
    fn r25_nothing_is_lost_on_the_way(sealed_at in 0usize..3, opened_at in 0usize..3) {
        prop_assume!(opened_at + 1 >= sealed_at);
        let sealed = keyring(sealed_at).seal(&context(b"r"), b"alice").unwrap();
        let opened = keyring(opened_at).open(&context(b"r"), &sealed).unwrap();
        prop_assert_eq!(opened.expose_secret(), b"alice");
    }
}

/// The price of leaving out the first step, as the docs have it.
#[test]
fn r25_a_key_that_was_not_distributed_does_not_open() {
    let sealed = keyring(2).seal(&context(b"r"), b"alice").unwrap();
    let error = keyring(0).open(&context(b"r"), &sealed).unwrap_err();
    assert_eq!(error.kind(), OpenErrorKind::UnknownKey(NEW));
}

#[test]
fn r25_a_retired_key_opens_nothing_and_stays_retired_in_the_text() {
    let sealed = keyring(0).seal(&context(b"r"), b"alice").unwrap();
    let mut set = stage(2);
    set.retire(OLD).unwrap();
    let set = KeySet::parse(&set.expose_secret()).unwrap();
    assert!(set.expose_secret().contains("1:retired"));
    let error = set.derive_keyring("users").open(&context(b"r"), &sealed).unwrap_err();
    assert_eq!(error.kind(), OpenErrorKind::RetiredKey(OLD));
    assert!(set.with_pending(RootKey::new(OLD, [1; 32])).is_err());
}
