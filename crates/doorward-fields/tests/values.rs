//! The plaintexts of typed values are those of another implementation: `vectors/values.py`.

#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fmt::Debug;

use doorward_fields::{FieldKey, KeyId, Keyring, Nonces, Sealed, SealedField, Secret, Unwiped};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

const VECTORS: &str = include_str!("vectors/values.txt");

fn vector(name: &str) -> Vec<u8> {
    let mut vectors = VECTORS.lines().filter_map(|line| line.split_once(": "));
    let (_, hex) = vectors.find(|(other, _)| *other == name).unwrap();
    hex.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// `value` is sealed as the vector has it, and what seals the vector opens to `value`.
fn is_vector<T: Debug + DeserializeOwned + PartialEq + Serialize>(name: &str, value: T) {
    let keyring = Keyring::new(FieldKey::new(KeyId::new(1), [7; 32]));
    let field = SealedField::<Unwiped<T>>::new("table", "field", 1);
    let (context, bytes) = (field.context("", b"r"), vector(name));

    let theirs = Sealed::from_envelope(keyring.seal(&context, &bytes).unwrap());
    let opened = field.open(&keyring, "", "r", &theirs).unwrap();
    assert_eq!(opened.expose_secret().0, value, "{name}");

    let (secret, mut nonces) = (Secret::new(Unwiped(value)), Nonces::in_batches_of(1));
    let ours = field.seal(&keyring, "", "r", &secret, &mut nonces).unwrap();
    let plaintext = keyring.open(&context, ours.envelope()).unwrap();
    assert_eq!(plaintext.expose_secret(), bytes, "{name}");
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Unit;

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Person {
    name: String,
    born: u16,
    note: Option<String>,
    unit: Unit,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
enum Shape {
    Unit,
    Newtype(char),
    Tuple(u8, i8),
    Struct { a: Vec<u8>, b: Option<u8> },
}

#[test]
fn r23_values_are_written_and_read_as_another_implementation_has_them() {
    is_vector("null", None::<u8>);
    is_vector("null", ());
    is_vector("booleans", [false, true]);
    let small: [u64; 10] =
        [0, 23, 24, 255, 256, 65_535, 65_536, 0xffff_ffff, 0x1_0000_0000, u64::MAX];
    is_vector("small", small);
    is_vector("small", small.map(i128::from));
    let negative: [i64; 10] =
        [-1, -24, -25, -256, -257, -65_536, -65_537, -0x1_0000_0000, -0x1_0000_0001, i64::MIN];
    is_vector("negative", negative);
    is_vector("negative", negative.map(i128::from));
    is_vector("wide", [0x1_0000_0000_0000_0000, u128::MAX]);
    is_vector("wide negative", [-0x1_0000_0000_0000_0001, i128::MIN]);
    is_vector("floats", [0.0, -0.0, 1.1, 1.0e300, 5.0e-324]);
    let text = ["", "a", "IETF", "\u{fc}", "\u{6c34}"].map(str::to_owned);
    let long = [24, 256].map(|times| "x".repeat(times));
    is_vector("text", text.into_iter().chain(long).collect::<Vec<_>>());
    is_vector("list of lists", serde_json::json!([[], [[]], [[1], [2, 3]]]));
    is_vector("map", BTreeMap::from([(1, 'a'), (2, 'b')]));
    let person = Person { name: "Ada".to_owned(), born: 1815, note: None, unit: Unit };
    is_vector("struct", person);
    let shape = Shape::Struct { a: vec![1], b: None };
    is_vector("variants", [Shape::Unit, Shape::Newtype('x'), Shape::Tuple(1, -2), shape]);
}
