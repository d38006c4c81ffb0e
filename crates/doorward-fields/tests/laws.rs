//! The laws of doorward that this crate keeps.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use doorward_fields::{
    Context, Envelope, FieldKey, IndexPlace, IndexedValue, KeyId, KeySet, Keyring, Nonce,
    OpenErrorKind, Place, RootKey,
};
use proptest::prelude::*;
use proptest::sample::Index;
use sha2::{Digest as _, Sha256};

const ID: KeyId = KeyId::new(1);

fn root() -> RootKey {
    RootKey::new(ID, [0x5e; 32])
}

fn keyring() -> Keyring {
    Keyring::new(FieldKey::new(ID, [0x5e; 32]))
}

fn email() -> Place<'static> {
    Place { tenant: "acme", table: "users", record: b"u-17", field: "email", version: 1 }
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

// 6. A stored secret is hashed or sealed.

proptest! {
    /// Runs of eight: by chance one appears in about one of 10^13 runs of this test.
    #[test]
    fn law_06_an_envelope_holds_no_run_of_plaintext(plaintext in prop::collection::vec(any::<u8>(), 8..64)) {
        let envelope = keyring().seal(&Context::new(email()), &plaintext).unwrap();
        for run in plaintext.windows(8) {
            prop_assert!(!holds(envelope.as_bytes(), run));
        }
    }

    #[test]
    fn law_06_two_seals_of_one_plaintext_share_only_the_header(plaintext in prop::collection::vec(any::<u8>(), 0..64)) {
        let context = Context::new(email());
        let first = keyring().seal(&context, &plaintext).unwrap().into_bytes();
        let second = keyring().seal(&context, &plaintext).unwrap().into_bytes();
        prop_assert_eq!(&first[..5], &second[..5]);
        prop_assert_ne!(&first[5..29], &second[5..29], "nonce");
        prop_assert_ne!(&first[29..61], &second[29..61], "commitment");
        prop_assert_ne!(&first[61..], &second[61..], "ciphertext and tag");
    }

    #[test]
    fn law_06_a_blind_index_is_no_unkeyed_hash(value: Vec<u8>) {
        let place = IndexPlace { tenant: "acme", table: "users", field: "email" };
        let index = root().derive_index_key("users").blind_index(place, &IndexedValue::exact(&value));
        let other = RootKey::new(ID, [0x5f; 32]).derive_index_key("users").blind_index(place, &IndexedValue::exact(&value));
        prop_assert_ne!(index.digest(), &<[u8; 32]>::from(Sha256::digest(&value)));
        prop_assert_ne!(index.digest(), other.digest());
    }
}

// 7. A sealed field opens only in its own place.

/// A place, owned.
#[derive(Clone, Debug, PartialEq)]
struct Spot {
    tenant: String,
    table: String,
    record: Vec<u8>,
    field: String,
    version: u32,
}

impl Spot {
    fn context(&self) -> Context<'_> {
        Context::new(Place {
            tenant: &self.tenant,
            table: &self.table,
            record: &self.record,
            field: &self.field,
            version: self.version,
        })
    }
}

fn spot() -> impl Strategy<Value = Spot> {
    let text = || "[ab\u{0}]{0,3}";
    (text(), text(), prop::collection::vec(0u8..3, 0..4), text(), 0u32..4).prop_map(
        |(tenant, table, record, field, version)| Spot { tenant, table, record, field, version },
    )
}

