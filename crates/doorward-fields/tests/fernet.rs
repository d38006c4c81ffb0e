//! Fernet, as the Python package `cryptography` has it: see `fixtures/fernet/make.py`.

#![cfg(feature = "fernet")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use doorward_fields::{
    Context, FernetErrorKind, FernetKeys, FernetKeysError, FernetSealError, FieldKey, KeyId,
    Keyring, Place,
};
use proptest::prelude::*;
use serde_json::Value;

const KEYS: &str = include_str!("fixtures/fernet/keys.json");
const SPEC: &str = include_str!("fixtures/fernet/spec.json");
const TOKENS: &str = include_str!("fixtures/fernet/tokens.json");

/// What `cryptography` reads and this crate refuses: spellings that it never writes.
const STRICTER: [&str; 7] = [
    "spelt in lines",
    "spelt in the other alphabet",
    "spelt with a space inside",
    "spelt with a stranger inside",
    "spelt with bits left over",
    "spelt with more padding",
    "spelt with much more padding",
];

fn list(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap()
}

fn keys(case: &Value) -> FernetKeys {
    let keys: Vec<_> =
        case["keys"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
    FernetKeys::parse(&keys.join("\n")).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first token of the fixtures by that name.
fn case(name: &str) -> Value {
    list(TOKENS).into_iter().find(|case| case["name"] == name).unwrap()
}

#[test]
fn r26_tokens_open_as_they_do_in_python() {
    let mut stricter = Vec::new();
    for case in list(TOKENS) {
        let name = text(&case, "name");
        let expected = &case["opened"];
        match keys(&case).open(text(&case, "token")) {
            Ok(opened) => {
                assert_eq!(hex(opened.expose_secret()), text(expected, "plaintext"), "{name}");
                assert_eq!(opened.made_at(), expected["made_at"].as_u64().unwrap(), "{name}");
            }
            Err(_) if expected.is_null() => {}
            Err(_) => stricter.push(name.to_owned()),
        }
    }
    stricter.sort();
    assert_eq!(stricter, STRICTER);
}

#[test]
fn r26_every_refusal_has_one_text_and_a_kind_for_the_operator() {
    let kind = |name: &str| {
        let case = case(name);
        let error = keys(&case).open(text(&case, "token")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the Fernet token does not open; the key that made it is not among these, or it was changed"
        );
        error.kind()
    };
    for name in [
        "wrong key",
        "rotated, with the old key",
        "flipped first of time",
        "flipped first of iv",
        "flipped first of ciphertext",
        "flipped last of tag",
        "cut by a block",
    ] {
        assert_eq!(kind(name), FernetErrorKind::Refused, "{name}");
    }
    for name in [
        "empty",
        "not Base64",
        "spelt as Python shows bytes",
        "wrong version, signed",
        "no ciphertext, signed",
        "padding 0",
    ] {
        assert_eq!(kind(name), FernetErrorKind::Malformed, "{name}");
    }
}

#[test]
fn r26_every_key_is_tried_and_the_right_one_is_told() {
    let opened = |name: &str| {
        let case = case(name);
        keys(&case).open(text(&case, "token")).unwrap().key()
    };
    assert_eq!(opened("by the second key"), 1);
    assert_eq!(opened("by the second key, alone"), 0);
    assert_eq!(opened("rotated"), 0);
}

#[test]
fn r26_the_vectors_of_the_specification() {
    let spec: Value = serde_json::from_str(SPEC).unwrap();
    let open = |vector: &Value| {
        FernetKeys::parse(text(vector, "secret")).unwrap().open(text(vector, "token"))
    };
    for vector in [&spec["generate"][0], &spec["verify"][0]] {
        assert_eq!(open(vector).unwrap().expose_secret(), text(vector, "src").as_bytes());
    }
    for vector in spec["invalid"].as_array().unwrap() {
        // What is stored does not expire: these two are about the time alone.
        let by_time = ["far-future TS (unacceptable clock skew)", "expired TTL"];
        let expected = by_time.contains(&text(vector, "desc"));
        assert_eq!(open(vector).is_ok(), expected, "{}", vector["desc"]);
    }
}

#[test]
fn r26_keys_are_read_as_python_reads_them() {
    for case in list(KEYS) {
        let name = text(&case, "name");
        // Python passes over what does not belong to a key.
        let stricter = ["with more padding", "with a stranger inside"].contains(&name);
        let expected = case["taken"].as_bool().unwrap() && !stricter;
        assert_eq!(FernetKeys::parse(text(&case, "key")).is_ok(), expected, "{name}");
    }
    // The bits left over in one of them are no part of the key.
    let spelt = |name| list(KEYS).into_iter().find(|case| case["name"] == name).unwrap();
    let token = case("length 17");
    for name in ["spelt", "with bits left over"] {
        let keys = FernetKeys::parse(text(&spelt(name), "key")).unwrap();
        assert!(keys.open(text(&token, "token")).is_ok(), "{name}");
    }
}

#[test]
fn r26_a_list_of_keys_has_commas_lines_and_comments() {
    let case = case("by the second key");
    let (new, old) = (case["keys"][0].as_str().unwrap(), case["keys"][1].as_str().unwrap());
    for list in [
        format!("{new},{old}"),
        format!("{new}\n{old}\n"),
        format!("# newest, first\r\n{new}\r\n\r\n  # before\r\n {old} ,\r\n"),
    ] {
        let keys = FernetKeys::parse(&list).unwrap();
        assert_eq!(keys.count(), 2);
        assert_eq!(keys.open(text(&case, "token")).unwrap().key(), 1);
    }
    let error = |text: &str| FernetKeys::parse(text).unwrap_err();
    assert_eq!(error(" # none\n,"), FernetKeysError::Empty);
    assert_eq!(error(&format!("{new},,secret")), FernetKeysError::Malformed { entry: 2 });
    assert!(!error("hunter2").to_string().contains("hunter2"));
}

#[test]
fn r26_a_token_is_sealed_anew_in_its_place() {
    let keyring = Keyring::new(FieldKey::new(KeyId::new(1), [7; 32]));
    let place =
        Place { tenant: "acme", table: "users", record: b"u-17", field: "email", version: 1 };
    let case = case("unicode");
    let envelope =
        keyring.seal_fernet(&Context::new(place), &keys(&case), text(&case, "token")).unwrap();
    let opened = keyring.open(&Context::new(place), &envelope).unwrap();
    assert_eq!(hex(opened.expose_secret()), text(&case["opened"], "plaintext"));
    let elsewhere = Context::new(Place { field: "phone", ..place });
    assert!(keyring.open(&elsewhere, &envelope).is_err());

    let error = keyring.seal_fernet(&elsewhere, &keys(&case), "gAAA").unwrap_err();
    assert!(matches!(error, FernetSealError::Open(_)));
}

#[test]
fn law_08_neither_keys_nor_what_was_opened_is_printed() {
    let case = case("by the second key");
    let keys = keys(&case);
    assert_eq!(format!("{keys:?}"), "FernetKeys([REDACTED]; 2)");
    let opened = keys.open(text(&case, "token")).unwrap();
    assert_eq!(
        format!("{opened:?}"),
        "OpenedToken { plaintext: [REDACTED], made_at: 1700000000, key: 1 }"
    );
}

proptest! {
    #[test]
    fn r26_any_changed_character_is_refused(at: prop::sample::Index, to in "[-_A-Za-z0-9=]") {
        let case = case("length 17");
        let token = text(&case, "token");
        let at = at.index(token.len());
        let changed = format!("{}{to}{}", &token[..at], &token[at + 1..]);
        prop_assert_eq!(keys(&case).open(&changed).is_ok(), changed == token);
    }

    #[test]
    fn r26_any_text_is_a_token_or_an_error(text: String) {
        let _ = keys(&case("length 0")).open(&text);
        let _ = FernetKeys::parse(&text);
    }
}
