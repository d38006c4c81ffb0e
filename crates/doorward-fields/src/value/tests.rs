use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use proptest::prelude::*;
use serde::ser::{SerializeMap as _, SerializeSeq as _, Serializer};
use serde::{Deserialize, Serialize};

use super::*;

fn written<T: Serialize>(value: &T) -> Result<Vec<u8>, ValueProblem> {
    let mut bytes = vec![0; measure(value)?];
    write(value, &mut bytes)?;
    Ok(bytes)
}

/// What `value` opens to.
fn again<T: DeserializeOwned + Serialize>(value: &T) -> T {
    read(&written(value).unwrap()).unwrap()
}

fn holds<T: DeserializeOwned + fmt::Debug + PartialEq + Serialize>(value: T) {
    assert_eq!(again(&value), value);
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Unit;

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Newtype(Option<u8>);

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
enum Shape {
    Unit,
    Newtype(String),
    Nothing(Option<u8>),
    Tuple(u8, i64),
    Struct { a: Vec<u8>, b: Option<Box<Shape>> },
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "kind")]
enum Tagged {
    Unit,
    Struct { a: f32, b: i32 },
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
enum Untagged {
    Unit,
    Number(i64),
    Float(f64),
    Text(String),
    Wide { wide: u128 },
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct List {
    next: Option<Box<List>>,
}

fn list(length: usize) -> List {
    (0..length).fold(List { next: None }, |next, _| List { next: Some(Box::new(next)) })
}

#[test]
fn the_bytes_are_those_of_rfc_8949() {
    // Appendix A.
    assert_eq!(written(&1_000_000u32).unwrap(), [0x1a, 0x00, 0x0f, 0x42, 0x40]);
    assert_eq!(written(&-1000i32).unwrap(), [0x39, 0x03, 0xe7]);
    assert_eq!(
        written(&18_446_744_073_709_551_616u128).unwrap(),
        [0xc2, 0x49, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    );
    assert_eq!(written(&1.1f64).unwrap(), [0xfb, 0x3f, 0xf1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a]);
    assert_eq!(written(&100_000.0f32).unwrap(), [0xfa, 0x47, 0xc3, 0x50, 0x00]);
    assert_eq!(written(&"IETF").unwrap(), *b"\x64IETF");
    assert_eq!(written(&'\u{fc}').unwrap(), [0x62, 0xc3, 0xbc]);
    assert_eq!(written(&None::<u8>).unwrap(), [0xf6]);
    assert_eq!(written(&true).unwrap(), [0xf5]);
    assert_eq!(written(&(1, [2, 3], [4, 5])).unwrap(), [0x83, 1, 0x82, 2, 3, 0x82, 4, 5]);
    assert_eq!(written(&BTreeMap::from([("a", 1), ("b", 2)])).unwrap(), *b"\xa2\x61a\x01\x61b\x02");
}

#[test]
fn what_serde_can_say_comes_back() {
    holds(());
    holds(Unit);
    holds(Some(Unit));
    holds(Newtype(None));
    holds(Some(Some(7u8)));
    holds(vec![None, Some(1u8)]);
    holds([Shape::Unit, Shape::Newtype("a".into()), Shape::Nothing(None), Shape::Tuple(1, -2)]);
    holds(Shape::Struct { a: vec![1, 2], b: Some(Box::new(Shape::Unit)) });
    holds([Tagged::Unit, Tagged::Struct { a: f32::MIN_POSITIVE, b: -1 }]);
    holds([Untagged::Unit, Untagged::Number(i64::MIN), Untagged::Float(0.5)]);
    holds(Untagged::Text("a".into()));
    holds((u64::MAX, i64::MIN, u128::MAX, i128::MIN, i128::MAX));
    holds(HashMap::from([((1u8, true), 'x'), ((2, false), '\u{1f600}')]));
    holds(BTreeMap::from([(vec![0u8], 1.5f64)]));
    holds(std::net::Ipv6Addr::LOCALHOST);
    holds(std::time::Duration::from_nanos(1));
    holds(serde_json::json!({ "null": null, "list": [], "map": {}, "n": [-1, 1.5, 1], "t": "" }));
}

#[test]
fn bytes_are_bytes_and_may_be_borrowed_by_nobody() {
    struct Blob(Vec<u8>);
    impl Serialize for Blob {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&self.0)
        }
    }
    assert_eq!(written(&Blob(vec![1, 2, 3, 4])).unwrap(), [0x44, 1, 2, 3, 4]);
    assert_eq!(read::<std::ffi::CString>(&[0x41, b'x']).unwrap().as_bytes(), b"x");
}

#[test]
fn floats_keep_every_bit() {
    for bits in [f64::NAN.to_bits(), 0x7ff4_0000_0000_0001, (-0.0f64).to_bits(), 1] {
        assert_eq!(again(&f64::from_bits(bits)).to_bits(), bits);
    }
    for bits in [f32::NAN.to_bits(), 0x7fa0_0001, (-0.0f32).to_bits(), 1] {
        assert_eq!(again(&f32::from_bits(bits)).to_bits(), bits);
    }
}

#[test]
fn a_some_that_would_become_none_is_refused() {
    assert_eq!(written(&Some(None::<u8>)), Err(ValueProblem::Option));
    assert_eq!(written(&Some(())), Err(ValueProblem::Option));
    assert_eq!(written(&Some(Newtype(None))), Err(ValueProblem::Option));
    assert_eq!(written(&vec![Some(Some(None::<u8>))]), Err(ValueProblem::Option));
    assert_eq!(written(&Some(serde_json::Value::Null)), Err(ValueProblem::Option));
}

#[test]
fn depth_has_one_limit_for_writing_and_reading() {
    // A list takes two levels: the struct, the option.
    holds(list(63));
    assert_eq!(written(&list(64)), Err(ValueProblem::Depth));
    let nested =
        |levels| (1..levels).fold(serde_json::json!([]), |inner, _| serde_json::json!([inner]));
    holds(nested(128));
    assert_eq!(written(&nested(129)), Err(ValueProblem::Depth));
}

#[test]
fn nesting_without_end_is_an_error() {
    for head in [0x81, 0x9f, 0xa1, 0xbf, 0xc2, 0xc6, 0xd8] {
        let bomb = vec![head; 1 << 20];
        assert!(read::<serde_json::Value>(&bomb).is_none(), "{head:x}");
        assert!(read::<serde::de::IgnoredAny>(&bomb).is_none(), "{head:x}");
        assert!(read::<Untagged>(&bomb).is_none(), "{head:x}");
        assert!(read::<List>(&bomb).is_none(), "{head:x}");
        assert!(read::<Shape>(&bomb).is_none(), "{head:x}");
    }
    // Heads that promise more than there is.
    for head in [0x5b, 0x7b, 0x9b, 0xbb] {
        let promise = [head, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0];
        assert!(read::<serde_json::Value>(&promise).is_none(), "{head:x}");
        assert!(read::<Vec<u64>>(&promise).is_none(), "{head:x}");
        assert!(read::<serde::de::IgnoredAny>(&promise).is_none(), "{head:x}");
    }
}

#[test]
fn nothing_may_follow_the_value() {
    assert_eq!(read::<u8>(&[7]), Some(7));
    assert_eq!(read::<u8>(&[7, 0]), None);
    assert_eq!(read::<u8>(&[]), None);
    assert_eq!(read::<(u8, u8)>(&[0x83, 1, 2, 3]), None);
    assert_eq!(read::<(u8, u8)>(&[0x81, 1]), None);
    assert_eq!(read::<Unit>(&[0x81, 1]), None);
    // Of a map, a visitor that stops early leaves entries behind.
    assert_eq!(read::<Shape>(b"\xa2\x67Newtype\x61a\x64Unit\xf6"), None);
}

#[test]
fn lists_without_a_length_have_an_end() {
    struct Lazy;
    impl Serialize for Lazy {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut list = serializer.serialize_seq(None)?;
            list.serialize_element(&BTreeMap::from([("a", 1u8)]))?;
            list.end()
        }
    }
    struct LazyMap;
    impl Serialize for LazyMap {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            map.serialize_entry("a", &1u8)?;
            map.end()
        }
    }
    let expected = BTreeMap::from([("a".to_owned(), 1u8)]);
    assert_eq!(
        read::<Vec<BTreeMap<String, u8>>>(&written(&Lazy).unwrap()),
        Some(vec![expected.clone()])
    );
    assert_eq!(read::<BTreeMap<String, u8>>(&written(&LazyMap).unwrap()), Some(expected));
    assert_eq!(read::<Vec<u8>>(&[0x9f, 1]), None, "no end");
}