proptest! {
    #[test]
    fn law_07_opens_in_its_own_place(spot in spot(), plaintext: Vec<u8>) {
        let envelope = keyring().seal(&spot.context(), &plaintext).unwrap();
        prop_assert_eq!(envelope.as_bytes().len(), plaintext.len() + Envelope::OVERHEAD);
        let opened = keyring().open(&spot.context(), &envelope).unwrap();
        prop_assert_eq!(opened.expose_secret(), plaintext);
    }

    #[test]
    fn law_07_refuses_every_other_place(from in spot(), to in spot(), plaintext: Vec<u8>) {
        prop_assume!(from != to);
        let envelope = keyring().seal(&from.context(), &plaintext).unwrap();
        let error = keyring().open(&to.context(), &envelope).unwrap_err();
        prop_assert_eq!(error.kind(), OpenErrorKind::Refused);
    }

    #[test]
    fn law_07_refuses_a_change_of_any_one_part(part in 0usize..5, spot in spot(), plaintext: Vec<u8>) {
        let envelope = keyring().seal(&spot.context(), &plaintext).unwrap();
        let mut moved = spot;
        match part {
            0 => moved.tenant.push('x'),
            1 => moved.table.push('x'),
            2 => moved.record.push(b'x'),
            3 => moved.field.push('x'),
            _ => moved.version += 1,
        }
        let error = keyring().open(&moved.context(), &envelope).unwrap_err();
        prop_assert_eq!(error.kind(), OpenErrorKind::Refused);
    }

    #[test]
    fn law_07_refuses_another_key_of_the_same_id(other: [u8; 32], plaintext: Vec<u8>) {
        prop_assume!(other != [0x5e; 32]);
        let context = Context::new(email());
        let envelope = keyring().seal(&context, &plaintext).unwrap();
        let impostor = Keyring::new(FieldKey::new(ID, other));
        prop_assert_eq!(impostor.open(&context, &envelope).unwrap_err().kind(), OpenErrorKind::Refused);
    }

    /// The same secret under another id: the id is bound, not a hint.
    #[test]
    fn law_07_refuses_a_renamed_key(id: u32, plaintext: Vec<u8>) {
        prop_assume!(id != ID.get());
        let context = Context::new(email());
        let mut bytes = keyring().seal(&context, &plaintext).unwrap().into_bytes();
        bytes[1..5].copy_from_slice(&id.to_be_bytes());
        let renamed = Envelope::try_from(bytes).unwrap();

        let both = keyring().with_open_only(FieldKey::new(KeyId::new(id), [0x5e; 32])).unwrap();
        prop_assert_eq!(both.open(&context, &renamed).unwrap_err().kind(), OpenErrorKind::Refused);
        prop_assert_eq!(
            keyring().open(&context, &renamed).unwrap_err().kind(),
            OpenErrorKind::UnknownKey(KeyId::new(id))
        );
    }

    #[test]
    fn law_07_refuses_any_changed_bytes(plaintext: Vec<u8>, at: Index, mask in 1u8..) {
        let context = Context::new(email());
        let mut bytes = keyring().seal(&context, &plaintext).unwrap().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= mask;
        match Envelope::try_from(bytes) {
            Err(_) => prop_assert_eq!(at, 0),
            Ok(changed) => {
                let kind = keyring().open(&context, &changed).unwrap_err().kind();
                match at {
                    1..5 => prop_assert_eq!(kind, OpenErrorKind::UnknownKey(changed.key_id())),
                    _ => prop_assert_eq!(kind, OpenErrorKind::Refused),
                }
            }
        }
    }

    /// Two fields sealed in one place: no part of one fits the other.
    #[test]
    fn law_07_refuses_parts_of_two_envelopes(cut in 5usize..109) {
        let context = Context::new(email());
        let one = keyring().seal(&context, &[1; 32]).unwrap().into_bytes();
        let two = keyring().seal(&context, &[2; 32]).unwrap().into_bytes();
        let spliced = [&one[..cut], &two[cut..]].concat();
        prop_assume!(spliced != one && spliced != two);
        let spliced = Envelope::try_from(spliced).unwrap();
        prop_assert_eq!(keyring().open(&context, &spliced).unwrap_err().kind(), OpenErrorKind::Refused);
    }
}

#[test]
fn law_07_refuses_every_single_flipped_bit() {
    let context = Context::new(email());
    let sealed = keyring().seal(&context, b"alice@example.com").unwrap().into_bytes();
    for bit in 0..sealed.len() * 8 {
        let mut bytes = sealed.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Ok(envelope) = Envelope::try_from(bytes) {
            assert!(keyring().open(&context, &envelope).is_err(), "bit {bit}");
        }
    }
}

/// A keyring that has the key and does not open with it.
fn keyring_above(minimum: KeyId) -> Keyring {
    let keyring = Keyring::new(FieldKey::new(minimum, [0; 32]));
    let keyring = keyring.with_open_only(FieldKey::new(ID, [0x5e; 32])).unwrap();
    keyring.with_minimum_open(minimum).unwrap()
}

