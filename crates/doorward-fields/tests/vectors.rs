//! The committed vectors, which `vectors/make.py` made with another implementation.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};

use chacha20poly1305::{AeadInOut as _, KeyInit as _, XChaCha20Poly1305};
use doorward_fields::{
    Backend, Context, Envelope, FieldKey, IndexBits, IndexPlace, IndexedValue, KeyId, Keyring,
    Nonce, Place, RootKey, TextForm,
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

    fn index_place(&self) -> IndexPlace<'_> {
        IndexPlace {
            tenant: self.text("tenant"),
            table: self.text("table"),
            field: self.text("field"),
        }
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

const V1: &str = include_str!("vectors/envelope_v1.txt");
const V2: &str = include_str!("vectors/envelope_v2.txt");
const INDEX: &str = include_str!("vectors/index_v1.txt");

fn vectors(file: &'static str, kind: &str) -> Vec<Vector> {
    let mut all: Vec<Vector> = Vec::new();
    let lines = file.lines();
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

fn backends() -> Vec<Backend> {
    vec![
        Backend::default(),
        #[cfg(feature = "ring")]
        Backend::ring(),
    ]
}

/// Opens the bytes, and seals to them if the version is still sealed.
fn check(vector: &Vector, keyring: &Keyring) {
    let (context, plaintext) = (vector.context(), vector.bytes("plaintext"));
    assert_eq!(vector.bytes("envelope").len(), plaintext.len() + Envelope::OVERHEAD);
    let envelope = Envelope::parse(vector.bytes("envelope")).unwrap();
    assert_eq!(keyring.open(&context, &envelope).unwrap().expose_secret(), plaintext);
    let mut buffer = vector.bytes("envelope").to_vec();
    assert_eq!(keyring.open_in_place(&context, &mut buffer).unwrap(), plaintext);

    if envelope.version() == Envelope::VERSION {
        let nonce = || Nonce::new(vector.array("nonce"));
        let sealed = keyring.seal_with_nonce(&context, plaintext, nonce()).unwrap();
        assert_eq!(sealed, envelope);
        let mut buffer = vec![0xa5; Envelope::OVERHEAD + plaintext.len()];
        buffer[Envelope::HEADER..][..plaintext.len()].copy_from_slice(plaintext);
        keyring.seal_in_place(&context, &mut buffer, nonce()).unwrap();
        assert_eq!(buffer, envelope.as_bytes());
    }
}

#[test]
fn envelopes_of_every_version_match() {
    for (version, file) in [(1, V1), (2, V2)] {
        for vector in vectors(file, "envelope") {
            let id = KeyId::new(vector.number("key_id"));
            assert_eq!(vector.context().to_bytes(), vector.bytes("context"));
            assert_eq!(vector.bytes("envelope")[0], version);
            for backend in backends() {
                let key = FieldKey::new(id, vector.array("key"));
                check(&vector, &Keyring::new(key).with_backend(backend));
            }
        }
        for vector in vectors(file, "derived_envelope") {
            let key = vector.root().derive_field_key(vector.text("purpose"));
            check(&vector, &Keyring::new(key));
        }
    }
}

/// One ciphertext and tag that the bare cipher opens under two keys, made of the subkeys of two
/// envelopes in one place: whichever commitment stands before it, one key opens it at the most.
#[test]
fn r24_an_invisible_salamander_opens_under_one_key_only() {
    for vector in vectors(V2, "salamander") {
        let sealed = vector.bytes("sealed");
        let (text, tag) = sealed.split_last_chunk::<16>().unwrap();
        let mut texts = BTreeSet::new();
        for name in ["subkey_0", "subkey_1"] {
            let mut text = text.to_vec();
            XChaCha20Poly1305::new(vector.bytes(name).try_into().unwrap())
                .decrypt_inout_detached(
                    &vector.array::<24>("nonce").into(),
                    &[],
                    text.as_mut_slice().into(),
                    tag.into(),
                )
                .expect("the bare cipher opens it under both");
            texts.insert(text);
        }
        assert_eq!(texts.len(), 2, "and shows two texts");

        let id = KeyId::new(vector.number("key_id"));
        for backend in backends() {
            for (of, header) in ["header_0", "header_1"].into_iter().enumerate() {
                let envelope = Envelope::parse(&[vector.bytes(header), sealed].concat()).unwrap();
                for (with, key) in ["key_0", "key_1"].into_iter().enumerate() {
                    let keyring =
                        Keyring::new(FieldKey::new(id, vector.array(key))).with_backend(backend);
                    let opened = keyring.open(&vector.context(), &envelope);
                    assert_eq!(opened.is_ok(), of == with, "{header} under {key}, {backend}");
                }
            }
        }
    }
}

#[test]
fn blind_indexes_match() {
    for vector in vectors(V1, "blind_index") {
        let key = vector.root().derive_index_key(vector.text("purpose"));
        let index =
            key.blind_index(vector.index_place(), &IndexedValue::exact(vector.bytes("value")));
        assert_eq!(index.to_bytes(), vector.bytes("index"));
    }
}

/// The value in the form that the vector names; exact bytes where it names none.
fn indexed<'a>(vector: &'a Vector, value: &'a str) -> IndexedValue<'a> {
    let form = match vector.text("form") {
        "" => return IndexedValue::exact(vector.bytes(value)),
        "caseless/1" => TextForm::Caseless,
        "digits/1" => TextForm::Digits,
        "trimmed/1" => TextForm::Trimmed,
        other => panic!("{other}"),
    };
    IndexedValue::text(form, vector.text(value))
}

#[test]
fn indexes_of_text_match() {
    for vector in vectors(INDEX, "text_index") {
        let key = vector.root().derive_index_key(vector.text("purpose"));
        for value in ["text", "normal"] {
            let index = key.blind_index(vector.index_place(), &indexed(&vector, value));
            assert_eq!(index.to_bytes(), vector.bytes("index"));
        }
    }
}

#[test]
fn truncated_indexes_match() {
    for vector in vectors(INDEX, "truncated_index") {
        let key = vector.root().derive_index_key(vector.text("purpose"));
        let bits = IndexBits::new(vector.number("bits").try_into().unwrap()).unwrap();
        let value = indexed(&vector, "value");
        let index = key.truncated_index(vector.index_place(), bits, &value);
        assert_eq!(index.to_bytes(), vector.bytes("index"));
    }
}

#[test]
fn tags_match() {
    for vector in vectors(V1, "tag") {
        let parts =
            ["part_0", "part_1", "part_2", "part_3", "part_4"].map(|name| vector.bytes(name));
        let key = vector.root().derive_mac_key(vector.text("purpose"));
        let tag = key.tag(vector.text("domain"), &parts);
        assert_eq!(tag.as_bytes(), vector.bytes("tag"));
        assert!(key.verify(vector.text("domain"), &parts, vector.bytes("tag")));
    }
}