#[test]
fn a_value_that_contradicts_itself_is_refused() {
    struct Announces(usize);
    impl Serialize for Announces {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut list = serializer.serialize_seq(Some(self.0))?;
            list.serialize_element(&1u8)?;
            list.end()
        }
    }
    assert_eq!(written(&Announces(0)), Err(ValueProblem::Count));
    assert_eq!(written(&Announces(1)), Ok(vec![0x81, 1]));
    assert_eq!(written(&Announces(2)), Err(ValueProblem::Count));

    struct Grows(Cell<usize>);
    impl Serialize for Grows {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.set(self.0.get() + 1);
            serializer.serialize_str(&"x".repeat(self.0.get()))
        }
    }
    assert_eq!(written(&Grows(Cell::new(1))), Err(ValueProblem::Count));

    struct Shrinks(Cell<usize>);
    impl Serialize for Shrinks {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.set(self.0.get() - 1);
            serializer.serialize_str(&"x".repeat(self.0.get()))
        }
    }
    assert_eq!(written(&Shrinks(Cell::new(9))), Err(ValueProblem::Count));
}

#[test]
fn a_value_may_refuse() {
    struct Unwilling;
    impl Serialize for Unwilling {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("hunter2"))
        }
    }
    assert_eq!(written(&Unwilling), Err(ValueProblem::Unwilling));
}

