//! The committed vectors, which `vectors/make.py` made with another implementation.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use doorward_fields::{
    Context, Envelope, FieldKey, IndexPlace, KeyId, Keyring, Nonce, Place, RootKey,
};

/// One `[kind]` of the file and its `name = hex` lines.
struct Vector {
    kind: &'static str,
    values: BTreeMap<&'static str, Vec<u8>>,
}

impl Vector {
    fn bytes(&self, name: &str) -> &[u8] {
        self.values.get(name).unwrap_or_else(|| panic!("{} has no {name}", self.kind))
    }

    fn text(&self, name: &str) -> &str {
        std::str::from_utf8(self.bytes(name)).unwrap()
    }

    fn array<const N: usize>(&self, name: &str) -> [u8; N] {
        self.bytes(name).try_into().unwrap()
    }

    fn number(&self, name: &str) -> u32 {
        u32::from_be_bytes(self.array(name))
    }

    fn context(&self) -> Context<'_> {
        Context::new(Place {
            tenant: self.text("tenant"),
            table: self.text("table"),
            record: self.bytes("record"),
            field: self.text("field"),
            version: self.number("version"),
        })
    }

    fn root(&self) -> RootKey {
        RootKey::new(KeyId::new(self.number("root_id")), self.array("root"))
    }
}

fn hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "{text}");
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

fn vectors(kind: &str) -> Vec<Vector> {
    let mut all: Vec<Vector> = Vec::new();
    let lines = include_str!("vectors/envelope_v1.txt").lines();
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(kind) = line.strip_prefix('[') {
            all.push(Vector { kind: kind.trim_end_matches(']'), values: BTreeMap::new() });
        } else {
            let (name, value) = line.split_once(" =").unwrap();
            all.last_mut().unwrap().values.insert(name, hex(value.trim()));
        }
    }
    all.retain(|vector| vector.kind == kind);
    assert!(!all.is_empty(), "no vector of kind {kind}");
    all
}

/// Seals to the very bytes, and opens them.
fn check(vector: &Vector, keyring: &Keyring) {
    let (context, plaintext) = (vector.context(), vector.bytes("plaintext"));
    let nonce = Nonce::new(vector.array("nonce"));
    let sealed = keyring.seal_with_nonce(&context, plaintext, nonce).unwrap();
    assert_eq!(sealed.as_bytes(), vector.bytes("envelope"));
    let envelope = Envelope::parse(vector.bytes("envelope")).unwrap();
    assert_eq!(keyring.open(&context, &envelope).unwrap().expose_secret(), plaintext);
}

#[test]
fn envelopes_match() {
    for vector in vectors("envelope") {
        let id = KeyId::new(vector.number("key_id"));
        assert_eq!(vector.context().to_bytes(), vector.bytes("context"));
        check(&vector, &Keyring::new(FieldKey::new(id, vector.array("key"))));
    }
}

#[test]
fn envelopes_under_derived_keys_match() {
    for vector in vectors("derived_envelope") {
        let key = vector.root().derive_field_key(vector.text("purpose"));
        check(&vector, &Keyring::new(key));
    }
}

#[test]
fn blind_indexes_match() {
    for vector in vectors("blind_index") {
        let place = IndexPlace {
            tenant: vector.text("tenant"),
            table: vector.text("table"),
            field: vector.text("field"),
        };
        let key = vector.root().derive_index_key(vector.text("purpose"));
        let index = key.blind_index(place, vector.bytes("value"));
        assert_eq!(index.to_bytes(), vector.bytes("index"));
    }
}

#[test]
fn tags_match() {
    for vector in vectors("tag") {
        let parts =
            ["part_0", "part_1", "part_2", "part_3", "part_4"].map(|name| vector.bytes(name));
        let key = vector.root().derive_mac_key(vector.text("purpose"));
        let tag = key.tag(vector.text("domain"), &parts);
        assert_eq!(tag.as_bytes(), vector.bytes("tag"));
        assert!(key.verify(vector.text("domain"), &parts, vector.bytes("tag")));
    }
}