#[test]
fn law_07_refusals_have_one_text() {
    let context = Context::new(email());
    let envelope = keyring().seal(&context, b"alice").unwrap();
    let elsewhere = Context::new(Place { field: "phone", ..email() });
    let wrong_place = keyring().open(&elsewhere, &envelope).unwrap_err();
    let wrong_key = Keyring::new(FieldKey::new(ID, [0; 32])).open(&context, &envelope).unwrap_err();
    let unknown_key = Keyring::new(FieldKey::new(KeyId::new(2), [0x5e; 32]))
        .open(&context, &envelope)
        .unwrap_err();
    let genuine = envelope.clone();
    let mut bytes = envelope.into_bytes();
    *bytes.last_mut().unwrap() ^= 1;
    let flipped = keyring().open(&context, &Envelope::try_from(bytes).unwrap()).unwrap_err();

    assert_eq!(wrong_place, wrong_key);
    assert_eq!(wrong_place, flipped);
    for ring in [
        Keyring::new(FieldKey::new(KeyId::new(2), [0x5e; 32])).with_retired(ID).unwrap(),
        keyring_above(KeyId::new(2)),
    ] {
        let error = ring.open(&context, &genuine).unwrap_err();
        assert_ne!(error.kind(), OpenErrorKind::UnknownKey(ID));
        assert_eq!(error.to_string(), unknown_key.to_string());
    }
    assert_eq!(wrong_place.to_string(), unknown_key.to_string());
}

// 8. Secrets are wiped and never printed.

/// Every way in which a byte string tends to be printed.
fn printings(secret: &[u8]) -> [String; 4] {
    [
        String::from_utf8_lossy(secret).into_owned(),
        format!("{secret:?}").trim_matches(['[', ']']).to_owned(),
        secret.iter().map(|byte| format!("{byte:02x}")).collect(),
        secret.iter().map(|byte| format!("{byte:02X}")).collect(),
    ]
}

#[test]
fn law_08_debug_shows_no_secret() {
    let secret = *b"correct horse battery staple 123";
    let plaintext = b"alice@example.com";
    let root = RootKey::new(ID, secret);
    let keyring = Keyring::new(FieldKey::new(ID, secret))
        .with_open_only(FieldKey::new(KeyId::new(2), secret))
        .unwrap();
    let context = Context::new(email());
    let envelope = keyring.seal(&context, plaintext).unwrap();
    let opened = keyring.open(&context, &envelope).unwrap();
    let tag = root.derive_mac_key("codes").tag("code", &[plaintext]);
    let place = IndexPlace { tenant: "acme", table: "users", field: "email" };
    let index = root.derive_index_key("users").blind_index(place, &IndexedValue::exact(plaintext));
    let set = KeySet::new(RootKey::new(ID, secret));
    let set = set.with_pending(RootKey::new(KeyId::new(2), secret)).unwrap();

    let printed = [
        format!("{root:?} {root:#?}"),
        format!("{:?}", FieldKey::new(ID, secret)),
        format!("{keyring:?} {keyring:#?}"),
        format!("{:?}", root.derive_field_key("users")),
        format!("{:?}", root.derive_index_key("users")),
        format!("{:?}", root.derive_mac_key("codes")),
        format!("{opened:?} {opened:#?}"),
        format!("{set:?} {set:#?}"),
        format!("{:?}", set.derive_keyring("users")),
        format!("{:?} {:?}", set.derive_index_keys("users"), set.derive_mac_keys("users")),
        format!("{:?}", IndexedValue::exact(plaintext)),
        format!("{envelope:?} {envelope:#?}"),
        format!("{tag:?} {tag:#?}"),
        format!("{index:?} {index} {index:#?}"),
    ];
    for text in &printed {
        assert!(!text.is_empty());
        for hidden in printings(&secret).iter().chain(&printings(plaintext)) {
            assert!(!text.contains(hidden), "{hidden} in {text}");
        }
        for hidden in printings(&tag.as_bytes()[..4]) {
            assert!(!text.contains(&hidden), "a tag in {text}");
        }
    }
    for text in &printed[..11] {
        assert!(text.contains("[REDACTED]"), "{text}");
    }
    assert_eq!(format!("{:?}", root.derive_mac_key("a")), "MacKey { id: 1, secret: [REDACTED] }");
}

#[test]
fn law_08_errors_show_no_secret() {
    let plaintext = b"alice@example.com";
    let context = Context::new(email());
    let nonce = Nonce::new([3; 24]);
    let mut bytes = keyring().seal_with_nonce(&context, plaintext, nonce).unwrap().into_bytes();
    *bytes.last_mut().unwrap() ^= 1;
    let refused = keyring().open(&context, &Envelope::parse(&bytes).unwrap()).unwrap_err();
    let malformed = Envelope::parse(plaintext).unwrap_err();
    let duplicate =
        keyring().with_open_only(FieldKey::new(ID, *b"correct horse battery staple 123"));

    let printed =
        format!("{refused:?} {refused} {malformed:?} {malformed} {:?}", duplicate.unwrap_err());
    for hidden in printings(plaintext).iter().chain(&printings(b"correct horse battery staple 123"))
    {
        assert!(!printed.contains(hidden), "{hidden} in {printed}");
    }
}