#[test]
fn text_in_pieces_is_one_text() {
    struct Pieces(&'static str, usize);
    impl fmt::Display for Pieces {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            (0..self.1).try_for_each(|_| f.write_str(self.0))
        }
    }
    impl Serialize for Pieces {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }
    for (piece, times) in [("", 0), ("a", 23), ("\u{e9}b", 300), ("a", 70_000)] {
        let text: String = read(&written(&Pieces(piece, times)).unwrap()).unwrap();
        assert_eq!(text, piece.repeat(times));
    }
    struct Broken;
    impl fmt::Display for Broken {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            Err(fmt::Error)
        }
    }
    impl Serialize for Broken {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }
    assert_eq!(written(&Broken), Err(ValueProblem::Unwilling));
}

fn shape() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        Just(Shape::Unit),
        any::<String>().prop_map(Shape::Newtype),
        any::<Option<u8>>().prop_map(Shape::Nothing),
        any::<(u8, i64)>().prop_map(|(a, b)| Shape::Tuple(a, b)),
    ];
    leaf.prop_recursive(8, 16, 1, |inner| {
        (any::<Vec<u8>>(), prop::option::of(inner))
            .prop_map(|(a, b)| Shape::Struct { a, b: b.map(Box::new) })
    })
}

proptest! {
    #[test]
    fn any_value_comes_back(shape in shape(), numbers: (u64, i64, i128, u128), map: BTreeMap<i16, String>) {
        let value = (shape, numbers, map);
        prop_assert_eq!(&again(&value), &value);
    }

    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes: Vec<u8>) {
        let _ = read::<serde::de::IgnoredAny>(&bytes);
        if let Some(value) = read::<serde_json::Value>(&bytes) {
            prop_assert_eq!(again(&value), value);
        }
        let _ = (read::<Shape>(&bytes), read::<Tagged>(&bytes), read::<Untagged>(&bytes));
        let _ = (read::<List>(&bytes), read::<BTreeMap<String, Vec<u8>>>(&bytes));
    }
}
