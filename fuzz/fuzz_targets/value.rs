//! The bytes in an envelope are a value or an error, and a value that is sealed again opens as it was.
#![no_main]

use std::collections::BTreeMap;
use std::fmt::Debug;

use doorward_fields::{FieldKey, KeyId, Keyring, Nonces, Sealed, SealedField, Secret, Unwiped};
use libfuzzer_sys::fuzz_target;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};

#[derive(Debug, Deserialize, PartialEq, Serialize)]
enum Shape {
    Unit,
    Newtype(String),
    Tuple(u8, i64),
    Struct { a: Vec<i128>, b: Option<Box<Shape>> },
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
enum Untagged {
    Number(i64),
    Text(String),
    Map(BTreeMap<String, Untagged>),
    List(Vec<Untagged>),
}

/// Passed over, whatever it is.
#[derive(Serialize)]
struct Anything;

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|IgnoredAny| Self)
    }
}

fuzz_target!(|bytes: &[u8]| {
    read::<Shape>(bytes);
    read::<Untagged>(bytes);
    read::<BTreeMap<u64, Vec<Option<bool>>>>(bytes);
    read::<(char, [u16; 2], String)>(bytes);
    read::<serde_json::Value>(bytes);
    let _ = open::<Anything>(bytes);
});

/// As if somebody had sealed just these bytes.
fn open<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Option<Secret<Unwiped<T>>> {
    let field = SealedField::<Unwiped<T>>::new("table", "field", 1);
    let envelope = keyring().seal(&field.context("", b"r"), bytes).unwrap();
    field.open(&keyring(), "", "r", &Sealed::from_envelope(envelope)).ok()
}

fn read<T: Debug + DeserializeOwned + PartialEq + Serialize>(bytes: &[u8]) {
    let Some(value) = open::<T>(bytes) else {
        return;
    };
    let field = SealedField::<Unwiped<T>>::new("table", "field", 1);
    let sealed = field
        .seal(&keyring(), "", "r", &value, &mut Nonces::in_batches_of(1))
        .expect("what was read once is no value that could not be read");
    let again = field.open(&keyring(), "", "r", &sealed).unwrap();
    assert_eq!(again.expose_secret().0, value.expose_secret().0);
}

fn keyring() -> Keyring {
    Keyring::new(FieldKey::new(KeyId::new(1), [7; 32]))
}
