//! Parsing, rotation and limits of sealed fields.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use doorward_fields::{
    Context, Envelope, FieldKey, KeyId, Keyring, MalformedEnvelope, Nonce, OpenErrorKind, Place,
    SealError,
};
use proptest::prelude::*;
use proptest::sample::Index;

fn keyring() -> Keyring {
    Keyring::new(key(1))
}

fn key(id: u8) -> FieldKey {
    FieldKey::new(KeyId::new(id.into()), [id; 32])
}

fn context() -> Context<'static> {
    Context::new(Place {
        tenant: "acme",
        table: "users",
        record: b"u-17",
        field: "email",
        version: 1,
    })
}

proptest! {
    #[test]
    fn parse_never_panics_and_keeps_the_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(envelope) = Envelope::parse(&bytes) {
            prop_assert_eq!(envelope.as_bytes(), &bytes);
            prop_assert!(keyring().open(&context(), &envelope).is_err());
            let _ = format!("{envelope:?}");
            prop_assert_eq!(envelope.into_bytes(), bytes);
        }
    }

    /// As above, past the length and the version.
    #[test]
    fn open_never_panics_on_made_up_envelopes(mut bytes in prop::collection::vec(any::<u8>(), 77..200), version in 1u8..=2, known: bool) {
        bytes[0] = version;
        if known {
            bytes[1..5].copy_from_slice(&[0, 0, 0, 1]);
        }
        let envelope = Envelope::try_from(bytes).unwrap();
        prop_assert!(keyring().open(&context(), &envelope).is_err());
    }

    #[test]
    fn parse_gives_back_what_was_sealed(plaintext: Vec<u8>) {
        let envelope = keyring().seal(&context(), &plaintext).unwrap();
        prop_assert_eq!(envelope.version(), Envelope::VERSION);
        prop_assert_eq!(envelope.key_id(), KeyId::new(1));
        let bytes = envelope.as_bytes().to_vec();
        prop_assert_eq!(&Envelope::parse(&bytes).unwrap(), &envelope);
        prop_assert_eq!(&Envelope::try_from(bytes.as_slice()).unwrap(), &envelope);
        prop_assert_eq!(Envelope::try_from(bytes).unwrap(), envelope);
    }

    #[test]
    fn a_cut_envelope_is_malformed_or_refused(plaintext: Vec<u8>, cut: Index) {
        let sealed = keyring().seal(&context(), &plaintext).unwrap().into_bytes();
        let cut = &sealed[..cut.index(sealed.len())];
        match Envelope::parse(cut) {
            Err(error) => prop_assert_eq!(error, MalformedEnvelope::TooShort { bytes: cut.len() }),
            Ok(envelope) => {
                let kind = keyring().open(&context(), &envelope).unwrap_err().kind();
                prop_assert_eq!(kind, OpenErrorKind::Refused);
            }
        }
    }

    #[test]
    fn a_lengthened_envelope_is_refused(plaintext: Vec<u8>, more in prop::collection::vec(any::<u8>(), 1..40)) {
        let mut bytes = keyring().seal(&context(), &plaintext).unwrap().into_bytes();
        bytes.extend_from_slice(&more);
        let envelope = Envelope::try_from(bytes).unwrap();
        let kind = keyring().open(&context(), &envelope).unwrap_err().kind();
        prop_assert_eq!(kind, OpenErrorKind::Refused);
    }
}

#[test]
fn other_versions_are_named() {
    for version in (0..=255).filter(|version| !matches!(version, 1 | 2)) {
        let mut bytes = keyring().seal(&context(), b"").unwrap().into_bytes();
        bytes[0] = version;
        assert_eq!(Envelope::parse(&bytes), Err(MalformedEnvelope::UnknownVersion { version }));
        assert_eq!(Envelope::try_from(bytes), Err(MalformedEnvelope::UnknownVersion { version }));
    }
}

