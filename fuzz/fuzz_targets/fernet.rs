//! Text is a token or an error, also if its tag is right, and what was in it opens in its new place.
#![no_main]

use base64ct::{Base64Url, Encoding};
use doorward_fields::{Context, FernetKeys, FieldKey, KeyId, Keyring, Place};
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use sha2::Sha256;

/// The key of the specification's vector, which is a seed.
const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
const PLACE: Place<'static> =
    Place { tenant: "acme", table: "users", record: b"u-17", field: "email", version: 1 };

fuzz_target!(|text: &str| {
    let _ = FernetKeys::parse(text);
    let keys = FernetKeys::parse(KEY).unwrap();
    check(&keys, text);
    if let Ok(bytes) = Base64Url::decode_vec(text) {
        check(&keys, &signed(&bytes[..bytes.len().saturating_sub(32)]));
    }
});

fn check(keys: &FernetKeys, token: &str) {
    let Ok(opened) = keys.open(token) else {
        return;
    };
    let bytes = Base64Url::decode_vec(token.trim_ascii()).unwrap();
    assert!(opened.expose_secret().len() < bytes.len() - 57);
    assert_eq!(opened.made_at().to_be_bytes(), bytes[1..9]);

    let keyring = Keyring::new(FieldKey::new(KeyId::new(1), [7; 32]));
    let context = Context::new(PLACE);
    let envelope = keyring.seal_fernet(&context, keys, token).unwrap();
    let again = keyring.open(&context, &envelope).unwrap();
    assert_eq!(again.expose_secret(), opened.expose_secret());
}

/// A token of any body, with the tag that belongs to it.
fn signed(body: &[u8]) -> String {
    let key = Base64Url::decode_vec(KEY).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key[..16]).unwrap();
    mac.update(body);
    Base64Url::encode_string(&[body, &mac.finalize().into_bytes()].concat())
}