#[test]
fn an_empty_field_is_the_shortest_envelope() {
    let bytes = keyring().seal(&context(), b"").unwrap().into_bytes();
    assert_eq!(bytes.len(), Envelope::OVERHEAD);
    assert_eq!(Envelope::parse(&bytes[1..]), Err(MalformedEnvelope::TooShort { bytes: 76 }));
    let opened = keyring().open(&context(), &Envelope::try_from(bytes).unwrap()).unwrap();
    assert!(opened.expose_secret().is_empty());
}

#[test]
fn the_limit_on_length_is_the_same_on_both_sides() {
    let longest = vec![0; Envelope::MAX_PLAINTEXT + 1];
    assert_eq!(
        keyring().seal(&context(), &longest),
        Err(SealError::PlaintextTooLong { bytes: (64 << 20) + 1 })
    );
    let mut bytes = longest;
    bytes.resize(Envelope::OVERHEAD + Envelope::MAX_PLAINTEXT, 0);
    bytes[0] = Envelope::VERSION;
    assert!(Envelope::parse(&bytes).is_ok());
    bytes.push(0);
    assert_eq!(Envelope::parse(&bytes), Err(MalformedEnvelope::TooLong { bytes: bytes.len() }));
}

#[test]
#[cfg_attr(debug_assertions, ignore = "ten seconds without optimisation: run with --release")]
fn the_longest_field_is_sealed() {
    let longest = vec![0xa5; Envelope::MAX_PLAINTEXT];
    let envelope = keyring().seal(&context(), &longest).unwrap();
    assert_eq!(envelope.as_bytes().len(), Envelope::MAX_PLAINTEXT + Envelope::OVERHEAD);
}

#[test]
fn a_field_of_many_blocks_seals_and_opens() {
    let long: Vec<u8> = (0..1_000_003_u32).map(|i| i.to_le_bytes()[0]).collect();
    let envelope = keyring().seal(&context(), &long).unwrap();
    assert!(keyring().open(&context(), &envelope).unwrap().expose_secret() == long);
}

#[test]
fn a_rotated_keyring_opens_old_fields_and_seals_new_ones() {
    let old = keyring().seal(&context(), b"alice").unwrap();
    let rotated =
        Keyring::new(key(3)).with_open_only(key(2)).unwrap().with_open_only(key(1)).unwrap();
    assert_eq!(rotated.primary_id(), KeyId::new(3));
    assert_eq!(rotated.ids().map(KeyId::get).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(rotated.open(&context(), &old).unwrap().expose_secret(), b"alice");

    let new = rotated.seal(&context(), b"alice").unwrap();
    assert_eq!(new.key_id(), KeyId::new(3));
    assert_eq!(rotated.open(&context(), &new).unwrap().expose_secret(), b"alice");
    assert_eq!(
        keyring().open(&context(), &new).unwrap_err().kind(),
        OpenErrorKind::UnknownKey(KeyId::new(3))
    );
}

#[test]
fn an_id_names_one_key_only() {
    let taken = keyring().with_open_only(key(1)).unwrap_err();
    assert_eq!(taken.id(), KeyId::new(1));
    let taken = keyring().with_open_only(key(2)).unwrap().with_open_only(key(2)).unwrap_err();
    assert_eq!(taken.id(), KeyId::new(2));
}

#[test]
fn the_same_nonce_makes_the_same_envelope() {
    let seal = |nonce| keyring().seal_with_nonce(&context(), b"alice", Nonce::new(nonce)).unwrap();
    assert_eq!(seal([1; 24]), seal([1; 24]));
    assert_ne!(seal([1; 24]), seal([2; 24]));
    assert_eq!(seal([1; 24]).as_bytes()[5..29], [1; 24]);
}

#[test]
fn keyrings_go_to_other_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Keyring>();
    shared::<doorward_fields::RootKey>();
    shared::<doorward_fields::IndexKey>();
    shared::<doorward_fields::MacKey>();
    shared::<doorward_fields::Opened>();
}
